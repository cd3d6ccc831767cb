"""The fleet: what runs out first, what fires, what is spent, by whom and on what."""

import dataclasses

from panels import (BLUE, GREEN, ORANGE, PROMETHEUS, RED, USD, Query, bars, gauges, lines, merged, override, stat,
                    table)
from shared import FIRING as FIRING_NOW
from shared import (ACCOUNT, ACCOUNTS, AGE_STEPS, BY_ACCOUNT, ENVIRONMENT, LEVEL_TEXTS, LONG, RANKS, RESETS,
                    RUNWAY_STEPS, SELECTED, SHORT, SPENT, SPENT_ROWS, STATE_TEXTS, TOKEN, TOKENS, TOPUPS, WITHIN,
                    alerts, open_token)

NAME, TITLE, SINCE = "fleet", "Ebb: fleet", "now-7d"
DESCRIPTION = "Which tokens run out first, what fires, and what is spent"
CHOICES = (ACCOUNT, ENVIRONMENT, TOKEN)
MARKS = (TOPUPS, dataclasses.replace(RESETS, on=False), alerts(3))

NOW = f"FROM v_token\nWHERE deleted_at IS NULL AND {SELECTED}"
OUT = f'ebb_token_state{{{TOKENS}, state="exhausted"}}'
LIKELY = f'ebb_token_exhaustion_timestamp_seconds{{{TOKENS}, quantile="0.5"}}'

# Hours, or days where there would be too many of them: always as USD per hour.
SPENT_OVER_TIME = f"""\
SELECT at AS time, environment AS series, CAST(sum(spent_usd) AS REAL) AS value
FROM v_hour_part
WHERE {SHORT} 8 AND {WITHIN} AND {SELECTED}
GROUP BY 1, 2
UNION ALL
SELECT at, environment, CAST(sum(spent_usd) AS REAL) / 24
FROM v_day_part
WHERE {LONG} 8 AND {WITHIN} AND {SELECTED}
GROUP BY 1, 2
ORDER BY time"""

FIRST_TEN = f"""\
WITH first AS (
    SELECT token_id, token, likely_at, seen_at, balance_usd
    FROM v_token
    WHERE deleted_at IS NULL AND {SELECTED.replace(chr(10), chr(10) + '    ')}
    ORDER BY coalesce(likely_at, 9e18), balance_usd LIMIT 10
)
SELECT at AS time, token AS series, min(low_usd) AS value
FROM v_hour_part
WHERE low_usd IS NOT NULL AND {SHORT} 31 AND {WITHIN} AND token_id IN (SELECT token_id FROM first)
GROUP BY 1, token_id
UNION ALL
SELECT at, token, min(low_usd)
FROM v_day_part
WHERE low_usd IS NOT NULL AND {LONG} 31 AND {WITHIN} AND token_id IN (SELECT token_id FROM first)
GROUP BY 1, token_id
UNION ALL
SELECT seen_at, token, balance_usd FROM first WHERE balance_usd IS NOT NULL
ORDER BY time"""

# Of the table of tokens, in this order: heading, in the database, label or query of TABLE_OF_METRICS.
COLUMNS = (
    ("Token", "token", "token"),
    ("Account", "account", "account"),
    ("State", "state", "state"),
    ("Balance", "balance_usd", "C"),
    ("Burn rate", "burn_24h_usd_per_h", "D"),
    ("Early", "CAST(early_at - unixepoch() AS REAL)", "E"),
    ("Likely", "CASE state WHEN 'exhausted' THEN 0.0 ELSE CAST(likely_at - unixepoch() AS REAL) END", "A"),
    ("Late", "CAST(late_at - unixepoch() AS REAL)", "F"),
    ("Empty on", "CAST(likely_at AS REAL) * 1000", "G"),
    ("Lasts", "chance_lasts", "H"),
    ("Age", "CAST(unixepoch() - seen_at AS REAL)", "I"),
)
SELECTION = ",\n       ".join(f'{sql} AS "{heading}"' for heading, sql, _ in COLUMNS)
TABLE = f"""\
SELECT {SELECTION}
{NOW}
ORDER BY state <> 'exhausted', coalesce(likely_at, 9e18), token"""


def each(value):
    """One value for each token, whatever else its labels say."""
    return f"max by (account, token) ({value})"


