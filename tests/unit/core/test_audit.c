/* Each check where it holds, where it does not and where it cannot be known; and what a finding
 * carries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "core/audit.h"
#include "core/audit/fix.h"
#include "core/audit/words.h"

#define NOW ((unix_s)1795000000) /* 2026-11-18 */
#define USD(amount)                                                                                \
    {                                                                                              \
        .known = true, .is = { INT64_C(amount) * NANO_PER_USD }                                    \
    }
#define AGO(days) (NOW - (days) * (unix_s)DAY_S)

static char production[] = "prod, production", ci[] = "ci",
            temporary[] = "contractor, trial, demo, partner";

static const struct audit_policy policy = {
    .production = production,
    .ci = ci,
    .temporary = temporary,
    .rotation_s = 90 * DAY_S,
    .idle_s = 30 * DAY_S,
    .never_used_s = 7 * DAY_S,
    .expiring_s = 14 * DAY_S,
};

/* A token that nothing is wrong with: seen for 60 days, born then, used yesterday, with a budget.
 */
#define GOOD(name_)                                                                                \
    {                                                                                              \
        .reading = { .name = (name_),                                                              \
                     .type = "api_token",                                                          \
                     .balance = USD(20),                                                           \
                     .budgeted = true,                                                             \
                     .expires = TIME_NONE },                                                       \
        .born = true, .first_seen = AGO(60), .used_at = AGO(1), .watched_from = AGO(60),           \
        .watched_to = NOW                                                                          \
    }

static struct audit judge(const struct audit_policy *p, const struct audit_token *tokens,
                          size_t count, struct maybe_money credits)
{
    const struct audit_account account = {
        .name = "main",
        .seen_at = NOW - 60,
        .stale_after_s = 960,
        .credits = credits,
        .tokens = tokens,
        .token_count = count,
    };
    struct audit a = { 0 };
    audit_account(&a, p, &account, false, NOW);
    audit_sort(&a);
    return a;
}

static size_t found(const struct audit *a, enum audit_check check)
{
    size_t count = 0;
    for (size_t i = 0; i < a->count; i++)
        count += a->at[i].check == check;
    return count;
}

enum answer { CLEAR, FOUND, UNKNOWN };

struct row {
    const char *what;
    enum audit_check check;
    enum answer answer;
    struct audit_token token;
};

#define WITH(name_, ...)                                                                           \
    {                                                                                              \
        .reading = { .name = (name_),                                                              \
                     .type = "api_token",                                                          \
                     .balance = USD(20),                                                           \
                     .budgeted = true,                                                             \
                     .expires = TIME_NONE,                                                         \
                     __VA_ARGS__ },                                                                \
        .born = true, .first_seen = AGO(60), .used_at = AGO(1), .watched_from = AGO(60),           \
        .watched_to = NOW                                                                          \
    }
#define SEEN(name_, ...)                                                                           \
    {                                                                                              \
        .reading = { .name = (name_),                                                              \
                     .type = "api_token",                                                          \
                     .balance = USD(20),                                                           \
                     .budgeted = true,                                                             \
                     .expires = TIME_NONE },                                                       \
        __VA_ARGS__                                                                                \
    }

#pragma GCC diagnostic ignored "-Woverride-init"
#ifdef __clang__
#pragma clang diagnostic ignored "-Winitializer-overrides"
#endif

