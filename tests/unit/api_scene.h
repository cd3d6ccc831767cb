/* An account of an API that a scripted server plays, for tests of calls. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "api/api_call.h"
#include "scripted_server.h"

#define KEY "canary-key-5d1f"
#define NEW_KEY "canary-key-77aa"
#define OK "HTTP/1.1 200 OK\r\nContent-Length: "

enum { SCENE_PATIENCE_MS = 20 * 1000 };

struct scene {
    struct server *server;
    struct account_settings settings;
    struct api api;
    char key[SECRET_BYTES_MAX + 1];
    char url[64];
};

/* The n-th request of a connection that lasts gets the n-th reply, each ended by a form feed; the
 * last one is said again and again. */
static inline void script_replies(struct server *s, int fd)
{
    for (int number; (number = server_read_request(s, fd)) > 0;) {
        struct span reply = s->reply;
        for (const char *end = memchr(reply.at, '\f', reply.len); end && --number > 0;
             end = memchr(reply.at, '\f', reply.len))
            reply = (struct span){ end + 1, (size_t)(reply.at + reply.len - end - 1) };
        const char *end = memchr(reply.at, '\f', reply.len);
        if (end)
            reply.len = (size_t)(end - reply.at);
        if (!server_send(s, fd, reply))
            return;
    }
}

static inline void scene_open(struct scene *s, server_script *script, const char *replies)
{
    struct fault why;
    *s = (struct scene){ .server = server_start(script, replies) };
    snprintf(s->url, sizeof s->url, "http://127.0.0.1:%d", s->server->port);
    snprintf(s->key, sizeof s->key, "%s", KEY);
    snprintf(s->settings.name, sizeof s->settings.name, "main");
    s->settings.url = s->url;
    s->settings.key = s->key;
    s->settings.interval_s = 60;
    s->settings.calls_milli_per_s = 100 * 1000;
    s->settings.connect_timeout_s = 5;
    s->settings.timeout_s = 10;
    s->settings.max_tokens = 1000;
    s->api.settings = &s->settings;
    s->api.rate_limit = rate_limit_start(s->settings.calls_milli_per_s, clock_mono());
    if (!fetch_open(1, &s->api.fetch, &why))
        fail_msg("%s", why.text);
}

static inline void scene_close(struct scene *s)
{
    fetch_close(s->api.fetch);
    server_stop(s->server);
}

static inline int scene_requests(struct scene *s)
{
    pthread_mutex_lock(&s->server->lock);
    int arrived = s->server->arrived;
    pthread_mutex_unlock(&s->server->lock);
    return arrived;
}

/* One wait of at most `deadline`, as the loop of the daemon does it. */
static inline void scene_wait(struct scene *s, mono_ms deadline)
{
    struct fault why;
    mono_ms now = clock_mono();
    int64_t wait_ms = deadline - now < 1000 ? deadline - now : 1000;
    if (!fetch_wait(s->api.fetch, NULL, 0, wait_ms > 0 ? wait_ms : 0, &why))
        fail_msg("%s", why.text);
}

/* To its end; the elements that it brought are counted. */
static inline int scene_finish(struct scene *s, struct api_call *c)
{
    int elements = 0;
    mono_ms patience = clock_mono() + SCENE_PATIENCE_MS;
    struct element e;
    for (;;) {
        switch (api_call_turn(c, &e)) {
        case API_ELEMENT:
            elements++;
            break;
        case API_OUTLINE: /* not asked for */
            break;
        case API_ENDED:
            assert_null(strstr(c->why.text, KEY));
            assert_null(strstr(c->why.text, NEW_KEY));
            return elements;
        case API_NO_NEWS:
            scene_wait(s, api_call_deadline(c, clock_mono()));
            break;
        }
        assert_true(clock_mono() < patience);
    }
}

static inline void assert_says(const struct fault *why, const char *words)
{
    if (!strstr(why->text, words))
        fail_msg("\"%s\" does not say \"%s\"", why->text, words);
}
