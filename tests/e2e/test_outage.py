"""The database takes no writes for a while, or cannot be read: the disk is full, or answers with I/O errors.

Alerts go on past the store. Each transition is published at once, marked as not stored, under the id that it has in the
database later; the status of the daemon says `degraded` with the reason.
"""

import contextlib
import json
import os
import resource
import sqlite3
import subprocess

from test_disk import NO_ROOM, ROOM, full_disk_is_an_error  # noqa: F401: a fixture

RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "10.00", "critical": "2.00"}}]


def fill_disk(daemon):
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, NO_ROOM)


def make_room(daemon):
    resource.prlimit(daemon.process.pid, resource.RLIMIT_FSIZE, ROOM)


def status(subscriber):
    return json.loads(subscriber.retained().get("ebb/status", "{}"))


def wait_status(subscriber, state):
    subscriber.wait(lambda s: status(s).get("state") == state, f"the status {state}")
    return status(subscriber)


def stored_ids(daemon):
    return {row[0] for row in daemon.database.rows("SELECT id FROM event")}


def told(subscriber, stored):
    """The ids of the events that came marked as not stored, or as stored."""
    return [e["id"] for e in subscriber.events() if e.get("stored", True) == stored]


def wait_booked(subscriber, daemon):
    """All that was published in the outage is in the database, and was published again as stored."""
    subscriber.wait(lambda s: set(told(s, False)) <= set(told(s, True)), "the events again, as stored")
    assert set(told(subscriber, False)) <= stored_ids(daemon)


