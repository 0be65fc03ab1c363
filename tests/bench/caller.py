"""A program that calls the desk over HTTP, as others will."""

import http.client
import json
import time
from typing import Any, Self

from tests.bench.children import NotMeasured

_PATIENCE = 60.0


class Caller:
    """A signed-in program on one kept connection."""

    def __init__(self, port: int, path: str, token: str = "") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self._path, self._token = path, token

    @classmethod
    def signed_in(cls, port: int, username: str, password: str) -> Self:
        """Wait until the desk answers, and sign in."""
        until = time.monotonic() + _PATIENCE
        caller = cls(port, "/api/v1/sessions")
        while True:
            try:
                token = caller.post({"username": username, "password": password})["token"]
            except OSError:
                if time.monotonic() > until:
                    raise NotMeasured("the desk does not answer") from None
                time.sleep(0.1)
            else:
                return cls(port, "/api/v1/incidents", token)

    def post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Post, and what came back; anything but 201 is no measurement."""
        asked = json.dumps(body).encode()
        try:
            status, said = self._once(asked)
        except OSError:
            # A server hangs up on a connection that was idle for seconds: begin anew, once.
            status, said = self._once(asked)
        if status != http.client.CREATED:
            raise NotMeasured(f"{self._path} answered {status}: {said[:300]!r}")
        return json.loads(said)

    def _once(self, asked: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        try:
            self._connection.request("POST", self._path, asked, headers)
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            self._connection.close()
            raise
