/* Answers that are a whole: one token, its secret; and the name in what
 * cannot be read.
 *
 * They go through the splitter, as the list does, so that there is one way of reading a token and
 * one of stepping over its secret. */
#include "provider/provider.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/escape.h"
#include "base/hash.h"
#include "base/json_walk.h"
#include "provider/member.h"

/* The string that is a member of what there is of an object, quotes and all. False: there is none,
 * or more than one. What comes after it need not be JSON. */
static bool keep_text(struct span element, const char *member, struct text *ret)
{
    struct json_walk w;
    struct fault broken;
    const char *from = NULL;
    bool is_next = false, found = false;
    walk_init(&w);
    walk_feed(&w, element);
    for (;;) {
        enum walk_event event = walk_next(&w, &broken);
        if (event == WALK_MORE || event == WALK_FAULT)
            return ret->len > 0;
        if (event == WALK_END && from && w.level == 1)
            text_add(ret, (struct span){ from, (size_t)(w.at - from) });
        from = event == WALK_BEGIN && is_next && w.at[-1] == '"' ? w.at - 1 : NULL;
        is_next = event == WALK_KEY && w.level == 1 && walk_key_is(&w, member);
        if (is_next && found)
            return false;
        found |= is_next;
    }
}

/* A name that is too long to be kept: its start, and a number that two such names do not share. */
static void shorten_name(struct span name, char ret[NAME_BYTES_MAX + 1])
{
    enum { KEPT_CHARACTERS = 180 };
    size_t kept = 0;
    unsigned code_point;
    for (int i = 0; i < KEPT_CHARACTERS; i++)
        kept += utf8_step((struct span){ name.at + kept, name.len - kept }, &code_point);
    snprintf(ret, NAME_BYTES_MAX + 1, "%.*s...%08" PRIx32, (int)kept, name.at,
             (uint32_t)hash_of(name));
}

/* The member as a value, the caller's to delete; NULL: there is none, or more than one. */
static cJSON *parse_text(struct span element, const char *member)
{
    struct text written = { 0 };
    struct fault unreadable;
    cJSON *value = keep_text(element, member, &written)
        ? json_parse((struct span){ written.at, written.len }, &unreadable)
        : NULL;
    text_done(&written);
    return value;
}

bool provider_id_of(const struct provider *p, struct span element, char ret[ID_BYTES])
{
    own_json cJSON *id = p->id_member ? parse_text(element, p->id_member) : NULL;
    struct fault refused;
    return member_id(id, ret, &refused) && ret[0];
}

bool provider_may_address(const struct provider *p, const char *word)
{
    return provider_goes_by_name(p) || (p->is_id && p->is_id(span_of(word)));
}

struct span provider_address(const struct provider *p, const struct decoded *d)
{
    return span_of(provider_goes_by_name(p) ? d->name : d->id);
}

bool provider_name_of(const struct provider *p, struct span element, char ret[NAME_BYTES_MAX + 1])
{
    own_json cJSON *name = parse_text(element, p->name_member);
    long characters = cJSON_IsString(name) ? utf8_characters(span_of(name->valuestring)) : 0;
    if (characters > NAME_CHARACTERS_MAX)
        shorten_name(span_of(name->valuestring), ret);
    else if (characters > 0)
        snprintf(ret, NAME_BYTES_MAX + 1, "%s", name->valuestring);
    return characters > 0;
}

struct one_token {
    const struct provider *provider;
    struct splitter *splitter; /* owned */
    struct decoded decoded;
    size_t count;
};

/* Feeds one piece and keeps the element that it ends, if any. */
static bool feed(struct one_token *o, struct span bytes, struct fault *why)
{
    struct element e;
    splitter_feed(o->splitter, bytes);
    for (;;) {
        switch (splitter_next(o->splitter, &e, why)) {
        case SPLIT_MORE:
            return true;
        case SPLIT_FAULT:
            return false;
        case SPLIT_OUTLINE: /* not asked for */
            break;
        case SPLIT_ELEMENT:
            if (++o->count > 1)
                return fault(why, FAULT_REJECT, "more than one token");
            if (e.flaw)
                return fault(why, FAULT_REJECT, "%s", e.flaw);
            if (!o->provider->decode_token(e.json, &o->decoded, why))
                return false;
        }
    }
}

/* One token is a list of one. */
bool provider_decode_answer(const struct provider *p, struct span body, struct decoded *ret,
                            struct fault *why)
{
    const struct split_shape shape = {
        .what = p->list.what,
        .list = p->list.list,
        .secret = p->secret_member,
        .element_bytes = p->list.element_bytes,
        .bare = true,
    };
    struct one_token o = { .provider = p, .splitter = splitter_new(&shape) };
    struct span next;
    bool ok = feed(&o, span_of("["), why) && feed(&o, body, why) && feed(&o, span_of("]"), why)
        && splitter_end(o.splitter, &next, why)
        && (o.count == 1 || fault(why, FAULT_REJECT, "no token"));
    splitter_free(o.splitter);
    if (!ok)
        return fault_within(why, "the answer");
    *ret = o.decoded;
    ret->reading.name = ret->name;
    return true;
}

/* Walks one object and keeps the string that is its secret. */
static bool keep_secret(const char *member, struct span body, struct kept *secret,
                        struct fault *why)
{
    struct json_walk w;
    bool is_next = false, found = false;
    walk_init(&w);
    walk_feed(&w, body);
    for (;;) {
        switch (walk_next(&w, why)) {
        case WALK_MORE:
            return (found && !w.flaw && walk_is_over(&w))
                || fault(why, FAULT_REJECT, "the answer contains no secret");
        case WALK_FAULT:
            return false;
        case WALK_KEY:
            is_next = w.level == 1 && walk_key_is(&w, member);
            if (is_next && found)
                return fault(why, FAULT_REJECT, "the answer contains two secrets");
            break;
        case WALK_BEGIN:
            if (is_next && w.at[-1] == '"') {
                w.keep = secret;
                found = true;
            }
            is_next = false;
            break;
        case WALK_END:
            break;
        }
    }
}

/* A bearer token has the alphabet of a URL, and is read like one. */
bool provider_take_secret(const struct provider *p, struct span body, char ret[SECRET_ROOM],
                          struct fault *why)
{
    struct kept secret = { .at = ret, .room = SECRET_ROOM - 1 };
    struct fault not_there;
    size_t len = 0;
    bool ok = keep_secret(p->secret_member, body, &secret, why);
    if (!ok && p->other_secret_member) {
        secret = (struct kept){ .at = ret, .room = SECRET_ROOM - 1 };
        ok = keep_secret(p->other_secret_member, body, &secret, &not_there);
    }
    if (ok
        && (secret.overflowed || !secret.len
            || !escape_read_url((struct span){ secret.at, secret.len }, secret.at, &len)))
        ok = fault(why, FAULT_REJECT,
                   "the secret in the answer is empty, too long or not visible ASCII");
    if (!ok) {
        explicit_bzero(ret, SECRET_ROOM);
        return false;
    }
    explicit_bzero(ret + len, SECRET_ROOM - len);
    return true;
}
