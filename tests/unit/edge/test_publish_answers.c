/* publish against brokers that refuse: by access rules, by size, by closing, by silence, and by
 * another's session. */
#include "publish_scene.h"

#include <dlfcn.h>
#include <netdb.h>
#include <stdatomic.h>

#include "scripted_broker.h"

static struct real_broker start_broker(const char *more)
{
    struct real_broker b = broker_new(more);
    broker_run(&b);
    return b;
}

/* With a file of access rules, `rules`. */
static struct real_broker start_strict_broker(const char *rules)
{
    struct real_broker b = broker_new("allow_anonymous true");
    char line[1024];
    snprintf(line, sizeof line,
             "cd %s && printf '%s' > rules && echo acl_file %s/rules >> broker.conf", b.folder,
             rules, b.folder);
    run_shell(line);
    broker_run(&b);
    return b;
}

static struct publish_answer answer_of(struct publisher *p)
{
    struct publish_answer answer;
    TURN_UNTIL(p, publish_take_answer(p, &answer));
    return answer;
}

static void what_access_rules_deny_is_refused_and_blocks_nothing(void **state)
{
    (void)state;
    struct real_broker b =
        start_strict_broker("topic readwrite ebb/status\\ntopic write ebb/main/state\\n");
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    struct publisher *p = open_publisher(&settings, &random);
    CONNECT(p);
    send_ok(p, 1, "ebb/main/event", "denied");
    struct publish_answer answer = answer_of(p);
    assert_int_equal(answer.tag, 1);
    assert_string_equal(answer.refusal, "Not authorized");
    assert_false(answer.closes);
    send_ok(p, 2, "ebb/main/state", "allowed, and nobody listens: reason code 16");
    answer = answer_of(p);
    assert_int_equal(answer.tag, 2);
    assert_null(answer.refusal);
    assert_true(publish_connected(p));
    publish_close(p);
    broker_free(&b);
}

static void what_is_over_the_brokers_message_size_is_refused(void **state)
{
    (void)state;
    struct real_broker b = start_broker("allow_anonymous true\nmessage_size_limit 100");
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    struct publisher *p = open_publisher(&settings, &random);
    char large[400];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    CONNECT(p);
    send_ok(p, 1, "ebb/main/event", large);
    struct publish_answer answer = answer_of(p);
    assert_non_null(answer.refusal);
    send_ok(p, 2, "ebb/main/event", "small");
    answer = answer_of(p);
    assert_null(answer.refusal);
    publish_close(p);
    broker_free(&b);
}

static void what_is_over_the_brokers_packet_size_is_rejected_before_it_is_sent(void **state)
{
    (void)state;
    struct real_broker b = start_broker("allow_anonymous true\nmax_packet_size 300");
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    struct publisher *p = open_publisher(&settings, &random);
    char large[400];
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    struct fault why;
    CONNECT(p);
    assert_false(publish_send(p, 1, "ebb/main/event", span_of(large), false, &why));
    assert_int_equal(why.kind, FAULT_REJECT);
    assert_non_null(strstr(why.text, "300 bytes"));
    send_ok(p, 2, "ebb/main/event", "small");
    assert_null(answer_of(p).refusal);
    assert_true(publish_connected(p));
    publish_close(p);
    broker_free(&b);
}

/* Sends what has no answer yet, as the outbox does, until each has one. */
static void deliver_all(struct publisher *p, const char *const *payloads, size_t count,
                        struct publish_answer *answers)
{
    size_t answered = 0, next = 0;
    for (mono_ms limit = clock_mono() + 2 * DEADLINE_MS; answered < count;) {
        struct publish_answer answer;
        struct fault why;
        turn(p);
        if (publish_take_connected(p))
            next = 0;
        while (publish_take_answer(p, &answer)) {
            answers[answer.tag - 1] = answer;
            answered++;
        }
        while (next < count && publish_connected(p)) {
            if (!answers[next].tag
                && !publish_send(p, (int64_t)next + 1, "ebb/main/event", span_of(payloads[next]),
                                 false, &why))
                break;
            next++;
        }
        assert_true(clock_mono() < limit);
    }
}

static void a_message_that_the_broker_closes_for_is_found_and_the_others_arrive(void **state)
{
    (void)state;
    struct real_broker b = start_broker("allow_anonymous true\nmax_packet_size 300");
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    settings.version = MQTT_311; /* in which the broker cannot say what it accepts */
    struct publisher *p = open_publisher(&settings, &random);
    char large[400], larger[500];
    memset(large, 'x', sizeof large - 1);
    memset(larger, 'x', sizeof larger - 1);
    large[sizeof large - 1] = larger[sizeof larger - 1] = '\0';
    const char *const payloads[] = { "one", "two", large, "four", larger, "six", "seven" };
    struct publish_answer answers[COUNT(payloads)] = { 0 };
    struct ear e;
    ear_open(&e, b.port);
    deliver_all(p, payloads, COUNT(payloads), answers);
    for (size_t i = 0; i < COUNT(payloads); i++) {
        bool is_large = strlen(payloads[i]) > 300;
        assert_int_equal(answers[i].refusal != NULL, is_large);
        assert_int_equal(answers[i].closes, is_large);
    }
    hear_until(&e, "ebb/main/event=seven");
    assert_null(strstr(text_z(&e.heard), "xxx"));
    publish_close(p);
    ear_close(&e);
    broker_free(&b);
}

