"""Two clients, one for each door of the API, written from the description of the API alone; between them they call
every endpoint of the stand-in, on one account that both see."""

import urllib.parse
import uuid

import pytest
import requests

from harness import MINT_KEY, READ_KEY, WRITE_KEY, Sim

NOON = "2026-09-16T12:00:00Z"  # a Wednesday
DAY, TOMORROW = "2026-09-16", "2026-09-17"
ANN, BOB = "ann@example.com", "bob@example.com"


class Client:
    """What both doors have in common."""

    def __init__(self, url, key):
        self.url, self.session = url, requests.Session()
        self.session.headers["Authorization"] = f"Bearer {key}"

    def call(self, method, path, expect=200, **options):
        answer = self.session.request(method, self.url + path, timeout=30, allow_redirects=False, **options)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None


class Manager(Client):
    """v3, with a management key: keys by their ids."""

    def page(self, **query):
        return self.call("GET", "/v3/manage/keys/", params=query)

    def keys(self):
        """All of them: pages are asked for until the list says that there is no next one."""
        page, found = self.page(limit=100, offset=0), []
        while True:
            found += page["results"]
            if not page["next"]:
                break
            page = self.call("GET", urllib.parse.urljoin("/v3/manage/keys/", page["next"]).replace(self.url, ""))
        assert len(found) == page.get("total_count", page.get("count"))
        return found

    def key(self, identity, **expect):
        return self.call("GET", f"/v3/manage/keys/{identity}/", **expect)

    def create(self, name, expect=201, **fields):
        return self.call("POST", "/v3/manage/keys/", expect, json={"name": name, **fields})

    def change(self, identity, expect=200, **fields):
        return self.call("PATCH", f"/v3/manage/keys/{identity}/", expect, json=fields)

    def revoke(self, identity, expect=200):
        return self.call("DELETE", f"/v3/manage/keys/{identity}/", expect)

    def rotate(self, identity, expect=200):
        return self.call("POST", f"/v3/manage/keys/{identity}/rotate/", expect)

    def usage(self, identity=None, expect=200, **query):
        path = f"/v3/manage/keys/{identity}/usage/" if identity else "/v3/manage/usage/"
        answer = self.call("GET", path, expect, params={"step": 1, **query})
        return answer["usage"] if expect == 200 else answer

    def whoami(self):
        return self.call("GET", "/v3/manage/whoami/")

    def members(self):
        return [member["email"] for member in self.call("GET", "/v3/manage/members/")["results"]]


class Owner(Client):
    """v2, with the main key of the account: tokens by their names."""

    @staticmethod
    def path(name):
        return f"/v2/user/custom_token/{urllib.parse.quote(name, safe='')}/"

    def tokens(self):
        return {token["name"]: token for token in self.call("GET", "/v2/user/custom_token/")}

    def token(self, name, **expect):
        return self.call("GET", self.path(name), **expect)

    def create(self, name, expect=201, **fields):
        return self.call("POST", "/v2/user/custom_token/", expect, json={"name": name, **fields})

    def change(self, name, expect=200, **fields):
        return self.call("PATCH", self.path(name), expect, json=fields)

    def delete(self, name):
        return self.call("DELETE", self.path(name), 204)

    def rotate(self, name, **expect):
        return self.call("POST", self.path(name) + "rotate/", **expect)

    def me(self, **expect):
        return self.call("GET", "/v2/user/custom_token/me/", **expect)

    def credits(self):
        return self.call("GET", "/v2/cost_management/credits/")["credits"]

    def consumption(self, begin=DAY, end=TOMORROW, expect=200, **filters):
        query = {"begin": begin, "end": end, "step": 1, **filters}
        answer = self.call("GET", "/v2/cost_management/", expect, params=query)
        return answer["response"] if expect == 200 else answer

    def chat(self, cost, expect=200, **body):
        return self.call("POST", "/v3/chat/completions", expect, json={"cost": cost, **body})


