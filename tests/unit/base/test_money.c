/* Money is exact: every decimal form of the API comes back as the very same nano-dollars. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/money.h"
#include "base/random.h"

enum { ROUNDS = 20000, FORM_BYTES = 128 };

static int64_t parsed(const char *text)
{
    struct money m = { INT64_MIN };
    struct fault why = { 0 };
    if (!money_parse(span_of(text), &m, &why))
        fail_msg("%s: %s", text, why.text);
    return m.nano;
}

static void assert_refused(struct span text)
{
    struct money m = { 77 };
    struct fault why = { .kind = FAULT_FATAL };
    if (money_parse(text, &m, &why))
        fail_msg("\"%.*s\" was read as %" PRId64, (int)text.len, text.at, m.nano);
    assert_int_equal(why.kind, FAULT_REJECT);
    assert_int_equal(m.nano, 77);
}

/* Amounts of all sizes: each number of digits is as likely as any other. */
static int64_t random_nano(struct random *r)
{
    int64_t limit = 10;
    for (uint64_t digits = random_next(r) % 17; digits; digits--)
        limit *= 10;
    int64_t nano = (int64_t)(random_next(r) % (uint64_t)limit) % (MONEY_LIMIT_NANO + 1);
    return random_next(r) & 1 ? -nano : nano;
}

static const char *sign_of(int64_t nano)
{
    return nano < 0 ? "-" : "";
}

static void write_padded(int64_t nano, char *out)
{
    uint64_t size = (uint64_t)llabs(nano);
    snprintf(out, FORM_BYTES, "%s%" PRIu64 ".%09" PRIu64, sign_of(nano), size / 1000000000,
             size % 1000000000);
}

static void write_zero_padded(int64_t nano, char *out)
{
    uint64_t size = (uint64_t)llabs(nano);
    snprintf(out, FORM_BYTES, "%s000%" PRIu64 ".%09" PRIu64 "0000", nano < 0 ? "-" : "+",
             size / 1000000000, size % 1000000000);
}

static void write_exponent(int64_t nano, char *out)
{
    snprintf(out, FORM_BYTES, "%s%" PRIu64 "e-9", sign_of(nano), (uint64_t)llabs(nano));
}

static void write_scientific(int64_t nano, char *out)
{
    char digits[24];
    int len = snprintf(digits, sizeof digits, "%" PRIu64, (uint64_t)llabs(nano));
    snprintf(out, FORM_BYTES, "%s%c.%s0E%+03d", sign_of(nano), digits[0], digits + 1, len - 10);
}

static void write_fraction_only(int64_t nano, char *out)
{
    snprintf(out, FORM_BYTES, "%s0.%019" PRIu64 "e10", sign_of(nano), (uint64_t)llabs(nano));
}

static void write_double(int64_t nano, char *out)
{
    snprintf(out, FORM_BYTES, "%.17g", (double)nano / 1e9);
}

static void write_ours(int64_t nano, char *out)
{
    money_format((struct money){ nano }, out);
}

static void every_decimal_form_is_read_exactly(void **state)
{
    (void)state;
    static void (*const forms[])(int64_t, char *) = {
        write_padded,        write_zero_padded, write_exponent, write_scientific,
        write_fraction_only, write_double,      write_ours,
    };
    struct random r = random_seeded(1);
    for (int i = 0; i < ROUNDS; i++) {
        int64_t nano = random_nano(&r);
        for (size_t f = 0; f < COUNT(forms); f++) {
            char text[FORM_BYTES];
            forms[f](nano, text);
            if (parsed(text) != nano)
                fail_msg("%s is not %" PRId64 " nano-dollars", text, nano);
        }
    }
}

static void json_numbers_are_read_exactly(void **state)
{
    (void)state;
    struct random r = random_seeded(2);
    struct fault why;
    for (int i = 0; i < ROUNDS; i++) {
        int64_t nano =
            i & 1 ? random_nano(&r) : MONEY_LIMIT_NANO - (int64_t)(random_next(&r) >> 14);
        char text[FORM_BYTES];
        struct money m;
        write_padded(
            nano, text); /* strtod is correctly rounded; a division in the test would round twice */
        if (!money_from_double(strtod(text, NULL), &m, &why) || m.nano != nano)
            fail_msg("%s became %" PRId64, text, m.nano);
    }
}

static void costs_of_binary_floating_point_become_whole_nano_dollars(void **state)
{
    (void)state;
    struct fault why;
    struct money m;
    assert_true(money_from_double(0.03000000000000001, &m, &why));
    assert_int_equal(m.nano, 30000000);
    assert_true(money_from_double(-0.1 - 0.2, &m, &why));
    assert_int_equal(m.nano, -300000000);
    assert_true(money_from_double(-0.0, &m, &why));
    assert_int_equal(m.nano, 0);
}

static void decimals_beyond_the_ninth_are_rounded_half_away_from_zero(void **state)
{
    (void)state;
    assert_int_equal(parsed("0.0000000005"), 1);
    assert_int_equal(parsed("-0.0000000005"), -1);
    assert_int_equal(parsed("0.00000000049999999999999999999999"), 0);
    assert_int_equal(parsed("1.9999999999"), 2000000000);
    assert_int_equal(parsed("0.30000000000000004"), 300000000);
    assert_int_equal(parsed("123456.7890123455"), 123456789012346);
    assert_int_equal(parsed("5e-10"), 1);
    assert_int_equal(parsed("49999e-14"), 0);
}