static const struct row rows[] = {
    { "three parts", AUDIT_NAMING, CLEAR, GOOD("prod-billing-api") },
    { "more parts", AUDIT_NAMING, CLEAR, GOOD("prod-billing-api-eu-west") },
    { "two parts", AUDIT_NAMING, FOUND, GOOD("prod-billing") },
    { "a rotation is no purpose", AUDIT_NAMING, FOUND, GOOD("prod-billing-r2") },
    { "an empty part", AUDIT_NAMING, FOUND, GOOD("prod--api") },
    { "a blank", AUDIT_NAMING, FOUND, GOOD("prod-billing-my api") },

    { "a budget", AUDIT_BUDGET, CLEAR, GOOD("dev-ml-team") },
    { "none", AUDIT_BUDGET, FOUND, WITH("dev-ml-team", .budgeted = false) },
    { "none, in production", AUDIT_BUDGET, CLEAR, WITH("PROD-billing-api", .budgeted = false) },
    { "none, and production at its end", AUDIT_BUDGET, CLEAR,
      WITH("billing-prod", .budgeted = false) },
    { "none, and nearly production", AUDIT_BUDGET, FOUND,
      WITH("preprod-billing-api", .budgeted = false) },
    { "none, sandbox", AUDIT_BUDGET, CLEAR,
      WITH("dev-x-y", .budgeted = false, .type = "sandbox_api_token") },
    { "none, expired", AUDIT_BUDGET, CLEAR, WITH("dev-x-y", .budgeted = false, .expires = AGO(1)) },

    { "a real token in CI", AUDIT_SANDBOX, FOUND, GOOD("ci-web-tests") },
    { "a sandbox token in CI", AUDIT_SANDBOX, CLEAR,
      WITH("ci-web-tests", .type = "sandbox_api_token") },
    { "not CI", AUDIT_SANDBOX, CLEAR, GOOD("prod-ci-dashboard") },
    { "a sandbox token in production", AUDIT_SANDBOX_IN_PRODUCTION, FOUND,
      WITH("prod-web-chat", .type = "sandbox_api_token") },
    { "a sandbox token elsewhere", AUDIT_SANDBOX_IN_PRODUCTION, CLEAR,
      WITH("dev-web-chat", .type = "sandbox_api_token") },
    { "a type of the future", AUDIT_SANDBOX_IN_PRODUCTION, CLEAR,
      WITH("prod-web-chat", .type = "other_token") },

    { "old, born in sight", AUDIT_ROTATION, FOUND,
      SEEN("prod-a-b", .born = true, .first_seen = AGO(91)) },
    { "old, how old nobody knows", AUDIT_ROTATION, FOUND, SEEN("prod-a-b", .first_seen = AGO(91)) },
    { "young", AUDIT_ROTATION, CLEAR, SEEN("prod-a-b", .born = true, .first_seen = AGO(89)) },
    { "there before it was seen", AUDIT_ROTATION, UNKNOWN,
      SEEN("prod-a-b", .first_seen = AGO(89)) },

    { "a contractor for ever", AUDIT_TEMPORARY, FOUND, GOOD("dev-Contractor_acme-x") },
    { "a contractor with an end", AUDIT_TEMPORARY, CLEAR,
      WITH("dev-contractor-x", .expires = NOW + DAY_S) },
    { "a word that only begins so", AUDIT_TEMPORARY, CLEAR, GOOD("prod-democracy-partners") },

    { "expires in 13 days", AUDIT_EXPIRING, FOUND, WITH("prod-a-b", .expires = NOW + 13 * DAY_S) },
    { "expires in 15 days", AUDIT_EXPIRING, CLEAR, WITH("prod-a-b", .expires = NOW + 15 * DAY_S) },
    { "expires this second", AUDIT_EXPIRING, CLEAR, WITH("prod-a-b", .expires = NOW) },
    { "expired this second", AUDIT_EXPIRED, FOUND, WITH("prod-a-b", .expires = NOW) },
    { "expires in a second", AUDIT_EXPIRED, CLEAR, WITH("prod-a-b", .expires = NOW + 1) },

    { "born and never used", AUDIT_NEVER_USED, FOUND,
      SEEN("prod-a-b", .born = true, .first_seen = AGO(8), .used_at = TIME_NONE,
           .watched_from = AGO(8), .watched_to = NOW) },
    { "new", AUDIT_NEVER_USED, CLEAR,
      SEEN("prod-a-b", .born = true, .first_seen = AGO(6), .used_at = TIME_NONE,
           .watched_from = AGO(6), .watched_to = NOW) },
    { "there before it was seen", AUDIT_NEVER_USED, UNKNOWN,
      SEEN("prod-a-b", .first_seen = AGO(80), .used_at = TIME_NONE, .watched_from = AGO(80),
           .watched_to = NOW) },
    { "not watched", AUDIT_NEVER_USED, UNKNOWN,
      SEEN("prod-a-b", .born = true, .first_seen = AGO(80), .used_at = TIME_NONE,
           .watched_from = AGO(80), .watched_to = TIME_NONE) },
    { "never used", AUDIT_IDLE, CLEAR,
      SEEN("prod-a-b", .born = true, .first_seen = AGO(80), .used_at = TIME_NONE,
           .watched_from = AGO(80), .watched_to = NOW) },
    { "used long ago", AUDIT_IDLE, FOUND,
      SEEN("prod-a-b", .first_seen = AGO(80), .used_at = AGO(31), .watched_from = AGO(80),
           .watched_to = NOW) },
    { "used lately", AUDIT_IDLE, CLEAR,
      SEEN("prod-a-b", .first_seen = AGO(80), .used_at = AGO(29), .watched_from = AGO(80),
           .watched_to = NOW) },
    { "watched for long, never used in it", AUDIT_IDLE, FOUND,
      SEEN("prod-a-b", .first_seen = AGO(31), .used_at = TIME_NONE, .watched_from = AGO(31),
           .watched_to = NOW) },
    { "watched for too short", AUDIT_IDLE, UNKNOWN,
      SEEN("prod-a-b", .first_seen = AGO(29), .used_at = TIME_NONE, .watched_from = AGO(29),
           .watched_to = NOW) },
    { "no longer watched", AUDIT_IDLE, UNKNOWN,
      SEEN("prod-a-b", .first_seen = AGO(200), .used_at = AGO(150), .watched_from = AGO(200),
           .watched_to = AGO(31)) },
    { "idle since watching ended is not known", AUDIT_IDLE, UNKNOWN,
      SEEN("prod-a-b", .first_seen = AGO(60), .used_at = AGO(35), .watched_from = AGO(60),
           .watched_to = AGO(20)) },

    { "empty", AUDIT_EXHAUSTED, FOUND, WITH("dev-a-b", .balance = USD(0)) },
    { "below zero", AUDIT_EXHAUSTED, FOUND, WITH("dev-a-b", .balance = USD(-1)) },
    { "a cent left", AUDIT_EXHAUSTED, CLEAR, WITH("dev-a-b", .balance = { true, { 10000000 } }) },
    { "not told", AUDIT_EXHAUSTED, UNKNOWN, WITH("dev-a-b", .balance = { false, { 0 } }) },
    { "zero without a budget", AUDIT_EXHAUSTED, CLEAR,
      WITH("dev-a-b", .balance = USD(0), .budgeted = false) },
    { "an allowance used up", AUDIT_EXHAUSTED, CLEAR,
      WITH("dev-a-b", .balance = USD(0), .period = RESET_DAILY, .reset_amount = USD(5)) },
    { "an allowance of production used up", AUDIT_EXHAUSTED, FOUND,
      WITH("prod-a-b", .balance = USD(0), .period = RESET_DAILY, .reset_amount = USD(5)) },

    { "a reset to nothing", AUDIT_RESET_AMOUNT, FOUND, WITH("dev-a-b", .period = RESET_DAILY) },
    { "a reset to something", AUDIT_RESET_AMOUNT, CLEAR,
      WITH("dev-a-b", .period = RESET_DAILY, .reset_amount = USD(5)) },
    { "no reset", AUDIT_RESET_AMOUNT, CLEAR, GOOD("dev-a-b") },
    { "a period of the future", AUDIT_RESET_AMOUNT, UNKNOWN,
      WITH("dev-a-b", .period = RESET_OTHER) },
};

