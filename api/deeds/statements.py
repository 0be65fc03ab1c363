"""What is done with words: revised, signed off, approved by telephone, withdrawn."""

from uuid import UUID

from pydantic import Field
from sqlmodel import Session, select

from api.fields import Because, Line, Reason, Request
from api.identity import Caller
from incidents.intake import evidence
from incidents.matter import incidents
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.response.answers import signing
from incidents.response.answers import telephone as telephoning
from incidents.response.steps.steps import Step, StepKind
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from incidents.words import statements
from incidents.words.approvals import Approval, Verdict
from incidents.words.publications import Publication
from incidents.words.publications import withdraw as withdraw_publication
from incidents.words.statements import Statement, StatementVersion


class Revise(Request):
    """The words anew: a new version, on which nobody has signed yet."""

    title: str
    text: str


class SignOff(Request):
    """A verdict on the exact text whose hash was read."""

    verdict: Verdict
    sha256: str = Field(description="Of the version as it was read")
    comment: Reason = ""


class Telephone(Request):
    """What an approver without a device said on the telephone."""

    verdict: Verdict
    approver_id: UUID
    witness_id: UUID
    number_called: Line
    read_back: Line = Field(description="The version's code, read back")
    comment: Reason = Field("", description="What has to change; a no says it")


class ByScan(Request):
    """The kept file that shows the approver's handwriting."""

    evidence_id: UUID


def see(session: Session, caller: Caller, statement_id: UUID) -> Statement:
    """The statement, for whoever may see its incident."""
    return _of(session, caller, statement_id, Deed.SEE_INCIDENT)


def _of(session: Session, caller: Caller, statement_id: UUID, deed: Deed) -> Statement:
    statement = statements.get(session, statement_id)
    caller.require(session, deed, incidents.get(session, statement.incident_id))
    return statement


def revise(session: Session, caller: Caller, statement_id: UUID, asked: Revise) -> StatementVersion:
    """Write the next version."""
    _of(session, caller, statement_id, Deed.EDIT_STATEMENT)
    return signing.revise(session, statement_id, **asked.model_dump(), by=caller.actor)


def to_sign(session: Session, caller: Caller, statement_id: UUID) -> Step | None:
    """The step by which this person may sign the statement, else any that asks for a signature."""
    asked = list(
        session.exec(
            select(Step).where(Step.statement_id == statement_id, Step.kind == StepKind.APPROVE)
        )
    )
    mine = [s for s in asked if permissions.allowed(session, caller.person, Deed.SIGN, s)]
    return next(iter([*mine, *asked]), None)


def sign_off(session: Session, caller: Caller, version_id: UUID, asked: SignOff) -> Approval:
    """Give one's verdict."""
    version = statements.version(session, version_id)
    caller.require(session, Deed.SIGN, to_sign(session, caller, version.statement_id))
    return signing.sign_off(session, version_id, **asked.model_dump(), by=caller.actor)


def telephone(session: Session, caller: Caller, version_id: UUID, asked: Telephone) -> Approval:
    """Record a verdict given on the telephone."""
    version = statements.version(session, version_id)
    _of(session, caller, version.statement_id, Deed.SIGN_BY_TELEPHONE)
    return telephoning.approve(session, version_id, **asked.model_dump(), by=caller.actor)


def confirm(session: Session, caller: Caller, approval_id: UUID) -> Approval:
    """Confirm what one said on the telephone."""
    caller.require(session, Deed.FLAG)
    confirmed = telephoning.confirm(session, approval_id, by=caller.actor)
    caller.require_own_proof(session)  # last: nobody gives a password to hear that it is not theirs
    return confirmed


def confirm_by_scan(session: Session, caller: Caller, approval_id: UUID, asked: ByScan) -> Approval:
    """Confirm by a scan of the approver's handwriting what was said on the telephone."""
    approval = telephoning.get(session, approval_id)
    version = statements.version(session, approval.version_id)
    _of(session, caller, version.statement_id, Deed.SIGN_BY_TELEPHONE)
    scan = evidence.get(session, asked.evidence_id)
    return telephoning.confirm(session, approval_id, scan=scan, by=caller.actor)


def withdraw(session: Session, caller: Caller, publication_id: UUID, asked: Because) -> Publication:
    """Take published words back; their address says so."""
    publication = session.get(Publication, publication_id)
    if publication is None:
        raise NotFound(N_("Không tìm thấy nội dung đã đăng này."))
    caller.require(session, Deed.WITHDRAW, incidents.get(session, publication.incident_id))
    return withdraw_publication(session, publication_id, reason=asked.reason, by=caller.actor)
