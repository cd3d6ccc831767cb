"""The web server: who may look, what is refused, and that nobody who looks holds up what Ebb is for."""

import concurrent.futures
import contextlib
import crypt
import hashlib
import itertools
import os
import pathlib
import re
import resource
import socket
import sqlite3
import ssl
import subprocess
import threading
import warnings

import pytest
import requests

from harness import EBB, ROOT, Sim
from players import PATIENCE_S, Process, Record, free_port

COUNT = itertools.count(1)
ASK = "GET {} HTTP/1.1\r\nHost: localhost\r\n\r\n"


def own_address():
    """Of loopback, where no other test listens: all may use the usual port."""
    pid = os.getpid()
    return f"127.{10 + pid // 200 % 200}.{1 + pid % 200}.{next(COUNT)}:5322"


def bcrypt(password):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return crypt.crypt(password, "$2b$04$" + "ebbebbebbebbebbebbebbe")


def password_file(folder, **users):
    file = folder / "passwords"
    file.write_text("".join(f"{name}:{bcrypt(password)}\n" for name, password in users.items()))
    file.chmod(0o600)
    return str(file)


def certificate(folder, name="localhost"):
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", cert, "-days", "2", "-subj", f"/CN={name}", "-addext",
                    f"subjectAltName=DNS:{name}"], check=True, capture_output=True)
    key.chmod(0o600)
    return {"cert": str(cert), "key": str(key)}


def get(address, path, **options):
    options.setdefault("timeout", PATIENCE_S)
    return requests.get(f"http://{address}{path}", **options)


def dial(address, source="127.0.0.1"):
    host, port = address.rsplit(":", 1)
    return socket.create_connection((host, int(port)), PATIENCE_S, (source, 0))


def listening(pid):
    """The sockets that a process listens on."""
    mine = set()
    for fd in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        with contextlib.suppress(OSError):
            mine.add(os.readlink(fd))
    found = []
    for table in "tcp", "tcp6":
        for line in pathlib.Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            words = line.split()
            if words[3] == "0A" and f"socket:[{words[9]}]" in mine:
                found.append(words[1])
    return found


@pytest.fixture
def shown(sim, make_daemon):
    """Makes a daemon with a section `http` of its own; returns it and its address."""
    def make(sim=sim, **http):
        daemon = make_daemon(sim.url)
        daemon.settings["http"] = {"listen": own_address(), **http}
        daemon.write()
        return daemon, daemon.settings["http"]["listen"]
    return make


@pytest.fixture
def serve(stage):
    """Starts `ebb serve` and waits until it serves."""
    def start(*arguments):
        process = Process(EBB, "serve", *arguments)
        stage.callback(lambda: process.alive() and process.stop())
        process.out.wait(lambda lines: lines and lines[0].startswith("serving http"), "the address")
        return process
    return start


def test_nobody_listens_unless_it_is_configured(sim, make_daemon):
    daemon = make_daemon(sim.url).start()
    daemon.wait_poll()
    assert not listening(daemon.process.pid)


def test_an_empty_section_means_this_machine_alone(sim, make_daemon):
    daemon = make_daemon(sim.url)
    daemon.settings["http"] = {}
    daemon.write()
    assert "http:\n  listen: 127.0.0.1:5322\n  open: false\n" in daemon.run("config").stdout


def test_it_is_healthy_at_once_and_ready_when_it_has_polled(sim, shown):
    sim.create("prod-chat", balance="5.00")
    sim.fault("status", status=503)
    daemon, address = shown()
    daemon.start()
    daemon.wait_poll("unavailable")
    assert get(address, "/-/healthy").text == "healthy\n"
    answer = get(address, "/-/ready")
    assert answer.status_code == 503 and "main: not polled yet" in answer.text and "503" in answer.text
    sim.clear_faults()
    daemon.wait_poll()
    answer = get(address, "/-/ready")
    assert (answer.status_code, answer.text) == (200, "ready\n")


def test_what_is_old_is_not_ready_and_says_how_old(sim, shown, serve, tmp_path):
    daemon, _ = shown()
    daemon.start()
    daemon.wait_poll()
    daemon.stop()
    copy = tmp_path / "copy.db"
    assert daemon.run("export", copy).returncode == 0
    subprocess.run(["sqlite3", copy, "UPDATE account SET last_ok_at = last_ok_at - 7200"], check=True)
    address = own_address()
    serve("--db", copy, "--listen", address)
    answer = get(address, "/-/ready")
    assert answer.status_code == 503 and "main: last good poll 2h 00m ago" in answer.text


