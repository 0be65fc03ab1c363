"""Pages from templates: escaped, in the reader's language, with what every page needs."""

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse, RedirectResponse

from api.identity import Caller
from incidents.matter.severity import Level
from incidents.record import clock, database, ids, settings
from incidents.record.language import Language, Speech, speech
from incidents.rights import permissions
from incidents.rights.permissions import Deed

_TEMPLATES = Path(__file__).parents[1] / "templates"
_STATIC = Path(__file__).parents[1] / "static"


@lru_cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name, value in {"static": static, "Language": Language, "LEVELS": tuple(Level)}.items():
        made.globals[name] = value  # pyright: ignore[reportArgumentType] - Jinja takes anything
    return made


@lru_cache
def static(name: str) -> str:
    """The address of a static file; it changes when the file does, so it may be kept."""
    return f"/tinh/{name}?v={int((_STATIC / name).stat().st_mtime)}"


def page(
    request: Request,
    template: str,
    say: Speech,
    *,
    caller: Caller | None = None,
    status: int = 200,
    **context: Any,
) -> HTMLResponse:
    """A page; ``problem`` is set when it is shown again after a refused form."""
    now = clock.now()
    text = (
        _environment()
        .get_template(template)
        .render(
            {
                "say": say,
                "_": say.text,
                "now": now,
                "left": lambda at: left(say, at, now),
                "local": lambda at: at.astimezone(clock.LOCAL).strftime("%Y-%m-%dT%H:%M"),
                "short": lambda at: short(say, at, now),
                "caller": caller,
                "person": caller.person if caller else None,
                # Every showing of a page is told apart, so that a form sent twice counts once.
                "form_token": f"{caller.sign_in.form_token}.{ids.new().hex}" if caller else "",
                "path": request.url.path,
                "desk_name": settings.current().desk_name,
                **({} if "sees_outbox" in context else _head(caller)),
                "problem": None,
                "done": request.query_params.get("xong", ""),
                **context,
            }
        )
    )
    return HTMLResponse(text, status)


def for_caller(
    request: Request, template: str, caller: Caller, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """A page for a signed-in person, in their language."""
    say = speech(caller.person.language)
    return page(request, template, say, caller=caller, status=status, **context)


def _head(caller: Caller | None) -> dict[str, bool]:
    """What the page's head offers: unlike the deeds of any one page, it is on every one."""
    if caller is None:
        return head(frozenset(), administrator=False)
    with database.reading() as session:
        may = permissions.deeds(session, caller.person)
    return head(may, administrator=caller.person.administrator)


def head(may: Collection[Deed], *, administrator: bool) -> dict[str, bool]:
    """The outbox for administrators and whoever triages, authorisations for whoever keeps them."""
    return {
        "sees_outbox": administrator or Deed.TRIAGE in may,
        "keeps_papers": Deed.KEEP_AUTHORISATIONS in may,
    }


def short(say: Speech, at: datetime | None, now: datetime) -> str:
    """The time alone where the day is today's, else with the day."""
    today = now.astimezone(clock.LOCAL).date()
    if at is not None and at.astimezone(clock.LOCAL).date() == today:
        return say.time(at)
    return say.moment(at)


def left(say: Speech, at: datetime | None, now: datetime) -> str:
    """How long until a moment, or how long ago it was."""
    if at is None:
        return "–"
    length = say.duration(at - now)
    return (
        say.text("còn %(length)s", length=length)
        if at > now
        else say.text("quá %(length)s", length=length)
    )


def back(path: str, done: str = "1", anchor: str = "") -> RedirectResponse:
    """After a deed: to the page that shows its outcome, so that a reload sends nothing twice."""
    return RedirectResponse(f"{path}?xong={done}{'#' + anchor if anchor else ''}", 303)
