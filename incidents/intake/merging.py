"""Flags that make the same claim become one: merged into a flag, or into a live incident."""

import re
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import evidence, reporters, signals, triage
from incidents.intake.reporters import Outcome
from incidents.intake.signals import Signal, SignalState
from incidents.matter import incidents, recusals
from incidents.matter.incidents import Incident
from incidents.record import timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid
from incidents.record.facts import Fact, Private
from incidents.record.language import N_

_NUMBER = re.compile(r"\d{4}-\d+")


@dataclass(frozen=True)
class SignalMerged(Fact):
    """Another flag, or an incident, goes on for this one as well."""

    code: str
    into: str
    reason: Private
    says: ClassVar[str] = N_("Gộp tin báo %(code)s vào %(into)s: cùng nội dung. %(reason)s")


@dataclass(frozen=True)
class SignalJoined(Fact):
    """A flag that makes the same claim was merged into this matter, with what was kept of it."""

    code: str
    kept: int
    reason: Private
    says: ClassVar[str] = N_(
        "Nhận tin báo %(code)s gộp vào, kèm %(kept)s tư liệu đã lưu. %(reason)s"
    )


def merge(session: Session, signal_id: UUID, into: str, *, reason: str = "", by: Actor) -> Signal:
    """Merge a flag into the flag of a code, or into the live incident of a number.

    Into an incident never by whom it concerns, not by way of one of its flags either.
    Its code keeps working and tells where it went; a flag that was opened or merged before stands
    for where it went itself.
    """
    target = resolve(session, into)
    if isinstance(target, Incident):
        incident = incidents.live(session, target.id)
        signal = triage.undecided(session, signal_id)
        _alike(signal, incident)
        _into_incident(session, signal, incident, reason.strip(), by)
        return signal
    if target.id == signal_id:
        raise Invalid(fields={"into": (N_("Không gộp một tin báo vào chính nó."), {})})
    for each in sorted((target.id, signal_id)):  # in one order, whoever merges what into what
        signals.get(session, each, lock=True)
    signal = triage.undecided(session, signal_id)
    _alike(signal, target)
    _into_flag(session, signal, target, reason.strip(), by)
    return signal


def _alike(signal: Signal, target: Incident | Signal) -> None:
    """What is exercised and what is real never meet."""
    if signal.exercise and not target.exercise:
        raise Conflict(
            N_(
                "Tin báo %(code)s thuộc diễn tập, chỉ gộp vào tin báo hoặc vụ việc diễn tập. "
                "Nếu là việc thật, hãy đưa ra khỏi diễn tập trước."
            ),
            code=signal.code,
        )
    if target.exercise and not signal.exercise:
        raise Conflict(
            N_("Tin báo %(code)s là tin thật, không gộp vào diễn tập được."), code=signal.code
        )


def resolve(session: Session, name: str) -> Incident | Signal:
    """The incident of a number, or the flag of a code."""
    if _NUMBER.fullmatch(name.strip()):
        return incidents.by_number(session, name.strip())
    return signals.by_code(session, name.strip())


def _into_flag(session: Session, signal: Signal, target: Signal, reason: str, by: Actor) -> None:
    if target.state is SignalState.DISMISSED:
        raise Conflict(
            N_("Tin báo %(code)s đã được kết luận không xử lý; không gộp vào được."),
            code=target.code,
        )
    if target.merged_into_id:
        onward = signals.get(session, target.merged_into_id, lock=True)
        if onward.id == signal.id:
            raise Conflict(N_("Tin báo %(code)s đã gộp vào chính tin này."), code=target.code)
        _into_flag(session, signal, onward, reason, by)
        return
    if target.incident_id:
        incident = incidents.live(session, target.incident_id)
        _into_incident(session, signal, incident, reason, by)
        return
    kept = evidence.move(session, signal_id=signal.id, to_id=target.id)
    for each in (signal, *signals.merged_into(session, signal.id)):
        each.merged_into_id = target.id
        session.add(each)
    _tell(session, signal, (target.id, target.code), kept, reason, by)
    reporters.hear(session, [signal], Outcome.MERGED, by=by)


def _into_incident(
    session: Session, signal: Signal, incident: Incident, reason: str, by: Actor
) -> None:
    recusals.require_free(session, incident.id, by.person_id)
    kept = evidence.hand_over(session, signal_id=signal.id, incident_id=incident.id)
    for each in (signal, *signals.merged_into(session, signal.id)):
        each.incident_id = incident.id
        session.add(each)
    _tell(session, signal, (incident.id, incident.number), kept, reason, by)
    reporters.hear(session, [signal], Outcome.MERGED, by=by, incident_id=incident.id)


def _tell(
    session: Session, signal: Signal, where: tuple[UUID, str], kept: int, reason: str, by: Actor
) -> None:
    chain, name = where
    signal.state = SignalState.MERGED
    session.add(signal)
    timeline.record(
        session, signal.id, SignalMerged(code=signal.code, into=name, reason=reason), by=by
    )
    timeline.record(session, chain, SignalJoined(code=signal.code, kept=kept, reason=reason), by=by)
