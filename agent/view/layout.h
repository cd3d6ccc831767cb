/* Which columns of a table a terminal has room for, and on which line of their row each of them
 * stands.
 *
 * What gives way first, by its worth to a reader: columns that are spare; then the width of prose,
 * which goes on below itself; then the single line: what identifies a row stays on its first line,
 * the rest goes on indented lines under it. Nothing else is left off, and no text is ever cut.
 * Pure. */
#pragma once

#include "view/table.h"

enum { LAYOUT_GAP = 2, LAYOUT_INDENT = 2, LAYOUT_PROSE_LEAST = 24 };

struct layout_slot {
    size_t width; /* 0: not shown */
    size_t line;  /* of its row */
};

struct layout {
    struct layout_slot at[COLUMNS_MAX];
    size_t lines; /* of each row */
};

/* `widths` are those of the widest cells, 0 for a column that is not to be shown; `room` is the
 * terminal's. */
struct layout layout_make(const struct column *columns, const size_t *widths, size_t count,
                          size_t room);

/* Cuts the next piece of at most `width` columns off `text`, at a blank if there is one. */
struct span layout_take(struct span *text, size_t width, size_t *ret_columns);
