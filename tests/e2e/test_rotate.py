"""Rotation: a successor with everything that the old token has, its secret in a file, again after an interruption;
and the old one deleted only when nobody uses it any more."""

import contextlib
import json
import sqlite3
import stat

import pytest

from harness import COSTS, TOKENS, Sim

WHOLE = {"balance": "12.345678901", "token_type": "sandbox_api_token", "expire_time": "2031-02-03T04:05:06Z",
         "balance_reset_period": "weekly", "balance_reset_amount": "20"}


@pytest.fixture
def cli(sim, make_daemon):
    daemon = make_daemon(sim.url)
    return lambda *words, **options: daemon.run("tokens", *words, **options)


@pytest.fixture
def file(tmp_path):
    return tmp_path / "new.key"


def ok(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


def settings(sim, name):
    return {k: v for k, v in sim.token(name).items() if k not in ("name", "token")}


def test_a_successor_has_all_settings_of_the_old_token_which_is_left_alive(sim, cli, file):
    sim.create("prod-x", **WHOLE)
    before = sim.token("prod-x")
    told = ok(cli("rotate", "prod-x", "--secret-file", file))
    assert settings(sim, "prod-x-r2") == settings(sim, "prod-x")
    assert sim.balances()["prod-x-r2"] == "12.345678901"
    assert sim.token("prod-x") == before
    secret = sim.token("prod-x-r2")["token"]
    assert file.read_text() == secret + "\n" and stat.S_IMODE(file.stat().st_mode) == 0o600
    assert secret not in told and before["token"] not in told and "retire" in told


@pytest.mark.parametrize("fields", [{}, {"balance": "5.00", "active_balance": False}, {"balance": "-0.25"},
                                    {"token_type": "sandbox_api_token"}, {"balance": "0"}])
def test_whatever_the_old_token_is_its_successor_is_too(sim, cli, file, fields):
    sim.create("a", **fields)
    ok(cli("rotate", "a", "--secret-file", file))
    assert settings(sim, "a-r2") == settings(sim, "a")


def test_names_do_not_grow_and_can_be_said(sim, cli, tmp_path):
    sim.create("prod-x")
    chain = [(("prod-x",), "prod-x-r2"), (("prod-x-r2",), "prod-x-r3"), (("prod-x-r3", "prod-y"), "prod-y"),
             (("prod-y", "--name", "prod-z"), "prod-z")]
    for i, (words, name) in enumerate(chain):
        assert json.loads(ok(cli("rotate", *words, "--json", "--secret-file", tmp_path / str(i))))["token"] == name
    sim.create("n" * 199)
    refused = cli("rotate", "n" * 199, "--secret-file", tmp_path / "n")
    assert refused.returncode == 2 and "--name" in refused.stderr


def test_balance_and_expiry_of_the_successor_can_be_said(sim, cli, file):
    sim.create("a", balance="5.00", expire_time="2020-01-01T00:00:00Z")
    assert "--expires" in cli("rotate", "a", "--secret-file", file).stderr
    ok(cli("rotate", "a", "--balance", "0.000000001", "--expires", "never", "--secret-file", file))
    assert sim.token("a-r2")["expire_time"] is None and sim.balances()["a-r2"] == "0.000000001"
    assert sim.balances()["a"] == "5.000000000"


def test_a_rotation_without_a_place_for_the_secret_is_refused_and_a_dry_run_needs_none(sim, cli):
    sim.create("a", balance="5.00")
    refused = cli("rotate", "a")
    assert refused.returncode == 2 and "--secret-file" in refused.stderr
    request = json.loads(ok(cli("rotate", "a", "--dry-run", "--json")))
    assert request["method"] == "POST" and request["body"]["name"] == "a-r2" and request["body"]["balance"] == "5.00"
    assert len(sim.tokens()) == 1


def test_an_unknown_token_is_not_rotated(sim, cli, file):
    refused = cli("rotate", "nobody", "--secret-file", file)
    assert refused.returncode == 1 and "has no token nobody" in refused.stderr and not file.exists()


@pytest.mark.parametrize("fault, path, times", [
    ("close", TOKENS + "a-r2/", 3),  # between creation and read-back
    ("cut", TOKENS, 1),              # the answer to the creation
])
def test_interrupted_halfway_the_same_command_finishes_the_job(sim, cli, file, fault, path, times):
    sim.create("a", **{**WHOLE, "token_type": "api_token"})
    sim.fault(fault, path=path, times=times)
    words = ("rotate", "a", "--secret-file", file)
    failed = cli(*words)
    assert failed.returncode == 1 and "run the same command again" in failed.stderr and file.read_text() == ""
    sim.clear_faults()
    sim.spend("a", "0.5")  # the old one burns on: its successor keeps what it was given
    ok(cli(*words))
    assert sorted(t["name"] for t in sim.tokens()) == ["a", "a-r2"]
    assert file.read_text() == sim.token("a-r2")["token"] + "\n"
    assert sim.balances()["a-r2"] == "12.345678901"


def test_it_finishes_too_when_the_file_is_gone(sim, cli, file):
    sim.create("a", balance="5.00")
    sim.fault("close", path=TOKENS + "a-r2/", times=3)
    assert cli("rotate", "a", "--secret-file", file).returncode == 1
    file.unlink()
    ok(cli("rotate", "a", "--secret-file", file))
    assert file.read_text() == sim.token("a-r2")["token"] + "\n" and len(sim.tokens()) == 2


def test_a_stranger_of_the_successors_name_is_left_alone(sim, cli, file):
    sim.create("a", balance="5.00")
    sim.create("a-r2", token_type="sandbox_api_token")
    refused = cli("rotate", "a", "--secret-file", file)
    assert refused.returncode == 1 and "with other settings" in refused.stderr and not file.exists()


def test_a_period_of_the_future_is_not_copied_wrongly(stage, make_daemon, file):
    sim = stage.enter_context(Sim({"tokens": [{"name": "a", "type": "x" * 31}]}))
    refused = make_daemon(sim.url).run("tokens", "rotate", "a", "--secret-file", file)
    assert refused.returncode == 1 and "longer than" in refused.stderr and len(sim.tokens()) == 1


# Retiring

class Old:
    """A token that was polled and, as the database has it, has been watched for two days."""

    def __init__(self, sim, daemon):
        self.sim, self.daemon = sim, daemon
        sim.create("old", balance="5.00")
        self.poll()
        self.edit("UPDATE token SET first_seen = first_seen - 172800")

    def poll(self):
        assert self.daemon.run("once").returncode == 0

    def edit(self, sql):
        with contextlib.closing(sqlite3.connect(self.daemon.database.path)) as database, database:
            database.execute(sql)

    def retire(self, *options):
        return self.daemon.run("tokens", "retire", "old", *options)

    def is_kept(self, status, words, *options):
        kept = self.retire("--yes", *options)
        assert kept.returncode == status and words in kept.stderr, kept.stderr
        assert [t["name"] for t in self.sim.tokens()] == ["old"]


@pytest.fixture
def old(sim, make_daemon):
    return Old(sim, make_daemon(sim.url))


def test_an_idle_token_is_retired_after_a_yes(old):
    looked = old.retire("--dry-run")
    assert looked.returncode == 0 and "has not spent for 1d" in looked.stdout and "DELETE " in looked.stdout
    asked = old.retire()
    assert asked.returncode == 2 and "--yes" in asked.stderr and len(old.sim.tokens()) == 1
    assert "deleted old" in ok(old.retire("--yes"))
    assert old.sim.tokens() == []


def test_a_token_that_spent_by_our_own_records_is_kept(old):
    old.sim.set_balance("old", "4.75")  # the endpoint sees nothing of this
    old.poll()
    old.is_kept(1, "according to Ebb's records it spent 0.25 USD")


def test_a_token_that_spent_since_the_last_poll_is_kept(old):
    old.sim.set_balance("old", "4.75")
    old.is_kept(1, "fallen since the last poll")


def test_a_token_that_spent_by_the_consumption_endpoint_is_kept(old):
    old.sim.spend("old", "0.5")
    old.sim.set_balance("old", "5.00")  # our own records see nothing of this
    old.poll()
    old.is_kept(1, "according to the usage endpoint it spent 0.50 USD in 1 call on")


def test_a_token_that_was_not_watched_for_long_enough_is_kept(old):
    old.is_kept(3, "cover only 2d", "--idle", "7d")


def test_a_token_whose_records_are_old_is_kept(old):
    old.edit("UPDATE account SET last_ok_at = last_ok_at - 86400")
    old.is_kept(3, "records are stale")


def test_a_token_of_which_the_endpoint_does_not_tell_is_kept(old):
    old.sim.fault("status", status=500, path=COSTS)
    old.is_kept(3, "cannot query the usage endpoint")


def test_a_token_that_our_records_do_not_know_is_kept_and_force_deletes_it(sim, make_daemon):
    daemon = make_daemon(sim.url)
    sim.create("old", balance="5.00")
    kept = daemon.run("tokens", "retire", "old", "--yes")
    assert kept.returncode == 3 and "no data in" in kept.stderr
    sim.create("other")
    sim.delete("old")
    assert daemon.run("once").returncode == 0
    sim.create("old", balance="5.00")
    kept = daemon.run("tokens", "retire", "old", "--yes")
    assert kept.returncode == 3 and "has no record of it" in kept.stderr
    assert "deleted old" in ok(daemon.run("tokens", "retire", "old", "--force", "--yes"))
    assert daemon.run("tokens", "retire", "old", "--yes").returncode == 1
