/* SQLite with faults in our words. No SQL is made here but what callers hand over from files. */
#include "edge/store/sqlite.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xmalloc.h"

enum {
    BUSY_TIMEOUT_MS = 5000,
    WATCH_EVERY_STEPS = 10000, /* of SQLite's machine: well under a millisecond */
};

struct sqlite {
    sqlite3 *handle;
    char *path;
    int patience_ms;
    bool (*cancelled)(void *); /* NULL: nothing is asked */
    void *cancelled_of;
};

/* Names of parameters are looked up once: they are literals, so an address stands for a name. More
 * than there are in any statement. */
enum { PARAMETERS_MAX = 64 };

struct statement {
    sqlite3_stmt *handle;
    struct sqlite *db; /* borrowed */
    const char *names[PARAMETERS_MAX];
    unsigned char indexes[PARAMETERS_MAX]; /* of them; 0: the statement has none of this name */
};

static enum fault_kind kind_of(int code)
{
    switch (code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_CORRUPT: /* also what a page that could not be read leads to; at the opening it is
                            fatal all the same */
    case SQLITE_NOTADB:
        return FAULT_RETRY;
    default:
        return FAULT_FATAL;
    }
}

static bool comes_from_disk(int code)
{
    int primary = code & 0xff;
    return primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_CORRUPT;
}

/* What the system said is what an operator can act on; SQLite takes a page that it could not read
 * for a damaged one. */
static bool sqlite_fault(const struct sqlite *db, int code, struct fault *why)
{
    int system = db->handle && comes_from_disk(code) ? sqlite3_system_errno(db->handle) : 0;
    if (system)
        return fault(why, kind_of(code), "database %s: %s (%s)", db->path,
                     sqlite3_errmsg(db->handle), strerror(system));
    return fault(why, kind_of(code), "database %s: %s", db->path,
                 db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(code));
}

/* Without this the last connection to close deletes the WAL, and readers that may not write cannot
 * open. */
static void keep_wal(sqlite3 *handle)
{
    int on = 1;
    sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
}

bool sqlite_connect(const char *path, enum sqlite_access access, struct sqlite **ret,
                    struct fault *why)
{
    int flags = SQLITE_OPEN_NOMUTEX
        | (access == SQLITE_ACCESS_WRITE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                         : SQLITE_OPEN_READONLY);
    struct sqlite *db = xcalloc(1, sizeof *db);
    db->path = xstrdup(path);
    sqlite3_config(
        SQLITE_CONFIG_SINGLETHREAD); /* before the first connection; then it is refused */

    int code = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (code != SQLITE_OK) {
        sqlite_fault(db, code, why);
        sqlite_disconnect(db);
        return false;
    }
    sqlite3_extended_result_codes(db->handle, 1);
    sqlite_set_patience(db, BUSY_TIMEOUT_MS);
    keep_wal(db->handle);
    *ret = db;
    return true;
}

void sqlite_set_patience(struct sqlite *db, int ms)
{
    db->patience_ms = ms;
    sqlite3_busy_timeout(db->handle, ms);
}

void sqlite_disconnect(struct sqlite *db)
{
    if (!db)
        return;
    sqlite3_close(db->handle);
    free(db->path);
    free(db);
}

bool sqlite_run(struct sqlite *db, const char *sql, struct fault *why)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || sqlite_fault(db, code, why);
}

bool sqlite_run_or_skip(struct sqlite *db, const char *sql, struct fault *why)
{
    int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return code == SQLITE_OK || (code & 0xff) == SQLITE_CONSTRAINT || sqlite_fault(db, code, why);
}

bool sqlite_pragma(struct sqlite *db, const char *name, int64_t *ret, struct fault *why)
{
    char sql[64];
    struct statement *s;
    sqlite3_snprintf((int)sizeof sql, sql, "PRAGMA %s", name);
    if (!sqlite_prepare(db, sql, &s, why))
        return false;
    bool ok = statement_ask(s, 0, ret, why);
    statement_free(s);
    return ok;
}

bool sqlite_image(struct sqlite *db, struct text *out, struct fault *why)
{
    sqlite3_int64 len;
    unsigned char *bytes = sqlite3_serialize(db->handle, "main", &len, 0);
    if (!bytes)
        return sqlite_fault(db, SQLITE_NOMEM, why);
    text_add(out, (struct span){ (const char *)bytes, (size_t)len });
    sqlite3_free(bytes);
    return true;
}

const char *sqlite_path(const struct sqlite *db)
{
    return db->path;
}

static int ask_whether_cancelled(void *of)
{
    const struct sqlite *db = of;
    return db->cancelled(db->cancelled_of);
}

void sqlite_watch(struct sqlite *db, bool (*cancelled)(void *), void *of)
{
    db->cancelled = cancelled;
    db->cancelled_of = of;
    sqlite3_progress_handler(db->handle, WATCH_EVERY_STEPS,
                             cancelled ? ask_whether_cancelled : NULL, db);
}

int64_t sqlite_changes(const struct sqlite *db)
{
    return sqlite3_changes(db->handle);
}

int64_t sqlite_inserted(const struct sqlite *db)
{
    return sqlite3_last_insert_rowid(db->handle);
}

bool sqlite_in_transaction(const struct sqlite *db)
{
    return !sqlite3_get_autocommit(db->handle);
}

int64_t sqlite_wal_bytes(const struct sqlite *db)
{
    struct stat about;
    struct text wal = { 0 };
    text_addf(&wal, "%s-wal", db->path);
    bool there = stat(text_z(&wal), &about) == 0;
    text_done(&wal);
    return there ? about.st_size : 0;
}

