"""What the daemon believes of the balances it reads: errors of the API, edits of our own and of others, real falls."""

import json
import signal

import pytest

from harness import Sim

LOW = {"name": "low", "kind": "balance_below", "levels": {"warning": "50.00", "critical": "10.00"}}
SHARE = {"name": "share", "kind": "percent_below", "levels": {"warning": "20%", "critical": "5%"}}
NAME = "prod-billing-api"
KINDS = ("SELECT e.kind FROM entry e JOIN token t ON t.id = e.token WHERE t.kind = 'token' AND t.name = ? "
         "ORDER BY e.poll, e.seq")


@pytest.fixture
def token(sim):
    sim.create(NAME, balance="98.00")
    return NAME


def with_token(world):
    sim = world.sim()
    sim.create(NAME, balance="98.00")
    return sim


def kinds(daemon, name=NAME):
    return [row[0] for row in daemon.database.rows(KINDS, name)]


def spent(daemon, name=NAME):
    """What hours and days say was spent, which must be the same, in USD."""
    hours, days = (daemon.database.one(f"SELECT coalesce(sum(s.spent_nano), 0) FROM {sums} s JOIN token t "
                                       "ON t.id = s.token WHERE t.name = ?", name) for sums in ("hour_sum", "day_sum"))
    assert hours == days
    return hours / 1e9


def believed(daemon, name=NAME):
    return daemon.database.one("SELECT s.balance_nano FROM token_now s JOIN token t ON t.id = s.token "
                               "WHERE t.name = ?", name) / 1e9


def hold(daemon, after=0):
    daemon.process.wait_line(r"waiting for another reading to confirm it", after)


GLITCHES = {
    "nothing left": lambda sim, name: sim.set_balance(name, "0.00"),
    "less than nothing": lambda sim, name: sim.set_balance(name, "-3.20"),
    "most of it gone": lambda sim, name: sim.set_balance(name, "41.17"),
    "fifty times too much": lambda sim, name: sim.set_balance(name, "5000.00"),
    "no balance": lambda sim, name: sim.change(name, balance=None),
    "no budget": lambda sim, name: sim.change(name, active_balance=False),
}


def test_an_answer_that_another_reading_refutes_changes_no_books_and_raises_no_alert(sim, broker, subscriber,
                                                                                   make_daemon):
    for name in GLITCHES:
        sim.create(name, balance="98.00")
    sim.create("neighbour", balance="20.00")
    daemon = make_daemon(sim.url, broker, rules=[LOW, SHARE]).start()
    daemon.wait_polls(2)
    for name, glitch in GLITCHES.items():
        place = len(daemon.process.lines.items)
        sim.set_balance("neighbour", str(float(sim.balances()["neighbour"]) - 0.01))
        glitch(sim, name)
        hold(daemon, place)
        sim.change(name, active_balance=True, balance="98.00")
        daemon.process.wait_line(r"the jump of the balance was not confirmed", place)
    daemon.wait_polls(1)
    for name in GLITCHES:
        assert kinds(daemon, name) == [] and spent(daemon, name) == 0 and believed(daemon, name) == 98
    assert spent(daemon, "neighbour") == 0.06 and believed(daemon, "neighbour") == 19.94  # nobody is held with them
    assert [e for e in subscriber.events() if e["token"] != "neighbour"] == []
    assert daemon.database.rows("SELECT * FROM doubt WHERE held_at IS NOT NULL") == []


def fall_for_real(world, left):
    sim, broker = with_token(world), world.broker()
    subscriber = world.subscriber(broker)
    daemon = world.daemon(sim.url, broker, rules=[LOW], interval="1h").start()
    daemon.wait_poll()
    daemon.stop()
    sim.set_balance(NAME, left)
    before = len(sim.requests())
    daemon.start()
    event = subscriber.wait_event(kind="raised", level="critical")
    assert event["value"] == float(left)
    daemon.wait_poll()
    lists = [r for r in sim.requests(before) if r["path"].endswith("/custom_token/")]
    assert len(lists) == 2
    assert kinds(daemon) == ["consumption"] and round(spent(daemon), 9) == round(98 - float(left), 9)
    since, at = daemon.database.rows("SELECT e.since, p.at FROM entry e JOIN poll p ON p.id = e.poll")[0]
    first, second = (row[0] for row in daemon.database.rows("SELECT at FROM poll ORDER BY id LIMIT 2"))
    assert (since, at) == (first, second)  # from the last reading that was believed to the first that saw the fall


def test_a_real_fall_is_booked_and_told_within_seconds_however_long_the_interval(at_once):
    at_once(fall_for_real, [("0.00",), ("-0.75",), ("7.31",)])


