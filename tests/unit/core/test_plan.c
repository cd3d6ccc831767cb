/* Plans: what they would change, that they change nothing themselves, and what adopting them does.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "plan_scene.h"

#define SPENT INT64_C(830000001) /* no amount that a person would set */

/* ---- tables ---- */

static void an_idle_token_gets_no_shadow(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 5, 50);
    poll_world(&w, HOUR_S);
    poll_world(&w, HOUR_S);
    poll_world(&w, HOUR_S);
    struct plan *p = plan_world(&w, 60);
    assert_int_equal(p->touched_count, 0);
    assert_int_equal(p->event_count, 0);
    adopt(&w, p);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(w.tokens.tokens[i].seen_at, w.now);
    world_done(&w);
}

/* At most a minute goes by, however often lists are read; and nobody is left out. */
static void what_was_made_of_a_token_stands_for_a_while(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 8, 50);
    for (int i = 0; i < 4; i++)
        poll_world(&w, HOUR_S);
    unix_s looked_at[8];
    size_t looks = 0;
    for (size_t i = 0; i < 8; i++)
        looked_at[i] = w.now;
    for (int poll = 0; poll < 60; poll++) {
        struct plan *p = plan_world(&w, 5);
        looks += p->look_count;
        adopt(&w, p);
        for (size_t i = 0; i < 8; i++) {
            const struct judged *j = &w.tokens.tokens[i].judged;
            assert_true(w.now - j->at <= MINUTE_S && j->at >= looked_at[i]);
            looked_at[i] = j->at;
        }
    }
    assert_in_range(looks, 8 * 5, 8 * 10);
    world_done(&w);
}

static void a_level_that_is_held_is_not_waited_for(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 2, 12);
    w.rule.hold_s = 12;
    for (int i = 0; i < 4; i++)
        poll_world(&w, HOUR_S);
    w.balance[1] -= 3 * SPENT; /* below 10 */
    poll_world(&w, 5);
    poll_world(&w, 5); /* confirmed, where it was doubted */
    assert_int_equal(token_alert(&w.tokens.tokens[1], 0).pending, LEVEL_WARNING);
    for (int i = 0; i < 3; i++)
        poll_world(&w, 5);
    assert_int_equal(token_alert(&w.tokens.tokens[1], 0).level, LEVEL_WARNING);
    world_done(&w);
}

static void forecast_world(struct world *w)
{
    for (size_t i = 0; i < w->tokens.count; i++) {
        struct token *t = &w->tokens.tokens[i];
        struct past past;
        past_begin(&past, &t->burn, 300);
        for (int h = 1; h < 30; h++)
            past_add_hour(&past, (w->now / HOUR_S - h) * HOUR_S,
                          (struct money){ burn_over(&t->burn, BURN_6H).nano_per_h });
        token_forecast(t, &past);
    }
}

/* Both spend alike for a morning, and hardly anything then, while they are polled often. */
static void live_alike(struct world *w, struct world *v, int poll, struct random *random)
{
    for (size_t i = 0; i < w->count; i++)
        if (poll < 100 || poll % 200 == (int)i)
            v->balance[i] = w->balance[i] -= (int64_t)(random_unit(random) * 0.15e9);
    if (poll >= 100 && poll % 1000 == 100) {
        forecast_world(w);
        forecast_world(v);
    }
    poll_world(w, poll < 100 ? 300 : 4);
    poll_world(v, poll < 100 ? 300 : 4);
}

/* One of two worlds judges everybody each time, and is not earlier. */
static void an_alert_does_not_wait_for_a_turn(void **state)
{
    (void)state;
    struct random random = random_seeded(11);
    struct world w, v;
    size_t firing = 0;
    world_of(&w, 12, 10);
    w.rule = (struct rule){ .name = "soon",
                            .kind = RULE_EXHAUSTS_WITHIN,
                            .enabled = true,
                            .levels = { [LEVEL_WARNING] = { true, 10 * HOUR_S, 12 * HOUR_S },
                                        [LEVEL_CRITICAL] = { true, 6 * HOUR_S, 8 * HOUR_S } } };
    world_of(&v, 12, 10);
    v.rule = w.rule;
    for (size_t i = 0; i < w.count; i++)
        v.balance[i] = w.balance[i] += (int64_t)i * NANO_PER_USD;
    for (int poll = 0; poll < 2000; poll++) {
        for (size_t i = 0; i < v.count; i++)
            v.tokens.tokens[i].judged.at = TIME_NONE;
        live_alike(&w, &v, poll, &random);
        for (size_t i = 0; i < w.count; i++) {
            enum level late = token_alert(&w.tokens.tokens[i], 0).level;
            assert_int_equal(late, token_alert(&v.tokens.tokens[i], 0).level);
            firing += poll > 100 && late != LEVEL_NONE;
        }
    }
    assert_true(firing > 0);
    world_done(&w);
    world_done(&v);
}

