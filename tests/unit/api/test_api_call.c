/* One call of the API against a scripted server on loopback. */
#include "api_scene.h"

#include "api/usage_call.h"
#include "provider/provider.h"

enum { BYTES_MAX = 64 * 1024 };

static struct api_request get(const struct scene *s)
{
    return (struct api_request){ .url = s->url, .bytes_max = BYTES_MAX };
}

static struct api_request get_in_pieces(const struct scene *s)
{
    struct api_request r = get(s);
    r.splitter = splitter_new(&provider_of(&s->settings)->list);
    return r;
}

/* A call of a server that says this, to its end. */
static struct api_call ask(struct scene *s, const char *replies, enum method method)
{
    struct api_call c = { 0 };
    struct api_request r;
    scene_open(s, script_replies, replies);
    r = get(s);
    r.method = method;
    api_call_ask(&c, &s->api, &r);
    scene_finish(s, &c);
    return c;
}

static void end(struct scene *s, struct api_call *c)
{
    api_call_done(c);
    scene_close(s);
}

static void an_answer_is_kept_whole_and_wiped(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = ask(&s, OK "15\r\n\r\n{\"credits\": 42}", METHOD_GET);
    assert_int_equal(c.result, POLL_OK);
    assert_string_equal(text_z(&c.answer), "{\"credits\": 42}");
    assert_int_equal(c.outcome.bytes, 15);
    assert_int_equal(c.outcome.status, 200);
    api_call_done(&c);
    assert_false(api_call_has_ended(&c) || api_call_is_under_way(&c));
    assert_null(c.answer.at);
    scene_close(&s);
}

static void each_status_has_its_meaning(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        enum method method;
        enum poll_result result;
        enum fault_kind kind;
        const char *words;
    } rows[] = {
        { "HTTP/1.1 400 X\r\nContent-Length: 23\r\n\r\n{\"detail\": \"bad field\"}", METHOD_GET,
          POLL_BROKEN, FAULT_REJECT, "HTTP 400: bad field" },
        { "HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n", METHOD_GET, POLL_BROKEN, FAULT_REJECT,
          "HTTP 404" },
        { "HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n", METHOD_GET, POLL_UNAUTHORIZED,
          FAULT_REJECT, "HTTP 401" },
        { "HTTP/1.1 403 X\r\nContent-Length: 0\r\n\r\n", METHOD_GET, POLL_UNAUTHORIZED,
          FAULT_REJECT, "HTTP 403" },
        { "HTTP/1.1 429 X\r\nContent-Length: 0\r\n\r\n", METHOD_GET, POLL_BUSY, FAULT_RETRY,
          "HTTP 429" },
        { "HTTP/1.1 503 X\r\nContent-Length: 7\r\n\r\nClosed.", METHOD_GET, POLL_UNAVAILABLE,
          FAULT_RETRY, "HTTP 503: Closed." },
        { "HTTP/1.1 302 X\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
          METHOD_GET, POLL_BROKEN, FAULT_REJECT, "redirect, which Ebb does not follow" },
        { "HTTP/1.1 201 X\r\nContent-Length: 2\r\n\r\n{}", METHOD_GET, POLL_BROKEN, FAULT_REJECT,
          "HTTP 201" },
        { "HTTP/1.1 201 X\r\nContent-Length: 2\r\n\r\n{}", METHOD_POST, POLL_OK, FAULT_REJECT, "" },
        { "HTTP/1.1 204 X\r\n\r\n", METHOD_DELETE, POLL_OK, FAULT_REJECT, "" },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene s;
        struct api_call c = ask(&s, rows[i].reply, rows[i].method);
        assert_int_equal(c.result, rows[i].result);
        if (c.result != POLL_OK)
            assert_int_equal(c.why.kind, rows[i].kind);
        assert_says(&c.why, rows[i].words);
        assert_int_equal(scene_requests(&s), 1);
        end(&s, &c);
    }
}

static void a_key_that_a_refusal_quotes_is_in_no_text(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = ask(&s,
                            "HTTP/1.1 401 X\r\nContent-Length: 40\r\n\r\n"
                            "{\"detail\": \"no such key: " KEY "\"}",
                            METHOD_GET);
    assert_says(&c.why, "HTTP 401");
    assert_null(strstr(text_z(&c.answer), KEY));
    end(&s, &c);
}

