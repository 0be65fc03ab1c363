"""What somebody did in a Matrix room, read: written, answered in a thread, or marked with a sign.

Everything in it is somebody's word but the account it came from and the room it stands in, which
the server vouches for. Nothing here raises for what an event says.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from incidents.record.outbox import Channel
from notifications.receiving.inbound import Inbound

_WORDS = ("m.text", "m.emote")
_FILES = ("m.image", "m.file", "m.audio", "m.video")
_LONGEST = 16_384
_LONGEST_SIGN = 32
_FALLBACK = re.compile(r"\A> <[^\n]*(?:\n>[^\n]*)*\n*")
"""The quote that clients put above a reply for others that know none (specification 1.12, 11.3)."""


def name(room: str, event: str) -> str:
    """An event under a name that tells its room as well: nobody answers it from elsewhere."""
    return f"{room}/{event}"


def room_of(named: str) -> str:
    """The room in such a name."""
    return named.partition("/")[0]


def event_of(named: str) -> str:
    """The event in it."""
    return named.partition("/")[2]


def account(user: str) -> str:
    """An account as it is compared: names of servers are the same in capitals, others are not."""
    local, colon, server = user.partition(":")
    return f"{local}{colon}{server.lower()}"


def read(
    room: str, event: Mapping[str, Any], *, me: str, overheard: bool = False
) -> Inbound | None:
    """What a person says to us by an event; nothing for our own, edits, notices and the rest."""
    sender, named, content = (event.get(part) for part in ("sender", "event_id", "content"))
    if not (isinstance(sender, str) and isinstance(named, str) and isinstance(content, Mapping)):
        return None
    if sender == me:
        return None
    found = {"m.room.message": _written, "m.reaction": _signed}.get(str(event.get("type")))
    said = found(room, content) if found else None
    if said is None:
        return None
    return Inbound(
        channel=Channel.MATRIX,
        provider_id=name(room, named),
        sender=account(sender),
        overheard=overheard,
        **said,
    )


def _written(room: str, content: Mapping[str, Any]) -> dict[str, Any] | None:
    kind, relation = content.get("msgtype"), _relation(content)
    if kind not in (*_WORDS, *_FILES) or relation.get("rel_type") == "m.replace":
        return None
    answered = _answered(relation)
    text = _text(content.get("body"))
    if kind in _FILES:
        # Its body is the name of the file, unless that stands beside it: then it is words.
        text = text if content.get("filename") not in (None, content.get("body")) else ""
    return {
        "text": _FALLBACK.sub("", text) if relation.get("m.in_reply_to") else text,
        "reply_to": tuple(name(room, each) for each in answered),
        "files": int(kind in _FILES),
    }


def _signed(room: str, content: Mapping[str, Any]) -> dict[str, Any] | None:
    relation = _relation(content)
    about, sign = relation.get("event_id"), relation.get("key")
    if relation.get("rel_type") != "m.annotation" or not isinstance(about, str):
        return None
    if not isinstance(sign, str) or not sign or len(sign) > _LONGEST_SIGN:
        return None
    return {"reaction": sign, "reply_to": (name(room, about),)}


def _relation(content: Mapping[str, Any]) -> Mapping[str, Any]:
    found = content.get("m.relates_to")
    return found if isinstance(found, Mapping) else {}


def _answered(relation: Mapping[str, Any]) -> list[str]:
    """What it answers, the nearest first; in a thread its root, unless it says otherwise."""
    replied = relation.get("m.in_reply_to")
    nearest = replied.get("event_id") if isinstance(replied, Mapping) else None
    root = relation.get("event_id") if relation.get("rel_type") == "m.thread" else None
    found = [root, nearest] if relation.get("is_falling_back") else [nearest, root]
    return list(dict.fromkeys(each for each in found if isinstance(each, str) and each))


def _text(body: Any) -> str:
    return unicodedata.normalize("NFC", body[:_LONGEST]) if isinstance(body, str) else ""
