"""What limits a token beside its own balance: its account's credits, and the next reset, which makes an end no end.

`ebb once` polls under a wall clock of the test's own, every five minutes.
"""

import datetime
import json

import pytest

from harness import Sim
from test_clock import WallClock

BEGIN = datetime.datetime(2026, 3, 2, 9, 0)
STEP = datetime.timedelta(minutes=5)
RULES = [
    {"name": "low", "kind": "balance_below", "levels": {"warning": "1.00"}},
    {"name": "soon", "kind": "exhausts_within", "levels": {"warning": "2d"}},
    {"name": "far", "kind": "exhausts_within", "levels": {"warning": "2d"}, "beyond_reset": True},
]


class Polls:
    """Tokens whose balances fall evenly from one poll to the next, by so many dollars a step."""

    def __init__(self, sim, daemon, folder):
        self.sim, self.daemon, self.clock = sim, daemon, WallClock(folder, daemon)
        self.now, self.left = BEGIN, {}
        daemon.environment["TZ"] = "UTC"

    def create(self, name, balance, **fields):
        self.left[name] = balance
        self.sim.create(name, balance=f"{balance:.2f}", **fields)

    def poll(self, times=1, credits=None, **burns):
        for _ in range(times):
            self.now += STEP
            for name, burn in burns.items():
                name = name.replace("_", "-")
                self.left[name] -= burn
                self.sim.set_balance(name, f"{self.left[name]:.4f}")
            if credits is not None:
                self.sim.set_credits(credits)
            self.clock.stand_still(self.now)
            done = self.daemon.run("once")
            assert done.returncode == 0, done.stderr

    def pass_time(self, **span):
        self.now += datetime.timedelta(**span)
        self.clock.stand_still(self.now)

    def gate(self, *arguments):
        done = self.daemon.run("gate", *arguments)
        assert "Sanitizer" not in done.stderr, done.stderr
        return done.returncode, done.stdout

    def token(self, name):
        rows = json.loads(self.daemon.run("status", "--json").stdout)["tokens"]
        return next(row for row in rows if row["token"] == name)

    def forecast(self, name):
        return json.loads(self.daemon.run("forecast", name, "--json").stdout)

    def alerts(self):
        return {(row["token"], row["rule"]): row for row in json.loads(self.daemon.run("alerts", "--json").stdout)}


@pytest.fixture
def polls(sim, make_daemon, tmp_path):
    return Polls(sim, make_daemon(sim.url, rules=RULES, interval="5m"), tmp_path)


def test_a_gate_never_opens_for_a_token_whose_account_has_less_than_was_asked(polls):
    polls.create("prod-rich", 50.0)
    for credits, asked, status in [
        ("0.13", "5", 1), ("0.13", "0.10", 0), ("0.13", "0.13", 0), ("0.13", "0.14", 1), ("0.00", None, 1),
        ("-0.50", None, 1), ("49.99", "50", 1), ("50.00", "50", 0), ("900.00", "50.01", 1), ("900.00", "50", 0),
    ]:
        polls.poll(credits=credits)
        got, said = polls.gate("prod-rich", *(["--balance", asked] if asked else []))
        assert got == status, (credits, asked, said)
        assert ("of its account's credits" in said) == (float(credits) < 50), said
        told = json.loads(polls.gate("prod-rich", "--json")[1])
        assert told["balance_usd"] == 50 and told["available_usd"] == min(50, float(credits))
        assert told["limited_by"] == ("credits" if float(credits) < 50 else "balance")


def test_credits_that_are_not_known_leave_the_token_to_be_judged_by_itself_and_the_gate_says_so(polls):
    polls.create("prod-rich", 50.0)
    polls.sim.fault("status", status=404, path="/v2/cost_management/credits/")
    polls.poll()
    status, said = polls.gate("prod-rich", "--balance", "50")
    assert status == 0 and "credits are unknown" in said
    polls.sim.clear_faults()
    polls.poll(credits="0.00")
    assert polls.gate("prod-rich")[0] == 1
    polls.sim.fault("status", status=503, path="/v2/cost_management/credits/")
    polls.poll()
    assert polls.gate("prod-rich")[0] == 1, "the last known credits count until they are stale"
    for _ in range(13): # over an hour, the gate's --max-age
        polls.poll()
    status, said = polls.gate("prod-rich")
    assert status == 0 and "credits are unknown" in said


