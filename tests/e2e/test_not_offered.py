"""What an API does not offer is said, in a state of its own: neither unknown, nor stale, nor a failure."""

import json

import pytest

from management import KEY, Management, key_of
from test_clock import WallClock

CREDITS_LOW = {"name": "credits-low", "kind": "balance_below", "match": {"series": "credits"},
               "levels": {"warning": "100.00"}}


@pytest.fixture
def api(stage):
    api = Management(key_of("prod-billing-api"), key_of("dev-free-lab", active_balance=False, balance=None))
    stage.callback(api.close)
    return api


def said(daemon, *arguments, status=0):
    done = daemon.run(*arguments)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_credits_that_are_not_offered_are_so_in_every_output(api, make_daemon):
    daemon = make_daemon(api.url, key=KEY, api="v3", rules=[CREDITS_LOW])
    said(daemon, "once")
    assert not [path for path in api.asked if "credits" in path]

    credits, = json.loads(said(daemon, "status", "--json"))["credits"]
    assert credits["state"] == "not_offered" and credits["source"] == "none"
    assert credits["balance_usd"] is credits["reason"] is credits["seen_at"] is None
    assert "not offered by this API" in said(daemon, "status")

    answer = json.loads(said(daemon, "gate", "--credits", "--json", status=4))
    assert answer["answer"] == "not_offered" and answer["reason"] == "not offered by this API"
    assert "not_offered" in said(daemon, "gate", "dev-free-lab", status=4)
    assert "unknown" not in said(daemon, "gate", "prod-billing-api")

    audit = json.loads(daemon.run("audit", "--json").stdout)
    assert audit["not_offered"] == {"credits": 1, "credits_ahead": 1}
    assert "credits" not in audit["unknown"]
    metrics = said(daemon, "metrics")
    assert 'ebb_account_info{account="main",credits="none"} 1' in metrics
    assert 'ebb_credits_state{account="main",state="not_offered"} 1' in metrics
    assert "ebb_credits_balance_usd{" not in metrics
    assert daemon.database.rows("SELECT account, state, credits_usd, source FROM v_credits") \
        == [("main", "not_offered", None, "none")]
    refused = daemon.run("forecast", "--credits")
    assert refused.returncode == 3 and "not offered by this API" in refused.stderr

    check = daemon.run("check")
    assert check.returncode == 0 and 'rule "credits-low"' in check.stderr and "ebb credits set" in check.stderr


def test_alerts_about_credits_end_when_the_account_moves_to_an_api_without_them(api, make_daemon, broker, subscriber):
    daemon = make_daemon(api.url, broker, key=KEY, api="v2", rules=[CREDITS_LOW])
    daemon.start()
    subscriber.wait_event(rule="credits-low", kind="raised")
    daemon.settings["accounts"][0]["api"] = "v3"
    daemon.write()
    daemon.reload()
    ended = subscriber.wait_event(rule="credits-low", kind="resolved")
    assert ended["reason"] == "credits are not offered by this API"

    def is_told(s):
        state = s.retained().get("ebb/main/credits/state")
        return state and json.loads(state)["state"] == "not_offered" and json.loads(state)["balance_usd"] is None
    subscriber.wait(is_told, "the state of credits that are not offered")
    assert daemon.stop() == 0

    # What was known before is history: nobody takes it for the present.
    refused = daemon.run("forecast", "--credits")
    assert refused.returncode == 3 and "not offered by this API" in refused.stderr
    credits, = json.loads(said(daemon, "status", "--json"))["credits"]
    assert credits["balance_usd"] is None and credits["state"] == "not_offered"
    assert daemon.run("history", "--credits").returncode == 0


def credits_of(daemon):
    credits, = json.loads(said(daemon, "credits", "--json"))
    return credits


def test_credits_given_by_hand_are_counted_down_by_consumption(api, make_daemon, broker, subscriber):
    daemon = make_daemon(api.url, broker, key=KEY, api="v3", rules=[CREDITS_LOW])
    assert "no data in" in daemon.run("credits", "set", "120.00").stderr
    api.spent = {"prod-billing-api": 3.0, "base_token": 1.0}  # before: of no concern
    said(daemon, "once")
    assert "given by hand" not in said(daemon, "status") and "`ebb credits set`" in said(daemon, "credits")

    # No daemon runs: the next one takes it up.
    assert "120.00 USD from now on" in said(daemon, "credits", "set", "120.00")
    assert "taken up by the next poll" in daemon.run("credits").stderr
    order, = daemon.folder.glob("ebb.db-edits/*")
    as_ordered = order.read_bytes()
    daemon.start()
    daemon.process.wait_line(r"credits given by hand: 120.00 USD")
    daemon.process.wait_line(r"consumption of 2 payers stored")
    daemon.wait_polls(1)
    assert credits_of(daemon)["balance_usd"] == 120.0

    # Consumption counts down, that of the main key included, also across a kill; then it fires like any balance.
    daemon.kill()
    order.write_bytes(as_ordered)  # as if killed between the commit and its removal
    api.spent = {"prod-billing-api": 20.0, "base_token": 6.0}
    clock = WallClock(daemon.folder, daemon)
    clock.set("+2h")  # the usage endpoint is asked once an hour
    daemon.start()
    raised = subscriber.wait_event(rule="credits-low", kind="raised")
    assert raised["balance_usd"] == 98.0 and raised["credits_source"] == "estimate"
    assert raised["summary"].endswith("; the credits are an estimate")
    alert = subscriber.wait(lambda s: s.retained().get("ebb/main/alert/credits-low/@credits"), "the alert's topic")
    assert json.loads(alert)["credits_source"] == "estimate"
    assert "; the credits are an estimate" in said(daemon, "alerts")
    credits = credits_of(daemon)
    assert (credits["balance_usd"], credits["source"], credits["set_usd"]) == (98.0, "estimate", 120.0)
    assert "estimate" in said(daemon, "gate", "--credits") and "an estimate: 120.00 USD given" in said(daemon, "status")
    state = json.loads(subscriber.retained()["ebb/main/credits/state"])
    assert state["source"] == "estimate" and state["set_usd"] == 120.0
    assert 'credits="estimate"' in said(daemon, "metrics")

    # Another level takes its place while the daemon runs: an edit, neither a top-up nor consumption.
    said(daemon, "credits", "set", "250.00")
    subscriber.wait_event(rule="credits-low", kind="resolved")
    assert credits_of(daemon)["balance_usd"] == 250.0
    booked = daemon.database.rows("""SELECT k.name, b.amount_nano / 1000000000 FROM booking b
        JOIN booking_kind k ON k.id = b.kind JOIN token t ON t.id = b.token WHERE t.kind = 'credits' ORDER BY b.poll""")
    assert booked == [("consumption", 22), ("edit", 152)]
    assert daemon.stop() == 0

    # What is said with a clock that was set back counts as well.
    clock.set("+0")
    said(daemon, "credits", "set", "60.00")
    daemon.start()
    daemon.process.wait_line(r"credits given by hand: 60.00 USD")
    assert daemon.stop() == 0


def test_credits_cannot_be_given_where_the_api_reports_them(api, make_daemon):
    daemon = make_daemon(api.url, key="sim-key", api="v2")
    said(daemon, "once")
    done = daemon.run("credits", "set", "120.00")
    assert done.returncode == 1 and "reports its credits itself" in done.stderr
    assert credits_of(daemon)["source"] == "api"
