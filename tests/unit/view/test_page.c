/* Pages in memory: names stay text, what is not known is said, a filter finds what it names, and
 * nothing in them is what the content security policy of the server forbids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>

#include "base/text.h"
#include "edge/store/store_private.h"
#include "store_scene.h"
#include "view/page/asset.h"
#include "view/page/page.h"

#define NOW (START + 30 * DAY_S)
#define NASTY "prod-<b>\"x'&\xe2\x80\xae/../%2f"
#define NASTY_PATH "/token/main/prod-%3Cb%3E%22x%27%26%E2%80%AE%2F%2E%2E%2F%252f"

static void run_sql(struct place *p, const char *sql)
{
    struct fault why;
    check(sqlite_run(store_sqlite(p->store), sql, &why), &why);
}

static void add_token(struct place *p, int id, const char *name, const char *balance_nano)
{
    struct text sql = { 0 };
    text_add(&sql,
             span_of("INSERT INTO token (id, account, name, generation, slug, first_seen, "
                     "kind) VALUES ("));
    text_addf(&sql, "%d, %" PRId64 ", '", id, p->account);
    for (const char *at = name; *at; at++)
        text_addf(&sql, *at == '\'' ? "''" : "%c", *at);
    text_addf(&sql,
              "', 1, 's%d', %" PRId64 ", 'token');"
              "INSERT INTO token_state (token, seen_at, missing, type, balance_nano, budgeted,"
              " reset_period, verdict, burn_1h_nano, burn_7d_nano, spent_nano)"
              " VALUES (%d, %" PRId64 ", 0, 'api_token', %s, 1, 'none', 'learning', 0, 0, 0);",
              id, START, id, NOW - 60, balance_nano);
    run_sql(p, text_z(&sql));
    text_done(&sql);
}

static int open_scene(void **state)
{
    set_up(state);
    struct place *p = *state;
    struct text sql = { 0 };
    open_store(p);
    text_addf(&sql, "UPDATE account SET stale_s = 960, last_ok_at = %" PRId64, NOW - 60);
    run_sql(p, text_z(&sql));
    text_done(&sql);
    return 0;
}

static void check_policy(const char *page)
{
    static const char *const forbidden[] = { " style=",   "<style",   "<script>", "javascript:",
                                             " onclick=", " onload=", "http://",  "https://" };
    for (size_t i = 0; i < COUNT(forbidden); i++)
        if (strstr(page, forbidden[i]))
            fail_msg("%s in %s", forbidden[i], page);
    assert_null(strchr(page, '\x1b'));
    assert_null(strstr(page, "\xe2\x80\xae"));
    assert_non_null(strstr(page, "</html>\n"));
}

/* The overview, all of its pieces. */
static char *home(struct place *p, const struct home_question *q)
{
    const struct page_source from = { p->store, NULL, NOW };
    struct writer w;
    struct fault why;
    struct home *h;
    bool more = true;
    writer_init(&w, NULL, NULL);
    check(page_home_begin(&from, q, &h, &why), &why);
    while (more)
        check(page_home_next(h, &w, &more, &why), &why);
    page_home_end(h);
    char *page = xstrdup(text_z(&w.text));
    writer_done(&w);
    check_policy(page);
    return page;
}

static void expect(struct place *p, const struct home_question *q, const char *there,
                   const char *not_there)
{
    char *page = home(p, q);
    if (there && !strstr(page, there))
        fail_msg("\"%s\" is not in %s", there, page);
    if (not_there && strstr(page, not_there))
        fail_msg("\"%s\" is in %s", not_there, page);
    free(page);
}

static bool token(struct place *p, const struct token_question *q, char **ret, struct fault *why)
{
    const struct page_source from = { p->store, NULL, NOW };
    struct writer w;
    writer_init(&w, NULL, NULL);
    struct token_page *t = NULL;
    bool more = true, ok = page_token_begin(&from, q, &t, why);
    while (ok && more)
        ok = page_token_next(t, &w, &more, why);
    page_token_end(t);
    *ret = ok ? xstrdup(text_z(&w.text)) : NULL;
    writer_done(&w);
    if (ok)
        check_policy(*ret);
    return ok;
}

static void without_tokens_it_says_what_to_wait_for(void **state)
{
    const struct home_question all = { 0 };
    expect(*state, &all, "No tokens", "<table");
    run_sql(*state, "UPDATE account SET last_ok_at = NULL");
    expect(*state, &all, "No token list yet", "<table");
    run_sql(*state, "UPDATE account SET removed_at = 1");
    expect(*state, &all, "No poll yet", "<table");
}

static void a_name_is_text_wherever_it_stands(void **state)
{
    const struct home_question all = { 0 };
    add_token(*state, 7, NASTY, "5000000000");
    expect(*state, &all, "prod-&lt;b&gt;&quot;x&#39;&amp;", "<b>\"x");
    expect(*state, &all, "href=\"" NASTY_PATH "\"", NULL);
}

static void a_name_that_no_path_can_hold_has_another_address(void **state)
{
    const struct home_question all = { 0 };
    add_token(*state, 7, "..", "5000000000");
    expect(*state, &all, "href=\"/token?account=main&amp;slug=", "/token/main/");
    const struct token_question q = { .account = "main", .slug = "s7" };
    struct fault why;
    char *page;
    check(token(*state, &q, &page, &why), &why);
    assert_non_null(strstr(page, "<h1>.. "));
    free(page);
}

static void a_balance_that_is_not_known_is_not_zero(void **state)
{
    const struct home_question all = { 0 };
    add_token(*state, 7, "prod-a", "NULL");
    expect(*state, &all, "title=\"not known\"", "$0.00</td>");
}

