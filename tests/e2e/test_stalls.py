"""What must neither stop the daemon nor be forgotten by it: a log that nobody reads, a burst of signals, a wait that
the API asked for, and readings that grow old while nothing is asked.
"""

import fcntl
import json
import os
import signal
import subprocess
import time

import pytest

from harness import TOKENS
from players import EBB, PATIENCE_S
from test_clock import WallClock

F_SETPIPE_SZ = 1031


def wait_until(holds, what):
    end = time.monotonic() + PATIENCE_S
    while not (result := holds()):
        assert time.monotonic() < end, f"waited for {what}"
        time.sleep(0.05)
    return result


def lists(sim):
    return sum(request["path"] == TOKENS for request in sim.requests())


def hang_up(daemon, times):
    for _ in range(times):
        daemon.process.signal(signal.SIGHUP)
        time.sleep(0.02)  # one by one: what comes at once is one signal to the kernel already


# The log

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_log_that_nobody_reads_stops_neither_polls_nor_signals(sim, make_daemon, number):
    sim.create("prod", balance="5.00")
    daemon = make_daemon(sim.url)
    reader, writer = os.pipe()
    fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
    os.set_blocking(writer, False)
    try:
        while True:
            os.write(writer, b"full\n")
    except BlockingIOError:
        os.set_blocking(writer, True)
    process = subprocess.Popen([str(EBB), "run", "--config", str(daemon.path)], stdout=subprocess.DEVNULL,
                               stderr=writer, env=daemon.environment)
    try:
        before = lists(sim)
        wait_until(lambda: lists(sim) > before + 3, "polls while the log is full")
        assert fcntl.fcntl(writer, fcntl.F_GETFL) & os.O_NONBLOCK == 0  # the pipe is others' too
        if number == signal.SIGHUP:
            daemon.path.write_text("nonsense: [\n")  # what is wrong with it goes to the log as well
        process.send_signal(number)
        if number == signal.SIGHUP:
            before = lists(sim)
            wait_until(lambda: lists(sim) > before + 3, "polls after a reload that failed")
            process.terminate()
        assert process.wait(5) == 0
    finally:
        process.kill()
        process.wait()
        os.close(writer)
        os.close(reader)


# Signals

def test_a_burst_of_reloads_is_one_and_aborts_no_poll(sim, make_daemon):
    sim.create("prod", balance="5.00")
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(1)
    sim.fault(kind="delay", ms=1500, times=1, path=TOKENS)
    before = lists(sim)
    wait_until(lambda: lists(sim) > before, "the list that takes its time")
    place = len(daemon.process.lines.items)
    hang_up(daemon, 30)
    daemon.process.wait_line(r"poll \d+ stored: ok", place)
    daemon.process.wait_line(r"reloaded the configuration .*", place)
    daemon.wait_polls(2)
    assert sum("reloaded the configuration" in line for line in daemon.process.lines.items[place:]) <= 2
    assert not daemon.database.rows("SELECT id FROM poll WHERE result <> 'ok'")


def test_reloads_all_the_time_do_not_keep_polls_from_being_made(sim, make_daemon):
    sim.create("prod", balance="5.00")
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(1)
    before = daemon.database.one("SELECT count(*) FROM poll WHERE result = 'ok'")

    def enough():
        daemon.process.signal(signal.SIGHUP)
        return daemon.database.one("SELECT count(*) FROM poll WHERE result = 'ok'") >= before + 5
    wait_until(enough, "polls between reloads")


# Waits

@pytest.mark.parametrize("fault", [
    {"status": 429, "retry_after": "300"},
    {"status": 503, "retry_after": "300"},
    {"status": 401},
])
def test_reloads_and_restarts_keep_a_wait(sim, make_daemon, fault):
    daemon = make_daemon(sim.url, interval="10m", interval_min="1m")
    wait_until(lambda: time.time() > daemon.key_file.stat().st_ctime + 1, "a key that is older than the poll")
    sim.fault(kind="status", path=TOKENS, **fault)
    daemon.start()
    daemon.process.wait_line(r"stored: (busy|unavailable|unauthorized)")
    before = lists(sim)
    place = len(daemon.process.lines.items)
    hang_up(daemon, 20)
    daemon.process.wait_line("reloaded the configuration", place)
    assert daemon.stop() == 0
    daemon.start()
    daemon.process.wait_line("starts")
    place = daemon.reload()
    daemon.process.wait_line("reloaded the configuration", place)
    assert lists(sim) == before


def test_a_new_key_is_tried_at_once_when_the_file_is_older_than_the_restart(sim, make_daemon):
    sim.create("prod", balance="5.00")
    daemon = make_daemon(sim.url, key="wrong", interval="10m", interval_min="1m").start()
    daemon.process.wait_line(r"stored: unauthorized")
    assert daemon.stop() == 0
    wait_until(lambda: time.time() > daemon.database.one("SELECT max(at) FROM poll") + 1, "another second")
    daemon.key_file.write_text(sim.key + "\n")
    daemon.start()
    daemon.process.wait_line(r"stored: ok")


def test_another_address_or_a_new_key_is_not_held_up_by_an_old_wait(sim, make_daemon):
    sim.create("prod", balance="5.00")
    daemon = make_daemon(sim.url, interval="10m", interval_min="1m")
    sim.fault(kind="status", path=TOKENS, status=429, retry_after="300", times=1)
    daemon.start()
    daemon.process.wait_line(r"stored: busy")
    daemon.settings["accounts"][0]["url"] = sim.url.replace("127.0.0.1", "localhost")
    daemon.write()
    place = daemon.reload()
    daemon.process.wait_line(r"stored: ok", place)


def test_a_wait_of_years_is_said_in_log_status_and_topic(sim, broker, subscriber, make_daemon):
    sim.create("prod", balance="5.00")
    daemon = make_daemon(sim.url, broker).start()
    daemon.wait_polls(1)
    place = len(daemon.process.lines.items)
    sim.fault(kind="status", path=TOKENS, status=429, retry_after="99999999", times=1)
    said = r"the API asks clients to wait until 20\d\d-\d\d-\d\dT\S+Z; retrying in 24h"
    daemon.process.wait_line(said, place)
    assert "retrying in 24h" in json.loads(daemon.run("status", "--json").stdout)["accounts"][0]["reason"]
    subscriber.wait(lambda _: "retrying in 24h" in subscriber.retained().get("ebb/main/state", ""), "the topic")


# Age

@pytest.mark.parametrize("fault", [{"status": 401}, {"status": 503, "retry_after": "80000"}])
def test_readings_grow_stale_by_themselves_while_nothing_is_asked(tmp_path, sim, broker, subscriber, make_daemon,
                                                                  fault):
    sim.create("prod", balance="5.00")
    daemon = make_daemon(sim.url, broker)
    clock = WallClock(tmp_path, daemon)
    daemon.start()
    daemon.wait_polls(1)

    def state():
        return json.loads(subscriber.retained().get("ebb/main/token/prod/state", "{}")).get("state")
    subscriber.wait(lambda _: state() not in (None, "stale"), "the token's topic")
    sim.fault(kind="status", path=TOKENS, **fault)
    daemon.process.wait_line(r"stored: (unauthorized|unavailable)")
    polls = daemon.database.one("SELECT count(*) FROM poll")
    clock.set("+5m")
    subscriber.wait(lambda _: state() == "stale", "the token's topic to say that it is stale")
    assert daemon.database.one("SELECT count(*) FROM poll") == polls
