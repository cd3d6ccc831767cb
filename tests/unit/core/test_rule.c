/* Rules: the value of each kind, whom a rule concerns, and the life of an alert under any sequence
 * of values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"
#include "core/alert_event/words.h"
#include "core/rule/kinds.h"

#define NO_DATA INT64_MIN
#define CENTURY_S (INT64_C(36525) * DAY_S)

/* Warning below 100 until 120, critical below 20 until 40. */
static struct rule two_levels(int64_t hold_s)
{
    struct rule rule = { .name = "low", .kind = RULE_BALANCE_BELOW, .hold_s = hold_s };
    rule.levels[LEVEL_WARNING] = (struct threshold){ true, 100, 120 };
    rule.levels[LEVEL_CRITICAL] = (struct threshold){ true, 20, 40 };
    return rule;
}

/* A value that is known for certain. */
static struct transition step(const struct rule *rule, struct alert *alert, bool known,
                              int64_t value, unix_s now)
{
    return rule_step(rule, alert, known, (struct rule_value){ .at = value, .clear = value }, now);
}

struct moment {
    unix_s now;
    int64_t value;
    enum transition_kind kind;
    enum level level; /* announced afterwards */
};

#define STORY(...)                                                                                 \
    (const struct moment[]){ __VA_ARGS__ }, COUNT(((const struct moment[]){ __VA_ARGS__ }))

static void play(const char *what, struct rule rule, const struct moment *moments, size_t count)
{
    struct alert alert = { 0 };
    for (size_t i = 0; i < count; i++) {
        const struct moment *m = &moments[i];
        struct transition t = step(&rule, &alert, m->value != NO_DATA, m->value, m->now);
        if (t.kind != m->kind || alert.level != m->level)
            fail_msg("%s, at %lld: %s, now %s", what, (long long)m->now, transition_name(t.kind),
                     level_name(alert.level));
    }
}

static void an_alert_lives_as_its_thresholds_say(void **state)
{
    (void)state;
    play("the worst level is announced at once", two_levels(0),
         STORY({ 0, 150, TRANSITION_NONE, LEVEL_NONE },
               { 1, 10, TRANSITION_RAISED, LEVEL_CRITICAL },
               { 2, 5, TRANSITION_NONE, LEVEL_CRITICAL }));
    play("levels are crossed one by one", two_levels(0),
         STORY({ 0, 100, TRANSITION_NONE, LEVEL_NONE }, { 1, 99, TRANSITION_RAISED, LEVEL_WARNING },
               { 2, 20, TRANSITION_NONE, LEVEL_WARNING },
               { 3, 19, TRANSITION_WORSENED, LEVEL_CRITICAL }));
    play("a level ends at its clearing threshold", two_levels(0),
         STORY(
             { 0, 10, TRANSITION_RAISED, LEVEL_CRITICAL },
             { 1, 39, TRANSITION_NONE, LEVEL_CRITICAL }, { 2, 40, TRANSITION_EASED, LEVEL_WARNING },
             { 3, 119, TRANSITION_NONE, LEVEL_WARNING },
             { 4, 120, TRANSITION_RESOLVED, LEVEL_NONE }, { 5, 110, TRANSITION_NONE, LEVEL_NONE }));
    play("a milder level stands until its own clearing threshold", two_levels(0),
         STORY({ 0, 10, TRANSITION_RAISED, LEVEL_CRITICAL },
               { 1, 110, TRANSITION_EASED, LEVEL_WARNING },
               { 2, 150, TRANSITION_RESOLVED, LEVEL_NONE }));
    play("a top-up resolves at once", two_levels(600),
         STORY({ 0, 10, TRANSITION_NONE, LEVEL_NONE },
               { 600, 10, TRANSITION_RAISED, LEVEL_CRITICAL },
               { 601, 500, TRANSITION_RESOLVED, LEVEL_NONE }));
    play("no data changes nothing", two_levels(0),
         STORY({ 0, 50, TRANSITION_RAISED, LEVEL_WARNING },
               { 1, NO_DATA, TRANSITION_NONE, LEVEL_WARNING },
               { 9999, NO_DATA, TRANSITION_NONE, LEVEL_WARNING },
               { 10000, 50, TRANSITION_NONE, LEVEL_WARNING }));
}

