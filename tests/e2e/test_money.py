"""Credits and consumption: what the books of the stand-in hold is what the database holds, to the nano-dollar.

The stand-in begins in the past and is moved up to a present of the test's own, and the daemon's wall clock shows the
same: no day ends while a test runs. `ebb once` is one poll and, when it is due, one answer of consumption; libfaketime
moves the wall clock from one to the next.
"""

import csv
import datetime
import decimal
import io
import json
import re

import pytest

from harness import Sim
from test_clock import WallClock

DAY = 86400
TOKENS = [
    {"name": "prod-chat-api", "balance": "900.00", "uses": ["llm__chat/openai", "ocr__ocr/amazon"],
     "profile": {"kind": "steady", "usd_per_day": "8.88", "every": "10m"}},
    {"name": "dev-free-lab", "uses": ["llm__chat/mistral", "llm__chat/openai"],
     "profile": {"kind": "steady", "usd_per_day": "2.64", "every": "10m"}},
    {"name": "idle-one", "balance": "1.00"},
]


PRESENT = datetime.datetime(2026, 6, 10, 14, 25, 7, tzinfo=datetime.timezone.utc)


def nano(usd):
    return int(decimal.Decimal(str(usd)).quantize(decimal.Decimal("1e-9")).scaleb(9))


class Scene:
    """An account with a past, and a daemon that is run once at a time."""

    def __init__(self, stage, make_daemon, tmp_path, tokens=TOKENS, past_days=91, **daemon):
        self.start = PRESENT - datetime.timedelta(days=past_days)
        self.sim = stage.enter_context(Sim(
            {"credits": "5000.00", "tokens": tokens}, start=self.start.strftime("%Y-%m-%dT%H:%M:%SZ"), speed=0))
        self.offset_s = 0
        if past_days:
            self.sim.clock(advance=f"{past_days}d")
        self.daemon = make_daemon(self.sim.url, **daemon)
        self.daemon.environment["TZ"] = "UTC"
        self.wall = WallClock(tmp_path, self.daemon)
        self.pass_time(0)
        self.db = self.daemon.database

    def pass_time(self, seconds):
        self.offset_s += seconds
        if seconds:
            self.sim.clock(advance=f"{seconds}s")
        self.wall.set(f"@{PRESENT + datetime.timedelta(seconds=self.offset_s):%Y-%m-%d %H:%M:%S}")

    def once(self, status=0):
        done = self.daemon.run("once")
        assert done.returncode == status, done.stderr
        return done

    def books(self, first="2020-01-01", last="2040-01-01"):
        """(token, day, feature) -> (nano, calls), as the API tells a client that is not Ebb."""
        return {(payer["token"], day, feature): (nano(f["total_cost"]), f["details"])
                for payer in self.sim.consumption(first, last)
                for day, features in payer["data"].items() for feature, f in features.items()}

    def stored(self):
        return {(name, day, feature): (cost, calls) for name, day, feature, cost, calls in self.db.rows(
            "SELECT CASE t.kind WHEN 'key' THEN 'base_token' ELSE t.name END, date(u.day, 'unixepoch'), w.text,"
            " sum(u.cost_nano), sum(u.calls)"
            " FROM usage u JOIN token t ON t.id = u.token JOIN word w ON w.id = u.feature"
            " GROUP BY 1, 2, 3")}

    def asked(self):
        return [r["path"] for r in self.sim.requests() if r["path"].startswith("/v2/cost_management/?")]


@pytest.fixture
def scene(stage, make_daemon, tmp_path):
    return lambda **options: Scene(stage, make_daemon, tmp_path, **options)


