/* The table of checks, and one walk along it for each account.
 *
 * `warning` deserves a look today, `critical` a phone call; `info` is for tidying up. */
#include "core/audit.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/audit/checks.h"
#include "core/audit/fix.h"
#include "core/audit/words.h"
#include "core/calendar.h"
#include "core/naming.h"

#define DEFAULT_BUDGET_NANO (10 * NANO_PER_USD) /* proposed where nothing better is known */
#define MOST_BUDGET_NANO (99999 * NANO_PER_USD) /* five digits, as the API takes them */

enum query_filter { SCOPE_ACCOUNT, SCOPE_TOKEN, SCOPE_DRIFT };

static const struct {
    const char *name;
    enum query_filter scope;
    enum level severity;
    const char *help, *why;
    const char *fix; /* see fix.h; NULL: no command can */
    enum audit_answer (*found)(const struct audit_scene *s,
                               struct text *reason); /* SCOPE_DRIFT: by the plan */
} checks[] = {
    [AUDIT_STALE] = { "stale", SCOPE_ACCOUNT, LEVEL_WARNING,
                      "no complete answer for three intervals",
                      "old data may no longer be true, so nothing else is checked", "ebb once",
                      check_stale },
    [AUDIT_CREDITS] = { "credits", SCOPE_ACCOUNT, LEVEL_WARNING,
                        "the account's credits do not cover its token budgets",
                        "tokens will stop while their budgets still show money",
                        "ebb tokens list --account {account}", check_credits },
    [AUDIT_CREDITS_AHEAD] = { "credits_ahead", SCOPE_ACCOUNT, LEVEL_INFO,
                              "the account's credits do not cover its budgets plus their resets in "
                              "the next 7 days",
                              "the resets will grant budgets that the account cannot pay for",
                              "ebb tokens list --account {account}", check_credits_ahead },
    [AUDIT_EXHAUSTED] = { "exhausted", SCOPE_TOKEN, LEVEL_CRITICAL,
                          "the balance is zero or below; outside production, only if it never "
                          "resets",
                          "every call with the token is refused",
                          "ebb tokens update {name} --balance {amount}", check_exhausted },
    [AUDIT_BUDGET] = { "budget", SCOPE_TOKEN, LEVEL_WARNING, "no budget, outside production",
                       "a runaway loop in a test can spend production's credits",
                       "ebb tokens update {name} --balance {amount} --reset monthly --reset-amount "
                       "{amount}",
                       check_budget },
    [AUDIT_RESET_AMOUNT] = { "reset_amount", SCOPE_TOKEN, LEVEL_WARNING,
                             "a reset period without an amount",
                             "the balance after the next reset is unknown",
                             "ebb tokens update {name} --reset {period} --reset-amount {amount}",
                             check_reset_amount },
    [AUDIT_SANDBOX] = { "sandbox", SCOPE_TOKEN, LEVEL_INFO,
                        "a CI token that is not a sandbox token",
                        "tests run often, and sandbox calls are free",
                        "ebb tokens rotate {name} --type sandbox_api_token --secret-file NEW.key",
                        check_sandbox },
    [AUDIT_SANDBOX_IN_PRODUCTION] = { "sandbox_in_production", SCOPE_TOKEN, LEVEL_WARNING,
                                      "a sandbox token in a production environment",
                                      "it returns mock responses",
                                      "ebb tokens rotate {name} --type api_token --secret-file "
                                      "NEW.key",
                                      check_sandbox_in_production },
    [AUDIT_TEMPORARY] = { "temporary", SCOPE_TOKEN, LEVEL_WARNING,
                          "the name suggests a temporary key, but it never expires",
                          "people leave, their keys stay", "ebb tokens update {name} --expires 30d",
                          check_temporary },
    [AUDIT_EXPIRING] = { "expiring", SCOPE_TOKEN, LEVEL_WARNING, "it expires soon",
                         "whatever uses it stops at that moment",
                         "ebb tokens update {name} --expires 90d", check_expiring },
    [AUDIT_EXPIRED] = { "expired", SCOPE_TOKEN, LEVEL_WARNING, "it has expired",
                        "whatever still uses it fails; if nothing does, it is clutter",
                        "ebb tokens delete {name}", check_expired },
    [AUDIT_ROTATION] = { "rotation", SCOPE_TOKEN, LEVEL_WARNING, "older than the rotation period",
                         "the longer a key lives, the more copies of it exist",
                         "ebb tokens rotate {name} --secret-file NEW.key", check_rotation },
    [AUDIT_SUPERSEDED] = { "superseded", SCOPE_TOKEN, LEVEL_WARNING,
                           "a successor (-r2, -r3) has existed for longer than the grace period",
                           "rotation only protects you once the old key is gone",
                           "ebb tokens retire {name}", check_superseded },
    [AUDIT_NEVER_USED] = { "never_used", SCOPE_TOKEN, LEVEL_INFO,
                           "created while Ebb was watching, and unused for the grace period",
                           "an unused key can still be stolen", "ebb tokens retire {name}",
                           check_never_used },
    [AUDIT_IDLE] = { "idle", SCOPE_TOKEN, LEVEL_INFO,
                     "unused for a long time, as far as Ebb has watched",
                     "an abandoned key can still be stolen", "ebb tokens retire {name}",
                     check_idle },
    [AUDIT_NAMING] = { "naming", SCOPE_TOKEN, LEVEL_INFO,
                       "the name does not follow `env-project-purpose`",
                       "rules, reports by environment and half of these checks rely on the name",
                       "ebb tokens rotate {name} --name ENV-PROJECT-PURPOSE --secret-file NEW.key",
                       check_naming },
    [AUDIT_DRIFT_MISSING] = { "drift_missing", SCOPE_DRIFT, LEVEL_WARNING,
                              "in the fleet file but not in the account",
                              "it was deleted, or the file was never applied",
                              "ebb tokens apply {fleet}", NULL },
    [AUDIT_DRIFT_DIFFERS] = { "drift_differs", SCOPE_DRIFT, LEVEL_WARNING,
                              "its settings differ from the fleet file",
                              "it was changed by hand, or the file was never applied",
                              "ebb tokens apply {fleet}", NULL },
    [AUDIT_DRIFT_UNWANTED] = { "drift_unwanted", SCOPE_DRIFT, LEVEL_WARNING,
                               "marked absent in the fleet file, but it exists",
                               "it should be gone and still works", "ebb tokens apply {fleet}",
                               NULL },
    [AUDIT_DRIFT_CONFLICT] = { "drift_conflict", SCOPE_DRIFT, LEVEL_WARNING,
                               "its type differs from the fleet file",
                               "a token keeps its type: make a successor, or correct the file",
                               "ebb tokens plan {fleet}", NULL },
    [AUDIT_DRIFT_UNKNOWN] = { "drift_unknown", SCOPE_DRIFT, LEVEL_INFO, "not in the fleet file",
                              "it was created by hand", "ebb tokens plan {fleet}", NULL },
};
_Static_assert(COUNT(checks) == AUDIT_CHECKS, "a check has no row");
_Static_assert(AUDIT_CHECKS <= 32, "a policy keeps checks as bits of 32");

