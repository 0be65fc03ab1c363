"""Statutory clocks: proposed from facts, started by a named person, ended with their proof.

No level, no playbook and no stand-down moves the end that was worked out when one started. Only a
term somebody has vouched for can be breached (rule 8 of practice); a clock keeps who had.
"""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Session, col, select

from incidents.intake import evidence, signals
from incidents.matter import clock_rules, incidents, recusals, taskforces
from incidents.matter.calendar import Unit
from incidents.matter.clock_rules import ClockRule
from incidents.people import persons
from incidents.record import clock, outbox, timeline
from incidents.record.actors import ENGINE, Actor
from incidents.record.database import Table, choice, document, identifier, locked, moment, reference
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted, Wrong
from incidents.record.facts import Fact
from incidents.record.language import N_, Labelled, Phrase
from incidents.response.clocks import clock_alarms
from incidents.response.clocks.clock_facts import (
    Certainty,
    ClockLapsed,
    ClockOverdue,
    ClockProposed,
    EventTermStarted,
    EventTermStartedLate,
    Origin,
    ProofKind,
    TermStarted,
)

PROSE = 4_000


class ClockState(Labelled):
    """Where a clock stands."""

    PROPOSED = "proposed", N_("đề xuất, chờ xác nhận")
    RUNNING = "running", N_("đang tính giờ")
    LAPSED = "lapsed", N_("đã hết hạn, quy định chưa thẩm định")
    OVERDUE = "overdue", N_("quá hạn, chờ giải trình")
    MET = "met", N_("đã hoàn thành")
    EXPLAINED = "explained", N_("quá hạn, đã giải trình")
    NOT_APPLICABLE = "not_applicable", N_("không áp dụng")


STARTED = (ClockState.RUNNING, ClockState.LAPSED, ClockState.OVERDUE)
"""Started and not ended yet."""


class Clock(Table, table=True):
    """One term of the law on one incident; figures, basis and end are those of its start.

    So is who vouched for them; ``clock_vouching`` alone adds somebody who did so while it ran.
    """

    __tablename__ = "clock"
    __table_args__ = (
        UniqueConstraint("incident_id", "number"),
        CheckConstraint(
            "started_at IS NULL OR (triggered_at IS NOT NULL AND due_at IS NOT NULL "
            "AND started_by IS NOT NULL)",
            name="started",
        ),
        CheckConstraint("(state = 'met') = (met_at IS NOT NULL)", name="met"),
        CheckConstraint("state <> 'proposed' OR started_at IS NULL", name="proposed"),
    )

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    number: int
    code: str
    rule_id: UUID = reference("clock_rule.id")
    figures: dict[str, Any] = document()
    legal_basis: dict[str, Any] = document()
    """Language → the instrument as its row named it."""
    verified: bool = False
    verified_by: str = ""
    verified_on: date | None = None
    state: ClockState = choice(ClockState, ClockState.PROPOSED)
    origin: Origin = choice(Origin)
    owner_id: UUID | None = reference("person.id", optional=True)
    proposed_at: datetime = moment()
    proposed_by: UUID | None = reference("person.id", optional=True)
    triggered_at: datetime | None = moment(optional=True)
    certainty: Certainty = choice(Certainty, Certainty.EXACT)
    started_at: datetime | None = moment(optional=True)
    started_by: UUID | None = reference("person.id", optional=True)
    due_at: datetime | None = moment(optional=True)
    met_at: datetime | None = moment(optional=True)
    proof_kind: ProofKind | None = choice(ProofKind, optional=True)
    proof: str = ""
    settled_at: datetime | None = moment(optional=True)
    settled_by: UUID | None = reference("person.id", optional=True)
    reason: str = ""
    """The explanation of a breach, or why the term does not apply."""

    @property
    def counts_back(self) -> bool:
        """Whether its moment is that of an event to come, and its end lies before that."""
        return self.figures["unit"] == Unit.HOURS_BEFORE.value

    @property
    def length(self) -> Phrase:
        """How long its term is, in words."""
        return clock_rules.length_of(self.figures)

    @property
    def basis(self) -> Phrase:
        """The instrument it runs by."""
        return Phrase(**self.legal_basis)

    @property
    def share(self) -> int:
        """How much of its time has passed, in percent up to 100.

        Back from an event its time is what was left when it was started.
        """
        begun = self.started_at if self.counts_back else self.triggered_at
        if not begun or not self.due_at:
            return 0
        whole = (self.due_at - begun).total_seconds()
        gone = ((self.met_at or clock.now()) - begun).total_seconds()
        return max(0, min(100, int(gone * 100 / whole))) if whole > 0 else 100


