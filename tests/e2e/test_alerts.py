"""Alerts from the balance to the subscriber: levels, hold, hysteresis, restarts, reloads, deletion."""

import json

import pytest

from test_clock import WallClock

LOW = {"name": "low", "kind": "balance_below",
       "levels": {"warning": "10.00", "critical": {"below": "2.00", "clear": "3.00"}}}


@pytest.fixture
def token(sim):
    sim.create("prod-billing-api", balance="50.00")
    return "prod-billing-api"


def told(subscriber):
    return [(e["kind"], e["was"], e["level"]) for e in subscriber.events()]


def test_one_message_for_each_transition_and_none_between(sim, broker, subscriber, make_daemon, token):
    daemon = make_daemon(sim.url, broker, rules=[LOW]).start()
    daemon.wait_poll()
    for balance in ["9.50", "9.00", "1.00", "2.50", "1.50", "3.50", "10.20", "60.00"]:
        sim.set_balance(token, balance)
        daemon.wait_polls(2)
    subscriber.wait_event(kind="resolved")
    assert told(subscriber) == [
        ("raised", "none", "warning"),
        ("worsened", "warning", "critical"),
        ("eased", "critical", "warning"),
        ("resolved", "warning", "none"),
    ]


def test_the_event_says_what_a_person_and_a_program_need(sim, broker, subscriber, make_daemon, token):
    daemon = make_daemon(sim.url, broker, rules=[LOW]).start()
    daemon.wait_poll()
    sim.set_balance(token, "9.123456789")
    event = subscriber.wait_event(kind="raised")
    assert event["schema"] == 2 and event["account"] == "main" and event["token"] == token and event["rule"] == "low"
    assert event["was"] == "none" and event["level"] == "warning" and event["unit"] == "USD"
    assert event["value"] == 9.123456789 and event["threshold"] == 10
    assert {"id", "at", "since", "burn", "exhaustion", "summary"} <= set(event)
    assert token in event["summary"] and "9.12" in event["summary"]

    raw = next(p for t, p, _ in subscriber.messages.items if t == "ebb/main/event")
    assert '"value":9.123456789' in raw.replace(" ", "")
    topic = f"ebb/main/alert/low/{token}"
    subscriber.wait(lambda s: json.loads(s.retained().get(topic, "{}")).get("level") == "warning", "the alert's topic")


def test_nothing_fires_twice_and_nothing_is_forgotten_over_a_restart(sim, broker, subscriber, make_daemon, token):
    daemon = make_daemon(sim.url, broker, rules=[LOW]).start()
    daemon.wait_poll()
    sim.set_balance(token, "9.00")
    subscriber.wait_event(kind="raised")
    daemon.stop()
    daemon.start().wait_polls(2)
    daemon.stop()
    sim.set_balance(token, "20.00")
    daemon.start()
    subscriber.wait_event(kind="resolved")
    assert told(subscriber) == [("raised", "none", "warning"), ("resolved", "warning", "none")]


def test_a_level_is_announced_after_it_has_held_and_a_restart_does_not_start_the_hold_again(sim, broker, subscriber,
                                                                                         make_daemon, token, tmp_path):
    daemon = make_daemon(sim.url, broker, rules=[{**LOW, "hold": "1h"}])
    clock = WallClock(tmp_path, daemon)
    daemon.start()
    daemon.wait_poll()
    sim.set_balance(token, "9.00")
    daemon.wait_polls(2)
    sim.set_balance(token, "50.00")  # a dip shorter than the hold
    daemon.wait_polls(5)
    assert told(subscriber) == []

    after_the_dip = daemon.database.one("SELECT max(at) FROM poll")
    sim.set_balance(token, "9.00")
    daemon.wait_polls(2)
    daemon.stop()
    pending_since = daemon.database.one("SELECT pending_since FROM alert WHERE pending = 'warning'")
    assert pending_since >= after_the_dip
    clock.set("+61m")
    daemon.start()
    event = subscriber.wait_event(kind="raised")
    assert daemon.database.one("SELECT since FROM event WHERE id = ?", event["id"]) == pending_since


def test_rules_choose_tokens_by_name_environment_and_type(sim, broker, subscriber, make_daemon):
    for name in ["prod-a", "dev-a", "prod-b"]:
        sim.create(name, balance="5.00")
    sim.create("prod-sandbox", balance="5.00", token_type="sandbox_api_token")
    rule = {**LOW, "match": {"environment": "prod", "token": "*-[as]*", "type": "api_token"}}
    daemon = make_daemon(sim.url, broker, rules=[rule]).start()
    subscriber.wait_event(kind="raised")
    daemon.wait_polls(2)
    assert {e["token"] for e in subscriber.events()} == {"prod-a"}


def test_a_reload_takes_new_rules_and_ends_the_alerts_of_removed_ones(sim, broker, subscriber, make_daemon, token):
    daemon = make_daemon(sim.url, broker, rules=[LOW]).start()
    daemon.wait_poll()
    sim.set_balance(token, "9.00")
    subscriber.wait_event(rule="low", kind="raised")
    daemon.settings["rules"] = [{"name": "half", "kind": "percent_below", "levels": {"info": "50%"}}]
    daemon.write()
    daemon.reload()
    subscriber.wait_event(rule="half", kind="raised", level="info")
    event = subscriber.wait_event(rule="low", kind="resolved")
    assert "removed" in event["summary"]
    subscriber.wait(lambda s: f"ebb/main/alert/low/{token}" not in s.retained(), "the topic of the removed rule")


def test_a_bad_file_keeps_the_old_settings_and_says_so(sim, broker, subscriber, make_daemon, token):
    daemon = make_daemon(sim.url, broker, rules=[LOW]).start()
    daemon.wait_poll()
    good = daemon.path.read_text()
    daemon.path.write_text(good.replace("interval: 1s", "interval: soon"))
    place = daemon.reload()
    daemon.process.wait_line(r"keeping the previous configuration", place)
    assert "interval" in daemon.process.text()
    sim.set_balance(token, "9.00")
    subscriber.wait_event(kind="raised")


def test_exhaustion_is_told_ahead_and_when_it_happens(sim, broker, subscriber, make_daemon, token):
    rules = [{"name": "soon", "kind": "exhausts_within", "levels": {"warning": "1h"}},
             {"name": "empty", "kind": "exhausted", "level": "critical"}]
    daemon = make_daemon(sim.url, broker, rules=rules).start()
    daemon.wait_polls(3)
    for balance in ["49.00", "48.00", "47.00", "46.00"]:
        sim.set_balance(token, balance)
        daemon.wait_polls(2)
    event = subscriber.wait_event(rule="soon", kind="raised")
    assert 0 < event["value"] < 3600 and event["unit"] == "s"
    sim.set_balance(token, "0.00")
    event = subscriber.wait_event(rule="empty", kind="raised")
    assert event["level"] == "critical" and event["value"] == 0
    listed = {row["id"]: row for row in json.loads(daemon.run("alerts", "--past", "--json").stdout)}
    for event in subscriber.events():
        row = listed[event["id"]]
        assert [row[m] for m in ("value", "threshold", "unit")] == [event[m] for m in ("value", "threshold", "unit")]
