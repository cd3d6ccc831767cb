#!/usr/bin/env python3
"""What a scrape of /metrics costs.

    cmake --preset bench && cmake --build --preset bench
    /usr/bin/python3 tests/bench/metrics.py [--tokens 1000,10000] [--polls 12] [--build build/bench]

A real daemon polls the stand-in API so many times, and every balance falls between two polls: the worst hour, because
readings since the last checkpoint are added up when they are asked for. Then the program `metrics` reads that database
as a server does, as of a second after the last poll, seven times; the figures are those of the fastest. `longest` is
the longest piece of work, for which a loop serves nobody else; memory is that of the whole process at most.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMES = 7


def seed(folder, count, polls):
    """The database of a daemon that saw so many polls, and the time of the last."""
    import poll
    from harness import Sim
    from players import Daemon
    with contextlib.ExitStack() as stack:
        sim = stack.enter_context(Sim(poll.scenario(count), speed=0, seed=1))
        daemon = Daemon(folder, sim.url, None, poll.RULES, interval=f"{2 + count // 5000}s", max_tokens=count * 2)
        daemon.settings["log"] = "debug"
        daemon.write()
        stack.callback(daemon.start().stop)
        watch = poll.Watch(daemon)
        watch.next()
        for _ in range(polls):
            sim.clock(advance="5m")
            watch.next()
    return daemon.database.path, daemon.database.one("SELECT max(at) FROM poll")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", default="1000,10000", help="numbers of tokens, with commas between")
    parser.add_argument("--polls", type=int, default=12, help="polls since the last checkpoint")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "bench")
    options = parser.parse_args()
    os.environ["EBB"] = str(options.build / "ebb")
    sys.path[:0] = [str(ROOT / "tests" / "bench"), str(ROOT / "tests" / "e2e")]

    print(f"{'tokens':>7}{'CPU ms':>10}{'longest ms':>12}{'pieces':>8}{'MB':>8}{'memory MB':>11}")
    for count in map(int, options.tokens.split(",")):
        with tempfile.TemporaryDirectory(prefix="ebb-bench-") as folder:
            file, last = seed(pathlib.Path(folder), count, options.polls)
            done = subprocess.run([options.build / "tests" / "metrics", file, str(last + 1), str(TIMES)], check=True,
                                  capture_output=True, text=True)
        cost = json.loads(done.stdout)
        print(f"{count:>7}{cost['cpu_ms']:>10.1f}{cost['longest_piece_ms']:>12.1f}{cost['pieces']:>8}"
              f"{cost['bytes'] / 1e6:>8.1f}{cost['peak_mb']:>11.1f}", flush=True)


if __name__ == "__main__":
    main()
