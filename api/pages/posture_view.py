"""The posture of an incident's words, as the room suggests, shows and asks for it."""

from collections.abc import Collection
from typing import Any

from sqlmodel import Session

from incidents.matter.incidents import Incident
from incidents.response.judgement import postures
from incidents.rights.permissions import Deed
from incidents.words.doctrine import Cluster, Posture


def gather(session: Session, incident: Incident, may: Collection[Deed]) -> dict[str, Any]:
    """What ``posture.html`` asks for; two queries."""
    standing = postures.standing(session, incident.id)
    return {
        "suggestion": postures.suggestion(session, incident),
        "stance": standing[0] if standing else None,
        "stance_taken": standing[1] if standing else None,
        "stray": postures.stray(standing[0], incident) if standing else None,
        "clusters": list(Cluster),
        "postures": list(Posture),
        "may_take_posture": incident.live and Deed.TAKE_POSTURE in may,
    }
