#!/usr/bin/env python3
"""Makes the history of an installation by living through it: two accounts, a dozen tokens, alerts, an outage.

    EBB=build/bench/ebb /usr/bin/python3 tests/grafana/history.py --days 14 --step 15m FOLDER

The stand-in API begins in the past, and libfaketime moves `ebb once` through it up to the real present; so the database
FOLDER/ebb.db is one that Ebb wrote, and dashboards over it show "now" as now. With --metrics, what `ebb metrics` said
at each step is in FOLDER/history.om, for `promtool tsdb create-blocks-from openmetrics`.
"""

import argparse
import contextlib
import glob
import json
import os
import pathlib
import re
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))
from harness import EBB, Sim  # noqa: E402

HOUR, DAY = 3600, 86400
STEPS = {"s": 1, "m": 60, "h": HOUR, "d": DAY}


def token(name, profile, usd_per_day, *uses, **more):
    spends = {"kind": profile, "usd_per_day": str(usd_per_day), "every": more.pop("every", "5m")}
    return {"name": name, "profile": spends, "uses": list(uses) or ["llm__chat/openai"], **more}


ACCOUNTS = [
    {"name": "main", "key": "sim-key", "credits": "2400.00", "tokens": [
        token("prod-billing-api", "steady", 11, "llm__chat/openai", "llm__chat/anthropic", balance="60.00"),
        token("prod-support-chat", "steady", 8, "llm__chat/anthropic", reset_period="monthly", reset_amount="400.00",
              balance="310.00"),
        token("prod-search-embeddings", "office_hours", 14, "text__embeddings/openai", "llm__chat/mistral",
              balance="120.00"),
        token("prod-invoice-ocr", "bursts", 7, "ocr__ocr/google", "ocr__invoice_parser/mindee",
              reset_period="weekly", reset_amount="80.00", balance="80.00"),
        token("staging-translate", "steady", 5.5, "translation__automatic_translation/deepl", reset_period="daily",
              reset_amount="4.00", balance="4.00"),
        token("dev-ml-team", "office_hours", 6, "llm__chat/openai", "image__generation/stabilityai",
              reset_period="daily", reset_amount="10.00", balance="10.00"),
        token("dev-prototype", "idle", 0, balance="25.00"),
        token("prod-legacy", "steady", 3, "text__moderation/google"),
        token("tmp-hackathon", "bursts", 2, balance="60.00", expire_time="+20d"),
        token("ci-tests", "steady", 9, balance="5.00", type="sandbox_api_token"),
    ]},
    {"name": "lab", "key": "key-of-lab", "credits": "260.00", "tokens": [
        token("dev-agents", "office_hours", 5, "llm__chat/openai", balance="90.00"),
        token("dev-vision", "bursts", 3, "image__question_answer/openai", reset_period="weekly", reset_amount="25.00",
              balance="25.00"),
        token("prod-kiosk", "steady", 2, "audio__text_to_speech/amazon", balance="18.00"),
    ]},
]
# A balance that is topped up to its budget when it is down to this; the others run dry.
REFILLS = {"prod-billing-api": (9, 60), "prod-search-embeddings": (12, 120)}
OUTAGES_DAYS_AGO = ((5.2, 5.0), (0.42, 0.4))

RULES = [
    {"name": "low-balance", "kind": "balance_below", "match": {"environment": "prod"},
     "levels": {"info": "20.00", "warning": "10.00", "critical": "2.00"}},
    {"name": "runs-dry", "kind": "exhausts_within", "levels": {"warning": "2d", "critical": "8h"}},
    {"name": "empty", "kind": "exhausted", "level": "critical"},
]


