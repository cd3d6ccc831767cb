#!/usr/bin/env python3
"""Ebb beside its peers: the same stand-in API, the same broker, the same time.

    cmake --preset bench && cmake --build --preset bench
    /usr/bin/python3 tests/bench/peers/side_by_side.py cpu --tokens 1000 ebb floor python
    /usr/bin/python3 tests/bench/peers/side_by_side.py latency --tokens 1000 ebb floor python

Contenders:
* `ebb`, and `ebb-alone`, which has no broker.
* `floor`, and `floor-alone`: the least that a poller can do (floor.c). Ratios to it move less from machine to machine
  than milliseconds do.
* `python`: what a careful user writes in an afternoon (daemon.py). It reports alerts only.
* `prometheus`: Prometheus with Alertmanager, which reads the balances from a metrics page and calls a webhook. Needs
  the packages prometheus and prometheus-alertmanager.

`cpu` runs all contenders at once, each against a stand-in of its own; a tenth of the balances changes with each poll.
It reports user and system time per poll, resident memory, and the bytes on disk after the end for each changed balance.
`latency` runs one after the other: a balance falls by two cents and below the threshold, the stand-in notes when it
first served the fall, and the alert is stamped when it reaches a subscriber (or the webhook). A fall that is beyond
anything plausible would measure something else: Ebb reads it again, four seconds later, before it raises an alert.

Figures of a busy machine or a sanitized build mean nothing; the share of the machine that was busy is printed.
"""

import argparse
import contextlib
import dataclasses
import http.server
import json
import os
import pathlib
import random
import shlex
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
THRESHOLD_USD = 10
NEAR_FIRST, NEAR_EVERY = 7, 50  # the tokens that rest just above it: see stand_in.c


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def wait_for(port, process):
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"{process.args[0]} ended at once")
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f"nothing listens on port {port}")


def cpu_ms(pid):
    """User and system time of a process, by its CPU clock, which counts nanoseconds."""
    return time.clock_gettime((~pid << 3) | 2) * 1000


