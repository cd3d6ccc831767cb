#!/usr/bin/env python3
"""What one poll costs, and what an idle daemon weighs.

    cmake --preset release && cmake --build --preset release
    EBB=build/release/ebb /usr/bin/python3 tests/bench/poll.py [--tokens 1000,10000] [--polls 10] [--broker]

A real daemon polls the stand-in API on the loopback, and two rules look at every token. For each number of tokens:

* `first`: the poll that finds every token new, into an empty database.
* `idle`: nothing changed since the poll before.
* `changed`: every balance fell since the poll before (the stand-in's clock is moved between two polls).

`wall` is what the daemon reports of itself: from the start of the transfer to its last byte, decoding included, plus
the time from there to the end of the last commit. `store` is the second part alone. `turn` is the longest time since
the poll before for which the loop served nobody else. `CPU` is user and system time of the daemon's process from the
end of the last poll to the end of this one, so it includes what a broker was told of the last one (--broker starts a
mosquitto). `curl` is the time that curl needs for the same list from the same stand-in, measured in the same run
between polls: the ratio to it moves less from machine to machine than milliseconds do. Each figure is the median,
with the smallest and the largest of the run. Memory is resident after the idle polls and after the changed ones;
`anon` leaves out the pages of the binary and its libraries.

Figures of sanitized builds mean nothing: build `release`.
"""

import argparse
import contextlib
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import EBB, TOKENS, Sim  # noqa: E402
from players import Broker, Daemon  # noqa: E402

STORED = re.compile(r"poll \d+ stored: (\w+), (\d+) tokens, (\d+) changed, (\d+) ms, (\d+) ms in the store")
TURN = re.compile(r"longest turn of the loop since the last poll: (\d+) ms")
RULES = [  # none of them fires, all of them are looked at
    {"name": "low", "kind": "balance_below", "match": {"token": "prod-*"}, "levels": {"warning": "10.00"}},
    {"name": "soon", "kind": "exhausts_within", "levels": {"warning": "1h"}},
]
PATIENCE_S = 600
WARM_UP_POLLS = 3  # the third reading of a token brings its first forecast, which is told