def test_alerts_and_the_status_go_past_a_full_disk(full_disk_is_an_error, sim, broker, subscriber, make_daemon):
    sim.create("prod-app", balance="50.00")
    sim.create("prod-other", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(2)
    fill_disk(daemon)
    sim.set_balance("prod-app", "0.50")
    raised = subscriber.wait_event(kind="raised", token="prod-app")
    assert (raised["level"], raised["stored"]) == ("critical", False)
    degraded = wait_status(subscriber, "degraded")
    assert "database" in degraded["reason"] and degraded["since"]
    subscriber.wait(lambda s: json.loads(s.retained()["ebb/main/token/prod-app/state"])["balance_usd"] == 0.5,
                    "the state of the token")

    sim.set_balance("prod-app", "40.00")
    resolved = subscriber.wait_event(kind="resolved", token="prod-app")
    sim.set_balance("prod-other", "5.00")
    subscriber.wait_event(kind="raised", token="prod-other", stored=False)
    assert resolved["id"] != raised["id"] and resolved["stored"] is False
    assert sorted(told(subscriber, False)) == sorted(subscriber.event_ids()), "each transition once"
    assert stored_ids(daemon) == set()

    make_room(daemon)
    daemon.wait_polls(2)
    wait_status(subscriber, "online")
    wait_booked(subscriber, daemon)
    assert len(stored_ids(daemon)) == 3 and len(told(subscriber, True)) == 3
    levels = dict(daemon.database.rows("SELECT t.name, a.level FROM alert a JOIN token t ON t.id = a.token "
                                       "WHERE t.kind = 'token'"))
    assert levels == {"prod-app": "none", "prod-other": "warning"}
    spent = daemon.database.one("SELECT sum(amount_nano) FROM entry WHERE kind = 'consumption'")
    assert spent == 45 * 10**9 + 10 * 10**9, "what the last balances before and the first after show"
    assert daemon.stop() == 0
    assert daemon.database.one("PRAGMA integrity_check") == "ok"


def test_a_broker_that_comes_back_during_the_outage_hears_of_it(full_disk_is_an_error, sim, broker, subscriber,
                                                                make_daemon):
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(2)
    broker.kill()
    fill_disk(daemon)
    daemon.process.wait_line(r"error: .*until writing works again")
    sim.set_balance("prod-app", "5.00")
    place = len(daemon.process.lines.items)
    broker.start()
    daemon.process.wait_line(r"mqtt: connected", place)
    subscriber.wait_event(kind="raised", stored=False)
    wait_status(subscriber, "degraded")
    make_room(daemon)
    wait_booked(subscriber, daemon)
    wait_status(subscriber, "online")
    assert daemon.stop() == 0


def test_a_token_that_is_new_in_the_outage_is_watched_and_stored_after_it(full_disk_is_an_error, sim, broker,
                                                                         subscriber, make_daemon):
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(2)
    fill_disk(daemon)
    wait_status(subscriber, "degraded")
    sim.create("prod-new", balance="50.00")
    subscriber.wait(lambda s: "ebb/main/token/prod-new/state" in s.retained(), "the state of the new token")
    sim.set_balance("prod-new", "1.00")
    subscriber.wait_event(kind="raised", token="prod-new", stored=False)
    make_room(daemon)
    daemon.wait_polls(2)
    assert daemon.database.one("SELECT count(*) FROM token WHERE name = 'prod-new' AND deleted_at IS NULL") == 1
    assert daemon.stop() == 0


def test_a_daemon_that_ends_in_the_outage_has_a_last_word_and_raises_the_same_ids_later(
        full_disk_is_an_error, sim, broker, subscriber, make_daemon):
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(2)
    fill_disk(daemon)
    sim.set_balance("prod-app", "5.00")
    raised = subscriber.wait_event(kind="raised", stored=False)
    place = daemon.reload()
    daemon.process.wait_line("not read again while the database cannot be written", place)
    daemon.stop()
    assert "nothing has been stored since" in daemon.text()
    daemon.start()
    daemon.wait_polls(2)
    assert stored_ids(daemon) == {raised["id"]}
    assert daemon.stop() == 0


@contextlib.contextmanager
def io_errors(process):
    """What the process reads and writes at a place of a file, and what it syncs, fails."""
    calls = "pread64,pwrite64,fdatasync,fsync"
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]  # the daemon lets nobody else look into its memory
    strace = subprocess.Popen(
        [*as_root, "strace", "-f", "-o", "/dev/null", "-p", str(process.pid), "-e", f"trace={calls}",
         "-e", f"inject={calls}:error=EIO"], stderr=subprocess.PIPE, text=True)
    try:
        said = strace.stderr.readline()
        assert "attached" in said, f"strace injects the errors, as root or through sudo: {said}"
        yield
    finally:
        strace.terminate()
        strace.wait(60)
        strace.stderr.close()


def test_io_errors_of_the_disk_end_nothing(sim, broker, subscriber, make_daemon):
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(2)
    with io_errors(daemon.process):
        with contextlib.closing(sqlite3.connect(daemon.database.path, timeout=30)) as other:
            other.execute("UPDATE store SET id = id")  # nothing that the daemon has in memory counts any more
            other.commit()
        sim.set_balance("prod-app", "0.50")
        subscriber.wait_event(kind="raised", stored=False)
        assert str(daemon.database.path) in wait_status(subscriber, "degraded")["reason"]
    wait_booked(subscriber, daemon)
    wait_status(subscriber, "online")
    daemon.wait_polls(2)
    assert daemon.process.alive() and daemon.stop() == 0
    assert daemon.database.one("PRAGMA integrity_check") == "ok"


def test_once_on_a_full_disk_publishes_what_it_found(full_disk_is_an_error, sim, broker, subscriber, make_daemon):
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    assert daemon.run("once").returncode == 0
    sim.set_balance("prod-app", "5.00")
    for n in range(200):  # a poll that needs more room than there is
        sim.create(f"prod-more-{n}", balance="100.00")
    once = daemon.run("once", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (65536, 65536)))
    assert once.returncode != 0
    raised = subscriber.wait_event(kind="raised", token="prod-app", stored=False)
    assert daemon.run("once").returncode == 0
    assert "ebb/status" not in subscriber.retained(), "a status of once would stay for ever"
    assert stored_ids(daemon) == {raised["id"]}
