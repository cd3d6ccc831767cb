"""Names are data. Whatever a token may be called goes through API, database, MQTT, CSV, JSON and terminal unharmed."""

import csv
import io
import json
import re


NASTY = [
    "plain-name",
    "Zürich-überprüfung-ß",
    "日本語-トークン",
    "emoji-🚀-👩‍👩‍👧",
    "slash/plus+hash#dollar$",
    "$SYS/broker",
    "quote'\"`back\\slash",
    "line\nbreak\tand tab",
    "esc\x1b[31mred\x1b[0m\x07",
    "rtl-\u202egnp.exe",
    "=cmd|' /C calc'!A0",
    "+1+1", "-2-3", "@SUM(A1)",
    "%2F..%2f?query&x=1",
    "same name", "same-name", "same_name", "same+name", "same/name",
    "; DROP TABLE token; --",
    "{\"json\": true}",
    "<script>alert(1)</script>",
    "..", ".", "-", "--help", "null", "0", " ",
    "x" * 200,
    "é" * 200,
    "🚀" * 200,
]
RULES = [{"name": "low", "kind": "balance_below", "levels": {"warning": "10.00"}}]


def test_every_nasty_name_goes_through_everything(sim, broker, subscriber, make_daemon):
    for n, name in enumerate(NASTY):
        sim.create(name, balance=f"{n}.000000001")
    daemon = make_daemon(sim.url, broker, rules=RULES).start()
    daemon.wait_polls(3)

    assert {n for n, in daemon.database.rows("SELECT name FROM token WHERE kind = 'token'")} == set(NASTY)

    def states(s):
        found = {t: json.loads(p) for t, p in s.retained().items() if t.startswith("ebb/main/token/")}
        return found if len(found) >= len(NASTY) else None
    topics = subscriber.wait(states, "a state topic for each token")
    assert {p["token"] for p in topics.values()} == set(NASTY)
    slugs = [t.split("/")[3] for t in topics]
    assert len(set(slugs)) == len(NASTY) and all(re.fullmatch(r"[A-Za-z0-9_-]+", slug) for slug in slugs)
    assert all(topic == f"ebb/main/token/{p['slug']}/state" for topic, p in topics.items())
    assert "plain-name" in slugs

    low = {name for n, name in enumerate(NASTY) if n < 10}
    def alerts(s):
        return {json.loads(p)["token"] for t, p in s.retained().items() if t.startswith("ebb/main/alert/low/")}
    subscriber.wait(lambda s: alerts(s) == low, "alerts for the poor ones")
    found = [event for event in subscriber.events() if event["rule"] == "low"]
    assert len(found) == 1 and found[0]["digest"]["count"] == len(low), "one digest for all of them"
    assert {worst["token"] for worst in found[0]["digest"]["worst"]} <= low

    shown = json.loads(daemon.run("status", "--json").stdout)
    assert {row["token"] for row in shown["tokens"]} == set(NASTY)

    for name in NASTY:
        history = daemon.run("history", "--format", "json", "--", name)
        assert history.returncode == 0, (name, history.stderr)
        assert json.loads(history.stdout)

    text = daemon.run("status").stdout
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)


def test_csv_is_safe_in_a_spreadsheet_and_numbers_stay_numbers(sim, make_daemon):
    for n, name in enumerate(NASTY):
        sim.create(name, balance=f"{n + 1}.50")
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(1)
    for n, name in enumerate(NASTY):
        sim.set_balance(name, "-1.25")
    daemon.wait_polls(2)
    daemon.stop()

    rows = list(csv.reader(io.StringIO(daemon.run("report", "--format", "csv").stdout)))
    heading, body = rows[0], rows[1:]
    token = heading.index("token")
    assert len(body) == len(NASTY)
    for row in body:
        assert not re.match(r"[=+@\t\r-]", row[token]), row
    for name in NASTY:
        history = daemon.run("history", "--format", "csv", "--", name).stdout
        cells = [cell for row in csv.reader(io.StringIO(history)) for cell in row]
        assert "-1.25" in cells, (name, history)


def test_two_names_of_one_slug_never_share_a_topic(sim, broker, subscriber, make_daemon):
    for name in ["a b", "a+b", "a/b", "a-b"]:
        sim.create(name, balance="1.00")
    make_daemon(sim.url, broker).start()
    subscriber.wait(lambda s: len([t for t in s.retained() if t.startswith("ebb/main/token/")]) == 4, "four topics")
