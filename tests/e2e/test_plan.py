"""A fleet file against the stand-in's account: what plan tells, what apply does, what is left of an interrupted one."""

import json
import stat

import pytest
import yaml

from harness import TOKENS, Sim
from players import EBB, Process

FLEET = {
    "defaults": {"ci": {"type": "sandbox_api_token"}, "dev": {"reset": {"period": "weekly", "amount": 5.00}}},
    "tokens": [
        {"name": "ci-tests"},
        {"name": "dev-ml-team", "expires": "2031-01-01"},
        {"name": "prod-billing-api", "balance": 50.00},
        {"name": "prod-old", "absent": True},
    ],
}


class Fleet:
    """A stand-in, a configuration for it, and a fleet file."""

    def __init__(self, sim, daemon, folder):
        self.sim, self.daemon, self.file, self.secrets = sim, daemon, folder / "fleet.yaml", folder / "secrets"
        self.secrets.mkdir()
        self.write(FLEET)

    def write(self, fleet):
        self.file.write_text(fleet if isinstance(fleet, str) else yaml.safe_dump(fleet, allow_unicode=True))

    def run(self, word, *options):
        return self.daemon.run("tokens", word, self.file, *options)

    def plan(self):
        done = self.run("plan", "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def apply(self, *options):
        return self.run("apply", "--yes", "--secret-dir", self.secrets, *options)

    def written(self):
        return [r for r in self.sim.requests() if r["method"] != "GET"]

    def assert_in_sync(self, unknown=0):
        plan = self.plan()
        assert [plan[k] for k in ("create", "change", "delete", "unknown")] == [0, 0, 0, unknown], plan
        assert self.run("plan", "--exit-code").returncode == 0

    def assert_secrets(self, *names):
        secrets = {t["name"]: t["token"] + "\n" for t in self.sim.tokens()}
        assert {f.stem: f.read_text() for f in self.secrets.iterdir()} == {name: secrets[name] for name in names}
        assert all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in self.secrets.iterdir())


@pytest.fixture
def fleet(sim, make_daemon, tmp_path):
    return Fleet(sim, make_daemon(sim.url), tmp_path)


def test_a_plan_tells_what_it_would_create_change_delete_and_does_not_know(fleet):
    fleet.sim.create("prod-old")
    fleet.sim.create("stranger")
    fleet.sim.create("dev-ml-team", balance="3.00")
    plan = fleet.plan()
    assert {k: plan[k] for k in ("create", "change", "delete", "same", "unknown")} == {
        "create": 2, "change": 1, "delete": 1, "same": 0, "unknown": 1}
    change = next(step for step in plan["steps"] if step["kind"] == "change")
    assert change["is"] == {"expire_time": None, "balance_reset_period": "none", "balance_reset_amount": None}
    assert change["wanted"] == {"expire_time": "2031-01-01T00:00:00Z", "balance_reset_period": "weekly",
                                "balance_reset_amount": "5.00"}
    told = fleet.run("plan").stdout
    assert "+ create ci-tests" in told and "- delete prod-old" in told and "? not in the file: stranger" in told
    assert "expires: never -> 2031-01-01T00:00:00Z" in told
    assert fleet.run("plan", "--exit-code").returncode == 1
    assert len(fleet.written()) == 3, "those of the test alone"


def test_apply_brings_the_account_in_line_and_deletes_only_what_the_file_says(fleet):
    fleet.sim.create("prod-old")
    fleet.sim.create("stranger", balance="1.00")
    fleet.sim.create("dev-ml-team", balance="3.00")
    done = fleet.apply()
    assert done.returncode == 0, done.stderr
    tokens = {t["name"]: t for t in fleet.sim.tokens()}
    assert set(tokens) == {"ci-tests", "dev-ml-team", "prod-billing-api", "stranger"}
    assert tokens["ci-tests"]["token_type"] == "sandbox_api_token"
    assert tokens["prod-billing-api"]["active_balance"] and tokens["prod-billing-api"]["balance"] == 50
    assert tokens["dev-ml-team"]["balance"] == 3, "a balance is set on creation only"
    fleet.assert_secrets("ci-tests", "prod-billing-api")
    fleet.assert_in_sync(unknown=1)
    before = len(fleet.written())
    assert fleet.apply().returncode == 0 and len(fleet.written()) == before