static void each_check_answers_found_clear_or_unknown(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct audit a = judge(&policy, &rows[i].token, 1, (struct maybe_money)USD(1000));
        enum answer answer = found(&a, rows[i].check) ? FOUND
            : a.unknown[rows[i].check]                ? UNKNOWN
                                                      : CLEAR;
        if (answer != rows[i].answer)
            fail_msg("%s, %s: %d", audit_check_name(rows[i].check), rows[i].what, answer);
        audit_done(&a);
    }
}

static void a_good_token_has_no_findings_at_all(void **state)
{
    (void)state;
    const struct audit_token good = GOOD("prod-billing-api");
    struct audit a = judge(&policy, &good, 1, (struct maybe_money)USD(1000));
    assert_int_equal(a.count, 0);
    assert_int_equal(a.judged, 1);
    for (size_t c = 0; c < AUDIT_CHECKS; c++)
        assert_int_equal(a.unknown[c], 0);
    audit_done(&a);
}

static void nothing_is_judged_of_an_account_without_fresh_data(void **state)
{
    (void)state;
    const struct audit_token empty = WITH("dev", .balance = USD(0));
    const unix_s seen[] = { NOW - 961, TIME_NONE, NOW - 960 };
    for (size_t i = 0; i < COUNT(seen); i++) {
        const struct audit_account account = { .name = "main",
                                               .seen_at = seen[i],
                                               .stale_after_s = 960,
                                               .tokens = &empty,
                                               .token_count = 1 };
        struct audit a = { 0 };
        audit_account(&a, &policy, &account, false, NOW);
        bool stale = i < 2;
        assert_int_equal(a.stale, stale);
        assert_int_equal(found(&a, AUDIT_STALE), stale);
        assert_int_equal(found(&a, AUDIT_EXHAUSTED), !stale);
        assert_int_equal(a.judged, !stale);
        audit_done(&a);
    }
}