class Doors:
    """One account of a stand-in whose clock stands still, and clients for both of its doors."""

    def __init__(self, sim):
        self.sim = sim
        self.reader, self.manager = Manager(sim.url, READ_KEY), Manager(sim.url, WRITE_KEY)
        self.issuer, self.owner = Manager(sim.url, MINT_KEY), Owner(sim.url, sim.key)

    def bearer(self, secret):
        return Owner(self.sim.url, secret)


@pytest.fixture
def doors(stage):
    return Doors(stage.enter_context(Sim({"members": [ANN, BOB]}, start=NOON, speed=0)))


def total(usage):
    """Name -> USD over all days and features."""
    return {row["token"]: round(sum(cost["total_cost"] for day in row["data"].values() for cost in day.values()), 9)
            for row in usage}


def words_of(answer):
    return str(answer.get("detail") or answer)


# Keys through v3

def test_a_key_is_made_read_changed_rotated_and_revoked_by_its_id(doors):
    made = doors.manager.create("prod", balance="25.5", member=ANN)
    secret, identity = made.pop("secret"), made["id"]
    assert secret.startswith("sk-eden-") and uuid.UUID(identity).version == 4
    assert made == {"id": identity, "name": "prod", "token_type": "api_token", "member": ANN,
                    "masked": made["masked"], "active_balance": True, "balance": 25.5, "expire_time": None,
                    "revoked": False, "revoked_at": None}
    assert made["masked"].endswith(secret[-4:]) and secret not in str(made)
    assert doors.reader.key(identity) == made and doors.reader.keys() == [made]
    doors.bearer(secret).chat("0.5")
    assert doors.reader.key(identity)["balance"] == 25

    changed = doors.manager.change(identity, name="live", balance=7, token_type="sandbox_api_token")
    assert changed == {**made, "name": "live", "balance": 7}, "the type is read, and stays"

    rotated = doors.manager.rotate(identity)
    assert set(rotated) == {"secret", "masked", "name"} and rotated["secret"] != secret and rotated["name"] == "live"
    doors.bearer(secret).chat("0.1", expect=401)
    doors.bearer(rotated["secret"]).chat("0.25")
    assert doors.reader.key(identity)["balance"] == 6.75 and doors.reader.key(identity)["id"] == identity

    revoked = doors.manager.revoke(identity)
    assert (revoked["revoked"], revoked["revoked_at"], revoked["balance"]) == (True, NOON, 6.75)
    assert doors.reader.keys() == [revoked], "the key stays in the list"
    doors.bearer(rotated["secret"]).chat("0.1", expect=401)
    doors.manager.rotate(identity, expect=404)
    assert doors.manager.revoke(identity) == revoked, "for good, however often"


def test_a_key_without_an_amount_has_no_cap(doors):
    made = doors.manager.create("free")
    assert (made["active_balance"], made["balance"]) == (True, None)
    doors.bearer(made["secret"]).chat("3")
    assert doors.reader.key(made["id"])["balance"] is None
    assert doors.owner.tokens()["free"]["balance"] is None and doors.owner.tokens()["free"]["active_balance"]


def test_names_are_single_among_the_living_keys_of_a_member(doors):
    first = doors.manager.create("bot", member=ANN)
    assert "already exists" in words_of(doors.manager.create("bot", expect=409, member=ANN))
    second, third = doors.manager.create("bot", member=BOB), doors.manager.create("bot")
    assert len({first["id"], second["id"], third["id"]}) == 3
    other = doors.manager.create("other", member=ANN)
    doors.manager.change(other["id"], expect=409, name="bot")
    doors.manager.revoke(first["id"])
    assert doors.manager.change(other["id"], name="bot")["name"] == "bot"
    assert [k["name"] for k in doors.reader.keys()] == ["bot"] * 4


