"""The daemon is killed without warning, over and over, while balances cross their thresholds.

What it reported as stored is stored; what is stored is told; nothing is told that is not stored.
"""

import datetime
import random
import re
import subprocess

from harness import READ_KEY, Sim
from players import EBB, Database, Process
from test_money import nano

WORLDS, KILLS = 5, 40  # as many kills in each world
LONGEST_LIFE_S = 0.6  # from before the first write to well after the first acknowledgements
RULES = [
    {"name": "low", "kind": "balance_below", "levels": {"info": "30.00", "warning": "20.00", "critical": "10.00"}},
    {"name": "empty", "kind": "exhausted", "level": "critical"},
]
TOKENS = [f"prod-app-{n}" for n in range(8)]
PUBLISHED = "SELECT id FROM event WHERE digest IS NULL"  # what the first stored poll finds may be one digest


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


def kill_over_and_over(world, seed, key):
    more = {"name": "idle-%03d", "count": 150, "balance": 50}  # so that a list of v3 has two pages
    sim, broker = world.sim({"tokens": [more]} if key == READ_KEY else None), world.broker()
    subscriber = world.subscriber(broker)
    dice = random.Random(seed)
    for name in TOKENS:
        sim.create(name, balance="50.00")
    daemon = world.daemon(sim.url, broker, rules=RULES, key=key)
    daemon.start()
    daemon.wait_poll()  # what new rules find at once is reported as a digest, not by events of their own
    daemon.kill()

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
    stored = {row[0] for row in database.rows(PUBLISHED)}
    subscriber.wait(lambda s: s.event_ids() == stored, "the events of the database")
    assert daemon.stop() == 0

    reported = reported_polls(daemon)
    assert len(reported) > KILLS / 4, "most lives were too short to store anything: the test tests nothing"
    assert reported <= {row[0] for row in database.rows("SELECT id FROM poll")}
    assert database.one("PRAGMA integrity_check") == "ok"
    assert not database.rows("PRAGMA foreign_key_check")
    assert len(stored) > KILLS / 4
    assert {row[0] for row in database.rows(PUBLISHED)} == subscriber.event_ids()


def test_two_hundred_kills_lose_nothing_and_tell_nothing_that_is_not_so(at_once):
    """Lives are waits for the next poll, which no restart brings nearer: several daemons live them at once, some at
    the API's one door and some at the other."""
    at_once(kill_over_and_over, [(20261123 + world, ("sim-key", READ_KEY)[world % 2]) for world in range(WORLDS)])


def test_a_backfill_that_is_killed_over_and_over_is_whole_in_the_end(stage, make_daemon):
    """Ninety days of many tokens come in pieces; whatever of them was stored when the daemon died, no day is missing
    and none counts twice."""
    dice = random.Random(20261124)
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=91)
    profile = {"kind": "steady", "usd_per_day": "2.40", "every": "24h"}
    tokens = {"name": "prod-app-%03d", "count": 500, "profile": profile}
    sim = stage.enter_context(Sim({"tokens": [tokens]}, start=start.strftime("%Y-%m-%dT%H:%M:%SZ"), speed=0))
    sim.clock(advance="91d")
    daemon = make_daemon(sim.url, calls_per_second=100)
    partly = 0
    for life in range(6):
        daemon.start()
        if life == 0:
            daemon.process.wait_line("consumption of")  # the first piece of three
        else:
            daemon.process.wait_line("stored: ok")
            live_for(daemon, dice.uniform(0, LONGEST_LIFE_S))
        daemon.kill()
        days = daemon.database.one("SELECT count(DISTINCT day) FROM usage")
        partly += 0 < days < 90
    assert partly, "no life ended within the backfill: the test tests nothing"

    daemon.start()
    today = datetime.datetime.now(datetime.timezone.utc).date()
    first = datetime.date.fromisoformat(daemon.database.one("SELECT date(min(day), 'unixepoch') FROM usage"))
    assert 89 <= (today - first).days <= 90  # the later when midnight came meanwhile
    books = sum(nano(f["total_cost"]) for payer in sim.consumption(first, today)
                for features in payer["data"].values() for f in features.values())
    daemon.process.lines.wait(lambda _: daemon.database.one("SELECT sum(cost_nano) FROM usage") == books, "the books")
    assert daemon.stop() == 0
    assert daemon.database.one("SELECT sum(usage_nano) FROM day_sum") == books
    assert daemon.database.one("PRAGMA integrity_check") == "ok"


def test_a_first_list_that_is_killed_over_and_over_is_whole_in_the_end_and_one_digest(stage, broker, subscriber,
                                                                                     make_daemon):
    """Its newcomers come in parts; killed after one of them, the next life goes on with the rest."""
    count, part = 4000, r"newcomers taken in"
    low = {"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}
    tokens = {"name": "prod-app-%04d", "count": count, "balance": "5.00"}
    sim = stage.enter_context(Sim({"tokens": [tokens]}, speed=0))
    daemon = make_daemon(sim.url, broker, rules=[low])
    partly = set()
    for _ in range(3):
        daemon.start()
        daemon.process.wait_line(part)
        daemon.kill()
        partly.add(daemon.database.one("SELECT count(*) FROM token WHERE kind = 'token'"))
    assert len(partly) > 1 and min(partly) < count, "no life ended within the list: the test tests nothing"

    daemon.start()
    subscriber.wait(lambda s: s.events(), "the digest")
    daemon.wait_polls(2)
    (event,) = subscriber.events()
    assert event["digest"]["count"] == count
    assert daemon.database.one("SELECT count(*) FROM event WHERE digest = ?", event["id"]) == count
    assert daemon.database.one("SELECT count(*) FROM alert WHERE level = 'warning'") == count
    assert daemon.database.one("SELECT count(*) FROM token WHERE kind = 'token'") == count
    assert daemon.stop() == 0


def test_an_export_that_is_killed_leaves_a_whole_copy_or_none(sim, make_daemon, tmp_path):
    dice = random.Random(20261125)
    for name in TOKENS:
        sim.create(name, balance="50.00")
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(2)
    copy = tmp_path / "copy.db"
    for _ in range(30):
        export = Process(EBB, "--config", daemon.path, "export", copy, "--force")
        try:
            export.process.wait(dice.uniform(0, 0.15))
        except subprocess.TimeoutExpired:
            pass
        export.kill()
        if copy.exists():
            assert Database(copy).one("PRAGMA integrity_check") == "ok"
    assert daemon.run("export", copy, "--force").returncode == 0
    assert Database(copy).one("SELECT count(*) FROM poll") > 0
    assert daemon.process.alive() and daemon.stop() == 0
