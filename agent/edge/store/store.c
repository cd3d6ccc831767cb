/* Opening and closing the store, and its transactions.
 *
 * A writer holds the lock file for its whole life; a reader changes nothing. A file that is not ours, damaged or newer
 * is refused and left as it was. Every statement is prepared here, so a bad one fails at start and not at night. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/xmalloc.h"
#include "edge/store/database_file.h"
#include "edge/store/lock.h"
#include "edge/store/migrate.h"
#include "edge/store/store_private.h"
#include "sql.h"

static const char *const texts[] = {
    [QUERY_TOUCH] = sql_touch,
    [QUERY_FIND_ACCOUNT] = sql_find_account,
    [QUERY_ADD_ACCOUNT] = sql_add_account,
    [QUERY_ADD_POLL] = sql_add_poll,
    [QUERY_SET_LAST_OK] = sql_set_last_ok,
    [QUERY_PUT_PLAN] = sql_put_plan,
    [QUERY_LOAD_PLAN] = sql_load_plan,
    [QUERY_ADD_TOKEN] = sql_add_token,
    [QUERY_ADD_SNAPSHOT] = sql_add_snapshot,
    [QUERY_ADD_TERMS] = sql_add_terms,
    [QUERY_ADD_ENTRY] = sql_add_entry,
    [QUERY_ADD_HOURLY] = sql_add_hourly,
    [QUERY_ADD_DAILY] = sql_add_daily,
    [QUERY_ADD_GAP] = sql_add_gap,
    [QUERY_REBASE_POLLS] = sql_rebase_polls,
    [QUERY_REBASE_BOOKINGS] = sql_rebase_bookings,
    [QUERY_REBASE_TOKENS] = sql_rebase_tokens,
    [QUERY_REBASE_STATES] = sql_rebase_states,
    [QUERY_REBASE_ACCOUNTS] = sql_rebase_accounts,
    [QUERY_REBASE_ALERTS] = sql_rebase_alerts,
    [QUERY_REBASE_EVENTS] = sql_rebase_events,
    [QUERY_REBASE_GAPS] = sql_rebase_gaps,
    [QUERY_REBASE_HOURS] = sql_rebase_hours,
    [QUERY_DROP_HOURS] = sql_drop_hours,
    [QUERY_REBASE_DAYS] = sql_rebase_days,
    [QUERY_DROP_DAYS] = sql_drop_days,
    [QUERY_STEP_NEWCOMERS] = sql_step_newcomers,
    [QUERY_PUT_STATE] = sql_put_state,
    [QUERY_DELETE_TOKEN] = sql_delete_token,
    [QUERY_PUT_ALERT] = sql_put_alert,
    [QUERY_ADD_EVENT] = sql_add_event,
    [QUERY_LOAD_TOKENS] = sql_load_tokens,
    [QUERY_LOAD_ALERTS] = sql_load_alerts,
    [QUERY_LOAD_HOURS] = sql_load_hours,
    [QUERY_LOAD_ENTRIES] = sql_load_entries,
    [QUERY_LOAD_SUSPICIOUS] = sql_load_suspicious,
    [QUERY_LOAD_FORECASTS] = sql_load_forecasts,
    [QUERY_LOAD_PAST] = sql_load_past,
    [QUERY_LOAD_PROMISES] = sql_load_promises,
    [QUERY_LOAD_SCORES] = sql_load_scores,
    [QUERY_LOAD_CURVES] = sql_load_curves,
    [QUERY_PUT_CURVE] = sql_put_curve,
    [QUERY_DELETE_CURVE] = sql_delete_curve,
    [QUERY_PUT_PROMISE] = sql_put_promise,
    [QUERY_DELETE_PROMISE] = sql_delete_promise,
    [QUERY_ADD_SCORE] = sql_add_score,
    [QUERY_TRACK_RECORD] = sql_question_record,
    [QUERY_POST_MESSAGE] = sql_post_message,
    [QUERY_IS_RETAINED] = sql_is_retained,
    [QUERY_NEXT_MESSAGE] = sql_next_message,
    [QUERY_ACKNOWLEDGE_EVENT] = sql_acknowledge_event,
    [QUERY_ACKNOWLEDGE_RETAINED] = sql_acknowledge_retained,
    [QUERY_RESEND_RETAINED] = sql_resend_retained,
    [QUERY_REFUSE_MESSAGE] = sql_refuse_message,
    [QUERY_RETRY_REFUSED] = sql_retry_refused,
    [QUERY_OUTBOX] = sql_question_broker,
    [QUERY_MERGE_MARK] = sql_merge_mark,
    [QUERY_MERGE_EARLIER] = sql_merge_earlier,
    [QUERY_MERGE_SUMS] = sql_merge_sums,
    [QUERY_MERGE_DROP] = sql_merge_drop,
    [QUERY_PUT_MERGED] = sql_put_merged,
    [QUERY_PUT_BROKER] = sql_put_broker,
    [QUERY_SET_DELIVERED] = sql_set_delivered,
    [QUERY_FIND_PAYER] = sql_find_payer,
    [QUERY_ADD_PAYER] = sql_add_payer,
    [QUERY_ADOPT_TOKEN] = sql_adopt_token,
    [QUERY_REVIVE_TOKEN] = sql_revive_token,
    [QUERY_FIND_SELF] = sql_find_self,
    [QUERY_LOAD_SIGHT] = sql_load_sight,
    [QUERY_PUT_SIGHT] = sql_put_sight,
    [QUERY_FIND_RULE] = sql_find_rule,
    [QUERY_FORGET_RULES] = sql_forget_rules,
    [QUERY_KNOW_RULE] = sql_know_rule,
    [QUERY_LOAD_ACCOUNTS] = sql_load_accounts,
    [QUERY_REMOVE_ACCOUNT] = sql_remove_account,
    [QUERY_FIND_RETAINED_AT] = sql_find_retained_at,
    [QUERY_SET_RETAINED_AT] = sql_set_retained_at,
    [QUERY_LOAD_RETAINED] = sql_load_retained,
    [QUERY_FORGET_RETAINED] = sql_forget_retained,
    [QUERY_FORGET_CLEARED] = sql_forget_cleared,
    [QUERY_COPY_RETAINED] = sql_copy_retained,
    [QUERY_ADD_WORD] = sql_add_word,
    [QUERY_CLEAR_USAGE] = sql_clear_usage,
    [QUERY_CLEAR_USAGE_PROVIDER] = sql_clear_usage_provider,
    [QUERY_CLEAR_USAGE_GAPS] = sql_clear_usage_gaps,
    [QUERY_ADD_USAGE_GAP] = sql_add_usage_gap,
    [QUERY_SET_USAGE_REREAD] = sql_set_usage_reread,
    [QUERY_ADD_USAGE] = sql_add_usage,
    [QUERY_ADD_USAGE_PROVIDER] = sql_add_usage_provider,
    [QUERY_LOAD_USAGE_KNOWN] = sql_load_usage_known,
    [QUERY_SET_USAGE_KNOWN] = sql_set_usage_known,
    [QUERY_SET_USAGE_REASON] = sql_set_usage_reason,
    [QUERY_SET_CREDITS_REASON] = sql_set_credits_reason,
    [QUERY_LOAD_UNBOOKED_USAGE] = sql_load_unbooked_usage,
    [QUERY_RECONCILE_DAY] = sql_reconcile_day,
    [QUERY_PUT_RECONCILE] = sql_put_reconcile,
    [QUERY_LOAD_DRIFTS] = sql_load_drifts,
    [QUERY_SHED_CLOCK] = sql_shed_clock,
    [QUERY_SHED_NEXT_POLL] = sql_shed_next_poll,
    [QUERY_SHED_ENTRIES] = sql_shed_entries,
    [QUERY_SHED_SNAPSHOTS] = sql_shed_snapshots,
    [QUERY_SHED_POLL] = sql_shed_poll,
    [QUERY_SHED_NEXT_TOKEN] = sql_shed_next_token,
    [QUERY_SHED_HOURS] = sql_shed_hours,
    [QUERY_SHED_EVENTS] = sql_shed_events,
    [QUERY_SHED_TOPICS] = sql_shed_topics,
    [QUERY_PUT_RUNNING] = sql_put_running,
    [QUERY_PUT_DOUBT] = sql_put_doubt,
    [QUERY_DELETE_DOUBT] = sql_delete_doubt,
    [QUERY_LOAD_DOUBTS] = sql_load_doubts,
    [QUERY_REVERSED_BOOKINGS] = sql_reversed_bookings,
    [QUERY_REVERSE_BOOKINGS] = sql_reverse_bookings,
    [QUERY_DROP_SCORES] = sql_drop_scores,
    [QUERY_DROP_GAP] = sql_drop_gap,
    [QUERY_TOKEN_SCORES] = sql_token_scores,
};
_Static_assert(COUNT(texts) == QUERIES, "a query has no file");

static bool make_folder(const char *path, struct fault *why)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return true;
    char *folder = xstrndup(path, (size_t)(slash - path));
    bool ok = mkdir(folder, 0750) == 0 || errno == EEXIST
        || fault(why, FAULT_FATAL, "cannot create the database directory %s: %s", folder, strerror(errno));
    free(folder);
    return ok;
}

static bool read_id(struct store *s, struct fault *why)
{
    struct statement *q;
    bool row;
    if (!sqlite_prepare(s->db, sql_store_id, &q, why))
        return false;
    bool ok = statement_step(q, &row, why);
    if (ok && row)
        snprintf(s->id, sizeof s->id, "%s", statement_text(q, 0).at);
    statement_free(q);
    return ok;
}

/* Ids that leave this database carry its own, made once. */
static bool make_id(struct store *s, struct fault *why)
{
    char id[STORE_ID_BYTES];
    struct random random = random_from_system();
    struct statement *q;

    if (!read_id(s, why) || s->id[0])
        return s->id[0] != '\0';
    snprintf(id, sizeof id, "%08x", (unsigned)random_next(&random));
    if (!sqlite_prepare(s->db, sql_set_store_id, &q, why))
        return false;
    statement_bind_text(q, ":id", span_of(id));
    bool ok = statement_run(q, why);
    statement_free(q);
    return ok && read_id(s, why);
}

