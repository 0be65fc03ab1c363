"""Swapping shifts: asked by one, accepted by the other, both on record.

Acceptance looks again at who has the shifts: whatever was agreed in between wins, and a swap that
no longer fits is refused, so two swaps of one shift never both come true. Only members of the
roster swap its shifts; whoever else is to be on duty is put there by its keeper.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import persons, rosters
from incidents.people.duty import filling, members
from incidents.people.duty.changes import Swap, SwapState
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_


@dataclass(frozen=True)
class SwapAsked(Fact):
    """Somebody asks another to take a shift over."""

    roster: str
    asker: PersonId
    other: PersonId
    given_at: datetime
    reason: Private
    says: ClassVar[str] = N_(
        "%(asker)s đề nghị %(other)s nhận ca %(given_at)s trên «%(roster)s»: %(reason)s"
    )


@dataclass(frozen=True)
class SwapAccepted(Fact):
    """The other takes it, with or without a shift in return."""

    roster: str
    asker: PersonId
    other: PersonId
    given_at: datetime
    taken_at: datetime | None
    says: ClassVar[str] = N_(
        "%(other)s nhận ca %(given_at)s của %(asker)s trên «%(roster)s»; ca đổi lại: %(taken_at)s"
    )


@dataclass(frozen=True)
class SwapDeclined(Fact):
    """The other does not take it."""

    roster: str
    asker: PersonId
    other: PersonId
    given_at: datetime
    says: ClassVar[str] = N_("%(other)s không nhận ca %(given_at)s của %(asker)s trên «%(roster)s»")


@dataclass(frozen=True)
class SwapWithdrawn(Fact):
    """The asker no longer asks."""

    roster: str
    asker: PersonId
    given_at: datetime
    says: ClassVar[str] = N_("%(asker)s rút đề nghị đổi ca %(given_at)s trên «%(roster)s»")


def ask(
    session: Session,
    shift_id: UUID,
    *,
    other_id: UUID,
    by: Actor,
    in_return: UUID | None = None,
    reason: str = "",
) -> Swap:
    """Ask another to take one's shift, for one of theirs on the same roster or for nothing."""
    given = _upcoming(session, shift_id, field="shift_id")
    if given.person_id != by.person_id:
        raise NotPermitted(N_("Chỉ người có ca trực mới đề nghị đổi ca đó."))
    if other_id == by.person_id:
        raise Invalid(fields={"other_id": (N_("Chọn một người khác."), {})})
    persons.active(session, other_id)
    taken = _upcoming(session, in_return, field="in_return") if in_return else None
    if taken and (taken.person_id != other_id or taken.roster_id != given.roster_id):
        raise Invalid(
            fields={"in_return": (N_("Ca đổi lại phải là ca của người kia trên cùng lịch."), {})}
        )
    roster = rosters.get(session, _roster(given))
    takers = [(other_id, given.starts_at)] + ([(given.person_id, taken.starts_at)] if taken else [])
    _require_members(session, roster, takers)
    waiting = select(Swap.id).where(
        Swap.asker_id == by.person_id,
        Swap.roster_id == roster.id,
        Swap.given_at == given.slot_at,
        Swap.state == SwapState.ASKED,
        Swap.other_id == other_id,
    )
    if session.exec(waiting).first():
        raise Conflict(N_("Đồng chí đã hỏi người này về ca đó."))
    swap = Swap(
        roster_id=roster.id,
        asker_id=given.person_id,
        other_id=other_id,
        given_at=given.slot_at or given.starts_at,
        given_until=given.ends_at,
        taken_at=taken.slot_at if taken else None,
        reason=reason.strip(),
        asked_at=clock.now(),
    )
    session.add(swap)
    fact = SwapAsked(roster.name, swap.asker_id, other_id, swap.given_at, swap.reason or "–")
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, swap, roster, "swap_asked", to=other_id, who=swap.asker_id)
    return swap


def accept(session: Session, swap_id: UUID, *, by: Actor) -> Swap:
    """Take the shift over; ``Conflict`` when it has begun, gone elsewhere, or is not for them."""
    swap, roster = _asked(session, swap_id, of_other=by)
    now = clock.now()
    rows = session.exec(
        select(Shift).where(
            Shift.roster_id == roster.id,
            col(Shift.slot_at).in_([m for m in (swap.given_at, swap.taken_at) if m]),
        )
    ).all()
    have = {(row.slot_at, row.person_id) for row in rows if row.starts_at > now}
    wanted = {(swap.given_at, swap.asker_id)}
    if swap.taken_at:
        wanted.add((swap.taken_at, swap.other_id))
    if not wanted <= have:
        raise Conflict(N_("Ca này đã bắt đầu hoặc đã chuyển cho người khác."))
    takers = [(swap.other_id, swap.given_at)]
    takers += [(swap.asker_id, swap.taken_at)] if swap.taken_at else []
    _require_members(session, roster, takers)
    _settle(session, swap, SwapState.ACCEPTED)
    fact = SwapAccepted(roster.name, swap.asker_id, swap.other_id, swap.given_at, swap.taken_at)
    timeline.record(session, timeline.DESK, fact, by=by)
    filling.fill(session, roster)
    _tell(session, swap, roster, "swap_accepted", to=swap.asker_id, who=swap.other_id)
    return swap