def test_the_first_start_knows_ninety_days_to_the_nano_dollar(scene):
    s = scene()
    s.once()
    assert len(s.asked()) == 1, "few tokens: one answer tells it all"
    first = (PRESENT - datetime.timedelta(days=89)).strftime("%Y-%m-%d")
    books = s.books(first)
    assert len(books) > 200
    assert s.stored() == books
    providers = {(t, d, f, p): c for t, d, f, p, c in s.db.rows(
        "SELECT token, date(at, 'unixepoch'), feature, provider, round(cost_usd * 1e9) FROM v_usage_provider")}
    told = {(p["token"], d, f, name): nano(c) for p in s.sim.consumption(first, "2040-01-01")
            for d, fs in p["data"].items() for f, x in fs.items() for name, c in x["cost_per_provider"].items()}
    assert providers == told


def test_a_day_is_read_again_until_it_is_over_and_asked_for_hourly(scene):
    s = scene(past_days=3)
    s.once()
    for _ in range(3):
        s.pass_time(9 * 3600)
        s.sim.spend(None, 0.5)
        s.once()
        assert s.stored() == s.books()
    asked = len(s.asked())
    s.pass_time(600)
    s.once()
    assert len(s.asked()) == asked, "not within the hour"


def test_a_token_without_budget_burns_what_the_endpoint_tells(scene):
    s = scene(past_days=10)
    s.once()
    s.pass_time(2 * 3600)
    s.once()
    source, burn_24h, burn_7d = s.db.rows(
        "SELECT burn_source, burn_24h_usd_per_h, burn_7d_usd_per_h FROM v_token WHERE token = 'dev-free-lab'")[0]
    assert source == "consumption"
    assert burn_24h == pytest.approx(0.11, rel=0.05)
    assert burn_7d == pytest.approx(0.11, rel=0.05)
    shown = json.loads(s.daemon.run("status", "--json").stdout)
    lab = next(t for t in shown["tokens"] if t["token"] == "dev-free-lab")
    assert lab["burn_source"] == "consumption"
    assert float(lab["burn_24h_usd_per_h"]) == pytest.approx(0.11, rel=0.05)
    spent, usage = s.db.rows("SELECT sum(d.spent_nano), sum(d.usage_nano) FROM day_sum d JOIN token t ON t.id = d.token"
                             " WHERE t.name = 'dev-free-lab'")[0]
    assert spent == usage == sum(c for (t, _, _), (c, _) in s.books().items() if t == "dev-free-lab")


def test_consumption_that_fails_has_its_reason_and_harms_no_poll(scene):
    s = scene(past_days=2)
    s.sim.fault("status", status=502, path="/v2/cost_management/")
    s.once()
    assert s.db.one("SELECT result FROM poll ORDER BY id DESC LIMIT 1") == "ok"
    assert s.db.one("SELECT usage_reason FROM account").startswith("HTTP 502")
    assert s.db.one("SELECT usage_from FROM account") is None
    s.sim.clear_faults()
    s.once()
    assert s.db.one("SELECT usage_reason FROM account") is None
    assert s.stored() == s.books()


def test_credits_that_fail_are_as_old_as_when_they_were_told_last_also_after_restarts(scene):
    s = scene(past_days=0, tokens=[{"name": "prod-quiet", "balance": "1.00"}])
    s.once()
    s.pass_time(3600)
    s.once()  # told again, the same: nothing is written of them
    told_at = s.db.one("SELECT max(at) FROM poll")
    s.sim.fault("status", status=500, path="/v2/cost_management/credits/")
    for _ in range(3):
        s.pass_time(3600)
        s.once()  # the list is good, and each of these is a start
        assert s.db.one("SELECT seen_at FROM v_credits") == told_at
    verdict = "SELECT s.verdict FROM token_state s JOIN token t ON t.id = s.token WHERE t.kind = 'credits'"
    assert s.db.one(verdict) == "stale"  # a view would judge by today's clock
    s.sim.clear_faults()
    s.pass_time(3600)
    s.once()
    assert s.db.one(verdict) != "stale"