@pytest.mark.parametrize("fields, field", [
    ({"name": ""}, "name"), ({"member": "nobody@example.com"}, "member"), ({"token_type": "admin"}, "token_type"),
    ({"balance": "ten"}, "balance"), ({"balance": 100000}, "balance"), ({"active_balance": 3}, "active_balance"),
    ({"expire_time": "2026-09-17T11:59:59Z"}, "expire_time"), ({"expire_time": "soon"}, "expire_time"),
    ({"balance_reset_period": "daily", "balance_reset_amount": 0}, "balance_reset_amount"),
    ({"balance_reset_period": "daily"}, "balance_reset_amount"),
    ({"balance_reset_period": "hourly"}, "balance_reset_period"),
])
def test_a_bad_field_of_a_key_is_named(doors, fields, field):
    answer = doors.manager.create(fields.pop("name", "x"), expect=400, **fields)
    assert answer["error"]["type"] == "validation_error" and set(answer["error"]["message"]) == {field}
    assert doors.reader.keys() == []


def test_an_expiry_a_day_ahead_and_a_periodic_budget_are_taken(doors):
    made = doors.manager.create("a", expire_time="2026-09-17T12:00:00Z", balance_reset_period="daily",
                                balance_reset_amount="4")
    assert (made["expire_time"], made["balance"], made["active_balance"]) == ("2026-09-17T12:00:00Z", 4, True)
    assert not any("reset" in field for field in made), "the documented answers do not show them"
    doors.bearer(made["secret"]).chat("3")
    doors.sim.clock(to="2026-09-16T22:00:00Z")  # midnight in Paris
    assert doors.reader.key(made["id"])["balance"] == 4
    doors.sim.behave(reset_fields="shown")
    shown = doors.reader.key(made["id"])
    assert (shown["balance_reset_period"], shown["balance_reset_amount"]) == ("daily", 4)


def test_a_plan_has_a_limit_of_living_keys(doors):
    doors.sim.behave(key_limit=1)
    first = doors.manager.create("a")
    assert "plan" in words_of(doors.manager.create("b", expect=403))
    doors.manager.revoke(first["id"])
    doors.manager.create("b")


def test_unknown_ids_and_bad_bodies(doors):
    nobody = str(uuid.uuid4())
    for identity in nobody, "prod", "x/y":
        doors.manager.call("GET", f"/v3/manage/keys/{urllib.parse.quote(identity, safe='')}/", 404)
    doors.manager.change(nobody, expect=404)
    doors.manager.revoke(nobody, expect=404)
    doors.manager.usage(nobody, expect=404)
    doors.manager.call("POST", "/v3/manage/keys/", 400, data="[]")
    doors.manager.call("PUT", "/v3/manage/keys/", 405)
    doors.manager.call("GET", "/v3/manage/elsewhere/", 404)


# Pages

def test_a_list_comes_in_pages_of_a_hundred_at_most(stage):
    sim = stage.enter_context(Sim({"tokens": [{"name": "k-%04d", "count": 250, "balance": 1}]}, start=NOON, speed=0))
    reader = Manager(sim.url, READ_KEY)
    keys = reader.keys()
    assert len({k["id"] for k in keys}) == 250 and keys[249]["name"] == "k-0249"
    assert [r["path"] for r in sim.requests()] == [f"/v3/manage/keys/?limit=100&offset={n}" for n in (0, 100, 200)]
    page = reader.page(limit=7, offset=10)
    assert (page["limit"], page["offset"], page["total_count"], len(page["results"])) == (7, 10, 250, 7)
    assert page["next"] == f"{sim.url}/v3/manage/keys/?limit=7&offset=17"
    assert page["previous"] == f"{sim.url}/v3/manage/keys/?limit=7&offset=3"
    assert reader.page(offset=249)["next"] is None and reader.page()["previous"] is None
    assert reader.page(offset=900)["results"] == []
    for bad in {"limit": 101}, {"limit": 0}, {"limit": "all"}, {"offset": -1}, {"offset": "x"}:
        answer = reader.call("GET", "/v3/manage/keys/", 400, params=bad)
        assert set(answer["error"]["message"]) == set(bad)
    sim.behave(list_order="newest")
    assert reader.page(limit=1)["results"][0]["name"] == "k-0249"


