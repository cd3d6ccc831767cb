"""The players of an end-to-end test beside the stand-in API: a real broker, the real daemon, a subscriber, a database.

Nothing here sleeps. What a process prints and what a subscriber receives is collected by a thread into a Record, and a
test waits on the record until it holds what the test is about; the deadline is only for the day when it never does.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time

import paho.mqtt.client as mqtt
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
EBB = pathlib.Path(os.environ.get("EBB", ROOT / "build" / "dev" / "ebb"))
PATIENCE_S = 60  # far more than anything takes, also under sanitizers on a busy machine


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Record:
    """A growing list that can be waited on."""

    def __init__(self):
        self.items, self.changed = [], threading.Condition()

    def add(self, item):
        with self.changed:
            self.items.append(item)
            self.changed.notify_all()

    def poke(self):
        with self.changed:
            self.changed.notify_all()

    def wait(self, holds, what, patience=PATIENCE_S):
        """Waits until holds(items) is true and returns what it returned."""
        end = time.monotonic() + patience
        with self.changed:
            while True:
                result = holds(self.items)
                if result:
                    return result
                left = end - time.monotonic()
                if left <= 0:
                    tail = "\n".join(map(str, self.items[-30:]))
                    raise AssertionError(f"waited {patience} s for {what}; the last that came:\n{tail}")
                self.changed.wait(left)


class Process:
    """A process whose output lines are records."""

    def __init__(self, *command, env=None):
        self.command = [str(part) for part in command]
        self.lines, self.out = Record(), Record()
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, errors="replace", env=env)
        self.readers = [threading.Thread(target=self._read, args=pair, daemon=True)
                        for pair in ((self.process.stderr, self.lines), (self.process.stdout, self.out))]
        for reader in self.readers:
            reader.start()

    def _read(self, stream, record):
        for line in stream:
            record.add(line.rstrip("\n"))
        record.poke()

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def wait_line(self, pattern, after=0, patience=PATIENCE_S):
        """The match of the first stderr line from place `after` on that the pattern is found in."""
        def holds(lines):
            return next((m for m in (re.search(pattern, line) for line in lines[after:]) if m), None)
        return self.lines.wait(holds, f"/{pattern}/ on stderr of {self.command[0]}", patience)

    def signal(self, number):
        self.process.send_signal(number)

    def ended(self, patience=PATIENCE_S):
        """Waits for the end and returns the exit status."""
        status = self.process.wait(patience)
        for reader in self.readers:
            reader.join(patience)
        return status

    def stop(self):
        if self.alive():
            self.process.terminate()
        try:
            return self.ended()
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self):
        if self.alive():
            self.process.kill()
        return self.ended()

    def text(self):
        return "\n".join(self.lines.items)


class Broker:
    """A real mosquitto on a free loopback port, with persistence off unless asked for."""

    def __init__(self, folder, password=None, persistent=False, options=()):
        self.port, self.folder, self.process = free_port(), pathlib.Path(folder), None
        self.folder.mkdir(parents=True, exist_ok=True)
        lines = [f"listener {self.port} 127.0.0.1", "user root", "max_queued_messages 0", "max_inflight_messages 0"]
        if password:
            name, secret = password
            file = self.folder / "passwd"
            subprocess.run(["mosquitto_passwd", "-b", "-c", str(file), name, secret], check=True, capture_output=True)
            lines += ["allow_anonymous false", f"password_file {file}"]
        else:
            lines += ["allow_anonymous true"]
        if persistent:
            lines += ["persistence true", f"persistence_location {self.folder}/"]
        lines += options
        self.config = self.folder / "mosquitto.conf"
        self.config.write_text("\n".join(lines) + "\n")

    def start(self):
        self.process = Process(shutil.which("mosquitto") or "/usr/sbin/mosquitto", "-c", self.config, "-v")
        self.process.wait_line(r"mosquitto version .* running")
        return self

    def stop(self):
        if self.process:
            self.process.stop()

    def kill(self):
        self.process.kill()


class Wire:
    """A TCP wire to a port that can go dead: what is sent into it is taken and never arrives."""

    def __init__(self, port):
        self.target, self.dead, self.swallowed, self.sockets = port, False, Record(), []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listener.accept()
                far = socket.create_connection(("127.0.0.1", self.target))
                self.sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=pair, daemon=True).start()

    def _pump(self, source, sink):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                if self.dead:
                    self.swallowed.add(data)
                else:
                    sink.sendall(data)

    def cut(self):
        """Ends every connection; new ones are alive again."""
        sockets, self.sockets, self.dead = self.sockets, [], False
        for s in sockets:
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)
            s.close()

    def close(self):
        self.listener.close()
        self.cut()


class Subscriber:
    """A paho client that records every message as (topic, payload text, retained) and joins again by itself."""

    def __init__(self, port, topics=("#",), password=None, client_id="", clean=True):
        self.messages, self.state = Record(), Record()
        self.client = mqtt.Client(client_id=client_id, clean_session=clean)
        if password:
            self.client.username_pw_set(*password)
        self.client.reconnect_delay_set(1, 1)
        self.client.on_connect = lambda client, *_: client.subscribe([(topic, 1) for topic in topics])
        self.client.on_subscribe = lambda *_: self.state.add("subscribed")
        self.client.on_message = lambda _c, _u, m: self.messages.add((m.topic, m.payload.decode(), bool(m.retain)))
        self.client.connect_async("127.0.0.1", port, keepalive=10)
        self.client.loop_start()

    def wait_subscribed(self, times=1):
        self.state.wait(lambda items: len(items) >= times, "the subscription")
        return self

    def events(self, account="+"):
        """The events received so far, doubles and all."""
        return [json.loads(p) for t, p, _ in list(self.messages.items) if t.endswith("/event") and p]

    def event_ids(self):
        return {event["id"] for event in self.events()}

    def retained(self):
        """The newest payload of each topic but events, as a client that came now would find it; no cleared ones."""
        state = {}
        for topic, payload, _ in list(self.messages.items):
            if not topic.endswith("/event"):
                state[topic] = payload
        return {topic: payload for topic, payload in state.items() if payload}

    def wait(self, holds, what, patience=PATIENCE_S):
        """Waits until holds(self) is true."""
        return self.messages.wait(lambda _: holds(self), what, patience)

    def wait_event(self, **members):
        def holds(_):
            return next((e for e in self.events() if all(e.get(k) == v for k, v in members.items())), None)
        return self.messages.wait(holds, f"an event with {members}")

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


@contextlib.contextmanager
def holding_its_breath(process):
    """The process does nothing while the block runs, so that others are ready before it goes on."""
    process.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.signal(signal.SIGCONT)


class Database:
    """The daemon's database, read while it runs as dashboards do."""

    def __init__(self, path):
        self.path = pathlib.Path(path)

    def rows(self, sql, *parameters, now=None):
        """`now`: what the clock of whoever asks shows, which views look at."""
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)
        if now is not None:
            connection.create_function("unixepoch", 0, lambda: int(now))
        try:
            return connection.execute(sql, parameters).fetchall()
        finally:
            connection.close()

    def one(self, sql, *parameters):
        return self.rows(sql, *parameters)[0][0]

    def retained(self):
        """Topics that the broker holds something under, and what: of alerts their payload, of states None, since what
        they say follows from what is stored."""
        alerts = self.rows("SELECT topic, payload FROM outbox WHERE retain = 1 AND length(payload) > 0")
        states = self.rows("SELECT topic FROM state_topic")
        return {**{topic: bytes(payload).decode() for topic, payload in alerts}, **{topic: None for topic, in states}}


