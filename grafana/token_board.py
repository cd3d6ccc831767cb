"""One token: how much is left, how long it lasts, what it is spent on, what it was warned of."""

from panels import (BLUE, GREEN, GREY, ORANGE, PROMETHEUS, RED, USD, Only, Query, bars, gauges, lines, merged, override,
                    stat, table)
from shared import (ACCOUNT, ENVIRONMENT, LEVEL_TEXTS, LONG, ONE_TOKEN, RANKS, RESETS, RUNWAY_STEPS, SELECTED, SHORT,
                    SPENT, STATE_TEXTS, TOPUPS, WITHIN, alerts, within)

NAME, TITLE, SINCE = "token", "Ebb: one token", "now-7d"
DESCRIPTION = "How much is left, how long it lasts, and what it is spent on"
CHOICES = (ACCOUNT, ENVIRONMENT, ONE_TOKEN)
MARKS = (TOPUPS, RESETS, alerts(2))

TOKEN = 'account=~"$account", token="$token"'
NOW = f"FROM v_token\nWHERE deleted_at IS NULL AND {SELECTED}"
AHEAD_DAYS = 7


def exhaustion(quantile):
    return f'ebb_token_exhaustion_timestamp_seconds{{{TOKEN}, quantile="{quantile}"}}'


def runway(name, column, quantile, description):
    return stat(name, description, "s", f'SELECT CAST(max({column} - unixepoch(), 0) AS REAL) AS "{name}"\n{NOW}',
                f"clamp_min({exhaustion(quantile)} - time(), 0)", steps=RUNWAY_STEPS, decimals=1,
                no_data="No end in sight")


def burning(window):
    return f'ebb_token_burn_usd_per_hour{{{TOKEN}, window="{window}"}}'


def stats():
    return [
        stat("State", "What is known of the token now, as `ebb status` says it", "none",
             f'SELECT state AS "State"\n{NOW}',
             f"ebb_token_state{{{TOKEN}}} == 1", mappings=[STATE_TEXTS], fields="/^[Ss]tate$/", color="background",
             options={"text": {"valueSize": 28}},
             steps=[(None, GREY)], no_data="No such token"),
        stat("Balance", "USD left of this token's budget", USD, f'SELECT balance_usd AS "Balance"\n{NOW}',
             f"ebb_token_balance_usd{{{TOKEN}}}", decimals=2, steps=[(None, RED), (0.01, BLUE)], no_data="No budget"),
        stat("Burn per hour", "USD per hour over the last 24 hours, or as long as it is watched", USD,
             f'SELECT coalesce(burn_24h_usd_per_h, burn_6h_usd_per_h, burn_1h_usd_per_h) AS "Burn rate"\n{NOW}',
             " or ignoring (window) ".join(burning(window) for window in ("24h", "6h", "1h")), decimals=3,
             steps=[(None, BLUE)],
             no_data="Watched for too short"),
        runway("Early", "early_at", "0.1", "The balance is empty by then with a chance of 10 %"),
        runway("Likely", "likely_at", "0.5", "The balance is empty by then with a chance of 50 %"),
        runway("Late", "late_at", "0.9", "The balance is empty by then with a chance of 90 %"),
        stat("Lasts until its reset", "Chance that the balance lasts until the next reset, the expiry, or for a week",
             "percentunit", f'SELECT chance_lasts AS "Lasts"\n{NOW}', f"1 - ebb_token_runs_dry_probability{{{TOKEN}}}",
             decimals=0, steps=[(None, RED), (0.5, ORANGE), (0.9, GREEN)], no_data="No forecast"),
        stat("Spent", "USD that the token spent in the period shown", USD,
             SPENT,
             f"sum(increase(ebb_token_spent_usd_total{{{TOKEN}}}[$__range]))", decimals=2, steps=[(None, BLUE)]),
    ]


# Every reading; before those that are still kept, the smallest balance of each hour.
BALANCE = f"""\
SELECT at AS time, balance_usd AS "Balance"
FROM v_reading
WHERE balance_usd IS NOT NULL AND {WITHIN} AND {SELECTED}
UNION ALL
SELECT at, low_usd
FROM v_hour_part
WHERE low_usd IS NOT NULL AND {WITHIN} AND {SELECTED} AND at < (SELECT min(at) FROM v_poll)
UNION ALL
SELECT seen_at, balance_usd FROM v_token
WHERE balance_usd IS NOT NULL AND seen_at < $__to / 1000 AND {SELECTED}
ORDER BY time"""

