"""The same stories through both doors of the API: each is one function, played with the main key at v2 and with a
management key at v3. Where two daemons watch one account, each through its door, they say the same."""

import json
import re

import yaml

from harness import READ_KEY, WRITE_KEY, Sim
from players import Daemon

DOORS = {"v2": {"key": "sim-key"}, "v3": {"key": WRITE_KEY}}
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "20.00", "critical": "10.00"}},
         {"name": "empty", "kind": "exhausted", "level": "critical"}]
TOKENS = {"prod-billing-api": "50.00", "prod-chat-app": "30.00", "dev-ml-team": "25.00"}
TOKENS_EXACT = {name: f"{balance}0000000" for name, balance in TOKENS.items()}
BOTH = [(door,) for door in DOORS]


def watch(world, door, sim, broker=None, **options):
    """A daemon at this door, not started yet."""
    return world.daemon(sim.url, broker, **{"rules": RULES, **DOORS[door], **options})


def stock(sim):
    for name, balance in TOKENS.items():
        sim.create(name, balance=balance)
    sim.set_credits("1000.00")


def told(daemon, *words, expect=(0,)):
    done = daemon.run(*words)
    assert done.returncode in expect, done.stdout + done.stderr
    return json.loads(done.stdout)


def events(subscriber, **members):
    return [e for e in subscriber.events() if all(e.get(k) == v for k, v in members.items())]


# Polls and alerts

def fall_and_rise(world, door):
    sim, broker = world.sim(), world.broker()
    subscriber = world.subscriber(broker)
    stock(sim)
    daemon = watch(world, door, sim, broker)
    daemon.start().wait_polls(2)
    for balance, kind, level in ("15.00", "raised", "warning"), ("0.00", "worsened", "critical"), \
            ("50.00", "resolved", "none"):
        sim.set_balance("prod-billing-api", balance)
        event = subscriber.wait_event(kind=kind, rule="low", level=level)
        assert (event["token"], event["account"], event["balance_usd"]) == ("prod-billing-api", "main", float(balance))
    subscriber.wait_event(kind="resolved", rule="empty")
    topic = "ebb/main/token/prod-billing-api/state"
    subscriber.wait(lambda s: json.loads(s.retained().get(topic, "{}")).get("balance_usd") == 50, "the state")
    assert daemon.stop() == 0
    assert [(e["rule"], e["kind"]) for e in subscriber.events()] == [
        ("low", "raised"), ("low", "worsened"), ("empty", "raised"), ("low", "resolved"), ("empty", "resolved")]


def test_balances_are_polled_and_alerts_raised_worsened_and_resolved(at_once):
    at_once(fall_and_rise, BOTH)


# What commands say

def figures(daemon):
    """What commands say of an account that stands still, apart from times."""
    status = told(daemon, "status", "--json")
    days = ["--source", "endpoint", "--since", "2d", "--json"]
    return {
        "status": {t["token"]: [t[k] for k in ("type", "balance_usd", "budgeted", "level", "expires_at", "unreadable",
                                               "available_usd", "missing_polls")] for t in status["tokens"]},
        "report": {t["token"]: (t["spent_usd"], t["topup_usd"]) for t in told(daemon, "report", "--json")},
        **{by: {row[by]: row["spent_usd"] for row in told(daemon, "report", "--by", by, *days)}
           for by in ("provider", "feature")},
        "usage": {row["token"]: row["spent_usd"] for row in told(daemon, "report", *days)},
        "audit": [(f["token"], f["check"], f["severity"])
                  for f in told(daemon, "audit", "--json", expect=(0, 10, 11))["findings"]],
        "gate": [told(daemon, "gate", token, "--balance", usd, "--json", expect=(0, 1))["answer"]
                 for token, usd in [("prod-billing-api", "49.58"), ("dev-ml-team", "24.80")]],
        "alerts": [(a["token"], a["rule"], a["level"]) for a in told(daemon, "alerts", "--json")],
    }


