#!/usr/bin/env python3
"""Pictures of every page, to be looked at: light and dark, on a desk and on a phone.

    /usr/bin/python3 tests/screenshots.py FOLDER [--days 22] [--ebb build/release/ebb] [--database DB --at TIME]

A fleet of two accounts (tests/scenarios/pages.yaml) is polled by a daemon whose clock runs 3600 times as fast, so that
three weeks take nine minutes; then the pages are served as of the last poll. Without a network, all on loopback. With
--database the pages of that one are drawn, as of TIME. Needs the packages of the tests.
"""

import argparse
import datetime
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "e2e"))

from browser import DESK, PHONE, Browser  # noqa: E402
from players import free_port  # noqa: E402

SPEED = 3600
ACCOUNTS = ["main", "research"]
TOPPED_UP = {"prod-billing-api": 400, "prod-search-embeddings": 120, "dev-agents-eval": 60}  # when they run low
PAGES = {"overview": "/", "token": "/token/main/prod-billing-api",
         "what-if": "/token/main/staging-translate?what_if=20", "alerts": "/alerts", "spend": "/spend",
         "accounts": "/accounts", "nothing": "/?match=nobody", "no-token": "/token/main/nobody"}
CONFIG = """\
store: {folder}/ebb.db
http: {{listen: ["127.0.0.1:{port}"]}}
accounts:
{accounts}
rules:
  - {{name: low-balance, kind: balance_below, levels: {{warning: 25.00, critical: 5.00}}}}
  - {{name: runs-dry, kind: exhausts_within, levels: {{info: 3d, warning: 1d, critical: 6h}}}}
  - {{name: empty, kind: exhausted, level: critical}}
"""


def as_of(moment, speed=1):
    return ["faketime", "-f", f"@{moment:%Y-%m-%d %H:%M:%S} x{speed}"]


def write_config(folder, api):
    for name in ACCOUNTS:
        (folder / f"{name}.key").write_text(f"{name}-key\n")
        (folder / f"{name}.key").chmod(0o600)
    accounts = "\n".join(f"  - {{name: {name}, url: \"{api}\", key_file: {folder}/{name}.key, interval: 10m}}"
                         for name in ACCOUNTS)
    file, port = folder / "ebb.yaml", free_port()
    file.write_text(CONFIG.format(folder=folder, port=port, accounts=accounts))
    return file, f"http://127.0.0.1:{port}"


def call(url, body=None):
    data = json.dumps(body).encode() if body else None
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    return json.loads(urllib.request.urlopen(request, timeout=30).read())


def top_up(api):
    for account in call(api + "/control/state")["accounts"]:
        for token in account["tokens"]:
            if token["name"] in TOPPED_UP and float(token["balance"] or 0) < 15:
                call(api + "/control/token", {"name": token["name"], "account": account["name"],
                                              "balance": f"{float(token['balance']) + TOPPED_UP[token['name']]:.2f}"})


def live_for(ebb, folder, days):
    """Lets the daemon watch the fleet; returns when its last good poll was."""
    begin = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
    sim = subprocess.Popen([ebb, "sim", "--control", "--scenario", ROOT / "tests/scenarios/pages.yaml", "--speed",
                            str(SPEED), "--start", f"{begin:%Y-%m-%dT%H:%M:%SZ}"], stdout=subprocess.PIPE, text=True)
    api = json.loads(sim.stdout.readline())["url"]
    config, url = write_config(folder, api)
    daemon = subprocess.Popen([*as_of(begin, SPEED), ebb, "run", "--config", config], start_new_session=True,
                              stderr=open(folder / "log", "w"), env={**os.environ, "TZ": "UTC"})
    end = time.monotonic() + days * 86400 / SPEED
    while time.monotonic() < end:
        time.sleep(1)
        if end - time.monotonic() > 4 * 86400 / SPEED:
            top_up(api)
    os.killpg(daemon.pid, signal.SIGKILL)  # whose API would be gone before it had stopped
    sim.terminate()
    with sqlite3.connect(folder / "ebb.db") as database:
        last, = database.execute("SELECT min(last_ok_at) FROM account").fetchone()
    return config, url, datetime.datetime.fromtimestamp(last, datetime.timezone.utc)


def draw(browser, url, folder):
    for name, path in PAGES.items():
        for width, screen in (DESK, "desk"), (PHONE, "phone"):
            for scheme in "light", "dark":
                browser.look(width, scheme)
                browser.open(url + path)
                browser.shot(folder / f"{name}-{screen}-{scheme}.png")
        wide = browser.run("return document.documentElement.scrollWidth") > PHONE
        print(f"{name}: {url}{path}{' is wider than a phone' if wide else ''}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--days", type=float, default=22)
    parser.add_argument("--ebb", type=pathlib.Path, default=ROOT / "build/release/ebb")
    parser.add_argument("--database", type=pathlib.Path)
    parser.add_argument("--at", type=datetime.datetime.fromisoformat)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place:
        place = pathlib.Path(place)
        if asked.database:
            config, url = write_config(place, "http://127.0.0.1:1")
            shown, at = asked.database, asked.at or datetime.datetime.now(datetime.timezone.utc)
        else:
            config, url, at = live_for(asked.ebb.resolve(), place, asked.days)
            shown = place / "ebb.db"
        moment = at + datetime.timedelta(seconds=40)
        server = subprocess.Popen([*as_of(moment), asked.ebb.resolve(), "serve", "--config", config, "--db", shown],
                                  stdout=subprocess.PIPE, text=True, start_new_session=True,
                                  env={**os.environ, "TZ": "UTC"})
        server.stdout.readline()
        browser = Browser()
        try:
            draw(browser, url, asked.folder)
        finally:
            browser.close()
            os.killpg(server.pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