static void a_cut_answer_is_none(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = { 0 };
    struct api_request r;
    scene_open(&s, script_reply_and_close, OK "100\r\n\r\n{\"credits\": 42}");
    r = get(&s);
    api_call_ask(&c, &s.api, &r);
    scene_finish(&s, &c);
    assert_int_equal(c.result, POLL_UNAVAILABLE);
    assert_int_equal(c.why.kind, FAULT_RETRY);
    assert_true(c.outcome.sent);
    end(&s, &c);
}

static void an_answer_that_is_too_long_is_broken(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = { 0 };
    scene_open(&s, script_replies, OK "15\r\n\r\n{\"credits\": 42}");
    struct api_request r = get(&s);
    r.bytes_max = 14;
    api_call_ask(&c, &s.api, &r);
    scene_finish(&s, &c);
    assert_int_equal(c.result, POLL_BROKEN);
    assert_int_equal(c.why.kind, FAULT_REJECT);
    end(&s, &c);
}

static void a_url_that_is_not_allowed_ends_without_a_request(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = { 0 };
    scene_open(&s, script_replies, "");
    const struct api_request r = { .url = "http://example.org/", .bytes_max = BYTES_MAX };
    api_call_ask(&c, &s.api, &r);
    scene_finish(&s, &c);
    assert_int_equal(c.result, POLL_BROKEN);
    assert_int_equal(c.outcome.end, TRANSFER_FAILED);
    assert_false(c.outcome.sent);
    assert_int_equal(c.outcome.status, 0);
    end(&s, &c);
}

static void a_wait_is_brought_and_a_long_one_is_said(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        int64_t wait_s;
        bool unattended, said, bounded;
    } rows[] = {
        { "HTTP/1.1 429 X\r\nRetry-After: 30\r\nContent-Length: 0\r\n\r\n", 30, true, false,
          false },
        { "HTTP/1.1 503 X\r\nRetry-After: 7200\r\nContent-Length: 0\r\n\r\n", 7200, true, true,
          false },
        { "HTTP/1.1 503 X\r\nRetry-After: 90000\r\nContent-Length: 0\r\n\r\n", 90000, true, true,
          true },
        { "HTTP/1.1 503 X\r\nRetry-After: 90000\r\nContent-Length: 0\r\n\r\n", 90000, false, true,
          false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct scene s;
        struct api_call c = { 0 };
        scene_open(&s, script_replies, rows[i].reply);
        s.api.unattended = rows[i].unattended;
        const struct api_request r = get(&s);
        api_call_ask(&c, &s.api, &r);
        scene_finish(&s, &c);
        assert_int_equal(c.outcome.retry_after_s, rows[i].wait_s);
        assert_int_equal(strstr(c.why.text, "asks clients to wait until") != NULL, rows[i].said);
        assert_int_equal(strstr(c.why.text, "retrying in 24h") != NULL, rows[i].bounded);
        end(&s, &c);
    }
}

static void elements_come_one_by_one_and_the_verdict_last(void **state)
{
    (void)state;
    static const char list[] = OK "24\r\n\r\n[{\"a\":1}, {\"b\":2}, {}]  ";
    struct scene s;
    struct api_call c = { 0 };
    scene_open(&s, script_replies, list);
    struct api_request r = get_in_pieces(&s);
    api_call_ask(&c, &s.api, &r);
    assert_int_equal(scene_finish(&s, &c), 3);
    assert_int_equal(c.result, POLL_OK);
    assert_int_equal(c.next.len, 0);
    assert_int_equal(c.answer.len, 0);
    end(&s, &c);
}

static void a_page_says_where_the_next_one_is(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = { 0 };
    scene_open(&s, script_replies, OK "36\r\n\r\n{\"results\":[{}],\"next\":\"http://x/2\"} ");
    struct api_request r = get_in_pieces(&s);
    api_call_ask(&c, &s.api, &r);
    assert_int_equal(scene_finish(&s, &c), 1);
    assert_int_equal(c.next.len, strlen("http://x/2"));
    end(&s, &c);
}

