"""Papers that give a task force its mandate: a proposal, the office's opinion, the decision.

Numbers, dates and signers are those of the office's document system, typed in by whoever holds
the paper: the desk never invents an official number (rule 17 of practice).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field, Session, col, select

from incidents.people.roles import Role
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import NotFound
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_, Labelled


class ProposalState(Labelled):
    """Where a proposal (tờ trình) stands."""

    PROPOSED = "proposed", N_("chờ Văn phòng thẩm tra")
    APPRAISED = "appraised", N_("đã thẩm tra, trình quyết định")
    RETURNED = "returned", N_("đã trả lại")
    DECIDED = "decided", N_("đã có quyết định")


class TaskForceProposal(Table, table=True):
    """What the lead department puts forward and the office appraises."""

    __tablename__ = "task_force_proposal"

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    number: str = ""
    reason: str
    state: ProposalState = choice(ProposalState, ProposalState.PROPOSED)
    serves_until: datetime | None = moment(optional=True)
    proposed_at: datetime = moment()
    proposed_by: UUID = reference("person.id")
    appraised_at: datetime | None = moment(optional=True)
    appraised_by: UUID | None = reference("person.id", optional=True)
    opinion: str = ""
    returned_at: datetime | None = moment(optional=True)
    returned_by: UUID | None = reference("person.id", optional=True)


class ProposedMember(Table, table=True):
    """One seat of a proposal."""

    __tablename__ = "proposed_member"

    id: UUID = identifier()
    proposal_id: UUID = reference("task_force_proposal.id")
    role: Role = choice(Role)
    person_id: UUID = reference("person.id")
    rank: int = 1
    mandate: str = ""
    agency: str = ""


class DecisionKind(Labelled):
    """What a decision does to the task force of an incident."""

    FOUNDS = "founds", N_("thành lập Tổ công tác")
    KEEPS = "keeps", N_("duy trì Tổ công tác sau khi kết thúc vụ việc")
    DISSOLVES = "dissolves", N_("giải thể Tổ công tác")


class TaskForceDecision(Table, table=True):
    """A signed decision as it was typed in."""

    __tablename__ = "task_force_decision"

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    proposal_id: UUID | None = reference("task_force_proposal.id", optional=True)
    kind: DecisionKind = choice(DecisionKind)
    number: str = Field(index=True)
    signed_on: date
    signer: str
    recorded_at: datetime = moment()
    recorded_by: UUID = reference("person.id")


@dataclass(frozen=True)
class TaskForceProposed(Fact):
    """The lead department put a task force forward."""

    document: Private
    members: int
    reason: Private
    says: ClassVar[str] = N_(
        "Trình thành lập Tổ công tác, tờ trình %(document)s, gồm %(members)s thành viên. %(reason)s"
    )


@dataclass(frozen=True)
class ProposalAppraised(Fact):
    """The office read it and put it before the chair."""

    opinion: Private
    says: ClassVar[str] = N_(
        "Văn phòng thẩm tra, trình Chủ tịch quyết định lập Tổ công tác. Ý kiến: %(opinion)s"
    )


@dataclass(frozen=True)
class ProposalReturned(Fact):
    """It went back to whoever proposed it."""

    to: PersonId
    reason: Private
    says: ClassVar[str] = N_("Trả lại tờ trình thành lập Tổ công tác cho %(to)s. Lý do: %(reason)s")


@dataclass(frozen=True)
class TaskForceDecided(Fact):
    """The signed decision was entered; from now on the task force stands on it."""

    document: str
    signed_on: date
    signer: Private
    members: int
    says: ClassVar[str] = N_(
        "Nhập Quyết định %(document)s ngày %(signed_on)s, %(signer)s ký: "
        "Tổ công tác gồm %(members)s thành viên"
    )


@dataclass(frozen=True)
class TaskForceKept(Fact):
    """A decision keeps it when the incident ends."""

    document: str
    signed_on: date
    signer: Private
    says: ClassVar[str] = N_(
        "Nhập Quyết định %(document)s ngày %(signed_on)s, %(signer)s ký: "
        "duy trì Tổ công tác sau khi kết thúc vụ việc"
    )


@dataclass(frozen=True)
class TaskForceDissolved(Fact):
    """A decision ended it."""

    document: str
    signed_on: date
    signer: Private
    says: ClassVar[str] = N_(
        "Nhập Quyết định %(document)s ngày %(signed_on)s, %(signer)s ký: giải thể Tổ công tác"
    )


def proposal(session: Session, proposal_id: UUID, *, lock: bool = False) -> TaskForceProposal:
    """The proposal; locked, two people never settle it at once."""
    found = (
        locked(session, TaskForceProposal, proposal_id)
        if lock
        else session.get(TaskForceProposal, proposal_id)
    )
    if found is None:
        raise NotFound(N_("Không tìm thấy tờ trình này."))
    return found


def proposals(session: Session, incident_id: UUID) -> list[TaskForceProposal]:
    """The proposals of an incident, the newest first."""
    return list(
        session.exec(
            select(TaskForceProposal)
            .where(TaskForceProposal.incident_id == incident_id)
            .order_by(col(TaskForceProposal.id).desc())
        )
    )


def proposed(session: Session, incident_id: UUID) -> list[ProposedMember]:
    """The seats of every proposal of an incident, role by role."""
    return list(
        session.exec(
            select(ProposedMember)
            .join(TaskForceProposal)
            .where(TaskForceProposal.incident_id == incident_id)
            .order_by(col(ProposedMember.id))
        )
    )


def decisions(session: Session, incident_id: UUID) -> list[TaskForceDecision]:
    """The decisions on the task force of an incident, the oldest first."""
    return list(
        session.exec(
            select(TaskForceDecision)
            .where(TaskForceDecision.incident_id == incident_id)
            .order_by(col(TaskForceDecision.id))
        )
    )
