"""Taking those concerned out of an incident: their seats, work and signatures, in one commit.

What they had to decide goes one tier up, never to those below them in the same role.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import incidents, level_requests, recusals, taskforces
from incidents.matter.level_requests import Because
from incidents.matter.recusals import (
    BodyConflictDeclared,
    ConflictDeclared,
    ConflictLifted,
    Recusal,
)
from incidents.matter.taskforces import Basis, TaskForce, TaskForceMember
from incidents.people import persons, roles
from incidents.people.organisations import Organisation
from incidents.people.persons import Person
from incidents.people.roles import Role, RoleHolder
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Invalid, NotFound, given
from incidents.record.language import N_
from incidents.response.steps import (
    crisis_forms,
    passing,
    rerouting,
    steps,
    succession,
    vacancies,
)
from incidents.response.steps.steps import Cause, Step, StepKind, StepState
from incidents.words import approvals, publications, statements
from incidents.words.approvals import Approval, ApprovalKind

_STEP_OF = {ApprovalKind.SIGN_OFF: StepKind.APPROVE, ApprovalKind.LEGAL_CHECK: StepKind.CHECK}


def declare(
    session: Session, incident_id: UUID, person_id: UUID, *, reason: str, by: Actor
) -> Recusal:
    """A person is concerned: from now on they take no part in the incident."""
    person = persons.get(session, person_id)
    row = _new(session, incident_id, reason, by)
    if recusals.of(session, incident_id).named & {person_id}:
        raise AlreadySettled(N_("Đã khai báo %(name)s là người liên quan."), name=person.name)
    seats = [m for m in taskforces.members(session, incident_id) if m.person_id == person_id]
    row.person_id = person_id
    row.headed = sorted({m.role.value for m in seats if m.rank == 1} | _posts(session, person_id))
    session.add(row)
    for seat in seats:
        seat.left_at = clock.now()
        session.add(seat)
    session.flush()
    held = _held(session, incident_id, {person_id}, judging_only=False)
    void = _signatures(session, incident_id, {person_id})
    fact = ConflictDeclared(person_id, len(held), len(seats), len(void), row.reason)
    timeline.record(session, incident_id, fact, by=by)
    _reroute(session, held, {person_id}, by)
    _void(session, incident_id, void, by)
    level_requests.void(session, incident_id, Because.CONCERNED, by=by, asked_by={person_id})
    outbox.cancel(session, incident_id=incident_id, person_id=person_id)
    _tell(session, row, [person_id], "conflict_declared", by)
    _tell(session, row, _leaders(session, incident_id), "conflict_reported", by)
    return row


def declare_body(
    session: Session, incident_id: UUID, organisation_id: UUID, *, reason: str, by: Actor
) -> Recusal:
    """A body is concerned: its people may be asked for facts, and judge nothing."""
    body = session.get(Organisation, organisation_id)
    if body is None:
        raise NotFound(N_("Không tìm thấy cơ quan này."))
    row = _new(session, incident_id, reason, by)
    if any(
        r.organisation_id == organisation_id and r.lifted_at is None
        for r in recusals.of_incident(session, incident_id)
    ):
        raise AlreadySettled(N_("Đã khai báo %(name)s là cơ quan liên quan."), name=body.name)
    row.organisation_id = organisation_id
    session.add(row)
    session.flush()
    people = set(session.exec(select(Person.id).where(Person.organisation_id == organisation_id)))
    held = _held(session, incident_id, people, judging_only=True)
    void = _signatures(session, incident_id, people)
    fact = BodyConflictDeclared(body.name, len(held), len(void), row.reason)
    timeline.record(session, incident_id, fact, by=by)
    _reroute(session, held, people, by)
    _void(session, incident_id, void, by)
    level_requests.void(session, incident_id, Because.CONCERNED, by=by, asked_by=people)
    _tell(session, row, _leaders(session, incident_id), "conflict_reported", by)
    return row


def carry_over(session: Session, before: UUID, after: UUID, *, by: Actor) -> None:
    """What was declared of one incident holds in the one that its matter goes on in."""
    known = {
        (row.person_id, row.organisation_id)
        for row in recusals.of_incident(session, after)
        if row.lifted_at is None
    }
    for row in recusals.of_incident(session, before):
        if row.lifted_at or (row.person_id, row.organisation_id) in known:
            continue
        if row.person_id:
            declare(session, after, row.person_id, reason=row.reason, by=by)
        elif row.organisation_id:
            declare_body(session, after, row.organisation_id, reason=row.reason, by=by)


def lift(
    session: Session, incident_id: UUID, recusal_id: UUID, *, reason: str, by: Actor
) -> Recusal:
    """Leadership takes a declaration back; never whoever it concerns. Seats stay as they are."""
    incidents.live(session, incident_id)
    row = recusals.get(session, recusal_id)
    if row.incident_id != incident_id:
        raise NotFound(N_("Không tìm thấy khai báo này."))
    if row.lifted_at:
        raise AlreadySettled(N_("Khai báo này đã được gỡ."))
    person_id = by.somebody()
    recusals.require_free(session, incident_id, person_id)
    reason = given(reason)
    row.lifted_at, row.lifted_by, row.lift_reason = clock.now(), person_id, reason
    session.add(row)
    fact = ConflictLifted(_subject(session, row), row.lift_reason)
    timeline.record(session, incident_id, fact, by=by)
    vacancies.fill(session, incident_id=incident_id, by=by)
    if row.person_id:
        _tell(session, row, [row.person_id], "conflict_lifted", by)
    return row


def step_back(
    session: Session, incident_id: UUID, form: crisis_forms.Recusal, *, by: Actor
) -> None:
    """What the answer of a playbook's step says: whoever it names is taken out, with its reason."""
    people = [
        person_id
        for concerned, role in ((form.lead, Role.LEAD), (form.chair, Role.CHAIR))
        if concerned
        for person_id in _head(session, incident_id, role)
    ]
    people += [_by_name(session, line.strip()) for line in form.concerned.splitlines() if line]
    known = recusals.of(session, incident_id).named
    new = [person_id for person_id in dict.fromkeys(people) if person_id not in known]
    if new and not form.reason:
        raise Invalid(fields={"reason": (N_("Ghi người được rút liên quan thế nào."), {})})
    for person_id in new:
        declare(session, incident_id, person_id, reason=form.reason, by=by)


