/* Opening and closing the store, and its transactions.
 *
 * A writer holds the lock file for its whole life; a reader changes nothing. A file that is not
 * ours, damaged or newer is refused and left as it was. Every statement is prepared here, so a bad
 * one fails at start and not at night. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/random.h"
#include "base/xmalloc.h"
#include "edge/store/database_file.h"
#include "edge/store/decisions.h"
#include "edge/store/lock.h"
#include "edge/store/migrate.h"
#include "edge/store/store_private.h"
#include "sql.h"

static const char *const texts[] = {
    [SQL_TOUCH] = sql_touch,
    [SQL_FIND_ACCOUNT] = sql_find_account,
    [SQL_ADD_ACCOUNT] = sql_add_account,
    [SQL_ADD_POLL] = sql_add_poll,
    [SQL_SET_LAST_OK] = sql_set_last_ok,
    [SQL_PUT_PLAN] = sql_put_plan,
    [SQL_LOAD_PLAN] = sql_load_plan,
    [SQL_FIND_DELETED_TOKEN] = sql_find_deleted_token,
    [SQL_PLACE_TOKEN] = sql_place_token,
    [SQL_ADD_TOKEN] = sql_add_token,
    [SQL_ADD_READING] = sql_add_reading,
    [SQL_FIND_TERMS] = sql_find_terms,
    [SQL_ADD_TERMS] = sql_add_terms,
    [SQL_ADD_ENTRY] = sql_add_entry,
    [SQL_ADD_HOURLY] = sql_add_hourly,
    [SQL_ADD_DAILY] = sql_add_daily,
    [SQL_ADD_GAP] = sql_add_gap,
    [SQL_REBASE_POLLS] = sql_rebase_polls,
    [SQL_REBASE_BOOKINGS] = sql_rebase_bookings,
    [SQL_REBASE_TOKENS] = sql_rebase_tokens,
    [SQL_REBASE_STATES] = sql_rebase_states,
    [SQL_REBASE_ACCOUNTS] = sql_rebase_accounts,
    [SQL_REBASE_ALERTS] = sql_rebase_alerts,
    [SQL_REBASE_EVENTS] = sql_rebase_events,
    [SQL_REBASE_GAPS] = sql_rebase_gaps,
    [SQL_REBASE_HOURS] = sql_rebase_hours,
    [SQL_DROP_HOURS] = sql_drop_hours,
    [SQL_REBASE_DAYS] = sql_rebase_days,
    [SQL_DROP_DAYS] = sql_drop_days,
    [SQL_STEP_NEWCOMERS] = sql_step_newcomers,
    [SQL_NEWEST_POLL] = sql_newest_poll,
    [SQL_PUT_STATE] = sql_put_state,
    [SQL_DELETE_TOKEN] = sql_delete_token,
    [SQL_PUT_NAMES] = sql_put_names,
    [SQL_PUT_FORMER_NAME] = sql_put_former_name,
    [SQL_PUT_ALERT] = sql_put_alert,
    [SQL_ADD_EVENT] = sql_add_event,
    [SQL_LOAD_TOKENS] = sql_load_tokens,
    [SQL_LOAD_ALERTS] = sql_load_alerts,
    [SQL_LOAD_HOURS] = sql_load_hours,
    [SQL_LOAD_OPEN_HOURS] = sql_load_open_hours,
    [SQL_LOAD_ENTRIES] = sql_load_entries,
    [SQL_LOAD_SUSPICIOUS] = sql_load_suspicious,
    [SQL_LOAD_FORECASTS] = sql_load_forecasts,
    [SQL_LOAD_PAST] = sql_load_past,
    [SQL_LOAD_PROMISES] = sql_load_promises,
    [SQL_LOAD_SCORES] = sql_load_scores,
    [SQL_LOAD_CURVES] = sql_load_curves,
    [SQL_PUT_CURVE] = sql_put_curve,
    [SQL_DELETE_CURVE] = sql_delete_curve,
    [SQL_PUT_PROMISE] = sql_put_promise,
    [SQL_DELETE_PROMISE] = sql_delete_promise,
    [SQL_ADD_SCORE] = sql_add_score,
    [SQL_TRACK_RECORD] = sql_query_record,
    [SQL_POST_MESSAGE] = sql_post_message,
    [SQL_NEXT_MESSAGE] = sql_next_message,
    [SQL_ACKNOWLEDGE_EVENT] = sql_acknowledge_event,
    [SQL_ACKNOWLEDGE_RETAINED] = sql_acknowledge_retained,
    [SQL_RESEND_RETAINED] = sql_resend_retained,
    [SQL_REFUSE_MESSAGE] = sql_refuse_message,
    [SQL_RETRY_REFUSED] = sql_retry_refused,
    [SQL_OUTBOX] = sql_query_broker,
    [SQL_MERGE_MARK] = sql_merge_mark,
    [SQL_MERGE_EARLIER] = sql_merge_earlier,
    [SQL_MERGE_SUMS] = sql_merge_sums,
    [SQL_MERGE_DROP] = sql_merge_drop,
    [SQL_PUT_MERGED] = sql_put_merged,
    [SQL_PUT_BROKER] = sql_put_broker,
    [SQL_SET_DELIVERED] = sql_set_delivered,
    [SQL_FIND_PAYER] = sql_find_payer,
    [SQL_FIND_NAMESAKE] = sql_find_namesake,
    [SQL_FIND_KEYED] = sql_find_keyed,
    [SQL_LOAD_SHARES] = sql_load_shares,
    [SQL_ADD_PAYER] = sql_add_payer,
    [SQL_ADOPT_TOKEN] = sql_adopt_token,
    [SQL_REVIVE_TOKEN] = sql_revive_token,
    [SQL_FIND_SELF] = sql_find_self,
    [SQL_LOAD_SIGHT] = sql_load_sight,
    [SQL_PUT_SIGHT] = sql_put_sight,
    [SQL_FIND_RULE] = sql_find_rule,
    [SQL_FORGET_RULES] = sql_forget_rules,
    [SQL_KNOW_RULE] = sql_know_rule,
    [SQL_LOAD_ACCOUNTS] = sql_load_accounts,
    [SQL_REMOVE_ACCOUNT] = sql_remove_account,
    [SQL_ADD_STATE_TOPIC] = sql_add_state_topic,
    [SQL_FORGET_STATE_TOPIC] = sql_forget_state_topic,
    [SQL_REFUSE_STATE] = sql_refuse_state,
    [SQL_LOAD_STATE_TOPICS] = sql_load_state_topics,
    [SQL_LOAD_LAST_POLL] = sql_load_last_poll,
    [SQL_SET_TOLD] = sql_set_told,
    [SQL_FIND_RETAINED_AT] = sql_find_retained_at,
    [SQL_SET_RETAINED_AT] = sql_set_retained_at,
    [SQL_LOAD_RETAINED] = sql_load_retained,
    [SQL_FORGET_RETAINED] = sql_forget_retained,
    [SQL_FORGET_CLEARED] = sql_forget_cleared,
    [SQL_COPY_RETAINED] = sql_copy_retained,
    [SQL_RENAME_RETAINED] = sql_rename_retained,
    [SQL_ADD_WORD] = sql_add_word,
    [SQL_CLEAR_USAGE] = sql_clear_usage,
    [SQL_CLEAR_USAGE_PROVIDER] = sql_clear_usage_provider,
    [SQL_ADD_USAGE_TOTAL] = sql_add_usage_total,
    [SQL_RAISE_USAGE_TOTAL] = sql_raise_usage_total,
    [SQL_CLEAR_USAGE_GAPS] = sql_clear_usage_gaps,
    [SQL_ADD_USAGE_GAP] = sql_add_usage_gap,
    [SQL_SET_USAGE_REREAD] = sql_set_usage_reread,
    [SQL_ADD_USAGE] = sql_add_usage,
    [SQL_ADD_USAGE_PROVIDER] = sql_add_usage_provider,
    [SQL_LOAD_USAGE_KNOWN] = sql_load_usage_known,
    [SQL_SET_USAGE_KNOWN] = sql_set_usage_known,
    [SQL_SET_USAGE_REASON] = sql_set_usage_reason,
    [SQL_SET_CREDITS_REASON] = sql_set_credits_reason,
    [SQL_SET_CREDITS_SOURCE] = sql_set_credits_source,
    [SQL_LOAD_CREDITS_LEVEL] = sql_load_credits_level,
    [SQL_SET_CREDITS_LEVEL] = sql_set_credits_level,
    [SQL_ADD_CREDITS_SPENT] = sql_add_credits_spent,
    [SQL_SUM_USAGE] = sql_sum_usage,
    [SQL_LOAD_OWN_KEY] = sql_load_own_key,
    [SQL_SET_OWN_KEY] = sql_set_own_key,
    [SQL_LOAD_UNBOOKED_USAGE] = sql_load_unbooked_usage,
    [SQL_RECONCILE_DAY] = sql_reconcile_day,
    [SQL_PUT_RECONCILE] = sql_put_reconcile,
    [SQL_LOAD_DRIFTS] = sql_load_drifts,
    [SQL_SHED_CLOCK] = sql_shed_clock,
    [SQL_SHED_NEXT_POLL] = sql_shed_next_poll,
    [SQL_SHED_ENTRIES] = sql_shed_entries,
    [SQL_SHED_SPENT] = sql_shed_spent,
    [SQL_SHED_SNAPSHOTS] = sql_shed_snapshots,
    [SQL_SHED_POLL] = sql_shed_poll,
    [SQL_SHED_NEXT_TOKEN] = sql_shed_next_token,
    [SQL_SHED_HOURS] = sql_shed_hours,
    [SQL_SHED_EVENTS] = sql_shed_events,
    [SQL_SHED_TOPICS] = sql_shed_topics,
    [SQL_LOAD_CHECKPOINT] = sql_load_checkpoint,
    [SQL_CHECKPOINT_BEGIN] = sql_checkpoint_begin,
    [SQL_CHECKPOINT_NEXT] = sql_checkpoint_next,
    [SQL_CHECKPOINT_READINGS] = sql_checkpoint_readings,
    [SQL_CHECKPOINT_STATE] = sql_checkpoint_state,
    [SQL_CHECKPOINT_MOVE] = sql_checkpoint_move,
    [SQL_PUT_RUNNING] = sql_put_running,
    [SQL_PUT_DOUBT] = sql_put_doubt,
    [SQL_DELETE_DOUBT] = sql_delete_doubt,
    [SQL_LOAD_DOUBTS] = sql_load_doubts,
    [SQL_REVERSED_BOOKINGS] = sql_reversed_bookings,
    [SQL_REVERSE_BOOKINGS] = sql_reverse_bookings,
    [SQL_BOOK_REVERSED] = sql_book_reversed,
    [SQL_REVERSE_READINGS] = sql_reverse_readings,
    [SQL_DROP_SCORES] = sql_drop_scores,
    [SQL_DROP_GAP] = sql_drop_gap,
    [SQL_TOKEN_SCORES] = sql_token_scores,
};
_Static_assert(COUNT(texts) == SQLS, "a query has no file");

static bool make_folder(const char *path, struct fault *why)
{
    const char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return true;
    char *folder = xstrndup(path, (size_t)(slash - path));
    bool ok = mkdir(folder, 0750) == 0 || errno == EEXIST
        || fault(why, FAULT_FATAL, "cannot create the database directory %s: %s", folder,
                 strerror(errno));
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
        snprintf(s->id, sizeof s->id, "%s", statement_text(q, STORE_ID_ID).at);
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

bool store_query(struct store *s, enum statement_name query, struct statement **ret,
                 struct fault *why)
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

/* The first start makes the whole database in memory, so that whatever interrupts it leaves nothing
 * half made. SQLite gives its side files the mode of the database: the group (dashboards) may read,
 * others nothing. */
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

