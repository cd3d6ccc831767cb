/* What is known of an account: its polls, its forecasts, its alerts, its calls and its
 * consumption. */
#include "base/span.h"
#include "core/schedule.h"
#include "view/metrics/row.h"

static const char *name_of_level(size_t place)
{
    return level_name((enum level)(place + LEVEL_INFO));
}

static const char *name_of_result(size_t place)
{
    return poll_result_name((enum poll_result)place);
}

static const struct metric_label levels = { "level", name_of_level, LEVELS - LEVEL_INFO };
static const char *name_of_reach(size_t place)
{
    return reach_slug((enum reach)place);
}

static const struct metric_label reaches = { "horizon", name_of_reach, REACHES };
static const struct metric_label results = { "result", name_of_result, POLL_RESULTS };

static int64_t tokens(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.tokens;
}

static int64_t polled(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.polled_at;
}

static int64_t last_ok(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.last_ok_at;
}

static int64_t next(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.next_at;
}

static int64_t ok(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.ok;
}

static int64_t took(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.took_ms;
}

static int64_t interval(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.interval_s;
}

static int64_t stale_after(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.stale_s;
}

static int64_t listed(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.listed;
}

static int64_t changed(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.changed;
}

static int64_t missing(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.missing;
}

static int64_t bytes(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.bytes;
}

static int64_t polls(const struct subject *s, size_t place)
{
    return s->account.polls[place];
}

static int64_t usage_until(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.usage_until;
}

static int64_t scored(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.scored;
}

static int64_t coverage(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.coverage_milli;
}

static int64_t factor(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.factor_milli;
}

static int64_t bias(const struct subject *s, size_t place)
{
    (void)place;
    return s->account.bias_milli;
}

static int64_t reach_scored(const struct subject *s, size_t place)
{
    return s->account.reach_scored[place];
}

static int64_t reach_coverage(const struct subject *s, size_t place)
{
    return s->account.reach_milli[place];
}

static int64_t alerts(const struct subject *s, size_t place)
{
    return s->account.alerts[place + LEVEL_INFO];
}

static int64_t number(const struct subject *s, size_t place)
{
    (void)place;
    return s->number;
}

static int64_t info(const struct subject *s, size_t place)
{
    (void)s, (void)place;
    return 1;
}

static const struct metric of_accounts[] = {
    { "ebb_account_info",
      "An account that is watched. credits: who says what is left on it: api, estimate (given by "
      "hand, less consumption) or none (not offered by its API).",
      NULL, METRIC_INFO, METRIC_WHOLE, NULL, info },
    { "ebb_account_tokens", "Watched tokens of the account.", NULL, METRIC_GAUGE, METRIC_WHOLE,
      NULL, tokens },
    { "ebb_alerts", "Firing alerts, by level.", NULL, METRIC_GAUGE, METRIC_WHOLE, &levels, alerts },
    { "ebb_poll_timestamp_seconds", "Last poll of the account, whatever its result.", "seconds",
      METRIC_GAUGE, METRIC_WHOLE, NULL, polled },
    { "ebb_poll_success", "1 if the last poll succeeded, else 0.", NULL, METRIC_GAUGE, METRIC_WHOLE,
      NULL, ok },
    { "ebb_poll_last_success_timestamp_seconds", "Last successful poll of the account.", "seconds",
      METRIC_GAUGE, METRIC_WHOLE, NULL, last_ok },
    { "ebb_poll_next_timestamp_seconds", "Planned time of the next poll.", "seconds", METRIC_GAUGE,
      METRIC_WHOLE, NULL, next },
    { "ebb_poll_duration_seconds", "Duration of the last poll's requests.", "seconds", METRIC_GAUGE,
      METRIC_MILLI, NULL, took },
    { "ebb_poll_interval_seconds", "Configured poll interval.", "seconds", METRIC_GAUGE,
      METRIC_WHOLE, NULL, interval },
    { "ebb_poll_stale_after_seconds", "Age at which a reading becomes stale.", "seconds",
      METRIC_GAUGE, METRIC_WHOLE, NULL, stale_after },
    { "ebb_poll_listed_tokens", "Tokens listed in the last poll.", NULL, METRIC_GAUGE, METRIC_WHOLE,
      NULL, listed },
    { "ebb_poll_changed_tokens", "Tokens changed in the last poll.", NULL, METRIC_GAUGE,
      METRIC_WHOLE, NULL, changed },
    { "ebb_poll_missing_tokens", "Known tokens missing from the last poll's list.", NULL,
      METRIC_GAUGE, METRIC_WHOLE, NULL, missing },
    { "ebb_poll_response_bytes", "Response size of the last poll's list.", "bytes", METRIC_GAUGE,
      METRIC_WHOLE, NULL, bytes },
    { "ebb_polls_total", "Polls since the daemon started, by result.", NULL, METRIC_COUNTER,
      METRIC_WHOLE, &results, polls },
    { "ebb_consumption_known_until_timestamp_seconds",
      "Time up to which the usage endpoint has reported consumption.", "seconds", METRIC_GAUGE,
      METRIC_WHOLE, NULL, usage_until },
    { "ebb_forecast_scored", "Forecasts scored, at most the newest 1000.", NULL, METRIC_GAUGE,
      METRIC_WHOLE, NULL, scored },
    { "ebb_forecast_coverage_ratio",
      "Share of forecasts whose interval contained the actual value; the target is 0.8. Absent "
      "while there are too few.",
      "ratio", METRIC_GAUGE, METRIC_MILLI, NULL, coverage },
    { "ebb_forecast_median_factor",
      "Factor within which half of the forecasts were. Absent while there are too few.", NULL,
      METRIC_GAUGE, METRIC_MILLI, NULL, factor },
    { "ebb_forecast_bias",
      "Median of log(forecast / actual); positive means too late. Absent while there are too few.",
      NULL, METRIC_GAUGE, METRIC_MILLI, NULL, bias },
    { "ebb_forecast_horizon_scored",
      "Forecasts scored, by how far ahead they looked: under 6 hours, to 2 days, beyond.", NULL,
      METRIC_GAUGE, METRIC_WHOLE, &reaches, reach_scored },
    { "ebb_forecast_horizon_coverage_ratio",
      "Coverage of these. Absent while there are fewer than ten.", "ratio", METRIC_GAUGE,
      METRIC_MILLI, &reaches, reach_coverage },
};

static const struct metric of_requests[] = {
    { "ebb_api_requests_total",
      "Requests to the API since the daemon started, by HTTP status; none means no answer.", NULL,
      METRIC_COUNTER, METRIC_WHOLE, NULL, number },
};

static const struct metric of_alerts[] = {
    { "ebb_alert_level", "Level of a firing alert: 1 info, 2 warning, 3 critical.", NULL,
      METRIC_GAUGE, METRIC_WHOLE, NULL, number },
};

const struct metric_rows metric_rows_of_accounts = { SUBJECT_ACCOUNT, of_accounts,
                                                     COUNT(of_accounts) };
const struct metric_rows metric_rows_of_requests = { SUBJECT_REQUESTS, of_requests,
                                                     COUNT(of_requests) };
const struct metric_rows metric_rows_of_alerts = { SUBJECT_ALERT, of_alerts, COUNT(of_alerts) };
