"""The commands as people and scripts meet them."""

import json
import os
import pty
import subprocess

import pytest

from players import EBB, PATIENCE_S

COMMANDS = ["run", "once", "status", "history", "report", "gate", "alerts", "audit", "export", "check", "config", "sim",
            "tokens", "version", "forecast", "metrics", "credits"]
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}]


def ebb(*arguments, **options):
    return subprocess.run([str(EBB), *arguments], capture_output=True, text=True, timeout=PATIENCE_S, **options)


@pytest.fixture
def bare(tmp_path):
    """An environment in which no configuration is found."""
    return {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}


@pytest.fixture
def polled(sim, make_daemon):
    """A daemon that has seen some money burn and has ended."""
    sim.create("prod-rich", balance="50.00")
    sim.create("prod-poor", balance="5.00")
    daemon = make_daemon(sim.url, rules=RULES).start()
    daemon.wait_polls(1)
    sim.set_balance("prod-rich", "47.123456789")
    daemon.wait_polls(2)
    daemon.stop()
    return daemon


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_explains_itself_with_an_example(command):
    shown = ebb(command, "--help")
    assert shown.returncode == 0 and shown.stderr == ""
    assert f"ebb {command}" in shown.stdout and "xample" in shown.stdout

    options = shown.stdout.partition("Options:\n")[2].partition("\n\n")[0]
    assert max(map(len, options.splitlines()), default=0) <= 80, "an explanation that a terminal breaks"


def test_alone_and_without_a_configuration_it_says_what_to_do_next(bare, tmp_path):
    shown = ebb(env=bare, cwd=tmp_path)
    assert "ebb config --example" in shown.stdout + shown.stderr
    refused = ebb("status", env=bare, cwd=tmp_path)
    assert refused.returncode == 2 and refused.stdout == "" and "ebb config --example" in refused.stderr


def test_the_example_configuration_is_accepted_by_check(tmp_path):
    example = ebb("config", "--example")
    assert example.returncode == 0
    file = tmp_path / "ebb.yaml"
    file.write_text(example.stdout)
    checked = ebb("check", "--config", str(file), env={**os.environ, "EDENAI_KEY": "k", "EDENAI_API_KEY": "k"})
    assert checked.returncode in (0, 2)
    assert "unknown" not in checked.stderr


@pytest.mark.parametrize("arguments", [["statsu"], ["status", "--jsn"], ["history"], ["history", "a", "b"],
                                       ["report", "--format", "xml"], ["report", "--since", "yesterday-ish"]])
def test_a_mistake_on_the_command_line_is_exit_2_with_words_on_stderr_only(arguments):
    shown = ebb(*arguments)
    assert shown.returncode == 2 and shown.stdout == "" and shown.stderr


def test_a_misspelt_command_is_answered_with_the_right_one():
    assert "status" in ebb("statsu").stderr


def test_once_polls_stores_and_ends(sim, make_daemon, broker, subscriber):
    sim.create("prod-poor", balance="5.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    done = daemon.run("once")
    assert done.returncode == 0, done.stderr
    subscriber.wait_event(kind="raised", token="prod-poor")
    assert daemon.database.one("SELECT count(*) FROM poll WHERE result = 'ok'") == 1
    assert daemon.run("once").returncode == 0
    assert len(subscriber.event_ids()) == 1


def test_once_says_that_it_failed(sim, make_daemon):
    sim.fault(kind="status", status=500)
    done = make_daemon(sim.url).run("once")
    assert done.returncode == 1 and "unavailable" in done.stderr


def test_a_second_instance_is_refused(sim, make_daemon):
    daemon = make_daemon(sim.url).start()
    daemon.wait_poll()
    second = daemon.run("once")
    assert second.returncode == 1 and "in use by another ebb" in second.stderr
    daemon.wait_polls(1)


def test_status_tells_money_exactly_to_programs(polled):
    shown = json.loads(polled.run("status", "--json").stdout)
    row = next(row for row in shown["tokens"] if row["token"] == "prod-rich")
    assert row["balance_usd"] == 47.123456789
    text = polled.run("status").stdout
    assert "prod-rich" in text and "47.12" in text and "\x1b" not in text


def test_history_report_and_alerts_tell_what_happened(polled):
    history = json.loads(polled.run("history", "prod-rich", "--format", "json").stdout)
    assert "47.123456789" in json.dumps(history)
    report = json.loads(polled.run("report", "--format", "json").stdout)
    spent = [row for row in report if row["token"] == "prod-rich"]
    assert sum(row["spent_usd"] for row in spent) == pytest.approx(2.876543211, abs=1e-12)
    alerts = json.loads(polled.run("alerts", "--format", "json").stdout)
    assert [row["token"] for row in alerts] == ["prod-poor"]
    unknown = polled.run("history", "no-such-token")
    assert unknown.returncode != 0 and "no-such-token" in unknown.stderr


def test_colour_is_for_terminals_only_and_no_color_is_honoured(polled):
    def on_a_terminal(**environment):
        master, slave = pty.openpty()
        process = subprocess.Popen([str(EBB), "alerts", "--config", str(polled.path)], stdout=slave,
                                   env={**os.environ, "TERM": "xterm", **environment})
        process.wait(PATIENCE_S)
        os.close(slave)
        text = os.read(master, 65536).decode()
        os.close(master)
        return text
    assert "\x1b[" in on_a_terminal()
    assert "\x1b[" not in on_a_terminal(NO_COLOR="1")
    assert "\x1b[" not in on_a_terminal(TERM="dumb")


def test_a_foreign_or_damaged_file_is_never_overwritten(sim, make_daemon):
    daemon = make_daemon(sim.url)
    for content in [b"this is somebody's diary\n" * 50, b"SQLite format 3\0" + b"\xff" * 5000]:
        daemon.database.path.write_bytes(content)
        refused = daemon.run("once")
        assert refused.returncode == 1 and str(daemon.database.path) in refused.stderr
        assert daemon.database.path.read_bytes() == content
    import sqlite3
    daemon.database.path.unlink()
    connection = sqlite3.connect(daemon.database.path)
    connection.execute("CREATE TABLE diary (day TEXT)")
    connection.commit()
    connection.close()
    before = daemon.database.path.read_bytes()
    assert daemon.run("once").returncode == 1
    assert daemon.database.path.read_bytes() == before


def test_a_newer_schema_is_refused_with_words_and_left_alone(polled):
    import sqlite3
    connection = sqlite3.connect(polled.database.path)
    connection.execute("PRAGMA user_version = 999")
    connection.commit()
    connection.close()
    for command in (["once"], ["status"]):
        refused = polled.run(*command)
        assert refused.returncode == 1 and "999" in refused.stderr and "newer" in refused.stderr


def test_a_full_disk_loses_no_transition(sim, broker, subscriber, make_daemon):
    """A database that may not grow stands for a full disk: writes fail, and are made good when there is room again."""
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    daemon.environment["ASAN_OPTIONS"] = "detect_leaks=0"
    daemon.start()
    daemon.wait_polls(1)
    subprocess.run(["prlimit", f"--pid={daemon.process.pid}", "--fsize=4096:unlimited"], check=True)
    sim.set_balance("prod-app", "5.00")
    daemon.process.wait_line(r"error: .*database")
    assert daemon.process.alive()
    assert not subscriber.events()
    subprocess.run(["prlimit", f"--pid={daemon.process.pid}", "--fsize=unlimited:unlimited"], check=True)
    subscriber.wait_event(kind="raised", token="prod-app")
    assert daemon.stop() == 0