/* Looked at before the lock, so that no lock file comes to lie beside what is not ours, and again
 * under it. The lock of the file itself catches those who know it by another name. */
static bool claim(struct store *s, const char *path, struct fault *why)
{
    enum file_state state;
    return look(path, true, &state, why) && lock_take(path, &s->lock, why)
        && look(path, true, &state, why) && (state == FILE_OURS || create(path, state, why))
        && file_open(path, true, &s->file, &state, why) && file_hold(s->file, path, why);
}

static bool open_writer(struct store *s, const char *path, struct fault *why)
{
    return claim(s, path, why) && sqlite_connect(path, SQLITE_ACCESS_WRITE, &s->db, why)
        && migrate_forward(s->db, path, why) && sqlite_run(s->db, sql_open_writer, why)
        && make_id(s, why) && decisions_write(s->db, why) && prepare_all(s, why);
}

static bool is_there(const char *path, struct fault *why)
{
    enum file_state state;
    if (!look(path, false, &state, why))
        return false;
    return state == FILE_OURS
        || fault(why, FAULT_FATAL,
                 state == FILE_ABSENT
                     ? "there is no database %s yet: start `ebb run`, or `ebb once`"
                     : "database %s is empty, its first start was interrupted: start `ebb run`, or "
                       "`ebb once`",
                 path);
}

