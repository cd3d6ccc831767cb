"""Rules for dashboards. A rule yields what is wrong with one board; test_lint.py breaks each."""

import re

from source import SOURCES, marks, panels, prom_texts, sql_texts, variables

UNITS = {"none", "short", "s", "bytes", "percentunit", "currencyUSD", "dateTimeAsIso", "dateTimeAsIsoNoDateIfToday"}
KINDS = {"stat", "timeseries", "table", "bargauge"}  # those that tests/grafana/draw can draw
PATIENT = {"5m", "15m", "30m", "1h", "2h", "1d"}
RULES = []


def rule(check):
    RULES.append(check)
    return check


def holders(board):
    """Everything that names a data source, but Grafana's own annotations."""
    for what in [*panels(board), *marks(board), *(v for v in variables(board).values() if v["type"] == "query")]:
        yield what.get("title") or what.get("name"), what
        for target in what.get("targets", ()):
            yield f"{what['title']}, query {target['refId']}", target


@rule
def the_source_is_chosen_by_a_variable(board, source):
    first = board["templating"]["list"][0]
    if (first["type"], first["name"], first["query"]) != ("datasource", "datasource", SOURCES[source]):
        yield "the first variable does not choose the data source"
    for name, holder in holders(board):
        if holder.get("datasource") != {"type": SOURCES[source], "uid": "${datasource}"}:
            yield f"{name}: its data source is not ${{datasource}}"


@rule
def it_can_be_provisioned(board, source):
    if board["id"] is not None or not re.fullmatch(r"[a-z-]{1,40}", board["uid"]):
        yield "id is not null, or uid is not a fixed name"
    if not 39 <= board["schemaVersion"] <= 42:
        yield "schemaVersion is not one that Grafana 10 to 13 reads"
    if {"__inputs", "__requires", "__elements"} & set(board):
        yield "it asks for inputs, which provisioning cannot give"


@rule
def choices_have_all(board, source):
    wanted = {"account"} if board["uid"].startswith("ebb-health") else {"account", "environment", "token"}
    for name in sorted(wanted):
        variable = variables(board).get(name)
        if not variable:
            yield f"no variable {name}"
        elif not (variable["includeAll"] and variable.get("allValue")) and not (
                name == "token" and board["uid"].startswith("ebb-token")):
            yield f"{name} has no All"


@rule
def panels_explain_themselves(board, source):
    for panel in panels(board):
        defaults = panel["fieldConfig"]["defaults"]
        for what, there in (("title", panel.get("title")), ("description", panel.get("description")),
                            ("unit", defaults.get("unit") in UNITS), ("no-data text", defaults.get("noValue")),
                            ("thresholds", defaults.get("thresholds", {}).get("steps"))):
            if not there:
                yield f"{panel.get('title') or panel['id']}: no {what}"
        if panel["type"] not in KINDS:
            yield f"{panel['title']}: nobody has seen a {panel['type']} drawn"


@rule
def panels_lie_on_the_grid(board, source):
    taken = {}
    for panel in board["panels"]:
        place = panel["gridPos"]
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                if x >= 24 or taken.setdefault((x, y), panel["id"]) != panel["id"]:
                    yield f"{panel['title']}: beyond the grid, or over another panel"
                    break
            else:
                continue
            break
    if len({panel["id"] for panel in board["panels"]}) < len(board["panels"]):
        yield "two panels have one id"


@rule
def refresh_is_not_faster_than_polls(board, source):
    offered = {board["refresh"], *board["timepicker"]["refresh_intervals"]}
    if not offered <= PATIENT:
        yield f"refresh {sorted(offered - PATIENT)}: a poll is made every 5 minutes"


