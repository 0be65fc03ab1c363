"""Mail over kept connections: one small pool a server, every refusal sorted into now or for good.

A message keeps its Message-ID across attempts, so a second copy is known as one by whoever
receives it.
"""

import smtplib
import ssl
from base64 import encodebytes
from collections.abc import Generator
from contextlib import contextmanager
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from enum import Enum
from functools import lru_cache
from queue import Empty, LifoQueue
from typing import NamedTuple
from urllib.parse import parse_qs, unquote, urlsplit

from incidents.record import clock, keys
from incidents.record.language import N_
from notifications.outcomes import FailedForGood, FailedForNow, Outcome, Sent
from notifications.rendering import Mail

TIMEOUT = 10.0
"""Seconds a server may leave us without a word; a hanging one must not hang the desk."""

_LOOPBACK = ("localhost", "127.0.0.1", "::1")
_REASON = 300
_END = "\r\n"

# Answers of RFC 5321, 4.2: done, and "will forward"; leaving; the first permanent one; and those
# that speak of our account (RFC 4954), not of the recipient.
_YES = (250, 251)
_CLOSING = 421
_FOR_GOOD = 500
_OURS = (530, 534, 535, 538)


class Account(NamedTuple):
    """Where and as whom mail is handed in: ``smtp://user:password@host:port`` or ``smtps://``.

    ``?starttls=require`` refuses a server without encryption, ``?starttls=off`` never asks for it.
    """

    host: str
    port: int
    user: str
    password: str
    encrypted: bool
    starttls: str

    @classmethod
    def of(cls, url: str) -> "Account":
        """Read the URL; ``ValueError`` when it is none."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("a mail server is given as smtp://host:port or smtps://host:port")
        usual = 465 if parts.scheme == "smtps" else 587 if parts.username else 25
        return cls(
            host=parts.hostname,
            port=parts.port or usual,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            encrypted=parts.scheme == "smtps",
            starttls=parse_qs(parts.query).get("starttls", ["auto"])[0],
        )


class Stage(Enum):
    """How far the server had let us come when it said no."""

    SENDER = 1
    ADDRESS = 2
    CONTENT = 3


class Refused(Exception):
    """The server answered, and the answer was no."""

    def __init__(self, code: int, words: bytes, *, stage: Stage) -> None:
        self.code, self.stage = code, stage
        self.reason = f"{code} {words.decode(errors='replace')}"[:_REASON]
        super().__init__(self.reason)

    def outcome(self) -> Outcome:
        """No to us is for now and for every mail; no to this address or mail is its own."""
        ours = self.stage is Stage.SENDER or self.code in _OURS
        if self.code < _FOR_GOOD or ours:
            return FailedForNow(self.reason, whole_channel=ours)
        return FailedForGood(self.reason, address_dead=self.stage is Stage.ADDRESS)


class NotEncrypted(smtplib.SMTPException):
    """The server would have read our password in the open."""


class MailServer:
    """Kept connections to one server, shared by the threads that send."""

    def __init__(self, url: str, sender: str, replies: str = "") -> None:
        self._account = Account.of(url)
        desk, self._address = parseaddr(sender)
        self._from = formataddr((desk, self._address), "utf-8")
        self._replies = replies
        self._domain = self._address.rpartition("@")[2] or "localhost"
        self._idle: LifoQueue[smtplib.SMTP] = LifoQueue()

    def send(self, mail: Mail, *, to: str, key: str) -> Outcome:
        """Hand one mail in; ``key`` names it for ever. Never raises for what a server does."""
        if not _sendable(to):
            return FailedForGood(N_("địa chỉ thư không hợp lệ"), address_dead=True)
        name, letter = self.letter(mail, to=to, key=key)
        try:
            server = self._begin()
            with self._kept_after(server):
                _hand_in(server, to, letter)
        except (Refused, OSError, smtplib.SMTPException) as trouble:
            return _outcome_of(trouble)
        return Sent(name)

    def letter(self, mail: Mail, *, to: str, key: str) -> tuple[str, bytes]:
        """The Message-ID and the mail as bytes, in plain text and HTML."""
        # Nobody can guess it, so a reply that names it comes from somebody who was shown the mail.
        name = f"<{keys.token('mail', key)}@{self._domain}>"
        # Written out by hand: the email package spends ten times longer on the same bytes.
        lines = [
            f"From: {self._from}",
            f"To: {to}",
            _subject(mail.subject),
            f"Date: {format_datetime(clock.now())}",
            f"Message-ID: {name}",
            f"Reply-To: {self._reply_to(mail)}",
            f"Auto-Submitted: {'auto-replied' if mail.answers else 'auto-generated'}",
            "X-Auto-Response-Suppress: All",
            f"List-Id: <truc-ban.{self._domain}>",
            f"Content-Language: {mail.language.value}",
        ]
        # Nobody sent this first message; naming it in each mail makes them one thread.
        first = f"<{mail.thread}@{self._domain}>" if mail.thread else ""
        if first or mail.answers:
            references = " ".join(filter(None, (first, mail.answers)))
            lines += [f"In-Reply-To: {mail.answers or first}", f"References: {references}"]
        border = keys.digest(name)[:24]
        lines += [
            "MIME-Version: 1.0",
            f'Content-Type: multipart/alternative; boundary="{border}"',
            "",
            *_part(border, "plain", mail.text),
            *_part(border, "html", mail.html),
            f"--{border}--",
            "",
        ]
        return name, _END.join(lines).encode("ascii")

    def _reply_to(self, mail: Mail) -> str:
        if not (self._replies and mail.reply_token):
            return self._address
        return self._replies.replace("*", mail.reply_token)

    def close(self) -> None:
        """Say goodbye on every connection that is not in use."""
        while True:
            try:
                server = self._idle.get_nowait()
            except Empty:
                return
            _hang_up(server)

    def _begin(self) -> smtplib.SMTP:
        """A connection whose server took our name; a kept one found dead here has lost no mail."""
        while True:
            try:
                server = self._idle.get_nowait()
            except Empty:
                server = self._connect()
                with self._kept_after(server, only_if_refused=True):
                    _expect(server.mail(self._address), Stage.SENDER)
                return server
            try:
                with self._kept_after(server, only_if_refused=True):
                    _expect(server.mail(self._address), Stage.SENDER)
            except (OSError, smtplib.SMTPServerDisconnected) as dead:
                if _timed_out(dead):
                    raise
            else:
                return server

    @contextmanager
    def _kept_after(
        self, server: smtplib.SMTP, *, only_if_refused: bool = False
    ) -> Generator[None]:
        try:
            yield
        except Refused:
            self._clear(server)
            raise
        except BaseException:
            server.close()
            raise
        if not only_if_refused:
            self._idle.put(server)

    def _clear(self, server: smtplib.SMTP) -> None:
        try:
            server.rset()
        except (OSError, smtplib.SMTPException):
            server.close()
        else:
            self._idle.put(server)

    def _connect(self) -> smtplib.SMTP:
        account, tls = self._account, ssl.create_default_context()
        # Our own name is given: smtplib would ask the name server for it, which may hang.
        if account.encrypted:
            server: smtplib.SMTP = smtplib.SMTP_SSL(
                account.host, account.port, self._domain, timeout=TIMEOUT, context=tls
            )
        else:
            server = smtplib.SMTP(account.host, account.port, self._domain, timeout=TIMEOUT)
        try:
            _introduce(server, account, tls)
        except BaseException:
            server.close()
            raise
        return server


def _introduce(server: smtplib.SMTP, account: Account, tls: ssl.SSLContext) -> None:
    server.ehlo_or_helo_if_needed()
    encrypted = account.encrypted
    if not encrypted and account.starttls != "off" and server.has_extn("starttls"):
        server.starttls(context=tls)
        encrypted = True
    in_the_open = account.starttls == "off" or account.host in _LOOPBACK
    if not encrypted and (account.starttls == "require" or (account.user and not in_the_open)):
        raise NotEncrypted
    if account.user:
        server.login(account.user, account.password)


@lru_cache(maxsize=32)
def _subject(words: str) -> str:
    """The header line; a call-out says the same to everybody."""
    return f"Subject: {Header(words, 'utf-8', header_name='Subject').encode(linesep=_END)}"


def _part(border: str, form: str, words: str) -> list[str]:
    return [
        f"--{border}",
        f'Content-Type: text/{form}; charset="utf-8"',
        "Content-Transfer-Encoding: base64",
        "",
        encodebytes(words.encode()).decode("ascii").replace("\n", _END),
    ]


def _hand_in(server: smtplib.SMTP, to: str, letter: bytes) -> None:
    _expect(server.rcpt(to), Stage.ADDRESS)
    try:
        _expect(server.data(letter), Stage.CONTENT)
    except smtplib.SMTPDataError as no:
        raise Refused(no.smtp_code, _bytes(no.smtp_error), stage=Stage.CONTENT) from no


def _expect(answer: tuple[int, bytes], stage: Stage) -> None:
    code, words = answer
    if code == _CLOSING:
        raise smtplib.SMTPServerDisconnected(words.decode(errors="replace"))
    if code not in _YES:
        raise Refused(code, words, stage=stage)


def _outcome_of(trouble: Exception) -> Outcome:
    match trouble:
        case Refused():
            return trouble.outcome()
        case NotEncrypted():
            reason = N_("máy chủ thư không mã hóa đường truyền")
        case smtplib.SMTPResponseException():  # at the greeting or the sign-in
            return Refused(
                trouble.smtp_code, _bytes(trouble.smtp_error), stage=Stage.SENDER
            ).outcome()
        case _ if _timed_out(trouble):
            reason = N_("máy chủ thư không trả lời")
        case _:
            reason = f"{type(trouble).__name__}: {trouble}"[:_REASON]
    return FailedForNow(reason, whole_channel=True)


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode()


def _timed_out(trouble: BaseException) -> bool:
    # smtplib turns a time-out while it reads an answer into "disconnected".
    return isinstance(trouble, TimeoutError) or isinstance(trouble.__context__, TimeoutError)


def _hang_up(server: smtplib.SMTP) -> None:
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _sendable(address: str) -> bool:
    return (
        address.isascii()
        and address.isprintable()
        and " " not in address
        and parseaddr(address)[1] == address
        and "@" in address
    )
