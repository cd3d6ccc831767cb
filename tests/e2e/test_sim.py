"""The stand-in against what is known of the real API: written from its description alone, as a client would be."""

import datetime
import decimal
import email.utils
import pathlib
import re
import threading
import time

import pytest
import requests

from harness import COSTS, TOKENS, Sim

SCENARIOS = pathlib.Path(__file__).resolve().parents[1] / "scenarios"
NOON = "2026-03-04T12:00:00Z"  # a Wednesday
DAY = "2026-03-04"
CHAT = "/v3/chat/completions"
KEY = {"Authorization": "Bearer sim-key"}


@pytest.fixture
def still(stage):
    """A stand-in whose clock stands still at NOON."""
    return stage.enter_context(Sim(start=NOON, speed=0))


def nano(value):
    """Nano-dollars of a decimal text, or of a binary float by rounding."""
    return int((decimal.Decimal(value) * 10**9).to_integral_value(decimal.ROUND_HALF_EVEN))


def errors_of(response):
    assert response.status_code == 400
    error = response.json()["error"]
    assert error["type"] == "validation_error"
    assert all(isinstance(words, list) and words for words in error["message"].values())
    return set(error["message"])


# Keys

@pytest.mark.parametrize("method, path", [
    ("GET", TOKENS), ("POST", TOKENS), ("GET", TOKENS + "a/"), ("PATCH", TOKENS + "a/"), ("DELETE", TOKENS + "a/"),
    ("GET", COSTS), ("GET", COSTS + "credits/"), ("POST", CHAT),
])
@pytest.mark.parametrize("header", [None, "Bearer wrong", "Bearer ", "sim-key", "Basic c2ltLWtleQ=="])
def test_every_call_without_a_good_key_is_401(still, method, path, header):
    headers = {"Authorization": header} if header else {}
    response = requests.request(method, still.url + path, headers=headers, json={}, timeout=30)
    assert response.status_code == 401
    assert set(response.json()["error"]) == {"type", "message"}


def test_a_custom_token_manages_nothing_and_sees_only_its_own_consumption(still):
    still.create("mine", balance="5.00")
    still.create("other", balance="5.00")
    secret = still.token("mine")["token"]
    still.spend("mine", "0.5")
    still.spend("other", "0.25")
    for method, path in [("GET", TOKENS), ("POST", TOKENS), ("GET", TOKENS + "mine/"), ("PATCH", TOKENS + "mine/"),
                         ("DELETE", TOKENS + "mine/"), ("GET", COSTS + "credits/")]:
        response = still.call(method, path, key=secret, json={})
        assert response.status_code == 403
        assert response.json()["error"]["type"] == "permission_error"
    query = {"begin": DAY, "end": DAY, "step": 1}
    seen = still.call("GET", COSTS, key=secret, params=query).json()["response"]
    assert [row["token"] for row in seen] == ["mine"]
    for name, value in ("token", "mine"), ("user", "x"), ("group_by", "user"):
        assert errors_of(still.call("GET", COSTS, key=secret, params={**query, name: value})) == {name}


def test_each_account_has_its_own_key_and_tokens(stage):
    sim = stage.enter_context(Sim({"accounts": [
        {"name": "one", "key": "ignored-for-the-option", "tokens": [{"name": "a", "balance": "1.00"}]},
        {"name": "two", "key": "key-two", "credits": "7.5", "tokens": [{"name": "b"}]},
    ]}))
    assert [t["name"] for t in sim.tokens()] == ["a"]
    assert [t["name"] for t in sim.call("GET", TOKENS, key="key-two").json()] == ["b"]
    assert sim.call("GET", COSTS + "credits/", key="key-two").json() == {"credits": 7.5}
    assert sim.call("GET", TOKENS + "a/", key="key-two").status_code == 404


# Tokens

def test_a_token_from_a_name_alone_has_the_documented_defaults(still):
    made = still.call("POST", TOKENS, json={"name": "plain", "nonsense": 1})
    assert made.status_code == 201
    assert made.json() == {"name": "plain", "token_type": "api_token", "balance": None, "active_balance": False,
                           "expire_time": None, "balance_reset_period": "none", "balance_reset_amount": None}


