"""The tables of docs/forecast.md: questions by class, how far ahead, and the first hours.

    python3 measure.py --bench build/bench/tests/forecast [--work FOLDER] DATA_DIR [--first FOLDER] [--seed N]
        [--episodes TIMES]

With --work, what train.py and near.py filled, each series is answered by what was trained without it, and the least and
the most of the folds stand in brackets. Without it all are answered with the constants that the program has: for
series that were kept apart. The questions of the first hours are drawn by first_hour.py, and kept with --first.
"""

import argparse
import csv
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile

import first_hour
import out_of_fold

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tests/forecast"))

import score

HOUR = 3600
REACHES = (("under 6 hours", 0, 6 * HOUR), ("6 hours to 2 days", 6 * HOUR, 48 * HOUR), ("beyond", 48 * HOUR, math.inf))
FIGURES = ("pinball", "factor", "within 2", "cover", "bias")
EVEN_WITHIN = 1.1
OPEN_TOLD_S = 2 * HOUR


def answer(bench, work, data):
    """Rows as of score.scored, and the fold of each (the same of all without a training)."""
    if work:
        lines, fold_of = out_of_fold.answers(bench, work, data), out_of_fold.folds_of(work, data)
    else:
        run = subprocess.run([bench, data], check=True, stdout=subprocess.PIPE, text=True)
        lines, fold_of = run.stdout.splitlines(), {}
    rows = list(score.scored(data, csv.DictReader(lines)))
    return rows, [fold_of.get(task["task_id"], "0") for task in score.read(data / "tasks.csv")]


def cell(name, rows, folds):
    """A figure of all rows, and its least and most over the folds."""
    pattern = {"pinball": "%.4f", "bias": "%+.2f"}.get(name, "%.2f")
    text = pattern % score.figures(rows)[name]
    by_fold = [score.figures([r for r, f in zip(rows, folds) if f == fold])[name] for fold in sorted(set(folds))]
    return text + (" (%s to %s)" % (pattern % min(by_fold), pattern % max(by_fold)) if len(by_fold) > 1 else "")


def table(title, groups):
    """`groups`: a name, rows and folds."""
    print("\n| %s | questions | %s |" % (title, " | ".join(FIGURES)))
    print("|---|---|" + "---|" * len(FIGURES))
    for name, rows, folds in groups:
        if rows:
            print("| %s | %d | %s |" % (name, len(rows), " | ".join(cell(f, rows, folds) for f in FIGURES)))


def some(name, rows, folds, wanted):
    kept = [(row, fold) for row, fold in zip(rows, folds) if wanted(row)]
    return name, [row for row, _ in kept], [fold for _, fold in kept]


def classes(rows, folds):
    return [("all", rows, folds)] + [some(name, rows, folds, lambda row, name=name: row[0] == name)
                                     for name in sorted({row[0] for row in rows})]


def reaches(rows, folds, ahead):
    return [some(name, rows, folds, lambda row, low=low, high=high: low <= math.exp(ahead(row)) < high)
            for name, low, high in REACHES]


def is_near(row):
    """Of the questions whose end is open those that are told to end soon."""
    return row[0] != "open" or row[2][1] < math.log(OPEN_TOLD_S)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("--bench", type=pathlib.Path, required=True)
    options.add_argument("--work", type=pathlib.Path)
    options.add_argument("--first", type=pathlib.Path)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--episodes", type=float, default=1.0, help="how many first hours, as a multiple")
    chosen = options.parse_args()
    rows, folds = answer(chosen.bench, chosen.work, chosen.data)
    table("all questions", classes(rows, folds))
    table("by the likely time told", reaches(rows, folds, lambda row: row[2][1]))
    table("by the true end", reaches(rows, folds, lambda row: row[1]))
    with tempfile.TemporaryDirectory() as scratch:
        first = chosen.first or pathlib.Path(scratch)
        first_hour.draw_folder(chosen.data, first, chosen.seed, chosen.episodes)
        rows, folds = answer(chosen.bench, chosen.work, first)
    table("the first hours", classes(*some("", rows, folds, is_near)[1:])[1:])
    even = [abs(q[1] - truth) <= math.log(EVEN_WITHIN) for kind, truth, q in rows if kind == "even"]
    print("\nEven burners, after ten readings or more: %.1f %% of %d within 10 %%"
          % (100 * statistics.fmean(even), len(even)))


if __name__ == "__main__":
    main()
