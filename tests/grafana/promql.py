"""PromQL as Grafana sends it to a Prometheus, and its answers as the frames that Grafana makes of them."""

import json
import math
import re
import urllib.parse
import urllib.request

from source import expand

SCRAPE_S = 60
POINTS = 300
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def step_of(panel, period):
    """The panel's least interval, or what its width asks for."""
    least, unit = re.fullmatch(r"(\d+)([smhd])", panel.get("interval") or "1m").groups()
    return max(int(least) * UNITS[unit], math.ceil((period[1] - period[0]) / POINTS))


def built_in(step, period, scrape_s=SCRAPE_S):
    return {"__rate_interval": f"{max(step + scrape_s, 4 * scrape_s)}s", "__interval": f"{step}s",
            "__range": f"{period[1] - period[0]}s"}


def call(url, path, **query):
    with urllib.request.urlopen(f"{url}/api/v1/{path}?{urllib.parse.urlencode(query)}", timeout=60) as answer:
        told = json.load(answer)
    assert not told.get("warnings"), told["warnings"]
    return told["data"]


def label_values(url, board, text, chosen, period):
    """What a variable's label_values(SERIES, LABEL) finds."""
    series, label = re.fullmatch(r"label_values\((.*), (\w+)\)", text).groups()
    series = expand(series, board, "prometheus", chosen, period)
    return call(url, f"label/{label}/values", **{"match[]": series})


def number(text):
    value = float(text)
    return value if math.isfinite(value) else None


def table(rows, ref):
    """Of an instant vector: a column for the time, for each label, and for the value."""
    labels = sorted({name for row in rows for name in row["metric"]})
    value = f"Value #{ref}" if ref else "Value"
    return [("Time", "time", [row["value"][0] for row in rows], {}),
            *((name, "string", [row["metric"].get(name, "") for row in rows], {}) for name in labels),
            (value, "number", [number(row["value"][1]) for row in rows], {})]


def legend_of(form, labels):
    return re.sub(r"\{\{\s*(\w+)\s*\}\}", lambda m: labels.get(m[1], ""), form)


def ask_prometheus(url, board, panel, target, chosen, period, scrape_s=SCRAPE_S):
    """(legend, frame) of each series; of an instant query one table."""
    step = step_of(panel, period)
    text = expand(target["expr"], board, "prometheus", chosen, period, built_in(step, period, scrape_s))
    if target["instant"]:
        rows = call(url, "query", query=text, time=period[1])["result"]
        many = len(panel["targets"]) > 1
        return [(None, table(rows, target["refId"] if many else ""))] if rows else []
    start = period[0] // step * step
    series = call(url, "query_range", query=text, start=start, end=period[1], step=step)["result"]
    return [(legend_of(target["legendFormat"], row["metric"]),
             [("Time", "time", [at for at, _ in row["values"]], {}),
              ("Value", "number", [number(v) for _, v in row["values"]], row["metric"])]) for row in series]


def times_marked(url, board, mark, chosen, period):
    """When each run of values of an annotation begins."""
    step = int(mark["step"][:-1]) * UNITS[mark["step"][-1]]
    text = expand(mark["expr"], board, "prometheus", chosen, period, built_in(step, period))
    series = call(url, "query_range", query=text, start=period[0] // step * step, end=period[1], step=step)["result"]
    times = [[at for at, _ in row["values"]] for row in series]
    return [at for run in times for at, before in zip(run, [0] + run) if at - before > step]