def test_only_names_that_are_ours_are_answered(sim, shown):
    """A page elsewhere can let its own name point here; it cannot make a browser send another one."""
    daemon, address = shown(hosts=["ebb.example.com"])
    daemon.start()
    daemon.wait_poll()
    for host in ("localhost", "localhost:5322", address, "192.168.7.7", "[::1]:5322", "ebb.example.com"):
        assert get(address, "/-/healthy", headers={"Host": host}).status_code == 200, host
    for host in ("evil.example", "evil.example:5322", "ebb.example.com.evil.example", "localhost.evil.example"):
        answer = get(address, "/-/healthy", headers={"Host": host})
        assert answer.status_code == 421 and "`hosts`" in answer.text, host


def test_nothing_can_be_changed_and_nothing_else_is_there(sim, shown):
    daemon, address = shown()
    daemon.start()
    daemon.wait_poll()
    for method in ("POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        answer = requests.request(method, f"http://{address}/-/healthy", timeout=PATIENCE_S)
        assert answer.status_code == 405 and answer.headers["Allow"] == "GET, HEAD", method
    missing = get(address, "/no/such/<script>page")
    assert missing.status_code == 404 and "script" not in missing.text
    assert missing.headers["Content-Type"] == "text/plain; charset=utf-8"
    head = requests.head(f"http://{address}/-/healthy", timeout=PATIENCE_S)
    assert head.status_code == 200 and head.headers["Content-Length"] == "8" and not head.content


def test_nothing_follows_the_head_of_an_answer_whatever_its_length(sim, shown):
    """A byte more would be taken for the beginning of the next answer on that connection."""
    sim.create("prod-chat", balance="5.00")
    daemon, address = shown()
    daemon.start()
    daemon.wait_poll()
    for path in "/", "/metrics", "/token/main/prod-chat", "/spend", "/api/v1/tokens", "/-/healthy":
        with dial(address) as client:
            client.sendall(f"HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            head = client.makefile("rb")
            assert head.readline().split()[1] == b"200", path
            while head.readline() not in (b"\r\n", b""):
                pass
            with contextlib.suppress(OSError):
                client.sendall(ASK.format("/-/healthy").encode())
            assert head.readline() in (b"", b"HTTP/1.1 200 OK\r\n"), path


def test_every_answer_keeps_browsers_from_harm(sim, shown, tmp_path):
    daemon, address = shown(password_file=password_file(tmp_path, ann="secret"))
    daemon.start()
    daemon.wait_poll()
    answers = [
        get(address, "/-/healthy", auth=("ann", "secret")),
        get(address, "/no-such-page", auth=("ann", "secret")),
        get(address, "/-/healthy"),
        get(address, "/-/healthy", headers={"Host": "evil.example"}),
        requests.post(f"http://{address}/-/healthy", timeout=PATIENCE_S),
        get(address, "/%00", auth=("ann", "secret")),
    ]
    assert [answer.status_code for answer in answers] == [200, 404, 401, 421, 405, 400]
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_with_a_password_file_only_its_users_may_look(sim, shown, tmp_path):
    daemon, address = shown(password_file=password_file(tmp_path, ann="s3cret-word", ben="other"))
    daemon.start()
    daemon.wait_poll()
    assert get(address, "/-/healthy").headers["WWW-Authenticate"].startswith("Basic ")
    for user in (("ann", "other"), ("ben", "s3cret-word"), ("eve", "other"), ("ann", ""), ("", "")):
        assert get(address, "/-/healthy", auth=user).status_code == 401, user
    for user in (("ann", "s3cret-word"), ("ben", "other")) * 3:
        assert get(address, "/-/healthy", auth=user).status_code == 200, user
    assert "s3cret-word" not in daemon.text() and bcrypt("s3cret-word") not in daemon.text()
    assert bcrypt("s3cret-word") not in daemon.run("config").stdout


def test_a_login_that_is_being_checked_holds_no_socket_open(sim, shown, tmp_path):
    """bcrypt is made to be slow, so a child computes it. Killed meanwhile, the daemon starts again at once."""
    users = tmp_path / "passwords"
    users.write_text("ann:$2b$14$" + "ebbebbebbebbebbebbebbe" + "1" * 31 + "\n")
    users.chmod(0o600)
    daemon, address = shown(password_file=str(users))
    for _ in range(3):
        daemon.start()
        daemon.wait_poll()
        with dial(address) as client:
            client.sendall(ASK.format("/").replace("\r\n\r\n", "\r\nAuthorization: Basic YW5uOng=\r\n\r\n").encode())
            daemon.wait_poll(after=len(daemon.process.lines.items))
            daemon.kill()


def mistakes(daemon):
    said = daemon.run("check")
    assert said.returncode == 2
    return said.stderr


def test_mistakes_are_reported_at_their_keys(sim, shown, tmp_path):
    daemon, _ = shown()
    http = daemon.settings["http"]

    def told(**changes):
        daemon.settings["http"] = {**http, **changes}
        daemon.write()
        return mistakes(daemon)

    for everywhere in ("0.0.0.0:5322", "[::]:5322", "192.168.1.1", "127.0.0.1:5322, 10.0.0.1:80"):
        assert "other machines could read everything" in told(listen=everywhere), everywhere
    for nonsense in ("localhost:5322", "127.0.0.1:0", "127.0.0.1:65536", "[::1", ":5322", "127.0.0.1:5322,", "*:80"):
        assert "`listen` must be numeric addresses with ports" in told(listen=nonsense), nonsense
    assert "host names, without scheme and port" in told(hosts=["https://ebb.example"])
    assert "No such file" in told(password_file="/no/such/file")
    bad = tmp_path / "bad"
    for line in ("ann:secret", "ann:$1$abc$xyz", "ann", ":" + bcrypt("x"), "ann:" + bcrypt("x")[:-1],
                 "ann:" + bcrypt("x").replace("$04$", "$20$")):
        bad.write_text(f"# users\n{line}\n")
        bad.chmod(0o600)
        said = told(password_file=str(bad))
        assert f"{bad}: line 2 is not NAME:BCRYPT" in said and "secret" not in said, line
    bad.write_text("# nobody\n")
    assert "has no user" in told(password_file=str(bad))
    good = password_file(tmp_path, ann="x")
    assert "mutually exclusive" in told(password_file=good, open=True)
    assert "`cert` requires `key`" in told(cert=good)
    assert "is no PEM file" in told(cert=good, key=good)

    daemon.settings["http"] = {**http, "listen": "0.0.0.0:5322", "open": True}
    daemon.write()
    assert daemon.run("check").returncode == 0
    daemon.settings["http"] = {**http, "listen": ["0.0.0.0:5322", "[::]:5322"], "password_file": good}
    daemon.write()
    assert daemon.run("check").returncode == 0
    pathlib.Path(good).chmod(0o644)
    assert f"chmod o= {good}" in daemon.run("check").stderr


def test_with_a_certificate_it_speaks_tls_alone(sim, shown, tmp_path):
    files = certificate(tmp_path)
    daemon, address = shown(**files)
    daemon.start()
    daemon.wait_poll()
    context = ssl.create_default_context(cafile=files["cert"])
    with context.wrap_socket(dial(address), server_hostname="localhost") as client:
        assert client.version() in ("TLSv1.2", "TLSv1.3")
        client.sendall(ASK.format("/-/healthy").encode())
        assert b" 200 OK\r\n" in client.recv(4096)
    with dial(address) as client:
        client.sendall(ASK.format("/-/healthy").encode())
        assert b"200" not in client.recv(4096)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises(OSError):
        context.wrap_socket(dial(address), server_hostname="localhost")


def test_a_key_of_another_certificate_ends_the_start_with_a_reason(sim, shown, tmp_path):
    daemon, _ = shown(cert=certificate(tmp_path)["cert"], key=certificate(tmp_path, "other")["key"])
    daemon.start()
    assert daemon.process.ended() == 1
    assert "`cert` and `key`" in daemon.text()


def test_several_addresses_of_both_families(sim, shown):
    port = free_port()
    addresses = [own_address(), own_address(), f"[::1]:{port}"]
    daemon, _ = shown(listen=addresses)
    daemon.start()
    daemon.wait_poll()
    assert [get(address, "/-/healthy").status_code for address in addresses] == [200] * 3
    assert len(listening(daemon.process.pid)) == 3


def test_an_address_in_use_is_an_error_that_says_what_to_do(sim, shown, make_daemon, tmp_path):
    daemon, address = shown()
    with socket.create_server(tuple(part if i == 0 else int(part) for i, part in enumerate(address.split(":")))):
        daemon.start()
        assert daemon.process.ended() == 1
        daemon.process.wait_line(rf"cannot listen on {address}: Address already in use: .*set another port")
        process = Process(EBB, "serve", "--db", daemon.database.path, "--listen", address)
        assert process.ended() == 1
        process.wait_line(f"cannot listen on {address}")


def test_a_reload_moves_it_or_leaves_it_where_it_is(sim, shown):
    daemon, old = shown()
    new = own_address()
    daemon.start()
    daemon.wait_poll()
    daemon.settings["http"]["listen"] = new
    daemon.write()
    daemon.process.wait_line("reloaded the configuration", daemon.reload())
    assert get(new, "/-/healthy").status_code == 200
    with pytest.raises(OSError):
        dial(old)

    taken = own_address()
    with socket.create_server((taken.split(":")[0], 5322)):
        daemon.settings["http"]["listen"] = taken
        daemon.write()
        place = daemon.reload()
        daemon.process.wait_line(f"cannot listen on {taken}", place)
        daemon.wait_poll(after=place)
        assert get(new, "/-/healthy").status_code == 200

    del daemon.settings["http"]
    daemon.write()
    daemon.process.wait_line("reloaded the configuration", daemon.reload())
    assert not listening(daemon.process.pid)
    assert daemon.stop() == 0


def ask_halfway(client):
    client.sendall(b"GET / HTTP/1.1\r\nHost: loc")


def ask_and_not_read(client, path="/"):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.sendall(ASK.format(path).encode() * 20)


def test_a_thousand_sockets_hold_up_no_poll_no_alert_and_no_end(sim, shown, broker, subscriber):
    """Idle ones, ones that begin a request and never end it, ones that ask and never read."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 4096), hard))
    sim.create("prod-chat", balance="5.00")
    daemon, address = shown()
    daemon.settings["mqtt"] = {"host": "127.0.0.1", "port": broker.port}
    daemon.settings["rules"] = [{"name": "low", "kind": "balance_below", "levels": {"critical": 2.0}}]
    daemon.write()
    daemon.start()
    daemon.wait_poll()
    try:
        with contextlib.ExitStack() as crowd:
            for number in range(1000):
                client = crowd.enter_context(dial(address))
                with contextlib.suppress(OSError):
                    (lambda _: None, ask_halfway, ask_and_not_read)[number % 3](client)
            daemon.wait_polls(2)
            sim.set_balance("prod-chat", "1.00")
            subscriber.wait_event(rule="low")
            other = crowd.enter_context(dial(address, "127.0.0.77"))
            other.sendall(ASK.format("/-/healthy").encode())
            assert b" 200 OK\r\n" in other.recv(4096), "whoever asks from elsewhere is answered all the same"
            assert daemon.stop() == 0
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_storm_of_scrapes_holds_up_no_poll_and_no_alert(sim, shown, broker, subscriber, stage):
    """Twenty that read as fast as they can, ten that ask and hardly read."""
    for number in range(100):
        sim.create(f"prod-app-{number}", balance="5.00")
    daemon, address = shown()
    daemon.settings["mqtt"] = {"host": "127.0.0.1", "port": broker.port}
    daemon.settings["rules"] = [{"name": "low", "kind": "balance_below", "levels": {"critical": 2.0}}]
    daemon.write()
    daemon.start()
    daemon.wait_poll()
    over, scrapes = threading.Event(), Record()

    def scrape(path):
        while not over.is_set():
            answer = get(address, path)
            scrapes.add((answer.status_code, len(answer.content) > 10000))

    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        stage.callback(over.set)
        running = [pool.submit(scrape, ("/metrics", "/")[number % 2]) for number in range(20)]
        for number in range(10):
            ask_and_not_read(stage.enter_context(dial(address)), ("/metrics", "/")[number % 2])
        scrapes.wait(lambda items: len(items) > 20, "scrapes")
        daemon.wait_polls(2)
        sim.set_balance("prod-app-7", "1.00")
        subscriber.wait_event(rule="low")
        over.set()
        for one in running:
            one.result(PATIENCE_S)
    assert set(scrapes.items) == {(200, True)}, "every answer is whole"
    assert daemon.stop() == 0


def test_no_secret_is_in_any_answer(stage, shown, tmp_path):
    sim = stage.enter_context(Sim(key="canary-key"))
    sim.create("prod-chat", balance="5.00")
    secrets = ["canary-key", "canary-password", bcrypt("canary-password"), sim.tokens()[0]["token"]]
    daemon, address = shown(sim, password_file=password_file(tmp_path, ann="canary-password"))
    daemon.key_file.write_text("canary-key\n")
    daemon.start()
    daemon.wait_poll()
    documented = re.findall(r"^\| `(/[^`]*)` \|", (ROOT / "docs" / "http.md").read_text(), re.M)
    assert "/-/ready" in documented and "/metrics" in documented
    for path in documented:
        path = path.replace("{account}", "main").replace("{token}", "prod-chat").replace("{name}", "x")
        answer = get(address, path, auth=("ann", "canary-password"))
        for secret in secrets:
            assert secret not in answer.text and secret not in str(answer.headers), (path, secret)
    for secret in secrets:
        assert secret not in daemon.text()


def test_a_client_that_sends_a_byte_now_and_then_is_let_go(sim, shown):
    daemon, address = shown()
    daemon.start()
    daemon.wait_poll()
    with dial(address) as client, pytest.raises(OSError):
        for byte in itertools.chain(b"GET / HTTP/1.1\r\nX: ", itertools.repeat(ord("x"))):
            client.sendall(bytes([byte]))
            daemon.wait_poll(after=len(daemon.process.lines.items))


def test_a_copy_is_served_without_configuration_and_not_changed(sim, shown, serve, tmp_path):
    sim.create("prod-chat", balance="5.00")
    daemon, _ = shown()
    daemon.start()
    daemon.wait_poll()
    daemon.stop()
    copy = tmp_path / "copy.db"
    assert daemon.run("export", copy).returncode == 0
    copy.chmod(0o444)
    before = hashlib.sha256(copy.read_bytes()).hexdigest()
    address = own_address()
    process = serve("--db", copy, "--listen", address)
    assert process.out.items == [f"serving http://{address}"]
    assert get(address, "/-/ready").status_code == 200
    assert process.stop() == 0
    assert hashlib.sha256(copy.read_bytes()).hexdigest() == before
    assert sorted(file.name for file in tmp_path.iterdir() if file.name.startswith("copy")) == ["copy.db"]


def test_a_copy_that_takes_the_place_of_another_is_shown(sim, shown, serve, tmp_path):
    daemon, _ = shown()
    daemon.start()
    daemon.wait_poll()
    daemon.stop()
    shown_file, newer = tmp_path / "shown.db", tmp_path / "newer.db"
    for file in shown_file, newer:
        assert daemon.run("export", file).returncode == 0
    subprocess.run(["sqlite3", shown_file, "UPDATE account SET last_ok_at = last_ok_at - 7200"], check=True)
    address = own_address()
    serve("--db", shown_file, "--listen", address)
    assert get(address, "/-/ready").status_code == 503
    newer.rename(shown_file)
    assert get(address, "/-/ready").status_code == 200


def test_a_copy_that_is_locked_is_refused_for_now_and_holds_nobody_up(sim, shown, serve, tmp_path):
    daemon, _ = shown()
    daemon.start()
    daemon.wait_poll()
    daemon.stop()
    copy = tmp_path / "copy.db"
    assert daemon.run("export", copy).returncode == 0
    address = own_address()
    serve("--db", copy, "--listen", address)
    with contextlib.closing(sqlite3.connect(copy)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with concurrent.futures.ThreadPoolExecutor(8) as many:  # 5 s for each would be beyond all patience
            answers = list(many.map(lambda path: get(address, path), ["/", "/metrics", "/api/v1/tokens", "/spend"] * 8))
        for answer in answers:
            assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
            assert "another program has locked it" in answer.text
        assert get(address, "/-/healthy").status_code == 200
        other.rollback()
    assert get(address, "/").status_code == 200


def test_a_token_of_an_account_that_is_not_configured_any_more_is_not_shown_as_living(sim, shown, serve, tmp_path):
    sim.create("prod-chat", balance="5.00")
    daemon, _ = shown()
    daemon.start()
    daemon.wait_poll()
    daemon.stop()
    copy = tmp_path / "copy.db"
    assert daemon.run("export", copy).returncode == 0
    address = own_address()
    serve("--db", copy, "--listen", address)
    assert get(address, "/token/main/prod-chat").status_code == 200
    subprocess.run(["sqlite3", copy, "UPDATE account SET removed_at = 1"], check=True)
    for path in "/token/main/prod-chat", "/api/v1/tokens/main/prod-chat":
        answer = get(address, path)
        assert answer.status_code == 404
        assert "no longer in the configuration" in answer.text and "no longer watched" in answer.text


def test_a_check_says_what_the_web_server_will_do(sim, shown, tmp_path):
    daemon, address = shown()
    assert f"http: listens on {address}, without TLS, open to this machine alone\n" in daemon.run("check").stdout
    daemon.settings["http"] = {"listen": "0.0.0.0:5322", "password_file": password_file(tmp_path, ann="secret")}
    daemon.write()
    said = daemon.run("check")
    assert "http: listens on 0.0.0.0:5322, without TLS, asks for a password\n" in said.stdout
    assert "passwords cross the network unencrypted" in said.stderr
    daemon.settings["http"] |= certificate(tmp_path)
    daemon.write()
    assert ", with TLS, asks for a password\n" in daemon.run("check").stdout
    (tmp_path / "passwords").unlink()
    said = daemon.run("check", "--no-secrets")
    assert said.returncode == 0 and "password_file" in said.stderr and "cannot be read: No such file" in said.stderr


def test_a_file_that_takes_its_place_and_is_no_database_is_told_in_the_log(sim, shown, serve, tmp_path):
    daemon, _ = shown()
    daemon.start()
    daemon.wait_poll()
    daemon.stop()
    file, other = tmp_path / "shown.db", tmp_path / "other"
    assert daemon.run("export", file).returncode == 0
    address = own_address()
    server = serve("--db", file, "--listen", address)
    good = file.read_bytes()
    other.write_bytes(b"no database at all" * 1000)
    other.rename(file)
    assert get(address, "/-/ready").status_code == 200, "pages go on with what they have"
    server.wait_line(r"warning: .*shown\.db.*pages still show the file that was in its place before")
    other.write_bytes(good)
    other.rename(file)
    assert get(address, "/-/ready").status_code == 200
    server.wait_line(r"the database of now is shown again")


def test_serving_needs_no_key_and_no_broker_but_its_passwords(sim, shown, serve, tmp_path):
    daemon, address = shown(password_file=password_file(tmp_path, ann="x"))
    daemon.start()
    daemon.wait_poll()
    daemon.stop()
    daemon.key_file.unlink()
    serve("--config", daemon.path)
    assert get(address, "/-/healthy").status_code == 401
    assert get(address, "/-/healthy", auth=("ann", "x")).status_code == 200


def test_what_cannot_be_served_is_said(sim, shown, tmp_path):
    daemon, _ = shown()
    for arguments, status, words in (
            (["--db", tmp_path / "none.db"], 3, "none.db"),
            (["--db", daemon.path], 1, "ebb.yaml"),
            (["--db", daemon.path, "--listen", "0.0.0.0"], 2, "other machines could read everything"),
            (["--db", daemon.path, "--listen", "here"], 2, "numeric addresses")):
        said = daemon.run("serve", *arguments)
        assert said.returncode == status and words in said.stderr, (arguments, said.stderr)


def test_it_serves_beside_the_daemon_that_fills_the_database(sim, shown, serve):
    daemon, address = shown()
    sim.fault("status", status=503)
    daemon.start()
    daemon.wait_poll("unavailable")
    other = own_address()
    serve("--config", daemon.path, "--listen", other)
    assert get(other, "/-/ready").status_code == 503
    sim.clear_faults()
    daemon.wait_poll()
    assert get(other, "/-/ready").text == get(address, "/-/ready").text == "ready\n"
