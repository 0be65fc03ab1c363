"""What is done with the directory's sheets: taken out, looked at, read in."""

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Request
from api.identity import Caller
from incidents.people.directory import exporting, imported, importing, sheets
from incidents.people.directory.imported import ImportedSheet, SheetFile
from incidents.people.directory.importing import ImportLook
from incidents.people.directory.sheets import SheetKind
from incidents.rights.permissions import Deed


class LookAt(Request):
    """The text of a sheet."""

    csv: str = Field(max_length=sheets.LONGEST)
    name: Line = Field(default="", description="What the file is called")


class ImportSheet(LookAt):
    """The text, and the digest of the look that was seen."""

    seen: Line


def take_out(session: Session, caller: Caller, kind: SheetKind) -> str:
    """The sheet; personal data of many, so only for whoever keeps the directory."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return exporting.sheet(session, kind, caller.person.language)


def look(session: Session, caller: Caller, kind: SheetKind, asked: LookAt) -> ImportLook:
    """What it would change."""
    return look_at(session, caller, kind, SheetFile(asked.name, asked.csv.encode()))


def look_at(session: Session, caller: Caller, kind: SheetKind, file: SheetFile) -> ImportLook:
    """The same of a file; with lines at fault it is refused, which is entered."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    found = importing.look(session, kind, file.text, by=caller.actor)
    if found.faults:
        imported.refuse(session, file, kind, refused=len(found.faults), by=caller.actor)
    return found


def read_in(session: Session, caller: Caller, kind: SheetKind, asked: ImportSheet) -> ImportLook:
    """Change it."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return read_file(session, caller, kind, SheetFile(asked.name, asked.csv.encode()), asked.seen)


def read_file(
    session: Session, caller: Caller, kind: SheetKind, file: SheetFile, seen: str
) -> ImportLook:
    """The same of a file, whose very bytes are named."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return importing.carry_out(session, kind, file, seen=seen, by=caller.actor)


def history(session: Session, caller: Caller) -> list[ImportedSheet]:
    """Which files were read in, and which were refused."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return imported.listed(session)
