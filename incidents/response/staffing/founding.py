"""How a task force is put forward: the lead department proposes, the office appraises.

The second of the three roads of practice (rule 6); the decision at its end is entered in
``founding_decisions``. A standing task force is activated, or directed, in ``matter.taskforces``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from incidents.matter import incidents, mandates, recusals, taskforces
from incidents.matter.mandates import (
    ProposalAppraised,
    ProposalReturned,
    ProposalState,
    ProposedMember,
    TaskForceProposal,
    TaskForceProposed,
)
from incidents.matter.taskforces import NEEDED, TaskForce
from incidents.people import persons, roles, rosters
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    GuardFailed,
    Invalid,
    Missing,
    NotPermitted,
    given,
)
from incidents.record.language import N_
from incidents.response.staffing import seating


@dataclass(frozen=True)
class Seat:
    """Who is to sit where, and to do what."""

    role: Role
    person_id: UUID
    deputy: bool = False
    mandate: str = ""


def propose(
    session: Session,
    incident_id: UUID,
    *,
    reason: str,
    seats: Sequence[Seat],
    document: str = "",
    serves_until: datetime | None = None,
    by: Actor,
) -> TaskForceProposal:
    """The lead department puts a task force forward (tờ trình); the office is told."""
    incident = incidents.live(session, incident_id)
    not_yet_decided(session, incident_id)
    if any(p.state in _OPEN for p in mandates.proposals(session, incident_id)):
        raise Conflict(N_("Vụ việc này đã có tờ trình đang chờ."))
    person_id = by.somebody()
    reason = given(reason)
    seating.check_until(serves_until)
    _complete(seats)
    # Whoever is concerned could not take the seat at the decision either.
    recusals.require_unnamed(session, incident.id, person_id, *(s.person_id for s in seats))
    row = TaskForceProposal(
        incident_id=incident.id,
        number=document.strip(),
        reason=reason,
        serves_until=serves_until,
        proposed_at=clock.now(),
        proposed_by=person_id,
    )
    session.add(row)
    _write_seats(session, row.id, seats)
    fact = TaskForceProposed(row.number or "–", len(seats), row.reason)
    timeline.record(session, incident_id, fact, by=by)
    _tell(session, row, _office(session), "proposal_made", by)
    return row


_OPEN = (ProposalState.PROPOSED, ProposalState.APPRAISED)


def not_yet_decided(session: Session, incident_id: UUID) -> TaskForce | None:
    """The interim task force, or none; ``Conflict`` when one stands on a decision already."""
    force = taskforces.of(session, incident_id)
    if force and (force.direction_by is None or force.regularised_at):
        raise Conflict(N_("Tổ công tác của vụ việc này đã hoạt động theo quyết định."))
    return force


def _complete(seats: Sequence[Seat]) -> None:
    held = [s.role for s in seats if not s.deputy]
    missing: Missing = [
        (N_("Chưa cử %(role)s."), {"role": role}) for role in NEEDED if role not in held
    ]
    missing += [
        (N_("%(role)s chỉ có một người giữ; những người khác là cấp phó."), {"role": role})
        for role in dict.fromkeys(held)
        if held.count(role) > 1
    ]
    pairs = [(s.role, s.person_id) for s in seats]
    if len(set(pairs)) < len(pairs):
        missing.append((N_("Có người được cử hai lần vào một vai."), {}))
    if missing:
        raise GuardFailed(N_("Chưa đủ điều kiện."), missing)


def _write_seats(session: Session, proposal_id: UUID, seats: Sequence[Seat]) -> None:
    deputies: dict[Role, int] = {}
    for seat in seats:
        persons.active(session, seat.person_id)
        if seat.deputy:
            deputies[seat.role] = deputies.get(seat.role, 1) + 1
        session.add(
            ProposedMember(
                proposal_id=proposal_id,
                role=seat.role,
                person_id=seat.person_id,
                rank=deputies[seat.role] if seat.deputy else 1,
                mandate=seat.mandate.strip(),
                agency=seating.agency_of(session, seat.person_id),
            )
        )


def _office(session: Session) -> list[UUID]:
    now = clock.now()
    return rosters.on_shift(session, now, Role.OFFICE_DUTY) or roles.holders(
        session, Role.OFFICE_DUTY, now
    )


def appraise(
    session: Session, incident_id: UUID, proposal_id: UUID, *, opinion: str, by: Actor
) -> TaskForceProposal:
    """The office has read it and puts it before the chair; never whoever proposed it."""
    row = open_(session, incident_id, proposal_id)
    if row.state is ProposalState.APPRAISED:
        raise AlreadySettled(N_("Tờ trình này đã được thẩm tra."))
    if row.proposed_by == by.person_id:
        raise NotPermitted(N_("Người trình không tự thẩm tra tờ trình của mình."))
    if not opinion.strip():
        raise Invalid(fields={"opinion": (N_("Ghi ý kiến thẩm tra."), {})})
    row.state, row.opinion = ProposalState.APPRAISED, opinion.strip()
    row.appraised_at, row.appraised_by = clock.now(), by.person_id
    session.add(row)
    timeline.record(session, incident_id, ProposalAppraised(row.opinion), by=by)
    chair = roles.holders(session, Role.CHAIR, clock.now())[:1]
    _tell(session, row, chair, "proposal_appraised", by)
    return row


def return_(
    session: Session, incident_id: UUID, proposal_id: UUID, *, reason: str, by: Actor
) -> TaskForceProposal:
    """Send it back for a reason; another may be put forward."""
    row = open_(session, incident_id, proposal_id)
    reason = given(reason)
    row.state, row.returned_at, row.returned_by = (
        ProposalState.RETURNED,
        clock.now(),
        by.person_id,
    )
    session.add(row)
    timeline.record(session, incident_id, ProposalReturned(row.proposed_by, reason), by=by)
    _tell(session, row, [row.proposed_by], "proposal_returned", by)
    return row


def open_(session: Session, incident_id: UUID, proposal_id: UUID) -> TaskForceProposal:
    """A proposal of this incident that still waits, locked."""
    incidents.live(session, incident_id)
    row = mandates.proposal(session, proposal_id, lock=True)
    if row.incident_id != incident_id:
        raise Conflict(N_("Tờ trình này thuộc vụ việc khác."))
    if row.state not in _OPEN:
        raise AlreadySettled(N_("Tờ trình này đã xong: %(state)s."), state=row.state)
    return row


def _tell(
    session: Session, row: TaskForceProposal, people: Sequence[UUID], kind: str, by: Actor
) -> None:
    persons.tell_all(
        session,
        [p for p in people if p != by.person_id],
        kind,
        key=f"{kind}:{row.id}",
        incident_id=row.incident_id,
    )
