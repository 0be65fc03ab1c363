"""Authorisations to sign, over REST."""

from datetime import datetime
from uuid import UUID

from api.deeds import authorisations as deeds
from api.deeds.authorisations import Paper
from api.dependencies import Db, RestCaller
from api.fields import Because
from api.rest.routers import deeds_under
from api.rest.shapes import Page, Shape
from incidents.people import authorisations
from incidents.people.roles import Role
from incidents.rights.permissions import Deed

router = deeds_under("/authorisations", "people")


class AuthorisationOut(Shape):
    """One paper; whoever ended it set ``valid_to``."""

    id: UUID
    number: str
    role: Role
    grantor_id: UUID
    grantee_id: UUID
    scope: str
    valid_from: datetime
    valid_to: datetime


@router.get("", summary="Who may sign for whom")
def listed(session: Db, caller: RestCaller) -> Page[AuthorisationOut]:
    """Every paper, the newest first."""
    caller.require(session, Deed.SEE_DESK)
    found = authorisations.listed(session)
    return Page(items=[AuthorisationOut.model_validate(each) for each in found])


@router.post("", status_code=201, summary="Record an authorisation")
def record(session: Db, caller: RestCaller, asked: Paper) -> AuthorisationOut:
    """The grantor holds the post; nobody records one for themselves. Needs a fresh proof."""
    return AuthorisationOut.model_validate(deeds.record(session, caller, asked))


@router.post("/{authorisation_id}/end", summary="End an authorisation before its last day")
def end(
    session: Db, caller: RestCaller, authorisation_id: UUID, asked: Because
) -> AuthorisationOut:
    """What was signed under it stands. Needs a fresh proof."""
    return AuthorisationOut.model_validate(deeds.end(session, caller, authorisation_id, asked))