def decline(session: Session, swap_id: UUID, *, by: Actor) -> Swap:
    """Leave the shifts as they are."""
    swap, roster = _asked(session, swap_id, of_other=by)
    _settle(session, swap, SwapState.DECLINED)
    fact = SwapDeclined(roster.name, swap.asker_id, swap.other_id, swap.given_at)
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, swap, roster, "swap_declined", to=swap.asker_id, who=swap.other_id)
    return swap


def withdraw(session: Session, swap_id: UUID, *, by: Actor) -> Swap:
    """The asker takes the question back."""
    swap, roster = _asked(session, swap_id, of_asker=by)
    _settle(session, swap, SwapState.WITHDRAWN)
    fact = SwapWithdrawn(roster.name, swap.asker_id, swap.given_at)
    timeline.record(session, timeline.DESK, fact, by=by)
    return swap


def withdraw_all(
    session: Session,
    person_id: UUID,
    *,
    by: Actor,
    roster_id: UUID | None = None,
    since: datetime | None = None,
) -> None:
    """Nothing is asked any more by, or of, somebody who left: anywhere, or one roster from then."""
    for swap in waiting(session, person_id):
        if roster_id not in (None, swap.roster_id) or (since and swap.given_until <= since):
            continue
        _settle(session, swap, SwapState.WITHDRAWN)
        roster = rosters.get(session, swap.roster_id)
        fact = SwapWithdrawn(roster.name, swap.asker_id, swap.given_at)
        timeline.record(session, timeline.DESK, fact, by=by)


def waiting(session: Session, person_id: UUID) -> list[Swap]:
    """The open questions a person asked or was asked, while the shift has not begun."""
    return list(
        session.exec(
            select(Swap)
            .where(
                (col(Swap.asker_id) == person_id) | (col(Swap.other_id) == person_id),
                Swap.state == SwapState.ASKED,
                Swap.given_at > clock.now(),
            )
            .order_by(col(Swap.given_at))
        )
    )


def may_be_asked(session: Session, shift: Shift) -> set[UUID]:
    """Who may be asked to take a planned shift: the other members of its roster."""
    roster = rosters.get(session, _roster(shift))
    return members.of(session, roster).at(shift.starts_at) - {shift.person_id}


def _require_members(
    session: Session, roster: Roster, takers: Iterable[tuple[UUID, datetime]]
) -> None:
    belongs = members.of(session, roster)
    for person_id, starts_at in takers:
        if person_id not in belongs.at(starts_at):
            raise Conflict(
                N_(
                    "%(name)s không trực theo «%(roster)s» và không giữ vai của lịch này nên không "
                    "nhận ca ở đây; cần thì người giữ lịch bố trí trực thay."
                ),
                name=persons.get(session, person_id).name,
                roster=roster.name,
            )


def _asked(
    session: Session,
    swap_id: UUID,
    *,
    of_other: Actor | None = None,
    of_asker: Actor | None = None,
) -> tuple[Swap, Roster]:
    found = session.get(Swap, swap_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy đề nghị đổi ca này."))
    # The roster first, as everywhere: two acceptances wait for each other and look again.
    roster = rosters.get(session, found.roster_id, lock=True)
    swap = locked(session, Swap, swap_id) or found
    if of_other and of_other.person_id != swap.other_id:
        raise NotPermitted(N_("Chỉ người được hỏi mới trả lời đề nghị đổi ca."))
    if of_asker and of_asker.person_id != swap.asker_id:
        raise NotPermitted(N_("Chỉ người đã hỏi mới rút đề nghị đổi ca."))
    if swap.state is not SwapState.ASKED:
        raise AlreadySettled(N_("Đề nghị đổi ca này đã xong: %(state)s."), state=swap.state)
    return swap, roster


def _settle(session: Session, swap: Swap, state: SwapState) -> None:
    swap.state, swap.settled_at = state, clock.now()
    session.add(swap)


def _upcoming(session: Session, shift_id: UUID, *, field: str) -> Shift:
    shift = session.get(Shift, shift_id)
    if shift is None:
        raise NotFound(N_("Không tìm thấy ca trực này."))
    if shift.roster_id is None or shift.starts_at <= clock.now():
        raise Invalid(fields={field: (N_("Chỉ đổi ca chưa bắt đầu và có trong lịch trực."), {})})
    return shift


def _roster(shift: Shift) -> UUID:
    if shift.roster_id is None:
        raise NotFound(N_("Không tìm thấy lịch trực này."))
    return shift.roster_id


def _tell(session: Session, swap: Swap, roster: Roster, kind: str, *, to: UUID, who: UUID) -> None:
    persons.tell(
        session,
        to,
        kind,
        key=f"{kind}:{swap.id}",
        values={
            "role": roster.role.value,
            "by": str(who),
            "starts_at": swap.given_at.isoformat(),
            "ends_at": swap.given_until.isoformat(),
            "taken_at": swap.taken_at.isoformat() if swap.taken_at else "",
            "reason": swap.reason,
        },
    )