TABLE_OF_METRICS = [
    Query(f"sort({each(LIKELY + ' - time()')}\n  or {each(OUT + ' * 0')})", ref="A"),
    Query(f"max by (account, token, state) (ebb_token_state{{{TOKENS}}} == 1)", ref="B"),
    Query(each(f"ebb_token_balance_usd{{{TOKENS}}}"), ref="C"),
    Query(each(f'ebb_token_burn_usd_per_hour{{{TOKENS}, window="24h"}}'), ref="D"),
    Query(each(f"{LIKELY.replace('0.5', '0.1')} - time()"), ref="E"),
    Query(each(f"{LIKELY.replace('0.5', '0.9')} - time()"), ref="F"),
    Query(each(f"{LIKELY} * 1000"), ref="G"),
    Query(each(f"1 - ebb_token_runs_dry_probability{{{TOKENS}}}"), ref="H"),
    Query(each(f"time() - ebb_token_last_success_timestamp_seconds{{{TOKENS}}}"), ref="I"),
]

FIRING = f"""\
SELECT level AS "Level", account AS "Account",
       CASE series WHEN 'token' THEN token ELSE '(' || series || ')' END AS "Token", rule AS "Rule",
       CAST(unixepoch() - since AS REAL) AS "For"
FROM v_alert_level
WHERE urgency > 0 AND ({SELECTED} OR series <> 'token' AND {BY_ACCOUNT})
ORDER BY urgency DESC, since"""


def spent_on(word, view):
    return (f"SELECT {word} AS series, CAST(sum(cost_usd) AS REAL) AS value\nFROM {view}\n"
            f"WHERE {WITHIN} AND ({SELECTED} OR kind = 'key' AND {BY_ACCOUNT})\nGROUP BY 1 ORDER BY 2 DESC LIMIT 10")


def stats():
    burning = [f'ebb_token_burn_usd_per_hour{{{TOKENS}, window="{window}"}}' for window in ("24h", "6h", "1h")]
    return [
        stat("Next to run out", "Time until the first token is likely empty (50 %); exhausted ones are counted beside",
             "s", f"SELECT CAST(min(likely_at) - unixepoch() AS REAL) AS \"Runway\"\n{NOW} AND state <> 'exhausted'",
             f"min({LIKELY} unless on (account, token) {OUT}) - time()", no_data="No end in sight", steps=RUNWAY_STEPS,
             decimals=1),
        stat("Exhausted", "Tokens that have stopped working because nothing is left", "none",
             f"SELECT count(*) AS \"Exhausted\"\n{NOW} AND state = 'exhausted'",
             f"count({OUT} == 1) or vector(0)",
             steps=[(None, GREEN), (1, RED)]),
        stat("Run dry before reset", "Tokens that are likely empty before their next reset or expiry, or within a week",
             "none", f"SELECT count(*) AS \"Run dry\"\n{NOW} AND state = 'runs_dry'",
             f'count(ebb_token_state{{{TOKENS}, state="runs_dry"}} == 1) or vector(0)',
             steps=[(None, GREEN), (1, ORANGE)]),
        stat("Alerts firing", "Warnings and critical alerts of these tokens and their accounts", "none",
             f"SELECT count(*) AS \"Alerts\" FROM v_alert_level\n"
             f"WHERE urgency >= 2 AND ({SELECTED} OR series <> 'token' AND {BY_ACCOUNT})",
             f"count({FIRING_NOW} >= 2) or vector(0)", steps=[(None, GREEN), (1, ORANGE), (5, RED)]),
        stat("Burn per hour", "USD per hour of these tokens, over the last 24 hours", USD,
             f'SELECT sum(coalesce(burn_24h_usd_per_h, burn_6h_usd_per_h, burn_1h_usd_per_h)) AS "Burn rate"\n{NOW}',
             f"sum({' or ignoring (window) '.join(burning)})", steps=[(None, BLUE)], decimals=2,
             no_data="Watched for too short"),
        stat("Spent", "USD that these tokens spent in the period shown", USD,
             SPENT,
             f"sum(increase(ebb_token_spent_usd_total{{{TOKENS}}}[$__range]))", steps=[(None, BLUE)], decimals=2),
        stat("Credits left", "USD left on the accounts, on which all their tokens draw", USD,
             f'SELECT sum(credits_usd) AS "Credits" FROM v_credits\nWHERE {BY_ACCOUNT}',
             f"sum(ebb_credits_balance_usd{{{ACCOUNTS}}})", steps=[(None, RED), (1, GREEN)], decimals=2,
             no_data="Not reported"),
        stat("Age of the data", "Time since the last good poll of the account that was not read for the longest", "s",
             f'SELECT CAST(unixepoch() - min(last_ok_at) AS REAL) AS "Age" FROM v_account\nWHERE {BY_ACCOUNT}',
             f"time() - min(ebb_poll_last_success_timestamp_seconds{{{ACCOUNTS}}})", steps=AGE_STEPS, decimals=0,
             no_data="Never polled"),
    ]


