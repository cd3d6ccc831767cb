/* The rules by which people name a token. */
#include "api/listed.h"

#include <stdio.h>

/* By what it is shown, else by what nobody else is called, else by its id; `ret_called`: how many
 * are called so. */
static const struct token *pick(const struct token_set *fleet, const char *name, size_t *ret_called)
{
    const struct token *called = NULL, *known = NULL;
    *ret_called = 0;
    for (size_t i = 0; i < fleet->count; i++) {
        const struct token *t = &fleet->tokens[i];
        const struct identity is = token_identity(t);
        if (strcmp(t->name, name) == 0)
            return t;
        if (strcmp(is.name, name) == 0) {
            called = t;
            ++*ret_called;
        }
        known = is.id[0] && strcmp(is.id, name) == 0 ? t : known;
    }
    return *ret_called == 1 ? called : *ret_called ? NULL : known;
}

static bool say_ambiguous(const struct token_set *fleet, const char *name, struct fault *why)
{
    struct text names = { 0 };
    for (size_t i = 0; i < fleet->count; i++)
        if (strcmp(token_identity(&fleet->tokens[i]).name, name) == 0)
            text_addf(&names, "%s\"%s\"", names.len ? ", " : "", fleet->tokens[i].name);
    fault(why, FAULT_REJECT, "several tokens are called so: choose one of %s", text_z(&names));
    text_done(&names);
    return false;
}

static void copy_listed(const struct token *t, struct decoded *ret)
{
    const struct identity is = token_identity(t);
    *ret = (struct decoded){ .reading = t->last, .revoked_at = TIME_NONE };
    snprintf(ret->name, sizeof ret->name, "%s", is.name);
    snprintf(ret->id, sizeof ret->id, "%s", is.id);
    snprintf(ret->member, sizeof ret->member, "%s", is.member);
    snprintf(ret->masked, sizeof ret->masked, "%s", is.masked);
    ret->reading.name = ret->name;
}

bool listed_find(const struct token_set *list, const char *name, struct decoded *ret,
                 bool *ret_missing, struct fault *why)
{
    size_t called;
    const struct token *t = pick(list, name, &called);
    *ret_missing = !t && !called;
    if (!t)
        return called ? say_ambiguous(list, name, why)
                      : fault(why, FAULT_REJECT, "there is no such token");
    if (t->unread)
        return fault(why, FAULT_REJECT, "the API's answer for it cannot be read: %s", t->unread);
    copy_listed(t, ret);
    return true;
}