static bool open_reader(struct store *s, const char *path, enum store_mode mode, struct fault *why)
{
    if (!is_there(path, why) || !sqlite_connect(path, SQLITE_ACCESS_READ, &s->db, why))
        return false;
    if (mode == STORE_GLANCE)
        store_glance(s);
    return migrate_check(s->db, path, why) && read_id(s, why);
}

void store_glance(struct store *s)
{
    sqlite_set_patience(s->db, 0);
}

static bool open_at(struct store *s, const char *path, enum store_mode mode, struct fault *why)
{
    struct text real = { 0 };
    bool ok = (mode != STORE_WRITE || make_folder(path, why)) && file_resolve(path, &real, why)
        && (mode == STORE_WRITE ? open_writer(s, text_z(&real), why)
                                : open_reader(s, text_z(&real), mode, why));
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
    for (size_t i = 0; i < SQLS; i++)
        statement_free(s->queries[i]);
    for (size_t i = 0; i < QUERIES; i++)
        statement_free(s->idle[i]);
    sqlite_disconnect(s->db);
    lock_release(s->file); /* not before SQLite has closed it: that would drop SQLite's locks */
    lock_release(s->lock);
    owed_done(s);
    terms_forget(s);
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
    struct statement *q = s->queries[SQL_PUT_RUNNING];
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
    if (sqlite_run(s->db, "COMMIT", why))
        return true;
    store_rollback(s);
    return false;
}

void store_rollback(struct store *s)
{
    struct fault
        ignored; /* SQLite rolls back by itself on a full disk; then there is nothing left to do */
    terms_forget(s);
    s->newest_poll = 0;
    if (sqlite_in_transaction(s->db) && !sqlite_run(s->db, "ROLLBACK", &ignored))
        return;
}
