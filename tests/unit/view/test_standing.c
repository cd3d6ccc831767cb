/* What stands now, read from rows written here: states, ends and their order, and what the
 * account's credits limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "base/random.h"
#include "base/text.h"
#include "booked_past.h"
#include "core/forecast/packed.h"
#include "edge/store/store_private.h"
#include "store_scene.h"
#include "view/screen.h"
#include "view/standing.h"

#define NOW INT64_C(1785585600) /* 2026-08-01T12:00:00Z */
#define SEEN (NOW - 100)
#define CENT (NANO_PER_USD / 100)

enum { POLL_S = 300 };

static void run_sql(struct place *s, const char *sql)
{
    struct fault why;
    if (!sqlite_run(store_sqlite(s->store), sql, &why))
        fail_msg("%s", why.text);
}

static int open_scene(void **state)
{
    struct place *s = calloc(1, sizeof *s);
    struct fault why;
    make_place(s);
    check(store_open(s->path, STORE_WRITE, &s->store, &why), &why);
    struct text sql = { 0 };
    text_addf(&sql,
              "INSERT INTO account (id, name, interval_s, stale_s, last_ok_at)"
              " VALUES (1, 'main', 300, 960, %" PRId64 ")",
              SEEN);
    run_sql(s, text_z(&sql));
    text_done(&sql);
    *state = s;
    return 0;
}

static int close_scene(void **state)
{
    remove_place(*state);
    free(*state);
    return 0;
}

/* A cent every five minutes for a week and a day until SEEN. */
static struct curve steady(void)
{
    struct booked_past p;
    booked_init(&p);
    for (unix_s at = SEEN - 8 * DAY_S; at <= SEEN; at += POLL_S) {
        struct entry e = { ENTRY_CONSUMPTION, { CENT }, at - POLL_S, at };
        burn_seen(&p.burn, at);
        booked_add(&p, &e);
    }
    struct curve c = booked_curve(&p, POLL_S, 500.0 * CENT);
    booked_done(&p);
    return c;
}

static void add_hex(struct text *sql, const unsigned char *bytes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_addf(sql, "%02x", bytes[i]);
}

/* A series with `cents` left, seen last `ago_s` before now; one that burns has a curve. */
static void add_series(struct place *s, int id, const char *name, int64_t cents, bool burns,
                       int64_t ago_s)
{
    struct text sql = { 0 };
    const char *kind = *name ? "token" : "credits";
    text_addf(&sql,
              "INSERT INTO token (id, account, name, generation, slug, first_seen, kind)"
              " VALUES (%d, 1, '%s', 1, '%d', 0, '%s');"
              "INSERT INTO token_state (token, seen_at, missing, type, balance_nano, budgeted, "
              "reset_period,"
              " verdict, burn_1h_nano, burn_7d_nano, spent_nano)"
              " VALUES (%d, %" PRId64 ", 0, 'api_token', %" PRId64
              ", 1, 'none', 'learning', 0, %d, 0);",
              id, name, id, kind, id, NOW - ago_s, cents * CENT, burns);
    if (burns) {
        struct curve c = steady();
        unsigned char bytes[CURVE_BYTES];
        curve_pack(&c, bytes);
        text_addf(&sql, "INSERT INTO curve VALUES (%d, %" PRId64 ", 0, 'days', x'", id, c.origin);
        add_hex(&sql, bytes, sizeof bytes);
        text_add(&sql, span_of("');"));
    }
    run_sql(s, text_z(&sql));
    text_done(&sql);
}

/* In so many slices. */
static struct standing *load_one_by_one(struct place *s, unix_s now, int64_t fresh_s, size_t *ret)
{
    const struct query_filter scope = query_at(now, NULL);
    struct standing *standing;
    struct fault why;
    bool more = true;
    check(standing_begin(s->store, &scope, fresh_s, &standing, &why), &why);
    for (*ret = 0; more; ++*ret)
        check(standing_load(standing, 1, &more, &why), &why);
    check(standing_load(standing, 1, &more, &why), &why);
    assert_false(more);
    return standing;
}