static void a_level_is_announced_after_its_hold_time(void **state)
{
    (void)state;
    play("not a second earlier", two_levels(600),
         STORY({ 0, 50, TRANSITION_NONE, LEVEL_NONE }, { 599, 50, TRANSITION_NONE, LEVEL_NONE },
               { 600, 50, TRANSITION_RAISED, LEVEL_WARNING }));
    play("a dip that ends in time is never announced", two_levels(600),
         STORY({ 0, 50, TRANSITION_NONE, LEVEL_NONE }, { 599, 100, TRANSITION_NONE, LEVEL_NONE },
               { 600, 50, TRANSITION_NONE, LEVEL_NONE }, { 1199, 50, TRANSITION_NONE, LEVEL_NONE },
               { 1200, 50, TRANSITION_RAISED, LEVEL_WARNING }));
    play("flitting between two levels does not put off both", two_levels(600),
         STORY({ 0, 10, TRANSITION_NONE, LEVEL_NONE }, { 300, 50, TRANSITION_NONE, LEVEL_NONE },
               { 400, 10, TRANSITION_NONE, LEVEL_NONE },
               { 600, 10, TRANSITION_RAISED, LEVEL_WARNING },
               { 1199, 10, TRANSITION_NONE, LEVEL_WARNING },
               { 1200, 10, TRANSITION_WORSENED, LEVEL_CRITICAL }));
    play("a pending level survives missing data", two_levels(600),
         STORY({ 0, 50, TRANSITION_NONE, LEVEL_NONE },
               { 700, NO_DATA, TRANSITION_NONE, LEVEL_NONE },
               { 701, 50, TRANSITION_RAISED, LEVEL_WARNING }));
    play("a clock set back does not hold for longer than the hold time", two_levels(600),
         STORY({ 100000, 50, TRANSITION_NONE, LEVEL_NONE }, { 0, 50, TRANSITION_NONE, LEVEL_NONE },
               { 599, 50, TRANSITION_NONE, LEVEL_NONE },
               { 600, 50, TRANSITION_RAISED, LEVEL_WARNING }));
    play("a worse level has its own hold time", two_levels(600),
         STORY({ 0, 50, TRANSITION_NONE, LEVEL_NONE },
               { 600, 50, TRANSITION_RAISED, LEVEL_WARNING },
               { 700, 10, TRANSITION_NONE, LEVEL_WARNING },
               { 1300, 10, TRANSITION_WORSENED, LEVEL_CRITICAL }));
}

static void a_rule_may_have_one_level_only(void **state)
{
    (void)state;
    struct rule rule = two_levels(0);
    rule.levels[LEVEL_WARNING].set = false;
    play("critical alone", rule,
         STORY({ 0, 50, TRANSITION_NONE, LEVEL_NONE }, { 1, 19, TRANSITION_RAISED, LEVEL_CRITICAL },
               { 2, 40, TRANSITION_RESOLVED, LEVEL_NONE }));
}

static void a_transition_names_the_threshold_that_was_crossed(void **state)
{
    (void)state;
    struct rule rule = two_levels(0);
    struct alert alert = { 0 };
    struct transition t = step(&rule, &alert, true, 10, 5);
    assert_true(t.known && t.value == 10 && t.threshold == 20);
    assert_true(t.was == LEVEL_NONE && t.is == LEVEL_CRITICAL && alert.since == 5);
    t = step(&rule, &alert, true, 50, 6);
    assert_true(t.value == 50 && t.threshold == 40);
    t = step(&rule, &alert, true, 120, 7);
    assert_true(t.threshold == 120 && t.was == LEVEL_WARNING);
}

static void an_episode_begins_when_the_level_first_held(void **state)
{
    (void)state;
    struct rule rule = two_levels(600);
    struct alert alert = { 0 };
    step(&rule, &alert, true, 50, 1000);
    step(&rule, &alert, true, 50, 1700);
    assert_int_equal(alert.since, 1000);
}

static void the_end_of_a_token_resolves_its_alert_once(void **state)
{
    (void)state;
    struct rule rule = two_levels(600);
    struct alert alert = { 0 };
    step(&rule, &alert, true, 50, 0);
    assert_int_equal(rule_end(&alert, 1).kind, TRANSITION_NONE);
    step(&rule, &alert, true, 50, 2);
    step(&rule, &alert, true, 50, 602);
    struct transition t = rule_end(&alert, 603);
    assert_true(t.kind == TRANSITION_RESOLVED && t.was == LEVEL_WARNING && !t.known);
    assert_true(alert.episode == 1 && alert.step == 2);
    assert_int_equal(rule_end(&alert, 604).kind, TRANSITION_NONE);
}

