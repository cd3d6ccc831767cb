/* What the files of the store share. */
#pragma once

#include "base/text.h"
#include "edge/store.h"
#include "edge/store/sqlite.h"

/* Each row is one file under sql/queries, prepared when the store is opened for writing. */
enum query {
    QUERY_TOUCH,
    QUERY_FIND_ACCOUNT,
    QUERY_ADD_ACCOUNT,
    QUERY_ADD_POLL,
    QUERY_SET_LAST_OK,
    QUERY_PUT_PLAN,
    QUERY_LOAD_PLAN,
    QUERY_ADD_TOKEN,
    QUERY_ADD_SNAPSHOT,
    QUERY_ADD_TERMS,
    QUERY_ADD_ENTRY,
    QUERY_ADD_HOURLY,
    QUERY_ADD_DAILY,
    QUERY_ADD_GAP,
    QUERY_REBASE_POLLS,
    QUERY_REBASE_BOOKINGS,
    QUERY_REBASE_TOKENS,
    QUERY_REBASE_STATES,
    QUERY_REBASE_ACCOUNTS,
    QUERY_REBASE_ALERTS,
    QUERY_REBASE_EVENTS,
    QUERY_REBASE_GAPS,
    QUERY_REBASE_HOURS,
    QUERY_DROP_HOURS,
    QUERY_REBASE_DAYS,
    QUERY_DROP_DAYS,
    QUERY_STEP_NEWCOMERS,
    QUERY_PUT_STATE,
    QUERY_DELETE_TOKEN,
    QUERY_PUT_ALERT,
    QUERY_ADD_EVENT,
    QUERY_LOAD_TOKENS,
    QUERY_LOAD_ALERTS,
    QUERY_LOAD_HOURS,
    QUERY_LOAD_ENTRIES,
    QUERY_LOAD_SUSPICIOUS,
    QUERY_LOAD_FORECASTS,
    QUERY_LOAD_PAST,
    QUERY_LOAD_PROMISES,
    QUERY_LOAD_SCORES,
    QUERY_LOAD_CURVES,
    QUERY_PUT_CURVE,
    QUERY_DELETE_CURVE,
    QUERY_PUT_PROMISE,
    QUERY_DELETE_PROMISE,
    QUERY_ADD_SCORE,
    QUERY_TRACK_RECORD,
    QUERY_POST_MESSAGE,
    QUERY_IS_RETAINED,
    QUERY_NEXT_MESSAGE,
    QUERY_ACKNOWLEDGE_EVENT,
    QUERY_ACKNOWLEDGE_RETAINED,
    QUERY_RESEND_RETAINED,
    QUERY_REFUSE_MESSAGE,
    QUERY_RETRY_REFUSED,
    QUERY_OUTBOX,
    QUERY_MERGE_MARK,
    QUERY_MERGE_EARLIER,
    QUERY_MERGE_SUMS,
    QUERY_MERGE_DROP,
    QUERY_PUT_MERGED,
    QUERY_PUT_BROKER,
    QUERY_SET_DELIVERED,
    QUERY_FIND_PAYER,
    QUERY_ADD_PAYER,
    QUERY_ADOPT_TOKEN,
    QUERY_REVIVE_TOKEN,
    QUERY_FIND_SELF,
    QUERY_LOAD_SIGHT,
    QUERY_PUT_SIGHT,
    QUERY_FIND_RULE,
    QUERY_FORGET_RULES,
    QUERY_KNOW_RULE,
    QUERY_LOAD_ACCOUNTS,
    QUERY_REMOVE_ACCOUNT,
    QUERY_FIND_RETAINED_AT,
    QUERY_SET_RETAINED_AT,
    QUERY_LOAD_RETAINED,
    QUERY_FORGET_RETAINED,
    QUERY_FORGET_CLEARED,
    QUERY_COPY_RETAINED,
    QUERY_ADD_WORD,
    QUERY_CLEAR_USAGE,
    QUERY_CLEAR_USAGE_PROVIDER,
    QUERY_CLEAR_USAGE_GAPS,
    QUERY_ADD_USAGE_GAP,
    QUERY_SET_USAGE_REREAD,
    QUERY_ADD_USAGE,
    QUERY_ADD_USAGE_PROVIDER,
    QUERY_LOAD_USAGE_KNOWN,
    QUERY_SET_USAGE_KNOWN,
    QUERY_SET_USAGE_REASON,
    QUERY_SET_CREDITS_REASON,
    QUERY_LOAD_UNBOOKED_USAGE,
    QUERY_RECONCILE_DAY,
    QUERY_PUT_RECONCILE,
    QUERY_LOAD_DRIFTS,
    QUERY_SHED_CLOCK,
    QUERY_SHED_NEXT_POLL,
    QUERY_SHED_ENTRIES,
    QUERY_SHED_SNAPSHOTS,
    QUERY_SHED_POLL,
    QUERY_SHED_NEXT_TOKEN,
    QUERY_SHED_HOURS,
    QUERY_SHED_EVENTS,
    QUERY_SHED_TOPICS,
    QUERY_PUT_RUNNING,
    QUERY_PUT_DOUBT,
    QUERY_DELETE_DOUBT,
    QUERY_LOAD_DOUBTS,
    QUERY_REVERSED_BOOKINGS,
    QUERY_REVERSE_BOOKINGS,
    QUERY_DROP_SCORES,
    QUERY_DROP_GAP,
    QUERY_TOKEN_SCORES,
    QUERIES,
};

