/* An element that cannot be read makes its own token unreadable and no other. One whose bytes are
 * those of last time is recognised by their hash and not decoded at all, nor even read where its
 * outline is enough. */
#include "api/element.h"

#include <stdio.h>

#include "api/settle.h"
#include "base/text.h"
#include "provider/provider.h"

enum {
    FLAWS_NAMED = 3,   /* of all that cannot be read */
    NAME_COLUMNS = 60, /* of a token's name in a text */
};

struct account_settings *poll_key(const struct poll *p)
{
    return p->keys < poll_settings(p)->token_key_count ? &poll_settings(p)->token_keys[p->keys]
                                                       : NULL;
}

size_t poll_named(const struct poll *p)
{
    return p->listed + p->fresh.count + p->revoked_count;
}

/* `"prod-a": balance is missing, ...`, of the first few. */
static void note_flaw(struct poll *p, const char *name, const char *what)
{
    if (p->unread + p->nameless > FLAWS_NAMED)
        return;
    if (p->flaws.len)
        text_add(&p->flaws, span_of(", "));
    text_add(&p->flaws, span_of(name[0] ? "\"" : "unnamed element"));
    text_add_terminal(&p->flaws, span_of(name), NAME_COLUMNS);
    text_addf(&p->flaws, "%s: %s", name[0] ? "\"" : "", what);
}

/* Whose the key is, should it be refused one day. */
static void note_owner(struct account_settings *key, const struct token *t)
{
    const struct identity is = token_identity(t);
    snprintf(key->token, NAME_BYTES_MAX + 1, "%s", identity_key(&is));
}

/* The list has this token; `unread` says why its element cannot be read, NULL: it can. Of two
 * elements neither can be believed. */
static void list_token(struct poll *p, struct token *t, const char *unread)
{
    if (t->listed) {
        unread = "listed twice";
        p->doubles++;
    }
    t->listed = true;
    if (poll_key(p))
        note_owner(poll_key(p), t);
    if (!unread || t->unread)
        return;
    token_list_unread(t, unread);
    p->unread++;
    note_flaw(p, t->name, unread);
}

static void list_known(struct poll *p, struct token *t, const char *unread)
{
    p->listed += !t->listed;
    list_token(p, t, unread);
}

static struct token *list_fresh(struct poll *p, const struct identity *is, const char *unread)
{
    struct token *t = token_set_find(&p->fresh, span_of(identity_key(is)));
    t = t ? t : token_set_add_as(&p->fresh, is, is->name);
    list_token(p, t, unread);
    return t;
}

/* What cannot be read is its own token's trouble, and nobody else's. */
static void read_flawed(struct poll *p, struct span element, const char *flaw)
{
    char name[NAME_BYTES_MAX + 1], id[ID_BYTES] = "";
    const struct provider *provider = provider_of(poll_settings(p));
    bool has_id = provider_id_of(provider, element, id);
    struct token *t = has_id ? token_set_find(p->known, span_of(id)) : NULL;
    if (!t && !provider_name_of(provider, element, name)) {
        p->nameless++;
        note_flaw(p, "", flaw);
        return;
    }
    t = has_id ? t : token_set_find(p->known, span_of(name));
    if (t)
        list_known(p, t, flaw);
    else
        list_fresh(p, &(struct identity){ has_id ? id : "", name, "", "" }, flaw);
}

static void take_reading(struct poll *p, struct decoded *d, uint64_t hash)
{
    const struct identity is = { d->id, d->name, d->member, d->masked };
    struct token *t = token_set_find(p->known, span_of(identity_key(&is)));
    if (t) {
        const struct identity was = token_identity(t);
        if (!t->listed && !identity_is_same(&was, &is))
            settle_rename(p, t, &is, d->name);
        settle_observe(p, t, &d->reading, hash);
        list_known(p, t, NULL);
        return;
    }
    t = list_fresh(p, &is, NULL);
    d->reading.name = t->last.name;
    t->last = d->reading;
    t->element_hash = hash;
}

static void count_element(struct poll *p)
{
    struct fault why;
    if (++p->elements <= poll_settings(p)->max_tokens)
        return;
    fault(&why, FAULT_REJECT, "the list is longer than max_tokens (%lld)",
          (long long)poll_settings(p)->max_tokens);
    api_call_fail(&p->call, POLL_BROKEN, &why);
}

void element_outline(struct poll *p, const struct element *e)
{
    struct token *t = token_set_recognise(p->known, e->hash);
    if (!t)
        return;
    api_call_pass(&p->call);
    list_known(p, t, NULL);
    count_element(p);
}

void element_read(struct poll *p, const struct element *e)
{
    struct fault flaw;
    struct decoded d;
    struct token *t = e->flaw ? NULL : token_set_recognise(p->known, e->hash);
    if (t)
        list_known(p, t, NULL);
    else if (e->flaw)
        read_flawed(p, e->json, e->flaw);
    else if (provider_of(poll_settings(p))->decode_token(e->json, &d, &flaw)) {
        if (d.revoked) /* it may have left its name to another one */
            settle_note_revoked(p, &d);
        else
            take_reading(p, &d, e->hash);
    } else
        read_flawed(p, e->json, flaw.text);
    count_element(p);
}

/* A key that is not known, or not any more, is its own token's trouble. */
void element_refused(struct poll *p)
{
    const struct account_settings *key = poll_key(p);
    struct token *t = key->token[0] ? token_set_find(p->known, span_of(key->token)) : NULL;
    struct fault why = p->why;
    p->refused++;
    if (t) {
        list_known(p, t, why.text);
        return;
    }
    fault_within(&why, "%s", key->key_path);
    p->nameless++;
    note_flaw(p, "", why.text);
}
