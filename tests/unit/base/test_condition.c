/* conditions: what the log says of a state that lasts, and how often. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/condition.h"
#include "base/span.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static const struct condition_kind polls = { "polls", "polls work again", LOG_WARNING };
static const struct condition_kind writes = { "writes", "the database takes writes again",
                                              LOG_ERROR };

struct caught {
    int pipe[2], stderr_was;
    char text[8192];
};

static void catch (struct caught *c)
{
    assert_int_equal(pipe(c->pipe), 0);
    fflush(stderr);
    c->stderr_was = dup(STDERR_FILENO);
    dup2(c->pipe[1], STDERR_FILENO);
    close(c->pipe[1]);
}

static const char *read_all(struct caught *c)
{
    dup2(c->stderr_was, STDERR_FILENO);
    close(c->stderr_was);
    ssize_t len = read(c->pipe[0], c->text, sizeof c->text - 1);
    c->text[len > 0 ? len : 0] = '\0';
    close(c->pipe[0]);
    return c->text;
}

static int count_of(const char *text, const char *words)
{
    int n = 0;
    for (const char *at = strstr(text, words); at; at = strstr(at + 1, words))
        n++;
    return n;
}

static void feed(struct conditions *c, const char *subject, int state, const char *text,
                 mono_ms now)
{
    conditions_feed(c, &polls, &(struct condition_now){ subject, state, text }, now);
}

static void a_state_that_lasts_is_logged_at_its_begin_hourly_and_at_its_end(void **state)
{
    (void)state;
    struct conditions c = { 0 };
    struct caught log;
    mono_ms now = 5000;
    catch (&log);
    feed(&c, "main", 0, NULL, now);
    for (mono_ms end = now + 2 * HOUR_MS + 30 * MINUTE_MS; now < end; now += MINUTE_MS) {
        char text[64];
        snprintf(text, sizeof text, "poll unavailable: try %d", (int)(now / MINUTE_MS));
        feed(&c, "main", 2, text, now);
        conditions_turn(&c, now);
    }
    feed(&c, "main", 0, NULL, now);
    feed(&c, "main", 0, NULL, now);
    conditions_turn(&c, now + HOUR_MS);
    const char *text = read_all(&log);
    assert_int_equal(count_of(text, "\n"), 4);
    assert_non_null(strstr(text, " warning: main: poll unavailable: try 0\n"));
    assert_non_null(strstr(text, " warning: main: ongoing for 1h 00m: poll unavailable: try 60\n"));
    assert_non_null(
        strstr(text, " warning: main: ongoing for 2h 00m: poll unavailable: try 120\n"));
    assert_non_null(strstr(text, " notice: main: polls work again after 2h 30m\n"));
    conditions_done(&c);
}

static void a_state_that_turns_into_another_is_logged_with_its_new_words(void **state)
{
    (void)state;
    struct conditions c = { 0 };
    struct caught log;
    catch (&log);
    feed(&c, "main", 2, "poll unavailable: HTTP 503", 0);
    feed(&c, "main", 4, "poll unauthorized: HTTP 401", 10 * MINUTE_MS);
    feed(&c, "main", 0, NULL, 20 * MINUTE_MS);
    const char *text = read_all(&log);
    assert_int_equal(count_of(text, "\n"), 3);
    assert_non_null(strstr(text, "HTTP 401"));
    assert_non_null(strstr(text, "after 20m"));
    conditions_done(&c);
}

static void subjects_and_kinds_have_a_state_each(void **state)
{
    (void)state;
    struct conditions c = { 0 };
    struct caught log;
    catch (&log);
    feed(&c, "a", 1, "x", 0);
    feed(&c, "b", 1, "y", 0);
    conditions_feed(&c, &writes, &(struct condition_now){ "a", 1, "disk full" }, 0);
    feed(&c, "a", 0, NULL, 1000);
    conditions_turn(&c, HOUR_MS);
    const char *text = read_all(&log);
    assert_int_equal(count_of(text, "\n"), 6);
    assert_non_null(strstr(text, " error: a: ongoing for 1h 00m: disk full"));
    assert_non_null(strstr(text, " warning: b: ongoing for 1h 00m: y"));
    conditions_done(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_that_lasts_is_logged_at_its_begin_hourly_and_at_its_end),
        cmocka_unit_test(a_state_that_turns_into_another_is_logged_with_its_new_words),
        cmocka_unit_test(subjects_and_kinds_have_a_state_each),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