static void expect_rows(struct standing *standing, const char *lines)
{
    struct cell c[STANDING_COLUMNS];
    struct text got = { 0 };
    while (standing_next(standing, c, STANDING_COLUMNS)) {
        text_add(&got, c[STANDING_TOKEN].text);
        text_add(&got, span_of(" "));
        text_add(&got, c[STANDING_STATE].text);
        text_add(&got, span_of(c[STANDING_LIKELY].kind == CELL_NONE ? " - " : " ends "));
        text_add(&got,
                 c[STANDING_LIMITED_BY].kind == CELL_TEXT ? c[STANDING_LIMITED_BY].text
                                                          : span_of("-"));
        text_add(&got, span_of("\n"));
    }
    standing_end(standing);
    assert_string_equal(text_z(&got), lines);
    text_done(&got);
}

/* "name state ends by" for each token, "-" for what is not known; loaded at once, or one by one. */
static void expect(struct place *s, unix_s now, int64_t fresh_s, const char *lines)
{
    const struct query_filter scope = query_at(now, NULL);
    struct standing *at_once;
    struct fault why;
    check(standing_of_tokens(s->store, &scope, fresh_s, &at_once, &why), &why);
    expect_rows(at_once, lines);
    size_t slices, rows = 0;
    struct standing *sliced = load_one_by_one(s, now, fresh_s, &slices);
    for (const char *at = lines; *at; at++)
        rows += *at == '\n';
    expect_rows(sliced, lines);
    assert_true(slices > rows); /* none brings more than one, and the last finds none left */
}

static void tokens_come_by_runway_and_what_cannot_be_seen_has_no_end(void **state)
{
    struct place *s = *state;
    add_series(s, 1, "idle", 100, false, 100);
    add_series(s, 2, "later", 100000, true, 100);
    add_series(s, 3, "sooner", 500, true, 100);
    add_series(s, 4, "empty", 0, false, 100);
    add_series(s, 5, "gone", 500, true, 100);
    add_series(s, 6, "over", 500, true, 100);
    run_sql(s,
            "UPDATE token_state SET missing = 2 WHERE token = 5;"
            "UPDATE token_state SET expires_at = 1785585600 WHERE token = 6;");
    expect(s, NOW, -1,
           "empty exhausted ends balance\nsooner runs_dry ends balance\nlater safe ends balance\n"
           "gone missing - balance\nidle idle - balance\nover expired - balance\n");

    run_sql(s, "UPDATE token SET deleted_at = 1 WHERE id <> 3");
    unix_s last = SEEN + 3 * 300 + 60;
    expect(s, last, -1, "sooner runs_dry ends balance\n");
    expect(s, last + 1, -1, "sooner stale - balance\n");
    expect(s, last + 1, 2 * HOUR_S,
           "sooner runs_dry ends balance\n"); /* who asks may be content with less */
}

static void credits_that_are_less_limit_every_token_as_long_as_they_are_known(void **state)
{
    struct place *s = *state;
    add_series(s, 1, "", 13, true, 100);
    add_series(s, 2, "rich", 500000, true, 100);
    add_series(s, 3, "poor", 5, true, 100);
    expect(s, NOW, -1, "poor runs_dry ends balance\nrich runs_dry ends credits\n");
    run_sql(s, "UPDATE token_state SET balance_nano = 0 WHERE token = 1");
    expect(s, NOW, -1, "poor exhausted ends credits\nrich exhausted ends credits\n");
    run_sql(s, "UPDATE account SET credits_reason = 'HTTP 500'");
    expect(s, NOW, -1, "poor exhausted ends credits\nrich exhausted ends credits\n");
    run_sql(s, "UPDATE token_state SET seen_at = seen_at - 864000 WHERE token = 1");
    expect(s, NOW, -1, "poor runs_dry ends balance\nrich safe ends balance\n");
}

