"""Players for a test, each ended with it."""

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
