/* What follows from readings: whoever asks finds the same as if everything had been written down,
 * at any moment. One store is told each change with its reading alone; its twin gets every booking,
 * every sum and every state written with every poll. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/random.h"
#include "edge/store/doubt.h"
#include "edge/store/reader.h"
#include "edge/store/retention.h"
#include "sql.h"
#include "store_scene.h"

enum {
    TOKENS = 6,
    STRIDE = 440, /* the others never spend; so many tokens make a checkpoint take several polls */
    ALL_TOKENS = (TOKENS - 1) * STRIDE + 1,
    POLLS = 300,
    ASK_EVERY = 23,
};

static const struct rule_set no_rules = { 0 };

struct twins {
    struct place narrow, wide;
    struct random random;
    unix_s at;
};

static void found(struct place *p, unix_s at, int tokens)
{
    struct fault why;
    begin_poll(p, at);
    for (int i = 0; i < tokens; i++) {
        char name[32];
        snprintf(name, sizeof name, "prod-%04d", i);
        struct token *t = token_set_add(&p->fleet, name);
        strcpy(t->last.type, "api_token");
        t->last.balance = money_known((struct money){ 5000 * NANO_PER_USD });
        t->last.budgeted = true;
        t->seen_at = at;
        check(store_add_token(p->store, p->account, t, at, &why)
                  && store_add_reading(p->store, t, NULL, &why)
                  && store_put_token(p->store, t, &why),
              &why);
    }
}

/* Whether its row is to say more than the reading. */
static bool book(struct place *p, struct token *t, const struct change *c, bool narrow)
{
    struct fault why;
    bool follows = store_follows(p->store, c);
    for (size_t i = 0; i < c->entry_count; i++) {
        burn_add(&t->burn, &c->entries[i]);
        if (c->entries[i].kind == ENTRY_CONSUMPTION)
            t->spent_nano += c->entries[i].amount.nano;
    }
    t->last.balance = c->is;
    check(store_add_reading(p->store, t, narrow ? c : NULL, &why), &why);
    check(narrow || store_add_change(p->store, t->id, c, &why), &why);
    return !follows;
}

/* Mostly consumption; now and then a top-up, or a reset with what was spent since. */
static struct change next_change(const struct token *t, unix_s at, struct random *random)
{
    uint64_t dice = random_next(random) % 40;
    int64_t amount = 1 + (int64_t)(random_unit(random) * 3e8), was = t->last.balance.is.nano;
    struct change c = { .was = t->last.balance, .at = at };
    struct entry e = { ENTRY_CONSUMPTION, { amount }, t->seen_at, at };
    int64_t moved = -amount;
    if (dice == 0) {
        e.kind = ENTRY_TOPUP;
        moved = amount;
    } else if (dice == 1) {
        c.entries[c.entry_count++] =
            (struct entry){ ENTRY_RESET, { 2 * amount }, t->seen_at, t->seen_at };
        moved = amount;
    }
    c.entries[c.entry_count++] = e;
    c.is = money_known((struct money){ was + moved });
    return c;
}

static void take_back(struct place *p, struct token *t, int64_t poll)
{
    struct fault why;
    struct reversal r;
    check(store_bookings_since(p->store, t->id, poll, &r, &why)
              && store_reverse(p->store, t->id, poll, &why),
          &why);
    for (size_t i = 0; i < r.count; i++) {
        burn_take(&t->burn, &r.at[i]);
        if (r.at[i].kind == ENTRY_CONSUMPTION)
            t->spent_nano -= r.at[i].amount.nano;
    }
    free(r.at);
}

/* As the daemon has it, but for the twin's row, which says everything. */
static void keep_state(struct place *p, struct token *t, bool may_spare)
{
    struct fault why;
    const struct gist now = token_gist(t, &t->forecast);
    if (may_spare && !gist_misleads(&t->stored, &now, t->seen_at, false))
        return;
    t->stored = now;
    check(store_put_token(p->store, t, &why), &why);
}

