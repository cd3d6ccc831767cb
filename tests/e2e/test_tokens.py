"""`ebb tokens` list, show, create, update and delete against the stand-in: what is asked of it, and what is told."""

import json
import os
import pty
import stat
import subprocess

import pytest

from harness import TOKENS, Sim
from players import EBB, PATIENCE_S

SECOND_WORDS = ["list", "show", "create", "update", "delete", "rotate", "retire", "plan", "apply"]
LONG_NAME = "w\u00e4hrung-\U0001f4b6-" + "\u6771" * 190  # 200 characters
NASTY_NAMES = [LONG_NAME, "..", ".", "a/b", "a b?c#d%e", "-dash", "\u202eevil", "say \"hi\" \\ 'there'", "\U0001f4b6"]


@pytest.fixture
def cli(sim, make_daemon):
    """Runs `ebb tokens ...` on an account of the stand-in; the daemon itself never starts."""
    daemon = make_daemon(sim.url)
    return lambda *words, **options: daemon.run("tokens", *words, **options)


def ok(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


def token(done):
    return json.loads(ok(done))


def writes(sim):
    return [r for r in sim.requests() if r["method"] != "GET"]


# Help

def test_tokens_alone_lists_its_commands():
    shown = subprocess.run([EBB, "tokens"], capture_output=True, text=True, timeout=PATIENCE_S)
    assert shown.returncode == 0 and all(f"\n  {word} " in shown.stdout for word in SECOND_WORDS)


@pytest.mark.parametrize("word", SECOND_WORDS)
def test_each_explains_itself_with_an_example(word):
    for words in ("tokens", word, "--help"), ("help", "tokens", word):
        shown = subprocess.run([EBB, *words], capture_output=True, text=True, timeout=PATIENCE_S)
        assert shown.returncode == 0 and f"ebb tokens {word}" in shown.stdout and "Example:" in shown.stdout


def test_a_misspelt_second_word_is_answered_with_the_right_one(cli):
    refused = cli("crate", "x")
    assert refused.returncode == 2 and 'did you mean "create"' in refused.stderr


# Create

def test_a_created_token_has_every_field_that_was_said(sim, cli):
    made = token(cli("create", "dev-ml-team", "--type", "sandbox_api_token", "--balance", "12.500000001",
                     "--reset", "weekly", "--reset-amount", "20", "--expires", "2031-05-06T07:08:09Z", "--json"))
    assert made == {"account": "main", "token": "dev-ml-team", "environment": "dev", "type": "sandbox_api_token",
                    "budgeted": True, "balance_usd": 12.500000001, "expires_at": "2031-05-06T07:08:09Z",
                    "reset_period": "weekly", "reset_amount_usd": 20, "id": None, "member": None, "masked": None}
    there = sim.token("dev-ml-team")
    assert there["balance_reset_period"] == "weekly" and sim.balances()["dev-ml-team"] == "12.500000001"


def test_a_token_from_a_name_alone_is_what_the_api_makes_of_it(sim, cli):
    assert token(cli("create", "plain", "--json"))["budgeted"] is False
    assert token(cli("create", "with-money", "--balance", "5", "--json"))["budgeted"] is True
    assert token(cli("create", "without", "--balance", "5", "--no-budget", "--json"))["budgeted"] is False
    assert token(cli("create", "owing", "--balance", "-1.5", "--json"))["balance_usd"] == -1.5
    assert token(cli("create", "short", "--expires", "30d", "--json"))["expires_at"] is not None


def test_the_secret_goes_into_a_file_for_the_owner_alone_and_nowhere_else(sim, cli, tmp_path):
    file = tmp_path / "billing.key"
    told = []
    for words in (("create", "prod-billing", "--balance", "5", "--secret-file", file),
                  ("create", "prod-billing", "--balance", "5"), ("show", "prod-billing"),
                  ("show", "prod-billing", "--json"), ("list",), ("list", "--json"), ("list", "--format", "csv"),
                  ("update", "prod-billing", "--balance", "9"),
                  ("update", "prod-billing", "--balance", "ten"), ("create", "x", "--balance", "1", "--dry-run"),
                  ("show", "prod-billing", "--secret-file", file), ("rotate", "prod-billing", "--dry-run"),
                  ("delete", "prod-billing")):
        done = cli(*words)
        told.append(done.stdout + done.stderr)
    secret = sim.token("prod-billing")["token"]
    assert file.read_text() == secret + "\n" and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret not in "".join(told) and sim.key not in "".join(told)
    assert cli("show", "prod-billing", "--secret").stdout == secret + "\n"
    others = [f for f in tmp_path.rglob("*") if f.is_file() and f != file]
    assert others and not any(secret.encode() in f.read_bytes() for f in others)


def test_a_secret_never_overwrites_and_a_file_that_cannot_be_made_makes_no_token(sim, cli, tmp_path):
    full = tmp_path / "full"
    full.write_text("precious")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    for file in full, link, tmp_path / "no-folder" / "key", tmp_path:
        refused = cli("create", "prod-x", "--secret-file", file)
        assert refused.returncode == 1 and str(file) in refused.stderr
    assert full.read_text() == "precious" and writes(sim) == []


def test_a_refused_creation_leaves_no_file(sim, cli, tmp_path):
    sim.create("taken")
    assert cli("create", "taken", "--secret-file", tmp_path / "key").returncode == 1
    assert not (tmp_path / "key").exists()


def test_what_the_api_refuses_is_told_field_by_field(sim, cli):
    sim.create("taken")
    refused = cli("create", "taken", "--type", "admin_token")
    assert refused.returncode == 1 and refused.stdout == ""
    assert "ebb: token taken: account main: the API refuses some fields:" in refused.stderr
    assert "  name: custom token with this name already exists." in refused.stderr
    assert "  token_type: Not a valid choice." in refused.stderr
    refused = cli("create", "x", "--reset-amount", "5")
    assert "  balance_reset_amount: " in refused.stderr
    refused = cli("create", "x" * 201)
    assert "  name: Ensure this field has no more than 200 characters." in refused.stderr
    assert [t["name"] for t in sim.tokens()] == ["taken"]


@pytest.mark.parametrize("words, says", [
    (["--balance", "1.0000000001"], "--balance takes at most 9 decimals"),
    (["--balance", "100000"], "--balance takes at most 5 digits"),
    (["--balance", "1e3"], "--balance takes an amount"),
    (["--reset-amount", "ten"], "--reset-amount takes an amount"),
    (["--expires", "2020-01-01"], "is in the past"),
    (["--expires", "soon"], "--expires takes a time"),
    (["--reset", "hourly"], "none|daily|weekly|monthly"),
    (["--budget", "--no-budget"], "contradict"),
    (["--no-budget", "--reset", "daily", "--reset-amount", "5"], "contradicts"),
    (["--reset", "none", "--reset-amount", "5"], "has no effect"),
])
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(sim, cli, words, says):
    refused = cli("create", "x", *words)
    assert refused.returncode == 2 and says in refused.stderr
    assert sim.requests() == []


def test_an_expiry_that_is_past_is_sent_with_force(sim, cli):
    made = token(cli("create", "x", "--expires", "2020-01-01", "--force", "--json"))
    assert made["expires_at"] == "2020-01-01T00:00:00Z"


# The connection is lost

def test_a_creation_interrupted_before_the_read_back_is_finished_by_the_same_command(sim, cli, tmp_path):
    file = tmp_path / "key"
    words = ("create", "prod-x", "--balance", "5", "--expires", "30d", "--secret-file", file)
    sim.fault("close", path=TOKENS + "prod-x/", times=3)
    failed = cli(*words)
    assert failed.returncode == 1 and "was created" in failed.stderr and "run the same command again" in failed.stderr
    assert "--secret-file" in failed.stderr and file.read_text() == ""
    assert "already created" in ok(cli(*words))
    assert file.read_text() == sim.token("prod-x")["token"] + "\n"
    assert len([r for r in sim.requests() if r["status"] == 201]) == 1


def test_an_interrupted_creation_is_finished_by_show_too(sim, cli, tmp_path):
    file = tmp_path / "key"
    sim.fault("close", path=TOKENS + "prod-x/", times=3)
    assert cli("create", "prod-x", "--secret-file", file).returncode == 1
    ok(cli("show", "prod-x", "--secret-file", file))
    assert file.read_text() == sim.token("prod-x")["token"] + "\n"


def test_a_lost_answer_to_the_creation_itself_is_not_taken_for_a_refusal(sim, cli, tmp_path):
    file = tmp_path / "key"
    sim.fault("cut", path=TOKENS, times=1)
    failed = cli("create", "prod-x", "--balance", "5", "--secret-file", file)
    assert failed.returncode == 1 and "is unknown whether" in failed.stderr and file.exists()
    assert len(writes(sim)) == 1, "what writes is sent once"
    ok(cli("create", "prod-x", "--balance", "5", "--secret-file", file))
    assert file.read_text() == sim.token("prod-x")["token"] + "\n"


def test_another_token_of_the_same_name_is_not_taken_for_the_interrupted_one(sim, cli, tmp_path):
    file = tmp_path / "key"
    file.touch()
    sim.create("prod-x", balance="5.00", balance_reset_period="daily", balance_reset_amount="5")
    refused = cli("create", "prod-x", "--balance", "5", "--reset", "none", "--secret-file", file)
    assert refused.returncode == 1 and "with other settings" in refused.stderr and file.read_text() == ""


def test_a_service_that_is_busy_or_ill_is_asked_again_but_only_to_read(sim, cli):
    sim.create("a")
    sim.fault("status", status=429, retry_after=1, times=1)
    sim.fault("status", status=503, times=1)
    assert len(token(cli("list", "--json"))) == 1
    sim.clear_faults()
    sim.fault("status", status=503, times=1, path=TOKENS + "a/", after=1)
    failed = cli("update", "a", "--balance", "5")
    assert failed.returncode == 1 and "503" in failed.stderr and "is unknown whether" in failed.stderr
    assert [r["method"] for r in writes(sim)] == ["POST", "PATCH"]
    sim.fault("status", status=429, retry_after=3600)
    assert "429" in cli("show", "a").stderr


def test_a_cut_list_is_no_list(sim, cli):
    sim.create("a")
    sim.fault("broken_json")
    refused = cli("list", "--json")
    assert refused.returncode == 1 and refused.stdout == ""


def test_a_service_that_is_not_there_at_all_has_done_nothing(sim, make_daemon, tmp_path):
    daemon = make_daemon(sim.url.rsplit(":", 1)[0] + ":1")
    refused = daemon.run("tokens", "create", "x", "--secret-file", tmp_path / "key")
    assert refused.returncode == 1 and "unknown whether" not in refused.stderr and not (tmp_path / "key").exists()


# Where the API shows a secret

@pytest.fixture
def cli_of(stage, make_daemon):
    """Like `cli`, on a stand-in of its own that shows secrets elsewhere."""
    def open_one(place):
        sim = stage.enter_context(Sim({"secret_in": place}))
        daemon = make_daemon(sim.url)
        return sim, lambda *words: daemon.run("tokens", *words)
    return open_one


def lists(sim, token, secret):
    """Whether `secret` is the key of this token: a call with it is a call of it."""
    return sim.call("POST", "/v3/chat/completions", key=secret, json={"cost": "0.01"}).status_code == 200 \
        and sim.balances()[token] == "4.990000000"


def test_a_secret_that_stands_in_the_answer_to_the_creation_alone_is_taken_from_there(cli_of, tmp_path):
    sim, cli = cli_of("post")
    told = ok(cli("create", "prod-x", "--balance", "5", "--secret-file", tmp_path / "key"))
    secret = (tmp_path / "key").read_text().strip()
    assert "secret written to" in told and lists(sim, "prod-x", secret)
    fleet = tmp_path / "fleet.yaml"
    fleet.write_text("tokens:\n  - name: prod-y\n    balance: 5\n")
    (tmp_path / "secrets").mkdir()
    ok(cli("apply", fleet, "--yes", "--secret-dir", tmp_path / "secrets"))
    assert lists(sim, "prod-y", (tmp_path / "secrets" / "prod-y.key").read_text().strip())
    ok(cli("rotate", "prod-x", "--balance", "5", "--secret-file", tmp_path / "next"))
    assert lists(sim, "prod-x-r2", (tmp_path / "next").read_text().strip())


def test_a_secret_is_kept_though_the_rest_of_the_answer_cannot_be_read(sim, cli, tmp_path):
    sim.fault("body", status=201, times=1, body='{"name": "prod-x", "token": "s3cret", "balance": "?"}')
    failed = cli("create", "prod-x", "--secret-file", tmp_path / "key")
    assert failed.returncode == 1 and "it was created, and its secret written to" in failed.stderr
    assert (tmp_path / "key").read_text() == "s3cret\n"


def test_a_secret_that_nobody_asked_for_and_that_is_not_shown_again_is_said_to_be_gone(cli_of):
    _, cli = cli_of("post")
    done = cli("create", "prod-x")
    assert done.returncode == 0 and "ebb tokens rotate NAME --secret-file FILE" in done.stderr
    assert "ebb tokens show" not in done.stderr


@pytest.mark.parametrize("words", [("create", "prod-x"), ("show", "there")])
def test_a_secret_that_no_answer_has_leaves_no_empty_file_and_says_what_makes_a_new_one(cli_of, tmp_path, words):
    sim, cli = cli_of("none")
    sim.create("there")
    failed = cli(*words, "--secret-file", tmp_path / "key")
    assert failed.returncode == 1 and "ebb tokens rotate NAME --secret-file FILE" in failed.stderr
    assert "run the same command again" not in failed.stderr and not (tmp_path / "key").exists()


def test_a_creation_whose_answer_got_lost_with_its_secret_says_so_the_second_time(cli_of, tmp_path):
    sim, cli = cli_of("post")
    words = ("create", "prod-x", "--secret-file", tmp_path / "key")
    sim.fault("cut", path=TOKENS, times=1)
    assert "is unknown whether" in cli(*words).stderr
    again = cli(*words)
    assert again.returncode == 1 and "does not show this token's secret" in again.stderr
    assert "ebb tokens rotate NAME" in again.stderr and not (tmp_path / "key").exists()


# Show, list

def test_an_unknown_token_is_said_to_be_none(cli):
    for words in ("show", "x"), ("update", "x", "--balance", "5"), ("delete", "x", "--yes"), ("show", "x", "--secret"):
        refused = cli(*words)
        assert refused.returncode == 1 and refused.stdout == "" and "has no token x" in refused.stderr


def test_lists_are_filtered_by_name_environment_and_type(sim, cli):
    for name in "prod-a", "prod-b", "dev-a":
        sim.create(name)
    sim.create("ci-a", token_type="sandbox_api_token")
    names = lambda *words: [t["token"] for t in token(cli("list", *words, "--json"))]
    assert names() == ["ci-a", "dev-a", "prod-a", "prod-b"]
    assert names("*-a") == ["ci-a", "dev-a", "prod-a"]
    assert names("--environment", "prod") == ["prod-a", "prod-b"]
    assert names("*-a", "--type", "api_*") == ["dev-a", "prod-a"]
    assert "no token matches" in cli("list", "nobody").stderr
    assert ok(cli("list", "--format", "csv")).startswith("account,token,environment,type,budgeted,balance_usd,")


def test_balances_as_strings_are_read_too(stage, make_daemon):
    sim = stage.enter_context(Sim({"balance_form": "string", "tokens": [{"name": "a", "balance": "50"}]}))
    assert token(make_daemon(sim.url).run("tokens", "show", "a", "--json"))["balance_usd"] == 50


@pytest.mark.parametrize("name", NASTY_NAMES)
def test_any_name_goes_through_every_command(sim, cli, tmp_path, name):
    made = token(cli("create", "--json", "--balance", "5", "--secret-file", tmp_path / "key", "--", name))
    assert made["token"] == name and (tmp_path / "key").read_text() == sim.tokens()[0]["token"] + "\n"
    assert token(cli("show", "--json", "--", name))["token"] == name
    assert token(cli("update", "--json", "--balance", "7", "--", name))["balance_usd"] == 7
    shown = ok(cli("list")) + ok(cli("show", "--", name))
    assert "\u202e" not in shown
    ok(cli("delete", "--yes", "--", name))
    assert sim.tokens() == []


# Update, delete

def test_an_update_shows_before_and_after_and_changes_only_what_was_said(sim, cli):
    sim.create("a", balance="5.00", expire_time="2031-01-01T00:00:00Z")
    told = ok(cli("update", "a", "--balance", "7.25", "--expires", "never"))
    assert "balance: 5.00 USD -> 7.25 USD" in told and "expires: 2031-01-01T00:00:00Z -> never" in told
    there = sim.token("a")
    assert (there["balance"], there["expire_time"], there["active_balance"]) == (7.25, None, True)
    assert "already has these settings" in ok(cli("update", "a", "--balance", "7.25"))
    assert len(writes(sim)) == 2


@pytest.mark.parametrize("words", [
    ["--balance", "4"], ["--budget", "--balance", "1"], ["--expires", "2030-01-01"],
    ["--reset", "none"], ["--reset-amount", "5", "--reset", "weekly"],
])
def test_taking_something_away_needs_a_yes(sim, cli, words):
    sim.create("a", balance="5.00", balance_reset_period="weekly", balance_reset_amount="10")
    refused = cli("update", "a", *words)
    assert refused.returncode == 2 and "--yes" in refused.stderr
    assert len(writes(sim)) == 1
    ok(cli("update", "a", *words, "--yes"))
    assert len(writes(sim)) == 2


def test_what_cannot_be_changed_is_not_offered(sim, cli):
    sim.create("a")
    refused = cli("update", "a", "--type", "sandbox_api_token", "--yes")
    assert refused.returncode == 2 and "--type" in refused.stderr and len(writes(sim)) == 1
    assert "--type" not in ok(cli("update", "--help"))


def test_deleting_needs_a_yes(sim, cli):
    sim.create("a")
    refused = cli("delete", "a")
    assert refused.returncode == 2 and "--yes" in refused.stderr and len(sim.tokens()) == 1
    assert "deleted a" in ok(cli("delete", "a", "--yes"))
    assert sim.tokens() == []
    sim.create("b")
    assert token(cli("delete", "b", "--yes", "--json")) == {"account": "main", "token": "b", "deleted": True}


@pytest.mark.parametrize("answer, left", [("y\n", 0), ("n\n", 1), ("\n", 1), ("", 1)])
def test_on_a_terminal_it_asks(sim, make_daemon, answer, left):
    daemon = make_daemon(sim.url)
    sim.create("a")
    ours, theirs = pty.openpty()
    process = subprocess.Popen([str(EBB), "--config", str(daemon.path), "tokens", "delete", "a"], stdin=theirs,
                               stdout=subprocess.DEVNULL, stderr=theirs)
    os.close(theirs)
    seen = b""
    while b"[y/N]" not in seen:
        seen += os.read(ours, 1000)
    os.write(ours, answer.encode() or b"\x04")
    assert process.wait(PATIENCE_S) == (0 if left == 0 else 1)
    os.close(ours)
    assert len(sim.tokens()) == left


# Dry runs

def test_a_dry_run_prints_the_request_and_sends_nothing_that_writes(sim, cli):
    sim.create("a", balance="5.00")
    before = len(writes(sim))
    shown = ok(cli("create", "b/c", "--balance", "-0.000000001", "--reset", "daily", "--reset-amount", "3",
                   "--dry-run"))
    assert shown.startswith(f"POST {sim.url}{TOKENS}\nAuthorization: Bearer [...]\n")
    assert json.loads(shown.split("\n\n")[1]) == {
        "name": "b/c", "active_balance": True, "balance": "-0.000000001", "balance_reset_period": "daily",
        "balance_reset_amount": "3.00"}
    request = token(cli("update", "a", "--balance", "1", "--dry-run", "--json"))
    assert request == {"method": "PATCH", "url": f"{sim.url}{TOKENS}a/", "body": {"balance": 1.00}}
    assert token(cli("delete", "b/c", "--dry-run", "--json"))["url"] == f"{sim.url}{TOKENS}b%2Fc/"
    assert len(writes(sim)) == before


# Keys and accounts

def test_a_key_that_is_wrong_or_may_not_is_said(sim, make_daemon, tmp_path):
    sim.create("mine", balance="5.00")
    daemon = make_daemon(sim.url)
    for key, status, words in ("wrong", 401, "not accepted"), (sim.token("mine")["token"], 403, "main key"):
        daemon.key_file.write_text(key + "\n")
        for command in (("list",), ("show", "mine"), ("create", "x", "--secret-file", tmp_path / "key"),
                        ("update", "mine", "--balance", "9"), ("delete", "mine", "--yes")):
            refused = daemon.run("tokens", *command)
            assert refused.returncode == 1 and str(status) in refused.stderr and key not in refused.stderr
            assert command == ("list",) or words in refused.stderr
            assert command == ("list",) or f"ebb: token {command[1]}: account main: " in refused.stderr
        assert not (tmp_path / "key").exists()


def test_with_several_accounts_one_must_be_named(stage, make_daemon, tmp_path):
    sim = stage.enter_context(Sim({"accounts": [{"name": "one", "key": "x", "tokens": [{"name": "a"}]},
                                                {"name": "two", "key": "key-two", "tokens": [{"name": "b"}]}]}))
    daemon = make_daemon(sim.url)
    second = tmp_path / "second.key"
    second.write_text("key-two\n")
    daemon.settings["accounts"].append({"name": "other", "url": sim.url, "key_file": str(second)})
    daemon.write()
    refused = daemon.run("tokens", "list")
    assert refused.returncode == 2 and "main, other" in refused.stderr
    assert [t["token"] for t in token(daemon.run("tokens", "list", "--account", "other", "--json"))] == ["b"]
    assert 'did you mean "other"' in daemon.run("tokens", "list", "--account", "othr").stderr


# What comes back is compared with what was asked for.

OTHER = json.dumps({"name": "other", "token": "s", "balance": 99, "active_balance": True, "expire_time": None})


def test_another_token_s_object_is_no_answer_to_show_or_update(sim, cli):
    sim.create("asked", balance="5.00")
    sim.show_as("asked", OTHER)
    for words in (["show", "asked"], ["update", "asked", "--balance", "50.00"]):
        done = cli(*words)
        assert done.returncode == 1, words
        assert "different token" in done.stderr
        assert "99" not in done.stdout


@pytest.mark.parametrize("fields, words, says", [
    ({"balance": 5}, ["--balance", "80.00"], "balance is 5.00, not 80.00"),
    ({"balance": 81}, ["--balance", "80.00"], "balance is 81.00, not 80.00"),
    ({"expire_time": None}, ["--expires", "2031-01-01"], "expire_time is never, not 2031-01-01T00:00:00Z"),
    ({"balance": None}, ["--balance", "80.00", "--expires", "2031-01-01"],
     "balance is -, not 80.00; expire_time is never, not 2031"),
])
def test_an_update_that_did_not_happen_is_not_called_changed(sim, cli, fields, words, says):
    sim.create("asked", balance="5.00")
    before = {"name": "asked", "balance": 5, "active_balance": True, "expire_time": None, **fields}
    sim.fault(kind="body", path=TOKENS + "asked/", after=1, body=json.dumps(before))
    done = cli("update", "asked", *words, "--yes")
    assert done.returncode == 1, done.stdout
    assert "not changed as requested: " in done.stderr and "changed\n" not in done.stdout
    assert says in done.stderr and "unknown whether" not in done.stderr


def test_a_creation_that_took_less_than_was_asked_for_says_what_and_keeps_the_secret(sim, cli, tmp_path):
    sim.fault(kind="body", path=TOKENS, status=201, times=1, body=json.dumps(
        {"name": "new", "token_type": "api_token", "balance": 5, "active_balance": True, "expire_time": None,
         "token": "s3cret"}))
    done = cli("create", "new", "--type", "sandbox_api_token", "--balance", "5", "--secret-file", tmp_path / "key")
    assert done.returncode == 1 and "it was created, and its secret written to" in done.stderr
    assert "not created as requested: token_type is api_token, not sandbox_api_token" in done.stderr
    assert (tmp_path / "key").read_text() == "s3cret\n"


def test_a_balance_that_is_being_spent_may_be_a_little_lower_than_asked_for(sim, cli):
    sim.create("asked", balance="5.00")
    sim.fault(kind="body", path=TOKENS + "asked/", after=1,
              body=json.dumps({"name": "asked", "balance": 79.99, "active_balance": True, "expire_time": None}))
    ok(cli("update", "asked", "--balance", "80.00"))


@pytest.mark.parametrize("fault", [
    {"kind": "html"},
    {"kind": "body", "body": OTHER},
    {"kind": "body", "body": "{}"},
    {"kind": "body", "body": "null"},
    {"kind": "body", "body": '{"detail": "queued"}', "status": 202},
    {"kind": "body", "body": "", "status": 201},
])
def test_only_the_documented_answer_is_a_deletion(sim, cli, fault):
    sim.create("asked", balance="5.00")
    sim.fault(path=TOKENS + "asked/", **fault)
    done = cli("delete", "asked", "--yes")
    assert done.returncode == 1
    assert "deleted asked" not in done.stdout and "is unknown whether" in done.stderr


@pytest.mark.parametrize("body", ["", '{"name": "asked", "balance": 5, "active_balance": true, "revoked": true}'])
def test_a_deletion_that_answers_200_with_the_token_or_with_nothing_is_one(sim, cli, body):
    sim.create("asked", balance="5.00")
    sim.fault(kind="body", path=TOKENS + "asked/", body=body)
    assert "deleted asked" in ok(cli("delete", "asked", "--yes"))