static bool is_one_of(uint32_t set, enum audit_check check)
{
    return set >> check & 1;
}

static enum level severity_of(const struct audit_policy *policy, enum audit_check check)
{
    for (enum level l = LEVEL_INFO; l < LEVELS; l++)
        if (is_one_of(policy->severity[l], check))
            return l;
    return checks[check].severity;
}

/* The proposed amount: the reset amount, else what was spent, in whole dollars. */
static int64_t amount_for(const struct audit_token *t)
{
    int64_t nano = 0;
    if (t && t->reading.reset_amount.known)
        nano = t->reading.reset_amount.is.nano;
    else if (t && t->spent_30d.known && t->spent_30d.is.nano > MOST_BUDGET_NANO)
        nano = MOST_BUDGET_NANO;
    else if (t && t->spent_30d.known)
        nano = (t->spent_30d.is.nano + NANO_PER_USD - 1) / NANO_PER_USD * NANO_PER_USD;
    return nano <= 0 ? DEFAULT_BUDGET_NANO : nano > MOST_BUDGET_NANO ? MOST_BUDGET_NANO : nano;
}

/* What a finding is about. */
struct audit_subject {
    const struct audit_scene *scene;
    const char *token; /* NULL: the account */
    bool name_account;
};

static void add_finding(struct audit *a, enum audit_check check, const struct audit_subject *about,
                        struct text *reason)
{
    const struct audit_scene *s = about->scene;
    struct text fix = { 0 };
    const struct fix_words words = {
        .name = about->token,
        .account = s->account->name,
        .fleet = s->account->fleet,
        .amount_nano = amount_for(s->token),
        .period = s->token ? calendar_period_name(s->token->reading.period) : NULL,
        .name_account = about->name_account,
    };
    if (checks[check].fix)
        fix_add(&fix, checks[check].fix, &words);
    a->at = xgrown(a->at, a->count, &a->room, sizeof *a->at);
    a->at[a->count++] = (struct finding){
        .check = check,
        .severity = severity_of(s->policy, check),
        .account = xstrdup(s->account->name),
        .token = about->token ? xstrdup(about->token) : NULL,
        .reason = xstrdup(text_z(reason)),
        .fix = fix.len ? fix.at : NULL,
    };
}

