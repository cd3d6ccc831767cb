/* Written for the operator who reads the audit in the morning: a finding must be true and worth
 * acting on.
 *
 * Each problem is reported once. An expired token is neither idle nor old, an exhausted one not
 * idle; a sandbox token, which costs nothing, is never unused, since its use is invisible. */
#include "core/audit/checks.h"

#include <inttypes.h>

#include "core/audit/words.h"
#include "core/calendar.h"
#include "core/naming.h"

enum { MONTH_S = 30 * DAY_S };

static struct span name_of(const struct audit_scene *s)
{
    return span_of(s->token->reading.name);
}

static bool is_sandbox(const struct audit_token *t)
{
    return reading_is_free(&t->reading);
}

static bool has_expired(const struct audit_token *t, unix_s now)
{
    return t->reading.expires != TIME_NONE && t->reading.expires <= now;
}

static bool is_empty(const struct audit_token *t)
{
    return t->reading.budgeted && t->reading.balance.known && t->reading.balance.is.nano <= 0;
}

static bool is_production(const struct audit_scene *s)
{
    return audit_matches(s->policy->production, naming_environment(name_of(s)));
}

static bool resets(const struct audit_token *t)
{
    return t->reading.period != RESET_NONE;
}

static void add_duration(struct text *out, int64_t seconds)
{
    char shown[DURATION_TEXT_BYTES];
    text_add(out, span_of(duration_format(seconds, shown)));
}

static void add_day(struct text *out, unix_s at)
{
    char shown[TIME_TEXT_BYTES];
    text_addf(out, "%.10s", calendar_format(at, shown));
}

static void add_usd(struct text *out, int64_t nano)
{
    char shown[MONEY_TEXT_BYTES];
    text_addf(out, "%s USD", money_format_cents((struct money){ nano }, shown));
}

enum audit_answer check_stale(const struct audit_scene *s, struct text *reason)
{
    const struct audit_account *a = s->account;
    if (!stamp_is_stale(a->seen_at, a->stale_after_s, s->now))
        return AUDIT_CLEAR;
    if (a->seen_at == TIME_NONE) {
        text_addf(reason, "no complete answer yet: this account is not checked");
    } else {
        text_addf(reason, "the last complete answer is ");
        add_duration(reason, seconds_between(a->seen_at, s->now));
        text_addf(reason, " old: this account is not checked");
    }
    return AUDIT_FOUND;
}

/* What tokens may spend of the credits. `unknown`: a balance is missing, so the sum is too small.
 */
struct credit_need {
    int64_t balances_nano, refills_nano;
    size_t tokens;
    bool unknown;
};

static bool add_nano(int64_t *sum, int64_t nano)
{
    return nano <= 0 || !__builtin_add_overflow(*sum, nano, sum);
}

static struct credit_need promise_of(const struct audit_scene *s)
{
    struct credit_need p = { 0 };
    for (size_t i = 0; i < s->account->token_count; i++) {
        const struct audit_token *t = &s->account->tokens[i];
        const struct reading *r = &t->reading;
        if (!r->budgeted || is_sandbox(t) || has_expired(t, s->now) || !audit_is_readable(t))
            continue;
        if (!r->balance.known) {
            p.unknown = true;
            continue;
        }
        p.tokens++;
        p.unknown |= !add_nano(&p.balances_nano, r->balance.is.nano);
        unix_s due = calendar_next_reset(r->period, s->now);
        bool lives = r->expires == TIME_NONE || r->expires > due;
        if (due != TIME_NONE && due <= s->now + WEEK_S && lives && r->reset_amount.known)
            p.unknown |= !add_nano(&p.refills_nano, r->reset_amount.is.nano);
    }
    return p;
}

static void add_credits(struct text *out, const struct audit_account *a)
{
    text_addf(out, "the account has %s",
              a->credits_source == CREDITS_ESTIMATED ? "an estimated " : "");
    add_usd(out, a->credits.is.nano);
}

enum audit_answer check_credits(const struct audit_scene *s, struct text *reason)
{
    struct credit_need p = promise_of(s);
    if (s->account->credits_source == CREDITS_NOT_OFFERED)
        return AUDIT_NOT_OFFERED;
    if (!s->account->credits.known)
        return p.tokens ? AUDIT_UNKNOWN : AUDIT_CLEAR;
    int64_t credits_nano = s->account->credits.is.nano;
    if (p.balances_nano <= credits_nano || p.tokens == 0)
        return p.unknown ? AUDIT_UNKNOWN : AUDIT_CLEAR;
    add_credits(reason, s->account);
    text_addf(reason, ", its %zu token budget%s add%s up to ", p.tokens, p.tokens == 1 ? "" : "s",
              p.tokens == 1 ? "s" : "");
    add_usd(reason, p.balances_nano);
    text_addf(reason, ": buy ");
    add_usd(reason, p.balances_nano - credits_nano);
    text_addf(reason, " of credits or lower the budgets");
    return AUDIT_FOUND;
}

