"""Runs the demo for demo.sh: starts the simulated API, the broker, the daemon and a subscriber, and shows their output.

Everything uses one temporary folder and free loopback ports. The alerts shown are those that a separate MQTT client
received from the broker, not the daemon's own output.
"""

import argparse
import contextlib
import datetime
import fcntl
import glob
import json
import os
import pathlib
import pty
import queue
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import textwrap
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SCENARIO = HERE.parent / "tests" / "scenarios" / "demo.yaml"
SPEED = 3600  # seconds of the demo's clock per second: of the API's and of Ebb's alike, so that all figures are true
BEGUN = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=3)
CLOCK = next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")), "")  # the package faketime
TABLE_EVERY_S = {True: 1, False: 10}  # by whether stdout is a terminal
ALERTS_SHOWN = 10
LAPSE = "Time-lapse: a second here is an hour. After half a minute Ebb has seen a day, and its forecasts get sharp."

CONFIG = """\
store: {folder}/ebb.db
accounts:
  - name: demo
    url: {api}
    key_file: {folder}/key
    interval: 30m
    timeout: 1h
mqtt:
  host: 127.0.0.1
  port: {broker}
rules:
  - name: low-balance
    kind: balance_below
    levels: {{ warning: 10.00, critical: 2.00 }}
  - name: runs-dry
    kind: exhausts_within
    levels: {{ info: 2d, warning: 12h }}
  - name: empty
    kind: exhausted
    level: critical
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process, name):
    while process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.05)
    sys.exit(f"demo: the {name} exited at once")


class Stage:
    """The processes of the demo, stopped in the reverse order of their start."""

    def __init__(self, ebb, folder):
        self.ebb, self.folder, self.processes = ebb, folder, []

    def start(self, *command, **options):
        # The kernel terminates them when the demo ends, however it ends.
        process = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *map(str, command)], stdin=subprocess.DEVNULL,
                                   start_new_session=True, **options)
        self.processes.append(process)
        return process

    def log(self, name):
        return open(self.folder / name, "w")

    def at_now(self, speed=1):
        """Before a command: the clock that it sees."""
        now = BEGUN + datetime.timedelta(seconds=SPEED * (time.monotonic() - self.began))
        return ["env", "TZ=UTC", f"LD_PRELOAD={CLOCK}", f"FAKETIME=@{now:%Y-%m-%d %H:%M:%S} x{speed}"]

    def start_api(self):
        (self.folder / "key").write_text("demo-key\n")
        os.chmod(self.folder / "key", 0o600)
        self.began = time.monotonic()
        sim = self.start(self.ebb, "sim", "--port", 0, "--scenario", SCENARIO, "--speed", SPEED, "--seed", 1,
                         "--start", f"{BEGUN:%Y-%m-%dT%H:%M:%SZ}", "--key-file", self.folder / "key",
                         stdout=subprocess.PIPE, stderr=self.log("sim.log"), text=True)
        line = sim.stdout.readline()
        if not line:
            sys.exit((self.folder / "sim.log").read_text())
        return json.loads(line)["url"]

    def start_broker(self):
        port = free_port()
        (self.folder / "mosquitto.conf").write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\n")
        mosquitto = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        broker = self.start(mosquitto, "-c", self.folder / "mosquitto.conf", stdout=self.log("broker.log"),
                            stderr=subprocess.STDOUT)
        wait_for_port(port, broker, "broker")
        return port

    def start_daemon(self, api, broker):
        self.config, self.web = self.folder / "ebb.yaml", free_port()
        self.page = f"http://127.0.0.1:{self.web}/"
        text = CONFIG.format(folder=self.folder, api=api, broker=broker)
        (self.folder / "daemon.yaml").write_text(text)
        self.config.write_text(f"{text}http:\n  listen: 127.0.0.1:{self.web}\n")
        subprocess.run([*self.at_now(), self.ebb, "once", "--config", self.folder / "daemon.yaml"], check=True,
                       stdin=subprocess.DEVNULL, stderr=self.log("once.log"))
        self.daemon = self.start(*self.at_now(SPEED), self.ebb, "run", "--config", self.folder / "daemon.yaml",
                                 stdout=subprocess.DEVNULL, stderr=self.log("daemon.log"))

    def start_pages(self):
        """As `ebb run` would show them, by a process of its own: a client that is given seconds to ask, as everybody
        is, would be given milliseconds by the daemon's clock."""
        pages = self.start(*self.at_now(SPEED), self.ebb, "serve", "--config", self.config, stdout=subprocess.DEVNULL,
                           stderr=self.log("pages.log"),
                           env={**os.environ, "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        wait_for_port(self.web, pages, "page server")

    def subscribe(self, broker):
        received = queue.Queue()
        client = self.start("mosquitto_sub", "-h", "127.0.0.1", "-p", broker, "-t", "ebb/+/event", "-q", 1,
                            stdout=subprocess.PIPE, stderr=self.log("subscriber.log"), text=True)
        threading.Thread(target=lambda: [received.put(line) for line in client.stdout], daemon=True).start()
        return received

    def end(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait()


def table(stage, columns):
    """The output of `ebb status`; for a terminal, run in one of this width to get its colours and line lengths."""
    command = [*stage.at_now(), stage.ebb, "status", "--config", stage.config]
    if not sys.stdout.isatty():
        shown = subprocess.run(command, capture_output=True, text=True)
        return shown.stdout or shown.stderr
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 100, columns, 0, 0))
    with subprocess.Popen(command, stdout=theirs, stderr=theirs):
        os.close(theirs)
        text = b""
        with contextlib.suppress(OSError):  # raised at the end, once nothing has the terminal open
            while chunk := os.read(ours, 65536):
                text += chunk
    os.close(ours)
    return text.decode(errors="replace").replace("\r", "")


def alert_line(line):
    event = json.loads(line)
    return f"{event['at'][11:19]}  {event['summary']}"


def show_screen(stage, alerts):
    size = shutil.get_terminal_size()
    lines = [f"In your browser: {stage.page}", LAPSE, "", *table(stage, size.columns).splitlines()]
    lines += ["", "alerts that a subscriber received from the broker:"]
    for alert in alerts[-ALERTS_SHOWN:] or ["(none yet)"]:
        lines += textwrap.wrap(alert, size.columns - 1, subsequent_indent=" " * 10)
    lines += ["", "press Ctrl-C to stop"]
    sys.stdout.write("\033[H" + "".join(line + "\033[K\n" for line in lines[: size.lines - 1]) + "\033[J")
    sys.stdout.flush()


def play(stage, received, seconds):
    terminal = sys.stdout.isatty()
    end = time.monotonic() + seconds if seconds else float("inf")
    next_table = time.monotonic() + (0 if terminal else 5)
    alerts = []
    print(f"In your browser: {stage.page}\n{LAPSE}\n", flush=True)
    if terminal:
        sys.stdout.write("\033[2J")
    while time.monotonic() < end and stage.daemon.poll() is None:
        try:
            alerts.append(alert_line(received.get(timeout=0.2)))
            if not terminal:
                print("alert", alerts[-1], flush=True)
        except queue.Empty:
            pass
        if time.monotonic() >= next_table:
            next_table = time.monotonic() + TABLE_EVERY_S[terminal]
            if terminal:
                show_screen(stage, alerts)
            else:
                print(table(stage, 120), flush=True)
    if stage.daemon.poll() is not None:
        sys.exit("demo: the daemon exited: " + (stage.folder / "daemon.log").read_text())
    return len(alerts)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--ebb", required=True)
    arguments.add_argument("--seconds", type=int, default=0)
    options = arguments.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)

    with tempfile.TemporaryDirectory(prefix="ebb-demo-") as folder:
        os.chmod(folder, 0o755)  # when started by root, the broker reads its file as another user
        stage = Stage(os.path.abspath(options.ebb), pathlib.Path(folder))
        try:
            api, broker = stage.start_api(), stage.start_broker()
            received = stage.subscribe(broker)
            stage.start_daemon(api, broker)
            stage.start_pages()
            count = play(stage, received, options.seconds)
            print(f"\n{count} alerts received; everything stopped")
        except KeyboardInterrupt:
            print("\nstopped")
        finally:
            stage.end()


main()