/* What a subscriber may rely on, checked on each transition. */
static void check_transition(struct transition t, const struct alert *was, const struct alert *is)
{
    if (t.kind == TRANSITION_NONE) {
        assert_true(is->level == was->level && is->episode == was->episode
                    && is->step == was->step);
        return;
    }
    assert_true(t.was == was->level && t.is == is->level && t.was != t.is);
    assert_true(is->episode > was->episode
                || (is->episode == was->episode && is->step == was->step + 1));
    assert_int_equal(t.kind == TRANSITION_RAISED, is->episode > was->episode);
    assert_int_equal(t.kind == TRANSITION_RAISED, t.was == LEVEL_NONE);
    assert_int_equal(t.kind == TRANSITION_RESOLVED, t.is == LEVEL_NONE);
    assert_int_equal(t.kind == TRANSITION_WORSENED, t.was != LEVEL_NONE && t.is > t.was);
    assert_true(t.kind != TRANSITION_RAISED || is->step == 1);
}

static void random_walks_keep_every_promise(void **state)
{
    (void)state;
    struct random random = random_seeded(6);
    for (int run = 0; run < 300; run++) {
        struct rule rule = two_levels((int64_t)(random_next(&random) % 3 * 600));
        if (run % 2)
            rule.levels[LEVEL_INFO] = (struct threshold){ true, 140, 140 };
        struct alert alert = { 0 };
        unix_s now = 1000000, below_since[LEVELS] = { 0 };
        int64_t value = 200;
        for (int i = 0; i < 400; i++) {
            now += random_next(&random) % 50 ? (int64_t)(random_next(&random) % 400) : -5000;
            value += (int64_t)(random_next(&random) % 61) - 30;
            value = value < -50 ? 250 : value;
            bool known = random_next(&random) % 8 != 0;
            for (enum level l = LEVEL_INFO; l < LEVELS; l++)
                if (known && (value >= rule.levels[l].at || below_since[l] > now))
                    below_since[l] = now;

            struct alert was = alert;
            struct transition t = step(&rule, &alert, known, value, now);
            check_transition(t, &was, &alert);
            if (!known)
                assert_memory_equal(&was, &alert, sizeof alert);
            if (t.is > t.was)
                assert_true(value < rule.levels[t.is].at && now - below_since[t.is] >= rule.hold_s);
            if (t.is < t.was)
                assert_true(value >= rule.levels[t.was].clear);
        }
    }
}

static void noise_between_the_thresholds_is_silent(void **state)
{
    (void)state;
    struct random random = random_seeded(7);
    struct rule rule = two_levels(0);
    struct alert alert = { 0 };
    step(&rule, &alert, true, 99, 0);
    for (unix_s now = 1; now < 10000; now++)
        assert_int_equal(
            step(&rule, &alert, true, 20 + (int64_t)(random_next(&random) % 100), now).kind,
            TRANSITION_NONE);
    assert_int_equal(alert.level, LEVEL_WARNING);
}

static void a_level_that_goes_on_holding_is_announced_in_the_end(void **state)
{
    (void)state;
    struct random random = random_seeded(8);
    for (int run = 0; run < 200; run++) {
        struct rule rule = two_levels(600);
        struct alert alert = { 0 };
        unix_s now = 0;
        for (int i = 0; i < 20; i++)
            step(&rule, &alert, true, (int64_t)(random_next(&random) % 200), now += 100);
        for (int i = 0; i < 13; i++)
            step(&rule, &alert, true, 10, now += 100);
        assert_int_equal(alert.level, LEVEL_CRITICAL);
    }
}

static struct reading budget(int64_t balance)
{
    return (struct reading){
        .name = "prod-billing-api",
        .type = "api_token",
        .balance = money_known((struct money){ balance }),
        .budgeted = true,
        .expires = TIME_NONE,
    };
}

