"""What the log says of a start, of the run before it, and of what is wrong for longer; and what it does not say."""

import re

import pytest

RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}]


@pytest.fixture
def daemon(sim, make_daemon):
    sim.create("prod-app", balance="5.00")
    sim.set_credits("100.00")
    daemon = make_daemon(sim.url, rules=RULES)
    del daemon.settings["log"]  # what a log says that nobody asked to say more
    daemon.write()
    return daemon


def lines(daemon, pattern):
    return [line for line in daemon.process.lines.items if re.search(pattern, line)]


def test_each_start_logs_version_configuration_and_store(daemon):
    assert daemon.run("once").returncode == 0
    daemon.start()
    line = daemon.process.wait_line(r"notice: ebb \S+ starts: .*")[0]
    assert str(daemon.path) in line and str(daemon.database.path) in line and "1 account" in line
    assert re.search(r"\d+\.\d MB, readings since \d{4}-\d\d-\d\dT", line)
    assert daemon.stop() == 0
    assert lines(daemon, "notice: ebb stops") and not lines(daemon, "did not shut down cleanly")


def test_a_start_reports_what_was_wrong_when_the_last_run_ended(sim, daemon):
    assert daemon.run("once").returncode == 0
    sim.fault("status", status=503)
    daemon.start()
    daemon.process.wait_line("warning: main: poll unavailable: HTTP 503")
    daemon.kill()
    daemon.start()
    daemon.process.wait_line(r"notice: the last run, started at \S+Z, did not shut down cleanly")
    daemon.process.wait_line(r"notice: alerts still firing from the last run: 0 critical, 1 warning, 0 info")
    daemon.process.wait_line(r"notice: main: at the end of the last run its tokens could not be read: HTTP 503")
    daemon.process.wait_line("warning: main: poll unavailable: HTTP 503")
    assert daemon.stop() == 0
    daemon.start()
    daemon.process.wait_line("warning: main: poll unavailable: HTTP 503")
    assert not lines(daemon, "did not shut down cleanly")


def test_messages_that_wait_for_the_broker_are_reported_at_the_next_start(sim, broker, make_daemon):
    sim.create("prod-app", balance="5.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    broker.stop()
    daemon.start()
    daemon.wait_polls(1)
    daemon.stop()
    daemon.start()
    assert int(daemon.process.wait_line(r"messages from the last run waiting for the broker: (\d+)")[1]) > 0


def test_a_fault_that_lasts_is_logged_at_its_begin_and_its_end_and_not_with_every_try(sim, daemon):
    sim.fault("status", status=503)
    daemon.start()
    daemon.process.wait_line("warning: main: poll unavailable: HTTP 503")
    tries = len(sim.requests())
    while len(sim.requests()) < tries + 2:
        pass  # each look is a request to the stand-in, which paces this loop
    sim.clear_faults()
    daemon.process.wait_line(r"notice: main: polls work again after \d+s")
    assert daemon.stop() == 0
    assert len(lines(daemon, "poll unavailable")) == 1


def test_once_logs_nothing_of_its_start(daemon):
    done = daemon.run("once")
    assert (done.returncode, done.stderr) == (0, "")
    assert "starts:" in daemon.run("once", "--log", "info").stderr