static void a_filter_finds_what_it_names_and_keeps_it(void **state)
{
    add_token(*state, 7, "prod-alpha", "5000000000");
    add_token(*state, 8, "dev-beta", "0");
    expect(*state, &(struct home_question){ .match = "ALPH" }, ">prod-alpha</a>", ">dev-beta</a>");
    expect(*state, &(struct home_question){ .match = "dev-*" }, ">dev-beta</a>", ">prod-alpha</a>");
    expect(*state, &(struct home_question){ .environment = "dev" }, ">dev-beta</a>",
           ">prod-alpha</a>");
    expect(*state, &(struct home_question){ .state = "exhausted" }, ">dev-beta</a>",
           ">prod-alpha</a>");
    expect(*state, &(struct home_question){ .account = "other" }, "No token matches", "<table");
    expect(*state, &(struct home_question){ .match = "\"><b>" }, "value=\"&quot;&gt;&lt;b&gt;\"",
           "><b>\"");
    expect(*state, &(struct home_question){ .match = "a&b", .page = 1 }, "href=\"/?match=a%26b\"",
           NULL);
}

static void a_table_goes_on_on_the_next_page(void **state)
{
    char name[16];
    for (int i = 0; i < 450; i++) {
        snprintf(name, sizeof name, "t%03d", i);
        add_token(*state, 100 + i, name, "5000000000");
    }
    expect(*state, &(struct home_question){ .page = 1 },
           "1\xe2\x80\x93"
           "200 of 450",
           ">t200</a>");
    expect(*state, &(struct home_question){ .page = 2 }, ">t200</a>", ">t199</a>");
    expect(*state, &(struct home_question){ .page = 3 }, ">t449</a>", "rel=\"next\"");
    expect(*state, &(struct home_question){ .page = 99 }, "rel=\"prev\"", ">t449</a>");
    expect(*state, &(struct home_question){ .page = SIZE_MAX }, "rel=\"prev\"", "rel=\"next\"");
}

static void an_account_that_is_not_read_is_said_first(void **state)
{
    struct text sql = { 0 };
    struct place *p = *state;
    add_token(p, 7, "prod-a", "5000000000");
    text_addf(&sql,
              "INSERT INTO poll (account, at, result, http_status, reason, tokens, changed, "
              "missing, bytes, took_ms) VALUES "
              "(%" PRId64 ", %" PRId64 ", 'unavailable', 503, '<i>down</i>', 0, 0, 0, 0, 0)",
              p->account, NOW - 10);
    const struct home_question all = { 0 };
    expect(p, &all, NULL, "role=\"alert\"");
    run_sql(p, text_z(&sql));
    expect(p, &all, "&lt;i&gt;down&lt;/i&gt;", "<i>down");
    expect(p, &all, "role=\"alert\"", NULL);
    text_done(&sql);
}

/* ---- one token ---- */

static void a_token_that_is_not_there_is_refused(void **state)
{
    const struct token_question q = { .account = "main", .token = "nobody" };
    struct fault why;
    char *page;
    assert_false(token(*state, &q, &page, &why));
    assert_int_equal(why.kind, FAULT_REJECT);
}

static void a_young_token_is_learned_and_not_judged(void **state)
{
    const struct token_question q = { .account = "main", .token = NASTY };
    struct fault why;
    char *page;
    add_token(*state, 7, NASTY, "5000000000");
    check(token(*state, &q, &page, &why), &why);
    assert_non_null(strstr(page, "prod-&lt;b&gt;&quot;x&#39;&amp;"));
    assert_non_null(strstr(page, "Too early to judge"));
    assert_null(strstr(page, "factor"));
    free(page);
}

static void what_cannot_be_asked_is_said_beside_the_question(void **state)
{
    const struct token_question q = { .account = "main", .token = "a", .what_if = "<zap>" };
    struct fault why;
    char *page;
    add_token(*state, 7, "a", "5000000000");
    check(token(*state, &q, &page, &why), &why);
    assert_non_null(strstr(page, "role=\"alert\""));
    assert_non_null(strstr(page, "value=\"&lt;zap&gt;\""));
    free(page);
}

/* ---- what they need ---- */

static void every_file_that_a_page_names_is_served(void **state)
{
    const struct home_question all = { 0 };
    char *page = home(*state, &all);
    size_t files = 0;
    for (char *at = page; (at = strstr(at, "/assets/")); files++) {
        char name[64];
        const char *type;
        struct writer w;
        at += strlen("/assets/");
        snprintf(name, sizeof name, "%.*s", (int)strcspn(at, "\""), at);
        writer_init(&w, NULL, NULL);
        assert_true(page_asset(name, &type, &w));
        assert_true(w.text.len > 0 && type);
        writer_done(&w);
        assert_false(page_asset("ebb.css", &type, NULL));
    }
    assert_int_equal(files, 3);
    free(page);
}

int main(void)
{
#define IN_SCENE(test) cmocka_unit_test_setup_teardown(test, open_scene, tear_down)
    const struct CMUnitTest tests[] = {
        IN_SCENE(without_tokens_it_says_what_to_wait_for),
        IN_SCENE(a_name_is_text_wherever_it_stands),
        IN_SCENE(a_name_that_no_path_can_hold_has_another_address),
        IN_SCENE(a_balance_that_is_not_known_is_not_zero),
        IN_SCENE(a_filter_finds_what_it_names_and_keeps_it),
        IN_SCENE(a_table_goes_on_on_the_next_page),
        IN_SCENE(an_account_that_is_not_read_is_said_first),
        IN_SCENE(a_token_that_is_not_there_is_refused),
        IN_SCENE(a_young_token_is_learned_and_not_judged),
        IN_SCENE(what_cannot_be_asked_is_said_beside_the_question),
        IN_SCENE(every_file_that_a_page_names_is_served),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
