"""An account that cannot be read is an alert of its own, there without being configured: by time, whatever the cause.
"""

import json

import pytest

from harness import TOKENS
from test_clock import WallClock

CAUSES = {
    "refused key": {"kind": "status", "status": 401},
    "server error": {"kind": "status", "status": 500},
    "login page": {"kind": "html"},
    "broken list": {"kind": "broken_json"},
    "answer that hangs": {"kind": "stall"},
    "empty list": {"kind": "empty_list"},
}
SPENDER = "prod-spender"


def stock(sim):
    sim.create(SPENDER, balance="50.00")
    sim.create("prod-idle", balance="50.00")
    sim.create("dev-idle", balance="50.00")
    return sim


@pytest.fixture
def account(sim):
    return stock(sim)


def alerts(daemon):
    return json.loads(daemon.run("alerts", "--json").stdout)


def told(subscriber):
    return [(e["kind"], e["was"], e["level"]) for e in subscriber.events() if e["series"] == "account"]


def become_unreadable_and_readable(world, cause):
    account, broker = stock(world.sim()), world.broker()
    subscriber = world.subscriber(broker)
    daemon = world.daemon(account.url, broker, timeout="30s", connect_timeout="2s").start()
    daemon.wait_polls(2)
    account.fault(**CAUSES[cause], path=TOKENS)
    event = subscriber.wait_event(kind="raised", series="account")
    assert event["level"] == "warning" and event["account"] == "main" and event["token"] is None
    assert event["rule"] == "unreadable" and event["unit"] == "s" and event["value"] > event["threshold"] == 3
    assert event["reason"] and "account main has been unreadable for" in event["summary"]
    assert event["balance_usd"] is None and event["state"] is None
    topic = f"ebb/main/alert/unreadable/{event['slug']}"
    subscriber.wait(lambda s: '"warning"' in s.retained().get(topic, ""), "the alert's topic")
    (row,) = alerts(daemon)
    assert row["rule"] == "unreadable" and row["account"] == "main" and row["level"] == "warning"
    assert "unreadable" in daemon.run("alerts").stdout

    if cause == "refused key":
        return  # nobody asks again soon: a key that is refused is no passing trouble
    account.clear_faults()
    if cause == "answer that hangs":
        daemon.reload()  # the answer under way would hang until its timeout
    event = subscriber.wait_event(kind="resolved", series="account")
    assert "readable again" in event["summary"] and event["value"] == 0
    subscriber.wait(lambda s: '"none"' in s.retained().get(topic, ""), "the all-clear")
    assert told(subscriber) == [("raised", "none", "warning"), ("resolved", "warning", "none")]
    assert alerts(daemon) == []


def test_three_intervals_without_a_list_are_a_warning_and_the_next_list_resolves_it(at_once):
    at_once(become_unreadable_and_readable, [(cause,) for cause in CAUSES])


def test_it_is_critical_once_a_token_is_likely_to_have_run_out_meanwhile(account, broker, subscriber, make_daemon,
                                                                         tmp_path):
    daemon = make_daemon(account.url, broker)
    clock = WallClock(tmp_path, daemon)
    daemon.start().wait_polls(3)
    for balance in ["49.00", "48.00", "47.00", "46.00"]:
        account.set_balance(SPENDER, balance)
        daemon.wait_polls(2)
    subscriber.wait(lambda s: json.loads(s.retained().get(f"ebb/main/token/{SPENDER}/state", "{}"))
                    .get("exhaustion", {}).get("likely_at"), "a forecast")
    daemon.wait_polls(1)
    account.fault(kind="status", status=502, path=TOKENS)
    subscriber.wait_event(kind="raised", series="account", level="warning")
    daemon.stop()  # what was forecast outlives the process, and so does the alert
    clock.set("+2h")
    daemon.start()
    event = subscriber.wait_event(kind="worsened", series="account")
    assert event["level"] == "critical" and f"{SPENDER} likely ran out" in event["summary"]
    account.clear_faults()
    subscriber.wait_event(kind="resolved", series="account")
    assert told(subscriber) == [("raised", "none", "warning"), ("worsened", "warning", "critical"),
                                ("resolved", "critical", "none")]


def test_an_account_whose_first_poll_never_worked_is_unreadable_too(account, broker, subscriber, make_daemon):
    account.fault(kind="status", status=503, path=TOKENS)
    daemon = make_daemon(account.url, broker).start()
    event = subscriber.wait_event(kind="raised", series="account")
    assert "503" in event["reason"]
    account.clear_faults()
    subscriber.wait_event(kind="resolved", series="account")
    assert daemon.stop() == 0


def test_the_time_in_which_nobody_asked_is_not_held_against_an_account(account, broker, subscriber, make_daemon,
                                                                       tmp_path):
    daemon = make_daemon(account.url, broker, interval="5m")
    clock = WallClock(tmp_path, daemon)
    daemon.start().wait_poll()
    daemon.stop()
    clock.set("+3d")
    account.fault(kind="status", status=503, path=TOKENS)
    daemon.start().wait_poll("unavailable")
    assert daemon.stop() == 0
    assert told(subscriber) == [] and alerts(daemon) == []


def test_the_implied_rule_can_be_configured_and_switched_off(account, broker, subscriber, make_daemon):
    daemon = make_daemon(account.url, broker, rules=[{"name": "off", "kind": "unreadable", "enabled": False}]).start()
    daemon.wait_polls(1)
    account.fault(kind="status", status=500, path=TOKENS)
    daemon.wait_polls(3, "unavailable")
    assert told(subscriber) == []
    daemon.settings["rules"] = [{"name": "stale", "kind": "unreadable", "level": "info"}]
    daemon.write()
    daemon.reload()
    event = subscriber.wait_event(kind="raised", series="account")
    assert event["rule"] == "stale" and event["level"] == "info"


def set_the_clock_while_polls_fail(world, jump):
    account, broker = stock(world.sim()), world.broker()
    subscriber = world.subscriber(broker)
    daemon = world.daemon(account.url, broker, interval="10m")
    clock = WallClock(world.folder, daemon)
    daemon.start()
    daemon.wait_poll()
    daemon.stop()
    account.fault("status", status=500, path=TOKENS)
    daemon.start()
    daemon.wait_poll("unavailable")
    clock.set(jump)
    daemon.wait_polls(1, "unavailable")
    account.clear_faults()
    daemon.wait_poll()
    assert daemon.stop() == 0
    assert told(subscriber) == []


def test_a_clock_that_is_set_while_polls_fail_makes_no_long_outage_of_a_short_one(at_once):
    at_once(set_the_clock_while_polls_fail, [("+3d",), ("-3d",)])
