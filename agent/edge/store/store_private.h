/* What the files of the store share. */
#pragma once

#include "base/text.h"
#include "edge/store.h"
#include "edge/store/sqlite.h"

/* Each row is one file under sql/queries, prepared when the store is opened for writing. */
enum statement_name {
    SQL_TOUCH,
    SQL_FIND_ACCOUNT,
    SQL_ADD_ACCOUNT,
    SQL_ADD_POLL,
    SQL_SET_LAST_OK,
    SQL_PUT_PLAN,
    SQL_LOAD_PLAN,
    SQL_FIND_DELETED_TOKEN,
    SQL_PLACE_TOKEN,
    SQL_ADD_TOKEN,
    SQL_ADD_READING,
    SQL_FIND_TERMS,
    SQL_ADD_TERMS,
    SQL_ADD_ENTRY,
    SQL_ADD_HOURLY,
    SQL_ADD_DAILY,
    SQL_ADD_GAP,
    SQL_REBASE_POLLS,
    SQL_REBASE_BOOKINGS,
    SQL_REBASE_TOKENS,
    SQL_REBASE_STATES,
    SQL_REBASE_ACCOUNTS,
    SQL_REBASE_ALERTS,
    SQL_REBASE_EVENTS,
    SQL_REBASE_GAPS,
    SQL_REBASE_HOURS,
    SQL_DROP_HOURS,
    SQL_REBASE_DAYS,
    SQL_DROP_DAYS,
    SQL_STEP_NEWCOMERS,
    SQL_NEWEST_POLL,
    SQL_PUT_STATE,
    SQL_DELETE_TOKEN,
    SQL_PUT_NAMES,
    SQL_PUT_FORMER_NAME,
    SQL_PUT_ALERT,
    SQL_ADD_EVENT,
    SQL_LOAD_TOKENS,
    SQL_LOAD_ALERTS,
    SQL_LOAD_HOURS,
    SQL_LOAD_OPEN_HOURS,
    SQL_LOAD_ENTRIES,
    SQL_LOAD_SUSPICIOUS,
    SQL_LOAD_FORECASTS,
    SQL_LOAD_PAST,
    SQL_LOAD_PROMISES,
    SQL_LOAD_SCORES,
    SQL_LOAD_CURVES,
    SQL_PUT_CURVE,
    SQL_DELETE_CURVE,
    SQL_PUT_PROMISE,
    SQL_DELETE_PROMISE,
    SQL_ADD_SCORE,
    SQL_TRACK_RECORD,
    SQL_POST_MESSAGE,
    SQL_NEXT_MESSAGE,
    SQL_ACKNOWLEDGE_EVENT,
    SQL_ACKNOWLEDGE_RETAINED,
    SQL_RESEND_RETAINED,
    SQL_REFUSE_MESSAGE,
    SQL_RETRY_REFUSED,
    SQL_OUTBOX,
    SQL_MERGE_MARK,
    SQL_MERGE_EARLIER,
    SQL_MERGE_SUMS,
    SQL_MERGE_DROP,
    SQL_PUT_MERGED,
    SQL_PUT_BROKER,
    SQL_SET_DELIVERED,
    SQL_FIND_PAYER,
    SQL_FIND_NAMESAKE,
    SQL_FIND_KEYED,
    SQL_LOAD_SHARES,
    SQL_ADD_PAYER,
    SQL_ADOPT_TOKEN,
    SQL_REVIVE_TOKEN,
    SQL_FIND_SELF,
    SQL_LOAD_SIGHT,
    SQL_PUT_SIGHT,
    SQL_FIND_RULE,
    SQL_FORGET_RULES,
    SQL_KNOW_RULE,
    SQL_LOAD_ACCOUNTS,
    SQL_REMOVE_ACCOUNT,
    SQL_ADD_STATE_TOPIC,
    SQL_FORGET_STATE_TOPIC,
    SQL_REFUSE_STATE,
    SQL_LOAD_STATE_TOPICS,
    SQL_LOAD_LAST_POLL,
    SQL_SET_TOLD,
    SQL_FIND_RETAINED_AT,
    SQL_SET_RETAINED_AT,
    SQL_LOAD_RETAINED,
    SQL_FORGET_RETAINED,
    SQL_FORGET_CLEARED,
    SQL_COPY_RETAINED,
    SQL_RENAME_RETAINED,
    SQL_ADD_WORD,
    SQL_CLEAR_USAGE,
    SQL_CLEAR_USAGE_PROVIDER,
    SQL_CLEAR_USAGE_GAPS,
    SQL_ADD_USAGE_TOTAL,
    SQL_RAISE_USAGE_TOTAL,
    SQL_ADD_USAGE_GAP,
    SQL_SET_USAGE_REREAD,
    SQL_ADD_USAGE,
    SQL_ADD_USAGE_PROVIDER,
    SQL_LOAD_USAGE_KNOWN,
    SQL_SET_USAGE_KNOWN,
    SQL_SET_USAGE_REASON,
    SQL_SET_CREDITS_REASON,
    SQL_SET_CREDITS_SOURCE,
    SQL_LOAD_CREDITS_LEVEL,
    SQL_SET_CREDITS_LEVEL,
    SQL_ADD_CREDITS_SPENT,
    SQL_SUM_USAGE,
    SQL_LOAD_OWN_KEY,
    SQL_SET_OWN_KEY,
    SQL_LOAD_UNBOOKED_USAGE,
    SQL_RECONCILE_DAY,
    SQL_PUT_RECONCILE,
    SQL_LOAD_DRIFTS,
    SQL_SHED_CLOCK,
    SQL_SHED_NEXT_POLL,
    SQL_SHED_ENTRIES,
    SQL_SHED_SPENT,
    SQL_SHED_SNAPSHOTS,
    SQL_SHED_POLL,
    SQL_SHED_NEXT_TOKEN,
    SQL_SHED_HOURS,
    SQL_SHED_EVENTS,
    SQL_SHED_TOPICS,
    SQL_LOAD_CHECKPOINT,
    SQL_CHECKPOINT_BEGIN,
    SQL_CHECKPOINT_NEXT,
    SQL_CHECKPOINT_READINGS,
    SQL_CHECKPOINT_STATE,
    SQL_CHECKPOINT_MOVE,
    SQL_PUT_RUNNING,
    SQL_PUT_DOUBT,
    SQL_DELETE_DOUBT,
    SQL_LOAD_DOUBTS,
    SQL_REVERSED_BOOKINGS,
    SQL_REVERSE_BOOKINGS,
    SQL_BOOK_REVERSED,
    SQL_REVERSE_READINGS,
    SQL_DROP_SCORES,
    SQL_DROP_GAP,
    SQL_TOKEN_SCORES,
    SQLS,
};

