"""Messages that a broker refuses, or does not acknowledge, or cannot be asked for by name: nothing is lost without a
word, nothing blocks what comes after it, and `ebb status` and the log say what is wrong.
"""

import contextlib
import ctypes
import glob
import json
import os
import pathlib
import signal
import socket
import subprocess
import threading
import time
import traceback

import pytest

from harness import Sim
from players import Broker, Daemon, Record, Subscriber, holding_its_breath

RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": {"below": "20.00", "clear": "20.00"}}}]
SEESAW = ["5.00", "50.00"]  # raised, resolved


def status(daemon):
    found = daemon.run("status", "--json")
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)["broker"]


def wait_status(daemon, holds, what):
    """The daemon writes what it sees of the broker when it sees it: its log says when to look again."""
    def look(_):
        found = status(daemon)
        return found if holds(found) else None
    return daemon.process.lines.wait(look, what)


@pytest.fixture
def strict_broker(stage, tmp_path):
    """With access rules, or limits."""
    def make(*options):
        broker = Broker(tmp_path / "strict", options=options)
        stage.callback(broker.stop)
        return broker.start()
    return make


# Mosquitto 2.0.11 closes the connection after each refusal when max_queued_messages is 0, as it is for other tests.
@pytest.mark.parametrize("refusal", ["acl_file", "message_size_limit", "acl_file, and the connection is closed"])
def test_events_that_the_broker_refuses_are_kept_and_delivered_once_it_accepts_them(
        sim, tmp_path, stage, make_daemon, refusal):
    rules = tmp_path / "rules"
    rules.write_text("topic write ebb/status\ntopic write ebb/main/state\ntopic write ebb/main/token/+/state\n"
                     "topic write ebb/main/alert/#\ntopic write ebb/main/credits/state\ntopic read #\n")
    options = ["message_size_limit 300"] if refusal == "message_size_limit" else [f"acl_file {rules}"]
    options += [] if "closed" in refusal else ["max_queued_messages 1000"]
    broker = Broker(tmp_path / "strict", options=options).start()
    stage.callback(lambda: broker.stop())
    sim.create("app", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_poll()
    sim.set_balance("app", "5.00")
    daemon.process.wait_line(r"the broker does not accept \d+ messages?\b.*: (Not authorized|Packet too large|Impl)")
    wait_status(daemon, lambda s: s["outbox"]["events"] == 1 and s["outbox"]["refused"] and s["delivered_at"]
                and s["state"] == "connected", "the refused event")
    shown = daemon.run("status").stdout
    assert "refused: " in shown and "1 event queued" in shown
    assert len([line for line in daemon.process.lines.items if "the broker does not accept" in line]) == 1

    broker.stop()
    open_broker = Broker(tmp_path / "open")
    open_broker.port = broker.port
    open_broker.config.write_text(open_broker.config.read_text().replace(
        open_broker.config.read_text().splitlines()[0], f"listener {broker.port} 127.0.0.1"))
    subscriber = Subscriber(broker.port)
    stage.callback(subscriber.close)
    os.kill(daemon.process.pid, signal.SIGSTOP)
    open_broker.start()
    stage.callback(open_broker.stop)
    subscriber.wait_subscribed()
    os.kill(daemon.process.pid, signal.SIGCONT)
    subscriber.wait_event(token="app", kind="raised")
    daemon.process.wait_line("mqtt: the broker accepts all messages again")
    wait_status(daemon, lambda s: s["outbox"] == {"events": 0, "bytes": 0, "oldest_at": None, "refused": 0,
                                                  "refusal": None}, "an empty outbox")


def test_once_says_that_the_broker_refuses_what_it_has_to_report(sim, tmp_path, strict_broker, make_daemon):
    rules = tmp_path / "rules"
    rules.write_text("topic read #\n")
    broker = strict_broker(f"acl_file {rules}", "max_queued_messages 1000")
    sim.create("app", balance="5.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    for _ in range(2):
        done = daemon.run("once")
        assert done.returncode == 1 and "the broker does not accept" in done.stderr, done.stderr
        assert daemon.database.one("SELECT count(*) FROM outbox WHERE retain = 0 AND pending = 2") == 1
    assert "refused: " in daemon.run("status").stdout


@pytest.mark.parametrize("version", ["5", "3.1.1"])
def test_a_message_that_is_too_large_for_the_broker_is_set_aside_and_the_others_go_on(
        sim, strict_broker, stage, make_daemon, version):
    broker = strict_broker("max_packet_size 900")
    subscriber = Subscriber(broker.port)
    stage.callback(subscriber.close)
    subscriber.wait_subscribed()
    for name in ("x" * 180, "app"):
        sim.create(name, balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    daemon.settings["mqtt"]["version"] = version
    daemon.write()
    daemon.start().wait_poll()
    sim.set_balance("app", "5.00")
    subscriber.wait(lambda s: any("/alert/low/app" in topic for topic, _, _ in s.messages.items), "the alert")
    daemon.process.wait_line("the broker does not accept")
    found = wait_status(daemon, lambda s: s["outbox"]["refused"] and s["state"] == "connected", "what is set aside")
    assert ("900 bytes" if version == "5" else "closes the connection") in found["outbox"]["refusal"]
    connections = sum("New client connected" in line and "ebb-" in line for line in broker.process.lines.items)
    daemon.wait_polls(3)
    assert status(daemon)["state"] == "connected"
    assert connections == sum("New client connected" in line and "ebb-" in line
                              for line in broker.process.lines.items) or version == "3.1.1"


def test_two_agents_on_one_host_have_client_ids_of_their_own(sim, broker, subscriber, tmp_path, stage):
    sim.create("app", balance="50.00")
    daemons = []
    for n in range(2):
        daemon = Daemon(tmp_path / f"ebb{n}", sim.url, broker)
        daemon.settings["mqtt"]["base_topic"] = f"ebb{n}"
        daemon.write()
        stage.callback(lambda d=daemon: d.process.alive() and d.stop())
        daemons.append(daemon.start())
    for n, daemon in enumerate(daemons):
        subscriber.wait(lambda s, n=n: '"online"' in s.retained().get(f"ebb{n}/status", ""), "both agents")
        daemon.wait_polls(2)
        name = daemon.database.one("SELECT id FROM store")
        assert any(f"as ebb-{name} " in line for line in broker.process.lines.items)
    assert not any("already connected" in line for line in broker.process.lines.items)
    assert [status(daemon)["state"] for daemon in daemons] == ["connected"] * 2


class TimeLapse:
    """All clocks of one daemon run faster."""

    LIBRARY = "/usr/lib/*/faketime/libfaketime.so.1"

    def __init__(self, daemon, speed):
        runtime = glob.glob("/usr/lib/gcc/*/*/libasan.so")[:1]
        assert glob.glob(self.LIBRARY), "the package faketime is missing"
        daemon.environment.update({
            "LD_PRELOAD": ":".join(runtime + glob.glob(self.LIBRARY)),
            "FAKETIME": f"+0 x{speed}",
            "ASAN_OPTIONS": "detect_leaks=0",
        })


class SilentBroker:
    """Accepts, answers pings, and acknowledges a message only while it is told to."""

    def __init__(self):
        self.acknowledges, self.published = False, Record()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=self._serve, args=(self.listener.accept()[0],), daemon=True).start()

    @staticmethod
    def _read(stream, count):
        data = stream.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def _serve(self, connection):
        stream = connection.makefile("rb")
        with contextlib.suppress(OSError, EOFError), connection:
            while True:
                head, length, shift = self._read(stream, 1)[0], 0, 0
                while True:
                    byte = self._read(stream, 1)[0]
                    length |= (byte & 0x7F) << shift
                    shift += 7
                    if byte < 0x80:
                        break
                connection.sendall(self._answer(head, self._read(stream, length)))

    def _answer(self, head, body):
        if head & 0xF0 == 0x10:  # CONNECT, of MQTT 5
            return b"\x20\x03\x00\x00\x00"
        if head & 0xF0 == 0xC0:  # PINGREQ
            return b"\xd0\x00"
        if head & 0xF0 == 0x30:  # PUBLISH, of QoS 1
            end = 2 + int.from_bytes(body[:2], "big")
            self.published.add(body[2:end].decode())
            return b"\x40\x02" + body[end:end + 2] if self.acknowledges else b""
        return b""

    def close(self):
        self.listener.close()


def test_a_delivery_that_stalls_is_reported_once_and_so_is_its_end(sim, stage, make_daemon):
    broker = SilentBroker()
    stage.callback(broker.close)
    sim.create("app", balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    daemon.settings["accounts"][0]["interval"] = "20s"
    daemon.write()
    TimeLapse(daemon, 20)
    daemon.start().wait_poll()
    sim.set_balance("app", "5.00")
    broker.published.wait(lambda topics: "ebb/main/event" in topics, "the event")
    daemon.process.wait_line("mqtt: nothing has been delivered for a minute: the broker acknowledges nothing; .* wait")
    found = wait_status(daemon, lambda s: s["state"] == "stalled", "the stalled delivery")
    assert found["outbox"]["events"] == 1 and found["outbox"]["oldest_at"] and not found["delivered_at"]
    assert "stalled for" in daemon.run("status").stdout
    broker.acknowledges = True
    daemon.process.wait_line("the broker did not acknowledge a message for 2m 30s")
    daemon.process.wait_line("mqtt: messages are delivered again after")
    wait_status(daemon, lambda s: s["state"] == "connected" and not s["outbox"]["events"] and s["delivered_at"],
                "the delivery")
    assert sum("nothing has been delivered" in line for line in daemon.process.lines.items) == 1


def test_a_long_absence_of_the_broker_merges_what_is_over_and_nothing_that_is_up(
        sim, tmp_path, stage, make_daemon):
    broker = Broker(tmp_path / "late")
    tokens = [f"app-{n}" for n in range(40)]
    for token in tokens:
        sim.create(token, balance="50.00")
    daemon = make_daemon(sim.url, broker, rules=RULES)
    daemon.settings["mqtt"]["outbox_events"] = 100
    daemon.write()
    daemon.start().wait_poll()
    for balance in SEESAW * 2:
        for token in tokens:
            sim.set_balance(token, balance)
        daemon.wait_polls(2)
    for token in tokens[:10]:
        sim.set_balance(token, "5.00")
    daemon.wait_polls(2)
    daemon.process.wait_line("merged events of ended alerts")
    waiting = wait_status(daemon, lambda s: s["outbox"]["events"] <= 101, "a bounded outbox")["outbox"]
    assert waiting["events"] and waiting["bytes"] and waiting["oldest_at"]
    assert waiting["events"] == daemon.database.one("SELECT count(*) FROM outbox WHERE retain = 0")

    subscriber = Subscriber(broker.port)
    stage.callback(subscriber.close)
    with holding_its_breath(daemon.process):
        broker.start()
        stage.callback(broker.stop)
        subscriber.wait_subscribed()
    wait_status(daemon, lambda s: s["outbox"]["events"] == 0, "an empty outbox")
    happened = {row[0] for row in daemon.database.rows("SELECT id FROM event")}
    subscriber.wait(lambda s: len(s.event_ids() & happened) + sum(
        e["events"] for e in {e["id"]: e for e in s.events()}.values() if e["kind"] == "merged") == len(happened),
        "each event, on its own or merged")
    up = {row[0] for row in daemon.database.rows(
        "SELECT e.id FROM event e JOIN alert l ON l.token = e.token AND l.level <> 'none' AND l.since = e.since")}
    assert len(up) == 10 and up <= subscriber.event_ids()
    merged = [e for e in subscriber.events() if e["kind"] == "merged"]
    assert merged and merged[0]["account"] == "main" and merged[0]["since"] <= merged[0]["until"]


CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x00020000, 0x10000000, 0x40000000


def enter_own_network(resolv_conf):
    """This process gets a loopback interface and nothing else, and this resolv.conf; root is not needed."""
    user, group = os.geteuid(), os.getegid()
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS | CLONE_NEWNET | (CLONE_NEWUSER if user else 0)) != 0:
        raise OSError(ctypes.get_errno(), "unshare: root, or user namespaces, are needed for this test")
    if user:
        pathlib.Path("/proc/self/setgroups").write_text("deny")
        pathlib.Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        pathlib.Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    subprocess.run(["mount", "--make-rprivate", "/"], check=True)
    subprocess.run(["mount", "--bind", resolv_conf, os.path.realpath("/etc/resolv.conf")], check=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


def in_own_network(folder, play):
    """Runs play() in a child whose name server swallows each question."""
    resolv_conf = folder / "resolv.conf"
    resolv_conf.write_text("nameserver 127.0.0.1\n")
    words = folder / "words"
    child = os.fork()
    if child == 0:
        status = 1
        try:
            enter_own_network(resolv_conf)
            server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            server.bind(("127.0.0.1", 53))
            play()
            status = 0
        except BaseException:
            words.write_text(traceback.format_exc())
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert status == 0, words.read_text() if words.exists() else f"the child ended with {status}"


def test_a_name_that_no_name_server_answers_holds_up_neither_the_polls_nor_the_end(tmp_path):
    def play():
        with Sim() as sim:
            sim.create("app", balance="50.00")
            daemon = Daemon(tmp_path / "ebb", sim.url)
            daemon.settings["accounts"].append({**daemon.settings["accounts"][0], "name": "other", "interval": "1m",
                                                "url": "https://api.never.test"})
            daemon.settings["mqtt"] = {"host": "broker.never.test"}
            daemon.write()
            daemon.start()
            try:
                daemon.process.wait_line("no name server has answered for broker.never.test yet")
                daemon.wait_polls(3)
                assert "broker.never.test:1883: disconnected" in daemon.run("status").stdout
                asked = time.monotonic()
                assert daemon.stop() == 0
                assert time.monotonic() - asked < 5
            finally:
                if daemon.process.alive():
                    daemon.kill()
            times = [row[0] for row in daemon.database.rows(
                "SELECT p.at FROM poll p JOIN account a ON a.id = p.account WHERE a.name = 'main' ORDER BY p.id")]
            assert len(times) >= 8
            assert max(later - earlier for earlier, later in zip(times, times[1:])) <= 5

    in_own_network(tmp_path, play)
