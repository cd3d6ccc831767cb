"""Chooses the two chances at which an "exhausts within" alert fires and clears (agent/core/forecast/alarm.c).

    python3 chances.py --bench build/bench/tests/forecast --work FOLDER DATA_DIR [--fast]

FOLDER is what train.py and near.py filled. Draws whole episodes from every real series, has the bench describe their
polls, and asks each by the alarm trees that were trained without its series. For each fold the pair is chosen on the
episodes of the others, so the figures that are printed are of episodes that chose nothing; with an interval of eight in
ten, from episodes drawn again and again. The pair chosen on all of them is for the program. In the end the bench plays
the same episodes, each with what was trained without its series: what the program makes of the pair that it has.
"""

import argparse
import csv
import os
import pathlib
import subprocess
import sys

os.environ["OPENBLAS_NUM_THREADS"] = "1"

import numpy

import alarms
import draw
import train
import trees

SEED, SPANS_H = 21, (24, 4)
COLUMNS = "task_id,episode,alert_hours,series,hist_from,origin,balance_nano_usd"
FIRE, CLEAR = numpy.arange(0.21, 0.44, 0.02), numpy.arange(0.06, 0.16, 0.01)
MOST_FLAPS, MOST_MISSED = 0.075, {24: 0.085, 4: 0.10}


class Size:
    """Of each series, of each span; twice as many of one that lasts twenty days. Most draws are no good."""
    episodes, series = 16, None


def alarm_trees(path):
    """Of what train.py wrote for a fold: counts, nets, trees, and these."""
    floats = numpy.fromfile(path, "<f4")
    size = 2 * trees.DEPTH + (1 << trees.DEPTH)
    return floats[-int(floats[2]) * size:].reshape(-1, size)


def log_odds(forest, x):
    odds = numpy.zeros(len(x))
    for tree in forest:
        feature, above, leaves = numpy.split(tree, [trees.DEPTH, 2 * trees.DEPTH])
        leaf = numpy.zeros(len(x), int)
        for j, bound in zip(feature.astype(int), above):
            leaf = 2 * leaf + (x[:, j] > bound)
        odds += alarms.LEAF_UNIT * leaves[leaf]
    return odds


class Episodes:
    """Polls in order, those of an episode together."""

    def __init__(self, data, fold_of):
        random, self.rows, self.true_ln_h, self.episode = numpy.random.default_rng(SEED), [], [], []
        span, fold = [], []
        for row in draw.read_table(data / "series.csv")[:Size.series]:
            series, days = draw.Series.read(data, row), float(row["days"])
            for span_h in SPANS_H:
                tries = 8 * Size.episodes if days >= 2 else 0
                drawn = (draw.draw_episode(series, span_h, 10 ** 6, random) for _ in range(tries))
                for rows, truths in [d for d in drawn if len(d[0]) > 2][:Size.episodes * (1 if days < 20 else 2)]:
                    self.rows += rows
                    self.true_ln_h += truths
                    self.episode += [len(span)] * len(rows)
                    span.append(span_h)
                    fold.append(fold_of[row["series"]])
        self.episode, self.span, self.fold = (numpy.array(a) for a in (self.episode, span, fold))
        self.true_ln_h = numpy.array(self.true_ln_h)
        self.within = self.true_ln_h <= numpy.log(self.span[self.episode])
        self.ends = numpy.append(self.episode[1:] != self.episode[:-1], True)
        self.starts = numpy.append(True, self.ends[:-1])
        self.drains = self.within[self.ends]

    def ask(self, told, work):
        """The chance that the amount is spent within the rule's time, for each poll; none where nothing is known."""
        asked = numpy.log(self.span[self.episode]) - told[:, 0]
        x = numpy.nan_to_num(numpy.column_stack([told[:, 1:], alarms.step_of(asked)]))
        odds = numpy.empty(len(x))
        for fold in range(train.FOLDS):
            here = self.fold[self.episode] == fold
            odds[here] = log_odds(alarm_trees(work / ("fold-%d.net" % fold)), x[here])
        self.chance = numpy.where(numpy.isnan(told[:, 0]), 0, 1 / (1 + numpy.exp(-odds)))

    def write(self, path, fold):
        chosen = numpy.flatnonzero(self.fold[self.episode] == fold)
        head = zip(chosen, self.episode[chosen], self.span[self.episode[chosen]])
        lines = [",".join(map(str, first + self.rows[first[0]])) for first in head]
        path.write_text("\n".join([COLUMNS, *lines, ""]))

    def by_pair(self, fire, clear):
        """At which polls the alert is on."""
        place = numpy.arange(len(self.chance))
        start = numpy.maximum.accumulate(numpy.where(self.starts, place, 0))
        fired, cleared = (numpy.maximum.accumulate(numpy.where(p, place, -1))
                          for p in (self.chance > fire, self.chance <= clear))
        return (fired > cleared) & (fired >= start)

    def play(self, on):
        """For each episode: hits, false alarms and misses in shares of its polls, flaps, and whether it was missed."""
        count = len(self.span)
        weight = (1 / numpy.bincount(self.episode))[self.episode]
        flaps = numpy.append(on[:-1] & ~on[1:] & ~self.ends[:-1], False)
        left = numpy.full(count, -1.0)
        first = numpy.flatnonzero(on)[::-1]
        left[self.episode[first]] = numpy.exp(self.true_ln_h[first]) / self.span[self.episode[first]]
        sums = [numpy.bincount(self.episode, w, count) for w in
                (weight * (on & self.within), weight * (on & ~self.within), weight * (~on & self.within), flaps)]
        return sums + [self.drains & (left < 0.25)]

    def figures(self, played, chosen):
        hits, false, misses, flaps, missed = (p[chosen] for p in played)
        return (2 * hits.sum() / (2 * hits.sum() + false.sum() + misses.sum()), flaps.mean(),
                missed.sum() / max(1, self.drains[chosen].sum()))

    def worth(self, played, chosen):
        total = 0
        for span_h in SPANS_H:
            f1, flaps, missed = self.figures(played, chosen & (self.span == span_h))
            total += f1 - 3 * max(0, flaps - MOST_FLAPS) - 3 * max(0, missed - MOST_MISSED[span_h])
        return total


