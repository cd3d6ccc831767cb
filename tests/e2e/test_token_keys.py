"""Tokens that are watched by their own secrets, without any key of the account."""

import json
import urllib.parse

import pytest

from management import Handler, Management, today

CHAT, CI = "secret-of-prod-chat-0123456789", "secret-of-ci-tests-0123456789"


def token(name, balance):
    return {"name": name, "token_type": "api_token", "balance": balance, "active_balance": True, "expire_time": None}


class Tokens(Management):
    """Each secret sees its own token and nothing else; one that is refused gets a status."""

    def __init__(self):
        super().__init__()
        self.of, self.refused = {CHAT: token("prod-chat", 9.5), CI: token("ci-tests", 3.0)}, {}
        self.RequestHandlerClass = OwnKey

    def own(self, path, secret):
        self.asked.append((path, secret))
        if secret in self.refused:
            return self.refused[secret], {"detail": f"{secret} is not known"}
        if secret not in self.of:
            return 401, {"detail": "who are you"}
        if path == "/v2/user/custom_token/me/":
            return 200, self.of[secret] | {"token": secret}
        if path == "/v2/cost_management/":
            cost = 10 - self.of[secret]["balance"]
            return 200, {"response": [{"token": self.of[secret]["name"], "data": {today(): {"llm__chat": {
                "total_cost": cost, "details": 1, "cost_per_provider": {"openai": cost}}}}}]}
        return 403, {"detail": "only the account's main key may"}


class OwnKey(Handler):
    def answer(self):
        secret = self.headers.get("Authorization", "").removeprefix("Bearer ")
        return self.server.own(urllib.parse.urlsplit(self.path).path, secret)


@pytest.fixture
def api(stage):
    api = Tokens()
    stage.callback(api.close)
    return api


@pytest.fixture
def daemon(api, make_daemon):
    daemon = make_daemon(api.url, rules=[{"name": "low", "kind": "balance_below", "levels": {"warning": "5.00"}}])
    files = [daemon._secret(f"{i}.key", secret) for i, secret in enumerate((CHAT, CI))]
    del daemon.settings["accounts"][0]["key_file"]
    daemon.settings["accounts"][0]["token_key_files"] = [str(file) for file in files]
    daemon.write()
    daemon.files = files
    return daemon


def tokens_of(daemon):
    return {t["token"]: t for t in json.loads(daemon.run("status", "--json").stdout)["tokens"]}


def test_each_key_brings_its_token_and_its_consumption(api, daemon):
    done = daemon.run("once")
    assert done.returncode == 0, done.stderr
    assert {name: t["balance_usd"] for name, t in tokens_of(daemon).items()} == {"prod-chat": 9.5, "ci-tests": 3.0}
    assert [secret for path, secret in api.asked if path.endswith("/me/")] == [CHAT, CI]
    assert daemon.database.rows("SELECT token, sum(cost_usd) FROM v_usage GROUP BY token ORDER BY token") \
        == [("ci-tests", 7.0), ("prod-chat", 0.5)]
    assert "low" in daemon.run("alerts").stdout

    account, = json.loads(daemon.run("status", "--json").stdout)["credits"]
    assert account["state"] == "not_offered"
    refused = daemon.run("tokens", "list")
    assert refused.returncode != 0 and "token_key_files" in refused.stderr
    everything = daemon.text() + done.stderr + daemon.run("config").stdout + daemon.run("status", "--json").stdout
    assert CHAT not in everything and CI not in everything
    for file in daemon.folder.glob("ebb.db*"):
        assert file.is_dir() or CHAT.encode() not in file.read_bytes()


@pytest.mark.parametrize("status", [401, 404])
def test_a_refused_key_makes_its_own_token_unreadable_and_no_other(api, daemon, status):
    daemon.start()
    daemon.wait_poll()
    api.of[CHAT]["balance"] = 12.25  # a rise: a fall that no burn explains is read twice before it is believed
    api.refused = {CI: status}
    daemon.process.wait_line(r"unreadable token")
    daemon.wait_polls(2)  # one key is asked after the other: the poll that is refused may have asked the other before
    tokens = tokens_of(daemon)
    assert tokens["prod-chat"]["balance_usd"] == 12.25 and tokens["prod-chat"]["unreadable"] is None
    assert tokens["ci-tests"]["state"] == "unreadable" and f"HTTP {status}" in tokens["ci-tests"]["unreadable"]
    assert tokens["ci-tests"]["balance_usd"] == 3.0

    # Its file has another secret: taken up without a restart.
    other = "another-secret-of-ci-tests-012345"
    api.of[other] = token("ci-tests", 3.5)
    daemon.files[1].write_text(other + "\n")
    daemon.process.wait_line(r"all tokens can be read again")  # is said once that poll is stored
    assert tokens_of(daemon)["ci-tests"]["balance_usd"] == 3.5
    assert daemon.stop() == 0
    assert CI not in daemon.text() and other not in daemon.text()


def test_credits_cannot_be_given_where_only_some_of_their_use_is_seen(api, daemon):
    daemon.settings["rules"].append({"name": "credits-low", "kind": "balance_below", "match": {"series": "credits"},
                                     "levels": {"warning": "100.00"}})
    daemon.write()
    assert daemon.run("once").returncode == 0
    refused = daemon.run("credits", "set", "120.00")
    assert refused.returncode == 1 and "account main is watched by its tokens' own keys" in refused.stderr
    assert not list(daemon.folder.glob("ebb.db-edits/*"))
    assert "it can never fire for this account" in daemon.run("check").stderr


def test_keys_that_are_all_refused_are_a_failed_poll(api, daemon):
    api.refused = {CHAT: 401, CI: 401}
    assert daemon.run("once").returncode != 0
    account, = json.loads(daemon.run("status", "--json").stdout)["accounts"]
    assert account["result"] == "unauthorized" and "0.key" in account["reason"]


def test_a_configuration_has_one_kind_of_keys(daemon):
    daemon.settings["accounts"][0] |= {"key_file": str(daemon.key_file), "api": "v3"}
    daemon.write()
    said = daemon.run("check").stderr
    assert "`key_file` and `token_key_files` are mutually exclusive" in said and "takes no tokens' own keys" in said