# Straight lines from the last reading to nothing left, a point for each sixteenth of the way and of the week.
AHEAD = f"""\
WITH RECURSIVE step (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM step WHERE n < {AHEAD_DAYS * 24}),
now AS (SELECT * {NOW.replace('FROM', chr(10) + '         FROM')} AND balance_usd > 0),
line AS (SELECT 'late' AS series, 3 AS place, seen_at, balance_usd, late_at AS ends FROM now UNION ALL
         SELECT 'likely', 2, seen_at, balance_usd, likely_at FROM now UNION ALL
         SELECT 'early', 1, seen_at, balance_usd, early_at FROM now)
SELECT seen_at + n * 3600 AS time, series,
       CAST(balance_usd * max(0, ends - seen_at - n * 3600) / (ends - seen_at) AS REAL) AS value
FROM line, step
WHERE ends > seen_at
ORDER BY time, place"""


def ahead(quantile):
    """The same line by PromQL: from the last reading on, which a range of the future still sees."""
    back = f"[{AHEAD_DAYS + 1}d]"
    last = f"max by (account, token) (last_over_time({{}}{back}))"
    ends = last.format(exhaustion(quantile))
    seen = last.format(f"ebb_token_last_success_timestamp_seconds{{{TOKEN}}}")
    balance = last.format(f"ebb_token_balance_usd{{{TOKEN}}}")
    return f"clamp_min(\n  {balance}\n  * ({ends} - time())\n  / ({ends}\n     - {seen}), 0)"


HOURLY = f"""\
SELECT at AS time, CAST(sum(spent_usd) AS REAL) AS "Consumption"
FROM v_hour_part
WHERE {SHORT} 15 AND {WITHIN} AND {SELECTED}
GROUP BY at
UNION ALL
SELECT at, CAST(sum(spent_usd) AS REAL) / 24
FROM v_day_part
WHERE {LONG} 15 AND {WITHIN} AND {SELECTED}
GROUP BY at
ORDER BY time"""

BURN = f"""\
SELECT '1 hour' AS series, burn_1h_usd_per_h AS value {NOW.replace(chr(10), ' ')}
UNION ALL
SELECT '6 hours', burn_6h_usd_per_h {NOW.replace(chr(10), ' ')}
UNION ALL
SELECT '24 hours', burn_24h_usd_per_h {NOW.replace(chr(10), ' ')}
UNION ALL
SELECT '7 days', burn_7d_usd_per_h {NOW.replace(chr(10), ' ')}"""


def by_day(word, view):
    return (f"SELECT at AS time, {word} AS series, CAST(sum(cost_usd) AS REAL) AS value\nFROM {view}\n"
            f"WHERE {WITHIN} AND {SELECTED}\nGROUP BY 1, 2\nORDER BY time")


TERMS = f"""\
SELECT account AS "Account", type AS "Type", reset_period AS "Reset", reset_amount_usd AS "Reset amount",
       CAST(expires_at AS REAL) * 1000 AS "Expires", CAST(unixepoch() - seen_at AS REAL) AS "Age"
{NOW}"""
TERMS_OF_METRICS = [
    Query(f"max by (account, token, type, reset_period) (ebb_token_info{{{TOKEN}}})", ref="A"),
    Query(f"max by (account, token) (ebb_token_reset_amount_usd{{{TOKEN}}})", ref="B"),
    Query(f"max by (account, token) (ebb_token_expiry_timestamp_seconds{{{TOKEN}}}) * 1000", ref="C"),
    Query(f"time() - max by (account, token) (ebb_token_last_success_timestamp_seconds{{{TOKEN}}})", ref="D"),
]

LEVELS_OVER_TIME = f"""\
SELECT at AS time, rule AS series, CAST(urgency AS REAL) AS value
FROM v_event_level
WHERE {WITHIN} AND {SELECTED}
UNION ALL
SELECT $__from / 1000, rule, CAST(urgency_before AS REAL)
FROM v_event_level
WHERE at = (SELECT min(e.at) FROM v_event_level e
            WHERE e.rule = v_event_level.rule AND e.token_id = v_event_level.token_id AND {within('e.at')})
      AND {SELECTED}
UNION ALL
SELECT min(unixepoch(), $__to / 1000), rule, CAST(urgency AS REAL)
FROM v_alert_level
WHERE {SELECTED}
ORDER BY time"""

FIRING = f"""\
SELECT level AS "Level", rule AS "Rule", CAST(unixepoch() - since AS REAL) AS "For"
FROM v_alert_level
WHERE urgency > 0 AND {SELECTED}
ORDER BY urgency DESC, since"""


QUANTILES = (("0.9", "late", "A"), ("0.5", "likely", "B"), ("0.1", "early", "C"))
FAN = {"lineInterpolation": "linear", "fillOpacity": 0}


def fan():
    """What lies between early and late is shaded."""
    dashed = {"custom__lineStyle": {"fill": "dash", "dash": [8, 6]}}
    return [override("late", color={"mode": "fixed", "fixedColor": GREEN}, custom__fillBelowTo="early",
                     custom__fillOpacity=15, **dashed),
            override("likely", color={"mode": "fixed", "fixedColor": ORANGE}),
            override("early", color={"mode": "fixed", "fixedColor": RED}, **dashed)]


