"""What is done with the directory's sheets: taken out, looked at, read in."""

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Request
from api.identity import Caller
from incidents.people.directory import exporting, importing, sheets
from incidents.people.directory.importing import ImportLook
from incidents.people.directory.sheets import SheetKind
from incidents.rights.permissions import Deed


class LookAt(Request):
    """The text of a sheet."""

    csv: str = Field(max_length=sheets.LONGEST)


class ImportSheet(LookAt):
    """The text, and the digest of the look that was seen."""

    seen: Line


def take_out(session: Session, caller: Caller, kind: SheetKind) -> str:
    """The sheet; personal data of many, so only for whoever keeps the directory."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return exporting.sheet(session, kind)


def look(session: Session, caller: Caller, kind: SheetKind, asked: LookAt) -> ImportLook:
    """What it would change."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return importing.look(session, kind, asked.csv, by=caller.actor)


def read_in(session: Session, caller: Caller, kind: SheetKind, asked: ImportSheet) -> ImportLook:
    """Change it."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return importing.carry_out(session, kind, asked.csv, seen=asked.seen, by=caller.actor)