static void no_more_is_on_its_way_than_the_broker_receives_at_a_time(void **state)
{
    (void)state;
    struct real_broker b = start_broker("allow_anonymous true\nmax_inflight_messages 5");
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    struct publisher *p = open_publisher(&settings, &random);
    CONNECT(p);
    kill(b.child.pid, SIGSTOP);
    struct fault why;
    int64_t sent = 0;
    while (publish_send(p, sent + 1, "ebb/main/event", span_of("x"), false, &why))
        sent++;
    assert_int_equal(sent, 5);
    kill(b.child.pid, SIGCONT);
    for (; sent > 0; sent--)
        assert_null(answer_of(p).refusal);
    publish_close(p);
    broker_free(&b);
}

static void a_session_that_is_taken_over_is_told_in_words_and_left_for_a_while(void **state)
{
    (void)state;
    struct scripted_broker b = scripted_start(SCRIPT_TAKEN_OVER);
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    char log[4096];
    struct catcher c = catch_log();
    struct publisher *p = open_publisher(&settings, &random);
    TURN_UNTIL(
        p,
        strstr(publish_reason(p), "another client with the id \"ebb-test\" took over the session"));
    caught(&c, log, sizeof log);
    assert_int_equal(count_of(log, "give each agent its own mqtt.client_id"), 1);
    struct pollfd fd;
    assert_true(publish_prepare(p, clock_mono(), &fd)
                > clock_mono() + PUBLISH_BACKOFF_MAX_MS / 2 - 1000);
    publish_close(p);
    scripted_stop(&b);
}

/* A real broker of version 2.0.11 says nothing when it gives a session away, in no version of MQTT.
 */
static void two_agents_with_one_client_id_learn_what_is_wrong(void **state)
{
    (void)state;
    for (enum mqtt_version v = MQTT_5; v < MQTT_VERSIONS; v++) {
        struct real_broker b = start_broker("allow_anonymous true");
        struct random random = dice();
        struct broker settings = broker_at(b.port, 1);
        settings.version = v;
        char log[8192];
        struct catcher c = catch_log();
        struct publisher *first = open_publisher(&settings, &random),
                         *second = open_publisher(&settings, &random);
        TURN_UNTIL(first,
                   (turn(second),
                    strstr(publish_reason(first), "another client with the id \"ebb-test\"")));
        TURN_UNTIL(second,
                   (turn(first),
                    strstr(publish_reason(second), "another client with the id \"ebb-test\"")));
        caught(&c, log, sizeof log);
        assert_int_equal(count_of(log, "give each agent its own mqtt.client_id"),
                         2); /* once by each */
        publish_close(first);
        publish_close(second);
        broker_free(&b);
    }
}

static void a_broker_that_comes_back_is_a_notice_and_one_that_is_there_at_once_is_none(void **state)
{
    (void)state;
    struct real_broker b = start_broker("allow_anonymous true");
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    char log[4096];
    struct catcher c = catch_log();
    struct publisher *p = open_publisher(&settings, &random);
    CONNECT(p);
    child_kill(&b.child);
    TURN_UNTIL(p, !publish_connected(p));
    broker_run(&b);
    CONNECT(p);
    caught(&c, log, sizeof log);
    assert_int_equal(count_of(log, "info: mqtt: connected to"), 1);
    assert_int_equal(count_of(log, "notice: mqtt: connected to"), 1);
    publish_close(p);
    broker_free(&b);
}

static void a_broker_that_speaks_only_3_1_1_is_spoken_to_in_3_1_1(void **state)
{
    (void)state;
    static const enum script scripts[] = { SCRIPT_311_REFUSES_5, SCRIPT_311_CLOSES_ON_5 };
    for (size_t i = 0; i < COUNT(scripts); i++) {
        struct scripted_broker b = scripted_start(scripts[i]);
        struct random random = dice();
        struct broker settings = broker_at(b.port, 1);
        char log[4096];
        struct catcher c = catch_log();
        struct publisher *p = open_publisher(&settings, &random);
        CONNECT(p);
        caught(&c, log, sizeof log);
        assert_int_equal(publish_version(p), MQTT_311);
        assert_non_null(strstr(log, "does not speak MQTT 5"));
        send_ok(p, 1, "ebb/main/event", "x");
        assert_null(answer_of(p).refusal);
        publish_close(p);
        scripted_stop(&b);
    }
}

