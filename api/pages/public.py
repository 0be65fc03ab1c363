"""The official information page as the public reads it: plain files, no sign-in, no script."""

from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from api import identity
from incidents.record import settings
from incidents.record.errors import NotFound
from incidents.record.language import N_, Language

router = APIRouter(include_in_schema=False, prefix="/cong-bo")

# The files carry their style inside, so that any web server can hand them out.
_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
}
_TYPES = {".html": "text/html; charset=utf-8", ".css": "text/css", ".svg": "image/svg+xml"}


@router.get("")
def without_slash() -> Response:
    """Links on the page are relative to its folder."""
    return RedirectResponse("/cong-bo/", 308)


@router.get("/{name:path}")
def file(request: Request, name: str) -> Response:
    """A file of the public folder and of nowhere else; an address without an ending is a page.

    ``lang`` leads to the same page in that language; the entrance alone also follows the reader's
    setting, so that an address of a statement shows the same to everybody.
    """
    if "lang" in request.query_params or not name:
        wanted = _in_language(name, identity.language_of(request))
        if wanted != name and _found(wanted):
            return RedirectResponse(f"/cong-bo/{wanted}", 303)
    if (found := _found(name)) is None:
        raise NotFound(N_("Chưa có thông tin nào được công bố ở địa chỉ này."))
    return FileResponse(found, media_type=_TYPES[found.suffix], headers=_HEADERS)


def _in_language(name: str, language: Language) -> str:
    """Where the same page lies in a language: the desk's own has no folder."""
    folders = tuple(f"{each.value}/" for each in Language)
    page = name.partition("/")[2] if name.startswith(folders) else name
    return page if language is settings.current().language else f"{language.value}/{page}"


def _found(name: str) -> Path | None:
    folder = (settings.current().data_dir / "public").resolve()
    if "\x00" in name:
        return None
    asked = folder / (f"{name}index.html" if not name or name.endswith("/") else name)
    for path in (asked, asked.with_name(f"{asked.name}.html")):
        found = path.resolve()
        if found.is_relative_to(folder) and found.is_file() and found.suffix in _TYPES:
            return found
    return None
