"""Scans of the papers an office works under: authorisations, founding decisions, posts.

The bytes lie with the evidence under their SHA-256; the desk's own record names them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Session, col, or_, select

from incidents.intake import evidence
from incidents.matter.standing import FoundingDecision
from incidents.people.authorisations import Authorisation
from incidents.people.roles import RoleHolder
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, identifier, moment, reference
from incidents.record.errors import NotFound
from incidents.record.facts import Fact, Private
from incidents.record.language import N_

Paper = Authorisation | FoundingDecision | RoleHolder


class PaperScan(Table, table=True):
    """One file of one paper."""

    __tablename__ = "paper_scan"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN authorisation_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN founding_decision_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN post_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_paper",
        ),
    )

    id: UUID = identifier()
    authorisation_id: UUID | None = reference("authorisation.id", optional=True)
    founding_decision_id: UUID | None = reference("founding_decision.id", optional=True)
    post_id: UUID | None = reference("role_holder.id", optional=True)
    filename: str
    media_type: str
    size: int
    sha256: str
    recorded_at: datetime = moment()
    added_by: UUID | None = reference("person.id", optional=True)

    @property
    def paper_id(self) -> UUID | None:
        """The paper it shows."""
        return self.authorisation_id or self.founding_decision_id or self.post_id


@dataclass(frozen=True)
class ScanKept(Fact):
    """A paper's scan was kept under its hash."""

    number: str
    sha256: str
    size: int
    filename: Private
    says: ClassVar[str] = N_(
        "Lưu bản chụp của văn bản số %(number)s: %(filename)s, %(size)s byte, SHA-256 %(sha256)s"
    )


def keep(
    session: Session, paper: Paper, content: bytes, *, filename: str, media_type: str, by: Actor
) -> PaperScan:
    """Keep a scan with its paper; it is added to, never replaced."""
    sha256 = evidence.store(content)
    row = PaperScan(
        **_owner(paper),
        filename=Path(filename).name or sha256[:12],
        media_type=media_type,
        size=len(content),
        sha256=sha256,
        recorded_at=clock.now(),
        added_by=by.person_id,
    )
    session.add(row)
    number = paper.document if isinstance(paper, RoleHolder) else paper.number
    fact = ScanKept(number=number or "–", sha256=sha256, size=row.size, filename=row.filename)
    timeline.record(session, timeline.DESK, fact, by=by)
    return row


def _owner(paper: Paper) -> dict[str, UUID]:
    match paper:
        case Authorisation():
            return {"authorisation_id": paper.id}
        case FoundingDecision():
            return {"founding_decision_id": paper.id}
        case RoleHolder():
            return {"post_id": paper.id}


def get(session: Session, scan_id: UUID) -> PaperScan:
    """The scan; ``NotFound`` when there is none."""
    found = session.get(PaperScan, scan_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy bản chụp này."))
    return found


def of(session: Session, papers: Collection[Paper]) -> dict[UUID, list[PaperScan]]:
    """Paper → its scans, the first kept first; one query for all of them."""
    ids = {paper.id for paper in papers}
    found: dict[UUID, list[PaperScan]] = {each: [] for each in ids}
    for row in session.exec(
        select(PaperScan)
        .where(
            or_(
                col(PaperScan.authorisation_id).in_(ids),
                col(PaperScan.founding_decision_id).in_(ids),
                col(PaperScan.post_id).in_(ids),
            )
        )
        .order_by(col(PaperScan.id))
    ):
        if row.paper_id:
            found[row.paper_id].append(row)
    return found
