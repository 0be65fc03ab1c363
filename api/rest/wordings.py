"""Statements over REST: versions, verdicts, publications."""

from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from api.deeds import statements as deeds
from api.deeds.statements import ByScan, Revise, SignOff, Telephone
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import (
    ApprovalOut,
    PublicationOut,
    StandingOut,
    StatementOut,
    StatementWhole,
    VersionOut,
)
from incidents.matter import incidents
from incidents.words import approvals, statements
from incidents.words.approvals import Approval
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementVersion

router = deeds_under("", "statements")


def statement_out(
    session: Session, statement: Statement, version: StatementVersion, level: int
) -> StatementOut:
    """A statement with its current version and what that still lacks."""
    return StatementOut(**_core(session, statement, version, level))


def _core(
    session: Session, statement: Statement, version: StatementVersion, level: int
) -> dict[str, Any]:
    standing = approvals.standing(session, statement, version, level)
    return {
        **{n: getattr(statement, n) for n in ("id", "incident_id", "key", "kind", "current")},
        "version": VersionOut.model_validate(version),
        "standing": StandingOut.model_validate(standing),
    }


@router.get("/statements/{statement_id}", summary="One statement, whole")
def one(session: Db, caller: RestCaller, statement_id: UUID) -> StatementWhole:
    """Every version, verdict and publication."""
    statement = deeds.see(session, caller, statement_id)
    level = incidents.get(session, statement.incident_id).level
    written = statements.versions(session, statement.id)
    ids = [v.id for v in written]
    given = session.exec(
        select(Approval).where(col(Approval.version_id).in_(ids)).order_by(col(Approval.given_at))
    )
    out = session.exec(
        select(Publication)
        .where(Publication.statement_id == statement.id)
        .order_by(col(Publication.released_at))
    )
    return StatementWhole(
        **_core(session, statement, written[0], level),
        versions=[VersionOut.model_validate(v) for v in written],
        approvals=[ApprovalOut.model_validate(a) for a in given],
        publications=[PublicationOut.model_validate(p) for p in out],
    )


@router.post("/statements/{statement_id}/versions", status_code=201, summary="Revise")
def revise(session: Db, caller: RestCaller, statement_id: UUID, asked: Revise) -> VersionOut:
    """A new version; verdicts on the old one no longer count."""
    return VersionOut.model_validate(deeds.revise(session, caller, statement_id, asked))


@router.post("/statements/{statement_id}/versions/{version_id}/sign-off", summary="Sign off")
def sign_off(
    session: Db, caller: RestCaller, statement_id: UUID, version_id: UUID, asked: SignOff
) -> ApprovalOut:
    """On the exact text of ``sha256``, with a fresh proof of identity; never by its author."""
    deeds.see(session, caller, statement_id)
    return ApprovalOut.model_validate(deeds.sign_off(session, caller, version_id, asked))


@router.post(
    "/statements/{statement_id}/versions/{version_id}/telephone",
    summary="Record an approval by telephone",
)
def telephone(
    session: Db, caller: RestCaller, statement_id: UUID, version_id: UUID, asked: Telephone
) -> ApprovalOut:
    """By the duty officer, with a listener; confirmed by its giver within a day."""
    deeds.see(session, caller, statement_id)
    return ApprovalOut.model_validate(deeds.telephone(session, caller, version_id, asked))


@router.post("/approvals/{approval_id}/confirm", summary="Confirm an approval by telephone")
def confirm(session: Db, caller: RestCaller, approval_id: UUID) -> ApprovalOut:
    """By whoever gave it, signed in."""
    return ApprovalOut.model_validate(deeds.confirm(session, caller, approval_id))


@router.post(
    "/approvals/{approval_id}/confirm-by-scan", summary="Confirm by a scan of the handwriting"
)
def confirm_by_scan(
    session: Db, caller: RestCaller, approval_id: UUID, asked: ByScan
) -> ApprovalOut:
    """By the duty officer, with a file kept with the incident that shows it."""
    return ApprovalOut.model_validate(deeds.confirm_by_scan(session, caller, approval_id, asked))


@router.post("/publications/{publication_id}/withdraw", summary="Withdraw published words")
def withdraw(
    session: Db, caller: RestCaller, publication_id: UUID, asked: Because
) -> PublicationOut:
    """Their address then says so, and why."""
    return PublicationOut.model_validate(deeds.withdraw(session, caller, publication_id, asked))