static void run_check(struct audit *a, enum audit_check check, const struct audit_subject *about)
{
    struct text reason = { 0 };
    switch (checks[check].found(about->scene, &reason)) {
    case AUDIT_FOUND:
        add_finding(a, check, about, &reason);
        break;
    case AUDIT_UNKNOWN:
        a->unknown[check]++;
        break;
    case AUDIT_NOT_OFFERED:
        a->not_offered[check]++;
        break;
    case AUDIT_CLEAR:
        break;
    }
    text_done(&reason);
}

static void run_checks(struct audit *a, enum query_filter scope, const struct audit_subject *about)
{
    for (enum audit_check c = 0; c < AUDIT_CHECKS; c++)
        if (c != AUDIT_STALE && checks[c].scope == scope
            && !is_one_of(about->scene->policy->ignored, c))
            run_check(a, c, about);
}

/* Stale data is no matter of taste: even when the check is ignored, the account is skipped. */
static bool is_stale(struct audit *a, const struct audit_subject *about)
{
    struct text reason = { 0 };
    bool stale = check_stale(about->scene, &reason) == AUDIT_FOUND;
    if (stale) {
        a->stale++;
        if (!is_one_of(about->scene->policy->ignored, AUDIT_STALE))
            add_finding(a, AUDIT_STALE, about, &reason);
    }
    text_done(&reason);
    return stale;
}

static bool is_judged(const struct audit_scene *s, const char *name)
{
    const char *only = s->account->only;
    return !audit_matches(s->policy->skip, span_of(name))
        && (!only || naming_matches(only, span_of(name)));
}

static void tell_differences(const struct token_plan_step *step, struct text *reason)
{
    text_addf(reason, "differs in ");
    for (enum token_spec_field f = 0, told = 0; f < SPEC_FIELDS; f++) {
        if (!step->wish.given[f])
            continue;
        text_addf(reason, "%s%s (is ", told++ ? ", " : "", token_spec_field_name(f));
        token_spec_show(f, step->is, reason);
        text_addf(reason, ", wanted ");
        token_spec_show(f, &step->wish.wanted, reason);
        text_addf(reason, ")");
    }
}