def test_secrets_are_in_get_answers_only_and_differ(still):
    created = still.create("a", balance="1.00")
    still.create("b")
    changed = still.change("a", balance="2.00")
    assert "token" not in created and "token" not in changed
    listed = {t["name"]: t["token"] for t in still.tokens()}
    assert listed["a"] == still.token("a")["token"] and listed["a"] != listed["b"]
    assert 100 < len(listed["a"]) <= 2000


def test_a_name_that_comes_back_gets_another_secret(still):
    still.create("a")
    old = still.token("a")["token"]
    still.delete("a")
    assert still.call("GET", TOKENS + "a/").status_code == 404
    still.create("a")
    assert still.token("a")["token"] != old
    assert still.call("POST", CHAT, key=old, json={"cost": "0"}).status_code == 401


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_an_unknown_token_is_not_found(still, method):
    response = still.call(method, TOKENS + "nobody/", json={})
    assert (response.status_code, response.json()) == (404, {"details": "Not Found"})


def test_deletion_answers_204_without_a_body(still):
    still.create("a")
    assert len(still.tokens()) == 1
    response = still.call("DELETE", TOKENS + "a/")
    assert (response.status_code, response.content) == (204, b"")
    assert still.tokens() == []


@pytest.mark.parametrize("path", [TOKENS, TOKENS + "a/", COSTS, COSTS + "credits/"])
def test_a_path_without_its_slash_is_redirected(still, path):
    response = still.call("GET", path[:-1] + "?x=1")
    assert (response.status_code, response.headers["Location"]) == (301, path + "?x=1")


def test_other_paths_and_methods_are_refused(still):
    assert still.call("GET", "/v2/elsewhere/").status_code == 404
    assert still.call("PUT", TOKENS).status_code == 405


BAD_FIELDS = [
    ({}, {"name"}),
    ({"name": ""}, {"name"}),
    ({"name": None}, {"name"}),
    ({"name": 7}, {"name"}),
    ({"name": "é" * 201}, {"name"}),
    ({"name": "taken"}, {"name"}),
    ({"name": "x", "token_type": "admin_token"}, {"token_type"}),
    ({"name": "x", "balance": "100000"}, {"balance"}),
    ({"name": "x", "balance": 100000}, {"balance"}),
    ({"name": "x", "balance": "0.0000000001"}, {"balance"}),
    ({"name": "x", "balance": 1e-10}, {"balance"}),
    ({"name": "x", "balance": "1e6"}, {"balance"}),
    ({"name": "x", "balance": "ten"}, {"balance"}),
    ({"name": "x", "balance": "NaN"}, {"balance"}),
    ({"name": "x", "balance": ""}, {"balance"}),
    ({"name": "x", "balance": [1]}, {"balance"}),
    ({"name": "x", "active_balance": "maybe"}, {"active_balance"}),
    ({"name": "x", "expire_time": "tomorrow"}, {"expire_time"}),
    ({"name": "x", "expire_time": "2026-02-30T00:00:00Z"}, {"expire_time"}),
    ({"name": "x", "balance_reset_period": "hourly"}, {"balance_reset_period"}),
    ({"name": "x", "balance_reset_period": "daily"}, {"balance_reset_amount"}),
    ({"name": "x", "balance_reset_amount": "5"}, {"balance_reset_amount"}),
    ({"name": "x", "balance_reset_period": "daily", "balance_reset_amount": "-5"}, {"balance_reset_amount"}),
    ({"name": "x", "balance_reset_period": "daily", "balance_reset_amount": "0"}, {"balance_reset_amount"}),
    ({"name": "", "balance": "ten", "token_type": 1}, {"name", "balance", "token_type"}),
]


@pytest.mark.parametrize("body, fields", BAD_FIELDS)
def test_bad_fields_are_named_each(still, body, fields):
    still.create("taken")
    assert errors_of(still.call("POST", TOKENS, json=body)) == fields
    assert len(still.tokens()) == 1


@pytest.mark.parametrize("body, fields", [pair for pair in BAD_FIELDS
                                          if pair[0].get("name") == "x" and "token_type" not in pair[0]])
def test_bad_fields_of_a_change_are_named_each_and_change_nothing(still, body, fields):
    still.create("a", balance="5.00", expire_time="2030-01-01T00:00:00Z")
    before = still.token("a")
    change = {k: v for k, v in body.items() if k != "name"}
    assert errors_of(still.call("PATCH", TOKENS + "a/", json=change)) == fields
    assert still.token("a") == before


