"""Swaps agreed with somebody who leaves: a successor keeps them, or the other has their own again.

A swap is of two people, so it would fall apart unseen when one of them is gone. What the other was
to do they go on doing where a successor does the rest. Where nobody follows, a shift of the other's
is theirs again, unless they have done their part already: then it is a gap. Everybody in it hears,
and whoever keeps the rosters.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people import persons, rosters
from incidents.people.duty import keeping
from incidents.people.duty.changes import Swap, SwapState
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_, Labelled


class Fate(Labelled):
    """What becomes of a swap when one of the two has left."""

    PASSED_ON = "passed_on", N_("vẫn giữ, người kế nhiệm trực thay")
    UNDONE = "undone", N_("không còn, ai trực ca của người ấy như trước")
    OPEN = "open", N_("ca người đã thôi nhận trực chưa có ai trực")


@dataclass(frozen=True)
class SwapAfterLeaving(Fact):
    """One of two who had swapped has left; what became of it."""

    roster: str
    person: PersonId
    other: PersonId
    successor: PersonId | None
    given_at: datetime
    taken_at: datetime | None
    fate: Fate
    says: ClassVar[str] = N_(
        "%(person)s thôi làm việc; việc đổi ca với %(other)s trên «%(roster)s» (ca %(given_at)s, "
        "đổi lại %(taken_at)s): %(fate)s. Người kế nhiệm: %(successor)s"
    )


@dataclass(frozen=True)
class Agreed:
    """A swap that is not over: whose it is beside the leaver, and the shifts still to be done.

    ``theirs`` is the other's shift which the leaver was to do, ``own`` the leaver's which the other
    does.
    """

    swap: Swap
    roster: Roster
    leaver_id: UUID
    other_id: UUID
    theirs: Shift | None
    own: Shift | None

    @property
    def fate(self) -> Fate | None:
        """Where nobody follows; nothing changes while the other only does what they agreed to."""
        if self.theirs is None:
            return None
        now, in_return = clock.now(), self.swap.taken_at is not None
        begun = in_return and (self.own is None or self.own.starts_at <= now)
        return Fate.OPEN if begun or self.theirs.starts_at <= now else Fate.UNDONE


def of(session: Session, person_id: UUID) -> list[Agreed]:
    """The swaps somebody has agreed to of which a shift is still to be done as agreed."""
    accepted = session.exec(
        select(Swap)
        .where((col(Swap.asker_id) == person_id) | (col(Swap.other_id) == person_id))
        .where(Swap.state == SwapState.ACCEPTED)
        .order_by(col(Swap.given_at))
    ).all()
    found = [_read(session, swap, person_id) for swap in accepted]
    return [each for each in found if each.theirs or each.own]


def _read(session: Session, swap: Swap, person_id: UUID) -> Agreed:
    asked = swap.asker_id == person_id
    other_id = swap.other_id if asked else swap.asker_id
    own, theirs = (swap.given_at, swap.taken_at) if asked else (swap.taken_at, swap.given_at)
    return Agreed(
        swap,
        rosters.get(session, swap.roster_id),
        person_id,
        other_id,
        theirs=_to_be_done(session, swap.roster_id, theirs, person_id),
        own=_to_be_done(session, swap.roster_id, own, other_id),
    )


def _to_be_done(
    session: Session, roster_id: UUID, slot_at: datetime | None, person_id: UUID
) -> Shift | None:
    """The shift of a slot, if it is not over and still with whoever agreed to do it."""
    return session.exec(
        select(Shift).where(
            Shift.roster_id == roster_id,
            Shift.slot_at == slot_at,
            Shift.person_id == person_id,
            Shift.ends_at > clock.now(),
        )
    ).first()


def keep(
    session: Session, agreed: Iterable[Agreed], successor_id: UUID | None, *, by: Actor
) -> None:
    """Settle each before the shifts are filled anew, and tell whoever must know."""
    for each in agreed:
        if successor_id is None:
            fate = each.fate
        else:
            # With oneself nobody swaps: a successor who is the other has both shifts by the plan.
            fate = Fate.UNDONE if successor_id == each.other_id else Fate.PASSED_ON
        if fate is None:
            continue
        if fate is Fate.UNDONE:
            each.swap.state, each.swap.settled_at = SwapState.WITHDRAWN, clock.now()
        elif successor_id:
            _replace(each.swap, each.leaver_id, successor_id)
        session.add(each.swap)
        _record(session, each, fate, successor_id, by)


def take_back(
    session: Session, person_id: UUID, successor_id: UUID | None, rosters_: Collection[UUID]
) -> None:
    """Whoever is back on a roster does again what they had agreed to there themselves."""
    told = timeline.entries_of(session, timeline.DESK, kind=SwapAfterLeaving)
    passed = {
        (fact.roster, fact.given_at)
        for _, fact in told
        if isinstance(fact, SwapAfterLeaving)
        and (fact.person, fact.successor, fact.fate) == (person_id, successor_id, Fate.PASSED_ON)
    }
    if not passed or successor_id is None:
        return
    for each in of(session, successor_id):
        in_time = (each.roster.name, each.swap.given_at) in passed
        if in_time and each.roster.id in rosters_ and each.other_id != person_id:
            _replace(each.swap, successor_id, person_id)
            session.add(each.swap)


def _replace(swap: Swap, outgoing: UUID, incoming: UUID) -> None:
    if swap.asker_id == outgoing:
        swap.asker_id = incoming
    else:
        swap.other_id = incoming


def _record(
    session: Session, agreed: Agreed, fate: Fate, successor_id: UUID | None, by: Actor
) -> None:
    swap = agreed.swap
    fact = SwapAfterLeaving(
        roster=agreed.roster.name,
        person=agreed.leaver_id,
        other=agreed.other_id,
        successor=successor_id,
        given_at=swap.given_at,
        taken_at=swap.taken_at,
        fate=fate,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    told = [agreed.other_id, *([successor_id] if successor_id else []), *keeping.keepers(session)]
    persons.tell_all(
        session,
        [p for p in dict.fromkeys(told) if p != by.person_id],
        "swap_after_leaving",
        key=f"swap_after_leaving:{swap.id}:{agreed.leaver_id}",
        values={
            "fate": fate.value,
            "role": agreed.roster.role.value,
            "by": str(agreed.leaver_id),
            "to": str(agreed.other_id),
            **({"heir": str(successor_id)} if successor_id else {}),
            "theirs": _stretch(agreed.theirs),
            "own": _stretch(agreed.own),
        },
    )


def _stretch(shift: Shift | None) -> list[str]:
    return [shift.starts_at.isoformat(), shift.ends_at.isoformat()] if shift else []
