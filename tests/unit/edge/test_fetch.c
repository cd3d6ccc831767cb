/* fetch against a scripted server on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "child.h"
#include "edge/fetch.h"
#include "edge/fetch/headers.h"
#include "scripted_server.h"

enum {
    NOW = 1760000000, /* Thu, 09 Oct 2025 08:53:20 GMT */
    DEADLINE_MS = 20 * 1000,
    BIG_BYTES = 10 * 1024 * 1024,
};

#define KEY "canary-key-5d1f"

struct got {
    struct outcome outcome;
    struct text body;
};

static struct request request_to(const char *url)
{
    return (struct request){
        .account = "main",
        .url = url,
        .key = KEY,
        .connect_timeout_s = 5,
        .timeout_s = 10,
        .body_bytes_max = 64 * 1024 * 1024,
    };
}

static struct fetch *open_fetch(int parallel_max)
{
    struct fetch *f;
    struct fault why;
    assert_true(fetch_open(parallel_max, &f, &why));
    return f;
}

static struct transfer *start(struct fetch *f, const struct request *request)
{
    struct transfer *t;
    struct fault why;
    if (!fetch_start(f, request, &t, &why))
        fail_msg("%s", why.text);
    return t;
}

static void wait_once(struct fetch *f)
{
    struct fault why;
    if (!fetch_wait(f, NULL, 0, 1000, &why))
        fail_msg("%s", why.text);
}

static struct got finish(struct fetch *f, struct transfer *t)
{
    struct got got = { 0 };
    mono_ms deadline = clock_mono() + DEADLINE_MS;
    for (bool over = false; !over;) {
        wait_once(f);
        over = transfer_over(t, NOW, &got.outcome);
        text_add(&got.body, transfer_take(t));
        assert_true(clock_mono() < deadline);
    }
    transfer_free(t);
    return got;
}

/* One transfer from a server that plays a script. */
static struct got fetch_from(server_script *script, const char *reply, struct request request)
{
    struct server *s = server_start(script, reply);
    struct fetch *f = open_fetch(1);
    request.url = s->url;
    struct got got = finish(f, start(f, &request));
    fetch_close(f);
    server_stop(s);
    assert_null(strstr(got.outcome.why.text, KEY));
    assert_null(strstr(got.outcome.why.text, "secret-query"));
    return got;
}

static void assert_failed(struct got got, enum fault_kind kind, const char *words)
{
    assert_int_equal(got.outcome.end, TRANSFER_FAILED);
    assert_int_equal(got.outcome.why.kind, kind);
    assert_non_null(strstr(got.outcome.why.text, "account main"));
    assert_non_null(strstr(got.outcome.why.text, "127.0.0.1"));
    if (!strstr(got.outcome.why.text, words))
        fail_msg("\"%s\" does not say \"%s\"", got.outcome.why.text, words);
    text_done(&got.body);
}

static void a_body_in_chunks_arrives_whole(void **state)
{
    (void)state;
    struct got got =
        fetch_from(script_reply,
                   "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n4\r\n2,3]\r\n0\r\n\r\n",
                   request_to(NULL));
    assert_int_equal(got.outcome.end, TRANSFER_ANSWERED);
    assert_int_equal(got.outcome.status, 200);
    assert_int_equal(got.outcome.bytes, 7);
    assert_int_equal(got.outcome.retry_after_s, 0);
    assert_true(got.outcome.json);
    assert_string_equal(text_z(&got.body), "[1,2,3]");
    text_done(&got.body);
}

static char pattern_at(size_t at)
{
    return (char)('a' + (at * 2654435761u >> 13) % 26);
}

static void script_big(struct server *s, int fd)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n";
    int small = 32 * 1024;
    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    if (!server_read_request(s, fd) || !server_send(s, fd, span_of(head)))
        return;
    for (size_t at = 0; at < BIG_BYTES;) {
        char piece[8192];
        for (size_t i = 0; i < sizeof piece; i++)
            piece[i] = pattern_at(at + i);
        if (!server_send(s, fd, (struct span){ piece, sizeof piece }))
            return;
        at += sizeof piece;
    }
}

