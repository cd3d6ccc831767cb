"""Metrics: `ebb metrics` and `/metrics`, read by Prometheus' own tools and compared with what `ebb status` says."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import threading
import time

import pytest
import requests
import yaml
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics_families

from players import EBB, PATIENCE_S, Process, free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
NASTY = yaml.safe_load((ROOT / "tests" / "scenarios" / "nasty-names.yaml").read_text())["tokens"]
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}},
         {"name": "poor", "kind": "balance_below", "match": {"series": "credits"}, "levels": {"critical": "1000.00"}}]
SAMPLE = re.compile(r'([a-zA-Z_:][\w:]*)(?:\{(.*)\})? (\S+)')
LABEL = re.compile(r'(\w+)="((?:[^"\\\n]|\\.)*)"(?:,|$)')
ESCAPES = {"\\\\": "\\", "\\n": "\n", '\\"': '"'}


def ebb(daemon, *arguments):
    done = subprocess.run([str(EBB), *arguments, "--config", str(daemon.path)], capture_output=True, text=True,
                          timeout=PATIENCE_S)
    assert done.returncode == 0, done.stderr
    return done.stdout


def parse(text):
    """{(name, labels): value as written}; fails on a series that is there twice."""
    series = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = SAMPLE.fullmatch(line).groups()
        found = LABEL.findall(labels or "")
        assert ",".join(f'{k}="{v}"' for k, v in found) == (labels or ""), line
        key = name, tuple(sorted((k, re.sub(r"\\.", lambda m: ESCAPES[m[0]], v)) for k, v in found))
        assert len(dict(key[1])) == len(key[1]), f"a label twice: {line}"
        assert key not in series, f"a series twice: {line}"
        series[key] = value
    return series


def value(all_series, metric, **labels):
    """The value of the one series of that name that has these labels among others."""
    found = [v for (name, of), v in all_series.items() if name == metric and labels.items() <= dict(of).items()]
    assert len(found) == 1, (metric, labels, found)
    return found[0]


def absent(all_series, metric, **labels):
    return not [v for (name, of), v in all_series.items() if name == metric and labels.items() <= dict(of).items()]


def promtool_check(text):
    done = subprocess.run(["promtool", "check", "metrics"], input=text, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.fixture
def polled(sim, make_daemon):
    """Money burnt to the nano-dollar, a reset to come, a token without a budget; the daemon has ended."""
    sim.set_credits("500.25")
    sim.create("prod-rich-api", balance="50.00", balance_reset_period="daily", balance_reset_amount="50.00",
               expire_time="2031-05-06T07:08:09Z")
    sim.create("plain", balance="5.00")
    sim.create("dev-free")
    daemon = make_daemon(sim.url, rules=RULES).start()
    daemon.wait_polls(1)
    sim.set_balance("prod-rich-api", "47.123456789")
    daemon.wait_polls(3)
    daemon.stop()
    return daemon


def test_metrics_say_what_status_says_to_the_last_nano_dollar(polled):
    series, status = parse(ebb(polled, "metrics")), json.loads(ebb(polled, "status", "--json"))
    assert len(status["tokens"]) == 3
    for token in status["tokens"]:
        balance = token["balance_usd"]
        if balance is None:
            assert absent(series, "ebb_token_balance_usd", token=token["token"])
        else:
            assert json.loads(value(series, "ebb_token_balance_usd", token=token["token"])) == balance
        assert value(series, "ebb_token_state", token=token["token"], state=token["state"]) == "1"
    assert value(series, "ebb_token_balance_usd", token="prod-rich-api", environment="prod") == "47.123456789"
    assert value(series, "ebb_token_spent_usd_total", token="prod-rich-api") == "2.876543211"
    assert json.loads(value(series, "ebb_credits_balance_usd", account="main")) == status["credits"][0]["balance_usd"]
    assert value(series, "ebb_poll_listed_tokens", account="main") == "3"


def test_what_is_not_known_has_no_series(polled):
    series = parse(ebb(polled, "metrics"))
    assert not [v for v in series.values() if "nan" in v.lower() or "inf" in v.lower()]
    assert value(series, "ebb_token_expiry_timestamp_seconds", token="prod-rich-api") == "1935817689"
    assert absent(series, "ebb_token_expiry_timestamp_seconds", token="plain")
    assert int(value(series, "ebb_token_reset_timestamp_seconds", token="prod-rich-api")) % 3600 == 0
    assert absent(series, "ebb_token_reset_timestamp_seconds", token="plain")
    assert absent(series, "ebb_token_reset_amount_usd", token="plain")
    assert absent(series, "ebb_token_exhaustion_timestamp_seconds", token="dev-free")
    assert absent(series, "ebb_token_available_usd", token="dev-free")
    assert absent(series, "ebb_token_spent_usd_total", token="dev-free"), "no balance tells what it spent"
    assert value(series, "ebb_token_spent_usd_total", token="plain") == "0.00"
    assert absent(series, "ebb_token_info", token="plain", environment="plain")
    assert absent(series, "ebb_forecast_coverage_ratio"), "nothing has come due"
    for metric in ("ebb_api_requests_total", "ebb_polls_total", "ebb_mqtt_connected", "process_cpu_seconds_total"):
        assert absent(series, metric), "no daemon is asked"


def test_alerts_that_fire_have_a_level_and_are_counted(polled):
    series = parse(ebb(polled, "metrics"))
    assert value(series, "ebb_alert_level", series="token", token="plain", rule="low") == "2"
    assert value(series, "ebb_alert_level", series="credits", rule="poor") == "3"
    assert absent(series, "ebb_alert_level", token="prod-rich-api")
    counts = [value(series, "ebb_alerts", account="main", level=level) for level in ("info", "warning", "critical")]
    assert counts == ["0", "1", "1"]


def test_both_formats_are_what_their_readers_expect(polled):
    text, open_metrics = ebb(polled, "metrics"), ebb(polled, "metrics", "--openmetrics")
    promtool_check(text)
    assert open_metrics.endswith("\n# EOF\n") and "# EOF" not in text
    assert "# TYPE ebb_token_spent_usd counter\n# UNIT ebb_token_spent_usd usd\n" in open_metrics
    assert "# TYPE ebb_token info\n" in open_metrics
    units = re.findall(r"# UNIT (\S+) (\S+)", open_metrics)
    assert units and all(name.endswith("_" + unit) for name, unit in units)
    assert {f.name for f in open_metrics_families(open_metrics)} >= {"ebb_token", "ebb_token_spent_usd", "ebb_alerts"}
    moving = {"ebb_store_journal_bytes"}
    assert {k: v for k, v in parse(text).items() if k[0] not in moving} \
        == {k: v for k, v in parse(open_metrics).items() if k[0] not in moving}


def test_every_nasty_name_is_one_series(sim, make_daemon):
    for token in NASTY:
        sim.create(token["name"], balance="1.00")
    daemon = make_daemon(sim.url, rules=RULES).start()
    daemon.wait_polls(2)
    daemon.stop()
    text = ebb(daemon, "metrics")
    promtool_check(text)
    series = parse(text)
    for token in NASTY:
        assert value(series, "ebb_token_balance_usd", token=token["name"]) == "1.00"
        assert value(series, "ebb_alert_level", token=token["name"], rule="low") == "2"
    assert len(NASTY) == len([1 for name, _ in series if name == "ebb_token_balance_usd"])


def test_tokens_beyond_the_limit_are_counted_and_nothing_else(polled):
    series = parse(ebb(polled, "metrics", "--tokens-max", "2"))
    assert value(series, "ebb_metrics_left_out_tokens") == "1"
    assert value(series, "ebb_account_tokens", account="main") == "3"
    assert len([1 for name, _ in series if name == "ebb_token_info"]) == 2


def test_a_file_is_replaced_as_a_whole(polled, tmp_path):
    file = tmp_path / "collector" / "ebb.prom"
    file.parent.mkdir()
    file.write_text("old\n")
    before = os.stat(file).st_ino
    assert ebb(polled, "metrics", "--output", str(file)) == ""
    assert os.stat(file).st_ino != before and os.listdir(file.parent) == ["ebb.prom"]
    promtool_check(file.read_text())
    gone = subprocess.run([str(EBB), "metrics", "--config", str(polled.path), "--output", str(tmp_path / "no" / "f")],
                          capture_output=True, text=True)
    assert gone.returncode == 1 and "no/f" in gone.stderr


def test_spending_is_a_counter_that_nothing_lowers(sim, broker, subscriber, make_daemon):
    """A top-up, an edit, a restart, and a booking that is taken back because it never happened."""
    def spent():
        return value(parse(ebb(daemon, "metrics")), "ebb_token_spent_usd_total", token="prod-a")
    sim.create("prod-a", balance="98.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(4)
    assert spent() == "0.00"
    sim.set_balance("prod-a", "2.40")
    subscriber.wait_event(kind="raised", rule="low")
    assert spent() == "95.60"
    sim.set_balance("prod-a", "97.95")
    subscriber.wait_event(kind="resolved", rule="low")
    daemon.wait_polls(1)
    assert daemon.database.one("SELECT spent_nano FROM token_now") == 50000000
    assert spent() == "95.60"
    sim.set_balance("prod-a", "150.00")
    daemon.wait_polls(2)
    daemon.stop()
    assert spent() == "95.60"
    daemon.start()
    daemon.wait_polls(1)
    assert spent() == "95.60"


def test_consumption_is_counted_by_feature_and_provider(sim, make_daemon):
    sim.create("prod-open")
    sim.spend("prod-open", 0.25)
    sim.spend(None, 1.5)
    daemon = make_daemon(sim.url).start()
    daemon.process.wait_line("consumption of [0-9]+ payers stored")
    daemon.stop()
    series = parse(ebb(daemon, "metrics"))
    reported = daemon.database.rows(
        "SELECT t.kind, f.text, p.text, u.cost_nano FROM usage_provider u JOIN token t ON t.id = u.token "
        "JOIN word f ON f.id = u.feature JOIN word p ON p.id = u.provider")
    assert {kind for kind, *_ in reported} == {"token", "key"}
    for kind, feature, provider, nano in reported:
        labels = {"token": "prod-open", "environment": "prod"} if kind == "token" else {}
        key = {"account": "main", "feature": feature, "provider": provider, **labels}
        assert float(series["ebb_usage_usd_total", tuple(sorted(key.items()))]) == nano / 1e9


OPEN_METRICS = "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75," \
    "text/plain;version=0.0.4;q=0.5,*/*;q=0.1"


class Prometheus:
    """A real one that scrapes a target every second, with the rules of this repository."""

    def __init__(self, folder, target):
        self.url, self.folder = f"http://127.0.0.1:{free_port()}", folder
        shutil.copytree(ROOT / "grafana" / "prometheus", folder)
        config = yaml.safe_load((folder / "prometheus.yml").read_text())
        config["global"] = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        config["scrape_configs"][0].update(scrape_interval="1s", static_configs=[{"targets": [target]}])
        (folder / "prometheus.yml").write_text(yaml.safe_dump(config))

    def start(self):
        self.process = Process("prometheus", f"--config.file={self.folder}/prometheus.yml",
                               f"--storage.tsdb.path={self.folder}/data",
                               f"--web.listen-address={self.url.removeprefix('http://')}")
        self.process.wait_line("Server is ready to receive web requests")
        return self

    def query(self, expression):
        answer = requests.get(f"{self.url}/api/v1/query", params={"query": expression}, timeout=PATIENCE_S).json()
        assert answer["status"] == "success", answer
        return [(sample["metric"], sample["value"][1]) for sample in answer["data"]["result"]]

    def wait(self, expression):
        """The result of a query, once it has one: the next scrape may be what brings it."""
        end, pause = time.monotonic() + PATIENCE_S, threading.Event()
        while not (found := self.query(expression)):
            assert time.monotonic() < end, f"no result of {expression}"
            pause.wait(0.1)
        return found


@pytest.fixture
def watched(sim, broker, make_daemon):
    """A daemon that runs, with a broker and a door; nothing is spent any more."""
    sim.set_credits("500.25")
    sim.create("prod-rich-api", balance="50.00", balance_reset_period="daily", balance_reset_amount="50.00")
    sim.create("plain", balance="5.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    daemon.address = f"127.0.0.1:{free_port()}"
    daemon.settings["http"] = {"listen": daemon.address}
    daemon.write()
    daemon.start()
    daemon.wait_polls(1)
    sim.set_balance("prod-rich-api", "47.123456789")
    daemon.wait_polls(4)
    return daemon


def scrape(daemon, accept="*/*"):
    answer = requests.get(f"http://{daemon.address}/metrics", headers={"Accept": accept}, timeout=PATIENCE_S)
    assert answer.status_code == 200, answer.text
    answer.encoding = "utf-8"
    return answer


def test_a_running_daemon_counts_what_no_database_knows(watched):
    series = parse(scrape(watched).text)
    assert int(value(series, "ebb_api_requests_total", account="main", code="200")) >= 4
    assert absent(series, "ebb_api_requests_total", code="none")
    assert int(value(series, "ebb_polls_total", account="main", result="ok")) >= 4
    assert value(series, "ebb_polls_total", account="main", result="broken") == "0"
    assert value(series, "ebb_mqtt_connected") == value(series, "ebb_mqtt_connections_total") == "1"
    assert value(series, "ebb_store_writable") == "1"
    assert float(value(series, "process_cpu_seconds_total")) > 0
    assert 0 <= time.time() - int(value(series, "process_start_time_seconds")) < 600
    promtool_check(scrape(watched).text)


def test_the_format_is_the_one_that_was_asked_for(watched):
    text, open_metrics = scrape(watched), scrape(watched, OPEN_METRICS)
    assert text.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert open_metrics.headers["Content-Type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert [f for f in open_metrics_families(open_metrics.text) if f.name == "process_cpu_seconds"]


def test_prometheus_stores_what_status_says_to_the_last_nano_dollar(watched, stage, tmp_path):
    prometheus = Prometheus(tmp_path / "prometheus", watched.address).start()
    stage.callback(prometheus.process.stop)
    status = json.loads(ebb(watched, "status", "--json"))
    assert prometheus.wait('up{job="ebb"}')[0][1] == "1"
    stored = {m["token"]: float(v) for m, v in prometheus.wait("ebb_token_balance_usd")}
    assert stored == {t["token"]: t["balance_usd"] for t in status["tokens"]}
    assert stored["prod-rich-api"] == 47.123456789
    assert [float(v) for _, v in prometheus.wait("ebb_credits_balance_usd")] == [status["credits"][0]["balance_usd"]]
    assert [v for _, v in prometheus.wait('ebb_token_spent_usd_total{token="prod-rich-api"}')] == ["2.876543211"]
    states = {m["token"]: m["state"] for m, v in prometheus.wait("ebb_token_state == 1")}
    assert states == {t["token"]: t["state"] for t in status["tokens"]}
    assert prometheus.wait("account:ebb_token_balance_usd:sum")[0][1] == "52.123456789"
    meta = requests.get(f"{prometheus.url}/api/v1/metadata", timeout=PATIENCE_S).json()["data"]
    assert meta["ebb_token_spent_usd"][0]["type"] == "counter" and meta["ebb_token_spent_usd"][0]["unit"] in ("usd", "")


def test_prometheus_raises_the_alert_when_the_daemon_is_gone(watched, stage, tmp_path):
    prometheus = Prometheus(tmp_path / "prometheus", watched.address).start()
    stage.callback(prometheus.process.stop)
    prometheus.wait('up{job="ebb"} == 1')
    watched.stop()
    pending = prometheus.wait('ALERTS{alertname="EbbDown"}')
    assert pending[0][0]["severity"] == "critical"
