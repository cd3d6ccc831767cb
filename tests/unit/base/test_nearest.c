/* "Did you mean": near enough to help, never a wild guess. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/nearest.h"

static const char *const words[] = { "name",      "url",     "key_file",
                                     "interval",  "timeout", "connect_timeout",
                                     "max_tokens" };

static const char *best_for(const char *word)
{
    struct nearest n = nearest_to(span_of(word));
    for (size_t i = 0; i < COUNT(words); i++)
        nearest_try(&n, words[i]);
    return n.best;
}

static void one_slip_of_the_pen_is_understood(void **state)
{
    (void)state;
    assert_string_equal(best_for("intervl"), "interval");   /* left out */
    assert_string_equal(best_for("intervall"), "interval"); /* doubled */
    assert_string_equal(best_for("intarval"), "interval");  /* wrong */
    assert_string_equal(best_for("itnerval"), "interval");  /* swapped */
    assert_string_equal(best_for("INTERVAL"), "interval");
    assert_string_equal(best_for("ulr"), "url");
    assert_string_equal(best_for("time_out"), "timeout");
}

static void a_swap_counts_as_one_edit(void **state)
{
    (void)state;
    struct nearest n = nearest_to(span_of("nmae"));
    nearest_try(&n, "name");
    assert_int_equal(n.distance, 1);
}

static void a_word_that_is_far_from_all_gets_no_suggestion(void **state)
{
    (void)state;
    char endless[200] = { 0 };
    memset(endless, 'a', sizeof endless - 1);
    assert_null(best_for("colour"));
    assert_null(best_for("x"));
    assert_null(best_for(""));
    assert_null(best_for(endless));
}

static void the_nearest_of_several_wins_and_the_first_of_equals(void **state)
{
    (void)state;
    struct nearest n = nearest_to(span_of("timeouts"));
    nearest_try(&n, "timeouty");
    nearest_try(&n, "timeout");
    nearest_try(&n, "timeouts");
    assert_string_equal(n.best, "timeouts");
    struct nearest equals = nearest_to(span_of("cat"));
    nearest_try(&equals, "bat");
    nearest_try(&equals, "hat");
    assert_string_equal(equals.best, "bat");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_slip_of_the_pen_is_understood),
        cmocka_unit_test(a_swap_counts_as_one_edit),
        cmocka_unit_test(a_word_that_is_far_from_all_gets_no_suggestion),
        cmocka_unit_test(the_nearest_of_several_wins_and_the_first_of_equals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
