/* A picture of amounts over time in characters: dots of braille, or ASCII where that is all there
 * is. Pure. */
#pragma once

#include <stddef.h>

#include "base/clock.h"
#include "base/text.h"

struct chart_point {
    unix_s at;
    int64_t nano;
};

struct chart_line {
    const struct chart_point *at; /* rising in time */
    size_t count;
    bool steps;       /* a point holds until the next; else straight lines between them */
    char letter;      /* in ASCII */
    const char *tone; /* escape sequence of its colour; NULL: none */
};

struct chart {
    size_t columns, rows; /* of the drawing, without its labels */
    unix_s from, until;
    int64_t top_nano;               /* of the highest row; the lowest is zero */
    const struct chart_line *lines; /* the later ones are drawn over the earlier in ASCII */
    size_t line_count;
    const int64_t *levels; /* horizontal lines */
    size_t level_count;
    const unix_s *marks; /* vertical lines */
    size_t mark_count;
    bool ascii;
    const char *ground_tone; /* of levels and marks; NULL: none */
};

enum { CHART_LABEL_COLUMNS = 12 }; /* before each row: amounts in USD, and the axis */

/* Adds `rows` lines of text and the axis under them. What lies outside is not drawn. */
void chart_draw(const struct chart *c, struct text *out);