static void bytes_that_are_no_curve_are_no_forecast(void **state)
{
    struct place *s = *state;
    add_series(s, 1, "tok", 500, true, 100);
    static const char *const spoilt[] = { "x''",
                                          "zeroblob(127)",
                                          "zeroblob(1128)",
                                          "substr(bytes, 2) || x'ff'",
                                          "substr(bytes, 1, 100) || zeroblob(length(bytes) - 100)",
                                          "randomblob(length(bytes))",
                                          "randomblob(1128)" };
    for (size_t i = 0; i < COUNT(spoilt); i++) {
        struct text sql = { 0 };
        text_addf(&sql, "UPDATE curve SET bytes = CAST(%s AS BLOB)", spoilt[i]);
        run_sql(s, text_z(&sql));
        text_done(&sql);
        expect(s, NOW, -1, "tok learning - balance\n");
    }
}

static void a_curve_is_the_same_after_it_was_kept(void **state)
{
    (void)state;
    struct curve c = steady(), back = { .origin = c.origin, .history = c.history };
    unsigned char bytes[CURVE_BYTES];
    curve_pack(&c, bytes);
    assert_true(curve_unpack((struct span){ (const char *)bytes, sizeof bytes }, 1, &back));
    for (double nano = 1; nano < 1e15; nano *= 3)
        for (double level = 0.05; level < 1; level += 0.1)
            assert_true(curve_hours(&c, nano, level) == curve_hours(&back, nano, level));
}

/* ---- views ---- */

/* The views of dashboards as they are at `now`, whatever the clock of the machine shows. */
static void set_view_clock(struct place *s, unix_s now)
{
    static const char *const views[] = { "state_now", "v_token", "v_credits" };
    struct statement *q;
    struct fault why;
    bool row;
    for (size_t i = 0; i < COUNT(views); i++) {
        struct text sql = { 0 };
        text_addf(&sql,
                  "SELECT 'DROP VIEW IF EXISTS temp.%s;' || replace(replace(sql, 'CREATE VIEW', "
                  "'CREATE TEMP VIEW'), 'unixepoch()', '%" PRId64
                  "') FROM main.sqlite_master WHERE name = '%s'",
                  views[i], now, views[i]);
        check(sqlite_prepare(store_sqlite(s->store), text_z(&sql), &q, &why), &why);
        check(statement_step(q, &row, &why), &why);
        assert_true(row);
        text_clear(&sql);
        text_add(&sql, statement_text(q, 0));
        statement_free(q);
        run_sql(s, text_z(&sql));
        text_done(&sql);
    }
}

/* "name state likely" of each row of a view, "-" for what is not known. */
static void put_view(struct place *s, const char *from, struct text *ret)
{
    struct statement *q;
    struct fault why;
    struct text sql = { 0 };
    bool row = true;
    text_addf(&sql, "SELECT %s, state, likely_at IS NOT NULL, verdict FROM %s ORDER BY 1",
              strcmp(from, "v_token") == 0 ? "token" : "account", from);
    check(sqlite_prepare(store_sqlite(s->store), text_z(&sql), &q, &why), &why);
    for (;;) {
        check(statement_step(q, &row, &why), &why);
        if (!row)
            break;
        text_addf(ret, "%s %s %s\n", statement_text(q, 0).at, statement_text(q, 1).at,
                  statement_integer(q, 2) ? "ends" : "-");
    }
    statement_free(q);
    text_done(&sql);
}

static void put_standing(struct place *s, unix_s now, struct text *ret)
{
    const struct query_filter scope = query_at(now, NULL);
    struct cell c[STANDING_COLUMNS];
    struct standing *standing;
    struct fault why;
    check(standing_of_tokens(s->store, &scope, -1, &standing, &why), &why);
    while (standing_next(standing, c, STANDING_COLUMNS)) {
        assert_true(span_is(c[STANDING_STATE].text, state_slug(standing_state(standing))));
        text_add(ret, c[STANDING_TOKEN].text);
        text_add(ret, span_of(" "));
        text_add(ret, c[STANDING_STATE].text);
        text_add(ret, span_of(c[STANDING_LIKELY].kind == CELL_NONE ? " -\n" : " ends\n"));
    }
    standing_end(standing);
}

