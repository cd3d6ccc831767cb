"""Consumption that is odd: lines that cannot be read, days that are told late, sums beyond all money.

Between the daemon and the stand-in stands a door that lets everything pass but what a test bends.
"""

import collections
import http.server
import json
import re
import sqlite3
import threading
import urllib.error
import urllib.request

import pytest

from harness import Sim
from test_money import DAY, PRESENT, Scene, nano

AN_HOUR_LATER_S = 3660  # usage is asked for an hour after the last answer, which took a moment

USAGE = "/v2/cost_management/?"
LAB = [{"name": "dev-free-lab"}, {"name": "prod-other"}, {"name": "prod-paid", "balance": "50.00"}]


class Door(http.server.ThreadingHTTPServer):
    """Hands each request on and each answer back; `bend` may change the JSON of an answer to a path."""

    def __init__(self, target):
        super().__init__(("127.0.0.1", 0), Handler)
        self.target, self.bend = target, lambda path, answer: answer
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        request = urllib.request.Request(self.server.target + self.path, headers={
            "Authorization": self.headers.get("Authorization", "")})
        try:
            with urllib.request.urlopen(request) as response:
                status, body = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, body = error.code, error.read()
        if status == 200:
            body = json.dumps(self.server.bend(self.path, json.loads(body))).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def scene(stage, make_daemon, tmp_path):
    """A scene whose daemon asks through a door."""
    def make(**options):
        s = Scene(stage, lambda url, **o: make_daemon(door(url), **o), tmp_path, **{"tokens": LAB, **options})
        s.door = made[-1]
        return s

    def door(url):
        made.append(Door(url))
        stage.callback(made[-1].shutdown)
        return made[-1].url
    made = []
    return make


def day(ago):
    return f"{PRESENT.fromtimestamp(PRESENT.timestamp() - ago * DAY, PRESENT.tzinfo):%Y-%m-%d}"


def line(cost, calls=1):
    return {"total_cost": cost, "details": calls, "cost_per_provider": {"openai": cost}}


def usage(*payers):
    """Answers every question about consumption with these payers: (token, data)."""
    answer = {"response": [{"token": token, "data": data} for token, data in payers]}
    return lambda path, given: answer if path.startswith(USAGE) else given


GOOD = [("prod-other", {day(1): {"llm__chat": line(3), "ocr__ocr": line(4)}, day(2): {"llm__chat": line(5)}}),
        ("base_token", {day(1): {"llm__chat": line(0.5)}})]
BAD = {
    "calls of null": ("dev-free-lab", {day(1): {"llm__chat": {**line(1), "details": None}}, day(2): {"a__b": line(2)}}),
    "a cost in words": ("dev-free-lab", {day(1): {"llm__chat": line("much")}, day(2): {"a__b": line(2)}}),
    "a feature that is a list": ("dev-free-lab", {day(1): {"llm__chat": []}, day(2): {"a__b": line(2)}}),
    "a day that is null": ("dev-free-lab", {day(1): None, day(2): {"a__b": line(2)}}),
    "a date that is none": ("dev-free-lab", {"2026-06-32": {"llm__chat": line(1)}, day(2): {"a__b": line(2)}}),
    "a cost beyond all money": ("dev-free-lab", {day(1): {"llm__chat": line(9.3e9)}, day(2): {"a__b": line(2)}}),
}


