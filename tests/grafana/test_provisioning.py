"""What Grafana is provisioned with fits together: data sources, folders, alert rules. Each rule's SQL is asked of a
database that Ebb wrote, and fires where it is meant to."""

import json
import re
import subprocess

import pytest
import yaml

from source import ROOT, SOURCES, ask_sqlite, boards, connect, panels

PROVISIONING = ROOT / "grafana" / "provisioning"
RULES = [rule for group in yaml.safe_load((PROVISIONING / "alerting" / "ebb.yaml").read_text())["groups"]
         for rule in group["rules"]]


def source_of(name):
    return yaml.safe_load((PROVISIONING / "datasources" / f"ebb-{name}.yaml").read_text())["datasources"][0]


def rows(past, rule, later_s=0):
    query = next(part for part in rule["data"] if part["refId"] == "A")["model"]
    assert query["queryText"] == query["rawQueryText"], "the plugin needs both texts"
    frame, = ask_sqlite(connect(past.path, past.now + later_s), query["queryText"], "table")
    kinds = [kind for _, kind, values, _ in frame if values]
    assert kinds.count("number") == (1 if kinds else 0), "an alert compares one number"
    names = [name for name, _, _, _ in frame]
    return [dict(zip(names, row)) for row in zip(*(values for _, _, values, _ in frame))]


def rule_of(uid):
    return next(rule for rule in RULES if rule["uid"] == uid)


@pytest.mark.parametrize("name", SOURCES)
def test_a_data_source_is_of_the_plugin_that_the_boards_ask_for(name):
    source = source_of(name)
    assert (source["uid"], source["type"]) == (f"ebb-{name}", SOURCES[name])


def test_the_plugin_accepts_the_path_and_waits_for_a_writer():
    settings = source_of("sqlite")["jsonData"]
    assert "credentials" not in settings["path"] and settings["path"] == "/var/lib/ebb/ebb.db"
    assert "_pragma=busy_timeout(5000)" in settings["pathOptions"] and "mode=ro" in settings["pathOptions"]


@pytest.fixture
def copied(tmp_path):
    """A file system after all that docs/dashboards.md says to copy was copied, in the order of the page."""
    for folder in ("dashboards", "datasources", "alerting"):
        (tmp_path / "etc" / "grafana" / "provisioning" / folder).mkdir(parents=True)
    (tmp_path / "etc" / "prometheus").mkdir()
    page = (ROOT / "docs" / "dashboards.md").read_text()
    commands = [line.strip() for block in re.findall(r"```text\n(.*?)```", page, re.S) for line in block.splitlines()]
    for command in commands:
        if command.startswith(("cp ", "mkdir ")):
            there = re.sub(r" /(etc|var)/", rf" {tmp_path}/\1/", command)
            subprocess.run(there, shell=True, cwd=ROOT, check=True)
    return tmp_path


def test_what_the_page_says_to_copy_is_all_that_is_needed(copied):
    provider, = yaml.safe_load((copied / "etc/grafana/provisioning/dashboards/ebb.yaml").read_text())["providers"]
    shown = [json.loads(path.read_text()) for path in copied.joinpath(provider["options"]["path"][1:]).rglob("*.json")]
    assert len({board["uid"] for board in shown}) == len(shown) == 6
    provisioned = {path.name for path in (copied / "etc/grafana/provisioning").rglob("*.yaml")}
    assert provisioned == {"ebb.yaml", "ebb-sqlite.yaml", "ebb-prometheus.yaml", "ebb-contact-point.yaml"}


def test_prometheus_accepts_what_the_page_says_to_copy(copied):
    subprocess.run(["promtool", "check", "config", copied / "etc/prometheus/prometheus.yml"], check=True)


def test_grafana_does_not_read_the_example_by_itself():
    example = PROVISIONING / "alerting" / "ebb-contact-point.yaml.example"
    told = yaml.safe_load(example.read_text())
    assert told["policies"][0]["receiver"] == told["contactPoints"][0]["name"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["uid"])
def test_a_rule_asks_a_source_that_is_there_and_shows_a_panel_that_is_there(rule):
    assert {part["datasourceUid"] for part in rule["data"]} == {"ebb-sqlite", "__expr__"}
    shown = rule["annotations"]
    board = next(b for b in boards().values() if b["uid"] == shown["__dashboardUid__"])
    assert int(shown["__panelId__"]) in {panel["id"] for panel in panels(board)}
    assert rule["condition"] in {part["refId"] for part in rule["data"]}
    assert rule["labels"]["app"] == "ebb" and rule["labels"]["severity"] in ("warning", "critical")


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["uid"])
def test_the_words_of_a_summary_are_columns(past, rule):
    query = next(part for part in rule["data"] if part["refId"] == "A")["model"]["queryText"]
    cursor = connect(past.path, past.now).execute(query)
    assert set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])) <= {name for name, *_ in
                                                                                    cursor.description}


def test_tokens_that_run_dry_fire_one_by_one(past):
    found = {row["token"] for row in rows(past, rule_of("ebb-runs-dry"))}
    assert found and found == {name for name, in past.rows("SELECT token FROM v_token WHERE verdict = 'runs_dry'")}


def test_what_is_exhausted_fires(past):
    found = {row["token"] for row in rows(past, rule_of("ebb-exhausted"))}
    assert found == {name for name, in past.rows("SELECT token FROM v_token WHERE verdict = 'exhausted'")}


def test_accounts_fire_once_nobody_polls_them(past):
    assert rows(past, rule_of("ebb-stale")) == []
    assert {row["account"] for row in rows(past, rule_of("ebb-stale"), later_s=86400)} == {"main", "lab"}


def test_nothing_waits_for_a_broker_that_is_not_configured(past):
    assert rows(past, rule_of("ebb-outbox")) == []
