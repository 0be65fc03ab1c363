"""The form of the respond-or-ignore test on the pages of incidents and flags."""

from functools import partial

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from api.deeds import silences as deeds
from api.dependencies import Db, Fields, FormCaller
from api.pages import flags, form_fields, rendering, room
from incidents.response.work import forms
from incidents.response.work.forms import AnswerOrWatch

router = APIRouter(include_in_schema=False)


def _incident_again(request: Request, number: str) -> None:
    request.state.again = partial(room.shown, number=number)


def _flag_again(request: Request, code: str) -> None:
    request.state.again = partial(flags.shown, code=code)


def _test(form: Fields) -> AnswerOrWatch:
    given = form_fields.read(AnswerOrWatch, form)
    return AnswerOrWatch.model_validate(forms.check(AnswerOrWatch.__name__, given).model_dump())


@router.post("/vu-viec/{number}/tra-loi-hay-theo-doi", dependencies=[Depends(_incident_again)])
def weigh_incident(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Decide whether to respond in an incident."""
    deeds.weigh(session, caller, number, _test(form))
    return rendering.back(f"/vu-viec/{number}", "tra-loi-hay-theo-doi", "im-lang")


@router.post("/tin-bao/{code}/tra-loi-hay-theo-doi", dependencies=[Depends(_flag_again)])
def weigh_flag(session: Db, caller: FormCaller, form: Fields, code: str) -> Response:
    """Decide whether to respond to a flag."""
    deeds.weigh(session, caller, code, _test(form))
    return rendering.back(f"/tin-bao/{code}", "tra-loi-hay-theo-doi", "im-lang")