class History:
    def __init__(self, folder, days, step_s, metrics=False):
        self.folder, self.step_s = pathlib.Path(folder), step_s
        self.folder.mkdir(parents=True, exist_ok=True)
        self.now = int(time.time())
        self.at = self.now - int(days * DAY)
        self.config = self.folder / "ebb.yaml"
        self.samples = open(self.folder / "history.om", "w") if metrics else None

    def write_config(self, url):
        lines = [f"store: {self.folder / 'ebb.db'}", "accounts:"]
        for account in ACCOUNTS:
            key = self.folder / account["name"]
            key.write_text(account["key"] + "\n")
            key.chmod(0o600)
            lines.append(f"- {{name: {account['name']}, url: '{url}', key_file: {key}, calls_per_second: 100}}")
        lines.append("rules: " + json.dumps(RULES))
        self.config.write_text("\n".join(lines) + "\n")

    def ebb(self, *arguments):
        sanitizer = [path for path in glob.glob("/usr/lib/gcc/*/*/libasan.so") if b"libasan" in EBB.read_bytes()]
        library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
        assert library, "the package faketime is missing"
        stamp = time.strftime("@%Y-%m-%d %H:%M:%S", time.gmtime(self.at))
        environment = {**os.environ, "TZ": "UTC", "LD_PRELOAD": ":".join(sanitizer[:1] + library), "FAKETIME": stamp,
                       "FAKETIME_DONT_FAKE_MONOTONIC": "1", "ASAN_OPTIONS": "detect_leaks=0"}
        return subprocess.run([str(EBB), "--config", str(self.config), *arguments], env=environment, text=True,
                              capture_output=True)

    def refill(self, sim):
        for account in sim.state()["accounts"]:
            for t in account["tokens"]:
                least, full = REFILLS.get(t["name"], (None, None))
                if least and float(t["balance"]) < least:
                    sim.control("POST", "token", json={"name": t["name"], "balance": f"{full}.00"})

    def outage(self, sim, before):
        for begins, ends in OUTAGES_DAYS_AGO:
            if before < self.now - begins * DAY <= self.at:
                sim.fault("status", status=503)
            if before < self.now - ends * DAY <= self.at:
                sim.clear_faults()

    def sample(self):
        """What `ebb metrics` says, each sample with its time; and what only a running daemon would count."""
        for line in [*self.ebb("metrics").stdout.splitlines(), *self.counted()]:
            if not line.startswith("#"):
                self.samples.write(f"{line} {self.at}\n")

    def counted(self):
        with sqlite3.connect(f"file:{self.folder / 'ebb.db'}?mode=ro", uri=True) as db:
            for account, result, polls in db.execute("SELECT account, result, count(*) FROM v_poll GROUP BY 1, 2"):
                yield f'ebb_polls_total{{account="{account}",result="{result}"}} {polls}'
            for account, code, calls in db.execute("SELECT account, http_status, sum(calls) FROM v_poll GROUP BY 1, 2"):
                yield f'ebb_api_requests_total{{account="{account}",code="{code}"}} {calls}'
        times = os.times()
        yield f"process_cpu_seconds_total {times.children_user + times.children_system:.3f}"
        yield "ebb_mqtt_connected 1"

    def play(self):
        """The path of the database."""
        with self.lived():
            return self.folder / "ebb.db"

    @contextlib.contextmanager
    def lived(self):
        """With the stand-in as it is at the end, its clock stopped: whoever goes on polling finds nothing new."""
        start = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.at))
        with Sim({"accounts": ACCOUNTS}, start=start, speed=0) as sim:
            self.write_config(sim.url)
            while self.step():
                before, self.at = self.at, min(self.at + self.step_s, self.now)
                sim.clock(advance=f"{self.at - before}s")
                self.outage(sim, before)
                self.refill(sim)
            if self.samples:
                self.samples.close()
            yield sim

    def step(self):
        """One poll; whether there is more to come."""
        done = self.ebb("once")
        assert done.returncode == 0 or "503" in done.stderr, done.stderr
        if self.samples:
            self.sample()
        return self.at < self.now


def main():
    options = argparse.ArgumentParser()
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--days", type=float, default=14)
    options.add_argument("--step", default="15m")
    options.add_argument("--metrics", action="store_true")
    given = options.parse_args()
    amount, unit = re.fullmatch(r"(\d+)([smhd])", given.step).groups()
    print(History(given.folder, given.days, int(amount) * STEPS[unit], given.metrics).play())


if __name__ == "__main__":
    main()