def token_table(source):
    duration = {"unit": "s", "decimals": 1, "custom__width": 100}
    return table(
        "Tokens, the next to run out first", "All that are alive. Early, likely, late: the chance to be empty by "
        "then is 10, 50 and 90 %. Lasts: the chance to last until the reset, the expiry, or for a week",
        [Query(TABLE)], TABLE_OF_METRICS, height=12, no_data="-",
        transformations={PROMETHEUS: merged({metric: heading for heading, _, metric in COLUMNS}, drop=("Value #B",))},
        overrides=[
            override("Token", links=open_token(source)),
            override("Account", custom__width=100),
            override("State", mappings=[STATE_TEXTS], custom__cellOptions={"type": "color-background", "mode": "basic"},
                     custom__width=110),
            override("Balance", unit=USD, decimals=2, custom__width=110),
            override("Burn rate", unit=USD, decimals=3, custom__width=100, displayName="Burn per hour"),
            override("Likely", **duration, custom__cellOptions={"type": "color-text"},
                     thresholds={"mode": "absolute", "steps": [{"color": c, "value": v} for v, c in RUNWAY_STEPS]}),
            override("Early", **duration), override("Late", **duration),
            override("Empty on", unit="dateTimeAsIsoNoDateIfToday", custom__width=170),
            override("Lasts", unit="percentunit", decimals=0, min=0, max=1, custom__width=80),
            override("Age", unit="s", decimals=0, custom__width=90, custom__cellOptions={"type": "color-text"},
                     thresholds={"mode": "absolute", "steps": [{"color": c, "value": v} for v, c in AGE_STEPS]}),
        ])


def panels(source):
    return [
        *stats(),
        token_table(source),
        lines("Balance of the ten that run out first", "USD left, as the smallest balance of each hour", USD,
              [Query(FIRST_TEN, "series")],
              [Query(f"ebb_token_balance_usd{{{TOKENS}}} and on (account, token) bottomk(10, {LIKELY} @ end())",
                     "series", "{{token}}")], decimals=2, legend="right"),
        bars("Consumption by environment", "USD per hour; beyond eight days, by day", USD,
             [Query(SPENT_OVER_TIME, "series")],
             [Query(f"sum by (environment) (rate(ebb_token_spent_usd_total{{{TOKENS}}}[$__rate_interval])) * 3600",
                    "series",
                    "{{environment}}")], interval="1h", decimals=2, calcs=["mean"]),
        gauges("Spent by token", "USD in the period shown, of the ten that spent most", USD,
               f"{SPENT_ROWS}\nSELECT token AS series, CAST(sum(spent_usd) AS REAL) AS value FROM spent\n"
               "GROUP BY 1 ORDER BY 2 DESC LIMIT 10",
               f"sort_desc(topk(10, sum by (token) (increase(ebb_token_spent_usd_total{{{TOKENS}}}[$__range]))))",
               decimals=2),
        *(gauges(f"Spent by {word}", "USD, as the usage endpoint reports it, in the database by whole UTC days", USD,
                 spent_on(word, view),
                 f"sort_desc(topk(10, sum by ({word}) (increase(ebb_usage_usd_total{{{TOKENS}}}[$__range]))))",
                 decimals=2)
          for word, view in (("feature", "v_usage"), ("provider", "v_usage_provider"))),
        table("Alerts firing", "Alerts of these tokens and of their accounts, the most severe and oldest first",
              [Query(FIRING)], [Query(f"sort_desc({FIRING_NOW})")], width=12, no_data="Nothing fires",
              transformations={PROMETHEUS: merged({"Value": "Level", "account": "Account", "token": "Token",
                                                   "rule": "Rule"},
                                                  drop=("__name__", "instance", "job", "series", "environment"))},
              overrides=[
                  override("Level", mappings=[LEVEL_TEXTS, RANKS], custom__width=90, custom__align="left",
                           custom__cellOptions={"type": "color-background", "mode": "basic"}),
                  override("For", unit="s", decimals=1, custom__width=110),
                  override("Token", links=open_token(source))]),
        lines("Credits", "USD left on each account", USD, [Query(
            f"SELECT at AS time, account AS series, credits_usd AS value FROM v_credits_balance\n"
            f"WHERE credits_usd IS NOT NULL AND {WITHIN} AND {BY_ACCOUNT}\nORDER BY at", "series")],
              [Query(f"ebb_credits_balance_usd{{{ACCOUNTS}}}", "series", "{{account}}")], decimals=2,
              defaults={"min": 0}),
    ]
