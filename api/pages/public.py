"""The official information page as the public reads it: plain files, no sign-in, no script."""

from fastapi import APIRouter
from starlette.responses import FileResponse, RedirectResponse, Response

from incidents.record import settings
from incidents.record.errors import NotFound
from incidents.record.language import N_

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
def file(name: str) -> Response:
    """A file of the public folder and of nowhere else; an address without an ending is a page."""
    folder = (settings.current().data_dir / "public").resolve()
    asked = "\x00" not in name and (folder / (name or "index.html"))
    for path in (asked, asked.with_name(f"{asked.name}.html")) if asked else ():
        found = path.resolve()
        if found.is_relative_to(folder) and found.is_file() and found.suffix in _TYPES:
            return FileResponse(found, media_type=_TYPES[found.suffix], headers=_HEADERS)
    raise NotFound(N_("Chưa có thông tin nào được công bố ở địa chỉ này."))
