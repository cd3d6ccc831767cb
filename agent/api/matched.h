/* What a list that was just read says of each token that was known before. */
#pragma once

#include "api/collect.h"

enum match {
    MATCH_SAME,
    MATCH_GOT_ID,  /* known by its name so far, by its id from now on */
    MATCH_RENAMED, /* called otherwise by the API */
    MATCH_RESHOWN, /* called the same, and shown by another name */
    MATCH_REVOKED,
    MATCH_ABSENT, /* not in the list */
    MATCHES,
};

/* One for each token of `p->known`, in its order; the caller frees them. `p` is over, its result
 * POLL_OK. Linear in tokens, renamings and ends. */
enum match *matched(const struct poll *p);
/* The place in that of a token that is known. */
size_t matched_place(const struct poll *p, const struct token *known);
