"""The disk is full for a while. The daemon says so, keeps running, loses nothing it had stored and doubles nothing when
there is room again; `ebb once` admits that nothing was stored.

A limit on the size of files stands in for the full disk: SQLite meets it where it meets a full one, in write(2).
"""

import contextlib
import resource
import signal
import sqlite3
import subprocess

import pytest

RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}]
NO_ROOM = (512, resource.RLIM_INFINITY)
ROOM = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@pytest.fixture
def full_disk_is_an_error():
    """Not a signal: what is ignored here is ignored in the processes that a test starts."""
    before = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    popen = subprocess.Popen.__init__

    def init(self, *args, **options):
        popen(self, *args, **{**options, "restore_signals": False})
    subprocess.Popen.__init__ = init
    yield
    subprocess.Popen.__init__ = popen
    signal.signal(signal.SIGXFSZ, before)


def test_a_full_disk_stops_nothing_and_loses_nothing(full_disk_is_an_error, sim, broker, subscriber, make_daemon):
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(2)

    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, NO_ROOM)
    daemon.process.wait_line(r"error: .*until writing works again")
    sim.set_balance("prod-app", "5.00")
    place = len(daemon.process.lines.items)
    broker.kill()
    broker.start()
    daemon.process.wait_line(r"mqtt: connected", place)
    subscriber.wait_subscribed(2)
    assert daemon.process.alive()
    assert all(event["stored"] is False for event in subscriber.events())

    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, ROOM)
    daemon.process.wait_line(r"is writable again")
    daemon.wait_polls(2)
    subscriber.wait_event(kind="raised")
    subscriber.wait(lambda s: '"online"' in s.retained().get("ebb/status", ""), "the status on the new connection")
    assert len(subscriber.event_ids()) == 1 == daemon.database.one("SELECT count(*) FROM event")
    assert sum("is writable again" in line for line in daemon.process.lines.items) == 1
    assert daemon.stop() == 0
    assert daemon.database.one("PRAGMA integrity_check") == "ok"


def test_once_on_a_full_disk_fails(full_disk_is_an_error, sim, make_daemon):
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url)
    assert daemon.run("once").returncode == 0
    size = 64 * 1024  # room for the account's row, not for a poll of so many new tokens
    for n in range(200):
        sim.create(f"prod-more-{n}", balance="1.00")
    once = daemon.run("once", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)))
    assert once.returncode != 0
    assert "could not be written" in once.stderr
    assert daemon.database.one("SELECT count(*) FROM token WHERE kind = 'token'") == 1


def test_credits_of_a_poll_that_could_not_be_stored_end_nothing(sim, broker, subscriber, make_daemon):
    sim.create("prod-app", balance="50.00")
    sim.set_credits("100.00")
    sim.fault("delay", ms=400, path="/v2/cost_management/credits/")  # they come after their list
    daemon = make_daemon(sim.url, broker, interval="3s", interval_min="3s").start()
    daemon.wait_polls(1)
    sim.set_credits("95.00")
    subscriber.wait(lambda s: '95' in s.retained().get("ebb/main/credits/state", ""),
                    "the credits of a poll that is stored")
    with contextlib.closing(sqlite3.connect(daemon.database.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        sim.set_credits("90.00")
        daemon.process.wait_line(r"error: .*locked.*until writing works again")
        other.execute("ROLLBACK")
    daemon.wait_polls(2)
    assert daemon.database.one("SELECT credits_usd FROM v_credits") == 90
