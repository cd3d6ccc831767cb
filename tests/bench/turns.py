#!/usr/bin/env python3
"""For how long each path of the web server holds up the daemon's loop.

    cmake --preset bench && cmake --build --preset bench
    EBB=build/bench/ebb /usr/bin/python3 tests/bench/turns.py [--tokens 10000]

A real daemon polls the tokens of the stand-in API, and an alert fires for each. Between two polls one path is asked for
once; the figure is what the daemon reports of itself: its longest turn from one poll to the next. The first figures are
those of polls without any request: what is not above them is not the path's.
"""

import argparse
import pathlib
import re
import sys
import tempfile

import requests

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "tests" / "bench"), str(ROOT / "tests" / "e2e")]

import poll  # noqa: E402
from harness import Sim  # noqa: E402
from players import Daemon, free_port  # noqa: E402

LONGEST = re.compile(r"longest turn of the loop since the last poll: (\d+) ms")
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "100000.00"}}]
PATHS = ["/", "/?match=1&page=2", "/token/main/{token}", "/alerts", "/alerts?span=1y", "/accounts", "/spend",
         "/spend?by=token&per=hour&since=7d", "/spend.csv?by=token&per=hour", "/metrics", "/api/v1/tokens",
         "/api/v1/alerts", "/api/v1/events", "/api/v1/report?by=token&per=hour", "/api/v1/tokens/main/{token}"]


def measure(folder, count):
    with Sim(poll.scenario(count), speed=0, seed=1) as sim:
        daemon = Daemon(folder, sim.url, None, RULES, interval=f"{3 + count // 2000}s", max_tokens=count * 2)
        address = f"127.0.0.1:{free_port()}"
        daemon.settings["http"] = {"listen": [address]}
        daemon.write()
        daemon.start()
        daemon.wait_polls(1)
        for _ in range(3):
            sim.clock(advance="5m")
            daemon.wait_polls(1)

        def longest():
            return int(daemon.process.wait_line(LONGEST, len(daemon.process.lines.items))[1])
        print("polls alone", *(longest() for _ in range(3)), "ms", flush=True)
        for path in PATHS:
            path = path.format(token=sim.tokens()[0]["name"])
            answer = requests.get(f"http://{address}{path}", timeout=60)
            print(f"{path:40} {longest():6} ms {len(answer.content) / 1000:8.0f} kB", flush=True)
        daemon.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", type=int, default=10000)
    with tempfile.TemporaryDirectory(prefix="ebb-bench-") as folder:
        measure(pathlib.Path(folder) / "ebb", parser.parse_args().tokens)


if __name__ == "__main__":
    main()
