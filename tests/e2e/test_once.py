"""`ebb once` from cron: each run a start of its own, forecasts in turn, and nothing at the broker but news."""

import datetime
import json
import sqlite3

import pytest

from test_money import PRESENT, Scene

FLEET = 250
POLLS = 9
TOKENS = [{"name": f"prod-key-{n:03}", "balance": f"{20 + n}.00", "uses": ["llm__chat/openai"],
           "profile": {"kind": "steady", "usd_per_day": f"{2 + n % 40}.00", "every": "3m"}} for n in range(FLEET)]


def time_of(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_a_fleet_has_its_forecasts_in_turn_within_a_few_runs_and_none_that_is_old(stage, make_daemon, tmp_path):
    scene = Scene(stage, make_daemon, tmp_path, tokens=TOKENS, past_days=0, interval="15m")
    for _ in range(POLLS):
        scene.once()
        scene.pass_time(900)
    now = PRESENT + datetime.timedelta(seconds=scene.offset_s)
    scene.wall.stand_still(now)
    rows = json.loads(scene.daemon.run("status", "--json").stdout)["tokens"]
    assert len(rows) == FLEET
    for row in rows:
        assert row["state"] not in ("learning", "stale"), row
        if row["state"] == "exhausted":
            continue
        assert now < time_of(row["early_at"]) <= time_of(row["likely_at"]) <= time_of(row["late_at"]), row
        assert now - time_of(row["forecast_at"]) <= datetime.timedelta(minutes=15 * 5), row
    lines = scene.daemon.run("status").stdout.splitlines()
    assert not [line for line in lines if " 0s " in line and "exhausted" not in line and "key-" in line]
    for row in rows[:: FLEET // 5]:
        told = json.loads(scene.daemon.run("forecast", row["token"], "--json").stdout)
        assert (told["early_at"], told["likely_at"]) == (row["early_at"], row["likely_at"])


def test_a_forecast_that_is_overdue_is_read_again_for_now_and_never_as_no_time(stage, make_daemon, tmp_path):
    scene = Scene(stage, make_daemon, tmp_path, past_days=0, interval="15m", tokens=[
        {"name": "prod-stops", "balance": "2.60", "uses": ["llm__chat/openai"],
         "profile": {"kind": "steady", "usd_per_day": "24.00", "every": "3m"}}])
    for _ in range(8):
        scene.once()
        scene.pass_time(900)
    scene.once()
    soon = json.loads(scene.daemon.run("status", "--json").stdout)["tokens"][0]
    assert soon["state"] in ("runs_dry", "tight"), soon
    end = time_of(soon["late_at"])
    for minutes in range(1, 46):
        now = PRESENT + datetime.timedelta(seconds=scene.offset_s + 60 * minutes)
        scene.wall.stand_still(now)
        row = json.loads(scene.daemon.run("status", "--json").stdout)["tokens"][0]
        if row["state"] == "stale":
            break
        assert now < time_of(row["early_at"]) <= time_of(row["likely_at"]) <= time_of(row["late_at"]), (row, end)
    assert minutes > 30


@pytest.fixture
def quiet(sim, broker, make_daemon):
    sim.create("prod-a", balance="50.00")
    sim.create("prod-b", balance="5.00")
    return make_daemon(sim.url, broker, interval="15m", rules=[
        {"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}])


def test_a_run_from_cron_says_nothing_but_news_and_has_no_status_of_its_own(quiet, sim, subscriber):
    assert quiet.run("once").returncode == 0
    event = subscriber.wait_event(rule="low", token="prod-b")
    subscriber.wait(lambda s: {"ebb/main/token/prod-a/state", "ebb/main/token/prod-b/state", "ebb/main/credits/state",
                               "ebb/main/state"} <= set(s.retained()), "the states of the first run")
    runs = 4
    for _ in range(runs):
        assert quiet.run("once").returncode == 0
    sim.set_balance("prod-b", "4.00")
    assert quiet.run("once").returncode == 0
    subscriber.wait(lambda s: json.loads(s.retained()["ebb/main/token/prod-b/state"])["balance_usd"] == 4, "the news")
    topics = [topic for topic, _, _ in subscriber.messages.items]
    assert "ebb/status" not in topics
    with sqlite3.connect(quiet.folder / "ebb.db") as db:
        polls = db.execute("SELECT count(*) FROM poll").fetchone()[0]
    assert topics.count("ebb/main/state") <= polls, "the account's own, once with each poll"
    assert topics.count("ebb/main/token/prod-a/state") <= 3, "learning, then no use yet"
    assert [e["id"] for e in subscriber.events()] == [event["id"]]


def test_a_broker_that_is_new_gets_every_state_from_the_next_run(quiet, sim, subscriber):
    settings = quiet.settings.pop("mqtt")
    quiet.write()
    for _ in range(4):
        assert quiet.run("once").returncode == 0
    assert not subscriber.retained()
    quiet.settings["mqtt"] = settings
    quiet.write()
    assert quiet.run("once").returncode == 0
    subscriber.wait(lambda s: {"ebb/main/token/prod-a/state", "ebb/main/token/prod-b/state",
                               "ebb/main/credits/state"} <= set(s.retained()), "every state")