def by_program(bench, data, work, episodes):
    """At which polls the alert is on when the bench answers them, out of fold."""
    folder, on = work / "episodes", numpy.zeros(len(episodes.rows), bool)
    folder.mkdir(exist_ok=True)
    (folder / "tasks.csv").write_text("task_id,series,hist_from,origin,balance_nano_usd\n")
    for name in ("series", "series.csv"):
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to((data / name).resolve())
    for fold in range(train.FOLDS):
        near = work / ("near-%d.trees" % fold)
        episodes.write(folder / "alerts.csv", fold)
        command = [bench, "--table", work / ("fold-%d.net" % fold), "--near", near if near.exists() else "none", folder]
        answers = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
        for answer in csv.DictReader(answers):
            on[int(answer["task_id"])] = answer["alert"] == "1"
    return on


def tell(episodes, played, random):
    for span_h in SPANS_H:
        here = episodes.span == span_h
        places, folds = numpy.flatnonzero(here), numpy.unique(episodes.fold[here])
        again = [episodes.figures(played, random.choice(places, len(places))) for _ in range(500)]
        spread = numpy.std([episodes.figures(played, here & (episodes.fold == f)) for f in folds], axis=0)
        lines = zip(("F1", "flaps", "missed"), episodes.figures(played, places),
                    *numpy.quantile(again, (0.1, 0.9), axis=0), spread)
        print("within %d hours, %d episodes: " % (span_h, len(places))
              + ", ".join("%s %.3f (%.3f to %.3f; over folds %.3f)" % line for line in lines), flush=True)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("--bench", type=pathlib.Path, required=True)
    options.add_argument("--work", type=pathlib.Path, required=True)
    options.add_argument("--fast", action="store_true")
    chosen = options.parse_args()
    if chosen.fast:
        Size.episodes, Size.series = 1, 4

    fold_of = {row["series"]: int(row["fold"]) for row in draw.read_table(chosen.work / "folds.csv")}
    episodes = Episodes(chosen.data, fold_of)
    asked, told = chosen.work / "episodes.csv", chosen.work / "episodes.bin"
    draw.write_questions(asked, episodes.rows)
    subprocess.run([chosen.bench, "--questions", asked, "--features", told, chosen.data], check=True)
    episodes.ask(numpy.fromfile(told, "<f4").reshape(len(episodes.rows), -1), chosen.work)

    pairs = [(fire, clear) for fire in FIRE for clear in CLEAR]
    played = {pair: episodes.play(episodes.by_pair(*pair)) for pair in pairs}
    held_out = [numpy.zeros(len(episodes.span)) for _ in range(5)]
    for fold in range(train.FOLDS):
        others = episodes.fold != fold
        best = max(pairs, key=lambda pair: episodes.worth(played[pair], others))
        print("without fold %d: fires above %.2f, clears below %.2f" % (fold, *best))
        for to, what in zip(held_out, played[best]):
            to[~others] = what[~others]
    print("on all: fires above %.2f, clears below %.2f"
          % max(pairs, key=lambda pair: episodes.worth(played[pair], episodes.fold >= 0)))
    tell(episodes, held_out, numpy.random.default_rng(SEED))
    print("as the program has it:", flush=True)
    on = by_program(chosen.bench, chosen.data, chosen.work, episodes)
    tell(episodes, episodes.play(on), numpy.random.default_rng(SEED))


if __name__ == "__main__":
    sys.exit(main())
