"""A gateway as ``docs/gateway.md`` asks for it, on loopback, with subscribers and bad moments."""

import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Given = dict[str, Any]


@dataclass(frozen=True)
class No:
    """What the next message is answered."""

    status: int
    words: str = ""
    headers: dict[str, str] = field(default_factory=dict[str, str])


class GatewayService:
    """Messages are kept under their keys, events in their order for ever."""

    def __init__(self) -> None:
        self.token = "s3cr3t-of-the-gateway"
        self.taken: dict[str, Given] = {}
        self.refusals: deque[No] = deque()
        self.cuts = 0
        """How many next messages it takes without being able to say so."""
        self._events: list[Given] = []
        self._news = threading.Condition()
        service = self

        class Door(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                self._tell(*service.post(self.path, self._known(), self.rfile.read(length)))

            def do_GET(self) -> None:
                self._tell(*service.get(self.path, self._known()))

            def _known(self) -> bool:
                return self.headers.get("Authorization") == f"Bearer {service.token}"

            def _tell(self, status: int, said: Given, headers: dict[str, str]) -> None:
                if not status:
                    self.close_connection = True
                    return
                body = json.dumps(said).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/cong"

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def post(self, path: str, known: bool, body: bytes) -> tuple[int, Given, dict[str, str]]:
        if not known:
            return 401, {"error": "token"}, {}
        if path != "/cong/messages":
            return 404, {"error": "path"}, {}
        given = json.loads(body)
        if given["key"] not in self.taken:
            if self.refusals:
                no = self.refusals.popleft()
                return no.status, {"error": no.words}, no.headers
            fits = given["kind"] in ("sms", "call") and given["to"].startswith("+")
            if not (fits and given["text"] and given["language"] in ("vi", "en")):
                return 400, {"error": "not as agreed"}, {}
            self.taken[given["key"]] = given | {"id": f"m{len(self.taken)}"}
        if self.cuts:
            self.cuts -= 1
            return 0, {}, {}
        return 202, {"id": self.taken[given["key"]]["id"]}, {}

    def get(self, path: str, known: bool) -> tuple[int, Given, dict[str, str]]:
        if not known:
            return 401, {"error": "token"}, {}
        asked = parse_qs(urlsplit(path).query)
        if "after" not in asked:
            return 200, {"events": [], "next": str(len(self._events))}, {}
        after, until = int(asked["after"][0]), time.monotonic() + float(asked["wait"][0])
        with self._news:
            while len(self._events) <= after and (left := until - time.monotonic()) > 0:
                self._news.wait(left)
            found = self._events[after:]
        return 200, {"events": found, "next": str(after + len(found))}, {}

    def happen(self, **event: Any) -> None:
        with self._news:
            self._events.append({"id": f"e{len(self._events)}", **event})
            self._news.notify_all()

    def write(self, who: str, text: str) -> None:
        """Somebody sends a short message to the office's number."""
        self.happen(kind="sms", **{"from": who}, text=text)

    def press(self, message: Given, key: str = "1", *, by: str = "") -> None:
        """Whoever is called presses a key."""
        self.happen(kind="pressed", **{"from": by or message["to"]}, key=key, message=message["id"])

    def sent(self, kind: str, to: str) -> list[Given]:
        """What a number got, oldest first."""
        return [m for m in self.taken.values() if (m["kind"], m["to"]) == (kind, to)]

    def texts_to(self, number: str) -> list[str]:
        """What one person reads, oldest first."""
        return [message["text"] for message in self.sent("sms", number)]
