"""Calendars as text that any calendar program reads (iCalendar, RFC 5545), in UTC."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_OCTETS = 75
"""A content line is at most so long before it is folded (RFC 5545, 3.1)."""

_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True)
class Event:
    """One entry; ``sequence`` and ``changed_at`` tell a calendar which of two is the newer."""

    uid: str
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    changed_at: datetime
    sequence: int


def calendar(name: str, events: Iterable[Event], *, language: str) -> str:
    """The text of a calendar; the lines end as RFC 5545 wants them, also the last."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:-//Truc Ban//duty roster//{language.upper()}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escaped(name)}",
        f"X-WR-CALNAME:{escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
    ]
    for event in events:
        lines += _event(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def _event(event: Event) -> list[str]:
    changed = _utc(event.changed_at)
    return [
        "BEGIN:VEVENT",
        f"UID:{escaped(event.uid)}",
        f"DTSTAMP:{changed}",
        f"LAST-MODIFIED:{changed}",
        f"SEQUENCE:{event.sequence}",
        f"DTSTART:{_utc(event.starts_at)}",
        f"DTEND:{_utc(event.ends_at)}",
        f"SUMMARY:{escaped(event.summary)}",
        f"DESCRIPTION:{escaped(event.description)}",
        "TRANSP:OPAQUE",
        "STATUS:CONFIRMED",
        "END:VEVENT",
    ]


def escaped(text: str) -> str:
    """A text value: backslash, semicolon, comma and line breaks escaped (RFC 5545, 3.3.11)."""
    plain = "".join(c for c in text.replace("\r\n", "\n") if c == "\n" or c.isprintable())
    return plain.translate(_ESCAPED)


def folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, no character of UTF-8 torn apart."""
    pieces, piece, size = list[str](), "", 0
    for character in line:
        width = len(character.encode())
        if size + width > _OCTETS:
            pieces.append(piece)
            piece, size = "", 1  # the space that begins a continuation counts
        piece, size = piece + character, size + width
    return "\r\n ".join([*pieces, piece])


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