def test_a_change_sets_each_field_alone_but_the_type_and_null_takes_an_expiry_away(still):
    still.create("a", balance="5.00", expire_time="2030-01-01T00:00:00Z")
    for field, sent, read in [("token_type", "sandbox_api_token", "api_token"), ("balance", "-0.5", -0.5),
                              ("active_balance", False, False), ("expire_time", None, None),
                              ("expire_time", "2031-01-01T01:00:00+01:00", "2031-01-01T00:00:00Z")]:
        before = {k: v for k, v in still.token("a").items() if k not in ("token", field)}
        changed = still.change("a", **{field: sent})
        assert changed.pop(field) == read and changed == before


def test_an_expiry_that_is_past_is_taken_and_ends_the_token(still):
    still.create("a", balance="5.00", expire_time="2020-01-01T00:00:00Z")
    assert still.spend("a", "0.1").status_code == 401 and len(still.tokens()) == 1


@pytest.mark.parametrize("method, path", [("POST", TOKENS), ("PATCH", TOKENS + "a/")])
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"name": "x"} trailing'])
def test_a_body_that_is_not_an_object_is_refused(still, method, path, body):
    still.create("a")
    assert still.call(method, path, data=body).status_code == 400


@pytest.mark.parametrize("sent, exact", [
    ("50.00", "50.000000000"), (50, "50.000000000"), ("99999.999999999", "99999.999999999"),
    (99999.999999999, "99999.999999999"), ("-1.5", "-1.500000000"), ("0.000000001", "0.000000001"),
    (1e-9, "0.000000001"), ("1e3", "1000.000000000"), ("00012.50", "12.500000000"),
])
def test_balances_are_exact_whatever_their_form(still, sent, exact):
    still.create("a", balance=sent)
    text = still.call("GET", TOKENS + "a/").text
    assert nano(re.search(r'"balance":(-?[0-9.]+)', text)[1]) == nano(exact)
    assert still.balances()["a"] == exact


def test_balances_can_be_served_as_strings(stage):
    sim = stage.enter_context(Sim({"balance_form": "string", "tokens": [{"name": "a", "balance": "50"}]}))
    assert sim.token("a")["balance"] == "50.000000000"


def test_the_name_is_not_changed_by_patch(still):
    still.create("a")
    assert still.change("a", **{"name": "b", "expire_time": "2026-11-23T22:00:00"})["name"] == "a"
    assert still.token("a")["expire_time"] == "2026-11-23T22:00:00Z"


def test_a_period_turns_the_budget_on_and_none_clears_the_amount(still):
    still.create("a")
    changed = still.change("a", balance_reset_period="weekly", balance_reset_amount="20")
    assert (changed["active_balance"], changed["balance"], changed["balance_reset_amount"]) == (True, 20, 20)
    changed = still.change("a", balance_reset_amount="30")
    assert (changed["balance"], changed["balance_reset_amount"]) == (20, 30)
    changed = still.change("a", balance_reset_period="none")
    assert (changed["balance_reset_period"], changed["balance_reset_amount"]) == ("none", None)
    still.create("b", balance="3", balance_reset_period="daily", balance_reset_amount="10")
    assert still.token("b")["balance"] == 3


def test_nasty_names_go_through_every_call(stage):
    sim = stage.enter_context(Sim(SCENARIOS / "nasty-names.yaml", start=NOON, speed=0))
    names = [t["name"] for t in sim.tokens()]
    assert len(names) == len(set(names)) > 30 and max(map(len, names)) == 200
    for name in names:
        if name in (".", ".."):
            continue  # clients take these for steps of a path, even when they are encoded
        assert sim.token(name)["name"] == name
        assert sim.change(name, balance="2.5")["balance"] == 2.5
        assert sim.spend(name, "0.5").status_code == 200
        assert [row["token"] for row in sim.consumption(DAY, DAY, token=name)] == [name]
        sim.delete(name)
        assert sim.create(name)["name"] == name


# Spending

