/* The arithmetic of reports: rows, sums and comparisons, and that no amount is lost or counted
 * twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "core/report.h"

enum { DAYS = 60, GROUPS = 9, ITEMS = 25, FACTS = 3000 };

#define START (INT64_C(20000) * DAY_S)

static struct report begin(enum period_length per, unix_s since, unix_s until)
{
    struct report r;
    const struct period during = { since, until }, before = period_before(&during, false);
    report_init(&r, per, &during, &before);
    return r;
}

static void add(struct report *r, size_t item, unix_s at, int64_t spent_nano)
{
    const struct report_fact f = { item, at, spent_nano, 0, 0, -1, REPORT_FROM_BALANCE, 0, 0 };
    report_add_fact(r, &f);
}

static void finish(struct report *r)
{
    struct fault why;
    if (!report_finish(r, &why))
        fail_msg("%s", why.text);
}

static void the_group_that_spent_the_most_comes_first_and_is_compared_with_the_time_before(
    void **state)
{
    (void)state;
    struct report r = begin(PER_TOTAL, START, START + 10 * DAY_S);
    size_t small = report_add_group(&r), large = report_add_group(&r),
           silent = report_add_group(&r);
    size_t a = report_add_item(&r, small, 0, NULL), b = report_add_item(&r, large, 0, NULL);
    size_t young = report_add_item(&r, large, START, NULL),
           c = report_add_item(&r, silent, 0, NULL);
    add(&r, a, START, 5);
    add(&r, a, START - 1, 20);
    add(&r, a, START - 10 * DAY_S, 1);
    add(&r, a, START - 10 * DAY_S - 1, 1000);
    add(&r, b, START + 10 * DAY_S - 1, 7);
    add(&r, b, START + 10 * DAY_S, 1000);
    add(&r, young, START + DAY_S, 1);
    add(&r, c, START - 5, 3);
    finish(&r);
    assert_int_equal(r.row_count, 2);
    assert_int_equal(r.rows[0].group, large);
    assert_int_equal(r.rows[0].sum.spent_nano, 8);
    assert_false(r.rows[0].before_known); /* one of its tokens is on record only since */
    assert_int_equal(r.rows[1].group, small);
    assert_true(r.rows[1].before_known);
    assert_int_equal(r.rows[1].before_nano, 21);
    assert_int_equal(r.all.sum.spent_nano, 13);
    assert_int_equal(r.all.before_nano, 24); /* also what fell silent since */
    report_done(&r);
}

static void a_bucket_is_compared_with_the_one_before_only_when_both_are_whole(void **state)
{
    (void)state;
    struct report r = begin(PER_DAY, START, START + 3 * DAY_S + 100);
    size_t item = report_add_item(&r, report_add_group(&r), START - 2 * DAY_S, NULL);
    add(&r, item, START - DAY_S, 4);
    add(&r, item, START, 8);
    add(&r, item, START + 2 * DAY_S, 2);
    add(&r, item, START + 3 * DAY_S, 1);
    finish(&r);
    assert_int_equal(r.row_count, 3);
    assert_true(r.rows[0].before_known);
    assert_int_equal(r.rows[0].before_nano, 4);
    assert_true(r.rows[1].before_known); /* a day without a row: nothing was spent */
    assert_int_equal(r.rows[1].before_nano, 0);
    assert_false(r.rows[2].before_known); /* today is not over */
    assert_int_equal(r.rows[2].during.until, START + 3 * DAY_S + 100);
    report_done(&r);
}

static void the_front_of_a_week_that_the_report_cuts_belongs_to_nothing(void **state)
{
    (void)state;
    unix_s monday = period_start(PER_WEEK, START), since = monday + 2 * DAY_S;
    struct report r = begin(PER_WEEK, since, monday + 21 * DAY_S);
    size_t item = report_add_item(&r, report_add_group(&r), 0, NULL);
    add(&r, item, monday, 100);
    add(&r, item, since, 1);
    add(&r, item, monday + 7 * DAY_S, 2);
    add(&r, item, monday + 14 * DAY_S, 4);
    finish(&r);
    assert_int_equal(r.row_count, 3);
    assert_int_equal(r.rows[0].sum.spent_nano, 1);
    assert_int_equal(r.rows[0].during.since, since);
    assert_int_equal(r.all.sum.spent_nano, 7);
    assert_false(r.rows[0].before_known);
    assert_false(r.rows[1].before_known); /* half a week says nothing about a whole one */
    assert_true(r.rows[2].before_known);
    assert_int_equal(r.rows[2].before_nano, 2);
    report_done(&r);
}

