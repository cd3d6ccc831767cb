"""Who a token is, through names that change, keys that end, members who share a name, and another door of the API."""

import json

import pytest

from harness import READ_KEY, TOKENS, WRITE_KEY, Sim

LOW = {"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}
ANN, BOB = "ann@example.com", "bob@example.com"


@pytest.fixture
def fleet(sim):
    for name, balance in (("prod-a", "50.00"), ("prod-b", "5.00"), ("dev-c", "50.00")):
        sim.create(name, balance=balance)
    return sim


@pytest.fixture
def daemon(fleet, broker, make_daemon):
    return make_daemon(fleet.url, broker, rules=[LOW], key=READ_KEY)


def rows(daemon):
    return dict(daemon.database.rows("SELECT name, id FROM token WHERE kind = 'token' AND deleted_at IS NULL"))


def tokens(daemon):
    return {t["token"]: t for t in json.loads(daemon.run("status", "--json").stdout)["tokens"]}


def state_topic(slug):
    return f"ebb/main/token/{slug}/state"


def test_a_renamed_key_keeps_its_row_its_topic_and_its_alert_under_the_new_name(fleet, subscriber, daemon):
    daemon.start().wait_poll()
    raised = subscriber.wait_event(kind="raised", token="prod-b")
    number = rows(daemon)["prod-b"]
    fleet.alter("prod-b", rename="prod-new")
    event = subscriber.wait_event(kind="renamed", token="prod-new")
    assert (event["reason"], event["slug"], event["level"], event["value"]) == ("prod-b", "prod-b", "info", None)
    assert event["summary"] == "info: prod-new has a new name; it was prod-b before"
    subscriber.wait(lambda s: json.loads(s.retained()[state_topic("prod-b")])["token"] == "prod-new", "the state")
    subscriber.wait(lambda s: json.loads(s.retained()["ebb/main/alert/low/prod-b"])["token"] == "prod-new", "the alert")
    assert json.loads(subscriber.retained()["ebb/main/alert/low/prod-b"])["event_id"] == raised["id"]
    assert rows(daemon)["prod-new"] == number and "prod-b" not in rows(daemon)
    assert "prod-new" in tokens(daemon) and "prod-b" not in tokens(daemon)
    assert '"prod-b" was renamed; it is "prod-new" now' in daemon.text()
    assert daemon.run("history", "prod-new").returncode == 0
    daemon.stop()
    daemon.start().wait_polls(2)
    assert rows(daemon)["prod-new"] == number
    assert [e["kind"] for e in subscriber.events() if e["slug"] == "prod-b"] == ["raised", "renamed"]


def test_a_revoked_key_ends_with_its_date_and_its_history_stays(fleet, subscriber, daemon):
    daemon.start().wait_poll()
    subscriber.wait_event(kind="raised", token="prod-b")
    fleet.spend("prod-a", "1.00")
    daemon.wait_polls(2)
    fleet.alter("prod-b", revoke=True)
    fleet.alter("prod-a", revoke=True)
    event = subscriber.wait_event(kind="revoked", token="prod-b")
    ended = subscriber.wait_event(kind="resolved", token="prod-b")
    assert ended["reason"] == "the token was revoked"
    assert event["level"] == "info" and "prod-b was revoked" in event["summary"]
    subscriber.wait(lambda s: not s.retained().get(state_topic("prod-b")), "the cleared topic")
    daemon.wait_polls(4)
    assert set(tokens(daemon)) == {"dev-c"}
    assert json.loads(daemon.run("alerts", "--json").stdout) == []
    assert daemon.run("gate", "prod-a").returncode not in (0, 1)
    assert {f["token"] for f in json.loads(daemon.run("audit", "--json").stdout)["findings"]} <= {"dev-c", None}
    assert daemon.database.one("SELECT count(*) FROM v_token WHERE token = 'prod-b' AND revoked_at IS NOT NULL") == 1
    assert daemon.database.one("SELECT missing FROM poll ORDER BY id DESC LIMIT 1") == 0
    assert "prod-a" in daemon.run("report", "--json").stdout
    fleet.create("prod-b", balance="50.00")  # another key
    daemon.wait_polls(2)
    assert daemon.database.one("SELECT count(*) FROM token WHERE name = 'prod-b'") == 2
    assert [e["kind"] for e in subscriber.events() if e["token"] == "prod-b"] == ["raised", "resolved", "revoked"]


def test_living_keys_of_one_name_are_two_tokens_told_apart_by_their_members(subscriber, broker, make_daemon, stage):
    sim = stage.enter_context(Sim({"members": [ANN, BOB],
                                   "tokens": [{"name": "prod", "balance": "50.00", "member": ANN}]}))
    daemon = make_daemon(sim.url, broker, rules=[LOW], key=READ_KEY).start()
    daemon.wait_poll()
    number = rows(daemon)["prod"]
    sim.call("POST", "/v3/manage/keys/", key="mgmt-eden-main-write",
             json={"name": "prod", "member": BOB, "balance": 5}).raise_for_status()
    event = subscriber.wait_event(kind="raised", token=f"prod ({BOB})")
    assert event["slug"] != "prod" and set(tokens(daemon)) == {f"prod ({ANN})", f"prod ({BOB})"}
    assert rows(daemon)[f"prod ({ANN})"] == number
    assert [r[0] for r in daemon.database.rows("SELECT member FROM v_token ORDER BY 1")] == [ANN, BOB]
    assert json.loads(subscriber.retained()[state_topic("prod")])["token"] == f"prod ({ANN})"
    assert not [e for e in subscriber.events() if e["kind"] == "renamed"]


def test_an_account_moves_to_the_other_door_with_nothing_lost_and_nothing_fired_twice(fleet, broker, subscriber,
                                                                                      make_daemon):
    daemon = make_daemon(fleet.url, broker, rules=[LOW]).start()
    daemon.wait_poll()
    subscriber.wait_event(kind="raised", token="prod-b")
    before = rows(daemon)
    for key in (READ_KEY, "sim-key"):  # and back
        daemon.stop()
        daemon.key_file.write_text(key + "\n")
        daemon.start().wait_polls(3)
        assert rows(daemon) == before
        assert daemon.database.one("SELECT count(*) FROM token WHERE kind = 'token'") == 3
        assert {f"{r}" for r, in daemon.database.rows("SELECT slug FROM token WHERE kind = 'token'")} == set(before)
    assert daemon.database.one("SELECT count(*) FROM token WHERE identity IS NOT NULL") == 3
    fleet.set_balance("prod-a", "1.00")
    subscriber.wait_event(kind="raised", token="prod-a")
    assert [(e["kind"], e["token"]) for e in subscriber.events()] == [("raised", "prod-b"), ("raised", "prod-a")]


def test_a_key_that_gets_its_id_late_is_the_token_it_was(broker, subscriber, make_daemon, stage):
    sim = stage.enter_context(Sim({"tokens": [{"name": "old", "balance": "5.00", "legacy": True},
                                              {"name": "new", "balance": "50.00"}]}))
    daemon = make_daemon(sim.url, broker, rules=[LOW], key=READ_KEY).start()
    daemon.wait_poll()
    subscriber.wait_event(kind="raised", token="old")
    number = rows(daemon)["old"]
    sim.call("POST", f"{TOKENS}old/rotate/").raise_for_status()
    daemon.wait_polls(3)
    identity = daemon.database.one("SELECT identity FROM token WHERE id = ?", number)
    assert identity or sim.page_of_keys, "the stand-in gave it no id"
    assert rows(daemon)["old"] == number
    assert [e["kind"] for e in subscriber.events()] == ["raised"]


def matches(daemon):
    checked = daemon.run("check", "--match")
    assert checked.returncode == 0, checked.stderr
    return [line.split(None, 2) for line in checked.stdout.splitlines()[2:]]


def test_check_shows_which_token_each_key_would_be_taken_for(fleet, broker, make_daemon):
    daemon = make_daemon(fleet.url, broker, rules=[LOW])
    daemon.start().wait_poll()
    assert {(token, what) for token, _, what in matches(daemon)} == {
        (name, "a known token, as before") for name in ("prod-a", "prod-b", "dev-c")}
    daemon.stop()
    fleet.create("prod-d", balance="1.00")
    fleet.alter("prod-b", revoke=True)
    daemon.key_file.write_text(READ_KEY + "\n")
    before = rows(daemon)
    ids = {key["name"]: key["id"] for key in
           fleet.call("GET", "/v3/manage/keys/?limit=100", key=READ_KEY).json()["results"]}
    assert {tuple(row) for row in matches(daemon)} == {
        ("prod-a", ids["prod-a"], "a known token, from now on by its id"),
        ("dev-c", ids["dev-c"], "a known token, from now on by its id"),
        ("prod-b", "prod-b", "revoked: ends, with its history"), ("prod-d", ids["prod-d"], "new")}
    assert rows(daemon) == before and daemon.database.one("SELECT count(*) FROM token WHERE identity IS NOT NULL") == 0


def test_a_token_is_found_by_its_old_name_and_by_its_id(fleet, subscriber, daemon):
    daemon.start().wait_poll()
    fleet.alter("dev-c", rename="dev-new")
    subscriber.wait_event(kind="renamed", token="dev-new")
    identity = daemon.database.one("SELECT identity FROM token WHERE name = 'dev-new'")
    for name in ("dev-new", "dev-c", identity):
        assert [r["token"] for r in json.loads(daemon.run("history", name, "--json").stdout)] == ["dev-new"]
        assert "dev-new" in daemon.run("gate", name, "--balance", "1.00").stdout
    assert daemon.run("history", "dev-other").returncode == 3


def test_check_says_which_interval_fits_a_list_of_many_pages(broker, make_daemon, stage):
    sim = stage.enter_context(Sim({"tokens": [{"name": "ci-%04d", "count": 1500, "balance": "5.00"}]}))
    daemon = make_daemon(sim.url, broker, key=READ_KEY, calls_per_second=100)
    daemon.start().wait_poll()
    daemon.stop()
    assert daemon.database.one("SELECT tokens FROM poll ORDER BY id LIMIT 1") == 1500
    assert len(sim.requests()) >= 15
    daemon.settings["accounts"][0].update(interval="1m", calls_per_second=0.2)
    daemon.write()
    checked = daemon.run("check")
    assert checked.returncode == 0
    assert ('account "main": 1500 keys are 16 calls a poll, more than calls_per_second 0.200 allows in the interval of '
            "1m: use an interval of 2m, or calls_per_second 0.267" in checked.stderr)
    daemon.settings["accounts"][0].update(interval="2m")
    daemon.write()
    assert "calls a poll" not in daemon.run("check").stderr


@pytest.mark.parametrize("api, key, words", [
    ("v3", "sim-key", "the account's key is not a management key (mgmt-eden-...), the only kind that API v3 takes"),
    ("v2", READ_KEY, "the account's key is a management key, which API v2 does not take: use `api: v3`")])
def test_a_key_of_the_wrong_kind_is_called_just_that(sim, make_daemon, api, key, words):
    daemon = make_daemon(sim.url, key=key, api=api)
    assert daemon.run("once").returncode == 1
    assert words in daemon.database.one("SELECT reason FROM poll")


def test_an_edit_of_our_own_is_known_by_any_name_of_the_token(sim, subscriber, broker, make_daemon, stage):
    sim = stage.enter_context(Sim({"members": [ANN, BOB], "tokens": [
        {"name": "prod", "balance": "50.00", "member": member} for member in (ANN, BOB)]}))
    daemon = make_daemon(sim.url, broker, key=WRITE_KEY)
    daemon.start().wait_poll()
    changed = daemon.run("tokens", "update", f"prod ({BOB})", "--balance", "20.00", "--yes")
    assert changed.returncode == 0, changed.stderr
    daemon.wait_polls(2)
    booked = daemon.database.rows("SELECT token, kind, amount_usd FROM v_entry")
    assert booked == [(f"prod ({BOB})", "edit", -30.0)]
