"""The posture of an incident's words."""

from typing import Annotated

from pydantic import Field
from sqlmodel import Session

from api.deeds.decisions import Prose
from api.fields import Reason, Request, Ticked
from api.identity import Caller
from incidents.matter import incidents
from incidents.response.judgement import postures
from incidents.response.judgement.postures import Stance
from incidents.rights.permissions import Deed
from incidents.words.doctrine import Cluster, Posture


class Take(Request):
    """A posture; none means to instruct and to care, and no more."""

    cluster: Cluster
    postures: Annotated[list[Posture], Ticked] = Field(default_factory=list)
    reason: Reason
    dissent: Prose = ""


def take(session: Session, caller: Caller, number: str, asked: Take) -> Stance:
    """Take a posture; it enters the decision log."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.TAKE_POSTURE, incident)
    return postures.take(
        session,
        incident.id,
        asked.postures,
        cluster=asked.cluster,
        reason=asked.reason,
        dissent=asked.dissent,
        by=caller.actor,
    )