static void poll_one(struct place *p, unix_s at, struct random random, bool narrow)
{
    begin_poll(p, at);
    for (int i = 0; i < TOKENS; i++) {
        struct token *t = &p->fleet.tokens[i * STRIDE];
        bool dirty = at < t->seen_at; /* the clock was set */
        burn_seen(&t->burn, at);
        if (random_next(&random) % 3) {
            struct change c = next_change(t, at, &random);
            dirty |= book(p, t, &c, narrow);
        }
        if (random_next(&random) % 97 == 0) {
            take_back(p, t, store_last_poll(p->store) - (int64_t)(random_next(&random) % 20));
            dirty = true;
        }
        t->seen_at = at;
        keep_state(p, t, narrow && !dirty);
    }
    commit(p);
}

/* One slice, so that what follows is asked amid a checkpoint as well. */
static bool upkeep(struct place *p, unix_s at)
{
    struct fault why;
    bool more = false;
    check(store_begin(p->store, &why) && store_checkpoint(p->store, at, &more, &why), &why);
    commit(p);
    return more;
}

/* Five minutes, seldom some hours or a day and more; a clock that was set back. */
static unix_s next_time(unix_s at, struct random *random)
{
    uint64_t dice = random_next(random) % 100;
    if (dice == 0)
        return at + 2 * HOUR_S + (int64_t)(random_next(random) % (2 * DAY_S));
    if (dice == 1)
        return at - 600;
    return at + 240 + (int64_t)(random_next(random) % 120);
}

/* ---- what is asked ---- */

/* Sums of nothing: a row, or none, says the same. */
static bool is_empty(enum query query, const struct cell *row, size_t count)
{
    bool is_sum = query == QUERY_SPARKS;
    for (size_t i = 2; is_sum && i < count; i++)
        is_sum = row[i].integer == 0;
    return is_sum;
}

static void dump_query(struct place *p, enum query query, unix_s at, struct text *out)
{
    struct fault why;
    struct query_result *a;
    static const size_t counts[QUERIES] = {
        [QUERY_SPARKS] = 3,         [QUERY_HISTORY] = 8, [QUERY_REPORT_GAPS] = 4,
        [QUERY_REPORT_TOKENS] = 18, [QUERY_IDLE] = 7,    [QUERY_AUDIT] = 17,
    };
    struct cell row[20];
    const struct query_filter filter = {
        .now = at,
        .since = query == QUERY_HISTORY ? TIME_NONE : at - 9 * DAY_S,
        .until = at + DAY_S,
        .ids = query == QUERY_REPORT_GAPS ? "[1,2,3,4,5,6,7,8]" : NULL,
        .token = "prod-0880",
        .account = "main"
    };
    bool more = true;
    if (!counts[query])
        return;
    check(query_open(p->store, query, &filter, &a, &why), &why);
    while (more) {
        check(query_next(a, row, counts[query], &more, &why), &why);
        for (size_t i = 0; more && !is_empty(query, row, counts[query]) && i < counts[query]; i++) {
            if (row[i].kind == CELL_TEXT)
                text_add(out, row[i].text);
            else
                text_addf(out, row[i].kind == CELL_NONE ? "-" : "%lld", (long long)row[i].integer);
            text_add(out, span_of(i + 1 < counts[query] ? " " : "\n"));
        }
    }
    query_close(a);
}

/* What tokens stand at: their states, and readings that these do not know. */
static void dump_states(struct place *p, unix_s at, struct text *out)
{
    const struct query_filter filter = query_at(at, "main");
    struct cell row[QUERY_STATUS_COLUMNS];
    struct token_slice one = { .at = NULL };
    struct query_result *a;
    struct fault why;
    bool more = true;
    check(query_open(p->store, QUERY_STATUS, &filter, &a, &why), &why);
    while (more) {
        check(query_next(a, row, COUNT(row), &more, &why), &why);
        if (!more)
            break;
        slice_add(&one, row[QUERY_STATUS_ID].integer, row[QUERY_STATUS_ACCOUNT_ID].integer,
                  row[QUERY_STATUS_KNOWN_POLL].integer);
        check(slice_load(p->store, &one, &why), &why);
        struct maybe_money balance =
            one.at->newer ? one.at->balance : cell_money(&row[QUERY_STATUS_BALANCE_NANO]);
        text_addf(out, "%lld %lld %lld\n", (long long)one.at->id,
                  balance.known ? (long long)balance.is.nano : -1,
                  (long long)(row[QUERY_STATUS_SPENT_NANO].integer + one.at->spent_nano));
        slice_done(&one);
    }
    query_close(a);
}

