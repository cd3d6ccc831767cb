"""How tokens go and come back, and how alerts end: by a reason where there can be no value any more, and everywhere
they were told: in the database, as an event, and on the broker under the topic where it was said.
"""

import json

import pytest

from harness import TOKENS
from players import Broker, Subscriber
from test_clock import WallClock

LOW = {"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}
NAMES = ["prod-a", "prod-b", "prod-c", "prod-d"]


@pytest.fixture
def fleet(sim):
    for name in NAMES:
        sim.create(name, balance="50.00")
    return sim


@pytest.fixture
def daemon(fleet, broker, make_daemon, tmp_path):
    daemon = make_daemon(fleet.url, broker, rules=[LOW])
    daemon.clock = WallClock(tmp_path, daemon)
    return daemon


def firing(daemon):
    return daemon.database.rows("SELECT rule, level FROM alert WHERE level <> 'none' ORDER BY 1")


def raised(sim, subscriber, daemon, name="prod-a", rule="low"):
    sim.set_balance(name, "5.00")
    return subscriber.wait_event(kind="raised", token=name, rule=rule)


def ended(subscriber, daemon, name, reason, rule="low"):
    """The alert's end is told as an event, and stored, with the same reason."""
    event = subscriber.wait_event(kind="resolved", token=name, rule=rule)
    assert reason in event["reason"] and reason in event["summary"] and event["value"] is None
    assert daemon.database.one("SELECT reason FROM event WHERE id = ?", event["id"]) == event["reason"]
    assert not daemon.database.rows(
        "SELECT 1 FROM alert l JOIN token t ON t.id = l.token JOIN account a ON a.id = t.account"
        " WHERE l.level <> 'none' AND a.name = ? AND t.name = ? AND l.rule = ? AND l.kind = 'balance_below'",
        event["account"], name, rule)
    return event


def hours_pass(daemon, offset):
    """While no daemon runs: to one that does, a clock that is set is no time."""
    assert daemon.stop() == 0
    daemon.clock.set(offset)
    daemon.start()


def found_by_a_newcomer(broker, daemon):
    """What the broker holds once nothing waits for it any more."""
    newcomer = Subscriber(broker.port).wait_subscribed()
    try:
        expected = daemon.database.retained()
        newcomer.wait(lambda s: set(s.retained()) >= set(expected), "the retained topics")
        return newcomer.retained()
    finally:
        newcomer.close()


# ---- tokens ----

def test_a_token_is_missing_for_two_hours_before_it_is_deleted_and_it_returns_as_the_same(fleet, subscriber, daemon):
    daemon.start().wait_poll()
    event = raised(fleet, subscriber, daemon)
    number = daemon.database.one("SELECT id FROM token WHERE name = 'prod-a'")
    state, alert = "ebb/main/token/prod-a/state", "ebb/main/alert/low/prod-a"
    fleet.delete("prod-a")
    subscriber.wait(lambda s: json.loads(s.retained()[state])["missing"], "the missing token")
    daemon.wait_polls(5)
    hours_pass(daemon, "+110m")
    daemon.wait_polls(3)
    assert [e["kind"] for e in subscriber.events()] == ["raised"]
    status = json.loads(daemon.run("status", "--json").stdout)
    assert {t["token"]: t["state"] for t in status["tokens"]}["prod-a"] == "missing"
    assert firing(daemon) == [("low", "warning")]

    hours_pass(daemon, "+130m")
    gone = subscriber.wait_event(kind="deleted", token="prod-a")
    assert gone["level"] == "warning" and "deleted" in gone["summary"] and gone["value"] >= 7200
    ended(subscriber, daemon, "prod-a", "deleted")
    subscriber.wait(lambda s: not {state, alert} & set(s.retained()), "cleared topics")
    assert daemon.database.one("SELECT deleted_at FROM token WHERE id = ?", number)

    fleet.create("prod-a", balance="40.00")
    back = subscriber.wait_event(kind="returned", token="prod-a")
    assert back["slug"] == event["slug"] and back["id"] != gone["id"]
    assert daemon.database.rows("SELECT id, generation, deleted_at FROM token WHERE name = 'prod-a'") == [
        (number, 1, None)]
    fleet.set_balance("prod-a", "4.00")
    subscriber.wait(lambda s: json.loads(s.retained().get(alert, "{}")).get("episode") == 2, "the second episode")
    ids = [e["id"] for e in subscriber.events()]
    assert len(ids) == len(set(ids)) == 5
    spent = "SELECT sum(spent_nano) FROM hour_sum WHERE token = ?"
    assert daemon.database.one(spent, number) == (45 + 36) * 10**9, "what it spent before and after is one history"


def test_a_whole_account_is_not_deleted_without_a_day_of_it_and_not_in_silence(fleet, subscriber, daemon):
    daemon.start().wait_poll()
    raised(fleet, subscriber, daemon)
    ids = dict(daemon.database.rows("SELECT name, id FROM token WHERE kind = 'token'"))
    fleet.fault(kind="empty_list", path=TOKENS)
    daemon.wait_polls(4)
    for offset in ["+3h", "+12h", "+23h"]:
        hours_pass(daemon, offset)
        daemon.wait_polls(2)
    assert not daemon.database.rows("SELECT name FROM token WHERE deleted_at IS NOT NULL")
    unreadable = subscriber.wait_event(kind="raised", rule="unreadable")
    assert "missing" in unreadable["reason"] or "lost" in unreadable["reason"]
    assert ("low", "warning") in firing(daemon) and ("unreadable", "warning") in firing(daemon)

    fleet.clear_faults()
    subscriber.wait_event(kind="resolved", rule="unreadable")
    daemon.wait_polls(1)
    assert dict(daemon.database.rows("SELECT name, id FROM token WHERE kind = 'token'")) == ids
    assert [(e["kind"], e["rule"]) for e in subscriber.events()] == [
        ("raised", "low"), ("raised", "unreadable"), ("resolved", "unreadable")]

    fleet.fault(kind="empty_list", path=TOKENS)
    daemon.wait_polls(4)
    hours_pass(daemon, "+48h")
    for name in NAMES:
        subscriber.wait_event(kind="deleted", token=name)
    subscriber.wait(lambda s: not [t for t in s.retained() if "/token/" in t], "cleared topics")
    fleet.clear_faults()
    for name in NAMES:
        subscriber.wait_event(kind="returned", token=name)
    daemon.wait_polls(1)
    assert dict(daemon.database.rows("SELECT name, id FROM token WHERE kind = 'token'")) == ids


# ---- alerts ----

def test_an_alert_ends_when_the_budget_is_switched_off(fleet, subscriber, daemon):
    daemon.start().wait_poll()
    raised(fleet, subscriber, daemon)
    fleet.change("prod-a", active_balance=False)
    ended(subscriber, daemon, "prod-a", "no longer has a budget")
    daemon.wait_polls(2)
    assert len(subscriber.events()) == 2


def test_an_alert_ends_when_its_account_is_renamed_or_removed(fleet, broker, subscriber, daemon):
    daemon.start().wait_poll()
    first = raised(fleet, subscriber, daemon)
    daemon.settings["accounts"][0]["name"] = "other"
    daemon.write()
    daemon.reload()
    event = ended(subscriber, daemon, "prod-a", "account was removed")
    assert event["account"] == "main" and event["since"] == first["since"]
    subscriber.wait_event(kind="raised", account="other", token="prod-a")
    subscriber.wait(lambda s: not [t for t in s.retained() if t.startswith("ebb/main/")], "cleared topics")
    assert [a["account"] for a in json.loads(daemon.run("alerts", "--json").stdout)] == ["other"]
    assert daemon.stop() == 0
    assert not [t for t in found_by_a_newcomer(broker, daemon) if t.startswith("ebb/main/")]


CHANGES = {
    "removed": ([], "removed"),
    "switched off": ([{**LOW, "enabled": False}], "removed"),
    "of another kind": ([{"name": "low", "kind": "drift_above", "levels": {"warning": "1.00"}}], "another kind"),
    "for others": ([{**LOW, "match": {"token": "dev-*"}}], "no longer applies"),
    "about credits": ([{**LOW, "levels": {"warning": "0.01"}, "match": {"series": "credits"}}], "no longer applies"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_an_alert_ends_when_its_rule_is(change, fleet, broker, subscriber, daemon):
    rules, reason = CHANGES[change]
    daemon.start().wait_poll()
    event = raised(fleet, subscriber, daemon)
    daemon.settings["rules"] = rules
    daemon.write()
    daemon.reload()
    assert ended(subscriber, daemon, "prod-a", reason)["unit"] == event["unit"] == "USD"
    subscriber.wait(lambda s: "ebb/main/alert/low/prod-a" not in s.retained(), "the cleared topic")
    assert daemon.stop() == 0
    assert "ebb/main/alert/low/prod-a" not in found_by_a_newcomer(broker, daemon)


# ---- topics ----

def test_every_topic_below_an_old_base_is_cleared_its_status_too(fleet, broker, subscriber, daemon):
    daemon.start().wait_poll()
    raised(fleet, subscriber, daemon)
    some = {"ebb/status", "ebb/main/state", "ebb/main/alert/low/prod-a"}
    subscriber.wait(lambda s: some <= set(s.retained()), "the topics")
    before = set(subscriber.retained())
    for base in ["ebb/below", "home/ebb", "ebb"]:
        daemon.stop()
        daemon.settings["mqtt"]["base_topic"] = base
        daemon.write()
        daemon.start().wait_poll()
        expected = {topic.replace("ebb", base, 1) for topic in before}
        subscriber.wait(lambda s: set(s.retained()) == expected, f"everything below {base} and nothing else")
    assert daemon.stop() == 0
    assert set(found_by_a_newcomer(broker, daemon)) == before


def test_a_topic_that_nothing_is_behind_does_not_come_back(fleet, broker, subscriber, daemon):
    """Here of an alert that was resolved before its rule went: nothing waits in the database either."""
    daemon.start().wait_poll()
    raised(fleet, subscriber, daemon)
    fleet.set_balance("prod-a", "50.00")
    subscriber.wait_event(kind="resolved")
    topic = "ebb/main/alert/low/prod-a"
    subscriber.wait(lambda s: '"none"' in s.retained().get(topic, ""), "the resolved alert")
    daemon.stop()
    daemon.settings["rules"] = []
    daemon.write()
    daemon.start().wait_poll()
    subscriber.wait(lambda s: topic not in s.retained(), "the cleared topic")
    daemon.wait_polls(1)
    place = len(subscriber.messages.items)
    daemon.reload()
    daemon.wait_polls(2)
    assert not [p for t, p, _ in subscriber.messages.items[place:] if t == topic and p]
    assert topic not in daemon.database.retained()


def test_another_broker_gets_what_stands_and_nothing_of_the_past(fleet, broker, subscriber, daemon, stage, tmp_path):
    daemon.start().wait_poll()
    raised(fleet, subscriber, daemon)
    other = Broker(tmp_path / "other").start()
    stage.callback(other.stop)
    daemon.stop()
    daemon.settings["mqtt"]["port"] = other.port
    daemon.settings["rules"] = []
    daemon.write()
    newcomer = Subscriber(other.port)
    stage.callback(newcomer.close)
    newcomer.wait_subscribed()
    daemon.start().wait_poll()
    newcomer.wait(lambda s: "ebb/main/token/prod-a/state" in s.retained(), "the states")
    newcomer.wait_event(kind="resolved")
    daemon.wait_polls(1)
    assert "ebb/main/alert/low/prod-a" not in newcomer.retained()
    assert f"127.0.0.1:{broker.port} stay there" in daemon.process.text()
