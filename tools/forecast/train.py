"""Trains the learned head of the forecast, nets and trees, so that it can be measured on series that it has
not seen.

    python3 train.py --bench build/bench/tests/forecast --work FOLDER DATA_DIR [--table TABLE] [--fast]

TABLE is agent/core/forecast/model/table.c. --fast trains much less on much less: it shows that all of it runs, and
its constants are good for nothing else.

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

import alarms
import draw
import nets
import trees

SEED, FOLDS = 1, 5
EPISODE_ROWS, ALERTS_H, ODD_ALERTS = 8, (24, 4), 0.16  # two spans that people use, and any from two hours to five days
LEFT_OUT = ("imagegen", "web")
TREES, ALARM_TREES = 4, 5  # their numbers among the members, from which their random numbers come
WEIGHT_REAL, WEIGHT_MADE, WEIGHT_INVENTED = 1.0, 0.7, 0.3
SETTINGS = {"epochs": 8, "batch": 512, "rate": 2e-3, "decay": 5e-2, "noise": 0.25}


class Size:
    """How much of everything."""
    members, trees, alarm_trees = 2, 400, 250
    questions_per_task, made_per_fold, invented, even, episodes = 20, 400, 1000, 100, 1

    @classmethod
    def shrink(cls):
        cls.members, cls.trees, cls.alarm_trees = 1, 10, 10
        cls.questions_per_task, cls.made_per_fold, cls.invented, cls.even, cls.episodes = 0.5, 2, 5, 2, 0.02
        SETTINGS.update(epochs=1, batch=64)


def is_licensed(name):
    return name.split("-")[0] not in LEFT_OUT


def made_series(fold, pool, random):
    for k in range(Size.made_per_fold):
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
        self.take(rows, truths, fold, weight)

    def take(self, rows, truths, fold, weight):
        self.rows += rows
        self.truths += truths
        self.folds += [fold] * len(rows)
        self.weights += [weight] * len(rows)


class Alerts(Questions):
    """Rows of episodes, and of each the N that its rule asks about; all rows of an episode weigh as one question."""

    def __init__(self):
        super().__init__()
        self.spans_h = []

    def add(self, series, count, fold, weight, random):
        days = (series.at[-1] - series.at[0]) / 86400
        for _ in range(count):
            span_h = ALERTS_H[random.integers(len(ALERTS_H))]
            if random.random() < ODD_ALERTS:
                span_h = float(numpy.exp(random.uniform(numpy.log(2), numpy.log(min(120, max(2, 4 * days))))))
            span_h = min(span_h, 4) if days < 7 else span_h
            rows, truths = draw.draw_episode(series, span_h, EPISODE_ROWS, random)
            self.take(rows, truths, fold, weight / max(1, len(rows)))
            self.spans_h += [span_h] * len(rows)


def questions_by_days(row):
    """As many as the data set asks of a series of that length."""
    days = float(row["days"])
    return round(Size.questions_per_task * (16 if days < 2 else 33 if days < 20 else 100))


def episodes_by_days(row):
    days = float(row["days"])
    return round(Size.episodes * (0 if days < 2 else 150 if days < 20 else 300))


def draw_all(data, work):
    """Questions and alerts, each of real series and of made ones."""
    random, random_alerts = numpy.random.default_rng(SEED), numpy.random.default_rng(SEED + 1)
    rows = draw.read_table(data / "series.csv")
    order = random.permutation(len(rows))
    fold_of = {rows[j]["series"]: i % FOLDS for i, j in enumerate(order)}
    real, made, made_list = Questions(), Questions(), []
    real_alerts, made_alerts = Alerts(), Alerts()
    series = {r["series"]: draw.Series.read(data, r) for r in rows if is_licensed(r["series"])}
    for row in rows:
        if is_licensed(row["series"]):
            one, fold = series[row["series"]], fold_of[row["series"]]
            real.add(one, questions_by_days(row), fold, WEIGHT_REAL, random)
            real_alerts.add(one, episodes_by_days(row), fold, WEIGHT_REAL, random_alerts)
    for fold in range(FOLDS):
        pool = [s for name, s in series.items() if fold_of[name] == fold]
        if len(pool) < 3:
            raise SystemExit("%s: too few series for %d folds; 3 for each are required" % (data, FOLDS))
        for s in made_series(fold, pool, random):
            made_list.append(s)
            made.add(s, 36 if len(s.at) > 400 else 12, fold, WEIGHT_MADE, random)
            made_alerts.add(s, 3, fold, WEIGHT_MADE, random_alerts)
    for k in range(Size.invented):
        s = draw.invented("invented-%d" % k, random)
        made_list.append(s)
        made.add(s, 30, -1, WEIGHT_INVENTED, random)
        made_alerts.add(s, 3, -1, WEIGHT_MADE, random_alerts)
    for k in range(Size.even):
        s = draw.even("even-%d" % k, random)
        made_list.append(s)
        made.add(s, 30, -1, WEIGHT_MADE, random)
        made_alerts.add(s, 3, -1, WEIGHT_MADE, random_alerts)
    draw.write_series(work / "made", made_list)
    (work / "folds.csv").write_text("series,fold\n" + "".join("%s,%d\n" % item for item in fold_of.items()))
    return real, made, real_alerts, made_alerts


def describe(bench, questions, data, work):
    """The experts' median and the features of each question, as the program itself sees them."""
    draw.write_questions(work / "questions.csv", questions.rows)
    asked, told = work / "questions.csv", work / "features.bin"
    subprocess.run([bench, "--questions", asked, "--features", told, data], check=True)
    return numpy.fromfile(told, "<f4").reshape(len(questions.rows), -1)


