"""A database with a past, which Ebb wrote: made once for all tests of the dashboards."""

import sqlite3
import time

import pytest

from history import DAY, HOUR, History


class Past:
    def __init__(self, folder):
        self.history = History(folder, days=9, step_s=2 * HOUR)
        self.path = self.history.play()
        self.config, self.now = self.history.config, self.history.now
        self.period = self.now - 7 * DAY, self.now

    def rows(self, sql, *parameters):
        with sqlite3.connect(f"file:{self.path}?mode=ro", uri=True) as db:
            return db.execute(sql, parameters).fetchall()


@pytest.fixture(scope="session")
def past(tmp_path_factory):
    began = time.monotonic()
    made = Past(tmp_path_factory.mktemp("past"))
    print(f"9 days were lived in {time.monotonic() - began:.1f} s")
    return made
