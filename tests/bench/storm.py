#!/usr/bin/env python3
"""How much later an alert comes while many read the daemon's pages.

    cmake --preset bench && cmake --build --preset bench
    /usr/bin/python3 tests/bench/storm.py [--tokens 1000] [--drops 20]

A daemon polls the stand-in API, balances fall below the threshold, and the alert's way from the API's answer to an MQTT
subscriber is measured as peers/side_by_side.py does: first while nobody reads, then while 20 scrapers ask for /metrics
once a second each and 10 slow readers take a page a few bytes at a time. The difference of the medians is the delay.
"""

import argparse
import contextlib
import json
import pathlib
import shutil
import socket
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "peers"))
import side_by_side  # noqa: E402

SCRAPERS, SLOW_READERS = 20, 10
REQUEST = "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n"


class Ebb(side_by_side.Contender):
    """Ebb with its web server on, read by many or by nobody."""
    storm = False

    def start_ebb(self):
        self.http, self.over, self.scrapes = side_by_side.free_port(), threading.Event(), 0
        super().start_ebb()
        if self.storm:
            side_by_side.wait_for(self.http, self.processes[0])
            for reader in [self.scrape] * SCRAPERS + [self.read_slowly] * SLOW_READERS:
                threading.Thread(target=reader, daemon=True).start()

    def write(self, name, text, **more):
        if name == "ebb.yaml":
            text += f'http: {{{{listen: ["127.0.0.1:{self.http}"]}}}}\n'
        return super().write(name, text, **more)

    def ask(self, path):
        s = socket.create_connection(("127.0.0.1", self.http), 30)
        s.sendall(REQUEST.format(path=path, port=self.http).encode())
        return s

    def scrape(self):
        while not self.over.wait(1):
            with contextlib.suppress(OSError), self.ask("/metrics") as s:
                while s.recv(1 << 16):
                    pass
                self.scrapes += 1

    def read_slowly(self):
        while not self.over.is_set():
            with contextlib.suppress(OSError), self.ask("/metrics") as s:
                while not self.over.wait(0.1) and s.recv(16):
                    pass

    def stop(self):
        self.over.set()
        super().stop()


class Storm(Ebb):
    storm = True


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=int, default=1000)
    parser.add_argument("--interval", type=float, default=2, help="seconds between polls")
    parser.add_argument("--warm", type=float, default=10, help="seconds before the first figure")
    parser.add_argument("--drops", type=int, default=20)
    parser.add_argument("--programs", type=pathlib.Path, default=HERE.parents[1] / "build/bench/tests/peers")
    a = parser.parse_args()
    a.change, a.contenders = 0.1, ["ebb"]
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="ebb-bench-"))
        stack.callback(shutil.rmtree, folder)
        bench = side_by_side.Bench(a.programs, folder, a.tokens, a.interval)
        stack.callback(bench.stop)
        bench.start_broker()
        medians = []
        for side_by_side.Contender in (Ebb, Storm):
            for figures in side_by_side.measure_latency(bench, a):
                medians.append(figures["served_to_received_ms"]["median"])
                print(json.dumps({**figures, "readers": side_by_side.Contender.__name__}), flush=True)
        print(f"{medians[1] - medians[0]:.1f} ms later in the storm")


if __name__ == "__main__":
    sys.exit(main())
