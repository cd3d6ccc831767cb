"""States are published from what is known, past the outbox: an event never waits behind them, none is lost with the
process or the connection, none is sent without a reason, and one that the broker refuses is reported and tried again.
"""

import collections
import json
import signal

import pytest

from harness import Sim
from players import EBB, Broker, Process, Subscriber, Wire
from test_delivery import status, wait_status

RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": {"below": "20.00", "clear": "20.00"}}}]
REST, LOW = "20.57", "19.37"  # a fall so small that it is believed at once
IN_FLIGHT = 64
FLEET = 10000


def balance(subscriber, token):
    return json.loads(subscriber.retained().get(f"ebb/main/token/{token}/state", "{}")).get("balance_usd")


def token_states(messages):
    return [topic for topic, _, _ in messages if topic.endswith("/state") and "/token/" in topic]


def stored_at(daemon, token, nano):
    """Waits until a poll has stored this balance."""
    daemon.process.lines.wait(lambda _: daemon.database.rows(
        "SELECT 1 FROM v_token WHERE token = ? AND balance_usd = ?", token, nano / 1e9), f"{nano} of {token} stored")


@pytest.fixture
def crowd(stage, broker, make_daemon):
    """Ten thousand tokens that spend something every hour, and one that rests."""
    sim = stage.enter_context(Sim({"tokens": [
        {"name": "prod-app-%05d", "count": FLEET, "balance": "50.00",
         "profile": {"kind": "steady", "usd_per_day": "2.40", "every": "1h"}},
        {"name": "prod-other", "balance": REST}, {"name": "prod-low", "balance": LOW}]}, speed=0))
    daemon = make_daemon(sim.url, broker, rules=RULES)
    daemon.settings["log"] = "info"
    daemon.write()
    return sim, daemon


def test_an_event_never_waits_behind_ten_thousand_states(crowd, broker, subscriber):
    sim, daemon = crowd
    daemon.start()
    subscriber.wait(lambda s: len(token_states(s.messages.items)) >= FLEET + 2, "every state of the first poll")
    topics = [topic for topic, _, _ in subscriber.messages.items]
    assert topics.index("ebb/main/event") < topics.index(token_states(subscriber.messages.items)[0])

    place = 0
    while token_states(subscriber.messages.items[place:]):  # newcomers are learning at first
        place = len(subscriber.messages.items)
        daemon.wait_polls(2)
    broker.process.signal(signal.SIGSTOP)
    sim.clock(advance="2h")
    daemon.process.wait_line(rf"{FLEET} changed")  # and as many of their states as may be are on their way
    sim.set_balance("prod-other", LOW)
    stored_at(daemon, "prod-other", 19370000000)
    broker.process.signal(signal.SIGCONT)
    subscriber.wait_event(token="prod-other", kind="raised")
    before = [topic for topic, _, _ in subscriber.messages.items[place:]]
    assert len(token_states(subscriber.messages.items[place:place + before.index("ebb/main/event")])) <= IN_FLIGHT
    subscriber.wait(lambda s: len(token_states(s.messages.items[place:])) > FLEET, "all the states after it")


def test_a_state_that_was_stored_and_not_sent_outlives_a_kill(sim, broker, subscriber, make_daemon, stage):
    wire = Wire(broker.port)
    stage.callback(wire.close)
    sim.create("prod-app", balance=REST)
    daemon = make_daemon(sim.url, wire, rules=RULES).start()
    subscriber.wait(lambda s: balance(s, "prod-app") == 20.57, "the first state")
    wire.dead = True
    sim.set_balance("prod-app", LOW)
    stored_at(daemon, "prod-app", 19370000000)
    daemon.kill()
    wire.cut()
    sim.fault("status", status=503)  # what is published now is what is stored
    daemon.start()
    subscriber.wait(lambda s: balance(s, "prod-app") == 19.37, "the state that was stored")
    daemon.process.wait_line("poll unavailable")


