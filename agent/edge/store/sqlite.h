/* The only file that includes sqlite3.h: connections and statements with faults in our words.
 *
 * Statements are prepared once and kept; parameters are bound by name, and what a statement does
 * not name is skipped. FAULT_RETRY: busy, locked, disk full, unwritable, unreadable or damaged.
 * FAULT_FATAL: our own mistake. */
#pragma once

#include <stdint.h>

#include "base/fault.h"
#include "base/span.h"
#include "base/text.h"

struct sqlite;
struct statement;

enum sqlite_access {
    SQLITE_ACCESS_READ,
    SQLITE_ACCESS_WRITE
};                               /* a writer makes a file that is absent */
#define SQLITE_MEMORY ":memory:" /* as a path: a database without a file */

MUST_CHECK bool sqlite_connect(const char *path, enum sqlite_access access, struct sqlite **ret,
                               struct fault *why);
/* How long a statement waits for whoever has locked the file; at first some seconds. */
void sqlite_set_patience(struct sqlite *db, int ms);
void sqlite_disconnect(struct sqlite *db); /* statements must be freed before; accepts NULL */

/* Runs SQL text of ours that returns no rows, several statements at once. */
MUST_CHECK bool sqlite_run(struct sqlite *db, const char *sql, struct fault *why);
/* The same of one statement, which does nothing when its row is there already or is about one that
 * is not. */
MUST_CHECK bool sqlite_run_or_skip(struct sqlite *db, const char *sql, struct fault *why);
MUST_CHECK bool sqlite_pragma(struct sqlite *db, const char *name, int64_t *ret, struct fault *why);
/* Adds the bytes that a file of this database would hold. FAULT_FATAL. */
MUST_CHECK bool sqlite_image(struct sqlite *db, struct text *out, struct fault *why);
const char *sqlite_path(const struct sqlite *db); /* as it was named */
/* While a statement runs, `cancelled(of)` is asked now and then; true ends it with FAULT_RETRY.
 * NULL: no longer. */
void sqlite_watch(struct sqlite *db, bool (*cancelled)(void *), void *of);
int64_t sqlite_changes(
    const struct sqlite *db); /* rows that the statement run last inserted, changed or deleted */
int64_t sqlite_inserted(const struct sqlite *db); /* the id of the row that was inserted last */
bool sqlite_in_transaction(const struct sqlite *db);
int64_t sqlite_wal_bytes(const struct sqlite *db); /* of the file; 0: there is none */
/* Moves the WAL into the database as far as readers let it, and empties its file if they let all of
 * it; never waits. *ret_held: a reader stands in the way. */
MUST_CHECK bool sqlite_checkpoint(struct sqlite *db, bool *ret_held, struct fault *why);

MUST_CHECK bool sqlite_prepare(struct sqlite *db, const char *sql, struct statement **ret,
                               struct fault *why);
void statement_free(struct statement *s); /* accepts NULL */
void statement_add_text(const struct statement *s,
                        struct text *out); /* as SQL, with what is bound to it */

/* `parameter` is a literal, or lives and stays as long as the statement. */
void statement_bind_integer(struct statement *s, const char *parameter, int64_t value);
void statement_bind_text(struct statement *s, const char *parameter,
                         struct span text); /* borrowed until reset */
void statement_bind_blob(struct statement *s, const char *parameter, struct span bytes);

MUST_CHECK bool statement_step(struct statement *s, bool *ret_row, struct fault *why);
void statement_reset(struct statement *s); /* and forgets what was bound */
/* Steps a statement that gives no rows, and resets it. */
MUST_CHECK bool statement_run(struct statement *s, struct fault *why);
/* Steps a statement that gives one integer at most, and resets it; `none` when it gives no row. */
MUST_CHECK bool statement_ask(struct statement *s, int64_t none, int64_t *ret, struct fault *why);

int statement_columns(const struct statement *s);

enum column_holds { HOLDS_NOTHING, HOLDS_INTEGER, HOLDS_TEXT };
/* What a column holds, at a fraction of the cost of asking for its type and value one by one: a
 * number in *ret_integer, text or a blob in *ret_text until the next step. */
enum column_holds statement_read(const struct statement *s, int column, int64_t *ret_integer,
                                 struct span *ret_text);
bool statement_is_null(const struct statement *s, int column);
bool statement_is_text(const struct statement *s, int column);
int64_t statement_integer(const struct statement *s, int column);
struct span statement_text(const struct statement *s,
                           int column); /* text or blob, terminated; until the next step */