static void a_change_is_booked_and_its_alert_raised_with_it(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 2, 12);
    for (int i = 0; i < 4; i++)
        poll_world(&w, HOUR_S);
    w.balance[1] -= SPENT; /* still above 10 */
    poll_world(&w, HOUR_S);
    w.balance[1] -= 2 * SPENT;
    struct plan *p = plan_world(&w, HOUR_S);
    assert_int_equal(p->touched_count, 1);
    const struct plan_token *t = p->touched[0];
    assert_int_equal(t->booking_count, 1);
    assert_int_equal(t->bookings[0].change.entry_count, 1);
    assert_int_equal(t->bookings[0].change.entries[0].kind, ENTRY_CONSUMPTION);
    assert_int_equal(t->bookings[0].change.entries[0].amount.nano, 2 * SPENT);
    assert_true(t->bookings[0].differs && t->stores);
    assert_int_equal(p->event_count, 1);
    assert_int_equal(p->events[0].transition.kind, TRANSITION_RAISED);
    assert_int_equal(token_alert(&w.tokens.tokens[1], 0).level, LEVEL_NONE);
    adopt(&w, p);
    assert_int_equal(token_alert(&w.tokens.tokens[1], 0).level, LEVEL_WARNING);
    assert_int_equal(w.tokens.tokens[1].last.balance.is.nano, w.balance[1]);
    world_done(&w);
}

static void a_doubtful_reading_is_held_and_booked_when_it_is_confirmed(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 1, 98);
    for (int i = 0; i < 4; i++)
        poll_world(&w, HOUR_S);
    w.balance[0] = 0;
    struct plan *p = plan_world(&w, 60);
    assert_int_equal(p->touched_count, 1);
    assert_true(p->touched[0]->doubts);
    assert_int_equal(p->touched[0]->booking_count, 0);
    assert_int_equal(token_held(&p->touched[0]->is).poll, PLAN_THIS_POLL);
    plan_resolve(p, 7);
    assert_int_equal(token_held(&p->touched[0]->is).poll, 7);
    adopt(&w, p);
    assert_int_equal(w.tokens.tokens[0].last.balance.is.nano, 98 * NANO_PER_USD);

    p = plan_world(&w, 4);
    assert_int_equal(p->touched[0]->bookings[0].poll, 7);
    assert_int_equal(p->touched[0]->bookings[0].change.at, w.now - 4);
    adopt(&w, p);
    assert_int_equal(w.tokens.tokens[0].last.balance.is.nano, 0);
    assert_true(token_held(&w.tokens.tokens[0]).at == TIME_NONE);
    world_done(&w);
}

static void readings_that_were_believed_before_are_booked_at_once(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 1, 98);
    w.trusted = true;
    for (int i = 0; i < 4; i++)
        poll_world(&w, HOUR_S);
    w.balance[0] = 0;
    poll_world(&w, 60);
    assert_int_equal(w.tokens.tokens[0].last.balance.is.nano, 0);
    world_done(&w);
}

static void what_turns_out_never_to_have_happened_is_taken_back(void **state)
{
    (void)state;
    struct world w;
    struct entry fall = { ENTRY_CONSUMPTION, { 98 * NANO_PER_USD }, 0, 0 };
    struct plan_undo undo = { .token = 1, .booked = &fall, .count = 1 };
    world_of(&w, 1, 98);
    for (int i = 0; i < 4; i++)
        poll_world(&w, HOUR_S);
    w.balance[0] = 0;
    poll_world(&w, 60);
    poll_world(&w, 4);
    struct token *t = &w.tokens.tokens[0];
    assert_true(token_leap(t).poll && t->spent_nano == 98 * NANO_PER_USD);
    fall.since = token_leap(t).since;
    fall.at = t->seen_at;
    w.balance[0] = 98 * NANO_PER_USD;
    w.undo = &undo;
    struct plan *p = plan_world(&w, 60);
    assert_int_equal(p->touched[0]->undone, token_leap(t).poll);
    assert_int_equal(p->touched[0]->bookings[0].change.entries[0].kind, ENTRY_CORRECTION);
    struct past past = { 0 };
    assert_false(plan_add_past(p->touched[0], &past));
    adopt(&w, p);
    assert_int_equal(t->spent_nano, 0);
    assert_int_equal(t->spent_most_nano, 98 * NANO_PER_USD); /* what others have counted */
    assert_int_equal(burn_over(&t->burn, BURN_24H).nano_per_h, 0);
    world_done(&w);
}

