"""`ebb export` while the daemon writes: the copy is whole, of one moment, and never in anyone's way."""

import json
import os
import resource
import signal
import sqlite3
import stat

import pytest


def ask(path, sql):
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchone()[0]


@pytest.fixture
def daemon(sim, make_daemon):
    for name in ("prod-a", "prod-b"):
        sim.create(name, balance="50.00")
    daemon = make_daemon(sim.url).start()
    daemon.wait_polls(2)
    return daemon


def left(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_copy_made_during_polls_is_of_one_moment(sim, daemon, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    for cents in range(1, 8):
        for name in ("prod-a", "prod-b"):
            sim.set_balance(name, f"{50 - cents}.00")
        done = daemon.run("export", out / f"{cents}.db")
        assert (done.returncode, done.stderr) == (0, "")
        copy = out / f"{cents}.db"
        assert ask(copy, "PRAGMA integrity_check") == "ok"
        assert not ask(copy, "SELECT count(*) FROM pragma_foreign_key_check")
        assert ask(copy, "SELECT sum(spent_nano) FROM hour_sum") == ask(copy, "SELECT sum(spent_nano) FROM day_sum")
        assert ask(copy, "SELECT coalesce(sum(amount_nano), 0) FROM entry WHERE kind = 'consumption'") \
            == (ask(copy, "SELECT sum(spent_nano) FROM day_sum") or 0)
        assert ask(copy, "SELECT max(at) FROM poll") == ask(copy, "SELECT last_ok_at FROM account")
        daemon.wait_polls(1)
    assert left(out) == [f"{n}.db" for n in range(1, 8)]
    assert stat.S_IMODE(os.stat(out / "7.db").st_mode) == 0o640
    assert daemon.stop() == 0
    daemon.settings["store"] = str(out / "7.db")
    daemon.write()
    tokens = {t["token"] for t in json.loads(daemon.run("status", "--json").stdout)["tokens"]}
    assert tokens == {"prod-a", "prod-b"}


def test_status_says_what_the_database_weighs_and_since_when_it_knows(daemon):
    assert daemon.stop() == 0
    store = json.loads(daemon.run("status", "--json").stdout)["store"]
    assert store["bytes"] == daemon.database.one("PRAGMA page_count") * daemon.database.one("PRAGMA page_size")
    assert store["free_bytes"] == daemon.database.one("PRAGMA freelist_count") * 4096
    first = daemon.database.one("SELECT strftime('%Y-%m-%dT%H:%M:%SZ', min(at), 'unixepoch') FROM poll")
    assert store["raw_since"] == first
    assert store["hourly_since"] is None  # nothing was spent yet
    assert daemon.run("status").stdout.splitlines()[-1].startswith("database 0.")


def test_nothing_is_overwritten_unless_told_so(daemon, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    file = out / "copy.db"
    file.write_text("dear")
    refused = daemon.run("export", file)
    assert refused.returncode == 1 and "already exists; replace it with --force" in refused.stderr
    assert file.read_text() == "dear" and left(out) == ["copy.db"]
    assert daemon.run("export", "--force", file).returncode == 0
    assert ask(file, "PRAGMA integrity_check") == "ok" and left(out) == ["copy.db"]


def test_the_database_is_never_replaced_by_its_copy(daemon):
    inode = os.stat(daemon.database.path).st_ino
    refused = daemon.run("export", "--force", daemon.database.path)
    assert refused.returncode == 1 and "is the database itself" in refused.stderr
    assert os.stat(daemon.database.path).st_ino == inode
    daemon.wait_polls(1)


def test_a_full_disk_leaves_nothing(daemon, tmp_path):
    out = tmp_path / "out"
    out.mkdir()
    refused = daemon.run("export", out / "copy.db",
                         preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20480, 20480)))
    assert refused.returncode == 1 and "export failed" in refused.stderr
    assert left(out) == []
    missing = daemon.run("export", out / "no" / "copy.db")
    assert missing.returncode == 1 and "No such file" in missing.stderr


def test_a_cancelled_export_leaves_nothing(daemon, tmp_path):
    """The signal is there before the work begins: it is blocked, and waits to be asked for."""
    out = tmp_path / "out"
    out.mkdir()

    def interrupted():
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        os.kill(os.getpid(), signal.SIGINT)
    cancelled = daemon.run("export", out / "copy.db", preexec_fn=interrupted)
    assert cancelled.returncode == 1 and "cancelled" in cancelled.stderr
    assert left(out) == []