def fall_and_rise_again(world, level):
    sim, broker = with_token(world), world.broker()
    subscriber = world.subscriber(broker)
    daemon = world.daemon(sim.url, broker, rules=[LOW, SHARE]).start()
    daemon.wait_polls(4)
    sim.set_balance(NAME, level)
    subscriber.wait_event(kind="raised", rule="low")
    sim.set_balance(NAME, "97.95")
    subscriber.wait_event(kind="resolved", rule="low")
    subscriber.wait_event(kind="resolved", rule="share") if level == "0.00" else None
    daemon.wait_polls(1)
    assert kinds(daemon) == ["correction", "correction", "consumption"]
    assert round(spent(daemon), 9) == 0.05
    assert daemon.database.one("SELECT sum(topup_nano) FROM day_sum") == 0
    history = json.loads(daemon.run("history", "--format", "json", NAME).stdout)
    assert "correction" in json.dumps(history) and "topup" not in json.dumps(history)

    daemon.stop()
    daemon.start()  # what is loaded again is as it was
    daemon.wait_poll()
    rate = daemon.database.one("SELECT burn_24h_nano FROM token_now")
    report = json.loads(daemon.run("report", "--format", "json").stdout)
    assert [(row["token"], row["spent_usd"], row["topup_usd"]) for row in report] == [(NAME, 0.05, 0)], report
    assert rate is None or rate < 0.06e9 * 3600
    assert daemon.database.one("SELECT spent_nano FROM token_now") == 50000000


def test_a_rise_that_undoes_a_booked_fall_takes_the_spend_out_of_every_book(at_once):
    at_once(fall_and_rise_again, [("0.00",), ("12.40",)])


def test_a_fall_that_undoes_a_booked_rise_is_no_consumption(sim, make_daemon, token):
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(3)
    sim.set_balance(token, "300.00")
    daemon.wait_polls(2)
    assert kinds(daemon) == ["topup"]
    sim.set_balance(token, "97.99")
    daemon.wait_polls(3)
    assert kinds(daemon) == ["correction", "correction", "consumption"] and round(spent(daemon), 9) == 0.01
    assert daemon.database.one("SELECT sum(topup_nano) FROM day_sum") == 0
    assert daemon.database.one("SELECT risen_to_nano FROM token_now") == 98 * 10**9


def kill_while_held(world, real):
    sim = with_token(world)
    daemon = world.daemon(sim.url, rules=[LOW], interval="1h").start()
    daemon.wait_poll()
    daemon.kill()
    sim.set_balance(NAME, "0.00")
    daemon.start()
    hold(daemon)  # which is said after the commit
    daemon.kill()
    assert believed(daemon) == 98 and kinds(daemon) == []
    assert len(daemon.database.rows("SELECT * FROM doubt WHERE held_at IS NOT NULL")) == 1
    if not real:
        sim.set_balance(NAME, "98.00")
    daemon.start()
    if real:
        daemon.wait_poll()  # which confirms it
        assert believed(daemon) == 0 and kinds(daemon) == ["consumption"]
    else:
        daemon.process.wait_line(r"not confirmed")
        daemon.wait_poll()
        assert believed(daemon) == 98 and kinds(daemon) == []
    assert daemon.stop() == 0


def test_a_kill_neither_loses_what_is_held_nor_believes_it(at_once):
    at_once(kill_while_held, [(True,), (False,)])


def test_once_reads_again_by_itself_before_it_exits(sim, make_daemon, token):
    daemon = make_daemon(sim.url, rules=[LOW], interval="15m")
    assert daemon.run("once").returncode == 0
    sim.set_balance(token, "0.00")
    assert daemon.run("once").returncode == 0
    assert believed(daemon) == 0 and kinds(daemon) == ["consumption"]
    assert daemon.database.one("SELECT count(*) FROM event WHERE kind = 'raised'") == 1


def doubt_credits(world, real):
    sim = with_token(world)
    daemon = world.daemon(sim.url).start()
    sim.set_credits("500.00")
    daemon.wait_polls(3)
    place = len(daemon.process.lines.items)
    sim.set_credits("0.00")
    daemon.process.wait_line(r"credits: balance jumped from 500.00 to 0.00", place)
    if not real:
        sim.set_credits("500.00")
        daemon.process.wait_line(r"credits: the jump of the balance was not confirmed", place)
    daemon.wait_polls(4)
    left = daemon.database.one("SELECT s.balance_nano FROM token_now s JOIN token t ON t.id = s.token "
                               "WHERE t.kind = 'credits'")
    assert left == (0 if real else 500 * 10**9)
    assert spent(daemon, "") == (500 if real else 0)


def test_credits_are_doubted_like_a_balance(at_once):
    at_once(doubt_credits, [(True,), (False,)])


