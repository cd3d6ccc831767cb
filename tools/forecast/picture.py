"""Draws how Ebb's forecasts compare with those in use: pinball loss and median factor, one bar each, as SVG.

    python3 tools/forecast/picture.py DATA_DIR PREDICTIONS.csv docs/forecast.svg

PREDICTIONS.csv answers DATA_DIR's questions; the other methods' scores on the development set are in baselines.csv.
"""

import csv
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tests/forecast"))

import score

WIDTH, ROW, TOP, LEFT, BAR, GAP = 860, 28, 84, 232, 262, 48
OURS, OTHERS, INK, PALE = "#0b7285", "#adb5bd", "#212529", "#495057"


def rows_of(data, predictions):
    with open(HERE / "baselines.csv", newline="") as file:
        rows = [(row["words"], float(row["pinball"]), float(row["factor"])) for row in csv.DictReader(file)]
    ours = score.figures(list(score.scored(data, score.read(predictions))))
    return rows + [("Ebb", ours["pinball"], ours["factor"])]


def text(x, y, words, anchor="start", size=14, fill=INK, weight="normal"):
    return ('<text x="%.0f" y="%.0f" font-size="%d" fill="%s" text-anchor="%s" font-weight="%s">%s</text>'
            % (x, y, size, fill, anchor, weight, words))


def bar(x, y, length, colour):
    return '<rect x="%.0f" y="%.0f" width="%.1f" height="%d" rx="2" fill="%s"/>' % (x, y, length, ROW - 9, colour)


def picture(rows):
    height = TOP + ROW * len(rows) + 46
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
    parts.append(text(16, height - 16, "4,688 questions to 129 real usage series; Ebb out of fold: each series "
                      "answered by nets trained without it.", size=11, fill=PALE))
    return "\n".join(parts + ["</svg>", ""])


def main(arguments):
    if len(arguments) != 3:
        sys.exit(__doc__)
    data, predictions, out = map(pathlib.Path, arguments)
    out.write_text(picture(rows_of(data, predictions)))


if __name__ == "__main__":
    main(sys.argv[1:])
