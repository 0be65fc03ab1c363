"""The directory as CSV over REST: out, a look at what would change, and in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from starlette.responses import Response

from api.deeds import sheets as deeds
from api.deeds.sheets import ImportSheet, LookAt
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.people.directory.importing import ImportDeed, ImportLook
from incidents.people.directory.sheets import SheetKind
from incidents.record.language import Language, speech

router = deeds_under("/directory", "directory")


class ChangeOut(Shape):
    """One line that creates or changes; ``what`` is column, before, after."""

    line: int
    deed: ImportDeed
    subject: str
    what: list[tuple[str, str, str]]


class FaultOut(Shape):
    """What is wrong with a line, in the caller's language."""

    line: int
    detail: str


class LookOut(Shape):
    """``digest`` goes back with the import: it confirms exactly these changes."""

    digest: str
    changes: list[ChangeOut]
    faults: list[FaultOut]
    same: int


class ImportedOut(Shape):
    """A file that was read in; with lines ``refused`` none of it was."""

    kind: SheetKind
    name: str
    sha256: str
    created: int
    changed: int
    same: int
    refused: int
    imported_at: datetime
    imported_by: UUID | None


def _shown(found: ImportLook, language: Language) -> LookOut:
    say = speech(language)

    def fault(sentence: str, values: Any) -> str:
        return say.text(sentence, **values)

    return LookOut(
        digest=found.digest,
        changes=[
            ChangeOut(
                line=c.line,
                deed=c.deed,
                subject=c.subject,
                what=[(say.text(heading), was, now) for heading, was, now in c.what],
            )
            for c in found.changes
        ],
        faults=[FaultOut(line=f.line, detail=fault(f.sentence, f.values)) for f in found.faults],
        same=found.same,
    )


@router.get("/imports", summary="Which files were read in or refused")
def history(session: Db, caller: RestCaller) -> Page[ImportedOut]:
    """The last first, with their SHA-256."""
    found = deeds.history(session, caller)
    return Page(items=[ImportedOut.model_validate(each) for each in found])


@router.get("/{kind}.csv", summary="A sheet of the directory")
def take_out(session: Db, caller: RestCaller, kind: SheetKind) -> Response:
    """Reading it in again changes nothing."""
    return sheet_file(kind, deeds.take_out(session, caller, kind))


@router.post("/{kind}/look", summary="What a sheet would change")
def look(session: Db, caller: RestCaller, kind: SheetKind, asked: LookAt) -> LookOut:
    """The directory stays as it is; a sheet with lines at fault is entered as refused."""
    return _shown(deeds.look(session, caller, kind, asked), caller.person.language)


@router.post("/{kind}/import", summary="Read a sheet in")
def read_in(session: Db, caller: RestCaller, kind: SheetKind, asked: ImportSheet) -> LookOut:
    """All of it, or with any line at fault nothing."""
    return _shown(deeds.read_in(session, caller, kind, asked), caller.person.language)


def sheet_file(kind: SheetKind, text: str) -> Response:
    """A download."""
    return Response(
        text.encode(),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="trucban-{kind.value}.csv"'},
    )
