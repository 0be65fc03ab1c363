"""A mail as it came, read: who wrote what in answer to which of our mails, and whether anybody did.

Everything in it may be forged, broken or enormous: nothing here raises for what a mail says.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses

from incidents.record.inbox import Why
from incidents.record.language.alphabet import folded
from incidents.record.outbox import Channel
from notifications.receiving import html_text, quotes, returns
from notifications.receiving.inbound import Inbound, Returned

LOOKED_AT = 512 * 1024
"""Bytes of a mail that are fetched: files stand behind the words, and none is kept."""
LARGEST = 10 * 1024 * 1024
"""Of a larger one only the headers are."""

_TEXT = 64 * 1024
_NAME = re.compile(r"<[^<>\s]{3,300}>")
_TOKEN = re.compile(r"\+([a-z2-7]{32})@")
_VACATION = re.compile(
    r"^(?:(?:re|fw|tra loi|tl)\s*:\s*)*\[?(?:automatic reply|auto(?:matic)?[ -]?(?:reply|response)|"
    r"auto:|autoreply|out of (?:the )?office|(?:thu )?tra loi tu dong|thu tu dong|tu dong tra loi|"
    r"phan hoi tu dong|thong bao vang mat|vang mat|thong bao nghi|nghi phep|dang nghi phep|"
    r"on (?:leave|vacation)|abwesenheit|absence)\b"
)
_MACHINES = ("mailer-daemon@", "postmaster@", "noreply@", "no-reply@", "donotreply@")
_PRECEDENCE = ("bulk", "junk", "list", "auto_reply", "auto-reply")
_NO_TEXT = frozenset({"punycode", "idna", "unicode_escape", "raw_unicode_escape", "undefined"})
_HEADERS_OF_ADDRESSES = (
    "To",
    "Cc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Delivered-To",
)

Letter = Message


def read(raw: bytes, *, too_big: bool = False) -> Inbound:
    """What a mail says; ``too_big`` when only its headers were fetched."""
    letter = BytesParser(policy=policy.compat32).parsebytes(raw)
    returned = returns.of(letter, _plain_words(letter))
    plain, files = _body(letter)
    sender = _sender(letter)
    return Inbound(
        channel=Channel.MAIL,
        provider_id=_own_name(letter, raw),
        sender=sender,
        text=quotes.written(plain),
        reply_to=_names(letter, "In-Reply-To") + _names(letter, "References")[::-1],
        tokens=_tokens(letter),
        subject=_header(letter, "Subject")[:300],
        files=files,
        left_alone=_left_alone(letter, sender, returned),
        returned=returned,
        too_big=too_big,
    )


def _left_alone(letter: Letter, sender: str, returned: Returned | None) -> Why | None:
    if returned:
        return Why.RETURNED
    if not sender:
        return Why.UNKNOWN_SENDER
    return Why.AUTOMATIC if automatic(letter, sender) else None


def automatic(letter: Letter, sender: str) -> bool:
    """Whether no person wrote it, or it came through a list (RFC 3834, and what is sent anyway)."""
    submitted = _header(letter, "Auto-Submitted").partition(";")[0].strip().lower()
    told = (
        submitted not in ("", "no")
        or _header(letter, "Precedence").strip().lower() in _PRECEDENCE
        or any(letter.get(name) for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Reply"))
        or any(letter.get(name) for name in ("List-Id", "List-Unsubscribe", "List-Post"))
        or _header(letter, "Return-Path").strip() == "<>"
        or letter.get_content_type() == "multipart/report"
    )
    subject = folded(_header(letter, "Subject")[:300]).strip()
    return told or sender.startswith(_MACHINES) or bool(_VACATION.match(subject))


def _header(letter: Letter, name: str) -> str:
    """A header in words, whatever it is made of."""
    given = str(letter.get(name) or "")[:4000]
    try:
        said = str(make_header(decode_header(given)))
    except (HeaderParseError, LookupError, UnicodeError, ValueError):
        said = given
    return " ".join(said.encode("utf-8", "replace").decode().split())


def _sender(letter: Letter) -> str:
    """The one address it says it is from; several are none."""
    given = [str(each)[:1000] for each in letter.get_all("From") or ()]
    found = {address.strip().casefold() for _, address in getaddresses(given) if "@" in address}
    (only,) = found if len(found) == 1 and len(given) == 1 else ("",)
    return only if only.isprintable() and len(only) <= 254 else ""  # noqa: PLR2004 - RFC 5321


def _own_name(letter: Letter, raw: bytes) -> str:
    """Its Message-ID; where it has none that can be used, what it is made of."""
    named = _NAME.fullmatch(str(letter.get("Message-ID") or "").strip())
    if named and named[0].isascii() and named[0].isprintable():
        return named[0]
    return hashlib.sha256(raw).hexdigest()


def _names(letter: Letter, header: str) -> tuple[str, ...]:
    return tuple(_NAME.findall(str(letter.get(header) or "")[:20_000])[:50])


def _tokens(letter: Letter) -> tuple[str, ...]:
    given = " ".join(
        str(each)[:4000] for name in _HEADERS_OF_ADDRESSES for each in (letter.get_all(name) or ())
    )
    return tuple(dict.fromkeys(_TOKEN.findall(given.lower())))[:10]


def _body(letter: Letter) -> tuple[str, int]:
    """The words, plain where there are any, and how many files came along."""
    plain, html, files = "", "", 0
    for part in _leaves(letter):
        kind = part.get_content_type()
        attached = str(part.get("Content-Disposition") or "").strip().lower()[:10] == "attachment"
        if attached or kind not in ("text/plain", "text/html"):
            inline_picture = part.get_content_maintype() == "image" and not attached
            files += not inline_picture and part.get_content_maintype() != "multipart"
        elif kind == "text/plain":
            plain = plain or _unflowed(part, decoded(part)).strip()
        else:
            html = html or decoded(part)
    return (plain or html_text.words(html)), files


def _plain_words(letter: Letter) -> str:
    """All the text in it, for what a mail server wrote."""
    texts = [decoded(part) for part in _leaves(letter) if part.get_content_maintype() == "text"]
    return "\n".join(texts)[:_TEXT]


def _leaves(letter: Letter) -> Iterator[Letter]:
    for count, part in enumerate(letter.walk()):
        if count > 100:  # noqa: PLR2004 - a mail of so many parts is no answer
            return
        if not part.is_multipart():
            yield part


def decoded(part: Letter) -> str:
    """The text of a part, in whatever it was written: what it says of itself is often wrong."""
    payload = part.get_payload(decode=True)
    raw = payload[:_TEXT] if isinstance(payload, bytes) else b""
    said = str(part.get_param("charset") or "").strip("\"' ").lower()
    tries = [said] if raw.isascii() else ["utf-8", said, "cp1258", "latin-1"]
    for name in (*tries, "utf-8"):
        if name and (text := _in(name, raw)) is not None:
            return unicodedata.normalize("NFC", text)
    return raw.decode("ascii", "replace")


def _in(charset: str, raw: bytes) -> str | None:
    if charset in _NO_TEXT:
        return None
    try:
        return raw.decode(charset)
    except UnicodeDecodeError as cut:
        # Only the last sign was cut through, where the mail is longer than what is looked at.
        whole = len(raw) == _TEXT and len(raw) - cut.start < 4  # noqa: PLR2004 - bytes of a sign
        return raw[: cut.start].decode(charset, "ignore") if whole else None
    except (LookupError, ValueError):
        return None


def _unflowed(part: Letter, text: str) -> str:
    """Lines of ``format=flowed`` (RFC 3676) put together again."""
    if str(part.get_param("format") or "").lower() != "flowed":
        return text
    lines: list[str] = []
    joins = False
    for line in text.split("\n"):
        bare = line.rstrip("\r")
        quoted = bare.startswith(">")
        if joins and not quoted and lines:
            lines[-1] += bare.removeprefix(" ")
        else:
            lines.append(bare if quoted else bare.removeprefix(" "))
        joins = bare.endswith(" ") and bare != "-- " and not quoted
    return "\n".join(lines)