/* The store has it by the clock of then. */
static void what_is_taken_back_lies_where_the_clock_moved_it(void **state)
{
    (void)state;
    struct world w;
    struct entry fall = { ENTRY_CONSUMPTION, { 98 * NANO_PER_USD }, 0, 0 };
    struct plan_undo undo = { .token = 1, .booked = &fall, .count = 1 };
    world_of(&w, 1, 98);
    for (int i = 0; i < 4; i++)
        poll_world(&w, HOUR_S);
    w.balance[0] = 0;
    poll_world(&w, 60);
    poll_world(&w, 4);
    struct token *t = &w.tokens.tokens[0];
    fall.since = token_leap(t).since;
    fall.at = t->seen_at;
    struct plan *p = plan_begin_world(&w, 60 - 9 * HOUR_S);
    plan_step(p, -9 * HOUR_S);
    finish_world(&w, p);
    adopt(&w, p);
    w.balance[0] = 98 * NANO_PER_USD;
    w.undo = &undo;
    poll_world(&w, 60);
    for (int b = 0; b < BURN_WINDOWS; b++)
        assert_int_equal(burn_over(&t->burn, (enum burn_window)b).nano_per_h, 0);
    world_done(&w);
}

/* A top-up that nobody explains can be an error for a few readings: each list is one, however often
 * a plan looks at the token, and a plan that is dropped is none. */
static void a_leap_is_a_reading_older_with_each_list(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 1, 50);
    for (int i = 0; i < 4; i++)
        poll_world(&w, HOUR_S);
    w.balance[0] += 20 * NANO_PER_USD;
    poll_world(&w, HOUR_S);
    const struct token *t = &w.tokens.tokens[0];
    assert_true(token_leap(t).poll);
    for (int i = 1; i <= LEAP_READINGS; i++) {
        plan_free(plan_world(&w, HOUR_S));
        assert_int_equal(token_leap(t).readings, i - 1);
        poll_world(&w, HOUR_S);
        assert_int_equal(token_leap(t).readings, i);
    }
    poll_world(&w, HOUR_S);
    assert_false(token_leap(t).poll);
    world_done(&w);
}

static void a_token_that_is_gone_for_long_is_deleted_and_comes_back(void **state)
{
    (void)state;
    struct world w;
    struct plan *p = NULL;
    world_of(&w, 5, 5);
    poll_world(&w, HOUR_S); /* all five fire */
    w.absent[2] = true;
    for (int i = 0; i < 3; i++)
        poll_world(&w, HOUR_S);
    assert_int_equal(w.tokens.count, 4);

    struct token known;
    const struct identity who = identity_named("dev-2");
    token_init(&known, &who, "dev-2");
    known.id = 3;
    token_own_deletion(&known)->episode = 1;
    known.deletion->step = 1;
    known.last.type[0] = 'x';
    struct token seen = { .name = known.name, .last = w.tokens.tokens[0].last };
    p = plan_world(&w, HOUR_S);
    const struct plan_token *back = plan_return(p, &known, &seen);
    assert_true(back->is.id == 3 && back->is.deletion->step == 2);
    assert_int_equal(p->events[p->event_count - 1].transition.kind, TRANSITION_RETURNED);
    adopt(&w, p);
    assert_int_equal(w.tokens.count, 5);
    token_done(&known);
    world_done(&w);
}

static void deleting_ends_alerts_first(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 5, 5);
    poll_world(&w, HOUR_S);
    w.absent[2] = true;
    poll_world(&w, HOUR_S);
    poll_world(&w, HOUR_S);
    struct plan *p = plan_world(&w, HOUR_S);
    assert_int_equal(p->event_count, 2);
    assert_int_equal(p->events[0].transition.kind, TRANSITION_RESOLVED);
    assert_string_equal(p->events[0].reason, "the token was deleted");
    assert_int_equal(p->events[1].transition.kind, TRANSITION_DELETED);
    assert_true(p->events[1].life && p->events[0].gone);
    assert_int_equal(p->touched[0]->fate, PLAN_IS_DELETED);
    plan_free(p);
    assert_int_equal(w.tokens.count, 5);
    world_done(&w);
}