# --- proposed ------------------------------------------------------------------------------------


def propose(
    session: Session, incident_id: UUID, code: str, *, by: Actor, origin: Origin = Origin.HAND
) -> Clock:
    """A person proposes a term that may have begun; again only once the last was decided on.

    One that comes back with its incident keeps the ``origin`` it had.
    """
    incident = incidents.live(session, incident_id)
    found = of_incident(session, incident.id)
    if any(c.code == code and c.state is ClockState.PROPOSED for c in found):
        raise AlreadySettled(N_("Thời hạn này đã được đề xuất, đang chờ xác nhận."))
    rule = clock_rules.in_force(session, code, incidents.today())
    return _proposed(session, incident.id, rule, len(found) + 1, origin, by)


def propose_once(
    session: Session, incident_id: UUID, code: str, *, origin: Origin, by: Actor = ENGINE
) -> Clock | None:
    """A fact or a playbook proposes a term once on an incident, whoever has proposed it before.

    A term no longer in force is not proposed: no law that ends may stop an incident.
    """
    incident = incidents.live(session, incident_id)
    found = of_incident(session, incident.id)
    same = next((c for c in found if c.code == code), None)
    if same:
        return same
    try:
        rule = clock_rules.in_force(session, code, incidents.today())
    except Conflict:
        return None
    return _proposed(session, incident.id, rule, len(found) + 1, origin, by)


def _proposed(
    session: Session, incident_id: UUID, rule: ClockRule, number: int, origin: Origin, by: Actor
) -> Clock:
    proposed = Clock(
        incident_id=incident_id,
        number=number,
        code=rule.code,
        rule_id=rule.id,
        figures=rule.figures,
        legal_basis=asdict(rule.basis),
        origin=origin,
        proposed_at=clock.now(),
        proposed_by=by.person_id,
    )
    session.add(proposed)
    session.flush()
    fact = ClockProposed(clock=number, rule=rule.code, origin=origin)
    timeline.record(session, incident_id, fact, by=by)
    return proposed


# --- started -------------------------------------------------------------------------------------


def start(
    session: Session,
    clock_id: UUID,
    *,
    by: Actor,
    confirmed: bool,
    triggered_at: datetime | None = None,
    owner_id: UUID | None = None,
    note: str = "",
) -> Clock:
    """A named person confirms that the trigger applies and when it did; from then on it runs.

    Without a moment it is counted from the earliest evidence and marked as estimated. The rule is
    the one in force on the day of the trigger. One that counts back needs the time of its event:
    its time is what is left until its end, and an end that has passed already is said at once.
    """
    waiting = get(session, clock_id)
    since = triggered_at or _earliest(session, waiting.incident_id)
    # The row before the incident: whoever vouches for it holds both in this order as well.
    rule = clock_rules.used(session, waiting.code, since.astimezone(clock.LOCAL).date())
    begun = get(session, clock_id, lock=True)
    incidents.live(session, begun.incident_id)
    if begun.state is not ClockState.PROPOSED:
        raise AlreadySettled(N_("Thời hạn này đã được xác nhận hoặc đã kết thúc."))
    if by.person_id is None:
        raise NotPermitted(N_("Chỉ người có tên mới xác nhận được thời hạn luật định."))
    _startable(rule, confirmed, triggered_at, note)
    begun.owner_id = _owner(session, begun, rule, owner_id)
    begun.rule_id, begun.figures, begun.legal_basis = rule.id, rule.figures, asdict(rule.basis)
    vouch(begun, rule)
    begun.triggered_at, begun.due_at = since, rule.ends(session, since)
    begun.certainty = Certainty.EXACT if triggered_at else Certainty.ESTIMATED
    begun.started_at, begun.started_by = clock.now(), by.person_id
    begun.state = ClockState.RUNNING
    session.add(begun)
    clock_alarms.arm(
        session, begun.id, begun.started_at if rule.counts_back else since, begun.due_at
    )
    fact = _started(begun, since, note=note.strip())
    timeline.record(session, begun.incident_id, fact, by=by)
    return begun


def vouch(running: Clock, rule: ClockRule) -> None:
    """Keep with a clock whether, by whom and when its row was vouched for."""
    running.verified, running.verified_by = rule.verified, rule.verified_by
    running.verified_on = rule.verified_on


