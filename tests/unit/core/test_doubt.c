/* Which readings are believed at once, which are held, what undoes what, and what an edit of our
 * own explains. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/random.h"
#include "core/doubt.h"

#define CENT (NANO_PER_USD / 100)
#define START INT64_C(1767225600)
#define AT (START + DAY_S + 60)

struct forecast_input {
    struct token_set fleet;
    struct token *t;
};

static struct maybe_money cents(int64_t n)
{
    return money_known((struct money){ n * CENT });
}

/* A token that was watched for a day, every minute, and spent `per_h` cents an hour. */
static struct forecast_input subject(int64_t balance, int64_t per_h)
{
    struct forecast_input s = { 0 };
    s.t = token_set_add(&s.fleet, "prod-app");
    s.t->last.balance = s.t->high_water = cents(balance);
    s.t->last.budgeted = true;
    snprintf(s.t->last.type, sizeof s.t->last.type, "api_token");
    for (unix_s at = START; at <= START + DAY_S; at += MINUTE_S) {
        struct entry e = { ENTRY_CONSUMPTION, { per_h * CENT / 60 }, at - MINUTE_S, at };
        burn_seen(&s.t->burn, at);
        if (at > START)
            burn_add(&s.t->burn, &e);
    }
    s.t->seen_at = START + DAY_S;
    return s;
}

static struct judgement weigh(const struct forecast_input *s, int64_t balance)
{
    struct reading is = s->t->last;
    is.balance = cents(balance);
    return doubt_weigh(s->t, &is, AT, NULL);
}

static bool is_doubted(int64_t was, int64_t per_h, int64_t is)
{
    struct forecast_input s = subject(was, per_h);
    bool doubtful = weigh(&s, is).doubtful;
    token_set_done(&s.fleet);
    return doubtful;
}

static void a_fall_beyond_the_burn_is_read_again_and_a_plausible_one_is_not(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t was, per_h, is;
        bool doubtful;
    } rows[] = {
        { "all of it at once", 9800, 0, 0, true },
        { "more than all of it", 9800, 0, -320, true },
        { "all of what lasts for hours", 9800, 600, 0, true },
        { "the last of what lasts for a minute", 9, 600, 0, false },
        { "the last of what lasts for a few minutes", 35, 600, -1, false },
        { "the last cent", 1, 0, 0, false },
        { "half of an idle token's", 9800, 0, 4917, true },
        { "a fifth of an idle token's", 9800, 0, 7840, true },
        { "a tenth", 9800, 0, 8820, false },
        { "a burner's minute", 9800, 600, 9790, false },
        { "a burner's quarter of an hour in one piece", 9800, 6000, 8300, false },
        { "far more than a burner's hour", 9800, 600, 4000, true },
        { "what never was there already", -5, 0, -105, true },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_doubted(rows[i].was, rows[i].per_h, rows[i].is) != rows[i].doubtful)
            fail_msg("%s", rows[i].what);
}

static void a_token_that_was_just_found_may_spend_half_in_an_hour(void **state)
{
    (void)state;
    struct token_set f = { 0 };
    struct forecast_input s = { .t = token_set_add(&f, "prod-new") };
    s.t->last.balance = cents(500);
    s.t->last.budgeted = true;
    snprintf(s.t->last.type, sizeof s.t->last.type, "api_token");
    s.t->seen_at = AT - 50 * MINUTE_S;
    burn_seen(&s.t->burn, s.t->seen_at);
    assert_false(weigh(&s, 300).doubtful);
    assert_true(weigh(&s, 100).doubtful && weigh(&s, 0).doubtful);
    s.t->seen_at = AT - MINUTE_S;
    assert_true(weigh(&s, 300).doubtful);
    token_set_done(&f);
}

static void a_rise_is_believed_unless_it_is_absurd(void **state)
{
    (void)state;
    assert_false(is_doubted(9800, 0, 9801));
    assert_false(is_doubted(9800, 0, 50000));
    assert_true(is_doubted(9800, 0, 500000));
    assert_false(is_doubted(0, 0, 500000));
}

static void a_balance_that_disappears_is_doubted(void **state)
{
    (void)state;
    struct forecast_input s = subject(9800, 0);
    struct reading is = s.t->last;
    is.balance.known = false;
    assert_true(doubt_weigh(s.t, &is, AT, NULL).doubtful);
    is = s.t->last;
    is.budgeted = false;
    assert_true(doubt_weigh(s.t, &is, AT, NULL).doubtful);
    s.t->last = is;
    is.budgeted = true;
    is.balance = cents(0);
    assert_true(doubt_weigh(s.t, &is, AT, NULL).doubtful);
    is.balance = cents(5000);
    assert_false(doubt_weigh(s.t, &is, AT, NULL).doubtful);
    token_set_done(&s.fleet);
}

static void a_reset_is_never_doubted(void **state)
{
    (void)state;
    struct forecast_input s = subject(9800, 0);
    s.t->last.period = RESET_DAILY;
    s.t->last.reset_amount = cents(0);
    s.t->seen_at = START + 23 * HOUR_S - 60;
    struct reading is = s.t->last;
    is.balance = cents(0);
    struct judgement j = doubt_weigh(s.t, &is, START + 23 * HOUR_S + 60, NULL);
    assert_true(!j.doubtful && j.entries[0].kind == ENTRY_RESET && !j.leaps);
    token_set_done(&s.fleet);
}

