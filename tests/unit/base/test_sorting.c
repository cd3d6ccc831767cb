/* A sort that stops anywhere sorts as one that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/random.h"
#include "base/sorting.h"

enum { MOST = 300 };

struct thing {
    int64_t rank, came;
};

static int by_rank(const void *a, const void *b)
{
    const struct thing *x = a, *y = b;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static void whatever_is_done_in_a_step_all_is_in_order_and_equals_stay_as_they_came(void **state)
{
    struct random random = random_seeded(3);
    struct thing things[MOST];
    (void)state;
    for (size_t count = 0; count < MOST; count += 1 + count / 7) {
        struct sorting s;
        for (size_t i = 0; i < count; i++)
            things[i] = (struct thing){ (int64_t)(random_next(&random) % 40), (int64_t)i };
        sorting_begin(&s, things, count, sizeof *things, by_rank);
        while (sorting_step(&s, 1 + random_next(&random) % 9))
            continue;
        sorting_done(&s);
        for (size_t i = 1; i < count; i++)
            assert_true(
                things[i - 1].rank < things[i].rank
                || (things[i - 1].rank == things[i].rank && things[i - 1].came < things[i].came));
    }
}

static void a_sort_that_is_given_up_has_lost_nothing(void **state)
{
    struct thing things[MOST];
    (void)state;
    for (size_t steps = 0; steps < 2600; steps += 13) {
        struct sorting s;
        int64_t sum = 0;
        for (size_t i = 0; i < MOST; i++)
            things[i] = (struct thing){ (int64_t)(MOST - i), (int64_t)i };
        sorting_begin(&s, things, MOST, sizeof *things, by_rank);
        (void)sorting_step(&s, steps);
        sorting_done(&s);
        for (size_t i = 0; i < MOST; i++)
            sum += things[i].came;
        assert_int_equal(sum, MOST * (MOST - 1) / 2);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_is_done_in_a_step_all_is_in_order_and_equals_stay_as_they_came),
        cmocka_unit_test(a_sort_that_is_given_up_has_lost_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
