/* What a daemon counts of itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/live.h"

static int64_t requests_of(const struct live_codes *c, int status)
{
    for (size_t i = 0; i < c->count; i++)
        if (c->at[i].status == status)
            return c->at[i].requests;
    return 0;
}

static void each_code_is_counted_by_itself(void **state)
{
    struct live_codes c = { .count = 0 };
    (void)state;
    live_count_code(&c, 200);
    live_count_code(&c, 429);
    live_count_code(&c, 200);
    live_count_code(&c, LIVE_NO_ANSWER);
    assert_int_equal(c.count, 3);
    assert_int_equal(requests_of(&c, 200), 2);
    assert_int_equal(requests_of(&c, 429), 1);
    assert_int_equal(requests_of(&c, LIVE_NO_ANSWER), 1);
}

/* A server that makes up codes cannot make up series without end; what was counted once goes on. */
static void codes_beyond_the_last_place_are_counted_together(void **state)
{
    struct live_codes c = { .count = 0 };
    int64_t all = 0;
    (void)state;
    live_count_code(&c, 200);
    for (int status = 100; status < 600; status++)
        live_count_code(&c, status);
    for (size_t i = 0; i < c.count; i++)
        all += c.at[i].requests;
    assert_int_equal(c.count, LIVE_CODES_MAX);
    assert_int_equal(all, 501);
    assert_int_equal(requests_of(&c, 200), 2);
    assert_int_equal(requests_of(&c, LIVE_OTHER), 501 - 2 - (LIVE_CODES_MAX - 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_code_is_counted_by_itself),
        cmocka_unit_test(codes_beyond_the_last_place_are_counted_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
