"""What was kept of it: files and texts under their SHA-256, with the time of capture."""

import hashlib
import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, bindparam, update
from sqlmodel import Field, Session, col, select

from incidents.matter import incidents
from incidents.record import clock, settings, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import Invalid, NotFound
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Labelled
from incidents.record.timeline import Confidentiality


class EvidenceKind(Labelled):
    """What sort of thing was kept."""

    TEXT = "text", N_("văn bản, bài đăng")
    FILE = "file", N_("tệp, ảnh chụp")
    CALL = "call", N_("cuộc điện thoại")


class Evidence(Table, table=True):
    """One kept thing; its bytes lie in the data folder under their hash and never change."""

    __tablename__ = "evidence"
    __table_args__ = (
        CheckConstraint("incident_id IS NOT NULL OR signal_id IS NOT NULL", name="belongs"),
    )

    id: UUID = identifier()
    signal_id: UUID | None = reference("signal.id", optional=True)
    incident_id: UUID | None = reference("incident.id", optional=True)
    kind: EvidenceKind = choice(EvidenceKind)
    filename: str
    media_type: str
    size: int
    sha256: str = Field(index=True)
    captured_at: datetime = moment()
    recorded_at: datetime = moment()
    added_by: UUID | None = reference("person.id", optional=True)
    confidentiality: Confidentiality = choice(Confidentiality, Confidentiality.INTERNAL)


@dataclass(frozen=True)
class EvidenceKept(Fact):
    """Something was kept under its hash."""

    kind: EvidenceKind
    sha256: str
    size: int
    filename: Private
    says: ClassVar[str] = N_("Lưu %(kind)s %(filename)s, %(size)s byte, SHA-256 %(sha256)s")


def keep(
    session: Session,
    content: bytes,
    *,
    filename: str,
    media_type: str,
    kind: EvidenceKind,
    by: Actor,
    incident_id: UUID | None = None,
    signal_id: UUID | None = None,
    captured_at: datetime | None = None,
) -> Evidence:
    """Keep bytes and record the fact on the chain of their incident, or of their signal.

    The file is durable before the row that names it; a roll-back leaves only an unnamed file.
    """
    if incident_id:
        incidents.unfrozen(session, incident_id)
    sha256 = store(content)
    now = clock.now()
    kept = Evidence(
        signal_id=signal_id,
        incident_id=incident_id,
        kind=kind,
        filename=Path(filename).name or sha256[:12],
        media_type=media_type,
        size=len(content),
        sha256=sha256,
        captured_at=captured_at or now,
        recorded_at=now,
        added_by=by.person_id,
    )
    session.add(kept)
    chain = incident_id or signal_id
    if chain is None:
        raise ValueError("evidence belongs to a signal or an incident")
    timeline.record(
        session,
        chain,
        EvidenceKept(
            kind=kind,
            sha256=sha256,
            size=len(content),
            filename=kept.filename,
        ),
        by=by,
        happened_at=captured_at,
    )
    return kept


def path_of(sha256: str) -> Path:
    """Where the bytes of a hash lie."""
    return settings.current().data_dir / "evidence" / sha256[:2] / sha256


def store(content: bytes) -> str:
    """Make bytes durable and return their SHA-256; ``Invalid`` for none, or too many."""
    limit = settings.current().upload_limit_mb
    if len(content) > limit * 1024 * 1024:
        raise Invalid(N_("Tệp lớn hơn %(limit)s MB, không nhận được."), limit=limit)
    if not content:
        raise Invalid(N_("Tệp trống."))
    sha256 = hashlib.sha256(content).hexdigest()
    path = path_of(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as aside:
        aside.write(content)
        aside.flush()
        os.fsync(aside.fileno())
    Path(aside.name).replace(path)
    return sha256


def of_incident(session: Session, incident_id: UUID) -> list[Evidence]:
    """Everything kept for an incident, the oldest capture first."""
    return list(
        session.exec(
            select(Evidence)
            .where(Evidence.incident_id == incident_id)
            .order_by(col(Evidence.captured_at))
        )
    )


def get(session: Session, evidence_id: UUID) -> Evidence:
    """What was kept under this id."""
    found = session.get(Evidence, evidence_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy tư liệu này."))
    return found


# Built once: each opening does it.
_HAND_OVER = (
    update(Evidence.__table__)  # type: ignore[attr-defined]
    .where(col(Evidence.signal_id) == bindparam("flag"))
    .values(incident_id=bindparam("incident"))
)


def hand_over(session: Session, *, signal_id: UUID, incident_id: UUID) -> int:
    """What was kept with a flag belongs to its incident as well; says how many things it is."""
    asked = {"flag": signal_id, "incident": incident_id}
    return session.exec(_HAND_OVER, params=asked).rowcount


def move(session: Session, *, signal_id: UUID, to_id: UUID) -> int:
    """What was kept with a flag goes to the flag it was merged into; says how many things it is."""
    return session.exec(
        update(Evidence).where(col(Evidence.signal_id) == signal_id).values(signal_id=to_id)
    ).rowcount


def give_back(session: Session, *, signal_id: UUID, kept_with: Collection[UUID]) -> int:
    """What was kept with some flags is one flag's again; says how many things it is.

    It stays as well with whatever they had been merged into, where somebody may have built on it:
    two rows name the same bytes.
    """
    facts = [
        (entry, fact)
        for entry, fact in timeline.entries_among(
            session, kept_with, (EvidenceKept,), until=clock.now()
        )
        if isinstance(fact, EvidenceKept)
    ]
    rows = session.exec(
        select(Evidence).where(col(Evidence.sha256).in_({fact.sha256 for _, fact in facts}))
    ).all()
    for entry, fact in facts:
        alike = [row for row in rows if row.sha256 == fact.sha256]
        known = min(alike, key=lambda row: abs(row.recorded_at - entry.recorded_at))
        values = known.model_dump(exclude={"id", "signal_id", "incident_id"})
        session.add(Evidence(signal_id=signal_id, **values))
    session.exec(
        update(Evidence)
        .where(col(Evidence.signal_id) == signal_id, col(Evidence.incident_id).is_not(None))
        .values(signal_id=None)
    )
    return len(facts)


def of_signal(session: Session, signal_id: UUID) -> list[Evidence]:
    """Everything kept with a flag."""
    return list(
        session.exec(
            select(Evidence)
            .where(Evidence.signal_id == signal_id)
            .order_by(col(Evidence.captured_at))
        )
    )