@pytest.mark.parametrize("form, link", [
    ("path", "/v3/manage/keys/?limit=2&offset=2"), ("query", "?limit=2&offset=2"), ("none", None),
    ("other_scheme", "https://127.0.0.1:{port}/v3/manage/keys/?limit=2&offset=2"),
    ("elsewhere", "http://127.0.0.2:{port}/v3/manage/keys/?limit=2&offset=2"),
])
def test_the_link_to_the_next_page_has_many_forms(stage, form, link):
    sim = stage.enter_context(Sim({"next_form": form, "list_count": "count", "tokens": [{"name": "%d", "count": 3}]}))
    page = Manager(sim.url, READ_KEY).page(limit=2)
    assert set(page) == {"results", "count", "next", "previous"} and page["count"] == 3
    assert page["next"] == (link and link.format(port=sim.url.rpartition(":")[2]))


def test_the_list_of_v2_can_come_in_pages_too(stage):
    sim = stage.enter_context(Sim({"v2_page": 2, "next_form": "query", "tokens": [{"name": "%d", "count": 3}]}))
    owner = Owner(sim.url, sim.key)
    first = owner.call("GET", "/v2/user/custom_token/")
    assert (len(first["results"]), first["count"], first["next"], first["previous"]) == (2, 3, "?page=2", None)
    second = owner.call("GET", "/v2/user/custom_token/" + first["next"])
    assert ([t["name"] for t in second["results"]], second["next"]) == (["2"], None)
    owner.call("GET", "/v2/user/custom_token/?page=3", 404)


def test_a_list_can_change_between_its_pages(stage):
    sim = stage.enter_context(Sim({"tokens": [{"name": "%d", "count": 6}]}))
    reader = Manager(sim.url, READ_KEY)
    for by, names, count in (1, ["4", "5"], 5), (-1, ["2", "3", "4"], 7):
        sim.fault("shift", by=by, times=1)
        page = reader.page(limit=3, offset=3)
        assert ([k["name"] for k in page["results"]], page["total_count"]) == (names, count)
    assert [k["name"] for k in reader.page(limit=3, offset=3)["results"]] == ["3", "4", "5"]


def test_faults_of_lists_hold_for_pages(stage):
    sim = stage.enter_context(Sim({"tokens": [{"name": "%d", "count": 6}]}))
    reader = Manager(sim.url, READ_KEY)
    sim.fault("half_list", times=1)
    sim.fault("empty_list", times=1)
    assert [reader.page()["total_count"] for _ in range(3)] == [3, 0, 6]


# Who may ask

@pytest.mark.parametrize("method, path, who", [
    ("GET", "keys/", "read"), ("POST", "keys/", "write"), ("GET", "keys/{id}/", "read"),
    ("PATCH", "keys/{id}/", "write"), ("DELETE", "keys/{id}/", "write"),
    ("POST", "keys/{id}/rotate/", "write"), ("GET", "keys/{id}/usage/", "read"),
    ("GET", "usage/", "read"), ("GET", "members/", "read"), ("GET", "whoami/", "any"), ("GET", "auth-keys/", "mint"),
    ("POST", "auth-keys/", "mint"), ("DELETE", "auth-keys/{id}/", "mint"),
])
def test_every_call_of_v3_wants_its_scope(doors, method, path, who):
    path = "/v3/manage/" + path.format(id=doors.manager.create("a")["id"])
    may = {"read": {"reader", "manager"}, "write": {"manager"}, "mint": {"issuer"},
           "any": {"reader", "manager", "issuer"}}[who]
    for name in "reader", "manager", "issuer":
        client = getattr(doors, name)
        status = client.session.request(method, client.url + path, json={}, timeout=30).status_code
        assert (status == 403) == (name not in may), (name, status)
    inference = doors.bearer(doors.manager.create("b")["secret"])
    for client in inference, doors.owner:
        assert client.call(method, path, 401, json={})["detail"].startswith("This endpoint needs a management key. ")
    assert "detail" in Client(doors.sim.url, "mgmt-eden-unknown").call(method, path, 401, json={})
    assert requests.request(method, doors.sim.url + path, timeout=30).status_code == 401


