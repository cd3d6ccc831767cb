/* What would be if: read strictly, and monotone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "booked_past.h"
#include "core/what_if.h"

static void changes_are_read_as_they_are_written(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t extra_nano;
        double times;
    } rows[] = {
        { "+20.00", 20 * NANO_PER_USD, 1 },
        { "-5", -5 * NANO_PER_USD, 1 },
        { " + 1.5", 3 * NANO_PER_USD / 2, 1 },
        { "burn x1.5", 0, 1.5 },
        { "burn x 0.01", 0, 0.01 },
        { "burnx100", 0, 100 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct what_if w;
        struct fault why;
        assert_true(what_if_parse(span_of(rows[i].text), &w, &why));
        assert_true(w.extra.nano == rows[i].extra_nano && w.burn_times > rows[i].times * 0.9999
                    && w.burn_times < rows[i].times * 1.0001);
    }
}

static void anything_else_is_refused_in_words(void **state)
{
    (void)state;
    static const char *const texts[] = { "",          "20.00",      "+",         "+-5",
                                         "burn",      "burn 1.5",   "burn x0",   "burn x-1",
                                         "burn x101", "burn x1.5y", "+20.00 USD" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct what_if w;
        struct fault why;
        assert_false(what_if_parse(span_of(texts[i]), &w, &why));
        assert_non_null(strstr(why.text, "burn x1.5"));
    }
}

static void more_money_lasts_longer_and_a_faster_burn_does_not(void **state)
{
    (void)state;
    enum { NOW = 1795427400, POLL_S = 300 };
    struct booked_past b;
    booked_init(&b);
    for (unix_s at = NOW - 4 * DAY_S; at <= NOW; at += POLL_S) {
        struct entry e = { ENTRY_CONSUMPTION, { NANO_PER_USD / 100 }, at - POLL_S, at };
        burn_seen(&b.burn, at);
        booked_add(&b, &e);
    }
    struct reading plain = { .balance = money_known((struct money){ 10 * NANO_PER_USD }),
                             .budgeted = true,
                             .expires = TIME_NONE };
    struct curve c = booked_curve(&b, POLL_S, (double)plain.balance.is.nano);
    struct forecast usual = forecast_read(&c, &b.burn, &plain, NOW, DAY_S);
    static const struct what_if richer = { { 10 * NANO_PER_USD }, 1 }, faster = { { 0 }, 2 };

    struct curve twice = c;
    struct reading more = plain;
    what_if_apply(&richer, &twice, &more);
    assert_int_equal(more.balance.is.nano, 20 * NANO_PER_USD);
    struct forecast f = forecast_read(&twice, &b.burn, &more, NOW, DAY_S);
    assert_true(f.early > usual.early && f.likely > usual.likely && f.late > usual.late);

    struct curve quick = c;
    more = plain;
    what_if_apply(&faster, &quick, &more);
    f = forecast_read(&quick, &b.burn, &more, NOW, DAY_S);
    assert_true(f.early < usual.early && f.likely < usual.likely && f.late < usual.late);

    /* Twice the money at twice the pace is where it was. */
    more.balance.is.nano *= 2;
    f = forecast_read(&quick, &b.burn, &more, NOW, DAY_S);
    assert_in_range(f.likely - usual.likely + 60, 0, 120);
    booked_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_are_read_as_they_are_written),
        cmocka_unit_test(anything_else_is_refused_in_words),
        cmocka_unit_test(more_money_lasts_longer_and_a_faster_burn_does_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