def cpu_ms(pid):
    """User and system time of all threads; the scheduler counts nanoseconds where /proc/PID/stat counts ticks."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e6


def memory_mb(pid):
    lines = pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
    kb = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)
          if name in ("VmRSS", "RssAnon", "VmHWM")}
    return {"resident": kb["VmRSS"] / 1024, "anon": kb["RssAnon"] / 1024, "peak": kb["VmHWM"] / 1024}


def curl_ms(sim):
    """A download of the list to nowhere; the key goes in by stdin."""
    command = ["curl", "-s", "--compressed", "-o", "/dev/null", "-H", "@-", "-w", "%{time_total}", sim.url + TOKENS]
    done = subprocess.run(command, input=f"Authorization: Bearer {sim.key}", capture_output=True, text=True, check=True)
    return float(done.stdout) * 1000


class Watch:
    """The polls of a daemon one after the other, each with its figures."""

    def __init__(self, daemon):
        self.daemon, self.seen, self.cpu = daemon, 0, 0.0

    def _found(self, lines):
        if not self.daemon.process.alive():
            raise SystemExit(f"the daemon ended:\n{self.daemon.text()}")
        matches = [m for m in map(STORED.search, lines) if m]
        return matches if len(matches) > self.seen else None

    def next(self):
        """Waits for the next poll; several at once would share one reading of the CPU."""
        found = self.daemon.process.lines.wait(self._found, "the next poll", PATIENCE_S)
        cpu, before = cpu_ms(self.daemon.process.pid), self.cpu
        assert len(found) == self.seen + 1, "the machine is too slow for this interval"
        self.seen, self.cpu = len(found), cpu
        result, tokens, changed, transfer, store = found[-1].groups()
        assert result == "ok", found[-1].string
        turn = self.daemon.process.wait_line(TURN, self.daemon.process.lines.items.index(found[-1].string))[1]
        return {"tokens": int(tokens), "changed": int(changed), "wall": int(transfer) + int(store), "store": int(store),
                "turn": int(turn), "cpu": cpu - before}


def scenario(count):
    tokens = {"name": "prod-load-%06d", "count": count, "balance": "5000.00",
              "profile": {"kind": "steady", "usd_per_day": "24.00", "every": "5m"}}
    return {"tokens": [tokens]}


def figures(polls, curls):
    def spread(values):
        return {"median": statistics.median(values), "least": min(values), "most": max(values)}
    row = {name: spread([p[name] for p in polls]) for name in ("wall", "store", "turn", "cpu")}
    row["curl"] = spread(curls)
    row["ratio"] = row["wall"]["median"] / row["curl"]["median"]
    row["polls"] = len(polls)
    return row


def measure(sim, watch, polls, changing):
    rows, curls = [], []
    for _ in range(polls + WARM_UP_POLLS):
        if changing:
            sim.clock(advance="5m")
        row = watch.next()
        if changing != bool(row["changed"]) or row["changed"] not in (0, row["tokens"]):
            raise SystemExit(f"{row['changed']} of {row['tokens']} tokens changed: the stand-in is not in step")
        rows.append(row)
        curls.append(curl_ms(sim))
    return figures(rows[WARM_UP_POLLS:], curls[WARM_UP_POLLS:])


def run(count, polls, interval_s, with_broker):
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ebb-bench-")))
        sim = stack.enter_context(Sim(scenario(count), speed=0, seed=1))
        broker = Broker(folder / "broker").start() if with_broker else None
        if broker:
            stack.callback(broker.stop)
        daemon = Daemon(folder / "ebb", sim.url, broker, RULES, interval=f"{interval_s}s", max_tokens=count * 2)
        daemon.settings["log"] = "debug"
        daemon.write()
        stack.callback(daemon.start().stop)
        watch = Watch(daemon)
        first = figures([watch.next()], [curl_ms(sim)])
        idle = measure(sim, watch, polls, changing=False)
        idle_mb = memory_mb(daemon.process.pid)
        changed = measure(sim, watch, polls, changing=True)
        return {"tokens": count, "broker": with_broker, "first": first, "idle": idle, "changed": changed,
                "memory_idle_mb": idle_mb, "memory_changed_mb": memory_mb(daemon.process.pid)}


def cell(spread):
    return f"{spread['median']:.0f} ({spread['least']:.0f}-{spread['most']:.0f})"


def show(result):
    for kind in ("first", "idle", "changed"):
        row = result[kind]
        print(f"{result['tokens']:>7}  {kind:<8}{cell(row['wall']):>18}{cell(row['store']):>18}{cell(row['turn']):>18}"
              f"{cell(row['cpu']):>18}{cell(row['curl']):>18}{row['ratio']:>8.2f}")
    for kind in ("idle", "changed"):
        mb = result[f"memory_{kind}_mb"]
        print(f"{result['tokens']:>7}  {kind:<8}resident {mb['resident']:.1f} MB, anon {mb['anon']:.1f} MB, "
              f"peak {mb['peak']:.1f} MB", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tokens", default="1000,10000", help="numbers of tokens, with commas between")
    parser.add_argument("--polls", type=int, default=10, help="polls of each kind")
    parser.add_argument("--interval", type=int, default=0,
                        help="seconds between polls (default: by the number of tokens)")
    parser.add_argument("--broker", action="store_true", help="with a broker that takes the messages")
    parser.add_argument("--json", help="write the figures to this file too")
    options = parser.parse_args()

    print(f"{EBB}, median (least-most) of {options.polls} polls, milliseconds")
    print(f"{'tokens':>7}  {'poll':<8}{'wall':>18}{'store':>18}{'turn':>18}{'CPU':>18}{'curl':>18}{'ratio':>8}",
          flush=True)
    results = []
    for count in map(int, options.tokens.split(",")):
        results.append(run(count, options.polls, options.interval or 2 + count // 10000, options.broker))
        show(results[-1])
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main()
