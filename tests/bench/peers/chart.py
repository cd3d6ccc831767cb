#!/usr/bin/env python3
"""The figures of side_by_side.py as a picture and as a Markdown table.

    /usr/bin/python3 tests/bench/peers/chart.py FIGURES.jsonl docs/performance.svg

Prints the table; one bar for each contender and number of tokens, on a logarithmic axis, since they lie far apart.
"""

import collections
import json
import math
import pathlib
import sys

NAMES = {"floor": "the floor", "ebb": "Ebb", "python": "a Python daemon", "prometheus": "Prometheus + Alertmanager"}
PANELS = [  # member, title, unit, how a figure is picked
    ("cpu_ms_per_poll", "CPU per poll", "ms", lambda f: f["median"]),
    ("resident_mb", "Resident memory", "MB", lambda f: f),
    ("served_to_received_ms", "From served to received, 95 %", "ms", lambda f: f["p95"]),
    ("bytes_per_change", "On disk for each changed balance", "bytes", lambda f: f),
]
WIDTH, LEFT, RIGHT, BAR, GAP, HEAD = 760, 210, 90, 13, 9, 34
STYLE = """\
text { font: 12px system-ui, sans-serif; fill: #24292f }
.title { font-weight: 600; font-size: 13px } .unit, .tick { fill: #57606a }
.bar { fill: #8c959f } .ebb { fill: #0969da } .grid { stroke: #d0d7de }
@media (prefers-color-scheme: dark) {
  text { fill: #e6edf3 } .unit, .tick { fill: #9198a1 } .bar { fill: #656c76 } .ebb { fill: #4493f8 }
  .grid { stroke: #3d444d }
}"""


def read(path):
    """figures[member][tokens][contender]"""
    figures = collections.defaultdict(lambda: collections.defaultdict(dict))
    for line in pathlib.Path(path).read_text().splitlines():
        run = json.loads(line)
        for member, _, _, pick in PANELS:
            if run.get(member) is not None:
                figures[member][run["tokens"]][run["contender"]] = pick(run[member])
    return figures


def shown(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def table(figures):
    sizes = sorted({tokens for by_size in figures.values() for tokens in by_size})
    print("| | tokens |", " | ".join(NAMES.values()), "|")
    print("|---|---" + "|---" * len(NAMES) + "|")
    for member, title, unit, _ in PANELS:
        for tokens in sizes:
            row = figures[member].get(tokens)
            if row:
                cells = (f"{shown(row[n])} {unit}" if n in row else "-" for n in NAMES)
                print(f"| {title} | {tokens:,} |", " | ".join(cells), "|")


def panel(title, unit, by_size, top):
    """The lines of one panel, and where it ends."""
    values = [v for row in by_size.values() for v in row.values()]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    high += high == low
    place = lambda v: LEFT + (math.log10(v) - low) / (high - low) * (WIDTH - LEFT - RIGHT)
    lines, y = [], top + HEAD
    for tokens in sorted(by_size):
        lines.append(f'<text class="tick" x="8" y="{y + BAR - 2}">{tokens:,} tokens</text>')
        for name in (n for n in NAMES if n in by_size[tokens]):
            value = by_size[tokens][name]
            kind = "ebb" if name == "ebb" else "bar"
            lines += [f'<text x="{LEFT - 8}" y="{y + BAR - 2}" text-anchor="end">{NAMES[name].split(" +")[0]}</text>',
                      f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{max(1, place(value) - LEFT):.1f}" '
                      f'height="{BAR}" rx="2"/>',
                      f'<text class="unit" x="{place(value) + 6:.1f}" y="{y + BAR - 2}">{shown(value)}</text>']
            y += BAR + 4
        y += GAP
    grid = []
    for power in range(low, high + 1):
        x = place(10 ** power)
        grid.append(f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{top + HEAD - 6}" y2="{y - GAP}"/>')
    head = f'<text class="title" x="8" y="{top + 16}">{title} <tspan class="unit">({unit}, logarithmic)</tspan></text>'
    return [head, *grid, *lines], y + 6


def main():
    figures = read(sys.argv[1])
    table(figures)
    body, y = [], 6
    for member, title, unit, _ in PANELS:
        if figures[member]:
            lines, y = panel(title, unit, figures[member], y)
            body += lines
    pathlib.Path(sys.argv[2]).write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" role="img" '
        f'aria-label="Ebb beside its peers">\n<style>{STYLE}</style>\n' + "\n".join(body) + "\n</svg>\n")


if __name__ == "__main__":
    main()
