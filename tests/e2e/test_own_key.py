"""What Ebb's own key may do, and when it ends: asked once a day, and no fault of a poll."""

import datetime
import json

import pytest

from management import KEY, Management, key_of

KEY_ENDS = {"name": "key-ends", "kind": "key_ends_within", "levels": {"warning": "14d", "critical": "2d"}}


@pytest.fixture
def api(stage):
    api = Management(key_of("prod-billing-api"))
    stage.callback(api.close)
    return api


def ends_in(days):
    at = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=days, hours=1)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def account_of(daemon):
    account, = json.loads(daemon.run("status", "--json").stdout)["accounts"]
    return account


def test_a_key_that_ends_soon_is_warned_of_in_time(api, make_daemon, broker, subscriber):
    daemon = make_daemon(api.url, broker, key=KEY, api="v3", rules=[KEY_ENDS])
    api.whoami = 200, {"organization": "acme", "scopes": ["manage:read", "manage:mint"], "expire_time": ends_in(6)}
    daemon.start()
    raised = subscriber.wait_event(rule="key-ends", kind="raised")
    assert raised["level"] == "warning" and "is watched with a key that expires in 6d" in raised["summary"]
    daemon.process.wait_line(r"main: the key that Ebb uses for the API: it expires in 6d")
    assert account_of(daemon)["key_scopes"] == "manage:read manage:mint"
    assert "expires in 6d" in daemon.run("status").stdout and "expires in 6d" in daemon.run("alerts").stdout
    assert daemon.stop() == 0

    # Not asked again within the day, unless there is another key.
    assert daemon.run("once").returncode == 0
    assert api.asked.count("/v3/manage/whoami/") == 1
    api.whoami = 200, {"scopes": ["manage:write"], "expire_time": None}
    daemon.key_file.write_text("mgmt-eden-another0123456789\n")
    daemon.start()
    subscriber.wait_event(rule="key-ends", kind="resolved")
    assert daemon.stop() == 0
    assert KEY not in daemon.text() and "another0123456789" not in daemon.text()


@pytest.mark.parametrize("whoami,reason", [
    ((404, {"detail": "Not Found"}), "HTTP 404"),
    ((403, {"detail": "no"}), "HTTP 403"),
    ((200, {"scopes": 7}), "scopes is missing or no list of words"),
    ((200, []), "whoami"),
])
def test_an_api_that_does_not_describe_the_key_fails_no_poll(api, make_daemon, whoami, reason):
    api.whoami = whoami
    daemon = make_daemon(api.url, key=KEY, api="v3", rules=[KEY_ENDS])
    assert daemon.run("once").returncode == 0
    account = account_of(daemon)
    assert account["result"] == "ok" and account["reason"] is None
    assert account["key_scopes"] is None and reason in account["key_reason"]
    assert json.loads(daemon.run("alerts", "--json").stdout or "[]") in ([], {"alerts": []})


def test_a_key_without_the_scope_to_watch_is_said(api, make_daemon):
    api.whoami = 200, {"scopes": ["manage:mint"], "expire_time": None}
    daemon = make_daemon(api.url, key=KEY, api="v3", rules=[KEY_ENDS])
    done = daemon.run("once")
    assert done.returncode == 0 and "lacks the scope manage:read" in done.stderr
    assert "lacks the scope manage:read" in daemon.run("status").stdout
