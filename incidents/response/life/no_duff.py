"""A flag marked as part of an exercise turns out real: it leaves the exercise and is called out.

On an exercise's net the words for it are "no duff"; whatever is said after them is meant.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import claims, evidence, parting, signals
from incidents.intake.claims import Claim, ClaimLink
from incidents.intake.signals import Signal, SignalState
from incidents.matter import incidents, level_timings, taskforces
from incidents.matter.incidents import Finding, Incident
from incidents.people import persons, rosters
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, given
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response.judgement import silences


@dataclass(frozen=True)
class SignalFoundReal(Fact):
    """It is no exercise: whoever is on duty is called for it as for a new flag."""

    code: str
    reason: Private
    says: ClassVar[str] = N_(
        "Không phải diễn tập: tin báo %(code)s là việc thật, đưa ra khỏi diễn tập và báo lại "
        "cán bộ trực như tin mới. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class RealSignalLeft(Fact):
    """A flag of this exercise was real and is handled outside it."""

    code: str
    reason: Private
    says: ClassVar[str] = N_(
        "Không phải diễn tập: tin báo %(code)s là việc thật, đã rời buổi diễn tập này để xử lý "
        "riêng. Lý do: %(reason)s"
    )


def declare(session: Session, signal_id: UUID, *, reason: str, by: Actor) -> Signal:
    """Take a flag out of the exercise, whatever became of it there, and call for it anew.

    What was merged into it goes along. Nothing that was found, decided or silenced in the exercise
    stands for it; what was kept of it stays in both places.
    """
    seen = signals.get(session, signal_id)
    reason = given(reason)
    # In the order in which flags are merged and taken out: the incident, then the flags.
    incident = incidents.get(session, seen.incident_id, lock=True) if seen.incident_id else None
    if seen.state is SignalState.MERGED:
        parting.part(session, seen.id, reason=reason, by=by)
    signal = signals.get(session, signal_id, lock=True)
    if not signal.exercise:
        raise Conflict(
            N_("Tin báo %(code)s không thuộc diễn tập; bàn trực đang xử lý như tin thật."),
            code=signal.code,
        )
    along = signals.merged_into(session, signal.id)
    if signal.incident_id:
        evidence.give_back(
            session, signal_id=signal.id, kept_with=[signal.id, *(each.id for each in along)]
        )
    _leave_judgements(session, [signal, *along], incident)
    for each in (signal, *along):
        each.exercise, each.real_since, each.incident_id = False, clock.now(), None
        session.add(each)
        timeline.record(session, each.id, SignalFoundReal(each.code, reason), by=by)
        outbox.cancel(session, signal_id=each.id, kinds=signals.CALLS)
    _as_new(session, signal)
    if incident:
        timeline.record(session, incident.id, RealSignalLeft(signal.code, reason), by=by)
    _call(session, signal, incident, by)
    return signal


def _leave_judgements(session: Session, flags: Sequence[Signal], incident: Incident | None) -> None:
    """What was judged in the exercise stays there, or is open again."""
    for flag in flags:
        silences.end(session, flag)
    here = {flag.id for flag in flags}
    linked = session.exec(
        select(Claim).where(
            col(Claim.id).in_(select(ClaimLink.claim_id).where(col(ClaimLink.signal_id).in_(here)))
        )
    ).all()
    for claim in linked:
        _part_claim(session, claim, here, incident)


def _part_claim(
    session: Session, claim: Claim, here: Collection[UUID], incident: Incident | None
) -> None:
    links = claims.links(session, claim.id)
    mine = [each for each in links if each.signal_id in here]
    stays = claim.incident_id is not None or len(mine) < len(links)
    if incident and not stays:
        session.add(ClaimLink(claim_id=claim.id, incident_id=incident.id))
        stays = True
    if stays:
        for each in mine:
            session.delete(each)
        return
    claim.finding, claim.verified_by, claim.verified_at = Finding.PENDING, None, None
    session.add(claim)


def _as_new(session: Session, signal: Signal) -> None:
    """Nobody has taken it yet, and the ladder of silence begins now."""
    now = clock.now()
    signal.state, signal.ground = SignalState.NEW, None
    signal.acknowledged_at = signal.acknowledged_by = signal.owner_id = signal.review_at = None
    signal.transferred_to = signal.transfer_number = ""
    signal.transferred_on, signal.alarmed, signal.review_told = None, 0, 0
    for name, moment in level_timings.in_force(session, now).flag_pace().rungs(now).items():
        setattr(signal, name, moment)
    session.add(signal)


def _call(session: Session, signal: Signal, incident: Incident | None, by: Actor) -> None:
    """Whoever is on duty takes it; whoever plays in the exercise hears that it is none of it."""
    called = rosters.to_alert(session, clock.now())
    signals.alert(session, signal, "signal_real", called)
    if incident is None:
        return
    playing = taskforces.others(session, incident.id, by.person_id)
    persons.tell_all(
        session,
        [each for each in playing if each not in called],
        "no_duff",
        key=f"no_duff:{signal.id}",
        signal_id=signal.id,
        values={"drill": incident.number},
    )