def test_a_management_key_opens_neither_v2_nor_inference(doors):
    client = Owner(doors.sim.url, WRITE_KEY)
    client.call("GET", "/v2/user/custom_token/", 401)
    client.call("GET", "/v2/cost_management/credits/", 401)
    client.chat("0.1", expect=401)


def test_paths_of_v3_need_no_slash_at_the_end(doors):
    made = doors.manager.create("a")
    assert doors.reader.call("GET", "/v3/manage/keys")["total_count"] == 1
    assert doors.reader.call("GET", f"/v3/manage/keys/{made['id']}")["name"] == "a"
    assert doors.reader.call("GET", "/v3/manage/usage?step=1") == {"usage": []}


def test_a_key_knows_who_it_is_and_when_it_ends(doors):
    assert doors.reader.whoami()["scopes"] == ["manage:read"]
    assert doors.manager.whoami()["scopes"] == ["manage:read", "manage:write"]
    assert doors.issuer.whoami()["scopes"] == ["manage:mint"] and doors.issuer.whoami()["expire_time"] is None
    short = Manager(doors.sim.url, doors.sim.management_key("short", scope="read", expire="2026-09-16T13:00:00Z"))
    assert short.whoami()["expire_time"] == "2026-09-16T13:00:00Z" and short.whoami()["organization"] == "main"
    doors.sim.clock(advance="1h")
    assert "expired" in short.call("GET", "/v3/manage/whoami/", 401)["detail"]
    doors.sim.management_key("short", expire=None, scope="mint")
    assert short.whoami()["scopes"] == ["manage:mint"]
    doors.sim.management_key("short", revoke=True)
    short.call("GET", "/v3/manage/whoami/", 401)


def test_an_issuer_makes_and_ends_management_keys_and_nothing_else(doors):
    made = doors.issuer.call("POST", "/v3/manage/auth-keys/", 201, json={"name": "ci", "scopes": ["manage:read"]})
    worker = Manager(doors.sim.url, made["secret"])
    assert made["secret"].startswith("mgmt-eden-") and worker.whoami()["scopes"] == ["manage:read"]
    for scopes in [], ["manage:mint"], ["manage:read", "manage:mint"], "manage:read", None:
        doors.issuer.call("POST", "/v3/manage/auth-keys/", 400, json={"name": "x", "scopes": scopes})
    listed = doors.issuer.call("GET", "/v3/manage/auth-keys/")["results"]
    assert [k["name"] for k in listed] == ["read", "write", "mint", "ci"] and made["secret"] not in str(listed)
    doors.issuer.call("DELETE", f"/v3/manage/auth-keys/{made['id']}/", 204)
    worker.call("GET", "/v3/manage/keys/", 401)
    doors.issuer.call("DELETE", f"/v3/manage/auth-keys/{listed[2]['id']}/", 403)


def test_members_are_listed(doors):
    assert doors.reader.members() == [ANN, BOB]


# Usage through v3