def test_a_call_costs_what_it_says_and_the_balance_knows(still):
    still.create("a", balance="1.00")
    before = still.credits()
    answer = still.spend("a", "0.123456789", model="anthropic/claude", messages=[{"role": "user", "content": "hi"}])
    assert answer.status_code == 200
    assert answer.json()["object"] == "chat.completion" and answer.json()["cost"] == 0.123456789
    assert still.balances()["a"] == "0.876543211"
    assert nano(before) - nano(still.credits()) == 123456789


def test_a_call_without_a_named_cost_has_a_price(still):
    still.create("a", balance="1.00")
    body = {"model": "openai/gpt", "messages": [{"role": "user", "content": "x" * 100}]}
    cost = still.call("POST", CHAT, key=still.token("a")["token"], json=body).json()["cost"]
    assert cost > 0 and nano("1") - nano(still.balances()["a"]) == nano(cost)


def test_a_budget_stops_at_zero_and_may_end_below(still):
    still.create("a", balance="1.00")
    assert still.spend("a", "1.25").status_code == 200
    assert still.token("a")["balance"] == -0.25
    refused = still.spend("a", "0.01")
    assert (refused.status_code, refused.json()) == (402, {"error": "Insufficient credits"})
    still.change("a", balance="1")
    assert still.spend("a", "0.01").status_code == 200


def test_an_empty_account_stops_everybody_but_sandboxes(still):
    still.create("a", balance="1.00")
    still.create("free")
    still.create("sandbox", token_type="sandbox_api_token", balance="1.00")
    still.set_credits("0")
    assert [still.spend(name, "0.1").status_code for name in ("a", "free", None, "sandbox")] == [402, 402, 402, 200]


def test_a_sandbox_token_never_pays(still):
    still.create("s", token_type="sandbox_api_token", balance="1.00")
    before = still.credits()
    assert still.spend("s", "0.5").json()["cost"] == 0
    assert (still.token("s")["balance"], still.credits()) == (1.0, before)


def test_an_expired_token_is_refused_and_still_listed(still):
    still.create("a", balance="1.00", expire_time="2026-03-04T13:00:00Z")
    secret = still.token("a")["token"]
    assert still.spend("a", "0.1").status_code == 200
    still.clock(advance="1h")
    assert still.spend("a", "0.1").status_code == 401
    assert still.call("GET", TOKENS, key=secret).status_code == 401
    assert still.token("a")["balance"] == 0.9


def test_a_bad_cost_is_refused(still):
    for cost in "-1", "much", [], True:
        assert still.spend(None, cost).status_code == 400


# Consumption

def test_consumption_tells_token_day_feature_and_provider(still):
    still.create("a", balance="9.00")
    for model, cost in ("openai/gpt", "0.1"), ("openai/gpt", "0.2"), ("anthropic/claude", "0.000000001"):
        still.spend("a", cost, model=model)
    still.spend(None, "2.5", user="ann@example.com")
    rows = {row["token"]: row["data"][DAY]["llm__chat"] for row in still.consumption(DAY, DAY)}
    assert set(rows) == {"a", "base_token"}
    assert rows["a"]["details"] == 3 and nano(rows["a"]["total_cost"]) == 300000001
    assert {p: nano(c) for p, c in rows["a"]["cost_per_provider"].items()} == {"openai": 300000000, "anthropic": 1}
    only = still.consumption(DAY, DAY, provider="anthropic")
    assert [list(r["data"][DAY]["llm__chat"]["cost_per_provider"]) for r in only] == [["anthropic"]]
    assert still.consumption(DAY, DAY, subfeature="ocr") == []
    assert len(still.consumption(DAY, DAY, subfeature="chat")) == 2
    assert [r["token"] for r in still.consumption(DAY, DAY, user="ann@example.com")] == ["base_token"]
    by_user = still.consumption(DAY, DAY, group_by="user")
    assert ("base_token", "ann@example.com") in {(r["token"], r["user"]) for r in by_user}
    assert still.consumption("2026-03-05", "2026-03-09") == []
    assert [r["token"] for r in still.consumption(DAY, DAY, token="base_token")] == ["base_token"]
    assert still.consumption(DAY, DAY, token="nobody") == []
    assert len(still.consumption(DAY, DAY, feature="llm")) == 2 and still.consumption(DAY, DAY, feature="chat") == []
    nobody = "00000000-0000-4000-8000-000000000000"
    assert still.consumption(DAY, DAY, workflow_id=nobody) == still.consumption(DAY, DAY, rag_project_id=nobody) == []
    assert still.consumption(DAY, DAY, phase="launch") == []


