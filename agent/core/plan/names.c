/* Tokens that were renamed, and tokens that the list reports as revoked. */
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "core/plan/inside.h"

static const char *own_text(struct plan *p, const char *text)
{
    p->own_texts = xrealloc(p->own_texts, p->own_text_count + 1, sizeof *p->own_texts);
    return p->own_texts[p->own_text_count++] = xstrdup(text);
}

void plan_take_names(struct plan *p, struct plan_token *s, const struct identity *is,
                     const char *shown)
{
    struct token *t = &s->is;
    const char *was = strcmp(t->last.name, is->name) != 0 ? own_text(p, t->last.name) : NULL;
    if (s->place != PLAN_NOWHERE && !s->renamed)
        token_own_names(t);
    s->renamed = true;
    s->moved = true;
    token_identify(t, is, shown);
    if (was)
        plan_tell_renamed(p, s, was);
}

void plan_rename(struct plan *p, size_t place, const struct identity *is, const char *shown)
{
    plan_take_names(p, plan_touch(p, PLAN_TOKENS, place), is, shown);
}

void plan_revoke(struct plan *p, size_t place, unix_s at)
{
    struct plan_token *s = plan_touch(p, PLAN_TOKENS, place);
    s->fate = PLAN_IS_DELETED;
    s->revoked_at = at != TIME_NONE && at < p->at ? at : p->at;
    plan_tell_revoked(p, s);
}
