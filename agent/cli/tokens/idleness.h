/* Has a token been left alone long enough to be deleted? Asked of our own records and of the
 * consumption endpoint; both must say yes, and what is not known is no yes. */
#pragma once

#include "cli/tokens/session.h"

enum idleness {
    IDLENESS_PROVED,
    IDLENESS_DISPROVED, /* it was used: `why` says when and by whom it is known */
    IDLENESS_UNKNOWN,   /* `why` says what is lacking */
};

/* What the question is about. */
struct idle_query {
    const char *store;            /* path of the database */
    const char *token;            /* as our records know it: its key */
    struct token_ref asks;        /* as the API's calls address it */
    const struct reading *now_is; /* as the API shows it now */
    unix_s now;
    int64_t idle_s;
};

enum idleness idleness_of(const struct session *s, const struct idle_query *q, struct fault *why);