/* Waits, without taking anything, until the server could send no more for a while. */
static void let_it_fill_up(struct server *s, struct fetch *f)
{
    struct fault why;
    long before;
    do {
        before = atomic_load(&s->sent);
        mono_ms until = clock_mono() + 200;
        for (mono_ms now = clock_mono(); now < until; now = clock_mono())
            assert_true(fetch_wait(f, NULL, 0, until - now, &why));
    } while (atomic_load(&s->sent) != before || before == 0);
}

static void a_slow_reader_holds_the_sender_back_and_loses_no_byte(void **state)
{
    (void)state;
    struct server *s = server_start(script_big, NULL);
    struct fetch *f = open_fetch(1);
    struct request request = request_to(s->url);
    request.timeout_s = 60;
    struct transfer *t = start(f, &request);
    let_it_fill_up(s, f);
    assert_true(atomic_load(&s->sent) < BIG_BYTES * 3 / 4);

    size_t at = 0;
    struct outcome outcome;
    mono_ms deadline = clock_mono() + DEADLINE_MS;
    for (bool over = false; !over;) {
        assert_true(clock_mono() < deadline);
        struct fault why;
        wait_once(f);
        assert_true(fetch_wait(f, NULL, 0, 1, &why)); /* a reader that skips every second turn */
        over = transfer_over(t, NOW, &outcome);
        assert_int_equal(outcome.status, 200);
        struct span bytes = transfer_take(t);
        assert_true(bytes.len <= FETCH_WINDOW_BYTES);
        for (size_t i = 0; i < bytes.len; i++)
            if (bytes.at[i] != pattern_at(at + i))
                fail_msg("byte %zu is wrong", at + i);
        at += bytes.len;
        assert_int_equal(transfer_take(t).len, 0);
    }
    assert_int_equal(outcome.end, TRANSFER_ANSWERED);
    assert_int_equal(at, BIG_BYTES);
    assert_int_equal(outcome.bytes, BIG_BYTES);
    transfer_free(t);
    fetch_close(f);
    server_stop(s);
}

