"""Trains the trees of the first hours (agent/core/forecast/near.h), after train.py, whose ensembles they hear.

    python3 near.py --bench build/bench/tests/forecast --work FOLDER DATA_DIR [--table TABLE] [--fast]

FOLDER is what train.py filled: each series is described by the ensemble that was trained without it. Writes
FOLDER/near-N.trees for each fold, trained without that fold's series, and with --table (agent/core/forecast/model/
near_table.c) the constants that the program ships with. Questions are drawn by first_hour.py. Everything comes from one
seed.
"""

import argparse
import os
import pathlib
import subprocess

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy

import draw
import first_hour
import train
import trees

SEED, FOLDS = 11, 5
FEATURES, SEEN_H = 33, 0  # NEAR_FEATURES, and the one that is a log of hours watched
SHARES = (0.45, 0.15, 0.4)  # of seen, told, long
FAR_SHARE, FAR_H = 0.25, 48.0  # some questions reach further, from histories that say less
POINTS_FROM_H, POINTS_TO_H = 6.05, 12.0  # of train.py's questions: watched for longer, and looking shorter
WEIGHT_REAL, WEIGHT_INVENTED, WEIGHT_EVEN = 1.0, 0.3, 0.5


class Size:
    trees, rate = 200, 0.12
    episodes, questions, invented, even, points = 4, 12, 250, 250, 0.3

    @classmethod
    def shrink(cls):
        cls.trees, cls.episodes, cls.questions, cls.invented, cls.even, cls.points = 10, 0.1, 4, 4, 4, 0.02


class Drawn:
    """Questions for the bench, and of each its truth, fold (-1: of nobody, in every training) and weight."""

    def __init__(self):
        self.watched, self.rows, self.truths, self.folds, self.weights = [], [], [], [], []

    def add(self, rows, fold, weight, watched=None):
        """`rows`: what the bench reads, and the log of the true hours."""
        self.watched += [watched] if watched else []
        self.rows += [row[0] for row in rows]
        self.truths += [row[1] for row in rows]
        self.folds += [fold] * len(rows)
        self.weights += [weight] * len(rows)


def reach(kind, random):
    """Of a young key as the table of first_hour.py, and some further, so that what is near is not judged by what ended
    soon alone. Of one that was watched for days the whole truth: most of what looks short lasts longer."""
    if kind == "long":
        return first_hour.open_ended(kind, random)
    return (FAR_H, FAR_H, 1 / 240) if random.random() < FAR_SHARE else first_hour.short(kind, random)


def draw_hours(licensed, fold_of):
    random, drawn = numpy.random.default_rng(SEED), Drawn()

    def ask(name, series, fold, weight):
        w = first_hour.watch(name, series, random)
        if w:
            drawn.add(first_hour.questions(w, Size.questions, random, reach, SHARES), fold, weight, w)

    for series in licensed:
        days = (series.at[-1] - series.at[0]) / first_hour.DAY
        for k in range(max(1, round(Size.episodes * first_hour.episodes_by_days(days)))):
            ask("%s.%d" % (series.name, k), series, fold_of[series.name], WEIGHT_REAL)
    for k in range(Size.invented):
        ask("invented.%d" % k, draw.invented("invented", random), -1, WEIGHT_INVENTED)
    for k in range(Size.even):
        w = first_hour.even("even.%d" % k, random)
        drawn.add(first_hour.even_questions(w, Size.questions, random), -1, WEIGHT_EVEN, w)
    return drawn


def draw_points(rows, licensed, fold_of):
    """Of the kind that train.py asks, so that these trees do not unlearn them."""
    random, drawn = numpy.random.default_rng(SEED + 1), Drawn()
    for row, series in zip(rows, licensed):
        asked, truths = draw.draw_questions(series, round(Size.points * train.questions_by_days(row)), random)
        drawn.add([((*a, 0), truth) for a, truth in zip(asked, truths)], fold_of[series.name], WEIGHT_REAL)
    return drawn


