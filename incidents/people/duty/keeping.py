"""Keeping a roster: drawn up for a role of an office, with people who take turns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import persons, roles, rosters
from incidents.people.duty import filling, rotations
from incidents.people.duty.rotations import Rotation, RotationTurn
from incidents.people.organisations import Organisation
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import Roster
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid, NotFound, Wrong
from incidents.record.facts import Fact
from incidents.record.language import N_

_NEAR = timedelta(days=366)


@dataclass(frozen=True)
class RosterDrawnUp(Fact):
    """A roster exists from now on."""

    name: str
    role: Role
    says: ClassVar[str] = N_("Lập lịch trực «%(name)s» cho vai %(role)s")


@dataclass(frozen=True)
class RotationSet(Fact):
    """People take turns on a roster."""

    roster: str
    people: int
    rule: str
    valid_from: date
    says: ClassVar[str] = N_(
        "Đặt vòng trực của «%(roster)s» từ %(valid_from)s: %(people)s người luân phiên, %(rule)s"
    )


@dataclass(frozen=True)
class RotationEnded(Fact):
    """A rotation has a last day."""

    roster: str
    valid_to: date
    says: ClassVar[str] = N_("Vòng trực của «%(roster)s» kết thúc sau ngày %(valid_to)s")


def draw_up(
    session: Session,
    name: str,
    *,
    role: Role,
    organisation_id: UUID,
    by: Actor,
    around_the_clock: bool = True,
    notes: bool = True,
) -> Roster:
    """A new roster, empty until it gets a rotation."""
    if not name.strip():
        raise Invalid(fields={"name": (N_("Ghi tên lịch trực."), {})})
    if session.get(Organisation, organisation_id) is None:
        raise NotFound(N_("Không tìm thấy cơ quan này."))
    if session.exec(select(Roster.id).where(Roster.name == name.strip())).first():
        raise Conflict(N_("Đã có lịch trực tên «%(name)s»."), name=name.strip())
    roster = Roster(
        name=name.strip(),
        role=role,
        organisation_id=organisation_id,
        around_the_clock=around_the_clock,
        notes=notes,
        created_at=clock.now(),
    )
    session.add(roster)
    timeline.record(session, timeline.DESK, RosterDrawnUp(roster.name, role), by=by)
    return roster


def add(
    session: Session,
    roster_id: UUID,
    *,
    people: Sequence[UUID],
    rule: str,
    hand_over: time,
    length: timedelta,
    valid_from: date,
    valid_to: date | None = None,
    shifts_each: int = 1,
    by: Actor,
) -> Rotation:
    """People take turns from a day on; their shifts stand in the roster at once."""
    roster = rosters.get(session, roster_id, lock=True)
    rule = rule.strip().upper().removeprefix("RRULE:")
    rotation = Rotation(
        roster_id=roster.id,
        rule=rule,
        hand_over=hand_over,
        shift_minutes=int(length.total_seconds() // 60),
        shifts_each=shifts_each,
        valid_from=valid_from,
        valid_to=valid_to,
        created_at=clock.now(),
    )
    _check(session, rotation, people)
    session.add(rotation)
    session.add_all(
        RotationTurn(rotation_id=rotation.id, position=position, person_id=person_id)
        for position, person_id in enumerate(people, start=1)
    )
    session.flush()
    fact = RotationSet(roster.name, len(people), rule, valid_from)
    timeline.record(session, timeline.DESK, fact, by=by)
    filling.fill(session, roster)
    return rotation


def end(session: Session, rotation_id: UUID, *, last_day: date, by: Actor) -> Rotation:
    """No shift of it begins after a day, which may not be past."""
    rotation = session.get(Rotation, rotation_id)
    if rotation is None:
        raise NotFound(N_("Không tìm thấy vòng trực này."))
    roster = rosters.get(session, rotation.roster_id, lock=True)
    today = clock.now().astimezone(clock.LOCAL).date()
    if last_day < today:
        raise Invalid(fields={"last_day": (N_("Ngày cuối không thể đã qua."), {})})
    if rotation.valid_to and rotation.valid_to < last_day:
        raise Conflict(
            N_("Vòng trực này đã kết thúc sau ngày %(last_day)s."), last_day=rotation.valid_to
        )
    rotation.valid_to = last_day
    session.add(rotation)
    session.flush()
    timeline.record(session, timeline.DESK, RotationEnded(roster.name, last_day), by=by)
    filling.fill(session, roster)
    return rotation


def keepers(session: Session) -> list[UUID]:
    """The standing deputy keeps the rosters; without one, the administrators."""
    deputy = roles.holders(session, Role.STANDING_DEPUTY, clock.now())[:1]
    if deputy:
        return deputy
    administrators = select(Person.id).where(
        col(Person.administrator).is_(True), col(Person.active).is_(True)
    )
    return list(session.exec(administrators.order_by(col(Person.id))))


def _check(session: Session, rotation: Rotation, people: Sequence[UUID]) -> None:
    wrong: Wrong = {}
    if not people:
        wrong["people"] = (N_("Cần ít nhất một người trong vòng trực."), {})
    known = persons.names(session, people)
    if any(p not in known or not known[p].active for p in people):
        wrong["people"] = (N_("Có người không còn làm việc với bàn trực."), {})
    if not rotations.SHORTEST <= timedelta(minutes=rotation.shift_minutes) <= rotations.LONGEST:
        wrong["length"] = (N_("Ca trực dài từ 30 phút đến 7 ngày."), {})
    if rotation.shifts_each < 1:
        wrong["shifts_each"] = (N_("Mỗi lượt ít nhất một ca."), {})
    if abs(rotation.valid_from - clock.now().astimezone(clock.LOCAL).date()) > _NEAR:
        wrong["valid_from"] = (N_("Ngày đầu phải trong khoảng một năm quanh hôm nay."), {})
    elif rotation.valid_to and rotation.valid_to < rotation.valid_from:
        wrong["valid_to"] = (N_("Ngày cuối ở trước ngày đầu."), {})
    if "valid_from" not in wrong and not rotations.usable(rotation):
        wrong["rule"] = (
            N_("Quy tắc lặp không dùng được; ví dụ đúng: FREQ=DAILY;BYHOUR=6,14,22."),
            {},
        )
    if wrong:
        raise Invalid(fields=wrong)
