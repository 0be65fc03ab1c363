"""Who can take a step, in order: the role, its deputies, then tier after tier above it.

For a signature only those count who may sign, by post or by a recorded authorisation: work passes
on, authority does not (rule 5 of practice).
"""

from collections.abc import Collection, Iterator
from datetime import datetime
from uuid import UUID

from sqlmodel import Session, select

from incidents.intake import claims
from incidents.matter import recusals, taskforces
from incidents.matter.recusals import Barred
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.people import authorisations, persons, roles, rosters
from incidents.people.roles import DEPUTISES, READS, Role
from incidents.record import clock, timeline
from incidents.record.errors import Conflict, NotPermitted
from incidents.record.language import N_
from incidents.response.steps import forms, own_forms
from incidents.response.steps.steps import Cause, Step, StepKind, StepPassed
from incidents.words import approvals, publications, statements
from incidents.words.approvals import ApprovalKind

CHECKED = N_("Người đã kiểm tra pháp lý văn bản không xem xét ý kiến phản đối về chính văn bản đó.")
_JUDGING = (StepKind.DECIDE, StepKind.CHECK, StepKind.APPROVE)


def judges(step: Step) -> bool:
    """Whether its answer decides, signs, or says what is true: nothing for those concerned."""
    return step.kind in _JUDGING or verifies(step)


def verifies(step: Step) -> bool:
    """Whether its answer says what is true: nothing for those who reported it."""
    return issubclass(own_forms.of(step.form, step.form_schema), forms.Verification)


def hears_objections(step: Step) -> bool:
    """Whether it reviews objections to words: nothing for whoever checked them for the law."""
    return issubclass(own_forms.of(step.form, step.form_schema), forms.ObjectionReview)


def in_line(session: Session, step: Step) -> list[UUID]:
    """Everyone the step can go to, in order: the role, its deputies, then tier after tier above it.

    For signatures only those who may sign in the role count, by post or by authorisation. What
    judges goes past a role whose head is concerned: nobody judges their own superior.
    """
    return list(dict.fromkeys(_tiers(session, step)))


def _tiers(session: Session, step: Step) -> Iterator[UUID]:
    """Looked up tier by tier, as far as somebody looks."""
    kept_out = recusals.of(session, step.incident_id)
    role, passed = step.role, set[Role]()
    while role not in passed:
        deputy = _deputising(step, role)
        line = _of_role(session, step, role, kept_out)
        yield from line
        if deputy and deputy not in passed and (line or not judges(step)):
            yield from _of_role(session, step, deputy, kept_out)
        passed.add(role)
        role = roles.next_tier(session, role) or role


def heirs(session: Session, step: Step, role: Role) -> list[UUID]:
    """Who can take the step in one given role."""
    return _of_role(session, step, role, recusals.of(session, step.incident_id))


def deputies(session: Session, step: Step) -> list[UUID]:
    """Who else has its role, and who deputises for whoever does."""
    deputy = _deputising(step, step.role)
    return heirs(session, step, step.role) + (heirs(session, step, deputy) if deputy else [])


def _deputising(step: Step, role: Role) -> Role | None:
    """The part that deputises for another in work; in signing none does."""
    return None if step.kind is StepKind.APPROVE else DEPUTISES.get(role)


def _of_role(session: Session, step: Step, role: Role, kept_out: Barred) -> list[UUID]:
    line = (
        signers(session, step.incident_id, role, clock.now())
        if step.kind is StepKind.APPROVE
        else taskforces.line(session, step.incident_id, role)
    )
    judging = judges(step)
    shut = kept_out.keeps_out(judging=judging)
    if judging and shut & set(line[:1]):
        return []
    if judging and role in kept_out.headed and not _new_head(session, step, role, shut):
        return []
    return [person_id for person_id in line if person_id not in shut]


def _new_head(session: Session, step: Step, role: Role, shut: Collection[UUID]) -> bool:
    """Whether somebody was seated at the head of the role since, who is not concerned."""
    return any(
        m.role is role and m.rank == 1 and m.person_id not in shut
        for m in taskforces.members(session, step.incident_id)
    )


