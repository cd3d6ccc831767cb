"""The forecast's constants can be made again with what is in the tree: public sources' layout -> data -> training ->
answers out of fold and a table that compiles."""

import csv
import datetime
import json
import math
import os
import pathlib
import random
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools/forecast"
BENCH = pathlib.Path(os.environ["EBB"]).resolve().parent / "tests/forecast"


def rhythm(hours):
    return 1 + 0.8 * math.cos(2 * math.pi * hours / 24)


def write_servegen(folder, dice):
    """Fourteen days by ten minutes, as its README says: start, requests a second, cv, pattern and its parameters."""
    folder.mkdir(parents=True)
    for client in range(13):
        rows = ["%d,%.4f,1.2,Gamma,0.7,1.4" % (t, 0.05 * rhythm(t / 3600) * dice.random())
                for t in range(0, 14 * 86400, 600)]
        (folder / ("chunk-%d-trace.csv" % client)).write_text("\n".join(rows) + "\n")
        lengths = {"input_tokens": "{100: 0.5, 900: 0.5}", "output_tokens": "{20: 0.9, 400: 0.1}"}
        windows = {"0": lengths, "21600": {"input_tokens": "{}", "output_tokens": "{}"}, "43200": lengths}
        (folder / ("chunk-%d-dataset.json" % client)).write_text(json.dumps(windows))


def write_nab(file, dice):
    file.parent.mkdir(parents=True)
    start = datetime.datetime(2015, 2, 26, 21, 42, 53)
    rows = ["%s,%d" % (start + datetime.timedelta(minutes=5 * i), dice.randrange(100)) for i in range(2000)]
    file.write_text("\n".join(["timestamp,value", *rows]) + "\n")


