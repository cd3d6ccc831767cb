"""The same stories through both doors of the API: each is one function, played with the main key at v2 and with a
management key at v3. Where two daemons watch one account, each through its door, they say the same."""

import json

from harness import WRITE_KEY, Sim
from players import Daemon

DOORS = {"v2": {"key": "sim-key"}, "v3": {"key": WRITE_KEY}}
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "20.00", "critical": "10.00"}},
         {"name": "empty", "kind": "exhausted", "level": "critical"}]
TOKENS = {"prod-billing-api": "50.00", "prod-chat-app": "30.00", "dev-ml-team": "25.00"}
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


# Many keys

def test_ten_thousand_keys_are_polled_page_by_page(stage, make_daemon):
    sim = stage.enter_context(Sim({"tokens": [{"name": "prod-%05d", "count": 10000, "balance": 50}]}))
    daemon = make_daemon(sim.url, calls_per_second=100, interval="1h", **DOORS["v3"]).start()
    daemon.wait_poll()
    assert daemon.database.one("SELECT count(*) FROM token WHERE kind = 'token'") == 10000
    pages = [r["path"] for r in sim.requests() if r["path"].startswith("/v3/manage/keys/")]
    assert pages == [f"/v3/manage/keys/?limit=100&offset={n}" for n in range(0, 10000, 100)]
    assert daemon.stop() == 0
