"""Moments to come: each room says where its own are kept, and one question asks for the nearest.

Every commit makes the engine ask, while mails are leaving: a statement for each room would cost
more than some of the mails.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, literal_column, union_all
from sqlmodel import Session, select

from incidents.record import clock
from incidents.record.database import UtcDateTime

NOW: Any = bindparam("now", type_=UtcDateTime())
"""The present moment, in a statement that is built once."""


class Coming(NamedTuple):
    """Where moments are kept, and how long after one something is due.

    ``kept`` finds one column, the nearest moment alone or nothing.
    """

    kept: Any
    after: timedelta = timedelta()


class Horizon:
    """The nearest moment of each of several parties, in one question."""

    def __init__(self, *parties: Sequence[Coming]) -> None:
        self._parties = len(parties)
        kept = [(number, each) for number, party in enumerate(parties) for each in party]
        self._of = [(number, each.after) for number, each in kept]
        self._question = union_all(
            *(
                select(literal_column(str(place)), each.kept.subquery().c[0])
                for place, (_, each) in enumerate(kept)
            )
        )

    def nearest(self, session: Session) -> list[datetime | None]:
        """When each of them has something due next; the past, when it has been due since."""
        found: list[datetime | None] = [None] * self._parties
        rows = session.connection().execute(self._question, {"now": clock.now()})
        for place, moment in rows:
            if moment is not None:
                number, after = self._of[place]
                known, due = found[number], moment + after
                found[number] = due if known is None else min(known, due)
        return found


def nearest(session: Session, *coming: Coming) -> datetime | None:
    """The nearest moment of all of these."""
    return Horizon(coming).nearest(session)[0]
