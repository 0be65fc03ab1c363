"""The signed decisions on a task force as they are typed in: founded, kept, dissolved.

The desk never invents an official number (rule 17 of practice): number, date and signer are those
of the paper in the hand of whoever enters it.
"""

from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import incidents, mandates, taskforces
from incidents.matter.incidents import Incident
from incidents.matter.mandates import (
    DecisionKind,
    ProposalState,
    TaskForceDecided,
    TaskForceDecision,
    TaskForceDissolved,
    TaskForceKept,
    TaskForceProposal,
)
from incidents.matter.taskforces import Basis, TaskForce, TaskForceMember
from incidents.people import persons
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid, Wrong
from incidents.record.language import N_
from incidents.record.outbox import OutgoingMessage
from incidents.response.staffing import founding, seating
from incidents.response.steps import rerouting, vacancies
from incidents.response.steps.steps import Cause


def decide(
    session: Session,
    incident_id: UUID,
    *,
    document: str,
    signed_on: date,
    signer: str,
    proposal_id: UUID | None = None,
    by: Actor,
) -> TaskForce:
    """Enter the signed decision: of an appraised proposal, or after a verbal direction."""
    incident = incidents.live(session, incident_id)
    force = founding.not_yet_decided(session, incident_id)
    row = founding.open_(session, incident_id, proposal_id) if proposal_id else None
    if row and row.state is not ProposalState.APPRAISED:
        raise Conflict(N_("Tờ trình này chưa được Văn phòng thẩm tra."))
    if row is None and force is None:
        raise Conflict(N_("Chưa có tờ trình đã thẩm tra, cũng chưa có ý kiến chỉ đạo."))
    if force is None:
        force = TaskForce(incident_id=incident.id, activated_at=clock.now())
        session.add(force)
        session.flush()
    _enter(session, incident_id, DecisionKind.FOUNDS, document, signed_on, signer, row, by)
    was_direction = force.direction_by is not None
    force.regularised_at = clock.now()
    leaving = _adopt(session, incident, force, row) if row else []
    count = len(taskforces.members(session, incident_id))
    fact = TaskForceDecided(document.strip(), signed_on, signer.strip(), count)
    timeline.record(session, incident_id, fact, by=by)
    for seat in leaving:
        held = rerouting.held_in(session, incident_id, seat.role, seat.person_id)
        rerouting.pass_on(
            session, held, seat.person_id, None, cause=Cause.REPLACED, reason="", by=by
        )
    vacancies.fill(session, incident_id=incident_id, by=by)
    if was_direction:
        _end_alert(session, force, by)
    return force


def _adopt(
    session: Session, incident: Incident, force: TaskForce, row: TaskForceProposal
) -> list[TaskForceMember]:
    """Seat whom the decision names; whoever else sat there leaves, and is handed back."""
    row.state = ProposalState.DECIDED
    session.add(row)
    wanted = {
        (m.role, m.person_id): m
        for m in mandates.proposed(session, incident.id)
        if m.proposal_id == row.id
    }
    leaving: list[TaskForceMember] = []
    for seat in taskforces.members(session, incident.id):
        named = wanted.pop((seat.role, seat.person_id), None)
        if named:
            seat.rank, seat.mandate, seat.agency = named.rank, named.mandate, named.agency
            seat.basis, seat.serves_until = Basis.DECISION, row.serves_until
        else:
            seat.left_at = clock.now()
            leaving.append(seat)
        session.add(seat)
    session.flush()
    called: dict[UUID, list[str]] = {}
    for named in wanted.values():
        seating.take_seat(
            session,
            force,
            named.role,
            named.person_id,
            rank=named.rank,
            basis=Basis.DECISION,
            mandate=named.mandate,
            serves_until=row.serves_until,
        )
        called.setdefault(named.person_id, []).append(named.role.value)
    taskforces.call_out(session, incident, called, key=f"called_out:{row.id}")
    return leaving


def _end_alert(session: Session, force: TaskForce, by: Actor) -> None:
    """Nobody is reminded any more, and whoever was hears that it is signed."""
    outbox.cancel(session, incident_id=force.incident_id, kinds=("direction_unsigned",))
    told = session.exec(
        select(OutgoingMessage.recipient_id).where(
            OutgoingMessage.incident_id == force.incident_id,
            OutgoingMessage.kind == "direction_unsigned",
            col(OutgoingMessage.sent_at).is_not(None),
        )
    ).all()
    persons.tell_all(
        session,
        dict.fromkeys(p for p in told if p and p != by.person_id),
        "direction_signed",
        key=f"direction_signed:{force.id}",
        incident_id=force.incident_id,
    )


def keep(
    session: Session, incident_id: UUID, *, document: str, signed_on: date, signer: str, by: Actor
) -> TaskForce:
    """Enter the decision that keeps a task force when its incident ends."""
    force = _at_work(session, incident_id)
    if force.kept_at:
        raise AlreadySettled(N_("Đã có quyết định duy trì Tổ công tác."))
    _enter(session, incident_id, DecisionKind.KEEPS, document, signed_on, signer, None, by)
    force.kept_at = clock.now()
    session.add(force)
    fact = TaskForceKept(document.strip(), signed_on, signer.strip())
    timeline.record(session, incident_id, fact, by=by)
    return force


def dissolve(
    session: Session, incident_id: UUID, *, document: str, signed_on: date, signer: str, by: Actor
) -> TaskForce:
    """Enter the decision that ends a task force which was kept."""
    force = _at_work(session, incident_id)
    if incidents.get(session, incident_id).live:
        raise Conflict(N_("Vụ việc còn đang xử lý; Tổ công tác giải thể khi kết thúc vụ việc."))
    _enter(session, incident_id, DecisionKind.DISSOLVES, document, signed_on, signer, None, by)
    force.dissolved_at = clock.now()
    session.add(force)
    fact = TaskForceDissolved(document.strip(), signed_on, signer.strip())
    timeline.record(session, incident_id, fact, by=by)
    return force


def _at_work(session: Session, incident_id: UUID) -> TaskForce:
    incidents.get(session, incident_id, lock=True)
    force = taskforces.of(session, incident_id)
    if force is None or force.dissolved_at:
        raise Conflict(N_("Vụ việc này không có Tổ công tác đang hoạt động."))
    return force


def _enter(
    session: Session,
    incident_id: UUID,
    kind: DecisionKind,
    document: str,
    signed_on: date,
    signer: str,
    row: TaskForceProposal | None,
    by: Actor,
) -> None:
    wrong: Wrong = {}
    if not document.strip():
        wrong["document"] = (N_("Ghi số quyết định."), {})
    if not signer.strip():
        wrong["signer"] = (N_("Ghi người ký."), {})
    if signed_on > incidents.today():
        wrong["signed_on"] = (N_("Ngày ký không thể ở phía trước."), {})
    if wrong:
        raise Invalid(fields=wrong)
    person_id = by.somebody()
    session.add(
        TaskForceDecision(
            incident_id=incident_id,
            proposal_id=row.id if row else None,
            kind=kind,
            number=document.strip(),
            signed_on=signed_on,
            signer=signer.strip(),
            recorded_at=clock.now(),
            recorded_by=person_id,
        )
    )