def signers(session: Session, incident_id: UUID, role: Role, at: datetime) -> list[UUID]:
    """Rank 1 of the role in this incident's task force or office, and holders of a paper for it.

    Whoever merely came to the seat later signs in it only by post or paper, like anybody else.
    """
    incumbent = roles.incumbent(session, role, at)
    by_post = [incumbent] if incumbent else []
    papers = [a.grantee_id for a in authorisations.valid(session, role, at)]
    seated = [
        m.person_id
        for m in taskforces.members(session, incident_id)
        if m.role is role
        and m.rank == 1
        and (m.basis in taskforces.FOUNDED or m.person_id in (*by_post, *papers))
    ]
    return list(dict.fromkeys([*(seated or by_post), *papers]))


_TAKEN_OFF = (Cause.REASSIGNED, Cause.REPLACED, Cause.HAND_OVER, Cause.CONFLICT, Cause.LEFT)
"""Ways in which work was taken from somebody, who does not get it back by its passing on."""


def taken_off(session: Session, step: Step, role: Role) -> set[str]:
    """Who had this very work taken from them, or has given up their seat in a role."""
    told = timeline.entries_of(session, step.incident_id, kind=StepPassed)
    gone = {
        fact.outgoing
        for _, fact in told
        if isinstance(fact, StepPassed) and fact.number == step.number and fact.cause in _TAKEN_OFF
    }
    seats = session.exec(
        select(TaskForceMember)
        .join(TaskForce)
        .where(TaskForce.incident_id == step.incident_id, TaskForceMember.role == role)
    ).all()
    left = {seat.person_id for seat in seats if seat.left_at}
    gone |= left - {seat.person_id for seat in seats if not seat.left_at}
    return {str(person_id) for person_id in gone - {step.assignee_id, None}}


def may_take(session: Session, step: Step, person_id: UUID) -> bool:
    """Whether a step can go to a named person: a signature only to whoever may give it."""
    return step.kind is not StepKind.APPROVE or may_sign(session, step, person_id)


def may_sign(session: Session, step: Step, person_id: UUID) -> bool:
    """Whether a person may give the signature this step asks for: in its role, or a tier above."""
    return person_id in in_line(session, step)


def next_in_line(session: Session, step: Step) -> UUID | None:
    """The next person nobody has asked yet and who is not barred; ``None`` at the end."""
    tried = {*step.holder_ids, *barred(session, step)}
    return next((p for p in _tiers(session, step) if str(p) not in tried), None)


def barred(session: Session, step: Step) -> set[str]:
    """Who is passed over in line.

    Of a signature the author of the current text and whoever has given a verdict on it; of a
    verification whoever reported the matter; of a review of objections whoever checked the words.
    """
    if hears_objections(step):
        return set(map(str, publications.checkers(session, step.incident_id)))
    if verifies(step):
        return set(map(str, claims.reporters(session, step.incident_id)))
    if step.kind is not StepKind.APPROVE or step.statement_id is None:
        return set()
    version = statements.current(session, statements.get(session, step.statement_id))
    signed = {
        str(a.person_id)
        for a in approvals.live(session, version.id)
        if a.kind is ApprovalKind.SIGN_OFF
    }
    return signed | ({str(version.author_id)} if version.author_id else set())


def kept_out(session: Session, step: Step) -> set[UUID]:
    """Whom a step is not given to by name: those concerned, and those passed over in its line."""
    shut = recusals.of(session, step.incident_id).keeps_out(judging=judges(step))
    return {*shut, *map(UUID, barred(session, step))}


def require_free(session: Session, step: Step, person_id: UUID) -> None:
    """Return unless a conflict of interest keeps a person from a step, or they only look on.

    Nor does whoever reported the matter verify it; ``NotPermitted`` or ``Conflict`` say which.
    """
    if verifies(step) and str(person_id) in barred(session, step):
        raise NotPermitted(claims.REPORTED)
    if hears_objections(step) and str(person_id) in barred(session, step):
        raise NotPermitted(CHECKED)
    kept_out = recusals.of(session, step.incident_id).keeps_out(judging=judges(step))
    if person_id in kept_out:
        recusals.require_free(session, step.incident_id, person_id)
    if step.role in READS:
        return
    seats = taskforces.members(session, step.incident_id)
    held = {m.role for m in seats if m.person_id == person_id}
    held |= rosters.roles_now(session, person_id, clock.now())
    if held and held <= READS:
        raise Conflict(
            N_("%(name)s chỉ quan sát nên không được giao việc."),
            name=persons.get(session, person_id).name,
        )
