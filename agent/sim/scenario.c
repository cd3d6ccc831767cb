/* Rows of keys and their readers. Relative times count from the start of the virtual clock. */
#include "sim/scenario.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xmalloc.h"
#include "core/calendar.h"
#include "sim/settings.h"
#include "sim/token_form.h"

enum { TOKENS_MAX = 1000000, NAME_ROOM = 1024 };

static bool read_bool(struct span value, bool *ret, struct fault *why)
{
    *ret = span_is(value, "true");
    return *ret || span_is(value, "false") || fault(why, FAULT_REJECT, "true or false is required");
}

static bool read_span(struct span value, int64_t *ret, struct fault *why)
{
    if (!duration_parse(value, ret, why))
        return false;
    return *ret > 0 || fault(why, FAULT_REJECT, "a duration above zero is required");
}

static bool read_amount(struct span value, struct maybe_money *ret, struct fault *why)
{
    struct money amount;
    if (span_is(value, "null")) {
        *ret = (struct maybe_money){ 0 };
        return true;
    }
    if (!money_parse(value, &amount, why))
        return false;
    *ret = money_known(amount);
    return true;
}

bool scenario_read_time(struct span value, unix_s now, unix_s *ret, struct fault *why)
{
    int64_t ahead;
    if (!value.len || *value.at != '+')
        return calendar_parse(value, ret, why);
    if (!duration_parse((struct span){ value.at + 1, value.len - 1 }, &ahead, why))
        return false;
    *ret = now + ahead;
    return true;
}

static bool set_name(struct token_draft *d, struct span value, struct fault *why)
{
    if (!value.len || value.len > NAME_BYTES_MAX)
        return fault(why, FAULT_REJECT, "1 to 200 characters are required");
    free(d->name);
    d->name = xstrndup(value.at, value.len);
    return true;
}

static bool set_secret(struct token_draft *d, struct span value, struct fault *why)
{
    if (!value.len || value.len > SECRET_BYTES_MAX)
        return fault(why, FAULT_REJECT, "1 to %d bytes are required", SECRET_BYTES_MAX);
    free(d->secret);
    d->secret = xstrndup(value.at, value.len);
    return true;
}

static bool set_member(struct token_draft *d, struct span value, struct fault *why)
{
    if (!value.len || !memchr(value.at, '@', value.len))
        return fault(why, FAULT_REJECT, "an e-mail is required");
    free(d->member);
    d->member = xstrndup(value.at, value.len);
    return true;
}

static bool set_legacy(struct token_draft *d, struct span value, struct fault *why)
{
    return read_bool(value, &d->legacy, why);
}

static bool set_revoked(struct token_draft *d, struct span value, struct fault *why)
{
    return read_bool(value, &d->revoked, why);
}

static bool set_count(struct token_draft *d, struct span value, struct fault *why)
{
    return setting_read_count(value, TOKENS_MAX, &d->count, why);
}

/* Also types that the API may bring one day. */
static bool set_type(struct token_draft *d, struct span value, struct fault *why)
{
    if (!value.len || value.len >= sizeof d->terms.type)
        return fault(why, FAULT_REJECT, "1 to %zu bytes are required", sizeof d->terms.type - 1);
    snprintf(d->terms.type, sizeof d->terms.type, "%.*s", (int)value.len, value.at);
    return true;
}

static bool set_balance(struct token_draft *d, struct span value, struct fault *why)
{
    return read_amount(value, &d->terms.balance, why);
}

static bool set_active(struct token_draft *d, struct span value, struct fault *why)
{
    d->active_given = true;
    return read_bool(value, &d->terms.budgeted, why);
}

static bool set_expiry(struct token_draft *d, struct span value, struct fault *why)
{
    return scenario_read_time(value, d->now, &d->terms.expires, why);
}

static bool set_period(struct token_draft *d, struct span value, struct fault *why)
{
    d->terms.period = calendar_period_named(value);
    return d->terms.period != RESET_OTHER
        || fault(why, FAULT_REJECT, "none, daily, weekly or monthly is required");
}

static bool set_reset_amount(struct token_draft *d, struct span value, struct fault *why)
{
    d->amount_given = true;
    return read_amount(value, &d->terms.reset_amount, why);
}

static bool set_profile(struct token_draft *d, struct span value, struct fault *why)
{
    return profile_kind_named(value, &d->profile.kind)
        || fault(why, FAULT_REJECT,
                 "none, steady, office_hours, bursts, idle or runaway is required");
}

static bool set_usd_per_day(struct token_draft *d, struct span value, struct fault *why)
{
    return money_parse(value, &d->profile.usd_per_day, why);
}

static bool set_every(struct token_draft *d, struct span value, struct fault *why)
{
    return read_span(value, &d->profile.every_s, why);
}

static bool set_doubles(struct token_draft *d, struct span value, struct fault *why)
{
    return read_span(value, &d->profile.doubles_s, why);
}

static const struct token_key {
    const char *name;
    bool (*set)(struct token_draft *, struct span, struct fault *);
} token_keys[] = {
    { "name", set_name },
    { "secret", set_secret },
    { "member", set_member },
    { "legacy", set_legacy },
    { "revoked", set_revoked },
    { "count", set_count },
    { "type", set_type },
    { "balance", set_balance },
    { "active_balance", set_active },
    { "expire_time", set_expiry },
    { "reset_period", set_period },
    { "reset_amount", set_reset_amount },
    { "profile", set_profile },
    { "kind", set_profile },
    { "usd_per_day", set_usd_per_day },
    { "every", set_every },
    { "doubles_every", set_doubles },
};

