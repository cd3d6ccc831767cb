#!/usr/bin/env python3
"""Writes the dashboards: three boards, each for SQLite and for Prometheus.

    python3 grafana/boards.py             writes grafana/dashboards/*.json
    python3 grafana/boards.py --check     says which of them are not what it would write, and fails if there are any
"""

import json
import pathlib
import sys

import fleet_board
import health_board
import token_board
from panels import PLUGINS, PROMETHEUS, SCHEMA_VERSION, SQLITE, datasource, lay

HERE = pathlib.Path(__file__).resolve().parent
BOARDS = (fleet_board, token_board, health_board)
NAMES = {SQLITE: "SQLite", PROMETHEUS: "Prometheus"}
REFRESH = "5m"  # the default poll interval: between two polls there is nothing new
ALL = {"text": "All", "value": "$__all"}


def board_uid(board, source):
    return f"ebb-{board.NAME}-{source}"


def source_variable(source):
    return {"type": "datasource", "name": "datasource", "label": "Data source", "query": PLUGINS[source], "regex": "",
            "current": {}, "hide": 0, "refresh": 1, "multi": False, "includeAll": False, "options": []}


def choice_query(text, source):
    """What fills a variable. A query of Prometheus carries its name of the editor that shows it."""
    if source == SQLITE:
        return text
    return {"qryType": 1, "query": text, "refId": "PrometheusVariableQueryEditor-VariableQuery"}


def choice_variable(choice, source):
    query = choice.query[source]
    shown = {"type": "query", "name": choice.name, "label": choice.name.capitalize(), "datasource": datasource(source),
             "query": choice_query(query, source), "definition": query, "regex": "", "refresh": 2, "sort": 5, "hide": 0,
             "multi": choice.all is not None, "includeAll": choice.all is not None, "options": [],
             "current": ALL if choice.all else {}, "description": choice.description}
    if choice.all:
        shown["allValue"] = choice.all[source]
    return shown


def annotation(mark, source):
    shown = {"name": mark.name, "datasource": datasource(source), "enable": mark.on, "hide": False,
             "iconColor": mark.color}
    if source == SQLITE:
        shown["target"] = {"refId": "Anno", "queryText": mark.sqlite, "rawQueryText": mark.sqlite, "queryType": "table",
                           "timeColumns": ["time"]}
    else:
        shown |= {"expr": mark.prometheus, "step": "5m", "titleFormat": mark.name, "textFormat": mark.text,
                  "tagKeys": ""}
    return shown


def board_link(other, source):
    return {"type": "link", "title": other.TITLE, "url": f"/d/{board_uid(other, source)}", "icon": "dashboard",
            "tooltip": other.DESCRIPTION, "keepTime": True, "includeVars": True, "targetBlank": False,
            "asDropdown": False, "tags": []}


def board_json(board, source):
    built_in = {"builtIn": 1, "datasource": {"type": "grafana", "uid": "-- Grafana --"}, "enable": True, "hide": True,
                "iconColor": "rgba(0, 211, 255, 1)", "name": "Annotations & Alerts", "type": "dashboard"}
    return {
        "id": None, "uid": board_uid(board, source), "title": f"{board.TITLE} ({NAMES[source]})",
        "description": board.DESCRIPTION, "tags": ["ebb", source], "schemaVersion": SCHEMA_VERSION, "version": 1,
        "editable": True, "graphTooltip": 1, "fiscalYearStartMonth": 0, "weekStart": "", "timezone": "browser",
        "refresh": REFRESH, "time": {"from": board.SINCE, "to": "now"},
        "timepicker": {"refresh_intervals": ["5m", "15m", "30m", "1h", "2h", "1d"]},
        "annotations": {"list": [built_in, *(annotation(mark, source) for mark in board.MARKS)]},
        "templating": {"list": [source_variable(source), *(choice_variable(c, source) for c in board.CHOICES)]},
        "links": [board_link(other, source) for other in BOARDS if other is not board],
        "panels": lay(board.panels(source), source),
    }


def files():
    """Path -> text of every dashboard."""
    return {HERE / "dashboards" / source / f"{board.NAME}.json":
            json.dumps(board_json(board, source), indent=2, ensure_ascii=False) + "\n"
            for board in BOARDS for source in PLUGINS}


def main():
    made = files()
    if sys.argv[1:] == ["--check"]:
        kept = set((HERE / "dashboards").rglob("*.json"))
        wrong = [path for path, text in made.items() if path not in kept or path.read_text() != text]
        wrong += kept - set(made)
        for path in wrong:
            print(f"{path}: not what grafana/boards.py writes; run it", file=sys.stderr)
        return bool(wrong)
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
