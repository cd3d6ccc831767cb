/* Polls of a token list that a scripted server plays, page by page. */
#pragma once

#include "api_scene.h"

#include "api/collect.h"
#include "provider/provider.h"

struct poll_scene {
    struct scene scene;
    struct token_set known;
    struct text replies;
    struct poll *poll;
};

static inline void say(struct poll_scene *p, const char *body)
{
    if (p->replies.len)
        text_addf(&p->replies, "\f");
    text_addf(&p->replies, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
}

static inline void begin(struct poll_scene *p, const char *const *bodies, size_t count)
{
    *p = (struct poll_scene){ 0 };
    for (size_t i = 0; i < count; i++)
        say(p, bodies[i]);
    scene_open(&p->scene, script_replies, text_z(&p->replies));
}

/* Pages that name the server cannot be written before its port is known. */
static inline void begin_paged(struct poll_scene *p, const char *const *bodies, size_t count)
{
    *p = (struct poll_scene){ 0 };
    scene_open(&p->scene, script_replies, "");
    for (size_t i = 0; i < count; i++) {
        struct text body = { 0 };
        const char *at = strchr(bodies[i], '@');
        text_addf(&body, "%.*s%s%s", at ? (int)(at - bodies[i]) : (int)strlen(bodies[i]), bodies[i],
                  at ? p->scene.url : "", at ? at + 1 : "");
        say(p, text_z(&body));
        text_done(&body);
    }
    p->scene.server->reply = span_of(text_z(&p->replies));
}

static inline struct poll *run(struct poll_scene *p)
{
    mono_ms patience = clock_mono() + SCENE_PATIENCE_MS;
    poll_free(p->poll);
    p->poll = collect_start(&p->scene.api, &p->known);
    while (!collect_turn(p->poll)) {
        scene_wait(&p->scene, collect_deadline(p->poll, clock_mono()));
        assert_true(clock_mono() < patience);
    }
    assert_null(strstr(p->poll->why.text, KEY));
    return p->poll;
}

static inline void end(struct poll_scene *p)
{
    poll_free(p->poll);
    token_set_done(&p->known);
    scene_close(&p->scene);
    text_done(&p->replies);
}

/* Takes what a poll brought over, as a commit would. */
static inline void learn(struct poll_scene *p)
{
    for (size_t i = 0; i < p->poll->fresh.count; i++) {
        struct token *seen = &p->poll->fresh.tokens[i];
        uint64_t hash = seen->element_hash;
        token_set_remember(&p->known, token_set_adopt(&p->known, seen), hash);
    }
}
