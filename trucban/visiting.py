"""Persons of the demo province at the desk's door: over REST, and by the links in their mail."""

import html
import re
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID

import httpx

from incidents.record import links, settings
from incidents.record.errors import Conflict, NotFound
from incidents.record.language import N_, Language
from trucban import province

CONFLICT = HTTPStatus.CONFLICT
_PATIENCE = 30.0
_HERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104


class Refused(Conflict):
    """The desk said no: ``status`` is its HTTP status, ``why`` its own words."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status = answer.status_code
        self.why = _words(answer)
        super().__init__(
            N_("Bàn trực từ chối %(what)s: %(why)s"),
            what=f"{answer.request.method} {answer.request.url.path}",
            why=f"{self.status} {self.why}",
        )


class Door:
    """The running desk, and everyone who has signed in at it; refusals are in ``language``."""

    def __init__(self, language: Language = Language.VI) -> None:
        self.address = _own_address()
        self._web = httpx.Client(
            base_url=self.address, timeout=_PATIENCE, headers={"Accept-Language": language.value}
        )
        self._tokens: dict[str, str] = {}

    def close(self) -> None:
        """Leave."""
        self._web.close()

    @cached_property
    def _names(self) -> dict[str, str]:
        """Person id → username: the desk names people, the province knows how they sign in."""
        by_name = province.usernames()
        listed = self.get("quan.tri", "/people")["items"]
        return {each["id"]: by_name[each["name"]] for each in listed if each["name"] in by_name}

    def username(self, person_id: str) -> str:
        """How a person signs in."""
        return self._names[person_id]

    def person_id(self, username: str) -> str:
        """Whom the desk knows under a way to sign in."""
        return next(each for each, name in self._names.items() if name == username)

    def get(self, username: str, path: str, **query: Any) -> Any:
        """Read something as a person."""
        return self._ask(username, "GET", path, params=query)

    def post(self, username: str, path: str, body: Any = None, **sent: Any) -> Any:
        """Do something as a person."""
        return self._ask(username, "POST", path, **({"json": body} if body else {}), **sent)

    def prove(self, username: str) -> None:
        """Give the password again, as signing and closing demand."""
        self.post(username, "/sessions/proof", {"password": province.PASSWORD})

    def by_link(self, message_id: str, deed: str, **fields: str) -> None:
        """Open the link of a message and send its form, as a browser does."""
        address = f"/t/{links.token(UUID(message_id))}"
        page = self._web.get(address)
        if page.status_code == HTTPStatus.NOT_FOUND:
            raise NotFound(
                N_("Bàn trực đang chạy dùng thư mục dữ liệu khác; đặt TRUCBAN_DATA_DIR cho đúng.")
            )
        number = links.number(UUID(message_id))
        _accepted(self._web.post(f"{address}/{deed}", data={**fields, "number": number}))

    def _ask(self, username: str, method: str, path: str, **sent: Any) -> Any:
        answer = self._send(username, method, path, **sent)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            self._tokens.pop(username, None)
            answer = self._send(username, method, path, **sent)
        _accepted(answer)
        return answer.json() if answer.content else None

    def _send(self, username: str, method: str, path: str, **sent: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._token(username)}"}
        return self._web.request(method, f"/api/v1{path}", headers=headers, **sent)

    def _token(self, username: str) -> str:
        if username not in self._tokens:
            answer = self._web.post(
                "/api/v1/sessions", json={"username": username, "password": province.PASSWORD}
            )
            if answer.status_code in (HTTPStatus.FORBIDDEN, HTTPStatus.UNAUTHORIZED):
                raise NotFound(
                    N_("Bàn trực này không có tỉnh minh họa; hãy chạy «trucban serve --demo».")
                )
            _accepted(answer)
            self._tokens[username] = answer.json()["token"]
        return self._tokens[username]


def _own_address() -> str:
    chosen = settings.current()
    host = _HERE.get(chosen.host, chosen.host)
    return f"http://{host}:{chosen.port}"


def _accepted(answer: httpx.Response) -> None:
    if answer.is_success or answer.has_redirect_location:
        return
    raise Refused(answer)


def _words(answer: httpx.Response) -> str:
    """The words of a problem (RFC 9457) or a page, short enough for one line."""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        return str(answer.json()["title"])
    bare = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", answer.text, flags=re.DOTALL)
    plain = html.unescape(bare)
    return " ".join(plain.split())[:400]
