"""What is done with groups the officers already have: work pasted there by a person."""

from typing import Annotated, NamedTuple

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Request, Ticked
from api.identity import Caller
from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.record.language import Language
from incidents.response.answers import relays
from incidents.response.steps.steps import Step
from incidents.rights.permissions import Deed
from notifications import group_words


class Pasted(Request):
    """The group, and the numbers of the steps in the text that was pasted."""

    group: Line
    numbers: Annotated[list[int], Ticked] = Field(default_factory=list[int])


class Relay(NamedTuple):
    """The open work of an incident as it can be pasted."""

    incident: Incident
    steps: list[Step]
    texts: dict[Language, str]


def see(session: Session, caller: Caller, number: str) -> Relay:
    """What waits now, in the desk's words."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.ANSWER_FOR, incident)
    waiting = relays.open_work(session, incident.id)
    texts = {each: group_words.of(session, incident, waiting, language=each) for each in Language}
    return Relay(incident, waiting, texts)


def pasted(session: Session, caller: Caller, number: str, asked: Pasted) -> Relay:
    """Note what was pasted where."""
    relay = see(session, caller, number)
    relays.pasted(session, relay.incident.id, asked.numbers, group=asked.group, by=caller.actor)
    return relay
