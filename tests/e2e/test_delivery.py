"""Messages that a broker refuses, or does not acknowledge, or cannot be asked for by name: nothing is lost without a
word, nothing blocks what comes after it, and `ebb status` and the log say what is wrong.
"""

import contextlib
import ctypes.util
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
from players import Broker, Daemon, Subscriber, Wire

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
    daemon.process.wait_line(r"the broker does not accept \d+ messages.*: (Not authorized|Packet too large|Impl)")
    wait_status(daemon, lambda s: s["outbox"]["events"] == 1 and s["outbox"]["refused"] and s["delivered_at"]
                and s["state"] == "connected", "the refused event")
    shown = daemon.run("status").stdout
    assert "it does not accept" in shown and "1 events wait" in shown
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
