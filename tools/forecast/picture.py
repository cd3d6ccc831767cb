"""Draws how Ebb's forecasts compare with those in use: pinball loss and median factor, one bar each, as SVG; how
good they are by how far they look ahead; and its verdicts before a reset with those that are read off the three times.

    python3 tools/forecast/picture.py DATA_DIR PREDICTIONS.csv VERDICTS.csv docs/forecast.svg

PREDICTIONS.csv and VERDICTS.csv answer DATA_DIR's questions; the other methods' scores on the development set are in
baselines.csv, and those of verdicts read off the times below.
"""

import csv
import pathlib
import sys

import measure

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests/forecast"))

import score
import score_resets

BY_TIMES = {"falsely dry": 0.240, "flaps": 0.252}
WIDTH, ROW, TOP, LEFT, BAR, GAP = 860, 28, 84, 232, 262, 48
OURS, OTHERS, INK, PALE = "#0b7285", "#adb5bd", "#212529", "#495057"


def rows_of(scored):
    with open(HERE / "baselines.csv", newline="") as file:
        rows = [(row["words"], float(row["pinball"]), float(row["factor"])) for row in csv.DictReader(file)]
    ours = score.figures(scored)
    return rows + [("Ebb", ours["pinball"], ours["factor"])]


def text(x, y, words, anchor="start", size=14, fill=INK, weight="normal"):
    return ('<text x="%.0f" y="%.0f" font-size="%d" fill="%s" text-anchor="%s" font-weight="%s">%s</text>'
            % (x, y, size, fill, anchor, weight, words))


def bar(x, y, length, colour):
    return '<rect x="%.0f" y="%.0f" width="%.1f" height="%d" rx="2" fill="%s"/>' % (x, y, length, ROW - 9, colour)


def resets_of(data, verdicts):
    ours = score_resets.figures(list(score_resets.periods_of(data, verdicts).values()))
    return [("read off the three times", BY_TIMES["falsely dry"], BY_TIMES["flaps"], False),
            ("Ebb", ours["falsely dry"], ours["flaps"], True)]


def panel(title, columns, rows, top):
    """`columns`: a heading and what it means; `rows`: words, a number for each column, and whether it is ours."""
    places, most = (LEFT, LEFT + BAR + GAP), max(max(row[1:3]) for row in rows)
    parts = [text(16, top, title, size=19, weight="bold")]
    for x, (heading, meaning) in zip(places, columns):
        parts += [text(x, top + 26, heading, weight="bold"), text(x, top + 43, meaning, size=11, fill=PALE)]
    for i, (words, *values, own) in enumerate(rows):
        y = top + 54 + ROW * i
        colour, weight = (OURS, "bold") if own else (OTHERS, "normal")
        parts.append(text(LEFT - 12, y + 14, words, "end", weight=weight))
        for x, value in zip(places, values):
            long = (BAR - 46) * value / most
            parts += [bar(x, y, long, colour), text(x + long + 6, y + 14, "%.2f" % value, size=12, weight=weight)]
    return parts


def height_of(rows):
    return 54 + ROW * len(rows) + 40


def resets_panel(rows, top):
    return panel("Does it last until the reset?", (
        ("falsely called dry", "share of the periods that last; shorter is better"),
        ("changes of mind", "verdicts taken back, per period; shorter is better")), rows, top)


def horizons_of(rows):
    """By how far ahead the likely time was: how often the truth lay in the interval, and the median factor."""
    for name, some, _ in measure.reaches(rows, [0] * len(rows), lambda row: row[2][1]):
        ours = score.figures(some)
        yield name, ours["cover"], ours["factor"] - 1, True


def horizons_panel(rows, top):
    parts = panel("How far ahead?", (
        ("between early and late", "share of the truths; 0.80 is meant, at the line"),
        ("median error", "half of the forecasts are off by a smaller part")), rows, top)
    x, y = LEFT + (BAR - 46) * 0.8 / max(max(row[1:3]) for row in rows), top + 50
    return parts + ['<path d="M%.1f %.0fv%d" stroke="%s" stroke-dasharray="3 3"/>' % (x, y, ROW * len(rows) + 2, INK)]


def picture(rows, horizons, resets):
    horizons_top = TOP + ROW * len(rows) + 40
    resets_top = horizons_top + height_of(horizons)
    height = resets_top + height_of(resets)
    right = LEFT + BAR + GAP
    most_pinball = max(row[1] for row in rows)
    most_factor = max(row[2] for row in rows) - 1
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-family="system-ui, sans-serif">'
        % (WIDTH, height),
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        text(16, 30, "When will the balance be empty?", size=19, weight="bold"),
        text(LEFT, 56, "pinball loss", weight="bold"),
        text(LEFT, 73, "error of the interval and its middle; shorter is better", size=11, fill=PALE),
        text(right, 56, "median factor", weight="bold"),
        text(right, 73, "half of the forecasts are off by less; 1 is perfect", size=11, fill=PALE),
    ]
    for i, (words, pinball, factor) in enumerate(rows):
        y, own = TOP + ROW * i, words == "Ebb"
        colour, weight = (OURS, "bold") if own else (OTHERS, "normal")
        parts.append(text(LEFT - 12, y + 14, words, "end", weight=weight))
        long = (BAR - 46) * pinball / most_pinball
        parts += [bar(LEFT, y, long, colour), text(LEFT + long + 6, y + 14, "%.3f" % pinball, size=12, weight=weight)]
        long = (BAR - 46) * (factor - 1) / most_factor
        parts += [bar(right, y, long, colour), text(right + long + 6, y + 14, "%.2f" % factor, size=12, weight=weight)]
    parts += horizons_panel(horizons, horizons_top) + resets_panel(resets, resets_top)
    parts.append(text(16, height - 16, "4,688 questions to 129 real usage series, 1,030 periods; Ebb out of fold: each "
                      "series answered by what was trained without it.", size=11, fill=PALE))
    return "\n".join(parts + ["</svg>", ""])


def main(arguments):
    if len(arguments) != 4:
        sys.exit(__doc__)
    data, predictions, verdicts, out = map(pathlib.Path, arguments)
    scored = list(score.scored(data, score.read(predictions)))
    out.write_text(picture(rows_of(scored), list(horizons_of(scored)), resets_of(data, verdicts)))


if __name__ == "__main__":
    main(sys.argv[1:])