static void great_exponents_are_neither_cut_nor_slow(void **state)
{
    (void)state;
    enum { ZEROS = 5000 };
    char text[ZEROS + 32] = "0.";
    memset(text + 2, '0', ZEROS);
    snprintf(text + 2 + ZEROS, 30, "15e%d", ZEROS + 1);
    assert_int_equal(parsed(text), 1500000000);
    assert_int_equal(parsed("0e999999999999"), 0);
    assert_int_equal(parsed("7e-999999999999"), 0);
    assert_refused(span_of("1e999999999999"));
}

static void what_is_no_amount_is_refused_and_leaves_the_result_alone(void **state)
{
    (void)state;
    static const char *const rows[] = {
        "",    " ",    "1 ",    " 1",    "abc", "1.",      ".5",
        "-",   "+",    "--1",   "1.2.3", "1e",  "1e+",     "e5",
        "1,5", "0x1",  "1_000", "NaN",   "inf", "1$",      "4000000.000000001",
        "1e7", "-5e6", "1e400", "١",     "1-",  "1.5e1.5", "99999999999999999999999",
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_refused(span_of(rows[i]));
    assert_refused((struct span){ NULL, 0 });
    assert_refused((struct span){ "1\0", 2 });
}

static void numbers_that_are_not_finite_or_too_large_are_refused(void **state)
{
    (void)state;
    const double rows[] = { NAN, INFINITY, -INFINITY, 1e300, 4000001, -4000001 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct money m = { 77 };
        struct fault why;
        assert_false(money_from_double(rows[i], &m, &why));
        assert_int_equal(m.nano, 77);
    }
}

static void the_limit_itself_is_an_amount(void **state)
{
    (void)state;
    assert_int_equal(parsed("4000000"), MONEY_LIMIT_NANO);
    assert_int_equal(parsed("-4e6"), -MONEY_LIMIT_NANO);
}

static void garbage_is_read_or_refused_but_never_crashes(void **state)
{
    (void)state;
    static const char letters[] = "0123456789..eE+-- \n\x80x";
    struct random r = random_seeded(3);
    for (int i = 0; i < ROUNDS * 5; i++) {
        char text[40];
        size_t len = random_next(&r) % sizeof text;
        for (size_t k = 0; k < len; k++)
            text[k] = letters[random_next(&r) % (sizeof letters - 1)];
        struct money m;
        struct fault why;
        if (money_parse((struct span){ text, len }, &m, &why))
            assert_in_range(m.nano + MONEY_LIMIT_NANO, 0, 2 * MONEY_LIMIT_NANO);
    }
}

static void amounts_are_printed_with_two_to_nine_decimals(void **state)
{
    (void)state;
    static const struct {
        int64_t nano;
        const char *exact, *cents;
    } rows[] = {
        { 0, "0.00", "0.00" },
        { 1, "0.000000001", "0.000000001" },
        { -1, "-0.000000001", "-0.000000001" },
        { 2335480, "0.00233548", "0.0023" },
        { 3996724744, "3.996724744", "4.00" },
        { -100000000, "-0.10", "-0.10" },
        { 50000000000, "50.00", "50.00" },
        { 12345000000, "12.345", "12.35" },
        { -12345000000, "-12.345", "-12.35" },
        { 999999999, "0.999999999", "1.00" },
        { MONEY_LIMIT_NANO, "4000000.00", "4000000.00" },
        { INT64_MIN, "-9223372036.854775808", "-9223372036.85" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[MONEY_TEXT_BYTES];
        assert_string_equal(money_format((struct money){ rows[i].nano }, out), rows[i].exact);
        assert_string_equal(money_format_cents((struct money){ rows[i].nano }, out), rows[i].cents);
    }
}

static void an_amount_never_looks_like_the_limit_that_it_is_compared_with(void **state)
{
    (void)state;
    static const struct {
        int64_t nano, limit;
        const char *shown;
    } rows[] = {
        { 9999000000, 10000000000, "9.999" },
        { 9990000000, 10000000000, "9.99" },
        { 10000000000, 10000000000, "10.00" },
        { 3996724744, 0, "4.00" },
        { -1, 0, "-0.000000001" },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        char out[MONEY_TEXT_BYTES];
        struct money amount = { rows[i].nano }, limit = { rows[i].limit };
        assert_string_equal(money_format_beside(amount, limit, out), rows[i].shown);
    }
}

static void unknown_is_not_zero(void **state)
{
    (void)state;
    struct maybe_money unknown = { .known = false, .is = { 5 } },
                       zero = money_known((struct money){ 0 });
    assert_false(maybe_money_equal(unknown, zero));
    assert_true(maybe_money_equal(unknown, (struct maybe_money){ 0 }));
    assert_true(maybe_money_equal(zero, money_known((struct money){ 0 })));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_decimal_form_is_read_exactly),
        cmocka_unit_test(json_numbers_are_read_exactly),
        cmocka_unit_test(costs_of_binary_floating_point_become_whole_nano_dollars),
        cmocka_unit_test(decimals_beyond_the_ninth_are_rounded_half_away_from_zero),
        cmocka_unit_test(great_exponents_are_neither_cut_nor_slow),
        cmocka_unit_test(what_is_no_amount_is_refused_and_leaves_the_result_alone),
        cmocka_unit_test(numbers_that_are_not_finite_or_too_large_are_refused),
        cmocka_unit_test(the_limit_itself_is_an_amount),
        cmocka_unit_test(garbage_is_read_or_refused_but_never_crashes),
        cmocka_unit_test(amounts_are_printed_with_two_to_nine_decimals),
        cmocka_unit_test(an_amount_never_looks_like_the_limit_that_it_is_compared_with),
        cmocka_unit_test(unknown_is_not_zero),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
