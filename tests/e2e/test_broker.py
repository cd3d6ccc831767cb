"""The broker goes away in every way that brokers do. Each transition arrives at least once, in order for each token,
doubles bear the same id, and in the end the retained topics are what the database says.
"""

import itertools
import json

import pytest

from players import Broker, Subscriber, Wire, holding_its_breath

RULES = [{"name": "low", "kind": "balance_below",
          "levels": {"warning": {"below": "20.00", "clear": "20.00"},
                     "critical": {"below": "19.00", "clear": "19.00"}}}]
TOKENS = [f"prod-app-{n}" for n in range(4)]
REST = "20.57"
SEESAW = ["19.37", "18.43", REST]  # warning, critical, resolved; falls so small that they are believed at once


def comes_back(broker, subscriber, daemon, subscriptions):
    """Nobody keeps events for a subscriber that is not there: it must be back before the daemon publishes."""
    def times_online(_):
        return sum(topic == "ebb/status" and '"online"' in payload for topic, payload, _ in subscriber.messages.items)
    before = times_online(None)
    with holding_its_breath(daemon.process):
        broker.start()
        subscriber.wait_subscribed(subscriptions)
    subscriber.wait(lambda s: times_online(s) > before, "the daemon at the new broker")


def kill(broker, subscriber, daemon):
    """Once the subscriber has read what was acknowledged. What a dying connection holds unread is lost to it, and not
    for the daemon to send again."""
    with holding_its_breath(daemon.process):
        acknowledged = {row[0] for row in daemon.database.rows(
            "SELECT id FROM event WHERE id NOT IN (SELECT event FROM outbox WHERE event IS NOT NULL)")}
        subscriber.wait(lambda s: s.event_ids() >= acknowledged, "what the broker acknowledged")
        broker.kill()


def transitions(database):
    return {token: [row[0] for row in database.rows(
        "SELECT e.id FROM event e JOIN token t ON t.id = e.token WHERE t.name = ? ORDER BY e.seq", token)]
        for token in TOKENS}


def first_arrivals(subscriber, token):
    ids = [event["id"] for event in subscriber.events() if event["token"] == token]
    return list(dict.fromkeys(ids))


def move(sim, daemon, balance, tokens=TOKENS):
    """Moves every token to another level and waits until each transition is stored."""
    def count():
        return daemon.database.one("SELECT count(*) FROM event")
    before = count()
    for token in tokens:
        sim.set_balance(token, balance)
    daemon.process.lines.wait(lambda _: count() == before + len(tokens), f"a transition of each token to {balance}")


def swing(sim, daemon, rounds, tokens=TOKENS):
    for balance in itertools.islice(itertools.cycle(SEESAW), rounds * len(SEESAW)):
        move(sim, daemon, balance, tokens)


def settled(subscriber, daemon):
    """Everything stored has arrived, in order, and the retained topics are the database's."""
    told = transitions(daemon.database)
    subscriber.wait(lambda s: s.event_ids() >= {i for ids in told.values() for i in ids}, "every transition")
    for token in TOKENS:
        assert first_arrivals(subscriber, token) == told[token]
    assert daemon.stop() == 0  # which delivers what the last poll had to say; then nothing moves any more


def assert_retained_state_is_the_database(broker, daemon):
    newcomer = Subscriber(broker.port).wait_subscribed()
    expected = daemon.database.retained()
    try:
        newcomer.wait(lambda s: set(s.retained()) >= set(expected), "the retained topics")
        found = newcomer.retained()
    finally:
        newcomer.close()
    status = next(topic for topic in found if topic.endswith("/status"))
    assert '"offline"' in found[status]
    assert not daemon.database.rows("SELECT topic FROM outbox WHERE pending = 1")
    assert len(expected) == 2 * len(TOKENS) + 3  # state and alert of each, those of account and credits, the status
    assert {t: p for t, p in found.items() if expected[t]} == {t: p for t, p in expected.items() if p}
    for shown in json.loads(daemon.run("status", "--json").stdout)["tokens"]:
        told = json.loads(found[f"ebb/main/token/{shown['token']}/state"])
        assert {k: told[k] for k in ("balance_usd", "state")} == {k: shown[k] for k in ("balance_usd", "state")}


@pytest.fixture
def daemon(sim, broker, make_daemon):
    for token in TOKENS:
        sim.create(token, balance=REST)
    return make_daemon(sim.url, broker, rules=RULES)