bool store_query(struct store *s, enum query query, struct statement **ret, struct fault *why)
{
    if (!s->queries[query] && !sqlite_prepare(s->db, texts[query], &s->queries[query], why))
        return false;
    *ret = s->queries[query];
    return true;
}

static bool prepare_all(struct store *s, struct fault *why)
{
    for (size_t i = 0; i < COUNT(texts); i++)
        if (!sqlite_prepare(s->db, texts[i], &s->queries[i], why))
            return false;
    return true;
}

/* The first start makes the whole database in memory, so that whatever interrupts it leaves nothing half made. SQLite
 * gives its side files the mode of the database: the group (dashboards) may read, others nothing. */
static bool create(const char *path, enum file_state was, struct fault *why)
{
    struct sqlite *db;
    struct text image = { 0 };
    if (!sqlite_connect(SQLITE_MEMORY, SQLITE_ACCESS_WRITE, &db, why))
        return false;
    bool ok = migrate_forward(db, path, why) && sqlite_image(db, &image, why)
        && file_create(path, was, (struct span){ image.at, image.len }, why);
    sqlite_disconnect(db);
    text_done(&image);
    return ok;
}

static bool look(const char *path, bool for_writing, enum file_state *ret, struct fault *why)
{
    int fd;
    if (!file_open(path, for_writing, &fd, ret, why))
        return false;
    lock_release(fd);
    return true;
}