static int64_t value_of(enum rule_kind kind, struct reading r, struct forecast f,
                        struct maybe_money high_water)
{
    struct rule rule = { .kind = kind };
    struct snapshot s = {
        .account = "main", .reading = &r, .forecast = &f, .high_water = high_water, .now = 1000
    };
    struct rule_value value = { .at = NO_DATA, .clear = NO_DATA };
    bool known = rule_value(&rule, &s, &value);
    assert_int_equal(known, value.at != NO_DATA);
    assert_true(value.clear == value.at);
    return value.at;
}

static void balance_rules_see_a_known_budget_only(void **state)
{
    (void)state;
    static const enum rule_kind balance_kinds[] = { RULE_BALANCE_BELOW, RULE_PERCENT_BELOW,
                                                    RULE_EXHAUSTED };
    struct maybe_money risen = money_known((struct money){ 100 });
    struct forecast none = { 0 };
    for (size_t i = 0; i < COUNT(balance_kinds); i++) {
        struct reading r = budget(50);
        assert_true(value_of(balance_kinds[i], r, none, risen) != NO_DATA);
        r.budgeted = false;
        assert_true(value_of(balance_kinds[i], r, none, risen) == NO_DATA);
        r = budget(50);
        r.balance.known = false;
        assert_true(value_of(balance_kinds[i], r, none, risen) == NO_DATA);
    }
    assert_int_equal(value_of(RULE_BALANCE_BELOW, budget(-7), none, risen), -7);
    assert_int_equal(value_of(RULE_EXHAUSTED, budget(0), none, risen), 0);
}

static void percent_is_of_the_reset_amount_or_else_of_the_level_it_rose_to(void **state)
{
    (void)state;
    struct forecast none = { 0 };
    struct maybe_money unknown = { 0 }, risen = money_known((struct money){ 200 });
    struct reading r = budget(50);
    assert_int_equal(value_of(RULE_PERCENT_BELOW, r, none, risen), 2500);
    assert_true(value_of(RULE_PERCENT_BELOW, r, none, unknown) == NO_DATA);
    assert_true(value_of(RULE_PERCENT_BELOW, r, none, money_known((struct money){ 0 })) == NO_DATA);
    r.reset_amount = money_known((struct money){ 400 });
    assert_int_equal(value_of(RULE_PERCENT_BELOW, r, none, risen), 1250);
    r = budget(19999);
    assert_int_equal(value_of(RULE_PERCENT_BELOW, r, none, money_known((struct money){ 100000 })),
                     1999);
    assert_int_equal(
        value_of(RULE_PERCENT_BELOW, budget(-1), none, money_known((struct money){ 100000 })), -1);
    assert_true(value_of(RULE_PERCENT_BELOW, budget(MONEY_LIMIT_NANO), none,
                         money_known((struct money){ 1 }))
                > 0);
}

static void what_is_empty_has_no_percent_left_whatever_it_had(void **state)
{
    (void)state;
    struct forecast none = { 0 };
    struct maybe_money unknown = { 0 }, nothing = money_known((struct money){ 0 });
    for (int64_t nano = -100; nano <= 0; nano += 50) {
        assert_int_equal(value_of(RULE_PERCENT_BELOW, budget(nano), none, unknown), 0);
        assert_int_equal(value_of(RULE_PERCENT_BELOW, budget(nano), none, nothing), 0);
        struct reading r = budget(nano);
        r.reset_amount = nothing;
        assert_int_equal(value_of(RULE_PERCENT_BELOW, r, none, unknown), 0);
        assert_true(value_of(RULE_PERCENT_BELOW, r, none, money_known((struct money){ 50 })) <= 0);
    }
    struct reading r = budget(25);
    r.reset_amount = nothing; /* which is no measure for what there is */
    assert_int_equal(value_of(RULE_PERCENT_BELOW, r, none, money_known((struct money){ 50 })),
                     5000);
}