def test_usage_is_told_by_name_by_key_and_by_member(doors):
    ann, bob = doors.manager.create("bot", member=ANN), doors.manager.create("bot", member=BOB)
    old = doors.manager.create("old")
    for key, cost in (ann, "1"), (bob, "0.25"), (old, "0.5"):
        doors.bearer(key["secret"]).chat(cost, model="openai/gpt")
    doors.owner.chat("2", model="mistral/large")
    doors.manager.change(old["id"], name="new")
    today = {"begin": DAY, "end": TOMORROW}
    assert total(doors.reader.usage(**today)) == {"bot": 1.25, "new": 0.5, "base_token": 2}
    assert total(doors.reader.usage(ann["id"], **today)) == {"bot": 1}
    assert total(doors.reader.usage(key_id=bob["id"], **today)) == {"bot": 0.25}
    assert total(doors.reader.usage(token="bot", **today)) == {"bot": 1.25}
    assert total(doors.reader.usage(user=BOB, **today)) == {"bot": 0.25}
    assert total(doors.reader.usage(provider="mistral", feature="llm", subfeature="chat", **today)) == {"base_token": 2}
    assert doors.reader.usage(phase="launch", **today) == [] == doors.reader.usage(feature="ocr", **today)
    by_user = {row["user"]: row["total_cost"] for row in doors.reader.usage(group_by="user", **today)}
    assert by_user == {ANN: 1, BOB: 0.25, None: 2.5}
    doors.sim.behave(usage_rows="key")
    rows = doors.reader.usage(**today)
    assert sorted(row["token"] for row in rows) == ["base_token", "bot", "bot", "new"]


def test_the_end_of_usage_is_not_part_of_it(doors):
    doors.owner.chat("1")
    assert doors.reader.usage(begin="2026-09-01", end=DAY) == []
    assert total(doors.reader.usage(begin=DAY, end=TOMORROW)) == {"base_token": 1}
    assert total(doors.reader.usage()) == {"base_token": 1}, "without dates: seven days, today among them"
    doors.sim.clock(advance="6d")
    assert total(doors.reader.usage()) == {"base_token": 1}
    doors.sim.clock(advance="1d")
    assert doors.reader.usage() == []


@pytest.mark.parametrize("query, field", [
    ({"begin": "2025-09-15", "end": DAY + "x"}, "end"), ({"begin": DAY}, "end"), ({"end": DAY}, "begin"),
    ({"begin": "2025-09-15", "end": "2026-09-17"}, "end"), ({"begin": TOMORROW, "end": DAY}, "end"),
    ({"step": 5}, "step"), ({"step": None}, "step"), ({"key_id": "7"}, "key_id"), ({"key_id": ""}, "key_id"),
    ({"user": "ann"}, "user"), ({"token": ""}, "token"), ({"provider": ""}, "provider"),
    ({"workflow_id": "x"}, "workflow_id"),
    ({"group_by": "token"}, "group_by"), ({"phase": ""}, "phase"),
])
def test_a_bad_question_about_usage_is_refused(doors, query, field):
    answer = doors.reader.usage(expect=400, **query)
    assert set(answer["error"]["message"]) == {field}


def test_a_year_of_usage_is_the_most(doors):
    doors.owner.chat("1")
    assert total(doors.reader.usage(begin="2025-09-16", end=TOMORROW)) == {"base_token": 1}  # 366 days


def test_usage_of_one_key_takes_no_other_key(doors):
    made = doors.manager.create("a")
    assert set(doors.reader.usage(made["id"], expect=400, token="a")["error"]["message"]) == {"token"}
    assert doors.reader.usage(made["id"]) == []


# v2, as first described and as of September

def test_a_token_is_made_read_changed_rotated_and_deleted_by_its_name(doors):
    made = doors.owner.create("a/b", balance="5.00", active_balance=True)
    assert "token" not in made
    secret = doors.owner.token("a/b")["token"]
    doors.bearer(secret).chat("1")
    assert doors.owner.change("a/b", balance=9)["balance"] == 9
    fresh = doors.owner.rotate("a/b")["token"]
    doors.bearer(secret).chat("1", expect=401)
    doors.bearer(fresh).chat("0.5")
    assert doors.owner.tokens()["a/b"]["balance"] == 8.5
    assert total(doors.owner.consumption()) == {"a/b": 1.5}
    assert doors.owner.credits() == 99998.5
    doors.owner.delete("a/b")
    assert doors.owner.tokens() == {}
    doors.owner.rotate("a/b", expect=404)
    assert [k["revoked"] for k in doors.reader.keys()] == [True], "the other door shows that it ended"


