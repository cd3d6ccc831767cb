"""Metrics: `ebb metrics` and `/metrics`, read by Prometheus' own tools and compared with what `ebb status` says."""

import json
import os
import pathlib
import re
import subprocess

import pytest
import yaml

from players import EBB, PATIENCE_S

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