def test_transitions_of_an_outage_arrive_after_it(sim, broker, subscriber, daemon):
    daemon.start().wait_poll()
    swing(sim, daemon, 1)
    broker.stop()
    swing(sim, daemon, 2)
    comes_back(broker, subscriber, daemon, 2)
    swing(sim, daemon, 1)
    settled(subscriber, daemon)
    assert len(subscriber.event_ids()) == 4 * 3 * len(TOKENS)
    assert_retained_state_is_the_database(broker, daemon)


def test_a_killed_broker_that_forgot_everything_is_told_everything_again(sim, broker, subscriber, daemon):
    daemon.start().wait_poll()
    swing(sim, daemon, 1)
    move(sim, daemon, SEESAW[0])
    kill(broker, subscriber, daemon)
    comes_back(broker, subscriber, daemon, 2)
    settled(subscriber, daemon)
    assert_retained_state_is_the_database(broker, daemon)


def test_a_broker_that_is_killed_again_and_again_gets_every_transition_in_order(sim, broker, subscriber, daemon):
    daemon.start().wait_poll()
    for n in range(1, 4):
        swing(sim, daemon, 1)
        kill(broker, subscriber, daemon)
        move(sim, daemon, SEESAW[0])
        comes_back(broker, subscriber, daemon, n + 1)
        move(sim, daemon, REST)
    settled(subscriber, daemon)
    assert_retained_state_is_the_database(broker, daemon)


def test_a_daemon_that_starts_before_its_broker_tells_everything_once_it_is_there(sim, tmp_path, make_daemon, stage):
    broker = Broker(tmp_path / "late")
    for token in TOKENS:
        sim.create(token, balance=REST)
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_poll()
    swing(sim, daemon, 1)

    late = Subscriber(broker.port)
    stage.callback(late.close)
    comes_back(broker, late, daemon, 1)
    stage.callback(broker.stop)
    settled(late, daemon)


def test_what_was_sent_into_a_dead_wire_is_sent_again(sim, broker, subscriber, make_daemon, stage):
    """Sent is not received: only the broker's acknowledgement lets a message go."""
    wire = Wire(broker.port)
    stage.callback(wire.close)
    for token in TOKENS:
        sim.create(token, balance=REST)
    daemon = make_daemon(sim.url, wire, rules=RULES).start()
    subscriber.wait(lambda s: '"online"' in s.retained().get("ebb/status", ""), "the daemon")
    wire.dead = True
    swing(sim, daemon, 1)
    wire.swallowed.wait(lambda parts: b"/event" in b"".join(parts), "an event in the dead wire")
    assert not subscriber.events()
    wire.cut()
    settled(subscriber, daemon)
    assert len(subscriber.event_ids()) == 3 * len(TOKENS)


def own_memory_bytes(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon"))


def test_an_outage_does_not_grow_the_memory(sim, broker, make_daemon):
    """Messages wait on disk, megabytes of them: long names make long messages. Compared with transitions while the
    broker was there; what the allocator keeps for itself stays far below what waits."""
    tokens = [f"prod-{n}-{'x' * 180}" for n in range(400)]
    for token in tokens:
        sim.create(token, balance=REST)
    daemon = make_daemon(sim.url, broker, rules=RULES)
    daemon.environment["ASAN_OPTIONS"] = "quarantine_size_mb=1:malloc_context_size=1"
    daemon.start().wait_poll()
    swing(sim, daemon, 2, tokens)  # forecasts take their room in the second
    before = own_memory_bytes(daemon.process.pid)
    broker.stop()
    swing(sim, daemon, 3, tokens)
    grown = own_memory_bytes(daemon.process.pid) - before
    count, waiting = daemon.database.rows("SELECT count(*), sum(length(payload)) FROM outbox WHERE pending = 1"
                                          " AND retain = 0")[0]
    assert count >= 3 * 3 * len(tokens) and waiting > 1000 * 1000 * 3
    assert grown < waiting / 2


def test_a_clean_end_says_offline_and_so_does_a_kill(sim, broker, subscriber, daemon):
    daemon.start().wait_poll()
    subscriber.wait(lambda s: '"online"' in s.retained().get("ebb/status", ""), "online")
    daemon.stop()
    subscriber.wait(lambda s: '"offline"' in s.retained().get("ebb/status", ""), "offline after SIGTERM")
    daemon.start().wait_poll()
    subscriber.wait(lambda s: '"online"' in s.retained().get("ebb/status", ""), "online again")
    daemon.kill()
    subscriber.wait(lambda s: '"offline"' in s.retained().get("ebb/status", ""), "the will")