@pytest.mark.parametrize("step, first", [(1, "2026-03-04"), (2, "2026-03-02"), (3, "2026-03-01"), (4, "2026-01-01")])
def test_a_step_names_the_first_day_of_its_period(still, step, first):
    still.spend(None, "0.5")
    still.clock(advance="1h")
    still.spend(None, "0.25")
    (row,) = still.consumption("2026-01-01", "2026-12-31", step)
    assert {day: nano(f["llm__chat"]["total_cost"]) for day, f in row["data"].items()} == {first: 750000000}


@pytest.mark.parametrize("change, field", [
    ({"begin": None}, "begin"), ({"end": None}, "end"), ({"step": None}, "step"), ({"step": 5}, "step"),
    ({"step": 0}, "step"), ({"begin": "04.03.2026"}, "begin"), ({"end": "2026-02-30"}, "end"),
    ({"colour": "red"}, "colour"), ({"group_by": "token"}, "group_by"), ({"provider": ""}, "provider"),
    ({"subfeature": ""}, "subfeature"), ({"feature": ""}, "feature"), ({"token": ""}, "token"),
    ({"user": "ann"}, "user"), ({"user": ""}, "user"),
    ({"workflow_id": "w"}, "workflow_id"), ({"rag_project_id": "7"}, "rag_project_id"), ({"key_id": "x"}, "key_id"),
    ({"step": ""}, "step"), ({"begin": ""}, "begin"), ({"phase": ""}, "phase"), ({"group_by": ""}, "group_by"),
])
def test_bad_consumption_queries_are_refused(still, change, field):
    query = {"begin": DAY, "end": DAY, "step": 1, **change}
    response = still.call("GET", COSTS, params={k: v for k, v in query.items() if v is not None})
    assert errors_of(response) == {field}


# The clock, profiles and resets

BUSY = {
    "credits": "100000",
    "tokens": [
        {"name": "steady", "balance": "500", "profile": {"kind": "steady", "usd_per_day": "10"}},
        {"name": "office", "balance": "500", "profile": {"kind": "office_hours", "usd_per_day": "10"}},
        {"name": "bursts", "balance": "500", "profile": {"kind": "bursts", "usd_per_day": "10"},
         "uses": ["llm__chat/openai", "ocr__ocr/google"]},
        {"name": "idle", "balance": "500", "profile": "idle"},
        {"name": "runaway", "balance": "500", "profile": {"kind": "runaway", "usd_per_day": "10"}},
        {"name": "free", "profile": {"kind": "steady", "usd_per_day": "10"}},
        {"name": "short", "reset_period": "daily", "reset_amount": "2",
         "profile": {"kind": "steady", "usd_per_day": "10"}},
        {"name": "sandbox", "type": "sandbox_api_token", "balance": "1",
         "profile": {"kind": "steady", "usd_per_day": "10"}},
        {"name": "bulk-%05d", "count": 20, "balance": "3",
         "profile": {"kind": "steady", "usd_per_day": "1", "every": "1h"}},
    ],
}


def spending_after(steps, seed):
    with Sim(BUSY, start=NOON, speed=0, seed=seed) as sim:
        for step in steps:
            sim.clock(advance=step)
        account = sim.state()["accounts"][0]
        return account, sim.consumption("2026-03-01", "2026-03-31")


def test_the_same_seed_spends_the_same_however_often_the_clock_is_stepped():
    once = spending_after(["3d"], 7)
    assert spending_after(["1s", "59s", "7m", "16h", "30s", "1d", "111m", "4h", "93630s"], 7) == once
    assert spending_after(["3d"], 8) != once


def test_what_a_token_spends_does_not_depend_on_its_neighbours():
    together = {t["name"]: t["spent"] for t in spending_after(["2d"], 7)[0]["tokens"]}
    alone = {**BUSY, "tokens": [t for t in BUSY["tokens"] if t["name"] in ("bursts", "free")]}
    with Sim(alone, start=NOON, speed=0, seed=7) as sim:
        sim.clock(advance="2d")
        assert {t["name"]: t["spent"] for t in sim.state()["accounts"][0]["tokens"]}.items() <= together.items()


