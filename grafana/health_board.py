"""The agent: whether it reads, whether it is heard, whether its forecasts hold."""

from panels import (BLUE, GREEN, GREY, ORANGE, PROMETHEUS, RED, YELLOW, Only, Query, bars, lines, merged, override,
                    stat, table, texts)
from shared import ACCOUNT, ACCOUNTS, AGE_STEPS, BY_ACCOUNT, WITHIN

NAME, TITLE, SINCE = "health", "Ebb: agent health", "now-24h"
DESCRIPTION = "Whether Ebb reads the API, reaches the broker, and forecasts well"
CHOICES = (ACCOUNT,)
MARKS = ()

CONNECTED = texts({"connected": ("connected", GREEN), "stopped": ("stopped", BLUE), "stalled": ("stalled", RED),
                   "disconnected": ("disconnected", RED), "1": ("connected", GREEN), "0": ("disconnected", RED)})
RESULTS = texts({"ok": ("ok", GREEN), "suspicious": ("suspicious", YELLOW), "unavailable": ("unavailable", RED),
                 "busy": ("busy", ORANGE), "unauthorized": ("unauthorized", RED), "broken": ("broken", RED),
                 "1": ("ok", GREEN), "0": ("failed", RED)})
BUCKET = "max(300, ($__to - $__from) / 1000 / 150 / 300 * 300)"
# Of what is counted per hour: some polls fall into each, or bars jump with the jitter of the interval.
WIDE_BUCKET = f"max({BUCKET}, 4 * coalesce((SELECT max(interval_s) FROM v_account), 0))"


def in_steps(value, series, where="", step=BUCKET):
    """A sum or mean of polls in some 150 steps of the period."""
    return (f"SELECT at / step * step AS time, {series} AS series, CAST({value} AS REAL) AS value\n"
            f"FROM (SELECT *, {step} AS step FROM v_poll)\nWHERE {WITHIN} AND {BY_ACCOUNT}{where}\n"
            f"GROUP BY 1, 2\nORDER BY time")


def per_hour(value, series):
    return in_steps(f"{value} * 3600.0 / step", series, step=WIDE_BUCKET)


RECORD = f"""\
SELECT account AS "Account", scored AS "Judged", coverage AS "Held", median_factor AS "Off by factor",
       exp(bias) - 1 AS "Too late by"
FROM v_forecast_record
WHERE {BY_ACCOUNT}
ORDER BY account"""
RECORD_OF_METRICS = [Query(f"max by (account) ({value})", ref=ref) for ref, value in (
    ("A", f"ebb_forecast_scored{{{ACCOUNTS}}}"), ("B", f"ebb_forecast_coverage_ratio{{{ACCOUNTS}}}"),
    ("C", f"ebb_forecast_median_factor{{{ACCOUNTS}}}"), ("D", f"exp(ebb_forecast_bias{{{ACCOUNTS}}}) - 1"))]

ACCOUNTS_TABLE = f"""\
SELECT account AS "Account", result AS "Last poll", CAST(unixepoch() - polled_at AS REAL) AS "Polled",
       CAST(unixepoch() - last_ok_at AS REAL) AS "Last good poll",
       CAST(unixepoch() - failing_since AS REAL) AS "Failing for",
       CAST(next_poll_at - unixepoch() AS REAL) AS "Next poll in",
       CAST(unixepoch() - usage_at AS REAL) AS "Usage read",
       coalesce(reason, usage_reason, credits_reason, '-') AS "Reason"
FROM v_account
WHERE {BY_ACCOUNT}
ORDER BY account"""

ACCOUNTS_OF_METRICS = [Query(f"max by (account) ({value})", ref=ref) for ref, value in (
    ("A", f"ebb_poll_success{{{ACCOUNTS}}}"), ("B", f"time() - ebb_poll_timestamp_seconds{{{ACCOUNTS}}}"),
    ("C", f"time() - ebb_poll_last_success_timestamp_seconds{{{ACCOUNTS}}}"),
    ("D", f"ebb_poll_next_timestamp_seconds{{{ACCOUNTS}}} - time()"),
    ("E", f"time() - ebb_consumption_known_until_timestamp_seconds{{{ACCOUNTS}}}"))]