def ahead_panel():
    return lines(
        "The next seven days", "Straight lines from the last reading to nothing left: early (10 %), likely "
        "(50 %), late (90 %); a reset or a top-up is not in them", USD, [Query(AHEAD, "series")],
        [Query(ahead(quantile), "series", name, ref) for quantile, name, ref in QUANTILES],
        width=9, height=10, time_from=f"+{AHEAD_DAYS}d", no_data="No end in sight", decimals=2, calcs=[], custom=FAN,
        interval="1h", overrides=fan(), defaults={"min": 0})


def panels(source):
    return [
        *stats(),
        lines("Balance", "USD left, as it was read; marks show top-ups, resets and alerts", USD,
              [Query(BALANCE, "series")], [Query(f"ebb_token_balance_usd{{{TOKEN}}}", "series", "Balance")],
              width=15, height=10, decimals=2, legend="hidden", no_data="No balance in this period",
              custom={"fillOpacity": 15}, defaults={"min": 0, "color": {"mode": "fixed", "fixedColor": BLUE}}),
        ahead_panel(),
        bars("Consumption", "USD per hour; beyond 15 days, by day", USD,
             [Query(HOURLY, "series")],
             [Query(f"sum(rate(ebb_token_spent_usd_total{{{TOKEN}}}[$__rate_interval])) * 3600", "series",
                    "Consumption")],
             width=15, decimals=3, interval="1h", legend="hidden"),
        gauges("Burn rate by window", "USD per hour over the last hour, 6 hours, day and week", USD,
               BURN, [Query(f"max by (window) ({burning(window)})", ref=ref)
                      for ref, window in zip("ABCD", ("1h", "6h", "24h", "7d"))], width=9, height=9, decimals=3,
               no_data="Watched for too short"),
        *(bars(f"Consumption by {word}", "USD by day, as the usage endpoint reports it", USD,
               [Query(by_day(word, view), "series")],
               [Query(f"sum by ({word}) (increase(ebb_usage_usd_total{{{TOKEN}}}[$__rate_interval]))", "series",
                      f"{{{{{word}}}}}")], interval="1d", decimals=2, calcs=["sum"],
               no_data="No consumption reported")
          for word, view in (("feature", "v_usage"), ("provider", "v_usage_provider"))),
        lines("Alert levels", "Level of each rule: none, info, warning, critical", "none",
              [Query(LEVELS_OVER_TIME, "series")],
              [Query(f"max by (rule) (ebb_alert_level{{{TOKEN}}})\n"
                     f"or max by (rule) (last_over_time(ebb_alert_level{{{TOKEN}}}[$__range])) * 0", "series",
                     "{{rule}}")], width=15, mappings=[RANKS],
              decimals=0, no_data="No alert in this period",
              custom={"fillOpacity": 20}, defaults={"min": 0, "max": 3}),
        table("Alerts firing", "Alerts of this token, the most severe and oldest first", [Query(FIRING)],
              [Query(f"sort_desc(ebb_alert_level{{{TOKEN}}})")], width=9, no_data="Nothing fires",
              transformations={PROMETHEUS: merged({"Value": "Level", "rule": "Rule"}, drop=(
                  "__name__", "account", "environment", "instance", "job", "series", "token"))},
              overrides=[
                  override("Level", mappings=[LEVEL_TEXTS, RANKS], custom__align="left",
                           custom__cellOptions={"type": "color-background", "mode": "basic"}),
                  override("For", unit="s", decimals=1)]),
        table("Settings", "What the API says of this token, and how old that is", [Query(TERMS)], TERMS_OF_METRICS,
              height=4,
              no_data="-", transformations={PROMETHEUS: merged({
                  "account": "Account", "type": "Type", "reset_period": "Reset", "B": "Reset amount", "C": "Expires",
                  "D": "Age"},
                  drop=("token", "Value #A"))},
              overrides=[
                  override("Reset amount", unit=USD, decimals=2),
                  override("Expires", unit="dateTimeAsIso"),
                  override("Age", unit="s", decimals=0)]),
        Only(None, lines("Runway over time", "How long the balance was forecast to last", "s", [],
                         [Query(f"clamp_min({exhaustion(quantile)} - time(), 0)", "series", name, ref)
                          for quantile, name, ref in QUANTILES],
                         decimals=1, no_data="No end in sight", defaults={"min": 0}, custom=FAN, overrides=fan())),
        Only(None, lines("Burn rate over time", "USD per hour over the last hour, day and week", USD, [],
                         [Query(burning(window), "series", window, ref)
                          for ref, window in zip("ABC", ("1h", "24h", "7d"))], decimals=3,
                         no_data="Watched for too short", defaults={"min": 0}, custom={"fillOpacity": 0})),
    ]