def test_two_daemons_say_the_same_of_one_account_each_through_its_door(sim, stage, tmp_path):
    stock(sim)
    for name, cost, model in [("prod-billing-api", "0.30", "openai/gpt"), ("prod-billing-api", "0.12", "mistral/large"),
                              ("dev-ml-team", "0.25", "openai/gpt"), (None, "0.07", "openai/gpt")]:
        assert sim.spend(name, cost, model=model).status_code == 200
    daemons = {door: Daemon(tmp_path / door, sim.url, rules=RULES, **DOORS[door]) for door in DOORS}
    for daemon in daemons.values():
        stage.callback(daemon.stop)
        daemon.start().process.wait_line("consumption of 3 payers stored")
        daemon.wait_polls(1)
    sim.spend("prod-chat-app", "11.37")
    for daemon in daemons.values():
        daemon.wait_polls(4)  # one to see it, one to believe it, one more to raise the alert on it
        assert daemon.stop() == 0
    said = {door: figures(daemon) for door, daemon in daemons.items()}
    assert said["v2"] == said["v3"]
    assert said["v3"]["provider"] == {"openai": 0.62, "mistral": 0.12}
    assert said["v3"]["usage"] == {"prod-billing-api": 0.42, "dev-ml-team": 0.25, "base_token": 0.07}
    assert said["v3"]["report"]["prod-chat-app"] == (11.37, 0)
    assert said["v3"]["gate"] == ["ok", "low"] and said["v3"]["alerts"] == [("prod-chat-app", "low", "warning")]


# Secrets and fleets

def rotate(world, door):
    sim, file = world.sim(), world.folder / "new.key"
    stock(sim)
    old = sim.token("prod-billing-api")
    daemon = watch(world, door, sim)
    done = daemon.run("tokens", "rotate", "prod-billing-api", "--secret-file", file, "--yes")
    assert done.returncode == 0, done.stderr
    secret = file.read_text().strip()
    assert secret not in done.stdout + done.stderr and secret != old["token"]
    assert sim.call("POST", "/v3/chat/completions", key=secret, json={"cost": "0.50"}).status_code == 200
    before = sim.call("POST", "/v3/chat/completions", key=old["token"], json={"cost": "0"}).status_code
    if door == "v2":  # a successor, and the old one stays until it is retired
        assert before == 200 and sim.balances() == {**TOKENS_EXACT, "prod-billing-api-r2": "49.500000000"}
    else:  # in place: the same key with another secret
        assert before == 401 and sim.balances() == {**TOKENS_EXACT, "prod-billing-api": "49.500000000"}


def test_a_secret_is_rotated(at_once):
    at_once(rotate, BOTH)


def fleet(world, door):
    sim, file, secrets = world.sim(), world.folder / "fleet.yaml", world.folder / "secrets"
    secrets.mkdir()
    stock(sim)
    file.write_text(yaml.safe_dump({"tokens": [
        {"name": "ci-tests", "type": "sandbox_api_token"},
        {"name": "dev-new", "balance": 5.00, "expires": "2031-01-01"},
        {"name": "prod-billing-api", "balance": 50.00, "expires": "2031-01-01"},
        {"name": "prod-chat-app", "balance": 30.00},
        {"name": "dev-weekly", "reset": {"period": "weekly", "amount": 7.00}},
        {"name": "dev-ml-team", "absent": True},
    ]}))
    daemon = watch(world, door, sim)
    assert daemon.run("tokens", "plan", file, "--exit-code").returncode == 1
    done = daemon.run("tokens", "apply", file, "--yes", "--secret-dir", secrets)
    assert done.returncode == 0, done.stdout + done.stderr
    assert daemon.run("tokens", "plan", file, "--exit-code").returncode == 0
    assert sim.balances() == {"ci-tests": None, "dev-new": "5.000000000", "prod-billing-api": "50.000000000",
                              "prod-chat-app": "30.000000000", "dev-weekly": "7.000000000"}
    assert sim.token("dev-weekly")["balance_reset_period"] == "weekly", "which answers of v3 do not show"
    assert {t["name"]: t["expire_time"] for t in sim.tokens() if t["expire_time"]} == {
        "dev-new": "2031-01-01T00:00:00Z", "prod-billing-api": "2031-01-01T00:00:00Z"}
    for name in "ci-tests", "dev-new":
        (secret,) = {f.read_text().strip() for f in secrets.iterdir() if f.stem == name}
        assert sim.call("POST", "/v3/chat/completions", key=secret, json={"cost": "0.01"}).status_code == 200


def test_a_fleet_file_is_applied(at_once):
    at_once(fleet, BOTH)


# From one door to the other

