"""The dashboards keep every rule of lint.py, and each rule finds a board that breaks it."""

import copy
import importlib
import re
import subprocess
import sys

import pytest

import lint
from source import ROOT, boards, marks, panels, variables

BOARDS = boards()
# What one source knows and the other does not: failures with their reasons; past forecasts and the process.
ONLY_HERE = {"Failed polls", "CPU of the agent", "Runway over time", "Burn rate over time"}


def first(board, kind):
    return next(panel for panel in panels(board) if panel["type"] == kind)


def with_text(board, change):
    """Spoils the queries of the first panel over time."""
    target = first(board, "timeseries")["targets"][0]
    for key in {"queryText", "rawQueryText", "expr"} & set(target):
        target[key] = change(target[key])


def put(thing, **values):
    thing.update(values)


# Rule -> source and what breaks it, one thing at a time.
SPOILERS = {
    "the_source_is_chosen_by_a_variable": [
        ("sqlite", lambda b: b["templating"]["list"].pop(0)),
        ("sqlite", lambda b: put(panels(b)[0]["datasource"], uid="P1234")),
        ("prometheus", lambda b: put(panels(b)[0]["targets"][0]["datasource"], uid="ebb-prometheus")),
        ("sqlite", lambda b: put(marks(b)[0], datasource=None)),
        ("prometheus", lambda b: put(variables(b)["token"], datasource={"type": "prometheus", "uid": "mine"}))],
    "it_can_be_provisioned": [
        ("sqlite", lambda b: put(b, id=7)), ("sqlite", lambda b: put(b, uid="")),
        ("sqlite", lambda b: put(b, schemaVersion=16)), ("sqlite", lambda b: put(b, __inputs=[]))],
    "choices_have_all": [
        ("sqlite", lambda b: put(variables(b)["token"], includeAll=False)),
        ("prometheus", lambda b: put(variables(b)["account"], allValue=None)),
        ("sqlite", lambda b: b["templating"]["list"].pop())],
    "panels_explain_themselves": [
        ("sqlite", lambda b: put(panels(b)[0], title="")), ("sqlite", lambda b: put(panels(b)[0], description="")),
        ("sqlite", lambda b: panels(b)[0]["fieldConfig"]["defaults"].pop("unit")),
        ("sqlite", lambda b: put(panels(b)[0]["fieldConfig"]["defaults"], unit="dollars")),
        ("sqlite", lambda b: panels(b)[0]["fieldConfig"]["defaults"].pop("noValue")),
        ("sqlite", lambda b: panels(b)[0]["fieldConfig"]["defaults"].pop("thresholds")),
        ("sqlite", lambda b: put(panels(b)[0], type="heatmap"))],
    "panels_lie_on_the_grid": [
        ("sqlite", lambda b: put(panels(b)[1]["gridPos"], x=0)),
        ("sqlite", lambda b: put(panels(b)[7]["gridPos"], w=4)),
        ("sqlite", lambda b: put(panels(b)[1], id=panels(b)[0]["id"]))],
    "refresh_is_not_faster_than_polls": [
        ("sqlite", lambda b: put(b, refresh="10s")),
        ("sqlite", lambda b: b["timepicker"]["refresh_intervals"].append("5s"))],
    "links_keep_time_and_variables": [
        ("sqlite", lambda b: b["links"].pop()), ("sqlite", lambda b: put(b["links"][0], keepTime=False)),
        ("sqlite", lambda b: put(b["links"][0], includeVars=False)),
        ("sqlite", lambda b: put(first(b, "table")["fieldConfig"]["overrides"][0]["properties"][0]["value"][0],
                                 url="/d/ebb-token-sqlite"))],
    "what_happened_is_marked": [("sqlite", lambda b: b["annotations"]["list"].pop())],
    "sql_reads_views_only": [
        ("sqlite", lambda b: with_text(b, lambda t: t + "\n--\nFROM token")),
        ("sqlite", lambda b: with_text(b, lambda t: t.replace("FROM v_hour_part", "FROM hourly")))],
    "sql_is_what_the_plugin_understands": [
        ("sqlite", lambda b: put(panels(b)[0]["targets"][0], queryText="")),
        ("sqlite", lambda b: with_text(b, lambda t: t + " AND $__timeFilter(at)")),
        ("sqlite", lambda b: with_text(b, lambda t: t.replace("$__from / 1000", "$__from"))),
        ("sqlite", lambda b: with_text(b, lambda t: t.replace("${token:sqlstring}", "$token"))),
        ("sqlite", lambda b: with_text(b, lambda t: t.replace("ORDER BY time", "")))],
    "series_have_names": [
        ("sqlite", lambda b: first(b, "timeseries")["fieldConfig"]["defaults"].pop("displayName")),
        ("prometheus", lambda b: put(first(b, "timeseries")["targets"][0], legendFormat="__auto"))],
    "counters_are_read_by_their_rate": [
        ("prometheus", lambda b: with_text(b, lambda t: "sum(ebb_token_spent_usd_total)"))],
    "rates_fit_the_scrape_interval": [
        ("prometheus", lambda b: with_text(b, lambda t: 'rate(ebb_token_spent_usd_total{token="a"}[5m])'))],
}


@pytest.mark.parametrize("source, name", BOARDS)
def test_a_board_keeps_every_rule(source, name):
    assert lint.faults(BOARDS[source, name], source) == []


def test_every_rule_is_broken_by_something():
    assert set(SPOILERS) == {check.__name__ for check in lint.RULES}


@pytest.mark.parametrize("rule, number", [(rule, n) for rule, them in SPOILERS.items() for n in range(len(them))])
def test_a_rule_finds_what_breaks_it(rule, number):
    source, spoil = SPOILERS[rule][number]
    board = copy.deepcopy(BOARDS[source, "fleet"])
    spoil(board)
    assert lint.faults(board, source, [getattr(lint, rule)]), "not found"


@pytest.mark.parametrize("name", ["fleet", "token", "health"])
def test_both_sources_have_the_same_panels(name):
    def shown(source):
        return [(p["title"], p["type"], p["gridPos"], p["fieldConfig"]["defaults"]["unit"]) for p in
                panels(BOARDS[source, name]) if p["title"] not in ONLY_HERE]
    assert shown("sqlite") == shown("prometheus")


def test_the_files_are_what_the_generator_writes():
    subprocess.run([sys.executable, ROOT / "grafana" / "boards.py", "--check"], check=True)


def test_the_generator_finds_a_file_that_was_edited_by_hand(monkeypatch):
    monkeypatch.syspath_prepend(str(ROOT / "grafana"))
    generator = importlib.import_module("boards")
    edited = {path: re.sub("Burn rate", "Burn", text) for path, text in generator.files().items()}
    monkeypatch.setattr(generator, "files", lambda: edited)
    monkeypatch.setattr(sys, "argv", ["boards.py", "--check"])
    assert generator.main()