static void runway_is_told_when_there_is_one(void **state)
{
    (void)state;
    static const struct {
        enum verdict verdict;
        unix_s alarm;
        int64_t value;
    } rows[] = {
        { VERDICT_LEARNING, TIME_NONE, NO_DATA },
        { VERDICT_NO_BUDGET, TIME_NONE, NO_DATA },
        { VERDICT_STALE, TIME_NONE, NO_DATA },
        { VERDICT_IDLE, TIME_FAR, CENTURY_S },
        { VERDICT_SAFE, TIME_FAR, CENTURY_S },
        { VERDICT_SAFE, 1000 + 5000, 5000 },
        { VERDICT_TIGHT, 1000 + 300, 300 },
        { VERDICT_RUNS_DRY, 1000 + 1, 1 },
        { VERDICT_RUNS_DRY, 500, 0 },
        { VERDICT_EXHAUSTED, 1000, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct forecast f = { .verdict = rows[i].verdict,
                              .alarm = rows[i].alarm,
                              .relief = rows[i].alarm };
        struct maybe_money unknown = { 0 };
        assert_true(value_of(RULE_EXHAUSTS_WITHIN, budget(50), f, unknown) == rows[i].value);
    }
}

static void before_a_reset_the_verdict_says_whether_a_runway_counts(void **state)
{
    (void)state;
    struct reading r = budget(50);
    struct maybe_money unknown = { 0 };
    r.period = RESET_DAILY; /* the midnight in Paris is 81,800 seconds ahead */
    static const struct {
        enum verdict verdict;
        unix_s alarm;
        int64_t value;
    } rows[] = {
        { VERDICT_SAFE, 1000 + 300, CENTURY_S }, { VERDICT_TIGHT, 1000 + 300, CENTURY_S },
        { VERDICT_RUNS_DRY, 1000 + 300, 300 },   { VERDICT_RUNS_DRY, 1000 + 5 * DAY_S, 81799 },
        { VERDICT_EXHAUSTED, 1000, 0 },
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct forecast f = { .verdict = rows[i].verdict,
                              .alarm = rows[i].alarm,
                              .relief = rows[i].alarm };
        assert_true(value_of(RULE_EXHAUSTS_WITHIN, r, f, unknown) == rows[i].value);
    }
}

static void a_wavering_forecast_raises_one_alert_and_ends_it_once(void **state)
{
    (void)state;
    struct rule rule = { .kind = RULE_EXHAUSTS_WITHIN };
    rule.levels[LEVEL_WARNING] = (struct threshold){ true, 100, 100 };
    static const struct {
        unix_s alarm, relief;
        enum transition_kind kind;
        int64_t value;
    } rows[] = {
        { 120, 90, TRANSITION_NONE, 0 }, /* the early chance alone does not raise it */
        { 99, 60, TRANSITION_RAISED, 99 },
        { 101, 61, TRANSITION_NONE, 0 }, /* nor does a hair of relief end it */
        { 160, 99, TRANSITION_NONE, 0 },
        { 161, 100, TRANSITION_RESOLVED, 100 },
        { 140, 90, TRANSITION_NONE, 0 },
    };
    struct alert alert = { 0 };
    struct reading r = budget(50);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct forecast f = { .verdict = VERDICT_TIGHT,
                              .alarm = 1000 + rows[i].alarm,
                              .relief = 1000 + rows[i].relief };
        struct snapshot s = { .account = "main", .reading = &r, .forecast = &f, .now = 1000 };
        struct rule_value value = { 0 };
        bool known = rule_value(&rule, &s, &value);
        struct transition t = rule_step(&rule, &alert, known, value, 1000);
        assert_int_equal(t.kind, rows[i].kind);
        if (t.kind != TRANSITION_NONE)
            assert_int_equal(t.value, rows[i].value);
    }
}

static void a_rule_concerns_tokens_by_all_its_patterns(void **state)
{
    (void)state;
    static const struct {
        const char *token, *account, *environment, *type;
        bool matches;
    } rows[] = {
        { "", "", "", "", true },
        { "prod-*", "", "", "", true },
        { "dev-*", "", "", "", false },
        { "prod-*", "main", "prod", "api_token", true },
        { "prod-*", "other", "prod", "api_token", false },
        { "*", "*", "pro", "*", false },
        { "", "", "prod", "sandbox_*", false },
    };
    struct reading r = budget(1);
    struct snapshot s = { .account = "main", .reading = &r };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct rule rule = { .kind = RULE_EXHAUSTED };
        strcpy(rule.token, rows[i].token);
        strcpy(rule.account, rows[i].account);
        strcpy(rule.environment, rows[i].environment);
        strcpy(rule.type, rows[i].type);
        assert_int_equal(rule_matches(&rule, &s), rows[i].matches);
    }
}

