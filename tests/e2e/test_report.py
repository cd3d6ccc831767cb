"""Reports against a brute-force computation on the stand-in's own books, and names that want to be more than names.

A quarter passes in the stand-in while `ebb once` looks about once a day, under the stand-in's clock. The endpoint is
exact however rarely one looks, so every sum must be, too: by token, feature and provider, by day, week, month and in
total.
"""

import collections
import csv
import datetime
import html.parser
import io
import json
import os
import re
import sqlite3
import subprocess
from decimal import Decimal

import pytest

from harness import Sim
from players import EBB
from test_clock import WallClock

BEGIN, END = datetime.date(2026, 1, 1), datetime.date(2026, 4, 1)
AFTER = "2026-04-02T03:00:00Z"
QUARTER = ["--since", str(BEGIN), "--until", str(END)]
TOKENS = [
    {"name": "prod-billing-api", "balance": "900.00", "profile": {"kind": "steady", "usd_per_day": 9.5},
     "uses": ["llm__chat/openai", "llm__chat/anthropic"]},
    {"name": "prod-search-index", "profile": {"kind": "office_hours", "usd_per_day": 7.25},
     "uses": ["text__embeddings/openai", "llm__chat/mistral"]},
    {"name": "dev-ml-team", "reset_period": "daily", "reset_amount": "4.00",
     "profile": {"kind": "bursts", "usd_per_day": 5}, "uses": ["image__generation/stabilityai"]},
    {"name": "staging-translate", "reset_period": "monthly", "reset_amount": "60.00", "balance": "30.00",
     "profile": {"kind": "steady", "usd_per_day": 1.75}, "uses": ["translation__automatic_translation/deepl"]},
    {"name": "dev-reborn-job", "balance": "80.00", "profile": {"kind": "steady", "usd_per_day": 1.1},
     "uses": ["ocr__ocr/google"]},
]


def exact(text):
    return json.loads(text, parse_float=Decimal)


def nano(cost):
    return round(Decimal(repr(cost)), 9)


def live_through(sim, daemon, clock):
    """About a look a day, never at the same hour, with the life of a fleet in between."""
    def tops_up():
        sim.set_balance("prod-billing-api", "700.00")

    def edits():
        sim.change("staging-translate", balance="5.00")

    def deletes():
        sim.delete("dev-reborn-job")

    def gives_birth_again():
        sim.create("dev-reborn-job", balance="12.00")

    def works():
        for _ in range(3):
            assert sim.spend("dev-reborn-job", "0.123456789").status_code == 200

    events = {20: tops_up, 33: edits, 40: deletes, 55: gives_birth_again, 56: works}
    now = datetime.datetime(2026, 1, 1, 2, tzinfo=datetime.timezone.utc)
    day = 0
    while now.date() < END:
        look(sim, daemon, clock, now)
        if day in events:
            events[day]()
            assert sim.spend(None, "0.000000007").status_code == 200  # the main key itself
        day += 1
        now += datetime.timedelta(hours=17 + day * 7 % 12)
    look(sim, daemon, clock, datetime.datetime.fromisoformat(AFTER.replace("Z", "+00:00")))


