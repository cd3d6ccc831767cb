/* The journal of the database: emptied when it is large, unless a reader holds it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store_scene.h"

/* Somebody else's, so that the store does what it does by itself. */
static struct sqlite *connect_to(const struct place *p, enum sqlite_access access)
{
    struct sqlite *db;
    struct fault why;
    check(sqlite_connect(p->path, access, &db, &why), &why);
    return db;
}

static void write_much(const struct place *p)
{
    struct sqlite *db = connect_to(p, SQLITE_ACCESS_WRITE);
    struct fault why;
    check(sqlite_run(
              db,
              "CREATE TABLE IF NOT EXISTS much (x); INSERT INTO much VALUES (zeroblob(20000000))",
              &why),
          &why);
    sqlite_disconnect(db);
}

static bool is_held(struct place *p)
{
    struct fault why;
    bool held;
    check(store_tend_journal(p->store, &held, &why), &why);
    return held;
}

static void a_reader_that_keeps_a_transaction_open_is_noticed_and_its_end_too(void **state)
{
    struct place *p = *state;
    struct fault why;
    int64_t rows;
    open_store(p);
    assert_false(is_held(p));

    struct sqlite *reader = connect_to(p, SQLITE_ACCESS_READ);
    struct statement *q = NULL;
    check(sqlite_run(reader, "BEGIN", &why)
              && sqlite_prepare(reader, "SELECT count(*) FROM store", &q, &why)
              && statement_ask(q, 0, &rows, &why),
          &why);
    write_much(p);
    assert_true(is_held(p));
    assert_true(store_journal_bytes(p->store) > JOURNAL_MUCH_BYTES);

    check(sqlite_run(reader, "ROLLBACK", &why), &why);
    assert_false(is_held(p));
    assert_int_equal(store_journal_bytes(p->store), 0);
    statement_free(q);
    sqlite_disconnect(reader);
}

static void a_large_transaction_leaves_no_large_journal(void **state)
{
    struct place *p = *state;
    open_store(p);
    write_much(p);
    assert_false(is_held(p));
    assert_int_equal(store_journal_bytes(p->store), 0);
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ROW(a_reader_that_keeps_a_transaction_open_is_noticed_and_its_end_too),
        ROW(a_large_transaction_leaves_no_large_journal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
