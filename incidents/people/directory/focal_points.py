"""Who stands for a body towards the desk: a communication focal point and a deputy, both tested."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Session, col, select

from incidents.people import organisations, persons
from incidents.people.organisations import Organisation
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_, Labelled


class Standing(Labelled):
    """Which of the two."""

    FOCAL = "focal", N_("Đầu mối truyền thông")
    DEPUTY = "deputy", N_("Đầu mối dự phòng")


class FocalPoint(Table, table=True):
    """A person who answers for a body; ``tested_at`` is when somebody last tried to reach them."""

    __tablename__ = "focal_point"
    __table_args__ = (CheckConstraint("(tested_at IS NULL) = (reached IS NULL)", name="tested"),)

    id: UUID = identifier()
    organisation_id: UUID = reference("organisation.id")
    person_id: UUID = reference("person.id")
    standing: Standing = choice(Standing)
    appointed_at: datetime = moment()
    ended_at: datetime | None = moment(optional=True)
    tested_at: datetime | None = moment(optional=True)
    tested_by: UUID | None = reference("person.id", optional=True, index=False)
    reached: bool | None = None
    tested_how: str = ""


@dataclass(frozen=True)
class FocalPointAppointed(Fact):
    """A person stands for a body from now on."""

    person: PersonId
    standing: Standing
    organisation: str
    says: ClassVar[str] = N_("%(person)s là %(standing)s của %(organisation)s")


@dataclass(frozen=True)
class FocalPointEnded(Fact):
    """A person no longer stands for a body."""

    person: PersonId
    standing: Standing
    organisation: str
    says: ClassVar[str] = N_("%(person)s thôi làm %(standing)s của %(organisation)s")


@dataclass(frozen=True)
class FocalPointTested(Fact):
    """A named person tried to reach a focal point as in an emergency."""

    person: PersonId
    standing: Standing
    organisation: str
    reached: bool
    how: Private
    says: ClassVar[str] = N_(
        "Thử gọi %(person)s, %(standing)s của %(organisation)s; "
        "liên lạc được: %(reached)s (%(how)s)"
    )


def appoint(
    session: Session, organisation_id: UUID, person_id: UUID, *, standing: Standing, by: Actor
) -> FocalPoint:
    """Let a person stand for a body, in place of whoever did; untested until somebody tries."""
    # Locked: two appointments at one moment wait for each other.
    body = locked(session, Organisation, organisation_id)
    if body is None:
        raise NotFound(N_("Không tìm thấy cơ quan này."))
    person = persons.get(session, person_id)
    if not body.in_force(_today()):
        raise Conflict(N_("Cơ quan này đã kết thúc hoạt động."))
    if not person.active:
        raise Invalid(fields={"person_id": (N_("Người này không còn làm việc."), {})})
    for row in of(session, body.id):
        if row.person_id == person.id and row.standing is standing:
            raise Conflict(N_("Người này đã là đầu mối đó."))
        if row.person_id == person.id or row.standing is standing:
            end(session, row.id, by=by)
    made = FocalPoint(
        organisation_id=body.id,
        person_id=person.id,
        standing=standing,
        appointed_at=clock.now(),
    )
    session.add(made)
    session.flush()
    fact = FocalPointAppointed(person.id, standing, _name(session, body.id))
    timeline.record(session, timeline.DESK, fact, by=by)
    return made


def end(session: Session, focal_id: UUID, *, by: Actor) -> FocalPoint:
    """A person stands for the body no longer."""
    row = in_force(session, focal_id)
    row.ended_at = clock.now()
    session.add(row)
    session.flush()
    fact = FocalPointEnded(row.person_id, row.standing, _name(session, row.organisation_id))
    timeline.record(session, timeline.DESK, fact, by=by)
    return row


def test(session: Session, focal_id: UUID, *, reached: bool, how: str, by: Actor) -> FocalPoint:
    """Write down that somebody tried to reach a focal point, how, and whether they answered."""
    if not how.strip():
        raise Invalid(fields={"how": (N_("Ghi đã thử bằng cách nào (số máy, Zalo, thư)."), {})})
    row = in_force(session, focal_id)
    if row.person_id == by.person_id:
        raise Conflict(N_("Người khác phải gọi thử; không tự thử chính mình."))
    row.tested_at, row.tested_by = clock.now(), by.person_id
    row.reached, row.tested_how = reached, how.strip()
    session.add(row)
    fact = FocalPointTested(
        row.person_id, row.standing, _name(session, row.organisation_id), reached, how.strip()
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    return row


def get(session: Session, focal_id: UUID) -> FocalPoint:
    """The focal point; ``NotFound`` when there is none."""
    found = session.get(FocalPoint, focal_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy đầu mối này."))
    return found


def in_force(session: Session, focal_id: UUID) -> FocalPoint:
    """The focal point, locked, while its person stands for the body."""
    get(session, focal_id)
    row = locked(session, FocalPoint, focal_id)
    if row is None or row.ended_at:
        raise Conflict(N_("Người này không còn là đầu mối."))
    return row


def every(session: Session) -> list[FocalPoint]:
    """Everybody who stands for a body now, the focal points before their deputies."""
    rows = session.exec(select(FocalPoint).where(col(FocalPoint.ended_at).is_(None)))
    return sorted(rows, key=lambda r: list(Standing).index(r.standing))


def of(session: Session, organisation_id: UUID) -> list[FocalPoint]:
    """Who stands for a body now: the focal point, then the deputy."""
    rows = session.exec(
        select(FocalPoint).where(
            FocalPoint.organisation_id == organisation_id, col(FocalPoint.ended_at).is_(None)
        )
    )
    return sorted(rows, key=lambda r: list(Standing).index(r.standing))


def bodies_of(session: Session, person_id: UUID) -> set[UUID]:
    """The bodies a person stands for now."""
    return set(
        session.exec(
            select(FocalPoint.organisation_id).where(
                FocalPoint.person_id == person_id, col(FocalPoint.ended_at).is_(None)
            )
        )
    )


def _today() -> date:
    return clock.now().astimezone(clock.LOCAL).date()


def _name(session: Session, organisation_id: UUID) -> str:
    return organisations.name_on(session, organisation_id, _today())
