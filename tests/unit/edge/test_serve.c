/* The web server, from its clients' side: real sockets, and a clock that the test turns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/endpoint.h"
#include "base/xmalloc.h"
#include "edge/serve.h"
#include "edge/serve/clients.h"

enum {
    TURNS = 40,          /* more than any of these conversations takes */
    PIECE = 32 << 10,    /* of the long answer */
    PIECES = 400,        /* of it: more than all buffers between two sockets hold */
    PATIENCE_MS = 10000, /* real time, for a child that checks a login */
    KEEP_S = 90,
    REQUEST_S = 15, /* what serve/clients.c grants, in seconds */
    STALL_S = 30,
};

/* "ann" and "secret", at the lowest cost. */
#define LOGINS "# users\nann:$2y$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW\n"

struct scene {
    struct server *server;
    char listen[32];
    mono_ms now;
    int answered;    /* requests that were handed out */
    int open;        /* long answers that hold something */
    int pieces;      /* that were written */
    int written[64]; /* pieces of each long answer */
    int begun;
    char last[256];    /* target of the last request */
    bool ignore_asked; /* leave requests where they are */
};

static void scene_start(struct scene *s, const char *logins)
{
    struct serve_options o = { .listen = s->listen, .hosts = "ebb.example", .logins = logins };
    struct fault why;
    if (!serve_open(&o, &s->server, &why))
        fail_msg("%s", why.text);
}

/* Each on an address of its own: tests that run beside this one must not meet it. */
static int scene_open(void **state)
{
    static unsigned count;
    struct scene *s = xcalloc(1, sizeof *s);
    unsigned id = (unsigned)getpid();
    snprintf(s->listen, sizeof s->listen, "127.%u.%u.%u:5322", 1 + id / 256 % 250, id % 256,
             1 + count++);
    s->now = 1000 * 1000;
    *state = s;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *s = *state;
    serve_close(s->server);
    free(s);
    return 0;
}

/* "/long" is answered in pieces, everything else whole with what was asked. */
static void answer(struct scene *s, struct exchange *x)
{
    struct serve_head head = { .status = 200, .type = "text/plain" };
    struct text body = { 0 };
    s->answered++;
    snprintf(s->last, sizeof s->last, "%s", exchange_target(x));
    bool is_long = strncmp(s->last, "/long", 5) == 0;
    text_addf(&body, "%s", is_long ? "begin" : s->last);
    if (is_long) {
        assert_true(s->begun < (int)COUNT(s->written));
        *exchange_answering(x) = &s->written[s->begun++];
        s->open++;
    }
    serve_answer(x, &head, &body, is_long);
}

static void go_on(struct scene *s, struct exchange *x)
{
    int *written = *exchange_answering(x);
    struct text piece = { 0 };
    text_addf(&piece, "%*d", PIECE, ++*written);
    s->pieces++;
    serve_add(x, &piece, *written < PIECES);
}

static void let_go(struct scene *s, struct exchange *x)
{
    s->open--;
    serve_forget(x);
}

static void turn(struct scene *s)
{
    struct exchange *x;
    enum serve_event event = SERVE_NOTHING;
    serve_turn(s->server, s->now);
    while (!s->ignore_asked && (event = serve_next(s->server, &x)) != SERVE_NOTHING) {
        if (event == SERVE_ASKED)
            answer(s, x);
        else if (event == SERVE_ROOM)
            go_on(s, x);
        else
            let_go(s, x);
    }
}

static void turns(struct scene *s)
{
    for (int i = 0; i < TURNS; i++)
        turn(s);
}

/* Turns until nobody asks for more. */
static void saturate(struct scene *s)
{
    for (int before = -1; before != s->pieces;) {
        before = s->pieces;
        turns(s);
    }
}