class Material:
    """What a training takes its rows from: the features, the truth as the log of a ratio to the experts' median,
    fold and weight. Drawn rows that nothing can be said of are left out."""

    def __init__(self, parts, told):
        truth, fold = numpy.concatenate([p.truths for p in parts]), numpy.concatenate([p.folds for p in parts])
        weight, good = numpy.concatenate([p.weights for p in parts]), ~numpy.isnan(told[:, 0])
        self.good, self.median, self.x = good, told[good, 0], told[good, 1:]
        self.residual = (truth[good] - self.median).astype(numpy.float32)
        self.fold, self.weight = fold[good], weight[good].astype(numpy.float32)


class AlertMaterial(Material):
    """With the step of N as one more feature, and whether the amount was spent within N."""

    def __init__(self, parts, told):
        super().__init__(parts, told)
        asked = numpy.log(numpy.concatenate([p.spans_h for p in parts])[self.good]) - self.median
        self.x = numpy.column_stack([self.x, alarms.step_of(asked)]).astype(numpy.float32)
        self.within = (self.residual <= asked).astype(float)
        self.weight = self.weight / self.weight.mean()


class Drawn:
    """Set before the processes fork, so that it is not copied to them."""
    questions = alerts = None


def train_part(job):
    """One net of the ensemble, all its trees, or those for alerts, without the rows of one fold (FOLDS: with all)."""
    held_out, member = job
    random = numpy.random.default_rng(1000 * SEED + 10 * held_out + member)
    drawn = Drawn.alerts if member == ALARM_TREES else Drawn.questions
    seen = drawn.fold != held_out
    x, residual, weight = drawn.x[seen], drawn.residual[seen], drawn.weight[seen]
    if member == TREES:
        return trees.grow(x, residual, weight, random, Size.trees)
    if member == ALARM_TREES:
        return alarms.grow(x, alarms.bounds_with_steps(x), drawn.within[seen], weight, random, Size.alarm_trees)
    centre, spread = x.mean(0), x.std(0) + 1e-3
    net = nets.train((x - centre) / spread, x[:, :nets.EXPERTS], residual, weight, random, **SETTINGS)
    return nets.unscaled(net, centre, spread)


def write_floats(path, ensemble, forest, alarm_forest):
    counts = [numpy.array([len(ensemble), len(forest), len(alarm_forest)])]
    floats = counts + ensemble + [forest.ravel(), alarm_forest.ravel()]
    numpy.concatenate(floats).astype("<f4").tofile(path)


def number(value, digits=5):
    text = "%.*g" % (digits, value)
    return text + ("F" if "." in text or "e" in text else ".0F")


