"""Flags over REST."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Query, Request
from pydantic import ValidationError
from sqlmodel import col, select
from starlette.datastructures import UploadFile

from api.deeds import flags
from api.deeds.flags import Dismiss, Flag, Merge, Real, TakeOut, Watch
from api.dependencies import Db, RestCaller, values_of
from api.rest.flag_shapes import SignalOut
from api.rest.routers import deeds_under
from api.rest.shapes import Page
from incidents.intake import signals
from incidents.intake.signals import File, Signal, SignalState
from incidents.people import concerned
from incidents.record.errors import Invalid
from incidents.record.language import N_
from incidents.response.steps import forms
from incidents.rights.permissions import Deed

router = deeds_under("/signals", "signals")

_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": Flag.model_json_schema()},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": Flag.model_json_schema()["properties"]
                    | {"files": {"type": "array", "items": {"type": "string", "format": "binary"}}},
                }
            },
        },
    }
}


async def _reported(request: Request) -> tuple[Flag, list[File]]:
    try:
        if not request.headers.get("content-type", "").startswith("multipart/"):
            return Flag.model_validate_json(await request.body()), []
        async with request.form() as form:
            return Flag.model_validate(values_of(form)), await files_of(form.getlist("files"))
    except ValidationError as error:
        if any(e["type"] == "json_invalid" for e in error.errors()):
            raise Invalid(
                N_("Nội dung gửi lên không phải JSON đúng. Chưa có gì được ghi nhận.")
            ) from None
        raise forms.invalid(error) from None


async def files_of(sent: list[UploadFile | str]) -> list[File]:
    """The files of a form; an empty picker sends one without a name."""
    return [
        File(await f.read(), f.filename, f.content_type or "application/octet-stream")
        for f in sent
        if isinstance(f, UploadFile) and f.filename
    ]


Reported = Annotated[tuple[Flag, list[File]], Depends(_reported)]


@router.post("", status_code=201, summary="Report something seen", openapi_extra=_BODY)
def flag(session: Db, caller: RestCaller, reported: Reported) -> SignalOut:
    """Text, an address or files (multipart field ``files``); whoever is on duty is alerted."""
    return SignalOut.model_validate(flags.flag(session, caller, *reported))


@router.get("", summary="List flags, the newest first")
def flagged(
    session: Db,
    caller: RestCaller,
    state: SignalState | None = None,
    exercise: Annotated[bool | None, Query()] = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[SignalOut]:
    """``before`` is the ``next`` of the page above; ``exercise`` keeps exercises out, or alone."""
    caller.require(session, Deed.SEE_DESK)
    wanted = select(Signal).order_by(col(Signal.id).desc()).limit(limit)
    wanted = wanted.where(concerned.open_to(caller.person.id, col(Signal.incident_id)))
    wanted = wanted.where(Signal.state == state) if state else wanted
    if exercise is not None:
        wanted = wanted.where(col(Signal.exercise).is_(exercise))
    rows = list(session.exec(wanted.where(col(Signal.id) < before) if before else wanted))
    following = str(rows[-1].id) if len(rows) == limit else None
    return Page(items=[SignalOut.model_validate(r) for r in rows], next=following)


@router.get("/{code}", summary="One flag")
def one(session: Db, caller: RestCaller, code: str) -> SignalOut:
    """By its code, such as T4K7QX."""
    signal = signals.by_code(session, code)
    caller.require(session, Deed.SEE_DESK, signal)
    return SignalOut.model_validate(signal)


@router.post("/{code}/acknowledge", summary="Take a flag for triage")
def acknowledge(session: Db, caller: RestCaller, code: str) -> SignalOut:
    """The others who were alerted are told."""
    return SignalOut.model_validate(flags.acknowledge(session, caller, code))


@router.post("/{code}/dismiss", summary="Do nothing about a flag")
def dismiss(session: Db, caller: RestCaller, code: str, asked: Dismiss) -> SignalOut:
    """On one of the known grounds; a complaint names to whom it went, number and date."""
    return SignalOut.model_validate(flags.dismiss(session, caller, code, asked))


@router.post("/{code}/watch", summary="Keep a flag under observation")
def watch(session: Db, caller: RestCaller, code: str, asked: Watch) -> SignalOut:
    """Until a time when its owner is told to look at it again."""
    return SignalOut.model_validate(flags.watch(session, caller, code, asked))


@router.post("/{code}/merge", summary="Merge a flag that makes the same claim")
def merge(session: Db, caller: RestCaller, code: str, asked: Merge) -> SignalOut:
    """Into another flag or a live incident; the code keeps working and tells where it went."""
    return SignalOut.model_validate(flags.merge(session, caller, code, asked))


@router.post("/{code}/unmerge", summary="Take a flag out that was merged by mistake")
def unmerge(session: Db, caller: RestCaller, code: str, asked: TakeOut) -> SignalOut:
    """It waits for triage again, with what was kept of it and what had been merged into it."""
    return SignalOut.model_validate(flags.take_out(session, caller, code, asked))


@router.post("/{code}/real", summary="Take a flag out of the exercise: it is real")
def real(session: Db, caller: RestCaller, code: str, asked: Real) -> SignalOut:
    """Whoever is on duty is called as for a new flag; nothing judged in the exercise stands."""
    return SignalOut.model_validate(flags.find_real(session, caller, code, asked))
