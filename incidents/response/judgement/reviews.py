"""Reviews that come due: whoever watches is told, and an hour later the duty desk.

Of watched flags, of flags that were taken and wait for a decision, and of decisions not to respond
to an incident.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, func, select

from incidents.intake import signals
from incidents.intake.signals import Signal, SignalState
from incidents.matter import incidents, recusals
from incidents.matter.incidents import LIVE, Incident
from incidents.people import persons, rosters
from incidents.record import clock
from incidents.record.database import locked
from incidents.record.moments import Coming
from incidents.response.judgement.silences import Silence

PATIENCE = timedelta(hours=1)
"""How long a review may lie with its owner before the duty desk hears of it."""

_RUNGS = (timedelta(0), PATIENCE)
_WATCHED = (
    col(Signal.state).in_((SignalState.TRIAGE, SignalState.WATCHED)),
    col(Signal.review_told) < len(_RUNGS),
)
_SILENT = (
    col(Silence.ended_at).is_(None),
    col(Silence.review_told) < len(_RUNGS),
    col(Silence.incident_id).in_(select(Incident.id).where(col(Incident.status).in_(LIVE))),
)


@dataclass(frozen=True)
class Review:
    """One of them: of a flag, or of a decision."""

    of: type[Signal] | type[Silence]
    id: UUID


def due(session: Session) -> list[Review]:
    """Those of which somebody is to be told now."""
    now = clock.now()
    watched = session.exec(select(Signal).where(*_WATCHED, col(Signal.review_at) <= now))
    silent = session.exec(select(Silence).where(*_SILENT, col(Silence.review_at) <= now))
    return [
        Review(type(each), each.id)
        for each in (*watched, *silent)
        if _reached(each.review_at, now) > each.review_told
    ]


def ring(session: Session, review: Review) -> None:
    """Tell whoever is to be told by now, each once for each review."""
    if review.of is Signal:
        flag = signals.get(session, review.id, lock=True)
        if flag.state is SignalState.WATCHED:
            _ring(session, flag, flag.owner_id, "signal_review", signal_id=flag.id)
        elif flag.state is SignalState.TRIAGE:
            # Whoever took it may be the whole duty desk, and asleep.
            above = rosters.stand_ins(session, clock.now())
            taker = flag.acknowledged_by
            _ring(session, flag, taker, "signal_undecided", above, signal_id=flag.id)
        return
    silence = locked(session, Silence, review.id)
    if silence is None or silence.incident_id is None or silence.ended_at:
        return
    incident = incidents.get(session, silence.incident_id)
    if incident.live:
        _ring(session, silence, silence.decided_by, "silence_review", incident_id=incident.id)


def _ring(
    session: Session,
    row: Signal | Silence,
    owner: UUID | None,
    kind: str,
    above: Sequence[UUID] = (),
    **about: Any,
) -> None:
    if row.review_at is None:
        return
    reached = _reached(row.review_at, clock.now())
    for rung in range(row.review_told, reached):
        persons.tell_all(
            session,
            dict.fromkeys([*_called(session, rung, owner, row), *(above if rung else ())]),
            kind,
            key=f"review:{row.id}:{row.review_at.isoformat()}",
            values={"review_at": row.review_at.isoformat()},
            **about,
        )
    row.review_told = max(reached, row.review_told)
    session.add(row)


def _reached(review_at: datetime | None, now: datetime) -> int:
    return sum(review_at is not None and now >= review_at + rung for rung in _RUNGS)


def _called(session: Session, rung: int, owner: UUID | None, row: Signal | Silence) -> list[UUID]:
    """The owner first; without one, who left or whom it concerns, whoever is on duty at once."""
    matter = row.incident_id
    free = not matter or owner not in recusals.of(session, matter).named
    if rung == 0 and owner and free and persons.get(session, owner).active:
        return [owner]
    return recusals.to_alert(session, matter) if matter else rosters.to_alert(session, clock.now())


COMING = tuple(
    Coming(select(func.min(of.review_at)).where(*waiting, col(of.review_told) == told), after)
    for of, waiting in ((Signal, _WATCHED), (Silence, _SILENT))
    for told, after in enumerate(_RUNGS)
)
"""The nearest moment at which somebody is to be told."""
