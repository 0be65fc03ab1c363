"""The ways to reach somebody that are left, where those they chose did not work."""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import concerned
from incidents.people.persons import SENT_BY_THE_DESK, ContactKind, ContactPoint, Person
from incidents.record.outbox import Channel


def next_after(
    session: Session,
    person_id: UUID,
    tried: Collection[tuple[Channel, str]],
    *,
    failing: Collection[Channel] = (),
    incident_id: UUID | None = None,
    calls: bool = False,
) -> ContactPoint | None:
    """The next address of a person that was not tried; nothing where none is left.

    Those for later or never count as well, and one nobody verified when there is nothing else; one
    that bounced never; a call only where it ``calls``. A channel that is ``failing`` for everybody
    comes after the others.
    """
    wanted = (
        select(ContactPoint)
        .join(Person, col(Person.id) == ContactPoint.person_id)
        .where(
            ContactPoint.person_id == person_id,
            col(ContactPoint.channel).in_(SENT_BY_THE_DESK),
            col(ContactPoint.bounced_at).is_(None),
            col(Person.active),
        )
    )
    if incident_id:
        wanted = wanted.where(concerned.open_to(col(ContactPoint.person_id), incident_id))
    if not calls:
        wanted = wanted.where(ContactPoint.channel != ContactKind.CALL)
    left = [p for p in session.exec(wanted) if (Channel(p.channel), p.address) not in tried]
    return min(
        left,
        key=lambda p: (p.verified_at is None, Channel(p.channel) in failing, p.position),
        default=None,
    )
