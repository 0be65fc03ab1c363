"""The mailbox replies come to, over IMAP: asked what is new, told by IDLE where the server pushes.

It is only looked at: nothing is marked or moved, since people read it too.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from imap_tools import BaseMailBox, MailBox, MailBoxUnencrypted
from imap_tools.errors import ImapToolsError

from incidents.record import clock
from incidents.record.outbox import Channel
from notifications.receiving import letters
from notifications.receiving.inbound import Inbound

TIMEOUT = 10.0
"""Seconds a server may leave us without a word."""
BATCH = 50

_NEW = re.compile(rb"UID (\d+)")
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


class Account(NamedTuple):
    """Which mailbox of whom: ``imap://user:password@host:port/INBOX`` or ``imaps://``."""

    host: str
    port: int
    user: str
    password: str
    encrypted: bool
    folder: str

    @classmethod
    def of(cls, url: str) -> "Account":
        """Read the URL."""
        parts = urlsplit(url)
        encrypted = parts.scheme == "imaps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (993 if encrypted else 143),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            encrypted=encrypted,
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )

    @property
    def name(self) -> str:
        """What its place is kept under; never the password."""
        return f"imap:{self.user}@{self.host}:{self.port}/{self.folder}"


class Away(OSError):
    """The server is away or does not want us."""


class Place(NamedTuple):
    """Up to where a mailbox was read (RFC 3501: numbers count within one validity)."""

    validity: int
    last: int

    @classmethod
    def of(cls, cursor: str) -> "Place":
        """Read what was kept."""
        validity, _, last = cursor.partition("/")
        return cls(int(validity), int(last))

    def __str__(self) -> str:
        return f"{self.validity}/{self.last}"


class Mailbox:
    """One connection, made when it is needed and made anew after it broke."""

    channel = Channel.MAIL
    patience = 1.0

    def __init__(self, url: str) -> None:
        self._account = Account.of(url)
        self._box: BaseMailBox | None = None
        self.pushes = False
        """Whether the server offers to say when something came."""

    @property
    def name(self) -> str:
        """What its place is kept under."""
        return self._account.name

    def poll(self, cursor: str | None) -> tuple[Sequence[Inbound], str]:
        """What came after the cursor, at most ``BATCH``; on its first time nothing of the past."""
        try:
            return self._poll(cursor)
        except (imaplib.IMAP4.error, ImapToolsError, OSError, ValueError) as trouble:
            self.close()
            raise Away(f"{type(trouble).__name__}: {trouble}") from trouble

    def _poll(self, cursor: str | None) -> tuple[Sequence[Inbound], str]:
        box = self._opened()
        status = box.folder.status(self._account.folder, ["UIDNEXT", "UIDVALIDITY"])
        validity, following = status["UIDVALIDITY"], status["UIDNEXT"]
        if cursor is None:
            return (), str(Place(validity, following - 1))
        place = Place.of(cursor)
        if place.validity != validity:
            # Made anew: what came lately is looked at once more, and known by its name.
            place = Place(validity, self._lately(box) - 1)
        if following <= place.last + 1:
            return (), str(place)
        sizes = list(_sizes(box, place.last + 1))[:BATCH]
        found = [_read(box, uid, size) for uid, size in sizes]
        last = max([place.last, *(uid for uid, _ in sizes)])
        return [each for each in found if each], str(Place(validity, last))

    def _lately(self, box: BaseMailBox) -> int:
        since = f"{clock.now() - timedelta(days=2):%d-%b-%Y}"
        uids = [int(uid) for uid in box.uids(f"SINCE {since}")]
        following = box.folder.status(self._account.folder, ["UIDNEXT"])["UIDNEXT"]
        return min(uids, default=following)

    def wait(self, seconds: float) -> bool:
        """Wait for the server to say that something came; ``False`` when it said nothing."""
        try:
            box = self._opened()
            self.pushes = "IDLE" in map(str.upper, box.client.capabilities)
            if not self.pushes:
                return False
            said = box.idle.wait(timeout=seconds)
        except (imaplib.IMAP4.error, ImapToolsError, OSError) as trouble:
            self.close()
            raise Away(f"{type(trouble).__name__}: {trouble}") from trouble
        return any(b"EXISTS" in line for line in said)

    def title(self) -> str:
        """Its address stands in every mail."""
        return ""

    def close(self) -> None:
        """Leave; the server may be gone already."""
        box, self._box = self._box, None
        if box:
            try:
                box.client.shutdown()
            except OSError:
                return

    def _opened(self) -> BaseMailBox:
        if self._box is None:
            account = self._account
            made: BaseMailBox = (
                MailBox(
                    account.host,
                    account.port,
                    timeout=TIMEOUT,
                    ssl_context=ssl.create_default_context(),
                )
                if account.encrypted
                else MailBoxUnencrypted(account.host, account.port, timeout=TIMEOUT)
            )
            try:
                made.login(account.user, account.password, initial_folder=None)
                made.folder.set(account.folder, readonly=True)
            except BaseException:
                made.client.shutdown()
                raise
            self._box = made
        return self._box


def _sizes(box: BaseMailBox, first: int) -> Iterator[tuple[int, int]]:
    """Number and size of what came since: asked before anything is fetched."""
    # To a search for «n:*» a server always answers with the last mail, even an old one.
    _, given = box.client.uid("FETCH", f"{first}:*", "(UID RFC822.SIZE)")
    found: list[tuple[int, int]] = []
    for line in given:
        raw = line[0] if isinstance(line, tuple) else line
        uid, size = (_NEW.search(raw), _SIZE.search(raw)) if raw else (None, None)
        if uid and size and int(uid[1]) >= first:
            found.append((int(uid[1]), int(size[1])))
    yield from sorted(found)


def _read(box: BaseMailBox, uid: int, size: int) -> Inbound | None:
    too_big = size > letters.LARGEST
    wanted = "BODY.PEEK[HEADER]" if too_big else f"BODY.PEEK[]<0.{letters.LOOKED_AT}>"
    _, given = box.client.uid("FETCH", str(uid), f"({wanted})")
    raw = next((bytes(each[1]) for each in given if isinstance(each, tuple)), None)
    return letters.read(raw, too_big=too_big) if raw else None
