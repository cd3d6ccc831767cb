"""Draws training material from a folder of usage series: more questions than the data set asks, and more series.

A question is drawn as the data set's own were: origin uniform over the polls, a history of a random length, an amount
of a log-uniform number of hours at the mean rate. Further series are made from those of one fold alone, so that a fold
that is held out stays unseen: sums of several, one that turns into another, and ones polled more seldom.
"""

import csv
import pathlib

import numpy

HOUR = 3600
HISTORIES_H = (2, 6, 24, 72, 168, 336, 1008)
SHORTEST_H, LONGEST_H = 0.5, 21 * 24


def read_table(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


class Series:
    """Polls of one key, and what it had spent at each of them; a step whose balance rose is filled in at the rate
    of its neighbours."""

    def __init__(self, name, step_s, at, spent):
        self.name, self.step_s, self.at = name, step_s, numpy.asarray(at, dtype=numpy.int64)
        self.spent = numpy.concatenate([[0], numpy.cumsum(spent)])

    @staticmethod
    def read(folder, row):
        path = folder / "series" / (row["series"] + ".csv")
        polls = numpy.loadtxt(path, delimiter=",", skiprows=1, dtype=numpy.int64)
        at, fall = polls[:, 0], -numpy.diff(polls[:, 1])
        width, hidden = numpy.diff(at), fall < 0
        rate = numpy.where(hidden, 0, fall) / width
        for i in numpy.flatnonzero(hidden):
            near = [k for k in (i - 1, i + 1) if 0 <= k < len(rate) and not hidden[k]]
            rate[i] = numpy.mean(rate[near]) if near else 0
        return Series(row["series"], int(row["step_s"]), at, rate * width)

    def spent_at(self, times):
        return numpy.interp(times, self.at, self.spent)


def draw_question(series, hours, random):
    """One row (series, hist_from, origin, balance) and the log of the true hours; None when the draw was no good.
    `hours` of history; None: all there is."""
    at, spent = series.at, series.spent
    earliest = 1 if hours is None else int(numpy.searchsorted(at, at[0] + hours * HOUR))
    if earliest >= len(at):
        return None
    i = random.integers(earliest, len(at))
    first = 0 if hours is None else int(numpy.searchsorted(at, at[i] - hours * HOUR))
    watched, used = at[i] - at[first], spent[i] - spent[first]
    if watched < 1.9 * HOUR:
        return None
    rate = spent[-1] / (at[-1] - at[0]) if random.random() < 0.5 else used / watched
    horizon_h = numpy.exp(random.uniform(numpy.log(SHORTEST_H), numpy.log(LONGEST_H)))
    amount = int(rate * HOUR * horizon_h * numpy.exp(0.3 * random.standard_normal()))
    if numpy.count_nonzero(numpy.diff(spent[first:i + 1]) > 0) < 3 or used < amount / 24 or amount <= 0:
        return None
    end = numpy.searchsorted(spent, spent[i] + amount)
    if end >= len(spent):
        return None
    share = (spent[i] + amount - spent[end - 1]) / (spent[end] - spent[end - 1])
    true_h = (at[end - 1] + (at[end] - at[end - 1]) * share - at[i]) / HOUR
    if not SHORTEST_H <= true_h <= LONGEST_H:
        return None
    return (series.name, int(at[first]), int(at[i]), amount), numpy.log(true_h)


def draw_questions(series, count, random):
    rows, truths = [], []
    for _ in range(4 * count):
        if len(rows) == count:
            break
        hours = None if random.random() < 0.4 else HISTORIES_H[random.integers(len(HISTORIES_H))]
        drawn = (draw_question(series, hours, random) for _ in range(12))
        found = next((d for d in drawn if d), None)
        if found:
            rows.append(found[0])
            truths.append(found[1])
    return rows, truths


def end_of_amount(series, total):
    """When the spending reaches a total, a time in seconds; None when it does not."""
    k = int(numpy.searchsorted(series.spent, total))
    if not 0 < k < len(series.spent):
        return None
    share = (total - series.spent[k - 1]) / (series.spent[k] - series.spent[k - 1])
    return series.at[k - 1] + (series.at[k] - series.at[k - 1]) * share


def spent_by(series, time):
    """Beyond the last poll it goes on at the mean rate."""
    mean = series.spent[-1] / (series.at[-1] - series.at[0])
    return series.spent_at(time) + max(0, time - series.at[-1]) * mean


def draw_episode(series, alert_h, count, random):
    """What a rule "exhausts within alert_h hours" sees of one key: some of the polls of an episode that either ends
    when the money does, 1.6 to 5 alert spans after it began, or lasts 2.5 spans and stays clear of the end. Rows as of
    draw_question and the logs of their true hours; empty when the draw was no good. Money is what is drawn, not the
    time of the end: money ends amid use, and a time may lie anywhere in the idle hours after it."""
    at, spent, span = series.at, series.spent, alert_h * HOUR
    drains, earliest = random.random() < 0.66, int(numpy.searchsorted(at, at[0] + 36 * HOUR))
    if earliest >= len(at) - 2:
        return [], []
    i = random.integers(earliest, len(at) - 1)
    last = at[i] + 2.5 * span
    if drains:
        soonest, latest = at[i] + 1.6 * span, min(at[i] + 5 * span, at[-1])
    else:
        soonest, latest = last + span, last + span * numpy.exp(random.uniform(0, numpy.log(6)))
    if (soonest if drains else last) > at[-1]:
        return [], []
    watched_h = numpy.exp(random.uniform(numpy.log(38), numpy.log(max(38, (at[i] - at[0]) / HOUR))))
    first = 0 if random.random() < 0.8 else int(numpy.searchsorted(at, at[i] - watched_h * HOUR))
    total = random.uniform(spent_by(series, soonest), spent_by(series, latest))
    amount, used = total - spent[i], spent[i] - spent[first]
    if amount <= 0 or used < amount / 24 or numpy.count_nonzero(numpy.diff(spent[first:i + 1]) > 0) < 3:
        return [], []
    end = end_of_amount(series, total)
    if end is None:
        end = at[-1] + (total - spent[-1]) * (at[-1] - at[0]) / spent[-1]
    if drains:
        last = end
    if (end - at[i]) / span < 1.6:
        return [], []
    polls = numpy.searchsorted(at, numpy.arange(at[i], last, max(span // 24, series.step_s)), side="right") - 1
    polls = numpy.unique(polls[(at[polls] < last) & (spent[polls] < total - 1)])
    chosen = numpy.sort(random.choice(polls, min(count, len(polls)), replace=False))
    rows = [(series.name, int(at[first]), int(at[j]), int(round(total - spent[j]))) for j in chosen]
    return rows, [numpy.log(max((end - at[j]) / HOUR, 1e-3)) for j in chosen]


def budget_of(uses, random):
    """What periods might be given, by what they used: mostly an amount that some exceed, as of the data set's own
    questions; now and then one that none does, or any."""
    way = random.random()
    if way < 0.5:
        return numpy.quantile(uses, random.uniform(0.6, 0.9))
    if way < 0.87:
        return numpy.quantile(uses, random.uniform(0.55, 0.93))
    if way < 0.95:
        return uses.max() * numpy.exp(random.random())
    return numpy.quantile(uses, random.uniform(0.1, 1)) * numpy.exp(0.3 * random.standard_normal())


def draw_period(series, days, count, random):
    """Lays a budget of periods of some days over a series, and asks along one of them: rows (series, hist_from, origin,
    balance, began, reset, amount) and whether the budget is spent in it. Nothing is asked once it is."""
    at, spent, length = series.at, series.spent, days * 86400
    shift = int(random.integers(0, length // HOUR)) * HOUR
    starts = numpy.arange((at[0] - shift + length - 1) // length * length + shift, at[-1] - length + 1, length)
    if len(starts) < 2:
        return [], False
    uses = series.spent_at(starts + length) - series.spent_at(starts)
    amount = int(budget_of(uses, random))
    least = 1 if random.random() < 0.15 else min(4 if days < 5 else 3, len(starts) - 1)
    k = int(random.integers(least, len(starts)))
    first, began, spent_before = 0, int(starts[k]), series.spent_at(starts[k])
    if random.random() < 0.12:
        watched = length * numpy.exp(random.uniform(numpy.log(0.2), numpy.log(k + 1)))
        first = int(numpy.searchsorted(at, max(at[0], began - watched)))
    edges = numpy.linspace(began + HOUR, began + length - HOUR, count + 1)
    times = edges[:-1] + random.random(count) * numpy.diff(edges)
    rows = []
    for i in numpy.unique(numpy.searchsorted(at, times, side="right") - 1):
        left = int(amount - (spent[i] - spent_before))
        if at[i] > max(began, at[first]) and left > 0 and spent[i] > spent[first]:
            rows.append((series.name, int(at[first]), int(at[i]), left, began, began + length, amount))
    return rows, bool(uses[k] >= amount)


def resample(series, start, steps, step_s):
    """Consumption by step from a time on, the series said again and again when it is too short, mean 1."""
    at = start + step_s * numpy.arange(steps + 1)
    week = 7 * 24 * HOUR
    period = max(1, (series.at[-1] - series.at[0]) // week) * week
    if series.at[-1] - series.at[0] >= week:
        laps, at = (at - series.at[0]) // period, series.at[0] + (at - series.at[0]) % period
        total = series.spent_at(at) + laps * series.spent_at(series.at[0] + period)
    else:
        total = series.spent_at(at)
    spent = numpy.maximum(0, numpy.diff(total))
    return spent / max(spent.mean(), 1e-9)


def made_of(name, spent, start, step_s, random):
    """A series of consumption by step, a few of its polls missing."""
    spent = numpy.rint(spent / max(spent.mean(), 1e-9) * 1e9 * step_s / HOUR).astype(numpy.int64)
    at = start + step_s * numpy.arange(len(spent) + 1)
    kept = random.random(len(at)) > 0.015
    kept[0] = kept[-1] = True
    total = numpy.concatenate([[0], numpy.cumsum(spent)])[kept]
    return Series(name, step_s, at[kept], numpy.diff(total))


def mixed(name, pool, random):
    """A sum of two or three, or one that turns into another, or works only while another does; two to four weeks."""
    chosen = [pool[i] for i in random.choice(len(pool), size=int(random.integers(2, 4)), replace=False)]
    step_s = int(random.choice([300, 600, 600, 900, 1800, 3600]))
    days = int(random.choice([14, 14, 21, 28]))
    steps = days * 86400 // step_s
    start = max(int(s.at[0]) for s in chosen) // 86400 * 86400 + 86400 * int(random.integers(0, 7))
    parts = [resample(s, start, steps, step_s) * numpy.exp(0.7 * random.standard_normal()) for s in chosen]
    way = random.random()
    if way < 0.2:
        spent = parts[0] * (parts[1] > 0.5) + 0.01 * parts[1]
    elif way < 0.45:
        turn = int(steps * random.uniform(0.2, 0.8))
        spent = numpy.concatenate([parts[0][:turn], parts[1][turn:]])
    else:
        spent = sum(parts)
    return made_of(name, spent, start, step_s, random)


def bent(name, series, random):
    """One series run backwards, begun elsewhere, made more or less even, or thinned to a few requests an hour."""
    step_s = series.step_s
    steps = int(series.at[-1] - series.at[0]) // step_s
    start = int(series.at[0])
    spent = resample(series, start, steps, step_s)
    if random.random() < 0.5:
        spent = spent[::-1]
    spent = numpy.roll(spent, int(random.integers(len(spent))))
    spent = spent ** numpy.exp(0.25 * random.standard_normal())
    spent = spent / max(spent.mean(), 1e-9)
    if random.random() < 0.4:
        per_step = numpy.exp(random.uniform(numpy.log(0.5), numpy.log(50))) * step_s / HOUR
        requests = random.poisson(spent * per_step)
        spent = numpy.where(requests > 0, random.gamma(numpy.maximum(requests, 1)), 0) / per_step
    if not spent.any():
        spent = spent + 1
    return made_of(name, spent, start, step_s, random)


def walk(steps, step_h, fades_h, random):
    """Logs of a level that forgets itself within some hours: an AR(1) of variance 1."""
    keep = numpy.exp(-step_h / fades_h)
    shocks, level = random.standard_normal(steps) * numpy.sqrt(1 - keep * keep), numpy.empty(steps)
    now = random.standard_normal()
    for i in range(steps):
        now = keep * now + shocks[i]
        level[i] = now
    return level


def spells(steps, step_h, random):
    """Use and rest in turn, of lengths that spread over a factor of some."""
    use_h, rest_h = numpy.exp(random.uniform(numpy.log(0.5), numpy.log(48), 2))
    spread, at, on, gate = random.uniform(0.2, 1.2), 0, bool(random.random() < 0.5), numpy.zeros(steps)
    while at < steps:
        length = max(1, int((use_h if on else rest_h) * numpy.exp(spread * random.standard_normal()) / step_h))
        gate[at:at + length] = on * numpy.exp(0.4 * random.standard_normal())
        at, on = at + length, not on
    return gate


def invented(name, random):
    """Of nobody: a rhythm of day and week, a wandering level, jumps, growth, spells, timed jobs, single requests."""
    step_s = int(random.choice([300, 600, 600, 900, 1800]))
    days, step_h = int(random.choice([14, 14, 21, 28])), step_s / HOUR
    steps = days * 86400 // step_s
    hours = step_h * numpy.arange(steps)
    logs = numpy.zeros(steps)
    if random.random() < 0.7:
        turn = 2 * numpy.pi * (hours / 24 + random.random())
        logs += random.uniform(0.2, 2.5) * (numpy.cos(turn) + 0.4 * random.standard_normal() * numpy.cos(2 * turn + 1))
    if random.random() < 0.5:
        resting = (hours // 24 + random.integers(7)) % 7 < 2
        logs -= random.uniform(0.1, 3) * resting
    for fades_h in (0.5, 4, 30):
        if random.random() < 0.6:
            logs += random.uniform(0.05, 1.2) * walk(steps, step_h, fades_h, random)
    for _ in range(random.poisson(1.2)):
        logs[random.integers(steps):] += 0.9 * random.standard_normal()
    spent = numpy.exp(logs)
    if random.random() < 0.45:
        spent = spent * spells(steps, step_h, random) + spent * random.choice([0, 0, 0.01, 0.05])
    if random.random() < 0.3:
        every = int(max(2, random.choice([1, 4, 6, 12, 24, random.uniform(2, 40)]) / step_h))
        jobs = numpy.zeros(steps)
        jobs[random.integers(every)::every] = 1
        spent = spent / max(spent.mean(), 1e-9) + jobs * every * numpy.exp(random.standard_normal())
    spent = spent / max(spent.mean(), 1e-9)
    per_step = numpy.exp(random.uniform(numpy.log(0.3), numpy.log(300))) * step_h
    requests = random.poisson(spent * per_step)
    spent = numpy.where(requests > 0, random.gamma(numpy.maximum(requests, 1)), 0) / per_step
    return made_of(name, spent + (0 if spent.any() else 1), 1750000000 // 86400 * 86400, step_s, random)


def even(name, random):
    """A clock that calls: the same money at every step, or nearly so. No real series is this even, but keys are."""
    step_s, days = int(random.choice([300, 600, 900, 1800])), int(random.choice([14, 21, 28]))
    spent = numpy.exp(random.choice([0, 0.003, 0.02, 0.1]) * random.standard_normal(days * 86400 // step_s))
    return made_of(name, spent, 1750000000 // 86400 * 86400, step_s, random)


def seldom(name, series, every):
    return Series(name, series.step_s * every, series.at[::every], numpy.diff(series.spent[::every]))


def write_series(folder, made):
    """In the data set's layout, as keys with money enough, topped up never."""
    (folder / "series").mkdir(parents=True, exist_ok=True)
    with open(folder / "series.csv", "w") as file:
        file.write("series,step_s,reset,reset_amount_nano_usd\n")
        for s in made:
            file.write("%s,%d,none,0\n" % (s.name, s.step_s))
            full = int(s.spent[-1]) + 10 ** 9
            with open(folder / "series" / (s.name + ".csv"), "w") as polls:
                polls.write("ts,balance_nano_usd\n")
                polls.writelines("%d,%d\n" % (t, full - int(x)) for t, x in zip(s.at, s.spent))


def write_questions(path, rows, more_columns=()):
    with open(path, "w") as file:
        file.write(",".join(("series", "hist_from", "origin", "balance_nano_usd") + more_columns) + "\n")
        file.writelines(",".join(map(str, row)) + "\n" for row in rows)


def folder_of(path):
    return pathlib.Path(path)
