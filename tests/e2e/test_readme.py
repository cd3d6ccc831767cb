"""The README and the documents are true: each block runs as it is written, in order, in an empty folder; the alert
shown has the members of real ones; the demo shows what it promises."""

import glob
import json
import os
import re
import subprocess

import pytest
import requests

from players import EBB, PATIENCE_S, ROOT, Process, free_port

README = (ROOT / "README.md").read_text()
DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.S | re.M)

# Language of a block -> what becomes of it. Others are mistakes: a block that nobody runs or reads is one that rots.
#   sh              run in a shell, each line with status 0, or with the one that its comment tells: "# exit 3"
#   sh clone        needs a clone of the repository: not run here, but what it names must be there
#   yaml            "# NAME.yaml" in its first line: written to that file; else a piece of a configuration, checked
#   console         its "$ " lines are run, what they print is what follows
#   json            must be JSON; text: an illustration
LANGUAGES = {"sh", "sh clone", "yaml", "console", "json", "text"}
AUDIT_FOUND = {10, 11}  # findings are no failure of the command


def blocks(language, text=README):
    return [body for found, body in BLOCK.findall(text) if found == language]


def commands(block):
    return [line.split(" #")[0].strip() for line in block.splitlines() if line.strip()]


def allowed(line):
    told = re.search(r"# exit (\d+)", line)
    return {0} | ({int(told[1])} if told else set()) | (AUDIT_FOUND if "ebb audit" in line else set())


class Typist:
    """Types blocks into one shell, in order, as a reader would: in an empty folder, with `ebb` on the path."""

    def __init__(self, folder):
        self.folder, self.ports, self.expected, self.shown = folder, {}, [], []
        self.script = ["exec 3>failures", "trap 'echo \"$? $BASH_COMMAND\" >&3' ERR",
                       "trap 'trap - ERR; kill $(jobs -p) 2>/dev/null; wait' EXIT"]
        (folder / "bin").mkdir()
        (folder / "bin" / "ebb").symlink_to(EBB)
        self.home = folder / "home"
        self.home.mkdir()

    def local(self, text):
        """The same text with free ports in place of those that others may have."""
        for port in ("8080", "8081"):
            text = re.sub(rf"\b{port}\b", lambda _, p=port: self.ports.setdefault(p, str(free_port())), text)
        return text

    def write(self, body):
        name = re.match(r"# (\S+\.yaml)\n", body)
        if name:
            self.script.append(f"cat > {name[1]} <<'EBB_END'\n{self.local(body)}EBB_END")
        return bool(name)

    def run(self, body):
        for line in self.local(body).splitlines():
            self.script.append(line)
            server = re.search(r"(?:--port |--listen 127\.0\.0\.1:)(\d+).*&$", line)
            if server:  # a reader is slower than a script
                self.script.append(f"until (: </dev/tcp/127.0.0.1/{server[1]}) 2>/dev/null; do :; done")
        self.expected += [(line.split(" #")[0].strip(), allowed(line)) for line in body.splitlines() if line.strip()]

    def show(self, body):
        for number, piece in enumerate(re.split(r"^\$ ", body, flags=re.M)[1:]):
            command, _, output = piece.partition("\n")
            name = f"shown-{len(self.script)}-{number}"
            self.script.append(f"{{ {command}; }} >../{name} 2>&1 || true")
            self.shown.append((command, output.rstrip("\n"), self.folder / name))

    def type(self, document):
        for language, body in BLOCK.findall(document):
            assert language in LANGUAGES, f"a block of {language or 'no language'}: {body[:60]}"
            if language == "yaml":
                self.write(body)
            elif language == "sh":
                self.run(body)
            elif language == "console":
                self.show(body)
            elif language == "json":
                json.loads(body)
        return self

    def end(self):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("EBB")}
        environment.update(PATH=f"{self.folder / 'bin'}:{os.environ['PATH']}", HOME=str(self.home), LC_ALL="C.UTF-8")
        done = subprocess.run(["bash", "-c", "\n".join(self.script)], cwd=self.home, env=environment, text=True,
                              capture_output=True, timeout=PATIENCE_S)
        for failure in (self.home / "failures").read_text().splitlines():
            status, _, command = failure.partition(" ")
            known = [statuses for typed, statuses in self.expected if command in self.local(typed)]
            assert any(int(status) in statuses for statuses in known), f"{command}: {status}\n{done.stderr}"
        for command, wanted, file in self.shown:
            assert file.read_text().rstrip("\n") == wanted, command
        return done


def session(kind):
    """What the README's own session has made before a page of the documents is tried: demo, empty, or none."""
    configuration, first = blocks("yaml")[0], blocks("sh")[0]
    assert configuration.startswith("# ebb.yaml") and "ebb sim --demo" in first and "EBB_CONFIG" in first
    first = first.replace("echo mgmt-eden-main-read", "echo sim-key")  # the documents also change tokens
    if kind == "empty":
        first = "\n".join(line for line in first.splitlines() if "history" not in line).replace(" --demo", "") + "\n"
    return "" if kind == "none" else f"```yaml\n{configuration}```\n```sh\n{first}```\n"


