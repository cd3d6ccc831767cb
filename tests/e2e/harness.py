"""The stand-in API as a player of a test: started on a free port, steered behind the API, ended with the block."""

import json
import os
import pathlib
import subprocess
import tempfile
import urllib.parse

import requests
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
EBB = pathlib.Path(os.environ.get("EBB", ROOT / "build" / "dev" / "ebb"))
TOKENS = "/v2/user/custom_token/"
COSTS = "/v2/cost_management/"
MANAGE = "/v3/manage/"
READ_KEY, WRITE_KEY, MINT_KEY = (f"mgmt-eden-main-{scope}" for scope in ("read", "write", "mint"))
PATIENCE_S = 60


class Sim:
    """`ebb sim --control` as a context manager.

    `scenario` is a mapping, a path or None. Everything that the API offers is a method of the API's own client side;
    what needs the control endpoint says so.
    """

    def __init__(self, scenario=None, key="sim-key", start=None, speed=None, seed=None, control=True):
        self.scenario, self.key, self.control_on = scenario, key, control
        self.flags = {"--start": start, "--speed": speed, "--seed": seed}
        self.url, self.process = None, None
        self.session = requests.Session()

    def __enter__(self):
        command = [str(EBB), "sim", "--port", "0", "--key-env", "SIM_KEY"]
        command += ["--control"] if self.control_on else []
        for flag, value in self.flags.items():
            command += [flag, str(value)] if value is not None else []
        with tempfile.TemporaryDirectory() as folder:
            if self.scenario is not None:
                command += ["--scenario", str(self._scenario_file(folder))]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                            env={**os.environ, "SIM_KEY": self.key})
            line = self.process.stdout.readline()
        assert line, f"the stand-in ended with {self.process.wait()} before it was ready"
        self.url = json.loads(line)["url"]
        return self

    def _scenario_file(self, folder):
        if not isinstance(self.scenario, dict):
            return self.scenario
        file = pathlib.Path(folder) / "scenario.yaml"
        file.write_text(yaml.safe_dump(self.scenario, allow_unicode=True))
        return file

    def __exit__(self, *_):
        self.session.close()
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(PATIENCE_S)
        self.process.stdout.close()
        assert status == 0, f"the stand-in ended with {status}"

    # The API, as any client sees it.

    def call(self, method, path, key=None, **options):
        """One request with the main key, or with `key`; returns the response, whatever its status."""
        headers = {"Authorization": f"Bearer {key or self.key}", **options.pop("headers", {})}
        options.setdefault("timeout", PATIENCE_S)
        options.setdefault("allow_redirects", False)
        return self.session.request(method, self.url + path, headers=headers, **options)

    @staticmethod
    def path_of(name):
        # Clients take "." and ".." for steps of a path, even encoded: they are sent as they are meant all the same.
        return f"{TOKENS}{urllib.parse.quote(name, safe='')}/"

    def tokens(self):
        return self._good(self.call("GET", TOKENS)).json()

    def token(self, name):
        return self._good(self.call("GET", self.path_of(name))).json()

    def create(self, name, /, **fields):
        """Makes a token; a balance alone means a budget, as people expect."""
        if "balance" in fields:
            fields.setdefault("active_balance", True)
        return self._good(self.call("POST", TOKENS, json={"name": name, **fields})).json()

    def change(self, name, /, **fields):
        return self._good(self.call("PATCH", self.path_of(name), json=fields)).json()

    def delete(self, name):
        self._good(self.call("DELETE", self.path_of(name)))

    def credits(self):
        return self._good(self.call("GET", COSTS + "credits/")).json()["credits"]

    def consumption(self, begin, end, step=1, **filters):
        query = {"begin": begin, "end": end, "step": step, **filters}
        return self._good(self.call("GET", COSTS, params=query)).json()["response"]

    def spend(self, name, cost, **body):
        """A call with the secret of a token (the main key: None); returns the response."""
        secret = self.token(name)["token"] if name else None
        return self.call("POST", "/v3/chat/completions", key=secret, json={"cost": cost, **body})

    # Behind the API's back.

    def control(self, method, path, **options):
        options.setdefault("timeout", PATIENCE_S)
        return self._good(self.session.request(method, f"{self.url}/control/{path}", **options)).json()

    def state(self):
        return self.control("GET", "state")

    def balances(self, account=0):
        """Name -> exact balance as text, or None."""
        return {t["name"]: t["balance"] for t in self.state()["accounts"][account]["tokens"]}

    def set_balance(self, name, balance):
        self.control("POST", "token", json={"name": name, "balance": balance})

    def show_as(self, name, text):
        """From now on the API shows `text` in place of this token; "" ends it."""
        self.control("POST", "token", json={"name": name, "shown": text})

    def set_credits(self, credits):
        self.control("POST", "token", json={"credits": credits})

    def behave(self, **settings):
        """From now on the service answers so: any setting of the scenario file but those of its start."""
        self.control("POST", "setting", json=settings)

    def alter(self, name, **deeds):
        """rename="other", member="ann@example.com", rotate=True, revoke=True; `id` in place of the name's bearer."""
        self.control("POST", "token", json={"name": name, **deeds})

    def management_key(self, name, **changes):
        """scope="read", expire=TIME or True, revoke=True; makes it when it is not there. Returns the key."""
        return self.control("POST", "key", json={"name": name, **changes})["key"]

    def clock(self, **change):
        """advance="1h", to="2026-03-01T12:00:00Z", speed=0; returns what the clock shows."""
        return self.control("POST", "clock", json=change)["clock"]

    def fault(self, kind, **details):
        self.control("POST", "fault", json={"kind": kind, **details})

    def clear_faults(self):
        self.control("DELETE", "fault")

    def requests(self, after=0):
        """What was asked of the API so far; control requests are not among it."""
        return self.control("GET", "requests", params={"after": after})["requests"]

    @staticmethod
    def _good(response):
        assert response.status_code < 300, f"{response.request.method} {response.url}: {response.text[:400]}"
        return response