static void what_a_new_rule_finds_is_one_event(void **state)
{
    (void)state;
    struct world w;
    bool is_new = true;
    world_of(&w, 3, 5);
    w.balance[1] = 4 * NANO_PER_USD;
    w.new_rules = &is_new;
    struct plan *p = plan_world(&w, HOUR_S);
    assert_int_equal(p->event_count, 4);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(p->events[i].digest, 4);
    assert_int_equal(p->events[0].of->is.id, 2); /* the worst */
    assert_int_equal(p->events[3].findings, 3);
    assert_int_equal(p->events[3].of->set, PLAN_SELF);
    adopt(&w, p);
    world_done(&w);
}

static void credits_limit_the_tokens_of_the_same_plan(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 1, 50);
    struct plan *p = plan_begin_world(&w, HOUR_S);
    plan_credits(p, (struct money){ 3 * NANO_PER_USD });
    plan_judge(p, PLAN_CREDITS);
    plan_judge(p, PLAN_TOKENS);
    assert_int_equal(p->event_count, 1); /* 3 USD are below 10 */
    assert_int_equal(p->touched[0]->set, PLAN_CREDITS);
    adopt(&w, p);
    assert_int_equal(w.credits.count, 1);
    assert_string_equal(w.credits.tokens[0].slug, CREDITS_SLUG);
    world_done(&w);
}

static void a_list_that_lost_most_changes_no_more_than_absence(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 4, 50);
    poll_world(&w, HOUR_S);
    w.absent[0] = w.absent[1] = w.absent[2] = true;
    struct plan *p = plan_begin_world(&w, HOUR_S);
    assert_false(plan_judge_list(p));
    assert_int_equal(p->touched_count, 3);
    size_t lost;
    assert_int_equal(plan_lost_since(p, &lost), w.now);
    assert_int_equal(lost, 3);
    adopt(&w, p);
    assert_int_equal(w.tokens.suspicious, 1);
    assert_int_equal(w.tokens.tokens[0].missing, 0);
    world_done(&w);
}

/* It decides how long they are waited for, also after a start. */
static void that_absent_tokens_are_lost_with_most_is_stored(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 5, 50);
    w.absent[0] = true;
    for (int i = 0; i < 4; i++)
        poll_world(&w, 60);
    w.absent[1] = w.absent[2] = true;
    struct plan *p = plan_world(&w, 60);
    assert_int_equal(p->touched_count, 3);
    for (size_t i = 0; i < p->touched_count; i++)
        assert_true(p->touched[i]->is.lost_in_mass && p->touched[i]->stores);
    plan_free(p);
    world_done(&w);
}

/* A clock that is set is no time: nobody is absent for longer, no level has held for longer. */
static void a_clock_that_is_set_lets_no_time_pass(void **state)
{
    (void)state;
    struct world w;
    world_of(&w, 5, 50);
    w.rule.hold_s = HOUR_S;
    for (int i = 0; i < 4; i++)
        poll_world(&w, 600);
    w.absent[2] = true;
    w.balance[1] = 5 * NANO_PER_USD + 1;
    w.trusted = true;
    for (int i = 0; i < 4; i++)
        poll_world(&w, 60);
    assert_int_equal(token_alert(&w.tokens.tokens[1], 0).pending, LEVEL_WARNING);
    struct plan *p = plan_begin_world(&w, 9 * DAY_S);
    plan_step(p, 9 * DAY_S - 60);
    finish_world(&w, p);
    assert_int_equal(w.now - p->touched[2]->is.absent_since, 5 * 60 - 60);
    for (size_t i = 0; i < p->touched_count; i++)
        assert_int_equal(p->touched[i]->fate, PLAN_STAYS);
    for (size_t i = 0; i < p->event_count; i++)
        assert_int_equal(p->events[i].transition.kind, TRANSITION_NONE);
    assert_true(p->event_count > 0);
    adopt(&w, p);
    poll_world(&w, HOUR_S);
    assert_int_equal(token_alert(&w.tokens.tokens[1], 0).level, LEVEL_WARNING);
    world_done(&w);
}

/* ---- properties ---- */

enum { RUNS = 40, POLLS = 30, TOKENS = 8 };

