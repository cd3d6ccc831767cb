"""`ebb audit`: a fleet with one offender for each check, a clean one, and commands that fix what was found.

What takes months to come about (age, idleness) is written into the database between two polls; all else is real.
"""

import contextlib
import csv
import datetime
import io
import json
import os
import sqlite3
import subprocess
import time

import pytest
import yaml

from players import EBB, PATIENCE_S

DAY_S = 86400
NASTY = ["-it's a $(touch hacked) contractor", "line\nbreak `x` contractor", "\u202eevil; contractor",
         "\\contractor \U0001f4b6"]


@pytest.fixture
def fleet(sim, make_daemon):
    """An account with enough credits whose tokens are all in order."""
    sim.set_credits("1000.00")
    sim.create("prod-billing-api", balance="20.00")
    sim.create("dev-ml-team", balance_reset_period="daily", balance_reset_amount="5.00")
    sim.create("ci-web-tests", token_type="sandbox_api_token", balance="1.00")
    daemon = make_daemon(sim.url)
    assert daemon.run("once").returncode == 0
    return daemon


def write(daemon, sql, *parameters):
    with contextlib.closing(sqlite3.connect(daemon.database.path)) as connection, connection:
        assert connection.execute(sql, parameters).rowcount > 0


def audit(daemon, *arguments, status=None):
    done = daemon.run("audit", "--json", *arguments)
    assert status is None or done.returncode == status, done.stdout + done.stderr
    return json.loads(done.stdout)


def checks(report):
    """Token (None: the account) -> its checks."""
    found = {}
    for row in report["findings"]:
        found.setdefault(row["token"], set()).add(row["check"])
    return found


def ago(days):
    return int(time.time()) - days * DAY_S


def test_a_clean_fleet_has_no_findings(fleet):
    report = audit(fleet, status=0)
    assert report["findings"] == [] and report["worst"] == "none" and report["tokens"] == 3
    assert "credits" not in report["unknown"]
    shown = fleet.run("audit")
    assert shown.returncode == 0 and "3 tokens checked: nothing found." in shown.stdout


