"""Every SQL text of every dashboard, asked as the plugin asks it, of a database that Ebb wrote: it answers, with
columns that the panel knows, each of one type, times that rise, and at least one row."""

import json
import subprocess

import pytest

from history import EBB
from source import ask_sqlite, boards, connect, expand, panels, sql_texts, variables, wide

BOARDS = {name: board for (source, name), board in boards().items() if source == "sqlite"}
TEXTS = [(name, what, n) for name, board in BOARDS.items() for n, (what, _, _) in enumerate(sql_texts(board))]
# The token of the board for one; it has a forecast, top-ups, resets or alerts.
ONE = {"token": "prod-billing-api", "account": "main"}
CHOICES = {"all": {}, "some": {"account": ["main"], "environment": ["prod", "staging"],
                               "token": ["prod-billing-api", "staging-translate"]}}
MAY_BE_EMPTY = {  # what -> the choice in which nothing of it happened
    ("token", "annotation Resets"), ("token", "panel Alerts firing"),
}


def chosen(name, choice):
    return {**CHOICES[choice], **ONE} if name == "token" else CHOICES[choice]


def ask(past, name, n, choice="all", period=None):
    what, text, shape = list(sql_texts(BOARDS[name]))[n]
    db = connect(past.path, past.now)
    try:
        return ask_sqlite(db, expand(text, BOARDS[name], "sqlite", chosen(name, choice), period or past.period), shape)
    finally:
        db.close()


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name, what, n", TEXTS)
def test_a_query_answers_with_rows(past, name, what, n, choice):
    frames = ask(past, name, n, choice)
    assert frames or (name, what) in MAY_BE_EMPTY
    for frame in frames:
        assert len(frame[0][2]) > 0 or (name, what) in MAY_BE_EMPTY, "no rows"
    for frame in frames:
        for column, kind, values, labels in frame:
            if what.startswith("variable"):
                assert len(frame) == 1 and kind == "string"


@pytest.mark.parametrize("days", [0.1, 1, 8.5, 30, 400])
@pytest.mark.parametrize("name, what, n", [row for row in TEXTS if row[1].startswith("panel")])
def test_a_query_answers_for_any_period(past, name, what, n, days):
    ask(past, name, n, period=(past.now - days * 86400, past.now))


@pytest.mark.parametrize("name", BOARDS)
def test_overrides_are_of_fields_that_are_there(past, name):
    places = {what: n for n, (what, _, _) in enumerate(sql_texts(BOARDS[name]))}
    for panel in panels(BOARDS[name]):
        if panel["title"] == "Polls per hour, by result":
            continue  # of results, only those that occurred
        frames = ask(past, name, places[f"panel {panel['title']}"])
        fields = {labels.get("series", column) for frame in frames for column, _, _, labels in frame}
        named = {override["matcher"]["options"] for override in panel["fieldConfig"]["overrides"]}
        assert named <= fields, panel["title"]


def frames_of(past, name, title):
    places = {what: n for n, (what, _, _) in enumerate(sql_texts(BOARDS[name]))}
    return ask(past, name, places[f"panel {title}"])


def table(frames):
    names = [column for column, _, _, _ in frames[0]]
    return [dict(zip(names, row)) for row in zip(*(values for _, _, values, _ in frames[0]))]


@pytest.fixture(scope="session")
def status(past):
    done = subprocess.run([EBB, "status", "--json", "--config", past.config], capture_output=True, text=True)
    return {(t["account"], t["token"]): t for t in json.loads(done.stdout)["tokens"]}


def test_the_table_of_tokens_is_what_status_says(past, status):
    rows = table(frames_of(past, "fleet", "Tokens, the next to run out first"))
    assert {(row["Account"], row["Token"]) for row in rows} == set(status)
    for row in rows:
        said = status[row["Account"], row["Token"]]
        assert row["State"] == said["state"]
        assert (row["Balance"] is None) == (said["balance_usd"] is None)
        if row["Balance"] is not None:
            assert round(row["Balance"] * 1e9) == round(float(said["balance_usd"]) * 1e9)


def test_a_quoted_name_is_the_name_itself(past):
    board = BOARDS["token"]
    text = expand("SELECT ${token:sqlstring}", board, "sqlite", {"token": "it's"}, past.period)
    assert connect(past.path, past.now).execute(text).fetchone() == ("it's",)


def test_all_counts_tokens_that_are_deleted_too(past):
    text = "SELECT count(*) FROM v_token_name WHERE token IN (${token:sqlstring})"
    text = expand(text, BOARDS["fleet"], "sqlite", {}, past.period)
    assert connect(past.path, past.now).execute(text).fetchone() == past.rows("SELECT count(*) FROM v_token_name")[0]


def test_falling_times_are_refused():
    with pytest.raises(ValueError, match="rise"):
        wide([("time", "time", [2, 1]), ("value", "number", [1.0, 2.0])])


def test_mixed_types_are_refused(past):
    with pytest.raises(ValueError, match="float.*int"):
        ask_sqlite(connect(past.path, past.now), "SELECT 1 AS x UNION ALL SELECT 1.5", "table")


def test_every_variable_is_one_that_the_board_has(past):
    for board in BOARDS.values():
        for _, text, _ in sql_texts(board):
            expand(text, board, "sqlite", {"token": "x"}, past.period)
        with pytest.raises(KeyError):
            expand("$region", board, "sqlite", {}, past.period)
        assert "datasource" in variables(board)
