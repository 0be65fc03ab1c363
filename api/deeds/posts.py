"""What is done with posts: who plays which part from when on, and until when."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Moment, Optional, Reason, Request
from api.identity import Caller
from incidents.people import posts
from incidents.people.roles import Role, RoleHolder
from incidents.response.staffing import appointing, post_endings
from incidents.response.staffing.holdings import Holding
from incidents.response.staffing.post_endings import Successor
from incidents.rights import permissions
from incidents.rights.permissions import Deed


class Paper(Request):
    """The paper it rests on, where there is one: all three or none."""

    document: Line = Field(default="", description="Its number")
    signed_on: Annotated[date | None, Optional] = None
    signer: Line = ""


class Appoint(Paper):
    """A person, a part, and their place in it."""

    role: Role
    person_id: UUID
    rank: int = Field(default=1, description="1 holds the part, 2 and more deputise in that order")
    valid_from: Moment
    valid_to: Annotated[Moment | None, Optional] = None


class EndPost(Paper):
    """Why, from when on, and who follows in the same place, with their paper."""

    reason: Reason = ""
    ends_at: Annotated[Moment | None, Optional] = Field(
        default=None, description="Now when it is left out; never in the past"
    )
    successor_id: Annotated[UUID | None, Optional] = None
    confirmed: Annotated[Line | None, Optional] = Field(
        default=None, description="The fingerprint of the duty as it was shown; unasked if left out"
    )


def appoint(session: Session, caller: Caller, asked: Appoint) -> RoleHolder:
    """Put somebody into a part; needs a fresh proof of identity."""
    caller.require(session, Deed.KEEP_POSTS)
    return appointing.appoint(session, **asked.model_dump(), by=caller.actor)


def end(session: Session, caller: Caller, post_id: UUID, asked: EndPost) -> RoleHolder:
    """Let a post end with what hangs on it; needs a fresh proof of identity."""
    caller.require(session, Deed.KEEP_POSTS)
    paper = asked.model_dump(include={"document", "signed_on", "signer"})
    return post_endings.end(
        session,
        post_id,
        ends_at=asked.ends_at,
        successor=Successor(asked.successor_id, **paper) if asked.successor_id else None,
        reason=asked.reason,
        confirmed=asked.confirmed,
        by=caller.actor,
    )


def see_duty(session: Session, caller: Caller, post_id: UUID) -> list[Holding]:
    """The turns, shifts and stand-ins that end or move with a post."""
    permissions.require(session, caller.person, Deed.KEEP_POSTS)
    return post_endings.on_duty(session, posts.get(session, post_id))
