"""The incident's room: everything about one matter on one page, and every deed done from it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import claims as claim_deeds
from api.deeds import decisions as decision_deeds
from api.deeds import incidents as deeds
from api.deeds import lessons as lesson_deeds
from api.deeds import steps as step_deeds
from api.deeds.claims import Settle
from api.deeds.decisions import Decide
from api.deeds.incidents import (
    Direction,
    Note,
    ReleaseShell,
    Replace,
    Resolve,
    Review,
    Scores,
    SetLevel,
)
from api.deeds.lessons import Learn, LinkHere
from api.deeds.steps import Add
from api.dependencies import Db, Fields, FormCaller, Reader
from api.fields import Because, Moment, Optional
from api.identity import Caller
from api.pages import (
    choosing,
    clock_forms,
    conflict_forms,
    rendering,
    room_view,
    task_force_forms,
)
from api.pages.forms import again, filled
from api.pages.kinds import KINDS
from api.problems import Problem
from api.rest.signals import files_of
from incidents.intake.signals import File
from incidents.matter.recusals import Recusal
from incidents.people import sign_ins
from incidents.record import clock
from incidents.record.errors import Invalid, NotFound
from incidents.record.language import N_, Speech, speech
from incidents.response.steps import forms
from incidents.response.steps.added_steps import FORMS

router = APIRouter(include_in_schema=False, prefix="/vu-viec/{number}")


def shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    number: str,
) -> Response:
    """The room as this person may see it, or again after a refused form."""
    incident = deeds.see(session, caller, number)
    chosen = request.query_params.get("loc", "")
    view = room_view.gather(session, incident, caller.person, chosen=chosen)
    return rendering.for_caller(
        request,
        "room.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        fresh=sign_ins.fresh(caller.sign_in),
        room_path=f"/vu-viec/{number}",
        chosen=chosen,
        kinds=KINDS,
        zone=clock.LOCAL,
        minutes=_minutes,
        **view,
        **_options(view, speech(caller.person.language)),
        rule_options=clock_forms.offered(session, speech(caller.person.language)),
    )


def _minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def _options(view: dict[str, Any], say: Speech) -> dict[str, list[tuple[str, str]]]:
    """What the room's pickers offer."""
    seated = {m.person_id for m in view["seats"]}
    known, declared = view["everybody"], view["recusals"]
    people = choosing.people(known)
    decided = choosing.concerned(known, declared, judging=True)
    taken = choosing.concerned(known, declared, judging=False)
    return {
        "people_options": people,
        "decider_options": choosing.people(known, but=decided),
        "taker_options": choosing.people(known, but=taken),
        "second_options": [each for each in people if UUID(each[0]) in view["graders"]],
        "seat_options": [each for each in people if UUID(each[0]) in seated],
        "role_options": [
            (role.value, say.value(role)) for role in dict.fromkeys(m.role for m in view["seats"])
        ],
        "callable_options": [(role.value, say.value(role)) for role in view["roles"]],
        "form_options": [(name, say.text(forms.of(name).heading)) for name in FORMS],
        "decision_options": [
            (d.decision.number, f"{d.decision.number}. {d.words['question']}")
            for d in view["decisions"]
            if not d.replaced_by
        ],
        "cluster_options": [(each.value, say.value(each)) for each in view["clusters"]],
        "proof_options": clock_forms.proofs(say, view["out"], view["kept"]),
    }


@router.get("")
def one(
    request: Request,
    session: Db,
    caller: Reader,
    number: str,
    loc: Annotated[str, Query(max_length=20)] = "",
) -> Response:
    """The room; ``loc`` narrows the timeline."""
    del loc
    return shown(request, session, caller, number=number)


class Captured(BaseModel):
    """When a photo or file was made, if not just now."""

    captured_at: Annotated[Moment | None, Optional] = None


async def _files(form: Fields) -> list[File]:
    return await files_of(form.getlist("file"))


@router.post("/tu-lieu", dependencies=[again(shown)])
def keep(
    session: Db,
    caller: FormCaller,
    form: Fields,
    files: Annotated[list[File], Depends(_files)],
    number: str,
) -> Response:
    """Keep files under their hash, perhaps back-dated."""
    deeds.see(session, caller, number)
    if not files:
        raise Invalid(fields={"file": (N_("Chọn một tệp."), {})})
    captured_at = filled(Captured, form).captured_at
    for file in files:
        deeds.keep(session, caller, number, file, captured_at)
    return rendering.back(f"/vu-viec/{number}", "tu-lieu", "tu-lieu")


_DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any], str]] = {
    "cham-diem": (Scores, deeds.score, "cap-do"),
    "cap-do": (SetLevel, deeds.set_level, "cap-do"),
    "tam-on": (Because, deeds.stabilise, ""),
    "hop-rut-kinh-nghiem": (Review, deeds.review, ""),
    "cho-tong-ket": (Resolve, deeds.resolve, ""),
    "ket-thuc": (Because, deeds.close, ""),
    "dung-xu-ly": (Because, deeds.stand_down, ""),
    "mo-nham": (Because, deeds.undo, ""),
    "y-kien-chi-dao": (Direction, deeds.direct, "to-cong-tac"),
    "thay-nguoi": (Replace, deeds.replace, "to-cong-tac"),
    "ghi-chu": (Note, deeds.note, "nhat-ky"),
    "chot-ket-qua": (Settle, claim_deeds.settle_findings, "xac-minh"),
    "ghi-quyet-dinh": (Decide, decision_deeds.take, "quyet-dinh"),
    "ghi-bai-hoc": (Learn, lesson_deeds.learn, "bai-hoc"),
    "bai-hoc-lap-lai": (LinkHere, lesson_deeds.link_here, "bai-hoc"),
    "them-viec": (Add, step_deeds.add, "viec"),
    **clock_forms.DEEDS,
    **task_force_forms.DEEDS,
    **conflict_forms.DEEDS,
}


@router.post("/mau/{code}", dependencies=[again(shown)])
def release_shell(
    session: Db, caller: FormCaller, form: Fields, number: str, code: str
) -> Response:
    """Release a shell approved in advance."""
    deeds.release_shell(session, caller, number, code, filled(ReleaseShell, form))
    return rendering.back(f"/vu-viec/{number}", "mau", "phat-ngon")


@router.post("/{deed}", dependencies=[again(shown)])
def act(session: Db, caller: FormCaller, form: Fields, number: str, deed: str) -> Response:
    """One deed of the room's forms."""
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    shape, carry_out, anchor = _DEEDS[deed]
    done = carry_out(session, caller, number, filled(shape, form))
    if isinstance(done, Recusal) and done.person_id == caller.person.id:
        return rendering.back("/", deed)  # whoever is concerned does not see the room any more
    return rendering.back(f"/vu-viec/{number}", deed, anchor)