def test_a_profile_stops_at_the_call_that_empties_its_budget(stage):
    profile = {"kind": "steady", "usd_per_day": "2400", "every": "1h"}
    sim = stage.enter_context(Sim({"tokens": [{"name": "a", "balance": "5", "profile": profile}]}, start=NOON, speed=0))
    sim.clock(advance="5h")
    assert -0.02 < float(sim.balances()["a"]) <= 0


def test_consumption_agrees_exactly_with_what_was_spent():
    account, consumption = spending_after(["3d", "5h", "90s"], 3)
    billed, calls = {}, 0
    for row in consumption:
        for features in row["data"].values():
            for cost in features.values():
                calls += cost["details"]
                total = nano(cost["total_cost"])
                assert total == sum(map(nano, cost["cost_per_provider"].values()))
                billed[row["token"]] = billed.get(row["token"], 0) + total
    spent = {t["name"]: nano(t["spent"]) for t in account["tokens"]}
    assert calls > 1000 and {n: c for n, c in billed.items() if c} == {n: c for n, c in spent.items() if c}
    assert nano("100000") - nano(account["credits"]) == sum(spent.values())
    for token in account["tokens"]:
        if token["name"] in ("steady", "office", "bursts", "runaway"):
            assert nano(token["balance"]) == nano("500") - spent[token["name"]]


