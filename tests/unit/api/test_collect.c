/* Token lists, page by page, from a scripted server on loopback. */
#include "poll_scene.h"

#define TOKEN(name, balance)                                                                       \
    "{\"name\":\"" name "\",\"token\":\"sk-secret\",\"balance\":" balance                          \
    ",\"active_balance\":true,\"token_type\":\"api_token\"}"

static void a_list_brings_tokens_and_no_secret(void **state)
{
    (void)state;
    static const char *const bodies[] = { "[" TOKEN("a", "1.5") "," TOKEN("b", "\"2\"") "]" };
    struct poll_scene p;
    begin(&p, bodies, 1);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_int_equal(poll->fresh.count, 2);
    assert_int_equal(poll->status, 200);
    assert_int_equal(poll->pages, 1);
    assert_int_equal(poll->bytes, strlen(bodies[0]));
    assert_int_equal(token_set_find(&poll->fresh, span_of("b"))->last.balance.is.nano,
                     INT64_C(2000000000));
    end(&p);
}

static void only_what_moved_is_decoded_again(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "[" TOKEN("a", "1") "," TOKEN("b", "2") "]",
        "[" TOKEN("a", "1") "," TOKEN("b", "1.5") "," TOKEN("c", "3") "]",
    };
    struct poll_scene p;
    begin(&p, bodies, 2);
    run(&p);
    learn(&p);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_int_equal(poll->listed, 2);
    assert_int_equal(poll->fresh.count, 1);
    assert_int_equal(poll->observation_count, 1);
    assert_string_equal(poll->observations[0].token->name, "b");
    assert_int_equal(poll->observations[0].reading.balance.is.nano, INT64_C(1500000000));
    end(&p);
}

static void a_token_that_is_listed_twice_cannot_be_read(void **state)
{
    (void)state;
    static const char *const bodies[] = { "[" TOKEN("a", "1") "," TOKEN("b", "2") "," TOKEN(
        "a", "3") "]" };
    struct poll_scene p;
    begin(&p, bodies, 1);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_int_equal(poll->unread, 1);
    assert_says(&poll->why, "1 unreadable token: \"a\": listed twice");
    end(&p);
}

static void an_element_that_cannot_be_read_is_its_own_token_s_trouble(void **state)
{
    (void)state;
    static const char *const bodies[] = { "[" TOKEN("a", "1") "," TOKEN("b", "true") "," TOKEN(
        "c", "3") ",{\"x\":1}," TOKEN("d", "4") "]" };
    struct poll_scene p;
    begin(&p, bodies, 1);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_int_equal(poll->unread, 1);
    assert_int_equal(poll->nameless, 1);
    assert_says(&poll->why, "1 unreadable token, 1 element without a readable name: \"b\": ");
    end(&p);
}

static void a_list_of_which_most_cannot_be_read_is_none(void **state)
{
    (void)state;
    static const char *const bodies[] = { "[" TOKEN("a", "1") ",{\"x\":1},7]" };
    struct poll_scene p;
    begin(&p, bodies, 1);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_BROKEN);
    assert_says(&poll->why, "2 of 3 tokens cannot be read");
    end(&p);
}

static void a_list_that_is_cut_is_none(void **state)
{
    (void)state;
    static const char *const bodies[] = { "[" TOKEN("a", "1") "," };
    struct poll_scene p;
    begin(&p, bodies, 1);
    assert_int_equal(run(&p)->result, POLL_BROKEN);
    end(&p);
}

static void a_list_that_is_too_long_is_none(void **state)
{
    (void)state;
    static const char *const bodies[] = { "[" TOKEN("a", "1") "," TOKEN("b", "2") "," TOKEN(
        "c", "3") "]" };
    struct poll_scene p;
    begin(&p, bodies, 1);
    p.scene.settings.max_tokens = 2;
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_BROKEN);
    assert_says(&poll->why, "longer than max_tokens (2)");
    end(&p);
}

static void pages_are_one_list(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"results\":[" TOKEN("a", "1") "],\"next\":\"@/list/?page=2\"}",
        "{\"results\":[" TOKEN("b", "2") "],\"next\":\"@/list/?page=3\"}",
        "{\"results\":[" TOKEN("c", "3") "],\"next\":null}",
    };
    struct poll_scene p;
    begin_paged(&p, bodies, 3);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_int_equal(poll->fresh.count, 3);
    assert_int_equal(poll->pages, 3);
    assert_int_equal(p.scene.api.rate_limit.calls, 3);
    end(&p);
}

static void a_next_page_may_be_named_by_its_path_or_its_query_alone(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"results\":[" TOKEN("a", "1") "],\"next\":\"?page=2\",\"count\":3}",
        "{\"results\":[" TOKEN("b", "2") "],\"next\":\"/list/?page=3\",\"count\":3}",
        "{\"count\":3,\"results\":[" TOKEN("c", "3") "],\"next\":null}",
    };
    struct poll_scene p;
    begin_paged(&p, bodies, 3);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_OK);
    assert_int_equal(poll->fresh.count, 3);
    end(&p);
}