static void an_answer_that_is_no_list_ends_at_once(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = { 0 };
    scene_open(&s, script_reply_and_stall, OK "50000\r\n\r\n<html>");
    struct api_request r = get_in_pieces(&s);
    api_call_ask(&c, &s.api, &r);
    assert_int_equal(scene_finish(&s, &c), 0);
    assert_int_equal(c.result, POLL_BROKEN);
    assert_int_equal(c.outcome.status, 200);
    end(&s, &c);
}

static void its_reader_may_end_it(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = { 0 };
    struct element e;
    struct fault why;
    scene_open(&s, script_replies, OK "9\r\n\r\n[{},{},{}");
    struct api_request r = get_in_pieces(&s);
    api_call_ask(&c, &s.api, &r);
    while (api_call_turn(&c, &e) == API_NO_NEWS)
        scene_wait(&s, api_call_deadline(&c, clock_mono()));
    fault(&why, FAULT_RETRY, "enough, " KEY);
    api_call_fail(&c, POLL_BROKEN, &why);
    assert_int_equal(api_call_turn(&c, &e), API_ENDED);
    assert_string_equal(c.why.text, "enough, ***************");
    assert_int_equal(c.why.kind, FAULT_REJECT);
    end(&s, &c);
}

/* ---- the key ---- */

#define REFUSED "HTTP/1.1 401 X\r\nContent-Length: 0\r\n\r\n"

/* Two replies: the first refuses. What is in the file is the account's new key. */
static struct api_call ask_with_file(struct scene *s, char *path, const char *in_file,
                                     enum method method)
{
    struct api_call c = { 0 };
    int fd = mkstemp(path);
    scene_open(s, script_replies, REFUSED "\f" OK "2\r\n\r\n{}\f" REFUSED);
    dprintf(fd, "%s\n", in_file);
    close(fd);
    s->settings.key_path = path;
    s->api.unattended = true;
    struct api_request r = get(s);
    r.method = method;
    r.body = span_of("{}");
    api_call_ask(&c, &s->api, &r);
    scene_finish(s, &c);
    unlink(path);
    return c;
}

static void a_refused_key_is_renewed_and_the_call_made_again(void **state)
{
    (void)state;
    for (enum method m = METHOD_GET; m <= METHOD_POST; m++) {
        char path[] = "/tmp/ebb-key-XXXXXX";
        struct scene s;
        struct api_call c = ask_with_file(&s, path, NEW_KEY, m);
        assert_int_equal(c.result, POLL_OK);
        assert_string_equal(text_z(&c.answer), "{}");
        assert_true(s.api.key_is_new);
        assert_string_equal(s.key, NEW_KEY);
        assert_int_equal(scene_requests(&s), 2);
        assert_non_null(strstr(s.server->request, "Bearer " NEW_KEY));
        end(&s, &c);
    }
}

static void a_file_with_the_refused_key_is_named(void **state)
{
    (void)state;
    char path[] = "/tmp/ebb-key-XXXXXX";
    struct scene s;
    struct api_call c = ask_with_file(&s, path, KEY, METHOD_GET);
    assert_int_equal(c.result, POLL_UNAUTHORIZED);
    assert_says(&c.why, path);
    assert_says(&c.why, "still has the refused key");
    assert_false(s.api.key_is_new);
    assert_int_equal(scene_requests(&s), 1);
    end(&s, &c);
}

static void a_key_that_another_call_renewed_is_no_refusal(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = { 0 };
    struct element e;
    scene_open(&s, script_replies, REFUSED "\f" OK "2\r\n\r\n{}");
    struct api_request r = get(&s);
    api_call_ask(&c, &s.api, &r);
    assert_int_equal(api_call_turn(&c, &e), API_NO_NEWS); /* it is sent with the old key */
    snprintf(s.key, sizeof s.key, "%s", NEW_KEY);
    scene_finish(&s, &c);
    assert_int_equal(c.result, POLL_OK);
    assert_int_equal(scene_requests(&s), 2);
    end(&s, &c);
}

static void a_new_key_that_is_refused_ends_the_call(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = { 0 };
    struct element e;
    scene_open(&s, script_replies, REFUSED);
    struct api_request r = get(&s);
    api_call_ask(&c, &s.api, &r);
    assert_int_equal(api_call_turn(&c, &e), API_NO_NEWS);
    snprintf(s.key, sizeof s.key, "%s", NEW_KEY);
    scene_finish(&s, &c);
    assert_int_equal(c.result, POLL_UNAUTHORIZED);
    assert_int_equal(scene_requests(&s), 2);
    end(&s, &c);
}

