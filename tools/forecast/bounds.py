"""Chooses the bounds between which a verdict "runs dry" stands (agent/core/forecast/dry.c).

    python3 bounds.py --work FOLDER DATA_DIR PREDICTIONS.csv

PREDICTIONS.csv is what resets.py --answer told, out of fold. The verdict begins above a chance that falls along the
period, and ends below another. For each fold the bounds are chosen on the periods of the others: as many told as can be
while one lasting period in eleven is falsely called dry. The ones chosen on all of them are for the program.
"""

import argparse
import itertools
import pathlib
import statistics

import draw

FROM_END, FROM_WHOLE = [x / 100 for x in range(28, 54, 4)], [x / 100 for x in range(60, 96, 4)]
UNTIL = [0.15, 0.2, 0.25, 0.3]
MOST_FALSE, MOST_FLAPS = 0.09, 0.075  # with some room
PERIOD_S = {"daily": 86400, "weekly": 7 * 86400}


class Period:
    def __init__(self, is_dry, fold):
        self.is_dry, self.fold, self.looks = is_dry, fold, []

    def play(self, from_end, from_whole, until):
        """Whether it was ever said to run dry, and how often that was taken back."""
        on = ever = False
        flaps = 0
        for left, chance in self.looks:
            before, bound = on, from_end + left * (from_whole - from_end)
            on = chance > (min(until, bound) if on else bound)
            ever |= on
            flaps += before and not on
        return ever, flaps


def periods_of(data, predictions, fold_of):
    dry = {row["period_id"]: row["truth"] == "dry" for row in draw.read_table(data / "reset_answers.csv")}
    told = {row["task_id"]: float(row["p_dry"]) for row in draw.read_table(predictions)}
    periods = {}
    for row in draw.read_table(data / "resets.csv"):
        period = periods.setdefault(row["period_id"], Period(dry[row["period_id"]], fold_of[row["series"]]))
        left = (int(row["reset_at"]) - int(row["origin"])) / PERIOD_S[row["period"]]
        period.looks.append((left, told[row["task_id"]]))
    return list(periods.values())


def share(values):
    return statistics.fmean(values) if values else 0


def figures(periods, played):
    return (share([ever for p, (ever, _) in zip(periods, played) if not p.is_dry]),
            share([ever for p, (ever, _) in zip(periods, played) if p.is_dry]), share([flaps for _, flaps in played]))


def worth(periods, played):
    falsely, told, flaps = figures(periods, played)
    return told - 5 * max(0, falsely - MOST_FALSE) - 3 * max(0, flaps - MOST_FLAPS)


def best(periods, played, seen):
    some = [i for i, p in enumerate(periods) if seen(p)]
    return max(played, key=lambda bounds: worth([periods[i] for i in some], [played[bounds][i] for i in some]))


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("predictions", type=pathlib.Path)
    options.add_argument("--work", type=pathlib.Path, required=True)
    chosen = options.parse_args()

    fold_of = {row["series"]: row["fold"] for row in draw.read_table(chosen.work / "folds.csv")}
    periods = periods_of(chosen.data, chosen.predictions, fold_of)
    played = {bounds: [p.play(*bounds) for p in periods] for bounds in itertools.product(FROM_END, FROM_WHOLE, UNTIL)}
    of_fold = {fold: best(periods, played, lambda p: p.fold != fold) for fold in sorted({p.fold for p in periods})}
    for fold, bounds in of_fold.items():
        print("without fold %s: from %.2f at the end and %.2f at the beginning, until %.2f" % (fold, *bounds))
    print("by folds: falsely dry %.3f, told %.3f, flaps %.3f"
          % figures(periods, [played[of_fold[p.fold]][i] for i, p in enumerate(periods)]))
    bounds = best(periods, played, lambda p: True)
    print("on all: from %.2f, %.2f, until %.2f: falsely dry %.3f, told %.3f, flaps %.3f"
          % (*bounds, *figures(periods, played[bounds])))


if __name__ == "__main__":
    main()