FAILED = f"""\
SELECT at AS time, account AS "Account", result AS "Result", http_status AS "HTTP status", reason AS "Reason"
FROM v_poll
WHERE result <> 'ok' AND {WITHIN} AND {BY_ACCOUNT}
ORDER BY at DESC LIMIT 100"""


def stats():
    return [
        stat("Last good poll", "Time since the last good poll of the account that was not read for the longest", "s",
             f'SELECT CAST(unixepoch() - min(last_ok_at) AS REAL) AS "Age" FROM v_account\nWHERE {BY_ACCOUNT}',
             f"time() - min(ebb_poll_last_success_timestamp_seconds{{{ACCOUNTS}}})", steps=AGE_STEPS, decimals=0,
             no_data="Never polled"),
        stat("Polls", "Polls in the period shown", "short",
             f'SELECT count(*) AS "Polls" FROM v_poll\nWHERE {WITHIN} AND {BY_ACCOUNT}',
             f"sum(increase(ebb_polls_total{{{ACCOUNTS}}}[$__range]))", steps=[(None, BLUE)], decimals=0),
        stat("Failed polls", "Polls in the period shown without a complete, plausible list", "short",
             f"SELECT count(*) AS \"Failed\" FROM v_poll\nWHERE result <> 'ok' AND {WITHIN} AND {BY_ACCOUNT}",
             f'sum(increase(ebb_polls_total{{{ACCOUNTS}, result!="ok"}}[$__range])) or vector(0)',
             steps=[(None, GREEN), (1, ORANGE), (20, RED)], decimals=0),
        stat("Broker", "The connection to the MQTT broker", "none", 'SELECT state AS "Broker" FROM v_broker',
             "sum(ebb_mqtt_connected)", fields="/^(Broker|Value)$/", mappings=[CONNECTED], color="background",
             steps=[(None, GREY)],
             options={"text": {"valueSize": 24}}, no_data="None configured"),
        stat("Messages waiting", "Events that the broker has not acknowledged yet", "short",
             'SELECT waiting AS "Waiting" FROM v_broker', "sum(ebb_mqtt_outbox_messages)",
             steps=[(None, GREEN), (10, ORANGE), (100, RED)], decimals=0),
        stat("Oldest message", "Age of the oldest event that waits for the broker", "s",
             'SELECT CAST(coalesce(unixepoch() - oldest_at, 0) AS REAL) AS "Age" FROM v_broker',
             "time() - min(ebb_mqtt_outbox_oldest_timestamp_seconds) or vector(0)",
             steps=[(None, GREEN), (60, ORANGE), (600, RED)], decimals=0,
             no_data="Nothing waits"),
        stat("Forecasts that held", "Share of the forecasts that came due between early and late; 80 % is right",
             "percentunit", f'SELECT avg(coverage) AS "Held" FROM v_forecast_record\nWHERE {BY_ACCOUNT}',
             f"avg(ebb_forecast_coverage_ratio{{{ACCOUNTS}}})",
             steps=[(None, GREY), (0, RED), (0.6, ORANGE), (0.7, GREEN)], decimals=0, no_data="Too few to judge"),
        stat("Database", "Size of the database file", "bytes", 'SELECT bytes AS "Size" FROM v_store',
             "sum(ebb_store_size_bytes)",
             steps=[(None, BLUE), (10**9, ORANGE)], decimals=1),
    ]


