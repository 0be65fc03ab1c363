"""Shifts no roster plans: entered by hand for a role, one by one, moved and taken out.

They belong to no rotation and stay as they are entered; who was on duty before is never rewritten.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import persons, rosters
from incidents.people.duty import absences, rotations
from incidents.people.duty.changes import check_stretch
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, given
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_


@dataclass(frozen=True)
class ShiftEntered(Fact):
    """Somebody is on duty once, beside every rotation."""

    roster: str
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    says: ClassVar[str] = N_(
        "Nhập tay ca của %(person)s trên «%(roster)s» từ %(starts_at)s đến %(ends_at)s"
    )


@dataclass(frozen=True)
class ShiftMoved(Fact):
    """A shift entered by hand is at another time, or somebody else's."""

    roster: str
    former: PersonId
    former_from: datetime
    former_to: datetime
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    says: ClassVar[str] = N_(
        "Đổi ca nhập tay trên «%(roster)s»: %(former)s từ %(former_from)s đến %(former_to)s → "
        "%(person)s từ %(starts_at)s đến %(ends_at)s"
    )


@dataclass(frozen=True)
class ShiftTakenOut(Fact):
    """A shift entered by hand is not to be, or ends at once."""

    roster: str
    person: PersonId
    starts_at: datetime
    ends_at: datetime
    reason: Private
    says: ClassVar[str] = N_(
        "Bỏ ca nhập tay của %(person)s trên «%(roster)s» từ %(starts_at)s đến %(ends_at)s. "
        "Lý do: %(reason)s"
    )


def of_roster(session: Session, roster: Roster) -> list[Shift]:
    """The shifts entered by hand in a roster's role that are not over."""
    wanted = select(Shift).where(
        Shift.role == roster.role, col(Shift.roster_id).is_(None), Shift.ends_at > clock.now()
    )
    return list(session.exec(wanted.order_by(col(Shift.starts_at), col(Shift.id))))


def enter(
    session: Session,
    roster_id: UUID,
    *,
    person_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
) -> Shift:
    """Put somebody on duty once in the role of a roster; what is past of it is left out."""
    roster = rosters.get(session, roster_id, lock=True)
    now = clock.now()
    shift = Shift(
        role=roster.role,
        person_id=person_id,
        starts_at=max(starts_at, now),
        ends_at=ends_at,
        changed_at=now,
    )
    check_stretch(starts_at, ends_at)
    _check(session, shift)
    session.add(shift)
    session.flush()
    fact = ShiftEntered(roster.name, person_id, shift.starts_at, ends_at)
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, shift, "entered", [person_id], by)
    return shift


def move(
    session: Session,
    roster_id: UUID,
    shift_id: UUID,
    *,
    person_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    by: Actor,
) -> Shift:
    """Give a shift another time or another person; of one that runs only the end changes."""
    roster, shift = _get(session, roster_id, shift_id)
    now, former = clock.now(), (shift.person_id, shift.starts_at, shift.ends_at)
    check_stretch(starts_at, ends_at)
    if shift.starts_at <= now:
        if person_id != shift.person_id or _minute(starts_at) != _minute(shift.starts_at):
            raise Conflict(
                N_("Ca này đang chạy: chỉ đổi giờ kết thúc, hoặc bỏ ca rồi nhập ca khác.")
            )
    else:
        shift.person_id, shift.starts_at = person_id, max(starts_at, now)
    shift.ends_at = ends_at
    if former == (shift.person_id, shift.starts_at, shift.ends_at):
        raise Conflict(N_("Ca trực đã đúng như vậy."))
    _check(session, shift)
    shift.sequence += 1
    shift.changed_at = now
    session.add(shift)
    session.flush()
    fact = ShiftMoved(roster.name, *former, shift.person_id, shift.starts_at, shift.ends_at)
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, shift, "moved", [former[0], shift.person_id], by)
    return shift


