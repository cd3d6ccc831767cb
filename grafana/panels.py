"""Panels as Grafana's classic JSON. What is on a board is in *_board.py, which knows no source's JSON.

A panel is written once, with a query for each source. Facts that hold for all of them are here: both texts of the
SQLite plugin, `${datasource}`, units, the text when there is no data, the grid.
"""

import dataclasses

SQLITE, PROMETHEUS = "sqlite", "prometheus"
PLUGINS = {SQLITE: "frser-sqlite-datasource", PROMETHEUS: "prometheus"}
SCHEMA_VERSION = 39  # Grafana 10 reads it, and 11 to 13 move it on
COLUMNS = 24
USD = "currencyUSD"

RED, ORANGE, YELLOW, GREEN, BLUE, PURPLE, GREY = (
    "semi-dark-red", "semi-dark-orange", "semi-dark-yellow", "semi-dark-green", "semi-dark-blue", "semi-dark-purple",
    "#808080")
HOUR, DAY = 3600, 86400


@dataclasses.dataclass
class Query:
    """`text`: SQL or PromQL. `shape`: `series` over time, or a `table` of what is now."""
    text: str
    shape: str = "table"
    legend: str = "__auto"
    ref: str = "A"


@dataclasses.dataclass
class Panel:
    kind: str
    title: str
    description: str
    width: int
    height: int
    unit: str
    sqlite: list
    prometheus: list
    no_data: str = "No data in this period"
    decimals: int | None = None
    steps: list = dataclasses.field(default_factory=lambda: [(None, GREEN)])
    mappings: list = dataclasses.field(default_factory=list)
    defaults: dict = dataclasses.field(default_factory=dict)
    custom: dict = dataclasses.field(default_factory=dict)
    options: dict = dataclasses.field(default_factory=dict)
    overrides: list = dataclasses.field(default_factory=list)
    transformations: dict = dataclasses.field(default_factory=dict)  # by source
    interval: str | None = None
    links: list = dataclasses.field(default_factory=list)
    time_from: str | None = None


@dataclasses.dataclass
class Only:
    """A place on the grid that each source fills with what it alone knows, or, at the end of a board, with nothing."""
    sqlite: Panel | None
    prometheus: Panel | None


@dataclasses.dataclass
class Row:
    title: str


def override(name, **properties):
    """Properties of the field with this name; `custom__width` is custom.width."""
    return {"matcher": {"id": "byName", "options": name},
            "properties": [{"id": key.replace("__", "."), "value": value} for key, value in properties.items()]}


def texts(words):
    """A mapping of values to (text, colour)."""
    return {"type": "value", "options": {str(value): {"index": n, "text": text, "color": color}
                                         for n, (value, (text, color)) in enumerate(words.items())}}


def thresholds(steps):
    return {"mode": "absolute", "steps": [{"color": color, "value": value} for value, color in steps]}


def stat(title, description, unit, sqlite, prometheus, width=3, color="value", **more):
    options = {"reduceOptions": {"values": False, "calcs": ["lastNotNull"], "fields": more.pop("fields", "")},
               "colorMode": color, "graphMode": "none", "textMode": "value", "justifyMode": "center",
               "orientation": "auto", "wideLayout": True, "showPercentChange": False,
               "percentChangeColorMode": "standard", **more.pop("options", {})}
    return Panel("stat", title, description, width, 4, unit, [Query(sqlite)], [Query(prometheus)],
                 options=options, **more)


def lines(title, description, unit, sqlite, prometheus, width=12, height=9, **more):
    look = {"drawStyle": "line", "lineWidth": 2, "fillOpacity": 8, "showPoints": "never", "spanNulls": True,
            "lineInterpolation": "stepAfter", "axisPlacement": "auto", "axisLabel": "", "pointSize": 4,
            "scaleDistribution": {"type": "linear"}, "stacking": {"mode": "none", "group": "A"},
            "thresholdsStyle": {"mode": "off"}, "gradientMode": "none",
            "hideFrom": {"legend": False, "tooltip": False, "viz": False}}
    look.update(more.pop("custom", {}))
    calcs = more.pop("calcs", ["lastNotNull"])
    placement = more.pop("legend", "bottom")
    options = {"legend": {"showLegend": placement != "hidden", "calcs": calcs,
                          "displayMode": "table" if placement == "right" else "list",
                          "placement": placement if placement != "hidden" else "bottom"},
               "tooltip": {"mode": "multi", "sort": "desc"}}
    defaults = {"color": {"mode": "palette-classic"}, **more.pop("defaults", {})}
    return Panel("timeseries", title, description, width, height, unit, sqlite, prometheus, custom=look,
                 options=options, defaults=defaults, **more)


