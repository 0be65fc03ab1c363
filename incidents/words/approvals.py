"""Signatures on exact versions: who, in which role, by which way, and what they may release."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text, update
from sqlmodel import Session, col, select

from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import Invalid, NotPermitted
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_, Labelled
from incidents.words.statements import Statement, StatementKind, StatementVersion

CONFIRM_WITHIN = timedelta(hours=24)
"""An approval by telephone is confirmed by its giver within a day (rule 4 of practice)."""


class ApprovalKind(Labelled):
    """What a signature says."""

    SIGN_OFF = "sign_off", N_("duyệt")
    LEGAL_CHECK = "legal_check", N_("kiểm tra pháp lý")
    SHELL = "shell", N_("mẫu duyệt sẵn")


class Verdict(Labelled):
    """Yes or no."""

    GRANTED = "granted", N_("đồng ý")
    REFUSED = "refused", N_("không đồng ý")


def require_reason(verdict: Verdict, comment: str) -> None:
    """A no says what has to change: whoever wrote it works on with nothing else."""
    if verdict is Verdict.REFUSED and not comment.strip():
        raise Invalid(fields={"comment": (N_("Không đồng ý thì ghi chỗ phải sửa."), {})})


class Approval(Table, table=True):
    """A verdict on one exact text; voided when the text is edited, never deleted."""

    __tablename__ = "approval"
    __table_args__ = (
        CheckConstraint("(witness_id IS NULL) = (confirm_by IS NULL)", name="telephone"),
        # Two people, or one person twice in two windows: only one live verdict for each of them.
        Index(
            "uq_approval_live",
            "version_id",
            "kind",
            "person_id",
            unique=True,
            sqlite_where=text("voided_at IS NULL"),
            postgresql_where=text("voided_at IS NULL"),
        ),
    )

    id: UUID = identifier()
    version_id: UUID = reference("statement_version.id")
    sha256: str
    kind: ApprovalKind = choice(ApprovalKind)
    verdict: Verdict = choice(Verdict)
    person_id: UUID = reference("person.id")
    role: Role = choice(Role)
    authorisation_id: UUID | None = reference("authorisation.id", optional=True)
    given_at: datetime = moment()
    recorded_by: UUID | None = reference("person.id", optional=True)
    witness_id: UUID | None = reference("person.id", optional=True)
    confirm_by: datetime | None = moment(optional=True)
    confirmed_at: datetime | None = moment(optional=True)
    voided_at: datetime | None = moment(optional=True)


class SigningRule(Table, table=True):
    """How many different people must sign a kind of statement from a level on."""

    __tablename__ = "signing_rule"

    id: UUID = identifier()
    kind: StatementKind = choice(StatementKind)
    from_level: int = 0
    signatures: int
    legal_check: bool
    verified: bool = False


@dataclass(frozen=True)
class SignedOff(Fact):
    """A person gave a verdict on one exact version."""

    statement: StatementKind
    version: int
    sha256: str
    kind: ApprovalKind
    verdict: Verdict
    role: Role
    authorisation: str
    comment: Private
    says: ClassVar[str] = N_(
        "%(kind)s %(statement)s bản %(version)s với vai %(role)s: %(verdict)s. %(comment)s"
    )


@dataclass(frozen=True)
class SignedOffByTelephone(Fact):
    """An approver without a device approved through the duty officer."""

    statement: StatementKind
    version: int
    sha256: str
    verdict: Verdict
    role: Role
    approver: PersonId
    witness: PersonId
    confirm_by: datetime
    called: Private
    comment: Private = ""  # those recorded before it was asked have none
    says: ClassVar[str] = N_(
        "%(approver)s duyệt qua điện thoại %(statement)s bản %(version)s: %(verdict)s. "
        "Người cùng nghe: %(witness)s; xác nhận trước %(confirm_by)s. %(comment)s"
    )


@dataclass(frozen=True)
class TelephoneApprovalConfirmed(Fact):
    """The approver confirmed it after signing in, or a scan of their handwriting was kept."""

    statement: StatementKind
    version: int
    approver: PersonId
    scan_sha256: str | None
    says: ClassVar[str] = N_(
        "Xác nhận việc %(approver)s đã duyệt qua điện thoại %(statement)s bản %(version)s "
        "(bút phê: %(scan_sha256)s)"
    )


@dataclass(frozen=True)
class ApprovalsVoided(Fact):
    """The text was edited, so the signatures on the old one no longer count."""

    statement: StatementKind
    version: int
    count: int
    says: ClassVar[str] = N_(
        "%(statement)s đã sửa: %(count)s chữ duyệt của bản %(version)s hết hiệu lực"
    )


def give(
    session: Session,
    version: StatementVersion,
    verdict: Verdict,
    *,
    kind: ApprovalKind,
    person_id: UUID,
    role: Role,
    by: Actor,
    authorisation_id: UUID | None = None,
    witness_id: UUID | None = None,
) -> Approval:
    """Write the verdict; the author of a version never signs it off (four eyes)."""
    if kind is ApprovalKind.SIGN_OFF and version.author_id == person_id:
        raise NotPermitted(N_("Người soạn không được duyệt bản do chính mình soạn."))
    now = clock.now()
    approval = Approval(
        version_id=version.id,
        sha256=version.sha256,
        kind=kind,
        verdict=verdict,
        person_id=person_id,
        role=role,
        authorisation_id=authorisation_id,
        given_at=now,
        recorded_by=by.person_id,
        witness_id=witness_id,
        confirm_by=now + CONFIRM_WITHIN if witness_id else None,
    )
    session.add(approval)
    session.flush()
    return approval


def live(session: Session, version_id: UUID) -> list[Approval]:
    """The verdicts that count on a version."""
    return list(
        session.exec(
            select(Approval)
            .where(Approval.version_id == version_id, col(Approval.voided_at).is_(None))
            .order_by(col(Approval.given_at))
        )
    )


def void(session: Session, statement: Statement, version: StatementVersion, *, by: Actor) -> int:
    """Void every verdict on a version because its text is being replaced."""
    count = session.exec(
        update(Approval)
        .where(col(Approval.version_id) == version.id, col(Approval.voided_at).is_(None))
        .values(voided_at=clock.now())
    ).rowcount
    if count:
        timeline.record(
            session,
            statement.incident_id,
            ApprovalsVoided(
                statement=statement.kind,
                version=version.number,
                count=count,
            ),
            by=by,
        )
    return count


def rule(session: Session, kind: StatementKind, level: int) -> SigningRule:
    """What a kind of statement needs at a level."""
    return session.exec(
        select(SigningRule)
        .where(SigningRule.kind == kind, SigningRule.from_level <= level)
        .order_by(col(SigningRule.from_level).desc())
    ).first() or SigningRule(kind=kind, signatures=2, legal_check=True)


@dataclass(frozen=True)
class Standing:
    """Whether a version may be published, and what is missing otherwise."""

    signatures: int
    needed: int
    refused: bool
    legal_check_missing: bool
    shell: bool

    @property
    def granted(self) -> bool:
        """Nothing is missing."""
        return self.shell or (
            self.signatures >= self.needed and not self.refused and not self.legal_check_missing
        )


def standing(
    session: Session, statement: Statement, version: StatementVersion, level: int
) -> Standing:
    """How far the approval of one exact version has come; different people count once each."""
    verdicts = [a for a in live(session, version.id) if a.sha256 == version.sha256]
    needs = rule(session, statement.kind, level)
    signed = [a for a in verdicts if a.kind is ApprovalKind.SIGN_OFF]
    checked = [a for a in verdicts if a.kind is ApprovalKind.LEGAL_CHECK]
    return Standing(
        signatures=len({a.person_id for a in signed if a.verdict is Verdict.GRANTED}),
        needed=needs.signatures,
        refused=any(
            a.verdict is Verdict.REFUSED
            for a in [*signed, *checked]
            if a in signed or needs.legal_check
        ),
        legal_check_missing=needs.legal_check
        and not any(a.verdict is Verdict.GRANTED for a in checked),
        shell=any(a.kind is ApprovalKind.SHELL for a in verdicts),
    )


def unconfirmed(session: Session) -> list[Approval]:
    """Approvals by telephone that their giver has not confirmed yet."""
    return list(
        session.exec(
            select(Approval).where(
                col(Approval.confirm_by).is_not(None),
                col(Approval.confirmed_at).is_(None),
                col(Approval.voided_at).is_(None),
            )
        )
    )
