/* Plays tests/rules/: readings through ledger, burn, forecast and rule, as a poll does, and
 * compares what is announced.
 *
 * A scenario has settings ("rule KIND", "LEVEL AT clear CLEAR", "hold DURATION", "reset PERIOD
 * AMOUNT"), then a line for each reading: time, balance, and the transition with its new level, if
 * one is expected. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/own.h"
#include "base/text.h"
#include "booked_past.h"
#include "core/calendar.h"
#include "core/ledger.h"
#include "core/rule.h"

enum { WORDS = 4, STALE_S = DAY_S, STEP_S = 300 };

struct replay {
    const char *file;
    int line;
    struct rule rule;
    struct alert alert;
    struct reading reading; /* the last */
    unix_s seen_at;         /* TIME_NONE before the first */
    unix_s last_reset;
    struct maybe_money high_water;
    struct booked_past past;
};

#define expect(replay, condition, ...)                                                             \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            print_error("%s:%d: ", (replay)->file, (replay)->line);                                \
            fail_msg(__VA_ARGS__);                                                                 \
        }                                                                                          \
    } while (0)

static int64_t amount(const struct replay *p, const char *word)
{
    struct money money = { 0 };
    struct fault why = { 0 };
    expect(p, money_parse(span_of(word), &money, &why), "%s", why.text);
    return money.nano;
}

/* A threshold in the rule's unit: "10.00", "25%" or "2h". */
static int64_t quantity(const struct replay *p, const char *word)
{
    int64_t seconds = 0;
    struct fault why = { 0 };
    switch (rule_unit_of(p->rule.kind)) {
    case UNIT_NANO_USD:
        return amount(p, word);
    case UNIT_BASIS_POINTS:
        return atoll(word) * 100;
    case UNIT_SECONDS:
        expect(p, duration_parse(span_of(word), &seconds, &why), "%s", why.text);
        return seconds;
    case UNIT_NONE:
        break;
    }
    return 0;
}

static void set(struct replay *p, char *const words[WORDS])
{
    enum level level;
    struct fault why = { 0 };
    if (strcmp(words[0], "rule") == 0) {
        expect(p, rule_kind_named(span_of(words[1]), &p->rule.kind), "no rule kind \"%s\"",
               words[1]);
    } else if (strcmp(words[0], "hold") == 0) {
        expect(p, duration_parse(span_of(words[1]), &p->rule.hold_s, &why), "%s", why.text);
    } else if (strcmp(words[0], "reset") == 0) {
        p->reading.period = calendar_period_named(span_of(words[1]));
        p->reading.reset_amount = money_known((struct money){ amount(p, words[2]) });
    } else {
        expect(p, level_named(span_of(words[0]), &level), "no setting \"%s\"", words[0]);
        p->rule.levels[level] =
            (struct threshold){ true, quantity(p, words[1]), quantity(p, words[3]) };
    }
}

static void book(struct replay *p, const struct reading *is, unix_s at)
{
    struct entry entries[LEDGER_ENTRIES_MAX];
    size_t count = p->seen_at == TIME_NONE
        ? 0
        : ledger_compare(&p->reading, p->seen_at, is, at, p->last_reset, entries);
    for (size_t i = 0; i < count; i++) {
        booked_add(&p->past, &entries[i]);
        if (entries[i].kind == ENTRY_RESET)
            p->last_reset = entries[i].at;
        if (entries[i].kind != ENTRY_CONSUMPTION)
            p->high_water = is->balance;
    }
    burn_seen(&p->past.burn, at);
    p->reading = *is;
    p->seen_at = at;
}

static void observe(struct replay *p, char *const words[WORDS])
{
    unix_s at = TIME_NONE;
    struct fault why = { 0 };
    expect(p, calendar_parse(span_of(words[0]), &at, &why), "%s", why.text);
    struct reading is = p->reading;
    is.balance.known = strcmp(words[1], "null") != 0;
    if (is.balance.known)
        is.balance.is.nano = amount(p, words[1]);
    book(p, &is, at);

    struct curve curve = booked_curve(&p->past, STEP_S, (double)p->reading.balance.is.nano);
    struct forecast forecast = forecast_read(&curve, &p->past.burn, &p->reading, at, STALE_S);
    struct snapshot s = {
        .series = SERIES_TOKEN,
        .account = "main",
        .reading = &p->reading,
        .forecast = &forecast,
        .high_water = p->high_water,
        .now = at,
    };
    struct rule_value value = { 0 };
    bool known = rule_value(&p->rule, &s, &value);
    struct transition t = rule_step(&p->rule, &p->alert, known, value, at);
    const char *kind = words[2] ? words[2] : "none",
               *level = words[3] ? words[3] : level_name(t.is);
    expect(p, strcmp(transition_name(t.kind), kind) == 0 && strcmp(level_name(t.is), level) == 0,
           "expected %s %s, got %s %s (value %lld, verdict %s)", kind, level,
           transition_name(t.kind), level_name(t.is), known ? (long long)value.at : -1,
           forecast_verdict_name(forecast.verdict));
}

static void play_line(struct replay *p, char *line)
{
    char *words[WORDS] = { NULL }, *rest = line;
    for (int i = 0; i < WORDS; i++)
        words[i] = strtok_r(rest, " \t\n", &rest);
    if (!words[0] || words[0][0] == '#')
        return;
    expect(p, words[1], "one word alone");
    if (words[0][0] >= '0' && words[0][0] <= '9')
        observe(p, words);
    else
        set(p, words);
}

static void play(const char *file)
{
    char path[512], line[256];
    snprintf(path, sizeof path, "%s/%s", RULES_DIR, file);
    own_file FILE *in = fopen(path, "r");
    assert_non_null(in);

    struct replay p = {
        .file = file,
        .reading = { .name = "prod-replay",
                     .type = "api_token",
                     .budgeted = true,
                     .expires = TIME_NONE },
        .seen_at = TIME_NONE,
        .last_reset = TIME_NONE,
    };
    booked_init(&p.past);
    for (p.line = 1; fgets(line, sizeof line, in); p.line++)
        play_line(&p, line);
    booked_done(&p.past);
}

static void every_scenario_announces_what_it_says(void **state)
{
    (void)state;
    struct dirent **files;
    int count = scandir(RULES_DIR, &files, NULL, alphasort), played = 0;
    assert_true(count > 0);
    for (int i = 0; i < count; i++) {
        if (files[i]->d_name[0] != '.') {
            play(files[i]->d_name);
            played++;
        }
        free(files[i]);
    }
    free(files);
    assert_true(played > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(every_scenario_announces_what_it_says) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
