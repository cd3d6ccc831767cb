#!/usr/bin/env python3
"""How long the queries of the SQLite dashboards take on a year of 200 tokens: see bench/year.py.

    cmake --preset bench && cmake --build --preset bench
    /usr/bin/python3 tests/bench/boards.py [--build build/bench] [--file YEAR.db]

Each query is asked three times for each of several periods, with all tokens chosen; the median counts. Fails if one
takes longer than 200 ms for a period of up to 90 days.
"""

import argparse
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "grafana"))
from source import ask_sqlite, boards, connect, expand, sql_texts  # noqa: E402

MOST_MS = 200
DAYS = (1, 7, 30, 90, 365)
JUDGED_DAYS = 90
USAGE = """
INSERT INTO word VALUES (1, 'llm__chat'), (2, 'text__embeddings'), (3, 'openai'), (4, 'mistral');
INSERT INTO usage SELECT token, day, f.id, spent_nano / 2, 100 FROM daily, word f WHERE f.id < 3 AND spent_nano > 0;
INSERT INTO usage_provider SELECT token, day, f.id, p.id, spent_nano / 4 FROM daily, word f, word p
WHERE f.id < 3 AND p.id > 2 AND spent_nano > 0;
"""


def make(build, file):
    subprocess.run([build / "tests" / "year", file, "mix", "brief", "365"], check=True, capture_output=True)
    with sqlite3.connect(file) as db:
        db.executescript(USAGE)


def median_ms(db, text, shape):
    taken = []
    for _ in range(3):
        began = time.monotonic()
        ask_sqlite(db, text, shape)
        taken.append((time.monotonic() - began) * 1000)
    return sorted(taken)[1]


def measure(file):
    with sqlite3.connect(file) as db:
        now = db.execute("SELECT max(at) FROM poll").fetchone()[0]
        token, = db.execute("SELECT name FROM token WHERE kind = 'token' LIMIT 1").fetchone()
    db = connect(file, now)
    for (source, name), board in boards().items():
        for what, text, shape in sql_texts(board) if source == "sqlite" else ():
            yield name, what, [median_ms(db, expand(text, board, source, {"token": token} if name == "token" else {},
                                                    (now - days * 86400, now)), shape) for days in DAYS]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "bench")
    options.add_argument("--file", type=pathlib.Path, help="a database of before, or where to leave a new one")
    given = options.parse_args()
    slow = 0
    with tempfile.TemporaryDirectory() as folder:
        file = given.file or pathlib.Path(folder) / "year.db"
        if not file.exists():
            make(given.build, file)
        print(f"{'ms for a period of':50}" + "".join(f"{days:>7} d" for days in DAYS))
        for name, what, taken in measure(file):
            over = [ms for days, ms in zip(DAYS, taken) if days <= JUDGED_DAYS and ms > MOST_MS]
            slow += bool(over)
            print(f"{name + ': ' + what:50}" + "".join(f"{ms:9.1f}" for ms in taken) + ("  SLOW" if over else ""))
    raise SystemExit(slow > 0)


main()