def resident_mb(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def busy_of_machine():
    values = [int(v) for v in pathlib.Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    return sum(values) - values[3] - values[4], sum(values)


EBB_YAML = """\
store: {dir}/ebb.db
accounts:
  - {{name: main, url: "{api}", key_file: {dir}/key, interval: {interval}s, interval_min: {interval}s,
     interval_max: {interval}s, calls_per_second: 10}}
{mqtt}
rules:
  - {{name: low, kind: balance_below, levels: {{critical: {threshold}.00}}}}
"""
PROMETHEUS_YAML = """\
global: {{scrape_interval: {interval}s, scrape_timeout: {interval}s, evaluation_interval: {interval}s}}
rule_files: [{dir}/rules.yml]
alerting: {{alertmanagers: [{{static_configs: [{{targets: ["127.0.0.1:{manager}"]}}]}}]}}
scrape_configs: [{{job_name: tokens, static_configs: [{{targets: ["127.0.0.1:{port}"]}}]}}]
"""
RULES_YAML = """\
groups: [{{name: tokens, rules: [{{alert: low, expr: token_balance < {threshold}}}]}}]
"""
ALERTMANAGER_YAML = """\
route: {{receiver: hook, group_by: ["..."], group_wait: 0s, group_interval: 1s}}
receivers: [{{name: hook, webhook_configs: [{{url: "http://127.0.0.1:{hook}/"}}]}}]
"""


@dataclasses.dataclass
class Bench:
    """What contenders share: programs, broker, webhook, and who is to be stopped."""
    programs: pathlib.Path
    folder: pathlib.Path
    tokens: int
    interval_s: float
    broker: int = 0
    hook: int = 0
    running: list = dataclasses.field(default_factory=list)

    def start(self, command, log):
        with open(log, "ab") as out:
            process = subprocess.Popen(shlex.split(command), stdout=out, stderr=subprocess.STDOUT)
        self.running.append(process)
        return process

    def start_broker(self):
        self.broker = free_port()
        configuration = self.folder / "mosquitto.conf"
        configuration.write_text(f"listener {self.broker} 127.0.0.1\nallow_anonymous true\n"
                                 "max_inflight_messages 1000\nmax_queued_messages 200000\n")
        wait_for(self.broker, self.start(f"mosquitto -c {configuration}", self.folder / "mosquitto.log"))

    def stop(self):
        for process in reversed(self.running):
            stop(process)


def stop(process):
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Contender:
    def __init__(self, bench, name, change):
        self.bench, self.name = bench, name
        self.folder = bench.folder / f"{name}-{len(bench.running)}"
        self.folder.mkdir()
        self.port = free_port()
        self.api = f"http://127.0.0.1:{self.port}"
        self.server = bench.start(f"{bench.programs}/stand_in {self.port} {bench.tokens} {change}",
                                  self.folder / "stand_in.log")
        wait_for(self.port, self.server)
        self.processes = []
        getattr(self, "start_" + name.partition("-")[0])()

    def run(self, command):
        self.processes.append(self.bench.start(command, self.folder / "log"))

    def write(self, name, text, **more):
        path = self.folder / name
        interval = f"{self.bench.interval_s:g}"
        path.write_text(text.format(dir=self.folder, api=self.api, port=self.port, interval=interval,
                                    threshold=THRESHOLD_USD, hook=self.bench.hook, **more))
        return path

    def broker(self):
        return 0 if self.name.endswith("-alone") else self.bench.broker

    def start_ebb(self):
        key = self.write("key", "bench-key\n")
        key.chmod(0o600)
        mqtt = f"mqtt: {{host: 127.0.0.1, port: {self.broker()}, base_topic: bench}}" if self.broker() else ""
        program = os.environ.get("EBB", self.bench.programs.parents[1] / "ebb")
        self.run(f"{program} run --config {self.write('ebb.yaml', EBB_YAML, mqtt=mqtt)}")

    def start_floor(self):
        self.run(f"{self.bench.programs}/floor {self.api}/v2/user/custom_token/ {self.folder}/floor.db "
                 f"{self.bench.interval_s:g} {self.broker()} {THRESHOLD_USD}")

    def start_python(self):
        self.run(f"/usr/bin/python3 {HERE}/daemon.py {self.api}/v2/user/custom_token/ {self.folder}/python.db "
                 f"{self.bench.interval_s:g} {self.broker()} {THRESHOLD_USD}")

    def start_prometheus(self):
        manager = free_port()
        self.write("rules.yml", RULES_YAML)
        self.run(f"prometheus-alertmanager --config.file={self.write('manager.yml', ALERTMANAGER_YAML)} "
                 f"--storage.path={self.folder}/manager --web.listen-address=127.0.0.1:{manager} "
                 "--cluster.listen-address=")
        self.run(f"prometheus --config.file={self.write('prometheus.yml', PROMETHEUS_YAML, manager=manager)} "
                 f"--storage.tsdb.path={self.folder}/data --web.listen-address=127.0.0.1:{free_port()}")

    def polls(self):
        return int(get(self.api + "/polls"))

    def cpu_ms(self):
        return sum(cpu_ms(p.pid) for p in self.processes)

    def resident_mb(self):
        return sum(resident_mb(p.pid) for p in self.processes)

    def stop(self):
        for process in reversed(self.processes):
            stop(process)
        stop(self.server)

    def bytes_stored(self):
        for database in self.folder.rglob("*.db"):
            with contextlib.closing(sqlite3.connect(database)) as db:
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        kept = [f for f in self.folder.rglob("*") if f.is_file() and (f.suffix == ".db" or "data" in f.parts)]
        return sum(f.stat().st_size for f in kept)


def spread(values):
    return {"median": round(statistics.median(values), 3), "min": round(min(values), 3), "max": round(max(values), 3),
            "p95": round(sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)], 3), "n": len(values)}


