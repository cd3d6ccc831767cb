"""The machine loses its power: what no fsync had reached is gone, as far as a disk may go.

What was reported as stored is stored, what was published is stored, and an edit of Ebb's own is known as such.
"""

import random
import re

from held_disk import HeldDisk

RULES = [{"name": "low", "kind": "balance_below", "levels": {"info": "30.00", "warning": "20.00", "critical": "10.00"}}]
NAMES = [f"prod-app-{n}" for n in range(5)]
LOSSES = 8


def first_life(daemon):
    """So that the database is made on a disk that keeps everything."""
    daemon.start().wait_polls(2)
    assert daemon.stop() == 0


def test_what_was_reported_as_stored_survives_every_loss_of_power(sim, broker, subscriber, make_daemon, tmp_path):
    dice = random.Random(20261127)
    for name in NAMES:
        sim.create(name, balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    first_life(daemon)
    disk, writes = HeldDisk(daemon, tmp_path), 0
    for loss in range(LOSSES):
        daemon.start()
        for _ in range(1 + loss % 3):
            for name in dice.sample(NAMES, 3):
                sim.set_balance(name, dice.choice(["5.00", "15.00", "25.00", "50.00"]))
            daemon.wait_polls(1)
        daemon.kill()
        reported = {int(n) for n in re.findall(r"poll (\d+) stored", daemon.text())}
        published = subscriber.event_ids()
        noted, _ = disk.lose_power()
        writes += noted
        assert reported <= {row[0] for row in daemon.database.rows("SELECT id FROM poll")}
        assert published <= {row[0] for row in daemon.database.rows("SELECT id FROM event")}
        assert daemon.database.one("PRAGMA integrity_check") == "ok"
    assert writes > 10 * LOSSES and published, "hardly anything was written: the test tests nothing"


def test_an_edit_of_its_own_is_known_after_a_loss_of_power(sim, make_daemon, tmp_path):
    sim.create(NAMES[0], balance="50.00")
    daemon = make_daemon(sim.url)
    first_life(daemon)
    disk = HeldDisk(daemon, tmp_path)
    assert daemon.run("tokens", "update", NAMES[0], "--balance", "80", "--yes").returncode == 0
    noted, _ = disk.lose_power()
    assert noted
    daemon.start().wait_polls(2)
    assert daemon.database.rows("SELECT kind FROM entry") == [("edit",)]