def _new(session: Session, incident_id: UUID, reason: str, by: Actor) -> Recusal:
    incidents.live(session, incident_id)
    person_id = by.somebody()
    reason = given(reason)
    return Recusal(
        incident_id=incident_id,
        reason=reason,
        declared_at=clock.now(),
        declared_by=person_id,
    )


def _posts(session: Session, person_id: UUID) -> set[str]:
    """Roles a person holds first, by post."""
    now = clock.now()
    held = session.exec(
        select(col(RoleHolder.role)).where(
            RoleHolder.person_id == person_id,
            RoleHolder.rank == 1,
            RoleHolder.valid_from <= now,
            col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > now),
        )
    )
    # The desk is kept in shifts: whoever is on one is nobody's superior there.
    return {role.value for role in held if role is not Role.DUTY_OFFICER}


def _head(session: Session, incident_id: UUID, role: Role) -> list[UUID]:
    """Whom an answer about a role means: who holds it, or was just replaced in it for this."""
    seats = session.exec(
        select(TaskForceMember)
        .join(TaskForce)
        .where(
            TaskForce.incident_id == incident_id,
            TaskForceMember.role == role,
            TaskForceMember.rank == 1,
        )
        .order_by(col(TaskForceMember.joined_at), col(TaskForceMember.id))
    ).all()
    if not seats:
        return roles.holders(session, role, clock.now())[:1]
    replaced = len(seats) > 1 and seats[-1].basis is Basis.REPLACEMENT
    return [seats[-2 if replaced else -1].person_id]


def _by_name(session: Session, name: str) -> UUID:
    found = persons.named(session, name)
    if len(found) != 1:
        wrong = (
            N_("Có nhiều người tên «%(name)s»; hãy khai báo trên trang vụ việc.")
            if found
            else N_("Không có ai tên «%(name)s» trong danh bạ.")
        )
        raise Invalid(fields={"concerned": (wrong, {"name": name})})
    return found[0].id


def _held(
    session: Session, incident_id: UUID, people: set[UUID], *, judging_only: bool
) -> list[Step]:
    """Open steps any of them has or had, and could still answer."""
    wanted = {str(p) for p in people}
    return [
        step
        for step in steps.unsettled(session, incident_id)
        if step.state is not StepState.PLANNED
        and wanted & {str(step.assignee_id), *step.holder_ids}
        and (succession.judges(step) or not judging_only)
    ]


def _reroute(session: Session, held: list[Step], people: set[UUID], by: Actor) -> None:
    for step in held:
        for person_id in people:
            rerouting.take_from(session, step, person_id)
        if step.assignee_id in people:
            rerouting.give_on(session, step, None, cause=Cause.CONFLICT, by=by)


def _signatures(session: Session, incident_id: UUID, people: set[UUID]) -> list[Approval]:
    """Their verdicts on texts that have not gone out: what is out stays, and may be withdrawn."""
    released = {p.statement_id for p in publications.of_incident(session, incident_id)}
    return [
        approval
        for statement, version in statements.of_incident(session, incident_id)
        if statement.id not in released
        for approval in approvals.live(session, version.id)
        if approval.person_id in people and approval.kind in _STEP_OF
    ]


def _void(session: Session, incident_id: UUID, void: list[Approval], by: Actor) -> None:
    """Signatures that no longer count are asked for again, of somebody else."""
    asked = steps.of_incident(session, incident_id)
    for approval in void:
        approval.voided_at = clock.now()
        session.add(approval)
        session.flush()
        statement_id = statements.version(session, approval.version_id).statement_id
        for step in asked:
            if (
                step.statement_id == statement_id
                and step.kind is _STEP_OF[approval.kind]
                and step.role is approval.role
                and step.state is StepState.DONE
            ):
                passing.reopen(session, step, by=by)


def _leaders(session: Session, incident_id: UUID) -> Iterable[UUID]:
    for role in (Role.LEAD, Role.CHAIR):
        yield from taskforces.candidates(session, incident_id, role)[:1]


def _subject(session: Session, row: Recusal) -> str:
    if row.person_id:
        return persons.get(session, row.person_id).name
    body = session.get(Organisation, row.organisation_id)
    return body.name if body else ""


def _tell(session: Session, row: Recusal, people: Iterable[UUID], kind: str, by: Actor) -> None:
    persons.tell_all(
        session,
        dict.fromkeys(p for p in people if p != by.person_id),
        kind,
        key=f"{kind}:{row.id}",
        incident_id=row.incident_id,
    )
