"""What changes a plan: somebody stands in, two swap, is away, or has the duty no longer."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Session, col, select

from incidents.people.duty.spans import Away, Change, Exchange, PassedOn, StandingIn
from incidents.people.persons import Person
from incidents.people.rosters import Shift
from incidents.record import clock
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import Invalid
from incidents.record.language import N_, Labelled

FARTHEST = timedelta(days=400)
"""How far ahead a change may reach; further is a slip of the year."""


class SwapState(Labelled):
    """Where a swap stands."""

    ASKED = "asked", N_("chờ trả lời")
    ACCEPTED = "accepted", N_("đã đồng ý")
    DECLINED = "declined", N_("không đồng ý")
    WITHDRAWN = "withdrawn", N_("đã rút")


class StandIn(Table, table=True):
    """Somebody is on duty for a stretch instead of a person, or of whoever the plan names.

    It counts from its recording on: who was on duty before is never rewritten.
    """

    __tablename__ = "stand_in"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="order"),)

    id: UUID = identifier()
    roster_id: UUID = reference("roster.id")
    person_id: UUID = reference("person.id")
    instead_of: UUID | None = reference("person.id", optional=True)
    starts_at: datetime = moment()
    ends_at: datetime = moment(index=True)
    reason: str = ""
    recorded_at: datetime = moment(at_once=True)
    recorded_by: UUID | None = reference("person.id", optional=True)
    cancelled_at: datetime | None = moment(optional=True)


class Swap(Table, table=True):
    """A shift asked to be taken over, with or without one in return; named by its slot."""

    __tablename__ = "swap"

    id: UUID = identifier()
    roster_id: UUID = reference("roster.id")
    asker_id: UUID = reference("person.id")
    other_id: UUID = reference("person.id")
    given_at: datetime = moment()
    given_until: datetime = moment()
    taken_at: datetime | None = moment(optional=True)
    reason: str = ""
    state: SwapState = choice(SwapState, SwapState.ASKED, index=True)
    asked_at: datetime = moment(at_once=True)
    settled_at: datetime | None = moment(optional=True)


class Absence(Table, table=True):
    """A person who cannot be on duty on any roster; counts from its recording on."""

    __tablename__ = "absence"
    __table_args__ = (CheckConstraint("ends_at > starts_at", name="order"),)

    id: UUID = identifier()
    person_id: UUID = reference("person.id")
    starts_at: datetime = moment()
    ends_at: datetime = moment(index=True)
    reason: str = ""
    recorded_at: datetime = moment(at_once=True)
    recorded_by: UUID | None = reference("person.id", optional=True)
    cancelled_at: datetime | None = moment(optional=True)


class DutyLeft(Table, table=True):
    """A person has no duty on a roster from a moment on; an heir takes it, or nobody yet."""

    __tablename__ = "duty_left"

    id: UUID = identifier()
    roster_id: UUID = reference("roster.id")
    person_id: UUID = reference("person.id")
    heir_id: UUID | None = reference("person.id", optional=True)
    starts_at: datetime = moment()
    recorded_at: datetime = moment(at_once=True)
    recorded_by: UUID | None = reference("person.id", optional=True)


def of_roster(session: Session, roster_id: UUID, since: datetime) -> list[Change]:
    """Everything that changes the plan of a roster after a moment."""
    found: list[Change] = []
    for row in session.exec(
        select(StandIn)
        .where(StandIn.roster_id == roster_id, StandIn.ends_at > since)
        .order_by(col(StandIn.id))
    ):
        start, end = _counts(row)
        if end > start:
            found.append(StandingIn(row.recorded_at, row.person_id, row.instead_of, start, end))
    accepted = session.exec(
        select(Swap)
        .where(
            Swap.roster_id == roster_id,
            Swap.state == SwapState.ACCEPTED,
            (col(Swap.given_at) > since) | (col(Swap.taken_at) > since),
        )
        .order_by(col(Swap.id))
    )
    found += [
        Exchange(s.settled_at or s.asked_at, s.asker_id, s.other_id, s.given_at, s.taken_at)
        for s in accepted
    ]
    found += [
        PassedOn(row.recorded_at, row.person_id, row.heir_id, row.starts_at)
        for row in left(session, roster_id)
    ]
    return found


def left(session: Session, roster_id: UUID) -> list[DutyLeft]:
    """Who has no duty on a roster any more, in the order it was recorded."""
    wanted = select(DutyLeft).where(DutyLeft.roster_id == roster_id)
    return list(session.exec(wanted.order_by(col(DutyLeft.recorded_at), col(DutyLeft.id))))


def away(session: Session, since: datetime) -> list[Away]:
    """Everybody who is away after a moment; whoever left the desk is, from now on."""
    found: list[Away] = []
    for row in session.exec(select(Absence).where(Absence.ends_at > since)):
        start, end = _counts(row)
        if end > start:
            found.append(Away(row.person_id, start, end))
    now = clock.now()
    gone = session.exec(select(Person.id).where(col(Person.active).is_(False)))
    return found + [Away(person_id, now, now + FARTHEST) for person_id in gone]


def _counts(row: StandIn | Absence) -> tuple[datetime, datetime]:
    end = min(row.ends_at, row.cancelled_at) if row.cancelled_at else row.ends_at
    return max(row.starts_at, row.recorded_at), end


def check_stretch(starts_at: datetime, ends_at: datetime) -> None:
    """Raise ``Invalid`` unless the stretch runs forwards, is not over and is not years away."""
    now = clock.now()
    if ends_at <= starts_at:
        raise Invalid(fields={"ends_at": (N_("Giờ kết thúc phải sau giờ bắt đầu."), {})})
    if ends_at <= now:
        raise Invalid(fields={"ends_at": (N_("Khoảng thời gian này đã qua."), {})})
    if ends_at - now > FARTHEST:
        raise Invalid(fields={"ends_at": (N_("Chỉ ghi trước tối đa 400 ngày."), {})})


def shifts_of(session: Session, person_id: UUID, at: datetime) -> list[Shift]:
    """The rostered shifts of a person that are not over, the next first."""
    return list(
        session.exec(
            select(Shift)
            .where(
                Shift.person_id == person_id,
                Shift.ends_at > at,
                col(Shift.roster_id).is_not(None),
            )
            .order_by(col(Shift.starts_at))
        )
    )