def look(sim, daemon, clock, now):
    sim.clock(to=now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    clock.set(now.strftime("@%Y-%m-%d %H:%M:%S"))
    done = daemon.run("once")
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def quarter(tmp_path_factory):
    """The store after the quarter, and the books: (token, day, feature, provider or None) -> (cost, calls)."""
    from players import Daemon
    folder = tmp_path_factory.mktemp("quarter")
    with Sim({"credits": "5000.00", "tokens": TOKENS}, start="2026-01-01T00:00:00Z", speed=0, seed=4) as sim:
        daemon = Daemon(folder / "ebb", sim.url)
        daemon.environment["TZ"] = "UTC"
        clock = WallClock(folder, daemon)
        live_through(sim, daemon, clock)
        books = sim.consumption(str(BEGIN), str(END - datetime.timedelta(days=1)))
        yield daemon, list(flatten(books))


def flatten(books):
    for payer in books:
        for day, features in payer["data"].items():
            for feature, use in features.items():
                yield (payer["token"], datetime.date.fromisoformat(day[:10]), feature, nano(use["total_cost"]),
                       use["details"], {p: nano(c) for p, c in use["cost_per_provider"].items()})


PERIODS = {
    "day": str,
    "week": lambda d: "{}-W{:02}".format(*d.isocalendar()[:2]),
    "month": lambda d: f"{d:%Y-%m}",
    "total": lambda d: "total",
}
PART = {"environment": 0, "project": 1, "purpose": 2}


def group(by, token, feature):
    if by == "token":
        return token
    if by == "feature":
        return feature
    parts = token.split("-", 2) if token != "base_token" else []
    return parts[PART[by]] if len(parts) > PART[by] else "(none)"


@pytest.mark.parametrize("per", PERIODS)
@pytest.mark.parametrize("by", ["token", "feature", "environment", "project", "purpose", "provider"])
def test_every_sum_is_exactly_that_of_the_books(quarter, by, per):
    daemon, books = quarter
    expected, calls = collections.Counter(), collections.Counter()
    for token, day, feature, cost, count, providers in books:
        if by == "provider":
            for provider, part in providers.items():
                expected[provider, PERIODS[per](day)] += part
        else:
            expected[group(by, token, feature), PERIODS[per](day)] += cost
            calls[group(by, token, feature), PERIODS[per](day)] += count
    rows = exact(daemon.run("report", *QUARTER, "--by", by, "--per", per, "--format", "json").stdout)
    told, told_calls = collections.Counter(), collections.Counter()
    for row in rows:
        if row["spent_usd"] is not None:
            assert row["source"] == "endpoint"
            told[row[by], row["period"]] += row["spent_usd"]
            told_calls[row[by], row["period"]] += row["calls"] or 0
            assert (row["calls"] is None) == (by == "provider"), "the API tells no calls of a provider: unknown"
    assert {k: v for k, v in told.items() if v} == {k: v for k, v in expected.items() if v}
    assert {k: v for k, v in told_calls.items() if v} == {k: v for k, v in calls.items() if v}
    assert sum(expected.values()) > 1000, "the quarter was a quarter"


def test_a_token_that_returns_after_its_deletion_goes_on_with_its_history(quarter):
    daemon, books = quarter
    (row,) = exact(daemon.run("report", *QUARTER, "--token", "dev-reborn-*", "--format", "json").stdout)
    assert row["generation"] == 1 and not row["deleted"]
    assert row["spent_usd"] == sum(book[3] for book in books if book[0] == "dev-reborn-job")
    assert row["spent_usd"] > 30 + 3 * Decimal("0.123456789")
    assert daemon.database.rows("SELECT e.kind, e.amount_nano > 0 FROM entry e JOIN token t ON t.id = e.token"
                                " WHERE t.name = 'dev-reborn-job' AND e.kind <> 'consumption'") == [
        ("edit", 0)]


def test_all_formats_tell_the_same_figures(quarter):
    daemon, _ = quarter
    ask = ["report", "--month", "2026-02", "--by", "environment"]
    rows = exact(daemon.run(*ask, "--format", "json").stdout)
    table = list(csv.DictReader(io.StringIO(daemon.run(*ask, "--format", "csv").stdout)))
    assert [(r["environment"], Decimal(r["spent_usd"])) for r in table] == [(r["environment"], r["spent_usd"])
                                                                           for r in rows]
    page = daemon.run(*ask, "--html", "-").stdout
    markdown, text = daemon.run(*ask, "--format", "markdown").stdout, daemon.run(*ask).stdout
    for row in rows:
        if row["spent_usd"] and row["spent_usd"] >= Decimal("0.01"):
            shown = f"{row['spent_usd'].quantize(Decimal('0.01'), 'ROUND_HALF_UP'):,}"
            assert f"${shown}" in page
            assert shown.replace(",", "") in markdown and shown.replace(",", "") in text
    assert "compared with 2026-01-01T00:00Z to 2026-02-01T00:00Z" in text


def test_the_change_against_the_month_before_is_that_of_the_books(quarter):
    daemon, books = quarter
    sums = collections.Counter()
    for token, day, _, cost, _, _ in books:
        sums[token, day.month] += cost
    for row in exact(daemon.run("report", "--month", "2026-03", "--format", "json").stdout):
        if row["generation"] == 1 and row["token"] not in ("dev-reborn-job", "base_token"):
            now, before = sums[row["token"], 3], sums[row["token"], 2]
            assert row["before_usd"] == before
            assert abs(row["change_percent"] - (now - before) / before * 100) <= Decimal("0.005")


# ---- every way of asking for one time ----

CUTS = {
    "whole days": (str(BEGIN), str(END)),
    "hours within days": ("2026-02-01T10:30:00Z", "2026-02-13T17:00:00Z"),
    "a night of daylight saving": ("2026-03-28T05:00:00Z", "2026-03-30T03:00:00Z"),
    "a time in which a token was deleted": ("2026-01-28T23:00:00Z", "2026-03-05T01:00:00Z"),
}
BYS = ["token", "environment", "project", "purpose", "account", "feature", "provider"]
PERS = ["hour", "day", "week", "month", "total"]


def sums(daemon, ask, by, per, source):
    """What a report adds up to: spend, calls, and top-ups, from JSON; CSV must say the same."""
    ask = ["report", *ask, "--by", by, "--per", per, "--source", source]
    rows = exact(daemon.run(*ask, "--format", "json").stdout)
    table = list(csv.DictReader(io.StringIO(daemon.run(*ask, "--format", "csv").stdout)))
    spent = sum(row["spent_usd"] or 0 for row in rows)
    assert spent == sum(Decimal(row["spent_usd"] or 0) for row in table)
    return spent, sum(row["calls"] or 0 for row in rows), sum(row["topup_usd"] for row in rows)


@pytest.mark.parametrize("cut, source", [*((cut, "auto") for cut in CUTS), ("hours within days", "balance")])
def test_every_grouping_and_every_format_of_one_time_add_up_to_the_same(quarter, cut, source):
    daemon, _ = quarter
    ask = ["--since", CUTS[cut][0], "--until", CUTS[cut][1]]
    total, calls, topups = sums(daemon, ask, "token", "total", source)
    assert total > 10
    for by in BYS:
        is_word = by in ("feature", "provider")
        if is_word and source == "balance":
            continue
        for per in PERS[1:] if is_word else PERS:
            told = sums(daemon, ask, by, per, source)
            assert told[0] == total, (by, per)
            assert by == "provider" or told[1] == calls, (by, per)
            assert is_word or told[2] == topups, (by, per)
    shown = f"{total.quantize(Decimal('0.01'), 'ROUND_HALF_UP'):,}"
    for per in "hour", "week", "total":
        ask_all = ["report", *ask, "--per", per, "--source", source]
        page = "".join(Page(daemon.run(*ask_all, "--html", "-").stdout).words)
        assert f"Spent${shown}" in page
        for form in "text", "markdown":
            lines = daemon.run(*ask_all, "--format", form).stdout.splitlines()
            last = [line for line in lines if " total " in f" {line} " and "split" not in line]
            assert shown.replace(",", "") in last[-1], (per, form)


def test_a_time_and_the_times_it_is_cut_into_add_up(quarter):
    daemon, _ = quarter
    def spent(since, until):
        return sums(daemon, ["--since", since, "--until", until], "token", "total", "auto")
    edges = ["2026-02-01T00:00:00Z", "2026-02-01T07:00:00Z", "2026-02-03T22:00:00Z", "2026-02-04T00:00:00Z",
             "2026-02-20T11:00:00Z"]
    whole, parts = spent(edges[0], edges[-1]), [spent(*pair) for pair in zip(edges, edges[1:])]
    assert [sum(part[i] for part in parts) for i in range(3)] == list(whole)


def test_hours_that_were_let_go_are_shared_out_and_said(quarter, tmp_path):
    daemon, _ = quarter
    copy = tmp_path / "copy.db"
    assert daemon.run("export", copy).returncode == 0
    config = tmp_path / "copy.yaml"
    config.write_text(daemon.path.read_text().replace(str(daemon.database.path), str(copy)))
    with sqlite3.connect(copy) as database:
        database.execute("DELETE FROM hourly")

    def ask(*arguments):
        return subprocess.run([EBB, "report", "--config", config,
                               "--since", "2026-02-01T10:00:00Z", "--until", "2026-02-04T12:00:00Z", *arguments],
                              capture_output=True, text=True, env=daemon.environment)
    totals = {sum(row["spent_usd"] or 0 for row in exact(ask("--per", per, "--json").stdout)) for per in PERS}
    assert len(totals) == 1 and totals.pop() > 10
    assert "Hours of 4 days are the day's total split" in ask("--per", "hour").stdout
    assert "Parts of 2 days are the day's total split" in ask("--per", "day").stdout


def test_no_budget_is_used_by_more_than_all_of_it(quarter):
    daemon, _ = quarter
    seen = 0
    short = [("2026-01-05", "2026-01-06"), ("2026-01-21T03:00:00Z", "2026-01-22T04:00:00Z")]
    for since, until in [*CUTS.values(), *short]:
        for per in "total", "week", "day":
            for row in exact(daemon.run("report", "--since", since, "--until", until, "--per", per, "--json").stdout):
                if row["budget_used_percent"] is not None:
                    assert row["budget_used_percent"] <= 100, row
                    seen += 1
    assert seen > 50


# ---- names, and stores of every kind ----

NASTY = ["=HYPERLINK(\"http://x\")", "a|b", "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "a&amp;b",
         "]]><svg/onload=1>", "naïve-漢字-🦊", "x" * 200, "`rm -rf`", "-flag", "a\nb", "prod-x'y\"-z"]


class Page(html.parser.HTMLParser):
    """What a browser would see: tags, attributes and words."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words = set(), set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attributes}

    def handle_data(self, words):
        self.words.append(words)


@pytest.fixture
def nasty(sim, make_daemon):
    for n, name in enumerate(NASTY):
        sim.create(name, balance="50.00")
    daemon = make_daemon(sim.url)
    assert daemon.run("once").returncode == 0
    for n, name in enumerate(NASTY):
        sim.set_balance(name, f"{40 - n}.00")
    assert daemon.run("once").returncode == 0
    return daemon


def test_nasty_names_stay_names_in_every_format(nasty):
    page = nasty.run("report", "--html", "-").stdout
    seen = Page(page)
    assert seen.tags.isdisjoint({"script", "img", "link", "iframe", "object", "a"})
    assert not any(name.startswith("on") or name in ("src", "href") for name in seen.attributes)
    assert "url(" not in page and "@import" not in page and not re.search(r"""(src|href)=["']?http""", page)
    words = "".join(seen.words)
    for name in NASTY:
        assert name.replace("\n", "\ufffd") in words
    rows = exact(nasty.run("report", "--format", "json").stdout)
    assert {row["token"] for row in rows} == set(NASTY) and sum(r["spent_usd"] for r in rows) == sum(
        10 + n for n in range(len(NASTY)))
    assert all(row["source"] == "balance" for row in rows)
    table = list(csv.DictReader(io.StringIO(nasty.run("report", "--format", "csv").stdout)))
    assert all(not re.match(r"[=+@\t\r-]", row["token"]) for row in table)
    markdown = nasty.run("report", "--format", "markdown").stdout.splitlines()
    lines = [line for line in markdown if line.startswith("|")]
    assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines}) == 1 and "<script" not in "\n".join(lines)
    text = nasty.run("report").stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_a_page_counts_no_days_of_which_nothing_is_known(nasty):
    def words():
        return "".join(Page(nasty.run("report", "--html", "-").stdout).words)

    # The endpoint was asked about ninety days: nothing was spent, and that is known.
    whole = words()
    assert "nothing in the previous period" in whole and "on average over 30 days" in whole and "on record" not in \
        whole.split("on average over")[1][:20]
    with sqlite3.connect(nasty.database.path) as database:
        database.execute("UPDATE account SET usage_from = NULL, usage_at = NULL")
    watched = words()
    assert "no data for the previous period" in watched
    assert "on average over" not in watched, "less than a day was watched"


