"""Handing a shift over: a note by the outgoing officer, acknowledged by the incoming one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import signals
from incidents.intake.signals import Signal, SignalState
from incidents.matter import incidents
from incidents.people import persons, rosters
from incidents.people.duty import schedule
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import AFTERWARDS, Roster, Shift
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_, Language, Speech, speech
from incidents.response.reports import situation
from incidents.response.reports.situation import Situation
from incidents.response.steps import steps

LIMIT = 10_000
MISSED_WITHIN = timedelta(hours=12)
"""A note missing for longer is history; nobody is reminded of it any more."""

_NEAREST = 10


class HandOver(Table, table=True):
    """What the outgoing officer leaves; written again until somebody has acknowledged it."""

    __tablename__ = "hand_over"

    id: UUID = identifier()
    shift_id: UUID = reference("shift.id", unique=True)
    role: Role = choice(Role)
    author_id: UUID = reference("person.id")
    incidents: int = 0
    open_work: str = ""
    deadlines: str = ""
    unknown: str = ""
    remarks: str = ""
    written_at: datetime = moment(index=True)
    versions: int = 0
    acknowledged_by: UUID | None = reference("person.id", optional=True)
    acknowledged_at: datetime | None = moment(optional=True)


@dataclass(frozen=True)
class ShiftHandedOver(Fact):
    """The outgoing officer wrote down what the next one must know."""

    role: Role
    incidents: int
    open_work: Private
    deadlines: Private
    unknown: Private
    remarks: Private
    says: ClassVar[str] = N_(
        "Bàn giao ca (%(role)s), %(incidents)s vụ. Việc mở: %(open_work)s. "
        "Hạn gần nhất: %(deadlines)s. Điều chưa biết: %(unknown)s. %(remarks)s"
    )


@dataclass(frozen=True)
class HandOverAcknowledged(Fact):
    """The incoming officer has read it."""

    role: Role
    author: PersonId
    says: ClassVar[str] = N_("Đã nhận bàn giao ca (%(role)s) của %(author)s")


@dataclass(frozen=True)
class Prefill:
    """What the record itself says at the end of a shift, ready to be corrected and completed."""

    incidents: int
    open_work: str
    deadlines: str
    unknown: str
    remarks: str = ""


def prefill(session: Session, language: Language, *, reader: UUID | None = None) -> Prefill:
    """Open incidents and flags, the nearest due times, and what nobody knows yet.

    For a ``reader`` without the incidents that concern that person.
    """
    say = speech(language)
    live = incidents.recent(session, live_only=True, reader=reader)
    drawn = list(situation.gather(session, live).values())
    waiting = signals.waiting(session)
    opened = [_incident(say, each) for each in drawn]
    opened += [_flag(say, each) for each in waiting]
    nothing = say.text(N_("không có"))
    return Prefill(
        incidents=len(live),
        open_work=_lines(opened) or nothing,
        deadlines=_lines(_deadlines(session, say, drawn)) or nothing,
        unknown=_lines(_unknown(say, drawn, waiting)) or nothing,
    )


def _flag(say: Speech, signal: Signal) -> str:
    words = (
        N_("Tin báo %(code)s (diễn tập): %(state)s")
        if signal.exercise
        else N_("Tin báo %(code)s: %(state)s")
    )
    return say.text(words, code=signal.code, state=signal.state)


def _incident(say: Speech, drawn: Situation) -> str:
    return say.text(
        N_("%(number)s %(title)s (cấp %(level)s, %(status)s): %(count)s việc đang chờ"),
        number=drawn.incident.number,
        title=drawn.incident.title,
        level=drawn.level,
        status=drawn.status,
        count=len(drawn.waiting),
    )


def _deadlines(session: Session, say: Speech, drawn: list[Situation]) -> Iterable[str]:
    waiting = [(each.incident.number, work) for each in drawn for work in each.waiting]
    nearest = sorted(waiting, key=lambda both: both[1].due_at)[:_NEAREST]
    named = persons.names(session, {w.person_id for _, w in nearest if w.person_id})
    for number, work in nearest:
        yield say.text(
            N_("%(due)s: %(number)s việc %(step)s %(title)s, %(name)s"),
            due=work.due_at,
            number=number,
            step=work.step.number,
            title=steps.title(session, work.step, say.language),
            name=_name(named, work.person_id),
        )


def _name(named: dict[UUID, Person], person_id: UUID | None) -> str:
    person = named.get(person_id) if person_id else None
    return person.name if person else "–"


def _unknown(say: Speech, drawn: list[Situation], waiting: list[Signal]) -> Iterable[str]:
    for each in drawn:
        for stated in each.unknown:
            yield say.text(
                N_("%(number)s: %(claim)s (%(finding)s)"),
                number=each.incident.number,
                claim=stated.claim.text,
                finding=stated.finding,
            )
    for signal in waiting:
        if signal.state is SignalState.NEW and not signal.exercise:
            yield say.text(N_("Tin báo %(code)s chưa ai tiếp nhận"), code=signal.code)


def _lines(found: Iterable[str]) -> str:
    return "\n".join(f"– {line}" for line in found)


def own_shift(session: Session, person_id: UUID) -> Shift | None:
    """The shift a person may hand over now: the one they are on, else the one just over."""
    now = clock.now()
    rows = session.exec(
        select(Shift)
        .where(
            Shift.person_id == person_id, Shift.starts_at <= now, Shift.ends_at > now - AFTERWARDS
        )
        .order_by(col(Shift.starts_at).desc())
    ).all()
    return next(iter(rows), None)


def write(
    session: Session,
    shift_id: UUID,
    *,
    open_work: str,
    deadlines: str,
    unknown: str,
    remarks: str = "",
    by: Actor,
) -> HandOver:
    """Hand one's own shift over, during it or within a day; whoever comes next is told."""
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise NotFound(N_("Không tìm thấy ca trực này."))
    if shift.person_id != by.person_id:
        raise NotPermitted(N_("Chỉ người trực ca đó mới bàn giao."))
    now = clock.now()
    if not shift.starts_at <= now < shift.ends_at + AFTERWARDS:
        raise Conflict(N_("Chỉ bàn giao trong ca hoặc trong một ngày sau ca."))
    said = {"open_work": open_work, "deadlines": deadlines, "unknown": unknown, "remarks": remarks}
    said = {name: text.strip() for name, text in said.items()}
    _check(said)
    note = session.exec(
        select(HandOver).where(HandOver.shift_id == shift_id).with_for_update()
    ).first()
    if note and note.acknowledged_at:
        raise AlreadySettled(N_("Ca này đã bàn giao và đã có người nhận."))
    live = len(incidents.recent(session, live_only=True))
    if note is None:
        note = HandOver(
            shift_id=shift.id, role=shift.role, author_id=shift.person_id, written_at=now
        )
    note.incidents, note.written_at, note.versions = live, now, note.versions + 1
    note.open_work, note.deadlines = said["open_work"], said["deadlines"]
    note.unknown, note.remarks = said["unknown"], said["remarks"]
    session.add(note)
    timeline.record(session, timeline.DESK, ShiftHandedOver(shift.role, live, **said), by=by)
    _tell(session, note, shift)
    return note


