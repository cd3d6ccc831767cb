/* publish against a real mosquitto; back-off and patience on a clock of the test's own. */
#include "publish_scene.h"

#include <dlfcn.h>
#include <netdb.h>

#define PASSWORD "canary-password-77"

static void a_message_is_sent_and_acknowledged_by_its_tag(void **state)
{
    (void)state;
    for (int qos = 0; qos <= 1; qos++) {
        struct real_broker b = broker_new("allow_anonymous true\nmax_inflight_messages 0");
        broker_run(&b);
        struct ear e;
        ear_open(&e, b.port);
        struct random random = dice();
        struct broker settings = broker_at(b.port, qos);
        struct publisher *p = open_publisher(&settings, &random);
        assert_false(publish_connected(p));
        assert_int_equal(publish_room(p), 0);
        assert_string_not_equal(publish_reason(p), "");

        TURN_UNTIL(p, publish_connected(p));
        assert_string_equal(publish_reason(p), "");
        assert_int_equal(publish_room(p), 0); /* what the caller does not know of it cannot use */
        assert_true(publish_take_connected(p));
        assert_false(publish_take_connected(p));
        assert_int_equal(publish_room(p), PUBLISH_IN_FLIGHT_MAX);

        int64_t tag = 0;
        send_ok(p, 4711, "ebb/main/event", "hello");
        TURN_UNTIL(p, take_acknowledged(p, &tag));
        assert_int_equal(tag, 4711);
        assert_false(take_acknowledged(p, &tag));
        assert_int_equal(publish_room(p), PUBLISH_IN_FLIGHT_MAX);
        assert_false(publish_take_connected(p));
        hear_until(&e, "ebb/main/event=hello\n");

        publish_close(p);
        ear_close(&e);
        broker_free(&b);
    }
}

static void after_a_lost_broker_nothing_is_sent_again_by_itself(void **state)
{
    (void)state;
    struct real_broker b = broker_new("allow_anonymous true\nmax_inflight_messages 0");
    broker_run(&b);
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    struct publisher *p = open_publisher(&settings, &random);
    TURN_UNTIL(p, publish_connected(p));
    assert_true(publish_take_connected(p));

    kill(b.child.pid, SIGSTOP); /* it can acknowledge nothing */
    for (int64_t tag = 1; tag <= 3; tag++)
        send_ok(p, tag, "ebb/main/event", "before");
    assert_int_equal(publish_room(p), PUBLISH_IN_FLIGHT_MAX - 3);
    child_kill(&b.child);
    TURN_UNTIL(p, !publish_connected(p));
    assert_int_equal(publish_room(p), 0);
    assert_string_not_equal(publish_reason(p), "");
    struct fault why;
    assert_false(publish_send(p, 4, "ebb/main/event", span_of("offline"), false, &why));
    assert_int_equal(why.kind, FAULT_RETRY);
    assert_false(publish_take_connected(p));

    broker_run(&b);
    struct ear e;
    ear_open(&e, b.port);
    TURN_UNTIL(p, publish_connected(p));
    assert_true(publish_take_connected(p));
    assert_int_equal(publish_room(p), PUBLISH_IN_FLIGHT_MAX);
    int64_t tag = 0;
    send_ok(p, 5, "ebb/main/event", "after");
    TURN_UNTIL(p, take_acknowledged(p, &tag));
    assert_int_equal(tag, 5);
    hear_until(&e, "after");
    assert_string_equal(text_z(&e.heard), "ebb/main/event=after\n");
    publish_close(p);
    ear_close(&e);
    broker_free(&b);
}

static void no_more_is_in_flight_than_allowed_and_each_is_acknowledged_once(void **state)
{
    (void)state;
    struct real_broker b = broker_new("allow_anonymous true\nmax_inflight_messages 5");
    broker_run(&b);
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    settings.version = MQTT_311; /* which lets a broker say nothing of its limit */
    struct publisher *p = open_publisher(&settings, &random);
    CONNECT(p);

    kill(b.child.pid, SIGSTOP);
    int64_t sent = 0;
    struct fault why;
    while (publish_send(p, sent + 1, "ebb/main/event", span_of("x"), false, &why))
        sent++;
    assert_int_equal(sent, PUBLISH_IN_FLIGHT_MAX);
    assert_int_equal(why.kind, FAULT_RETRY);
    assert_int_equal(publish_room(p), 0);
    kill(b.child.pid, SIGCONT);

    bool seen[PUBLISH_IN_FLIGHT_MAX + 1] = { false };
    for (int64_t left = sent, tag; left > 0; left--) {
        TURN_UNTIL(p, take_acknowledged(p, &tag));
        assert_in_range(tag, 1, sent);
        assert_false(seen[tag]);
        seen[tag] = true;
    }
    assert_int_equal(publish_room(p), PUBLISH_IN_FLIGHT_MAX);
    publish_close(p);
    broker_free(&b);
}