def test_a_token_reads_its_own_budget_with_its_own_secret(doors):
    doors.owner.create("mine", balance="5.00", active_balance=True)
    secret = doors.owner.token("mine")["token"]
    bearer = doors.bearer(secret)
    bearer.chat("1")
    me = bearer.me()
    assert (me["name"], me["balance"], me["active_balance"]) == ("mine", 4, True) and secret not in str(me)
    bearer.call("GET", "/v2/user/custom_token/", 403)
    doors.owner.me(expect=404)


@pytest.fixture
def september(doors):
    doors.sim.behave(v2="september")
    return doors


def test_since_september_a_secret_is_told_once_when_it_is_made(september):
    made = september.owner.create("a", balance="5.00", active_balance=True)
    secret = made["token"]
    assert secret.startswith("sk-eden-") and "token" not in september.owner.token("a")
    assert "token" not in september.owner.tokens()["a"]
    entry = september.owner.tokens()["a"]
    assert (entry["label"], entry["revoked"], entry["last4"]) == ("a", False, secret[-4:])
    assert entry["masked"] == entry["key_prefix"] + "…" + entry["last4"] and secret.startswith(entry["key_prefix"])


def test_since_september_the_list_keeps_what_is_revoked_and_names_come_back(september):
    september.owner.create("a")
    september.owner.delete("a")
    september.owner.create("a")
    listed = september.owner.call("GET", "/v2/user/custom_token/")
    assert [(t["name"], t["revoked"]) for t in listed] == [("a", True), ("a", False)]


@pytest.mark.parametrize("settings, where", [
    ({"secret_in": "get"}, {"GET"}), ({"secret_in": "post"}, {"POST"}), ({"secret_in": "none"}, set()),
])
def test_where_a_secret_stands_can_be_chosen(doors, settings, where):
    doors.sim.behave(**settings)
    answers = {"POST": doors.owner.create("a"), "GET": doors.owner.token("a"), "PATCH": doors.owner.change("a")}
    assert {method for method, answer in answers.items() if "token" in answer} == where


def test_amounts_can_be_strings_in_the_answer_to_a_creation_alone(doors):
    doors.sim.behave(balance_form="string_in_post")
    assert doors.owner.create("a", balance="5", active_balance=True)["balance"] == "5.000000000"
    assert doors.owner.token("a")["balance"] == 5
    doors.sim.behave(balance_form="string")
    assert doors.reader.keys()[0]["balance"] == "5.000000000"


def test_a_change_may_want_its_amounts_as_numbers(doors):
    doors.sim.behave(patch_balance="number")
    doors.owner.create("a", balance="5", active_balance=True)
    refused = doors.owner.change("a", expect=400, balance="6")
    assert set(refused["error"]["message"]) == {"balance"}
    assert doors.owner.change("a", balance=6)["balance"] == 6


def test_v2_can_be_shut_to_keys(doors):
    doors.owner.create("a")
    doors.sim.behave(v2="closed")
    for call in "GET", "POST":
        doors.owner.call(call, "/v2/user/custom_token/", 401, json={})
    assert doors.owner.consumption() == [] and doors.reader.keys()[0]["name"] == "a"


def test_balances_of_v2_lag_behind_those_of_v3(doors):
    doors.sim.behave(v2_lag="10m")
    made = doors.manager.create("a", balance="10")
    doors.bearer(made["secret"]).chat("1")
    assert (doors.owner.token("a")["balance"], doors.reader.key(made["id"])["balance"]) == (10, 9)
    doors.sim.clock(advance="9m")
    doors.bearer(made["secret"]).chat("1")
    assert (doors.owner.token("a")["balance"], doors.reader.key(made["id"])["balance"]) == (10, 8)
    doors.sim.clock(advance="1m")
    assert (doors.owner.token("a")["balance"], doors.reader.key(made["id"])["balance"]) == (8, 8)


