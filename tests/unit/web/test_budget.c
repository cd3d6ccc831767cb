/* What answers hold together stays within bounds, and a small one is not refused for a large one of
 * another route. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "web/budget.h"

enum { LARGE, SMALL, MEGABYTE = 1 << 20 };

static size_t admitted(struct budget *b, size_t route, size_t queued)
{
    size_t count = 0, reserved;
    while (count < 1000 && budget_admit(b, route, queued, &reserved))
        count++;
    return count;
}

static void answers_are_admitted_as_long_as_all_of_them_have_room(void **state)
{
    struct budget b = { 0 };
    size_t reserved;
    (void)state;
    assert_true(budget_admit(&b, LARGE, 0, &reserved));
    budget_release(&b, LARGE, reserved, 7 * MEGABYTE);
    assert_int_equal(admitted(&b, LARGE, 0), 9);
    assert_int_equal(admitted(&b, SMALL, 0), 1000); /* of which nothing is known to be large */
    for (int i = 0; i < 9; i++)
        budget_release(&b, LARGE, 7 * MEGABYTE, 7 * MEGABYTE);
    assert_int_equal(b.reserved, 0);
    assert_int_equal(admitted(&b, LARGE, 30 * MEGABYTE), 4); /* clients read slowly */
}

static void one_answer_is_made_however_large_and_the_usual_is_forgotten_by_and_by(void **state)
{
    struct budget b = { 0 };
    size_t reserved, rounds = 0;
    (void)state;
    assert_true(budget_admit(&b, LARGE, 0, &reserved));
    budget_release(&b, LARGE, reserved, 100 * MEGABYTE);
    assert_int_equal(admitted(&b, LARGE, 0), 1);
    budget_release(&b, LARGE, 100 * MEGABYTE, MEGABYTE);
    for (; b.usual[LARGE] > 8 * MEGABYTE; rounds++) {
        assert_true(budget_admit(&b, LARGE, 0, &reserved));
        budget_release(&b, LARGE, reserved, MEGABYTE);
    }
    assert_in_range(rounds, 2, 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_admitted_as_long_as_all_of_them_have_room),
        cmocka_unit_test(one_answer_is_made_however_large_and_the_usual_is_forgotten_by_and_by),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