bool sqlite_checkpoint(struct sqlite *db, bool *ret_held, struct fault *why)
{
    int frames = 0, moved = 0;
    sqlite3_busy_timeout(db->handle, 0);
    int code =
        sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_PASSIVE, &frames, &moved);
    if (code == SQLITE_OK && frames == moved)
        code =
            sqlite3_wal_checkpoint_v2(db->handle, "main", SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    sqlite3_busy_timeout(db->handle, db->patience_ms);
    *ret_held = frames > moved || (code & 0xff) == SQLITE_BUSY;
    return code == SQLITE_OK || (code & 0xff) == SQLITE_BUSY || sqlite_fault(db, code, why);
}

bool sqlite_prepare(struct sqlite *db, const char *sql, struct statement **ret, struct fault *why)
{
    sqlite3_stmt *handle;
    int code = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, NULL);
    if (code != SQLITE_OK)
        return sqlite_fault(db, code, why);
    struct statement *s = xmalloc(sizeof *s);
    *s = (struct statement){ .handle = handle, .db = db };
    *ret = s;
    return true;
}

void statement_free(struct statement *s)
{
    if (!s)
        return;
    sqlite3_finalize(s->handle);
    free(s);
}

static int index_of(struct statement *s, const char *parameter)
{
    size_t place = ((uintptr_t)parameter * UINT64_C(0x9e3779b97f4a7c15)) >> 58;
    for (size_t tried = 0; tried < PARAMETERS_MAX; tried++, place = (place + 1) % PARAMETERS_MAX) {
        if (s->names[place] == parameter)
            return s->indexes[place];
        if (s->names[place])
            continue;
        s->names[place] = parameter;
        int index = sqlite3_bind_parameter_index(s->handle, parameter);
        s->indexes[place] = (unsigned char)index;
        return index;
    }
    return sqlite3_bind_parameter_index(s->handle, parameter);
}

void statement_bind_integer(struct statement *s, const char *parameter, int64_t value)
{
    int index = index_of(s, parameter);
    if (index > 0)
        sqlite3_bind_int64(s->handle, index, value);
}

void statement_bind_text(struct statement *s, const char *parameter, struct span text)
{
    int index = index_of(s, parameter);
    if (index > 0)
        sqlite3_bind_text64(s->handle, index, text.at, text.len, SQLITE_STATIC, SQLITE_UTF8);
}

void statement_bind_blob(struct statement *s, const char *parameter, struct span bytes)
{
    int index = index_of(s, parameter);
    if (index <= 0)
        return;
    if (bytes.len)
        sqlite3_bind_blob64(s->handle, index, bytes.at, bytes.len, SQLITE_STATIC);
    else
        sqlite3_bind_zeroblob(s->handle, index, 0);
}

void statement_add_text(const struct statement *s, struct text *out)
{
    char *sql = sqlite3_expanded_sql(s->handle);
    if (sql)
        text_add(out, span_of(sql));
    sqlite3_free(sql);
}

bool statement_step(struct statement *s, bool *ret_row, struct fault *why)
{
    *ret_row = false;
    int code = sqlite3_step(s->handle);
    if (code != SQLITE_ROW && code != SQLITE_DONE) {
        sqlite_fault(s->db, code, why);
        sqlite3_reset(s->handle);
        return false;
    }
    *ret_row = code == SQLITE_ROW;
    return true;
}

void statement_reset(struct statement *s)
{
    sqlite3_reset(s->handle);
    sqlite3_clear_bindings(s->handle);
}

bool statement_run(struct statement *s, struct fault *why)
{
    bool row;
    bool ok = statement_step(s, &row, why);
    statement_reset(s);
    return ok;
}

bool statement_ask(struct statement *s, int64_t none, int64_t *ret, struct fault *why)
{
    bool row;
    bool ok = statement_step(s, &row, why);
    if (ok)
        *ret = row ? statement_integer(s, 0) : none;
    statement_reset(s);
    return ok;
}

int statement_columns(const struct statement *s)
{
    return sqlite3_column_count(s->handle);
}

/* A value may be looked at like this while no thread but this one has the connection, which
 * SQLITE_CONFIG_SINGLETHREAD says of all. */
enum column_holds statement_read(const struct statement *s, int column, int64_t *ret_integer,
                                 struct span *ret_text)
{
    sqlite3_value *value = sqlite3_column_value(s->handle, column);
    switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
        return HOLDS_NOTHING;
    case SQLITE_TEXT:
        ret_text->at = (const char *)sqlite3_value_text(value);
        break;
    case SQLITE_BLOB:
        ret_text->at = sqlite3_value_blob(value);
        break;
    default:
        *ret_integer = sqlite3_value_int64(value);
        return HOLDS_INTEGER;
    }
    ret_text->len = (size_t)sqlite3_value_bytes(value);
    if (!ret_text->at)
        *ret_text = (struct span){ "", 0 };
    return HOLDS_TEXT;
}

bool statement_is_null(const struct statement *s, int column)
{
    return sqlite3_column_type(s->handle, column) == SQLITE_NULL;
}

bool statement_is_text(const struct statement *s, int column)
{
    int type = sqlite3_column_type(s->handle, column);
    return type == SQLITE_TEXT || type == SQLITE_BLOB;
}

int64_t statement_integer(const struct statement *s, int column)
{
    return sqlite3_column_int64(s->handle, column);
}

struct span statement_text(const struct statement *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s->handle, column);
    return (struct span){ text ? text : "", (size_t)sqlite3_column_bytes(s->handle, column) };
}