static void a_message_that_can_never_be_sent_is_rejected(void **state)
{
    (void)state;
    struct real_broker b = broker_new("allow_anonymous true");
    broker_run(&b);
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    struct publisher *p = open_publisher(&settings, &random);
    CONNECT(p);
    static const char *const topics[] = { "", "a/#", "a/+/b", "bad \xff utf-8" };
    struct fault why;
    for (size_t i = 0; i < COUNT(topics); i++) {
        assert_false(publish_send(p, 1, topics[i], span_of("x"), false, &why));
        assert_int_equal(why.kind, FAULT_REJECT);
    }
    assert_true(publish_connected(p));
    assert_true(publish_is_idle(p));
    publish_close(p);
    broker_free(&b);
}

static void a_wrong_password_is_told_and_never_written_down(void **state)
{
    (void)state;
    struct real_broker b = broker_new("allow_anonymous false");
    char line[512];
    snprintf(line, sizeof line,
             "cd %s && mosquitto_passwd -b -c passwords ebb 'the right one'"
             " && echo password_file %s/passwords >> broker.conf",
             b.folder, b.folder);
    run_shell(line);
    broker_run(&b);

    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    settings.user = "ebb";
    settings.password = PASSWORD;
    char log[4096];
    struct catcher c = catch_log();
    struct publisher *p = open_publisher(&settings, &random);
    TURN_UNTIL(p, strcasestr(publish_reason(p), "not authori"));
    assert_false(publish_connected(p));
    publish_close(p);

    settings.password = "the right one";
    p = open_publisher(&settings, &random);
    CONNECT(p);
    publish_close(p);
    caught(&c, log, sizeof log);
    assert_non_null(strcasestr(log, "not authori"));
    assert_null(strstr(log, PASSWORD));
    assert_null(strstr(log, "the right one"));
    broker_free(&b);
}

static void the_will_is_heard_after_an_abrupt_end(void **state)
{
    (void)state;
    struct real_broker b = broker_new("allow_anonymous true");
    broker_run(&b);
    struct ear e, late;
    ear_open(&e, b.port);
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    struct publisher *p = open_publisher(&settings, &random);
    CONNECT(p);
    struct pollfd fd;
    publish_prepare(p, clock_mono(), &fd);
    shutdown(fd.fd, SHUT_RDWR);
    hear_until(&e, "ebb/status=offline\n");
    ear_open(&late, b.port);
    hear_until(&late, "ebb/status=offline (retained)\n");
    TURN_UNTIL(p, !publish_connected(p));
    publish_close(p);
    ear_close(&e);
    ear_close(&late);
    broker_free(&b);
}

static void closing_says_the_will_once_and_for_all(void **state)
{
    (void)state;
    for (int qos = 0; qos <= 1; qos++) {
        struct real_broker b = broker_new("allow_anonymous true\nmax_inflight_messages 0");
        broker_run(&b);
        struct ear e, late;
        ear_open(&e, b.port);
        struct random random = dice();
        struct broker settings = broker_at(b.port, qos);
        struct publisher *p = open_publisher(&settings, &random);
        CONNECT(p);
        for (int64_t tag = 1; tag <= PUBLISH_IN_FLIGHT_MAX;
             tag++) /* even when there is no room for it at first */
            send_ok(p, tag, "ebb/main/event", "busy");
        publish_close(p);
        hear_until(&e, "ebb/status=offline\n");
        ear_open(&late, b.port);
        hear_until(&late, "ebb/status=offline (retained)\n");
        ear_turn(&e);
        assert_int_equal(count_of(text_z(&e.heard), "ebb/status"), 1);
        assert_int_equal(count_of(text_z(&e.heard), "busy"), PUBLISH_IN_FLIGHT_MAX);
        ear_close(&e);
        ear_close(&late);
        broker_free(&b);
    }
}

static void closing_does_not_wait_long_for_a_silent_broker(void **state)
{
    (void)state;
    struct real_broker b = broker_new("allow_anonymous true");
    broker_run(&b);
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    struct publisher *p = open_publisher(&settings, &random);
    CONNECT(p);
    kill(b.child.pid, SIGSTOP);
    mono_ms began = clock_mono();
    publish_close(p);
    assert_true(clock_mono() - began < 3000);
    broker_free(&b);
}

