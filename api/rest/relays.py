"""Work passed on into groups, over REST."""

from api.deeds import relays as deeds
from api.deeds.relays import Pasted
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Shape
from incidents.record.language import Language
from incidents.response.answers import relays

router = deeds_under("/incidents/{number}", "steps")


class RelayOut(Shape):
    """A text to paste as it is, by language, the steps in it, and the groups of the directory."""

    texts: dict[Language, str]
    numbers: list[int]
    groups: list[str]


def _shown(session: Db, relay: deeds.Relay) -> RelayOut:
    return RelayOut(
        texts=relay.texts,
        numbers=[step.number for step in relay.steps],
        groups=relays.groups(session),
    )


@router.get("/group-relay", summary="The open work as a text for a group")
def one(session: Db, caller: RestCaller, number: str) -> RelayOut:
    """Numbers, names, times and codes; nothing of what was seen."""
    return _shown(session, deeds.see(session, caller, number))


@router.post("/group-relay", summary="Note that it was pasted into a group")
def pasted(session: Db, caller: RestCaller, number: str, asked: Pasted) -> RelayOut:
    """With the numbers that stood in the pasted text."""
    return _shown(session, deeds.pasted(session, caller, number, asked))