static void add_drift(struct audit *a, const struct audit_scene *s,
                      const struct token_plan_step *step, bool name_account)
{
    static const struct {
        enum audit_check check;
        const char *reason;
    } rows[TOKEN_PLAN_KINDS] = {
        [TOKEN_PLAN_CREATE] = { AUDIT_DRIFT_MISSING,
                                "in the fleet file, but there is no such token" },
        [TOKEN_PLAN_CHANGE] = { AUDIT_DRIFT_DIFFERS, NULL },
        [TOKEN_PLAN_DELETE] = { AUDIT_DRIFT_UNWANTED,
                                "marked absent in the fleet file, but it still exists" },
        [TOKEN_PLAN_CONFLICT] = { AUDIT_DRIFT_CONFLICT, NULL },
        [TOKEN_PLAN_SAME] = { AUDIT_CHECKS, NULL },
        [TOKEN_PLAN_UNKNOWN] = { AUDIT_DRIFT_UNKNOWN, "not in the fleet file" },
    };
    enum audit_check check = rows[step->kind].check;
    if (check == AUDIT_CHECKS || is_one_of(s->policy->ignored, check) || !is_judged(s, step->name))
        return;
    const struct audit_subject about = { s, step->name, name_account };
    struct text reason = { 0 };
    if (rows[step->kind].reason)
        text_addf(&reason, "%s", rows[step->kind].reason);
    else
        tell_differences(step, &reason);
    add_finding(a, check, &about, &reason);
    text_done(&reason);
}

/* A token missing from the last lists is neither present nor gone yet: its last reading stands for
 * it. */
static void compare_with_fleet(struct audit *a, const struct audit_scene *s, bool name_account)
{
    const struct audit_account *account = s->account;
    struct reading *readings = xcalloc(account->token_count + 1, sizeof *readings);
    struct token_plan plan;
    for (size_t i = 0; i < account->token_count; i++)
        readings[i] = account->tokens[i].reading;
    token_plan_make(account->wanted, account->wanted_count, readings, account->token_count, &plan);
    for (size_t i = 0; i < plan.count; i++)
        add_drift(a, s, &plan.steps[i], name_account);
    token_plan_done(&plan);
    free(readings);
}

void audit_account(struct audit *a, const struct audit_policy *policy,
                   const struct audit_account *account, bool name_account, unix_s now)
{
    struct audit_scene s = { policy, account, NULL, now };
    const struct audit_subject whole = { &s, NULL, name_account };
    if (is_stale(a, &whole))
        return;
    if (!account->only)
        run_checks(a, SCOPE_ACCOUNT, &whole);
    for (size_t i = 0; i < account->token_count; i++) {
        s.token = &account->tokens[i];
        const struct audit_subject about = { &s, s.token->reading.name, name_account };
        if (!audit_is_readable(s.token) || !is_judged(&s, about.token))
            continue;
        run_checks(a, SCOPE_TOKEN, &about);
        a->judged++;
    }
    s.token = NULL;
    if (account->fleet)
        compare_with_fleet(a, &s, name_account);
}

static int compare_texts(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) : (a != NULL) - (b != NULL);
}

static int by_severity(const void *x, const void *y)
{
    const struct finding *a = x, *b = y;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    int order = compare_texts(a->account, b->account);
    if (!order)
        order = compare_texts(a->token, b->token);
    return order ? order : (int)a->check - (int)b->check;
}

void audit_sort(struct audit *a)
{
    if (a->count)
        qsort(a->at, a->count, sizeof *a->at, by_severity);
}

void audit_done(struct audit *a)
{
    for (size_t i = 0; i < a->count; i++) {
        free(a->at[i].account);
        free(a->at[i].token);
        free(a->at[i].reason);
        free(a->at[i].fix);
    }
    free(a->at);
    *a = (struct audit){ 0 };
}

const char *audit_check_name(enum audit_check check)
{
    return checks[check].name;
}

const char *audit_check_help(enum audit_check check)
{
    return checks[check].help;
}

const char *audit_check_why(enum audit_check check)
{
    return checks[check].why;
}

enum level audit_check_severity(enum audit_check check)
{
    return checks[check].severity;
}

void audit_check_fix(enum audit_check check, struct text *out)
{
    const struct fix_words nothing = { 0 };
    if (checks[check].fix)
        fix_add(out, checks[check].fix, &nothing);
}
