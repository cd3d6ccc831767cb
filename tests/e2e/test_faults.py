"""Everything the API and the network can do wrong. In each case: no crash, no token deleted, no alert raised, none
resolved; the reason is in the log, the poll row and `ebb status`; SIGTERM ends the daemon within five seconds; and when
the fault is over, polling goes on.
"""

import json
import re
import time

import pytest

import harness
from players import holding_its_breath
from test_clock import WallClock

RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}]
TOKENS = {"prod-rich": "50.00", "prod-poor": "5.00", "dev-one": "20.00", "dev-two": "30.00", "ci-three": "40.00"}
STOP_S = 5
LIST = harness.TOKENS  # a fault that is over after some requests must not be spent on the credits

# name: (fault as the stand-in knows it, result of the poll, what the reason must say)
FAULTS = {
    "server error": ({"kind": "status", "status": 500}, "unavailable", "500"),
    "gateway page": ({"kind": "status", "status": 502}, "unavailable", "502"),
    "unavailable with retry-after": ({"kind": "status", "status": 503, "retry_after": "1"}, "unavailable", "503"),
    "too many requests": ({"kind": "status", "status": 429, "retry_after": "2"}, "busy", "429"),
    "too many requests without hint": ({"kind": "status", "status": 429}, "busy", "429"),
    "wrong key": ({"kind": "status", "status": 401}, "unauthorized", "401"),
    "forbidden": ({"kind": "status", "status": 403}, "unauthorized", "403"),
    "not found": ({"kind": "status", "status": 404}, "broken", "404"),
    "delay beyond the limit": ({"kind": "delay", "ms": 60000}, "unavailable", "."),
    "drip": ({"kind": "drip"}, "unavailable", "."),
    "stall in the middle": ({"kind": "stall"}, "unavailable", "."),
    "cut body": ({"kind": "cut", "bytes": 100}, "unavailable", "."),
    "endless body": ({"kind": "endless"}, "(broken|unavailable)", "."),
    "broken json": ({"kind": "broken_json"}, "broken", "."),
    "empty list": ({"kind": "empty_list", "times": 2, "path": LIST}, "suspicious", "5 of 5 tokens vanished"),
    "half a list": ({"kind": "half_list", "times": 2, "path": LIST}, "suspicious", "vanished"),
    "login page": ({"kind": "html"}, "broken", "."),
    "redirect": ({"kind": "redirect"}, "broken", "redirect"),
    "closed connection": ({"kind": "close"}, "unavailable", "."),
}


@pytest.fixture
def daemon(sim, broker, subscriber, make_daemon):
    for name, balance in TOKENS.items():
        sim.create(name, balance=balance)
    daemon = make_daemon(sim.url, broker, rules=RULES, timeout="3s", connect_timeout="2s").start()
    daemon.wait_polls(1)
    subscriber.wait_event(kind="raised", token="prod-poor")
    return daemon


def timed_stop(daemon):
    start = time.monotonic()
    status = daemon.stop()
    return status, time.monotonic() - start


def reason_in_status(daemon):
    return json.loads(daemon.run("status", "--json").stdout)["accounts"][0]["reason"] or ""


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_changes_nothing_but_what_is_said(name, sim, subscriber, daemon):
    fault, result, reason = FAULTS[name]
    place = len(daemon.process.lines.items)
    sim.fault(**fault)
    match = daemon.process.wait_line(rf"poll (\d+) stored: {result}\b", place)
    poll = int(match[1])

    if reason:
        row_reason = daemon.database.one("SELECT reason FROM poll WHERE id = ?", poll)
        assert re.search(reason, row_reason), row_reason
        assert row_reason in daemon.process.text()
        with holding_its_breath(daemon.process):  # or the last poll would be another one when it is asked for
            last = daemon.database.one("SELECT reason FROM poll ORDER BY id DESC LIMIT 1")
            assert reason_in_status(daemon) == (last or "")
    assert daemon.process.alive()

    status, took = timed_stop(daemon)
    assert status == 0
    assert took < STOP_S
    assert not daemon.database.rows("SELECT name FROM token WHERE deleted_at IS NOT NULL")
    assert [(e["kind"], e["token"]) for e in subscriber.events() if e["series"] == "token"] == [("raised", "prod-poor")]