def move(world, how):
    sim, broker = world.sim(), world.broker()
    subscriber = world.subscriber(broker)
    stock(sim)
    sim.create("prod-ends", balance="40.00")
    daemon = watch(world, "v2", sim, broker)
    daemon.start().wait_polls(2)
    sim.set_balance("prod-billing-api", "15.00")
    subscriber.wait_event(kind="raised", token="prod-billing-api")
    before = daemon.database.rows("SELECT id, name, slug FROM token ORDER BY id")

    daemon.key_file.write_text(READ_KEY + "\n")
    if how == "reload":
        place = daemon.reload()
    else:
        daemon.kill()
        daemon.start()
        place = 0
    daemon.wait_poll(after=place)
    daemon.wait_polls(2)
    assert daemon.database.rows("SELECT id, name, slug FROM token ORDER BY id") == before
    assert len(subscriber.event_ids()) == 1, subscriber.events()
    assert [(a["token"], a["level"]) for a in told(daemon, "alerts", "--json")] == [("prod-billing-api", "warning")]

    sim.set_balance("prod-billing-api", "9.00")
    subscriber.wait_event(kind="worsened", token="prod-billing-api")
    sim.alter("prod-chat-app", rename="prod-chat-live")
    sim.delete("prod-ends")
    daemon.wait_polls(3)
    assert daemon.stop() == 0
    kinds = {e["id"]: e["kind"] for e in events(subscriber, rule="low")}  # a kill may send one twice, under one id
    assert list(kinds.values()) == ["raised", "worsened"]
    after = daemon.database.rows("SELECT id, name, slug FROM token ORDER BY id")
    assert [(i, slug) for i, _, slug in after] == [(i, slug) for i, _, slug in before], "history and topics stay"
    spent = {t["token"]: t["spent_usd"] for t in told(daemon, "report", "--json")}
    assert spent["prod-billing-api"] == 41, "what was spent before the move and after it"
    assert {t["token"] for t in told(daemon, "status", "--json")["tokens"]} == {
        "prod-billing-api", "prod-chat-live", "dev-ml-team"}


def test_an_account_moves_from_v2_to_v3_and_nothing_is_lost_or_told_twice(at_once):
    at_once(move, [("reload",), ("kill",)])


# Many keys

def test_ten_thousand_keys_are_polled_page_by_page_and_check_says_which_interval_fits(stage, make_daemon):
    sim = stage.enter_context(Sim({"tokens": [{"name": "prod-%05d", "count": 10000, "balance": 50}]}))
    daemon = make_daemon(sim.url, calls_per_second=100, interval="1h", **DOORS["v3"]).start()
    daemon.wait_poll()
    assert daemon.database.one("SELECT count(*) FROM token WHERE kind = 'token'") == 10000
    pages = [r["path"] for r in sim.requests() if r["path"].startswith("/v3/manage/keys/")]
    assert pages == [f"/v3/manage/keys/?limit=100&offset={n}" for n in range(0, 10000, 100)]
    assert daemon.stop() == 0

    account = daemon.settings["accounts"][0]
    del account["calls_per_second"], account["interval"]  # the default budget, and every 5 minutes
    daemon.write()
    warned = daemon.run("check").stderr
    fits = re.search(r"10000 keys are \d+ calls a poll, .* the interval of 5m: use an interval of (\d+)m", warned)
    assert fits, warned
    account["interval"] = f"{fits[1]}m"
    daemon.write()
    assert daemon.run("check").stderr == ""


def follow(world, form, result):
    """From the first page of two to the second, however the link is written; else the list is not whole."""
    sim = world.sim({"tokens": [{"name": "prod-%03d", "count": 150, "balance": 50}]})
    daemon = watch(world, "v3", sim, interval="1s", calls_per_second=20)
    daemon.start().wait_poll()
    sim.behave(next_form=form)
    before = sim.requests()[-1]["number"]
    daemon.wait_polls(2, result)
    assert daemon.stop() == 0
    assert daemon.database.one("SELECT count(*) FROM token WHERE kind = 'token' AND deleted_at IS NULL") == 150
    assert daemon.database.one("SELECT max(missing) FROM poll") == 0, "what is on no page read is not gone"
    if result == "ok":
        assert "/v3/manage/keys/?limit=100&offset=100" in {r["path"] for r in sim.requests(after=before)}


def test_pages_are_followed_on_the_same_host_alone_and_a_part_of_a_list_is_not_believed(at_once):
    at_once(follow, [("path", "ok"), ("query", "ok"), ("other_scheme", "ok"), ("elsewhere", "broken"),
                     ("none", "broken")])


def change_between_pages(world, by):
    sim = world.sim({"tokens": [{"name": "prod-%03d", "count": 150, "balance": 50}]})
    daemon = watch(world, "v3", sim, calls_per_second=20)
    daemon.start().wait_polls(2)
    sim.fault("shift", by=by, after=1, times=1, path="/v3/manage/keys/")
    daemon.wait_polls(3)
    assert daemon.stop() == 0
    assert daemon.database.rows("SELECT DISTINCT result, tokens, missing FROM poll") == [("ok", 150, 0)]
    begun = [r for r in sim.requests() if r["path"].endswith("&offset=0")]
    assert len(begun) == daemon.database.one("SELECT count(*) FROM poll") + 1


def test_a_list_that_changes_between_its_pages_is_read_again(at_once):
    at_once(change_between_pages, [(1,), (-1,)])
