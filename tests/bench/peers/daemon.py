"""What a careful user writes in an afternoon: poll, SQLite, burn rate, an alert over MQTT. A peer to measure against.

    daemon.py URL DATABASE INTERVAL_S MQTT_PORT THRESHOLD
"""

import json
import sqlite3
import sys
import time
import urllib.request

import paho.mqtt.client as mqtt

url, path, interval_s, port, threshold = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
db = sqlite3.connect(path, isolation_level=None)
db.execute("PRAGMA journal_mode=WAL")
db.execute("PRAGMA synchronous=NORMAL")
db.execute("CREATE TABLE IF NOT EXISTS token (id INTEGER PRIMARY KEY, name TEXT UNIQUE)")
db.execute("CREATE TABLE IF NOT EXISTS reading (at INTEGER, token INTEGER, balance REAL, PRIMARY KEY (at, token)) "
           "WITHOUT ROWID")
broker = mqtt.Client()
broker.connect("127.0.0.1", port)
broker.loop_start()
ids, last, burn, low, due = {}, {}, {}, set(), time.monotonic()
while True:
    now, readings, fresh = time.time(), [], []
    for token in json.load(urllib.request.urlopen(url)):
        name, balance = token["name"], token["balance"]
        if balance is None:
            continue
        if name not in ids:
            ids[name] = len(ids)
            fresh.append((ids[name], name))
        before = last.get(name)
        if before is None or before[1] != balance:
            readings.append((int(now * 1000), ids[name], balance))
        if before is not None:
            passed, was = now - before[0], burn.get(name, 0.0)
            burn[name] = was + ((before[1] - balance) / passed - was) * min(1, passed / 3600)
        last[name] = (now, balance)
        if balance >= float(threshold):
            low.discard(name)
        elif name not in low:
            low.add(name)
            rate = burn.get(name, 0)
            said = {"name": name, "balance": balance, "empty_at": now + balance / rate if rate > 0 else None}
            broker.publish(f"bench/alert/low/{name}", json.dumps(said), qos=1)
    db.execute("BEGIN")
    db.executemany("INSERT INTO token VALUES (?, ?)", fresh)
    db.executemany("INSERT INTO reading VALUES (?, ?, ?)", readings)
    db.execute("COMMIT")
    due += interval_s
    time.sleep(max(0, due - time.monotonic()))
