/* The overview, while it is made. */
#pragma once

#include "view/page/pulse.h"
#include "view/sparks.h"
#include "view/standing.h"

enum {
    HOME_ROWS = 200,
    HOME_PAGES_MAX = 100000,
    HOME_CHOICES_MAX = 200,
    HOME_SLICE = 400,     /* tokens read in a piece: some milliseconds */
    HOME_PIECE_ROWS = 50, /* drawn in one */
};

struct home_row {
    struct cell cells[STANDING_COLUMNS]; /* texts belong to `standing` */
    enum state state;
};

/* Names to choose from, each once. */
struct home_choices {
    struct span at[HOME_CHOICES_MAX];
    size_t count, left_out;
};

enum home_phase { HOME_LOADS, HOME_LOADS_PULSE, HOME_CHOOSES, HOME_LOADS_SPARKS, HOME_DRAWS };

struct home {
    struct page_source from;
    struct home_question q;
    struct query_filter all;
    enum home_phase phase;
    size_t drawn; /* rows */
    struct pulse pulse;
    struct standing *standing; /* owned */
    struct sparks sparks;
    struct home_row *rows; /* owned; those of the page that is asked for */
    size_t row_count;
    size_t tokens, matches;  /* all, and those that the question leaves */
    size_t by_state[STATES]; /* of those that it leaves but for the state */
    size_t in_state[STATES]; /* of all */
    int64_t burn_nano;       /* of all whose burn is known, in an hour */
    size_t burning;          /* how many these are */
    struct home_row soonest; /* the first that has an end in sight; state STATES: none */
    struct home_choices accounts, environments;
};

/* An address of the overview with the same question but for the state (NULL: any) and the page. */
void home_add_address(struct text *out, const struct home_question *q, const char *state,
                      size_t page);

void home_add_tiles(struct text *out, const struct home *h);
void home_add_filter(struct text *out, const struct home *h);

/* The table is its head, its rows, and its end. */
void home_begin_table(struct text *out, const struct home *h);
void home_add_rows(struct text *out, const struct home *h, size_t from, size_t until);
void home_end_table(struct text *out, const struct home *h);