enum { STORE_ID_BYTES = 16, STORE_RESOLUTIONS = 3 };

/* How far letting go of a resolution has come: retention.c. */
struct store_walk {
    unix_s begun;
    int64_t place;
};

struct store {
    struct sqlite *db;
    int lock,
        file; /* -1 for a reader; `file` is the database's own, open until SQLite has closed it */
    char id[STORE_ID_BYTES];
    int64_t poll;                    /* the poll row of this transaction */
    int64_t added_poll;              /* the one that was added last, */
    int64_t newest_poll;             /* there is; 0: to be asked for */
    unix_s poll_at, prior_at;        /* its time, and that of the account's good poll before it */
    int64_t open_readings;           /* added since the last checkpoint began, by this process */
    struct terms_ids *terms;         /* owned; NULL: none known yet */
    struct statement *queries[SQLS]; /* of a reader: NULL until asked for by store_query */
    struct statement *idle[QUERIES]; /* of questions that were answered; NULL: none */
    size_t moments;                  /* that readers asked for and did not end yet */
    bool owes;                       /* what may not be lost is kept, not run: */
    struct text *owed;               /* owned; as SQL */
    size_t owed_count, owed_room;
    struct store_walk walks[STORE_RESOLUTIONS];
    struct text topic, payload; /* of the message handed out last */
};

/* The row of what a reading says beside the balance, made if it is new. */
MUST_CHECK bool terms_id(struct store *s, const struct reading *r, int64_t *ret, struct fault *why);
void terms_forget(struct store *s); /* after a transaction that failed */

struct sqlite *store_sqlite(struct store *s);

/* A query, prepared if it is not yet. */
MUST_CHECK bool store_query(struct store *s, enum statement_name query, struct statement **ret,
                            struct fault *why);

/* Runs what may not be lost, or keeps it: store_owe. Of a token without a row, whose id is below
 * zero, there is nothing to keep. */
MUST_CHECK bool store_run_or_owe(struct store *s, int64_t token, struct statement *q,
                                 struct fault *why);
void owed_done(struct store *s);

static inline void bind_maybe_money(struct statement *q, const char *parameter,
                                    struct maybe_money amount)
{
    if (amount.known)
        statement_bind_integer(q, parameter, amount.is.nano);
}

/* What a reading says beside the balance. */
void bind_terms(struct statement *q, const struct reading *r);

/* The result of a poll in a column, by its name. */
enum poll_result column_poll_result(const struct statement *q, int column);

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

/* One row of load_doubts.sql. */
void doubt_take(struct token *t, const struct statement *row);
/* The same of load_forecasts.sql, load_curves.sql (after the forecast), load_promises.sql and
 * load_scores.sql; what cannot be is left out. */
void foresight_take_forecast(struct token *t, const struct statement *q);
void foresight_take_curve(struct token *t, const struct statement *q);
void foresight_take_promise(struct token *t, const struct statement *q);
void foresight_take_score(struct token *t, const struct statement *q);
