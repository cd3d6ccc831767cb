/* An account in memory, whose polls are planned: balances are set, lists are read, plans adopted.
 */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/xmalloc.h"
#include "core/plan.h"

enum { WORLD_MAX = 16 };

struct world {
    struct token_set tokens, credits, self;
    struct token_set *sets[PLAN_SETS];
    char names[WORLD_MAX][32], fresh[32];
    int64_t balance[WORLD_MAX]; /* what the next list shows */
    bool absent[WORLD_MAX];
    size_t count;
    unix_s now;
    int64_t poll;
    bool trusted;
    struct rule rule;
    struct rule_set rules;
    const bool *new_rules;
    struct plan_undo *undo;
};

static inline struct reading reading_of(const struct world *w, size_t i)
{
    return (struct reading){
        .name = w->names[i],
        .type = "api_token",
        .balance = money_known((struct money){ w->balance[i] }),
        .budgeted = true,
        .expires = TIME_NONE,
    };
}

/* Each token has so many dollars; below 10 is a warning. */
static inline void world_of(struct world *w, size_t count, int64_t usd)
{
    *w = (struct world){ .count = count, .now = 1700000000, .poll = 100 };
    w->rule =
        (struct rule){ .name = "low",
                       .kind = RULE_BALANCE_BELOW,
                       .enabled = true,
                       .levels[LEVEL_WARNING] = { true, 10 * NANO_PER_USD, 10 * NANO_PER_USD } };
    w->rules = (struct rule_set){ &w->rule, 1 };
    w->sets[PLAN_TOKENS] = &w->tokens;
    w->sets[PLAN_CREDITS] = &w->credits;
    w->sets[PLAN_SELF] = &w->self;
    snprintf(w->fresh, sizeof w->fresh, "dev-fresh");
    for (size_t i = 0; i < count; i++) {
        snprintf(w->names[i], sizeof w->names[i], "dev-%zu", i);
        w->balance[i] = usd * NANO_PER_USD;
        struct token *t = token_set_add(&w->tokens, w->names[i]);
        t->id = (int64_t)i + 1;
        t->last = reading_of(w, i);
        t->last.name = t->name;
        t->seen_at = w->now;
        t->high_water = t->last.balance;
        burn_seen(&t->burn, w->now);
    }
    struct token *self = token_set_add(&w->self, "");
    self->series = SERIES_ACCOUNT;
    self->id = 99;
}

static inline void world_done(struct world *w)
{
    token_set_done(&w->tokens);
    token_set_done(&w->credits);
    token_set_done(&w->self);
}

/* Time passes, and a list is there. */
static inline struct plan *plan_begin_world(struct world *w, int64_t passes_s)
{
    const struct plan_base base = {
        .sets = { &w->tokens, &w->credits, &w->self },
        .account = "main",
        .rules = &w->rules,
        .new_rules = w->new_rules,
        .interval_s = 60,
        .stale_s = WEEK_S,
        .trusted = w->trusted,
        .undos = w->undo,
        .undo_count = w->undo ? 1 : 0,
    };
    w->now += passes_s;
    presence_begin(&w->tokens);
    for (size_t i = 0; i < w->count; i++) {
        struct token *t = token_set_find(&w->tokens, span_of(w->names[i]));
        if (t)
            t->listed = !w->absent[i];
    }
    return plan_begin(&base, w->now, PLAN_THIS_POLL);
}

/* Of its element's bytes: a known token is recognised by it, and not read. */
static inline uint64_t hash_of_element(const struct world *w, size_t i)
{
    return (uint64_t)w->balance[i] * WORLD_MAX + i + 1;
}

/* The list, all the way. */
static inline void finish_world(struct world *w, struct plan *p)
{
    if (!plan_judge_list(p))
        return;
    for (size_t i = 0; i < w->count; i++) {
        struct token *t = token_set_find(&w->tokens, span_of(w->names[i]));
        struct reading is = reading_of(w, i);
        if (t && t->listed && t->element_hash != hash_of_element(w, i))
            plan_take(p, PLAN_TOKENS, (size_t)(t - w->tokens.tokens), &is, hash_of_element(w, i));
    }
    plan_book_list(p, 0);
    struct forecast_queue queue = { 0 };
    plan_claim(p, PLAN_TOKENS, &queue);
    forecast_queue_done(&queue);
    plan_judge(p, PLAN_CREDITS);
    plan_judge(p, PLAN_TOKENS);
}

