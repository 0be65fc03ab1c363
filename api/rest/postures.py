"""The posture of an incident's words, over REST."""

from datetime import datetime
from uuid import UUID

from api.deeds import incidents as incident_deeds
from api.deeds import postures as deeds
from api.deeds.postures import Take
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Shape
from incidents.record.language import Speech, speech
from incidents.response.judgement import postures
from incidents.response.judgement.decisions import Decision
from incidents.response.judgement.postures import Stance
from incidents.words.doctrine import Cluster, Posture, Suggestion

router = deeds_under("/incidents/{number}/posture", "posture")


class SuggestionOut(Shape):
    """What fits, and why in the caller's language."""

    cluster: Cluster
    postures: list[Posture]
    reasons: list[str]


class StanceOut(Shape):
    """What was taken; ``stray`` says why the facts found since no longer allow it."""

    cluster: Cluster
    postures: list[Posture]
    suggested: list[Posture]
    decision: int
    reason: str
    taken_by: UUID | None
    taken_at: datetime
    stray: str | None


class PostureOut(Shape):
    """What is suggested now, and what stands."""

    suggestion: SuggestionOut
    standing: StanceOut | None


def _suggested(found: Suggestion, say: Speech) -> SuggestionOut:
    reasons = [say.text(sentence, **values) for sentence, values in found.reasons]
    return SuggestionOut(cluster=found.cluster, postures=list(found.postures), reasons=reasons)


def _standing(stance: Stance, decision: Decision, stray: str | None) -> StanceOut:
    return StanceOut(
        cluster=stance.cluster,
        postures=stance.taken,
        suggested=[Posture(each) for each in stance.suggested],
        decision=decision.number,
        reason=decision.reason,
        taken_by=decision.decided_by,
        taken_at=decision.decided_at,
        stray=stray,
    )


def _shown(session: Db, caller: RestCaller, number: str) -> PostureOut:
    incident, say = incident_deeds.see(session, caller, number), speech(caller.person.language)
    standing = postures.standing(session, incident.id)
    stray = postures.stray(standing[0], incident) if standing else None
    return PostureOut(
        suggestion=_suggested(postures.suggestion(session, incident), say),
        standing=_standing(*standing, say.text(stray) if stray else None) if standing else None,
    )


@router.get("", summary="The posture suggested, and the one taken")
def one(session: Db, caller: RestCaller, number: str) -> PostureOut:
    """Suggested by situational crisis communication theory; a person decides."""
    return _shown(session, caller, number)


@router.post("", status_code=201, summary="Take a posture")
def take(session: Db, caller: RestCaller, number: str, asked: Take) -> PostureOut:
    """It becomes a decision of the log and replaces the one before."""
    deeds.take(session, caller, number, asked)
    session.flush()
    return _shown(session, caller, number)
