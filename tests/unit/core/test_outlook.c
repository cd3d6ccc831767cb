/* What tokens ask of the rhythm: nearest exhaustion, a jump of the burn, resets that were not seen.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/calendar.h"
#include "core/outlook.h"

#define NOON INT64_C(1771329600) /* 2026-02-17T12:00:00Z */
#define USD INT64_C(1000000000)

static void add_set(struct outlook *o, const struct token_set *f, unix_s now)
{
    struct midnights m = midnights_around(now);
    for (size_t i = 0; i < f->count; i++) {
        struct token *t = &f->tokens[i];
        outlook_judge(t, &t->forecast, &t->judged);
        outlook_add_token(o, t, &t->judged, &m);
    }
}

static struct token *add(struct token_set *f, const char *name, int64_t id, int64_t balance_usd)
{
    struct token *t = token_set_add(f, name);
    t->id = id;
    t->last.budgeted = true;
    t->last.balance = money_known((struct money){ balance_usd * USD });
    return t;
}

static void spend(struct token *t, unix_s from, unix_s until, int64_t usd_per_h)
{
    for (unix_s at = from; at <= until; at += 300) {
        const struct entry e = { ENTRY_CONSUMPTION, { usd_per_h * USD / 12 }, at - 300, at };
        burn_seen(&t->burn, at);
        burn_add(&t->burn, &e);
    }
}

static struct outlook outlook_of(const struct token_set *f, unix_s now)
{
    struct outlook o = outlook_none();
    add_set(&o, f, now);
    return o;
}

static void the_earliest_end_counts_unless_nobody_can_see_it(void **state)
{
    (void)state;
    struct token_set f = { 0 };
    add(&f, "later", 1, 5)->forecast =
        (struct forecast){ .verdict = VERDICT_TIGHT, .early = NOON + 900 };
    add(&f, "first", 2, 5)->forecast =
        (struct forecast){ .verdict = VERDICT_RUNS_DRY, .early = NOON + 600 };
    add(&f, "safe", 3, 5)->forecast =
        (struct forecast){ .verdict = VERDICT_SAFE, .early = NOON + 60 };
    add(&f, "stale", 4, 5)->forecast =
        (struct forecast){ .verdict = VERDICT_STALE, .early = TIME_NONE };
    assert_int_equal(outlook_of(&f, NOON).dry_at, NOON + 600);
    assert_int_equal(outlook_of(&f, NOON).dry_token, 2);
    token_set_find(&f, span_of("first"))->missing = 1;
    assert_int_equal(outlook_of(&f, NOON).dry_token, 1);
    token_set_done(&f);
    assert_int_equal(outlook_of(&f, NOON).dry_at, TIME_NONE);
}

static void a_jump_counts_when_it_would_soon_use_up_the_rest(void **state)
{
    (void)state;
    struct token_set f = { 0 };
    struct token *t = add(&f, "runaway", 7, 100);
    spend(t, NOON - DAY_S, NOON - HOUR_S, 1);
    spend(t, NOON - HOUR_S + 300, NOON, 30);
    assert_int_equal(outlook_of(&f, NOON).jumped_token, 7);
    t->last.balance = money_known((struct money){ 10000 * USD });
    assert_int_equal(outlook_of(&f, NOON).jumped_token, 0);
    t->last.balance = money_known((struct money){ 0 });
    assert_int_equal(outlook_of(&f, NOON).jumped_token, 0);
    token_set_done(&f);
    t = add(&f, "steady", 8, 100);
    spend(t, NOON - DAY_S, NOON, 30);
    assert_int_equal(outlook_of(&f, NOON).jumped_token, 0);
    token_set_done(&f);
}

static void resets_are_those_of_budgets_and_missed_until_seen(void **state)
{
    (void)state;
    struct token_set f = { 0 };
    struct token *t = add(&f, "daily", 9, 4);
    unix_s midnight = calendar_last_reset(RESET_DAILY, NOON);
    t->last.period = RESET_DAILY;
    t->last.reset_amount = money_known((struct money){ 10 * USD });
    t->burn.first_seen = midnight - DAY_S;
    struct outlook o = outlook_of(&f, midnight + 60);
    assert_int_equal(o.last_reset, midnight);
    assert_int_equal(o.next_reset, midnight + DAY_S);
    assert_true(o.reset_missing);
    assert_false(outlook_of(&f, midnight + OUTLOOK_LATE_S).reset_missing);
    t->last_reset = midnight + 30;
    assert_false(outlook_of(&f, midnight + 60).reset_missing);
    t->last.budgeted = false;
    assert_int_equal(outlook_of(&f, midnight + 60).next_reset, TIME_NONE);
    token_set_done(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_earliest_end_counts_unless_nobody_can_see_it),
        cmocka_unit_test(a_jump_counts_when_it_would_soon_use_up_the_rest),
        cmocka_unit_test(resets_are_those_of_budgets_and_missed_until_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
