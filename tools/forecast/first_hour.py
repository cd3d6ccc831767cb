"""Draws the questions of the first hours: short histories, short questions, polls from 10 seconds to an hour apart.

    python3 first_hour.py DATA_DIR FOLDER [--seed N] [--episodes TIMES]

FOLDER gets a data set of the layout that the bench reads (series.csv, series/, tasks.csv, answers.csv; alerts.csv is
empty), drawn from all series of DATA_DIR, and some even burners. `class` says what a question is about: `seen` (a
history of 1 minute to 6 hours, money for about 1 minute to 6 hours), `told` (the same, and the consumption endpoint
told the sums of some days before), `long` (watched for days), `even` (the same money all the time; ten readings or
more). `open` is `long` whatever the end: those that end within six hours are the ones that came sooner than it looked,
so every honest forecast of them alone is late.

The given series are read every 5 to 60 minutes. What happened in between is made up: requests of the series' own size
and rate, evenly spread, in a burst, or a steady flow.
"""

import argparse
import pathlib

import numpy

import draw

HOUR, DAY = draw.HOUR, 86400
STEPS_S = (10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
SHORTEST_H, LONGEST_H = 1 / 60, 6.0
WINDOW_H = 12
MISSED = 0.015


class Detail:
    """What a series spent in a window, request by request; before and after it, as its polls tell."""

    def __init__(self, series, start, random):
        self.series, self.start = series, start
        first = int(numpy.searchsorted(series.at, start, side="right")) - 1
        last = min(int(numpy.searchsorted(series.at, start + WINDOW_H * HOUR)), len(series.at) - 1)
        self.start, self.end = int(series.at[first]), int(series.at[last])
        self.whole = numpy.diff(series.at[first:last + 1]).max() <= 2.5 * series.step_s
        spent = numpy.diff(series.spent[first:last + 1])
        usual = numpy.median(spent[spent > 0]) if (spent > 0).any() else 1
        self.size = usual / numpy.exp(random.uniform(numpy.log(1.5), numpy.log(500)))
        self.even = random.random() < 0.15
        times, amounts = [], []
        for i in numpy.flatnonzero(spent > 0):
            if self.even:
                count = 60
                at = series.at[first + i] + (numpy.arange(count) + 1) / count * numpy.diff(series.at)[first + i]
                parts = numpy.ones(count)
            else:
                at, parts = self.requests(series.at[first + i], series.at[first + i + 1], spent[i], random)
            times.append(at)
            amounts.append(parts / parts.sum() * spent[i])
        self.times = numpy.concatenate(times) if times else numpy.zeros(0)
        self.total = numpy.concatenate([[0], numpy.cumsum(numpy.concatenate(amounts))]) if times else numpy.zeros(1)
        self.total = self.total + series.spent[first]

    def requests(self, start, end, spent, random):
        count = min(max(1, random.poisson(spent / self.size)), 2000)
        begin, width = 0.0, 1.0
        if random.random() < 0.25:
            width = random.uniform(0.1, 1)
            begin = random.uniform(0, 1 - width)
        at = start + (end - start) * (begin + width * numpy.sort(random.random(count)))
        return at, random.gamma(1.0, size=count) + 1e-3

    def spent_at(self, times):
        times = numpy.asarray(times, float)
        inside = self.total[numpy.searchsorted(self.times, times, side="right")]
        return numpy.where((times < self.start) | (times > self.end), self.series.spent_at(times), inside)

    def end_of(self, total):
        """When so much was spent in all; None: it never was."""
        if total <= self.total[-1]:
            place = int(numpy.searchsorted(self.total, total)) - 1
            return float(self.times[place]) if place >= 0 else None
        return draw.end_of_amount(self.series, total)


class Watched:
    """The polls of one key: seldom before the window, every `step_s` in it."""

    def __init__(self, name, detail, step_s, days, random):
        self.name, self.detail, self.step_s = name, detail, step_s
        fine = numpy.arange(detail.start, detail.end, step_s) + random.integers(0, max(1, step_s // 20), 1)
        keep = random.random(len(fine)) > MISSED
        before = detail.series.at[(detail.series.at < detail.start)
                                  & (detail.series.at >= detail.start - days * DAY)]
        self.coarse = len(before)
        self.at = numpy.concatenate([before, fine[keep]]).astype(numpy.int64)
        self.spent = numpy.rint(detail.spent_at(self.at)).astype(numpy.int64)
        self.usual = (detail.series.spent[-1] - detail.series.spent[0]) / (detail.series.at[-1] - detail.series.at[0])


def watch(name, series, random, days=14):
    for _ in range(20):
        detail = Detail(series, random.uniform(series.at[0], max(series.at[0] + 1, series.at[-1] - 7 * HOUR)), random)
        if detail.whole and len(detail.times) > 2:
            step_s = int(STEPS_S[random.integers(len(STEPS_S))])
            return Watched(name, detail, step_s, days, random)
    return None


def history(w, kind, random):
    """(hist_from, origin, usage_from) as places of polls and a time; None when the draw was no good."""
    if len(w.at) - w.coarse < 4:
        return None
    i = int(random.integers(w.coarse + 2, len(w.at)))
    if kind == "long":
        hours = numpy.exp(random.uniform(numpy.log(6), numpy.log(14 * 24)))
        first = int(numpy.searchsorted(w.at, w.at[i] - hours * HOUR))
        return (first, i, 0) if i - first >= 3 else None
    least_h = max(2.1 * w.step_s / HOUR, SHORTEST_H)
    hours = numpy.exp(random.uniform(numpy.log(least_h), numpy.log(max(least_h * 1.01, LONGEST_H))))
    first = max(w.coarse, int(numpy.searchsorted(w.at, w.at[i] - hours * HOUR)))
    if i - first < 2:
        return None
    if kind == "seen":
        return first, i, 0
    days = int(random.integers(1, 8))
    usage_from = w.at[first] // DAY * DAY - days * DAY
    return (first, i, int(usage_from)) if usage_from >= w.at[0] // DAY * DAY and w.at[0] < w.at[first] - DAY else None


def short(kind, random):
    """How far an amount reaches at the mean rate, how late it may really end, and the least share of it that the
    history must have used."""
    return LONGEST_H, LONGEST_H, 1 / 24


def open_ended(kind, random):
    """What looks short is asked, however late it ends."""
    return 2 * LONGEST_H, 21 * 24.0, 1 / 24


def question(w, kind, reach, random):
    found = history(w, kind, random)
    if not found:
        return None
    first, i, usage_from = found
    watched, used = w.at[i] - w.at[first], w.spent[i] - w.spent[first]
    asked_h, longest_h, least_used = reach(kind, random)
    busy = numpy.count_nonzero(numpy.diff(w.spent[first:i + 1]) > 0)
    if busy < min(3, i - first):
        return None
    rate = w.usual if random.random() < 0.5 else used / watched
    horizon_h = numpy.exp(random.uniform(numpy.log(SHORTEST_H), numpy.log(asked_h)))
    amount = int(rate * HOUR * horizon_h * numpy.exp(0.3 * random.standard_normal()))
    if amount <= 0 or used < amount * least_used:
        return None
    end = w.detail.end_of(w.spent[i] + amount)
    if end is None:
        return None
    true_h = (end - w.at[i]) / HOUR
    if not SHORTEST_H <= true_h <= longest_h:
        return None
    return (w.name, int(w.at[first]), int(w.at[i]), amount, usage_from), float(numpy.log(true_h)), kind


def questions(w, count, random, reach=short, shares=(0.6, 0.2, 0.2)):
    rows = []
    for _ in range(count):
        kind = str(random.choice(("seen", "told", "long"), p=shares))
        drawn = (question(w, kind, reach, random) for _ in range(12))
        rows += [found for found in [next((d for d in drawn if d), None)] if found]
    return rows


def even(name, random):
    """The same money all the time, by small requests."""
    step_s = int(STEPS_S[random.integers(len(STEPS_S))])
    hours = max(14, 24 * step_s / HOUR)
    native = max(300, step_s)
    count = int(hours * HOUR / native) + 40
    spent = numpy.rint(numpy.full(count, numpy.exp(random.uniform(0, 6)) * 1e7 * native / 300)).astype(numpy.int64)
    start = 1750000000 + int(random.integers(0, 7 * DAY))
    series = draw.Series(name, native, start + native * numpy.arange(count + 1), spent)
    detail = Detail(series, start, random)
    detail.start, detail.end = start, int(start + hours * HOUR)
    every = step_s * numpy.exp(random.uniform(numpy.log(0.01), numpy.log(0.3)))
    detail.times = start + every * (numpy.arange(int(hours * HOUR / every)) + random.random())
    wobble = numpy.exp(random.choice([0, 0.05, 0.3]) * random.standard_normal(len(detail.times)))
    rate = spent[0] / native
    detail.total = numpy.concatenate([[0], numpy.cumsum(rate * every * wobble / wobble.mean())])
    return Watched(name, detail, step_s, 0, random)


def even_questions(w, count, random):
    """After ten readings or more."""
    rows = []
    while len(rows) < count:
        i = int(random.integers(10, min(len(w.at), 200)))
        first = int(random.integers(0, i - 9))
        rate = (w.spent[-1] - w.spent[0]) / (w.at[-1] - w.at[0])
        amount = int(rate * HOUR * numpy.exp(random.uniform(numpy.log(2 * SHORTEST_H), numpy.log(LONGEST_H))))
        true_h = amount / rate / HOUR
        rows.append(((w.name, int(w.at[first]), int(w.at[i]), amount, 0), float(numpy.log(true_h)), "even"))
    return rows


def write_folder(folder, watched):
    (folder / "series").mkdir(parents=True, exist_ok=True)
    with open(folder / "series.csv", "w") as file:
        file.write("series,step_s,reset,reset_amount_nano_usd\n")
        file.writelines("%s,%d,none,0\n" % (w.name, w.step_s) for w in watched)
    for w in watched:
        full = int(w.spent[-1]) + 10 ** 9
        with open(folder / "series" / (w.name + ".csv"), "w") as polls:
            polls.write("ts,balance_nano_usd\n")
            polls.writelines("%d,%d\n" % (t, full - int(x)) for t, x in zip(w.at, w.spent))


def write_questions(path, rows):
    """In the order in which the bench can go on watching."""
    with open(path, "w") as file:
        file.write("series,hist_from,origin,balance_nano_usd,usage_from\n")
        file.writelines("%s,%d,%d,%d,%d\n" % row for row in rows)


def write_tasks(folder, rows):
    with open(folder / "tasks.csv", "w") as tasks, open(folder / "answers.csv", "w") as answers:
        tasks.write("task_id,series,hist_from,origin,balance_nano_usd,usage_from\n")
        answers.write("task_id,class,t_exhaust\n")
        for k, (row, truth, kind) in enumerate(rows):
            tasks.write("f%05d,%s,%d,%d,%d,%d\n" % ((k,) + row))
            answers.write("f%05d,%s,%.1f\n" % (k, kind, row[2] + numpy.exp(truth) * HOUR))
    (folder / "alerts.csv").write_text("task_id,episode,alert_hours,series,hist_from,origin,balance_nano_usd\n")


def episodes_by_days(days):
    return 6 if days < 2 else 10 if days < 20 else 24


def draw_folder(data, folder, seed=7, episodes=1.0):
    """A data set in `folder`, drawn from the series of `data`; `episodes`: how many, as a multiple of the table's."""
    random = numpy.random.default_rng(seed)
    watched, rows = [], []
    for row in draw.read_table(data / "series.csv"):
        series = draw.Series.read(data, row)
        for k in range(max(1, round(episodes * episodes_by_days((series.at[-1] - series.at[0]) / DAY)))):
            w = watch("%s.%d" % (series.name, k), series, random)
            if w:
                watched.append(w)
                rows += questions(w, 4, random)
                rows += [(*asked, "open") for *asked, _ in questions(w, 2, random, open_ended, (0, 0, 1))]
    for k in range(round(100 * episodes)):
        w = even("even.%d" % k, random)
        watched.append(w)
        rows += even_questions(w, 4, random)
    write_folder(folder, watched)
    write_tasks(folder, rows)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("folder", type=pathlib.Path)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--episodes", type=float, default=1.0, help="how many, as a multiple of the table's")
    chosen = options.parse_args()
    draw_folder(chosen.data, chosen.folder, chosen.seed, chosen.episodes)


if __name__ == "__main__":
    main()
