"""A Matrix homeserver, asked through matrix-nio: its event loop in a thread of its own.

Whatever the server does comes out as ``Away`` or ``Refused``. nio would wait and try again by
itself, in the thread that asked; here the outbox does that.
"""

import asyncio
import hashlib
import logging
import re
import socket
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from aiohttp import ClientError
from nio import (
    AsyncClient,
    AsyncClientConfig,
    ErrorResponse,
    LocalProtocolError,
    LoginResponse,
    WhoamiResponse,
)

from incidents.record import settings

TIMEOUT = 10.0
"""Seconds one call may take beyond what it was asked to wait itself."""
NOT_FOUND = "M_NOT_FOUND"

_REASON = 200
_UNKNOWN_TOKEN = "M_UNKNOWN_TOKEN"  # noqa: S105 - the name of an error
_LIMITED = "M_LIMIT_EXCEEDED"
_BEARER = re.compile(r"[A-Za-z0-9._~+/=-]+")

Answer = TypeVar("Answer")
Question = Callable[[AsyncClient], Awaitable[Answer | ErrorResponse]]


class Account(NamedTuple):
    """The desk's own: ``matrix://user:password-or-token@host:port`` or ``matrixs://``."""

    base: str
    user: str
    secret: str

    @classmethod
    def of(cls, url: str) -> "Account":
        """Read the URL."""
        parts = urlsplit(url)
        scheme = "https" if parts.scheme == "matrixs" else "http"
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = f":{parts.port}" if parts.port else ""
        return cls(
            base=f"{scheme}://{host}{port}",
            user=unquote(parts.username or ""),
            secret=unquote(parts.password or ""),
        )

    @property
    def local(self) -> str:
        """The part of its name that is its own."""
        return self.user.removeprefix("@").partition(":")[0]


class Away(OSError):
    """The server cannot be reached, or answers nothing that can be read."""


class Refused(OSError):
    """The server answered, and the answer was no."""

    def __init__(self, code: str, words: str, *, status: int, retry_in: timedelta | None) -> None:
        self.code, self.status, self.retry_in = code, status, retry_in
        self.limited = code == _LIMITED or status == HTTPStatus.TOO_MANY_REQUESTS
        super().__init__(f"{status} {code} {words}"[:_REASON])

    @classmethod
    def of(cls, no: ErrorResponse) -> "Refused":
        """What nio made of it."""
        status = getattr(no.transport_response, "status", 0)
        after = timedelta(milliseconds=no.retry_after_ms) if no.retry_after_ms else None
        return cls(no.status_code or "", no.message, status=status, retry_in=after)


class NotLetIn(Refused):
    """It does not want our own account."""


class Homeserver:
    """One account on one server, used by several threads at once."""

    def __init__(self, url: str) -> None:
        # It writes down whole answers that do not have the form it expects.
        logging.getLogger("nio").setLevel(logging.ERROR)
        self._account = Account.of(url)
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._door: asyncio.Lock | None = None
        self._client: AsyncClient | None = None
        self._held: tuple[asyncio.AbstractEventLoop, threading.Thread] | None = None

    @property
    def name(self) -> str:
        """Account and server, without what lets one in."""
        return f"{self._account.local}@{self._account.base.partition('://')[2]}"

    @property
    def me(self) -> str:
        """Our own full name there."""
        return self.ask(str, _own_name)

    @property
    def domain(self) -> str:
        """The server's name, as it stands in those of its people and rooms."""
        return self.me.partition(":")[2]

    def ask(self, kind: type[Answer], question: Question[Answer], *, waits: float = 0) -> Answer:
        """The answer, of a kind, to a question that may take so long; ``Away`` or ``Refused``."""
        patience = TIMEOUT + waits
        running = asyncio.run_coroutine_threadsafe(
            asyncio.wait_for(self._asked(question), patience), self._running()
        )
        try:
            given = running.result(patience + TIMEOUT)
        except (ClientError, TimeoutError, ValueError, LocalProtocolError) as trouble:
            running.cancel()
            raise Away(f"Matrix: {type(trouble).__name__}") from None
        if isinstance(given, ErrorResponse):
            raise Refused.of(given)
        if not isinstance(given, kind):
            raise Away(f"Matrix: {type(given).__name__}")
        return given

    async def _asked(self, question: Question[Answer]) -> Answer | ErrorResponse:
        given = await question(await self._let_in())
        if isinstance(given, ErrorResponse) and given.status_code == _UNKNOWN_TOKEN:
            await self._leave()  # signed out from elsewhere: once more, from the door
            given = await question(await self._let_in())
        return given

    async def _let_in(self) -> AsyncClient:
        if self._door is None:
            self._door = asyncio.Lock()
        async with self._door:
            if self._client is None or not self._client.access_token:
                await self._leave()
                self._client = await _signed_in(self._account)
            return self._client

    async def _leave(self) -> None:
        client, self._client = self._client, None
        if client:
            await client.close()

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._held is None:
                loop = asyncio.new_event_loop()
                thread = threading.Thread(target=loop.run_forever, name="matrix", daemon=True)
                thread.start()
                self._held = loop, thread
            return self._held[0]

    def close(self) -> None:
        """Leave; whoever asks afterwards comes in anew."""
        with self._lock:
            held, self._held = self._held, None
        if held is None:
            return
        loop, thread = held
        asyncio.run_coroutine_threadsafe(self._end(), loop).result(TIMEOUT)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(TIMEOUT)
        loop.close()

    async def _end(self) -> None:
        await self._leave()
        self._door = None
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for each in others:
            each.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def _own_name(client: AsyncClient) -> str:
    return client.user_id


async def _signed_in(account: Account) -> AsyncClient:
    client = AsyncClient(
        account.base,
        account.user,
        device_id=_device(),
        config=AsyncClientConfig(
            max_limit_exceeded=0, max_timeouts=0, request_timeout=TIMEOUT, encryption_enabled=False
        ),
    )
    try:
        await _sign_in(client, account)
    except BaseException:
        await client.close()
        raise
    return client


async def _sign_in(client: AsyncClient, account: Account) -> None:
    """With the secret as a token; where it is none, with it as the password."""
    if _BEARER.fullmatch(account.secret):
        client.access_token = account.secret
        who = await client.whoami()
        if isinstance(who, WhoamiResponse):
            return
        if who.status_code != _UNKNOWN_TOKEN:
            raise _not_let_in(who)
        client.access_token = ""
    given = await client.login(account.secret, device_name="Trực Ban")
    if not isinstance(given, LoginResponse):
        raise _not_let_in(given)


def _not_let_in(no: ErrorResponse) -> Refused:
    refused = Refused.of(no)
    if refused.limited or refused.status >= HTTPStatus.INTERNAL_SERVER_ERROR or not refused.code:
        return refused
    return NotLetIn.of(no)


def _device() -> str:
    """The same at each start: a server knows a message sent twice only by account and device."""
    place = f"{socket.gethostname()}:{settings.current().data_dir.absolute()}"
    return f"TRUCBAN-{hashlib.sha256(place.encode()).hexdigest()[:12]}"


def transaction(key: str) -> str:
    """The name of a message for the server, the same for the same key."""
    return hashlib.sha256(key.encode()).hexdigest()[:40]