def test_an_edit_by_ebb_itself_is_an_edit_and_never_consumption(sim, broker, subscriber, make_daemon):
    edits = {"less": "58.60", "nothing": "0.00", "more": "250.00", "tiny": "97.99"}
    for name in edits:
        sim.create(name, balance="98.00")
    daemon = make_daemon(sim.url, broker, rules=[SHARE]).start()
    daemon.wait_polls(3)
    for name, balance in edits.items():
        done = daemon.run("tokens", "update", name, "--balance", balance, "--yes")
        assert done.returncode == 0 and "warning" not in done.stderr, done.stderr
    daemon.wait_polls(2)
    for name, balance in edits.items():
        assert kinds(daemon, name) == ["edit"] and spent(daemon, name) == 0
        assert believed(daemon, name) == float(balance)
    assert list((daemon.folder / "ebb.db-edits").iterdir()) == []
    assert {e["token"] for e in subscriber.events()} == {"nothing"}
    full = dict(daemon.database.rows("SELECT t.name, s.risen_to_nano / 1e9 FROM token_now s "
                                     "JOIN token t ON t.id = s.token WHERE t.kind = 'token'"))
    assert full == {"less": 58.6, "nothing": 98, "more": 250, "tiny": 98}  # the budget as it was set last


def test_what_was_spent_around_an_own_edit_is_still_consumption(sim, make_daemon, token):
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(3)
    daemon.process.signal(signal.SIGSTOP)
    assert daemon.run("tokens", "update", token, "--balance", "40", "--yes").returncode == 0
    assert sim.spend(token, "0.25").status_code == 200
    daemon.process.signal(signal.SIGCONT)
    daemon.wait_polls(2)
    assert sorted(kinds(daemon)) == ["consumption", "edit"] and spent(daemon) == 0.25


def test_an_edit_that_the_api_refuses_explains_nothing(sim, make_daemon, token):
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(2)
    sim.fault("status", status=400, path="*billing*", times=2)
    assert daemon.run("tokens", "update", token, "--balance", "40", "--yes").returncode != 0
    assert not (daemon.folder / "ebb.db-edits").exists() or not list((daemon.folder / "ebb.db-edits").iterdir())


def test_edits_by_others_are_edits_or_unknown_but_no_consumption(sim, make_daemon):
    fields = {"expiry": {"expire_time": "2030-01-01T00:00:00Z"},
              "reset": {"balance_reset_period": "weekly", "balance_reset_amount": "60.00"}}
    for name in (*fields, "round", "crooked"):
        sim.create(name, balance="98.00")
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(4)
    for name, others in fields.items():
        sim.change(name, balance="37.77", **others)
    sim.set_balance("round", "50.00")  # of a token that never spent anything: somebody set it
    sim.set_balance("crooked", "50.12")
    daemon.wait_polls(3)
    assert {name: kinds(daemon, name) for name in (*fields, "round", "crooked")} == {
        "expiry": ["edit"], "reset": ["edit"], "round": ["unknown"], "crooked": ["consumption"]}
    assert spent(daemon, "round") == spent(daemon, "expiry") == 0 and believed(daemon, "round") == 50


def test_a_refund_of_a_cent_does_not_end_a_percent_alert(sim, broker, subscriber, make_daemon):
    sim.create(NAME, balance="100.00")
    daemon = make_daemon(sim.url, broker, rules=[SHARE]).start()
    daemon.wait_polls(2)
    sim.set_balance(NAME, "19.03")
    subscriber.wait_event(kind="raised", level="warning")
    for balance in ("19.04", "19.01", "19.50"):
        sim.set_balance(NAME, balance)
        daemon.wait_polls(2)
    daemon.stop()
    daemon.start()
    sim.set_balance(NAME, "4.12")
    event = subscriber.wait_event(level="critical")
    assert event["was"] == "warning" and "of 100.00 USD" in event["summary"] and "4.12%" in event["summary"]
    assert not [e for e in subscriber.events() if e["kind"] == "resolved"]


def test_a_token_that_is_empty_from_the_start_is_below_every_percentage(stage, broker, subscriber, make_daemon):
    sim = stage.enter_context(Sim({"tokens": [
        {"name": "nothing", "balance": 0, "reset_period": "daily", "reset_amount": 0}]}))
    sim.create("empty", balance="0.00")
    sim.create("negative", balance="-2.50")
    make_daemon(sim.url, broker, rules=[SHARE]).start()
    found = subscriber.wait_event(kind="raised", rule="share", level="critical")["digest"] # at first contact, all
    assert {worst["token"] for worst in found["worst"]} == {"empty", "negative", "nothing"}
    assert all(worst["level"] == "critical" and worst["value"] <= 0 for worst in found["worst"])