static void a_broker_that_does_not_acknowledge_is_left_in_the_end(void **state)
{
    (void)state;
    struct scripted_broker b = scripted_start(SCRIPT_NEVER_ACKNOWLEDGES);
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    settings.version = MQTT_311;
    struct publisher *p = open_publisher(&settings, &random);
    CONNECT(p);
    send_ok(p, 1, "ebb/main/event", "x");
    mono_ms now = clock_mono();
    turn_at(p, now + PUBLISH_SILENCE_MAX_MS - 5000, 0);
    assert_true(publish_connected(p));
    turn_at(p, now + PUBLISH_SILENCE_MAX_MS + 5000, 0);
    assert_false(publish_connected(p));
    assert_non_null(strstr(publish_reason(p), "did not acknowledge"));
    publish_close(p);
    scripted_stop(&b);
}

static void in_3_1_1_the_own_status_is_read_back(void **state)
{
    (void)state;
    static const struct {
        const char *rules;
        const char *doubt; /* NULL: none */
    } rows[] = {
        { "topic readwrite ebb/#\\n", NULL },
        { "topic write other/#\\n", "access rules may drop what Ebb publishes" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct real_broker b = start_strict_broker(rows[i].rules);
        struct random random = dice();
        struct broker settings = broker_at(b.port, 1);
        settings.version = MQTT_311;
        struct publisher *p = open_publisher(&settings, &random);
        CONNECT(p);
        send_ok(p, 1, "ebb/status", "online");
        assert_null(answer_of(p).refusal); /* that is all that 3.1.1 says */
        mono_ms now = clock_mono(), limit = now + 1000;
        while (clock_mono() < limit && !rows[i].doubt)
            turn(p);
        turn_at(p, now + 9000, 10);
        assert_string_equal(publish_reason(p), "");
        turn_at(p, now + 20000, 10);
        turn_at(p, now + 20000, 10);
        assert_true(publish_connected(p));
        if (rows[i].doubt)
            assert_non_null(strstr(publish_reason(p), rows[i].doubt));
        else
            assert_string_equal(publish_reason(p), "");
        publish_close(p);
        broker_free(&b);
    }
}

typedef int resolve(const char *, const char *, const struct addrinfo *, struct addrinfo **);
static atomic_bool answers; /* of the name server that knows never.test */

/* Stands in front of the C library's: for "never.test" no name server answers until the test lets
 * one. */
int getaddrinfo(const char *name, const char *service, const struct addrinfo *hints,
                struct addrinfo **ret)
{
    resolve *real;
    *(void **)&real = dlsym(RTLD_NEXT, "getaddrinfo");
    if (!name || strcmp(name, "never.test") != 0)
        return real(name, service, hints, ret);
    while (!atomic_load(&answers))
        usleep(1000);
    return real("127.0.0.1", service, hints, ret);
}

static void a_name_server_that_does_not_answer_holds_up_nothing(void **state)
{
    (void)state;
    struct real_broker b = start_broker("allow_anonymous true");
    struct random random = dice();
    struct broker settings = broker_at(b.port, 1);
    settings.host = "never.test";
    atomic_store(&answers, false);
    struct publisher *p = open_publisher(&settings, &random);
    mono_ms begun = clock_mono();
    for (int i = 0; i < 10; i++)
        turn_at(p, begun + i, 1);
    turn_at(p, begun + 11 * 1000, 1);
    assert_true(clock_mono() - begun < DEADLINE_MS);
    assert_non_null(strstr(publish_reason(p), "no name server has answered for never.test"));
    atomic_store(&answers, true);
    CONNECT(p);
    publish_close(p);

    atomic_store(&answers, false); /* and is not waited for at the end */
    p = open_publisher(&settings, &random);
    begun = clock_mono();
    turn(p);
    publish_close(p);
    assert_true(clock_mono() - begun < DEADLINE_MS);
    atomic_store(&answers, true);
    broker_free(&b);
}

static int set_up_group(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
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
        cmocka_unit_test(what_access_rules_deny_is_refused_and_blocks_nothing),
        cmocka_unit_test(what_is_over_the_brokers_message_size_is_refused),
        cmocka_unit_test(what_is_over_the_brokers_packet_size_is_rejected_before_it_is_sent),
        cmocka_unit_test(a_message_that_the_broker_closes_for_is_found_and_the_others_arrive),
        cmocka_unit_test(no_more_is_on_its_way_than_the_broker_receives_at_a_time),
        cmocka_unit_test(a_session_that_is_taken_over_is_told_in_words_and_left_for_a_while),
        cmocka_unit_test(two_agents_with_one_client_id_learn_what_is_wrong),
        cmocka_unit_test(
            a_broker_that_comes_back_is_a_notice_and_one_that_is_there_at_once_is_none),
        cmocka_unit_test(a_broker_that_speaks_only_3_1_1_is_spoken_to_in_3_1_1),
        cmocka_unit_test(a_broker_that_does_not_acknowledge_is_left_in_the_end),
        cmocka_unit_test(in_3_1_1_the_own_status_is_read_back),
        cmocka_unit_test(a_name_server_that_does_not_answer_holds_up_nothing),
    };
    return cmocka_run_group_tests(tests, set_up_group, tear_down_group);
}
