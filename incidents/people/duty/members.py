"""Who belongs to a roster: its people in turn, and whoever holds the role it fills.

Being named in a rotation is what puts somebody on duty in a role, whether they hold it by post or
not. A stand-in, a swap or a shift entered by hand makes nobody a member.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people.duty import changes, rotations
from incidents.people.duty.changes import DutyLeft
from incidents.people.duty.rotations import Rotation
from incidents.people.roles import Role, RoleHolder
from incidents.people.rosters import Roster
from incidents.record import clock


@dataclass(frozen=True)
class Members:
    """Everybody who belongs to a roster at any time; read once, asked of many moments."""

    turns: list[tuple[Rotation, list[UUID]]]
    left: list[DutyLeft]
    posts: list[RoleHolder]

    def at(self, moment: datetime) -> set[UUID]:
        """Who belongs to it when a shift begins."""
        found = in_post(self.posts, moment)
        for rotation, people in self.turns:
            if not _over(rotation, moment):
                found |= {p for p in (self._now(rotation, p, moment) for p in people) if p}
        return found

    def _now(self, rotation: Rotation, person_id: UUID, moment: datetime) -> UUID | None:
        """Whose a turn is once everybody who has the duty no longer has passed it on."""
        turn: UUID | None = person_id
        for row in self.left:
            known = row.recorded_at >= rotation.created_at and row.starts_at <= moment
            if known and row.person_id == turn:
                turn = row.heir_id
        return turn


def of(session: Session, roster: Roster) -> Members:
    """The members of a roster, in three questions."""
    return Members(
        rotations.of_roster(session, roster.id),
        changes.left(session, roster.id),
        posts(session, {roster.role}),
    )


def posts(session: Session, parts: Collection[Role]) -> list[RoleHolder]:
    """The posts of some roles, whenever they are held."""
    return list(session.exec(select(RoleHolder).where(col(RoleHolder.role).in_(parts))))


def in_post(held: Collection[RoleHolder], moment: datetime) -> set[UUID]:
    """Who holds one of these posts at a moment."""
    return {
        row.person_id
        for row in held
        if row.valid_from <= moment and (row.valid_to is None or row.valid_to > moment)
    }


def _over(rotation: Rotation, moment: datetime) -> bool:
    """Whether even its last shift is over; a coming rotation names members already."""
    if rotation.valid_to is None:
        return False
    last = moment - timedelta(minutes=rotation.shift_minutes)
    return rotation.valid_to < last.astimezone(clock.LOCAL).date()