def bars(title, description, unit, sqlite, prometheus, **more):
    look = {"drawStyle": "bars", "fillOpacity": 70, "lineWidth": 1, "lineInterpolation": "linear", "spanNulls": False,
            "barAlignment": 0, "stacking": {"mode": "normal", "group": "A"}, **more.pop("custom", {})}
    return lines(title, description, unit, sqlite, prometheus, custom=look, defaults={"min": 0}, **more)


def gauges(title, description, unit, sqlite, prometheus, width=8, height=9, **more):
    options = {"displayMode": "gradient", "orientation": "horizontal", "valueMode": "color", "showUnfilled": True,
               "minVizWidth": 8, "minVizHeight": 10, "maxVizHeight": 48, "namePlacement": "auto", "sizing": "auto",
               "reduceOptions": {"values": True, "calcs": ["lastNotNull"], "fields": "", "limit": 10},
               "legend": {"showLegend": False, "displayMode": "list", "placement": "bottom", "calcs": []}}
    if isinstance(prometheus, str):
        prometheus = [Query(prometheus)]
    return Panel("bargauge", title, description, width, height, unit, [Query(sqlite)], prometheus, options=options,
                 steps=[(None, BLUE)], defaults={"min": 0, **more.pop("defaults", {})}, **more)


def table(title, description, sqlite, prometheus, unit="none", width=24, height=9, **more):
    options = {"showHeader": True, "cellHeight": "sm", "footer": {"show": False, "reducer": ["sum"], "countRows": False,
                                                                 "fields": ""}, **more.pop("options", {})}
    look = {"align": "auto", "cellOptions": {"type": "auto"}, "inspect": False, "filterable": False}
    return Panel("table", title, description, width, height, unit, sqlite, prometheus, options=options, custom=look,
                 **more)


def sqlite_target(query):
    return {"queryText": query.text, "rawQueryText": query.text, "timeColumns": ["time"],
            "queryType": "time series" if query.shape == "series" else "table"}


def prometheus_target(query):
    now = query.shape == "table"
    return {"expr": query.text, "instant": now, "range": not now, "format": "table" if now else "time_series",
            "legendFormat": query.legend, "editorMode": "code"}


def target(query, source):
    make = sqlite_target if source == SQLITE else prometheus_target
    return {"refId": query.ref, "datasource": datasource(source), **make(query)}


def datasource(source):
    return {"type": PLUGINS[source], "uid": "${datasource}"}


def merged(names, drop=()):
    """Of several instant vectors by the same labels, one table with these columns, in this order: label or query ->
    heading; without the other labels in `drop`."""
    order = {key if not is_ref(key) else f"Value #{key}": heading for key, heading in names.items()}
    return [{"id": "merge", "options": {}},
            {"id": "organize", "options": {"excludeByName": dict.fromkeys(("Time", *drop), True),
                                           "indexByName": {name: n for n, name in enumerate(order)},
                                           "renameByName": order}}]


def is_ref(key):
    return len(key) == 1 and key.isupper()


def panel_json(panel, source, number, place):
    field = {"unit": panel.unit, "noValue": panel.no_data, "thresholds": thresholds(panel.steps),
             "mappings": panel.mappings, "color": {"mode": "thresholds"}, "custom": panel.custom, "links": panel.links}
    if panel.decimals is not None:
        field["decimals"] = panel.decimals
    if panel.kind == "timeseries" and source == SQLITE and any("AS series" in q.text for q in panel.sqlite):
        field["displayName"] = "${__field.labels.series}"
    field.update(panel.defaults)
    shown = {"id": number, "type": panel.kind, "title": panel.title, "description": panel.description,
             "datasource": datasource(source), "gridPos": place,
             "fieldConfig": {"defaults": field, "overrides": panel.overrides}, "options": panel.options,
             "targets": [target(query, source) for query in getattr(panel, source)],
             "transformations": panel.transformations.get(source, [])}
    if panel.interval:
        shown["interval"] = panel.interval
    if panel.time_from:
        shown["timeFrom"] = panel.time_from
    return shown


def row_json(row, number, y):
    return {"id": number, "type": "row", "title": row.title, "collapsed": False, "panels": [],
            "gridPos": {"x": 0, "y": y, "w": COLUMNS, "h": 1}}


def lay(panels, source):
    """From left to right, in lines as high as their highest panel."""
    shown, x, y, line = [], 0, 0, 0
    for number, panel in enumerate(panels, 1):
        panel = getattr(panel, source) if isinstance(panel, Only) else panel
        if panel is None:
            continue
        width = COLUMNS if isinstance(panel, Row) else panel.width
        if x + width > COLUMNS:
            x, y, line = 0, y + line, 0
        if isinstance(panel, Row):
            shown.append(row_json(panel, number, y))
            y += 1
            continue
        shown.append(panel_json(panel, source, number, {"x": x, "y": y, "w": width, "h": panel.height}))
        x, line = x + width, max(line, panel.height)
        if x == COLUMNS:
            x, y, line = 0, y + line, 0
    return shown
