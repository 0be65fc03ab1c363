"""The page that takes sheets of the directory out and reads them in, after a look."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from sqlmodel import Session
from starlette.datastructures import UploadFile
from starlette.responses import Response

from api.deeds import sheets as deeds
from api.deeds.sheets import ImportSheet, LookAt
from api.dependencies import Db, Fields, FormCaller, Reader
from api.identity import Caller
from api.pages import rendering
from api.problems import Problem
from api.rest.sheets import sheet_file
from incidents.people.directory import sheets
from incidents.people.directory.importing import ImportDeed
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
    **look: Any,
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
        **({"look": None, "csv": ""} | look),
    )


def _again(request: Request) -> None:
    request.state.again = shown


async def _text(form: Fields) -> str:
    """The file's text, or what was pasted."""
    file = form.get("file")
    if isinstance(file, UploadFile) and file.filename:
        data = await file.read(sheets.LONGEST + 1)
        await file.close()  # before anything may be refused
        return sheets.decoded(data)
    pasted = form.get("csv")
    if not isinstance(pasted, str) or not pasted.strip():
        raise Invalid(fields={"file": (N_("Chọn tệp CSV hoặc dán nội dung."), {})})
    return pasted


Text = Annotated[str, Depends(_text)]


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


@router.post("/xem-thu", dependencies=[Depends(_again)])
def look(request: Request, session: Db, caller: FormCaller, kind: Kind, text: Text) -> Response:
    """Look first: nothing is changed."""
    found = deeds.look(session, caller, kind, LookAt(csv=text))
    return shown(request, session, caller, look=found, csv=text)


@router.post("/ghi", dependencies=[Depends(_again)])
def read_in(session: Db, caller: FormCaller, form: Fields, kind: Kind, text: Text) -> Response:
    """Do what was looked at."""
    asked = ImportSheet(csv=text, seen=str(form.get("seen", "")))
    deeds.read_in(session, caller, kind, asked)
    return rendering.back("/danh-ba", "nhap")
