/* The line that people read at night: one row for each way in which an alert can move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/random.h"
#include "wire_scene.h"

static char prod_billing[] = "prod-billing";

static void assert_says(const struct scene *s, const char *line)
{
    struct text said = { 0 };
    alert_event_summary(&s->event, &said);
    assert_string_equal(text_z(&said), line);
    text_done(&said);
}

static void set_rule(struct scene *s, enum rule_kind kind, int64_t warning, int64_t critical)
{
    s->rule.kind = kind;
    s->rule.levels[LEVEL_WARNING] = (struct threshold){ true, warning, warning };
    s->rule.levels[LEVEL_CRITICAL] = (struct threshold){ true, critical, critical };
}

/* Plays the rule's state machine: the threshold of the new level going up, the end of the one left
 * going down. */
static void move(struct scene *s, enum level was, enum level is, int64_t value)
{
    bool up = is > was;
    s->event.transition = (struct transition){
        .kind = was == LEVEL_NONE ? TRANSITION_RAISED
            : is == LEVEL_NONE    ? TRANSITION_RESOLVED
            : up                  ? TRANSITION_WORSENED
                                  : TRANSITION_EASED,
        .was = was,
        .is = is,
        .known = true,
        .value = value,
        .threshold = up ? s->rule.levels[is].at : s->rule.levels[was].clear,
    };
}

static void each_way_a_balance_alert_moves_has_its_line(void **state)
{
    (void)state;
    static const struct {
        enum level was, is;
        int64_t nano;
        const char *line;
    } rows[] = {
        { LEVEL_NONE, LEVEL_WARNING, CENTS(980),
          "warning: prod-billing has 9.80 USD left (below 10.00 USD), empty in about 6h 10m (3h to "
          "12h)" },
        { LEVEL_WARNING, LEVEL_CRITICAL, CENTS(190),
          "critical: prod-billing has 1.90 USD left (below 2.00 USD, was warning), empty in about "
          "6h 10m (3h to 12h)" },
        { LEVEL_CRITICAL, LEVEL_WARNING, CENTS(500),
          "eased to warning: prod-billing has 5.00 USD again (was critical, below 2.00 USD)" },
        { LEVEL_CRITICAL, LEVEL_NONE, USD(50),
          "resolved: prod-billing has 50.00 USD again (was critical, below 2.00 USD)" },
        { LEVEL_NONE, LEVEL_WARNING, CENTS(-150),
          "warning: prod-billing has -1.50 USD left (below 10.00 USD), empty in about 6h 10m (3h "
          "to 12h)" },
    };
    struct scene s;
    scene_set(&s, prod_billing);
    for (size_t i = 0; i < COUNT(rows); i++) {
        move(&s, rows[i].was, rows[i].is, rows[i].nano);
        assert_says(&s, rows[i].line);
    }
    scene_strike(&s);
}

static void rounding_never_hides_that_a_threshold_was_crossed(void **state)
{
    (void)state;
    struct scene s;
    scene_set(&s, prod_billing);
    s.token.forecast.likely = TIME_NONE;
    move(&s, LEVEL_NONE, LEVEL_WARNING, USD(10) - 1000000);
    assert_says(&s, "warning: prod-billing has 9.999 USD left (below 10.00 USD)");
    scene_strike(&s);
}

static void a_percentage_says_of_what(void **state)
{
    (void)state;
    struct scene s;
    scene_set(&s, prod_billing);
    set_rule(&s, RULE_PERCENT_BELOW, 2000, 550);
    s.token.forecast.likely = TIME_FAR;

    s.token.high_water = money_known((struct money){ USD(40) });
    move(&s, LEVEL_NONE, LEVEL_WARNING, 1825);
    assert_says(&s, "warning: prod-billing has 18.25% of 40.00 USD left (below 20%)");

    s.token.last.reset_amount = money_known((struct money){ USD(50) });
    move(&s, LEVEL_WARNING, LEVEL_CRITICAL, 505);
    assert_says(&s, "critical: prod-billing has 5.05% of 50.00 USD left (below 5.5%, was warning)");
    move(&s, LEVEL_CRITICAL, LEVEL_NONE, 8000);
    assert_says(&s, "resolved: prod-billing has 80% of 50.00 USD again (was critical, below 5.5%)");
    scene_strike(&s);
}

