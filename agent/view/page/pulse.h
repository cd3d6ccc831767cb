/* What every page says first: whether what it shows is current, and how much fires. */
#pragma once

#include "view/page/page.h"

enum { PULSE_ACCOUNTS_MAX = 8 }; /* that are named when they fail */

struct pulse {
    size_t firing[LEVELS]; /* by level */
    size_t accounts, tokens;
    unix_s read_at;   /* the oldest of the accounts' last good polls; TIME_NONE: one had none */
    unix_s next_at;   /* the next poll that is planned; TIME_NONE: none */
    size_t failing;   /* accounts */
    struct text said; /* of these, as HTML */
};

/* `ret` is released by pulse_done, also after a failure. */
MUST_CHECK bool pulse_load(const struct page_source *from, struct pulse *ret, struct fault *why);
void pulse_done(struct pulse *p);

size_t pulse_firing(const struct pulse *p); /* of all levels */
