"""Answers a data set out of fold: each series by the nets that were trained without it.

    python3 out_of_fold.py --bench build/bench/tests/forecast --work FOLDER DATA_DIR > predictions.csv

FOLDER is what train.py filled.
"""

import argparse
import pathlib
import subprocess
import sys

import draw


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("--bench", type=pathlib.Path, required=True)
    options.add_argument("--work", type=pathlib.Path, required=True)
    chosen = options.parse_args()

    fold_of = {row["series"]: row["fold"] for row in draw.read_table(chosen.work / "folds.csv")}
    series_of = {}
    for name in ("tasks.csv", "alerts.csv"):
        series_of.update((row["task_id"], row["series"]) for row in draw.read_table(chosen.data / name))
    for fold in sorted(set(fold_of.values())):
        command = [chosen.bench, "--table", chosen.work / ("fold-%s.net" % fold), chosen.data]
        head, *lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        if fold == min(fold_of.values()):
            print(head)
        for line in lines:
            if fold_of[series_of[line.split(",")[0]]] == fold:
                print(line)


if __name__ == "__main__":
    sys.exit(main())