static void a_short_runway_says_how_long_and_how_much(void **state)
{
    (void)state;
    struct scene s;
    scene_set(&s, prod_billing);
    set_rule(&s, RULE_EXHAUSTS_WITHIN, 8 * HOUR_S, HOUR_S);

    move(&s, LEVEL_NONE, LEVEL_WARNING, 6 * HOUR_S + 14 * MINUTE_S + 59);
    assert_says(&s,
                "warning: prod-billing is more likely than not empty within 8h: likely in 6h 10m "
                "(3h to 12h), "
                "9.80 USD left");
    move(&s, LEVEL_WARNING, LEVEL_CRITICAL, 40 * MINUTE_S);
    assert_says(&s,
                "critical: prod-billing may be empty within 1h (was warning): likely in 6h 10m (3h "
                "to 12h), "
                "9.80 USD left");
    move(&s, LEVEL_CRITICAL, LEVEL_WARNING, 5 * HOUR_S);
    assert_says(&s,
                "eased to warning: prod-billing runs out later: likely in 6h 10m (3h to 12h) "
                "(was critical, less than 1h)");
    move(&s, LEVEL_WARNING, LEVEL_NONE, 100 * DAY_S + 3 * HOUR_S);
    assert_says(&s,
                "resolved: prod-billing runs out later: likely in 6h 10m (3h to 12h) (was warning, "
                "less than 8h)");
    s.token.last.period = RESET_DAILY;
    move(&s, LEVEL_WARNING, LEVEL_NONE, 36525 * (int64_t)DAY_S);
    assert_says(&s,
                "resolved: prod-billing is likely to last until its next reset in 13h 10m "
                "(was warning, less than 8h)");
    s.token.forecast.early = s.token.forecast.likely = s.token.forecast.late = TIME_FAR;
    assert_says(&s, "resolved: prod-billing has no end in sight (was warning, less than 8h)");
    scene_strike(&s);
}

static void an_exhausted_token_says_that_its_calls_are_refused(void **state)
{
    (void)state;
    struct scene s;
    scene_set(&s, prod_billing);
    s.token.last.balance.is.nano = 0;
    s.token.forecast = (struct forecast){
        .verdict = VERDICT_EXHAUSTED,
        .early = SCENE_AT,
        .likely = SCENE_AT,
        .late = SCENE_AT,
        .horizon = SCENE_AT + WEEK_S,
        .made_at = SCENE_AT,
    };

    move(&s, LEVEL_NONE, LEVEL_WARNING, 0);
    assert_says(&s,
                "warning: prod-billing has 0.00 USD left (below 10.00 USD), its calls are refused");
    set_rule(&s, RULE_EXHAUSTS_WITHIN, 8 * HOUR_S, HOUR_S);
    move(&s, LEVEL_WARNING, LEVEL_CRITICAL, 0);
    assert_says(
        &s,
        "critical: prod-billing is exhausted (was warning): 0.00 USD left, its calls are refused");
    set_rule(&s, RULE_EXHAUSTED, 0, 1);
    move(&s, LEVEL_NONE, LEVEL_CRITICAL, 0);
    s.token.last.period = RESET_DAILY;
    assert_says(&s,
                "critical: prod-billing is exhausted: 0.00 USD left, its calls are refused, next "
                "reset in 13h 10m");
    move(&s, LEVEL_CRITICAL, LEVEL_NONE, USD(50));
    assert_says(&s, "resolved: prod-billing has 50.00 USD again (was critical, exhausted)");
    s.rule.levels[LEVEL_CRITICAL].set = false; /* the rule lost this level while it held */
    move(&s, LEVEL_CRITICAL, LEVEL_NONE, USD(50));
    assert_says(&s, "resolved: prod-billing has 50.00 USD again (was critical)");
    scene_strike(&s);
}