def acknowledge(session: Session, note_id: UUID, *, by: Actor) -> HandOver:
    """Whoever comes next, or is on shift in the role by now, has read it."""
    note = locked(session, HandOver, note_id)
    if note is None:
        raise NotFound(N_("Không tìm thấy bản bàn giao này."))
    if note.author_id == by.person_id or by.person_id not in _incoming(session, note):
        raise NotPermitted(N_("Chỉ người nhận ca mới xác nhận bàn giao."))
    if note.acknowledged_at:
        raise AlreadySettled(N_("Bản bàn giao này đã có người nhận."))
    note.acknowledged_by, note.acknowledged_at = by.person_id, clock.now()
    session.add(note)
    fact = HandOverAcknowledged(note.role, note.author_id)
    timeline.record(session, timeline.DESK, fact, by=by)
    return note


def may_acknowledge(session: Session, note: HandOver, person_id: UUID) -> bool:
    """Whether a note waits for this person."""
    open_ = note.acknowledged_at is None and note.author_id != person_id
    return open_ and person_id in _incoming(session, note)


def of_shift(session: Session, shift_id: UUID) -> HandOver | None:
    """The note of a shift, if there is one."""
    return session.exec(select(HandOver).where(HandOver.shift_id == shift_id)).first()


def recent(session: Session, limit: int = 20) -> list[HandOver]:
    """The last notes, the newest first."""
    return list(
        session.exec(select(HandOver).order_by(col(HandOver.written_at).desc()).limit(limit))
    )


def missing(session: Session) -> list[Shift]:
    """Shifts that ended without a note although the roster asks for one and another took over."""
    now = clock.now()
    over = session.exec(
        select(Shift)
        .join(Roster, col(Roster.id) == Shift.roster_id)
        .join(HandOver, col(HandOver.shift_id) == Shift.id, isouter=True)
        .where(
            Shift.ends_at <= now,
            Shift.ends_at > now - MISSED_WITHIN,
            col(Roster.notes).is_(True),
            col(HandOver.id).is_(None),
        )
        .order_by(col(Shift.ends_at))
    )
    return [
        s for s in over if {f.person_id for f in schedule.following(session, s)} - {s.person_id}
    ]


def remind(session: Session, shift: Shift) -> None:
    """Ask the outgoing officer for the note; the key of the message keeps it to once a shift."""
    persons.tell(
        session,
        shift.person_id,
        "hand_over_missing",
        key=f"hand-over-missing:{shift.id}",
        values=_about(shift),
    )


def _incoming(session: Session, note: HandOver) -> set[UUID]:
    shift = session.get_one(Shift, note.shift_id)
    following = {s.person_id for s in schedule.following(session, shift)}
    return following | set(rosters.on_shift(session, clock.now(), note.role))


def _tell(session: Session, note: HandOver, shift: Shift) -> None:
    coming = {s.person_id for s in schedule.following(session, shift)} - {note.author_id}
    persons.tell_all(
        session,
        sorted(coming),
        "shift_handed_over",
        key=f"hand-over:{note.id}:{note.versions}",
        values=_about(shift) | {"by": str(note.author_id), "count": note.incidents},
    )


def _about(shift: Shift) -> dict[str, str]:
    return {
        "role": shift.role.value,
        "starts_at": shift.starts_at.isoformat(),
        "ends_at": shift.ends_at.isoformat(),
    }


def _check(said: dict[str, str]) -> None:
    wrong = {
        name: (N_("Ghi nội dung."), {})
        for name in ("open_work", "deadlines", "unknown")
        if not said[name]
    }
    for name, text in said.items():
        if len(text) > LIMIT:
            wrong[name] = (N_("Tối đa %(limit)s ký tự."), {"limit": LIMIT})
    if wrong:
        raise Invalid(fields=wrong)
