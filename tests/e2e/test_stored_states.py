"""Whatever the database holds, a command that reads it answers or refuses, and never ends by accident.

A database of every kind of key is spoilt at random, with a seed: unknown, nothing, negative, as large as a number can
be, long ago, far ahead, words that nobody knows. Then every reading command is asked. A few rounds belong to the test
run; `cmake --build build/dev --target fuzz-states` plays many more of the same.
"""

import contextlib
import os
import random
import shutil
import sqlite3

import pytest

from test_money import PRESENT
from test_surfaces import KINDS, Surfaces

ROUNDS = int(os.environ.get("EBB_FUZZ_ROUNDS", 8))
SEED = int(os.environ.get("EBB_FUZZ_SEED", 20260310))
AT_ONCE = 25  # spoilt cells in a round
NOW = int(PRESENT.timestamp())
NUMBERS = [None, 0, 1, -1, 7, -(2**63), -(2**63) + 1, 2**63 - 1, 2**62, 10**18, -10**18, 9_200_000_000 * 10**9, NOW,
           NOW - 1, NOW + 1, NOW - 60, NOW - 86400 * 400, NOW + 86400 * 400, 253402300800, -62135596801, 3600, 86400]
WORDS = [None, "", "unknown", "daily", "monthly", "safe", "runs_dry", "idle", "no_budget", "critical", "api_token",
         "sandbox_api_token", "weeks", "none", "consumption", "x" * 3000, "\x1b[31m", "ä€\U0001f600", "%s%n", "'; --"]
SPARED = {"store", "sqlite_sequence", "booking_kind"}
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}},
         {"name": "soon", "kind": "exhausts_within", "levels": {"warning": "5d"}}]
COMMANDS = [
    ("status",), ("status", "--json"), ("metrics",), ("metrics", "--openmetrics"),
    ("alerts",), ("alerts", "--past"), ("alerts", "--json"),
    ("report", "--since", "7d"), ("report", "--json"), ("report", "--per", "day", "--by", "provider"),
    ("report", "--forecasts"), ("report", "--html", "-"), ("audit",), ("audit", "--json"),
    ("forecast", "--credits"), ("forecast", "--credits", "--json"), ("gate", "--credits", "--json"),
]
EACH = [("forecast",), ("forecast", "--json"), ("forecast", "--what-if", "burn x2"), ("forecast", "--until", "7d"),
        ("gate",), ("gate", "--runway", "2h", "--json"), ("history",)]


def columns_of(connection):
    """(table, column, kind) of everything that can be spoilt."""
    tables = [name for (name,) in connection.execute(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'") if name not in SPARED]
    return [(table, column[1], column[2]) for table in sorted(tables)
            for column in connection.execute(f"PRAGMA table_info({table})")
            if column[5] == 0 and connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]]


def value_for(kind, dice):
    if kind == "TEXT":
        return dice.choice(WORDS)
    if kind == "BLOB":
        return dice.choice([b"", bytes(1128), b"\xff" * 1128, dice.randbytes(1128), dice.randbytes(20)])
    return dice.choice(NUMBERS)


def spoil(path, dice):
    """Spoils some cells, and says which: what a table forbids is not spoilt."""
    done = []
    connection = sqlite3.connect(path, isolation_level=None)
    everything = columns_of(connection)
    # What forecasts are read from is spoilt as often as all else together.
    near = [place for place in everything if place[0] in ("token_state", "curve", "account", "token", "hourly")]
    for _ in range(AT_ONCE):
        table, column, kind = dice.choice(dice.choice([everything, near]))
        value, some = value_for(kind, dice), dice.choice(["1", "abs(random()) % 2"])
        try:
            connection.execute(f"UPDATE OR IGNORE {table} SET {column} = ? WHERE {some}", (value,))
            done.append((table, column, value))
        except (sqlite3.IntegrityError, OverflowError):
            continue
    connection.close()
    return done


@pytest.fixture
def scene(stage, make_daemon, tmp_path):
    scene = Surfaces(stage, make_daemon, tmp_path, tokens=KINDS, past_days=20, interval="5m", rules=RULES)
    for _ in range(5):
        scene.once()
        scene.pass_time(300)
    scene.stand_still()
    return scene


def accident(done):
    """The first line that says what went wrong by accident, or None."""
    said = done.stderr + done.stdout
    if 0 <= done.returncode < 20 and "Sanitizer" not in said and "runtime error" not in said:
        return None
    lines = [line for line in said.splitlines() if "runtime error" in line or "ERROR" in line]
    return lines[0] if lines else f"status {done.returncode}"


def test_no_stored_state_makes_a_reading_command_fail_by_accident(scene, tmp_path):
    names = [token["name"] for token in scene.sim.tokens()]
    path = scene.db.path
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = tmp_path / "whole.db"
    shutil.copy(path, whole)
    accidents = {}
    for number in range(ROUNDS):
        dice = random.Random(SEED + number)
        for side in ("-wal", "-shm"):
            path.with_name(path.name + side).unlink(missing_ok=True)
        shutil.copy(whole, path)
        spoilt = spoil(path, dice)
        assert spoilt
        asked = dice.sample(COMMANDS, 6)
        asked += [(command, dice.choice(names), *options) for command, *options in dice.sample(EACH, 4)]
        for command in asked:
            if what := accident(scene.daemon.run(*command)):
                accidents.setdefault(what, (number, command, spoilt))
    assert not accidents, "\n".join(f"{what}: round {n}, {' '.join(c)}" for what, (n, c, _) in accidents.items())