/* Plays tries at a port nobody listens on, on the test's own clock; returns when the next one is
 * due. */
static mono_ms fail_once(struct publisher *p, mono_ms now)
{
    struct pollfd fd;
    for (int turns = 0; turns < 1000; turns++) {
        turn_at(p, now, 20);
        mono_ms due = publish_prepare(p, now, &fd);
        if (fd.fd < 0 && due > now)
            return due;
    }
    fail_msg("the try does not end");
    return now;
}

static void a_dead_port_is_tried_ever_more_seldom_and_logged_once(void **state)
{
    (void)state;
    struct random random = dice();
    struct broker settings = broker_at(free_port(), 1);
    char log[8192];
    struct catcher c = catch_log();
    struct publisher *p = open_publisher(&settings, &random);
    mono_ms now = 1000 * 1000, cap = PUBLISH_BACKOFF_FIRST_MS;
    for (int i = 0; i < 20; i++) {
        mono_ms due = fail_once(p, now);
        assert_in_range(due - now, cap / 2, cap);
        assert_non_null(strstr(publish_reason(p), "refused"));
        now = due;
        cap = cap * 2 < PUBLISH_BACKOFF_MAX_MS ? cap * 2 : PUBLISH_BACKOFF_MAX_MS;
    }
    publish_close(p);
    caught(&c, log, sizeof log);
    assert_int_equal(count_of(log, "mqtt: no connection"), 1);
}

static void a_listener_that_says_nothing_is_given_up(void **state)
{
    (void)state;
    struct sockaddr_in address = { .sin_family = AF_INET,
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 4), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    struct random random = dice();
    struct broker settings = broker_at(ntohs(address.sin_port), 1);
    struct publisher *p = open_publisher(&settings, &random);
    struct pollfd fd;
    mono_ms now = 5000;
    struct pollfd knock = { .fd = listener, .events = POLLIN };
    for (mono_ms limit = clock_mono() + DEADLINE_MS; poll(&knock, 1, 0) == 0;) {
        turn_at(p, now, 20);
        assert_true(clock_mono() < limit);
    }
    for (int i = 0; i < 5; i++)
        turn_at(p, now, 20);
    publish_prepare(p, now, &fd);
    assert_true(fd.fd >= 0);
    turn_at(p, now + 9999, 0);
    assert_true(publish_prepare(p, now + 9999, &fd) <= now + 10000);
    assert_true(fd.fd >= 0);
    turn_at(p, now + 10000, 0);
    publish_prepare(p, now + 10000, &fd);
    assert_int_equal(fd.fd, -1);
    assert_non_null(strstr(publish_reason(p), "no answer"));
    publish_close(p);
    close(listener);
}

typedef int resolve(const char *, const char *, const struct addrinfo *, struct addrinfo **);

/* Stands in front of the C library's, for libmosquitto too: "two.test" has ::1 first and then
 * 127.0.0.1. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    resolve *real;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (!name || strcmp(name, "two.test") != 0)
        return real(name, service, hints, ret);
    struct addrinfo any_family = *hints, *second;
    any_family.ai_flags = AI_NUMERICHOST;
    int code = real("::1", service, &any_family, ret);
    if (code == 0)
        code = real("127.0.0.1", service, &any_family, &second);
    if (code == 0) {
        struct addrinfo *last = *ret;
        while (last->ai_next)
            last = last->ai_next;
        last->ai_next = second;
    }
    return code;
}

static void a_name_with_two_addresses_is_tried_at_both(void **state)
{
    (void)state;
    struct real_broker b = broker_new("allow_anonymous true"); /* on 127.0.0.1 only */
    broker_run(&b);
    struct ear e;
    ear_open(&e, b.port); /* it is ready: the first try must succeed */
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    settings.host = "two.test";
    struct publisher *p = open_publisher(&settings, &random);
    for (int i = 0; i < 200 && !publish_connected(p); i++)
        turn_at(p, 1000, 20);
    assert_true(publish_connected(p));
    publish_close(p);
    ear_close(&e);
    broker_free(&b);
}

static void an_unknown_name_is_a_reason(void **state)
{
    (void)state;
    struct random random = dice();
    struct broker settings = broker_at(1883, 1);
    settings.host = "no such host";
    struct publisher *p = open_publisher(&settings, &random);
    assert_true(fail_once(p, 1000) > 1000);
    assert_string_not_equal(publish_reason(p), "");
    publish_close(p);
}