static void calls_and_budgets_are_told_only_where_they_are_known(void **state)
{
    (void)state;
    const struct report_budget daily = { { RESET_DAILY, 100 }, money_known((struct money){ 7 }) };
    const struct report_budget prepaid = { { RESET_NONE, -1 }, money_known((struct money){ 60 }) };
    struct report r = begin(PER_TOTAL, START, START + 2 * DAY_S);
    size_t group = report_add_group(&r);
    const struct report_fact facts[] = {
        { report_add_item(&r, group, 0, &daily), START, 150, 0, 90, -1, REPORT_FROM_BALANCE, 0, 0 },
        { report_add_item(&r, group, 0, &prepaid), START, 40, 80, 0, 4, REPORT_FROM_ENDPOINT, 40,
          0 },
        { report_add_item(&r, group, 0, NULL), START, 1000, 500, 0, 6, REPORT_FROM_ENDPOINT, 1000,
          0 },
    };
    for (size_t i = 0; i < COUNT(facts); i++)
        report_add_fact(&r, &facts[i]);
    finish(&r);
    const struct report_row *row = &r.rows[0];
    assert_int_equal(row->sum.source, REPORT_MIXED);
    assert_int_equal(row->sum.calls, 10);
    assert_int_equal(row->sum.called_nano, 1040);
    assert_int_equal(row->budget_nano,
                     300); /* two days of 100; 40 that were spent and 60 that are left */
    assert_int_equal(row->budget_spent_nano, 190); /* without the token that has no budget */
    assert_int_equal(r.all.budget_nano, 300);
    report_done(&r);
}

/* Whatever was spent, topped up and left: what stopped at its budget has used 100 % of it, in every
 * cut. */
static void no_token_uses_more_than_all_of_its_budget(void **state)
{
    (void)state;
    struct random random = random_seeded(12);
    for (int i = 0; i < 2000; i++) {
        static const enum reset_period periods[] = { RESET_NONE, RESET_DAILY, RESET_WEEKLY,
                                                     RESET_MONTHLY };
        const struct report_budget b = { { periods[i % 4], (int64_t)(random_next(&random) % 500) },
                                         { i % 3,
                                           { (int64_t)(random_next(&random) % 300) - 20 } } };
        unix_s until = START + HOUR_S + (int64_t)(random_next(&random) % (40 * (uint64_t)DAY_S));
        struct report r = begin(i % 5 ? PER_TOTAL : PER_DAY,
                                START + (int64_t)(random_next(&random) % HOUR_S), until);
        r.now = i % 2 ? until - 1 : INT64_MAX;
        size_t item = report_add_item(&r, report_add_group(&r), 0, &b);
        for (int k = 0; k < 5; k++) {
            unix_s at = START + (int64_t)(random_next(&random) % (uint64_t)(until - START));
            const struct report_fact f = { item,
                                           at,
                                           (int64_t)(random_next(&random) % 900),
                                           k ? 0 : (int64_t)(random_next(&random) % 300),
                                           0,
                                           -1,
                                           REPORT_FROM_BALANCE,
                                           0,
                                           0 };
            report_add_fact(&r, &f);
        }
        finish(&r);
        for (size_t k = 0; k < r.row_count; k++)
            assert_true(r.rows[k].budget_spent_nano <= r.rows[k].budget_nano);
        assert_true(r.all.budget_spent_nano <= r.all.budget_nano);
        report_done(&r);
    }
}

static void an_allowance_that_still_runs_counts_whole(void **state)
{
    (void)state;
    const struct report_budget daily = { { RESET_DAILY, 240 }, money_known((struct money){ 60 }) };
    unix_s paris_midnight = START + DAY_S - HOUR_S; /* in winter; or an hour before */
    struct report r = begin(PER_TOTAL, paris_midnight - DAY_S, paris_midnight - 18 * HOUR_S);
    r.now = r.during.until - 1;
    add(&r, report_add_item(&r, report_add_group(&r), 0, &daily), r.during.since + 100, 180);
    finish(&r);
    assert_int_equal(r.rows[0].budget_spent_nano, 180);
    assert_in_range(r.rows[0].budget_nano, 230,
                    240); /* not the quarter of it that the six hours are */
    report_done(&r);
}

static void days_that_are_not_known_are_counted_and_nothing_is_compared_with_them(void **state)
{
    (void)state;
    struct report r = begin(PER_TOTAL, START, START + 10 * DAY_S);
    size_t dark = report_add_group(&r), clear = report_add_group(&r), past = report_add_group(&r);
    const size_t groups[] = { dark, clear, past };
    for (size_t i = 0; i < COUNT(groups); i++) {
        size_t item = report_add_item(&r, groups[i], 0, NULL);
        add(&r, item, START - DAY_S, 100);
        add(&r, item, START, 25 - (int64_t)i);
    }
    for (int64_t day = 2; day < 5; day++)
        report_mark_unknown(&r, dark, START + day * DAY_S + 7);
    report_mark_unknown(&r, dark, START + 2 * DAY_S); /* of another token */
    report_mark_unknown(&r, past, START - 3 * DAY_S);
    report_mark_unknown(&r, past, START - 100 * DAY_S);
    report_mark_unknown(&r, REPORT_NO_GROUP, START + 9 * DAY_S);
    finish(&r);
    assert_int_equal(r.rows[0].unknown_days, 3);
    assert_false(
        r.rows[0].before_known); /* 25 against 100 is no -75 % when three days are missing */
    assert_int_equal(r.rows[1].unknown_days, 0);
    assert_true(r.rows[1].before_known);
    assert_int_equal(r.rows[2].unknown_days, 0);
    assert_false(r.rows[2].before_known);
    assert_int_equal(r.all.unknown_days, 4);
    assert_false(r.all.before_known);
    assert_int_equal(report_days(&r.during), 10);
    report_done(&r);
}