def test_the_first_failure_writes_down_when_the_credits_were_told_last(sim, make_daemon):
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(6)  # always the same, so that none of the last ones wrote anything of them
    told_at = daemon.database.one("SELECT max(at) FROM poll")
    place = len(daemon.process.lines.items)
    sim.fault("status", status=500, path="/v2/cost_management/credits/")
    daemon.process.wait_line("credits endpoint unavailable", place)
    assert daemon.database.one("SELECT seen_at FROM v_credits") >= told_at


def test_credits_are_a_balance_with_burn_rules_and_topics(scene, broker, subscriber):
    s = scene(past_days=1, broker=broker, rules=[
        {"name": "low", "kind": "balance_below", "levels": {"warning": "4000.00"}, "match": {"series": "credits"}},
        {"name": "any", "kind": "balance_below", "levels": {"warning": "9000.00"}}])
    s.once()
    first = decimal.Decimal(s.sim.state()["accounts"][0]["credits"])
    for _ in range(4):
        s.pass_time(600)
        s.once()
    left = decimal.Decimal(s.sim.state()["accounts"][0]["credits"])
    state = subscriber.wait(lambda seen: json.loads(seen.retained().get("ebb/main/credits/state", "null")), "credits")
    assert nano(state["balance_usd"]) == nano(left)
    assert state["burn_1h_usd_per_h"] == pytest.approx(float(first - left) * 3600 / (4 * 600), rel=0.02)
    account = json.loads(s.daemon.run("status", "--json").stdout)["credits"][0]
    assert nano(account["balance_usd"]) == nano(left)
    assert account["likely_at"]
    assert s.db.one("SELECT count(*) FROM entry e JOIN token t ON t.id = e.token WHERE t.kind = 'credits'"
                    " AND e.kind = 'consumption'") == 4

    s.sim.set_credits("3999.99")
    s.pass_time(600)
    s.once()
    low = s.sim.state()["accounts"][0]["credits"]
    event = subscriber.wait_event(rule="low")
    assert event["series"] == "credits" and event["token"] is None
    assert re.match(r"warning: account main has 3999.\d\d USD left \(below 4000.00 USD\), empty in", event["summary"])
    alert = subscriber.wait(lambda seen: seen.retained().get("ebb/main/alert/low/@credits"), "the alert's topic")
    assert json.loads(alert)["level"] == "warning"
    about_credits = [topic for topic in subscriber.retained() if "any/@credits" in topic]
    assert not about_credits, "rules are for tokens unless they say so"

    s.sim.set_credits("5000.00")
    s.pass_time(600)
    s.once()
    assert subscriber.wait_event(rule="low", kind="resolved")
    history = s.daemon.run("history", "--credits", "--format", "csv", "--since", "2d").stdout
    rows = list(csv.DictReader(io.StringIO(history)))
    assert "topup" in {row["kind"] for row in rows} and nano(low) in {nano(row["balance_usd"]) for row in rows}
    assert s.daemon.run("history").returncode == 2
    assert "(credits)" in s.daemon.run("alerts", "--past", "--since", "1d").stdout


def test_credits_that_are_not_told_leave_the_poll_alone(scene):
    s = scene(past_days=1)
    s.once()
    before = s.db.one("SELECT balance_nano FROM token_now s JOIN token t ON t.id = s.token WHERE t.kind = 'credits'")
    s.sim.fault("status", status=500, path="/v2/cost_management/credits/")
    s.pass_time(600)
    s.once()
    assert s.db.one("SELECT result FROM poll ORDER BY id DESC LIMIT 1") == "ok"
    assert s.db.one("SELECT credits_reason FROM account").startswith("HTTP 500")
    assert s.db.one("SELECT balance_nano FROM token_now s JOIN token t ON t.id = s.token"
                    " WHERE t.kind = 'credits'") == before, "unknown is not zero"
    account = json.loads(s.daemon.run("status", "--json").stdout)["credits"][0]
    assert account["state"] == "stale" and account["likely_at"] is None
    assert "credits: HTTP 500" in s.daemon.run("status").stdout
    s.sim.clear_faults()
    s.pass_time(600)
    s.once()
    assert s.db.one("SELECT credits_reason FROM account") is None


