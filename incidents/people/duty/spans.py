"""Stretches of duty as plain values, and how one change after another cuts them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

_FOR_GOOD = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Span:
    """A person on duty; ``slot_at`` is when the planned shift it is a part of begins.

    ``laid_at`` is when the rotation was written that plans it. ``vacant`` says that whoever it
    names has the duty no longer and nobody has it yet.
    """

    slot_at: datetime
    starts_at: datetime
    ends_at: datetime
    person_id: UUID
    stands_in_for: UUID | None = None
    laid_at: datetime | None = None
    vacant: bool = False


@dataclass(frozen=True, slots=True)
class StandingIn:
    """Somebody takes a stretch over: from one person, or from whoever has it."""

    at: datetime
    person_id: UUID
    instead_of: UUID | None
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Exchange:
    """Two people take each other's shift, or one takes the other's."""

    at: datetime
    giver: UUID
    taker: UUID
    given: datetime
    taken: datetime | None


@dataclass(frozen=True, slots=True)
class PassedOn:
    """Somebody has no duty here from a moment on: an heir takes what was theirs, or nobody yet.

    It concerns what the plan said when it was recorded; a rotation laid down later, a later
    stand-in or swap may name them again.
    """

    at: datetime
    person_id: UUID
    heir: UUID | None
    starts_at: datetime


@dataclass(frozen=True, slots=True)
class Away:
    """A person who cannot be on duty."""

    person_id: UUID
    starts_at: datetime
    ends_at: datetime


Change = StandingIn | Exchange | PassedOn


def changed(planned: Iterable[Span], changes: Sequence[Change]) -> list[Span]:
    """The plan after its changes in the order they were made: a later one sees the earlier."""
    spans = sorted(set(planned), key=_order)
    for change in sorted(changes, key=lambda c: c.at):
        match change:
            case StandingIn():
                spans = _stood_in(spans, change)
            case Exchange():
                spans = [_exchanged(span, change) for span in spans]
            case PassedOn():
                spans = _passed_on(spans, change)
    return sorted(spans, key=_order)


def present(spans: Iterable[Span], away: Sequence[Away]) -> list[Span]:
    """What is left once those who are away are taken out: the holes are gaps, not shifts."""
    left = [span for span in spans if not span.vacant]
    for each in away:
        left, _ = _cut(
            left, each.starts_at, each.ends_at, lambda s, e=each: s.person_id == e.person_id
        )
    return sorted(left, key=_order)


def _stood_in(spans: list[Span], change: StandingIn) -> list[Span]:
    def concerned(span: Span) -> bool:
        return change.instead_of is None or span.person_id == change.instead_of

    kept, taken = _cut(spans, change.starts_at, change.ends_at, concerned)
    if change.instead_of is not None:
        return kept + [
            replace(t, person_id=change.person_id, stands_in_for=change.instead_of, vacant=False)
            for t in taken
        ]
    # Whoever stands in for everybody is on duty for all of it, a hole in the plan included.
    replaced = {t.person_id for t in taken} - {change.person_id}
    return [
        *kept,
        Span(
            slot_at=change.starts_at,
            starts_at=change.starts_at,
            ends_at=change.ends_at,
            person_id=change.person_id,
            stands_in_for=replaced.pop() if len(replaced) == 1 else None,
        ),
    ]


def _passed_on(spans: list[Span], change: PassedOn) -> list[Span]:
    def concerned(span: Span) -> bool:
        known = span.laid_at is None or span.laid_at <= change.at
        return known and span.person_id == change.person_id

    kept, taken = _cut(spans, change.starts_at, _FOR_GOOD, concerned)
    if change.heir is None:
        return kept + [replace(t, vacant=True) for t in taken]
    return kept + [
        replace(
            t,
            person_id=change.heir,
            stands_in_for=None if t.stands_in_for == change.heir else t.stands_in_for,
            vacant=False,
        )
        for t in taken
    ]


def _exchanged(span: Span, change: Exchange) -> Span:
    if (span.slot_at, span.person_id) == (change.given, change.giver):
        return replace(span, person_id=change.taker, stands_in_for=change.giver)
    if (span.slot_at, span.person_id) == (change.taken, change.taker):
        return replace(span, person_id=change.giver, stands_in_for=change.taker)
    return span


def _cut(
    spans: Iterable[Span], start: datetime, end: datetime, concerned: Callable[[Span], bool]
) -> tuple[list[Span], list[Span]]:
    """The spans without the stretch, and what was cut out of those concerned."""
    kept, taken = list[Span](), list[Span]()
    for span in spans:
        if not concerned(span) or span.ends_at <= start or span.starts_at >= end:
            kept.append(span)
            continue
        if span.starts_at < start:
            kept.append(replace(span, ends_at=start))
        if span.ends_at > end:
            kept.append(replace(span, starts_at=end))
        taken.append(
            replace(span, starts_at=max(span.starts_at, start), ends_at=min(span.ends_at, end))
        )
    return kept, taken


def _order(span: Span) -> tuple[datetime, datetime, UUID]:
    return (span.starts_at, span.ends_at, span.person_id)
