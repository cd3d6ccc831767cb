"""Trains the learned head of the forecast, nets and trees, so that it can be measured on series that it has
not seen.

    python3 train.py --bench build/bench/tests/forecast --work FOLDER DATA_DIR [--table agent/core/forecast/table.c]

DATA_DIR has the layout that the bench reads, with answers.csv for nobody: truths come from the polls. Draws questions,
has the bench describe them, and trains an ensemble for each of five folds without that fold's series; FOLDER/fold-N.net
and folds.csv (which series is in which fold) let the bench answer out of fold, which out_of_fold.py does. With --table
also trains on all series and writes the constants that the program ships with. Everything comes from one seed.

Series of unclear licence (imagegen, web) are in no training.
"""

import argparse
import concurrent.futures
import multiprocessing
import os
import pathlib
import subprocess

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # the same sums in the same order, whatever the machine

import numpy

import draw
import nets
import trees

SEED, FOLDS, MEMBERS, TREES = 1, 5, 4, 400
QUESTIONS_PER_TASK, MADE_PER_FOLD, INVENTED = 20, 400, 1000
LEFT_OUT = ("imagegen", "web")
WEIGHT_REAL, WEIGHT_MADE, WEIGHT_INVENTED = 1.0, 0.7, 0.3
SETTINGS = {"epochs": 8, "batch": 512, "rate": 2e-3, "decay": 5e-2, "noise": 0.25}


def is_licensed(name):
    return name.split("-")[0] not in LEFT_OUT


def made_series(fold, pool, random):
    for k in range(MADE_PER_FOLD):
        one = pool[random.integers(len(pool))]
        if k % 8 == 7 and len(one.at) >= 400:
            yield draw.seldom("seldom-%d-%d" % (fold, k), one, int(random.choice([2, 3, 6])))
        elif k % 2:
            yield draw.bent("bent-%d-%d" % (fold, k), one, random)
        else:
            yield draw.mixed("mixed-%d-%d" % (fold, k), pool, random)


class Questions:
    """Rows for the bench, and of each its truth, fold (-1: of nobody, in every training) and weight."""

    def __init__(self):
        self.rows, self.truths, self.folds, self.weights = [], [], [], []

    def add(self, series, count, fold, weight, random):
        rows, truths = draw.draw_questions(series, count, random)
        self.rows += rows
        self.truths += truths
        self.folds += [fold] * len(rows)
        self.weights += [weight] * len(rows)


def questions_by_days(row):
    """As many as the data set asks of a series of that length."""
    days = float(row["days"])
    return QUESTIONS_PER_TASK * (16 if days < 2 else 33 if days < 20 else 100)


def draw_all(data, work):
    random = numpy.random.default_rng(SEED)
    rows = draw.read_table(data / "series.csv")
    order = random.permutation(len(rows))
    fold_of = {rows[j]["series"]: i % FOLDS for i, j in enumerate(order)}
    real, made, made_list = Questions(), Questions(), []
    series = {r["series"]: draw.Series.read(data, r) for r in rows if is_licensed(r["series"])}
    for row in rows:
        if is_licensed(row["series"]):
            real.add(series[row["series"]], questions_by_days(row), fold_of[row["series"]], WEIGHT_REAL, random)
    for fold in range(FOLDS):
        pool = [s for name, s in series.items() if fold_of[name] == fold]
        for s in made_series(fold, pool, random):
            made_list.append(s)
            made.add(s, 36 if len(s.at) > 400 else 12, fold, WEIGHT_MADE, random)
    for k in range(INVENTED):
        s = draw.invented("invented-%d" % k, random)
        made_list.append(s)
        made.add(s, 30, -1, WEIGHT_INVENTED, random)
    draw.write_series(work / "made", made_list)
    (work / "folds.csv").write_text("series,fold\n" + "".join("%s,%d\n" % item for item in fold_of.items()))
    return real, made


def describe(bench, questions, data, work):
    """The experts' median and the features of each question, as the program itself sees them."""
    draw.write_questions(work / "questions.csv", questions.rows)
    subprocess.run([bench, "--questions", work / "questions.csv", "--features", work / "features.bin", data], check=True)
    return numpy.fromfile(work / "features.bin", "<f4").reshape(len(questions.rows), -1)


class Material:
    """What every training takes its rows from; set before the processes fork, so that it is not copied to them."""
    told = residual = fold = weight = None


def train_part(job):
    """One net of the ensemble, or all its trees, without the rows of one fold (FOLDS: with all)."""
    held_out, member = job
    seen = Material.fold != held_out
    x, residual, weight = Material.told[seen, 1:], Material.residual[seen], Material.weight[seen]
    random = numpy.random.default_rng(1000 * SEED + 10 * held_out + member)
    if member == MEMBERS:
        return trees.grow(x, residual, weight, random, TREES)
    centre, spread = x.mean(0), x.std(0) + 1e-3
    net = nets.train((x - centre) / spread, x[:, :nets.EXPERTS], residual, weight, random, **SETTINGS)
    return nets.unscaled(net, centre, spread)


