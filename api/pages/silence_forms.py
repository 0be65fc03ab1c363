"""The form of the respond-or-ignore test on the pages of incidents and flags."""

from fastapi import APIRouter
from starlette.responses import Response

from api.deeds import silences as deeds
from api.dependencies import Db, Fields, FormCaller
from api.pages import flags, form_fields, rendering, room
from api.pages.forms import again
from incidents.response.steps import forms
from incidents.response.steps.forms import AnswerOrWatch

router = APIRouter(include_in_schema=False)


def _test(form: Fields) -> AnswerOrWatch:
    given = form_fields.read(AnswerOrWatch, form)
    return AnswerOrWatch.model_validate(forms.check(AnswerOrWatch.__name__, given).model_dump())


@router.post("/vu-viec/{number}/tra-loi-hay-theo-doi", dependencies=[again(room.shown)])
def weigh_incident(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """Decide whether to respond in an incident."""
    deeds.weigh(session, caller, number, _test(form))
    return rendering.back(f"/vu-viec/{number}", "tra-loi-hay-theo-doi", "im-lang")


@router.post("/tin-bao/{code}/tra-loi-hay-theo-doi", dependencies=[again(flags.shown)])
def weigh_flag(session: Db, caller: FormCaller, form: Fields, code: str) -> Response:
    """Decide whether to respond to a flag."""
    deeds.weigh(session, caller, code, _test(form))
    return rendering.back(f"/tin-bao/{code}", "tra-loi-hay-theo-doi", "im-lang")