def questions_in_c(tree, lines):
    """What a tree asks; returns its leaves."""
    feature, above, leaves = numpy.split(tree, [trees.DEPTH, 2 * trees.DEPTH])
    lines.append("    { .feature = { " + ", ".join("%d" % j for j in feature) + " },")
    exact = ", ".join(number(b, 9) for b in above)  # many rows lie on a bound: a hair lower, and all change sides
    lines.append("      .above = { " + exact + " },")
    return leaves


def trees_in_c(forest):
    lines = []
    for tree in forest:
        leaves = questions_in_c(tree, lines)
        lines.append("      .leaf = {")
        lines += ["        " + ", ".join("{ " + ", ".join("%d" % v for v in leaf) + " }" for leaf in four) + ","
                  for four in leaves.reshape(-1, 4, len(nets.LEVELS))]
        lines.append("      } },")
    return lines


def write_c(path, ensemble, forest, alarm_forest, described):
    lines = ["/* Constants of the learned head. Generated by tools/forecast/train.py; do not edit.", " *"]
    lines += [" * " + line for line in described]
    lines += [" */", '#include "core/forecast/near.h"', '#include "core/forecast/net.h"', "", "/* clang-format off */",
              "static const struct net nets[] = {"]

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
    lines += trees_in_c(forest)
    lines += ["};", "", "static const struct alarm_tree alarm_trees[] = {"]
    for tree in alarm_forest:
        lines.append("      .leaf = { " + ", ".join("%d" % v for v in questions_in_c(tree, lines)) + " } },")
    lines += ["};", "/* clang-format on */", "", "const struct ensemble net_shipped = {",
              "    .nets = nets,", "    .count = sizeof nets / sizeof *nets,",
              "    .forest = { trees, sizeof trees / sizeof *trees },",
              "    .alarms = { alarm_trees, sizeof alarm_trees / sizeof *alarm_trees },",
              "    .near = &near_shipped,", "};", ""]
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
    chosen.work.mkdir(parents=True, exist_ok=True)

    def told(real, made):
        return numpy.concatenate([describe(chosen.bench, real, chosen.data, chosen.work),
                                  describe(chosen.bench, made, chosen.work / "made", chosen.work)])

    real, made, real_alerts, made_alerts = draw_all(chosen.data, chosen.work)
    Drawn.questions = Material((real, made), told(real, made))
    Drawn.alerts = AlertMaterial((real_alerts, made_alerts), told(real_alerts, made_alerts))
    count, alerts = len(Drawn.questions.fold), len(Drawn.alerts.fold)
    print("%d questions, %d of them of real series; %d polls of alerts, %d of them of real series"
          % (count, len(real.rows), alerts, len(real_alerts.rows)), flush=True)

    rounds = list(range(FOLDS)) + ([FOLDS] if chosen.table else [])
    members = [TREES, ALARM_TREES] + list(range(Size.members))  # the trees first: they take longest
    parts = [(held_out, member) for held_out in rounds for member in members]
    with concurrent.futures.ProcessPoolExecutor(2, multiprocessing.get_context("fork")) as pool:
        trained = dict(zip(parts, pool.map(train_part, parts)))
    for held_out in rounds:
        ensemble = [trained[held_out, m] for m in range(Size.members)]
        forest, alarm_forest = trained[held_out, TREES], trained[held_out, ALARM_TREES]
        if held_out < FOLDS:
            write_floats(chosen.work / ("fold-%d.net" % held_out), ensemble, forest, alarm_forest)
        else:
            write_c(chosen.table, ensemble, forest, alarm_forest, [
                "%d nets of %d hidden units and %d trees, from %d questions; %d trees for alerts, from %d polls."
                % (Size.members, nets.HIDDEN, Size.trees, count, Size.alarm_trees, alerts),
                "%d and %d were drawn from %d real series (all of the development set but imagegen and"
                % (len(real.rows), len(real_alerts.rows), len({row[0] for row in real.rows})),
                "web-nasa, whose licence is unclear), the others from series made of those or invented. Sources:",
                "alibaba/ServeGen (Apache-2.0), numenta/NAB (MIT), UCI Bike Sharing (CC BY 4.0).",
                "Seed %d, %s." % (SEED, ", ".join("%s %g" % item for item in SETTINGS.items()))])


if __name__ == "__main__":
    main()
