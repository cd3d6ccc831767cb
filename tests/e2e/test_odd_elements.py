"""An element of the token list that cannot be read makes its own token unreadable, with the reason, and no other: while
it lasts, a key beside it that runs dry raises its alert as ever.
"""

import json

import pytest

RULES = [{"name": "low", "kind": "balance_below", "levels": {"critical": "2.00"}}]


def element(name="odd", **members):
    whole = {"name": name, "token": "secret-of-odd", "token_type": "api_token", "balance": 50.0,
             "active_balance": True, "expire_time": None}
    return json.dumps({**whole, **members})


def without(member):
    whole = json.loads(element())
    del whole[member]
    return json.dumps(whole)


# what the API shows -> what the reason must say
UNREADABLE = {
    "balance empty": (element(balance=""), "balance"),
    "balance words": (element(balance="ten"), "balance"),
    "balance comma": (element(balance="5,00"), "balance"),
    "balance too large": (element(balance=9999999999), "balance"),
    "balance too large as text": (element(balance="9999999999"), "balance"),
    "balance missing": (without("balance"), "balance is missing"),
    "balance boolean": (element(balance=True), "balance"),
    "balance object": (element(balance={"usd": 1}), "balance"),
    "balance twice": (element()[:-1] + ',"balance":49}', "duplicate balance"),
    "active_balance null": (element(active_balance=None), "active_balance"),
    "active_balance 2": (element(active_balance=2), "active_balance"),
    "active_balance words": (element(active_balance="yes"), "active_balance"),
    "active_balance missing": (without("active_balance"), "active_balance"),
    "expiry words": (element(expire_time="soon"), "expire_time"),
    "expiry number": (element(expire_time=1795427400), "expire_time"),
    "expiry no such day": (element(expire_time="2027-02-30T00:00:00Z"), "expire_time"),
    "numeric type": (element(token_type=7), "token_type"),
    "numeric period": (element(balance_reset_period=30), "balance_reset_period"),
    "reset amount words": (element(balance_reset_period="daily", balance_reset_amount="lots"), "balance_reset_amount"),
    "number with a leading zero": (element().replace("50.0", "050.0"), "invalid JSON value"),
    "number without a fraction": (element().replace("50.0", "50."), "invalid JSON value"),
    "not a number": (element().replace("50.0", "NaN"), "invalid JSON value"),
    "broken escape": (element().replace("api_token", "api\\u12g4"), "escape"),
    "lone surrogate": (element().replace("api_token", "api\\ud83d"), "surrogate"),
    "bare control character": (element().replace("api_token", "api\n"), "control character"),
    "nesting": (element(more=json.loads("[" * 40 + "]" * 40)), "nested too deeply"),
    "a novel": (element(description="x" * 40000), "too long"),
    "doubles": (element() + "," + element(balance=20), "twice"),
    "doubles alike": (element() + "," + element(), "twice"),
    "doubles, one of them broken": (element() + "," + element(balance="x"), "twice"),
}

NAMELESS = {
    "null": "null",
    "a text": '"odd"',
    "a list": "[]",
    "a number": "7",
    "an empty object": "{}",
    "no name": without("name"),
    "name null": element(name=None),
    "name empty": element(name=""),
    "name a number": element(name=5),
    "name twice": element()[:-1] + ',"name":"other"}',
    "broken escape in the name": element().replace('"odd"', '"od\\u12g4"'),
    "U+0000 in the name": element().replace('"odd"', '"odd\\u0000"'),
}

READABLE = {
    "expiry empty": (element(expire_time=""), {"expires_at": None}),
    "zone without a colon": (element(expire_time="2031-01-01T02:00:00+0200"), {"expires_at": "2031-01-01T00:00:00Z"}),
    "no seconds": (element(expire_time="2031-01-01T00:00Z"), {"expires_at": "2031-01-01T00:00:00Z"}),
    "no zone": (element(expire_time="2031-01-01 00:00:00"), {"expires_at": "2031-01-01T00:00:00Z"}),
    "active_balance 1": (element(active_balance=1), {"budgeted": True}),
    "active_balance 0": (element(active_balance=0), {"budgeted": False}),
    "balance as text": (element(balance="49.500000000"), {"balance_usd": 49.5}),
    "balance without a zero": (element(balance=".5"), {"balance_usd": 0.5, "burn_source": "balance"}),
    "balance with a bare point": (element(balance="5."), {"balance_usd": 5}),
    "beside a revoked one": (element(balance=-0.01, revoked=True) + "," + element(balance=3), {"balance_usd": 3}),
    "before a revoked one": (element(balance=3, revoked=False) + "," + element(balance="?", revoked=True),
                             {"balance_usd": 3}),
    "type empty": (element(token_type=""), {"type": "api_token"}),
}


