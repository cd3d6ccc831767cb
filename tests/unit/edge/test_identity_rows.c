/* Rows of tokens by their keys: ids, names that change, members who share one, and databases from
 * before all of that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sql.h"
#include "store_scene.h"

#define ID "6b1a0c0e-0000-4000-8000-000000000001"
#define OTHER_ID "6b1a0c0e-0000-4000-8000-000000000002"

static const struct rule_set no_rules = { 0 };

static struct token *add(struct place *p, const struct identity *is, const char *shown, unix_s at)
{
    struct fault why;
    struct token *t = token_set_add_as(&p->fleet, is, shown);
    t->last.balance = money_known((struct money){ INT64_C(50000000000) });
    t->last.budgeted = true;
    t->seen_at = at;
    check(store_add_token(p->store, p->account, t, at, &why)
              && store_add_reading(p->store, t, NULL, &why) && store_put_token(p->store, t, &why),
          &why);
    return t;
}

static void load(struct place *p, struct token_set *ret)
{
    struct fault why;
    struct orphan_alerts orphans = { 0 };
    check(store_load_tokens(p->store, p->account, &no_rules, ret, &orphans, &why), &why);
    orphan_alerts_done(&orphans);
}

static void delete_token(struct place *p, const struct token *t, unix_s at, unix_s revoked_at)
{
    struct fault why;
    check(store_delete_token(p->store, t, at, revoked_at, &why), &why);
}

static void rename_token(struct place *p, int64_t id, const struct identity *is, const char *shown,
                         unix_s at)
{
    struct fault why;
    struct token t;
    token_init(&t, is, shown);
    t.id = id;
    check(store_put_names(p->store, &t, at, &why), &why);
    token_done(&t);
}

static void an_identity_is_loaded_as_it_was_stored(void **state)
{
    struct place *p = *state;
    const struct identity ann = { ID, "prod-a", "ann@x.com", "…9f" };
    const struct identity bob = { OTHER_ID, "prod-a", "", "" };
    struct token_set f;
    open_store(p);
    begin_poll(p, START);
    add(p, &ann, "prod-a (ann@x.com)", START);
    add(p, &bob, "prod-a", START);
    commit(p);
    load(p, &f);
    for (size_t i = 0; i < 2; i++) {
        const struct identity was = token_identity(&p->fleet.tokens[i]),
                              is = token_identity(&f.tokens[i]);
        assert_true(identity_is_same(&was, &is));
        assert_string_equal(f.tokens[i].name, p->fleet.tokens[i].name);
        assert_string_equal(f.tokens[i].slug, p->fleet.tokens[i].slug);
    }
    assert_int_equal(token_set_find(&f, span_of(OTHER_ID))->id, p->fleet.tokens[1].id);
    token_set_done(&f);
}

static void a_renamed_token_keeps_its_row_and_its_slug(void **state)
{
    struct place *p = *state;
    const struct identity was = { ID, "prod-a", "", "" }, is = { ID, "prod-b", "ann@x.com", "" };
    struct token_set f;
    open_store(p);
    begin_poll(p, START);
    int64_t id = add(p, &was, "prod-a", START)->id;
    rename_token(p, id, &is, "prod-b", START + 60);
    commit(p);
    load(p, &f);
    assert_int_equal(f.count, 1);
    assert_true(f.tokens[0].id == id && strcmp(f.tokens[0].name, "prod-b") == 0
                && strcmp(f.tokens[0].slug, "prod-a") == 0);
    assert_int_equal(ask(p, "SELECT count(*) FROM v_token WHERE token = 'prod-b'"), 1);
    assert_int_equal(ask(p, "SELECT count(*) FROM v_balance WHERE token = 'prod-b'"), 1);
    token_set_done(&f);
}

/* Names and generations are unique together, of deleted tokens, too. */
static void a_name_may_be_taken_that_others_had(void **state)
{
    struct place *p = *state;
    const struct identity a = { ID, "a", "", "" }, b = { OTHER_ID, "b", "", "" };
    const struct identity a_then = { ID, "b", "", "" }, b_then = { OTHER_ID, "a", "", "" };
    open_store(p);
    begin_poll(p, START);
    int64_t first = add(p, &a, "a", START)->id, second = add(p, &b, "b", START)->id;
    rename_token(p, first, &a_then, "b", START);
    rename_token(p, second, &b_then, "a", START);
    delete_token(p, token_set_find(&p->fleet, span_of(ID)), START, TIME_NONE);
    rename_token(p, second, &b, "b", START);
    commit(p);
    assert_int_equal(ask(p, "SELECT count(*) FROM token WHERE name = 'b'"), 2);
    assert_int_equal(ask(p, "SELECT count(DISTINCT generation) FROM token WHERE name = 'b'"), 2);
}

static int64_t payer_of(struct place *p, const char *name, unix_s day)
{
    struct fault why;
    const struct usage_told told = {
        .book = &p->book,
        .range = { day, day },
        .asked_at = day + DAY_S,
        .until = day + DAY_S,
    };
    char sql[128];
    const struct usage_line line = {
        .day = day,
        .cost = { 5 },
        .calls = 1,
        .payer = intern_number(&p->book.payers, span_of(name)),
        .feature = intern_number(&p->book.words, span_of("llm__chat")),
        .provider = USAGE_WHOLE,
    };
    usage_add(&p->book, &line);
    begin_poll(p, day + DAY_S);
    check(store_replace_usage(p->store, p->account, &told, &why), &why);
    commit(p);
    usage_done(&p->book);
    snprintf(sql, sizeof sql, "SELECT max(token) FROM usage WHERE day = %lld", (long long)day);
    return ask(p, sql);
}

