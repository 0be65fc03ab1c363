"""The page that takes sheets of the directory out and reads them in, after a look."""

import base64
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.deeds import sheets as deeds
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.forms import again
from api.problems import Problem
from api.rest.sheets import sheet_file
from incidents.people import persons
from incidents.people.directory import sheets
from incidents.people.directory.imported import SheetFile
from incidents.people.directory.importing import ImportDeed, ImportLook
from incidents.people.directory.sheets import COLUMNS, SheetKind
from incidents.record.errors import Invalid
from incidents.record.language import N_, speech
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/danh-ba/nhap-xuat")
_PATH = "/danh-ba/nhap-xuat"
_SHOWN = 200


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    look: ImportLook | None = None,
    sheet: SheetFile | None = None,
) -> Response:
    """Downloads, the upload, and what a looked-at sheet would change."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    say = speech(caller.person.language)
    return rendering.for_caller(
        request,
        "sheets.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        kinds=list(SheetKind),
        options=[(kind.value, say.value(kind)) for kind in SheetKind],
        columns=COLUMNS,
        created=ImportDeed.CREATED,
        limit=_SHOWN,
        imported=(files := deeds.history(session, caller)),
        named=persons.names(session, {f.imported_by for f in files if f.imported_by}),
        look=look,
        sheet=sheet,
        kept=base64.b64encode(sheet.data).decode() if sheet else "",
    )


async def _sheet(form: Fields) -> SheetFile:
    """The file that was sent, the one that was looked at before, or what was pasted."""
    file, kept, pasted = form.get("file"), form.get("kept"), form.get("csv")
    if isinstance(file, UploadFile) and file.filename:
        data = await file.read(sheets.LONGEST + 1)
        await file.close()  # before anything may be refused
        return SheetFile(file.filename, data)
    if isinstance(kept, str) and kept:
        return SheetFile(str(form.get("name", "")), _bytes(kept))
    if not isinstance(pasted, str) or not pasted.strip():
        raise Invalid(fields={"file": (N_("Chọn tệp CSV hoặc dán nội dung."), {})})
    return SheetFile("", pasted.encode())


def _bytes(kept: str) -> bytes:
    """The very bytes of a looked-at file, as the page gave them along."""
    try:
        return base64.b64decode(kept, validate=True)
    except ValueError:
        raise Invalid(fields={"file": (N_("Chọn tệp CSV hoặc dán nội dung."), {})}) from None


Sheet = Annotated[SheetFile, Depends(_sheet)]


def _kind(form: Fields) -> SheetKind:
    try:
        return SheetKind(str(form.get("kind")))
    except ValueError:
        raise Invalid(fields={"kind": (N_("Chọn loại danh sách."), {})}) from None


Kind = Annotated[SheetKind, Depends(_kind)]


@router.get("")
def page(request: Request, session: Db, caller: Reader) -> Response:
    """What there is to do."""
    return shown(request, session, caller)


@router.get("/{kind}.csv")
def take_out(session: Db, caller: Reader, kind: SheetKind) -> Response:
    """A download."""
    return sheet_file(kind, deeds.take_out(session, caller, kind))


@router.post("/xem-thu", dependencies=[again(shown)])
def look(request: Request, session: Db, caller: FormCaller, kind: Kind, sheet: Sheet) -> Response:
    """Look first: the directory stays as it is."""
    found = deeds.look_at(session, caller, kind, sheet)
    return shown(request, session, caller, look=found, sheet=sheet)


@router.post("/ghi", dependencies=[again(shown)])
def read_in(session: Db, caller: FormCaller, form: Fields, kind: Kind, sheet: Sheet) -> Response:
    """Do what was looked at."""
    deeds.read_file(session, caller, kind, sheet, str(form.get("seen", "")))
    return rendering.back(_PATH, "nhap")