@pytest.mark.parametrize("bad", BAD)
def test_one_bad_line_is_refused_alone_and_said(scene, bad, broker, subscriber):
    s = scene(past_days=0, broker=broker)
    s.door.bend = usage(GOOD[0], BAD[bad], GOOD[1])
    s.once()
    s.pass_time(AN_HOUR_LATER_S)
    s.once()  # and it stops nothing for ever
    stored = {(name, when, feature): cost for (name, when, feature), (cost, _) in s.stored().items()}
    assert stored == {("prod-other", day(1), "llm__chat"): 3 * 10**9, ("prod-other", day(1), "ocr__ocr"): 4 * 10**9,
                      ("prod-other", day(2), "llm__chat"): 5 * 10**9, ("base_token", day(1), "llm__chat"): 5 * 10**8,
                      ("dev-free-lab", day(2), "a__b"): 2 * 10**9}
    assert s.db.one("SELECT usage_at FROM account") > PRESENT.timestamp() + 3590
    gaps = {(name, when) for name, when in s.db.rows(
        "SELECT t.name, date(g.day, 'unixepoch') FROM usage_gap g JOIN token t ON t.id = g.token")}
    assert ("dev-free-lab", day(1)) in gaps and {name for name, _ in gaps} == {"dev-free-lab"}
    credits = json.loads(s.daemon.run("status", "--json").stdout)["credits"][0]
    assert "1 usage line could not be read: dev-free-lab" in credits["consumption_reason"]
    assert "could not be read" in s.daemon.run("status").stdout
    state = subscriber.wait(lambda seen: json.loads(seen.retained().get("ebb/main/state", "{}"))
                            .get("consumption_reason"), "the reason in the account's state")
    assert "dev-free-lab" in state
    s.door.bend = usage(*GOOD, ("dev-free-lab", {day(1): {"llm__chat": line(1)}, day(2): {"a__b": line(2)}}))
    s.pass_time(7200)
    s.once()
    assert s.db.one("SELECT usage_reason FROM account") is None
    assert s.db.one("SELECT count(*) FROM usage_gap WHERE day = (SELECT max(day) FROM usage)") == 0


@pytest.mark.parametrize("odd", [{"token": 7, "data": {}}, {"token": None, "data": {}}, {"data": {}}, {"token": "x"}])
def test_a_payer_that_cannot_be_read_takes_no_other_along(scene, odd):
    s = scene(past_days=0)
    s.door.bend = usage(*GOOD)
    s.once()
    good = s.stored()
    answer = {"response": [odd] + [{"token": token, "data": data} for token, data in GOOD]}
    s.door.bend = lambda path, given: answer if path.startswith(USAGE) else given
    s.pass_time(AN_HOUR_LATER_S)
    s.once()
    assert s.stored() == good
    assert "could not be read" in s.db.one("SELECT usage_reason FROM account")


def test_an_answer_that_names_no_payer_changes_nothing(scene):
    s = scene(past_days=0)
    s.door.bend = usage(*GOOD)
    s.once()
    good, until = s.stored(), s.db.one("SELECT usage_at FROM account")
    s.door.bend = lambda path, given: {"response": [{"a": 1}, {"b": 2}]} if path.startswith(USAGE) else given
    s.pass_time(AN_HOUR_LATER_S)
    s.once()
    assert s.stored() == good and s.db.one("SELECT usage_at FROM account") == until
    assert "could not be read" in s.db.one("SELECT usage_reason FROM account")