/* Whatever comes, the second doubtful reading in a row is believed. */
static void nothing_is_held_for_ever(void **state)
{
    (void)state;
    struct random random = random_seeded(1);
    for (int run = 0; run < 2000; run++) {
        struct forecast_input s = subject(9800, (int64_t)(random_next(&random) % 500));
        unix_s at = AT;
        int held = 0;
        for (int i = 0; i < 4; i++, at += 2) {
            struct reading is = s.t->last;
            is.balance = cents((int64_t)(random_next(&random) % 20) * 100 - 500);
            struct judgement j = doubt_weigh(s.t, &is, at, NULL);
            if (!doubt_holds(s.t, &j, is.balance, at, 7 + i))
                break;
            held++;
        }
        assert_true(held <= 1);
        token_set_done(&s.fleet);
    }
}

static void a_confirmed_fall_is_of_the_time_when_it_was_seen_first(void **state)
{
    (void)state;
    struct forecast_input s = subject(9800, 0);
    struct judgement j = weigh(&s, 4017);
    assert_true(doubt_holds(s.t, &j, cents(4017), AT, 7));
    assert_false(doubt_holds(s.t, &j, cents(4011), AT + 2, 8));
    struct reading is = s.t->last;
    is.balance = cents(4011);
    assert_true(doubt_splits(s.t, &j, &is, AT + 2));
    assert_int_equal(token_held(s.t).at, AT);
    assert_int_equal(token_held(s.t).poll, 7);
    is.balance = cents(4100); /* it was less for a moment: only what stands is booked */
    assert_false(doubt_splits(s.t, &j, &is, AT + 2));
    token_set_done(&s.fleet);
}

/* Books a leap as the daemon does, as far as the judgement of the next reading needs it. */
static void leap(struct forecast_input *s, int64_t to, enum entry_kind kind)
{
    struct judgement j = weigh(s, to);
    assert_true(j.leaps && j.entries[0].kind == kind);
    token_own_doubt(s->t)->leap = doubt_leap(s->t, 7);
    burn_add(&s->t->burn, &j.entries[0]);
    s->t->last.balance = cents(to);
    s->t->seen_at = AT;
}

static struct judgement later(const struct forecast_input *s, int64_t balance)
{
    struct reading is = s->t->last;
    is.balance = cents(balance);
    return doubt_weigh(s->t, &is, AT + 60, NULL);
}

static int64_t change_of(const struct judgement *j)
{
    int64_t sum = 0;
    for (size_t i = 0; i < j->entry_count; i++)
        sum += j->entries[i].kind == ENTRY_CONSUMPTION ? -j->entries[i].amount.nano
                                                       : j->entries[i].amount.nano;
    return sum;
}

static void a_return_within_a_few_readings_is_a_correction(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t was, leapt, is;
        int readings;
        bool undoes;
    } rows[] = {
        { "back to the cent", 9800, 0, 9800, 1, true },
        { "back but for what was spent", 9800, 0, 9790, 3, true },
        { "back from the middle", 9800, 4017, 9800, 2, true },
        { "at the last moment", 9800, 0, 9800, 6, true },
        { "too late", 9800, 0, 9800, 7, false },
        { "a top-up beyond the old level", 9800, 0, 10000, 1, false },
        { "a top-up to much less", 9800, 0, 5000, 1, false },
        { "a rise that is undone", 9800, 30000, 9800, 1, true },
        { "a rise that is undone but for what was spent", 9800, 30000, 9799, 2, true },
        { "a rise that is spent in part", 9800, 30000, 20000, 2, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct forecast_input s = subject(rows[i].was, 0);
        leap(&s, rows[i].leapt, rows[i].leapt > rows[i].was ? ENTRY_TOPUP : ENTRY_CONSUMPTION);
        s.t->doubt->leap.readings = rows[i].readings;
        struct judgement j = later(&s, rows[i].is);
        const struct reading is = { .balance = money_known((struct money){ rows[i].is * CENT }) };
        assert_true(doubt_may_undo(s.t, &is) || !rows[i].undoes);
        if (j.undoes != rows[i].undoes)
            fail_msg("%s", rows[i].what);
        assert_int_equal(change_of(&j), (rows[i].is - rows[i].leapt) * CENT);
        assert_true(!j.undoes || (j.entries[0].kind == ENTRY_CORRECTION && !j.doubtful));
        token_set_done(&s.fleet);
    }
}

