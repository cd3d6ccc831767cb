"""No secret anywhere: canaries for the account's key, every token's secret and the broker's password are looked for in
all that a run leaves behind or shows. A redirect's target never sees the Authorization header.
"""

import http.server
import os
import pathlib
import resource
import signal
import ssl
import subprocess
import threading
import time

import pytest

from harness import ROOT, Sim
from players import EBB, PATIENCE_S, Broker, Subscriber

KEY = "canary-key-8f3a9c"
PASSWORD = "canary-password-51d7e2"
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}]


def command_line(pid):
    return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes()


def test_no_canary_is_found_in_anything_that_a_run_leaves_or_shows(tmp_path, stage, make_daemon):
    sim = stage.enter_context(Sim(key=KEY))
    broker = Broker(tmp_path / "broker", password=("ebb", PASSWORD)).start()
    stage.callback(broker.stop)
    subscriber = Subscriber(broker.port, password=("ebb", PASSWORD))
    stage.callback(subscriber.close)
    subscriber.wait_subscribed()
    for n in range(5):
        sim.create(f"prod-app-{n}", balance="50.00")
    secrets = [token["token"] for token in sim.tokens()]
    assert len(secrets) == 5 and all(len(secret) > 10 for secret in secrets)

    daemon = make_daemon(sim.url, broker, rules=RULES, key=KEY, password=("ebb", PASSWORD), timeout="3s",
                         connect_timeout="2s").start()
    daemon.wait_polls(2)
    argv = command_line(daemon.process.pid)
    sim.set_balance("prod-app-1", "1.00")
    subscriber.wait_event(kind="raised")
    for fault in [{"kind": "broken_json"}, {"kind": "cut", "bytes": 300}, {"kind": "html"},
                  {"kind": "status", "status": 401}]: # last: a refused key is not tried again soon
        place = len(daemon.process.lines.items)
        sim.fault(**fault)
        daemon.reload()
        daemon.process.wait_line(r"stored: (?!ok)", place)
        sim.clear_faults()

    shown = [daemon.run(*command) for command in (["config"], ["check"], ["status"], ["status", "--json"], ["alerts"],
                                                  ["history", "prod-app-1"], ["report"])]
    assert daemon.stop() == 0
    places = {
        "log at debug level": daemon.text().encode(),
        "argv": argv,
        "MQTT traffic": repr(subscriber.messages.items).encode(),
        "command output": "".join(p.stdout + p.stderr for p in shown).encode(),
        **{f"file {f.name}": f.read_bytes() for f in daemon.folder.iterdir() if f.name not in ("key", "mqtt-password")},
    }
    assert any(name.startswith("file ebb.db-wal") for name in places)
    for canary in [KEY, PASSWORD, *secrets]:
        found = [name for name, content in places.items() if canary.encode() in content]
        assert not found, f"{canary} is in {found}"
    assert b"prod-app-1" in places["log at debug level"] + places["command output"], "the search itself works"


def test_a_redirect_target_never_sees_the_key(sim, make_daemon, stage):
    seen = []

    class Thief(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(dict(self.headers))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    thief = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Thief)
    threading.Thread(target=thief.serve_forever, daemon=True).start()
    stage.callback(thief.shutdown)
    sim.fault(kind="redirect", location=f"http://127.0.0.1:{thief.server_port}/v2/user/custom_token/")
    daemon = make_daemon(sim.url).start()
    daemon.process.wait_line(r"stored: broken")
    daemon.stop()
    assert seen == []


def test_tls_secrets_are_written_to_no_file_unless_ebb_itself_is_asked_to(tmp_path, stage, make_daemon):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2",
                    "-keyout", tmp_path / "k.pem", "-out", tmp_path / "c.pem"], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "c.pem", tmp_path / "k.pem")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), http.server.BaseHTTPRequestHandler)
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    stage.callback(server.server_close)
    stage.callback(server.shutdown)

    daemon = make_daemon(f"https://localhost:{server.server_port}", interval="10s")
    log = tmp_path / "tls-secrets"
    daemon.environment["SSLKEYLOGFILE"] = str(log)
    assert daemon.run("tokens", "list").returncode == 1
    assert not log.exists()
    daemon.environment["EBB_SSLKEYLOGFILE"] = str(log)
    done = daemon.run("tokens", "list")
    assert "TLS session secrets are written to" in done.stderr
    assert log.exists()


def end_of(process):
    """How a killed process ended: os.CLD_DUMPED with a core dump, else os.CLD_KILLED."""
    end = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    process.wait()
    return end.si_code


@pytest.mark.parametrize("command", [["run"], ["once"], ["tokens", "list"]])
def test_a_crash_of_a_command_that_knows_secrets_dumps_no_core(sim, make_daemon, tmp_path, command):
    sim.fault("delay", ms=60000)  # it has read the key and waits for an answer
    daemon = make_daemon(sim.url, key="sim-key")
    folder = tmp_path / "crash"
    folder.mkdir()
    asan = os.environ.get("ASAN_OPTIONS", "") + ":disable_coredump=0"  # else the sanitizer sees to it
    process = subprocess.Popen([EBB, *command, "--config", daemon.path], cwd=folder, stderr=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL, env={**daemon.environment, "ASAN_OPTIONS": asan},
                               preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (4096, 4096)))
    try:
        end = time.monotonic() + PATIENCE_S
        while not sim.requests():
            assert time.monotonic() < end and process.poll() is None, "it asked for nothing"
        assert resource.prlimit(process.pid, resource.RLIMIT_CORE) == (0, 0)
        process.send_signal(signal.SIGABRT)
        assert end_of(process) == os.CLD_KILLED
        assert list(folder.iterdir()) == []
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def test_the_unit_allows_no_core_dump():
    assert "LimitCORE=0" in (ROOT / "packaging" / "ebb.service.in").read_text().splitlines()
