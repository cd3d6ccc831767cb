/* A token that runs low, an alert about it and a moment: what the tests of payloads and summaries
 * tell of. */
#pragma once

#include "core/calendar.h"
#include "edge/wire.h"

#define USD(amount) ((int64_t)(amount)*NANO_PER_USD)
#define CENTS(amount) ((int64_t)(amount) * (NANO_PER_USD / 100))

enum { SCENE_AT = 1795427400 }; /* 2026-11-23T09:50:00Z, a Monday */

struct scene {
    char slug[SLUG_BYTES];
    struct token token;
    struct rule rule;
    struct alert alert;
    struct alert_event event;
};

static inline void scene_spend(struct scene *s, int64_t from_h, int64_t to_h, int64_t nano)
{
    struct entry e = {
        ENTRY_CONSUMPTION, { nano }, SCENE_AT - from_h * HOUR_S, SCENE_AT - to_h * HOUR_S
    };
    burn_add(&s->token.burn, &e);
    for (int64_t h = from_h; h >= to_h; h--)
        burn_seen(&s->token.burn, SCENE_AT - h * HOUR_S);
}

static inline void scene_token(struct scene *s, char *name)
{
    s->token.name = name;
    naming_slug(span_of(name), s->slug);
    s->token.slug = s->slug;
    s->token.last = (struct reading){
        .name = name,
        .type = "api_token",
        .balance = { true, { CENTS(980) } },
        .budgeted = true,
        .expires = TIME_NONE,
    };
    s->token.forecast = (struct forecast){
        .verdict = VERDICT_RUNS_DRY,
        .early = SCENE_AT + 3 * HOUR_S,
        .likely = SCENE_AT + 6 * HOUR_S + 10 * MINUTE_S,
        .late = SCENE_AT + 12 * HOUR_S,
        .horizon = SCENE_AT + WEEK_S,
        .lasts = 0.0214,
        .history = HISTORY_WEEKS,
        .made_at = SCENE_AT,
        .available = { true, { CENTS(980) } },
    };
}

/* warning below 10.00 USD, critical below 2.00 USD, both cleared a little above */
static inline void scene_rule(struct scene *s)
{
    s->rule = (struct rule){ .name = "low", .kind = RULE_BALANCE_BELOW };
    s->rule.levels[LEVEL_WARNING] = (struct threshold){ true, USD(10), USD(11) };
    s->rule.levels[LEVEL_CRITICAL] = (struct threshold){ true, USD(2), CENTS(220) };
}

/* `name` is borrowed. The scene stays where it is: the event points into it. */
static inline void scene_set(struct scene *s, char *name)
{
    *s = (struct scene){ 0 };
    burn_init(&s->token.burn);
    scene_token(s, name);
    scene_rule(s);
    s->alert = (struct alert){ .level = LEVEL_WARNING, .since = SCENE_AT, .episode = 3, .step = 1 };
    s->event = (struct alert_event){
        .id = "5f3a9c01-low-17-3-1",
        .account = "main",
        .token = &s->token,
        .rule = &s->rule,
        .alert = &s->alert,
        .transition = { .kind = TRANSITION_RAISED,
                        .was = LEVEL_NONE,
                        .is = LEVEL_WARNING,
                        .known = true,
                        .value = CENTS(980),
                        .threshold = USD(10) },
        .at = SCENE_AT,
    };
}

static inline void scene_strike(struct scene *s)
{
    burn_done(&s->token.burn);
}
