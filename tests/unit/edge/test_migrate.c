/* A new database is the same as one that came through every version. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "edge/store/migrate.h"
#include "sql.h"
#include "store_scene.h"

/* Rows that are in one of the two and not in the other. */
static int64_t different(struct sqlite *db, const char *columns, const char *table)
{
    struct statement *q;
    struct fault why;
    int64_t rows = -1;
    char sql[512];
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM (SELECT * FROM (SELECT %1$s FROM main.%2$s EXCEPT "
             "SELECT %1$s FROM made.%2$s) UNION ALL SELECT * FROM (SELECT %1$s FROM made.%2$s "
             "EXCEPT SELECT %1$s FROM main.%2$s))",
             columns, table);
    check(sqlite_prepare(db, sql, &q, &why) && statement_ask(q, -1, &rows, &why), &why);
    statement_free(q);
    return rows;
}

static void migrate_one_by_one(struct sqlite *db)
{
    struct fault why;
    for (size_t i = 0; i < sql_migration_count; i++)
        check(sqlite_run(db, sql_migrations[i], &why), &why);
}

static void a_new_database_is_as_one_that_came_through_every_version(void **state)
{
    struct place *p = *state;
    struct sqlite *db, *made;
    struct statement *tables;
    struct fault why;
    int compared = 0;
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &made, &why)
              && migrate_forward(made, p->path, &why),
          &why);
    sqlite_disconnect(made);

    char attach[160];
    snprintf(attach, sizeof attach, "ATTACH '%s' AS made", p->path);
    check(sqlite_connect(SQLITE_MEMORY, SQLITE_ACCESS_WRITE, &db, &why), &why);
    migrate_one_by_one(db);
    check(sqlite_run(db, attach, &why), &why);
    assert_int_equal(different(db, "type, name, tbl_name, sql", "sqlite_schema"), 0);
    check(sqlite_prepare(db, "SELECT name FROM sqlite_schema WHERE type = 'table'", &tables, &why),
          &why);
    for (bool row = true; statement_step(tables, &row, &why) && row; compared++)
        if (different(db, "*", statement_text(tables, 0).at) != 0)
            fail_msg("%s differs", statement_text(tables, 0).at);
    assert_in_range(compared, 30, 200);
    statement_free(tables);
    sqlite_disconnect(db);
    assert_int_equal(ask(p, "PRAGMA user_version"), sql_migration_count);
    assert_int_equal(ask(p, "PRAGMA application_id"), APPLICATION_ID);
    assert_int_equal(ask(p, "PRAGMA auto_vacuum"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_new_database_is_as_one_that_came_through_every_version,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
