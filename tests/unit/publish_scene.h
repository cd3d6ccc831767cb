/* A publisher for a test: at a broker on this machine, turned by the test, its log caught. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/log.h"
#include "edge/publish.h"
#include "real_broker.h"

enum { DEADLINE_MS = 20 * 1000 };

static inline struct broker broker_at(int port, int qos)
{
    return (struct broker){
        .host = "127.0.0.1",
        .port = port,
        .client_id = "ebb-test",
        .qos = qos,
        .will_topic = "ebb/status",
        .will_payload = "offline",
    };
}

static inline struct random dice(void)
{
    return random_seeded(7);
}

static inline struct publisher *open_publisher(const struct broker *broker, struct random *random)
{
    struct publisher *p;
    struct fault why;
    if (!publish_open(broker, random, &p, &why))
        fail_msg("%s", why.text);
    return p;
}

static inline void turn_at(struct publisher *p, mono_ms now, int wait_ms)
{
    struct pollfd fd;
    publish_prepare(p, now, &fd);
    poll(&fd, 1, wait_ms);
    publish_turn(p, now, fd.fd >= 0 ? fd.revents : 0);
}

static inline void turn(struct publisher *p)
{
    struct pollfd fd;
    mono_ms wait_ms = publish_prepare(p, clock_mono(), &fd) - clock_mono();
    poll(&fd, 1, wait_ms < 0 ? 0 : wait_ms < 20 ? (int)wait_ms : 20);
    publish_turn(p, clock_mono(), fd.fd >= 0 ? fd.revents : 0);
}

#define TURN_UNTIL(p, condition)                                                                   \
    for (mono_ms limit = clock_mono() + DEADLINE_MS; !(condition);) {                              \
        turn(p);                                                                                   \
        assert_true(clock_mono() < limit);                                                         \
    }

/* Before the news of a connection is taken there is no room on it. */
#define CONNECT(p) TURN_UNTIL(p, publish_take_connected(p))

static inline void send_ok(struct publisher *p, int64_t tag, const char *topic, const char *payload)
{
    struct fault why;
    if (!publish_send(p, tag, topic, span_of(payload), false, &why))
        fail_msg("%s", why.text);
}

/* Messages that are refused have no place in most tests. */
static inline bool take_acknowledged(struct publisher *p, int64_t *ret_tag)
{
    struct publish_answer answer;
    if (!publish_take_answer(p, &answer))
        return false;
    assert_null(answer.refusal);
    *ret_tag = answer.tag;
    return true;
}

static inline void hear_until(struct ear *e, const char *words)
{
    mono_ms limit = clock_mono() + DEADLINE_MS;
    while (!strstr(text_z(&e->heard), words)) {
        ear_turn(e);
        assert_true(clock_mono() < limit);
    }
}

static inline size_t count_of(const char *text, const char *words)
{
    size_t n = 0;
    for (const char *at = strstr(text, words); at; at = strstr(at + 1, words))
        n++;
    return n;
}

/* What is logged goes to a file for a while. */
struct catcher {
    int stderr_copy;
    FILE *file;
};

static inline struct catcher catch_log(void)
{
    struct catcher c = { dup(STDERR_FILENO), tmpfile() };
    log_set_level(LOG_DEBUG);
    assert_true(dup2(fileno(c.file), STDERR_FILENO) >= 0);
    return c;
}

static inline void caught(struct catcher *c, char *ret, size_t size)
{
    dup2(c->stderr_copy, STDERR_FILENO);
    close(c->stderr_copy);
    rewind(c->file);
    ret[fread(ret, 1, size - 1, c->file)] = '\0';
    fclose(c->file);
    log_set_level(LOG_ERROR);
}
