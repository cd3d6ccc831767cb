"""The dashboards as Grafana and its SQLite plugin would ask for them: variables and macros expanded, rows turned into
frames by the plugin's own rules. Shared by the tests and by the tool that draws."""

import json
import pathlib
import re
import sqlite3

ROOT = pathlib.Path(__file__).resolve().parents[2]
DASHBOARDS = ROOT / "grafana" / "dashboards"
SOURCES = {"sqlite": "frser-sqlite-datasource", "prometheus": "prometheus"}
VARIABLE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\$(\w+)")
GROUP = re.compile(r"\$__unixEpochGroupSeconds\(([^,)]+),\s*(\d+)\)")


def boards():
    """(source, name) -> board."""
    return {(path.parent.name, path.stem): json.loads(path.read_text()) for path in sorted(DASHBOARDS.rglob("*.json"))}


def panels(board):
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def variables(board):
    return {v["name"]: v for v in board["templating"]["list"]}


def marks(board):
    return [mark for mark in board["annotations"]["list"] if not mark.get("builtIn")]


def sql_texts(board):
    """(what it is, text, shape) of everything on a board that the SQLite plugin is asked."""
    for name, variable in variables(board).items():
        if variable["type"] == "query":
            yield f"variable {name}", variable["query"], "variable"
    for mark in marks(board):
        yield f"annotation {mark['name']}", mark["target"]["rawQueryText"], "annotation"
    for panel in panels(board):
        for target in panel["targets"]:
            yield f"panel {panel['title']}", target["rawQueryText"], target["queryType"]


def prom_texts(board):
    """(what it is, text, shape) of everything on a board that Prometheus is asked; variables are label_values()."""
    for name, variable in variables(board).items():
        if variable["type"] == "query":
            yield f"variable {name}", variable["query"]["query"], "variable"
    for mark in marks(board):
        yield f"annotation {mark['name']}", mark["expr"], "annotation"
    for panel in panels(board):
        for target in panel["targets"]:
            yield f"panel {panel['title']}", target["expr"], "instant" if target["instant"] else "range"


def sql_quoted(value):
    return "'" + value.replace("'", "''") + "'"


def regex_quoted(value):
    return re.sub(r"[\\^$*+?.()|\[\]{}]", r"\\\\\g<0>", value)


def one_value(variable, chosen, form, source):
    """A variable's text as Grafana inserts it. What stands for all is never quoted."""
    if chosen is None and variable.get("allValue"):
        return variable["allValue"]
    values = chosen if isinstance(chosen, list) else [chosen]
    if form == "sqlstring":
        return ",".join(map(sql_quoted, values))
    if source == "prometheus" and (variable["multi"] or variable["includeAll"]):
        return values[0] if len(values) == 1 else "(" + "|".join(map(regex_quoted, values)) + ")"
    assert len(values) == 1, f"{variable['name']} is many: its form must be said"
    return str(values[0])


def expand(text, board, source, chosen, period, built_in=None):
    """`chosen`: variable -> value, list of values, or nothing for All. `period`: from and to in seconds."""
    known = {"__from": str(int(period[0]) * 1000), "__to": str(int(period[1]) * 1000), **(built_in or {})}

    def value(match):
        name, form = match[1] or match[3], match[2]
        if name in known:
            return known[name]
        if name not in variables(board):
            raise KeyError(f"${name} is no variable of the board")
        return one_value(variables(board)[name], chosen.get(name), form, source)
    text = GROUP.sub(lambda m: f"cast(({m[1]} / {m[2]}) as int) * {m[2]}", text) if source == "sqlite" else text
    return VARIABLE.sub(value, text)


def connect(path, now):
    """As the plugin opens it, at a time of the caller's."""
    db = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)
    db.create_function("unixepoch", 0, lambda: int(now))
    return db


def typed_columns(cursor, rows):
    """(name, type, values) of each column; its type is that of its first value, and other types are refused: the plugin
    would convert them silently."""
    columns = []
    for n, (name, *_) in enumerate(cursor.description):
        values = [row[n] for row in rows]
        kinds = {type(v) for v in values if v is not None}
        if len(kinds) > 1:
            raise ValueError(f"{name} has values of {sorted(k.__name__ for k in kinds)}")
        kind = {str: "string", int: "number", float: "number"}[kinds.pop()] if kinds else "number"
        columns.append((name, "time" if name == "time" else kind, values))
    return columns


def wide(columns):
    """Long rows as one frame for each set of labels, as the plugin's `time series` does; it wants rising times."""
    times = next((values for name, kind, values in columns if kind == "time"), None)
    if times is None:
        raise ValueError("a time series needs a column `time`")
    if any(t is None for t in times) or any(a > b for a, b in zip(times, times[1:])):
        raise ValueError("times must rise")
    labels = [(name, values) for name, kind, values in columns if kind == "string"]
    every = sorted(set(times))
    series = {}
    for name, kind, values in columns:
        if kind == "number":
            for n, value in enumerate(values):
                key = name, tuple((label, text[n]) for label, text in labels)
                series.setdefault(key, {})[times[n]] = value
    return [[("time", "time", every, {}), (name, "number", [values.get(t) for t in every], dict(key))]
            for (name, key), values in series.items()]


def ask_sqlite(db, text, shape):
    """Frames: lists of (name, type, values, labels); times are in seconds."""
    cursor = db.execute(text)
    columns = typed_columns(cursor, cursor.fetchall())
    if shape == "time series":
        return wide(columns)
    return [[(*column, {}) for column in columns]]