def test_no_data_can_be_not_found(doors):
    doors.sim.behave(no_data="404")
    assert doors.owner.consumption(expect=404) == {"details": "Not Found"}
    doors.reader.usage(expect=404)
    doors.owner.chat("1")
    assert total(doors.owner.consumption()) == total(doors.reader.usage()) == {"base_token": 1}


# One account, two doors

def test_both_doors_show_the_same_tokens(doors):
    made = doors.manager.create("via-v3", balance="3", member=BOB)
    doors.owner.create("via-v2", balance="4", active_balance=True)
    assert {n: t["balance"] for n, t in doors.owner.tokens().items()} == {"via-v3": 3, "via-v2": 4}
    assert {k["name"]: k["balance"] for k in doors.reader.keys()} == {"via-v3": 3, "via-v2": 4}
    doors.owner.change("via-v3", balance=1)
    assert doors.reader.key(made["id"])["balance"] == 1
    doors.manager.change(made["id"], name="renamed")
    assert set(doors.owner.tokens()) == {"renamed", "via-v2"}


def test_a_legacy_key_is_listed_without_an_id_until_it_gets_one(stage):
    doors = Doors(stage.enter_context(Sim({"tokens": [
        {"name": "old", "balance": 5, "legacy": True}, {"name": "ended", "balance": 1, "revoked": True},
        {"name": "ended", "balance": 2, "member": ANN}]}, start=NOON, speed=0)))
    old, ended, again = doors.reader.keys()
    assert (old["id"], old["masked"][0], ended["revoked"], ended["revoked_at"]) == (None, "…", True, NOON)
    assert (again["name"], again["member"], again["revoked"]) == ("ended", ANN, False)
    doors.reader.key("null", expect=404)
    doors.owner.rotate("old")
    fresh = doors.reader.keys()[0]
    assert (fresh["name"], fresh["balance"]) == ("old", 5) and doors.reader.key(fresh["id"]) == fresh


def test_control_acts_on_keys_by_name_or_id(doors):
    ann, bob = doors.manager.create("bot", member=ANN), doors.manager.create("bot", member=BOB)
    doors.sim.alter("bot", id=bob["id"], rename="robot", member=ANN)
    doors.sim.alter("bot", revoke=True)
    named = {k["id"]: (k["name"], k["member"], k["revoked"]) for k in doors.reader.keys()}
    assert named == {ann["id"]: ("bot", ANN, True), bob["id"]: ("robot", ANN, False)}
    doors.sim.alter("robot", rotate=True)
    doors.bearer(bob["secret"]).chat("1", expect=401)
    state = doors.sim.state()["accounts"][0]
    assert [t["id"] for t in state["tokens"]] == [bob["id"]] and [t["id"] for t in state["revoked"]] == [ann["id"]]
    for bad in {"id": str(uuid.uuid4())}, {"name": "robot", "revoke": False}, {"name": "robot", "rename": ""}:
        assert requests.post(doors.sim.url + "/control/token", json=bad, timeout=30).status_code == 400


def test_a_setting_that_is_wrong_is_refused(doors):
    for bad in {"v2": "october"}, {"speed": 3}, {"colour": "red"}, {"v2_lag": "soon"}, {"key_limit": -1}, {"v2": None}:
        assert requests.post(doors.sim.url + "/control/setting", json=bad, timeout=30).status_code == 400
    for bad in {}, {"name": "x", "account": "nobody"}, {"name": "x", "scope": "all"}, {"name": "x", "expire": "soon"}:
        assert requests.post(doors.sim.url + "/control/key", json=bad, timeout=30).status_code == 400


def test_a_scenario_lists_its_management_keys(stage):
    sim = stage.enter_context(Sim({"management_keys": [
        {"name": "watch", "key": "mgmt-eden-watch", "scope": "read", "expire_time": "+2d"}]}, start=NOON, speed=0))
    assert Manager(sim.url, "mgmt-eden-watch").whoami()["expire_time"] == "2026-09-18T12:00:00Z"
    Client(sim.url, READ_KEY).call("GET", "/v3/manage/whoami/", 401)
