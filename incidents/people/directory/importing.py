"""Sheets read into the directory: a look first that changes nothing, then all of it or nothing.

The look carries every line out as the import would and takes all of it back, so what it shows and
refuses is what the import does and refuses.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from sqlmodel import Session

from incidents.people.directory import imported, sheets
from incidents.people.directory.imported import SheetFile
from incidents.people.directory.lines import Done, Writer
from incidents.people.directory.sheets import SheetFault, SheetKind, SheetRow
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid, Refusal
from incidents.record.facts import Fact
from incidents.record.language import N_, Labelled


class ImportDeed(Labelled):
    """What a line comes to."""

    CREATED = "created", N_("thêm mới")
    CHANGED = "changed", N_("thay đổi")


@dataclass(frozen=True)
class ImportChange:
    """One line's outcome; ``what`` pairs a column's heading with what it was and becomes."""

    line: int
    deed: ImportDeed
    subject: str
    what: tuple[tuple[str, str, str], ...] = ()


@dataclass
class ImportLook:
    """What importing a sheet would do, and what stands in its way."""

    kind: SheetKind
    changes: list[ImportChange] = field(default_factory=list[ImportChange])
    faults: list[SheetFault] = field(default_factory=list[SheetFault])
    same: int = 0

    @property
    def digest(self) -> str:
        """Names exactly these changes: who confirms them confirms no others."""
        return hashlib.sha256(repr((self.kind.value, self.changes)).encode()).hexdigest()


@dataclass(frozen=True)
class DirectoryImported(Fact):
    """A sheet was read into the directory; since then ``SheetImported`` tells of the file too."""

    kind: SheetKind
    created: int
    changed: int
    says: ClassVar[str] = N_(
        "Nhập danh bạ từ tệp CSV (%(kind)s): thêm %(created)s, thay đổi %(changed)s"
    )


def look(session: Session, kind: SheetKind, text: str, *, by: Actor) -> ImportLook:
    """What the sheet would change, and what is wrong line by line; nothing is kept."""
    aside = session.begin_nested()
    try:
        return _go(session, kind, text, by=by)
    finally:
        aside.rollback()
        session.expire_all()


def carry_out(
    session: Session, kind: SheetKind, file: SheetFile, *, seen: str, by: Actor
) -> ImportLook:
    """Do what the look with this digest showed; otherwise, or with any line at fault, nothing."""
    done = _go(session, kind, file.text, by=by)
    if done.faults:
        raise Invalid(
            N_("Tệp còn %(count)s dòng lỗi; chưa có gì được ghi."), count=len(done.faults)
        )
    if done.digest != seen:
        raise Conflict(N_("Danh bạ hoặc tệp đã thay đổi sau khi xem thử; hãy xem thử lại."))
    if done.changes:
        created = sum(c.deed is ImportDeed.CREATED for c in done.changes)
        imported.enter(
            session,
            file,
            kind,
            created=created,
            changed=len(done.changes) - created,
            same=done.same,
            by=by,
        )
    return done


def _go(session: Session, kind: SheetKind, text: str, *, by: Actor) -> ImportLook:
    rows, faults = sheets.read(kind, text)
    found = ImportLook(kind, faults=faults)
    writer = Writer(session, by)
    carry: dict[SheetKind, Callable[[SheetRow], Done | None]] = {
        SheetKind.ORGANISATIONS: writer.organisation,
        SheetKind.SUCCESSIONS: writer.succession,
        SheetKind.PEOPLE: writer.person,
        SheetKind.CONTACTS: writer.contact,
    }
    for row in _in_order(kind, rows):
        try:
            with session.begin_nested():
                done = carry[kind](row)
                session.flush()
        except Refusal as refusal:
            found.faults += _faults(row, refusal)
            continue
        if done is None:
            found.same += 1
            continue
        deed = ImportDeed.CREATED if done.created else ImportDeed.CHANGED
        found.changes.append(ImportChange(row.line, deed, done.subject, tuple(done.what)))
    found.changes.sort(key=lambda c: c.line)
    found.faults.sort(key=lambda f: f.line)
    return found


def _faults(row: SheetRow, refusal: Refusal) -> list[SheetFault]:
    if isinstance(refusal, Invalid) and refusal.fields:
        return [SheetFault(row.line, said, values) for said, values in refusal.fields.values()]
    return [SheetFault(row.line, refusal.message, refusal.values)]


def _in_order(kind: SheetKind, rows: Sequence[SheetRow]) -> list[SheetRow]:
    """Bodies before those below them, founded before renamed; other sheets as they are written."""
    if kind is not SheetKind.ORGANISATIONS:
        return list(rows)
    founding = [row for row in rows if not row["applies_from"]]
    waiting, written = list(founding), {row["code"] for row in founding}
    ordered: list[SheetRow] = []
    while waiting:
        ready = [r for r in waiting if r["parent"] not in written or r["parent"] == r["code"]]
        # A circle of parents: taken as they stand, each is refused for a parent not there yet.
        ready = ready or list(waiting)
        ordered += ready
        written -= {row["code"] for row in ready}
        waiting = [row for row in waiting if row not in ready]
    return ordered + [row for row in rows if row["applies_from"]]