/* Looked at before the lock, so that no lock file comes to lie beside what is not ours, and again under it. The lock of
 * the file itself catches those who know it by another name. */
static bool claim(struct store *s, const char *path, struct fault *why)
{
    enum file_state state;
    return look(path, true, &state, why) && lock_take(path, &s->lock, why) && look(path, true, &state, why)
        && (state == FILE_OURS || create(path, state, why)) && file_open(path, true, &s->file, &state, why)
        && file_hold(s->file, path, why);
}

static bool open_writer(struct store *s, const char *path, struct fault *why)
{
    return claim(s, path, why) && sqlite_connect(path, SQLITE_ACCESS_WRITE, &s->db, why)
        && migrate_forward(s->db, path, why) && sqlite_run(s->db, sql_open_writer, why) && make_id(s, why)
        && prepare_all(s, why);
}

static bool is_there(const char *path, struct fault *why)
{
    enum file_state state;
    if (!look(path, false, &state, why))
        return false;
    return state == FILE_OURS
        || fault(why, FAULT_FATAL, state == FILE_ABSENT ? "there is no database %s yet: start `ebb run`, or `ebb once`"
                 : "database %s is empty, its first start was interrupted: start `ebb run`, or `ebb once`", path);
}

static bool open_reader(struct store *s, const char *path, struct fault *why)
{
    return is_there(path, why) && sqlite_connect(path, SQLITE_ACCESS_READ, &s->db, why)
        && migrate_check(s->db, path, why) && read_id(s, why);
}