def test_the_page_is_written_as_a_whole_or_not_at_all(nasty, tmp_path):
    file = tmp_path / "page.html"
    assert nasty.run("report", "--html", file).returncode == 0
    assert file.read_text().rstrip().endswith("</html>") and os.listdir(tmp_path).count("page.html") == 1
    assert not [name for name in os.listdir(tmp_path) if name.startswith("page.html.")]
    refused = nasty.run("report", "--html", tmp_path / "no-such-folder" / "page.html")
    assert refused.returncode == 1 and "no-such-folder" in refused.stderr


def test_an_empty_store_is_told_in_words_and_valid_for_programs(sim, make_daemon):
    daemon = make_daemon(sim.url)
    assert daemon.run("report").returncode == 3, "nothing was stored yet"
    assert daemon.run("once").returncode == 0
    assert "No spend, top-ups or resets" in daemon.run("report").stderr
    assert json.loads(daemon.run("report", "--format", "json").stdout) == []
    page = daemon.run("report", "--html", "-").stdout
    assert "No spend, top-ups or resets" in page and "NaN" not in page and "nan" not in Page(page).words


def test_huge_sums_are_exact_and_what_does_not_fit_is_said_in_words(nasty):
    writer = sqlite3.connect(nasty.database.path)
    ids = [row[0] for row in writer.execute("SELECT id FROM token WHERE kind = 'token' ORDER BY id LIMIT 2")]
    huge = ("UPDATE daily SET spent_nano = 9000000000123456789"
            " WHERE token = ?1 AND day = (SELECT max(day) FROM day_sum WHERE token = ?1)")
    writer.execute(huge, (ids[0],))
    writer.commit()
    rows = exact(nasty.run("report", "--format", "json").stdout)
    assert max(row["spent_usd"] for row in rows) == Decimal("9000000000.123456789")
    page = nasty.run("report", "--html", "-")
    assert page.returncode == 0 and "$9,000,000,000.12" in page.stdout
    writer.execute(huge, (ids[1],))
    writer.commit()
    writer.close()
    refused = nasty.run("report")
    assert refused.returncode == 3 and "billion" in refused.stderr


