"""A forecast from the first readings to the day on which it is known how good it was.

Each poll is an `ebb once` of its own under a wall clock that the test sets, so every one of them is a restart too.
"""

import contextlib
import csv
import datetime
import io
import json
import sqlite3

import pytest

from harness import Sim
from test_clock import WallClock

BEGIN = datetime.datetime(2026, 3, 2, 8, 0)
STEP = datetime.timedelta(minutes=30)
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "2.00"}}]


class Days:
    """A token that burns 0.25 USD between two polls, half an hour apart."""

    def __init__(self, sim, daemon, folder):
        self.sim, self.daemon, self.clock = sim, daemon, WallClock(folder, daemon)
        self.now, self.balance = BEGIN, 12.00
        daemon.environment["TZ"] = "UTC"
        sim.create("prod-burner", balance="12.00")

    def poll(self, burn=0.25):
        self.now += STEP
        self.balance -= burn
        self.sim.set_balance("prod-burner", f"{self.balance:.2f}")
        self.clock.set(f"@{self.now:%Y-%m-%d %H:%M:%S}")
        done = self.daemon.run("once")
        assert done.returncode == 0, done.stderr

    def forecast(self, *arguments):
        shown = self.daemon.run("forecast", "prod-burner", "--json", *arguments)
        assert shown.returncode == 0, shown.stderr
        return json.loads(shown.stdout)

    def words(self, *arguments):
        shown = self.daemon.run("forecast", "prod-burner", *arguments)
        assert shown.returncode == 0, shown.stderr
        return shown.stdout

    def status(self):
        return json.loads(self.daemon.run("status", "--json").stdout)


@pytest.fixture
def days(sim, make_daemon, tmp_path):
    return Days(sim, make_daemon(sim.url, rules=RULES, interval="30m"), tmp_path)


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).replace(tzinfo=None)


def times(forecast):
    return [time_of(forecast[name]) for name in ("early_at", "likely_at", "late_at")]


def test_a_forecast_from_its_first_words_to_its_score(days):
    days.poll()
    assert days.forecast()["state"] in ("learning", "idle")
    assert "in sight" in days.words() or "Learning" in days.words()

    for _ in range(19):
        days.poll()

    # 7 USD left at half a dollar an hour: 14 hours.
    told = days.forecast()
    early, likely, late = times(told)
    truth = days.now + datetime.timedelta(hours=14)
    assert days.now <= early <= likely <= late
    assert early <= truth <= late
    assert datetime.timedelta(hours=6) <= likely - days.now <= datetime.timedelta(hours=30)
    assert told["forecast_history"] == "hours" and 0 <= told["chance_lasts"] <= 0.2

    # What the daemon stored is what the command says, a restart later.
    token = days.status()["tokens"][0]
    assert abs(time_of(token["likely_at"]) - likely) < datetime.timedelta(hours=1)

    # People see the same in words, and a picture with the threshold.
    words = days.words()
    assert "early" in words and "likely" in words and "warning below 2.00" in words
    assert max(map(len, words.splitlines())) <= 80
    plain = days.words("--ascii")
    assert plain.isascii() and "*" in plain

    # More money is never earlier, a faster burn never later; what is needed for longer is more.
    richer, faster = days.forecast("--what-if", "+20.00")["what_if"], days.forecast("--what-if", "burn x2")["what_if"]
    assert all(a > b for a, b in zip(times(richer), times(told)))
    assert all(a < b for a, b in zip(times(faster), times(told)))
    needed = [days.forecast("--until", f"{hours}h")["needed"]["balance_usd"] for hours in (6, 12, 48)]
    assert needed == sorted(needed) and needed[0] > 1

    # A quarter of an hour's dollars later it is topped up: that never brings the end nearer.
    days.poll(burn=-10.00)
    assert all(a >= b - STEP for a, b in zip(times(days.forecast()), times(told)))

    # By now forecasts of some shares of the balance came due, and it is told how good they were.
    for _ in range(6):
        days.poll()
    scores = days.daemon.database.rows("SELECT within, error_milli, spent FROM score")
    assert scores and all(spent for _, _, spent in scores)
    made = days.daemon.database.rows("SELECT made_at, amount_nano FROM score UNION "
                                     "SELECT made_at, amount_nano FROM promise ORDER BY made_at")
    assert all(later - earlier >= 3 * 3600 for (earlier, _), (later, _) in zip(made, made[1:])), "one in three hours"
    assert max(amount for _, amount in made) > 3 * min(amount for _, amount in made), "of several shares"
    a_few_scores_judge_nothing(days, len(scores))

    # As many as it takes, over more than a day.
    with contextlib.closing(sqlite3.connect(days.daemon.database.path)) as writer, writer:
        writer.executemany("INSERT INTO score SELECT token, 40 + ?, made_at - 86400, ended_at - 86400, amount_nano,"
                           " early_at - 86400, likely_at - 86400, late_at - 86400, spent, within, error_milli"
                           " FROM score WHERE place = 0", [(n,) for n in range(10)])
    count = len(scores) + 10
    record = days.forecast()["forecasts"]
    assert record["scored"] == count and 1 <= record["median_factor"] < 3
    assert "have come due, " in days.words()
    told_by_horizon(days, record, count)
    assert days.status()["forecasts"][0]["scored"] == count
    assert f"of {count} within their interval" in days.daemon.run("status").stdout
    told_by_the_reports(days, record, count)


