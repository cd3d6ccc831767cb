#!/usr/bin/env python3
"""What a year weighs: 200 tokens every 5 minutes, 105,120 polls.

    cmake --preset release -DBUILD_TESTING=ON && cmake --build --preset release
    /usr/bin/python3 tests/bench/year.py [--days 365] [--worst] [--build build/release]

The program `year` plays the polls into a store with the agent's own plans, commits and retention, on a clock of its
own; and once more as plans alone, without a store. The fleet: 40 % office hours (changed in 70 % of the polls from 7 to
18 h on weekdays), 10 % steady (every poll), 15 % bursts (3 % of the hours), 10 % nightly jobs of half an hour, 25 %
idle (a call every other week); every fourth has
a budget that is reset daily, weekly or monthly, the others are topped up when they run low. --worst: every token burns
at every poll. The consumption endpoint's rows are added at the end, two features with two providers a token and day.

It is played twice, once with the default retention and once keeping everything, and every figure of every token and day
is compared. The size counts the main file after a checkpoint; the report is a whole year of all tokens by month.
"""

import argparse
import json
import pathlib
import sqlite3
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
MOST_MB = 50
FIGURES = "token, day, spent_nano, usage_nano, topup_nano, reset_nano, low_nano, high_nano"
USAGE = """
INSERT INTO word VALUES (1, 'llm__chat'), (2, 'text__embeddings'), (3, 'openai'), (4, 'mistral');
INSERT INTO usage SELECT token, day, f.id, spent_nano / 2, 100 FROM daily, word f WHERE f.id < 3 AND spent_nano > 0;
INSERT INTO usage_provider SELECT token, day, f.id, p.id, spent_nano / 4 FROM daily, word f, word p
WHERE f.id < 3 AND p.id > 2 AND spent_nano > 0;
"""


def play(build, file, fleet, keep, days):
    done = subprocess.run([build / "tests" / "year", file, fleet, keep, str(days)], check=True, capture_output=True)
    return json.loads(done.stdout)


def megabytes(file):
    with sqlite3.connect(file) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size / 1e6


def figures(file):
    with sqlite3.connect(file) as db:
        return db.execute(f"SELECT {FIGURES} FROM day_sum ORDER BY token, day").fetchall()


def report_s(build, folder, file):
    config = folder / "ebb.yaml"
    config.write_text(f"store: {file}\naccounts: [{{name: main, key_env: NOT_NEEDED}}]\n")
    taken = []
    for _ in range(5):
        began = time.monotonic()
        subprocess.run([build / "ebb", "report", "--config", config, "--since", "2026-01-01", "--until", "2027-01-01",
                        "--per", "month", "--format", "csv"], check=True, capture_output=True)
        taken.append(time.monotonic() - began)
    return sorted(taken)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--days", type=int, default=365)
    options.add_argument("--worst", action="store_true")
    options.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "release")
    options.add_argument("--folder", default=None, help="/dev/shm leaves the disk's fsync out")
    given = options.parse_args()
    fleet = "worst" if given.worst else "mix"
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        folder = pathlib.Path(name)
        brief, eternal = folder / "brief.db", folder / "eternal.db"
        plans = play(given.build, "-", fleet, "brief", given.days)
        print(f"plans alone: {plans['all_ms'] / 1000:.1f} s, a poll median {plans['median_us']} us, 99 % "
              f"{plans['p99_us']}, most {plans['most_us']}")
        polls = play(given.build, brief, fleet, "brief", given.days)
        size = megabytes(brief)
        print(f"{fleet}: {polls['polls']} polls, {polls['changes']} changes; a poll in the store: median "
              f"{polls['median_us'] / 1000:.2f} ms, 99 % {polls['p99_us'] / 1000:.1f}, "
              f"most {polls['most_us'] / 1000:.1f}")
        play(given.build, eternal, fleet, "eternal", given.days)
        kept = figures(brief)
        same = kept == figures(eternal)
        print(f"figures of {len(kept)} days of tokens {'are the same' if same else 'DIFFER'} with everything kept "
              f"({megabytes(eternal):.0f} MB)")
        with sqlite3.connect(brief) as db:
            db.executescript(USAGE)
        whole = megabytes(brief)
        taken = report_s(given.build, folder, brief)
        print(f"size {size:.1f} MB, with consumption by feature and provider {whole:.1f} MB; yearly report: median "
              f"{taken[2]:.2f} s, {taken[0]:.2f} to {taken[-1]:.2f}")
    raise SystemExit(not same or (fleet == "mix" and whole > MOST_MB))


main()