class Daemon:
    """`ebb run` with a configuration of its own; start it, stop it, kill it, start it again."""

    def __init__(self, folder, api_url, broker=None, rules=(), key="sim-key", password=None, **account):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.path = self.folder / "ebb.yaml"
        self.database = Database(self.folder / "ebb.db")
        self.environment = dict(os.environ)
        self.key_file = self._secret("key", key)
        self.settings = {
            "store": str(self.database.path),
            "log": "debug",
            "accounts": [{"name": "main", "url": api_url, "key_file": str(self.key_file), "interval": "1s", **account}],
            "rules": list(rules),
        }
        if broker:
            self.settings["mqtt"] = {"host": "127.0.0.1", "port": broker.port}
            if password:
                self.settings["mqtt"].update(user=password[0],
                                             password_file=str(self._secret("mqtt-password", password[1])))
        self.process, self.logs = None, []
        self.write()

    def _secret(self, name, value):
        file = self.folder / name
        file.write_text(value + "\n")
        file.chmod(0o600)
        return file

    def write(self):
        self.path.write_text(yaml.safe_dump(self.settings, sort_keys=False, allow_unicode=True))

    def start(self):
        self.process = Process(EBB, "run", "--config", self.path, env=self.environment)
        self.logs.append(self.process)
        return self

    def run(self, *arguments, **options):
        """Another ebb command on the same configuration; returns the finished process."""
        return subprocess.run([str(EBB), "--config", str(self.path), *map(str, arguments)], capture_output=True,
                              text=True, timeout=PATIENCE_S, env=self.environment, **options)

    def wait_poll(self, result="ok", after=0):
        """Waits until a poll with this result was reported as stored; returns its id."""
        return int(self.process.wait_line(rf"poll (\d+) stored: {result}\b", after)[1])

    def wait_polls(self, count, result="ok"):
        """Waits for `count` more polls with this result."""
        place = len(self.process.lines.items)
        pattern = re.compile(rf"poll (\d+) stored: {result}\b")

        def holds(lines):
            found = [m for m in map(pattern.search, lines[place:]) if m]
            return found if len(found) >= count else None
        return [int(m[1]) for m in self.process.lines.wait(holds, f"{count} polls {result}")]

    def reload(self):
        place = len(self.process.lines.items)
        self.process.signal(signal.SIGHUP)
        return place

    def stop(self):
        return self.process.stop() if self.process else 0

    def kill(self):
        return self.process.kill()

    def text(self):
        return "\n".join(process.text() for process in self.logs)
