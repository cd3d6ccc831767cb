#!/usr/bin/env python3
"""Draws every dashboard of grafana/ with Grafana's own components in Chromium, to be looked at.

    cmake --build --preset bench --target draw-boards

lives through eight days (../history.py), puts what `ebb metrics` said into a Prometheus, and draws all boards into
build/bench/boards. It takes some five minutes. By hand, with a database and a Prometheus that are there:

    /usr/bin/python3 draw.py --out FOLDER --database FILE [--prometheus URL] [--only fleet] [--theme dark]

The queries are asked by what the tests use (../source.py, ../promql.py), at the time of the newest poll.
"""

import argparse
import contextlib
import json
import math
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

from selenium.common.exceptions import TimeoutException

HERE = pathlib.Path(__file__).resolve().parent
WORK = HERE.parents[2] / "build" / "draw"
sys.path[:0] = [str(HERE.parent), str(HERE.parents[1] / "e2e")]
from browser import Browser  # noqa: E402
from history import History  # noqa: E402
from players import Process, free_port  # noqa: E402
from promql import ask_prometheus, times_marked  # noqa: E402
from source import ask_sqlite, boards, connect, expand, marks, panels  # noqa: E402

WIDTH = 1600
SCRAPE_S = 300  # of the history
LOOKBACK = "6m"
HARMLESS = ("i18next is made", "/public/")  # the latter: fonts and icons that a Grafana would serve
UNITS = {"h": 3600, "d": 86400}
PAGE = """<!doctype html><meta charset="utf-8"><style>body {{ margin: 0 }} {style}</style><div id="root"></div>
<script>window.drawing = {drawing}; window.__grafana_public_path__ = "";</script><script>{code}</script>"""


def bundle():
    """The page's code and its style, made outside the tree, where npm puts some 600 MB."""
    WORK.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "board.jsx"):
        shutil.copy(HERE / name, WORK)
    if not (WORK / "node_modules").exists():
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=WORK, check=True)
    subprocess.run([WORK / "node_modules" / ".bin" / "esbuild", "board.jsx", "--bundle", "--format=iife", "--minify",
                    "--define:process.env.NODE_ENV=\"production\"", "--loader:.svg=text", "--loader:.ttf=empty",
                    "--log-level=error", "--outfile=board.js"], cwd=WORK, check=True)
    return (WORK / "board.js").read_text(), (WORK / "board.css").read_text()


def seconds_of(text):
    amount, unit = re.fullmatch(r"(?:now-|\+)(\d+)([hd])", text).groups()
    return int(amount) * UNITS[unit]


class Drawing:
    def __init__(self, given, now):
        self.given, self.now = given, now
        self.db = connect(given.database, now)

    def period(self, board, panel=None):
        if panel and "timeFrom" in panel:
            return self.now, self.now + seconds_of(panel["timeFrom"])
        return self.now - seconds_of(board["time"]["from"]), self.now

    def ask(self, board, source, panel, target, chosen):
        period = self.period(board, panel)
        if source == "sqlite":
            text = expand(target["rawQueryText"], board, source, chosen, period)
            return [(None, frame) for frame in ask_sqlite(self.db, text, target["queryType"])]
        return ask_prometheus(self.given.prometheus, board, panel, target, chosen, period, SCRAPE_S)

    def answers(self, board, source, chosen):
        return {panel["id"]: [{"refId": target["refId"], "legend": legend, "fields": frame}
                              for target in panel["targets"]
                              for legend, frame in self.ask(board, source, panel, target, chosen)]
                for panel in panels(board)}

    def marks(self, board, source, chosen):
        """Times and colours of what the board marks."""
        found = []
        for mark in (mark for mark in marks(board) if mark["enable"]):
            if source == "sqlite":
                text = expand(mark["target"]["rawQueryText"], board, source, chosen, self.period(board))
                times = [row[0] for row in self.db.execute(text)]
            else:
                times = times_marked(self.given.prometheus, board, mark, chosen, self.period(board))
            found += [{"time": at, "color": mark["iconColor"]} for at in times]
        return found

    def page(self, board, source, theme, code):
        chosen = {"account": self.given.account, "token": self.given.token} if board["uid"].startswith(
            "ebb-token") else {}
        since, until = self.period(board)
        drawing = {"board": board, "answers": self.answers(board, source, chosen), "theme": theme, "width": WIDTH,
                   "marks": self.marks(board, source, chosen), "from": since, "to": until,
                   "texts": {name: chosen.get(name, "All") for name in ("account", "environment", "token")}}
        return PAGE.format(drawing=json.dumps(drawing).replace("</", "<\\/"), style=code[1],
                           code=code[0].replace("</script", "<\\/script"))


def make_scene(given, stage):
    """A database with a past, and a Prometheus that has seen it."""
    folder = pathlib.Path(stage.enter_context(tempfile.TemporaryDirectory()))
    given.database = History(folder, days=8, step_s=300, metrics=True).play()
    with open(folder / "history.om", "a") as samples:
        samples.write("# EOF\n")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", folder / "history.om", folder / "tsdb"],
                   check=True, stdout=subprocess.DEVNULL)
    port = free_port()
    server = Process("prometheus", "--config.file=/dev/null", f"--storage.tsdb.path={folder / 'tsdb'}",
                     "--storage.tsdb.retention.time=1y", f"--query.lookback-delta={LOOKBACK}",
                     f"--web.listen-address=127.0.0.1:{port}")
    stage.callback(server.stop)
    server.wait_line("Server is ready to receive web requests")
    given.prometheus = f"http://127.0.0.1:{port}"


def height_of(board):
    return max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in board["panels"]) * 38 + 72


def shoot(browser, page, picture, height):
    """Once every panel says that it is drawn. What Chromium complained of, and the panels that never were."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "page.html"
        file.write_text(page)
        browser.look(WIDTH, "light", math.ceil(height))
        browser.open(file.as_uri())
        said = []
        try:
            browser.wait(lambda b: b.run("return 'drawn' in document.documentElement.dataset"), "every panel")
        except TimeoutException:
            said.append(f"not drawn: {browser.run('return document.documentElement.dataset.waitsFor')}")
        browser.shot(picture)
    return said + [line for line in browser.complaints() if not any(word in line for word in HARMLESS)]


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--database", type=pathlib.Path, help="without it, one is made, and a Prometheus is started")
    options.add_argument("--out", type=pathlib.Path, required=True)
    options.add_argument("--prometheus", help="URL; without it, the boards for SQLite alone")
    options.add_argument("--only", help="fleet, token or health")
    options.add_argument("--theme", help="light or dark")
    options.add_argument("--account", default="main")
    options.add_argument("--token", default="prod-billing-api")
    given = options.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stage:
        if not given.database:
            make_scene(given, stage)
        browser = Browser()
        stage.callback(browser.close)
        raise SystemExit(draw(given, browser))


def draw(given, browser):
    """Whether Chromium complained."""
    now = connect(given.database, 0).execute("SELECT max(at) FROM v_poll").fetchone()[0]
    drawing, code, failed = Drawing(given, now), bundle(), False
    for (source, name), board in boards().items():
        if (given.only and name != given.only) or (source == "prometheus" and not given.prometheus):
            continue
        for theme in [given.theme] if given.theme else ["light", "dark"]:
            picture = given.out / f"{name}-{source}-{theme}.png"
            said = shoot(browser, drawing.page(board, source, theme, code), picture, height_of(board))
            print(picture, *said[:12], sep="\n  ")
            failed = failed or bool(said)
    return failed


main()
