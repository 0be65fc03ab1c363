"""What is done with the papers that pass the authority to sign on."""

from uuid import UUID

from sqlmodel import Session

from api.fields import Because, Line, Moment, Reason, Request
from api.identity import Caller
from incidents.people import authorisations
from incidents.people.authorisations import Authorisation
from incidents.people.roles import Role
from incidents.response.staffing import appointing
from incidents.rights.permissions import Deed


class Paper(Request):
    """A signed authorisation, as it reads."""

    number: Line
    role: Role
    grantor_id: UUID
    grantee_id: UUID
    scope: Reason
    valid_from: Moment
    valid_to: Moment


def record(session: Session, caller: Caller, asked: Paper) -> Authorisation:
    """Let the grantee sign by it; needs a fresh proof of identity."""
    caller.require(session, Deed.KEEP_AUTHORISATIONS)
    return appointing.authorise(session, **asked.model_dump(), by=caller.actor)


def end(session: Session, caller: Caller, authorisation_id: UUID, asked: Because) -> Authorisation:
    """Let nobody sign by it any more; needs a fresh proof of identity."""
    caller.require(session, Deed.KEEP_AUTHORISATIONS)
    return authorisations.end(session, authorisation_id, reason=asked.reason, by=caller.actor)