static void a_sum_that_does_not_fit_is_refused(void **state)
{
    struct fault why;
    (void)state;
    struct report r = begin(PER_TOTAL, START, START + DAY_S);
    add(&r, report_add_item(&r, report_add_group(&r), 0, NULL), START, INT64_MAX);
    add(&r, report_add_item(&r, report_add_group(&r), 0, NULL), START, 1);
    assert_false(report_finish(&r, &why));
    assert_int_equal(why.kind, FAULT_REJECT);
    report_done(&r);
}

/* ---- properties ---- */

static struct report random_report(enum period_length per, uint64_t seed, unix_s shift,
                                   int64_t *ret_sum)
{
    struct random random = random_seeded(seed);
    unix_s since = START + shift, until = since + DAYS * DAY_S;
    struct report r = begin(per, since, until);
    *ret_sum = 0;
    for (size_t i = 0; i < GROUPS; i++)
        report_add_group(&r);
    for (size_t i = 0; i < ITEMS; i++)
        report_add_item(&r, i % GROUPS, 0, NULL);
    for (size_t i = 0; i < FACTS; i++) {
        unix_s at =
            since - DAYS * DAY_S + (unix_s)(random_next(&random) % (3 * DAYS * (uint64_t)DAY_S));
        int64_t spent = (int64_t)(random_next(&random) % 1000000);
        add(&r, random_next(&random) % ITEMS, at, spent);
        *ret_sum += at >= since && at < until ? spent : 0;
    }
    finish(&r);
    return r;
}

static void the_rows_of_every_length_add_up_to_the_same_total(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 5; seed++)
        for (enum period_length per = PER_HOUR; per <= PER_TOTAL; per++) {
            int64_t expected, sum = 0;
            struct report r = random_report(per, seed, 0, &expected);
            for (size_t i = 0; i < r.row_count; i++) {
                sum += r.rows[i].sum.spent_nano;
                assert_true(r.rows[i].during.since >= r.during.since
                            && r.rows[i].during.until <= r.during.until);
            }
            assert_int_equal(sum, expected);
            assert_int_equal(r.all.sum.spent_nano, expected);
            report_done(&r);
        }
}

/* Weeks are the longest time whose shift moves no border of days or weeks. */
static void shifting_all_stamps_by_weeks_changes_nothing_but_the_stamps(void **state)
{
    (void)state;
    for (enum period_length per = PER_HOUR; per <= PER_WEEK; per++) {
        int64_t expected, again;
        struct report r = random_report(per, 7, 0, &expected),
                      s = random_report(per, 7, 5 * WEEK_S, &again);
        assert_int_equal(r.row_count, s.row_count);
        for (size_t i = 0; i < r.row_count; i++) {
            assert_int_equal(r.rows[i].group, s.rows[i].group);
            assert_int_equal(r.rows[i].bucket + 5 * WEEK_S, s.rows[i].bucket);
            assert_int_equal(r.rows[i].sum.spent_nano, s.rows[i].sum.spent_nano);
            assert_int_equal(r.rows[i].before_nano, s.rows[i].before_nano);
        }
        report_done(&r);
        report_done(&s);
    }
}

static void the_endpoint_speaks_for_the_days_that_it_was_asked_about_to_their_end(void **state)
{
    (void)state;
    const struct report_known known = { START, START + 5 * DAY_S + 40 },
                              never = { TIME_NONE, TIME_NONE };
    assert_false(report_endpoint_tells(&never, START));
    assert_false(report_endpoint_tells(&known, START - DAY_S));
    assert_true(report_endpoint_tells(&known, START));
    assert_true(report_endpoint_tells(&known, START + 4 * DAY_S));
    assert_false(
        report_endpoint_tells(&known, START + 5 * DAY_S)); /* a day that it told a part of */
    assert_false(report_endpoint_tells(&known, START + 6 * DAY_S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            the_group_that_spent_the_most_comes_first_and_is_compared_with_the_time_before),
        cmocka_unit_test(a_bucket_is_compared_with_the_one_before_only_when_both_are_whole),
        cmocka_unit_test(the_front_of_a_week_that_the_report_cuts_belongs_to_nothing),
        cmocka_unit_test(calls_and_budgets_are_told_only_where_they_are_known),
        cmocka_unit_test(no_token_uses_more_than_all_of_its_budget),
        cmocka_unit_test(an_allowance_that_still_runs_counts_whole),
        cmocka_unit_test(days_that_are_not_known_are_counted_and_nothing_is_compared_with_them),
        cmocka_unit_test(a_sum_that_does_not_fit_is_refused),
        cmocka_unit_test(the_rows_of_every_length_add_up_to_the_same_total),
        cmocka_unit_test(shifting_all_stamps_by_weeks_changes_nothing_but_the_stamps),
        cmocka_unit_test(the_endpoint_speaks_for_the_days_that_it_was_asked_about_to_their_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
