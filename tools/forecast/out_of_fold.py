"""Answers a data set out of fold: each series by the nets that were trained without it.

    python3 out_of_fold.py --bench build/bench/tests/forecast --work FOLDER DATA_DIR > predictions.csv

FOLDER is what train.py and near.py filled; without the latter's trees, what is near is answered as what is far.
"""

import argparse
import pathlib
import subprocess
import sys

import draw


def series_named(name, known):
    """What first_hour.py draws from a series bears its name and a number; what it invents is in no fold, and is
    answered by a fold's."""
    return name if name in known else name.rsplit(".", 1)[0] if name.rsplit(".", 1)[0] in known else min(known)


def folds_of(work, data):
    """The fold of each question."""
    fold_of = {row["series"]: row["fold"] for row in draw.read_table(work / "folds.csv")}
    return {row["task_id"]: fold_of[series_named(row["series"], fold_of)]
            for name in ("tasks.csv", "alerts.csv") for row in draw.read_table(data / name)}


def answers(bench, work, data):
    """Lines of predictions, their head first."""
    fold_of, told = folds_of(work, data), []
    for fold in sorted(set(fold_of.values())):
        near = work / ("near-%s.trees" % fold)
        command = [bench, "--table", work / ("fold-%s.net" % fold), "--near", near if near.exists() else "none", data]
        head, *lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        told += [line for line in lines if fold_of[line.split(",")[0]] == fold]
    return [head, *told]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("--bench", type=pathlib.Path, required=True)
    options.add_argument("--work", type=pathlib.Path, required=True)
    chosen = options.parse_args()
    print("\n".join(answers(chosen.bench, chosen.work, chosen.data)))


if __name__ == "__main__":
    sys.exit(main())
