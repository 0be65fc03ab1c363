"""The page of a link: one step or flag, for the person it was sent to, without signing in.

Looking changes nothing. Acting needs the two-digit number that stands in the message only.
"""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from api.dependencies import Db, Fields
from api.pages import form_fields, records, rendering
from api.problems import Problem, describe
from incidents.record import database
from incidents.record.errors import NotFound, Refusal
from incidents.record.language import N_, speech
from notifications import answers
from notifications.answers import AnswerView, LinkDeed

router = APIRouter(include_in_schema=False, prefix="/t/{token}")

_SLUGS = {
    "tiep-nhan": LinkDeed.ACKNOWLEDGE,
    "hoan-thanh": LinkDeed.COMPLETE,
    "de-nghi-chuyen": LinkDeed.DECLINE,
    "trao-doi": LinkDeed.COMMENT,
}


def _page(
    request: Request, view: AnswerView, token: str, *, problem: Problem | None = None, **more: Any
) -> Response:
    say = speech(view.language)
    words = view.words
    return rendering.page(
        request,
        "link.html",
        say,
        status=problem.status if problem else 200,
        view=view,
        problem=problem,
        address=f"/t/{token}",
        asked=form_fields.of(view.form, say) if view.form else [],
        prefilled={"title": words.title, "text": words.text} if words else {},
        slugs={deed: slug for slug, deed in _SLUGS.items()},
        **{"recorded": None} | more,
    )


@router.get("")
def look(request: Request, session: Db, token: str) -> Response:
    """What is asked, of whom, until when."""
    return _page(request, answers.view(session, token), token)


@router.post("/tu-lieu/{evidence_id}")
def file(request: Request, form: Fields, token: str, evidence_id: UUID) -> Response:
    """A file that was kept of what is to be verified: with the number from the mail only."""
    try:
        found = answers.file(token, evidence_id, number=str(form.get("number", "")))
    except Refusal as refusal:
        return _again(request, token, str(evidence_id), refusal)
    return records.file_of(found)


@router.post("/{deed}")
def act(request: Request, form: Fields, token: str, deed: str) -> Response:
    """Acknowledge, complete, decline or remark; a second time answers the same."""
    if deed not in _SLUGS:
        raise NotFound(N_("Không có trang này."))
    try:
        answered = answers.act(
            token,
            deed=_SLUGS[deed],
            number=str(form.get("number", "")),
            answer=_answer(token, form) if deed == "hoan-thanh" else None,
            reason=str(form.get("reason", "")),
        )
    except Refusal as refusal:
        return _again(request, token, deed, refusal)
    return _page(request, answered.view, token, recorded=answered.recorded)


def _answer(token: str, form: FormData) -> dict[str, Any]:
    with database.reading() as session:
        view = answers.view(session, token)
    return form_fields.read(view.form, form) if view.form else {}


def _again(request: Request, token: str, deed: str, refusal: Refusal) -> Response:
    """The page once more, with what was filled in and what was wrong with it."""
    with database.reading() as session:
        view = answers.view(session, token)
    told = describe(refusal, speech(view.language))
    problem = Problem(
        status=told.status,
        kind=told.kind,
        title=told.title,
        fields=told.fields,
        attempted=request.state.form,
        deed=deed,
    )
    return _page(request, view, token, problem=problem)
