"""What an API does not offer is said, in a state of its own: neither unknown, nor stale, nor a failure."""

import json

import pytest

from management import KEY, Management, key_of

CREDITS_LOW = {"name": "credits-low", "kind": "balance_below", "match": {"series": "credits"},
               "levels": {"warning": "100.00"}}


@pytest.fixture
def api(stage):
    api = Management(key_of("prod-billing-api"), key_of("dev-free-lab", active_balance=False, balance=None))
    stage.callback(api.close)
    return api


def said(daemon, *arguments, status=0):
    done = daemon.run(*arguments)
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


def test_credits_that_are_not_offered_are_so_in_every_output(api, make_daemon):
    daemon = make_daemon(api.url, key=KEY, api="v3", rules=[CREDITS_LOW])
    said(daemon, "once")
    assert not [path for path in api.asked if "credits" in path]

    credits, = json.loads(said(daemon, "status", "--json"))["credits"]
    assert credits["state"] == "not_offered" and credits["source"] == "none"
    assert credits["balance_usd"] is credits["reason"] is credits["seen_at"] is None
    assert "not offered by this API" in said(daemon, "status")

    answer = json.loads(said(daemon, "gate", "--credits", "--json", status=4))
    assert answer["answer"] == "not_offered" and answer["reason"] == "not offered by this API"
    assert "not_offered" in said(daemon, "gate", "dev-free-lab", status=4)
    assert "unknown" not in said(daemon, "gate", "prod-billing-api")

    audit = json.loads(daemon.run("audit", "--json").stdout)
    assert audit["not_offered"] == {"credits": 1, "credits_ahead": 1}
    assert "credits" not in audit["unknown"]
    metrics = said(daemon, "metrics")
    assert 'ebb_account_info{account="main",credits="none"} 1' in metrics
    assert 'ebb_credits_state{account="main",state="not_offered"} 1' in metrics
    assert "ebb_credits_balance_usd{" not in metrics
    assert daemon.database.rows("SELECT account, state, credits_usd, source FROM v_credits") \
        == [("main", "not_offered", None, "none")]
    refused = daemon.run("forecast", "--credits")
    assert refused.returncode == 3 and "not offered by this API" in refused.stderr

    check = daemon.run("check")
    assert check.returncode == 0 and 'rule "credits-low"' in check.stderr and "ebb credits set" in check.stderr


def test_alerts_about_credits_end_when_the_account_moves_to_an_api_without_them(api, make_daemon, broker, subscriber):
    daemon = make_daemon(api.url, broker, key=KEY, api="v2", rules=[CREDITS_LOW])
    daemon.start()
    subscriber.wait_event(rule="credits-low", kind="raised")
    daemon.settings["accounts"][0]["api"] = "v3"
    daemon.write()
    daemon.reload()
    ended = subscriber.wait_event(rule="credits-low", kind="resolved")
    assert ended["reason"] == "credits are not offered by this API"

    def is_told(s):
        state = s.retained().get("ebb/main/credits/state")
        return state and json.loads(state)["state"] == "not_offered" and json.loads(state)["balance_usd"] is None
    subscriber.wait(is_told, "the state of credits that are not offered")
    assert daemon.stop() == 0