def _started(begun: Clock, since: datetime, **said: Any) -> Fact:
    said |= {"clock": begun.number, "rule": begun.code, "owner": begun.owner_id}
    said |= {"due_at": begun.due_at, "length": begun.length, "legal_basis": begun.basis}
    said |= {name: getattr(begun, name) for name in ("verified", "verified_by", "verified_on")}
    if not begun.counts_back:
        return TermStarted(triggered_at=since, certainty=begun.certainty, **said)
    late = begun.due_at is not None and begun.due_at <= clock.now()
    return (EventTermStartedLate if late else EventTermStarted)(event_at=since, **said)


def _startable(
    rule: ClockRule,
    confirmed: bool,  # noqa: FBT001
    triggered_at: datetime | None,
    note: str,
) -> None:
    wrong: Wrong = {}
    if not confirmed:
        wrong["confirmed"] = (
            N_("Xác nhận rằng điều kiện phát sinh đúng với vụ việc này (chỉ có tin đồn thì chưa)."),
            {},
        )
    if rule.counts_back and triggered_at is None:
        wrong["triggered_at"] = (
            N_("Ghi giờ diễn ra sự kiện: thời hạn này tính lùi từ giờ đó."),
            {},
        )
    if not rule.counts_back and triggered_at and triggered_at > clock.now():
        wrong["triggered_at"] = (N_("Mốc phát sinh không thể ở tương lai."), {})
    if len(note) > PROSE:
        wrong["note"] = (N_("Tối đa %(limit)s ký tự."), {"limit": PROSE})
    if wrong:
        raise Invalid(fields=wrong)


def _earliest(session: Session, incident_id: UUID) -> datetime:
    """The earliest trace of the matter, where nobody knows when it happened."""
    incident = incidents.get(session, incident_id)
    traces = [e.captured_at for e in evidence.of_incident(session, incident_id)]
    traces += [f.seen_at or f.flagged_at for f in signals.of_incident(session, incident_id)]
    return min([*traces, incident.detected_at])


def _owner(session: Session, begun: Clock, rule: ClockRule, wanted: UUID | None) -> UUID | None:
    if wanted:
        if not persons.get(session, wanted).active:
            raise Invalid(fields={"owner_id": (N_("Người này không còn làm việc."), {})})
        recusals.require_unnamed(session, begun.incident_id, wanted)
        return wanted
    holding = taskforces.candidates(session, begun.incident_id, rule.role)
    return next(iter(holding or recusals.to_alert(session, begun.incident_id)), None)


# --- run out, ended ------------------------------------------------------------------------------


def run_out(session: Session, running: Clock) -> bool:
    """Record that its end has passed; says whether that is a breach."""
    if running.due_at is None:
        raise ValueError("a clock that was not started has no end")
    breach = running.verified
    kind = ClockOverdue if breach else ClockLapsed
    running.state = ClockState.OVERDUE if breach else ClockState.LAPSED
    session.add(running)
    fact = kind(clock=running.number, rule=running.code, due_at=running.due_at)
    timeline.record(session, running.incident_id, fact, by=ENGINE)
    return breach


def settle(session: Session, ending: Clock, state: ClockState, fact: Fact, *, by: Actor) -> Clock:
    """End a clock; nothing of it is armed or sent any more."""
    ending.state, ending.settled_at, ending.settled_by = state, clock.now(), by.person_id
    session.add(ending)
    silence(session, ending)
    timeline.record(session, ending.incident_id, fact, by=by)
    return ending


def silence(session: Session, ended: Clock) -> None:
    """Cancel its alarms and what has not left of them."""
    clock_alarms.cancel(session, ended.id)
    outbox.cancel(session, incident_id=ended.incident_id, key=f"clock:{ended.id}:")


# --- asked ---------------------------------------------------------------------------------------


def get(session: Session, clock_id: UUID, *, lock: bool = False) -> Clock:
    """One clock; locked, its incident is as well, and first."""
    found = session.get(Clock, clock_id)
    if found and lock:
        incidents.get(session, found.incident_id, lock=True)
        found = locked(session, Clock, clock_id)
    if found is None:
        raise NotFound(N_("Không có thời hạn này."))
    return found


def of_incident(session: Session, incident_id: UUID) -> list[Clock]:
    """Every clock of an incident by its number."""
    return list(
        session.exec(
            select(Clock).where(Clock.incident_id == incident_id).order_by(col(Clock.number))
        )
    )