/* An hour after a Paris midnight a rise is a reset then; it may be an error, or the end of one. */
static void where_resets_are_not_shown_an_error_beside_midnight_is_undone_too(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t leapt, full;
        unix_s last_reset;
        bool undoes;
    } rows[] = {
        { "a wrong rise", 30000, 9800, START, true },
        { "a wrong fall", 0, 12000, START, true },
        { "a wrong fall of a budget that was never reset", 0, 9800, TIME_NONE, true },
        { "a burst, and the reset of a budget that is reset", 0, 9800, START, false },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct forecast_input s = subject(9800, 0);
        s.t->last.reset_untold = true;
        s.t->last_reset = rows[i].last_reset;
        s.t->high_water = cents(rows[i].full);
        leap(&s, rows[i].leapt, rows[i].leapt > 9800 ? ENTRY_RESET : ENTRY_CONSUMPTION);
        struct judgement j = later(&s, 9800);
        if (j.undoes != rows[i].undoes)
            fail_msg("%s", rows[i].what);
        assert_int_equal(j.entries[0].kind, j.undoes ? ENTRY_CORRECTION : ENTRY_RESET);
        assert_int_equal(change_of(&j), (9800 - rows[i].leapt) * CENT);
        token_set_done(&s.fleet);
    }
}

static void a_plausible_fall_is_no_leap_and_its_top_up_no_correction(void **state)
{
    (void)state;
    struct forecast_input s = subject(9800, 600);
    assert_false(weigh(&s, 9790).leaps);
    token_set_done(&s.fleet);
}

static void an_own_edit_explains_what_it_set_and_what_was_spent_since(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        int64_t was, set, is;
        bool edited;
        int64_t spent;
    } rows[] = {
        { "less", 9800, 5860, 5860, true, 0 },
        { "nothing", 9800, 0, 0, true, 0 },
        { "more", 9800, 25000, 25000, true, 0 },
        { "absurdly more", 100, 25000, 25000, true, 0 },
        { "a cent", 9800, 9799, 9799, true, 0 },
        { "less, and some spent", 9800, 5860, 5850, true, 10 },
        { "not seen yet", 9800, 5860, 9800, false, 0 },
        { "not seen yet, but use", 9800, 5860, 9799, false, 0 },
        { "something else", 9800, 9700, 2000, false, 0 },
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct forecast_input s = subject(rows[i].was, 0);
        struct own_edit edit = { cents(rows[i].set) };
        struct reading is = s.t->last;
        is.balance = cents(rows[i].is);
        struct judgement j = doubt_weigh(s.t, &is, AT, &edit);
        if (j.edited != rows[i].edited)
            fail_msg("%s", rows[i].what);
        assert_int_equal(change_of(&j), (rows[i].is - rows[i].was) * CENT);
        if (j.edited) {
            assert_true(!j.doubtful && !j.leaps && j.entries[0].kind == ENTRY_EDIT);
            assert_int_equal(j.entry_count, rows[i].spent ? 2 : 1);
            assert_int_equal(j.entries[1].amount.nano, rows[i].spent * CENT);
        }
        token_set_done(&s.fleet);
    }
}

static void an_edit_by_others_shows_by_what_else_changed_or_by_a_round_amount(void **state)
{
    (void)state;
    struct forecast_input s = subject(9800, 0);
    struct reading is = s.t->last;
    is.balance = cents(3777);
    is.expires = START + WEEK_S;
    struct judgement j = doubt_weigh(s.t, &is, AT, NULL);
    assert_true(j.entries[0].kind == ENTRY_EDIT && !j.doubtful && change_of(&j) == -6023 * CENT);
    is.balance = cents(9799); /* a cent is spent while somebody sets the expiry */
    assert_int_equal(doubt_weigh(s.t, &is, AT, NULL).entries[0].kind, ENTRY_CONSUMPTION);

    assert_int_equal(weigh(&s, 5000).entries[0].kind, ENTRY_UNKNOWN);
    assert_int_equal(weigh(&s, 1250).entries[0].kind, ENTRY_UNKNOWN);
    assert_int_equal(weigh(&s, 5017).entries[0].kind, ENTRY_CONSUMPTION);
    assert_int_equal(weigh(&s, 0).entries[0].kind, ENTRY_CONSUMPTION);
    token_set_done(&s.fleet);
    s = subject(9800, 60); /* which burns: it may be there by chance */
    assert_int_equal(weigh(&s, 5000).entries[0].kind, ENTRY_CONSUMPTION);
    token_set_done(&s.fleet);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_fall_beyond_the_burn_is_read_again_and_a_plausible_one_is_not),
        cmocka_unit_test(a_token_that_was_just_found_may_spend_half_in_an_hour),
        cmocka_unit_test(a_rise_is_believed_unless_it_is_absurd),
        cmocka_unit_test(a_balance_that_disappears_is_doubted),
        cmocka_unit_test(a_reset_is_never_doubted),
        cmocka_unit_test(nothing_is_held_for_ever),
        cmocka_unit_test(a_confirmed_fall_is_of_the_time_when_it_was_seen_first),
        cmocka_unit_test(a_return_within_a_few_readings_is_a_correction),
        cmocka_unit_test(where_resets_are_not_shown_an_error_beside_midnight_is_undone_too),
        cmocka_unit_test(a_plausible_fall_is_no_leap_and_its_top_up_no_correction),
        cmocka_unit_test(an_own_edit_explains_what_it_set_and_what_was_spent_since),
        cmocka_unit_test(an_edit_by_others_shows_by_what_else_changed_or_by_a_round_amount),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
