"""Clocks jump, and twice a year Paris has a night of 23 or 25 hours. No rate is negative or absurd, nothing storms.

The daemon runs under libfaketime, which reads its offset from a file: the test moves the wall clock while the daemon
runs. The monotonic clock is left alone.
"""

import ctypes.util
import datetime
import glob
import json
import time

from harness import READ_KEY, TOKENS

RULES = [
    {"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}},
    {"name": "soon", "kind": "exhausts_within", "levels": {"warning": "1m"}},
]
DAY = 86400
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
        "SELECT burn_1h_nano, burn_6h_nano, burn_24h_nano, burn_7d_nano FROM token_now")


def assert_sane(daemon, spent_usd_max):
    """No rate below zero, none above what was spent in the shortest time that it could have been measured over."""
    for row in rates(daemon):
        for rate in row:
            assert rate is None or 0 <= rate <= spent_usd_max * 3600 * 10**9
    assert not daemon.database.rows("SELECT * FROM entry WHERE kind = 'consumption' AND amount_nano <= 0")
    assert not daemon.database.rows("SELECT * FROM hour_sum WHERE spent_nano < 0")


def jump_while_it_runs(world, jump):
    sim, broker = world.sim(), world.broker()
    subscriber = world.subscriber(broker)
    sim.create("prod-steady", balance="40.00")
    daemon = world.daemon(sim.url, broker, rules=RULES[:1])
    clock = WallClock(world.folder, daemon)
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
    assert daemon.database.one("SELECT sum(spent_nano) FROM hour_sum") == 3 * 10**9
    assert subscriber.events() == []
    assert daemon.stop() == 0


def test_a_jump_of_the_wall_clock_makes_no_storm_and_no_absurd_rate(at_once):
    at_once(jump_while_it_runs, [("+3h",), ("-3h",), ("+10d",), ("-10d",), ("+2y",), ("-2y",)])


def burn_of(daemon, name):
    return daemon.database.rows("SELECT burn_1h_usd_per_h, burn_24h_usd_per_h, burn_7d_usd_per_h FROM v_token"
                                " WHERE token = ?", name)[0]


def days_spent(daemon):
    """Day -> what was spent, beside the days that no clock of now shows."""
    return dict(daemon.database.rows("SELECT date(day, 'unixepoch'), sum(spent_nano) / 1e9 FROM day_sum"
                                     " WHERE spent_nano <> 0 GROUP BY 1"))


def set_the_clock(world, before, after):
    sim = world.sim()
    sim.create("prod-steady", balance="40.00")
    daemon = world.daemon(sim.url, interval="1s")
    clock = WallClock(world.folder, daemon)
    clock.set(before)
    daemon.start()
    daemon.wait_polls(2)
    for balance in ["39.00", "38.00"]:
        sim.set_balance("prod-steady", balance)
        daemon.wait_polls(2)
    place = len(daemon.process.lines.items)
    clock.set(after)
    daemon.process.wait_line("the clock was stepped by", place)
    for balance in ["37.00", "36.00"]:
        sim.set_balance("prod-steady", balance)
        daemon.wait_polls(2)
    now = daemon.database.one("SELECT max(at) FROM poll WHERE id = (SELECT max(id) FROM poll)")
    spans = [at - since for at, since in daemon.database.rows(
        "SELECT p.at, e.since FROM entry e JOIN poll p ON p.id = e.poll WHERE e.kind = 'consumption'")]
    assert all(0 <= span < 300 for span in spans), spans
    assert daemon.database.one("SELECT count(*) FROM gap") == 0
    today = days_spent(daemon)
    assert sum(today.values()) == 4 and len(today) <= 4
    assert all(at > 0 for at in today.values())
    watched_h = 1 / 60  # generously: some seconds; what was spent is all that was spent, over no more time than that
    rates = burn_of(daemon, "prod-steady")
    assert min(rates) > 3 / (1 + watched_h), "not spread thin over days that never were"
    assert daemon.database.one("SELECT max(first_seen) FROM token WHERE kind = 'token'") > now - 3600
    assert daemon.stop() == 0
    daemon.start()
    daemon.wait_polls(2)
    assert min(rate for rate in burn_of(daemon, "prod-steady") if rate is not None) > 1 if after != "-9d" else True
    assert daemon.stop() == 0