static bool open_at(struct store *s, const char *path, enum store_mode mode, struct fault *why)
{
    struct text real = { 0 };
    bool ok = (mode == STORE_READ || make_folder(path, why)) && file_resolve(path, &real, why)
        && (mode == STORE_WRITE ? open_writer : open_reader)(s, text_z(&real), why);
    text_done(&real);
    return ok;
}

bool store_open(const char *path, enum store_mode mode, struct store **ret, struct fault *why)
{
    struct store *s = xcalloc(1, sizeof *s);
    s->lock = s->file = -1;
    if (!open_at(s, path, mode, why)) {
        store_close(s);
        why->kind = FAULT_FATAL;
        return false;
    }
    *ret = s;
    return true;
}

void store_close(struct store *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < QUERIES; i++)
        statement_free(s->queries[i]);
    sqlite_disconnect(s->db);
    lock_release(s->file); /* not before SQLite has closed it: that would drop SQLite's locks */
    lock_release(s->lock);
    owed_done(s);
    text_done(&s->topic);
    text_done(&s->payload);
    free(s);
}

const char *store_id(const struct store *s)
{
    return s->id;
}

bool store_put_running(struct store *s, unix_s since, struct fault *why)
{
    struct statement *q = s->queries[QUERY_PUT_RUNNING];
    bind_time(q, ":at", since);
    return statement_run(q, why);
}

struct sqlite *store_sqlite(struct store *s)
{
    return s->db;
}

int64_t store_journal_bytes(const struct store *s)
{
    return sqlite_wal_bytes(s->db);
}

bool store_tend_journal(struct store *s, bool *ret_held, struct fault *why)
{
    *ret_held = false;
    if (store_journal_bytes(s) <= JOURNAL_USUAL_BYTES)
        return true;
    if (!sqlite_checkpoint(s->db, ret_held, why))
        return false;
    *ret_held &= store_journal_bytes(s) > JOURNAL_MUCH_BYTES;
    return true;
}

bool store_begin(struct store *s, struct fault *why)
{
    return sqlite_run(s->db, "BEGIN IMMEDIATE", why);
}

bool store_commit(struct store *s, struct fault *why)
{
    if (sqlite_went_on(s->db, why) && sqlite_run(s->db, "COMMIT", why)) {
        owed_settle(s, true);
        s->anyway = false;
        return true;
    }
    store_rollback(s);
    return false;
}

void store_rollback(struct store *s)
{
    struct fault ignored; /* SQLite rolls back by itself on a full disk; then there is nothing left to do */
    owed_settle(s, false);
    s->anyway = false;
    if (!sqlite_went_on(s->db, &ignored)) {
        /* known to the one who gives up */
    }
    if (sqlite_in_transaction(s->db) && !sqlite_run(s->db, "ROLLBACK", &ignored))
        return;
}
