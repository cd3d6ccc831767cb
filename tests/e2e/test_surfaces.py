"""Every surface that shows a forecast, asked at one moment about one key: one forecast and one burn for all of them.

Each poll is an `ebb once` under a wall clock that stands still while the commands are asked.
"""

import datetime
import json

import pytest

from test_money import PRESENT, Scene

# One of every kind. Those with a profile spent for weeks before Ebb came.
KINDS = [
    {"name": "prod-past-api", "balance": "260.00", "uses": ["llm__chat/openai"],
     "profile": {"kind": "steady", "usd_per_day": "6.00", "every": "2m"}},
    {"name": "prod-resets-daily", "reset_period": "daily", "reset_amount": "9.00", "uses": ["llm__chat/openai"],
     "profile": {"kind": "steady", "usd_per_day": "5.00", "every": "2m"}},
    {"name": "prod-free-budget", "uses": ["llm__chat/mistral"],
     "profile": {"kind": "steady", "usd_per_day": "2.00", "every": "2m"}},
    {"name": "ci-sandbox", "type": "sandbox_api_token", "balance": "5.00",
     "profile": {"kind": "steady", "usd_per_day": "9.00", "every": "2m"}},
    {"name": "prod-empty", "balance": "0.00"},
    {"name": "prod-idle", "balance": "25.00"},
]
READINGS = [("status",), ("status", "--json"), ("alerts",), ("alerts", "--json"), ("report",), ("report", "--json"),
            ("audit",), ("audit", "--json"), ("report", "--forecasts"), ("forecast", "--credits"),
            ("forecast", "--credits", "--json")]
EACH = [("history",), ("history", "--json"), ("forecast",), ("forecast", "--what-if", "+20.00"),
        ("forecast", "--until", "7d"), ("forecast", "--json"), ("gate",), ("gate", "--json"),
        ("gate", "--runway", "2h")]
GATE = (0, 1, 3)


class Surfaces(Scene):
    def stand_still(self):
        self.wall.stand_still(PRESENT + datetime.timedelta(seconds=self.offset_s))

    def shown(self, *arguments, statuses=(0,)):
        done = self.daemon.run(*arguments)
        assert done.returncode in statuses, (arguments, done.returncode, done.stdout, done.stderr)
        assert "Sanitizer" not in done.stderr and "runtime error" not in done.stderr, (arguments, done.stderr)
        return done.stdout

    def ask_everything(self, names):
        for arguments in READINGS:
            self.shown(*arguments, statuses=range(20) if arguments[0] == "audit" else (0,))
        for name in names:
            for command, *options in EACH:
                self.shown(command, name, *options, statuses=GATE if command == "gate" else (0,))

    def compare(self, names):
        status = {row["token"]: row for row in json.loads(self.shown("status", "--json"))["tokens"]}
        assert sorted(status) == sorted(names)
        for name in names:
            row, told = status[name], json.loads(self.shown("forecast", name, "--json"))
            gate = json.loads(self.shown("gate", name, "--json", statuses=GATE))
            for member in ("early_at", "likely_at", "late_at", "horizon_at", "available_usd", "limited_by",
                           *(f"burn_{w}_usd_per_h" for w in ("1h", "6h", "24h", "7d"))):
                assert told[member] == row[member], (name, member, told, row)
            assert told["state"] == row["state"], (name, told, row)
            if row["budgeted"]:
                assert gate["likely_at"] == row["likely_at"], (name, gate, row)
                assert gate["available_usd"] == row["available_usd"]
        assert self.viewed() == {name: (row["state"], row["likely_at"] is not None) for name, row in status.items()}
        return status

    def viewed(self, later_s=0):
        """State and whether an end is told, as a dashboard reads them."""
        now = (PRESENT + datetime.timedelta(seconds=self.offset_s + later_s)).timestamp()
        return {token: (state, bool(ends)) for token, state, ends in self.daemon.database.rows(
            "SELECT token, state, likely_at IS NOT NULL FROM v_token WHERE deleted_at IS NULL", now=now)}


@pytest.fixture
def surfaces(stage, make_daemon, tmp_path):
    scene = Surfaces(stage, make_daemon, tmp_path, tokens=KINDS, past_days=20, interval="5m")
    for name in ("ebb.yaml",):
        assert (scene.daemon.folder / name).exists()
    return scene


def names_of(scene):
    return [token["name"] for token in scene.sim.tokens()]


def test_every_command_answers_alike_after_each_of_the_first_polls_of_every_kind_of_key(surfaces):
    for poll in range(4):
        if poll == 1:
            surfaces.sim.create("prod-new", balance="10.00")
        surfaces.stand_still()
        surfaces.once()
        surfaces.ask_everything(names_of(surfaces))
        surfaces.compare(names_of(surfaces))
        surfaces.pass_time(20 if poll == 0 else 300)


def test_a_key_with_a_past_is_forecast_from_it_and_not_from_its_first_minutes(surfaces):
    for _ in range(3):
        surfaces.stand_still()
        surfaces.once()
        row = surfaces.compare(names_of(surfaces))["prod-past-api"]
        for window in ("24h", "7d"):
            burn = row[f"burn_{window}_usd_per_h"]
            assert burn is None or 0.15 <= burn <= 0.35, (window, row)
        surfaces.pass_time(300)
    told = json.loads(surfaces.shown("forecast", "prod-past-api", "--json"))
    assert told["forecast_history"] == "weeks", told


def test_with_the_daemon_down_every_surface_goes_stale_and_none_goes_on_saying_safe(surfaces):
    for _ in range(3):
        surfaces.stand_still()
        surfaces.once()
        surfaces.pass_time(300)
    surfaces.stand_still()
    assert surfaces.compare(names_of(surfaces))["prod-past-api"]["state"] == "safe"
    surfaces.pass_time(3 * 3600)
    surfaces.stand_still()
    aged = surfaces.compare(names_of(surfaces))
    assert {name: row["state"] for name, row in aged.items() if row["budgeted"]} == {
        name: "stale" for name, row in aged.items() if row["budgeted"]}
    assert all(row["likely_at"] is None for row in aged.values())


def test_a_key_that_is_missing_or_expired_is_so_on_every_surface(surfaces):
    surfaces.sim.create("prod-short", balance="10.00", expire_time=(PRESENT + datetime.timedelta(hours=1)).isoformat())
    for _ in range(3):
        surfaces.stand_still()
        surfaces.once()
        surfaces.pass_time(300)
    surfaces.sim.delete("prod-idle")
    surfaces.stand_still()
    surfaces.once()
    names = [*names_of(surfaces), "prod-idle"]
    assert surfaces.compare(names)["prod-idle"]["state"] == "missing"
    surfaces.pass_time(3000)
    surfaces.stand_still()
    surfaces.once()
    assert surfaces.compare(names)["prod-short"]["state"] == "expired"