def test_a_forecast_whose_money_went_while_nobody_watched_is_dropped_without_a_score(days):
    for _ in range(12):
        days.poll()
    database = days.daemon.database
    scored = database.one("SELECT count(*) FROM score")
    assert database.one("SELECT count(*) FROM promise") > 0
    days.now += datetime.timedelta(days=1)
    days.poll(burn=days.balance)
    assert database.one("SELECT count(*) FROM promise") == 0, "what they spoke of is spent"
    assert database.one("SELECT count(*) FROM score") == scored


def test_a_forecast_that_nobody_could_watch_come_due_is_no_miss(days):
    for _ in range(12):
        days.poll()
    database = days.daemon.database
    told = database.rows("SELECT count(*) FROM score"), database.rows("SELECT * FROM promise")
    assert told[1]
    days.sim.fault("status", status=503)
    days.now += datetime.timedelta(days=3)
    days.clock.set(f"@{days.now:%Y-%m-%d %H:%M:%S}")
    assert days.daemon.run("once").returncode != 0
    assert told == (database.rows("SELECT count(*) FROM score"), database.rows("SELECT * FROM promise"))
    days.sim.clear_faults()
    days.poll(burn=5.00)
    assert told[0] == database.rows("SELECT count(*) FROM score"), "when it was spent, nobody saw"


def test_credits_that_stay_the_same_are_as_fresh_as_the_last_poll(days):
    for _ in range(12):
        days.poll()
    shown = json.loads(days.daemon.run("forecast", "--credits", "--json").stdout)
    assert shown["state"] == "unused" and time_of(shown["seen_at"]) >= days.now
    days.sim.fault("status", status=503, path="/v2/cost_management/credits/")
    days.poll()
    days.poll()
    shown = json.loads(days.daemon.run("forecast", "--credits", "--json").stdout)
    assert time_of(shown["seen_at"]) <= days.now - STEP, "nobody told them since"


def told_by_horizon(days, record, count):
    """Each forecast counts at the distance that it looked ahead, wherever the record is shown."""
    by_horizon = {row["horizon"]: row for row in record["by_horizon"]}
    assert list(by_horizon) == ["6h", "2d", "beyond"]
    seen = days.daemon.database.rows("SELECT sum(likely_at - made_at < 21600), sum(likely_at - made_at BETWEEN 21600"
                                     " AND 172799), sum(likely_at - made_at >= 172800) FROM score")[0]
    assert tuple(row["scored"] for row in by_horizon.values()) == tuple(seen) and sum(seen) == count
    for row in by_horizon.values():
        assert (row["coverage"] is None) == (row["scored"] < 10), "fewer than ten say nothing"
    account = days.status()["forecasts"][0]
    assert tuple(account["scored_" + name] for name in by_horizon) == tuple(seen)
    for name, row in by_horizon.items():
        shown = account["coverage_" + name]
        assert shown == row["coverage"] or abs(shown - row["coverage"]) < 0.001, "rounded, but the same"
    words = [text for text, n in zip(("under 6 h", "6 h to 2 days", "beyond 2 days"), seen) if n]
    for shown in (days.words(), days.daemon.run("status").stdout):
        assert all(text in " ".join(shown.split()) for text in words)
    view = days.daemon.database.rows("SELECT scored_6h, scored_2d, scored_beyond FROM v_forecast_record")
    assert view == [tuple(seen)]