static void planning_changes_nothing(void **state)
{
    (void)state;
    struct random random = random_seeded(3);
    for (int run = 0; run < RUNS; run++) {
        struct world w;
        world_of(&w, TOKENS, 20);
        for (int i = 0; i < POLLS; i++) {
            shake(&w, &random);
            struct plan *p = plan_world(&w, 0);
            plan_free(p); /* the marks of the list are there now */
            struct picture before = picture_of(&w.tokens);
            p = plan_world(&w, 0);
            assert_same_picture(&before, &w.tokens);
            plan_free(p);
            assert_same_picture(&before, &w.tokens);
            picture_done(&before);
            poll_world(&w, 60 + (int64_t)(random_unit(&random) * 7200));
        }
        world_done(&w);
    }
}

static void a_dropped_plan_leaves_no_trace(void **state)
{
    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct random one = random_seeded((uint64_t)run), other = one;
        struct world w, v;
        world_of(&w, TOKENS, 20);
        world_of(&v, TOKENS, 20);
        for (int i = 0; i < POLLS; i++) {
            shake(&w, &one);
            shake(&v, &other);
            int64_t step_s = 60 + (int64_t)(random_unit(&one) * 7200);
            random_unit(&other);
            plan_free(plan_world(&v, step_s));
            v.now -= step_s;
            poll_world(&w, step_s);
            poll_world(&v, step_s);
            assert_same_tokens(&w.tokens, &v.tokens);
        }
        world_done(&w);
        world_done(&v);
    }
}

static void planning_twice_gives_the_same(void **state)
{
    (void)state;
    struct random random = random_seeded(5);
    struct world w;
    world_of(&w, TOKENS, 20);
    for (int i = 0; i < 200; i++) {
        shake(&w, &random);
        struct plan *p = plan_world(&w, 60), *q = plan_world(&w, 0);
        assert_int_equal(p->touched_count, q->touched_count);
        assert_int_equal(p->event_count, q->event_count);
        for (size_t n = 0; n < p->touched_count; n++) {
            const struct plan_token *x = p->touched[n], *y = q->touched[n];
            assert_int_equal(x->booking_count, y->booking_count);
            assert_true(x->stores == y->stores && x->fate == y->fate && x->doubts == y->doubts);
            for (size_t b = 0; b < x->booking_count; b++)
                assert_memory_equal(x->bookings[b].change.entries, y->bookings[b].change.entries,
                                    x->bookings[b].change.entry_count
                                        * sizeof *x->bookings[b].change.entries);
        }
        for (size_t n = 0; n < p->event_count; n++)
            assert_int_equal(p->events[n].transition.kind, q->events[n].transition.kind);
        plan_free(q);
        adopt(&w, p);
    }
    world_done(&w);
}

static int64_t signed_nano(const struct entry *e)
{
    return e->kind == ENTRY_CONSUMPTION ? -e->amount.nano : e->amount.nano;
}

/* Whatever is doubted, undone and explained: what is booked adds up to what the balance did. */
static void bookings_add_up_to_the_balance(void **state)
{
    (void)state;
    struct random random = random_seeded(7);
    for (int run = 0; run < RUNS; run++) {
        struct world w;
        int64_t level[TOKENS];
        world_of(&w, TOKENS, 20);
        for (size_t i = 0; i < TOKENS; i++)
            level[i] = w.balance[i];
        for (int n = 0; n < POLLS; n++) {
            shake(&w, &random);
            struct plan *p = plan_world(&w, 60 + (int64_t)(random_unit(&random) * 7200));
            for (size_t i = 0; i < p->touched_count; i++) {
                const struct plan_token *t = p->touched[i];
                if (t->undone) /* of what is taken back nothing is left but the correction */
                    level[t->place] = t->bookings[0].change.was.is.nano;
                for (size_t b = 0; b < t->booking_count; b++)
                    for (size_t e = 0; e < t->bookings[b].change.entry_count; e++)
                        level[t->place] += signed_nano(&t->bookings[b].change.entries[e]);
                assert_int_equal(level[t->place], t->is.last.balance.is.nano);
            }
            adopt(&w, p);
        }
        world_done(&w);
    }
}

/* The store was lost for some polls: books are as before, alerts as they are, and the next poll
 * books the whole of it. */
