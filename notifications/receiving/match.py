"""What a message that came in turned out to be about, and the messages of ours it may name."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from incidents.people.persons import Person
from incidents.record.errors import Refusal
from incidents.record.inbox import Why
from incidents.record.links import AnswerLink
from incidents.record.outbox import Channel, OutgoingMessage


@dataclass(frozen=True)
class Match:
    """What a message that came in is about, and who wrote it.

    ``sender`` is whose verified address it came from; ``refusal`` says why they may not do it here.
    """

    link: AnswerLink | None = None
    message: OutgoingMessage | None = None
    sender: Person | None = None
    left_alone: Why | None = None
    refusal: Refusal | None = None


def messages_named(
    session: Session, channel: Channel, names: Sequence[str]
) -> list[OutgoingMessage]:
    """The messages of ours that a provider calls so, in that order."""
    if not names:
        return []
    found = session.exec(
        select(OutgoingMessage).where(
            OutgoingMessage.channel == channel, col(OutgoingMessage.provider_id).in_(names)
        )
    )
    return sorted(found, key=lambda each: names.index(each.provider_id or ""))
