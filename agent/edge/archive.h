/* SQLite, for readers: the questions that people ask, as rows of cells.
 *
 * A question is a file under sql/queries (question_<name>.sql); its columns are described where the answer is printed.
 * FAULT_RETRY: busy. FAULT_FATAL: damaged. Nothing here ever writes. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "base/span.h"

struct store;

enum question {
    QUESTION_STATUS,    /* living tokens as believed at `now`, by runway */
    QUESTION_SPARKS,    /* token id, hour, spent: the hours that began after `since` */
    QUESTION_ACCOUNTS,  /* accounts and their last poll */
    QUESTION_CREDITS,   /* what is left on each account, and how far consumption is known */
    QUESTION_RECONCILE, /* consumption by balances and by the endpoint, by day */
    QUESTION_HISTORY,   /* readings of the tokens of one name, and what each change meant */
    QUESTION_REPORT_TOKENS,    /* whoever can spend, and how far its account's consumption is known */
    QUESTION_REPORT_HOURS,     /* token id, hour, and its sums, from :since to before :until */
    QUESTION_REPORT_DAYS,      /* the same by UTC day */
    QUESTION_REPORT_USAGE,     /* token id, day, feature, cost, calls: as the consumption endpoint told */
    QUESTION_REPORT_PROVIDERS, /* token id, day, provider, cost */
    QUESTION_REPORT_GAPS,      /* token id, since, until, amount: what was spent nobody knows when */
    QUESTION_REPORT_UNREAD,    /* token id, day: what the endpoint told could not be read, or not all of it */
    QUESTION_REPORT_AFTER,     /* token id, fall of its balance since the day of :until */
    QUESTION_ALERTS,    /* firing now */
    QUESTION_RECORD,    /* how good the forecasts of each account have been */
    QUESTION_FORECASTS, /* and those of each token */
    QUESTION_SUBJECT,   /* the accounts that have one living token, or credits (the name ""), with ids and burns */
    QUESTION_EVENTS,    /* past transitions */
    QUESTION_IDLE,      /* what is known of the use of the living token of one name since `since` */
    QUESTION_AUDIT,     /* living tokens with what an audit judges by, and accounts without any */
    QUESTION_SIZE,      /* bytes, free bytes, and since when there are readings, hours and days */
    QUESTION_LAST_RUN,  /* how the run before this one ended, and what it left */
    QUESTION_BROKER,    /* the connection to the broker, and what waits for it */
    QUESTIONS,
};

enum cell_kind { CELL_NONE, CELL_INTEGER, CELL_TEXT };

struct cell {
    enum cell_kind kind;
    int64_t integer;
    struct span text; /* lives until the next row */
};

static inline struct cell cell_integer(int64_t value)
{
    return (struct cell){ .kind = CELL_INTEGER, .integer = value };
}

static inline struct cell cell_text(const char *text)
{
    return (struct cell){ .kind = CELL_TEXT, .text = span_of(text) };
}

/* What a question may ask for; each file uses the parameters it names. TIME_NONE, NULL: not restricted. */
struct scope {
    unix_s now, since, until;
    const char *token, *account; /* names; must outlive the answer */
};

struct answer;

MUST_CHECK bool archive_ask(struct store *s, enum question question, const struct scope *scope, struct answer **ret,
                            struct fault *why);
/* Fills `count` cells, the first columns of the file in their order. *ret_more false: there is no further row. */
MUST_CHECK bool archive_next(struct answer *a, struct cell *cells, size_t count, bool *ret_more, struct fault *why);
void archive_end(struct answer *a); /* accepts NULL */
