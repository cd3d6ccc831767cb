"""Makes balances of prepaid keys out of public usage series, in the layout that train.py and the bench read.

    python3 convert.py SOURCES DATA [--clients N] [--questions N]

SOURCES holds what its owners publish, as they lay it out; what is not there is left out:

    ServeGen/data/{language,reason,multimodal}/MODEL/chunk-N-trace.csv and chunk-N-dataset.json
    NAB/data/realTweets/*.csv and NAB/data/realAWSCloudwatch/ec2_{network_in,disk_write_bytes}*.csv
    bike/hour.csv

Use by step is priced, scaled to 0.5 to 500 USD a day and taken off a balance that is topped up or reset as people do
it; some polls are missing. DATA gets series.csv, series/NAME.csv, and questions with their answers: tasks.csv,
answers.csv, alerts.csv (empty). Everything comes from one seed.
"""

import argparse
import ast
import csv
import datetime
import json
import math
import pathlib
import zlib
import zoneinfo

import numpy

import draw

SEED, HOUR, DAY, WEEK = 1, 3600, 86400, 7 * 86400
NEWEST = 1767571200                # 2026-01-05, a Monday: series end in the weeks before it
ZONES_H = (0, 7, 16)               # where a client of a language model may live
OUTPUT_PRICE = 4                   # of a token that is written, in tokens that are read
LOGNORMAL = math.exp(0.5), (math.e - 1) * math.e  # mean and variance of a request's price, of sigma 1
MISSED, OUTAGE_EVERY_S = 0.015, 8 * DAY
PARIS = zoneinfo.ZoneInfo("Europe/Paris")


class Use:
    """What one key consumed: so many units in each step of step_s seconds from `start` on."""

    def __init__(self, name, source, step_s, start, units):
        self.name, self.source, self.step_s, self.start = name, source, step_s, int(start)
        self.units = numpy.asarray(units, float)


def rows_of(path):
    with open(path, newline="") as file:
        yield from csv.DictReader(file)


def priced(requests, mean, variance, random):
    """The sum of so many prices, step by step."""
    shape = requests * mean * mean / max(variance, 1e-9)
    return numpy.where(requests > 0, random.gamma(numpy.maximum(shape, 1e-9)) * variance / mean, 0)


# ---- what the sources look like ----

def moments(distribution):
    """Mean and variance of {length: probability}, written as Python writes it."""
    shares = ast.literal_eval(distribution)
    lengths, weights = numpy.array(list(shares), float), numpy.array(list(shares.values()), float)
    weights /= weights.sum()
    mean = (lengths * weights).sum()
    return mean, ((lengths - mean) ** 2 * weights).sum()


def price_by_window(path):
    """[(first second, mean, variance)] of what one request costs, for each window that has any."""
    found = []
    for start, window in json.loads(path.read_text()).items():
        if window.get("input_tokens", "{}") != "{}" and window.get("output_tokens", "{}") != "{}":
            (read, read_spread), (written, spread) = moments(window["input_tokens"]), moments(window["output_tokens"])
            found.append((float(start), read + OUTPUT_PRICE * written, read_spread + OUTPUT_PRICE ** 2 * spread))
    return sorted(found)