@pytest.fixture
def daemon(sim, broker, subscriber, make_daemon):
    sim.create("odd", balance="50.00")
    for n in range(4):
        sim.create(f"neighbour {n}", balance="26.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(1)
    return daemon


def tokens(daemon):
    return {t["token"]: t for t in json.loads(daemon.run("status", "--json").stdout)["tokens"]}


def play(forms, sim, subscriber, make_daemon, broker):
    """Each form is shown of a token of its own; beside each of them a key falls from 26 USD to nothing."""
    for form in forms:
        sim.create(f"odd, {form}", balance="50.00")
        sim.create(f"beside {form}", balance="26.00")
    sim.create("one more", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(1)
    for form, (shown, _) in forms.items():
        sim.show_as(f"odd, {form}", shown.replace('"odd"', json.dumps(f"odd, {form}")))
    daemon.wait_polls(2)
    for form in forms:
        sim.set_balance(f"beside {form}", "0.00")
    for form in forms:
        subscriber.wait_event(kind="raised", token=f"beside {form}")
    assert not daemon.database.rows("SELECT name FROM token WHERE deleted_at IS NOT NULL")
    return daemon


def test_an_unreadable_element_hides_its_own_token_and_no_other(sim, broker, subscriber, make_daemon):
    daemon = play(UNREADABLE, sim, subscriber, make_daemon, broker)
    seen = tokens(daemon)
    for form, (_, reason) in UNREADABLE.items():
        odd = seen[f"odd, {form}"]
        assert (odd["state"], odd["balance_usd"], odd["missing_polls"]) == ("unreadable", 50, 0), form
        assert reason in odd["unreadable"], form
        assert seen[f"beside {form}"]["state"] == "exhausted"
        sim.show_as(f"odd, {form}", "")
    daemon.wait_polls(2)
    assert not [t for t in tokens(daemon).values() if t["unreadable"] or t["state"] == "unreadable"]
    assert "secret-of-odd" not in daemon.text()
    assert {e["token"] for e in subscriber.events()} == {f"beside {form}" for form in UNREADABLE}


def test_an_element_without_a_readable_name_is_counted_and_hides_nobody(sim, broker, subscriber, make_daemon):
    daemon = play({form: (shown, "") for form, shown in NAMELESS.items()}, sim, subscriber, make_daemon, broker)
    account = json.loads(daemon.run("status", "--json").stdout)["accounts"][0]
    assert f"{len(NAMELESS)} elements without a readable name" in account["reason"]
    # each of them may be one of those elements: that is no absence
    assert {t["missing_polls"] for t in tokens(daemon).values()} == {0}


def test_a_spelling_that_can_mean_one_thing_only_is_read(sim, broker, subscriber, make_daemon):
    daemon = play(READABLE, sim, subscriber, make_daemon, broker)
    seen = tokens(daemon)
    for form, (_, members) in READABLE.items():
        odd = seen[f"odd, {form}"]
        assert odd["unreadable"] is None, form
        assert {k: odd[k] for k in members} == members, form


def test_a_budget_of_null_is_no_cap_wherever_it_is_told(sim, daemon):
    """Everything that is told of it is what is told of a token without a budget."""
    for name in "uncapped", "no-budget":
        sim.create(name)
    sim.show_as("uncapped", element(name="uncapped", balance=None))
    daemon.wait_polls(2)
    told = []
    for name in "uncapped", "no-budget":
        (row,) = [t for t in json.loads(daemon.run("tokens", "list", "--json").stdout) if t["token"] == name]
        state = tokens(daemon)[name]
        gate = daemon.run("gate", name)
        findings = {f["check"] for f in json.loads(daemon.run("audit", "--json").stdout)["findings"]
                    if f["token"] == name}
        told.append((row["budgeted"], row["balance_usd"], state["budgeted"], state["state"], state["balance_usd"],
                     gate.returncode, gate.stdout.replace(name, ""), findings))
    assert told[0] == told[1] and told[0][0] is False


def test_a_revoked_key_raises_nothing_and_is_offered_nothing(sim, subscriber, daemon):
    sim.set_balance("odd", "3.00")
    daemon.wait_polls(2)
    sim.show_as("odd", element(balance=-0.01, revoked=True))
    subscriber.wait_event(kind="revoked", token="odd")
    daemon.wait_polls(2)
    assert "odd" not in tokens(daemon)
    assert not [f for f in json.loads(daemon.run("audit", "--json").stdout)["findings"] if f["token"] == "odd"]
    assert "odd" not in [t["token"] for t in json.loads(daemon.run("tokens", "list", "--json").stdout)]
    sim.set_balance("neighbour 0", "0.00")  # it costs the others nothing
    subscriber.wait_event(kind="raised", token="neighbour 0")
    assert [e["kind"] for e in subscriber.events() if e["token"] == "odd"] == ["revoked"]


def test_an_unreadable_token_is_told_in_log_topic_and_database_and_keeps_its_alert(sim, subscriber, daemon):
    sim.set_balance("odd", "1.00")
    subscriber.wait_event(kind="raised", token="odd")
    place = len(daemon.process.lines.items)
    sim.show_as("odd", element(balance="none"))
    daemon.process.wait_line(r'main: 1 unreadable token: "odd": balance', place)
    subscriber.wait(lambda _: any('"unreadable":"balance' in payload for payload in subscriber.retained().values()),
                    "the token's topic")
    assert daemon.database.one("SELECT level FROM v_alert WHERE token = 'odd'") == "critical"
    assert "balance" in daemon.database.one("SELECT unreadable FROM v_token WHERE token = 'odd'")
    daemon.wait_polls(3)
    assert sum("unreadable token" in line for line in daemon.process.lines.items[place:]) == 1
    daemon.stop()
    daemon.start()
    daemon.wait_polls(1)
    assert tokens(daemon)["odd"]["state"] == "unreadable"
    sim.show_as("odd", "")
    daemon.wait_polls(2)
    assert tokens(daemon)["odd"]["state"] != "unreadable"
    assert [e["kind"] for e in subscriber.events() if e["token"] == "odd"] == ["raised"]


def test_a_token_that_was_never_readable_is_listed_and_read_once_it_can_be(sim, subscriber, daemon):
    sim.create("late", balance="7.00")
    sim.show_as("late", element(name="late", balance="?"))
    daemon.wait_polls(2)
    late = tokens(daemon)["late"]
    assert (late["state"], late["balance_usd"]) == ("unreadable", None)
    assert not [f for f in json.loads(daemon.run("audit", "--json").stdout)["findings"] if f["token"] == "late"]
    assert daemon.run("gate", "late").returncode == 3
    sim.show_as("late", "")
    daemon.wait_polls(2)
    late = tokens(daemon)["late"]
    assert (late["unreadable"], late["balance_usd"]) == (None, 7)
    assert not daemon.database.rows("SELECT kind FROM v_entry WHERE token = 'late'")


def test_a_name_that_is_too_long_is_listed_under_a_short_form(sim, subscriber, daemon):
    sim.create("long", balance="7.00")
    sim.show_as("long", element(name="n" * 201))
    daemon.wait_polls(2)
    (short,) = [t for name, t in tokens(daemon).items() if name.startswith("nnnn")]
    assert short["state"] == "unreadable" and "201 characters" in short["unreadable"]


def test_a_list_of_which_more_than_half_cannot_be_read_is_no_list(sim, daemon):
    names = list(sim.balances())
    for name in names[:len(names) // 2]:
        sim.show_as(name, element(name=name, balance="?"))
    daemon.wait_polls(2)
    for name in names[:len(names) // 2 + 1]:
        sim.show_as(name, element(name=name, balance="?"))
    daemon.wait_polls(1, "broken")
    account = json.loads(daemon.run("status", "--json").stdout)["accounts"][0]
    assert f"{len(names) // 2 + 1} of {len(names)} tokens cannot be read" in account["reason"]