/* Who is missing may have moved to a page that was read already, so it is read again. */
static void a_list_that_is_shorter_than_it_says_each_time_is_incomplete(void **state)
{
    (void)state;
#define FIRST "{\"results\":[" TOKEN("a", "1") "],\"next\":\"@/list/?page=2\",\"count\":4}"
#define SECOND "{\"count\":4,\"results\":[" TOKEN("b", "2") "," TOKEN("c", "3") "],\"next\":\"\"}"
    static const char *const bodies[] = { FIRST, SECOND, FIRST, SECOND, FIRST, SECOND };
    struct poll_scene p;
    begin_paged(&p, bodies, 6);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_BROKEN);
    assert_says(&poll->why, "it ends after 3 of 4 tokens");
    assert_int_equal(scene_requests(&p.scene), 6);
    end(&p);
}

static void a_page_that_fails_fails_the_list(void **state)
{
    (void)state;
    struct poll_scene p;
    static const char *const bodies[] = { "{\"results\":[" TOKEN(
        "a", "1") "],\"next\":\"@/list/?page=2\"}" };
    begin_paged(&p, bodies, 1);
    text_addf(&p.replies, "\fHTTP/1.1 503 X\r\nRetry-After: 9\r\nContent-Length: 0\r\n\r\n");
    p.scene.server->reply = span_of(text_z(&p.replies));
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_UNAVAILABLE);
    assert_int_equal(poll->status, 503);
    assert_int_equal(poll->retry_after_s, 9);
    end(&p);
}

/* What a list without an end looks like, and what is said of it. */
static void a_list_that_leads_nowhere_is_none(void **state)
{
    (void)state;
    static const struct {
        const char *body, *words;
    } rows[] = {
        { "{\"results\":[],\"next\":\"http://127.0.0.1:1/list/\"}", "another host" },
        { "{\"results\":[],\"next\":\"@evil.example/list/\"}", "another host" },
        { "{\"results\":[],\"next\":\"@/list/\"}", "links back to a page already read" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct poll_scene p;
        begin_paged(&p, &rows[i].body, 1);
        struct poll *poll = run(&p);
        assert_int_equal(poll->result, POLL_BROKEN);
        assert_says(&poll->why, rows[i].words);
        end(&p);
    }
}

static void pages_that_bring_nothing_end_the_list(void **state)
{
    (void)state;
    static const char *const bodies[] = {
        "{\"results\":[],\"next\":\"@/2\"}", "{\"results\":[],\"next\":\"@/3\"}",
        "{\"results\":[],\"next\":\"@/4\"}", "{\"results\":[],\"next\":\"@/5\"}",
        "{\"results\":[],\"next\":\"@/6\"}",
    };
    struct poll_scene p;
    begin_paged(&p, bodies, 5);
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_BROKEN);
    assert_says(&poll->why, "after 4 consecutive pages without a new token");
    assert_int_equal(scene_requests(&p.scene), 4);
    end(&p);
}

/* The rate limit has no call for the second page before the poll's time is over. */
static void a_list_that_takes_too_long_is_given_up(void **state)
{
    (void)state;
    static const char *const bodies[] = { "{\"results\":[],\"next\":\"@/2\"}" };
    struct poll_scene p;
    begin_paged(&p, bodies, 1);
    p.scene.settings.interval_s = p.scene.settings.timeout_s = 1;
    p.scene.api.rate_limit = rate_limit_start(1, clock_mono());
    while (p.scene.api.rate_limit.calls < rate_limit_burst(1) - 1)
        assert_true(rate_limit_take(&p.scene.api.rate_limit, RATE_LIMIT_NEEDED, clock_mono()));
    struct poll *poll = run(&p);
    assert_int_equal(poll->result, POLL_UNAVAILABLE);
    assert_int_equal(poll->why.kind, FAULT_RETRY);
    assert_says(&poll->why, "gave up at page 2");
    assert_int_equal(scene_requests(&p.scene), 1);
    end(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_brings_tokens_and_no_secret),
        cmocka_unit_test(only_what_moved_is_decoded_again),
        cmocka_unit_test(a_token_that_is_listed_twice_cannot_be_read),
        cmocka_unit_test(an_element_that_cannot_be_read_is_its_own_token_s_trouble),
        cmocka_unit_test(a_list_of_which_most_cannot_be_read_is_none),
        cmocka_unit_test(a_list_that_is_cut_is_none),
        cmocka_unit_test(a_list_that_is_too_long_is_none),
        cmocka_unit_test(pages_are_one_list),
        cmocka_unit_test(a_next_page_may_be_named_by_its_path_or_its_query_alone),
        cmocka_unit_test(a_list_that_is_shorter_than_it_says_each_time_is_incomplete),
        cmocka_unit_test(a_page_that_fails_fails_the_list),
        cmocka_unit_test(a_list_that_leads_nowhere_is_none),
        cmocka_unit_test(pages_that_bring_nothing_end_the_list),
        cmocka_unit_test(a_list_that_takes_too_long_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
