"""What a person who left had in hand then, and what may be given back to them now."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import Session, col, or_, select

from incidents.intake.signals import Signal, SignalState
from incidents.matter import recusals, taskforces
from incidents.matter.incidents import Incident
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.people.departures import Departure
from incidents.people.duty.changes import StandIn
from incidents.people.duty.rotations import RotationTurn
from incidents.people.roles import Role, RoleHolder
from incidents.people.rosters import Shift
from incidents.record import clock
from incidents.record.language import N_, Labelled
from incidents.response.clocks.clocks import Clock
from incidents.response.learning.lessons import Lesson, LessonState
from incidents.response.staffing.holdings import Holding, HoldingKind
from incidents.response.steps.steps import ANSWERABLE, Step

Row = TypeVar("Row")


class Fate(Labelled):
    """What becomes of a thing somebody held, when they come back."""

    AT_ONCE = "at_once", N_("trở lại ngay")
    TAKEABLE = "takeable", N_("lấy lại nếu chọn")
    STAYS = "stays", N_("giữ nguyên như hiện nay")
    ANEW = "anew", N_("phải cấp mới")


@dataclass(frozen=True)
class Recoverable:
    """One thing; ``row_id`` is what would be given back, ``holder_id`` who has it now."""

    was: Holding
    fate: Fate
    row_id: UUID
    holder_id: UUID | None = None


def of(session: Session, row: Departure) -> list[Recoverable]:
    """What they had in hand when they left, and how it stands now; planned shifts follow turns."""
    read = [_read(each) for each in row.held]
    were = [was for was in read if was.kind is not HoldingKind.SHIFT or not was.about]
    found = {each.was.id: each for each in _looked_up(session, row, were)}
    return [found.get(was.id, Recoverable(was, _otherwise(row, was), was.id)) for was in were]


def fingerprint(listed: list[Recoverable]) -> str:
    """What somebody confirmed: it changes with anything that has moved or ended since."""
    lines = sorted(f"{each.was.id} {each.fate.value} {each.holder_id}" for each in listed)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def written(held: list[Holding]) -> list[dict[str, Any]]:
    """The holdings as the departure keeps them."""
    return [
        {
            "kind": each.kind.value,
            "id": str(each.id),
            "about": each.about,
            "role": each.role.value if each.role else None,
            "at": each.at.isoformat() if each.at else None,
            "until": each.until.isoformat() if each.until else None,
            "number": each.number,
        }
        for each in held
    ]


def _read(kept: dict[str, Any]) -> Holding:
    return Holding(
        kind=HoldingKind(kept["kind"]),
        id=UUID(kept["id"]),
        about=kept["about"],
        role=Role(kept["role"]) if kept["role"] else None,
        at=datetime.fromisoformat(kept["at"]) if kept["at"] else None,
        until=datetime.fromisoformat(kept["until"]) if kept["until"] else None,
        number=kept["number"],
    )


_ENDED = frozenset(
    {
        HoldingKind.AUTHORISATION,
        HoldingKind.FOCAL,
        HoldingKind.SIGN_IN,
        HoldingKind.LINK,
        HoldingKind.FEED,
        HoldingKind.SWAP,
    }
)


_ON_DUTY = frozenset({HoldingKind.SHIFT, HoldingKind.STAND_IN, HoldingKind.AGREED})


def _otherwise(row: Departure, was: Holding) -> Fate:
    """What had nobody to go to on the rosters ended, as papers and ways in did."""
    ended = was.kind in _ENDED or (was.kind in _ON_DUTY and row.successor_id is None)
    return Fate.ANEW if ended else Fate.STAYS


def _looked_up(session: Session, row: Departure, were: list[Holding]) -> Iterator[Recoverable]:
    yield from _steps(session, _of_kind(were, HoldingKind.STEP))
    yield from _seats(session, row, _of_kind(were, HoldingKind.SEAT))
    yield from _clocks(session, row, _of_kind(were, HoldingKind.CLOCK))
    yield from _lessons(session, row, _of_kind(were, HoldingKind.LESSON))
    yield from _flags(session, row, _of_kind(were, HoldingKind.FLAG))
    yield from _roles(session, row, _of_kind(were, HoldingKind.ROLE))
    yield from _turns(session, row, _of_kind(were, HoldingKind.TURN))
    yield from _shifts(session, row, _of_kind(were, HoldingKind.SHIFT))
    yield from _stand_ins(session, row, _of_kind(were, HoldingKind.STAND_IN))


def _of_kind(were: list[Holding], kind: HoldingKind) -> dict[UUID, Holding]:
    return {each.id: each for each in were if each.kind is kind}


def _rows(session: Session, table: type[Row], were: dict[UUID, Holding]) -> list[Row]:
    if not were:
        return []
    return list(session.exec(select(table).where(col(table.id).in_(were))))  # type: ignore[attr-defined]


def _may(free: object, was: Holding, row_id: UUID, holder: UUID | None) -> Recoverable:
    return Recoverable(was, Fate.TAKEABLE if free else Fate.STAYS, row_id, holder)


def _steps(session: Session, were: dict[UUID, Holding]) -> Iterator[Recoverable]:
    for step in _rows(session, Step, were):
        yield _may(step.state in ANSWERABLE, were[step.id], step.id, step.assignee_id)


def _clocks(session: Session, row: Departure, were: dict[UUID, Holding]) -> Iterator[Recoverable]:
    for owned in _rows(session, Clock, were):
        free = owned.settled_at is None and owned.owner_id in (None, row.successor_id)
        yield _may(free, were[owned.id], owned.id, owned.owner_id)


def _lessons(session: Session, row: Departure, were: dict[UUID, Holding]) -> Iterator[Recoverable]:
    """With the successor or with nobody, while it is still to be put into practice."""
    for lesson in _rows(session, Lesson, were):
        at_hand = lesson.owner_id in (None, row.successor_id) and not lesson.owner_name
        free = at_hand and lesson.state is LessonState.OPEN
        yield _may(free, were[lesson.id], lesson.id, lesson.owner_id)


def _flags(session: Session, row: Departure, were: dict[UUID, Holding]) -> Iterator[Recoverable]:
    """With the successor or with the duty desk, while it is still watched."""
    for flag in _rows(session, Signal, were):
        at_hand = flag.owner_id in (None, row.successor_id)
        free = at_hand and flag.state is SignalState.WATCHED
        yield _may(free, were[flag.id], flag.id, flag.owner_id)


def _seats(session: Session, row: Departure, were: dict[UUID, Holding]) -> Iterator[Recoverable]:
    """A seat whose successor, or nobody, has it; not where the person is concerned themselves."""
    if not were:
        return
    for seat, force, incident in session.exec(
        select(TaskForceMember, TaskForce, Incident)
        .join(TaskForce, col(TaskForce.id) == TaskForceMember.task_force_id)
        .join(Incident, col(Incident.id) == TaskForce.incident_id)
        .where(col(TaskForceMember.id).in_(were))
    ):
        now_in = [
            m
            for m in taskforces.members(session, incident.id)
            if (m.role, m.rank) == (seat.role, seat.rank)
        ]
        holder = now_in[0].person_id if now_in else None
        free = (
            incident.live
            and force.dissolved_at is None
            and holder in (None, row.successor_id)
            and row.person_id not in recusals.of(session, incident.id).named
        )
        yield _may(free, were[seat.id], seat.id, holder)


def _roles(session: Session, row: Departure, were: dict[UUID, Holding]) -> Iterator[Recoverable]:
    """A post that went to the successor, or that nobody holds at its rank."""
    now = clock.now()
    posts = _rows(session, RoleHolder, were)
    held = session.exec(
        select(RoleHolder)
        .where(col(RoleHolder.role).in_({post.role for post in posts}))
        .where(or_(col(RoleHolder.valid_to).is_(None), col(RoleHolder.valid_to) > now))
        .order_by(col(RoleHolder.valid_from).desc())
    ).all()
    for post in posts:
        was = were[post.id]
        alike = [h.person_id for h in held if (h.role, h.rank) == (post.role, post.rank)]
        # Deputies of one rank are several: the successor is looked for before anybody else.
        holder = row.successor_id if row.successor_id in alike else next(iter(alike), None)
        over = was.until is not None and was.until <= now
        vacant = holder is None or (row.successor_id is None and post.rank > 1)
        free = not over and (vacant or holder == row.successor_id)
        yield _may(free, was, post.id, None if vacant else holder)


def _turns(session: Session, row: Departure, were: dict[UUID, Holding]) -> Iterator[Recoverable]:
    """Without a successor nobody took the place in the turn: the gaps close again by themselves."""
    for turn in _rows(session, RotationTurn, were):
        if turn.person_id == row.person_id:
            yield Recoverable(were[turn.id], Fate.AT_ONCE, turn.id)
        else:
            yield _may(turn.person_id == row.successor_id, were[turn.id], turn.id, turn.person_id)


def _shifts(session: Session, row: Departure, were: dict[UUID, Holding]) -> Iterator[Recoverable]:
    """Entered by hand and still to come."""
    if not were or row.successor_id is None:
        return
    for shift in session.exec(
        select(Shift).where(
            Shift.person_id == row.successor_id,
            col(Shift.roster_id).is_(None),
            Shift.starts_at > clock.now(),
        )
    ):
        for was in were.values():
            if (was.role, was.at) == (shift.role, shift.starts_at):
                yield _may(shift, was, shift.id, shift.person_id)


def _stand_ins(
    session: Session, row: Departure, were: dict[UUID, Holding]
) -> Iterator[Recoverable]:
    for each in _rows(session, StandIn, were if row.successor_id else {}):
        ended = each.cancelled_at is not None or each.ends_at <= clock.now()
        free = not ended and each.person_id == row.successor_id
        yield _may(free, were[each.id], each.id, each.person_id)