def write_bike(folder, dice):
    folder.mkdir(parents=True)
    start = datetime.datetime(2011, 1, 1)
    hours = (start + datetime.timedelta(hours=i) for i in range(20 * 7 * 24))
    rows = ["%s,%d,%d,%d" % (at.date(), at.hour, dice.randrange(30), dice.randrange(200)) for at in hours]
    (folder / "hour.csv").write_text("\n".join(["dteday,hr,casual,registered", *rows]) + "\n")


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder, dice = tmp_path_factory.mktemp("model"), random.Random(1)
    write_servegen(folder / "sources/ServeGen/data/language/m-small", dice)
    write_nab(folder / "sources/NAB/data/realTweets/Twitter_volume_AAPL.csv", dice)
    write_nab(folder / "sources/NAB/data/realAWSCloudwatch/ec2_network_in_257a54.csv", dice)
    write_bike(folder / "sources/bike", dice)
    subprocess.run([sys.executable, TOOLS / "convert.py", "--questions", "3", folder / "sources", folder / "data"],
                   check=True)
    return folder / "data"


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def lay_budget(data):
    """A daily budget over two days of one series, of which one runs dry."""
    polls = read(data / "series" / (read(data / "series.csv")[0]["series"] + ".csv"))
    columns = "period_id,period,series,hist_from,origin,balance_nano_usd,reset_amount_nano_usd,reset_at"
    days = [day for day in range(86400 * (int(polls[0]["ts"]) // 86400 + 5), int(polls[-1]["ts"]), 86400)][:2]
    with open(data / "resets.csv", "w") as rows, open(data / "reset_answers.csv", "w") as answers:
        rows.write("task_id," + columns + "\n")
        answers.write("period_id,class,period,truth,t_dry\n")
        for k, day in enumerate(days):
            row = "p%d,daily,%s,%s,%d,%d,%d,%d" % (k, read(data / "series.csv")[0]["series"], polls[0]["ts"],
                                                   day + 43200, 10 ** 9 * (1 + k), 10 ** 10, day + 82800)
            rows.write("q%d,%s\n" % (k, row))
            answers.write("p%d,any,daily,%s,none\n" % (k, ("lasts", "dry")[k]))


def test_every_source_becomes_keys_whose_balance_never_runs_below_zero(data):
    series = read(data / "series.csv")
    assert {row["source"] for row in series} == {"servegen", "nab", "uci-bike"}
    for row in series:
        polls = read(data / "series" / (row["series"] + ".csv"))
        assert len(polls) == int(row["snapshots"]) < float(row["days"]) * 86400 / int(row["step_s"]) + 1
        assert all(int(a["ts"]) < int(b["ts"]) for a, b in zip(polls, polls[1:]))
        assert all(int(poll["balance_nano_usd"]) >= 0 for poll in polls)
    assert read(data / "tasks.csv") and len(read(data / "tasks.csv")) == len(read(data / "answers.csv"))


def test_a_training_answers_each_series_out_of_fold_and_writes_a_table_that_compiles(data, tmp_path):
    table = tmp_path / "table.c"
    subprocess.run([sys.executable, TOOLS / "train.py", "--fast", "--bench", BENCH, "--work", tmp_path / "work",
                    "--table", table, data], check=True)
    near_table = tmp_path / "near_table.c"
    subprocess.run([sys.executable, TOOLS / "near.py", "--fast", "--bench", BENCH, "--work", tmp_path / "work",
                    "--table", near_table, data], check=True)
    told = subprocess.run([sys.executable, TOOLS / "out_of_fold.py", "--bench", BENCH, "--work", tmp_path / "work",
                           data], check=True, stdout=subprocess.PIPE, text=True).stdout
    answered = [row["task_id"] for row in csv.DictReader(told.splitlines())]
    assert sorted(answered) == sorted(row["task_id"] for row in read(data / "tasks.csv"))

    (tmp_path / "predictions.csv").write_text(told)
    scored = subprocess.run([sys.executable, ROOT / "tests/forecast/score.py", data, tmp_path / "predictions.csv"],
                            check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "pinball" in scored and "servegen" in scored
    measured = subprocess.run([sys.executable, TOOLS / "measure.py", "--bench", BENCH, "--work", tmp_path / "work",
                               "--episodes", "0.1", data], check=True, stdout=subprocess.PIPE, text=True).stdout
    for group in ("servegen", "under 6 hours", "seen", "even"):
        assert re.search(r"^\| %s \| \d+ \| 0\.\d{4}" % group, measured, re.MULTILINE), measured
    assert re.search(r"^\| all \| .* \(0\.\d{4} to 0\.\d{4}\)", measured, re.MULTILINE), "no spread over the folds"
    subprocess.run(["gcc", "-std=c17", "-Wall", "-Werror", "-I", ROOT / "agent", "-fsyntax-only", table, near_table],
                   check=True)

    resets = tmp_path / "reset_table.c"
    subprocess.run([sys.executable, TOOLS / "resets.py", "--fast", "--bench", BENCH, "--work", tmp_path / "work",
                    "--table", resets, data], check=True)
    subprocess.run(["gcc", "-std=c17", "-Wall", "-Werror", "-I", ROOT / "agent", "-fsyntax-only", resets], check=True)
    lay_budget(data)
    told = subprocess.run([sys.executable, TOOLS / "resets.py", "--bench", BENCH, "--work", tmp_path / "work",
                           "--answer", data], check=True, stdout=subprocess.PIPE, text=True).stdout
    (tmp_path / "verdicts.csv").write_text(told)
    scored = subprocess.run([sys.executable, TOOLS / "score_resets.py", data, tmp_path / "verdicts.csv"], check=True,
                            stdout=subprocess.PIPE, text=True).stdout
    assert "falsely dry" in scored
    bounds = subprocess.run([sys.executable, TOOLS / "bounds.py", "--work", tmp_path / "work", data,
                             tmp_path / "verdicts.csv"], check=True, stdout=subprocess.PIPE, text=True).stdout
    assert "by folds: falsely dry" in bounds and "on all: from" in bounds

    chances = subprocess.run([sys.executable, TOOLS / "chances.py", "--fast", "--bench", BENCH, "--work",
                              tmp_path / "work", data], check=True, stdout=subprocess.PIPE, text=True).stdout
    chosen, as_the_program_has_it = chances.split("as the program has it:")
    assert "on all: fires above" in chosen
    for figures in (chosen, as_the_program_has_it):
        assert "within 24 hours" in figures and "within 4 hours" in figures


def test_the_first_hours_are_asked_about_by_seconds_minutes_and_told_days(data, tmp_path):
    subprocess.run([sys.executable, TOOLS / "first_hour.py", data, tmp_path / "first", "--episodes", "0.2"], check=True)
    tasks = read(tmp_path / "first/tasks.csv")
    kinds = {row["task_id"]: row["class"] for row in read(tmp_path / "first/answers.csv")}
    told = subprocess.run([BENCH, tmp_path / "first"], check=True, stdout=subprocess.PIPE, text=True).stdout
    answers = {row["task_id"]: row for row in csv.DictReader(told.splitlines())}
    assert {"seen", "even"} <= set(kinds.values()) and len(answers) == len(tasks)
    truth = {row["task_id"]: float(row["t_exhaust"]) for row in read(tmp_path / "first/answers.csv")}
    even = [(float(answers[row["task_id"]]["t_p50"]) - int(row["origin"]))
            / (truth[row["task_id"]] - int(row["origin"])) for row in tasks if kinds[row["task_id"]] == "even"]
    assert sum(1 / 1.1 < ratio < 1.1 for ratio in even) > 0.9 * len(even), "an even burner, after ten readings"
