"""What is done with the decision log of an incident."""

from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints
from sqlmodel import Session

from api.fields import Line, Moment, Optional, Request
from api.identity import Caller
from incidents.matter import incidents
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.response.judgement import decisions
from incidents.response.judgement.decisions import Decision, Words
from incidents.rights.permissions import Deed

Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=decisions.PROSE)]


class Decide(Request):
    """A decision; ``replaces`` is the number of the one it takes the place of."""

    question: Line
    options: Prose = ""
    chosen: Prose
    reason: Prose
    dissent: Prose = ""
    decided_by: Annotated[UUID | None, Optional] = None
    decided_at: Annotated[Moment | None, Optional] = None
    review_at: Annotated[Moment | None, Optional] = None
    replaces: Annotated[int | None, Optional] = None


def take(session: Session, caller: Caller, number: str, asked: Decide) -> Decision:
    """Write a decision down."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.LOG_DECISION, incident)
    words = Words(**asked.model_dump(include=set(Words.__dataclass_fields__)))
    return decisions.take(
        session,
        incident.id,
        words,
        decided_by=asked.decided_by,
        decided_at=asked.decided_at,
        review_at=asked.review_at,
        replaces=_numbered(session, incident.id, asked.replaces) if asked.replaces else None,
        by=caller.actor,
    )


def _numbered(session: Session, incident_id: UUID, number: int) -> UUID:
    for each in decisions.of_incident(session, incident_id):
        if each.number == number:
            return each.id
    raise NotFound(N_("Không tìm thấy quyết định này."))