def take_out(session: Session, roster_id: UUID, shift_id: UUID, *, reason: str, by: Actor) -> Shift:
    """Let a shift not be; one that runs ends now."""
    roster, shift = _get(session, roster_id, shift_id)
    said = given(reason)
    fact = ShiftTakenOut(roster.name, shift.person_id, shift.starts_at, shift.ends_at, said)
    _tell(session, shift, "taken_out", [shift.person_id], by)
    pass_on(session, [shift], None, since=clock.now())
    timeline.record(session, timeline.DESK, fact, by=by)
    return shift


def _get(session: Session, roster_id: UUID, shift_id: UUID) -> tuple[Roster, Shift]:
    roster = rosters.get(session, roster_id, lock=True)
    shift = locked(session, Shift, shift_id)
    if shift is None or shift.role is not roster.role:
        raise NotFound(N_("Không tìm thấy ca trực này."))
    if shift.roster_id is not None:
        raise Conflict(N_("Ca này do vòng trực xếp: bố trí người trực thay hoặc sửa vòng trực."))
    if shift.ends_at <= clock.now():
        raise AlreadySettled(N_("Ca này đã xong."))
    return roster, shift


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def _check(session: Session, shift: Shift) -> None:
    length = shift.ends_at - shift.starts_at
    if not rotations.SHORTEST <= length <= rotations.LONGEST:
        raise Invalid(fields={"ends_at": (N_("Ca trực dài từ 30 phút đến 7 ngày."), {})})
    person = persons.active(session, shift.person_id)
    for away in absences.between(session, shift.starts_at, shift.ends_at):
        if away.person_id == person.id:
            raise Conflict(
                N_("%(name)s vắng mặt từ %(start)s đến %(end)s."),
                name=person.name,
                start=away.starts_at,
                end=away.ends_at,
            )
    alike = select(Shift.id).where(
        Shift.role == shift.role,
        Shift.person_id == shift.person_id,
        Shift.starts_at < shift.ends_at,
        Shift.ends_at > shift.starts_at,
        col(Shift.id) != shift.id,
    )
    if session.exec(alike).first():
        raise Conflict(N_("%(name)s đã có ca trong vai này vào thời gian đó."), name=person.name)


def _tell(session: Session, shift: Shift, what: str, people: Iterable[UUID], by: Actor) -> None:
    persons.tell_all(
        session,
        [p for p in dict.fromkeys(people) if p != by.person_id],
        "shift_by_hand",
        key=f"shift_by_hand:{shift.id}:{what}:{shift.sequence}",
        values={
            "what": what,
            "role": shift.role.value,
            "to": str(shift.person_id),
            "starts_at": shift.starts_at.isoformat(),
            "ends_at": shift.ends_at.isoformat(),
        },
    )


def coming(
    session: Session, person_id: UUID, *, since: datetime, role: Role | None = None
) -> list[Shift]:
    """A person's shifts by hand that go on after a moment, in one role or in any."""
    wanted = select(Shift).where(
        Shift.person_id == person_id, Shift.ends_at > since, col(Shift.roster_id).is_(None)
    )
    if role:
        wanted = wanted.where(Shift.role == role)
    return list(session.exec(wanted.order_by(col(Shift.starts_at), col(Shift.id))))


def pass_on(
    session: Session, shifts: Iterable[Shift], heir_id: UUID | None, *, since: datetime
) -> None:
    """What has begun by then is cut there, what is to come moves to the heir or goes."""
    now = clock.now()
    for shift in shifts:
        if heir_id:
            session.add(
                Shift(
                    role=shift.role,
                    person_id=heir_id,
                    starts_at=max(shift.starts_at, since),
                    ends_at=shift.ends_at,
                    changed_at=now,
                )
            )
        if shift.starts_at < since:
            shift.ends_at, shift.changed_at = since, now
            shift.sequence += 1
            session.add(shift)
        else:
            session.delete(shift)
    session.flush()
