"""The README is true: every command runs, its configuration is accepted, its payload has the members of real ones."""

import json
import os
import re
import shutil
import subprocess

import pytest

from players import EBB, PATIENCE_S, ROOT, Process, free_port

README = (ROOT / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.S)


def commands(block):
    return [line.split(" #")[0].strip() for line in block.splitlines() if line.strip()]


@pytest.fixture
def home(tmp_path):
    """A folder like a checkout, with the README's configuration on a free port and `ebb` on the path."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "ebb").symlink_to(EBB)
    shutil.copytree(ROOT / "tests" / "scenarios", tmp_path / "tests" / "scenarios")
    (tmp_path / "main.key").write_text("a-key\n")
    (tmp_path / "main.key").chmod(0o600)
    return tmp_path


def test_every_command_of_the_session_runs(home, broker):
    port = str(free_port())
    configuration = blocks("yaml")[0].replace("8080", port)
    (home / "ebb.yaml").write_text(
        configuration.replace("host: 127.0.0.1", f"host: 127.0.0.1\n  port: {broker.port}"))
    session = [c.replace("8080", port) for block in blocks("sh")[1:] for c in commands(block)]
    assert len(session) >= 18
    environment = {**os.environ, "PATH": f"{home / 'bin'}:{os.environ['PATH']}", "EBB_CONFIG": str(home / "ebb.yaml")}

    server = session.pop(0)
    assert server.endswith("&")
    sim = Process("sh", "-c", f"cd {home} && exec {server.rstrip('& ')}", env=environment)
    try:
        sim.out.wait(lambda lines: any('"url"' in line for line in lines), "the stand-in")
        session += [line[2:] for block in blocks("console") for line in block.splitlines() if line.startswith("$ ")]
        for command in session:
            done = subprocess.run(command, shell=True, cwd=home, env=environment, capture_output=True, text=True,
                                  timeout=PATIENCE_S)
            assert done.returncode in ((0, 10, 11) if "ebb audit" in command else (0,)), (command, done.stderr)
    finally:
        sim.stop()


def test_the_alert_has_the_members_of_a_real_one(sim, broker, subscriber, make_daemon):
    shown = json.loads(blocks("json")[0])
    sim.create("prod-billing-api", balance="9.50")
    rule = {"name": "low-balance", "kind": "balance_below", "levels": {"warning": "10.00"}}
    make_daemon(sim.url, broker, rules=[rule]).start()
    real = subscriber.wait_event(kind="raised")
    assert list(real) == list(shown)
    assert list(real["burn"]) == list(shown["burn"]) and list(real["exhaustion"]) == list(shown["exhaustion"])


def test_the_table_has_the_headings_of_the_real_one(sim, make_daemon):
    sim.create("prod-billing-api", balance="9.50")
    daemon = make_daemon(sim.url)
    daemon.run("once")
    heading = daemon.run("status").stdout.splitlines()[0].split()
    assert heading == blocks("console")[0].splitlines()[1].split()


def test_the_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target.partition("#")[0]).exists(), target


def test_the_two_commands_are_there_and_ci_runs_the_second():
    for command in commands(blocks("sh")[0]):
        assert os.access(ROOT / command, os.X_OK), command
    assert "test.sh" in (ROOT / ".ci" / "run").read_text()


@pytest.fixture
def demo(stage, tmp_path):
    """Starts the demo; whatever it does happens in `tmp_path`."""
    def start(*arguments):
        process = Process("python3", ROOT / "packaging" / "demo.py", "--ebb", EBB, *arguments,
                          env={**os.environ, "TMPDIR": str(tmp_path)})
        stage.callback(process.stop)
        return process
    return start


def left_running(folder):
    return subprocess.run(["pgrep", "-f", f"{folder}/ebb-demo-"], capture_output=True, text=True).stdout


def test_the_demo_shows_a_table_and_alerts_from_the_broker_until_it_is_ended(demo, tmp_path):
    shown = demo()
    for what in (r"^alert \d\d:\d\d:\d\d  .*prod-billing-api", r"^TOKEN +BALANCE USD .*LIKELY", r"[▁▂▃▄▅▆▇█]"):
        shown.out.wait(lambda lines: any(re.search(what, line) for line in lines), what)
    assert left_running(tmp_path), "the search itself works"
    assert shown.stop() == 0, shown.text()
    assert shown.out.items[-1] == "stopped"
    assert "\x1b" not in "".join(shown.out.items)
    assert left_running(tmp_path) == "", "still running"


def test_the_demo_ends_by_itself_after_its_seconds(demo, tmp_path):
    shown = demo("--seconds", "1")
    assert shown.ended() == 0, shown.text()
    assert re.fullmatch(r"\d+ alerts were received; everything is stopped again", shown.out.items[-1])
    assert left_running(tmp_path) == "", "still running"
