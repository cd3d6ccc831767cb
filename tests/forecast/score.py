"""Scores forecasts of when a balance is empty: those of the bench, or of any other program that answers its questions.

    python3 score.py DATA_DIR PREDICTIONS.csv        a table by class
    python3 score.py --check BENCH DATA_DIR          the test: has anything changed, has anything got worse?

Errors are logarithms of times ahead; pinball is the mean loss of the 10, 50 and 90 % points. The test compares with
expected.csv in DATA_DIR, which BENCH wrote when it was last meant to change, and with a bound for pinball.
"""

import csv
import math
import pathlib
import statistics
import subprocess
import sys

LEVELS = (0.1, 0.5, 0.9)
SOONEST, LATEST = 60.0, 365 * 86400.0
SAME = 0.03         # compilers round differently, and a quantile of a small sample can then fall into the next bin
PINBALL_BOUND = 0.17


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def log_ahead(time, origin):
    ahead = float(time) - origin
    return math.log(min(max(ahead, SOONEST), LATEST))


def scored(data, predictions):
    """(class, truth, quantiles) for each task, as logs of seconds ahead; no prediction counts as a year."""
    answers = {row["task_id"]: row for row in read(data / "answers.csv")}
    told = {row["task_id"]: row for row in predictions}
    never = {"t_p10": "inf", "t_p50": "inf", "t_p90": "inf"}
    for task in read(data / "tasks.csv"):
        origin, answer = float(task["origin"]), answers[task["task_id"]]
        row = told.get(task["task_id"], never)
        quantiles = [log_ahead(row[name], origin) for name in ("t_p10", "t_p50", "t_p90")]
        yield answer["class"], math.log(float(answer["t_exhaust"]) - origin), quantiles


def loss(level, truth, quantile):
    return max(level * (truth - quantile), (level - 1) * (truth - quantile))


def figures(rows):
    errors = [abs(q[1] - truth) for _, truth, q in rows]
    return {
        "tasks": len(rows),
        "pinball": statistics.fmean(loss(a, truth, x) for _, truth, q in rows for a, x in zip(LEVELS, q)),
        "factor": math.exp(statistics.median(errors)),
        "within 2": statistics.fmean(e <= math.log(2) for e in errors),
        "cover": statistics.fmean(q[0] <= truth <= q[2] for _, truth, q in rows),
        "bias": statistics.median(q[1] - truth for _, truth, q in rows),
    }


def by_class(rows):
    rows = list(rows)
    classes = sorted({row[0] for row in rows})
    return {"all": figures(rows), **{name: figures([r for r in rows if r[0] == name]) for name in classes}}


def check(bench, data):
    run = subprocess.run([bench, data], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    predictions = list(csv.DictReader(run))
    expected = {row["task_id"]: row for row in read(data / "expected.csv")}
    origins = {row["task_id"]: float(row["origin"]) for row in read(data / "tasks.csv")}
    wrong = 0
    for row in predictions:
        for name in ("t_p10", "t_p50", "t_p90"):
            origin = origins[row["task_id"]]
            off = log_ahead(row[name], origin) - log_ahead(expected[row["task_id"]][name], origin)
            if abs(off) > SAME:
                print("%s %s: %s, expected %s" % (row["task_id"], name, row[name], expected[row["task_id"]][name]))
                wrong += 1
    pinball = figures(list(scored(data, predictions)))["pinball"]
    print("%d answers differ; pinball %.4f, bound %.4f" % (wrong, pinball, PINBALL_BOUND))
    return wrong == 0 and len(predictions) == len(expected) and pinball <= PINBALL_BOUND


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "--check":
        return 0 if check(arguments[1], pathlib.Path(arguments[2])) else 1
    if len(arguments) != 2:
        sys.exit(__doc__)
    table = by_class(scored(pathlib.Path(arguments[0]), read(arguments[1])))
    print("%-12s" % "" + "".join("%10s" % name for name in table["all"]))
    for name, row in table.items():
        print("%-12s" % name + "".join("%10d" % v if isinstance(v, int) else "%10.3f" % v for v in row.values()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