def test_profiles_have_their_shape():
    spent = {}
    with Sim({"credits": "100000", "tokens": BUSY["tokens"][:6]}, start="2026-03-02T00:00:00Z", speed=0) as sim:
        for hour in range(7 * 24):
            sim.clock(advance="1h")
            for token in sim.state()["accounts"][0]["tokens"]:
                spent.setdefault(token["name"], [0]).append(nano(token["spent"]))
    hourly = {name: [b - a for a, b in zip(at, at[1:])] for name, at in spent.items()}
    usd = {name: sum(hours) / 1e9 for name, hours in hourly.items()}
    assert usd["idle"] == 0
    assert usd["steady"] == pytest.approx(70, rel=0.05) and min(hourly["steady"]) > 0
    assert usd["office"] == pytest.approx(50, rel=0.1)
    assert all(h == 0 for i, h in enumerate(hourly["office"]) if i // 24 > 4 or not 6 <= i % 24 <= 18)
    assert 20 < usd["bursts"] < 140 and hourly["bursts"].count(0) > len(hourly["bursts"]) / 2
    assert hourly["runaway"][24] > 8 * hourly["runaway"][0]
    assert usd["runaway"] > 499, "it runs until it is empty"


# Midnight in Paris is 23:00 UTC in winter, 22:00 in summer; the last Sundays of March and October change between them.
@pytest.mark.parametrize("period, before, after", [
    ("daily", "2026-03-28T22:59:59Z", "2026-03-28T23:00:00Z"),
    ("daily", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"),
    ("daily", "2026-10-24T21:59:59Z", "2026-10-24T22:00:00Z"),
    ("daily", "2026-10-25T22:59:59Z", "2026-10-25T23:00:00Z"),
    ("weekly", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z"),
    ("monthly", "2026-03-31T21:59:59Z", "2026-03-31T22:00:00Z"),
    ("monthly", "2026-10-31T22:59:59Z", "2026-10-31T23:00:00Z"),
])
def test_budgets_reset_at_midnight_in_paris(stage, period, before, after):
    sim = stage.enter_context(Sim(start=before, speed=0))
    sim.create("a", balance="1", balance_reset_period=period, balance_reset_amount="10")
    sim.spend("a", "0.5")
    assert sim.token("a")["balance"] == 0.5
    sim.clock(to=after)
    assert sim.token("a")["balance"] == 10
    sim.spend("a", "4")
    sim.clock(advance="22h")
    assert sim.token("a")["balance"] == 6, "one reset, not two"


def test_the_clock_runs_at_its_speed_and_only_forward(stage):
    sim = stage.enter_context(Sim(start=NOON, speed=36000))
    read = lambda: datetime.datetime.fromisoformat(sim.state()["clock"]["now"].replace("Z", "+00:00")).timestamp()
    real, virtual = time.monotonic(), read()
    while read() < virtual + 36000:
        pass
    assert 0.5 < time.monotonic() - real < 30
    refused = requests.post(sim.url + "/control/clock", json={"to": "2020-01-01T00:00:00Z"}, timeout=30)
    assert refused.status_code == 400
    sim.clock(speed=0)
    assert read() == read()


def test_a_scenario_that_is_wrong_is_refused_with_its_place(tmp_path, capfd):
    for text, words in [("tokens:\n  - nmae: a\n", "2:5"), ("tokens:\n  - {name: a, balance: ten}\n", "2:15"),
                        ("speeed: 3\n", "1:1"), ("tokens: [{name: a}, {name: a}]\n", "twice"), ("a: [", "YAML")]:
        file = tmp_path / "scenario.yaml"
        file.write_text(text)
        with pytest.raises(AssertionError):
            Sim(file).__enter__()
        assert words in capfd.readouterr().err


# Faults, from the client's side

@pytest.fixture
def three(still):
    for name in "abc":
        still.create(name, balance="1.00")
    return still


def ask(sim, **options):
    return sim.call("GET", TOKENS, **options)


def test_a_status_comes_with_or_without_retry_after(three):
    three.fault("status", status=503, times=1)
    three.fault("status", status=429, retry_after=7, times=1)
    three.fault("status", status=429, retry_date=3600, times=1)
    plain, seconds, date = ask(three), ask(three), ask(three)
    assert plain.status_code == 503 and "Retry-After" not in plain.headers and "html" in plain.headers["Content-Type"]
    assert (seconds.status_code, seconds.headers["Retry-After"]) == (429, "7")
    ahead = email.utils.parsedate_to_datetime(date.headers["Retry-After"]).timestamp() - time.time()
    assert 3500 < ahead < 3700
    assert ask(three).status_code == 200


def test_a_delay_holds_up_nobody_else(three):
    three.fault("delay", ms=1500, times=1, path=TOKENS)
    took = []

    def delayed():
        start = time.monotonic()
        assert len(requests.get(three.url + TOKENS, headers=KEY, timeout=30).json()) == 3
        took.append(time.monotonic() - start)
    other = threading.Thread(target=delayed)
    other.start()
    while not three.requests(after=3):
        pass
    assert len(three.tokens()) == 3 and not took
    other.join()
    assert took[0] >= 1.4


def test_a_drip_brings_the_whole_body_slowly(three):
    whole = ask(three).content
    three.fault("drip", bytes=len(whole) // 4, ms=100, times=1)
    start = time.monotonic()
    assert ask(three).content == whole and time.monotonic() - start >= 0.3


def test_a_stall_stops_amid_the_body_and_holds_up_nobody_else(three):
    three.fault("stall", bytes=50, times=1)
    stalled = ask(three, stream=True, timeout=1)
    assert stalled.raw.read(50) and len(ask(three).json()) == 3
    with pytest.raises(requests.exceptions.ConnectionError):
        b"".join(stalled.iter_content(1))
    assert len(three.tokens()) == 3


@pytest.mark.parametrize("at", [0, 1, 100])
def test_a_cut_ends_before_the_announced_length(three, at):
    three.fault("cut", bytes=at, times=1)
    response = ask(three, stream=True)
    assert int(response.headers["Content-Length"]) > 100
    got = b""
    try:
        while piece := response.raw.read(1):
            got += piece
    except Exception:  # what a client calls it is not the point
        pass
    assert len(got) == at


def test_an_endless_body_goes_on_as_a_list(three):
    three.fault("endless", times=1)
    response = ask(three, stream=True)
    got = response.raw.read(3_000_000, decode_content=True)
    response.close()
    assert len(got) >= 3_000_000 and got.startswith(b'[{"name":"endless"')
    assert len(three.tokens()) == 3


def test_bodies_can_be_wrong(three):
    for kind in "broken_json", "empty_list", "half_list", "html":
        three.fault(kind, times=1)
    broken, empty, half, page = ask(three), ask(three), ask(three), ask(three)
    assert [r.status_code for r in (broken, empty, half, page)] == [200] * 4
    with pytest.raises(ValueError):
        broken.json()
    assert empty.json() == [] and [t["name"] for t in half.json()] == ["a"]
    assert page.text.lstrip().startswith("<!DOCTYPE html>") and "html" in page.headers["Content-Type"]


def test_a_redirect_points_where_it_was_told_to(three):
    three.fault("redirect", location="http://127.0.0.1:9/elsewhere", times=1)
    response = ask(three)
    assert (response.status_code, response.headers["Location"]) == (302, "http://127.0.0.1:9/elsewhere")


def test_a_closed_connection_gives_no_answer(three):
    three.fault("close", times=1)
    with pytest.raises(requests.exceptions.ConnectionError):
        ask(three)
    assert len(three.tokens()) == 3


def test_faults_are_counted_chosen_and_cleared(three):
    three.fault("status", status=500, after=1, times=2, path="/v2/user/*")
    codes = [ask(three).status_code for _ in range(4)]
    assert codes == [200, 500, 500, 200]
    three.fault("status", status=500, path=COSTS + "*")
    assert ask(three).status_code == 200 and three.call("GET", COSTS + "credits/").status_code == 500
    three.fault("status", status=500, account="nobody")
    three.clear_faults()
    assert three.credits() > 0 and three.state()["faults"] == []
    for bad in {"kind": "quake"}, {"kind": "status"}, {"kind": "drip", "bytes": -1}, {"kind": "close", "times": 0}:
        assert requests.post(three.url + "/control/fault", json=bad, timeout=30).status_code == 400


def test_every_fault_lets_the_stand_in_end_cleanly():
    with Sim() as sim:
        open_ones = []
        for kind in "stall", "endless", "drip", "delay":
            sim.fault(kind, times=1, ms=600000)
        for _ in range(3):
            open_ones.append(requests.get(sim.url + TOKENS, headers=KEY,
                                          stream=True, timeout=30))
        with pytest.raises(requests.exceptions.ReadTimeout):
            ask(sim, timeout=0.3)
    assert len(open_ones) == 3


# Behind the API's back

def test_the_control_endpoint_is_off_unless_asked_for(stage):
    sim = stage.enter_context(Sim(control=False))
    for path in "state", "requests":
        assert requests.get(f"{sim.url}/control/{path}", timeout=30).status_code == 404


def test_the_log_of_requests_tells_times_and_keys_but_no_secret(still):
    still.tokens()
    requests.get(still.url + COSTS + "?begin=x", timeout=30)
    still.fault("status", status=500, times=1)
    still.call("GET", COSTS + "credits/")
    first, second, third = still.requests()
    assert (first["method"], first["path"], first["status"], first["account"]) == ("GET", TOKENS, 200, "main")
    assert first["virtual"] == NOON and abs(first["real"] - time.time()) < 60
    assert first["authorization"] and not second["authorization"] and second["path"] == COSTS + "?begin=x"
    assert (second["status"], third["status"], third["fault"]) == (401, 500, "status")
    assert first["client_port"] == third["client_port"], "the session keeps its connection"
    assert "sim-key" not in str(still.requests())
    assert [r["number"] for r in still.requests(after=2)] == [3]


def test_control_sets_expires_and_deletes_tokens(still):
    still.create("a", balance="1.00")
    still.set_balance("a", "-0.000000001")
    assert still.balances()["a"] == "-0.000000001"
    still.control("POST", "token", json={"name": "a", "expire": True})
    assert still.token("a")["expire_time"] == NOON
    still.control("POST", "token", json={"name": "a", "delete": True})
    assert still.tokens() == []
    bad = requests.post(still.url + "/control/token", json={"name": "a", "balance": "1"}, timeout=30)
    assert bad.status_code == 400


def test_a_rate_limit_answers_429_with_retry_after(stage):
    sim = stage.enter_context(Sim({"rate_limit": 10}))
    answers = [ask(sim) for _ in range(60)]
    refused = [r for r in answers if r.status_code == 429]
    assert answers[0].status_code == 200 and refused and refused[0].headers["Retry-After"] == "1"


def test_a_list_of_many_thousand_tokens_is_served_whole(stage):
    sim = stage.enter_context(Sim({"tokens": [{"name": "bulk-%05d", "count": 20000, "balance": "1.5"}]}))
    names = [t["name"] for t in sim.tokens()]
    assert len(set(names)) == 20000 and names[12345] == "bulk-12345"