def test_a_state_that_a_killed_run_of_once_did_not_send_is_sent_by_the_next(
        sim, broker, subscriber, make_daemon, stage):
    wire = Wire(broker.port)
    stage.callback(wire.close)
    sim.create("prod-app", balance=REST)
    daemon = make_daemon(sim.url, wire, interval="15m", rules=RULES)
    assert daemon.run("once").returncode == 0
    subscriber.wait(lambda s: balance(s, "prod-app") == 20.57, "the first state")
    wire.dead = True
    sim.set_balance("prod-app", LOW)
    once = Process(EBB, "once", "--config", daemon.path)
    once.wait_line("stored: ok")
    once.kill()
    wire.cut()
    assert daemon.run("once").returncode == 0
    subscriber.wait(lambda s: balance(s, "prod-app") == 19.37, "the state that was stored")


def test_what_does_not_change_is_not_sent_and_after_a_reconnect_once(sim, broker, subscriber, make_daemon):
    tokens = [f"prod-app-{n}" for n in range(20)]
    for token in tokens:
        sim.create(token, balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(5)  # a newcomer is learning at first
    place = len(subscriber.messages.items)
    daemon.wait_polls(4)
    assert not token_states(subscriber.messages.items[place:])

    place = len(subscriber.messages.items)
    broker.kill()
    broker.start()
    subscriber.wait_subscribed(2)
    wanted = {f"ebb/main/token/{token}/state" for token in tokens}
    subscriber.wait(lambda s: wanted <= {t for t, _, _ in s.messages.items[place:]}, "every state at the new broker")
    daemon.wait_polls(3)
    told = collections.Counter(t for t, _, retained in subscriber.messages.items[place:] if not retained)
    assert all(told[topic] <= 1 for topic in wanted), told


def test_what_can_be_spent_is_known_after_a_restart_too(sim, broker, subscriber, make_daemon):
    sim.create("prod-idle", balance="40.00")
    sim.create("prod-rich", balance="90.00")
    sim.set_credits("60.00")
    expected = {"prod-idle": (40, "balance"), "prod-rich": (60, "credits")}

    def shows(after):
        states = {topic.split("/")[3]: json.loads(payload) for topic, payload, _ in subscriber.messages.items[after:]
                  if "/token/" in topic and topic.endswith("/state")}
        return {name: (state["available_usd"], state["limited_by"]) for name, state in states.items()} == expected

    daemon, place = make_daemon(sim.url, broker), 0
    for _ in range(2):
        daemon.start()
        daemon.wait_polls(4)  # no longer new: nothing else makes them worth another message
        subscriber.wait(lambda _, place=place: shows(place), f"what can be spent, after message {place}")
        assert daemon.stop() == 0
        place = len(subscriber.messages.items)


def test_a_state_that_the_broker_refuses_is_reported_blocks_nothing_and_is_sent_when_it_may(
        sim, tmp_path, stage, make_daemon):
    rules = tmp_path / "rules"
    allowed = "topic write ebb/status\ntopic write ebb/main/state\ntopic write ebb/main/credits/state\n" \
              "topic write ebb/main/event\ntopic write ebb/main/alert/#\ntopic read #\n"
    rules.write_text(allowed + "topic write ebb/main/token/prod-b/state\n")
    broker = Broker(tmp_path / "strict", options=[f"acl_file {rules}", "max_queued_messages 1000"]).start()
    stage.callback(broker.stop)
    subscriber = Subscriber(broker.port).wait_subscribed()
    stage.callback(subscriber.close)
    for token in ("prod-a", "prod-b"):
        sim.create(token, balance=REST)
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.process.wait_line("the broker does not accept 1 message, the last on ebb/main/token/prod-a/state")
    found = wait_status(daemon, lambda s: s["outbox"]["refused"] == 1, "the refused state")
    assert found["outbox"]["refusal"] == "Not authorized" and found["outbox"]["events"] == 0
    subscriber.wait(lambda s: balance(s, "prod-b") == 20.57, "the state of the other token")
    sim.set_balance("prod-b", LOW)
    subscriber.wait(lambda s: balance(s, "prod-b") == 19.37, "news of the other token")
    assert balance(subscriber, "prod-a") is None

    rules.write_text(allowed + "topic write ebb/main/token/+/state\n")
    broker.process.signal(signal.SIGHUP)
    broker.process.wait_line("Reloading config")
    daemon.reload()
    subscriber.wait(lambda s: balance(s, "prod-a") == 20.57, "the state that was refused")
    daemon.process.wait_line("the broker accepts all messages again")
    wait_status(daemon, lambda s: s["outbox"]["refused"] == 0, "nothing refused")
    assert status(daemon)["state"] == "connected"