void scenario_draft(const struct world *w, struct token_draft *ret)
{
    *ret = (struct token_draft){
        .now = w->started,
        .count = 1,
        .terms = { .type = TOKEN_TYPE_DEFAULT, .expires = TIME_NONE },
        .profile = { .every_s = PROFILE_EVERY_S,
                     .doubles_s = PROFILE_DOUBLES_S,
                     .starts = w->started },
    };
}

void scenario_draft_done(struct token_draft *draft)
{
    free(draft->name);
    free(draft->secret);
    free(draft->member);
}

bool scenario_set_token(struct token_draft *draft, struct span key, struct span value,
                        struct fault *why)
{
    for (size_t i = 0; i < COUNT(token_keys); i++)
        if (span_is(key, token_keys[i].name))
            return token_keys[i].set(draft, value, why)
                || fault_within(why, "%s", token_keys[i].name);
    return fault(why, FAULT_REJECT, "\"%.*s\" is not a key of a token", (int)key.len, key.at);
}

bool scenario_add_use(struct world *w, struct token_draft *draft, struct span value,
                      struct fault *why)
{
    const char *slash = memchr(value.at, '/', value.len);
    if (!slash || draft->use_count == TOKEN_USES_MAX)
        return fault(why, FAULT_REJECT, "uses: up to %d of FEATURE/PROVIDER are required",
                     TOKEN_USES_MAX);
    char *feature = xstrndup(value.at, (size_t)(slash - value.at));
    char *provider = xstrndup(slash + 1, value.len - (size_t)(slash + 1 - value.at));
    draft->uses[draft->use_count++] =
        (struct use){ world_word(w, feature), world_word(w, provider) };
    free(feature);
    free(provider);
    return true;
}

/* Writes the name of the n-th token: the pattern's one "%d" or "%05d" becomes the number. */
static bool expand_name(const char *pattern, int64_t n, char out[NAME_ROOM], struct fault *why)
{
    const char *hole = strchr(pattern, '%');
    size_t width = hole ? strspn(hole + 1, "0123456789") : 0;
    if (!hole || hole[1 + width] != 'd' || width > 2 || strchr(hole + 1, '%'))
        return fault(why, FAULT_REJECT, "name: with a count, exactly one %%d or %%05d is required");
    snprintf(out, NAME_ROOM, "%.*s%0*lld%s", (int)(hole - pattern), pattern, atoi(hole + 1),
             (long long)n, hole + 2 + width);
    return true;
}

static bool add_token(struct sim_account *a, const struct token_draft *d, const char *name,
                      struct fault *why)
{
    struct token_order order = {
        .name = name,
        .secret = d->secret,
        .member = d->member,
        .legacy = d->legacy,
        .terms = d->terms,
        .profile = d->profile,
        .uses = d->uses,
        .use_count = d->use_count,
    };
    if (!d->revoked && account_name_taken(a, name, d->member, NULL))
        return fault(why, FAULT_REJECT, "name: \"%s\" is listed twice", name);
    if (d->secret && account_with_secret(a, span_of(d->secret)))
        return fault(why, FAULT_REJECT, "secret: the one of \"%s\" is used twice", name);
    struct sim_token *t = account_add(a, &order);
    if (d->revoked)
        account_revoke(a, t);
    return true;
}

bool scenario_add_tokens(struct sim_account *a, struct token_draft *d, struct fault *why)
{
    char name[NAME_ROOM];
    if (!d->name)
        return fault(why, FAULT_REJECT, "a token has no name");
    if (!d->active_given)
        d->terms.budgeted = d->terms.balance.known;
    const char *wrong = terms_settle(&d->terms, d->amount_given);
    if (wrong)
        return fault(why, FAULT_REJECT, "token \"%s\": a reset needs both a period and an amount",
                     d->name);
    if (d->count == 1)
        return add_token(a, d, d->name, why);
    for (int64_t n = 0; n < d->count; n++)
        if (!expand_name(d->name, n, name, why) || !add_token(a, d, name, why))
            return false;
    return true;
}

enum account_key { ACCOUNT_NAME, ACCOUNT_KEY, ACCOUNT_CREDITS };
const char *const scenario_account_keys[] = {
    [ACCOUNT_NAME] = "name",
    [ACCOUNT_KEY] = "key",
    [ACCOUNT_CREDITS] = "credits",
};
const size_t scenario_account_key_count = COUNT(scenario_account_keys);

bool scenario_set_account(struct world *w, struct account_draft *draft, size_t key,
                          struct span value, struct fault *why)
{
    if (key == ACCOUNT_CREDITS)
        return read_amount(value, &draft->credits, why) || fault_within(why, "credits");
    char *text = xstrndup(value.at, value.len);
    *(key == ACCOUNT_NAME ? &draft->name : &draft->key) = world_word(w, text);
    free(text);
    return true;
}

static bool is_one_of(struct span key, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (span_is(key, names[i]))
            return true;
    return false;
}

bool scenario_key_known(struct span key, bool root, struct fault *why)
{
    if (span_is(key, "tokens") || span_is(key, "members") || span_is(key, "management_keys")
        || is_one_of(key, scenario_account_keys, scenario_account_key_count)
        || (root && (span_is(key, "accounts") || setting_known(key))))
        return true;
    return fault(why, FAULT_REJECT, "\"%.*s\" is not a key of %s", (int)key.len, key.at,
                 root ? "a scenario" : "an account");
}

void scenario_start_clock(struct world *w, const struct sim_options *options)
{
    if (options->start != TIME_NONE)
        w->started = options->start;
    if (w->started == TIME_NONE)
        w->started = clock_unix();
    if (options->speed != SIM_SPEED_UNSET)
        w->clock.speed = options->speed;
    if (options->seed >= 0)
        w->seed = (uint64_t)options->seed;
    virtual_clock_set(&w->clock, clock_mono(), w->started);
}
