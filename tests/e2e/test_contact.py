"""What is true already when a rule and an account meet is one digest; from then on each transition is an event."""

import datetime
import json

import pytest

from harness import Sim

LOW = {"name": "low", "kind": "balance_below", "levels": {"warning": "10.00", "critical": "2.00"}}
MANY = 40


@pytest.fixture
def crowd(sim):
    """Forty below the threshold, three of these below the worse one, two above."""
    for n in range(MANY):
        sim.create(f"prod-{n:02}", balance=f"{5 + n / 10:.2f}")
    for n, balance in [(7, "1.50"), (20, "0.10"), (33, "0.70")]:
        sim.set_balance(f"prod-{n:02}", balance)
    sim.create("dev-a", balance="50.00")
    sim.create("dev-b", balance="50.00")
    return sim


def of_rule(subscriber, rule):
    return [e for e in subscriber.events() if e["rule"] == rule]


def assert_digest(event, count, critical, worst):
    assert event["kind"] == "raised" and event["token"] is None and event["series"] == "token"
    digest = event["digest"]
    assert (digest["count"], digest["critical"], digest["warning"], digest["info"]) == (
        count, critical, count - critical, 0)
    assert [t["token"] for t in digest["worst"]][:len(worst)] == worst and len(digest["worst"]) == 5
    assert str(count) in event["summary"] and worst[0] in event["summary"]


def test_a_first_poll_reports_what_is_true_already_as_one_digest_for_each_rule(crowd, broker, subscriber, make_daemon):
    rules = [LOW, {"name": "half", "kind": "percent_below", "levels": {"info": "50%"}}]
    daemon = make_daemon(crowd.url, broker, rules=rules).start()
    topics = {f"ebb/main/alert/low/prod-{n:02}" for n in range(MANY)}
    subscriber.wait(lambda s: topics <= set(s.retained()), "each token's alert")
    daemon.wait_polls(2)
    (event,) = subscriber.events()
    assert_digest(event, MANY, 3, ["prod-20", "prod-33", "prod-07"])
    assert event["level"] == "critical" and event["account"] == "main"
    state = json.loads(subscriber.retained()["ebb/main/alert/low/prod-20"])
    assert state["level"] == "critical" and state["event_id"] == event["id"] and "prod-20" in state["summary"]
    assert daemon.database.one("SELECT count(*) FROM alert WHERE level <> 'none'") == MANY
    assert daemon.database.one("SELECT count(*) FROM event WHERE digest = ?", event["id"]) == MANY
    assert len(json.loads(daemon.run("alerts", "--json").stdout)) == MANY

    crowd.set_balance("prod-00", "1.00")
    crowd.set_balance("prod-01", "50.00")
    crowd.set_balance("dev-a", "5.00")
    crowd.create("prod-new", balance="3.00")
    subscriber.wait_event(kind="worsened", token="prod-00")
    subscriber.wait_event(kind="resolved", token="prod-01")
    subscriber.wait_event(kind="raised", token="dev-a", rule="low")
    event = subscriber.wait_event(kind="raised", token="prod-new", rule="low")
    assert event["digest"] is None


def test_a_rule_that_is_new_or_has_new_thresholds_reports_what_is_true_already_as_one_digest(crowd, broker, subscriber,
                                                                                           make_daemon):
    daemon = make_daemon(crowd.url, broker, rules=[]).start()
    daemon.wait_polls(2)
    daemon.settings["rules"] = [{**LOW, "name": "new"}]
    daemon.write()
    daemon.reload()
    daemon.wait_polls(2)
    (event,) = of_rule(subscriber, "new")
    assert_digest(event, MANY, 3, ["prod-20"])

    daemon.stop()
    daemon.start().wait_polls(2)
    assert len(of_rule(subscriber, "new")) == 1, "a restart is no first contact"

    daemon.settings["rules"] = [{**LOW, "name": "new", "levels": {"warning": "10.00", "critical": "6.00"}}]
    daemon.write()
    daemon.reload()
    daemon.wait_polls(2)
    (_, event) = of_rule(subscriber, "new")
    assert event["digest"]["count"] == event["digest"]["critical"] == 10 - 1
    assert len({e["id"] for e in subscriber.events()}) == 2


def test_a_hold_puts_the_digest_off_and_does_not_break_it_up(crowd, broker, subscriber, make_daemon):
    daemon = make_daemon(crowd.url, broker, rules=[{**LOW, "hold": "3s"}]).start()
    subscriber.wait_event(rule="low")
    daemon.wait_polls(2)
    (event,) = subscriber.events()
    assert_digest(event, MANY, 3, ["prod-20"])


def test_a_single_token_that_is_low_already_is_an_ordinary_event(sim, broker, subscriber, make_daemon):
    sim.create("prod-low", balance="5.00")
    sim.create("prod-high", balance="50.00")
    make_daemon(sim.url, broker, rules=[LOW]).start()
    event = subscriber.wait_event(kind="raised")
    assert event["token"] == "prod-low" and event["digest"] is None and event["value"] == 5


SOON = {"name": "soon", "kind": "exhausts_within", "levels": {"warning": "48h"}}


@pytest.fixture
def past():
    """Two tokens that are empty, and three that spent for days and will be empty within a day; now is the real one."""
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=10)
    tokens = [{"name": f"spender-{n}", "balance": 105.0 + n, "profile": {"kind": "steady", "usd_per_day": 10.0}}
              for n in range(3)] + [{"name": f"empty-{n}", "balance": 0.0} for n in range(2)]
    with Sim({"tokens": tokens}, start=start.strftime("%Y-%m-%dT%H:%M:%SZ")) as sim:
        sim.clock(advance="10d")
        yield sim


def test_what_a_rule_finds_with_the_list_and_with_the_consumption_after_it_are_two_digests(past, broker, subscriber,
                                                                                          make_daemon):
    past.fault("delay", ms=3000, path="/v2/cost_management/?*", times=1)
    daemon = make_daemon(past.url, broker, rules=[SOON], interval="1h").start()
    daemon.process.wait_line(r"consumption of \d+ payers stored")
    subscriber.wait(lambda s: len([e for e in s.events() if e["rule"] == "soon"]) == 2, "two digests")
    counts = [e["digest"]["count"] for e in subscriber.events()]
    assert sorted(counts) == [2, 3] and len(subscriber.event_ids()) == 2
