"""What commands answer when nothing matches, and with what status; and what they show of what was asked for only."""

import json
import re
import signal

import pytest

from test_clock import WallClock
from test_terminal import on_terminal

RULES = [
    {"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}},
    {"name": "share", "kind": "percent_below", "levels": {"warning": "50%"}},
    {"name": "tests-low", "kind": "balance_below", "levels": {"info": "3.00"}, "match": {"type": "sandbox_api_token"}},
]


@pytest.fixture
def daemon(sim, make_daemon):
    sim.create("prod-app", balance="20.00")
    sim.create("ci-tests", balance="2.00", token_type="sandbox_api_token")
    daemon = make_daemon(sim.url, rules=RULES)
    assert daemon.run("once").returncode == 0
    return daemon


@pytest.mark.parametrize("arguments", [
    ["status", "--match", "zzz"], ["status", "--match", "zzz", "--json"], ["report", "--token", "zzz"],
    ["report", "--token", "zzz", "--json"], ["report", "--environment", "zzz"], ["tokens", "list", "zzz"],
    ["tokens", "list", "--type", "zzz", "--json"], ["history", "zzz"], ["audit", "--token", "zzz"], ["gate", "zzz"],
    ["forecast", "zzz"], ["alerts", "--account", "zzz"],
])
def test_a_command_that_finds_nothing_says_so_and_exits_3(daemon, arguments):
    done = daemon.run(*arguments)
    assert done.returncode == 3 and (done.stderr or "unknown" in done.stdout), done
    if "--json" in arguments:
        json.loads(done.stdout)


@pytest.mark.parametrize("arguments", [["status"], ["alerts"], ["alerts", "--past"], ["report"], ["tokens", "list"],
                                       ["report", "--token", "prod-*"], ["status", "--match", "*-app"]])
def test_an_answer_that_happens_to_be_empty_is_none_the_less_an_answer(daemon, arguments):
    assert daemon.run(*arguments).returncode == 0


def test_history_shows_nothing_older_than_what_was_asked_for(sim, daemon, tmp_path):
    wall = WallClock(tmp_path, daemon)
    wall.set("+5h")
    empty = daemon.run("history", "prod-app", "--since", "3h")
    assert empty.returncode == 3 and empty.stdout == "" and "nothing changed" in empty.stderr
    sim.spend("prod-app", 0.5)
    assert daemon.run("once").returncode == 0
    rows = json.loads(daemon.run("history", "prod-app", "--since", "3h", "--json").stdout)
    assert [row["balance_usd"] for row in rows] == [19.5]
    rows = json.loads(daemon.run("history", "prod-app", "--since", "6h", "--json").stdout)
    assert [row["balance_usd"] for row in rows] == [20, 19.5]


def test_a_time_needs_no_seconds(daemon):
    assert daemon.run("history", "prod-app", "--since", "2020-11-18T09:00Z").returncode == 0
    assert daemon.run("report", "--since", "2020-11-18T09:00Z").returncode == 0


def test_until_takes_what_its_help_says(daemon):
    refused = daemon.run("forecast", "prod-app", "--until", "never")
    assert refused.returncode == 2 and "or never" not in refused.stderr
    assert daemon.run("forecast", "prod-app", "--until", "2001-01-01").returncode == 2
    assert daemon.run("forecast", "prod-app", "--until", "30d").returncode == 0


def test_a_sandbox_key_raises_no_alert_about_its_balance_unless_a_rule_asks_for_its_type(sim, daemon):
    sim.set_balance("ci-tests", "0.50")
    sim.set_balance("prod-app", "9.00")
    daemon.run("once")
    firing = {(row["token"], row["rule"]) for row in json.loads(daemon.run("alerts", "--json").stdout)}
    assert firing == {("prod-app", "low"), ("prod-app", "share"), ("ci-tests", "tests-low")}


def test_a_plan_shows_only_what_changes(sim, daemon, tmp_path):
    sim.create("dev-x", balance_reset_period="weekly", balance_reset_amount="5.00")
    file = tmp_path / "fleet.yaml"
    file.write_text("tokens:\n  - name: dev-x\n    reset: {period: weekly, amount: 9.00}\n")
    plan = daemon.run("tokens", "plan", file)
    assert plan.returncode == 0 and "reset to: 5.00 USD -> 9.00 USD" in plan.stdout
    for was, wanted in re.findall(r": (\S+) -> (\S+)$", plan.stdout, re.M):
        assert was != wanted, plan.stdout
    changed = daemon.run("tokens", "update", "dev-x", "--reset", "weekly", "--reset-amount", "9.00")
    assert changed.returncode == 0 and "weekly -> weekly" not in changed.stdout


@pytest.mark.parametrize("keys", [b"q", b"xxq"])
def test_q_ends_a_watch(daemon, keys):
    status, lines = on_terminal(daemon, 120, "status", "--watch", keys=keys)
    assert status == 0 and any("prod-app" in line for line in lines)


def test_a_scenario_that_is_not_there_is_told_in_our_words(daemon):
    done = daemon.run("sim", "--scenario", "no-such-file.yaml")
    assert done.returncode == 2 and "no-such-file.yaml" in done.stderr and len(done.stderr.splitlines()) == 1
    assert "libfyaml" not in done.stderr and "fy_" not in done.stderr


def numbers_and_names(value, path=""):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, inner
            yield from numbers_and_names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from numbers_and_names(inner)


def test_json_names_one_thing_one_way_and_writes_plain_decimals(sim, broker, subscriber, make_daemon):
    sim.create("prod-app", balance="20.000000001")
    sim.set_credits("123456.123456789")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    for cost in ("0.25", "15.5", "1e-9"):
        assert daemon.run("once").returncode == 0
        sim.spend("prod-app", float(cost))
    texts = [daemon.run(*arguments, "--json").stdout for arguments in (
        ["status"], ["forecast", "prod-app"], ["forecast", "--credits"], ["alerts"], ["alerts", "--past"], ["report"],
        ["history", "prod-app"], ["gate", "prod-app"], ["audit"], ["tokens", "list"], ["tokens", "show", "prod-app"])]
    texts += [payload for topic, payload in subscriber.retained().items() if topic != "ebb/status"]
    texts += [json.dumps(event) for event in subscriber.events()]
    names = set()
    for text in texts:
        names |= {name for name, _ in numbers_and_names(json.loads(text))}
        for number in re.findall(r"(?<=[\s:\[,])-?\d[\d.eE+-]*(?=[,\]}\s])", re.sub(r'"[^"]*"', '""', text)):
            assert re.fullmatch(r"-?\d+(\.\d{1,9})?", number), (number, text[:200])
    assert {"state", "balance_usd", "budgeted", "forecasts"} <= names
    assert not names & {"verdict", "credits_usd", "active_balance", "record"}