static void consumption_finds_whoever_was_called_so_on_the_day(void **state)
{
    struct place *p = *state;
    const struct identity was = { ID, "old", "", "" }, is = { ID, "new", "", "" };
    open_store(p);
    begin_poll(p, START);
    int64_t id = add(p, &was, "old", START)->id;
    rename_token(p, id, &is, "new (ann@x.com)", START + 5 * DAY_S);
    commit(p);
    assert_int_equal(payer_of(p, "new", START + 6 * DAY_S), id);
    assert_int_equal(payer_of(p, "old", START + 4 * DAY_S), id);
    assert_int_not_equal(payer_of(p, "old", START + 7 * DAY_S), id);
}

static void a_revoked_token_is_gone_since_its_date(void **state)
{
    struct place *p = *state;
    const struct identity is = { ID, "prod-a", "", "" };
    struct token_set f;
    open_store(p);
    begin_poll(p, START);
    struct token *t = add(p, &is, "prod-a", START);
    delete_token(p, t, START + 60, START + 50);
    commit(p);
    load(p, &f);
    assert_int_equal(f.count, 0);
    assert_int_equal(ask(p, "SELECT revoked_at FROM v_token"), START + 50);
    token_set_done(&f);
}

/* What is known of it: its key, or, if it had none, its name; never another's. */
static void who_comes_back_is_found_by_its_key(void **state)
{
    struct place *p = *state;
    const struct identity bare = identity_named("prod-a"), with_id = { ID, "prod-a", "", "" };
    const struct identity successor = { OTHER_ID, "prod-a", "", "" };
    struct fault why;
    struct token t;
    open_store(p);
    begin_poll(p, START);
    int64_t id = add(p, &bare, "prod-a", START)->id;
    delete_token(p, &p->fleet.tokens[0], START + 60, TIME_NONE);
    token_init(&t, &with_id, "prod-a");
    check(store_revive_token(p->store, p->account, &t, START + 90, &why), &why);
    assert_int_equal(t.id, id);
    check(store_put_names(p->store, &t, START + 90, &why), &why);
    delete_token(p, &t, START + 120, START + 110);
    token_done(&t);

    token_init(&t, &successor, "prod-a");
    check(store_revive_token(p->store, p->account, &t, START + 150, &why), &why);
    assert_int_equal(t.id, 0);
    token_done(&t);
    commit(p);
}

/* Up to 0014 a token was its name. */
static void a_database_from_before_has_names_for_keys(void **state)
{
    static const char rows[] =
        "INSERT INTO store (only, id) VALUES (1, '01234567');"
        "INSERT INTO account (id, name, interval_s, last_ok_at) VALUES (1, 'main', 60, 1767225900);"
        "INSERT INTO token (id, account, name, generation, slug, first_seen, deleted_at, kind)"
        " VALUES (1, 1, 'prod-a', 1, 'prod-a', 1767225600, 1767225700, 'token'),"
        "        (2, 1, 'prod-a', 2, 'prod-a', 1767225800, NULL, 'token'),"
        "        (3, 1, 'prod b', 1, 'prod-b-12345678', 1767225600, NULL, 'token'),"
        "        (4, 1, '', 1, 'credits', 1767225600, NULL, 'credits'),"
        "        (5, 1, 'gone', 1, 'gone', 1767225600, 1767225700, 'token');"
        "INSERT INTO token_state (token, seen_at, missing, type, balance_nano, budgeted, "
        "reset_period, verdict) SELECT id, 1767225900, 0, 'api_token', 900, 1, 'none', 'idle' "
        "FROM token;"
        "INSERT INTO alert (token, rule, level, pending, pending_since, since, episode, step)"
        " VALUES (2, 'low', 'warning', 'warning', 0, 1767225900, 3, 1);";
    struct place *p = *state;
    struct sqlite *db;
    struct fault why;
    struct token_set f;
    size_t before = 0;
    char seal[96];
    while (!strstr(sql_migrations[before], "ADD COLUMN identity"))
        before++;
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &db, &why), &why);
    for (size_t i = 0; i < before; i++)
        check(sqlite_run(db, sql_migrations[i], &why), &why);
    snprintf(seal, sizeof seal, "PRAGMA application_id = 1164075553; PRAGMA user_version = %zu",
             before);
    check(sqlite_run(db, rows, &why) && sqlite_run(db, seal, &why), &why);
    sqlite_disconnect(db);

    open_store(p);
    load(p, &f);
    assert_int_equal(f.count, 2);
    assert_int_equal(token_set_find(&f, span_of("prod-a"))->id, 2);
    assert_string_equal(token_set_find(&f, span_of("prod b"))->slug, "prod-b-12345678");
    assert_null(f.tokens[0].marks);
    assert_int_equal(ask(p, "SELECT episode FROM alert WHERE token = 2"), 3);
    assert_int_equal(ask(p, "SELECT count(*) FROM token WHERE key = name"), 5);

    struct token gone; /* it is back, with an id by now */
    const struct identity is = { ID, "gone", "", "" };
    token_init(&gone, &is, "gone");
    begin_poll(p, START + DAY_S);
    check(store_revive_token(p->store, p->account, &gone, START + DAY_S, &why), &why);
    commit(p);
    assert_int_equal(gone.id, 5);
    token_done(&gone);
    token_set_done(&f);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(an_identity_is_loaded_as_it_was_stored),
        TEST(a_renamed_token_keeps_its_row_and_its_slug),
        TEST(a_name_may_be_taken_that_others_had),
        TEST(consumption_finds_whoever_was_called_so_on_the_day),
        TEST(a_revoked_token_is_gone_since_its_date),
        TEST(who_comes_back_is_found_by_its_key),
        TEST(a_database_from_before_has_names_for_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
