/* What a change of the balance is taken for: rows for each kind, and the sum rule on random
 * readings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "core/calendar.h"
#include "core/ledger.h"

#define UNKNOWN INT64_MIN

/* Midnight in Paris is 23:00 UTC in winter and 22:00 UTC in summer. */
struct row {
    const char *what;
    enum reset_period period;
    int64_t was, is; /* cents; the reset amount is 1000 */
    const char *since, *at, *last_reset;
    struct expected {
        enum entry_kind kind;
        int64_t cents;
        const char *since, *at;
    } entries[LEDGER_ENTRIES_MAX];
    size_t count;
};

#define DAY "2026-01-14T"

static const struct row rows[] = {
    { "nothing moved",
      RESET_DAILY,
      500,
      500,
      DAY "12:00:00Z",
      DAY "12:05:00Z",
      NULL,
      { { 0 } },
      0 },
    { "a fall is consumption",
      RESET_DAILY,
      500,
      400,
      DAY "12:00:00Z",
      DAY "12:05:00Z",
      NULL,
      { { ENTRY_CONSUMPTION, 100, DAY "12:00:00Z", DAY "12:05:00Z" } },
      1 },
    { "a rise far from midnight is a top-up",
      RESET_DAILY,
      500,
      900,
      DAY "12:00:00Z",
      DAY "12:05:00Z",
      NULL,
      { { ENTRY_TOPUP, 400, DAY "12:00:00Z", DAY "12:05:00Z" } },
      1 },
    { "a rise over midnight to the reset amount is a reset",
      RESET_DAILY,
      500,
      1000,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_RESET, 500, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "what is missing after a reset was spent since midnight",
      RESET_DAILY,
      500,
      950,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_RESET, 500, DAY "22:58:00Z", DAY "23:00:00Z" },
        { ENTRY_CONSUMPTION, 50, DAY "23:00:00Z", DAY "23:03:00Z" } },
      2 },
    { "a reset may come late",
      RESET_DAILY,
      500,
      1000,
      DAY "23:55:00Z",
      "2026-01-15T00:05:00Z",
      NULL,
      { { ENTRY_RESET, 500, DAY "23:55:00Z", "2026-01-15T00:05:00Z" } },
      1 },
    { "what was spent after a late reset was not spent before the last reading",
      RESET_DAILY,
      500,
      950,
      DAY "23:55:00Z",
      "2026-01-15T00:05:00Z",
      NULL,
      { { ENTRY_RESET, 500, DAY "23:55:00Z", DAY "23:55:00Z" },
        { ENTRY_CONSUMPTION, 50, DAY "23:55:00Z", "2026-01-15T00:05:00Z" } },
      2 },
    { "two hours after midnight it is too late for a reset",
      RESET_DAILY,
      500,
      1000,
      "2026-01-15T01:00:00Z",
      "2026-01-15T01:05:00Z",
      NULL,
      { { ENTRY_TOPUP, 500, "2026-01-15T01:00:00Z", "2026-01-15T01:05:00Z" } },
      1 },
    { "one midnight explains one reset",
      RESET_DAILY,
      500,
      1000,
      DAY "23:20:00Z",
      DAY "23:25:00Z",
      DAY "23:05:00Z",
      { { ENTRY_TOPUP, 500, DAY "23:20:00Z", DAY "23:25:00Z" } },
      1 },
    { "yesterday's reset leaves tonight's to come",
      RESET_DAILY,
      500,
      1000,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      "2026-01-13T23:00:00Z",
      { { ENTRY_RESET, 500, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "a reset stamped in the future does not count",
      RESET_DAILY,
      500,
      1000,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      "2031-01-13T23:00:00Z",
      { { ENTRY_RESET, 500, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "a rise over the reset amount is a top-up",
      RESET_DAILY,
      500,
      1001,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_TOPUP, 501, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "a fall over midnight onto the reset amount is a reset",
      RESET_DAILY,
      1500,
      1000,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_RESET, -500, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "a fall over midnight to anything else is consumption",
      RESET_DAILY,
      1500,
      999,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_CONSUMPTION, 501, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "an overdrawn balance is reset from below zero",
      RESET_DAILY,
      -20,
      1000,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_RESET, 1020, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "without a period there is no reset",
      RESET_NONE,
      500,
      1000,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_TOPUP, 500, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "an unknown period is not guessed at",
      RESET_OTHER,
      500,
      1000,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_TOPUP, 500, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "a weekly budget is not reset on a Thursday",
      RESET_WEEKLY,
      500,
      1000,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_TOPUP, 500, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "a weekly budget is reset on Monday",
      RESET_WEEKLY,
      500,
      1000,
      "2026-01-18T22:58:00Z",
      "2026-01-18T23:03:00Z",
      NULL,
      { { ENTRY_RESET, 500, "2026-01-18T22:58:00Z", "2026-01-18T23:03:00Z" } },
      1 },
    { "a monthly budget is reset on the 1st",
      RESET_MONTHLY,
      500,
      1000,
      "2026-01-31T22:58:00Z",
      "2026-01-31T23:03:00Z",
      NULL,
      { { ENTRY_RESET, 500, "2026-01-31T22:58:00Z", "2026-01-31T23:03:00Z" } },
      1 },
    { "the last night of winter time ends at 23:00 UTC",
      RESET_DAILY,
      0,
      1000,
      "2026-03-28T22:59:00Z",
      "2026-03-28T23:01:00Z",
      NULL,
      { { ENTRY_RESET, 1000, "2026-03-28T22:59:00Z", "2026-03-28T23:01:00Z" } },
      1 },
    { "the night after the clocks went forward ends at 22:00 UTC",
      RESET_DAILY,
      0,
      900,
      "2026-03-29T21:59:00Z",
      "2026-03-29T22:01:00Z",
      NULL,
      { { ENTRY_RESET, 1000, "2026-03-29T21:59:00Z", "2026-03-29T22:00:00Z" },
        { ENTRY_CONSUMPTION, 100, "2026-03-29T22:00:00Z", "2026-03-29T22:01:00Z" } },
      2 },
    { "the night after the clocks went back ends at 23:00 UTC",
      RESET_DAILY,
      0,
      900,
      "2026-10-25T22:59:00Z",
      "2026-10-25T23:01:00Z",
      NULL,
      { { ENTRY_RESET, 1000, "2026-10-25T22:59:00Z", "2026-10-25T23:00:00Z" },
        { ENTRY_CONSUMPTION, 100, "2026-10-25T23:00:00Z", "2026-10-25T23:01:00Z" } },
      2 },
    { "after an outage of days the newest midnight is taken",
      RESET_DAILY,
      100,
      700,
      "2026-01-10T12:00:00Z",
      DAY "12:00:00Z",
      NULL,
      { { ENTRY_RESET, 900, "2026-01-10T12:00:00Z", "2026-01-13T23:00:00Z" },
        { ENTRY_CONSUMPTION, 300, "2026-01-13T23:00:00Z", DAY "12:00:00Z" } },
      2 },
    { "a clock set back meets no midnight",
      RESET_DAILY,
      500,
      1000,
      DAY "23:30:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_TOPUP, 500, DAY "23:03:00Z", DAY "23:03:00Z" } },
      1 },
    { "consumption under a clock set back is booked at its end",
      RESET_DAILY,
      500,
      400,
      DAY "12:00:00Z",
      DAY "11:00:00Z",
      NULL,
      { { ENTRY_CONSUMPTION, 100, DAY "11:00:00Z", DAY "11:00:00Z" } },
      1 },
    { "a balance that becomes unknown is said so",
      RESET_DAILY,
      500,
      UNKNOWN,
      DAY "12:00:00Z",
      DAY "12:05:00Z",
      NULL,
      { { ENTRY_UNKNOWN, 0, DAY "12:00:00Z", DAY "12:05:00Z" } },
      1 },
    { "a balance that becomes known is no top-up",
      RESET_DAILY,
      UNKNOWN,
      500,
      DAY "12:00:00Z",
      DAY "12:05:00Z",
      NULL,
      { { ENTRY_UNKNOWN, 0, DAY "12:00:00Z", DAY "12:05:00Z" } },
      1 },
    { "a balance that stays unknown says nothing",
      RESET_DAILY,
      UNKNOWN,
      UNKNOWN,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { 0 } },
      0 },
};

/* Of a budget whose resets the API does not tell. */
static const struct row untold_rows[] = {
    { "a rise over midnight is a reset",
      RESET_NONE,
      500,
      900,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_RESET, 400, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
    { "it may come late",
      RESET_NONE,
      500,
      900,
      DAY "23:55:00Z",
      "2026-01-15T00:05:00Z",
      NULL,
      { { ENTRY_RESET, 400, DAY "23:55:00Z", "2026-01-15T00:05:00Z" } },
      1 },
    { "one midnight explains one reset",
      RESET_NONE,
      500,
      900,
      DAY "23:20:00Z",
      DAY "23:25:00Z",
      DAY "23:05:00Z",
      { { ENTRY_TOPUP, 400, DAY "23:20:00Z", DAY "23:25:00Z" } },
      1 },
    { "a rise far from midnight is a top-up",
      RESET_NONE,
      500,
      900,
      DAY "12:00:00Z",
      DAY "12:05:00Z",
      NULL,
      { { ENTRY_TOPUP, 400, DAY "12:00:00Z", DAY "12:05:00Z" } },
      1 },
    { "a rise within hours that were not watched may be anything",
      RESET_NONE,
      500,
      900,
      DAY "19:00:00Z",
      DAY "23:05:00Z",
      NULL,
      { { ENTRY_TOPUP, 400, DAY "19:00:00Z", DAY "23:05:00Z" } },
      1 },
    { "a fall over midnight is consumption",
      RESET_NONE,
      900,
      500,
      DAY "22:58:00Z",
      DAY "23:03:00Z",
      NULL,
      { { ENTRY_CONSUMPTION, 400, DAY "22:58:00Z", DAY "23:03:00Z" } },
      1 },
};

static unix_s at_time(const char *text)
{
    unix_s at = TIME_NONE;
    struct fault why = { 0 };
    if (text)
        assert_true(calendar_parse(span_of(text), &at, &why));
    return at;
}

static struct money cents(int64_t amount)
{
    return (struct money){ amount * NANO_PER_USD / 100 };
}

static struct reading budget(enum reset_period period, int64_t balance)
{
    struct reading r = {
        .name = "prod-billing-api",
        .type = "api_token",
        .budgeted = true,
        .expires = TIME_NONE,
        .period = period,
    };
    if (balance != UNKNOWN)
        r.balance = money_known(cents(balance));
    if (period != RESET_NONE)
        r.reset_amount = money_known(cents(1000));
    return r;
}

static void assert_booked(const struct row *row, bool untold)
{
    struct reading was = budget(row->period, row->was), is = budget(row->period, row->is);
    struct entry got[LEDGER_ENTRIES_MAX];
    was.reset_untold = is.reset_untold = untold;
    size_t count = ledger_compare(&was, at_time(row->since), &is, at_time(row->at),
                                  at_time(row->last_reset), got);
    bool same = count == row->count;
    for (size_t k = 0; same && k < count; k++)
        same = got[k].kind == row->entries[k].kind
            && got[k].amount.nano == cents(row->entries[k].cents).nano
            && got[k].since == at_time(row->entries[k].since)
            && got[k].at == at_time(row->entries[k].at);
    if (!same)
        fail_msg("row \"%s\": %zu entries, the first of kind %d and %lld", row->what, count,
                 count ? (int)got[0].kind : -1, count ? (long long)got[0].amount.nano : 0);
}

static void a_change_is_booked_as_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_booked(&rows[i], false);
    for (size_t i = 0; i < COUNT(untold_rows); i++)
        assert_booked(&untold_rows[i], true);
}

static struct entry only_entry(struct reading was, struct reading is)
{
    struct entry got[LEDGER_ENTRIES_MAX];
    unix_s since = at_time(DAY "22:58:00Z");
    assert_int_equal(ledger_compare(&was, since, &is, since + 300, TIME_NONE, got), 1);
    return got[0];
}

static void an_edit_is_never_taken_for_use(void **state)
{
    (void)state;
    struct reading was = budget(RESET_DAILY, 500), is = budget(RESET_DAILY, 300);

    is.reset_amount = money_known(cents(300));
    assert_int_equal(only_entry(was, is).kind, ENTRY_EDIT);
    assert_int_equal(only_entry(was, is).amount.nano, cents(-200).nano);

    is = budget(RESET_WEEKLY, 1000);
    assert_int_equal(only_entry(was, is).kind, ENTRY_EDIT);
    assert_int_equal(only_entry(was, is).amount.nano, cents(500).nano);

    is = budget(RESET_DAILY, 500);
    is.budgeted = false;
    assert_int_equal(only_entry(was, is).kind, ENTRY_EDIT);
    assert_int_equal(only_entry(is, was).kind, ENTRY_EDIT);
    assert_int_equal(only_entry(is, was).amount.nano, 0);
}

static void a_token_without_a_budget_has_no_entries(void **state)
{
    (void)state;
    struct reading was = budget(RESET_NONE, 500), is = budget(RESET_NONE, 300);
    struct entry got[LEDGER_ENTRIES_MAX];
    was.budgeted = is.budgeted = false;
    assert_int_equal(ledger_compare(&was, 1000, &is, 2000, TIME_NONE, got), 0);
    is.balance.known = false;
    assert_int_equal(ledger_compare(&was, 1000, &is, 2000, TIME_NONE, got), 0);
}

static void only_what_a_snapshot_holds_makes_readings_differ(void **state)
{
    (void)state;
    struct reading was = budget(RESET_DAILY, 500), is = was;
    assert_false(ledger_differs(&was, &is));
    is.name = "another pointer, same token";
    assert_false(ledger_differs(&was, &is));
    is.balance.is.nano++;
    assert_true(ledger_differs(&was, &is));
    is = was;
    is.expires = 1;
    assert_true(ledger_differs(&was, &is));
    is = was;
    is.type[0] = 's';
    assert_true(ledger_differs(&was, &is));
    is = was;
    is.balance.known = false;
    assert_true(ledger_differs(&was, &is));
    was.balance.known = false;
    is.balance.is.nano = 7;
    assert_false(ledger_differs(&was, &is));
}

static int64_t change_of(const struct entry *e)
{
    return e->kind == ENTRY_CONSUMPTION ? -e->amount.nano : e->amount.nano;
}

/* Readings round a daylight-saving change, so that many intervals hold a midnight of either kind.
 */
static struct reading random_reading(struct random *random)
{
    static const enum reset_period periods[] = { RESET_DAILY, RESET_DAILY, RESET_WEEKLY,
                                                 RESET_NONE };
    enum reset_period period = periods[random_next(random) % COUNT(periods)];
    struct reading r = budget(period, (int64_t)(random_next(random) % 1200) - 100);
    if (random_next(random) % 4 == 0)
        r.balance.is = cents(1000);
    if (random_next(random) % 16 == 0)
        r.balance.known = false;
    return r;
}

static void entries_add_up_to_the_change_of_the_balance(void **state)
{
    (void)state;
    struct random random = random_seeded(2);
    unix_s start = at_time("2026-03-27T00:00:00Z");
    for (int i = 0; i < 50000; i++) {
        struct reading was = random_reading(&random), is = random_reading(&random);
        unix_s since = start + (unix_s)(random_next(&random) % (4 * DAY_S));
        unix_s at = since - HOUR_S + (unix_s)(random_next(&random) % DAY_S);
        struct entry got[LEDGER_ENTRIES_MAX];
        size_t count = ledger_compare(&was, since, &is, at, TIME_NONE, got);

        int64_t sum = 0;
        for (size_t k = 0; k < count; k++) {
            sum += change_of(&got[k]);
            assert_true(got[k].since <= got[k].at && got[k].at <= at);
            if (got[k].kind == ENTRY_CONSUMPTION || got[k].kind == ENTRY_TOPUP)
                assert_true(got[k].amount.nano > 0);
        }
        bool known = was.balance.known && is.balance.known;
        assert_int_equal(sum, known ? is.balance.is.nano - was.balance.is.nano : 0);
    }
}

static struct maybe_money maybe(int64_t amount)
{
    return amount == UNKNOWN ? (struct maybe_money){ .known = false } : money_known(cents(amount));
}

static void a_slight_rise_keeps_the_level_that_is_100_percent(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        enum entry_kind kind;
        int64_t full, was, is, expected; /* cents; UNKNOWN: not known */
    } levels[] = {
        { "a refund", ENTRY_TOPUP, 10000, 1900, 1901, 10000 },
        { "just less than a tenth", ENTRY_TOPUP, 10000, 1900, 2899, 10000 },
        { "a tenth", ENTRY_TOPUP, 10000, 1900, 2900, 2900 },
        { "a top-up", ENTRY_TOPUP, 10000, 1900, 30000, 30000 },
        { "a little more than ever", ENTRY_TOPUP, 10000, 9950, 10050, 10050 },
        { "use", ENTRY_CONSUMPTION, 10000, 9000, 100, 10000 },
        { "a budget set lower", ENTRY_EDIT, 10000, 9800, 5860, 5860 },
        { "a budget set a cent lower", ENTRY_EDIT, 10000, 1900, 1899, 10000 },
        { "other terms", ENTRY_EDIT, 10000, 1900, 1900, 10000 },
        { "a fall that nobody can explain", ENTRY_UNKNOWN, 10000, 9800, 5000, 10000 },
        { "the first that is known", ENTRY_UNKNOWN, UNKNOWN, UNKNOWN, 5000, 5000 },
        { "the first money of an empty one", ENTRY_TOPUP, UNKNOWN, -20, 10, 10 },
        { "still empty", ENTRY_EDIT, UNKNOWN, -20, 0, UNKNOWN },
        { "emptied by an edit", ENTRY_EDIT, 10000, 50, 0, 10000 },
        { "a level that is none", ENTRY_CONSUMPTION, 0, 50, 40, 40 },
    };
    for (size_t i = 0; i < COUNT(levels); i++) {
        struct maybe_money full = maybe(levels[i].full), was = maybe(levels[i].was),
                           is = maybe(levels[i].is);
        if (!maybe_money_equal(ledger_full(full, levels[i].kind, was, is),
                               maybe(levels[i].expected)))
            fail_msg("%s", levels[i].what);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_slight_rise_keeps_the_level_that_is_100_percent),
        cmocka_unit_test(a_change_is_booked_as_what_it_is),
        cmocka_unit_test(an_edit_is_never_taken_for_use),
        cmocka_unit_test(a_token_without_a_budget_has_no_entries),
        cmocka_unit_test(only_what_a_snapshot_holds_makes_readings_differ),
        cmocka_unit_test(entries_add_up_to_the_change_of_the_balance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