/* The verdict that a poll at SEEN would have stored: what is read again for that moment. */
static void store_verdicts(struct place *s)
{
    run_sql(s,
            "UPDATE token_state SET verdict = CASE WHEN budgeted = 0 THEN 'no_budget' "
            "WHEN balance_nano <= 0 THEN 'exhausted' ELSE 'idle' END,"
            " likely_at = CASE WHEN balance_nano <= 0 AND budgeted THEN seen_at END");
}

static int64_t random_below(struct random *r, int64_t end)
{
    return (int64_t)(random_next(r) % (uint64_t)end);
}

static void a_view_says_what_the_commands_say_at_any_time(void **state)
{
    enum { ROUNDS = 300 };
    struct place *s = *state;
    struct random random = random_seeded(7);
    for (int round = 0; round < ROUNDS; round++) {
        struct text sql = { 0 }, view = { 0 }, told = { 0 };
        unix_s now = SEEN + random_below(&random, 3) * 960 + random_below(&random, 3) - 1;
        if (round == 0)
            add_series(s, 1, "one", 100, false, 100);
        text_addf(&sql,
                  "UPDATE token_state SET missing = %d, unreadable = %s, budgeted = %d,"
                  " balance_nano = %d, expires_at = %s + %d, seen_at = %" PRId64 ";",
                  (int)random_below(&random, 2), random_below(&random, 2) ? "'why'" : "NULL",
                  (int)random_below(&random, 3) > 0, (int)random_below(&random, 2) * 100,
                  random_below(&random, 2) ? "NULL" : "1785585500",
                  (int)random_below(&random, 2000), SEEN - random_below(&random, 2) * 300);
        run_sql(s, text_z(&sql));
        store_verdicts(s);
        set_view_clock(s, now);
        put_view(s, "v_token", &view);
        put_standing(s, now, &told);
        if (strcmp(text_z(&view), text_z(&told)) != 0)
            fail_msg("%s at %" PRId64 "\nview: %scommands: %s", text_z(&sql), now - SEEN,
                     text_z(&view), text_z(&told));
        text_done(&sql);
        text_done(&view);
        text_done(&told);
    }
}

static void a_view_shows_stale_once_nobody_polls_any_more(void **state)
{
    struct place *s = *state;
    add_series(s, 1, "", 1300, false, 100);
    add_series(s, 2, "tok", 500, false, 100);
    run_sql(s, "UPDATE token_state SET verdict = 'safe', likely_at = 1785985500");
    static const struct {
        unix_s now;
        const char *told;
    } rows[] = { { NOW, "safe ends\n" },
                 { SEEN + 960, "safe ends\n" },
                 { SEEN + 961, "stale -\n" } };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text token = { 0 }, credits = { 0 };
        set_view_clock(s, rows[i].now);
        put_view(s, "v_token", &token);
        put_view(s, "v_credits", &credits);
        assert_string_equal(text_z(&token) + strlen("tok "), rows[i].told);
        assert_string_equal(text_z(&credits) + strlen("main "), rows[i].told);
        text_done(&token);
        text_done(&credits);
    }
    run_sql(s, "UPDATE account SET credits_reason = 'HTTP 500'");
    struct text credits = { 0 };
    set_view_clock(s, NOW);
    put_view(s, "v_credits", &credits);
    assert_string_equal(text_z(&credits), "main stale -\n");
    text_done(&credits);
}

static void every_state_and_level_has_its_colour(void **state)
{
    (void)state;
    for (enum state s = 0; s < STATES; s++)
        if (!screen_tone(span_of(state_name(s))))
            fail_msg("%s has none", state_name(s));
    for (enum level l = LEVEL_INFO; l < LEVELS; l++)
        if (!screen_tone(span_of(level_name(l))))
            fail_msg("%s has none", level_name(l));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_scene, close_scene)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tokens_come_by_runway_and_what_cannot_be_seen_has_no_end),
        TEST(credits_that_are_less_limit_every_token_as_long_as_they_are_known),
        TEST(bytes_that_are_no_curve_are_no_forecast),
        TEST(a_view_says_what_the_commands_say_at_any_time),
        TEST(a_view_shows_stale_once_nobody_polls_any_more),
        cmocka_unit_test(every_state_and_level_has_its_colour),
        cmocka_unit_test(a_curve_is_the_same_after_it_was_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
