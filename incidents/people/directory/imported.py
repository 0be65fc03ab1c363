"""Which files were sent for the directory: by name and SHA-256, when, by whom, and what came in.

A file with any line at fault is refused whole: it is listed with its lines at fault, and every line
of the others is in the directory.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people.directory import sheets
from incidents.people.directory.sheets import SheetKind
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.facts import Fact, Private
from incidents.record.language import N_

_LONGEST_NAME = 200


@dataclass(frozen=True)
class SheetFile:
    """A file as it was sent; what is pasted has no name."""

    name: str
    data: bytes

    @property
    def text(self) -> str:
        """Its text; ``Invalid`` when it is not UTF-8 or too long."""
        return sheets.decoded(self.data)

    @property
    def sha256(self) -> str:
        """What names exactly these bytes."""
        return hashlib.sha256(self.data).hexdigest()


class ImportedSheet(Table, table=True):
    """One file; lines that said what was there already are ``same``.

    With lines ``refused`` none of it was read in.
    """

    __tablename__ = "imported_sheet"

    id: UUID = identifier()
    kind: SheetKind = choice(SheetKind)
    name: str = ""
    sha256: str
    created: int
    changed: int
    same: int
    refused: int = 0
    imported_at: datetime = moment(at_once=True)
    imported_by: UUID | None = reference("person.id", optional=True)


@dataclass(frozen=True)
class SheetImported(Fact):
    """A file was read into the directory."""

    kind: SheetKind
    sha256: str
    created: int
    changed: int
    same: int
    name: Private
    says: ClassVar[str] = N_(
        "Nhập danh bạ từ tệp CSV %(name)s (%(kind)s, SHA-256 %(sha256)s): thêm %(created)s, "
        "thay đổi %(changed)s, giữ nguyên %(same)s dòng"
    )


@dataclass(frozen=True)
class SheetRefused(Fact):
    """A file was refused for lines at fault; nothing of it was read in."""

    kind: SheetKind
    sha256: str
    refused: int
    name: Private
    says: ClassVar[str] = N_(
        "Từ chối tệp CSV %(name)s (%(kind)s, SHA-256 %(sha256)s): %(refused)s dòng lỗi, "
        "không ghi dòng nào"
    )


def enter(
    session: Session,
    file: SheetFile,
    kind: SheetKind,
    *,
    created: int,
    changed: int,
    same: int,
    by: Actor,
) -> ImportedSheet:
    """Enter a file that was read in, with its fact."""
    row = _row(file, kind, by)
    row.created, row.changed, row.same = created, changed, same
    session.add(row)
    fact = SheetImported(kind, row.sha256, created, changed, same, row.name or "–")
    timeline.record(session, timeline.DESK, fact, by=by)
    return row


def refuse(
    session: Session, file: SheetFile, kind: SheetKind, *, refused: int, by: Actor
) -> ImportedSheet:
    """Enter a file that was refused, once for the same bytes sent again by the same person."""
    row = _row(file, kind, by)
    last = session.exec(
        select(ImportedSheet)
        .where(ImportedSheet.imported_by == by.person_id)
        .order_by(col(ImportedSheet.id).desc())
        .limit(1)
    ).first()
    if last and (last.kind, last.sha256, last.refused) == (kind, row.sha256, refused):
        return last
    row.refused = refused
    session.add(row)
    fact = SheetRefused(kind, row.sha256, refused, row.name or "–")
    timeline.record(session, timeline.DESK, fact, by=by)
    return row


def _row(file: SheetFile, kind: SheetKind, by: Actor) -> ImportedSheet:
    return ImportedSheet(
        kind=kind,
        name=file.name.strip()[-_LONGEST_NAME:],
        sha256=file.sha256,
        created=0,
        changed=0,
        same=0,
        imported_at=clock.now(),
        imported_by=by.person_id,
    )


def listed(session: Session, limit: int = 50) -> list[ImportedSheet]:
    """The files that were sent, the last first."""
    wanted = select(ImportedSheet).order_by(col(ImportedSheet.id).desc()).limit(limit)
    return list(session.exec(wanted))