/* ---- the rate limit ---- */

static void a_call_waits_for_the_rate_limit(void **state)
{
    (void)state;
    struct scene s;
    struct api_call c = { 0 };
    struct element e;
    scene_open(&s, script_replies, OK "2\r\n\r\n{}");
    s.api.rate_limit = rate_limit_start(10 * 1000, clock_mono());
    while (rate_limit_take(&s.api.rate_limit, RATE_LIMIT_NEEDED, clock_mono()))
        ;
    struct api_request r = get(&s);
    api_call_ask(&c, &s.api, &r);
    mono_ms now = clock_mono(), ready = api_call_deadline(&c, now);
    assert_true(ready > now && ready <= now + 100);
    assert_int_equal(api_call_turn(&c, &e), API_NO_NEWS);
    assert_true(api_call_is_under_way(&c));
    assert_null(c.transfer);
    scene_finish(&s, &c);
    assert_int_equal(c.result, POLL_OK);
    end(&s, &c);
}

/* ---- usage ---- */

static enum poll_result ask_usage(const char *reply, struct usage_book *ret, struct fault *why)
{
    struct scene s;
    struct usage_call u = { 0 };
    scene_open(&s, script_replies, reply);
    const struct api_request r = get(&s);
    usage_call_ask(&u, &s.api, &r);
    while (!usage_call_turn(&u))
        scene_wait(&s, api_call_deadline(&u.call, clock_mono()));
    enum poll_result result = u.call.result;
    *why = u.call.why;
    *ret = u.book;
    u.book = (struct usage_book){ 0 };
    usage_call_done(&u);
    scene_close(&s);
    return result;
}

static void what_was_spent_is_read_line_by_line(void **state)
{
    (void)state;
    struct usage_book b;
    struct fault why;
    assert_int_equal(ask_usage(OK "149\r\n\r\n"
                                  "{\"response\":[{\"token\":\"a\",\"data\":{\"2026-11-23\":"
                                  "{\"llm__chat\":{\"total_cost\":0.03000000000000001,"
                                  "\"details\":3,\"cost_per_provider\":{}}}}},{\"token\":7}]}"
                                  "             ",
                               &b, &why),
                     POLL_OK);
    assert_int_equal(b.count, 1);
    assert_int_equal(b.lines[0].cost.nano, 30000000);
    assert_int_equal(b.refused, 1);
    usage_done(&b);
}

static void an_answer_that_names_no_payer_is_none(void **state)
{
    (void)state;
    struct usage_book b;
    struct fault why;
    assert_int_equal(ask_usage(OK "26\r\n\r\n{\"response\":[{\"what\":7}]} ", &b, &why),
                     POLL_BROKEN);
    assert_says(&why, "could not be read");
    usage_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_kept_whole_and_wiped),
        cmocka_unit_test(each_status_has_its_meaning),
        cmocka_unit_test(a_key_that_a_refusal_quotes_is_in_no_text),
        cmocka_unit_test(a_cut_answer_is_none),
        cmocka_unit_test(an_answer_that_is_too_long_is_broken),
        cmocka_unit_test(a_url_that_is_not_allowed_ends_without_a_request),
        cmocka_unit_test(a_wait_is_brought_and_a_long_one_is_said),
        cmocka_unit_test(elements_come_one_by_one_and_the_verdict_last),
        cmocka_unit_test(a_page_says_where_the_next_one_is),
        cmocka_unit_test(an_answer_that_is_no_list_ends_at_once),
        cmocka_unit_test(its_reader_may_end_it),
        cmocka_unit_test(a_refused_key_is_renewed_and_the_call_made_again),
        cmocka_unit_test(a_file_with_the_refused_key_is_named),
        cmocka_unit_test(a_key_that_another_call_renewed_is_no_refusal),
        cmocka_unit_test(a_new_key_that_is_refused_ends_the_call),
        cmocka_unit_test(a_call_waits_for_the_rate_limit),
        cmocka_unit_test(what_was_spent_is_read_line_by_line),
        cmocka_unit_test(an_answer_that_names_no_payer_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