def test_credits_that_fail_once_make_nobody_rich(scene, broker, subscriber):
    s = scene(past_days=0, tokens=[{"name": "prod-app", "balance": "37.00"}], broker=broker, rules=[
        {"name": "low", "kind": "balance_below", "levels": {"critical": "2.00"}}])
    s.sim.set_credits("0.61")
    s.once()
    subscriber.wait_event(rule="low", kind="raised")
    s.sim.fault("status", status=500, path="/v2/cost_management/credits/")
    s.pass_time(20)  # less than makes a reading of this account stale
    s.once()
    gate = s.daemon.run("gate", "prod-app", "--balance", "1.00")
    assert gate.returncode == 1 and "0.61 USD" in gate.stdout, gate.stdout
    token = json.loads(s.daemon.run("status", "--json").stdout)["tokens"][0]
    assert token["limited_by"] == "credits" and token["available_usd"] == 0.61
    assert [e["kind"] for e in subscriber.events()] == ["raised"]
    s.pass_time(86400)
    s.once()
    assert s.daemon.run("gate", "prod-app", "--balance", "1.00").returncode == 0, "too old to count"


def test_an_account_that_stalls_delays_no_other(stage, make_daemon, tmp_path):
    slow, quick = (stage.enter_context(Sim({"credits": "10.00", "tokens": TOKENS})) for _ in range(2))
    slow.fault("delay", ms=3600000)
    daemon = make_daemon(slow.url, timeout="1h")
    daemon.settings["accounts"].append({**daemon.settings["accounts"][0], "name": "second", "url": quick.url})
    daemon.write()
    daemon.start()
    daemon.process.wait_line(r"second: consumption of \d+ payers stored")
    place = len(daemon.process.lines.items)
    for _ in range(3):
        daemon.process.wait_line(r"second: poll \d+ stored: ok", place)
        place = len(daemon.process.lines.items)
    assert daemon.database.one("SELECT count(*) FROM token_now s JOIN token t ON t.id = s.token"
                               " WHERE t.kind = 'credits'") == 1
    assert "main: poll" not in daemon.text()


def test_credits_that_stall_do_not_delay_the_list(stage, make_daemon):
    sim = stage.enter_context(Sim({"credits": "10.00", "tokens": TOKENS}))
    sim.fault("delay", ms=3600000, path="/v2/cost_management/*")
    daemon = make_daemon(sim.url, timeout="1h")
    daemon.start()
    daemon.wait_polls(3)
    assert daemon.database.one("SELECT count(*) FROM token WHERE kind = 'credits'") == 0


def to_midnight(scene):
    """Seconds from the scene's present to the next midnight UTC."""
    return DAY - int((PRESENT.timestamp() + scene.offset_s) % DAY)


def watch_a_day(scene, inside):
    """Polls around both midnights of a day, lets `inside` happen at noon, and goes on until the day is judged."""
    scene.once()
    scene.pass_time(to_midnight(scene) - 300)
    for step in (0, 600, 12 * 3600, 12 * 3600 - 600, 600):
        scene.pass_time(step)
        if step == 12 * 3600:
            inside()
        scene.once()
    for step in (7 * 3600, 600):
        scene.pass_time(step)
        scene.once()
    return {name: (difference, judged) for name, difference, judged in
            scene.db.rows("SELECT coalesce(token, 'credits'), difference_usd, judged FROM v_reconcile")}


