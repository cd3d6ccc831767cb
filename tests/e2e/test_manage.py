"""`ebb tokens` with a management key: keys are named by people, addressed by id, show their secret once, are renamed,
rotated in place and revoked; and what keys of one name have spent is told apart."""

import json
import stat

import pytest

from harness import READ_KEY, WRITE_KEY, Sim

ANN, BOB = "ann@example.com", "bob@example.com"
KEYS = {"members": [ANN, BOB],
        "tokens": [{"name": "prod", "balance": "50.00", "member": ANN},
                   {"name": "prod", "balance": "5.00", "member": BOB},
                   {"name": "search", "balance": "20.00", "member": BOB}, {"name": "old", "legacy": True}]}


@pytest.fixture
def sim(stage):
    return stage.enter_context(Sim(KEYS))


@pytest.fixture
def cli(sim, make_daemon):
    daemon = make_daemon(sim.url, key=WRITE_KEY)
    return lambda *words, **options: daemon.run("tokens", *words, **options)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "new.key"


def ok(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


def refused(done, *words, status=1):
    assert done.returncode == status and not done.stdout, done.stdout + done.stderr
    assert all(word in done.stderr for word in words), done.stderr
    return done.stderr


def keys(sim):
    """Every key of the account by name and member, as the API lists it."""
    found = sim.call("GET", "/v3/manage/keys/?limit=100", key=WRITE_KEY).json()["results"]
    return {(k["name"], k["member"]): k for k in found}


def writes(sim):
    return [r for r in sim.requests() if r["method"] != "GET"]


def works(sim, secret):
    return sim.call("POST", "/v3/chat/completions", key=secret, json={"cost": "0.01"}).status_code == 200


def test_the_list_tells_keys_of_one_name_apart_and_shows_whose_they_are(cli):
    listed = json.loads(ok(cli("list", "--json")))
    assert [t["token"] for t in listed] == ["old", f"prod ({ANN})", f"prod ({BOB})", "search"]
    assert [t["member"] for t in listed] == [None, ANN, BOB, BOB]
    assert listed[0]["id"] is None and len({t["id"] for t in listed}) == 4 and all(t["masked"] for t in listed)
    shown = ok(cli("list"))
    assert "MEMBER" in shown and ANN in shown and listed[3]["masked"][-4:] in shown
    assert BOB in ok(cli("show", "search"))


def test_a_name_means_one_key_or_says_which_there_are(sim, cli):
    said = refused(cli("show", "prod"), f"prod ({ANN})", f"prod ({BOB})")
    assert "has no token" not in said
    bobs = keys(sim)["prod", BOB]["id"]
    for name in f"prod ({BOB})", bobs:
        assert json.loads(ok(cli("show", name, "--json")))["id"] == bobs
    refused(cli("show", "nobody"), "has no token nobody")


def test_an_id_is_asked_for_alone_and_what_looks_like_one_may_be_a_name(sim, cli):
    bobs = keys(sim)["prod", BOB]["id"]
    before = len(sim.requests())
    assert json.loads(ok(cli("show", bobs, "--json")))["id"] == bobs
    assert [r["path"] for r in sim.requests()[before:]] == [f"/v3/manage/keys/{bobs}/"]
    nobody = "00000000-0000-4000-8000-000000000000"
    refused(cli("show", nobody), f"has no token {nobody}")
    sim.alter("search", rename=nobody)
    assert json.loads(ok(cli("show", nobody, "--json")))["token"] == nobody
    ok(cli("delete", bobs, "--yes"))
    refused(cli("show", bobs), f"has no token {bobs}")


def test_a_new_key_has_its_member_and_its_secret_is_written_from_the_one_answer_that_shows_it(sim, cli, file):
    told = ok(cli("create", "dev", "--balance", "5", "--member", ANN, "--expires", "30d", "--secret-file", file))
    assert keys(sim)["dev", ANN]["balance"] == 5 and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert works(sim, file.read_text().strip()) and file.read_text().strip() not in told
    refused(cli("show", "dev", "--secret"), "does not show this token's secret")


def test_what_the_api_refuses_has_words_of_its_own(sim, cli, make_daemon, file):
    refused(cli("create", "search", "--member", BOB, "--secret-file", file), "HTTP 409", "active key of this name")
    refused(cli("create", "dev", "--expires", "3h", "--secret-file", file), "at least 1d", status=2)
    assert len(writes(sim)) == 1
    sim.behave(key_limit=4)
    refused(cli("create", "dev", "--secret-file", file), "HTTP 403", "plan allows no more")
    assert not file.exists()
    watcher = make_daemon(sim.url, key=READ_KEY)
    said = watcher.run("tokens", "update", "search", "--balance", "90").stderr
    assert "HTTP 403" in said and "manage:write" in said
    ok(watcher.run("tokens", "list"))


def test_a_key_without_id_is_listed_and_out_of_reach(sim, cli, file):
    assert '"old"' in ok(cli("show", "old", "--json"))
    for words in ("update", "old", "--balance", "5"), ("delete", "old", "--yes"), \
            ("rotate", "old", "--yes", "--secret-file", file):
        assert "without an id" in cli(*words).stderr
    assert writes(sim) == [] and not file.exists()


def test_a_rename_is_sent_alone_and_compared_with_the_answer(sim, cli):
    before = keys(sim)["search", BOB]
    told = ok(cli("update", "search", "--name", "find"))
    assert "name: search -> find" in told and told.endswith("changed\n")
    assert keys(sim)["find", BOB] == {**before, "name": "find"}
    request = json.loads(ok(cli("update", "find", "--name", "seek", "--dry-run", "--json")))
    assert request["method"] == "PATCH" and request["body"] == {"name": "seek"} and len(writes(sim)) == 1
    assert "already has these settings" in ok(cli("update", "find", "--name", "find"))


def test_rotation_is_in_place_after_a_warning_and_the_old_secret_stops(sim, cli, file):
    before = sim.state()["accounts"][0]["tokens"]
    said = refused(cli("rotate", "search", "--secret-file", file), "stops working at once", "--yes", status=2)
    assert "--successor" in said and not file.exists() and writes(sim) == []
    first = file.with_suffix(".first")
    ok(cli("rotate", "search", "--yes", "--secret-file", first))
    ok(cli("rotate", "search", "--yes", "--secret-file", file))
    assert not works(sim, first.read_text().strip()) and works(sim, file.read_text().strip())
    assert [t["name"] for t in sim.state()["accounts"][0]["tokens"]] == [t["name"] for t in before]
    request = json.loads(ok(cli("rotate", "search", "--dry-run", "--json")))
    assert request["method"] == "POST" and request["url"].endswith("/rotate/")


def test_a_lost_answer_to_a_rotation_leaves_the_empty_file_and_says_what_to_do(sim, cli, file):
    sim.fault("cut", path=f"/v3/manage/keys/{keys(sim)['search', BOB]['id']}/rotate/", times=1)
    refused(cli("rotate", "search", "--yes", "--secret-file", file), "may have stopped", "run the same command again")
    assert file.read_text() == ""
    ok(cli("rotate", "search", "--yes", "--secret-file", file))
    assert works(sim, file.read_text().strip())


def test_a_successor_belongs_to_the_same_member_and_the_old_key_lives_on(sim, cli, file):
    told = ok(cli("rotate", "search", "--successor", "--secret-file", file))
    assert "still works" in told and keys(sim)["search-r2", BOB]["balance"] == 20
    assert not keys(sim)["search", BOB]["revoked"] and works(sim, file.read_text().strip())
    assert cli("rotate", "search", "find", "--in-place", "--secret-file", file).returncode == 2


def test_a_deletion_is_final_says_so_and_asks(sim, cli):
    said = refused(cli("delete", f"prod ({BOB})"), "for good", "Revoke it?", "--yes", status=2)
    assert "Delete" not in said and writes(sim) == []
    assert ok(cli("delete", f"prod ({BOB})", "--yes")) == "revoked prod\n"
    assert keys(sim)["prod", BOB]["revoked"] and not keys(sim)["prod", ANN]["revoked"]
    assert [t["token"] for t in json.loads(ok(cli("list", "--json")))] == ["old", "prod", "search"]


def test_retiring_asks_our_records_of_the_very_key(sim, make_daemon):
    daemon = make_daemon(sim.url, key=WRITE_KEY)
    daemon.run("once")
    bobs = keys(sim)["prod", BOB]["id"]
    for name in f"prod ({BOB})", bobs, "search":
        refused(daemon.run("tokens", "retire", name, "--yes"), "records cover only", status=3)
    request = json.loads(ok(daemon.run("tokens", "retire", f"prod ({BOB})", "--force", "--dry-run", "--json")))
    assert request["method"] == "DELETE" and request["url"].endswith(f"/v3/manage/keys/{bobs}/")
    assert ok(daemon.run("tokens", "retire", bobs, "--force", "--yes")) == "revoked prod\n"


def test_a_fleet_file_is_carried_out_by_the_names_that_are_shown(sim, cli, tmp_path):
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text(f"tokens:\n  - {{name: search, expires: 2040-01-01}}\n  - {{name: 'prod ({BOB})', absent: true}}\n"
                     "  - {name: ci, type: sandbox_api_token}\n")
    ok(cli("apply", fleet, "--yes", "--secret-dir", tmp_path))
    assert keys(sim)["prod", BOB]["revoked"] and keys(sim)["search", BOB]["expire_time"].startswith("2040-01-01")
    assert works(sim, (tmp_path / "ci.key").read_text().strip())
    assert cli("plan", fleet, "--exit-code").returncode == 0
    fleet.write_text("tokens:\n  - {name: prod, budget: true, balance: 5.00}\n")
    ok(cli("plan", fleet))  # one is left that is called so
    sim.call("POST", "/v3/manage/keys/", key=WRITE_KEY, json={"name": "prod", "member": BOB}).raise_for_status()
    refused(cli("plan", fleet), "several tokens are called so", f"prod ({ANN})")


def test_v2_rotates_in_place_where_it_is_asked_to(sim, make_daemon, file):
    daemon = make_daemon(sim.url)
    ok(daemon.run("tokens", "rotate", "search", "--in-place", "--yes", "--secret-file", file))
    assert works(sim, file.read_text().strip())


# Usage

def test_what_keys_of_one_name_spend_is_told_apart_and_adds_up(sim, make_daemon):
    ids = {member: keys(sim)["prod", member]["id"] for member in (ANN, BOB)}
    for member, cost in (ANN, "3.00"), (BOB, "0.50"):
        rotated = sim.call("POST", f"/v3/manage/keys/{ids[member]}/rotate/", key=WRITE_KEY).json()["secret"]
        sim.call("POST", "/v3/chat/completions", key=rotated, json={"cost": cost}).raise_for_status()
    daemon = make_daemon(sim.url, key=READ_KEY, calls_per_second=100).start()
    daemon.process.wait_line("consumption of .* stored")
    told = {t["token"]: t["spent_usd"]
            for t in json.loads(daemon.run("report", "--source", "endpoint", "--since", "2d", "--json").stdout)}
    assert {name: told[name] for name in told if name.startswith("prod")} == {f"prod ({ANN})": 3, f"prod ({BOB})": 0.5}
    asked = [r["path"] for r in sim.requests() if "usage" in r["path"]]
    assert sorted(path.split("/")[-3] for path in asked if "/keys/" in path) == sorted(ids.values())


def test_an_edit_through_v3_is_booked_as_one_though_the_key_is_renamed_meanwhile(sim, make_daemon):
    daemon = make_daemon(sim.url, key=WRITE_KEY).start()
    daemon.wait_polls(2)
    for key, *words in ((f"prod ({BOB})", "--balance", "4.00", "--yes"), (f"prod ({BOB})", "--name", "ours"),
                        ("ours", "--balance", "90.00")):
        ok(daemon.run("tokens", "update", key, *words))
        daemon.wait_polls(3)
    entries = daemon.database.rows("SELECT kind FROM v_entry WHERE token = 'ours' ORDER BY at")
    assert [kind for kind, in entries] == ["edit", "edit"]
    assert list((daemon.folder / "ebb.db-edits").iterdir()) == []


# Members

def test_whose_a_key_is_matches_rules_and_is_in_payloads_reports_and_metrics(sim, broker, subscriber, make_daemon):
    rule = {"name": "low", "kind": "balance_below", "levels": {"warning": "4.00"}, "match": {"member": "bob@*"}}
    daemon = make_daemon(sim.url, broker, rules=[rule], key=READ_KEY).start()
    daemon.wait_polls(2)
    sim.control("POST", "token", json={"name": "prod", "id": keys(sim)["prod", ANN]["id"], "balance": "1.00"})
    sim.set_balance("search", "3.00")
    assert subscriber.wait_event(kind="raised", token="search")["member"] == BOB
    assert [e["token"] for e in subscriber.events()] == ["search"]
    topic = "ebb/main/token/search/state"
    subscriber.wait(lambda s: json.loads(s.retained().get(topic, "{}")).get("member") == BOB, "the state")
    spent = {r["member"]: r["spent_usd"] for r in json.loads(daemon.run("report", "--by", "member", "--json").stdout)}
    assert (spent[ANN], spent[BOB]) == (49, 17)
    info = [line for line in daemon.run("metrics").stdout.splitlines() if line.startswith("ebb_token_info{")]
    assert [f'member="{BOB}"' in line for line in info if 'token="search"' in line] == [True]
    status = json.loads(daemon.run("status", "--json").stdout)["tokens"]
    assert {t["token"]: t["member"] for t in status} == {"old": None, "search": BOB, f"prod ({ANN})": ANN,
                                                         f"prod ({BOB})": BOB}