def test_each_check_finds_its_offender_and_nothing_else(sim, fleet):
    soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=10)
    sim.create("billing", balance="1.00")
    sim.create("dev-no-budget")
    sim.create("ci-real-tests", balance="1.00")
    sim.create("prod-fake-chat", token_type="sandbox_api_token")
    sim.create("dev-contractor-acme", balance="1.00")
    sim.create("prod-ending-soon", balance="1.00", expire_time=soon.isoformat())
    sim.create("prod-long-gone", balance="1.00")
    sim.create("prod-old-key", balance="1.00")
    sim.create("prod-moved-api", balance="1.00")
    sim.create("prod-moved-api-r2", balance="1.00")
    sim.create("prod-never-used", balance="1.00")
    sim.create("prod-idle-for-long", balance="1.00")
    sim.create("dev-empty-pot", balance="0.00")
    sim.create("dev-odd-reset", balance="1.00")
    assert fleet.run("once").returncode == 0
    token = "(SELECT id FROM token WHERE name = ?)"
    write(fleet, "UPDATE poll SET at = ? WHERE id = 1", ago(400))
    write(fleet, f"UPDATE token_state SET expires_at = ? WHERE token = {token}", ago(3), "prod-long-gone")
    write(fleet, f"UPDATE token_state SET reset_period = 'weekly' WHERE token = {token}", "dev-odd-reset")
    for name, days in [("prod-old-key", 100), ("prod-moved-api", 50), ("prod-moved-api-r2", 10),
                       ("prod-never-used", 8), ("prod-idle-for-long", 60)]:
        write(fleet, "UPDATE token SET first_seen = ? WHERE name = ?", ago(days), name)
    for name, days in [("prod-old-key", 1), ("prod-moved-api", 1), ("prod-moved-api-r2", 1),
                       ("prod-idle-for-long", 40)]:
        write(fleet, f"INSERT INTO daily (token, day, spent_nano) VALUES ({token}, ?, 1)", name,
              ago(days) // DAY_S * DAY_S)

    report = audit(fleet, status=11)
    assert checks(report) == {
        "billing": {"naming"},
        "dev-no-budget": {"budget"},
        "ci-real-tests": {"sandbox"},
        "prod-fake-chat": {"sandbox_in_production"},
        "dev-contractor-acme": {"temporary"},
        "prod-ending-soon": {"expiring"},
        "prod-long-gone": {"expired"},
        "prod-old-key": {"rotation"},
        "prod-moved-api": {"superseded"},
        "prod-never-used": {"never_used"},
        "prod-idle-for-long": {"idle"},
        "dev-empty-pot": {"exhausted"},
        "dev-odd-reset": {"reset_amount"},
    }
    assert [row["severity"] for row in report["findings"]] == sorted(
        (row["severity"] for row in report["findings"]), key=["critical", "warning", "info"].index)
    assert report["critical"] == 1 and report["worst"] == "critical"

    for least, status in [("critical", 11), ("warning", 11), ("info", 11)]:
        assert fleet.run("audit", "--min-severity", least).returncode == status
    assert audit(fleet, "--token", "prod-*", status=10)["critical"] == 0
    assert audit(fleet, "--token", "no-such-*", status=3)["tokens"] == 0, "nobody was judged: that is no good news"
    assert audit(fleet, "--token", "prod-*", "--min-severity", "critical", status=0)["findings"] == []
    rows = list(csv.DictReader(io.StringIO(fleet.run("audit", "--format", "csv").stdout)))
    assert [(row["token"], row["check"]) for row in rows] == [(r["token"], r["check"]) for r in report["findings"]]
    assert_commands_run_dry(sim, fleet, report)


def test_the_use_of_a_token_without_budget_is_known_by_the_consumption_endpoint(sim, fleet):
    for name in ("prod-quiet-api", "prod-busy-api"):
        sim.create(name)
    assert sim.spend("prod-busy-api", "0.25").status_code == 200
    write(fleet, "UPDATE account SET usage_at = usage_at - 7200")  # so that it is asked again now
    assert fleet.run("once").returncode == 0
    write(fleet, "UPDATE poll SET at = ? WHERE id = 1", ago(400))
    write(fleet, "UPDATE token SET first_seen = ? WHERE name LIKE 'prod-%-api'", ago(8))
    assert checks(audit(fleet, status=0)) == {"prod-quiet-api": {"never_used"}, "prod-billing-api": {"never_used"}}
    write(fleet, "UPDATE account SET usage_from = NULL, usage_at = NULL")
    report = audit(fleet, status=0)
    assert checks(report) == {"prod-billing-api": {"never_used"}} and report["unknown"]["never_used"] > 0
    write(fleet, "UPDATE account SET usage_from = ?, usage_at = ?", ago(3), ago(0))
    assert checks(audit(fleet, status=0)) == {"prod-billing-api": {"never_used"}}


def test_the_credits_must_cover_the_budgets(sim, fleet):
    sim.set_credits("25.00")
    assert fleet.run("once").returncode == 0
    assert checks(audit(fleet, status=0)) == {None: {"credits_ahead"}}
    sim.set_credits("24.99")
    assert fleet.run("once").returncode == 0
    report = audit(fleet, status=10)
    assert checks(report) == {None: {"credits"}}
    assert "24.99 USD" in report["findings"][0]["reason"] and "buy 0.01 USD" in report["findings"][0]["reason"]


def run_command(fleet, command, *more):
    """A command of an audit as a person pastes it: into bash, with `ebb` on the path."""
    folder = fleet.folder / "bin"
    folder.mkdir(exist_ok=True)
    if not (folder / "ebb").exists():
        (folder / "ebb").symlink_to(EBB.resolve())
    head, *rest = command.split(" -- ", 1)
    line = " ".join([head, *more]) + "".join(f" -- {name}" for name in rest)
    environment = {**fleet.environment, "PATH": f"{folder}:{os.environ['PATH']}", "EBB_CONFIG": str(fleet.path)}
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=PATIENCE_S, env=environment,
                          cwd=fleet.folder, stdin=subprocess.DEVNULL)


def assert_commands_run_dry(sim, fleet, report):
    """Every command is understood, and is about the token that it was told for."""
    asked = len(sim.requests())
    for row in report["findings"]:
        reads = any(row["fix"].startswith(f"ebb tokens {word}") for word in ("list", "plan"))
        done = run_command(fleet, row["fix"], *([] if reads else ["--dry-run"]))
        assert done.returncode in (0, 1, 3) and "ebb help" not in done.stderr, (row["fix"], done.stderr)
        if row["check"] not in ("superseded", "idle", "never_used"):  # retire looks whether it may
            assert done.returncode == 0, (row["fix"], done.stdout, done.stderr)
    assert all(r["method"] == "GET" for r in sim.requests()[asked:])
    assert not (fleet.folder / "hacked").exists()