def test_a_clock_that_is_set_makes_no_gap_and_no_slower_burn(at_once):
    at_once(set_the_clock, [("-9d", "+0"), ("+0", "+30d"), ("+0", "-9d")])


def begin_without_a_clock(world, restart):
    sim = world.sim()
    sim.create("prod-steady", balance="40.00")
    daemon = world.daemon(sim.url, interval="1s")
    clock = WallClock(world.folder, daemon)
    clock.set("@1970-01-01 00:01:00")
    daemon.start()
    daemon.wait_polls(2)
    sim.set_balance("prod-steady", "39.00")
    daemon.wait_polls(2)
    if restart:
        assert daemon.stop() == 0
        clock.set("+0")
        daemon.start()
    else:
        clock.set("+0")
    daemon.wait_polls(2)
    for balance in ["38.00", "37.00"]:
        sim.set_balance("prod-steady", balance)
        daemon.wait_polls(2)
    floor = time.time() - DAY
    for table, column in (("poll", "at"), ("entry", "since"), ("token", "first_seen"), ("token_state", "seen_at"),
                          ("hour_sum", "hour"), ("day_sum", "day"), ("account", "last_ok_at")):
        slack = DAY if table == "day_sum" else 0
        assert daemon.database.one(f"SELECT min({column}) FROM {table}") > floor - slack, table
    assert daemon.database.one("SELECT count(*) FROM gap") == 0
    assert sum(days_spent(daemon).values()) == 3 and len(days_spent(daemon)) <= 2
    assert min(burn_of(daemon, "prod-steady")) > 1
    daemon.process.wait_line("consumption of")
    assert daemon.database.one("SELECT usage_from FROM account") > time.time() - 100 * DAY
    report = json.loads(daemon.run("report", "--since", "60d", "--json").stdout)
    assert [row["spent_usd"] for row in report if row["token"] == "prod-steady"] == [3]
    assert daemon.stop() == 0


def test_a_clock_that_was_never_set_poisons_nothing(at_once):
    at_once(begin_without_a_clock, [(False,), (True,)])


def test_a_clock_that_is_lost_in_a_reboot_goes_on_from_what_was_known(tmp_path, sim, make_daemon):
    sim.create("prod-steady", balance="40.00")
    daemon = make_daemon(sim.url, interval="1s")
    clock = WallClock(tmp_path, daemon)
    daemon.start()
    daemon.wait_polls(3)
    sim.set_balance("prod-steady", "39.00")
    daemon.wait_polls(2)
    assert daemon.stop() == 0
    clock.set("@1970-01-01 00:01:00")
    daemon.start()
    daemon.wait_polls(2)
    sim.set_balance("prod-steady", "38.00")
    daemon.wait_polls(2)
    assert daemon.database.one("SELECT min(at) FROM poll") > time.time() - DAY
    assert min(burn_of(daemon, "prod-steady")) > 1
    clock.set("+2h")
    daemon.wait_polls(2)
    assert daemon.database.one("SELECT min(hour) FROM hour_sum") > time.time() - DAY
    assert daemon.stop() == 0


def test_a_start_with_a_clock_that_was_set_back_polls_at_once(tmp_path, sim, make_daemon):
    sim.create("prod-steady", balance="40.00")
    daemon = make_daemon(sim.url, interval="1s")
    clock = WallClock(tmp_path, daemon)
    daemon.start()
    daemon.wait_polls(2)
    assert daemon.stop() == 0
    clock.set("-9d")
    daemon.start()
    daemon.wait_polls(2)
    assert daemon.stop() == 0


