/* SQLite, for readers: the questions that people ask, as rows of cells.
 *
 * A question is a file under sql/queries (query_<name>.sql); its columns are QUERY_<NAME>_<COLUMN>,
 * made from the file at build time. FAULT_RETRY: busy. FAULT_FATAL: damaged. Nothing here ever
 * writes. */
#pragma once

#include "base/clock.h"
#include "base/fault.h"
#include "base/money.h"
#include "base/span.h"
#include "sql_columns.h"

struct store;

enum query {
    QUERY_STATUS,        /* living tokens as their states have them: see slice.h */
    QUERY_OPEN_POLLS,    /* polls since the checkpoint */
    QUERY_READINGS,      /* token id, balance, spent: readings of the poll `poll` */
    QUERY_LEVELS,        /* token id, level of an alert that fires */
    QUERY_SPARKS,        /* token id, hour, spent: the hours that began after `since` */
    QUERY_ACCOUNTS,      /* accounts and their last poll */
    QUERY_CREDITS,       /* what is left on each account, and how far consumption is known */
    QUERY_RECONCILE,     /* consumption by balances and by the endpoint, by day */
    QUERY_HISTORY,       /* readings of the tokens of one name, and what each change meant */
    QUERY_TOKEN_HOURS,   /* what each hour of such tokens adds up to */
    QUERY_TOKEN_DAYS,    /* and each UTC day */
    QUERY_KNOWN,         /* whether there is such a token, or was */
    QUERY_REPORT_TOKENS, /* whoever can spend, and how far its account's consumption is known */
    QUERY_REPORT_HOURS,  /* token id, hour, and its sums, from :since to before :until */
    QUERY_REPORT_DAYS,   /* the same by UTC day */
    QUERY_REPORT_OPEN,   /* token id, hour, and what is to be added to both */
    QUERY_REPORT_USAGE,  /* token id, day, feature, cost, calls: as the usage endpoint reported */
    QUERY_REPORT_PROVIDERS, /* token id, day, provider, cost */
    QUERY_REPORT_GAPS,      /* token id, since, until, amount: what was spent nobody knows when */
    QUERY_REPORT_UNREAD, /* token id, day: what the endpoint reported could not be read, or not all
                            of it */
    QUERY_REPORT_AFTER,  /* token id, fall of its balance since the day of :until */
    QUERY_ALERTS,        /* firing now */
    QUERY_RECORD,        /* how good the forecasts of each account have been */
    QUERY_FORECASTS,     /* and those of each token */
    QUERY_SUBJECT,    /* the accounts that have one living token, or credits (the name ""), with ids
                         and burns */
    QUERY_SLUG,       /* the name of the living token of one slug */
    QUERY_NAMED,      /* the name that is shown of a token known by another */
    QUERY_IDENTITIES, /* who the tokens of an account are */
    QUERY_EVENTS,     /* past transitions */
    QUERY_EVENT_SPAN, /* the numbers of the first and the last of them */
    QUERY_IDLE,       /* what is known of the use of the living token of one name since `since` */
    QUERY_AUDIT,      /* living tokens with what an audit judges by, and accounts without any */
    QUERY_SIZE,       /* bytes, free bytes, and since when there are readings, hours and days */
    QUERY_LAST_RUN,   /* how the run before this one ended, and what it left */
    QUERY_BROKER,     /* the connection to the broker, and what waits for it */
    QUERY_PULSE,      /* how many alerts fire, by level */
    QUERY_ALERTED,    /* where a slice of series with alerts ends */
    QUERY_FIRING,     /* alerts that fire, and their level alone: no words */
    QUERY_USAGE_TOLD, /* where a slice of tokens with consumption ends */
    QUERY_USAGE_TOTALS, /* token id, feature, provider, and what it cost in all */
    QUERY_VOLUME,       /* bytes and free bytes of the file, at no cost */
    QUERY_READY,        /* accounts, their last good poll, and when that is stale */
    QUERIES,
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

/* The text of a cell, cut to its room; "" where there is none. */
static inline void cell_copy(const struct cell *c, char *ret, size_t room)
{
    size_t len = c->kind == CELL_TEXT ? c->text.len : 0;
    len = len < room ? len : room - 1;
    if (len)
        memcpy(ret, c->text.at, len);
    ret[len] = '\0';
}

/* What is not known, or no time at all in a file that was tampered with, is TIME_NONE. */
static inline unix_s cell_time(const struct cell *c)
{
    return c->kind == CELL_INTEGER && is_stamp(c->integer) ? c->integer : TIME_NONE;
}

static inline struct maybe_money cell_money(const struct cell *c)
{
    bool known = c->kind == CELL_INTEGER;
    return (struct maybe_money){ known, { known ? c->integer : 0 } };
}

static inline bool cell_is_set(const struct cell *c)
{
    return c->kind == CELL_INTEGER && c->integer != 0;
}

/* What a question may ask for; each file uses the parameters it names. TIME_NONE, NULL: not
 * restricted. */
struct query_filter {
    unix_s now, since, until;
    const char *token, *account; /* names; must outlive the answer */
    int64_t after, most;         /* ids beyond this one, and so many of them; 0: not restricted */
    int64_t upto;                /* and none beyond this one; 0: likewise */
    int64_t poll;                /* an id; 0: likewise */
    const char *ids;             /* of tokens, as a JSON array; likewise */
};

/* All that there is of an account, as of now. */
static inline struct query_filter query_at(unix_s now, const char *account)
{
    return (struct query_filter){
        .now = now, .since = TIME_NONE, .until = TIME_NONE, .account = account
    };
}

struct query_result;

MUST_CHECK bool query_open(struct store *s, enum query query, const struct query_filter *scope,
                           struct query_result **ret, struct fault *why);
/* Fills `count` cells, the first columns of the file in their order. *ret_more false: there is no
 * further row. */
MUST_CHECK bool query_next(struct query_result *a, struct cell *cells, size_t count, bool *ret_more,
                           struct fault *why);
void query_close(struct query_result *a); /* before its store; accepts NULL */

/* Hands each row to `take`, which must not touch the store: its first `count` cells, at most
 * QUERY_CELLS_MAX. */
enum { QUERY_CELLS_MAX = 40 };
MUST_CHECK bool query_each(struct store *s, enum query query, const struct query_filter *scope,
                           size_t count, void (*take)(void *to, const struct cell *row), void *to,
                           struct fault *why);

/* All that is asked between is of one moment, whatever is written meanwhile; moments may overlap,
 * and are that of the first. The journal cannot be emptied, so none is to wait for a client. */
MUST_CHECK bool query_moment_begin(struct store *s, struct fault *why);
void query_moment_end(struct store *s);
