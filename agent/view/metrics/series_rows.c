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
    { "ebb_token_info",
      "A token that is watched: its type, its budget's reset, its project and its member.", NULL,
      METRIC_INFO, METRIC_WHOLE, NULL, info },
    { "ebb_token_state",
      "The state of the token, as `ebb status` shows it; there is one at a time.", NULL,
      METRIC_GAUGE, METRIC_WHOLE, &states, state },
    { "ebb_token_balance_usd", "What is left on the token, as the API reports it.", "usd",
      METRIC_GAUGE, METRIC_NANO, NULL, balance },
    { "ebb_token_available_usd",
      "What can be spent: the balance, or the account's credits where these are less.", "usd",
      METRIC_GAUGE, METRIC_NANO, NULL, available },
    { "ebb_token_reset_amount_usd", "The balance that the next reset sets.", "usd", METRIC_GAUGE,
      METRIC_NANO, NULL, reset_amount },
    { "ebb_token_spent_usd_total",
      "Spent since the token is watched. Top-ups, resets and edits do not lower it.", "usd",
      METRIC_COUNTER, METRIC_NANO, NULL, spent },
    { "ebb_token_burn_usd_per_hour", "Spent per hour, over the window that ends now.",
      "usd_per_hour", METRIC_GAUGE, METRIC_NANO, &windows, burn },
    { "ebb_token_exhaustion_timestamp_seconds",
      "When the money runs out: early, likely and late. Absent while unknown, or no end in sight.",
      "seconds", METRIC_SUMMARY, METRIC_WHOLE, &quantiles, ends },
    { "ebb_token_runs_dry_probability",
      "The chance that the money runs out before ebb_token_horizon_timestamp_seconds.", NULL,
      METRIC_GAUGE, METRIC_NANO, NULL, runs_dry },
    { "ebb_token_horizon_timestamp_seconds",
      "What the forecast looks ahead to: the next reset, else the expiry, else a week ahead.",
      "seconds", METRIC_GAUGE, METRIC_WHOLE, NULL, horizon },
    { "ebb_token_reset_timestamp_seconds", "When the balance is reset next.", "seconds",
      METRIC_GAUGE, METRIC_WHOLE, NULL, reset },
    { "ebb_token_expiry_timestamp_seconds", "When the token expires.", "seconds", METRIC_GAUGE,
      METRIC_WHOLE, NULL, expiry },
    { "ebb_token_last_success_timestamp_seconds", "When the token was read last.", "seconds",
      METRIC_GAUGE, METRIC_WHOLE, NULL, seen },
    { "ebb_token_forecast_timestamp_seconds", "The reading that the forecast was made from.",
      "seconds", METRIC_GAUGE, METRIC_WHOLE, NULL, forecast_made },
};

static int64_t number(const struct subject *s, size_t place)
{
    (void)place;
    return s->number;
}

static const struct metric usage[] = {
    { "ebb_usage_usd_total",
      "Consumption that the API has reported in all, by feature and provider.", "usd",
      METRIC_COUNTER, METRIC_NANO, NULL, number },
};

static const struct metric credits[] = {
    { "ebb_credits_state", "The state of the account's credits, as `ebb status` shows it.", NULL,
      METRIC_GAUGE, METRIC_WHOLE, &states, state },
    { "ebb_credits_balance_usd", "What is left on the account, as the API reports it.", "usd",
      METRIC_GAUGE, METRIC_NANO, NULL, balance },
    { "ebb_credits_spent_usd_total",
      "Spent since the credits are watched. Top-ups do not lower it.", "usd", METRIC_COUNTER,
      METRIC_NANO, NULL, spent },
    { "ebb_credits_burn_usd_per_hour", "Spent per hour, over the window that ends now.",
      "usd_per_hour", METRIC_GAUGE, METRIC_NANO, &windows, burn },
    { "ebb_credits_exhaustion_timestamp_seconds",
      "When the credits run out: early, likely and late. Absent while unknown, or no end in sight.",
      "seconds", METRIC_SUMMARY, METRIC_WHOLE, &quantiles, ends },
    { "ebb_credits_runs_dry_probability",
      "The chance that the credits run out before ebb_credits_horizon_timestamp_seconds.", NULL,
      METRIC_GAUGE, METRIC_NANO, NULL, runs_dry },
    { "ebb_credits_horizon_timestamp_seconds", "What the forecast looks ahead to.", "seconds",
      METRIC_GAUGE, METRIC_WHOLE, NULL, horizon },
    { "ebb_credits_last_success_timestamp_seconds", "When the credits were read last.", "seconds",
      METRIC_GAUGE, METRIC_WHOLE, NULL, seen },
};

const struct metric_rows metric_rows_of_usage = { SUBJECT_USAGE, usage, COUNT(usage) };
const struct metric_rows metric_rows_of_tokens = { SUBJECT_TOKEN, tokens, COUNT(tokens) };
const struct metric_rows metric_rows_of_credits = { SUBJECT_CREDITS, credits, COUNT(credits) };