def test_commands_mend_what_they_are_told_for_whatever_a_token_is_called(sim, fleet):
    for name in NASTY:
        sim.create(name)
    assert fleet.run("once").returncode == 0
    report = audit(fleet, status=10)
    assert {name: {"budget", "temporary", "naming"} for name in NASTY} == checks(report)
    assert all(command.isprintable() for command in (row["fix"] for row in report["findings"]))
    assert_commands_run_dry(sim, fleet, report)
    for row in report["findings"]:
        if row["check"] != "naming":
            fixed = run_command(fleet, row["fix"], "--yes")
            assert fixed.returncode == 0, (row["fix"], fixed.stderr)
    assert fleet.run("once").returncode == 0
    assert {check for found in checks(audit(fleet, status=0)).values() for check in found} == {"naming"}
    text = fleet.run("audit").stdout
    assert "\u202e" not in text and not (fleet.folder / "hacked").exists()


def test_old_data_are_told_and_not_judged(sim, fleet):
    sim.create("broke", balance="0.00")
    assert fleet.run("once").returncode == 0
    assert audit(fleet, status=11)["critical"] == 1
    write(fleet, "UPDATE account SET last_ok_at = ?", ago(2))
    report = audit(fleet, status=3)
    assert checks(report) == {None: {"stale"}} and report["tokens"] == 0 and report["stale_accounts"] == 1


def test_an_account_that_was_never_polled_is_told(sim, fleet):
    fleet.settings["accounts"].append({**fleet.settings["accounts"][0], "name": "second"})
    fleet.write()
    report = audit(fleet, status=3)
    assert [(row["account"], row["check"]) for row in report["findings"]] == [("second", "stale")]
    assert audit(fleet, "--account", "main", status=0)["tokens"] == 3
    assert fleet.run("audit", "--account", "third").returncode == 2


def test_the_configuration_sets_words_severities_and_exceptions(sim, fleet):
    sim.create("live-no-budget")
    sim.create("legacy")
    assert fleet.run("once").returncode == 0
    assert checks(audit(fleet, status=10)) == {"live-no-budget": {"budget"}, "legacy": {"budget", "naming"}}
    fleet.settings["audit"] = {"production": ["prod", "live"]}
    fleet.write()
    assert checks(audit(fleet, status=10)) == {"legacy": {"budget", "naming"}}
    fleet.settings["audit"].update(ignore="budget", critical=["naming"])
    fleet.write()
    assert checks(audit(fleet, status=11)) == {"legacy": {"naming"}}
    fleet.settings["audit"].update(skip="leg*")
    fleet.write()
    assert checks(audit(fleet, status=0)) == {}
    fleet.settings["audit"].update(warning=["naming"], info=["nameing"])
    fleet.write()
    refused = fleet.run("audit")
    assert refused.returncode == 2 and 'did you mean "naming"' in refused.stderr


def test_drift_against_the_fleet_file_is_found_and_gone_when_it_is_applied(sim, fleet):
    file = fleet.folder / "my fleet.yaml"
    file.write_text(yaml.safe_dump({"tokens": [
        {"name": "prod-billing-api", "expires": "2099-01-01"},
        {"name": "dev-ml-team", "reset": {"period": "daily", "amount": "5.00"}},
        {"name": "ci-web-tests", "absent": True},
        {"name": "prod-new-api", "balance": "3.00"},
    ]}))
    sim.create("dev-by-hand", balance="1.00")
    assert fleet.run("once").returncode == 0
    assert audit(fleet, status=0)["findings"] == []
    report = audit(fleet, "--fleet", file, status=10)
    assert checks(report) == {
        "prod-billing-api": {"drift_differs"},
        "ci-web-tests": {"drift_unwanted"},
        "prod-new-api": {"drift_missing"},
        "dev-by-hand": {"drift_unknown"},
    }
    assert "expire_time (is never, wanted 2099-01-01T00:00:00Z)" in report["findings"][1]["reason"]
    assert_commands_run_dry(sim, fleet, report)

    fleet.settings["audit"] = {"fleet": str(file)}
    fleet.write()
    applied = run_command(fleet, report["findings"][0]["fix"], "--yes")
    assert applied.returncode == 0, applied.stderr
    assert fleet.run("once").returncode == 0
    after = audit(fleet)
    assert not {"drift_differs", "drift_missing"} & {row["check"] for row in after["findings"]}

    file.write_text("tokens: [{name: a, expires: soon}]\n")
    refused = fleet.run("audit")
    assert refused.returncode == 2 and "my fleet.yaml:1:" in refused.stderr
    file.write_text("account: other\ntokens: []\n")
    assert fleet.run("audit").returncode == 2