def measure_cpu(bench, a):
    contenders = []
    for name in a.contenders:
        contenders.append(Contender(bench, name, a.change))
        time.sleep(a.interval / len(a.contenders))  # their polls spread over the interval
    time.sleep(a.warm)
    windows = {c: [] for c in contenders}
    before = {c: (c.cpu_ms(), c.polls()) for c in contenders}
    began, machine = time.monotonic(), busy_of_machine()
    for window in range(a.windows):
        time.sleep(max(0, began + (window + 1) * a.polls * a.interval - time.monotonic()))
        for c in contenders:
            now = (c.cpu_ms(), c.polls())
            if now[1] > before[c][1]:
                windows[c].append((now[0] - before[c][0]) / (now[1] - before[c][1]))
            before[c] = now
    busy, total = (b - a for a, b in zip(machine, busy_of_machine()))
    for c in contenders:
        polls, memory = c.polls(), c.resident_mb()
        c.stop()
        changed = bench.tokens * (1 + (polls - 1) * min(1, a.change))  # all are new to the first
        yield {"contender": c.name, "tokens": bench.tokens, "cpu_ms_per_poll": spread(windows[c]),
               "resident_mb": round(memory, 1), "bytes_per_change": round(c.bytes_stored() / changed, 1),
               "polls": polls, "machine_busy": round(busy / total, 2)}


class Hook:
    """Where Alertmanager reports: the name of a token, and when it first came."""

    def __init__(self):
        self.seen = seen = {}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                now = time.time()
                said = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.end_headers()
                for alert in said["alerts"]:
                    seen.setdefault(alert["labels"]["name"], now)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def receive(bench):
    """The name of a token, and when its alert first came over MQTT."""
    seen = {}
    process = subprocess.Popen([bench.programs / "receive", str(bench.broker), "bench/#"], stdout=subprocess.PIPE,
                               text=True)
    bench.running.append(process)
    process.stdout.readline()

    def read():
        for line in process.stdout:
            at, topic = line.split()
            if "/alert/" in topic:
                seen.setdefault(topic.rsplit("/", 1)[1], float(at))

    threading.Thread(target=read, daemon=True).start()
    return seen


def measure_latency(bench, a):
    hook = Hook()
    bench.hook = hook.server.server_port
    received = receive(bench)
    for name in a.contenders:
        c = Contender(bench, name, a.change)
        time.sleep(a.warm)
        received.clear()
        pace = random.Random(7)
        for k in range(a.drops):
            get(f"{c.api}/drop?token={NEAR_FIRST + NEAR_EVERY * k}")
            time.sleep(a.interval * pace.uniform(0.5, 1.5))
        time.sleep(3 * a.interval)
        seen = hook.seen if name == "prometheus" else received
        drops = [line.split() for line in get(c.api + "/drops").splitlines()]
        took = [(seen[token] - float(served)) * 1000 for token, served in drops if token in seen]
        c.stop()
        yield {"contender": name, "tokens": bench.tokens, "served_to_received_ms": spread(took) if took else None,
               "missed": len(drops) - len(took)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=["cpu", "latency"])
    parser.add_argument("contenders", nargs="+")
    parser.add_argument("--tokens", default="1000", help="numbers of tokens, by commas")
    parser.add_argument("--interval", type=float, default=5, help="seconds between polls")
    parser.add_argument("--change", type=float, default=0.1, help="share of the balances that change with each poll")
    parser.add_argument("--warm", type=float, default=30, help="seconds before the first figure")
    parser.add_argument("--windows", type=int, default=5)
    parser.add_argument("--polls", type=int, default=6, help="of each window")
    parser.add_argument("--drops", type=int, default=20)
    parser.add_argument("--programs", type=pathlib.Path, default=HERE.parents[2] / "build/bench/tests/peers")
    a = parser.parse_args()
    measure = measure_cpu if a.mode == "cpu" else measure_latency
    for tokens in map(int, a.tokens.split(",")):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="ebb-bench-"))
        bench = Bench(a.programs, folder, tokens, a.interval)
        with contextlib.ExitStack() as stack:
            stack.callback(shutil.rmtree, folder)
            stack.callback(bench.stop)
            bench.start_broker()
            for figures in measure(bench, a):
                print(json.dumps(figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