def test_the_readme_can_be_typed_word_by_word_in_an_empty_folder(tmp_path):
    done = Typist(tmp_path).type(README).end()
    assert "prod-billing-api" in done.stdout and "prod-legacy" in done.stdout
    assert (tmp_path / "home" / "copy.db").exists() and (tmp_path / "home" / "spend.html").exists()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_block_of_the_documents_runs_as_written(document, tmp_path):
    text = document.read_text()
    kind = re.search(r"^<!-- session: (\w+) -->$", text, re.M)
    runs = any(language in ("sh", "console") for language, _ in BLOCK.findall(text))
    assert kind or not runs, "a page with commands says in what session they are typed"
    Typist(tmp_path).type(session(kind[1] if kind else "none") + text).end()


def configuration_of(piece):
    """A configuration that has the piece where it belongs."""
    if piece.startswith("levels:"):
        kinds = {"%": "percent_below", "above": "drift_above"}
        lines = [line.partition("levels: ")[2] for line in piece.splitlines()]
        rules = [f"  - {{name: rule-{n}, kind: {next((k for w, k in kinds.items() if w in line), 'exhausts_within')}, "
                 f"levels: {line}}}\n" for n, line in enumerate(lines)]
        piece = "rules:\n" + "".join(rules)
    elif piece.lstrip().startswith("- name:"):
        piece = "rules:\n" + piece
    accounts = "accounts: [{name: main, key_env: KEY}, {name: lab, key_env: LAB}]\n"
    return piece if "accounts:" in piece else accounts + piece


def test_every_piece_of_the_configuration_page_is_valid(tmp_path):
    pieces = blocks("yaml", (ROOT / "docs" / "configuration.md").read_text())
    assert len(pieces) >= 5
    for piece in pieces:
        file = tmp_path / "ebb.yaml"
        file.write_text(configuration_of(piece))
        shown = subprocess.run([str(EBB), "config", "--config", str(file)], capture_output=True, text=True,
                               timeout=PATIENCE_S)
        assert shown.returncode == 0, (piece, shown.stderr)


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
    assert heading == blocks("text")[0].splitlines()[0].split()


def test_the_links_lead_somewhere():
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target.partition("#")[0]).exists(), target


def test_the_two_commands_are_there_and_ci_runs_the_second():
    for command in commands(blocks("sh clone")[0]):
        assert os.access(ROOT / command, os.X_OK), command
    assert "test.sh" in (ROOT / ".ci" / "run").read_text()


@pytest.fixture
def demo(stage, tmp_path):
    """Starts the demo; whatever it does happens in `tmp_path`."""
    # Under the demo's clock, the sanitizers of a sanitized build want to come before the clock.
    sanitizers = ":".join(glob.glob("/usr/lib/gcc/*/*/libasan.so")[:1])
    ebb = tmp_path / "ebb"
    ebb.write_text(f'#!/bin/sh\nexport ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="{sanitizers}:$LD_PRELOAD"\n'
                   f'exec {EBB} "$@"\n')
    ebb.chmod(0o755)

    def start(*arguments):
        process = Process("python3", ROOT / "packaging" / "demo.py", "--ebb", ebb, *arguments,
                          env={**os.environ, "TMPDIR": str(tmp_path)})
        stage.callback(process.stop)
        return process
    return start


def left_running(folder):
    return subprocess.run(["pgrep", "-f", f"{folder}/ebb-demo-"], capture_output=True, text=True).stdout


def test_the_demo_shows_a_table_and_alerts_from_the_broker_until_it_is_ended(demo, tmp_path):
    shown = demo()
    page = shown.out.wait(lambda lines: lines and re.fullmatch(r"In your browser: (http://127\.0\.0\.1:\d+/)",
                                                               lines[0]), "the page's address")[1]
    for what in (r"^alert \d\d:\d\d:\d\d  .*prod-billing-api", r"^TOKEN +BALANCE USD .*LIKELY", r"[▁▂▃▄▅▆▇█]"):
        shown.out.wait(lambda lines: any(re.search(what, line) for line in lines), what)
    seen = requests.get(page, timeout=PATIENCE_S)
    assert seen.status_code == 200 and "prod-billing-api" in seen.text
    assert left_running(tmp_path), "the search itself works"
    assert shown.stop() == 0, shown.text()
    assert shown.out.items[-1] == "stopped"
    assert "\x1b" not in "".join(shown.out.items)
    assert left_running(tmp_path) == "", "still running"


def test_the_demo_ends_by_itself_after_its_seconds(demo, tmp_path):
    shown = demo("--seconds", "1")
    assert shown.ended() == 0, shown.text()
    assert re.fullmatch(r"\d+ alerts received; everything stopped", shown.out.items[-1])
    assert left_running(tmp_path) == "", "still running"