def test_how_old_a_reading_may_be_is_for_the_one_who_asks_whatever_the_plan_of_the_polls(polls):
    polls.create("prod-rich", 50.0)
    polls.poll()
    polls.pass_time(minutes=20)
    assert polls.token("prod-rich")["state"] == "stale"
    assert polls.gate("prod-rich", "--max-age", "2h")[0] == 0
    assert polls.gate("prod-rich", "--max-age", "20m")[0] == 0
    assert polls.gate("prod-rich", "--max-age", "19m")[0] == 3
    assert polls.gate("prod-rich", "--max-age", "2m")[0] == 3
    assert polls.gate("--credits", "--max-age", "2h")[0] == 0
    assert polls.gate("--credits", "--max-age", "2m")[0] == 3


def test_alerts_status_and_forecasts_follow_the_smaller_of_balance_and_credits_and_say_which(polls):
    polls.create("prod-burner", 50.0)
    for n in range(8):
        polls.poll(credits=f"{6.4 - 0.5 * n:.2f}", prod_burner=0.2)
    row, told = polls.token("prod-burner"), polls.forecast("prod-burner")
    assert row["limited_by"] == told["limited_by"] == "credits"
    assert row["available_usd"] == told["available_usd"] == 2.9
    assert row["likely_at"] == told["likely_at"]
    # 2.90 USD at half a dollar in five minutes: half an hour, while its own balance lasts for twenty.
    ends = datetime.datetime.fromisoformat(row["likely_at"].replace("Z", "")) - polls.now
    assert datetime.timedelta(minutes=15) <= ends <= datetime.timedelta(hours=2), ends
    assert "(credits)" in polls.daemon.run("status").stdout
    assert "its account's credits" in polls.daemon.run("forecast", "prod-burner").stdout
    assert ("prod-burner", "low") not in polls.alerts()
    polls.poll(credits="0.90", prod_burner=0.2)
    alerts = polls.alerts()
    assert "0.90 USD left on its account" in alerts["prod-burner", "low"]["summary"]
    polls.poll(credits="0.00", prod_burner=0.2)
    assert polls.token("prod-burner")["state"] == "exhausted"
    assert polls.forecast("prod-burner")["state"] == "exhausted"
    polls.poll(2, credits="900.00", prod_burner=0.2)
    assert ("prod-burner", "low") not in polls.alerts()
    assert polls.token("prod-burner")["limited_by"] == "balance"


@pytest.mark.parametrize("period", ["daily", "weekly"])
def test_a_key_that_lasts_until_its_reset_has_no_warning_unless_the_rule_asks_beyond(polls, period):
    # At four cents in five minutes 20 USD last for a day and 18 hours: until the night, and a day beyond it.
    polls.create("prod-resets", 20.0, balance_reset_period=period, balance_reset_amount="20.00")
    polls.create("prod-plain", 20.0)
    polls.poll(14, prod_resets=0.04, prod_plain=0.04)
    fires = set(polls.alerts())
    assert ("prod-plain", "soon") in fires and ("prod-plain", "far") in fires
    assert ("prod-resets", "far") in fires
    assert (("prod-resets", "soon") in fires) == (period == "weekly")
    if period == "daily":
        assert polls.token("prod-resets")["state"] == "safe"


def test_a_key_that_ends_before_its_reset_is_warned_of_and_the_all_clear_speaks_of_the_reset(polls):
    polls.create("prod-resets", 8.0, balance_reset_period="daily", balance_reset_amount="8.00")
    polls.poll(14, prod_resets=0.20)
    assert ("prod-resets", "soon") in polls.alerts()
    polls.poll(prod_resets=-12.0)
    polls.poll(30, prod_resets=0.01)
    assert ("prod-resets", "soon") not in polls.alerts()
    past = polls.daemon.run("alerts", "--past").stdout
    assert "likely to last until its next reset" in past or "empty later" in past, past