enum audit_answer check_credits_ahead(const struct audit_scene *s, struct text *reason)
{
    struct credit_need p = promise_of(s);
    int64_t credits_nano = s->account->credits.is.nano, all_nano;
    if (s->account->credits_source == CREDITS_NOT_OFFERED)
        return AUDIT_NOT_OFFERED;
    if (p.refills_nano == 0)
        return AUDIT_CLEAR;
    if (!s->account->credits.known
        || __builtin_add_overflow(p.balances_nano, p.refills_nano, &all_nano))
        return AUDIT_UNKNOWN;
    if (p.balances_nano > credits_nano)
        return AUDIT_CLEAR; /* reported as `credits` */
    if (all_nano <= credits_nano)
        return p.unknown ? AUDIT_UNKNOWN : AUDIT_CLEAR;
    add_credits(reason, s->account);
    text_addf(reason, "; its token budgets add up to ");
    add_usd(reason, p.balances_nano);
    text_addf(reason, " now and ");
    add_usd(reason, p.refills_nano);
    text_addf(reason, " more is granted by resets in the next 7 days");
    return AUDIT_FOUND;
}

/* An allowance outside production that was used up is doing its job: it is filled again by itself.
 */
enum audit_answer check_exhausted(const struct audit_scene *s, struct text *reason)
{
    const struct audit_token *t = s->token;
    if (!t->reading.budgeted || is_sandbox(t) || has_expired(t, s->now)
        || (resets(t) && !is_production(s)))
        return AUDIT_CLEAR;
    if (!t->reading.balance.known)
        return AUDIT_UNKNOWN;
    if (!is_empty(t))
        return AUDIT_CLEAR;
    text_addf(reason, "the balance is empty: calls with this token fail");
    unix_s due = calendar_next_reset(t->reading.period, s->now);
    if (due != TIME_NONE) {
        text_addf(reason, " until the reset in ");
        add_duration(reason, due - s->now);
    }
    return AUDIT_FOUND;
}

/* `billing-prod` does not follow the convention, but it is clearly not a toy. */
enum audit_answer check_budget(const struct audit_scene *s, struct text *reason)
{
    const struct audit_token *t = s->token;
    struct span word;
    if (t->reading.budgeted || is_sandbox(t) || has_expired(t, s->now)
        || audit_has_word(s->policy->production, name_of(s), &word))
        return AUDIT_CLEAR;
    text_addf(reason, "no budget outside production: it can spend all of the account's credits");
    if (t->spent_30d.known && t->spent_30d.is.nano > 0) {
        text_addf(reason, " (");
        add_usd(reason, t->spent_30d.is.nano);
        text_addf(reason, " in the last 30 days)");
    }
    return AUDIT_FOUND;
}

enum audit_answer check_reset_amount(const struct audit_scene *s, struct text *reason)
{
    const struct reading *r = &s->token->reading;
    if (r->period == RESET_OTHER)
        return AUDIT_UNKNOWN;
    if (r->period == RESET_NONE || (r->reset_amount.known && r->reset_amount.is.nano > 0))
        return AUDIT_CLEAR;
    text_addf(reason, "its %s reset has no amount", calendar_period_name(r->period));
    return AUDIT_FOUND;
}

enum audit_answer check_sandbox(const struct audit_scene *s, struct text *reason)
{
    struct span environment = naming_environment(name_of(s));
    if (is_sandbox(s->token) || has_expired(s->token, s->now)
        || !audit_matches(s->policy->ci, environment))
        return AUDIT_CLEAR;
    text_addf(reason, "runs tests and costs real money; a sandbox token is free");
    return AUDIT_FOUND;
}

enum audit_answer check_sandbox_in_production(const struct audit_scene *s, struct text *reason)
{
    if (!is_sandbox(s->token) || has_expired(s->token, s->now) || !is_production(s))
        return AUDIT_CLEAR;
    text_addf(reason, "a sandbox token in production: it returns mock responses");
    return AUDIT_FOUND;
}

enum audit_answer check_temporary(const struct audit_scene *s, struct text *reason)
{
    struct span word;
    if (s->token->reading.expires != TIME_NONE
        || !audit_has_word(s->policy->temporary, name_of(s), &word))
        return AUDIT_CLEAR;
    text_addf(reason, "\"%.*s\" suggests a temporary key, but it never expires", (int)word.len,
              word.at);
    return AUDIT_FOUND;
}

enum audit_answer check_expiring(const struct audit_scene *s, struct text *reason)
{
    unix_s expires = s->token->reading.expires;
    if (expires == TIME_NONE || expires <= s->now || expires - s->now > s->policy->expiring_s)
        return AUDIT_CLEAR;
    text_addf(reason, "stops working in ");
    add_duration(reason, expires - s->now);
    text_addf(reason, ", on ");
    add_day(reason, expires);
    return AUDIT_FOUND;
}