static void dump_sql(const struct place *p, const char *sql, struct text *out)
{
    struct sqlite *db = NULL;
    struct statement *q = NULL;
    struct fault why;
    bool row = true;
    check(sqlite_connect(p->path, SQLITE_ACCESS_READ, &db, &why)
              && sqlite_prepare(db, sql, &q, &why),
          &why);
    while (row) {
        check(statement_step(q, &row, &why), &why);
        for (int i = 0; row && i < statement_columns(q); i++) {
            text_add(out, statement_text(q, i));
            text_add(out, span_of(i + 1 < statement_columns(q) ? " " : "\n"));
        }
    }
    statement_free(q);
    sqlite_disconnect(db);
}

static const char *const views[] = {
    "SELECT poll, token, kind, amount_nano, since FROM entry ORDER BY 1, 2, seq",
    "SELECT token, hour, spent_nano, topup_nano, reset_nano FROM hour_sum"
    " WHERE spent_nano <> 0 OR topup_nano <> 0 OR reset_nano <> 0 ORDER BY 1, 2",
    "SELECT token, day, spent_nano, topup_nano, reset_nano FROM day_sum ORDER "
    "BY 1, 2",
    "SELECT token, balance_nano, spent_nano FROM token_now ORDER BY 1",
    "SELECT at, since, token, kind, amount_usd FROM v_entry ORDER BY token_id, at, kind, since",
    "SELECT at, token, spent_usd FROM v_consumption_hourly WHERE spent_usd <> 0 ORDER BY 1, 2",
    "SELECT token, balance_usd, type FROM v_token ORDER BY 1",
    "SELECT at, token, balance_usd FROM v_balance ORDER BY at, token",
};

static void assert_same(const struct text *a, const struct text *b, const char *what)
{
    if (a->len == b->len && memcmp(text_z(a), text_z(b), a->len) == 0)
        return;
    size_t at = 0;
    while (at < a->len && at < b->len && a->at[at] == b->at[at])
        at++;
    size_t from = at > 80 ? at - 80 : 0;
    fail_msg("%s: differs at byte %zu of %zu and %zu:\n%.160s\n--- but\n%.160s", what, at, a->len,
             b->len, a->at + from, b->at + from);
}

static void assert_burns_outlive_a_start(struct place *p)
{
    struct fault why;
    struct token_set loaded;
    struct orphan_alerts orphans = { 0 };
    check(store_begin(p->store, &why)
              && store_load_tokens(p->store, p->account, &no_rules, &loaded, &orphans, &why),
          &why);
    commit(p);
    for (size_t i = 0; i < TOKENS; i++) {
        const struct token *t = &p->fleet.tokens[i * STRIDE], *l = &loaded.tokens[i * STRIDE];
        assert_int_equal(l->id, t->id);
        assert_true(maybe_money_equal(l->last.balance, t->last.balance));
        assert_int_equal(l->spent_nano, t->spent_nano);
    }
    token_set_done(&loaded);
    orphan_alerts_done(&orphans);
}

static void dump_burns(struct place *p, struct text *out)
{
    struct fault why;
    struct token_set loaded;
    struct orphan_alerts orphans = { 0 };
    check(store_begin(p->store, &why)
              && store_load_tokens(p->store, p->account, &no_rules, &loaded, &orphans, &why),
          &why);
    commit(p);
    for (size_t i = 0; i < TOKENS; i++) {
        struct past past;
        past_begin(&past, &loaded.tokens[i * STRIDE].burn, 300);
        check(store_load_past(p->store, loaded.tokens[i * STRIDE].id, &past, &why), &why);
        for (int w = 0; w < BURN_WINDOWS; w++)
            text_addf(out, "%lld ",
                      (long long)burn_over(&loaded.tokens[i * STRIDE].burn, (enum burn_window)w)
                          .nano_per_h);
        for (int h = 0; h < PAST_HOURS; h++)
            text_addf(out, "%lld ", (long long)past.hours[h]);
    }
    token_set_done(&loaded);
    orphan_alerts_done(&orphans);
}