static void what_a_forecast_does_not_know_is_not_said(void **state)
{
    (void)state;
    static const struct {
        unix_s early, likely, late;
        const char *tail;
    } rows[] = {
        { TIME_NONE, TIME_NONE, TIME_NONE, "" },
        { TIME_FAR, TIME_FAR, TIME_FAR, "" },
        { SCENE_AT + DAY_S, SCENE_AT + 20 * 365 * (unix_s)DAY_S, TIME_FAR, "" },
        { SCENE_AT + DAY_S, SCENE_AT + 2 * DAY_S, TIME_FAR,
          ", empty in about 2d (1d at the earliest)" },
        { SCENE_AT + 10, SCENE_AT + 30, SCENE_AT + 3599, ", empty about now (now to 59m)" },
        { SCENE_AT - 90, SCENE_AT - 60, SCENE_AT - 30, ", empty about now" },
    };
    struct scene s;
    scene_set(&s, prod_billing);
    for (size_t i = 0; i < COUNT(rows); i++) {
        s.token.forecast.early = rows[i].early;
        s.token.forecast.likely = rows[i].likely;
        s.token.forecast.late = rows[i].late;
        char line[256];
        snprintf(line, sizeof line, "warning: prod-billing has 9.80 USD left (below 10.00 USD)%s",
                 rows[i].tail);
        assert_says(&s, line);
    }
    scene_strike(&s);
}

/* "1d 2h" -> seconds, "now" -> 0, "years" -> far; *at is moved behind it. */
static int64_t take_words(const char **at)
{
    static const char units[] = "wdhms";
    static const int64_t seconds[] = { WEEK_S, DAY_S, HOUR_S, MINUTE_S, 1 };
    int64_t sum = 0;
    if (strncmp(*at, "now", 3) == 0)
        *at += 3;
    else if (strncmp(*at, "years", 5) == 0)
        return *at += 5, INT64_MAX;
    for (char *end; **at >= '0' && **at <= '9'; *at = end + 1 + (end[1] == ' ')) {
        int64_t count = strtol(*at, &end, 10);
        assert_non_null(strchr(units, *end));
        sum += count * seconds[strchr(units, *end) - units];
    }
    return sum;
}

static int64_t words_after(const char *line, const char *mark)
{
    const char *at = strstr(line, mark);
    assert_non_null(at);
    at += strlen(mark);
    return take_words(&at);
}

/* The tables of status, alerts and forecasts print times by this one function. */
static void durations_keep_their_order_however_they_are_rounded(void **state)
{
    (void)state;
    struct random random = random_seeded(13);
    for (int round = 0; round < 50000; round++) {
        int64_t small = (int64_t)exp((double)(random_next(&random) % 2100) / 100);
        int64_t large = small + (int64_t)exp((double)(random_next(&random) % 2100) / 100);
        char first[DURATION_TEXT_BYTES], second[DURATION_TEXT_BYTES];
        const char *a = duration_format(small, first), *b = duration_format(large, second);
        if (take_words(&a) > take_words(&b))
            fail_msg("%s for %d, and %s for %d", first, (int)small, second, (int)large);
    }
}

static int64_t likely_said(const char *line)
{
    static const char *const marks[] = { "empty in about ", "empty about ", ": likely in ",
                                         ": likely " };
    size_t i = 0;
    while (i + 1 < COUNT(marks) && !strstr(line, marks[i]))
        i++;
    return words_after(line, marks[i]);
}

static void in_words_early_is_never_after_likely_and_likely_never_after_late(void **state)
{
    (void)state;
    static const enum rule_kind kinds[] = { RULE_BALANCE_BELOW, RULE_EXHAUSTS_WITHIN };
    struct random random = random_seeded(20);
    struct scene s;
    scene_set(&s, prod_billing);
    for (int round = 0; round < 20000; round++) {
        double at[3] = { 0 }, step = 0;
        for (int i = 0; i < 3; i++)
            at[i] = step += exp((double)(random_next(&random) % 1700) / 100); /* up to ten months */
        struct text line = { 0 };
        set_rule(&s, kinds[round % 2], 8 * HOUR_S, HOUR_S);
        s.token.forecast.early = SCENE_AT + (int64_t)at[0];
        s.token.forecast.likely = SCENE_AT + (int64_t)at[1];
        s.token.forecast.late = SCENE_AT + (int64_t)at[2];
        move(&s, LEVEL_NONE, LEVEL_WARNING, (int64_t)(random_next(&random) % (8 * HOUR_S)));
        alert_event_summary(&s.event, &line);
        int64_t likely = likely_said(text_z(&line));
        const char *said = strrchr(text_z(&line), '(');
        if (at[2] >= MINUTE_S) {
            int64_t early = words_after(said, "("), late = words_after(said, " to ");
            if (early > likely || likely > late)
                fail_msg("%s", text_z(&line));
        }
        text_done(&line);
    }
    scene_strike(&s);
}

