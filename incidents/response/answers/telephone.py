"""Approval without a device: heard by the duty officer and a second person, confirmed in a day.

Rule 4 of practice: the number is the directory's, the text and its version code are read back, and
the approver confirms by signing in or by a scan of their handwriting (bút phê).
"""

import hmac
from uuid import UUID

from sqlmodel import Session

from incidents.intake.evidence import Evidence
from incidents.matter import recusals
from incidents.people import persons
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import AlreadySettled, Invalid, NotFound, NotPermitted
from incidents.record.language import N_
from incidents.response.answers import signing
from incidents.words import approvals, statements
from incidents.words.approvals import (
    Approval,
    ApprovalKind,
    SignedOffByTelephone,
    TelephoneApprovalConfirmed,
    Verdict,
)
from incidents.words.statements import StatementVersion


def approve(
    session: Session,
    version_id: UUID,
    verdict: Verdict,
    *,
    approver_id: UUID,
    witness_id: UUID,
    number_called: str,
    read_back: str,
    comment: str = "",
    by: Actor,
) -> Approval:
    """An approver without a device approves through the duty officer (rule 4 of practice).

    The number is the directory's, the read-back is the version code, a second person listened,
    neither of them its author;
    the approver confirms within 24 hours. A no says what has to change, as at the desk.
    """
    approvals.require_reason(verdict, comment)
    approver = persons.get(session, approver_id)
    version = statements.version(session, version_id)
    _telephone_guards(approver.telephone, number_called, read_back, version)
    if len({approver_id, witness_id, by.person_id}) < 3:  # noqa: PLR2004 - approver, caller, listener
        raise Invalid(
            fields={
                "witness": (N_("Người duyệt, người gọi và người cùng nghe phải khác nhau."), {})
            }
        )
    if version.author_id in (by.person_id, witness_id):
        raise NotPermitted(N_("Người soạn không gọi, không cùng nghe ý kiến duyệt bản của mình."))
    persons.active(session, witness_id)
    statement, version, step = signing.to_sign(session, version_id, approver_id, version.sha256)
    recusals.require_free(session, statement.incident_id, by.person_id, witness_id)
    paper = signing.paper_of(session, step.role, approver_id)
    approval = approvals.give(
        session,
        version,
        verdict,
        kind=ApprovalKind.SIGN_OFF,
        person_id=approver_id,
        role=step.role,
        by=by,
        authorisation_id=paper.id if paper else None,
        witness_id=witness_id,
    )
    if approval.confirm_by is None:
        raise ValueError("an approval by telephone has a time to confirm it")
    timeline.record(
        session,
        statement.incident_id,
        SignedOffByTelephone(
            statement=statement.kind,
            version=version.number,
            sha256=version.sha256,
            verdict=verdict,
            role=step.role,
            approver=approver_id,
            witness=witness_id,
            confirm_by=approval.confirm_by,
            called=number_called,
            comment=comment,
        ),
        by=by,
    )
    persons.tell(
        session,
        approver_id,
        "confirm_telephone",
        key=f"confirm:{approval.id}:0",
        incident_id=statement.incident_id,
        values={"approval": str(approval.id), "kind": statement.kind.value},
    )
    signing.conclude(session, statement, version, step, verdict, comment, by, signer_id=approver_id)
    return approval


def _telephone_guards(
    directory: str, called: str, read_back: str, version: StatementVersion
) -> None:
    if not directory or _digits(directory) != _digits(called):
        raise Invalid(
            fields={"number_called": (N_("Chỉ gọi số trong danh bạ của người duyệt."), {})}
        )
    if not hmac.compare_digest(read_back.strip().upper().encode(), version.code.encode()):
        raise Invalid(fields={"read_back": (N_("Mã phiên bản đọc lại không khớp."), {})})


def _digits(number: str) -> str:
    return "".join(c for c in number if c.isdigit())


def get(session: Session, approval_id: UUID, *, lock: bool = False) -> Approval:
    """An approval that was given by telephone."""
    found = locked(session, Approval, approval_id) if lock else session.get(Approval, approval_id)
    if found is None or found.confirm_by is None:
        raise NotFound(N_("Không có lần duyệt qua điện thoại này."))
    return found


def confirm(
    session: Session, approval_id: UUID, *, by: Actor, scan: Evidence | None = None
) -> Approval:
    """Confirm an approval by telephone: its giver, signed in, or a scan of their handwriting.

    The scan (bút phê) is evidence of the same incident; whoever attached it answers for it.
    """
    approval = get(session, approval_id, lock=True)
    version = statements.version(session, approval.version_id)
    statement = statements.get(session, version.statement_id)
    if scan is None and approval.person_id != by.person_id:
        raise NotPermitted(N_("Chỉ người đã duyệt qua điện thoại mới xác nhận được."))
    if scan is not None and scan.incident_id != statement.incident_id:
        raise Invalid(fields={"scan": (N_("Bản chụp bút phê phải thuộc vụ việc này."), {})})
    if approval.confirmed_at:
        raise AlreadySettled(N_("Đã xác nhận rồi."))
    approval.confirmed_at = clock.now()
    session.add(approval)
    timeline.record(
        session,
        statement.incident_id,
        TelephoneApprovalConfirmed(
            statement=statement.kind,
            version=version.number,
            approver=approval.person_id,
            scan_sha256=scan.sha256 if scan else None,
        ),
        by=by,
    )
    return approval
