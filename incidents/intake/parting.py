"""A flag merged by mistake is taken out again: by a fact, with its evidence, back into triage."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import evidence, signals
from incidents.intake.merging import SignalMerged
from incidents.intake.signals import Signal, SignalState
from incidents.matter import incidents
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, given
from incidents.record.facts import Fact, Private
from incidents.record.language import N_


@dataclass(frozen=True)
class SignalTakenOut(Fact):
    """It does not make the same claim after all; it waits for triage again."""

    code: str
    out_of: str
    along: int
    kept: int
    reason: Private
    says: ClassVar[str] = N_(
        "Tách tin báo %(code)s khỏi %(out_of)s, trở lại sàng lọc, kèm %(kept)s tư liệu và "
        "%(along)s tin báo đã gộp vào nó trước đó. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class SignalParted(Fact):
    """A flag that had been merged into this matter by mistake was taken out."""

    code: str
    reason: Private
    says: ClassVar[str] = N_(
        "Tách tin báo %(code)s đã gộp nhầm; tư liệu của tin đó vẫn lưu ở đây. Lý do: %(reason)s"
    )


def part(session: Session, signal_id: UUID, *, reason: str, by: Actor) -> Signal:
    """Take a merged flag out of the flag or the incident that goes on for it.

    What had been merged into it before goes along. What was kept with it is its own again and
    stays where it was as well. Nobody is told: whoever reported it hears what becomes of it next.
    """
    seen = signals.get(session, signal_id)
    reason = given(reason)
    # In one order, whoever takes what out of what: the incident, then the flags.
    incident = incidents.get(session, seen.incident_id, lock=True) if seen.incident_id else None
    for each in sorted(each for each in (signal_id, seen.merged_into_id) if each):
        signals.get(session, each, lock=True)
    signal = signals.get(session, signal_id, lock=True)
    if signal.state is not SignalState.MERGED:
        raise Conflict(N_("Tin báo %(code)s không gộp vào đâu."), code=signal.code)
    target = signals.get(session, signal.merged_into_id) if signal.merged_into_id else None
    along = _along(session, signal)
    kept = evidence.give_back(
        session, signal_id=signal.id, kept_with=[signal.id, *(each.id for each in along)]
    )
    signal.merged_into_id = signal.incident_id = None
    signals.to_triage(session, signal)
    for each in along:
        each.merged_into_id, each.incident_id = signal.id, None
        session.add(each)
    names = [target.code] if target else [incident.number] if incident else []
    out = SignalTakenOut(signal.code, "".join(names), len(along), kept, reason)
    timeline.record(session, signal.id, out, by=by)
    for chain in [each.id for each in (target, incident) if each]:
        timeline.record(session, chain, SignalParted(signal.code, reason), by=by)
    return signal


def _along(session: Session, signal: Signal) -> list[Signal]:
    """What had been merged into it, directly or by way of another, before it was merged itself."""
    if signal.merged_into_id is None:
        return signals.merged_into(session, signal.id)
    left = [s for s in signals.merged_into(session, signal.merged_into_id) if s.id != signal.id]
    into = {
        entry.chain: fact.into
        for entry, fact in timeline.entries_among(
            session, [each.id for each in left], (SignalMerged,), until=clock.now()
        )
        if isinstance(fact, SignalMerged)
    }
    found: list[Signal] = []
    codes = {signal.code}
    while more := [s for s in left if s not in found and into[s.id] in codes]:
        found += more
        codes = {each.code for each in more}
    return found
