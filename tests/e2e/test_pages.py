"""A list that comes in pages ends, whatever the service says: there is one deadline for a poll as a whole."""

import json

import pytest

from harness import TOKENS


@pytest.fixture
def daemon(sim, make_daemon):
    sim.create("prod", balance="5.00")
    daemon = make_daemon(sim.url, timeout="2s", connect_timeout="1s", calls_per_second=10).start()
    daemon.wait_polls(1)
    return daemon


def element(name):
    return {"name": name, "balance": 1, "active_balance": True}


def answer(sim, results, page):
    sim.fault(kind="body", path=TOKENS, body=json.dumps(
        {"results": results, "next": f"{sim.url}{TOKENS}?page={page}"}))


def broken_reason(daemon, result="broken"):
    daemon.wait_poll(result, len(daemon.process.lines.items))
    assert not daemon.database.rows("SELECT name FROM token WHERE name <> 'prod' AND kind = 'token'")
    return daemon.database.one("SELECT reason FROM poll WHERE result = ? ORDER BY id DESC LIMIT 1", result)


def lists(sim):
    return sum(r["path"] == TOKENS for r in sim.requests())


def test_empty_pages_without_end_are_no_list(sim, daemon):
    before = lists(sim)
    answer(sim, [], "%n")
    assert "4 consecutive pages without a new token" in broken_reason(daemon)
    assert lists(sim) < before + 20


def test_a_page_that_leads_back_to_itself_is_no_list(sim, daemon):
    answer(sim, [element("a")], "2")
    assert "links back" in broken_reason(daemon)


def test_a_list_without_end_is_given_up_at_the_poll_s_deadline(sim, daemon):
    answer(sim, [element("token-%n")], "%n")
    assert "was still incomplete after" in broken_reason(daemon, "unavailable")
    sim.clear_faults()
    daemon.wait_polls(1)


def test_each_page_in_time_but_all_too_late_is_given_up(sim, daemon):
    """Each page drips for less than its own time limit."""
    place = len(daemon.process.lines.items)
    for page in range(40):
        sim.fault(kind="delay", ms=1500, times=1, path=TOKENS)
        sim.fault(kind="body", times=1, path=TOKENS, body=json.dumps(
            {"results": [element(f"t{page}")], "next": f"{sim.url}{TOKENS}?page={page}"}))
    assert daemon.process.wait_line(r"stored: (unavailable|broken)", place)


def test_an_honest_list_in_pages_is_read_whole(sim, daemon):
    for page in range(5):
        sim.fault(kind="body", times=1, path=TOKENS, body=json.dumps(
            {"results": [element(f"t{page}-{n}") for n in range(3)] + ([element("prod")] if page == 2 else []),
             "next": f"{sim.url}{TOKENS}?page={page}" if page < 4 else None}))
    daemon.process.wait_line(r"stored: ok, 16 tokens")


@pytest.mark.parametrize("next_page", [
    lambda sim, n: f"?page={n}", lambda sim, n: f"{TOKENS}?page={n}",
    lambda sim, n: f"{sim.url.replace('http:', 'https:')}{TOKENS}?page={n}",
], ids=["query", "path", "scheme"])
def test_however_a_page_names_the_next_one_it_is_followed(sim, daemon, next_page):
    for page in range(3):
        sim.fault(kind="body", times=1, path=TOKENS, body=json.dumps(
            {"count": 3, "results": [element(f"t{page}" if page else "prod")],
             "next": next_page(sim, page) if page < 2 else None}))
    daemon.process.wait_line(r"stored: ok, 3 tokens")


def test_a_list_that_is_shorter_than_it_says_deletes_nobody(sim, daemon):
    sim.create("other", balance="1.00")
    daemon.wait_polls(1)
    sim.fault(kind="body", path=TOKENS, body=json.dumps({"count": 2, "results": [element("prod")], "next": None}))
    daemon.wait_polls(4, "broken")
    reason = daemon.database.one("SELECT reason FROM poll WHERE result = 'broken' ORDER BY id DESC LIMIT 1")
    assert "it ends after 1 of 2 tokens" in reason
    assert daemon.database.rows("SELECT token, missing FROM v_token ORDER BY token") == [("other", 0), ("prod", 0)]


def test_pages_that_name_the_same_tokens_again_and_again_are_no_list(sim, daemon):
    answer(sim, [element("a"), element("b")], "%n")
    assert "4 consecutive pages without a new token" in broken_reason(daemon)