def describe(bench, work, drawn, folder):
    """With each fold's own ensemble: base and features by row; who belongs to no fold is described by the first."""
    told = numpy.full((len(drawn.rows), 1 + FEATURES), numpy.nan, numpy.float32)
    folds = numpy.maximum(numpy.array(drawn.folds), 0)
    for fold in range(FOLDS):
        some = numpy.flatnonzero(folds == fold)
        first_hour.write_questions(work / "near.csv", [drawn.rows[i] for i in some])
        subprocess.run([bench, "--table", work / ("fold-%d.net" % fold), "--questions", work / "near.csv",
                        "--near-features", work / "near.bin", folder], check=True)
        told[some] = numpy.fromfile(work / "near.bin", "<f4").reshape(len(some), -1)[:, :1 + FEATURES]
    return told


class Material:
    """What a training takes its rows from."""

    def __init__(self, drawn, told, wanted):
        self.x, truth = told[wanted, 1:], numpy.array(drawn.truths)[wanted]
        self.residual = (truth - told[wanted, 0]).astype(numpy.float32)
        self.fold, self.weight = numpy.array(drawn.folds)[wanted], numpy.array(drawn.weights, numpy.float32)[wanted]


def joined(parts):
    return [numpy.concatenate([getattr(part, name) for part in parts]) for name in ("x", "residual", "fold", "weight")]


def write_c(path, forest, described):
    lines = ["/* Constants of what is learned of the first hours. Generated by tools/forecast/near.py; do not edit.",
             " *"] + [" * " + line for line in described] + [
             " */", '#include "core/forecast/near.h"', "", "/* clang-format off */",
             "static const struct tree trees[] = {"] + train.trees_in_c(forest)
    lines += ["};", "/* clang-format on */", "",
              "const struct forest near_shipped = { trees, sizeof trees / sizeof *trees };", ""]
    path.write_text("\n".join(lines))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("--bench", type=pathlib.Path, required=True)
    options.add_argument("--work", type=pathlib.Path, required=True)
    options.add_argument("--table", type=pathlib.Path)
    options.add_argument("--fast", action="store_true")
    chosen = options.parse_args()
    if chosen.fast:
        Size.shrink()
    bench = chosen.bench.resolve()
    fold_of = {row["series"]: int(row["fold"]) for row in draw.read_table(chosen.work / "folds.csv")}
    rows = [row for row in draw.read_table(chosen.data / "series.csv") if train.is_licensed(row["series"])]
    licensed = [draw.Series.read(chosen.data, row) for row in rows]
    hours, points = draw_hours(licensed, fold_of), draw_points(rows, licensed, fold_of)
    first_hour.write_folder(chosen.work / "near", hours.watched)
    told = describe(bench, chosen.work, hours, chosen.work / "near")
    told_points = describe(bench, chosen.work, points, chosen.data)
    seen_h, looks_h = numpy.exp(told_points[:, 1 + SEEN_H]), numpy.exp(told_points[:, 0])
    x, residual, fold, weight = joined([
        Material(hours, told, ~numpy.isnan(told[:, 0])),
        Material(points, told_points, (seen_h > POINTS_FROM_H) & (looks_h < POINTS_TO_H))])
    print("%d questions, %d of them of real series" % (len(x), (fold >= 0).sum()), flush=True)
    for held_out in list(range(FOLDS)) + ([FOLDS] if chosen.table else []):
        seen = fold != held_out
        forest = trees.grow(x[seen], residual[seen], weight[seen], numpy.random.default_rng(SEED + held_out),
                            Size.trees, Size.rate)
        if held_out < FOLDS:
            numpy.concatenate([[len(forest)], forest.ravel()]).astype("<f4").tofile(
                chosen.work / ("near-%d.trees" % held_out))
        else:
            write_c(chosen.table, forest, [
                "%d trees, from %d questions, %d of them about %d real series (all of the development set but"
                % (Size.trees, len(x), (fold >= 0).sum(), len(licensed)),
                "imagegen and web-nasa, whose licence is unclear), the others about invented ones.", "Seed %d." % SEED])


if __name__ == "__main__":
    main()