@rule
def links_keep_time_and_variables(board, source):
    urls = {link["url"] for link in board["links"]}
    for other in {"fleet", "token", "health"} - {board["uid"].split("-")[1]}:
        if f"/d/ebb-{other}-{source}" not in urls:
            yield f"no link to the board {other}"
    for link in board["links"]:
        if not (link["keepTime"] and link["includeVars"]):
            yield f"{link['title']}: loses the time or the variables"
    for panel in panels(board):
        for override in panel["fieldConfig"]["overrides"]:
            for link in next((p["value"] for p in override["properties"] if p["id"] == "links"), ()):
                if "${__url_time_range}" not in link["url"] or "${datasource:queryparam}" not in link["url"]:
                    yield f"{panel['title']}: a link loses the time or the data source"


@rule
def what_happened_is_marked(board, source):
    if "token" in variables(board) and {mark["name"] for mark in marks(board)} != {"Top-ups", "Resets", "Alerts"}:
        yield "top-ups, resets and alerts are not all marked"


@rule
def sql_reads_views_only(board, source):
    for name, text, _ in sql_texts(board) if source == "sqlite" else ():
        own = set(re.findall(r"(\w+)(?: \(\w+\))? AS \(", text))
        for table in re.findall(r"(?:FROM|JOIN)\s+(\w+)", text) + re.findall(r"FROM \w+, (\w+)", text):
            if not table.startswith("v_") and table not in own:
                yield f"{name}: reads {table}, which is no view"


@rule
def sql_is_what_the_plugin_understands(board, source):
    if source != "sqlite":
        return
    for panel in panels(board):
        for target in panel["targets"]:
            if target["queryText"] != target["rawQueryText"] or not target["queryText"].strip():
                yield f"{panel['title']}: the plugin needs both texts"
    for name, text, shape in sql_texts(board):
        for macro in re.findall(r"\$__(\w+)\(", text):
            if macro != "unixEpochGroupSeconds":
                yield f"{name}: ${macro} is no macro of the plugin"
        seconds = re.sub(r"\$__(from|to) / 1000|\(\$__to - \$__from\) / 1000", "", text)
        seconds = re.sub(r"\$__to - \$__from (<=|>) 1000 \*", "", seconds)
        if re.search(r"\$__(from|to)\b", seconds):
            yield f"{name}: $__from and $__to are milliseconds, times in SQL are seconds"
        for variable in re.findall(r"\$\{?(?:account|environment|token)\b(?!:sqlstring\})", text):
            yield f"{name}: {variable} is not quoted for SQL; write ${{...:sqlstring}}"
        if shape == "time series" and not re.search(r"ORDER BY (time|at)\b[^)]*$", text):
            yield f"{name}: a time series must rise in time"


@rule
def series_have_names(board, source):
    for panel in panels(board):
        labelled = any("AS series" in t.get("queryText", "") for t in panel["targets"])
        shown = panel["fieldConfig"]["defaults"].get("displayName")
        if panel["type"] == "timeseries" and labelled and shown != "${__field.labels.series}":
            yield f"{panel['title']}: its series are not named by their label"
        if panel["type"] == "timeseries" and source == "prometheus":
            for target in panel["targets"]:
                if target["legendFormat"] in ("", "__auto"):
                    yield f"{panel['title']}: its series have no legend"


def prometheus(board, source):
    return prom_texts(board) if source == "prometheus" else ()


@rule
def counters_are_read_by_their_rate(board, source):
    for name, text, shape in prometheus(board, source):
        if shape == "variable":
            continue
        bare = re.sub(r"\b(?:rate|increase|resets|changes)\((?:[^(){}]|\{[^}]*\})*\)", "", text)
        for counter in re.findall(r"\b\w+_total\b", bare):
            yield f"{name}: {counter} is a counter; show its rate or increase"


@rule
def rates_fit_the_scrape_interval(board, source):
    for name, text, shape in prometheus(board, source):
        for function, window in re.findall(r"\b(rate|increase|irate)\((?:[^(){}\[]|\{[^}]*\})*\[([^\]]+)\]", text):
            fit = {"$__rate_interval", "$__range"} | ({"$__interval"} if shape == "annotation" else set())
            if window not in fit:
                yield f"{name}: {function} over [{window}], not $__rate_interval or $__range"


def faults(board, source, rules=None):
    return [f"{check.__name__}: {what}" for check in rules or RULES for what in check(board, source)]