enum audit_answer check_expired(const struct audit_scene *s, struct text *reason)
{
    if (!has_expired(s->token, s->now))
        return AUDIT_CLEAR;
    text_addf(reason, "stopped working on ");
    add_day(reason, s->token->reading.expires);
    return AUDIT_FOUND;
}

/* The newest living successor of the token. */
static const struct audit_token *successor_of(const struct audit_scene *s)
{
    int64_t own, newest;
    struct span stem = audit_stem(name_of(s), &own);
    const struct audit_token *found = NULL;
    newest = own;
    for (size_t i = 0; i < s->account->token_count; i++) {
        const struct audit_token *t = &s->account->tokens[i];
        int64_t generation;
        if (strncmp(t->reading.name, stem.at, stem.len) != 0)
            continue; /* the common case, cheaply: each token is compared with each */
        bool same = audit_stem(span_of(t->reading.name), &generation).len == stem.len;
        if (same && generation > newest && audit_is_readable(t) && !has_expired(t, s->now)) {
            newest = generation;
            found = t;
        }
    }
    return found;
}

enum audit_answer check_rotation(const struct audit_scene *s, struct text *reason)
{
    const struct audit_token *t = s->token;
    int64_t age_s = seconds_between(t->first_seen, s->now);
    if (is_sandbox(t) || has_expired(t, s->now) || successor_of(s))
        return AUDIT_CLEAR;
    if (age_s <= s->policy->rotation_s)
        return t->born ? AUDIT_CLEAR : AUDIT_UNKNOWN; /* it was there before it was first seen */
    text_addf(reason, "not rotated for %s", t->born ? "" : "at least ");
    add_duration(reason, age_s);
    return AUDIT_FOUND;
}

/* During a rotation, both are expected to be alive. */
enum audit_answer check_superseded(const struct audit_scene *s, struct text *reason)
{
    const struct audit_token *successor = has_expired(s->token, s->now) ? NULL : successor_of(s);
    if (!successor || seconds_between(successor->first_seen, s->now) <= s->policy->never_used_s)
        return AUDIT_CLEAR;
    text_addf(reason, "%s replaced it at least ", successor->reading.name);
    add_duration(reason, seconds_between(successor->first_seen, s->now));
    text_addf(reason, " ago, and it still works");
    if (s->token->used_at != TIME_NONE && seconds_between(s->token->used_at, s->now) < WEEK_S)
        text_addf(reason, " and in use");
    return AUDIT_FOUND;
}

enum audit_answer check_never_used(const struct audit_scene *s, struct text *reason)
{
    const struct audit_token *t = s->token;
    if (is_sandbox(t) || has_expired(t, s->now) || t->used_at != TIME_NONE || is_empty(t))
        return AUDIT_CLEAR;
    if (!t->born || t->watched_to == TIME_NONE || t->watched_from > t->first_seen)
        return AUDIT_UNKNOWN; /* it may have been used before */
    if (seconds_between(t->first_seen, t->watched_to) <= s->policy->never_used_s)
        return AUDIT_CLEAR; /* it is new */
    text_addf(reason, "never used since it was created ");
    add_duration(reason, seconds_between(t->first_seen, s->now));
    text_addf(reason, " ago");
    return AUDIT_FOUND;
}

enum audit_answer check_idle(const struct audit_scene *s, struct text *reason)
{
    const struct audit_token *t = s->token;
    struct text ignored = { 0 };
    bool told = check_never_used(s, &ignored) == AUDIT_FOUND;
    text_done(&ignored);
    if (told || is_sandbox(t) || has_expired(t, s->now) || is_empty(t))
        return AUDIT_CLEAR;
    if (t->used_at != TIME_NONE && seconds_between(t->used_at, s->now) <= s->policy->idle_s)
        return AUDIT_CLEAR;
    if (t->watched_to == TIME_NONE || seconds_between(t->watched_to, s->now) > s->policy->idle_s)
        return AUDIT_UNKNOWN;
    unix_s since =
        t->used_at != TIME_NONE && t->used_at > t->watched_from ? t->used_at : t->watched_from;
    if (t->watched_to - since <= s->policy->idle_s)
        return t->born && t->used_at == TIME_NONE ? AUDIT_CLEAR : AUDIT_UNKNOWN;
    text_addf(reason, "unused for %s", t->used_at == TIME_NONE ? "at least " : "");
    add_duration(reason, t->watched_to - since);
    return AUDIT_FOUND;
}

enum audit_answer check_naming(const struct audit_scene *s, struct text *reason)
{
    if (audit_is_conventional(name_of(s)))
        return AUDIT_CLEAR;
    text_addf(reason, "the name does not follow env-project-purpose");
    return AUDIT_FOUND;
}
