"""A real Matrix server (Synapse) on loopback, and people on it who write, answer and leave."""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
from signedjson.key import generate_signing_key, write_signing_keys

from tests.mail_server import free_port

DOMAIN = "binhkhe.test"
_SECRET = "dang-ky-dien-tap"
_PASSWORD = "mat-khau-matrix"
_PATIENCE = 60
_UNHURRIED = {"per_second": 10_000, "burst_count": 10_000}
_LIMITED = ("message", "registration", "joins_per_room", "room_creation")
_LIMITED_BY_KIND = {
    "login": ("address", "account", "failed_attempts"),
    "joins": ("local", "remote"),
    "invites": ("per_room", "per_user", "per_issuer"),
}


class MatrixServer:
    """One server; what it knows is kept while it is stopped and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=20)
        self._administrator = ""
        self._configure()

    def _configure(self) -> None:
        with (self._folder / "signing.key").open("w") as file:
            write_signing_keys(file, [generate_signing_key("dien_tap")])
        (self._folder / "log.yaml").write_text(
            json.dumps(
                {
                    "version": 1,
                    "handlers": {"kept": {"class": "logging.StreamHandler"}},
                    "root": {"level": "WARNING", "handlers": ["kept"]},
                }
            )
        )
        # YAML takes JSON.
        (self._folder / "server.yaml").write_text(
            json.dumps(
                {
                    "server_name": DOMAIN,
                    "listeners": [
                        {
                            "port": self.port,
                            "type": "http",
                            "bind_addresses": ["127.0.0.1"],
                            "resources": [{"names": ["client"]}],
                        }
                    ],
                    "database": {
                        "name": "sqlite3",
                        "args": {"database": str(self._folder / "server.db")},
                    },
                    "log_config": str(self._folder / "log.yaml"),
                    "media_store_path": str(self._folder / "media"),
                    "signing_key_path": str(self._folder / "signing.key"),
                    "registration_shared_secret": _SECRET,
                    "report_stats": False,
                    "trusted_key_servers": [],
                    "federation_domain_whitelist": [],
                    "url_preview_enabled": False,
                    "presence": {"enabled": False},
                    "bcrypt_rounds": 4,
                    **{f"rc_{each}": _UNHURRIED for each in _LIMITED},
                    **{
                        f"rc_{each}": dict.fromkeys(kinds, _UNHURRIED)
                        for each, kinds in _LIMITED_BY_KIND.items()
                    },
                }
            )
        )

    def url(self, account: "Account") -> str:
        """The address of an account, as the desk's setting has it."""
        return f"matrix://{account.local}:{_PASSWORD}@127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it on its port; returns once it answers."""
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(sys.executable, "-m", "synapse.app.homeserver"),
                    *("-c", str(self._folder / "server.yaml")),
                ],
                cwd=self._folder,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            said = (self._folder / "server.log").read_text
            assert self._process.poll() is None, said()
            try:
                if self._http.get("/_matrix/client/versions").is_success:
                    return
            except httpx.HTTPError:
                time.sleep(0.05)
        raise AssertionError("the Matrix server did not come up")

    def stop(self) -> None:
        """Kill it: connections are refused from now on."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        """Connections are still taken by the system, and nobody ever answers."""
        assert self._process, "the Matrix server is not running"
        os.kill(self._process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process, "the Matrix server is not running"
        os.kill(self._process.pid, signal.SIGCONT)

    def account(self, name: str, *, shown_as: str = "") -> "Account":
        """A new account whose name begins so; each story has its own."""
        return self._registered(f"{name}-{uuid4().hex[:8]}", shown_as=shown_as or name)

    def _registered(self, local: str, *, shown_as: str, administrator: bool = False) -> "Account":
        nonce = self._http.get("/_synapse/admin/v1/register").json()["nonce"]
        right = "admin" if administrator else "notadmin"
        words = f"{nonce}\0{local}\0{_PASSWORD}\0{right}".encode()
        given = self._http.post(
            "/_synapse/admin/v1/register",
            json={
                "nonce": nonce,
                "username": local,
                "displayname": shown_as,
                "password": _PASSWORD,
                "admin": administrator,
                "mac": hmac.new(_SECRET.encode(), words, hashlib.sha1).hexdigest(),
            },
        )
        assert given.is_success, given.text
        return Account(self, local, given.json()["access_token"])

    def slow_down(self, account: "Account", *, per_second: int = 1) -> None:
        """From now on take only so many messages a second of an account."""
        limit = {"messages_per_second": per_second, "burst_count": 1}
        self._administer("POST", f"v1/users/{quote(account.id)}/override_ratelimit", limit)

    def deactivate(self, account: "Account") -> None:
        """Its person has left the office."""
        self._administer("POST", f"v1/deactivate/{quote(account.id)}", {"erase": True})

    def sign_out_everywhere(self, account: "Account") -> None:
        """None of its tokens counts any more."""
        given = {"new_password": _PASSWORD, "logout_devices": True}
        self._administer("POST", f"v1/reset_password/{quote(account.id)}", given)

    def _administer(self, method: str, path: str, given: Any) -> None:
        if not self._administrator:
            made = self._registered(f"quan-tri-{uuid4().hex[:8]}", shown_as="", administrator=True)
            self._administrator = made.token
        self.call(self._administrator, method, f"/_synapse/admin/{path}", given)

    def call(self, token: str, method: str, path: str, given: Any = None) -> Any:
        """One question in somebody's name; it must be granted."""
        answer = self._http.request(
            method, path, json=given, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.is_success, f"{method} {path}: {answer.text}"
        return answer.json()


@dataclass
class Account:
    """Somebody on the server, with any client."""

    server: MatrixServer
    local: str
    token: str
    _seen: str | None = field(default=None)

    @property
    def id(self) -> str:
        return f"@{self.local}:{DOMAIN}"

    def ask(self, method: str, path: str, given: Any = None) -> Any:
        return self.server.call(self.token, method, f"/_matrix/client/v3/{path}", given)

    def put(self, room: str, kind: str, content: dict[str, Any]) -> str:
        """An event of a kind; returns its name."""
        path = f"rooms/{quote(room)}/send/{kind}/{uuid4().hex}"
        return self.ask("PUT", path, content)["event_id"]

    def write(self, room: str, words: str, **more: Any) -> str:
        return self.put(room, "m.room.message", {"msgtype": "m.text", "body": words, **more})

    def reply(self, room: str, to: str, words: str, *, quoting: str = "") -> str:
        """A reply, with the quote older clients put above their words."""
        body = f"> <@ai:{DOMAIN}> {quoting}\n\n{words}" if quoting else words
        return self.write(room, body, **{"m.relates_to": {"m.in_reply_to": {"event_id": to}}})

    def answer_in_thread(self, room: str, root: str, words: str) -> str:
        """A message in a thread, as Element sends it."""
        relation = {
            "rel_type": "m.thread",
            "event_id": root,
            "is_falling_back": True,
            "m.in_reply_to": {"event_id": root},
        }
        return self.write(room, words, **{"m.relates_to": relation})

    def react(self, room: str, to: str, sign: str = "✅") -> str:
        relation = {"rel_type": "m.annotation", "event_id": to, "key": sign}
        return self.put(room, "m.reaction", {"m.relates_to": relation})

    def talk_to(self, other: "Account", *, encrypted: bool = False) -> str:
        """A direct room this one makes; the other is invited."""
        algorithm = {"algorithm": "m.megolm.v1.aes-sha2"}
        initial = [{"type": "m.room.encryption", "state_key": "", "content": algorithm}]
        return self.ask(
            "POST",
            "createRoom",
            {
                "is_direct": True,
                "invite": [other.id],
                "preset": "trusted_private_chat",
                "initial_state": initial if encrypted else [],
            },
        )["room_id"]

    def invite_to_a_room(self, *others: "Account") -> str:
        """A room for many, which is nobody's direct one."""
        return self.ask("POST", "createRoom", {"invite": [each.id for each in others]})["room_id"]

    def invited(self) -> list[str]:
        """The rooms it is invited to and has not answered."""
        found = self.ask("GET", "sync?timeout=0")
        return list(found.get("rooms", {}).get("invite", {}))

    def rooms(self) -> list[str]:
        return self.ask("GET", "joined_rooms")["joined_rooms"]

    def join(self, room: str) -> None:
        self.ask("POST", f"rooms/{quote(room)}/join", {})

    def join_all(self) -> list[str]:
        """Take every invitation; the rooms it is in now."""
        for room in self.invited():
            self.join(room)
        return self.rooms()

    def leave(self, room: str) -> None:
        self.ask("POST", f"rooms/{quote(room)}/leave", {})

    def events(self, room: str, kind: str = "m.room.message") -> list[dict[str, Any]]:
        """What stands in a room it is in, the oldest first."""
        found = self.ask("GET", f"rooms/{quote(room)}/messages?dir=b&limit=500")["chunk"]
        return [each for each in reversed(found) if each["type"] == kind]

    def reads(self, room: str) -> list[str]:
        """The words that stand in a room, the oldest first."""
        return [each["content"].get("body", "") for each in self.events(room)]

    def state(self, room: str, kind: str, key: str = "") -> dict[str, Any]:
        return self.ask("GET", f"rooms/{quote(room)}/state/{kind}/{quote(key)}")

    def put_state(self, room: str, kind: str, content: dict[str, Any]) -> None:
        self.ask("PUT", f"rooms/{quote(room)}/state/{kind}/", content)

    def may_write(self, room: str) -> bool:
        """Whether the server takes a message of this one there."""
        path = f"/_matrix/client/v3/rooms/{quote(room)}/send/m.room.message/{uuid4().hex}"
        said = self.server._http.put(
            path,
            json={"msgtype": "m.text", "body": "?"},
            headers={"Authorization": f"Bearer {self.token}"},
        )
        return said.is_success


@contextmanager
def running(folder: Path) -> Generator[MatrixServer]:
    """A Matrix server for as long as the block lasts."""
    server = MatrixServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.stop()
