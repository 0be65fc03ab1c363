"""The directory kept true: once a week whoever can mend a stale entry is asked to."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import organisations, persons, roles
from incidents.people.directory import focal_points, stale
from incidents.people.directory.stale import Review
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock, database
from incidents.record.outbox import OutgoingMessage

EVERY = timedelta(days=7)
_FROM, _UNTIL = time(8), time(17)
_NAMED = 8


def contacts() -> int:
    """Ask each body's focal point, and tell the office; nobody is woken for it."""
    now = clock.now()
    if not _FROM <= now.astimezone(clock.LOCAL).time() < _UNTIL:
        return 0
    with database.reading() as session:
        if not any(_due(session, now)):
            return 0
    with database.transaction() as session:
        # Looked at again inside: another engine may have asked meanwhile, and the keys are alike.
        mine, all_of_them = _due(session, now)
        return _ask(session, mine, now) + _tell_office(session, all_of_them, now)


def _due(session: Session, now: datetime) -> tuple[list[tuple[UUID, Review]], list[Review]]:
    """Whom to ask about which body now, and what to tell the office: neither twice a week."""
    sent = session.exec(
        select(OutgoingMessage).where(
            col(OutgoingMessage.kind).in_(("contacts_stale", "directory_review")),
            col(OutgoingMessage.created_at) > now - EVERY,
        )
    ).all()
    asked = {message.values.get("body") for message in sent}
    urgent = [each for each in stale.reviews(session, now).values() if each.urgent]
    answers = {row.organisation_id: row.person_id for row in focal_points.every(session)[::-1]}
    mine = [
        (answers[each.body.id], each)
        for each in urgent
        if each.body.id in answers and str(each.body.id) not in asked
    ]
    told = any(message.kind == "directory_review" for message in sent)
    return mine, [] if told else urgent


def _ask(session: Session, mine: Sequence[tuple[UUID, Review]], now: datetime) -> int:
    today = now.astimezone(clock.LOCAL).date()
    names = organisations.names_on(session, [each.body.id for _, each in mine], today)
    return sum(
        len(
            persons.tell(
                session,
                person_id,
                "contacts_stale",
                key=f"contacts-stale:{each.body.id}:{today}",
                values={
                    "body": str(each.body.id),
                    "code": each.body.code,
                    "name": names[each.body.id],
                    "points": len(each.points),
                    "untested": len(each.untested),
                },
            )
        )
        for person_id, each in mine
    )


def _tell_office(session: Session, urgent: Sequence[Review], now: datetime) -> int:
    if not urgent:
        return 0
    today = now.astimezone(clock.LOCAL).date()
    names = organisations.names_on(session, [each.body.id for each in urgent], today)
    return len(
        persons.tell_all(
            session,
            _office(session, now),
            "directory_review",
            key=f"directory-review:{today}",
            values={"count": len(urgent), "names": sorted(names.values())[:_NAMED]},
        )
    )


def _office(session: Session, now: datetime) -> list[UUID]:
    """The duty of the office; without one, whoever keeps the directory, else the administrators."""
    for role in (Role.OFFICE_DUTY, Role.STANDING_DEPUTY):
        if held := roles.holders(session, role, now)[:1]:
            return held
    administrators = select(Person.id).where(
        col(Person.administrator).is_(True), col(Person.active).is_(True)
    )
    return list(session.exec(administrators.order_by(col(Person.id))))