static void settings_that_cannot_work_are_refused_at_once(void **state)
{
    (void)state;
    struct broker good = broker_at(1883, 1);
    struct {
        struct broker broker;
        const char *words;
    } rows[] = { { good, "port" },
                 { good, "port" },
                 { good, "QoS" },
                 { good, "/no/such/ca.pem" },
                 { good, "together" },
                 { good, "/no/such/key.pem" },
                 { good, "invalid settings" } };
    rows[0].broker.port = 0;
    rows[1].broker.port = 65536;
    rows[2].broker.qos = 2;
    rows[3].broker.tls = true, rows[3].broker.tls_ca = "/no/such/ca.pem";
    rows[4].broker.tls = true, rows[4].broker.tls_cert = "/dev/null";
    rows[5].broker.tls = true, rows[5].broker.tls_cert = "/dev/null",
    rows[5].broker.tls_key = "/no/such/key.pem";
    rows[6].broker.will_topic = "a/#";
    struct random random = dice();
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct publisher *p;
        struct fault why = { 0 };
        assert_false(publish_open(&rows[i].broker, &random, &p, &why));
        assert_int_equal(why.kind, FAULT_FATAL);
        if (!strstr(why.text, rows[i].words))
            fail_msg("row %zu: \"%s\"", i, why.text);
    }
    publish_close(NULL);
}

static struct real_broker tls_broker(const char *alternative_name, char *ret_ca, size_t size)
{
    char line[512];
    struct real_broker b = broker_new("allow_anonymous true\nmax_inflight_messages 0");
    make_certificate(b.folder, alternative_name);
    snprintf(line, sizeof line,
             "cd %s && printf 'certfile %s/cert.pem\\nkeyfile %s/key.pem\\n' >> broker.conf",
             b.folder, b.folder, b.folder);
    run_shell(line);
    broker_run(&b);
    snprintf(ret_ca, size, "%s/cert.pem", b.folder);
    return b;
}

static void tls_trusts_the_given_authority_and_the_right_name_only(void **state)
{
    (void)state;
    static const struct {
        const char *alternative_name;
        bool with_ca, connects;
    } rows[] = {
        { "IP:127.0.0.1", true, true },
        { "IP:127.0.0.1", false, false },
        { "DNS:broker.example.org", true, false },
    };
    signal(SIGPIPE, SIG_IGN); /* as the agent does: OpenSSL writes without MSG_NOSIGNAL */
    for (size_t i = 0; i < COUNT(rows); i++) {
        char ca[128];
        struct real_broker b = tls_broker(rows[i].alternative_name, ca, sizeof ca);
        struct random random = dice();
        struct broker settings = broker_at(b.port, 1);
        settings.tls = true;
        settings.tls_ca = rows[i].with_ca ? ca : NULL;
        struct publisher *p = open_publisher(&settings, &random);
        if (rows[i].connects) {
            int64_t tag;
            CONNECT(p);
            for (tag = 1; tag <= PUBLISH_IN_FLIGHT_MAX; tag++)
                send_ok(p, tag, "ebb/main/event", "sealed");
            for (int left = PUBLISH_IN_FLIGHT_MAX; left > 0; left--)
                TURN_UNTIL(p, take_acknowledged(p, &tag));
        } else
            TURN_UNTIL(p, strstr(publish_reason(p), "certificate verify failed"));
        publish_close(p);
        broker_free(&b);
    }
}

static int set_up_group(void **state)
{
    (void)state;
    log_set_level(LOG_ERROR);
    return mosquitto_lib_init();
}

static int tear_down_group(void **state)
{
    (void)state;
    return mosquitto_lib_cleanup();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_sent_and_acknowledged_by_its_tag),
        cmocka_unit_test(after_a_lost_broker_nothing_is_sent_again_by_itself),
        cmocka_unit_test(no_more_is_in_flight_than_allowed_and_each_is_acknowledged_once),
        cmocka_unit_test(a_message_that_can_never_be_sent_is_rejected),
        cmocka_unit_test(a_wrong_password_is_told_and_never_written_down),
        cmocka_unit_test(the_will_is_heard_after_an_abrupt_end),
        cmocka_unit_test(closing_says_the_will_once_and_for_all),
        cmocka_unit_test(closing_does_not_wait_long_for_a_silent_broker),
        cmocka_unit_test(a_dead_port_is_tried_ever_more_seldom_and_logged_once),
        cmocka_unit_test(a_listener_that_says_nothing_is_given_up),
        cmocka_unit_test(a_name_with_two_addresses_is_tried_at_both),
        cmocka_unit_test(an_unknown_name_is_a_reason),
        cmocka_unit_test(settings_that_cannot_work_are_refused_at_once),
        cmocka_unit_test(tls_trusts_the_given_authority_and_the_right_name_only),
    };
    return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
