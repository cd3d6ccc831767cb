"""Several accounts under one daemon: each with its own key, interval, host, back-off and state; what befalls one is no
matter of another's.
"""

import json
import re

import pytest

from harness import Sim


@pytest.fixture
def pair(stage, make_daemon):
    """One stand-in with two accounts that have a token of the same name, and a daemon that watches both."""
    sim = stage.enter_context(Sim({"accounts": [
        {"name": "one", "key": "key-one", "tokens": [{"name": "prod-app-api", "balance": "11.00"}]},
        {"name": "two", "key": "key-two", "tokens": [{"name": "prod-app-api", "balance": "22.00"}]},
    ]}, key="key-one"))
    daemon = make_daemon(sim.url, key="key-one", name="one")
    daemon.settings["accounts"].append({**daemon.settings["accounts"][0], "name": "two",
                                        "key_file": str(daemon._secret("key-two", "key-two"))})
    daemon.write()
    return sim, daemon


def polls(daemon, account):
    return daemon.database.one("SELECT count(*) FROM poll p JOIN account a ON a.id = p.account WHERE a.name = ?",
                               account)


def wait_polls(daemon, account, count, result="ok", after=0):
    """Waits for `count` polls of one account that are told after so many lines."""
    lines = daemon.process.lines
    pattern = re.compile(rf"{account}: poll \d+ stored: {result}\b")
    lines.wait(lambda items: sum(bool(pattern.search(line)) for line in items[after:]) >= count,
               f"{count} polls of {account}: {result}")


def test_two_accounts_of_one_name_are_refused(pair):
    _, daemon = pair
    daemon.settings["accounts"][1]["name"] = "one"
    daemon.write()
    refused = daemon.run("once")
    assert refused.returncode == 2 and 'duplicate name: another account is named "one"' in refused.stderr


def test_each_account_has_its_own_key_tokens_and_state(pair):
    sim, daemon = pair
    assert daemon.run("once").returncode == 0
    rows = json.loads(daemon.run("status", "--json").stdout)["tokens"]
    assert {(row["account"], row["token"], row["balance_usd"]) for row in rows} == {
        ("one", "prod-app-api", 11), ("two", "prod-app-api", 22)}
    only = json.loads(daemon.run("status", "--json", "--account", "two").stdout)["tokens"]
    assert [row["balance_usd"] for row in only] == [22]


def test_a_wrong_key_stops_one_account_and_no_other(pair):
    sim, daemon = pair
    daemon.settings["accounts"][1]["key_file"] = str(daemon._secret("key-wrong", "no-such-key"))
    daemon.write()
    daemon.start()
    wait_polls(daemon, "two", 1, "unauthorized")
    wait_polls(daemon, "one", 3)
    assert daemon.stop() == 0
    state = {row["account"]: row for row in json.loads(daemon.run("status", "--json").stdout)["accounts"]}
    assert state["one"]["result"] == "ok" and state["two"]["result"] == "unauthorized"
    assert state["two"]["last_ok_at"] is None and "401" in state["two"]["reason"]


def test_each_account_backs_off_by_itself(pair):
    sim, daemon = pair
    sim.fault("status", status=429, retry_after="3600", account="two")
    daemon.start()
    wait_polls(daemon, "two", 1, "busy")
    before = polls(daemon, "two")
    wait_polls(daemon, "one", 3, after=len(daemon.process.lines.items))
    assert polls(daemon, "two") == before


def test_each_account_has_its_own_interval(pair):
    _, daemon = pair
    daemon.settings["accounts"][1].update(interval="1h")
    daemon.write()
    daemon.start()
    wait_polls(daemon, "two", 1)
    wait_polls(daemon, "one", 3)
    assert polls(daemon, "two") == 1


def test_of_twenty_accounts_five_that_stall_delay_none_of_the_others(sim, stage, make_daemon):
    """Each has a host of its own in effect: the stalled ones are on a stand-in that never finishes an answer."""
    stalled = stage.enter_context(Sim())
    stalled.create("prod-a-b", balance="1.00")
    stalled.fault("stall", bytes=1)
    sim.create("prod-c-d", balance="1.00")
    daemon = make_daemon(sim.url, timeout="1h")
    first = daemon.settings["accounts"][0]
    daemon.settings["accounts"] = [
        {**first, "name": f"{'stalled' if i < 5 else 'well'}-{i}", "url": stalled.url if i < 5 else sim.url}
        for i in range(20)]
    daemon.write()
    daemon.start()
    daemon.wait_polls(60)
    daemon.stop()
    counts = dict(daemon.database.rows("SELECT a.name, count(p.id) FROM account a LEFT JOIN poll p ON p.account = a.id"
                                       " GROUP BY a.name"))
    assert all(counts[f"well-{i}"] >= 2 for i in range(5, 20)), counts
    assert all(counts[f"stalled-{i}"] == 0 for i in range(5)), counts
