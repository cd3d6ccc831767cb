"""What people see on terminals of 60 to 200 columns: nothing that identifies a row is cut, and no line is too long."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import unicodedata

import pytest

from players import EBB

NAMES = ["home-voice-assistant-kitchen-and-living-room", "prod-billing-api", "dev-x", "prod-日本語-translate"]
RULES = [
    {"name": "low-balance-of-anything", "kind": "balance_below", "levels": {"warning": "40.00", "critical": "2.00"}},
    {"name": "runs-dry", "kind": "exhausts_within", "levels": {"warning": "2d"}},
]
COMMANDS = {
    "status": (["status"], NAMES),
    "alerts": (["alerts"], NAMES[:3] + ["low-balance-of-anything", "critical", "warning"]),
    "past alerts": (["alerts", "--past"], NAMES[:3] + ["low-balance-of-anything", "critical", "warning"]),
    "report": (["report"], NAMES[:3]),
    "history": (["history", NAMES[0]], ["reading", "consumption"]),
    "audit": (["audit"], ["dev-x", "Home_voice_assistant_kitchen_and_living_room", "info", "naming"]),
    "tokens": (["tokens", "list"], NAMES),
}


def columns_of(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def on_terminal(daemon, columns, *arguments, rows=50, keys=b"", **environment):
    """Runs a command on a terminal of so many columns; returns its status and the lines that stood there."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    process = subprocess.Popen([str(EBB), "--config", str(daemon.path), *arguments], stdin=slave, stdout=slave,
                               stderr=subprocess.PIPE, env={**daemon.environment, "TERM": "xterm", **environment})
    os.close(slave)
    text = b""
    while True:
        if keys and text:  # somebody who sees the first frame
            os.write(master, keys)
            keys = b""
        try:
            piece = os.read(master, 65536)
        except OSError:  # the other side is gone
            break
        if not piece:
            break
        text += piece
    os.close(master)
    process.stderr.close()
    return process.wait(), text.decode().replace("\r\n", "\n").splitlines()


@pytest.fixture
def daemon(sim, make_daemon):
    for name, balance in zip(NAMES, ("30.00", "5.00", "1.50", "90.00")):
        sim.create(name, balance=balance)
    sim.create("Home_voice_assistant_kitchen_and_living_room", balance="500.00")  # no name as the audit wants it
    sim.set_credits("1000.00")
    daemon = make_daemon(sim.url, rules=RULES)
    assert daemon.run("once").returncode == 0
    for name in NAMES[:3]:
        sim.spend(name, 0.25)
    assert daemon.run("once").returncode == 0
    return daemon


@pytest.mark.parametrize("columns", [60, 80, 120, 200])
@pytest.mark.parametrize("command", COMMANDS)
def test_no_terminal_cuts_what_identifies_a_row(daemon, command, columns):
    arguments, wanted = COMMANDS[command]
    status, lines = on_terminal(daemon, columns, *arguments, NO_COLOR="1")
    assert status in (0, 10, 11), lines
    text = "\n".join(lines)
    for word in wanted:
        assert word in text, f"{word} at {columns} columns:\n{text}"
    assert "…" not in text
    table = lines if command != "audit" else lines[:lines.index("To fix:")]
    assert max(map(columns_of, table)) <= columns, max(table, key=columns_of)


def test_an_alert_says_what_stands_now_and_when_it_began(sim, daemon):
    began = daemon.database.one("SELECT since FROM alert WHERE level = 'warning' ORDER BY since LIMIT 1")
    sim.set_balance("prod-billing-api", "3.25")
    assert daemon.run("once").returncode == 0
    lines = daemon.run("alerts").stdout.splitlines()
    line = next(line for line in lines if "prod-billing-api" in line and "low-balance" in line)
    assert "has 3.25 USD left (below 40.00 USD)" in line and "5.00" not in line and "4.75" not in line
    assert line.split()[0] == "warning" and line.count("warning") == 1 and line.count("prod-billing-api") == 1
    assert daemon.database.one("SELECT datetime(?, 'unixepoch')", began) in line

    sim.set_balance("prod-billing-api", "41.00")  # above the threshold, below the end of the alert
    assert daemon.run("once").returncode == 0
    line = next(line for line in daemon.run("alerts").stdout.splitlines() if "prod-billing-api" in line)
    assert re.search(r"has 41.00 USD left \(below 40.00 USD, ends at \d+\.\d\d USD\)", line)


def test_alerts_answer_by_exit_status_when_asked(sim, daemon):
    daemon.settings["rules"] = RULES[:1]  # no forecasts here
    daemon.write()
    daemon.run("once")
    assert daemon.run("alerts").returncode == 0
    assert daemon.run("alerts", "--exit-code").returncode == 11
    sim.set_balance("dev-x", "20.00")
    daemon.run("once")
    assert daemon.run("alerts", "--exit-code").returncode == 10
    for name in NAMES:
        sim.set_balance(name, "900.00")
    daemon.run("once")
    assert daemon.run("alerts", "--exit-code").returncode == 0
    assert daemon.run("alerts", "--exit-code", "--past").returncode == 2


@pytest.mark.parametrize("arguments", [["status"], ["alerts"], ["alerts", "--past"], ["report"], ["tokens", "list"],
                                       ["history", NAMES[3]], ["forecast", NAMES[0]], ["forecast", "--credits"],
                                       ["gate", NAMES[3]], ["tokens", "show", NAMES[3]], ["audit"]])
def test_a_locale_without_utf8_gets_ascii_everywhere(daemon, arguments):
    daemon.environment["LC_ALL"] = "C"
    plain = daemon.run(*arguments)
    assert plain.returncode in (0, 10) and plain.stdout and plain.stdout.isascii() and plain.stderr.isascii()
    daemon.environment["LC_ALL"] = "C.UTF-8"
    asked = daemon.run(*arguments, "--ascii")
    assert asked.returncode in (0, 10) and asked.stdout.isascii()
