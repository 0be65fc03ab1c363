"""Whoever flagged hears what became of it: the code and plain words, nothing from inside.

Those with an account hear at their own addresses; somebody whose contact is an e-mail address
hears there, except about an exercise, of which nothing leaves the office.
"""

import re
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel import Session

from incidents.people import persons
from incidents.record import outbox
from incidents.record.actors import Actor
from incidents.record.outbox import Channel, OutgoingMessage

if TYPE_CHECKING:
    from incidents.intake.signals import Signal

KIND = "signal_outcome"

_ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+")


class Outcome(StrEnum):
    """What a reporter is told of."""

    TAKEN = "taken"
    WATCHED = "watched"
    OPENED = "opened"
    MERGED = "merged"
    DISMISSED = "dismissed"
    ENDED = "ended"


def hear(
    session: Session,
    flags: Sequence["Signal"],
    outcome: Outcome,
    *,
    by: Actor,
    incident_id: UUID | None = None,
    **values: str,
) -> None:
    """Tell those who flagged, each once an outcome; not whoever brought it about. Two queries.

    That it was merged is said once, wherever it went, was taken out and went again.
    """
    about = "" if outcome is Outcome.MERGED else incident_id or ""
    told = {"outcome": outcome.value, **values}
    points = persons.addresses(
        session, {f.reported_by for f in flags if f.reported_by and f.reported_by != by.person_id}
    )
    outbox.queue_all(
        session,
        [
            OutgoingMessage(
                key=f"{KIND}:{flag.id}{flag.life}:{outcome}:{about}:{address}",
                channel=channel,
                kind=KIND,
                address=address,
                recipient_id=person_id,
                signal_id=flag.id,
                values=told,
            )
            for flag in flags
            for person_id, channel, address in _reached(flag, points)
        ],
    )


def _reached(
    flag: "Signal", points: dict[UUID, list[persons.ContactPoint]]
) -> list[tuple[UUID | None, Channel, str]]:
    own = points.get(flag.reported_by, []) if flag.reported_by else []
    found: list[tuple[UUID | None, Channel, str]] = [
        (flag.reported_by, Channel(point.channel), point.address) for point in own
    ]
    contact = address_of(flag)
    if contact and not flag.exercise and contact.lower() not in {p.address.lower() for p in own}:
        found.append((None, Channel.MAIL, contact))
    return found


def address_of(flag: "Signal") -> str | None:
    """The e-mail address somebody left with a flag, if what they left is one."""
    contact: Any = flag.reporter_contact.strip()
    return contact if _ADDRESS.fullmatch(contact) else None