@pytest.mark.parametrize("arguments, words", [
    (["--month", "2026-13"], "2026-13"), (["--month", "2026-01", "--since", "3d"], "--month"),
    (["--since", "2026-02-01", "--until", "2026-01-01"], "--until"), (["--by", "provider", "--per", "hour"], "hours"),
    (["--by", "feature", "--source", "balance"], "feature"), (["--month", "2099-01"], "not started"),
    (["--html", "-", "--json"], "--html"),
])
def test_what_cannot_be_asked_is_said_in_words(nasty, arguments, words):
    refused = nasty.run("report", *arguments)
    assert refused.returncode == 2 and words in refused.stderr and refused.stdout == ""


def test_the_gate_answers_scripts(nasty, sim):
    def gate(*arguments):
        done = nasty.run("gate", *arguments)
        return done.returncode, done.stdout

    sim.create("dev-free-roam")
    sim.create("dev-young", balance="9.00")
    assert nasty.run("once").returncode == 0
    sim.set_balance("dev-young", "8.99")
    assert nasty.run("once").returncode == 0
    assert gate("a|b", "--balance", "5.00")[0] == 0
    assert gate("a|b", "--balance", "39.01")[0] == 1
    assert gate("dev-young", "--runway", "2h")[0] == 3, "two readings tell no runway"
    assert gate("no-such")[0] == 3
    status, words = gate("dev-free-roam", "--balance", "1.00")
    assert status == 0 and "credits" in words
    sim.create("ci-free-tests", token_type="sandbox_api_token")
    assert nasty.run("once").returncode == 0
    status, words = gate("ci-free-tests", "--balance", "1.00", "--runway", "2h")
    assert status == 0 and "calls are free" in words
    assert gate("--credits", "--balance", "99999999.00")[0] in (1, 2)
    assert gate()[0] == 2 and gate("a|b", "--balance", "much")[0] == 2
    told = json.loads(gate("a|b", "--json")[1])
    assert told["answer"] == "ok" and told["balance_usd"] == 39 and told["seen_at"].endswith("Z")
    sim.set_credits("0.00")
    assert nasty.run("once").returncode == 0
    status, words = gate("a|b", "--balance", "5.00")
    assert gate("ci-free-tests")[0] == 0, "a sandbox needs no credits"
    assert status == 1 and "credits" in words, "an account without credits refuses every token"
    os.chmod(nasty.database.path, 0o600)
    nasty.database.path.write_bytes(b"this is somebody's diary\n" * 99)
    assert gate("a|b")[0] == 3, "a failure never reads as low"
    with open("/dev/full", "w") as full:
        assert subprocess.run([*nasty_command(nasty), "gate", "a|b"], stdout=full, stderr=subprocess.PIPE,
                              env=nasty.environment).returncode == 3


