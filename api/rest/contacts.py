"""Contact points and focal points over REST."""

from uuid import UUID

from api.deeds import contacts as deeds
from api.deeds.contacts import AddContact, Appoint, Tested, Tried, TypedCode
from api.dependencies import Db, RestCaller
from api.rest.directory_shapes import CodeSentOut, ContactOut, FocalOut
from api.rest.routers import deeds_under
from incidents.people.directory import stale
from incidents.people.persons import ContactPoint
from incidents.record import clock

router = deeds_under("", "directory")


def _shown(point: ContactPoint) -> ContactOut:
    is_stale = stale.point_is_stale(point, clock.now())
    return ContactOut.model_validate(point).model_copy(update={"stale": is_stale})


@router.post(
    "/organisations/{organisation}/contact-points", summary="Another way to reach", status_code=201
)
def add(session: Db, caller: RestCaller, organisation: str, asked: AddContact) -> ContactOut:
    """A body, or the person named."""
    return _shown(deeds.add(session, caller, organisation, asked))


@router.post("/contact-points/{contact_id}/remove", summary="It reaches nobody any more")
def remove(session: Db, caller: RestCaller, contact_id: UUID) -> None:
    """Taken out of the directory."""
    deeds.remove(session, caller, contact_id)


@router.post("/contact-points/{contact_id}/send-code", summary="Send a code to an e-mail address")
def send_code(session: Db, caller: RestCaller, contact_id: UUID) -> CodeSentOut:
    """Six digits, good for half an hour."""
    return CodeSentOut.model_validate(deeds.send_code(session, caller, contact_id))


@router.post("/contact-points/{contact_id}/confirm", summary="Type the code in")
def confirm(session: Db, caller: RestCaller, contact_id: UUID, asked: TypedCode) -> ContactOut:
    """``verified_at`` tells whether it was right; a wrong one costs a try."""
    return _shown(deeds.confirm(session, caller, contact_id, asked))


@router.post("/contact-points/{contact_id}/tried", summary="Somebody tried it")
def tried(session: Db, caller: RestCaller, contact_id: UUID, asked: Tried) -> ContactOut:
    """Every kind but e-mail is verified so."""
    return _shown(deeds.tried(session, caller, contact_id, asked))


@router.post(
    "/organisations/{organisation}/focal-points", summary="Who stands for it", status_code=201
)
def appoint(session: Db, caller: RestCaller, organisation: str, asked: Appoint) -> FocalOut:
    """In place of whoever did."""
    return FocalOut.model_validate(deeds.appoint(session, caller, organisation, asked))


@router.post("/focal-points/{focal_id}/test", summary="Somebody tried to reach a focal point")
def test(session: Db, caller: RestCaller, focal_id: UUID, asked: Tested) -> FocalOut:
    """As in an emergency."""
    return FocalOut.model_validate(deeds.test(session, caller, focal_id, asked))


@router.post("/focal-points/{focal_id}/end", summary="Stands for it no longer")
def end(session: Db, caller: RestCaller, focal_id: UUID) -> FocalOut:
    """The body lacks one from now on."""
    return FocalOut.model_validate(deeds.end(session, caller, focal_id))
