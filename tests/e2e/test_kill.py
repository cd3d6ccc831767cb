"""The daemon is killed without warning, over and over, while balances cross their thresholds.

What it reported as stored is stored; what is stored is told; nothing is told that is not stored.
"""

import random
import re
import subprocess

KILLS = 200
LONGEST_LIFE_S = 0.6  # from before the first write to well after the first acknowledgements
RULES = [
    {"name": "low", "kind": "balance_below", "levels": {"info": "30.00", "warning": "20.00", "critical": "10.00"}},
    {"name": "empty", "kind": "exhausted", "level": "critical"},
]
TOKENS = [f"prod-app-{n}" for n in range(8)]


def live_for(daemon, seconds):
    try:
        daemon.process.process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
    raise AssertionError("the daemon ended by itself:\n" + daemon.process.text())


def shake(sim, dice):
    for name in dice.sample(TOKENS, 3):
        sim.set_balance(name, dice.choice(["0.00", "5.00", "15.00", "25.00", "50.00"]))


def reported_polls(daemon):
    return {int(n) for n in re.findall(r"poll (\d+) stored", daemon.text())}


def test_two_hundred_kills_lose_nothing_and_tell_nothing_that_is_not_so(sim, broker, subscriber, make_daemon):
    dice = random.Random(20261123)
    for name in TOKENS:
        sim.create(name, balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)

    for _ in range(KILLS):
        shake(sim, dice)
        daemon.start()
        if dice.random() < 0.5:
            daemon.wait_poll()  # the very moment at which something was promised
        else:
            live_for(daemon, dice.uniform(0, LONGEST_LIFE_S))
        daemon.kill()

    daemon.start()
    daemon.wait_polls(2)
    database = daemon.database
    stored = {row[0] for row in database.rows("SELECT id FROM event")}
    subscriber.wait(lambda s: s.event_ids() == stored, "the events of the database")
    assert daemon.stop() == 0

    reported = reported_polls(daemon)
    assert len(reported) > KILLS / 4, "most lives were too short to store anything: the test tests nothing"
    assert reported <= {row[0] for row in database.rows("SELECT id FROM poll")}
    assert database.one("PRAGMA integrity_check") == "ok"
    assert not database.rows("PRAGMA foreign_key_check")
    assert len(stored) > 50
    assert {row[0] for row in database.rows("SELECT id FROM event")} == subscriber.event_ids()