static void an_alert_that_ends_without_a_value_says_why(void **state)
{
    (void)state;
    struct scene s;
    scene_set(&s, prod_billing);
    s.event.transition = (struct transition){ .kind = TRANSITION_RESOLVED, .was = LEVEL_CRITICAL };
    s.event.reason = "token deleted";
    assert_says(&s, "resolved: prod-billing: token deleted (was critical by rule low)");
    scene_strike(&s);
}

static void what_rests_on_credits_that_are_an_estimate_says_so(void **state)
{
    (void)state;
    static const char of_credits[] =
        "warning: account main has 9.80 USD left (below 10.00 USD), empty in about 6h 10m (3h to "
        "12h); the credits are an estimate";
    struct scene s;
    scene_set(&s, prod_billing);
    s.event.credits = CREDITS_ESTIMATED;
    assert_says(&s,
                "warning: prod-billing has 9.80 USD left (below 10.00 USD), empty in about 6h "
                "10m (3h to 12h)"); /* its own budget ends first */
    s.token.forecast.limit = LIMIT_CREDITS;
    assert_says(&s,
                "warning: prod-billing has 9.80 USD left on its account (below 10.00 USD), empty "
                "in about 6h "
                "10m (3h to 12h); the credits are an estimate");
    s.token.forecast.limit = LIMIT_BALANCE;
    s.token.series = SERIES_CREDITS;
    assert_says(&s, of_credits);
    struct text standing = { 0 };
    alert_event_standing(&s.event, &standing);
    assert_non_null(strstr(of_credits, text_z(&standing)));
    assert_non_null(strstr(text_z(&standing), "; the credits are an estimate"));
    text_done(&standing);
    s.event.credits = CREDITS_BY_API;
    assert_says(&s,
                "warning: account main has 9.80 USD left (below 10.00 USD), empty in about 6h "
                "10m (3h to 12h)");
    scene_strike(&s);
}

static void a_name_cannot_write_to_the_terminal_or_flood_it(void **state)
{
    (void)state;
    char nasty[] = "a\x1b[31m\nb", endless[201];
    memset(endless, 'x', 200);
    endless[200] = '\0';
    struct scene s;
    scene_set(&s, nasty);
    s.token.forecast.likely = TIME_NONE;
    assert_says(&s,
                "warning: a\xef\xbf\xbd[31m\xef\xbf\xbd"
                "b has 9.80 USD left (below 10.00 USD)");
    scene_set(&s, endless);
    struct text said = { 0 };
    alert_event_summary(&s.event, &said);
    assert_in_range(said.len, 60, 200);
    text_done(&said);
    scene_strike(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_a_balance_alert_moves_has_its_line),
        cmocka_unit_test(rounding_never_hides_that_a_threshold_was_crossed),
        cmocka_unit_test(a_percentage_says_of_what),
        cmocka_unit_test(a_short_runway_says_how_long_and_how_much),
        cmocka_unit_test(an_exhausted_token_says_that_its_calls_are_refused),
        cmocka_unit_test(what_a_forecast_does_not_know_is_not_said),
        cmocka_unit_test(durations_keep_their_order_however_they_are_rounded),
        cmocka_unit_test(in_words_early_is_never_after_likely_and_likely_never_after_late),
        cmocka_unit_test(an_alert_that_ends_without_a_value_says_why),
        cmocka_unit_test(what_rests_on_credits_that_are_an_estimate_says_so),
        cmocka_unit_test(a_name_cannot_write_to_the_terminal_or_flood_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