def test_a_balance_that_burns_is_no_drift_but_an_edited_allowance_is(fleet):
    assert fleet.apply().returncode == 0
    fleet.sim.set_balance("prod-billing-api", "3.14")
    fleet.assert_in_sync()
    fleet.sim.change("dev-ml-team", balance_reset_amount="9")
    (step,) = fleet.plan()["steps"]
    assert step["is"]["balance_reset_amount"] == "9.00" and step["wanted"]["balance_reset_amount"] == "5.00"
    assert fleet.apply().returncode == 0
    fleet.assert_in_sync()


def test_a_type_that_differs_is_told_by_both_and_changed_by_neither(fleet, tmp_path):
    fleet.sim.create("ci-tests", expire_time="2031-01-01T00:00:00Z")
    fleet.write({"tokens": [{"name": "ci-tests", "type": "sandbox_api_token", "expires": "never"}]})
    plan = fleet.plan()
    assert (plan["conflict"], plan["change"]) == (1, 0)
    told = fleet.run("plan", "--exit-code")
    assert told.returncode == 1 and "! cannot change ci-tests\n  type: api_token -> sandbox_api_token" in told.stdout
    done = fleet.apply()
    assert done.returncode == 1 and "1 failed" in done.stdout
    assert "token ci-tests: its type is api_token, the file wants sandbox_api_token: a token keeps" in done.stderr
    assert json.loads(fleet.run("apply", "--dry-run", "--json").stdout) == []
    assert len(fleet.written()) == 1, "that of the test alone"
    moved = fleet.daemon.run("tokens", "rotate", "ci-tests", "--type", "sandbox_api_token", "--expires", "never",
                             "--secret-file", tmp_path / "next.key")
    assert moved.returncode == 0, moved.stderr
    fleet.write({"tokens": [{"name": "ci-tests-r2", "type": "sandbox_api_token", "expires": "never"},
                            {"name": "ci-tests", "absent": True}]})
    assert fleet.apply().returncode == 0
    fleet.assert_in_sync()


def test_apply_asks_and_a_dry_run_prints_every_request_and_sends_none(fleet):
    refused = fleet.run("apply")
    assert refused.returncode == 2 and "--yes" in refused.stderr
    requests = json.loads(fleet.run("apply", "--dry-run", "--json").stdout)
    assert [r["method"] for r in requests] == ["POST", "POST", "POST"]
    assert "Authorization: Bearer [...]" in fleet.run("apply", "--dry-run").stdout
    assert fleet.written() == [] and list(fleet.secrets.iterdir()) == []


def test_no_secret_is_told(fleet):
    told = [fleet.run("plan"), fleet.run("plan", "--json"), fleet.apply("--json"), fleet.run("plan", "--json"),
            fleet.apply(), fleet.run("apply", "--dry-run")]
    words = "".join(done.stdout + done.stderr for done in told)
    assert fleet.sim.key not in words
    assert not any(t["token"] in words for t in fleet.sim.tokens())


def test_a_token_that_is_refused_does_not_hold_up_the_others(fleet):
    fleet.write({"tokens": [{"name": "a", "type": "service_account"}, {"name": "b", "balance": 1}]})
    done = fleet.apply("--json")
    assert done.returncode == 1 and "  token_type: Not a valid choice." in done.stderr
    assert "ebb: token a: account main: the API refuses a field:" in done.stderr
    assert [(s["token"], s["outcome"]) for s in json.loads(done.stdout)] == [("a", "failed"), ("b", "done")]
    fleet.assert_secrets("b")


def test_a_service_that_stops_answering_ends_the_run_and_the_next_one_finishes(fleet):
    fleet.sim.fault("close", path=TOKENS, after=2)  # the list, and one creation
    done = fleet.apply("--json")
    assert done.returncode == 1 and "run the same command again" in done.stderr
    assert [s["outcome"] for s in json.loads(done.stdout)] == ["done", "failed", "not_tried"]
    fleet.sim.clear_faults()
    assert fleet.apply().returncode == 0
    fleet.assert_secrets("ci-tests", "dev-ml-team", "prod-billing-api")
    fleet.assert_in_sync()


