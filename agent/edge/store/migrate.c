/* A migration's position in sql/migrations is its version, kept in user_version; application_id
 * says that a file is ours. Nothing is written before both were read. */
#include "edge/store/migrate.h"

#include <inttypes.h>
#include <stdio.h>

#include "sql.h"
#include "sql_schema.h"

static bool read_identity(struct sqlite *db, int64_t *application, int64_t *version, int64_t *pages,
                          struct fault *why)
{
    return sqlite_pragma(db, "application_id", application, why)
        && sqlite_pragma(db, "user_version", version, why)
        && sqlite_pragma(db, "page_count", pages, why);
}

bool migrate_knows(int64_t version, const char *path, struct fault *why)
{
    if (version < 1)
        return fault(why, FAULT_FATAL,
                     "database %s has schema %" PRId64
                     ", which is not one of Ebb's; it was not touched: restore a "
                     "copy, or choose another `store` path",
                     path, version);
    if (version > (int64_t)sql_migration_count)
        return fault(why, FAULT_FATAL,
                     "database %s has schema %" PRId64
                     ", this ebb supports up to %zu; it was not touched: use "
                     "the newer ebb",
                     path, version, sql_migration_count);
    return true;
}

/* Version 0 is that of a database without a single page. */
static bool check_identity(struct sqlite *db, const char *path, int64_t *version, struct fault *why)
{
    int64_t application, pages;
    if (!read_identity(db, &application, version, &pages, why))
        return false;
    if (pages == 0) {
        *version = 0;
        return true;
    }
    if (application != APPLICATION_ID)
        return fault(why, FAULT_FATAL,
                     "%s is not an Ebb database and was not touched: choose another `store` path",
                     path);
    return migrate_knows(*version, path, why);
}

static bool apply(struct sqlite *db, const char *sql, size_t version, struct fault *why)
{
    char seal[128];
    snprintf(seal, sizeof seal, "PRAGMA application_id = %d; PRAGMA user_version = %zu; COMMIT",
             APPLICATION_ID, version);
    if (sqlite_run(db, "BEGIN IMMEDIATE", why) && sqlite_run(db, sql, why)
        && sqlite_run(db, seal, why))
        return true;
    struct fault ignored;
    if (sqlite_in_transaction(db) && !sqlite_run(db, "ROLLBACK", &ignored)) {
        /* the first fault is the one to tell */
    }
    return fault_within(why, "schema version %zu", version);
}

/* The pragma works on an empty database only. One made without it keeps its size and fills its free
 * pages again. */
static bool create(struct sqlite *db, struct fault *why)
{
    return sqlite_run(db, "PRAGMA auto_vacuum = INCREMENTAL", why)
        && apply(db, sql_schema, sql_migration_count, why);
}

bool migrate_forward(struct sqlite *db, const char *path, struct fault *why)
{
    int64_t version;
    if (!check_identity(db, path, &version, why))
        return false;
    if (version == 0)
        return create(db, why);
    for (size_t next = (size_t)version + 1; next <= sql_migration_count; next++)
        if (!apply(db, sql_migrations[next - 1], next, why))
            return false;
    return true;
}

bool migrate_check(struct sqlite *db, const char *path, struct fault *why)
{
    int64_t version;
    if (!check_identity(db, path, &version, why))
        return false;
    if (version < (int64_t)sql_migration_count)
        return fault(why, FAULT_FATAL,
                     "database %s has the older schema %" PRId64
                     "; start the daemon once to migrate it",
                     path, version);
    return true;
}