def write_floats(path, ensemble, forest):
    counts = [numpy.array([len(ensemble), len(forest)])]
    numpy.concatenate(counts + ensemble + [forest.ravel()]).astype("<f4").tofile(path)


def write_c(path, ensemble, forest, described):
    lines = ["/* Constants of the learned head. Generated by tests/train/train.py; do not edit.", " *"]
    lines += [" * " + line for line in described] + [" */", '#include "core/forecast/net.h"', "",
                                                     "/* clang-format off */", "static const struct net nets[] = {"]

    def number(value):
        text = "%.5g" % value
        return text + ("F" if "." in text or "e" in text else ".0F")

    def row(values):
        return "{ " + ", ".join(number(v) for v in values) + " }"

    def braced(rows):
        return "{\n" + "".join("        " + row(values) + ",\n" for values in rows) + "    }"

    for net in ensemble:
        sizes = [nets.HIDDEN, 5 * nets.HIDDEN, 5, nets.EXPERTS * nets.HIDDEN, nets.EXPERTS]
        into, threshold, out, bias, gate, lean = numpy.split(net, len(net) - numpy.cumsum(sizes[::-1])[::-1])
        lines.append("    { .into = " + braced(into.reshape(-1, nets.HIDDEN)) + ",")
        lines.append("      .threshold = " + row(threshold) + ",")
        lines.append("      .out = " + braced(out.reshape(-1, nets.HIDDEN)) + ",")
        lines.append("      .bias = " + row(bias) + ",")
        lines.append("      .gate = " + braced(gate.reshape(-1, nets.HIDDEN)) + ",")
        lines.append("      .lean = " + row(lean) + " },")
    lines += ["};", "", "static const struct tree trees[] = {"]
    for tree in forest:
        feature, above, leaves = numpy.split(tree, [trees.DEPTH, 2 * trees.DEPTH])
        lines.append("    { .feature = { " + ", ".join("%d" % j for j in feature) + " },")
        lines.append("      .above = { " + ", ".join(number(b) for b in above) + " },")
        lines.append("      .leaf = {")
        lines += ["        " + ", ".join("{ " + ", ".join("%d" % v for v in leaf) + " }" for leaf in four) + ","
                  for four in leaves.reshape(-1, 4, len(nets.LEVELS))]
        lines.append("      } },")
    lines += ["};", "/* clang-format on */", "", "const struct ensemble net_shipped = {",
              "    .nets = nets,", "    .count = sizeof nets / sizeof *nets,",
              "    .forest = { trees, sizeof trees / sizeof *trees },", "};", ""]
    path.write_text("\n".join(lines))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("--bench", type=pathlib.Path, required=True)
    options.add_argument("--work", type=pathlib.Path, required=True)
    options.add_argument("--table", type=pathlib.Path)
    chosen = options.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)

    real, made = draw_all(chosen.data, chosen.work)
    told = numpy.concatenate([describe(chosen.bench, real, chosen.data, chosen.work),
                              describe(chosen.bench, made, chosen.work / "made", chosen.work)])
    truth = numpy.array(real.truths + made.truths)
    fold = numpy.array(real.folds + made.folds)
    weight = numpy.array(real.weights + made.weights, numpy.float32)
    good = ~numpy.isnan(told[:, 0])
    Material.told, Material.fold, Material.weight = told[good], fold[good], weight[good]
    Material.residual = (truth[good] - Material.told[:, 0]).astype(numpy.float32)
    count = len(Material.fold)
    print("%d questions, %d of them of real series" % (count, len(real.rows)), flush=True)

    rounds = list(range(FOLDS)) + ([FOLDS] if chosen.table else [])
    parts = [(held_out, member) for held_out in rounds for member in [MEMBERS] + list(range(MEMBERS))]
    with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        trained = dict(zip(parts, pool.map(train_part, parts)))
    for held_out in rounds:
        ensemble, forest = [trained[held_out, m] for m in range(MEMBERS)], trained[held_out, MEMBERS]
        if held_out < FOLDS:
            write_floats(chosen.work / ("fold-%d.net" % held_out), ensemble, forest)
        else:
            write_c(chosen.table, ensemble, forest, [
                "%d nets of %d hidden units and %d trees, from %d questions: %d drawn from %d real series (all of the"
                % (MEMBERS, nets.HIDDEN, TREES, count, len(real.rows), len({row[0] for row in real.rows})),
                "development set but imagegen and web-nasa, whose licence is unclear), the others from series made of",
                "these or invented. Sources: alibaba/ServeGen (Apache-2.0), numenta/NAB (MIT), UCI Bike Sharing",
                "(CC BY 4.0). Seed %d, %s." % (SEED, ", ".join("%s %g" % item for item in SETTINGS.items()))])


if __name__ == "__main__":
    main()
