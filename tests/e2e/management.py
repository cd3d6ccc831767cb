"""A Management API (v3) that a test scripts: what it lists, what was spent, what it says of the asking key."""

import datetime
import http.server
import json
import threading
import urllib.parse

KEY = "mgmt-eden-0123456789abcdef"


def today():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d")


def key_of(name, **members):
    return {"id": f"id-{name}", "name": name, "token_type": "api_token", "member": None, "masked": "sk-...",
            "active_balance": True, "balance": 10.0, "expire_time": None, "revoked": False, "revoked_at": None,
            **members}


class Management(http.server.ThreadingHTTPServer):
    """Answers are attributes; a test sets them while it runs."""

    def __init__(self, *keys):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.keys, self.spent, self.credits, self.asked = list(keys), {}, 98.0, []
        self.whoami = (200, {"scopes": ["manage:read"], "expire_time": None})
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def answer(self, path):
        usage = [{"token": name, "data": {today(): {"llm__chat": {
            "total_cost": cost, "details": 1, "cost_per_provider": {"openai": cost}}}}}
            for name, cost in self.spent.items()]
        if path == "/v3/manage/keys/":
            return 200, {"results": self.keys, "limit": 100, "offset": 0, "total_count": len(self.keys), "next": None}
        if path == "/v3/manage/usage/":
            return 200, {"usage": usage}
        if path == "/v3/manage/whoami/":
            return self.whoami
        if path == "/v2/user/custom_token/":
            return 200, self.keys
        if path == "/v2/cost_management/credits/":
            return 200, {"credits": self.credits}
        if path == "/v2/cost_management/":
            return 200, {"response": usage}
        return 404, {"detail": "Not Found"}

    def close(self):
        self.shutdown()
        self.server_close()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, body = self.answer()
        body = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def answer(self):
        path = urllib.parse.urlsplit(self.path).path
        self.server.asked.append(path)
        return self.server.answer(path)

    def log_message(self, *_):
        pass
