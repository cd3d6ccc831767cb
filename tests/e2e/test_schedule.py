"""When is polled: around a reset by the wall clock, and never faster than the budget of calls, whatever goes wrong."""

import datetime
import json

from harness import TOKENS, Sim
from test_clock import WallClock

MIDNIGHT = datetime.datetime(2026, 10, 24, 22, 0, tzinfo=datetime.timezone.utc)  # the night of 25 hours begins
API_TIME = "%Y-%m-%dT%H:%M:%SZ"


def account(daemon):
    return json.loads(daemon.run("status", "--json").stdout)["accounts"][0]


def seconds_after_midnight(stamp):
    return (datetime.datetime.fromisoformat(stamp.replace("Z", "+00:00")) - MIDNIGHT).total_seconds()


def test_a_reset_has_a_reading_shortly_before_and_one_shortly_after_it(tmp_path, stage, make_daemon):
    """Polled once an hour, a daily token is read ten minutes past the hour only because the daemon starts then. The
    clocks stand still until the test moves them: each reading of the reset comes when the wall clock shows its time."""
    start = MIDNIGHT - datetime.timedelta(minutes=50)
    sim = stage.enter_context(Sim(start=f"{start:{API_TIME}}", speed=0))
    sim.create("dev-daily", balance="5.00", balance_reset_period="daily", balance_reset_amount="10.00")
    daemon = make_daemon(sim.url, interval="1h")
    daemon.environment["TZ"] = "UTC"
    clock = WallClock(tmp_path, daemon)
    clock.stand_still(start)
    daemon.start()
    daemon.wait_poll()
    sim.set_balance("dev-daily", "4.00")

    for earliest, latest in (-40, -20), (30, 90):
        planned = seconds_after_midnight(account(daemon)["next_poll_at"])
        assert earliest <= planned <= latest
        moment = MIDNIGHT + datetime.timedelta(seconds=planned)
        place = len(daemon.process.lines.items)
        sim.clock(to=f"{moment:{API_TIME}}")
        clock.stand_still(moment)
        daemon.wait_poll(after=place)
        assert daemon.database.one("SELECT max(at) FROM poll") == moment.timestamp()
    kinds = daemon.database.rows("SELECT kind, amount_nano FROM entry ORDER BY poll, seq")
    assert kinds == [("consumption", 10**9), ("reset", 6 * 10**9)], "nothing that was spent is lost"


def test_a_failing_account_keeps_its_budget_and_shows_its_calls(sim, make_daemon):
    """Back-off alone would ask again after seconds; with three calls a minute the third poll waits for its call."""
    sim.create("prod-chat", balance="5.00")
    sim.fault("status", status=503, path=TOKENS)
    own = len(sim.requests())
    daemon = make_daemon(sim.url, interval="40s", calls_per_second=0.05).start()
    daemon.wait_polls(3, "unavailable")

    at = [request["real"] for request in sim.requests(after=own)]
    assert len(at) >= 5
    for i, first in enumerate(at):
        for j in range(i, len(at)):
            assert j - i + 1 <= 4 + 0.05 * (at[j] - first) + 0.01, "at most a burst of four, and the rate"
    shown = account(daemon)
    assert shown["calls_1h_max"] == 180
    assert len(at) - 1 <= shown["calls_1h"] <= len(at)
    assert shown["rhythm"] == "retry"
    assert "of 180" in daemon.run("status").stdout


def test_accounts_that_stall_hold_up_no_other(sim, stage, make_daemon):
    """More accounts than there once were places wait for answers that never come; the one that works is polled on."""
    stalled = stage.enter_context(Sim())
    stalled.fault("stall")
    sim.create("prod-chat", balance="5.00")
    daemon = make_daemon(sim.url, timeout="1h")
    lame = dict(daemon.settings["accounts"][0], url=stalled.url)
    daemon.settings["accounts"] = [dict(lame, name=f"lame-{i}") for i in range(40)] + daemon.settings["accounts"]
    daemon.write()
    daemon.start()
    daemon.wait_polls(3)
    rows = json.loads(daemon.run("status", "--json", "--account", "main").stdout)["accounts"]
    assert [row["result"] for row in rows] == ["ok"]
