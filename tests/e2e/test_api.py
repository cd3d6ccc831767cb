"""/api/v1/: each answer is what docs/openapi.yaml says and what the command of that name prints with --json, to the
last nano-dollar; whatever tokens are called, and also when there is nothing to tell."""

import decimal
import http.client
import itertools
import json
import os
import re
import urllib.parse

import jsonschema
import pytest
import yaml

from harness import EBB, ROOT, Sim
from players import PATIENCE_S, Process

COUNT = itertools.count(1)
NASTY = ROOT / "tests" / "scenarios" / "nasty-names.yaml"
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": 2.00, "critical": 0.50}}]
DOCUMENT = yaml.safe_load((ROOT / "docs" / "openapi.yaml").read_text())


def closed(node):
    """The same schemas, under which nothing passes that they do not name."""
    if isinstance(node, list):
        return [closed(child) for child in node]
    if not isinstance(node, dict):
        return node
    node = {name: closed(child) for name, child in node.items()}
    if isinstance(node.get("properties"), dict) and node.get("type") == "object":
        node.setdefault("additionalProperties", False)
    return node


STRICT = closed(DOCUMENT)
RESOLVER = jsonschema.RefResolver.from_schema(STRICT)


def followed(node):
    return RESOLVER.resolve(node["$ref"])[1] if "$ref" in node else node


def exact(text):
    return json.loads(text, parse_float=decimal.Decimal)


def still(rows):
    """Without what counts from the second in which it is asked."""
    return [{name: value for name, value in row.items() if name not in ("horizon_at", "forecast_at")} for row in rows]


def quoted(name):
    # A dot, too: clients take "." and ".." for steps of a path, even encoded.
    return urllib.parse.quote(name, safe="")


class Answer:
    def __init__(self, response):
        self.status, self.headers = response.status, response.headers
        self.text = response.read().decode()

    def json(self):
        return exact(self.text)