def panels(source):
    return [
        *stats(),
        table("Accounts", "The last poll of each account, and when the next one is due", [Query(ACCOUNTS_TABLE)],
              ACCOUNTS_OF_METRICS, height=5, no_data="-", unit="s", transformations={PROMETHEUS: merged({
                  "account": "Account", "A": "Last poll", "B": "Polled", "C": "Last good poll", "D": "Next poll in",
                  "E": "Usage read"})}, overrides=[
                  override("Last poll", mappings=[RESULTS], custom__width=120, custom__align="left",
                           custom__cellOptions={"type": "color-background", "mode": "basic"}),
                  *(override(name, unit="s", decimals=0, custom__width=130)
                    for name in ("Polled", "Failing for", "Next poll in", "Usage read")),
                  override("Last good poll", unit="s", decimals=0, custom__width=130,
                           custom__cellOptions={"type": "color-text"},
                           thresholds={"mode": "absolute", "steps": [{"color": c, "value": v} for v,
                                                                     c in AGE_STEPS]})]),
        bars("Polls per hour, by result", "Anything but ok left the last readings in place", "short",
             [Query(per_hour("count(*)", "result"), "series")],
             [Query(f"sum by (result) (rate(ebb_polls_total{{{ACCOUNTS}}}[$__rate_interval])) * 3600", "series",
                    "{{result}}")],
             decimals=0, interval="5m", calcs=["mean"], overrides=[
                 override(result, color={"mode": "fixed", "fixedColor": shown["color"]})
                 for result, shown in RESULTS["options"].items() if result.isalpha()]),
        lines("Poll duration", "Longest time of a poll in each step, by account", "s",
              [Query(in_steps("max(took_ms) / 1000.0", "account"), "series")],
              [Query(f"max by (account) (ebb_poll_duration_seconds{{{ACCOUNTS}}})", "series", "{{account}}")],
              interval="5m", calcs=["mean", "max"], defaults={"min": 0}),
        bars("API requests per hour", "Requests to the API, of every kind", "short",
             [Query(per_hour("sum(calls)", "account"), "series")],
             [Query(f"sum by (account) (rate(ebb_api_requests_total{{{ACCOUNTS}}}[$__rate_interval])) * 3600", "series",
                    "{{account}}")], decimals=0, interval="5m", calcs=["mean"]),
        lines("Tokens in the list", "Tokens that each account's list held", "short",
              [Query(in_steps("max(tokens)", "account", " AND result = 'ok'"), "series")],
              [Query(f"ebb_poll_listed_tokens{{{ACCOUNTS}}}\n"
                     "and on (account) ebb_poll_success == 1", "series", "{{account}}")], decimals=0, interval="5m",
              defaults={"min": 0}),
        table("Forecast record", "Forecasts that came due, by account; fewer than ten, or less than a day of "
              "them, prove nothing. Held: the truth was between early and late (80 % is right)", [Query(RECORD)],
              RECORD_OF_METRICS,
              width=12, height=7, no_data="Too few to judge", transformations={PROMETHEUS: merged({
                  "account": "Account", "A": "Judged", "B": "Held", "C": "Off by factor", "D": "Too late by"})},
              overrides=[
                  override("Held", unit="percentunit", decimals=0), override("Off by factor", decimals=2),
                  override("Too late by", unit="percentunit", decimals=0)]),
        Only(table("Failed polls", "The newest polls that brought no complete, plausible list, and why",
                   [Query(FAILED)],
                   [], width=12, height=7, no_data="None in this period", overrides=[
                       override("time", displayName="At", custom__width=170), override("Account", custom__width=90),
                       override("Result", mappings=[RESULTS], custom__width=110,
                                custom__cellOptions={"type": "color-background", "mode": "basic"}),
                       override("HTTP status", custom__width=110)]),
             lines("CPU of the agent", "Share of one core that the process uses", "percentunit", [],
                   [Query("sum(rate(process_cpu_seconds_total[$__rate_interval])\n"
                          "  * on (instance, job) group_left () ebb_build_info)",
                          "series", "CPU")], height=7,
                   decimals=2, defaults={"min": 0})),
    ]
