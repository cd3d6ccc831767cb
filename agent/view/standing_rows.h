/* Rows that are kept beyond the answer that they are from. */
#pragma once

#include "core/forecast.h"
#include "core/state.h"
#include "view/standing.h"

struct standing_row {
    struct cell cells[STANDING_COLUMNS];
    char *texts; /* owned; what the cells point into */
    struct forecast forecast;
    enum state state;
    struct urgency urgency;
};

struct standing_rows {
    struct standing_row *at; /* owned */
    size_t count, room;
};
_Static_assert((int)CREDITS_COLUMNS <= (int)STANDING_COLUMNS, "a row has no room");

/* A row without cells, valid until the next one is added. */
struct standing_row *standing_row_add(struct standing_rows *r);

/* Copies the texts of some cells into one piece of memory, which they point into from now on, and
 * which is the caller's. */
char *cells_own(struct cell *cells, size_t count);

/* Cells of an answer in their places in the row: `pairs` of the row's and the answer's. */
void standing_row_copy(struct standing_row *row, const struct cell *asked,
                       const unsigned char pairs[][2], size_t count);

/* A time that is not known, or never comes, is none. */
struct cell standing_stamp(unix_s at);

/* Copies the texts of the first `count` cells, so that they outlive the answer. */
void standing_row_own(struct standing_row *row, size_t count);

void standing_rows_clear(struct standing_rows *r); /* empties it and keeps the memory */
void standing_rows_done(struct standing_rows *r);
