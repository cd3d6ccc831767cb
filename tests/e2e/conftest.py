"""Players for a test, each ended with it."""

import concurrent.futures
import contextlib

import pytest

from harness import Sim
from players import Broker, Daemon, Subscriber


@pytest.fixture
def stage():
    """Whatever is entered or started through it ends with the test, in reverse order."""
    with contextlib.ExitStack() as stack:
        yield stack


@pytest.fixture
def sim(stage):
    return stage.enter_context(Sim())


@pytest.fixture
def broker(stage, tmp_path):
    broker = Broker(tmp_path / "broker").start()
    stage.callback(broker.stop)
    return broker


@pytest.fixture
def subscriber(stage, broker):
    subscriber = Subscriber(broker.port)
    stage.callback(subscriber.close)
    return subscriber.wait_subscribed()


@pytest.fixture
def make_daemon(stage, tmp_path):
    """Makes a daemon that is not started yet."""
    def make(api_url, broker=None, **options):
        daemon = Daemon(tmp_path / "ebb", api_url, broker, **options)
        stage.callback(lambda: daemon.process and daemon.process.alive() and daemon.stop())
        return daemon
    return make


class World:
    """Players of one case of a test, beside those of its other cases."""

    def __init__(self, folder, stage):
        self.folder, self.stage = folder, stage
        folder.mkdir()

    def sim(self, *arguments, **options):
        return self.stage.enter_context(Sim(*arguments, **options))

    def broker(self):
        broker = Broker(self.folder / "broker").start()
        self.stage.callback(broker.stop)
        return broker

    def subscriber(self, broker):
        subscriber = Subscriber(broker.port)
        self.stage.callback(subscriber.close)
        return subscriber.wait_subscribed()

    def daemon(self, api_url, broker=None, **options):
        daemon = Daemon(self.folder / "ebb", api_url, broker, **options)
        self.stage.callback(lambda: daemon.process and daemon.process.alive() and daemon.stop())
        return daemon


@pytest.fixture
def at_once(tmp_path):
    """Plays a test for several cases at once, since it waits for polls and not for the processor. Each case has a
    world of its own, and all are played to their end."""
    def play(body, cases):
        def one(number, case):
            with contextlib.ExitStack() as stage:
                body(World(tmp_path / str(number), stage), *case)

        with concurrent.futures.ThreadPoolExecutor(len(cases)) as pool:
            played = [(case, pool.submit(one, number, case)) for number, case in enumerate(cases)]
        for case, result in played:
            if result.exception():
                raise AssertionError(f"the case {case}") from result.exception()
    return play