static void going_back_restores_books_and_keeps_alerts(void **state)
{
    (void)state;
    struct random random = random_seeded(9);
    for (int run = 0; run < RUNS; run++) {
        struct world w;
        struct token_set kept[PLAN_SETS] = { 0 };
        world_of(&w, TOKENS, 20);
        for (int i = 0; i < 5; i++) {
            shake(&w, &random);
            poll_world(&w, HOUR_S);
        }
        int64_t stored[TOKENS];
        for (size_t i = 0; i < TOKENS; i++)
            stored[i] = w.tokens.tokens[i].last.balance.is.nano;
        for (int i = 0; i < 5; i++) {
            shake(&w, &random);
            struct plan *p = plan_world(&w, HOUR_S);
            struct token *fresh = NULL;
            if (i == 2)
                fresh = &plan_add(p, PLAN_TOKENS, &(struct token){ .name = w.fresh })->is;
            if (fresh)
                fresh->id = -1;
            plan_resolve(p, 0);
            plan_adopt(p, w.sets, kept);
            plan_free(p);
        }
        assert_int_equal(w.tokens.count, TOKENS + 1);
        enum level levels[TOKENS];
        bool held[TOKENS];
        for (size_t i = 0; i < TOKENS; i++) {
            levels[i] = token_alert(&w.tokens.tokens[i], 0).level;
            held[i] = token_held(&w.tokens.tokens[i]).at != TIME_NONE;
        }
        plan_return_to(&w.tokens, &kept[PLAN_TOKENS]);
        assert_int_equal(w.tokens.count, TOKENS);
        assert_int_equal(kept[PLAN_TOKENS].count, 0);
        for (size_t i = 0; i < TOKENS; i++) {
            struct token *t = token_set_find(&w.tokens, span_of(w.names[i]));
            assert_non_null(t);
            assert_int_equal(t->last.balance.is.nano, stored[i]);
            assert_int_equal(token_alert(t, 0).level, levels[i]);
            assert_ptr_equal(t->last.name, t->name);
            if (stored[i] != w.balance[i]) /* its element is decoded again */
                assert_null(token_set_recognise(&w.tokens, 1000 + i));
        }
        bool absent[TOKENS];
        memcpy(absent, w.absent, sizeof absent);
        memset(w.absent, 0, sizeof w.absent);
        poll_world(&w, 60);
        for (size_t i = 0; i < TOKENS; i++) /* what was believed once is not doubted again */
            if (!held[i] && !absent[i])
                assert_int_equal(
                    token_set_find(&w.tokens, span_of(w.names[i]))->last.balance.is.nano,
                    w.balance[i]);
        poll_world(&w, 4); /* what is doubted now is confirmed */
        for (size_t i = 0; i < TOKENS; i++)
            assert_int_equal(token_set_find(&w.tokens, span_of(w.names[i]))->last.balance.is.nano,
                             w.balance[i]);
        world_done(&w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_idle_token_gets_no_shadow),
        cmocka_unit_test(what_was_made_of_a_token_stands_for_a_while),
        cmocka_unit_test(a_level_that_is_held_is_not_waited_for),
        cmocka_unit_test(an_alert_does_not_wait_for_a_turn),
        cmocka_unit_test(a_change_is_booked_and_its_alert_raised_with_it),
        cmocka_unit_test(a_doubtful_reading_is_held_and_booked_when_it_is_confirmed),
        cmocka_unit_test(readings_that_were_believed_before_are_booked_at_once),
        cmocka_unit_test(what_turns_out_never_to_have_happened_is_taken_back),
        cmocka_unit_test(what_is_taken_back_lies_where_the_clock_moved_it),
        cmocka_unit_test(a_leap_is_a_reading_older_with_each_list),
        cmocka_unit_test(a_token_that_is_gone_for_long_is_deleted_and_comes_back),
        cmocka_unit_test(deleting_ends_alerts_first),
        cmocka_unit_test(what_a_new_rule_finds_is_one_event),
        cmocka_unit_test(credits_limit_the_tokens_of_the_same_plan),
        cmocka_unit_test(a_list_that_lost_most_changes_no_more_than_absence),
        cmocka_unit_test(that_absent_tokens_are_lost_with_most_is_stored),
        cmocka_unit_test(a_clock_that_is_set_lets_no_time_pass),
        cmocka_unit_test(planning_changes_nothing),
        cmocka_unit_test(a_dropped_plan_leaves_no_trace),
        cmocka_unit_test(planning_twice_gives_the_same),
        cmocka_unit_test(bookings_add_up_to_the_balance),
        cmocka_unit_test(going_back_restores_books_and_keeps_alerts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