static void a_token_that_the_last_lists_lack_is_not_judged(void **state)
{
    (void)state;
    struct audit_token t = WITH("dev", .balance = USD(0));
    t.missing = true;
    struct audit a = judge(&policy, &t, 1, (struct maybe_money)USD(1000));
    assert_int_equal(a.count, 0);
    audit_done(&a);
}

static void credits_must_cover_what_budgets_promise(void **state)
{
    (void)state;
    const struct audit_token tokens[] = {
        GOOD("prod-a-b"),                                                /* 20 */
        WITH("prod-c-d", .period = RESET_DAILY, .reset_amount = USD(7)), /* 20, and 7 tomorrow */
        WITH("prod-e-f", .budgeted = false, .balance = USD(500)),        /* promises nothing */
        WITH("prod-g-h", .type = "sandbox_api_token"),
        WITH("prod-i-j", .expires = AGO(1)),
        WITH("prod-k-l", .balance = USD(-3)), /* not less than nothing */
    };
    static const struct {
        struct maybe_money credits;
        size_t now, ahead, unknown;
    } cases[] = {
        { USD(47), 0, 0, 0 }, { USD(46), 0, 1, 0 },          { USD(40), 0, 1, 0 },
        { USD(39), 1, 0, 0 }, { { false, { 0 } }, 0, 0, 1 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct audit a = judge(&policy, tokens, COUNT(tokens), cases[i].credits);
        assert_int_equal(found(&a, AUDIT_CREDITS), cases[i].now);
        assert_int_equal(found(&a, AUDIT_CREDITS_AHEAD), cases[i].ahead);
        assert_int_equal(a.unknown[AUDIT_CREDITS], cases[i].unknown);
        audit_done(&a);
    }
    const struct audit_token untold[] = { GOOD("prod-a-b"),
                                          WITH("prod-c-d", .balance = { false, { 0 } }) };
    struct audit a = judge(&policy, untold, COUNT(untold), (struct maybe_money)USD(19));
    assert_int_equal(found(&a, AUDIT_CREDITS), 1); /* already what is known is too much */
    audit_done(&a);
    a = judge(&policy, untold, COUNT(untold), (struct maybe_money)USD(21));
    assert_int_equal(a.unknown[AUDIT_CREDITS], 1);
    audit_done(&a);
}

static void an_old_key_beside_its_successor_is_told_after_the_grace(void **state)
{
    (void)state;
    struct audit_token tokens[] = { GOOD("prod-a-b"), GOOD("prod-a-b-r2"), GOOD("prod-a-b-r10"),
                                    GOOD("prod-a-bc-r2"), GOOD("prod-a") };
    struct audit a = judge(&policy, tokens, COUNT(tokens), (struct maybe_money)USD(1000));
    assert_int_equal(found(&a, AUDIT_SUPERSEDED),
                     2); /* not the youngest, and not a neighbour by letters */
    assert_non_null(strstr(a.at[0].reason, "prod-a-b-r10"));
    assert_string_equal(a.at[0].fix, "ebb tokens retire prod-a-b");
    audit_done(&a);

    tokens[1].first_seen = tokens[2].first_seen = AGO(6);
    a = judge(&policy, tokens, COUNT(tokens), (struct maybe_money)USD(1000));
    assert_int_equal(found(&a, AUDIT_SUPERSEDED), 0);
    audit_done(&a);

    tokens[0].first_seen = AGO(200); /* it has been rotated: there is nothing to remind of */
    a = judge(&policy, tokens, COUNT(tokens), (struct maybe_money)USD(1000));
    assert_int_equal(found(&a, AUDIT_ROTATION), 0);
    audit_done(&a);
}

static void severities_follow_the_policy_and_the_worst_comes_first(void **state)
{
    (void)state;
    static char skip[] = "dev-*";
    struct audit_policy p = policy;
    const struct audit_token tokens[] = { WITH("dev", .budgeted = false),
                                          WITH("dev-b-c", .balance = USD(0)) };
    p.severity[LEVEL_CRITICAL] = 1u << AUDIT_NAMING;
    p.severity[LEVEL_INFO] = 1u << AUDIT_EXHAUSTED;
    struct audit a = judge(&p, tokens, COUNT(tokens), (struct maybe_money)USD(1000));
    assert_int_equal(a.count, 3);
    assert_int_equal(a.at[0].check, AUDIT_NAMING);
    assert_int_equal(a.at[0].severity, LEVEL_CRITICAL);
    assert_int_equal(a.at[1].check, AUDIT_BUDGET);
    assert_int_equal(a.at[2].severity, LEVEL_INFO);
    audit_done(&a);

    p.ignored = 1u << AUDIT_BUDGET;
    p.skip = skip;
    a = judge(&p, tokens, COUNT(tokens), (struct maybe_money)USD(1000));
    assert_int_equal(a.count, 1);
    assert_string_equal(a.at[0].token, "dev");
    audit_done(&a);
}

static void drift_from_the_fleet_file_is_told(void **state)
{
    (void)state;
    const struct audit_token tokens[] = { GOOD("prod-a-b"), GOOD("prod-c-d"), GOOD("prod-e-f"),
                                          GOOD("prod-g-h"), GOOD("prod-i-j") };
    static char same[] = "prod-a-b", other[] = "prod-c-d", gone[] = "prod-e-f",
                lacking[] = "prod-x-y", typed[] = "prod-i-j";
    const struct wanted_token wanted[] = {
        { .name = same },
        { .name = other, .wish = { .given[SPEC_BUDGET] = true } },
        { .name = gone, .absent = true },
        { .name = lacking },
        { .name = typed, .wish = { .given[SPEC_TYPE] = true, .wanted.type = TYPE_FREE } },
    };
    const struct audit_account account = { .name = "main",
                                           .seen_at = NOW,
                                           .stale_after_s = 960,
                                           .credits = USD(1000),
                                           .tokens = tokens,
                                           .token_count = COUNT(tokens),
                                           .fleet = "my fleet.yaml",
                                           .wanted = wanted,
                                           .wanted_count = COUNT(wanted) };
    static const struct {
        enum audit_check check;
        const char *token, *reason, *fix;
    } expected[] = {
        { AUDIT_DRIFT_DIFFERS, "prod-c-d", "differs in active_balance (is yes, wanted no)",
          "ebb tokens apply 'my fleet.yaml'" },
        { AUDIT_DRIFT_UNWANTED, "prod-e-f", "absent", "ebb tokens apply 'my fleet.yaml'" },
        { AUDIT_DRIFT_CONFLICT, "prod-i-j", "(is api_token, wanted sandbox_api_token)",
          "ebb tokens plan 'my fleet.yaml'" },
        { AUDIT_DRIFT_MISSING, "prod-x-y", "no such token", "ebb tokens apply 'my fleet.yaml'" },
        { AUDIT_DRIFT_UNKNOWN, "prod-g-h", "not in the fleet file",
          "ebb tokens plan 'my fleet.yaml'" },
    };
    struct audit a = { 0 };
    audit_account(&a, &policy, &account, true, NOW);
    audit_sort(&a);
    assert_int_equal(a.count, COUNT(expected));
    for (size_t i = 0; i < COUNT(expected); i++) {
        assert_int_equal(a.at[i].check, expected[i].check);
        assert_string_equal(a.at[i].token, expected[i].token);
        assert_non_null(strstr(a.at[i].reason, expected[i].reason));
        assert_string_equal(a.at[i].fix, expected[i].fix);
    }
    audit_done(&a);
}

static void a_command_is_safe_whatever_the_token_is_called(void **state)
{
    (void)state;
    static const struct {
        const char *name, *command;
    } cases[] = {
        { "prod-a_b.c", "ebb tokens delete prod-a_b.c" },
        { "two words", "ebb tokens delete 'two words'" },
        { "it's $(rm x)", "ebb tokens delete 'it'\\''s $(rm x)'" },
        { "prod-é", "ebb tokens delete 'prod-é'" },
        { "-rf", "ebb tokens delete -- -rf" },
        { "~root", "ebb tokens delete '~root'" },
        { "a=b", "ebb tokens delete 'a=b'" },
        { "line\nbreak's", "ebb tokens delete $'line\\012break\\'s'" },
        { "esc\x1b[31m\\", "ebb tokens delete $'esc\\033[31m\\\\'" },
        { "over\xe2\x80\xaeride", "ebb tokens delete $'over\\342\\200\\256ride'" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct text out = { 0 };
        fix_add(&out, "ebb tokens delete {name}", &(struct fix_words){ .name = cases[i].name });
        assert_string_equal(text_z(&out), cases[i].command);
        text_done(&out);
    }
    struct text out = { 0 };
    const struct fix_words words = {
        .name = "-x", .account = "eu", .name_account = true, .amount_nano = 12 * NANO_PER_USD
    };
    fix_add(&out, "ebb tokens update {name} --balance {amount}", &words);
    assert_string_equal(text_z(&out), "ebb tokens update --balance 12.00 --account eu -- -x");
    text_done(&out);
}

static void a_proposed_budget_is_what_was_spent_in_whole_dollars(void **state)
{
    (void)state;
    struct audit_token t = WITH("dev-a-b", .budgeted = false);
    t.spent_30d = (struct maybe_money){ true, { 31 * NANO_PER_USD + 1 } };
    struct audit a = judge(&policy, &t, 1, (struct maybe_money)USD(1000));
    assert_string_equal(
        a.at[0].fix,
        "ebb tokens update dev-a-b --balance 32.00 --reset monthly --reset-amount 32.00");
    assert_non_null(strstr(a.at[0].reason, "31.00 USD in the last 30 days"));
    audit_done(&a);
}

static void each_check_has_its_own_name_and_words_for_people(void **state)
{
    (void)state;
    for (enum audit_check c = 0; c < AUDIT_CHECKS; c++) {
        for (enum audit_check other = 0; other < c; other++)
            assert_string_not_equal(audit_check_name(c), audit_check_name(other));
        assert_true(*audit_check_help(c) && *audit_check_why(c));
        assert_int_not_equal(audit_check_severity(c), LEVEL_NONE);
    }
}

static void the_reference_has_a_line_for_every_check(void **state)
{
    (void)state;
    static char reference[65536];
    own_file FILE *file = fopen(GOLDEN_DIR "/../../docs/audit.md", "r");
    assert_non_null(file);
    reference[fread(reference, 1, sizeof reference - 1, file)] = '\0';
    for (enum audit_check c = 0; c < AUDIT_CHECKS; c++) {
        struct text line = { 0 };
        text_addf(&line, "\n| `%s` | %s | %s | %s | `", audit_check_name(c),
                  level_name(audit_check_severity(c)), audit_check_help(c), audit_check_why(c));
        audit_check_fix(c, &line);
        text_addf(&line, "` |\n");
        if (!strstr(reference, text_z(&line)))
            fail_msg("docs/audit.md lacks this line:%s", text_z(&line));
        text_done(&line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_check_answers_found_clear_or_unknown),
        cmocka_unit_test(a_good_token_has_no_findings_at_all),
        cmocka_unit_test(nothing_is_judged_of_an_account_without_fresh_data),
        cmocka_unit_test(a_token_that_the_last_lists_lack_is_not_judged),
        cmocka_unit_test(credits_must_cover_what_budgets_promise),
        cmocka_unit_test(an_old_key_beside_its_successor_is_told_after_the_grace),
        cmocka_unit_test(severities_follow_the_policy_and_the_worst_comes_first),
        cmocka_unit_test(drift_from_the_fleet_file_is_told),
        cmocka_unit_test(a_command_is_safe_whatever_the_token_is_called),
        cmocka_unit_test(a_proposed_budget_is_what_was_spent_in_whole_dollars),
        cmocka_unit_test(each_check_has_its_own_name_and_words_for_people),
        cmocka_unit_test(the_reference_has_a_line_for_every_check),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
