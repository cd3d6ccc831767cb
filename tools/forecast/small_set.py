"""Makes the small data set that the tests keep: invented series, a few questions to each.

    python3 small_set.py tests/forecast
"""

import pathlib
import sys

import numpy

import draw

SERIES, TASKS = 10, 15


def half_hourly(random):
    """Invented ones are polled oftener: these would be too large to keep."""
    one = draw.invented("x", random)
    at = numpy.arange(int(one.at[0]), int(one.at[-1]) + 1, 1800)
    return at, numpy.rint(one.spent_at(at)).astype(numpy.int64)


def main(folder):
    random = numpy.random.default_rng(7)
    made, tasks, answers = [], [], []
    for k in range(SERIES):
        at, spent = half_hourly(random)
        kept = (at - at[0]) <= 14 * 86400
        made.append(draw.Series("invented-%d" % k, 1800, at[kept], numpy.diff(spent[kept])))
        rows, truths = draw.draw_questions(made[-1], TASKS, random)
        for (name, first, origin, amount), truth in zip(rows, truths):
            tasks.append("s%03d,%s,%d,%d,%d" % (len(tasks), name, first, origin, amount))
            answers.append("s%03d,invented,%d" % (len(answers), origin + 3600 * numpy.exp(truth)))
    draw.write_series(folder, made)
    (folder / "tasks.csv").write_text("\n".join(["task_id,series,hist_from,origin,balance_nano_usd"] + tasks) + "\n")
    (folder / "answers.csv").write_text("\n".join(["task_id,class,t_exhaust"] + answers) + "\n")
    (folder / "alerts.csv").write_text("task_id,episode,alert_hours,series,hist_from,origin,balance_nano_usd\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