def test_after_each_fault_polling_goes_on(sim, daemon):
    """One life through faults that pass: the second life of the connection, of the back-off, of the list reader."""
    for fault in [{"kind": "cut", "bytes": 100}, {"kind": "broken_json"}, {"kind": "html"},
                  {"kind": "empty_list"}, {"kind": "status", "status": 500}]:
        place = len(daemon.process.lines.items)
        sim.fault(**fault, times=1, path=LIST)
        daemon.process.wait_line(r"poll \d+ stored: (?!ok)", place)
        place = len(daemon.process.lines.items)
        daemon.process.wait_line(r"poll \d+ stored: ok", place)
    assert not daemon.database.rows("SELECT name FROM token WHERE deleted_at IS NOT NULL")


def test_a_suspicious_list_is_believed_in_what_it_shows_when_three_in_a_row_say_the_same(sim, subscriber, daemon):
    *gone, stays = TOKENS
    with holding_its_breath(daemon.process):  # no list in between has only some of them
        for name in gone:
            sim.delete(name)
    (first, _) = daemon.wait_polls(2, "suspicious")[:2]
    daemon.wait_polls(1)
    believed = daemon.database.rows("SELECT result FROM poll WHERE id >= ? ORDER BY id LIMIT 3", first)
    assert believed == [("suspicious",), ("suspicious",), ("ok",)]
    assert not daemon.database.rows("SELECT name FROM token WHERE deleted_at IS NOT NULL")
    missing = daemon.database.rows("SELECT t.name FROM token t JOIN token_now s ON s.token = t.id WHERE missing > 0")
    assert {name for name, in missing} == set(gone)
    sim.set_balance(stays, "1.00")
    subscriber.wait_event(kind="raised", token=stays)


def test_suspicion_outlives_the_process(sim, make_daemon, tmp_path):
    """From cron there is one list in each life: an emptied account is believed after as many lives and a day."""
    for name in TOKENS:
        sim.create(name, balance="50.00")
    daemon = make_daemon(sim.url)
    clock = WallClock(tmp_path, daemon)
    living = "SELECT count(*) FROM token WHERE deleted_at IS NULL AND kind = 'token'"
    assert daemon.run("once").returncode == 0
    for name in TOKENS:
        sim.delete(name)
    for _ in range(2):
        assert "suspicious" in daemon.run("once").stderr
    for offset in ["+0", "+2h", "+23h"]:
        clock.set(offset)
        assert daemon.run("once").returncode == 0
        assert daemon.database.one(living) == len(TOKENS)
    clock.set("+25h")
    assert daemon.run("once").returncode == 0
    assert daemon.database.one(living) == 0


def test_retry_after_is_a_lower_bound(sim, daemon):
    place = len(daemon.process.lines.items)
    sim.fault(kind="status", status=429, retry_after="4", times=1, path=LIST)
    daemon.process.wait_line(r"stored: busy", place)
    place = len(daemon.process.lines.items)
    daemon.process.wait_line(r"stored: ok", place)
    at = [row[0] for row in daemon.database.rows(
        "SELECT at FROM poll WHERE id >= (SELECT max(id) FROM poll WHERE result = 'busy') ORDER BY id LIMIT 2")]
    assert at[1] - at[0] >= 4


def test_a_fallen_balance_during_a_fault_is_told_after_it(sim, subscriber, daemon):
    sim.fault(kind="status", status=500, times=2, path=LIST)
    sim.set_balance("prod-rich", "1.00")
    subscriber.wait_event(kind="raised", token="prod-rich")