def asked_since(s, place):
    """How many days back each question about consumption went."""
    today = int(PRESENT.timestamp() + s.offset_s) // DAY
    begun = [path.split("begin=")[1][:10] for path in s.asked()[place:]]
    return [today - int(PRESENT.fromisoformat(d).replace(tzinfo=PRESENT.tzinfo).timestamp()) // DAY for d in begun]


def test_consumption_that_is_told_late_is_taken_however_late_within_five_weeks(scene):
    s = scene(past_days=0)
    told = collections.defaultdict(dict)

    def bend(path, given):
        return {"response": [{"token": t, "data": d} for t, d in told.items()]} if path.startswith(USAGE) else given
    s.door.bend = bend
    s.once()
    back = []
    for hours in range(15 * 24 // 6):
        if hours == 8:
            told["prod-other"][day(4)] = {"llm__chat": line(7)}   # six days late
        if hours == 9:
            told["prod-other"][day(20)] = {"llm__chat": line(11)}  # more than three weeks late
        s.pass_time(6 * 3600)
        place = len(s.asked())
        s.once()  # each of these is a start: the plan outlives it
        back += asked_since(s, place)
    assert s.stored()["prod-other", day(4), "llm__chat"] == (7 * 10**9, 1)
    assert s.stored()["prod-other", day(20), "llm__chat"] == (11 * 10**9, 1)
    counts = collections.Counter(back)
    assert counts[34] == 2 and 10 <= counts[6] <= 13 and set(counts) == {1, 2, 6, 34}, counts
    booked = s.db.one("SELECT sum(spent_nano) FROM day_sum d JOIN token t ON t.id = d.token"
                      " WHERE t.name = 'prod-other'")
    assert booked == 18 * 10**9


# ---- what reports say of it ----

def total(s, *arguments):
    """The rows of a report by name, and the notes below its table."""
    rows = json.loads(s.daemon.run("report", *arguments, "--json").stdout)
    return {row["token"]: row for row in rows}, s.daemon.run("report", *arguments).stdout


def test_days_that_are_not_known_are_said_and_nothing_is_compared_with_them(scene):
    s = scene(past_days=0)
    even = {day(n): {"llm__chat": line(4)} for n in range(1, 9)}
    s.door.bend = usage(("dev-free-lab", even), ("prod-other", even))
    s.once()
    span = ["--since", day(4) + "T00:00:00Z", "--until", day(0) + "T00:00:00Z"]
    rows, text = total(s, *span)
    assert rows["dev-free-lab"]["change_percent"] == 0 and rows["dev-free-lab"]["unknown_days"] == 0
    assert "unknown or incomplete" not in text
    with sqlite3.connect(s.db.path) as database:  # as of an answer that never came
        database.execute("DELETE FROM usage WHERE day >= unixepoch(?)", (day(3),))
        database.execute("DELETE FROM daily WHERE day >= unixepoch(?)", (day(3),))
    s.door.bend = usage(("dev-free-lab", {when: {"llm__chat": {**line(4), "details": None}} for when in even}),
                        ("prod-other", even))
    s.pass_time(26 * 3600)  # the last week is read again
    s.once()
    rows, text = total(s, *span)
    assert rows["prod-other"]["change_percent"] == 0 and rows["prod-other"]["unknown_days"] == 0
    assert rows["dev-free-lab"]["change_percent"] is None, "never -75 %"
    assert rows["dev-free-lab"]["unknown_days"] == 4
    assert f"unknown or incomplete for 4 of 4 days: {day(4)}" in text
    assert "usage endpoint: 8 usage lines could not be read; the first: dev-free-lab" in text
    page = s.daemon.run("report", *span, "--html", "-").stdout
    assert "for 4 of 4 days" in page
    assert "for 4 of 4 days" in s.daemon.run("report", *span, "--format", "csv").stderr
    days = {row["period"]: row["unknown_days"] for row in json.loads(s.daemon.run(
        "report", *span, "--per", "day", "--token", "dev-*", "--json").stdout)}
    assert set(days.values()) == {1}


@pytest.mark.parametrize("ago", ["2d", "36h", "7d", "20d"])
def test_a_constant_burner_has_no_change_however_the_time_is_cut(scene, ago):
    s = scene(past_days=60, tokens=[{"name": "prod-even", "balance": "9000.00", "uses": ["llm__chat/openai"],
                                     "profile": {"kind": "steady", "usd_per_day": "24.00", "every": "10m"}},
                                    {"name": "dev-even", "uses": ["llm__chat/openai"],
                                     "profile": {"kind": "steady", "usd_per_day": "24.00", "every": "10m"}}])
    s.once()
    for source in "auto", "endpoint":
        rows, text = total(s, "--since", ago, "--source", source)
        for name in "prod-even", "dev-even":
            assert abs(rows[name]["change_percent"]) < 9, (source, rows[name])


def test_spend_over_a_gap_is_spread_evenly_and_marked(scene):
    s = scene(past_days=0)
    s.door.bend = lambda path, given: {"response": []} if path.startswith(USAGE) else given
    s.once()
    s.sim.fault("status", status=500, path="/v2/cost_management/")
    s.sim.spend("prod-paid", "1.50")
    s.pass_time(AN_HOUR_LATER_S)
    s.once()
    s.sim.spend("prod-paid", "9.00")
    s.pass_time(9 * DAY)
    s.once()
    span = ["--since", f"{s.offset_s // DAY + 1}d"]
    rows = json.loads(s.daemon.run("report", *span, "--per", "day", "--token", "prod-paid", "--json").stdout)
    whole = [row["spent_usd"] for row in rows[1:-1]]
    assert len(whole) == 8 and max(whole) - min(whole) < 1e-6 and abs(whole[0] - 1) < 0.01
    assert sum(row["gap_usd"] for row in rows) == pytest.approx(9) and rows[3]["gap_usd"] == rows[3]["spent_usd"]
    note = "9.00 USD of 10.50 was spent during a gap of 9 days between readings and is spread evenly."
    assert note in s.daemon.run("report", *span).stdout and note in s.daemon.run("report", *span, "--html", "-").stdout
    history = s.daemon.run("history", "prod-paid", "--since", "20d")
    assert "1w 2d" in history.stdout
    rows = json.loads(s.daemon.run("history", "prod-paid", "--since", "20d", "--json").stdout)
    assert [row["gap_s"] for row in rows if row["gap_s"]] == [9 * DAY]
    burn = s.db.rows("SELECT burn_24h_usd_per_h, burn_7d_usd_per_h FROM v_token WHERE token = 'prod-paid'")[0]
    assert burn == pytest.approx((1 / 24, 1 / 24), rel=0.02)


def test_several_elements_of_one_name_add_up(scene):
    s = scene(past_days=0)
    s.door.bend = usage(*GOOD, ("prod-other", {day(1): {"llm__chat": line(2)}, day(3): {"a__b": line(1)}}))
    s.once()
    stored = {when + " " + feature: cost for (name, when, feature), (cost, _) in s.stored().items()
              if name == "prod-other"}
    assert stored == {f"{day(1)} llm__chat": 5 * 10**9, f"{day(1)} ocr__ocr": 4 * 10**9,
                      f"{day(2)} llm__chat": 5 * 10**9, f"{day(3)} a__b": 10**9}
    assert s.db.one("SELECT usage_reason FROM account") is None


def test_a_cost_that_is_split_among_no_providers_is_that_of_an_unknown_one(scene):
    s = scene(past_days=0)
    s.door.bend = usage(("dev-free-lab", {day(1): {"a__b": {"total_cost": 2, "details": 1},
                                                   "c__d": {**line(3), "cost_per_provider": {}},
                                                   "llm__chat": line(4)}}))
    for _ in range(2):  # what is told again replaces what was told
        s.once()
        rows = s.daemon.run("report", "--since", day(1), "--until", day(0), "--by", "provider", "--json").stdout
        assert {r["provider"]: r["spent_usd"] for r in json.loads(rows)} == {"openai": 4, "(unknown provider)": 5}
        assert dict(s.db.rows("SELECT provider, sum(cost_usd) FROM v_usage_provider GROUP BY 1")) == {
            "openai": 4, "(unknown provider)": 5}
        assert s.db.one("SELECT sum(cost_usd) FROM v_usage") == 9
        told = re.findall(r'^ebb_usage_usd_total{.*provider="(.*)"} (.*)$', s.daemon.run("metrics").stdout, re.M)
        assert sorted((name, float(usd)) for name, usd in told) == [
            ("(unknown provider)", 2), ("(unknown provider)", 3), ("openai", 4)]
        s.pass_time(AN_HOUR_LATER_S)


@pytest.mark.parametrize("form", [{"usage_end": "exclusive"}, {"no_data": "404"}])
def test_consumption_is_read_in_every_form_that_is_documented(stage, make_daemon, form):
    sim = stage.enter_context(Sim({"tokens": [{"name": "dev-free-lab"}], **form}))
    daemon = make_daemon(sim.url)
    assert daemon.run("once").returncode == 0
    (account,) = daemon.database.rows("SELECT usage_at IS NOT NULL, usage_reason FROM account")
    assert account == (1, None), "that nothing was spent is an answer"
    assert sim.spend("dev-free-lab", "1.25").status_code == 200
    daemon.database.path.unlink()
    assert daemon.run("once").returncode == 0
    assert daemon.database.one("SELECT sum(cost_nano) FROM usage") == 1_250_000_000, "today is part of it"


HUGE = 4_000_000


def test_sums_beyond_all_money_end_nothing_and_no_start_after_them(scene):
    """As much as one amount may be, thousands of times over, in consumption, balances and credits."""
    s = scene(past_days=0)
    features = {f"f__{n}": line(HUGE, 2**53) for n in range(2500)}
    s.door.bend = usage(("dev-free-lab", {day(n): features for n in range(3)}), ("prod-paid", {day(1): features}),
                        ("base_token", {day(1): features}))
    for n in range(3):
        s.once()
        s.pass_time(AN_HOUR_LATER_S)
    assert s.db.one("SELECT count(*) FROM usage") == 2500 * 5
    assert s.db.one("SELECT max(spent_nano) FROM day_sum") == 2**63 - 1
    for command in (["status"], ["audit"], ["forecast", "dev-free-lab"], ["report", "--reconcile"], ["report"],
                    ["report", "--by", "provider"], ["report", "--by", "feature", "--html", "-"],
                    ["history", "prod-paid"],
                    ["report", "--per", "hour"], ["tokens", "plan", "--help"]):
        done = s.daemon.run(*command)
        assert done.returncode >= 0, (command, done.stderr)
        assert "runtime error" not in done.stderr and "integer overflow" not in done.stderr, done.stderr


def test_balances_and_credits_that_swing_beyond_all_money_end_nothing(sim, make_daemon):
    sim.create("prod-swing", balance="90000.00")
    sim.set_balance("prod-swing", "4000000.00")
    daemon = make_daemon(sim.url, interval="1s").start()
    daemon.wait_polls(1)
    daemon.stop()
    with sqlite3.connect(daemon.database.path) as database:  # as after a thousand swings
        for table, start in ("hourly", 3600), ("daily", 86400):
            column = "hour" if table == "hourly" else "day"
            database.execute(f"INSERT INTO {table} ({column}, token, spent_nano, topup_nano, reset_nano)"
                             f" SELECT unixepoch() / {start} * {start}, id, 9223372036854775000,"
                             f" 9223372036854775000, -9223372036854775000 FROM token WHERE true"
                             f" ON CONFLICT DO UPDATE SET spent_nano = excluded.spent_nano,"
                             f" topup_nano = excluded.topup_nano, reset_nano = excluded.reset_nano")
        database.execute("UPDATE token_state SET spent_nano = 9223372036854775000")
    daemon.start()
    daemon.wait_polls(1)
    for balance in ("-4000000.00", "4000000.00", "-4000000.00"):
        sim.set_balance("prod-swing", balance)
        sim.set_credits(balance)
        daemon.wait_polls(2)
    assert daemon.stop() == 0
    daemon.start()
    daemon.wait_polls(2)
    assert daemon.database.one("SELECT max(spent_nano) FROM day_sum") == 2**63 - 1
    for command in (["status"], ["audit"], ["forecast", "prod-swing"], ["forecast", "prod-swing", "--json"], ["report"],
                    ["gate", "prod-swing", "--runway", "1h"], ["status", "--json"]):
        done = daemon.run(*command)
        assert done.returncode >= 0 and "runtime error" not in done.stderr, (command, done.stderr)
    assert daemon.stop() == 0


def test_the_daemon_lives_through_amounts_at_the_door(scene):
    s = scene(past_days=0)
    for cost in (9223372036.854775807, -9223372036.854775808, 1e300, 4000000, -4000000):
        s.door.bend = usage(("dev-free-lab", {day(1): {"llm__chat": line(cost)}}), *GOOD)
        s.once()
        s.pass_time(AN_HOUR_LATER_S)
    assert s.stored()["prod-other", day(1), "llm__chat"] == (nano(3), 1)