def test_balances_and_consumption_are_compared_day_by_day(scene, broker, subscriber):
    profile = {"kind": "steady", "usd_per_day": "2.40", "every": "10m"}
    tokens = TOKENS + [{"name": name, "balance": "100.00", "profile": profile}
                       for name in ("prod-leaky", "prod-topped")]
    s = scene(past_days=2, tokens=tokens, broker=broker, rules=[
        {"name": "drift", "kind": "drift_above", "levels": {"warning": "0.50"}}])

    def inside():
        s.sim.spend(None, 3)  # of the main key: no token's, and the account's all the same
        s.sim.set_balance("prod-leaky", str(decimal.Decimal(s.sim.balances()["prod-leaky"]) - 1))
        s.sim.set_balance("prod-topped", "200.00")

    judged = watch_a_day(s, inside)
    assert judged["prod-chat-api"][1] == "agrees"
    assert judged["idle-one"] == (0, "agrees")
    assert judged["credits"][1] == "agrees"
    assert judged["prod-leaky"][1] == "drift"
    assert judged["prod-leaky"][0] == pytest.approx(-1, abs=0.05)
    assert judged["prod-topped"][1] == "hidden", "a top-up explains what the balance does not show"
    assert "dev-free-lab" not in judged, "without a budget there is nothing to compare"
    event = subscriber.wait_event(rule="drift", token="prod-leaky")
    assert re.match(r"warning: prod-leaky drifts: the usage endpoint reports \d\.\d\d USD less for one day than the"
                    r" balance shows \(above 0\.50 USD\)", event["summary"])
    for topic, what in ("ebb/main/token/prod-leaky/state", "its drift"), ("ebb/main/state", "the account's drift"):
        state = subscriber.wait(lambda seen: next((s for s in [json.loads(seen.retained().get(topic, "{}"))]
                                                   if s.get("drift_usd") is not None), None), what)
        if "token" in topic:
            assert state["drift_usd"] == pytest.approx(-1, abs=0.05)
    assert [e["token"] for e in subscriber.events()] == ["prod-leaky"]


def test_a_day_that_was_not_watched_is_not_judged(scene):
    s = scene(past_days=2)
    s.once()
    s.pass_time(to_midnight(s) + 2 * DAY)
    s.once()
    s.pass_time(7 * 3600)
    s.once()
    assert s.db.rows("SELECT * FROM v_reconcile") == []


def test_a_budget_that_comes_and_goes_counts_nothing_twice(scene):
    s = scene(past_days=1, tokens=[TOKENS[0]])
    s.once()
    for budget in (False, True, False, True):
        for _ in range(3):
            s.pass_time(3600)
            s.once()
        s.sim.change("prod-chat-api", active_balance=budget)
    s.pass_time(3600)
    s.once()
    days = s.db.rows("SELECT u.day, sum(u.cost_nano), (SELECT sum(h.spent_nano) FROM hour_sum h WHERE h.token = u.token"
                     " AND h.hour >= u.day AND h.hour < u.day + 86400) FROM usage u GROUP BY u.day")
    assert len(days) >= 2
    # what a balance tells of the hour around midnight is spread over both days, so it is their sum that must not exceed
    assert sum(counted for _, _, counted in days) <= sum(told for _, told, _ in days) + 1000
    assert all(counted >= told * 0.5 for _, told, counted in days)


def test_lives_of_one_name_on_one_day_count_nothing_twice(scene):
    idle = [{"name": f"idle-{n}"} for n in range(9)]
    s = scene(past_days=0, tokens=[{"name": "prod-work", "balance": "50.00"}, *idle])
    s.sim.spend("prod-work", "1.50")
    s.once()
    s.sim.spend("prod-work", "5.25")
    s.pass_time(60)
    s.once()
    s.sim.delete("prod-work")
    for _ in range(3):
        s.pass_time(3660)
        s.once()
    assert s.db.one("SELECT deleted_at FROM token WHERE name = 'prod-work'")
    s.sim.create("prod-work", balance="20.00")
    s.sim.spend("prod-work", "0.25")
    s.once()
    s.pass_time(3600)
    s.once()
    assert s.db.rows("SELECT generation, deleted_at FROM token WHERE name = 'prod-work'") == [(1, None)]
    booked = s.db.one("SELECT sum(d.spent_nano) FROM day_sum d JOIN token t ON t.id = d.token WHERE t.kind = 'token'")
    assert booked == nano("6.75"), "what was spent before it was seen again is part of the edit that it returned with"