enum { STORE_ID_BYTES = 16, STORE_RESOLUTIONS = 3 };

/* How far letting go of a resolution has come: retention.c. */
struct store_walk {
    unix_s begun;
    int64_t place;
};

struct store {
    struct sqlite *db;
    int lock, file; /* -1 for a reader; `file` is the database's own, open until SQLite has closed it */
    char id[STORE_ID_BYTES];
    int64_t poll; /* the poll row of this transaction */
    struct statement *queries[QUERIES]; /* of a reader: NULL until asked for by store_query */
    bool anyway;           /* this transaction goes on when it fails */
    struct text *owed;     /* owned; SQL of transactions that failed, then of this one */
    size_t owed_count, owed_noted, owed_room; /* failed ones; and this one's */
    int64_t provisional;   /* the last id of a token that could not be stored, below zero */
    struct store_walk walks[STORE_RESOLUTIONS];
    struct text topic, payload;         /* of the message handed out last */
};

struct sqlite *store_sqlite(struct store *s);

/* A query, prepared if it is not yet. */
MUST_CHECK bool store_query(struct store *s, enum query query, struct statement **ret, struct fault *why);

/* Runs what must not be lost with its transaction. */
MUST_CHECK bool store_run_kept(struct store *s, struct statement *q, struct fault *why);
void owed_settle(struct store *s, bool stored); /* at the end of a transaction */
void owed_done(struct store *s);

static inline void bind_maybe_money(struct statement *q, const char *parameter, struct maybe_money amount)
{
    if (amount.known)
        statement_bind_integer(q, parameter, amount.is.nano);
}

/* TIME_NONE and TIME_FAR are NULL in the store. */
static inline void bind_time(struct statement *q, const char *parameter, unix_s at)
{
    if (at != TIME_NONE && at < TIME_FAR)
        statement_bind_integer(q, parameter, at);
}

static inline struct maybe_money column_money(const struct statement *q, int column)
{
    if (statement_is_null(q, column))
        return (struct maybe_money){ .known = false };
    return money_known((struct money){ statement_integer(q, column) });
}

static inline unix_s column_time(const struct statement *q, int column)
{
    int64_t at = statement_integer(q, column);
    return statement_is_null(q, column) || !is_stamp(at) ? TIME_NONE : at;
}
