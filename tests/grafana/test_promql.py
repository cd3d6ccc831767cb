"""Every PromQL text of every dashboard, asked of a real Prometheus that has scraped a real Ebb: it answers with rows,
and what it says is what `ebb status` says, to the nano-dollar."""

import contextlib
import json
import shutil
import subprocess
import threading
import time

import pytest

from history import EBB, HOUR, History
from players import PATIENCE_S, Broker, Process, free_port
from promql import ask_prometheus, built_in, call, label_values
from source import boards, expand, marks, panels, variables

BOARDS = {name: board for (source, name), board in boards().items() if source == "prometheus"}
PANELS = [(name, panel["title"], n) for name, board in BOARDS.items() for n, panel in enumerate(panels(board))]
ONE = {"account": "main", "token": "prod-billing-api"}
MAY_BE_EMPTY = {("token", "Alerts firing"), ("token", "Alert levels")}  # nothing of this token fires at the end
CONFIG = """
http: {{listen: ["127.0.0.1:{http}"]}}
mqtt: {{host: 127.0.0.1, port: {mqtt}}}
"""
SCRAPES = """
global: {{scrape_interval: 1s, scrape_timeout: 1s}}
scrape_configs:
- job_name: ebb
  static_configs: [{{targets: ["127.0.0.1:{http}"]}}]
"""


class World:
    """A history, the daemon that goes on from there, a broker, and a Prometheus that scrapes."""

    def __init__(self, folder, stage):
        assert shutil.which("prometheus"), "the package prometheus is missing"
        self.history = History(folder / "past", days=5, step_s=2 * HOUR)
        stage.enter_context(self.history.lived())
        broker = Broker(folder / "broker").start()
        stage.callback(broker.stop)
        http, own = free_port(), free_port()
        with self.history.config.open("a") as config:
            config.write(CONFIG.format(http=http, mqtt=broker.port))
        daemon = Process(EBB, "run", "--config", self.history.config)
        stage.callback(daemon.stop)
        (folder / "prometheus.yml").write_text(SCRAPES.format(http=http))
        server = Process("prometheus", f"--config.file={folder / 'prometheus.yml'}",
                         f"--storage.tsdb.path={folder / 'tsdb'}", f"--web.listen-address=127.0.0.1:{own}")
        stage.callback(server.stop)
        server.wait_line("Server is ready to receive web requests")
        self.url = f"http://127.0.0.1:{own}"
        self.wait_for("count_over_time(ebb_token_balance_usd[1h]) >= 5 and on () ebb_mqtt_connected == 1")
        self.now = int(time.time())
        self.period = self.now - 300, self.now

    def wait_for(self, text):
        """Prometheus tells nobody what it has scraped: it is asked until it has."""
        end, pause = time.monotonic() + PATIENCE_S, threading.Event()
        while not call(self.url, "query", query=text)["result"]:
            assert time.monotonic() < end, f"waited {PATIENCE_S} s for {text}"
            pause.wait(0.2)

    def ask(self, name, panel):
        chosen = ONE if name == "token" else {}
        period = (self.now, self.now + 7 * 86400) if "timeFrom" in panel else self.period
        quick = {**panel, "interval": "1s"}  # as often as it is scraped here
        return [frame for target in panel["targets"]
                for _, frame in ask_prometheus(self.url, BOARDS[name], quick, target, chosen, period)]


@pytest.fixture(scope="session")
def world(tmp_path_factory):
    with contextlib.ExitStack() as stage:
        yield World(tmp_path_factory.mktemp("world"), stage)


@pytest.mark.parametrize("name, title, n", PANELS)
def test_a_panel_shows_something(world, name, title, n):
    panel = panels(BOARDS[name])[n]
    frames = world.ask(name, panel)
    assert frames or (name, title) in MAY_BE_EMPTY
    assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
    for frame in frames:
        assert any(value is not None for _, kind, values, _ in frame if kind == "number" for value in values)


@pytest.mark.parametrize("name, title, n", [row for row in PANELS if row[1] != "The next seven days"])
def test_what_is_merged_and_renamed_is_there(world, name, title, n):
    panel = panels(BOARDS[name])[n]
    fields = {column for frame in world.ask(name, panel) for column, _, _, _ in frame}
    for step in panel["transformations"]:
        for column in step["options"].get("renameByName", ()) if fields else ():
            assert column in fields or column in {"Value #C", "Value #B"}, column


@pytest.mark.parametrize("name", BOARDS)
def test_a_variable_offers_what_there_is(world, name):
    for variable in variables(BOARDS[name]).values():
        if variable["type"] == "query":
            text = variable["query"]["query"]
            assert label_values(world.url, BOARDS[name], text, {}, world.period), variable["name"]


@pytest.mark.parametrize("name", BOARDS)
def test_annotations_are_valid(world, name):
    for mark in marks(BOARDS[name]):
        text = expand(mark["expr"], BOARDS[name], "prometheus", ONE if name == "token" else {}, world.period,
                      built_in(300, world.period))
        call(world.url, "query_range", query=text, start=world.period[0], end=world.period[1], step=60)


def test_balances_are_those_of_status_to_the_nano_dollar(world):
    done = subprocess.run([EBB, "status", "--json", "--config", world.history.config], capture_output=True, text=True)
    said = {(t["account"], t["token"]): t for t in json.loads(done.stdout)["tokens"]}
    told = {(row["metric"]["account"], row["metric"]["token"]): float(row["value"][1])
            for row in call(world.url, "query", query="ebb_token_balance_usd")["result"]}
    assert {key: round(usd * 1e9) for key, usd in told.items()} == {
        key: round(float(t["balance_usd"]) * 1e9) for key, t in said.items() if t["balance_usd"] is not None}
    states = {(row["metric"]["account"], row["metric"]["token"]): row["metric"]["state"]
              for row in call(world.url, "query", query="ebb_token_state == 1")["result"]}
    assert states == {key: t["state"] for key, t in said.items()}
