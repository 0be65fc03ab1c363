"""The forms about claims on the pages of incidents and flags."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import claims as deeds
from api.deeds.claims import Link, Put, Settle, Unlink
from api.dependencies import Db, Fields, FormCaller
from api.identity import Caller
from api.pages import flags, rendering, room
from api.pages.forms import again, filled
from incidents.intake.claims import Claim, Place
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False)

_DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Claim]]] = {
    "sua": (Put, deeds.edit),
    "ket-luan": (Settle, deeds.settle),
    "co-o": (Link, deeds.link),
    "khong-o": (Unlink, deeds.unlink),
}


@router.post("/vu-viec/{number}/noi-dung", dependencies=[again(room.shown)])
def add_to_incident(session: Db, caller: FormCaller, form: Fields, number: str) -> Response:
    """State one more sentence in an incident."""
    deeds.add(session, caller, number, filled(Put, form))
    return rendering.back(f"/vu-viec/{number}", "noi-dung", "xac-minh")


@router.post("/vu-viec/{number}/noi-dung/{claim_id}/{deed}", dependencies=[again(room.shown)])
def act_in_incident(
    session: Db, caller: FormCaller, form: Fields, number: str, claim_id: UUID, deed: str
) -> Response:
    """Word, class, link or settle one that stands in an incident."""
    place = deeds.at(session, caller, number, Deed.SEE_INCIDENT)
    _carry_out(session, caller, place, claim_id, deed, form)
    return rendering.back(f"/vu-viec/{number}", "noi-dung", "xac-minh")


@router.post("/tin-bao/{code}/noi-dung", dependencies=[again(flags.shown)])
def add_to_flag(session: Db, caller: FormCaller, form: Fields, code: str) -> Response:
    """State one more sentence in a flag."""
    deeds.add(session, caller, code, filled(Put, form))
    return rendering.back(f"/tin-bao/{code}", "noi-dung", "xac-minh")


@router.post("/tin-bao/{code}/noi-dung/{claim_id}/{deed}", dependencies=[again(flags.shown)])
def act_in_flag(
    session: Db, caller: FormCaller, form: Fields, code: str, claim_id: UUID, deed: str
) -> Response:
    """Word, class, link or settle one that stands in a flag."""
    place = deeds.at(session, caller, code, Deed.SEE_DESK)
    _carry_out(session, caller, place, claim_id, deed, form)
    return rendering.back(f"/tin-bao/{code}", "noi-dung", "xac-minh")


def _carry_out(
    session: Session, caller: Caller, place: Place, claim_id: UUID, deed: str, form: Any
) -> None:
    if deed not in _DEEDS:
        raise NotFound(N_("Không có trang này."))
    if claim_id not in {claim.id for claim in deeds.stated_at(session, place)}:
        raise NotFound(N_("Không tìm thấy nội dung này."))
    shape, verb = _DEEDS[deed]
    verb(session, caller, claim_id, filled(shape, form))
