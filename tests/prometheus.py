"""Rules and scrape configuration under grafana/prometheus, checked by promtool.

* Every file is one that Prometheus takes.
* `promtool test rules` passes, and each alert has a test in which it fires, and a time at which it does not.
* What the rules ask for is a metric that docs/metrics.md lists (a unit test compares that with the program).

    python3 tests/prometheus.py [ROOT]
"""

import pathlib
import re
import shutil
import subprocess
import sys

import yaml

ROOT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[1])
FOLDER = ROOT / "grafana" / "prometheus"
TESTS = sorted((FOLDER / "tests").glob("*.yml"))
RULES = [FOLDER / "alerts.yml", FOLDER / "recording.yml"]


def promtool(*arguments):
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode:
        yield f"promtool {arguments[0]} {arguments[1]}:\n{done.stdout}{done.stderr}"


def rules_of(file):
    return [rule for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def untested():
    fires, rests = set(), set()
    for file in TESTS:
        for test in yaml.safe_load(file.read_text())["tests"]:
            for case in test.get("alert_rule_test", []):
                (fires if case.get("exp_alerts") else rests).add(case["alertname"])
    for rule in rules_of(FOLDER / "alerts.yml"):
        name = rule["alert"]
        if name not in fires:
            yield f"{name}: no test in which it fires"
        if name not in rests:
            yield f"{name}: no test in which it does not fire"


def unknown_metrics():
    known = set(re.findall(r"^\| `(\w+)`", (ROOT / "docs" / "metrics.md").read_text(), re.M)) | {"up"}
    for file in RULES:
        for rule in rules_of(file):
            for name in set(re.findall(r"(?<![:\w])(?:ebb|process)_\w+", rule["expr"])) - known:
                yield f"{file.name}: {rule.get('alert', rule.get('record'))}: docs/metrics.md lacks {name}"


if not shutil.which("promtool"):
    sys.exit("promtool is missing. On Debian: apt-get install prometheus")
found = [*promtool("check", "config", FOLDER / "prometheus.yml"), *promtool("check", "rules", *RULES),
         *promtool("test", "rules", *TESTS), *untested(), *unknown_metrics()]
print("\n".join(found) or f"{len(TESTS)} files of tests pass")
sys.exit(bool(found))