def live_through(world, night, key="sim-key"):
    """Ten seconds before a Paris midnight a token has spent half of its day; at midnight the API sets it back. Its
    midnight comes when the test says so, however long the daemon took to see what was spent."""
    sim, broker = world.sim(start=night, speed=0), world.broker()
    subscriber = world.subscriber(broker)
    sim.create("dev-daily", balance="5.00", balance_reset_period="daily", balance_reset_amount="10.00")
    daemon = world.daemon(sim.url, broker, key=key,
                          rules=[{"name": "low", "kind": "percent_below", "levels": {"info": "20%"}}])
    clock = WallClock(world.folder, daemon)
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
    next_reset = json.loads(state)["next_reset_at"]
    if key == READ_KEY:  # v3 does not show which budgets are reset
        assert next_reset is None
    else:
        length = datetime.datetime.fromisoformat(next_reset.replace("Z", "+00:00")) - start
        expected = {"2026-03-28T22:59:50Z": 23, "2026-10-24T21:59:50Z": 25}.get(night, 24)
        assert round(length.total_seconds() / 3600) == expected
    assert_sane(daemon, 1)
    assert subscriber.events() == []


def test_the_midnights_around_both_daylight_saving_nights_are_resets_and_nothing_else(at_once):
    at_once(live_through, [("2026-03-28T22:59:50Z",), ("2026-10-24T21:59:50Z",), ("2026-03-29T21:59:50Z",),
                           ("2026-10-25T22:59:50Z",), ("2026-10-25T22:59:50Z", READ_KEY)])


def err_beside_midnight(world, wrong):
    """v3 shows no resets. Five minutes after a Paris midnight a balance is wrong for a few polls, then right again;
    the reset comes later that night."""
    sim = world.sim(start="2026-11-10T23:05:00Z", speed=0)
    sim.create("dev-daily", balance="98.00")
    daemon = world.daemon(sim.url, key=READ_KEY)
    start = datetime.datetime.fromisoformat("2026-11-10T23:05:00+00:00")
    skew = start - datetime.datetime.now(datetime.timezone.utc)
    WallClock(world.folder, daemon).set(f"{int(skew.total_seconds()):+d}s")
    daemon.start()
    daemon.wait_polls(3)
    for balance in ("97.95", wrong, "97.95", "98.00"):
        sim.set_balance("dev-daily", balance)
        while daemon.database.one("SELECT balance_nano FROM token_now") != float(balance) * 10**9:
            daemon.wait_polls(1)  # the second one that shows it is believed
    entries = daemon.database.rows("SELECT kind, amount_nano FROM entry ORDER BY poll, seq")
    leap = round((float(wrong) - 97.95) * 10**9)
    assert entries == [("consumption", 5 * 10**7), ("correction", leap), ("correction", -leap), ("reset", 5 * 10**7)]
    for sums in ("hour_sum", "day_sum"):
        assert daemon.database.rows(f"SELECT sum(spent_nano), sum(topup_nano), sum(reset_nano) FROM {sums}") \
            == [(5 * 10**7, 0, 5 * 10**7)]


def test_a_wrong_balance_beside_a_midnight_is_taken_out_of_the_books_and_hides_no_reset(at_once):
    at_once(err_beside_midnight, [("0.00",), ("300.00",)])


def jump_while_one_is_absent(world, jump):
    sim, broker = world.sim(), world.broker()
    subscriber = world.subscriber(broker)
    for n in range(4):
        sim.create(f"prod-{n}", balance="40.00")
    daemon = world.daemon(sim.url, broker)
    clock = WallClock(world.folder, daemon)
    daemon.start()
    daemon.wait_polls(2)
    sim.delete("prod-0")
    daemon.wait_polls(4)
    clock.set(jump)
    daemon.wait_polls(5)
    assert daemon.database.one("SELECT count(*) FROM token WHERE kind = 'token' AND deleted_at IS NULL") == 4
    assert subscriber.events() == []
    assert daemon.stop() == 0


def test_a_jump_of_the_wall_clock_deletes_no_token_that_a_few_lists_lack(at_once):
    at_once(jump_while_one_is_absent, [("+3d",), ("-3d",)])