def test_a_connection_lost_between_creation_and_read_back_is_made_good_by_the_next_run(fleet):
    fleet.sim.fault("close", path=TOKENS + "ci-tests/", times=3)
    done = fleet.apply()
    assert done.returncode == 1 and (fleet.secrets / "ci-tests.key").read_text() == ""
    assert fleet.apply().returncode == 0
    fleet.assert_secrets("ci-tests", "dev-ml-team", "prod-billing-api")


def test_without_a_folder_for_secrets_they_are_fetched_later(fleet, tmp_path):
    assert fleet.run("apply", "--yes").returncode == 0
    file = tmp_path / "later.key"
    assert fleet.daemon.run("tokens", "show", "ci-tests", "--secret-file", file).returncode == 0
    assert file.read_text() == fleet.sim.token("ci-tests")["token"] + "\n"


def test_every_mistake_in_the_file_is_told_before_anything_is_asked(fleet):
    fleet.write("tokens:\n  - {nmae: a}\n  - {name: b, balance: 1.0000000001}\n  - {name: b}\n")
    for word in "plan", "apply":
        refused = fleet.run(word)
        assert refused.returncode == 2 and refused.stdout == ""
        assert f"{fleet.file}:2:6: unknown key \"nmae\"; did you mean \"name\"?" in refused.stderr
        assert "at most 9 decimals" in refused.stderr and "duplicate token" in refused.stderr
    assert fleet.sim.requests() == []
    fleet.file.unlink()
    assert fleet.run("plan").returncode == 2


def test_what_cannot_be_told_is_neither_in_sync_nor_drift(fleet):
    fleet.sim.fault("empty_list", times=1)
    assert fleet.plan()["create"] == 3
    fleet.sim.fault("html")
    assert fleet.run("plan").returncode == 1
    assert fleet.run("plan", "--exit-code").returncode == 3


def test_the_file_may_name_its_account(stage, make_daemon, tmp_path):
    sim = stage.enter_context(Sim({"accounts": [{"name": "one", "key": "x"}, {"name": "two", "key": "key-two"}]}))
    daemon = make_daemon(sim.url)
    second = tmp_path / "second.key"
    second.write_text("key-two\n")
    daemon.settings["accounts"].append({"name": "other", "url": sim.url, "key_file": str(second)})
    daemon.write()
    fleet = Fleet(sim, daemon, tmp_path)
    assert "--account" in fleet.run("plan").stderr
    fleet.write({"account": "other", "tokens": [{"name": "a"}]})
    assert fleet.plan()["account"] == "other"
    assert fleet.apply().returncode == 0
    assert [t["name"] for t in sim.call("GET", TOKENS, key="key-two").json()] == ["a"] and sim.tokens() == []


@pytest.mark.parametrize("nth", range(2, 9))
def test_apply_that_is_killed_at_a_request_is_finished_by_the_next(fleet, nth):
    """Its nth request never gets an answer, and while it waits for one it is killed."""
    fleet.sim.create("prod-old")
    fleet.sim.fault("stall", bytes=0, times=1, after=nth - 1)
    before = len(fleet.sim.requests())
    apply = Process(EBB, "--config", fleet.daemon.path, "tokens", "apply", fleet.file, "--yes", "--secret-dir",
                    fleet.secrets)
    while apply.alive() and len(fleet.sim.requests()) < before + nth:
        pass  # each look is a request of its own, to the stand-in's control
    assert apply.alive(), f"it needed fewer than {nth} requests: {apply.text()}"
    apply.kill()
    fleet.sim.clear_faults()

    again = fleet.apply()
    assert again.returncode == 0, again.stderr
    fleet.assert_in_sync()
    assert {t["name"] for t in fleet.sim.tokens()} == {"ci-tests", "dev-ml-team", "prod-billing-api"}
