"""Scores verdicts before a reset: those of the bench, or of any other program that answers its questions.

    python3 score_resets.py DATA_DIR PREDICTIONS.csv [FOLDER]

With train.py's FOLDER also the spread over its folds. Brier: the mean of (p_dry - truth)^2, rows of one period together
as one. Falsely dry: of the periods that last, those of which a row said "runs_dry". Told: of those that run dry, the
same. Warned: "tight" is enough. Flaps: how often a period changes from "runs_dry" to another verdict. Calibration: by
tenths of p_dry, how often it happened.
"""

import pathlib
import statistics
import sys

import draw


class Period:
    def __init__(self, answer):
        self.is_dry, self.chances, self.verdicts = answer["truth"] == "dry", [], []

    def add(self, told):
        self.chances.append(float(told["p_dry"]))
        self.verdicts.append(told["verdict"])

    def brier(self):
        return statistics.fmean((p - self.is_dry) ** 2 for p in self.chances)

    def says(self, *verdicts):
        return any(v in verdicts for v in self.verdicts)

    def flaps(self):
        return sum(a == "runs_dry" != b for a, b in zip(self.verdicts, self.verdicts[1:]))


def share(values):
    return sum(values) / max(1, len(values))


def figures(periods):
    dry, lasting = [p for p in periods if p.is_dry], [p for p in periods if not p.is_dry]
    return {
        "Brier": statistics.fmean(p.brier() for p in periods),
        "falsely dry": share([p.says("runs_dry") for p in lasting]),
        "told": share([p.says("runs_dry") for p in dry]),
        "warned": share([p.says("runs_dry", "tight") for p in dry]),
        "flaps": share([p.flaps() for p in periods]),
    }


def calibration(periods):
    for tenth in range(10):
        rows = [(c, p.is_dry) for p in periods for c in p.chances if min(9, int(10 * c)) == tenth]
        if rows:
            yield len(rows), statistics.fmean(c for c, _ in rows), statistics.fmean(dry for _, dry in rows)


def spread(periods, fold_of):
    """The standard deviation of each figure over the folds."""
    by_fold = {}
    for p in periods:
        by_fold.setdefault(fold_of[p.series], []).append(p)
    each = [figures(some) for some in by_fold.values()]
    return {name: statistics.stdev(e[name] for e in each) for name in each[0]}


def periods_of(data, predictions):
    answers = {row["period_id"]: row for row in draw.read_table(data / "reset_answers.csv")}
    told = {row["task_id"]: row for row in draw.read_table(predictions)}
    periods = {}
    for row in draw.read_table(data / "resets.csv"):
        p = periods.setdefault(row["period_id"], Period(answers[row["period_id"]]))
        p.series, p.kind = row["series"], row["period"]
        p.add(told[row["task_id"]])
    return periods


def main(data, predictions, work=None):
    periods = list(periods_of(data, predictions).values())
    kinds = sorted({p.kind for p in periods})
    groups = {"all": periods} | {kind: [p for p in periods if p.kind == kind] for kind in kinds}
    print("%-8s%9s%6s" % ("", "periods", "dry"), *("%12s" % name for name in figures(groups["all"])))
    for name, some in groups.items():
        print("%-8s%9d%6d" % (name, len(some), sum(p.is_dry for p in some)),
              *("%12.3f" % v for v in figures(some).values()))
    if work:
        fold_of = {row["series"]: row["fold"] for row in draw.read_table(work / "folds.csv")}
        print("%-23s" % "spread over folds", *("%12.3f" % v for v in spread(groups["all"], fold_of).values()))
    print("calibration:", ", ".join("%.2f: %.2f (%d)" % (said, was, count)
                                    for count, said, was in calibration(groups["all"])))


if __name__ == "__main__":
    sys.exit(main(*map(pathlib.Path, sys.argv[1:])))