def servegen_client(trace, name, random):
    """Rates are requests a second over the window that begins there; a window that is missing had none."""
    with open(trace, newline="") as file:
        rates = {float(row[0]): float(row[1]) for row in csv.reader(file) if len(row) >= 2 and row[1].strip()}
    windows = price_by_window(trace.with_name(trace.name.replace("-trace.csv", "-dataset.json")))
    starts = sorted(rates)
    if len(starts) < 2 or not windows:
        return None
    step_s = int(min(b - a for a, b in zip(starts, starts[1:])))
    requests = numpy.zeros(int((starts[-1] - starts[0]) // step_s) + 1)
    for start, rate in rates.items():
        requests[int((start - starts[0]) // step_s)] = round(rate * step_s)
    if random.random() < 0.35:  # a small key: a few requests an hour of the client's, at its own hours
        wanted = math.exp(random.uniform(math.log(0.5), math.log(50))) * step_s / HOUR
        requests = random.binomial(requests.astype(int), min(1, wanted / max(requests.mean(), 1e-9)))
    of_step = numpy.searchsorted([w[0] for w in windows], starts[0] + step_s * numpy.arange(len(requests)), "right")
    _, mean, variance = numpy.array(windows)[numpy.maximum(of_step - 1, 0)].T
    units = numpy.array([priced(n, m, v, random) for n, m, v in zip(requests, mean, variance)])
    return Use(name, "servegen", step_s, starts[0] + HOUR * random.choice(ZONES_H), units)


def servegen(folder, clients, random):
    for model in sorted(folder.glob("data/*/*")):
        traces = sorted(model.glob("chunk-*-trace.csv"), key=lambda path: int(path.name.split("-")[1]))
        chosen = traces[::max(1, len(traces) // clients)][:clients]
        for trace in chosen:
            yield servegen_client(trace, "sg-%s-%s" % (model.name, trace.name.split("-")[1]), random)


def nab_file(path, name, price):
    rows = list(rows_of(path))
    at = [datetime.datetime.fromisoformat(r["timestamp"]).replace(tzinfo=datetime.timezone.utc).timestamp()
          for r in rows]
    step_s = int(numpy.median(numpy.diff(at)))
    units = numpy.zeros(round((at[-1] - at[0]) / step_s) + 1)
    for when, row in zip(at, rows):
        units[round((when - at[0]) / step_s)] = price(float(row["value"]))
    return Use(name, "nab", step_s, at[0], units)


def nab(folder, random):
    for path in sorted(folder.glob("data/realTweets/Twitter_volume_*.csv")):
        yield nab_file(path, "tweets-" + path.stem.split("_")[-1].lower(), lambda n: priced(n, *LOGNORMAL, random))
    for kind, short in (("network_in", "netin"), ("disk_write_bytes", "diskw")):
        for path in sorted(folder.glob("data/realAWSCloudwatch/ec2_%s*.csv" % kind)):
            yield nab_file(path, "%s-%s" % (short, path.stem.split("_")[-1]), lambda octets: octets)


def bike(path, random):
    """Twenty weeks of hourly hires."""
    rows = list(rows_of(path))
    at = [datetime.datetime.fromisoformat(r["dteday"]).replace(hour=int(r["hr"]), tzinfo=datetime.timezone.utc)
          for r in rows]
    for kind in "casual", "registered":
        hours = numpy.zeros(20 * 7 * 24)
        for when, row in zip(at, rows):
            hour = int((when - at[0]).total_seconds() // HOUR)
            if hour < len(hours):
                hours[hour] = priced(float(row[kind]), *LOGNORMAL, random)
        yield Use("bike-" + kind, "uci-bike", HOUR, at[0].timestamp(), hours)


def uses_of(sources, clients, random):
    yield from servegen(sources / "ServeGen", clients, random)
    yield from nab(sources / "NAB", random)
    if (sources / "bike/hour.csv").exists():
        yield from bike(sources / "bike/hour.csv", random)


# ---- from use to the balance of a key ----

def is_usable(use):
    return use is not None and len(use.units) >= 100 and numpy.count_nonzero(use.units) >= 30


def spending(use, random):
    """Nano-dollars by step, scaled to a spend of its own, its weekdays kept and its weeks moved."""
    days = len(use.units) * use.step_s / DAY
    per_day = math.exp(random.uniform(math.log(0.5), math.log(500))) * 1e9
    weeks = (NEWEST - use.start - len(use.units) * use.step_s) // WEEK
    return use.start + weeks * WEEK, numpy.rint(use.units / use.units.sum() * days * per_day).astype(numpy.int64)


def is_reset_day(day, period):
    return period == "daily" or (period == "weekly" and day.weekday() == 0) or (period == "monthly" and day.day == 1)


def reset_between(before, at, period):
    first, last = (datetime.datetime.fromtimestamp(t, PARIS).date() for t in (before, at))
    return any(is_reset_day(first + datetime.timedelta(n + 1), period) for n in range((last - first).days))


def budgeted(at, spent, per_day, random):
    """A budget that is set back at midnight in Paris, as (period, amount, balances): now and then it runs out."""
    period = str(random.choice(["daily", "weekly", "monthly"]))
    days = {"daily": 1, "weekly": 7, "monthly": 30}[period]
    amount = int(float("%.2g" % (per_day * days * random.uniform(0.8, 2.5))))
    balance, balances = amount, [amount]
    for i, cost in enumerate(spent):
        balance = amount if reset_between(at[i], at[i + 1], period) else max(0, balance - int(cost))
        balances.append(balance)
    return period, amount, balances


def prepaid(spent, per_day, random):
    """Topped up by hand, and in time: as soon as the next step would empty it."""
    balance = int(per_day * random.uniform(1.5, 9))
    balances = [balance]
    for cost in spent:
        while balance <= cost:
            balance += int(float("%.2g" % (per_day * random.uniform(1.5, 9)))) + 1
        balance -= int(cost)
        balances.append(balance)
    return "none", 0, balances


def polls_kept(at, random):
    kept = random.random(len(at)) >= MISSED
    outages = random.poisson((at[-1] - at[0]) / OUTAGE_EVERY_S)
    for start in random.uniform(at[0], at[-1], outages):
        kept &= ~((at >= start) & (at < start + HOUR * math.exp(random.uniform(math.log(0.5), math.log(8)))))
    kept[0] = kept[-1] = True
    return kept


def write_key(folder, use, random):
    start, spent = spending(use, random)
    at = start + use.step_s * numpy.arange(len(spent) + 1)
    per_day = spent.sum() / (len(spent) * use.step_s / DAY)
    is_budget = random.random() < 1 / 3
    period, amount, balances = (budgeted(at, spent, per_day, random) if is_budget else prepaid(spent, per_day, random))
    kept = polls_kept(at, random)
    with open(folder / "series" / (use.name + ".csv"), "w") as file:
        file.write("ts,balance_nano_usd\n")
        file.writelines("%d,%d\n" % (t, b) for t, b, k in zip(at, balances, kept) if k)
    return {"series": use.name, "source": use.source, "step_s": use.step_s, "reset": period,
            "reset_amount_nano_usd": amount, "snapshots": int(kept.sum()), "days": round((at[-1] - at[0]) / DAY, 1)}


def write_table(path, columns, rows):
    with open(path, "w", newline="") as file:
        table = csv.DictWriter(file, columns, lineterminator="\n")
        table.writeheader()
        table.writerows(rows)


def write_questions(folder, rows, each, random):
    tasks, answers = [], []
    for row in rows:
        drawn, truths = draw.draw_questions(draw.Series.read(folder, row), each, random)
        for (name, first, origin, amount), truth in zip(drawn, truths):
            task = "t%05d" % len(tasks)
            tasks.append({"task_id": task, "series": name, "hist_from": first, "origin": origin,
                          "balance_nano_usd": amount})
            answers.append({"task_id": task, "class": row["source"], "t_exhaust": int(origin + HOUR * math.exp(truth))})
    asked = ["task_id", "series", "hist_from", "origin", "balance_nano_usd"]
    write_table(folder / "tasks.csv", asked, tasks)
    write_table(folder / "answers.csv", ["task_id", "class", "t_exhaust"], answers)
    write_table(folder / "alerts.csv", ["task_id", "episode", "alert_hours", *asked[1:]], [])
    return len(tasks)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("sources", type=pathlib.Path)
    options.add_argument("data", type=pathlib.Path)
    options.add_argument("--clients", type=int, default=60, help="of each language model, at most (default 60)")
    options.add_argument("--questions", type=int, default=36, help="to each series (default 36)")
    chosen = options.parse_args()
    (chosen.data / "series").mkdir(parents=True, exist_ok=True)

    rows = []
    for use in uses_of(chosen.sources, chosen.clients, numpy.random.default_rng(SEED)):
        if is_usable(use):
            rows.append(write_key(chosen.data, use, numpy.random.default_rng([SEED, zlib.crc32(use.name.encode())])))
    if not rows:
        raise SystemExit("%s: none of the sources is there; see tools/forecast/README.md" % chosen.sources)
    write_table(chosen.data / "series.csv", list(rows[0]), rows)
    count = write_questions(chosen.data, rows, chosen.questions, numpy.random.default_rng(SEED))
    print("%d series, %d questions" % (len(rows), count))


if __name__ == "__main__":
    main()