static void a_redirect_is_an_answer_and_its_target_sees_nobody(void **state)
{
    (void)state;
    struct server *target =
        server_start(script_reply, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    char reply[256];
    snprintf(reply, sizeof reply, "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n",
             target->url);
    struct got got = fetch_from(script_reply, reply, request_to(NULL));
    assert_int_equal(got.outcome.end, TRANSFER_ANSWERED);
    assert_int_equal(got.outcome.status, 302);
    assert_int_equal(atomic_load(&target->connections), 0);
    text_done(&got.body);
    server_stop(target);
}

static void a_cut_body_is_a_fault(void **state)
{
    (void)state;
    assert_failed(fetch_from(script_reply_and_close,
                             "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1,2",
                             request_to(NULL)),
                  FAULT_RETRY, "transfer closed");
}

static void script_endless(struct server *s, int fd)
{
    static const char chunk[] = "10\r\n0123456789abcdef\r\n";
    if (!server_read_request(s, fd))
        return;
    server_send(s, fd, span_of("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"));
    while (server_send(s, fd, span_of(chunk)))
        ;
}

static void a_longer_body_than_allowed_is_refused(void **state)
{
    (void)state;
    struct request request = request_to(NULL);
    request.body_bytes_max = 100 * 1000;
    assert_failed(fetch_from(script_endless, NULL, request), FAULT_REJECT,
                  "answer longer than 100000 bytes");

    request.body_bytes_max = 4;
    assert_failed(
        fetch_from(script_reply, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345", request),
        FAULT_REJECT, "answer longer than 4 bytes");
    request.body_bytes_max = 5;
    struct got got =
        fetch_from(script_reply, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n12345", request);
    assert_int_equal(got.outcome.end, TRANSFER_ANSWERED);
    text_done(&got.body);
}

static void script_endless_headers(struct server *s, int fd)
{
    if (!server_read_request(s, fd))
        return;
    server_send(s, fd, span_of("HTTP/1.1 200 OK\r\n"));
    while (server_send(s, fd, span_of("X-More: 0123456789abcdef\r\n")))
        ;
}

static void endless_headers_are_refused(void **state)
{
    (void)state;
    assert_failed(fetch_from(script_endless_headers, NULL, request_to(NULL)), FAULT_REJECT,
                  "headers longer than");
}

static void script_long_header(struct server *s, int fd)
{
    static char header[1024 * 1024];
    memset(header, 'x', sizeof header - 1);
    if (server_read_request(s, fd) && server_send(s, fd, span_of("HTTP/1.1 200 OK\r\nX-Long: ")))
        server_send(s, fd, span_of(header));
}

static void one_header_of_a_megabyte_is_called_what_it_is(void **state)
{
    (void)state;
    assert_failed(fetch_from(script_long_header, NULL, request_to(NULL)), FAULT_REJECT,
                  "headers longer than");
}

static void an_answer_that_is_none_is_called_what_it_is(void **state)
{
    (void)state;
    static const char *const misleading[] = { "Success", "No error", "memory",
                                              "Weird",   "protocol", "Failed writing" };
    static const char *const replies[] = {
        "",
        "\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "HTTP/9.9 200 OK\r\n\r\n",
        "HTTP/1.1 banana\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nxxxxx",
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        "\x16\x03\x01\x02",
    };
    for (size_t i = 0; i < COUNT(replies); i++) {
        struct request request = request_to(NULL);
        request.compression = true;
        struct got got = fetch_from(script_reply, replies[i], request);
        const char *said = got.outcome.end == TRANSFER_FAILED ? got.outcome.why.text : "";
        for (size_t k = 0; k < COUNT(misleading); k++)
            if (strstr(said, misleading[k]))
                fail_msg("reply %zu: \"%s\"", i, said);
        text_done(&got.body);
    }
}

static void script_gzip(struct server *s, int fd)
{
    static const unsigned char zipped[] = {
        /* 100,000 times 'a' */
        31, 139,       8,   0, 0,   0,   0,   0,   2,   3,   237, 193, 49,
        1,  0,         0,   0, 194, 160, 172, 235, 95,  194, 26,  30,  64,
        1,  [122] = 0, 175, 6, 135, 250, 226, 27,  160, 134, 1,   0,
    };
    static const char head[] =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 133\r\n\r\n";
    _Static_assert(sizeof zipped == 133, "the zipped body is as long as its head says");
    while (server_read_request(s, fd) && server_send(s, fd, span_of(head)))
        server_send(s, fd, (struct span){ (const char *)zipped, sizeof zipped });
}

static void compression_is_asked_for_on_demand_and_the_limit_counts_inflated_bytes(void **state)
{
    (void)state;
    struct request request = request_to(NULL);
    request.compression = true;
    struct got got = fetch_from(script_gzip, NULL, request);
    assert_int_equal(got.outcome.end, TRANSFER_ANSWERED);
    assert_int_equal(got.outcome.bytes, 100000);
    assert_int_equal(got.body.len, 100000);
    assert_int_equal(strspn(text_z(&got.body), "a"), 100000);
    text_done(&got.body);

    request.body_bytes_max = 99999;
    assert_failed(fetch_from(script_gzip, NULL, request), FAULT_REJECT,
                  "answer longer than 99999 bytes");
}

static void the_request_carries_the_key_and_nothing_from_the_environment(void **state)
{
    (void)state;
    setenv("http_proxy", "http://127.0.0.1:1/", 1);
    setenv("ALL_PROXY", "http://127.0.0.1:1/", 1);
    struct server *s = server_start(
        script_reply, "HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n");
    struct fetch *f = open_fetch(1);
    struct request request = request_to(s->url);
    for (int i = 0; i < 2; i++) {
        struct got got = finish(f, start(f, &request));
        assert_int_equal(got.outcome.status, 200);
        text_done(&got.body);
        assert_non_null(strstr(s->request, "GET /list/?page=secret-query HTTP/1.1\r\n"));
        assert_non_null(strstr(s->request, "\r\nAuthorization: Bearer " KEY "\r\n"));
        assert_non_null(strstr(s->request, "\r\nAccept: application/json\r\n"));
        assert_non_null(strstr(s->request, "\r\nUser-Agent: ebb\r\n"));
        assert_null(strstr(s->request, "Accept-Encoding"));
        assert_null(strstr(s->request, "Cookie"));
    }
    assert_int_equal(atomic_load(&s->connections), 1); /* which is used again */
    fetch_close(f);
    server_stop(s);
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
}

static void a_request_that_writes_carries_its_method_and_body_and_its_path_as_it_is(void **state)
{
    (void)state;
    static const struct {
        enum method method;
        const char *body, *first_line, *header; /* header: NULL when there is no body */
    } rows[] = {
        { METHOD_GET, "", "GET /a/%2E%2E/../b/ HTTP/1.1\r\n", NULL },
        { METHOD_POST, "{\"name\":\"x\"}", "POST /a/%2E%2E/../b/ HTTP/1.1\r\n",
          "Content-Length: 12\r\n" },
        { METHOD_PATCH, "{}", "PATCH /a/%2E%2E/../b/ HTTP/1.1\r\n", "Content-Length: 2\r\n" },
        { METHOD_DELETE, "", "DELETE /a/%2E%2E/../b/ HTTP/1.1\r\n", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct server *s = server_start(script_reply, "HTTP/1.1 204 No Content\r\n\r\n");
        struct fetch *f = open_fetch(1);
        char url[128];
        snprintf(url, sizeof url, "http://127.0.0.1:%d/a/%%2E%%2E/../b/", s->port);
        struct request request = request_to(url);
        request.method = rows[i].method;
        request.body = span_of(rows[i].body);
        struct got got = finish(f, start(f, &request));
        assert_int_equal(got.outcome.status, 204);
        assert_memory_equal(s->request, rows[i].first_line, strlen(rows[i].first_line));
        assert_non_null(strstr(s->request, "Authorization: Bearer " KEY "\r\n"));
        assert_string_equal(strstr(s->request, "\r\n\r\n") + 4, rows[i].body);
        assert_int_equal(strstr(s->request, "Content-Type: application/json\r\n") != NULL,
                         rows[i].header != NULL);
        assert_true(!rows[i].header || strstr(s->request, rows[i].header));
        text_done(&got.body);
        fetch_close(f);
        server_stop(s);
    }
}

/* Answers the first request of a connection and leaves at the second. */
static void script_answer_once(struct server *s, int fd)
{
    if (server_read_request(s, fd) && server_send(s, fd, s->reply))
        server_read_request(s, fd);
}

static void a_request_that_writes_is_never_sent_twice(void **state)
{
    (void)state;
    struct server *s =
        server_start(script_answer_once, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    struct fetch *f = open_fetch(1);
    struct request request = request_to(s->url);
    struct got got = finish(f, start(f, &request));
    text_done(&got.body);
    request.method = METHOD_POST;
    request.body = span_of("{}");
    got = finish(f, start(f, &request));
    assert_int_equal(got.outcome.status, 200);
    assert_int_equal(s->arrived, 2);
    text_done(&got.body);
    fetch_close(f);
    server_stop(s);
}

static void statuses_are_answers(void **state)
{
    (void)state;
    static const struct {
        const char *reply;
        int status;
        int64_t retry_after_s;
        bool json;
    } rows[] = {
        { "HTTP/1.1 401 No\r\nContent-Type: text/html\r\nContent-Length: 0\r\n\r\n", 401, 0,
          false },
        { "HTTP/1.1 429 Slow\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n", 429, 120, false },
        { "HTTP/1.1 503 Ill\r\nretry-after:Thu, 09 Oct 2025 08:54:20 GMT \r\nContent-Length: "
          "0\r\n\r\n",
          503, 60, false },
        { "HTTP/1.1 100 Go on\r\nRetry-After: 9\r\n\r\n"
          "HTTP/1.1 404 Lost\r\nContent-Type: application/problem+json\r\nContent-Length: "
          "0\r\n\r\n",
          404, 0, true },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct got got = fetch_from(script_reply, rows[i].reply, request_to(NULL));
        assert_int_equal(got.outcome.end, TRANSFER_ANSWERED);
        assert_int_equal(got.outcome.status, rows[i].status);
        assert_int_equal(got.outcome.retry_after_s, rows[i].retry_after_s);
        assert_int_equal(got.outcome.json, rows[i].json);
        text_done(&got.body);
    }
}

static void retry_after_is_read_in_seconds_and_as_a_date(void **state)
{
    (void)state;
    static const struct {
        const char *value;
        int64_t seconds;
    } rows[] = {
        { "0", 0 },
        { "7", 7 },
        { " 3600\t", 3600 },
        { "99999999999999999999", INT32_MAX },
        { "-5", 0 },
        { "1.5", 0 },
        { "soon", 0 },
        { "", 0 },
        { "Thu, 09 Oct 2025 08:53:21 GMT", 1 },
        { "Thursday, 09-Oct-25 09:53:20 GMT", 3600 },
        { "Thu Oct  9 08:53:30 2025", 10 },
        { "Thu, 09 Oct 2025 08:53:20 GMT", 0 },
        { "Thu, 09 Oct 2025 08:00:00 GMT", 0 },
        { "Thu, 09 Oct 2025 08:53:21 GMT and more", 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct answer_headers h = { 0 };
        char line[128];
        int len = snprintf(line, sizeof line, "Retry-After:%s\r\n", rows[i].value);
        assert_true(headers_take(&h, (struct span){ line, (size_t)len }));
        if (headers_retry_after_s(&h, NOW) != rows[i].seconds)
            fail_msg("\"%s\" is read as %lld", rows[i].value,
                     (long long)headers_retry_after_s(&h, NOW));
    }
}

static void a_closed_connection_and_a_dead_port_are_faults(void **state)
{
    (void)state;
    struct got got = fetch_from(script_reply_and_close, "", request_to(NULL));
    assert_true(got.outcome.sent);
    assert_failed(got, FAULT_RETRY, "closed before an answer came");

    struct server *s = server_start(script_reply, "");
    char url[sizeof s->url];
    memcpy(url, s->url, sizeof url);
    server_stop(s);
    struct fetch *f = open_fetch(1);
    struct request request = request_to(url);
    got = finish(f, start(f, &request));
    assert_int_equal(got.outcome.status, 0);
    assert_false(got.outcome.sent);
    assert_failed(got, FAULT_RETRY, "connect");
    fetch_close(f);
}

static void a_stall_ends_at_the_limit(void **state)
{
    (void)state;
    struct request request = request_to(NULL);
    mono_ms began = clock_mono();
    request.timeout_s = 1;
    assert_failed(fetch_from(script_reply_and_stall,
                             "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[", request),
                  FAULT_RETRY, "timed out");
    assert_true(clock_mono() - began < 5000);

    began = clock_mono();
    request.timeout_s = 6; /* less than a byte a second for a third of it is enough */
    assert_failed(fetch_from(script_reply_and_stall,
                             "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[", request),
                  FAULT_RETRY, "too slow");
    assert_true(clock_mono() - began < 5500);
}

static void only_https_or_this_machine_may_see_the_key(void **state)
{
    (void)state;
    static const struct {
        const char *url;
        bool allowed;
    } rows[] = {
        { "https://api.edenai.run/v2/user/custom_token/", true },
        { "HTTPS://api.edenai.run", true },
        { "http://127.0.0.1:8080/", true },
        { "http://127.8.9.1/", true },
        { "http://localhost/", true },
        { "http://LOCALHOST:1/", true },
        { "http://[::1]:1/", true },
        { "http://api.edenai.run/", false },
        { "http://128.0.0.1/", false },
        { "http://127.0.0.1.example.org/", false },
        { "http://localhost.example.org/", false },
        { "http://[::2]/", false },
        { "http://[::ffff:127.0.0.1]/", false },
        { "http://0.0.0.0/", false },
        { "https://user@api.edenai.run/", false },
        { "https://user:password@api.edenai.run/", false },
        { "http://127.0.0.1@example.org/", false },
        { "http://example.org\\@127.0.0.1/", false },
        { "ftp://127.0.0.1/", false },
        { "file:///etc/passwd", false },
        { "gopher://127.0.0.1/", false },
        { "//127.0.0.1/", false },
        { "127.0.0.1", false },
        { "http://", false },
        { "", false },
    };
    struct fetch *f = open_fetch(1);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct request request = request_to(rows[i].url);
        struct transfer *t = NULL;
        struct fault why = { 0 };
        if (fetch_start(f, &request, &t, &why) != rows[i].allowed)
            fail_msg("%s: %s", rows[i].url, why.text);
        if (!rows[i].allowed) {
            assert_int_equal(why.kind, FAULT_REJECT);
            assert_null(strstr(why.text, "password"));
        }
        transfer_free(t);
    }
    fetch_close(f);
}

static void a_certificate_of_nobody_known_is_refused(void **state)
{
    (void)state;
    char folder[64], line[256], url[64];
    int port = free_port();
    make_folder(folder);
    make_certificate(folder, "IP:127.0.0.1");
    snprintf(line, sizeof line,
             "openssl s_server -accept 127.0.0.1:%d -www -cert %s/cert.pem -key %s/key.pem", port,
             folder, folder);
    struct child server = child_start(line, "ACCEPT");
    snprintf(url, sizeof url, "https://127.0.0.1:%d/", port);
    struct fetch *f = open_fetch(1);
    struct request request = request_to(url);
    assert_failed(finish(f, start(f, &request)), FAULT_RETRY, "certificate");
    fetch_close(f);
    child_kill(&server);
    remove_folder(folder);
}

static void a_key_cannot_bring_a_header_of_its_own(void **state)
{
    (void)state;
    static const char *const keys[] = { "a\r\nX-Evil: 1", "a b", "a\tb", "a\x7f" };
    struct fetch *f = open_fetch(1);
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct request request = request_to("https://api.edenai.run/");
        struct transfer *t;
        struct fault why;
        request.key = keys[i];
        assert_false(fetch_start(f, &request, &t, &why));
        assert_int_equal(why.kind, FAULT_REJECT);
    }
    fetch_close(f);
}

/* Holds each request until a second one is there; only then both are answered. */
static void script_in_pairs(struct server *s, int fd)
{
    for (int n = server_read_request(s, fd); n > 0; n = server_read_request(s, fd)) {
        pthread_mutex_lock(&s->lock);
        s->active++;
        if (s->active > s->most_active)
            s->most_active = s->active;
        pthread_cond_broadcast(&s->changed);
        while (s->arrived < n + n % 2)
            pthread_cond_wait(&s->changed, &s->lock);
        s->active--;
        pthread_mutex_unlock(&s->lock);
        server_send(s, fd, s->reply);
    }
}

static void as_many_transfers_run_at_once_as_allowed_and_no_more(void **state)
{
    (void)state;
    enum { TRANSFERS = 8 };
    struct server *s =
        server_start(script_in_pairs, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
    struct fetch *f = open_fetch(2);
    struct request request = request_to(s->url);
    struct transfer *transfers[TRANSFERS];
    for (int i = 0; i < TRANSFERS; i++)
        transfers[i] = start(f, &request);
    for (int i = 0; i < TRANSFERS; i++) {
        struct got got = finish(f, transfers[i]);
        assert_int_equal(got.outcome.end, TRANSFER_ANSWERED);
        assert_string_equal(text_z(&got.body), "[]");
        text_done(&got.body);
    }
    fetch_close(f);
    assert_int_equal(s->most_active, 2);
    assert_in_range(atomic_load(&s->connections), 2, 2);
    server_stop(s);
}

static void a_transfer_can_be_given_up_at_any_time(void **state)
{
    (void)state;
    struct server *s = server_start(script_endless, NULL);
    struct fetch *f = open_fetch(2);
    struct request request = request_to(s->url);
    struct transfer *running = start(f, &request), *paused = start(f, &request),
                    *waiting = start(f, &request);
    for (size_t held = 0; held == 0; held = transfer_take(running).len)
        wait_once(f);
    transfer_free(waiting);
    transfer_free(running);
    transfer_free(paused);
    struct transfer *never_moved = start(f, &request);
    transfer_free(never_moved);
    fetch_close(f);
    server_stop(s);
}

static void another_descriptor_ends_the_wait(void **state)
{
    (void)state;
    int ends[2];
    struct fault why;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "x", 1), 1);
    struct fetch *f = open_fetch(1);
    struct pollfd fds[] = { { .fd = -1, .events = POLLIN, .revents = POLLIN },
                            { .fd = ends[0], .events = POLLIN } };
    mono_ms began = clock_mono();
    assert_true(fetch_wait(f, fds, COUNT(fds), DEADLINE_MS, &why));
    assert_true(clock_mono() - began < DEADLINE_MS / 2);
    assert_int_equal(fds[0].revents, 0);
    assert_int_equal(fds[1].revents, POLLIN);

    char byte;
    assert_int_equal(read(ends[0], &byte, 1), 1);
    close(ends[1]);
    assert_true(fetch_wait(f, fds, COUNT(fds), DEADLINE_MS, &why));
    assert_true(clock_mono() - began < DEADLINE_MS / 2);
    assert_int_equal(fds[1].revents, POLLHUP);
    close(ends[0]);

    began = clock_mono();
    assert_true(
        fetch_wait(f, fds, 1, 30, &why)); /* nobody there: the deadline ends it, not earlier */
    assert_true(clock_mono() - began >= 29);
    assert_true(fetch_wait(f, NULL, 0, -5, &why));
    fetch_close(f);
}

/* A transfer that is over and not freed yet does not turn the wait into a busy loop. */
static void what_was_told_once_wakes_nobody_twice(void **state)
{
    (void)state;
    struct server *s = server_start(script_reply, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
    struct fetch *f = open_fetch(1);
    struct request request = request_to(s->url);
    struct transfer *t = start(f, &request);
    struct outcome outcome;
    struct fault why;
    while (!transfer_over(t, NOW, &outcome))
        wait_once(f);
    mono_ms began = clock_mono();
    assert_true(fetch_wait(f, NULL, 0, 50, &why));
    assert_true(clock_mono() - began >= 49);
    assert_true(span_is(transfer_take(t), "[]"));
    transfer_free(t);
    fetch_close(f);
    server_stop(s);
}

static void a_reference_is_followed_on_the_origin_of_its_answer_alone(void **state)
{
    (void)state;
    static const char base[] = "https://api.edenai.run/v2/list/?page=1";
    static const struct {
        const char *base, *reference, *url; /* NULL: not followed */
    } rows[] = {
        { base, "https://api.edenai.run/v2/list/?page=2",
          "https://api.edenai.run/v2/list/?page=2" },
        { base, "?page=2&size=3", "https://api.edenai.run/v2/list/?page=2&size=3" },
        { base, "/v2/list/?page=2", "https://api.edenai.run/v2/list/?page=2" },
        { base, "//api.edenai.run/v2/", "https://api.edenai.run/v2/" },
        { base, "http://api.edenai.run/v2/?page=2", "https://api.edenai.run/v2/?page=2" },
        { base, "http://api.edenai.run:80/v2/", "https://api.edenai.run/v2/" },
        { base, "https://API.edenai.run:443/v2/#end", "https://API.edenai.run/v2/" },
        { "http://127.0.0.1:81/", "https://127.0.0.1:81/2", "http://127.0.0.1:81/2" },
        { base, "https://api.edenai.run:8443/v2/", NULL },
        { base, "https://api.eu.edenai.run/v2/", NULL },
        { base, "//evil.example/v2/", NULL },
        { base, "https://api.edenai.run.evil.example/v2/", NULL },
        { base, "https://api.edenai.run@evil.example/", NULL },
        { base, "https://user:word@api.edenai.run/v2/", NULL },
        { base, "ftp://api.edenai.run/v2/", NULL },
        { base, "file:///etc/passwd", NULL },
        { "http://127.0.0.1:81/", "http://127.0.0.1:81evil.example/", NULL },
        { "http://127.0.0.1:81/", "http://127.0.0.1/", NULL },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct text url = { 0 };
        bool ok = fetch_resolve(rows[i].base, rows[i].reference, &url);
        if (ok != (rows[i].url != NULL) || strcmp(text_z(&url), ok ? rows[i].url : "") != 0)
            fail_msg("%s: \"%s\"", rows[i].reference, text_z(&url));
        text_done(&url);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reference_is_followed_on_the_origin_of_its_answer_alone),
        cmocka_unit_test(a_body_in_chunks_arrives_whole),
        cmocka_unit_test(a_slow_reader_holds_the_sender_back_and_loses_no_byte),
        cmocka_unit_test(a_redirect_is_an_answer_and_its_target_sees_nobody),
        cmocka_unit_test(a_cut_body_is_a_fault),
        cmocka_unit_test(a_longer_body_than_allowed_is_refused),
        cmocka_unit_test(endless_headers_are_refused),
        cmocka_unit_test(one_header_of_a_megabyte_is_called_what_it_is),
        cmocka_unit_test(an_answer_that_is_none_is_called_what_it_is),
        cmocka_unit_test(compression_is_asked_for_on_demand_and_the_limit_counts_inflated_bytes),
        cmocka_unit_test(the_request_carries_the_key_and_nothing_from_the_environment),
        cmocka_unit_test(a_request_that_writes_carries_its_method_and_body_and_its_path_as_it_is),
        cmocka_unit_test(a_request_that_writes_is_never_sent_twice),
        cmocka_unit_test(statuses_are_answers),
        cmocka_unit_test(retry_after_is_read_in_seconds_and_as_a_date),
        cmocka_unit_test(a_closed_connection_and_a_dead_port_are_faults),
        cmocka_unit_test(a_stall_ends_at_the_limit),
        cmocka_unit_test(only_https_or_this_machine_may_see_the_key),
        cmocka_unit_test(a_certificate_of_nobody_known_is_refused),
        cmocka_unit_test(a_key_cannot_bring_a_header_of_its_own),
        cmocka_unit_test(as_many_transfers_run_at_once_as_allowed_and_no_more),
        cmocka_unit_test(a_transfer_can_be_given_up_at_any_time),
        cmocka_unit_test(another_descriptor_ends_the_wait),
        cmocka_unit_test(what_was_told_once_wakes_nobody_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
