"""The file of the database: what is not one is refused by every command at once, one file has one writer, and a reader
that keeps the journal from being emptied is named.
"""

import contextlib
import json
import os
import socket
import sqlite3

import pytest

from players import EBB, Process

READERS = [["status"], ["status", "--json"], ["history", "prod-app"], ["report"], ["alerts"], ["gate", "prod-app"],
           ["forecast", "prod-app"], ["export", "copy.db"], ["audit"]]


@pytest.mark.parametrize("kind", ["fifo", "folder", "socket", "device", "one byte"])
def test_every_command_refuses_what_is_no_database_at_once(sim, make_daemon, kind, tmp_path):
    daemon = make_daemon(sim.url)
    path = daemon.database.path
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as server:
        if kind == "fifo":
            os.mkfifo(path)
        elif kind == "folder":
            path.mkdir()
        elif kind == "socket":
            server.bind(str(path))
        elif kind == "device":
            path.symlink_to("/dev/zero")
        else:
            path.write_bytes(b"x")
        before = sorted(os.listdir(daemon.folder))
        for command in [["run"], ["once"], *READERS]:
            refused = daemon.run(*command, cwd=tmp_path)
            assert refused.returncode not in (0, None), command
            words = refused.stdout + refused.stderr
            assert str(path) in words or "/dev/zero" in words, (command, words)
        assert sorted(os.listdir(daemon.folder)) == before
        assert kind != "one byte" or path.read_bytes() == b"x"


@pytest.mark.parametrize("how", ["symbolic link", "hard link", "folder link", "relative"])
def test_a_second_daemon_is_refused_by_whatever_name_it_knows_the_database(sim, make_daemon, how, tmp_path):
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(1)
    other = tmp_path / "other"
    if how == "folder link":
        other.symlink_to(daemon.folder)
        name = other / "ebb.db"
    elif how == "relative":
        name = daemon.folder / ".." / daemon.folder.name / "." / "ebb.db"
    else:
        other.mkdir()
        name = other / "mine.db"
        (os.symlink if how == "symbolic link" else os.link)(daemon.database.path, name)
    second = tmp_path / "second.yaml"
    second.write_text(daemon.path.read_text().replace(str(daemon.database.path), str(name)))
    for command in ("run", "once"):
        process = Process(EBB, command, "--config", second)
        assert process.ended() not in (0, None)
        assert "in use by another ebb" in process.text() or "hard link" in process.text()
    daemon.wait_polls(2)
    assert daemon.stop() == 0
    assert daemon.database.one("PRAGMA integrity_check") == "ok"


def test_a_reader_that_lets_the_journal_grow_is_warned_of(sim, make_daemon):
    sim.create("prod-app", balance="50.00")
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(1)
    with contextlib.closing(sqlite3.connect(daemon.database.path, timeout=30, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM poll").fetchall()
        with contextlib.closing(sqlite3.connect(daemon.database.path, timeout=30)) as other:
            other.execute("CREATE TABLE many_polls (x)")
            other.execute("INSERT INTO many_polls VALUES (zeroblob(20000000))")
            other.commit()
        daemon.process.wait_line(r"warning: .*ebb.db-wal has grown to 2\d\.\d MB .*transaction")
        daemon.wait_polls(2)
        assert sum("has grown" in line for line in daemon.process.lines.items) == 1
        assert "journal of 2" in daemon.run("status").stdout
        assert json.loads(daemon.run("status", "--json").stdout)["store"]["journal_bytes"] > 20e6
        reader.execute("ROLLBACK")
    daemon.process.wait_line("the journal of the database is emptied again")
    assert "journal" not in daemon.run("status").stdout
    assert daemon.stop() == 0
