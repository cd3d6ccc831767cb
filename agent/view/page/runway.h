/* How long a token lasts, as a bar: early, likely and late on one scale for all tokens, from a
 * quarter of an hour to three months, on which each hour counts for less than the one before. */
#pragma once

#include "view/standing.h"

/* HTML: the bar, and in words what it shows; of a state without times what there is to say. `cells`
 * are those of a token. */
void runway_add(struct text *out, enum state state, const struct cell *cells, unix_s now);

/* The scale, for the head of a column of bars. */
void runway_add_scale(struct text *out);
