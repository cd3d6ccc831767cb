/* Renamings and ends point at their token, so each is looked at once. */
#include "api/matched.h"

#include <string.h>

#include "base/xmalloc.h"

size_t matched_place(const struct poll *p, const struct token *known)
{
    return (size_t)(known - p->known->tokens);
}

static enum match renamed_how(const struct renaming *r)
{
    const struct identity was = token_identity(r->token), is = token_identity(&r->is);
    if (!was.id[0] && is.id[0])
        return MATCH_GOT_ID;
    if (strcmp(was.name, is.name) != 0)
        return MATCH_RENAMED;
    return strcmp(r->token->name, r->is.name) != 0 ? MATCH_RESHOWN : MATCH_SAME;
}

enum match *matched(const struct poll *p)
{
    enum match *all = xcalloc(p->known->count + 1, sizeof *all);
    for (size_t i = 0; i < p->known->count; i++)
        all[i] = p->known->tokens[i].listed ? MATCH_SAME : MATCH_ABSENT;
    for (size_t i = 0; i < p->renaming_count; i++)
        all[matched_place(p, p->renamings[i].token)] = renamed_how(&p->renamings[i]);
    for (size_t i = 0; i < p->ended_count; i++)
        all[matched_place(p, p->ended[i].token)] = MATCH_REVOKED;
    return all;
}
