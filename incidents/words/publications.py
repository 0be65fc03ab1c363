"""Where and when an approved text went out; any other text is refused.

What an exercise releases stays inside the exercise: no message to a public channel is ever queued.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.record.outbox import Channel, OutgoingMessage
from incidents.words import approvals, statements
from incidents.words.approvals import Approval, ApprovalKind
from incidents.words.statements import Statement, StatementKind, StatementVersion


class Publication(Table, table=True):
    """One exact text on one channel for one purpose; withdrawn, never deleted."""

    __tablename__ = "publication"
    __table_args__ = (UniqueConstraint("version_id", "channel", "purpose"),)

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    statement_id: UUID = reference("statement.id")
    version_id: UUID = reference("statement_version.id")
    sha256: str
    channel: Channel = choice(Channel)
    purpose: str = "release"
    slug: str = Field(index=True)
    released_at: datetime = moment()
    released_by: UUID | None = reference("person.id", optional=True)
    published_at: datetime | None = moment(optional=True)
    withdrawn_at: datetime | None = moment(optional=True)
    withdrawn_by: UUID | None = reference("person.id", optional=True)
    withdrawn_reason: str = ""


@dataclass(frozen=True)
class StatementReleased(Fact):
    """A person released an approved text to a channel."""

    kind: StatementKind
    version: int
    sha256: str
    channel: Channel
    says: ClassVar[str] = N_(
        "Phát hành %(kind)s bản %(version)s tới %(channel)s (SHA-256 %(sha256)s)"
    )


@dataclass(frozen=True)
class StatementReleasedInExercise(Fact):
    """An approved text was released as far as an exercise goes: to nobody outside."""

    kind: StatementKind
    version: int
    sha256: str
    channel: Channel
    says: ClassVar[str] = N_(
        "Phát hành trong diễn tập %(kind)s bản %(version)s, không đăng ra %(channel)s "
        "(SHA-256 %(sha256)s)"
    )


@dataclass(frozen=True)
class StatementPublished(Fact):
    """The channel took the text."""

    kind: StatementKind
    version: int
    channel: Channel
    says: ClassVar[str] = N_("Đã đăng %(kind)s bản %(version)s trên %(channel)s")


@dataclass(frozen=True)
class StatementWithdrawn(Fact):
    """A published text was withdrawn; its address says so."""

    kind: StatementKind
    version: int
    channel: Channel
    reason: Private
    says: ClassVar[str] = N_("Rút %(kind)s bản %(version)s khỏi %(channel)s. Lý do: %(reason)s")


def release(
    session: Session,
    statement: Statement,
    version: StatementVersion,
    channel: Channel,
    *,
    sha256: str,
    by: Actor,
) -> Publication:
    """Release one approved text to a channel; a second release of the same is a look-up.

    ``sha256`` is that of the text the releasing person saw: any other text than the approved
    one is refused, and so is a version that has been replaced meanwhile.
    """
    incident = incidents.get(session, statement.incident_id)
    if version.number != statement.current or sha256 != version.sha256:
        raise Conflict(N_("Văn bản đã thay đổi kể từ khi được duyệt; không phát hành."))
    if version.hashed != version.sha256:
        raise Conflict(N_("Nội dung lưu không khớp mã băm đã duyệt; không phát hành."))
    if not approvals.standing(session, statement, version, incident.level).granted:
        raise Conflict(N_("Văn bản chưa đủ chữ duyệt; không phát hành."))
    existing = session.exec(
        select(Publication).where(
            Publication.version_id == version.id, Publication.channel == channel
        )
    ).first()
    if existing:
        return existing
    publication = Publication(
        incident_id=incident.id,
        statement_id=statement.id,
        version_id=version.id,
        sha256=version.sha256,
        channel=channel,
        slug=f"{incident.number}-{statement.kind.value}",
        released_at=clock.now(),
        released_by=by.person_id,
    )
    session.add(publication)
    told = StatementReleasedInExercise if incident.exercise else StatementReleased
    timeline.record(
        session,
        incident.id,
        told(
            kind=statement.kind,
            version=version.number,
            sha256=version.sha256,
            channel=channel,
        ),
        by=by,
    )
    _send(session, publication, "release")
    if incident.first_statement_at is None:
        incident.first_statement_at = publication.released_at
        session.add(incident)
    return publication


def _send(session: Session, publication: Publication, purpose: str) -> None:
    if incidents.get(session, publication.incident_id).exercise:
        return
    outbox.queue(
        session,
        OutgoingMessage(
            key=f"publish:{publication.version_id}:{publication.channel}:{purpose}",
            channel=publication.channel,
            kind="publication",
            rank=outbox.FIRST,
            address=publication.slug,
            incident_id=publication.incident_id,
            values={"publication": str(publication.id), "purpose": purpose},
        ),
    )


def published(session: Session, publication_id: UUID, *, by: Actor) -> None:
    """The channel has taken it: keep the proof and say when."""
    publication = locked(session, Publication, publication_id)
    if publication is None:
        raise NotFound(N_("Không tìm thấy nội dung đã đăng này."))
    if publication.published_at or publication.withdrawn_at:
        return
    publication.published_at = clock.now()
    session.add(publication)
    version = statements.version(session, publication.version_id)
    kind = statements.get(session, publication.statement_id).kind
    timeline.record(
        session,
        publication.incident_id,
        StatementPublished(
            kind=kind,
            version=version.number,
            channel=publication.channel,
        ),
        by=by,
    )


def withdraw(session: Session, publication_id: UUID, *, reason: str, by: Actor) -> Publication:
    """Withdraw a published text; the same address then says that and why."""
    publication = locked(session, Publication, publication_id)
    if publication is None:
        raise NotFound(N_("Không tìm thấy nội dung đã đăng này."))
    if publication.withdrawn_at:
        raise AlreadySettled(N_("Nội dung này đã được rút."))
    if not reason.strip():
        raise Invalid(fields={"reason": (N_("Nêu lý do rút nội dung."), {})})
    publication.withdrawn_at, publication.withdrawn_by = clock.now(), by.person_id
    publication.withdrawn_reason = reason.strip()
    session.add(publication)
    version = statements.version(session, publication.version_id)
    timeline.record(
        session,
        publication.incident_id,
        StatementWithdrawn(
            kind=statements.get(session, publication.statement_id).kind,
            version=version.number,
            channel=publication.channel,
            reason=reason,
        ),
        by=by,
    )
    _send(session, publication, "withdraw")
    return publication


def of_incident(session: Session, incident_id: UUID) -> list[Publication]:
    """What an incident has published, the oldest first."""
    return list(
        session.exec(
            select(Publication)
            .where(Publication.incident_id == incident_id)
            .order_by(col(Publication.released_at))
        )
    )


def unposted(session: Session, incident_id: UUID) -> list[StatementVersion]:
    """The current words of an incident that went out nowhere, signed or not."""
    out = {publication.version_id for publication in of_incident(session, incident_id)}
    return [v for _, v in statements.of_incident(session, incident_id) if v.id not in out]


def awaited(session: Session, incident: Incident) -> list[StatementVersion]:
    """Holding words that stand in public with nothing final after them: more was promised there."""
    if incident.exercise:
        return []
    out = session.exec(
        select(StatementVersion, Statement)
        .join(Publication, col(Publication.version_id) == StatementVersion.id)
        .join(Statement, col(Statement.id) == Publication.statement_id)
        .where(Publication.incident_id == incident.id, col(Publication.withdrawn_at).is_(None))
        .order_by(col(Publication.released_at))
    ).all()
    waiting: dict[UUID, StatementVersion] = {}
    for version, statement in out:
        if statement.kind is StatementKind.HOLDING:
            waiting[statement.id] = version
        else:
            waiting.clear()
    return list(waiting.values())


def to_post(session: Session, statement: Statement) -> StatementVersion:
    """The text to put out by hand: what was released stands, whatever is being written since."""
    released = session.exec(
        select(Publication)
        .where(Publication.statement_id == statement.id, col(Publication.withdrawn_at).is_(None))
        .order_by(col(Publication.released_at).desc(), col(Publication.id).desc())
    ).first()
    if released is None:
        return statements.current(session, statement)
    return statements.version(session, released.version_id)


def on_public_page(session: Session) -> list[tuple[Publication, StatementVersion, Statement]]:
    """All the public page shows, the newest first, withdrawn items included, no exercise ever."""
    return list(
        session.exec(
            select(Publication, StatementVersion, Statement)
            .join(StatementVersion, col(StatementVersion.id) == Publication.version_id)
            .join(Statement, col(Statement.id) == Publication.statement_id)
            .join(Incident, col(Incident.id) == Publication.incident_id)
            .where(Publication.channel == Channel.PUBLIC_PAGE, col(Incident.exercise).is_(False))
            .order_by(col(Publication.released_at).desc())
        ).all()
    )


def practised(session: Session) -> set[str]:
    """The addresses texts of exercises would have had: nothing may lie there."""
    slugs = session.exec(
        select(Publication.slug)
        .join(Incident, col(Incident.id) == Publication.incident_id)
        .where(col(Incident.exercise))
    )
    return set(slugs)


def is_practised(session: Session, publication_id: UUID) -> bool:
    """Whether a publication belongs to an exercise."""
    publication = session.get(Publication, publication_id)
    if publication is None:
        raise NotFound(N_("Không tìm thấy nội dung đã đăng này."))
    return incidents.get(session, publication.incident_id).exercise


def checkers(session: Session, incident_id: UUID) -> set[UUID]:
    """Who checked, for the law, words of an incident that are out."""
    return set(
        session.exec(
            select(Approval.person_id)
            .join(Publication, col(Publication.version_id) == Approval.version_id)
            .where(
                Publication.incident_id == incident_id, Approval.kind == ApprovalKind.LEGAL_CHECK
            )
        )
    )
