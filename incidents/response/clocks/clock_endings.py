"""How statutory clocks end: met with proof, breached with an explanation, or not applicable."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel import Session

from incidents.intake.evidence import Evidence
from incidents.matter import clock_rules, incidents, ties
from incidents.matter.incidents import Status
from incidents.record import clock
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid, Missing, given
from incidents.record.language import N_
from incidents.response.clocks import clock_alarms, clocks
from incidents.response.clocks.clock_facts import (
    ClockExplained,
    ClockMet,
    ClockNotApplicable,
    ProofKind,
)
from incidents.response.clocks.clocks import PROSE, STARTED, Clock, ClockState
from incidents.words.publications import Publication

_LINE = 300


def meet(
    session: Session,
    clock_id: UUID,
    *,
    kind: ProofKind,
    proof: str,
    by: Actor,
    met_at: datetime | None = None,
) -> Clock:
    """What the law asks for was done, with what shows it and when.

    What was done in time and told late takes a recorded breach back; what was done late must be
    explained.
    """
    ending = _endable(session, clock_id, STARTED)
    shown, shown_at = _shown(session, ending, kind, proof.strip())
    if kind is ProofKind.PUBLICATION and met_at and shown_at:
        _same_minute(met_at, shown_at)
        met_at = shown_at
    done_at = met_at or shown_at or clock.now()
    if done_at > clock.now():
        raise Invalid(fields={"met_at": (N_("Không thể ghi một việc vào thời điểm chưa tới."), {})})
    if not ending.counts_back and ending.triggered_at and done_at < ending.triggered_at:
        raise Invalid(fields={"met_at": (N_("Việc này có trước mốc phát sinh."), {})})
    late = ending.due_at is not None and done_at > ending.due_at
    if late and ending.state is not ClockState.LAPSED and ending.verified:
        raise Conflict(
            N_("Hoàn thành sau hạn %(due)s: hãy giải trình việc quá hạn."), due=ending.due_at
        )
    ending.met_at, ending.proof_kind, ending.proof = done_at, kind, proof.strip()
    fact = ClockMet(clock=ending.number, rule=ending.code, met_at=done_at, kind=kind, proof=shown)
    return clocks.settle(session, ending, ClockState.MET, fact, by=by)


def _same_minute(met_at: datetime, out_at: datetime) -> None:
    """Words on the public page prove their own moment: no earlier one, which would undo a breach.

    Nor a later one.
    """
    if abs(met_at - out_at) >= timedelta(minutes=1):
        raise Invalid(
            fields={
                "met_at": (
                    N_("Nội dung này lên trang công bố lúc %(at)s; giờ hoàn thành là giờ đó."),
                    {"at": out_at},
                )
            }
        )


def _shown(
    session: Session, ending: Clock, kind: ProofKind, proof: str
) -> tuple[str, datetime | None]:
    """The proof in words, and the moment it speaks of."""
    longest = PROSE if kind is ProofKind.TEXT else _LINE
    if not proof or len(proof) > longest:
        raise Invalid(
            fields={"proof": (N_("Ghi minh chứng, tối đa %(limit)s ký tự."), {"limit": longest})}
        )
    if kind is ProofKind.PUBLICATION:
        released = _row(session, Publication, ending, proof)
        if released.published_at is None:
            raise Invalid(fields={"proof": (N_("Nội dung này chưa được công bố."), {})})
        return f"{released.slug} (SHA-256 {released.sha256[:16]})", released.published_at
    if kind is ProofKind.EVIDENCE:
        kept = _row(session, Evidence, ending, proof)
        return f"{kept.filename} (SHA-256 {kept.sha256[:16]})", kept.captured_at
    return proof, None


def _row(session: Session, table: type[Any], ending: Clock, proof: str) -> Any:
    try:
        found = session.get(table, UUID(proof))
    except ValueError:
        found = None
    # What an incident that was merged had kept is kept by the one it went into.
    goes_on = ties.merged_into(session, ending.incident_id)
    held = {ending.incident_id, goes_on.id if goes_on else ending.incident_id}
    if found is None or found.incident_id not in held:
        raise Invalid(fields={"proof": (N_("Vụ việc này không có minh chứng đó."), {})})
    return found


def explain(session: Session, clock_id: UUID, explanation: str, *, by: Actor) -> Clock:
    """A person explains a breach; only then is the matter free to be resolved."""
    ending = _endable(session, clock_id, (ClockState.RUNNING, ClockState.OVERDUE))
    if not explanation.strip() or len(explanation) > PROSE:
        raise Invalid(
            fields={
                "explanation": (N_("Ghi lời giải trình, tối đa %(limit)s ký tự."), {"limit": PROSE})
            }
        )
    if ending.state is ClockState.RUNNING:
        if not (ending.due_at and ending.due_at <= clock.now() and ending.verified):
            raise Conflict(N_("Thời hạn này chưa quá hạn nên chưa có gì để giải trình."))
        clocks.run_out(session, ending)
    ending.reason = explanation.strip()
    fact = ClockExplained(clock=ending.number, rule=ending.code, explanation=ending.reason)
    return clocks.settle(session, ending, ClockState.EXPLAINED, fact, by=by)


def dismiss(session: Session, clock_id: UUID, *, reason: str, by: Actor) -> Clock:
    """The term does not apply; a recorded breach is explained, never dismissed."""
    ending = _endable(
        session, clock_id, (ClockState.PROPOSED, ClockState.RUNNING, ClockState.LAPSED)
    )
    reason = given(reason)
    return _dismissed(session, ending, reason, by)


def _dismissed(session: Session, ending: Clock, reason: str, by: Actor) -> Clock:
    ending.reason = reason
    fact = ClockNotApplicable(clock=ending.number, rule=ending.code, reason=reason)
    return clocks.settle(session, ending, ClockState.NOT_APPLICABLE, fact, by=by)


def drop(session: Session, incident_id: UUID, *, reason: str, by: Actor, started: bool) -> None:
    """The incident ended midway: proposals end with it, and with ``started`` what runs as well.

    What the law asks of a matter that was real goes on when the desk stands down.
    """
    for each in clocks.of_incident(session, incident_id):
        if each.state is ClockState.PROPOSED or (
            started and each.state in (ClockState.RUNNING, ClockState.LAPSED)
        ):
            _dismissed(session, each, reason, by)
        elif started:
            clocks.silence(session, each)


def breached(session: Session, incident_id: UUID) -> bool:
    """Whether a verified term of an incident has passed unmet, rung or not, explained or not."""
    now = clock.now()
    return any(
        each.state in (ClockState.OVERDUE, ClockState.EXPLAINED)
        or (
            each.state is ClockState.RUNNING
            and each.due_at is not None
            and each.due_at <= now
            and each.verified
        )
        for each in clocks.of_incident(session, incident_id)
    )


def unsettled(session: Session, incident_id: UUID) -> Missing:
    """What keeps an incident from being resolved.

    Verified terms neither met nor explained, and proposed ones, of which somebody must say that
    they apply or why they do not.
    """
    return [
        (
            words,
            {"number": each.number, "rule": clock_rules.get(session, each.rule_id).title},
        )
        for each in clocks.of_incident(session, incident_id)
        if (words := _owed(each))
    ]


def _owed(each: Clock) -> str:
    if each.state is ClockState.PROPOSED:
        return N_(
            "Thời hạn luật định số %(number)s «%(rule)s» mới được đề xuất: "
            "xác nhận có áp dụng, hoặc ghi lý do không áp dụng."
        )
    running = each.state is ClockState.RUNNING and each.verified
    if running or each.state is ClockState.OVERDUE:
        return N_("Thời hạn luật định số %(number)s «%(rule)s» chưa hoàn thành và chưa giải trình.")
    return ""


def quieten(session: Session, incident_id: UUID) -> None:
    """The incident is closed: nothing about its clocks is sent any more."""
    for each in clocks.of_incident(session, incident_id):
        clocks.silence(session, each)


def resume(session: Session, incident_id: UUID, *, ended_at: datetime, by: Actor) -> None:
    """The incident is worked on again: what still runs sounds, and dropped proposals are back.

    Standing down decided on none of those by itself, so a person is asked about each once more;
    what nobody may propose any more, because the law has ended, stays where it is.
    """
    for each in clocks.of_incident(session, incident_id):
        if each.state is ClockState.RUNNING:
            clock_alarms.resume(session, each.id)
        elif _dropped(each, ended_at):
            with suppress(Conflict):
                clocks.propose(session, incident_id, each.code, origin=each.origin, by=by)


def _dropped(each: Clock, ended_at: datetime) -> bool:
    """Whether it ended with its incident, never confirmed; later than that nobody can end one."""
    return (
        each.state is ClockState.NOT_APPLICABLE
        and each.triggered_at is None
        and each.settled_at is not None
        and each.settled_at >= ended_at
    )


def _endable(session: Session, clock_id: UUID, states: tuple[ClockState, ...]) -> Clock:
    """The clock, locked, in one of these states, while its incident's record is still open."""
    ending = clocks.get(session, clock_id, lock=True)
    incident = incidents.get(session, ending.incident_id)
    if incident.status in (Status.CLOSED, Status.UNDONE):
        raise incidents.stands_otherwise(incident)
    if ending.settled_at:
        raise AlreadySettled(N_("Thời hạn này đã kết thúc: %(state)s."), state=ending.state)
    if ending.state not in states:
        raise Conflict(N_("Thời hạn này đang ở trạng thái «%(state)s»."), state=ending.state)
    return ending
