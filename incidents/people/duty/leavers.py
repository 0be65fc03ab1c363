"""Somebody who left is on no roster any more: a successor takes their turns, or a gap shows.

Whoever comes back closes those gaps, and takes back what had moved where they want it.
"""

from collections.abc import Collection
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people.duty import agreed, by_hand, filling, swaps
from incidents.people.duty.changes import DutyLeft, StandIn
from incidents.people.duty.rotations import Rotation, RotationTurn
from incidents.people.rosters import Shift
from incidents.record import clock
from incidents.record.actors import Actor


def leave(session: Session, person_id: UUID, successor_id: UUID | None, *, by: Actor) -> None:
    """Turns, stand-ins and shifts move to the successor; without one they end, seen as gaps."""
    swaps.withdraw_all(session, person_id, by=by)
    exchanged = agreed.of(session, person_id)
    now = clock.now()
    for row in session.exec(
        select(StandIn).where(
            StandIn.person_id == person_id,
            StandIn.ends_at > now,
            col(StandIn.cancelled_at).is_(None),
        )
    ):
        if successor_id and row.instead_of != successor_id:
            row.person_id = successor_id
        else:
            row.cancelled_at = now
        session.add(row)
    if successor_id:
        for turn in session.exec(select(RotationTurn).where(RotationTurn.person_id == person_id)):
            turn.person_id = successor_id
            session.add(turn)
        for left in session.exec(select(DutyLeft).where(DutyLeft.heir_id == person_id)):
            left.heir_id = successor_id
            session.add(left)
    agreed.keep(session, exchanged, successor_id, by=by)
    by_hand.pass_on(session, by_hand.coming(session, person_id, since=now), successor_id, since=now)
    filling.fill_all(session)


def come_back(
    session: Session,
    person_id: UUID,
    *,
    successor_id: UUID | None,
    turns: Collection[UUID],
    shifts: Collection[UUID],
    stand_ins: Collection[UUID],
) -> None:
    """Some of what moved is theirs again; turns nobody took fill their gaps by themselves.

    With a turn come the swaps they had agreed to on its roster.
    """
    back_on = select(Rotation.roster_id).join(RotationTurn).where(col(RotationTurn.id).in_(turns))
    agreed.take_back(session, person_id, successor_id, set(session.exec(back_on)))
    for table, ids in ((RotationTurn, turns), (Shift, shifts), (StandIn, stand_ins)):
        for row in session.exec(select(table).where(col(table.id).in_(ids))):
            row.person_id = person_id
            if isinstance(row, Shift):
                row.sequence += 1
                row.changed_at = clock.now()
            session.add(row)
    session.flush()
    filling.fill_all(session)