static void a_drift_alerts_when_it_is_above_whichever_source_tells_more(void **state)
{
    (void)state;
    struct rule rule = { .name = "drift", .kind = RULE_DRIFT_ABOVE };
    rule.levels[LEVEL_WARNING] = (struct threshold){ true, 100, 60 };
    rule.levels[LEVEL_CRITICAL] = (struct threshold){ true, 500, 400 };
    static const struct {
        int64_t drift;
        enum level level;
    } rows[] = {
        { 100, LEVEL_NONE },     { -101, LEVEL_WARNING },       { 61, LEVEL_WARNING },
        { 501, LEVEL_CRITICAL }, { -401, LEVEL_CRITICAL },      { 400, LEVEL_WARNING },
        { -60, LEVEL_NONE },     { INT64_MIN, LEVEL_CRITICAL }, { 0, LEVEL_NONE },
    };
    struct alert alert = { 0 };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct snapshot s = { .drift = { true, { rows[i].drift } } };
        struct rule_value value;
        assert_true(rule_value(&rule, &s, &value));
        rule_step(&rule, &alert, true, value, (unix_s)i * 60);
        if (alert.level != rows[i].level)
            fail_msg("row %zu: %s", i, level_name(alert.level));
    }
    struct rule_value value;
    assert_false(rule_value(&rule, &(struct snapshot){ .drift = { .known = false } }, &value));
}

static void a_rule_is_about_tokens_or_about_credits(void **state)
{
    (void)state;
    struct reading r = budget(1);
    struct rule of_tokens = { .kind = RULE_BALANCE_BELOW },
                of_credits = { .series = SERIES_CREDITS };
    struct snapshot token = { .account = "main", .reading = &r };
    struct snapshot credits = { .series = SERIES_CREDITS, .account = "main", .reading = &r };
    assert_true(rule_matches(&of_tokens, &token) && !rule_matches(&of_tokens, &credits));
    assert_true(rule_matches(&of_credits, &credits) && !rule_matches(&of_credits, &token));
}

static void names_are_read_as_they_are_written(void **state)
{
    (void)state;
    for (enum rule_kind k = 0; k < RULE_KINDS; k++) {
        enum rule_kind read = RULE_KINDS;
        assert_true(rule_kind_named(span_of(rule_kind_name(k)), &read) && read == k);
    }
    for (enum rule_unit u = 0; u < UNIT_NONE; u++)
        assert_int_equal(rule_unit_named(span_of(rule_unit_name(u))), u);
    assert_int_equal(rule_unit_named(span_of("EUR")), UNIT_NONE);
    for (enum level l = LEVEL_INFO; l < LEVELS; l++) {
        enum level read = LEVEL_NONE;
        assert_true(level_named(span_of(level_name(l)), &read) && read == l);
    }
    enum level level = LEVEL_INFO;
    enum rule_kind kind = RULE_EXHAUSTED;
    assert_false(level_named(span_of("none"), &level));
    assert_false(rule_kind_named(span_of("balance"), &kind));
    assert_true(level == LEVEL_INFO && kind == RULE_EXHAUSTED);
}

static void every_kind_is_a_whole_row(void **state)
{
    (void)state;
    for (enum rule_kind k = 0; k < RULE_KINDS_ALL; k++) {
        const struct rule_words *words = rule_kind_words(k);
        assert_true(rule_kind_name(k)[0] != '\0' && rule_unit_name(rule_unit_of(k)) != NULL);
        assert_true(words && words->threshold && words->worse && words->better
                    && words->recovering);
    }
    for (enum rule_kind k = 0; k < RULE_KINDS; k++) {
        assert_true(rule_kind_help(k)[0] != '\0' && rule_unit_of(k) != UNIT_NONE);
        assert_int_equal(rule_kind_has(k, KIND_PLAIN), rule_kind_level(k) != LEVEL_NONE);
    }
}