static int dial_from(const struct scene *s, const char *address)
{
    struct endpoint e, from;
    assert_true(endpoint_parse(span_of(s->listen), 0, &e));
    assert_true(endpoint_parse(span_of(address), 0, &from));
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, &from.address.any, from.len), 0);
    assert_int_equal(connect(fd, &e.address.any, e.len), 0);
    return fd;
}

static int dial(const struct scene *s)
{
    return dial_from(s, "127.0.0.1");
}

static void say(int fd, const char *words)
{
    assert_int_equal(send(fd, words, strlen(words), MSG_NOSIGNAL), strlen(words));
}

static void ask(int fd, const char *target)
{
    char words[512];
    snprintf(words, sizeof words, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", target);
    say(fd, words);
}

/* What is there to read, as text; "" when the other side closed or nothing came. */
static const char *hear(int fd)
{
    static char heard[1 << 16];
    ssize_t got = recv(fd, heard, sizeof heard - 1, MSG_DONTWAIT);
    heard[got > 0 ? got : 0] = '\0';
    return heard;
}

static bool is_closed(int fd)
{
    char byte;
    ssize_t got = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return got == 0 || (got < 0 && errno != EAGAIN);
}

static void hang_up(int *fds, size_t count)
{
    for (size_t i = 0; i < count; i++)
        close(fds[i]);
}

/* One conversation; the answer as text. */
static const char *converse(struct scene *s, const char *words)
{
    int fd = dial(s);
    say(fd, words);
    turns(s);
    const char *heard = hear(fd);
    close(fd);
    turns(s);
    return heard;
}

static void an_answer_comes_with_its_guards(void **state)
{
    struct scene *s = *state;
    scene_start(s, NULL);
    const char *heard = converse(s, "GET /a%2Fb?x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_non_null(strstr(heard, "HTTP/1.1 200 OK\r\n"));
    assert_non_null(strstr(heard, "\r\nContent-Security-Policy: default-src 'none';"));
    assert_null(strstr(heard, "unsafe"));
    assert_non_null(strstr(heard, "\r\nX-Content-Type-Options: nosniff\r\n"));
    assert_non_null(strstr(heard, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strstr(heard, "\r\n\r\n/a%2Fb?x"));
    heard = converse(s, "HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_non_null(strstr(heard, "\r\nContent-Length: 2\r\n"));
    assert_string_equal(strstr(heard, "\r\n\r\n"), "\r\n\r\n");
}

static void what_is_no_request_for_us_is_refused_unseen(void **state)
{
    static const struct {
        const char *words, *status;
    } rows[] = {
        { "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", " 405 " },
        { "DELETE / HTTP/1.1\r\nHost: localhost\r\n\r\n", " 405 " },
        { "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", " 405 " },
        { "CONNECT a:1 HTTP/1.1\r\nHost: localhost\r\n\r\n", " 405 " },
        { "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello", " 400 " },
        { "GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          " 400 " },
        { "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n", " 400 " },
        { "GET / HTTP/1.1\r\n\r\n", " 400 " },
        { "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n", " 421 " },
        { "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", " 421 " },
        { "GET / HTTP/1.1\r\nHost: evil.example:5322\r\n\r\n", " 421 " },
        { "GET / HTTP/1.1\r\nHost: localhost.evil.example\r\n\r\n", " 421 " },
        { "GET / HTTP/1.1\r\nHost: localhost:a\r\n\r\n", " 421 " },
        { "GET / HTTP/1.1\r\nHost: 127.0.0.1.evil.example\r\n\r\n", " 421 " },
        { "GET / HTTP/1.1\r\nHost:\r\n\r\n", " 421 " },
    };
    struct scene *s = *state;
    scene_start(s, NULL);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *heard = converse(s, rows[i].words);
        if (!strstr(heard, rows[i].status))
            fail_msg("%s was answered with %s", rows[i].words, heard);
    }
    assert_int_equal(s->answered, 0);
}

static void our_names_are_ours_in_every_form(void **state)
{
    static const char *const names[] = { "localhost",       "LocalHost:5322", "127.0.0.1:1",
                                         "192.168.1.9",     "[::1]:5322",     "[fe80::1]",
                                         "ebb.example:443", "EBB.example.",   "localhost." };
    struct scene *s = *state;
    scene_start(s, NULL);
    for (size_t i = 0; i < COUNT(names); i++) {
        char words[256];
        snprintf(words, sizeof words, "GET /%zu HTTP/1.1\r\nHost: %s\r\n\r\n", i, names[i]);
        if (!strstr(converse(s, words), " 200 "))
            fail_msg("%s is not known", names[i]);
    }
}

static void headers_have_a_limit(void **state)
{
    struct scene *s = *state;
    scene_start(s, NULL);
    int fd = dial(s);
    struct text words = { 0 };
    text_addf(&words, "GET / HTTP/1.1\r\nHost: localhost\r\nX: %*d\r\n\r\n", 40 << 10, 1);
    say(fd, text_z(&words));
    for (int i = 0; i < 5; i++) /* the library reads a kilobyte at a time */
        turns(s);
    const char *heard = hear(fd); /* or nothing: what was not read of it resets the connection */
    assert_true(strstr(heard, "HTTP/1.1 431 ") || (!*heard && is_closed(fd)));
    assert_int_equal(s->answered, 0);
    text_done(&words);
    close(fd);
}

static void a_client_that_sends_a_byte_now_and_then_has_only_so_much_time(void **state)
{
    struct scene *s = *state;
    scene_start(s, NULL);
    int fd = dial(s);
    const char *request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for (int i = 0; i < REQUEST_S; i++) {
        assert_false(is_closed(fd));
        say(fd, (char[]){ request[i], '\0' });
        turns(s);
        s->now += 1000;
    }
    turns(s);
    assert_true(is_closed(fd));
    close(fd);
}

static void an_idle_client_is_let_go_and_the_server_says_when(void **state)
{
    struct scene *s = *state;
    struct pollfd fd;
    scene_start(s, NULL);
    int client = dial(s);
    turns(s);
    assert_int_equal(serve_prepare(s->server, s->now, &fd), s->now + REQUEST_S * 1000);
    s->now += REQUEST_S * 1000;
    turns(s);
    assert_true(is_closed(client));
    assert_int_equal(serve_prepare(s->server, s->now, &fd), MONO_NEVER);
    close(client);
}

static void a_connection_serves_one_request_after_the_other(void **state)
{
    struct scene *s = *state;
    scene_start(s, NULL);
    int fd = dial(s);
    for (int i = 0; i < 5; i++) {
        ask(fd, "/again");
        turns(s);
        assert_non_null(strstr(hear(fd), "/again"));
        s->now += (KEEP_S - 1) * 1000;
        turns(s);
    }
    assert_int_equal(s->answered, 5);
    s->now += 1000;
    turns(s);
    assert_true(is_closed(fd));
    close(fd);
}

static void a_slow_reader_is_written_to_as_fast_as_it_reads(void **state)
{
    struct scene *s = *state;
    char heard[1 << 16];
    scene_start(s, NULL);
    int fd = dial(s);
    ask(fd, "/long");
    saturate(s);
    int written = s->pieces;
    assert_true(written > 0 && written < PIECES);
    turns(s);
    assert_int_equal(s->pieces, written); /* nobody reads: nothing is asked for */
    size_t total = 0;
    for (int i = 0; s->open && i < 10000; i++) {
        ssize_t got = recv(fd, heard, sizeof heard, MSG_DONTWAIT);
        total += got > 0 ? (size_t)got : 0;
        turn(s);
    }
    assert_int_equal(s->pieces, PIECES);
    assert_int_equal(s->open, 0);
    for (ssize_t got; (got = recv(fd, heard, sizeof heard, MSG_DONTWAIT)) > 0;)
        total += (size_t)got;
    assert_true(total > (size_t)PIECES * PIECE);
    close(fd);
}

static void a_reader_that_stalls_is_let_go_and_so_is_what_it_held(void **state)
{
    struct scene *s = *state;
    scene_start(s, NULL);
    int fd = dial(s);
    ask(fd, "/long");
    saturate(s);
    assert_int_equal(s->open, 1);
    s->now += (STALL_S - 1) * 1000;
    turns(s);
    assert_int_equal(s->open, 1);
    s->now += 1000;
    turns(s);
    assert_int_equal(s->open, 0);
    close(fd);
}

static void readers_that_stall_do_not_keep_others_waiting(void **state)
{
    struct scene *s = *state;
    int slow[20];
    scene_start(s, NULL);
    for (size_t i = 0; i < COUNT(slow); i++) {
        slow[i] = dial(s);
        ask(slow[i], "/long");
        saturate(s);
    }
    assert_int_equal(s->open, 16); /* the others wait */
    int fd = dial(s);
    ask(fd, "/short");
    turns(s);
    assert_string_equal(hear(fd), "");
    struct pollfd wait;
    assert_true(serve_prepare(s->server, s->now, &wait) <= s->now + 1000);
    s->now += 1000;
    turns(s);
    assert_non_null(strstr(hear(fd), "/short"));
    hang_up(slow, COUNT(slow));
    close(fd);
    turns(s);
}

static void a_crowd_of_idle_clients_makes_room_for_whoever_asks(void **state)
{
    struct scene *s = *state;
    int idle[CLIENTS_OF_ONE];
    scene_start(s, NULL);
    for (size_t i = 0; i < COUNT(idle); i++) {
        idle[i] = dial(s);
        turn(s);
        s->now++;
    }
    turns(s);
    for (size_t i = 0; i < COUNT(idle); i++)
        assert_false(is_closed(idle[i]));
    int fd = dial(s);
    ask(fd, "/late");
    turns(s);
    assert_non_null(strstr(hear(fd), "/late"));
    assert_true(is_closed(idle[0])); /* the one that waited longest */
    assert_false(is_closed(idle[1]));
    hang_up(idle, COUNT(idle));
    close(fd);
}

static void who_is_being_answered_keeps_its_place(void **state)
{
    struct scene *s = *state;
    int busy[CLIENTS_OF_ONE];
    scene_start(s, NULL);
    s->ignore_asked = true;
    for (size_t i = 0; i < COUNT(busy); i++) {
        busy[i] = dial(s);
        ask(busy[i], "/wait");
        turns(s);
    }
    int fd = dial(s);
    turns(s);
    assert_true(is_closed(fd));
    s->ignore_asked = false;
    for (int i = 0; i < 20; i++)
        turns(s);
    for (size_t i = 0; i < COUNT(busy); i++)
        assert_non_null(strstr(hear(busy[i]), "/wait"));
    hang_up(busy, COUNT(busy));
    close(fd);
}

static void a_crowd_from_one_address_keeps_nobody_else_waiting(void **state)
{
    struct scene *s = *state;
    int crowd[CLIENTS_OF_ONE];
    scene_start(s, NULL);
    s->ignore_asked = true;
    for (size_t i = 0; i < COUNT(crowd); i++) {
        crowd[i] = dial(s);
        ask(crowd[i], "/crowd");
        turns(s);
    }
    int fd = dial_from(s, "127.0.0.77");
    ask(fd, "/other");
    turns(s);
    struct exchange *first, *second;
    assert_int_equal(serve_next(s->server, &first), SERVE_ASKED);
    assert_int_equal(serve_next(s->server, &second), SERVE_ASKED);
    assert_string_equal(exchange_target(first), "/crowd");
    assert_string_equal(exchange_target(second), "/other");
    answer(s, first);
    answer(s, second);
    turns(s);
    assert_non_null(strstr(hear(fd), "/other"));
    hang_up(crowd, COUNT(crowd));
    close(fd);
}

/* Without descriptors a client that waits must not turn the loop for ever. */
static void without_descriptors_the_door_is_shut_for_a_while(void **state)
{
    struct scene *s = *state;
    struct pollfd wait;
    scene_start(s, NULL);
    int fd = dial(s);
    ask(fd, "/later");
    struct rlimit usual, few;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    few = usual;
    few.rlim_cur = (rlim_t)fd + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    turns(s);
    mono_ms due = serve_prepare(s->server, s->now, &wait);
    assert_true(due > s->now && due <= s->now + 1000);
    assert_int_equal(poll(&wait, 1, 0), 0);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    s->now += 1000;
    turns(s);
    assert_non_null(strstr(hear(fd), "/later"));
    close(fd);
}

/* Turns until something is to be heard, for as long as a child may take. */
static const char *hear_in_time(struct scene *s, int fd)
{
    mono_ms end = clock_mono() + PATIENCE_MS;
    while (clock_mono() < end) {
        struct pollfd wait;
        serve_prepare(s->server, s->now, &wait);
        poll(&wait, 1, 10);
        turn(s);
        const char *heard = hear(fd);
        if (*heard)
            return heard;
    }
    return "";
}

static const char *log_in(struct scene *s, const char *credentials)
{
    char words[256];
    int fd = dial(s);
    snprintf(words, sizeof words,
             "GET /page HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic %s\r\n\r\n",
             credentials);
    say(fd, words);
    const char *heard = hear_in_time(s, fd);
    close(fd);
    turns(s);
    return heard;
}

static void only_a_name_with_its_password_gets_in(void **state)
{
    struct scene *s = *state;
    scene_start(s, LOGINS);
    const char *heard = converse(s, "GET /page HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_non_null(strstr(heard, " 401 "));
    assert_non_null(strstr(heard, "\r\nWWW-Authenticate: Basic realm=\"ebb\""));
    static const char *const bad[] = {
        "YW5uOndyb25n",         /* ann:wrong */
        "Ym9iOnNlY3JldA==",     /* bob:secret */
        "YW5uOg==",             /* ann: */
        "OnNlY3JldA==",         /* :secret */
        "IyB1c2VyczpzZWNyZXQ=", /* "# users:secret" */
        "YW5u",                 /* ann */
        "!!!!",
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        if (!strstr(log_in(s, bad[i]), " 401 "))
            fail_msg("%s got in", bad[i]);
    assert_int_equal(s->answered, 0);
    assert_non_null(strstr(log_in(s, "YW5uOnNlY3JldA=="), " 200 "));
    assert_int_equal(s->answered, 1);
}

/* Whoever is known costs nothing; whoever came with the same words waits for one verdict. */
static void a_known_login_is_not_checked_again(void **state)
{
    struct scene *s = *state;
    int fds[8];
    static const char words[] =
        "GET /page HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YW5uOnNlY3JldA==\r\n\r\n";
    scene_start(s, LOGINS);
    for (size_t i = 0; i < COUNT(fds); i++) {
        fds[i] = dial(s);
        say(fds[i], words);
        turns(s);
    }
    for (size_t i = 0; i < COUNT(fds); i++)
        assert_non_null(strstr(hear_in_time(s, fds[i]), " 200 "));
    hang_up(fds, COUNT(fds));
    turns(s);
    int fd = dial(s);
    turns(s);
    struct rlimit usual, few; /* without descriptors there is no child to ask */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &usual), 0);
    few = usual;
    few.rlim_cur = 0;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    say(fd, words);
    turns(s);
    assert_non_null(strstr(hear(fd), " 200 "));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &usual), 0);
    close(fd);
}

static void it_ends_at_once_whatever_is_open(void **state)
{
    struct scene *s = *state;
    int fds[40];
    scene_start(s, LOGINS);
    for (size_t i = 0; i < COUNT(fds); i++) {
        fds[i] = dial(s);
        if (i % 4 == 0)
            say(fds[i], "GET / HT");
        else if (i % 4 == 1)
            say(fds[i],
                "GET /long HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic "
                "YW5uOnNlY3JldA==\r\n\r\n");
        else if (i % 4 == 2)
            say(fds[i],
                "GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YW5uOm5v\r\n\r\n");
        turn(s);
    }
    hear_in_time(s, fds[1]);
    for (int round = 0; round < 2; round++) {
        serve_close(s->server); /* the second time with logins that are still being checked */
        s->server = NULL;
        for (size_t i = 0; round == 0 && i < COUNT(fds); i++)
            for (hear(fds[i]); !is_closed(fds[i]);)
                assert_true(*hear(fds[i]));
        if (round == 0) {
            hang_up(fds, COUNT(fds));
            scene_start(s, LOGINS);
            fds[0] = dial(s);
            say(fds[0],
                "GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization: Basic YW5uOm5v\r\n\r\n");
            turn(s);
            turn(s);
        }
    }
    close(fds[0]);
}

/* Whoever answers may take several turns for it, and be told to end meanwhile. */
static void it_ends_with_requests_that_were_handed_out_and_not_answered(void **state)
{
    struct scene *s = *state;
    int fds[3];
    struct exchange *x;
    scene_start(s, NULL);
    s->ignore_asked = true;
    for (size_t i = 0; i < COUNT(fds); i++) {
        fds[i] = dial(s);
        ask(fds[i], "/wait");
    }
    turns(s);
    for (size_t i = 0; i < COUNT(fds); i++) {
        assert_int_equal(serve_next(s->server, &x), SERVE_ASKED);
        *exchange_answering(x) = i == 0 ? s : NULL;
    }
    turns(s);
    serve_close(s->server);
    s->server = NULL;
    for (size_t i = 0; i < COUNT(fds); i++)
        assert_true(is_closed(fds[i]));
    hang_up(fds, COUNT(fds));
}

static void an_address_in_use_is_named_with_what_to_do(void **state)
{
    struct scene *s = *state;
    struct server *second = NULL;
    struct fault why;
    struct serve_options o = { .listen = s->listen };
    scene_start(s, NULL);
    assert_false(serve_open(&o, &second, &why));
    assert_non_null(strstr(why.text, s->listen));
    assert_non_null(strstr(why.text, "set another port"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define SCENE(test) cmocka_unit_test_setup_teardown(test, scene_open, scene_close)
        SCENE(an_answer_comes_with_its_guards),
        SCENE(what_is_no_request_for_us_is_refused_unseen),
        SCENE(our_names_are_ours_in_every_form),
        SCENE(headers_have_a_limit),
        SCENE(a_client_that_sends_a_byte_now_and_then_has_only_so_much_time),
        SCENE(an_idle_client_is_let_go_and_the_server_says_when),
        SCENE(a_connection_serves_one_request_after_the_other),
        SCENE(a_slow_reader_is_written_to_as_fast_as_it_reads),
        SCENE(a_reader_that_stalls_is_let_go_and_so_is_what_it_held),
        SCENE(readers_that_stall_do_not_keep_others_waiting),
        SCENE(a_crowd_of_idle_clients_makes_room_for_whoever_asks),
        SCENE(who_is_being_answered_keeps_its_place),
        SCENE(a_crowd_from_one_address_keeps_nobody_else_waiting),
        SCENE(without_descriptors_the_door_is_shut_for_a_while),
        SCENE(only_a_name_with_its_password_gets_in),
        SCENE(a_known_login_is_not_checked_again),
        SCENE(it_ends_at_once_whatever_is_open),
        SCENE(it_ends_with_requests_that_were_handed_out_and_not_answered),
        SCENE(an_address_in_use_is_named_with_what_to_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