static void compare(struct twins *t)
{
    struct text a = { 0 }, b = { 0 };
    char what[64];
    for (int q = 0; q < QUERIES; q++) {
        text_clear(&a);
        text_clear(&b);
        dump_query(&t->narrow, (enum query)q, t->at, &a);
        dump_query(&t->wide, (enum query)q, t->at, &b);
        snprintf(what, sizeof what, "query %d", q);
        assert_same(&a, &b, what);
    }
    for (size_t i = 0; i < COUNT(views); i++) {
        text_clear(&a);
        text_clear(&b);
        dump_sql(&t->narrow, views[i], &a);
        dump_sql(&t->wide, views[i], &b);
        assert_same(&a, &b, views[i]);
        assert_true(a.len > 0);
    }
    text_clear(&a);
    text_clear(&b);
    dump_states(&t->narrow, t->at, &a);
    dump_states(&t->wide, t->at, &b);
    assert_same(&a, &b, "states");
    assert_true(a.len > 0);
    text_clear(&a);
    text_clear(&b);
    dump_burns(&t->narrow, &a);
    dump_burns(&t->wide, &b);
    assert_same(&a, &b, "burns and pasts after a start");
    text_done(&a);
    text_done(&b);
    assert_burns_outlive_a_start(&t->narrow);
}

