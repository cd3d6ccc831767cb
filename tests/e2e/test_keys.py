"""A key file that was replaced is read again when the API refuses the old key: at once, and without a signal."""

import pytest

from harness import TOKENS, Sim


@pytest.fixture
def sim(stage):
    """One account of the service under two keys: what happens to the old one is the test's business."""
    token = {"name": "prod", "balance": 5}
    return stage.enter_context(Sim(key="old", scenario={"accounts": [
        {"name": "by-old-key", "key": "old", "tokens": [token]},
        {"name": "by-new-key", "key": "new", "tokens": [token]}]}))


def refuse_old_key(sim):
    sim.fault(kind="status", status=401, account="by-old-key")


@pytest.fixture
def daemon(sim, make_daemon):
    daemon = make_daemon(sim.url, key="old").start()
    daemon.wait_polls(1)
    return daemon


def lists_by_new_key(sim):
    return [r for r in sim.requests() if r["path"] == TOKENS and r["account"] == "by-new-key"]


def test_a_replaced_key_file_is_read_again_at_the_first_refusal(sim, daemon):
    place = len(daemon.process.lines.items)
    daemon.key_file.write_text("new\n")
    refuse_old_key(sim)
    daemon.process.wait_line(rf"notice: main: the API refused the key; now using the new key in {daemon.key_file}",
                             place)
    daemon.wait_polls(2)
    assert lists_by_new_key(sim)
    assert not daemon.database.rows("SELECT id FROM poll WHERE result <> 'ok'")
    assert daemon.database.one("SELECT credits_reason FROM account") is None


def test_a_key_file_that_is_replaced_after_the_refusal_is_noticed_without_a_signal(sim, daemon):
    refuse_old_key(sim)
    daemon.wait_poll("unauthorized", len(daemon.process.lines.items))
    assert f"{daemon.key_file} still has the refused key" in daemon.database.one(
        "SELECT reason FROM poll ORDER BY id DESC LIMIT 1")
    place = len(daemon.process.lines.items)
    daemon.key_file.write_text("new\n")
    daemon.process.wait_line(rf"main: the API refused the key; now using the new key in {daemon.key_file}", place)
    daemon.wait_polls(2)
    assert "old\n" not in daemon.text() and "Bearer" not in daemon.text()


def test_a_key_file_that_went_away_is_said_and_the_old_key_stays(sim, daemon):
    refuse_old_key(sim)
    daemon.key_file.unlink()
    daemon.wait_poll("unauthorized", len(daemon.process.lines.items))
    assert str(daemon.key_file) in daemon.database.one("SELECT reason FROM poll ORDER BY id DESC LIMIT 1")
    daemon.key_file.write_text("new\n")
    daemon.wait_polls(1)


def test_a_command_reads_its_key_again_too(stage, sim, make_daemon):
    """The first answer lets it wait for two seconds; meanwhile the key is replaced."""
    import subprocess

    from players import EBB, PATIENCE_S
    daemon = make_daemon(sim.url, key="old")
    sim.fault(kind="status", status=503, retry_after="2", times=1, account="by-old-key")
    refuse_old_key(sim)
    command = subprocess.Popen([str(EBB), "--config", str(daemon.path), "tokens", "show", "prod"],
                               stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    while not sim.requests():
        pass
    daemon.key_file.write_text("new\n")
    output, _ = command.communicate(timeout=PATIENCE_S)
    assert command.returncode == 0, output
    assert "prod" in output
