"""Words edited after they went out: what is out stands until the new ones are signed, or for good.

Whoever wrote the edit, the secretary, and whoever is posting the released words hear when it is
refused and why; the step that posts shows how the edit stands all along.
"""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import taskforces
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record import timeline
from incidents.record.actors import Actor
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response.steps.steps import ANSWERABLE, Step, StepKind
from incidents.words import approvals, publications, statements
from incidents.words.approvals import Verdict
from incidents.words.statements import Statement, StatementKind, StatementVersion


@dataclass(frozen=True)
class EditRefused(Fact):
    """An edit of words that are out was not signed; what is out stands."""

    statement: StatementKind
    version: int
    stands: int
    reason: Private
    says: ClassVar[str] = N_(
        "Không duyệt bản %(version)s sửa %(statement)s; bản %(stands)s đã phát hành giữ nguyên. "
        "%(reason)s"
    )


@dataclass(frozen=True)
class Edit:
    """How an edit of released words stands: waiting for signatures, or refused and why."""

    version: int
    stands: int
    refused: bool
    reason: str = ""


def of(session: Session, step: Step) -> Edit | None:
    """The edit of the words a step posts, where they were edited since they went out."""
    if step.kind is not StepKind.PUBLISH or step.statement_id is None:
        return None
    statement = statements.get(session, step.statement_id)
    now, out = statements.current(session, statement), publications.to_post(session, statement)
    if now.number == out.number:
        return None
    verdicts = approvals.live(session, now.id)
    refused = any(each.verdict is Verdict.REFUSED for each in verdicts)
    reason = _reason(session, statement.id) if refused else ""
    return Edit(now.number, out.number, refused, reason)


def _reason(session: Session, statement_id: UUID) -> str:
    """What whoever refused it last has said."""
    judged = session.exec(
        select(Step)
        .where(
            Step.statement_id == statement_id,
            col(Step.kind).in_((StepKind.APPROVE, StepKind.CHECK)),
        )
        .order_by(col(Step.settled_at))
    ).all()
    said = [s.answer for s in judged if s.answer]
    refused = [a for a in said if a.get("verdict") == Verdict.REFUSED.value]
    return str(refused[-1].get("comment", "")) if refused else ""


def refused(
    session: Session, statement: Statement, version: StatementVersion, *, reason: str, by: Actor
) -> None:
    """An edit was refused: those it concerns hear of it; nothing where no words are out yet."""
    out = publications.to_post(session, statement)
    if out.number == version.number:
        return
    fact = EditRefused(statement.kind, version.number, out.number, reason)
    timeline.record(session, statement.incident_id, fact, by=by)
    posting = session.exec(
        select(Step.assignee_id).where(
            Step.statement_id == statement.id,
            Step.kind == StepKind.PUBLISH,
            col(Step.state).in_(ANSWERABLE),
        )
    ).all()
    secretary = taskforces.candidates(session, statement.incident_id, Role.SECRETARY)[:1]
    people = dict.fromkeys([version.author_id, *secretary, *posting])
    persons.tell_all(
        session,
        [person for person in people if person and person != by.person_id],
        "edit_refused",
        key=f"edit_refused:{version.id}:{by.person_id}",
        incident_id=statement.incident_id,
        values={
            "statement": str(statement.id),
            "kind": statement.kind.value,
            "version": version.number,
            "stands": out.number,
            "reason": reason,
            "by": str(by.person_id),
        },
    )
