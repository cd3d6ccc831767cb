/* Figures and names as pages show them: what stands in HTML is escaped here and in markup.h, and
 * nowhere else. */
#pragma once

#include "core/state.h"
#include "edge/store.h"

/* Plain text. Dollars for people, with commas: "$1,234.56". */
void figure_money(struct text *out, int64_t nano);
void figure_count(struct text *out, int64_t count); /* "1,234" */

/* HTML from here on. An amount, with its exact value for programs; or a dash that says that it is
 * not known. */
void figure_amount(struct text *out, struct maybe_money amount);
void figure_rate(struct text *out, struct maybe_money per_hour); /* "$0.42/h" */

/* A time in words, with its exact value for programs and for a pointer that rests on it: "3h 20m
 * ago", "in 3h 20m", "Fri 27 Nov, 15:39 UTC". */
void figure_ago(struct text *out, unix_s at, unix_s now);
void figure_in(struct text *out, unix_s at, unix_s now);
void figure_time(struct text *out, unix_s at, unix_s now);

/* Plain text, in local time with its zone: "Fri 27 Nov, 15:39 UTC"; with the year when it is half a
 * year or more away. */
void figure_moment(struct text *out, unix_s at, unix_s now);

/* A tile: its name, one figure, and what explains that below it. */
void figure_tile_begin(struct text *out, const char *name);
void figure_tile_below(struct text *out);
void figure_tile_end(struct text *out);

/* A shape and the word that it stands for. */
void figure_state(struct text *out, enum state state);
void figure_level(struct text *out, enum level level);

/* Whether a name can be part of a path. One that cannot is asked for by its slug. */
bool figure_has_path(struct span token);

/* The address of a token's page, as the value of a quoted attribute. */
void figure_token_path(struct text *out, struct span account, struct span token);
/* A link to it, with the name as its words. */
void figure_token_link(struct text *out, struct span account, struct span token);
