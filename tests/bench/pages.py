#!/usr/bin/env python3
"""How long the pages of many tokens take, as a browser asks for them.

    cmake --preset bench && cmake --build --preset bench
    /usr/bin/python3 tests/bench/pages.py [--tokens 1000 10000] [--ebb build/bench/ebb]

A daemon polls the tokens for a while, on a clock that runs many times as fast; then `ebb serve` shows its database as
of the last poll. For each page: the median time of a request, and the processor time that it cost, of 15. The overview
of 1,000 tokens is to take less than 50 ms, and that of 10,000 less than 300 ms: the processor time is judged, since it
does not depend on what else the machine does.
"""

import argparse
import datetime
import json
import os
import pathlib
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from players import free_port  # noqa: E402

TIMES = 15
MOST_MS = {1000: 50, 10000: 300}
PAGES = ["/", "/?match=1&page=2", "/token/main/prod-00001-api", "/alerts", "/spend", "/accounts"]
SCENARIO = """\
credits: 1000000
tokens:
  - {{ name: "prod-%05d-api", count: {half}, balance: 40.00, profile: {{ kind: steady, usd_per_day: 9, every: 10m }} }}
  - {{ name: "dev-%05d-try", count: {half}, reset_period: daily, reset_amount: 4.00,
      profile: {{ kind: office_hours, usd_per_day: 5 }} }}
"""
CONFIG = """\
store: {folder}/ebb.db
http: {{listen: ["127.0.0.1:{port}"]}}
accounts: [{{name: main, url: "{api}", key_file: {folder}/key, interval: 10m, timeout: 9m}}]
rules:
  - {{name: low, kind: balance_below, levels: {{warning: 20.00, critical: 2.00}}}}
"""


def as_of(moment, speed=1):
    return ["faketime", "-f", f"@{moment:%Y-%m-%d %H:%M:%S} x{speed}"]


def poll(ebb, folder, tokens):
    """Returns the configuration, its address, the time of the last poll, and how many there were."""
    speed, hours = (600, 10) if tokens <= 2000 else (60, 2)
    begin = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(hours=hours)
    (folder / "scenario.yaml").write_text(SCENARIO.format(half=tokens // 2))
    (folder / "key").write_text("sim-key\n")
    (folder / "key").chmod(0o600)
    sim = subprocess.Popen([ebb, "sim", "--scenario", folder / "scenario.yaml", "--speed", str(speed), "--start",
                            f"{begin:%Y-%m-%dT%H:%M:%SZ}"], stdout=subprocess.PIPE, text=True)
    api, config, port = json.loads(sim.stdout.readline())["url"], folder / "ebb.yaml", free_port()
    config.write_text(CONFIG.format(folder=folder, port=port, api=api))
    daemon = subprocess.Popen([*as_of(begin, speed), ebb, "run", "--config", config], start_new_session=True,
                              stderr=open(folder / "log", "w"), env={**os.environ, "TZ": "UTC"})
    time.sleep(hours * 3600 / speed)
    os.killpg(daemon.pid, signal.SIGKILL)
    sim.terminate()
    with sqlite3.connect(folder / "ebb.db") as database:
        last, polls = database.execute("SELECT max(at), count(*) FROM poll WHERE result = 'ok'").fetchone()
    return config, f"http://127.0.0.1:{port}", last, polls


def spent_ms(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def measure(url, pid):
    """Milliseconds of a request, those of the processor, and bytes."""
    took, before = [], spent_ms(pid)
    for _ in range(TIMES):
        began = time.monotonic()
        body = urllib.request.urlopen(url, timeout=60).read()
        took.append((time.monotonic() - began) * 1000)
    return statistics.median(took), (spent_ms(pid) - before) / TIMES, len(body)


def bench(ebb, tokens):
    slow = False
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        config, url, last, polls = poll(ebb, folder, tokens)
        moment = datetime.datetime.fromtimestamp(last + 40, datetime.timezone.utc)
        server = subprocess.Popen([*as_of(moment), ebb, "serve", "--config", config], stdout=subprocess.PIPE, text=True,
                                  start_new_session=True, env={**os.environ, "TZ": "UTC"})
        server.stdout.readline()
        pid = int(subprocess.run(["pgrep", "-g", str(server.pid), "-x", "ebb"], capture_output=True,
                                 text=True).stdout.split()[0])
        print(f"{tokens} tokens, {polls} polls")
        try:
            for page in PAGES:
                took, cost, size = measure(url + page, pid)
                print(f"  {page:32} {took:8.1f} ms {cost:8.1f} ms of CPU {size / 1000:8.0f} kB")
                slow |= page == "/" and cost > MOST_MS.get(tokens, float("inf"))
        finally:
            os.killpg(server.pid, signal.SIGKILL)
    return slow


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tokens", type=int, nargs="+", default=[1000, 10000])
    parser.add_argument("--ebb", type=pathlib.Path, default=ROOT / "build/bench/ebb")
    asked = parser.parse_args()
    sys.exit(any([bench(asked.ebb.resolve(), tokens) for tokens in asked.tokens]))


if __name__ == "__main__":
    main()