def nasty_command(daemon):
    from players import EBB
    return [str(EBB), "--config", str(daemon.path)]


def test_reconciling_shows_both_sources_and_counts_what_drifts(nasty):
    writer = sqlite3.connect(nasty.database.path)
    day = datetime.datetime.now(datetime.timezone.utc).replace(hour=0, minute=0, second=0) - datetime.timedelta(days=1)
    (token, name), (other, _) = writer.execute("SELECT id, name FROM token WHERE kind = 'token' LIMIT 2").fetchall()
    (credits,), = writer.execute("SELECT id FROM token WHERE kind = 'credits'").fetchall()
    stamp = int(day.timestamp())
    writer.executemany("INSERT INTO reconcile VALUES (?, ?, ?, ?, ?)", [
        (token, stamp, 7 * 10**9, 5 * 10**9 + 1, "drift"), (other, stamp, 10**9, 2 * 10**9, "hidden"),
        (credits, stamp, 8 * 10**9, 8 * 10**9, "agrees")])
    writer.commit()
    writer.close()
    rows = exact(nasty.run("report", "--reconcile", "--format", "json").stdout)
    row = next(row for row in rows if row["token"] == name)
    assert row["day"] == f"{day:%Y-%m-%d}" and row["judged"] == "drift"
    assert (row["balance_usd"], row["endpoint_usd"], row["difference_usd"]) == (7, Decimal("5.000000001"),
                                                                               Decimal("-1.999999999"))
    assert [row["judged"] for row in rows if row["token"] is None] == ["agrees"]
    text = nasty.run("report", "--reconcile").stdout
    assert "1 of 3 beyond tolerance" in text and "account credits" in text
    assert "No day" in nasty.run("report", "--reconcile", "--since", "2026-01-01", "--until", "2026-01-02").stderr