static void a_key_that_is_not_described_raises_nothing_and_one_without_end_is_far(void **state)
{
    (void)state;
    const struct rule rule = { .kind = RULE_KEY_ENDS_WITHIN };
    struct own_key key = { .ends_at = 1700000000 + DAY_S };
    struct snapshot s = { .series = SERIES_ACCOUNT, .account = "main", .now = 1700000000 };
    struct rule_value value;
    assert_false(rule_value(&rule, &s, &value));
    s.own_key = &key;
    assert_false(rule_value(&rule, &s, &value)); /* refused, or never asked */
    key.described = true;
    assert_true(rule_value(&rule, &s, &value) && value.at == DAY_S && value.clear == DAY_S);
    key.ends_at = TIME_NONE;
    assert_true(rule_value(&rule, &s, &value) && value.at == CENTURY_S);
    key.ends_at = s.now - 5;
    assert_true(rule_value(&rule, &s, &value) && value.at == 0);
    key.ends_at = TIME_NONE;
    snprintf(key.reason, sizeof key.reason, "it lacks the scope manage:read");
    assert_true(rule_value(&rule, &s, &value) && value.at == 0);
}

static void kinds_are_listed_by_what_they_are_like(void **state)
{
    (void)state;
    struct text out = { 0 };
    rule_kinds_add(KIND_PLAIN, " and ", &out);
    text_add(&out, span_of("; "));
    rule_kinds_add(KIND_BUDGETED, " or ", &out);
    text_add(&out, span_of("; "));
    rule_kinds_add(KIND_OF_ACCOUNT, " or ", &out);
    assert_string_equal(text_z(&out),
                        "exhausted and unreadable; balance_below, percent_below, exhausts_within, "
                        "exhausted or drift_above; unreadable or key_ends_within");
    text_done(&out);
}

static void a_threshold_is_drawn_where_its_level_begins(void **state)
{
    (void)state;
    struct reading r = budget(50);
    struct snapshot s = { .series = SERIES_TOKEN, .account = "main", .reading = &r };
    struct rule rule = { .kind = RULE_PERCENT_BELOW };
    int64_t nano = -1;
    rule.levels[LEVEL_WARNING] = (struct threshold){ .set = true, .at = 2000 };
    assert_false(rule_balance_at(&rule, LEVEL_WARNING, &s, &nano)); /* of nothing that is known */
    s.high_water = money_known((struct money){ 1000 });
    assert_true(rule_balance_at(&rule, LEVEL_WARNING, &s, &nano) && nano == 200);
    assert_false(rule_balance_at(&rule, LEVEL_CRITICAL, &s, &nano));
    rule.kind = RULE_BALANCE_BELOW;
    assert_true(rule_balance_at(&rule, LEVEL_WARNING, &s, &nano) && nano == 2000);
    rule.kind = RULE_EXHAUSTS_WITHIN;
    assert_false(rule_balance_at(&rule, LEVEL_WARNING, &s, &nano));
}

static void what_holds_with_the_first_value_is_found_and_what_comes_later_is_news(void **state)
{
    (void)state;
    const struct rule rule = two_levels(0), held = two_levels(600);
    struct alert low = { .contact = CONTACT_AWAITED }, high = low, late = low, holding = low;
    assert_true(step(&rule, &low, true, 50, 0).found);
    assert_false(step(&rule, &low, true, 10, 1).found);

    assert_int_equal(step(&rule, &high, true, 500, 0).kind, TRANSITION_NONE);
    assert_false(step(&rule, &high, true, 50, 1).found);

    assert_int_equal(step(&rule, &late, false, 0, 0).kind, TRANSITION_NONE);
    assert_true(step(&rule, &late, true, 50, 9000).found);

    assert_int_equal(step(&held, &holding, true, 50, 0).kind, TRANSITION_NONE);
    assert_true(step(&held, &holding, true, 50, 600).found);
}

static void a_rule_that_measures_a_budget_objects_once_there_is_none(void **state)
{
    (void)state;
    struct reading r = { .name = "prod-a", .type = "api_token", .budgeted = true };
    struct snapshot s = { .series = SERIES_TOKEN, .account = "main", .reading = &r };
    const struct rule rule = two_levels(0);
    assert_null(rule_objection(&rule, &s)); /* a balance that is unknown is no reason */
    r.budgeted = false;
    assert_non_null(rule_objection(&rule, &s));
}

