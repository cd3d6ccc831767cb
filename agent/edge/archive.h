/* SQLite, for readers: the questions that people ask, as rows of cells.
 *
 * A question is a file under sql/queries; its columns are described where the answer is printed. */
#pragma once

#include "base/fault.h"
#include "base/clock.h"
#include "base/span.h"

struct store;

enum question {
    QUESTION_STATUS,    /* living tokens, by runway */
    QUESTION_SPARKS,    /* token id, hour, spent: the last 24 hours */
    QUESTION_ACCOUNTS,  /* accounts and their last poll */
    QUESTION_HISTORY,   /* snapshots and entries of one token */
    QUESTION_REPORT,    /* consumption by token and UTC day */
    QUESTION_ALERTS,    /* firing now */
    QUESTION_EVENTS,    /* past transitions */
    QUESTIONS,
};

enum cell_kind { CELL_NONE, CELL_INTEGER, CELL_TEXT };

struct cell {
    enum cell_kind kind;
    int64_t integer;
    struct span text; /* lives until the next row */
};

/* What a question may ask for; each file uses the parameters it names. TIME_NONE, NULL: not restricted. */
struct scope {
    unix_s now, since, until;
    const char *token, *account; /* token: a name; account: a name */
};

struct answer;

MUST_CHECK bool archive_ask(struct store *s, enum question question, const struct scope *scope, struct answer **ret,
                            struct fault *why);
/* Fills `count` cells, the columns of the file in their order. *ret_more false: there is no further row. */
MUST_CHECK bool archive_next(struct answer *a, struct cell *cells, size_t count, bool *ret_more, struct fault *why);
void archive_end(struct answer *a); /* accepts NULL */