static inline struct plan *plan_world(struct world *w, int64_t passes_s)
{
    struct plan *p = plan_begin_world(w, passes_s);
    finish_world(w, p);
    return p;
}

static inline void adopt(struct world *w, struct plan *p)
{
    if (p->poll == PLAN_THIS_POLL)
        plan_resolve(p, ++w->poll);
    plan_adopt(p, w->sets, NULL);
    plan_free(p);
}

static inline void poll_world(struct world *w, int64_t passes_s)
{
    adopt(w, plan_world(w, passes_s));
}

/* Balances fall, jump and vanish, and tokens go missing for a list, as they like. */
static inline void shake(struct world *w, struct random *random)
{
    for (size_t i = 0; i < w->count; i++) {
        double what = random_unit(random);
        if (what < 0.4)
            w->balance[i] -= (int64_t)(random_unit(random) * 1e9);
        else if (what < 0.45)
            w->balance[i] += (int64_t)(random_unit(random) * 50e9);
        else if (what < 0.5)
            w->balance[i] = (int64_t)(random_unit(random) * 20e9);
        else if (what < 0.53)
            w->balance[i] = 0;
        w->absent[i] = random_unit(random) < 0.1 && i < 3 && !w->absent[i];
    }
}

/* ---- comparing ---- */

/* All bytes of a set's tokens, and of what they own. */
struct picture {
    size_t count;
    struct token *tokens;
    struct alert *alerts;
    struct burn_rate *rates;
};

static inline struct picture picture_of(const struct token_set *f)
{
    struct picture p = { f->count, xcalloc(f->count, sizeof *p.tokens),
                         xcalloc(f->count, sizeof *p.alerts),
                         xcalloc(f->count * BURN_WINDOWS, sizeof *p.rates) };
    memcpy(p.tokens, f->tokens, f->count * sizeof *p.tokens);
    for (size_t i = 0; i < f->count; i++) {
        p.alerts[i] = token_alert(&f->tokens[i], 0);
        for (int b = 0; b < BURN_WINDOWS; b++)
            p.rates[i * BURN_WINDOWS + (size_t)b] =
                burn_over(&f->tokens[i].burn, (enum burn_window)b);
    }
    return p;
}

static inline void picture_done(struct picture *p)
{
    free(p->tokens);
    free(p->alerts);
    free(p->rates);
}

static inline void assert_same_picture(const struct picture *p, const struct token_set *f)
{
    struct picture now = picture_of(f);
    assert_int_equal(p->count, now.count);
    assert_memory_equal(p->tokens, now.tokens, now.count * sizeof *now.tokens);
    assert_memory_equal(p->alerts, now.alerts, now.count * sizeof *now.alerts);
    assert_memory_equal(p->rates, now.rates, now.count * BURN_WINDOWS * sizeof *now.rates);
    picture_done(&now);
}

static inline void assert_same_tokens(const struct token_set *x, const struct token_set *y)
{
    assert_int_equal(x->count, y->count);
    assert_int_equal(x->suspicious, y->suspicious);
    for (size_t i = 0; i < x->count; i++) {
        const struct token *t = &x->tokens[i], *u = &y->tokens[i];
        assert_string_equal(t->name, u->name);
        assert_true(maybe_money_equal(t->last.balance, u->last.balance));
        assert_true(t->seen_at == u->seen_at && t->missing == u->missing
                    && t->absent_since == u->absent_since && token_held(t).at == token_held(u).at
                    && token_leap(t).poll == token_leap(u).poll
                    && token_leap(t).readings == token_leap(u).readings
                    && t->spent_nano == u->spent_nano && t->element_hash == u->element_hash);
        const struct alert x_alert = token_alert(t, 0), y_alert = token_alert(u, 0);
        assert_memory_equal(&x_alert, &y_alert, sizeof x_alert);
        for (int b = 0; b < BURN_WINDOWS; b++)
            assert_int_equal(burn_over(&t->burn, (enum burn_window)b).nano_per_h,
                             burn_over(&u->burn, (enum burn_window)b).nano_per_h);
        assert_int_equal(t->forecast.verdict, u->forecast.verdict);
    }
}