static void an_unreadable_account_is_a_warning_and_critical_once_a_token_ran_out(void **state)
{
    (void)state;
    const struct rule implied = rule_implied(), rule = rule_at_interval(&implied, 300);
    struct reading r = { .name = "" };
    struct snapshot s = {
        .series = SERIES_ACCOUNT, .account = "main", .reading = &r, .unread_s = 900, .ran_dry = true
    };
    struct rule_value value = { 0 };
    struct alert alert = { 0 };
    assert_true(rule_matches(&rule, &s) && rule_value(&rule, &s, &value));
    assert_int_equal(rule_step(&rule, &alert, true, value, 900).kind, TRANSITION_NONE);
    s.unread_s = 901;
    s.ran_dry = false;
    assert_true(rule_value(&rule, &s, &value));
    assert_int_equal(rule_step(&rule, &alert, true, value, 901).is, LEVEL_WARNING);
    s.ran_dry = true;
    assert_true(rule_value(&rule, &s, &value));
    assert_int_equal(rule_step(&rule, &alert, true, value, 902).is, LEVEL_CRITICAL);
    s.unread_s = 0;
    s.ran_dry = false;
    assert_true(rule_value(&rule, &s, &value));
    assert_int_equal(rule_step(&rule, &alert, true, value, 903).kind, TRANSITION_RESOLVED);
    s.overruled = true;
    assert_false(rule_matches(&rule, &s));
}

static void what_is_found_quietly_is_announced_with_the_next_step_as_found(void **state)
{
    (void)state;
    const struct rule rule = { .kind = RULE_BALANCE_BELOW,
                               .levels[LEVEL_WARNING] = { true, 10, 12 } };
    const struct rule_value low = { .at = 5, .clear = 5 }, high = { .at = 50, .clear = 50 };
    struct alert alert = { .contact = CONTACT_AWAITED };
    for (unix_s now = 100; now < 300; now += 100) {
        assert_int_equal(rule_step_quietly(&rule, &alert, true, low, now).kind, TRANSITION_NONE);
        assert_int_equal(alert.level, LEVEL_NONE);
        assert_int_equal(alert.contact, CONTACT_FOUND);
    }
    struct transition t = rule_step(&rule, &alert, true, low, 300);
    assert_true(t.kind == TRANSITION_RAISED && t.found);
    assert_int_equal(alert.since, 100);
    assert_int_equal(rule_step_quietly(&rule, &alert, true, high, 400).kind, TRANSITION_RESOLVED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_alert_lives_as_its_thresholds_say),
        cmocka_unit_test(a_level_is_announced_after_its_hold_time),
        cmocka_unit_test(a_rule_may_have_one_level_only),
        cmocka_unit_test(a_transition_names_the_threshold_that_was_crossed),
        cmocka_unit_test(an_episode_begins_when_the_level_first_held),
        cmocka_unit_test(the_end_of_a_token_resolves_its_alert_once),
        cmocka_unit_test(random_walks_keep_every_promise),
        cmocka_unit_test(noise_between_the_thresholds_is_silent),
        cmocka_unit_test(a_level_that_goes_on_holding_is_announced_in_the_end),
        cmocka_unit_test(balance_rules_see_a_known_budget_only),
        cmocka_unit_test(percent_is_of_the_reset_amount_or_else_of_the_level_it_rose_to),
        cmocka_unit_test(what_is_empty_has_no_percent_left_whatever_it_had),
        cmocka_unit_test(runway_is_told_when_there_is_one),
        cmocka_unit_test(before_a_reset_the_verdict_says_whether_a_runway_counts),
        cmocka_unit_test(a_wavering_forecast_raises_one_alert_and_ends_it_once),
        cmocka_unit_test(a_rule_concerns_tokens_by_all_its_patterns),
        cmocka_unit_test(a_drift_alerts_when_it_is_above_whichever_source_tells_more),
        cmocka_unit_test(a_rule_is_about_tokens_or_about_credits),
        cmocka_unit_test(names_are_read_as_they_are_written),
        cmocka_unit_test(every_kind_is_a_whole_row),
        cmocka_unit_test(kinds_are_listed_by_what_they_are_like),
        cmocka_unit_test(a_key_that_is_not_described_raises_nothing_and_one_without_end_is_far),
        cmocka_unit_test(a_threshold_is_drawn_where_its_level_begins),
        cmocka_unit_test(what_holds_with_the_first_value_is_found_and_what_comes_later_is_news),
        cmocka_unit_test(a_rule_that_measures_a_budget_objects_once_there_is_none),
        cmocka_unit_test(an_unreadable_account_is_a_warning_and_critical_once_a_token_ran_out),
        cmocka_unit_test(what_is_found_quietly_is_announced_with_the_next_step_as_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
