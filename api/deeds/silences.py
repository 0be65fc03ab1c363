"""Whether to respond: the test of four questions, asked of a flag or an incident."""

from sqlmodel import Session

from api.deeds import claims as places
from api.identity import Caller
from incidents.response.judgement import silences
from incidents.response.judgement.silences import Silence
from incidents.response.steps.forms import AnswerOrWatch
from incidents.rights.permissions import Deed


def weigh(session: Session, caller: Caller, name: str, asked: AnswerOrWatch) -> Silence | None:
    """Decide to answer, or not to for now."""
    place = places.at(session, caller, name, Deed.WEIGH)
    return silences.weigh(session, place, asked, by=caller.actor)


def listed(session: Session, caller: Caller, name: str) -> list[Silence]:
    """Every decision not to respond, the newest first."""
    return silences.of(session, places.at(session, caller, name, Deed.SEE_DESK))