def a_few_scores_judge_nothing(days, count):
    assert 0 < count < 10
    record = days.forecast()["forecasts"]
    assert record["scored"] == count and record["median_factor"] is record["coverage"] is record["bias"] is None
    assert f"judge them ({count} so far)" in days.words()
    row = days.status()["forecasts"][0]
    assert row["scored"] == count and row["coverage"] is row["median_factor"] is row["bias"] is None
    assert f"judge them ({count} so far)" in days.daemon.run("status").stdout
    assert "factor of" not in days.words() + days.daemon.run("status").stdout


def told_by_the_reports(days, record, count):
    """Every format tells the same of the period in which they came due, and nothing of one in which none did."""
    report = days.daemon.run
    past = ["--since", "2020-01-01", "--until", "2020-02-01"]
    told = json.loads(report("report", "--forecasts", "--json").stdout)
    assert [row["scored"] for row in told] == [count]
    assert {name: told[0][name] for name in ("coverage", "median_factor", "bias")} == \
        {name: days.status()["forecasts"][0][name] for name in ("coverage", "median_factor", "bias")}
    table = list(csv.DictReader(io.StringIO(report("report", "--forecasts", "--format", "csv").stdout)))
    assert [int(row["scored"]) for row in table] == [count]
    held = str(int(100 * told[0]["coverage"] + 0.001))  # people see a decimal behind it
    for form in (["--forecasts", "--format", "text"], ["--forecasts", "--format", "markdown"], ["--html", "-"]):
        page = report("report", *form).stdout
        assert "HALF WITHIN FACTOR" in page.upper() and held in page
        assert f"{told[0]['median_factor']:.2f}" in page
    for silent in (["--html", "-", *past], ["--html", "-", "--token", "prod-*"], [], ["--format", "markdown"]):
        page = report("report", *silent)  # a report of spend shows no forecasts that nobody asked for
        assert page.returncode == 0 and "HALF WITHIN FACTOR" not in page.stdout.upper()
    none = report("report", "--forecasts", *past, "--json")
    assert json.loads(none.stdout) == [] and report("report", "--forecasts", *past).stdout == ""
    assert report("report", "--forecasts", "--token", "x").returncode == 2


@pytest.mark.parametrize("arguments, code, word", [
    (["nobody"], 3, "nobody"),
    ([], 2, "--credits"),
    (["prod-burner", "--credits"], 2, "--credits"),
    (["prod-burner", "--what-if", "20"], 2, "burn x1.5"),
    (["prod-burner", "--until", "soon"], 2, "--until"),
    (["prod-burner", "--until", "2020-01-01"], 2, "a time in the future"),
    (["prod-burner", "--until", "never"], 2, "a time in the future"),
])
def test_a_question_that_cannot_be_answered_is_refused_in_words(days, arguments, code, word):
    days.poll()
    refused = days.daemon.run("forecast", *arguments)
    assert refused.returncode == code and word in refused.stderr and refused.stdout == ""


def test_a_token_that_cannot_run_dry_is_told_so(days):
    days.sim.create("prod-free")
    days.poll()
    shown = days.daemon.run("forecast", "prod-free")
    assert shown.returncode == 0 and "No budget" in shown.stdout
    days.balance = 0.25
    days.poll()
    assert "Exhausted" in days.words()
    assert days.daemon.run("forecast", "--credits").returncode == 0


def test_what_a_poll_has_no_time_for_is_forecast_before_the_next(stage, make_daemon):
    """Consumption tells of more tokens than are forecast at once that they burn, and the next poll is an hour ahead:
    all get their forecasts while the daemon is idle."""
    profile = {"kind": "steady", "usd_per_day": "24.00", "every": "1h"}
    tokens = {"name": "prod-app-%03d", "count": 450, "balance": "5000.00", "profile": profile}
    start = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=3)
    sim = stage.enter_context(Sim({"tokens": [tokens]}, start=start.strftime("%Y-%m-%dT%H:%M:%SZ"), speed=0))
    sim.clock(advance="3d")
    daemon = make_daemon(sim.url, interval="1h", calls_per_second=100).start()
    daemon.process.wait_line("the forecasts that the last poll left are made")
    assert daemon.database.one("SELECT count(*) FROM poll") == 1
