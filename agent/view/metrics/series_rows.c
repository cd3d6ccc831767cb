/* What is known of a token, and the same of an account's credits. Times of a state that says
 * nothing of the end (view/standing.h) are absent, and so is an end that is not in sight. */
#include "view/metrics/row.h"

#include "base/span.h"

static const char *window_name(size_t place)
{
    static const char *const names[] = { "1h", "6h", "24h", "7d" };
    _Static_assert(COUNT(names) == BURN_WINDOWS, "a window has no name");
    return names[place];
}

static const char *quantile_name(size_t place)
{
    static const char *const names[] = { "0.1", "0.5", "0.9" };
    _Static_assert(COUNT(names) == COUNT(((struct series_facts *)0)->ends_at),
                   "a quantile has no name");
    return names[place];
}

static const char *name_of_state(size_t place)
{
    return state_slug((enum state)place);
}

static const struct metric_label windows = { "window", window_name, BURN_WINDOWS };
static const struct metric_label quantiles = { "quantile", quantile_name, 3 };
static const struct metric_label states = { "state", name_of_state, STATES };

static int64_t info(const struct subject *s, size_t place)
{
    (void)s, (void)place;
    return 1;
}

static int64_t state(const struct subject *s, size_t place)
{
    return s->series.state == (enum state)place ? 1 : METRIC_ABSENT;
}

static int64_t balance(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.balance_nano;
}

static int64_t available(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.available_nano;
}

static int64_t reset_amount(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.reset_amount_nano;
}

static int64_t burn(const struct subject *s, size_t place)
{
    return s->series.burn_nano[place];
}

static int64_t spent(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.spent_nano;
}

static int64_t ends(const struct subject *s, size_t place)
{
    return s->series.ends_at[place];
}

static int64_t runs_dry(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.lasts_nano == METRIC_ABSENT ? METRIC_ABSENT
                                                 : 1000000000 - s->series.lasts_nano;
}

static int64_t horizon(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.horizon_at;
}

static int64_t reset(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.reset_at;
}

static int64_t expiry(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.expires_at;
}

static int64_t seen(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.seen_at;
}

static int64_t forecast_made(const struct subject *s, size_t place)
{
    (void)place;
    return s->series.forecast_at;
}

static const struct metric tokens[] = {
    { "ebb_token_info", "Type, reset period, project and member of a watched token.", NULL,
      METRIC_INFO, METRIC_WHOLE, NULL, info },
    { "ebb_token_state", "State of the token, as in `ebb status`: 1 for the current state.", NULL,
      METRIC_GAUGE, METRIC_WHOLE, &states, state },
    { "ebb_token_balance_usd", "Balance of the token, as reported by the API.", "usd", METRIC_GAUGE,
      METRIC_NANO, NULL, balance },
    { "ebb_token_available_usd",
      "What the token can spend: its balance, or the account's credits if they are lower.", "usd",
      METRIC_GAUGE, METRIC_NANO, NULL, available },
    { "ebb_token_reset_amount_usd", "Balance after the next reset.", "usd", METRIC_GAUGE,
      METRIC_NANO, NULL, reset_amount },
    { "ebb_token_spent_usd_total", "Spend since the token was first seen; never falls.", "usd",
      METRIC_COUNTER, METRIC_NANO, NULL, spent },
    { "ebb_token_burn_usd_per_hour", "Burn rate over the window that ends now.", "usd_per_hour",
      METRIC_GAUGE, METRIC_NANO, &windows, burn },
    { "ebb_token_exhaustion_timestamp_seconds",
      "When the balance runs out: early, likely and late. Absent while unknown or with no end in "
      "sight.",
      "seconds", METRIC_SUMMARY, METRIC_WHOLE, &quantiles, ends },
    { "ebb_token_runs_dry_probability",
      "Probability that the balance runs out before ebb_token_horizon_timestamp_seconds.", NULL,
      METRIC_GAUGE, METRIC_NANO, NULL, runs_dry },
    { "ebb_token_horizon_timestamp_seconds",
      "How far the forecast looks ahead: to the next reset, else the expiry, else one week.",
      "seconds", METRIC_GAUGE, METRIC_WHOLE, NULL, horizon },
    { "ebb_token_reset_timestamp_seconds", "Time of the next reset.", "seconds", METRIC_GAUGE,
      METRIC_WHOLE, NULL, reset },
    { "ebb_token_expiry_timestamp_seconds", "When the token expires.", "seconds", METRIC_GAUGE,
      METRIC_WHOLE, NULL, expiry },
    { "ebb_token_last_success_timestamp_seconds", "Last successful reading of the token.",
      "seconds", METRIC_GAUGE, METRIC_WHOLE, NULL, seen },
    { "ebb_token_forecast_timestamp_seconds", "Time of the reading that the forecast is based on.",
      "seconds", METRIC_GAUGE, METRIC_WHOLE, NULL, forecast_made },
};

static int64_t number(const struct subject *s, size_t place)
{
    (void)place;
    return s->number;
}

static const struct metric usage[] = {
    { "ebb_usage_usd_total",
      "Total consumption reported by the usage endpoint, by feature and provider.", "usd",
      METRIC_COUNTER, METRIC_NANO, NULL, number },
};

static const struct metric credits[] = {
    { "ebb_credits_state",
      "State of the account's credits, as in `ebb status`: 1 for the current state.", NULL,
      METRIC_GAUGE, METRIC_WHOLE, &states, state },
    { "ebb_credits_balance_usd", "Credits of the account, as reported by the API.", "usd",
      METRIC_GAUGE, METRIC_NANO, NULL, balance },
    { "ebb_credits_spent_usd_total", "Spend since the credits were first seen; never falls.", "usd",
      METRIC_COUNTER, METRIC_NANO, NULL, spent },
    { "ebb_credits_burn_usd_per_hour", "Burn rate over the window that ends now.", "usd_per_hour",
      METRIC_GAUGE, METRIC_NANO, &windows, burn },
    { "ebb_credits_exhaustion_timestamp_seconds",
      "When the credits run out: early, likely and late. Absent while unknown or with no end in "
      "sight.",
      "seconds", METRIC_SUMMARY, METRIC_WHOLE, &quantiles, ends },
    { "ebb_credits_runs_dry_probability",
      "Probability that the credits run out before ebb_credits_horizon_timestamp_seconds.", NULL,
      METRIC_GAUGE, METRIC_NANO, NULL, runs_dry },
    { "ebb_credits_horizon_timestamp_seconds", "How far the forecast looks ahead.", "seconds",
      METRIC_GAUGE, METRIC_WHOLE, NULL, horizon },
    { "ebb_credits_last_success_timestamp_seconds", "Last successful reading of the credits.",
      "seconds", METRIC_GAUGE, METRIC_WHOLE, NULL, seen },
};

const struct metric_rows metric_rows_of_usage = { SUBJECT_USAGE, usage, COUNT(usage) };
const struct metric_rows metric_rows_of_tokens = { SUBJECT_TOKEN, tokens, COUNT(tokens) };
const struct metric_rows metric_rows_of_credits = { SUBJECT_CREDITS, credits, COUNT(credits) };