static void every_reader_finds_what_would_have_been_written_down(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        struct twins t = { .random = random_seeded(seed), .at = START + 1800 };
        make_place(&t.narrow);
        make_place(&t.wide);
        open_store(&t.narrow);
        open_store(&t.wide);
        found(&t.narrow, t.at, ALL_TOKENS);
        found(&t.wide, t.at, ALL_TOKENS);
        commit(&t.narrow);
        commit(&t.wide);
        int moments = 0;
        for (int n = 1; n <= POLLS; n++) {
            t.at = next_time(t.at, &t.random);
            struct random dice = random_seeded(random_next(&t.random));
            poll_one(&t.narrow, t.at, dice, true);
            poll_one(&t.wide, t.at, dice, false);
            bool is_under_way = upkeep(&t.narrow, t.at);
            upkeep(&t.wide, t.at);
            if (n % ASK_EVERY == 0 || (is_under_way && moments++ < 6))
                compare(&t);
        }
        assert_true(moments > 3); /* some were asked amid a checkpoint */
        assert_true(ask(&t.narrow, "SELECT count(*) FROM booking")
                    < ask(&t.narrow, "SELECT count(*) FROM entry") / 3);
        assert_int_equal(ask(&t.narrow, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
        assert_int_equal(ask(&t.wide, "SELECT count(*) FROM pragma_foreign_key_check"), 0);
        remove_place(&t.narrow);
        remove_place(&t.wide);
    }
}

/* As the version before 0009 left it in the middle of an hour. */
static void a_database_from_before_goes_on_in_the_middle_of_an_hour(void **state)
{
    static const char rows[] =
        "INSERT INTO account (id, name, interval_s, last_ok_at) VALUES (1, 'main', 300, "
        "1767226200);"
        "INSERT INTO token (id, account, name, generation, slug, first_seen)"
        " VALUES (1, 1, 'prod-0000', 1, 'prod-0000', 1767225600);"
        "INSERT INTO poll (id, account, at, result, http_status, tokens, changed, missing, bytes, "
        "took_ms)"
        " VALUES (1, 1, 1767225600, 'ok', 200, 1, 1, 0, 0, 0), (2, 1, 1767225900, 'ok', 200, 1, 1, "
        "0, 0, 0),"
        "        (3, 1, 1767226200, 'ok', 200, 1, 1, 0, 0, 0);"
        "INSERT INTO terms VALUES (1, 'api_token', 1, NULL, 'none', NULL);"
        "INSERT INTO reading VALUES (1, 1, 1000, 1), (2, 1, 970, 1), (3, 1, 900, 1);"
        "INSERT INTO booking VALUES (2, 1, 0, 0, 30, 1767225600), (3, 1, 0, 0, 70, 1767225900);"
        "INSERT INTO hourly (token, hour, spent_nano, low_nano, high_nano) VALUES (1, 1767225600, "
        "100, 900, 1000);"
        "INSERT INTO daily (token, day, spent_nano, low_nano, high_nano) VALUES (1, 1767225600, "
        "100, 900, 1000);"
        "INSERT INTO token_state (token, seen_at, missing, type, balance_nano, budgeted, "
        "reset_period, verdict,"
        " spent_nano, snapshot_poll) VALUES (1, 1767226200, 0, 'api_token', 900, 1, 'none', "
        "'learning', 100, 3);";
    struct place *p = *state;
    struct sqlite *db;
    struct fault why;
    struct orphan_alerts orphans = { 0 };
    size_t before = 0;
    while (!strstr(sql_migrations[before], "CREATE TABLE checkpoint"))
        before++;
    check(sqlite_connect(p->path, SQLITE_ACCESS_WRITE, &db, &why), &why);
    for (size_t i = 0; i < before; i++)
        check(sqlite_run(db, sql_migrations[i], &why), &why);
    char seal[96];
    snprintf(seal, sizeof seal, "PRAGMA application_id = 1164075553; PRAGMA user_version = %zu",
             before);
    check(sqlite_run(db, rows, &why) && sqlite_run(db, seal, &why), &why);
    sqlite_disconnect(db);

    open_store(p);
    check(store_begin(p->store, &why)
              && store_load_tokens(p->store, p->account, &no_rules, &p->fleet, &orphans, &why),
          &why);
    commit(p);
    struct token *t = &p->fleet.tokens[0];
    assert_true(t->last.balance.is.nano == 900 && t->spent_nano == 100);
    struct change c = {
        .entries = { { ENTRY_CONSUMPTION, { 50 }, START + 600, START + 900 } },
        .entry_count = 1,
        .was = money_known((struct money){ 900 }),
        .is = money_known((struct money){ 850 }),
        .at = START + 900,
    };
    begin_poll(p, START + 900);
    assert_true(store_follows(p->store, &c));
    assert_false(book(p, t, &c, true));
    commit(p);
    for (int later = 0; later < 2; later++) { /* while the hour is open, and when it is over */
        assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hour_sum"), 150);
        assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM day_sum"), 150);
        assert_int_equal(ask(p, "SELECT sum(amount_nano) FROM entry WHERE kind = 'consumption'"),
                         150);
        assert_int_equal(ask(p, "SELECT balance_nano FROM token_now"), 850);
        assert_int_equal(ask(p, "SELECT spent_nano FROM token_now"), 150);
        assert_int_equal(ask(p, "SELECT low_nano FROM hour_sum"), 850);
        assert_int_equal(ask(p, "SELECT spent_nano FROM hourly"), later ? 150 : 100);
        checkpoint(p, START + HOUR_S + 300);
    }
}

/* What an hour cost is not forgotten with its readings while it is not written down. */
static void no_reading_goes_before_its_hour_is_in_the_sums(void **state)
{
    static const struct retention brief = { DAY_S, 400 * (int64_t)DAY_S, 400 * (int64_t)DAY_S };
    struct place *p = *state;
    struct random random = random_seeded(5);
    open_store(p);
    found(p, START, 1);
    commit(p);
    struct token *t = &p->fleet.tokens[0];
    for (int i = 1; i < 700; i++) { /* two days without a checkpoint */
        unix_s at = START + i * 300;
        struct change c = next_change(t, at, &random);
        begin_poll(p, at);
        bool dirty = book(p, t, &c, true);
        t->seen_at = at;
        keep_state(p, t, !dirty);
        commit(p);
        retain(p, &brief, at);
    }
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hour_sum"), t->spent_nano);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM day_sum"), t->spent_nano);
    checkpoint(p, START + 701 * 300);
    retain(p, &brief, START + 701 * 300);
    assert_true(ask(p, "SELECT count(*) FROM reading") < 650);
    assert_int_equal(ask(p, "SELECT sum(spent_nano) FROM hour_sum"), t->spent_nano);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_database_from_before_goes_on_in_the_middle_of_an_hour,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_reading_goes_before_its_hour_is_in_the_sums, set_up,
                                        tear_down),
        cmocka_unit_test(every_reader_finds_what_would_have_been_written_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