class Api:
    """A server, and whatever it answers is compared with the document."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.connection = http.client.HTTPConnection(host, int(port), timeout=PATIENCE_S)
        self.seen = set()

    def raw(self, target, method="GET", **headers):
        self.connection.request(method, target, headers=headers)
        return Answer(self.connection.getresponse())

    def get(self, target, **headers):
        answer = self.raw("/api/v1" + target, **headers)
        self.check(target, answer)
        return answer

    def check(self, target, answer):
        segments = ("/api/v1" + target).split("?")[0].split("/")
        path = next(p for p in sorted(STRICT["paths"]) if len(p.split("/")) == len(segments)
                    and all(a == b or a.startswith("{") for a, b in zip(p.split("/"), segments)))
        response = followed(STRICT["paths"][path]["get"]["responses"][str(answer.status)])
        self.seen.add((path, answer.status))
        for name, header in response.get("headers", {}).items():
            if name == "ETag" or name in answer.headers:
                jsonschema.validate(answer.headers[name], followed(header)["schema"])
        if "content" not in response:
            assert not answer.text
            return
        (kind, content), = response["content"].items()
        assert answer.headers["Content-Type"] == kind
        body = json.loads(answer.text) if kind.endswith("json") else answer.text
        jsonschema.Draft202012Validator(content["schema"], resolver=RESOLVER).validate(body)

    def pages(self, target):
        rows = []
        while target:
            answer = self.get(target)
            rows += answer.json()
            link = answer.headers.get("Link")
            target = re.fullmatch(r'</api/v1(/[^>]*)>; rel="next"', link)[1] if link else None
        return rows


@pytest.fixture
def api(stage):
    def serve(daemon):
        pid = os.getpid()
        address = f"127.{10 + pid // 200 % 200}.{1 + pid % 200}.{100 + next(COUNT)}:5322"
        process = Process(EBB, "serve", "--config", daemon.path, "--listen", address)
        stage.callback(lambda: process.alive() and process.stop())
        process.out.wait(lambda lines: lines and lines[0].startswith("serving http"), "the address")
        return Api(address)
    return serve


def once(daemon):
    done = daemon.run("once")
    assert done.returncode == 0, done.stderr


def alike(api, target, daemon, *command, part=None):
    """What the command prints, from the same second: the answer is the same before and after it ran."""
    while True:
        before = api.get(target)
        told = daemon.run(*command)
        if api.get(target).text == before.text:
            break
    assert before.status == 200 and told.returncode in (0, 3), (before.text, told.stderr)
    wanted = exact(told.stdout or "[]")
    assert before.json() == (wanted[part] if part else wanted), target
    return before.json()


def test_every_path_is_described_and_every_description_is_a_path(sim, make_daemon, api):
    routes = set(re.findall(r'\{ "(/api/[^"]+)"', (ROOT / "agent" / "web" / "routes.c").read_text()))
    assert routes == set(DOCUMENT["paths"]) and DOCUMENT["openapi"].startswith("3.1")
    for schema in STRICT["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)
    for path, item in DOCUMENT["paths"].items():
        named = [followed(p) for p in item["get"].get("parameters", [])]
        assert {p["name"] for p in named if p["in"] == "path"} == set(re.findall(r"\{(\w+)\}", path)), path
    daemon = make_daemon(sim.url)
    once(daemon)
    assert api(daemon).get("/openapi.yaml").text == (ROOT / "docs" / "openapi.yaml").read_text()


def test_answers_are_those_of_the_commands_whatever_tokens_are_called(stage, make_daemon, api):
    sim = stage.enter_context(Sim(NASTY))
    daemon = make_daemon(sim.url, rules=RULES)
    once(daemon)
    names = [token["name"] for token in sim.tokens()]
    for name in names:
        sim.set_balance(name, "0.123456789")
    once(daemon)
    api = api(daemon)
    status = alike(api, "/tokens", daemon, "status", "--json", part="tokens")
    assert sorted(row["token"] for row in status) == sorted(names)
    assert {row["balance_usd"] for row in status} == {decimal.Decimal("0.123456789")}
    for part in ("accounts", "credits", "forecasts"):
        assert api.get("/accounts").json()[part] == exact(daemon.run("status", "--json").stdout)[part]
    fired = alike(api, "/alerts", daemon, "alerts", "--json")
    assert sorted(row["token"] for row in fired) == sorted(names)
    alike(api, "/events?since=1h", daemon, "alerts", "--past", "--since", "1h", "--json")
    alike(api, "/accounts/main/credits/history?since=1h", daemon, "history", "--credits", "--since", "1h", "--json")
    alike(api, "/accounts/main/credits", daemon, "forecast", "--credits", "--json")
    for by in ("token", "environment", "account", "provider", "feature"):
        alike(api, f"/report?by={by}&since=7d", daemon, "report", "--by", by, "--since", "7d", "--json")
    for name in names:
        path = f"/tokens/main/{quoted(name)}"
        found = api.get(path).json()
        assert found["token"] == name and found["balance_usd"] == decimal.Decimal("0.123456789")
        history = api.get(path + "/history").json()
        assert {row["token"] for row in history} == {name} and len(history) >= 2
        day, = api.get(path + "/history?step=day").json()
        assert day["token"] == name and day["spent_usd"] == decimal.Decimal("0.876543211")
    plain = f"/tokens/main/{quoted('naïve')}"
    alike(api, plain + "?what_if=%2B20.00&until=30d", daemon, "forecast", "naïve", "--what-if", "+20.00", "--until",
          "30d", "--json")
    for step in ("raw", "hour", "day"):
        rows = alike(api, f"{plain}/history?since=2d&step={step}", daemon, "history", "naïve", "--since", "2d",
                     "--step", step, "--json")
        assert rows


def test_a_database_without_anything_answers_with_nothing(sim, make_daemon, api):
    daemon = make_daemon(sim.url)
    sim.fault("status", status=500)
    daemon.run("once")
    api = api(daemon)
    for target in ("/tokens", "/alerts", "/events", "/report", "/report?by=feature"):
        assert api.get(target).json() == []
    account, = api.get("/accounts").json()["accounts"]
    assert account["result"] == "unavailable" and account["last_ok_at"] is None
    assert "no credits known" in api.get("/accounts/main/credits").json()["detail"]
    assert "no data for token" in api.get("/tokens/main/absent").json()["detail"]


@pytest.fixture
def fleet(sim, make_daemon):
    for number in range(12):
        sim.create(f"{'prod' if number % 2 else 'dev'}-app-{number:02}", balance=f"{number % 4}.00")
    daemon = make_daemon(sim.url, rules=RULES)
    once(daemon)
    for number in range(12):
        sim.set_balance(f"{'prod' if number % 2 else 'dev'}-app-{number:02}", "0.25")
    once(daemon)
    return daemon


def test_pages_of_any_length_are_the_whole(fleet, api):
    api = api(fleet)
    for target in ("/tokens", "/events?since=1h", "/tokens/main/dev-app-02/history?since=1h",
                   "/tokens?environment=prod"):
        whole = still(api.get(target).json())
        assert len(whole) >= 2
        glue = "&" if "?" in target else "?"
        for limit in (1, 5, 12, 100):
            assert still(api.pages(f"{target}{glue}limit={limit}")) == whole, (target, limit)
    assert "Link" not in api.get("/tokens?limit=12").headers
    assert "Link" in api.get("/tokens?limit=11").headers


def test_tokens_are_filtered_by_account_name_environment_state_and_level(fleet, api):
    api = api(fleet)
    rows = still(api.get("/tokens").json())
    assert still(api.get("/tokens?account=main").json()) == rows
    for query, holds in {"match=*-0%3F": lambda r: "-0" in r["token"],
                         "environment=prod": lambda r: r["token"][0] == "p",
                         "state=learning": lambda r: r["state"] == "learning",
                         "state=idle": lambda r: r["state"] == "idle",
                         "level=critical": lambda r: r["level"] == "critical",
                         "level=none&environment=dev": lambda r: r["level"] == "none" and r["token"][0] == "d"}.items():
        assert still(api.get("/tokens?" + query).json()) == [row for row in rows if holds(row)], query


def test_what_is_asked_wrongly_is_refused_by_name(fleet, api):
    api = api(fleet)
    token = "/tokens/main/dev-app-02"
    for target, words in {
        "/tokens?limt=5": 'unknown parameter "limt"; did you mean "limit"?',
        "/tokens?limit=5&limit=6": "limit is given twice",
        "/tokens?limit=0": "limit takes 1 to 100000, not 0",
        "/tokens?limit=ten": 'limit takes a whole number, not "ten"',
        "/tokens?state=fine": "state takes learning|",
        "/tokens?match=": "match requires a value",
        "/tokens?cursor=1.2": "cursor takes what the header Link",
        "/events?cursor=x": "cursor takes a whole number",
        "/events?since=yesterday": "since takes a time such as",
        token + "/history?step=week": "step takes raw|hour|day",
        token + "/history?cursor=9.9x": "cursor takes what the header Link",
        token + "?until=2020-01-01": "until takes a time in the future",
        token + "?what_if=more": "what_if: ",
        "/report?by=colour": "by takes token|environment",
        "/report?month=2026-10&since=7d": "month cannot be combined with since",
        "/report?by=provider&source=balance": "drop source",
        "/openapi.yaml?x=1": 'unknown parameter "x": this path takes none',
    }.items():
        answer = api.get(target)
        problem = answer.json()
        assert answer.status == problem["status"] == 400 and words in problem["detail"], (target, problem)
        assert problem["title"] == "Bad Request" and answer.headers["Cache-Control"] == "no-store"
    for target in ("/tokens?account=other", "/tokens/main/absent", "/tokens/other/dev-app-02", token + "x/history",
                   "/accounts/other/credits", "/report?account=other", "/alerts?account=other",
                   "/events?account=other"):
        assert api.get(target).json()["status"] == 404, target
    nowhere = api.raw("/api/v1/nothing")
    assert nowhere.status == nowhere.json()["status"] == 404 and "openapi.yaml" in nowhere.json()["detail"]


def test_an_answer_that_did_not_change_is_not_sent_again(fleet, sim, api):
    api = api(fleet)
    for target in ("/accounts", "/alerts", "/events?since=1h", "/openapi.yaml", "/tokens/main/dev-app-02/history",
                   "/tokens?match=dev-*&limit=3"):
        first = api.get(target)
        tag = first.headers["ETag"]
        assert first.headers["Cache-Control"] == "no-cache"
        again = api.get(target, **{"If-None-Match": f'"other", {tag}'})
        if again.status == 200:  # a second passed, and something that counts from now with it
            assert again.headers["ETag"] != tag and again.text != first.text
        else:
            assert again.status == 304 and again.headers["ETag"] == tag
        head = api.raw("/api/v1" + target, "HEAD")
        assert head.status == 200 and not head.text and int(head.headers["Content-Length"]) > 0
    tag = api.get("/tokens/main/dev-app-02/history").headers["ETag"]
    assert api.get("/tokens/main/dev-app-02/history", **{"If-None-Match": tag}).status == 304
    sim.set_balance("dev-app-02", "0.125")
    once(fleet)
    changed = api.get("/tokens/main/dev-app-02/history", **{"If-None-Match": tag})
    assert changed.status == 200 and changed.json()[-1]["balance_usd"] == decimal.Decimal("0.125")
