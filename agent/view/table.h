/* Every table: text and Markdown for people, JSON and CSV for programs, of the same
 * rows and columns. */
#pragma once

#include <stddef.h>

#include "edge/store.h"
#include "view/writer.h"

enum column_kind {
    COLUMN_TEXT,     /* text; people see it made safe for a terminal */
    COLUMN_COUNT,    /* a whole number */
    COLUMN_FLAG,     /* yes or no, true or false */
    COLUMN_MONEY,    /* nano-dollars in the cell; people see cents, programs the exact decimal */
    COLUMN_CHANGE,   /* as money; people see its sign */
    COLUMN_PER_HOUR, /* nano-dollars an hour; people see "0.42/h" */
    COLUMN_TIME, /* unix seconds; people see local time, programs RFC 3339 UTC; TIME_FAR prints as
                    "never" / null */
    COLUMN_DAY,  /* as time; people see the local date alone */
    COLUMN_DURATION, /* seconds; people see "3h 05m" */
    COLUMN_LEVEL,    /* text, coloured by its severity on a terminal */
    COLUMN_PERCENT,  /* hundredths of a percent; people see "12.3 %" */
    COLUMN_GROWTH,   /* as percent; people see its sign */
    COLUMN_RATIO,    /* thousandths; people see two decimals */
    COLUMN_BAR,      /* text, coloured on a terminal; a picture, so not for Markdown */
};

/* How a column gives way on a terminal that is too narrow, for people only; layout.h says in which
 * order. */
enum column_fit {
    COLUMN_PROSE = 1, /* words that may go on below themselves */
    COLUMN_SPARE = 2, /* left off, the last such column first */
    COLUMN_QUIET = 4, /* left off when all rows say the same, however wide the terminal */
    COLUMN_KEY = 8,   /* says what its row is about: stays on the first line */
};

struct column {
    const char
        *name; /* JSON member and CSV heading: "balance_usd", with its unit; NULL: people only */
    const char *title; /* heading for people: "BALANCE USD"; NULL: programs only */
    enum column_kind kind;
    unsigned fit; /* enum column_fit */
};

enum { COLUMNS_MAX = 40 };

/* Text and Markdown are held until table_end: which columns are shown depends on all rows; others
 * stream. */
struct table;

/* In the writer's format; `columns` is borrowed until table_end. A text table fits the writer's
 * screen; nothing is ever cut. As JSON it is an array, the next value of w->json. */
struct table *table_begin(struct writer *w, const struct column *columns, size_t count);
void table_row(struct table *t, const struct cell *cells);
void table_end(struct table *t);  /* passes the rest on, frees */
void table_drop(struct table *t); /* frees, and writes nothing more; accepts NULL */
