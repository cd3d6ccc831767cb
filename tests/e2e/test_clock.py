"""Clocks jump, and twice a year Paris has a night of 23 or 25 hours. No rate is negative or absurd, nothing storms.

The daemon runs under libfaketime, which reads its offset from a file: the test moves the wall clock while the daemon
runs. The monotonic clock is left alone.
"""

import ctypes.util
import datetime
import glob
import json
import time

import pytest

from harness import TOKENS, Sim

RULES = [
    {"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}},
    {"name": "soon", "kind": "exhausts_within", "levels": {"warning": "1m"}},
]
LIBRARY = "/usr/lib/*/faketime/libfaketime.so.1"


class WallClock:
    """The wall clock of one daemon."""

    def __init__(self, folder, daemon):
        self.file = folder / "clock"
        self.set("+0")
        sanitizer = ctypes.util.find_library("asan") or ""
        runtime = [path for path in glob.glob("/usr/lib/gcc/*/*/libasan.so") if path][:1]
        preload = runtime + glob.glob(LIBRARY)
        assert glob.glob(LIBRARY), "the package faketime is missing"
        daemon.environment.update({
            "LD_PRELOAD": ":".join(preload),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "ASAN_OPTIONS": "detect_leaks=0",
        })

    def set(self, offset):
        """An offset like "+2h", or a start like "@2026-03-28 22:59:40" that runs on from there."""
        self.file.write_text(offset + "\n")

    def stand_still(self, moment):
        """Shows this time and no other until it is set again."""
        self.set(f"{moment:%Y-%m-%d %H:%M:%S}")


def lists(sim):
    """How often the list was asked for: credits come with each."""
    return sum(request["path"] == TOKENS for request in sim.requests())


def rates(daemon):
    return daemon.database.rows(
        "SELECT burn_1h_nano, burn_6h_nano, burn_24h_nano, burn_7d_nano FROM token_state")


def assert_sane(daemon, spent_usd_max):
    """No rate below zero, none above what was spent in the shortest time that it could have been measured over."""
    for row in rates(daemon):
        for rate in row:
            assert rate is None or 0 <= rate <= spent_usd_max * 3600 * 10**9
    assert not daemon.database.rows("SELECT * FROM entry WHERE kind = 'consumption' AND amount_nano <= 0")
    assert not daemon.database.rows("SELECT * FROM hourly WHERE spent_nano < 0")


@pytest.mark.parametrize("jump", ["+3h", "-3h", "+10d", "-10d", "+2y", "-2y"])
def test_a_jump_of_the_wall_clock_makes_no_storm_and_no_absurd_rate(jump, tmp_path, sim, broker, subscriber,
                                                                    make_daemon):
    sim.create("prod-steady", balance="40.00")
    daemon = make_daemon(sim.url, broker, rules=RULES[:1])
    clock = WallClock(tmp_path, daemon)
    daemon.start()
    daemon.wait_polls(2)
    for balance in ["39.00", "38.00"]:
        sim.set_balance("prod-steady", balance)
        daemon.wait_polls(2)

    began, before = time.monotonic(), lists(sim)
    clock.set(jump)
    daemon.wait_polls(6)  # in a storm they come at once, however late the daemon saw the jump
    asked = lists(sim) - before
    assert asked <= 2 * (time.monotonic() - began) + 2, "the schedule is on the monotonic clock"
    sim.set_balance("prod-steady", "37.00")
    daemon.wait_polls(3)

    assert_sane(daemon, 3)
    assert daemon.database.one("SELECT sum(amount_nano) FROM entry WHERE kind = 'consumption'") == 3 * 10**9
    assert daemon.database.one("SELECT sum(spent_nano) FROM hourly") == 3 * 10**9
    assert subscriber.events() == []
    assert daemon.stop() == 0


@pytest.mark.parametrize("night", ["2026-03-28T22:59:50Z", "2026-10-24T21:59:50Z", "2026-03-29T21:59:50Z",
                                   "2026-10-25T22:59:50Z"])
def test_the_midnights_around_both_daylight_saving_nights_are_resets_and_nothing_else(night, tmp_path, stage, broker,
                                                                                     subscriber, make_daemon):
    """Ten seconds before a Paris midnight a token has spent half of its day; at midnight the API sets it back. Its
    midnight comes when the test says so, however long the daemon took to see what was spent."""
    sim = stage.enter_context(Sim(start=night, speed=0))
    sim.create("dev-daily", balance="5.00", balance_reset_period="daily", balance_reset_amount="10.00")
    daemon = make_daemon(sim.url, broker, rules=[{"name": "low", "kind": "percent_below", "levels": {"info": "20%"}}])
    clock = WallClock(tmp_path, daemon)
    start = datetime.datetime.fromisoformat(night.replace("Z", "+00:00"))
    skew = start - datetime.datetime.now(datetime.timezone.utc)
    clock.set(f"{int(skew.total_seconds()):+d}s")
    daemon.start()
    daemon.wait_polls(1)
    sim.set_balance("dev-daily", "4.00")
    daemon.wait_polls(2)
    clock.set(f"{int(skew.total_seconds()) + 20:+d}s")
    sim.clock(advance="20s")
    state = subscriber.wait(
        lambda s: next((p for t, p in s.retained().items()
                        if "dev-daily" in t and '"balance_usd":10' in p.replace(" ", "")),
                       None), "the reset balance")
    daemon.wait_polls(1)
    kinds = [k for k, in daemon.database.rows("SELECT kind FROM entry ORDER BY poll, seq")]
    assert kinds == ["consumption", "reset"]
    assert daemon.database.one("SELECT sum(amount_nano) FROM entry WHERE kind = 'reset'") == 6 * 10**9
    length = datetime.datetime.fromisoformat(json.loads(state)["next_reset_at"].replace("Z", "+00:00")) - start
    expected = {"2026-03-28T22:59:50Z": 23, "2026-10-24T21:59:50Z": 25}.get(night, 24)
    assert round(length.total_seconds() / 3600) == expected
    assert_sane(daemon, 1)
    assert subscriber.events() == []
