"""What the room shows of other incidents: where this one went, and what it could be joined with."""

from typing import Any

from sqlmodel import Session

from incidents.matter import incidents, ties
from incidents.matter.incidents import Incident
from incidents.people.persons import Person
from incidents.response.life import lifecycle, resuming
from incidents.response.life.resuming import Flare
from incidents.response.steps import catalog
from incidents.rights.permissions import Deed

_OTHERS = 100


def gather(
    session: Session, incident: Incident, person: Person, may: frozenset[Deed]
) -> dict[str, Any]:
    """Ties, and the options of the forms this person is shown; at most three queries."""
    joins = incident.live and Deed.MERGE in may
    opens_again = incident.status in lifecycle.REOPENABLE and Deed.REOPEN in may
    names = catalog.names(session, person.language) if joins or opens_again else {}
    return {
        "ties": ties.of(session, incident.id, reader=person.id),
        "flares": list(Flare),
        "playbook_options": [
            (code, name)
            for code, name in names.items()
            if incident.exercise or code not in catalog.EXERCISE_ONLY
        ],
        "merge_options": _others(session, incident, person) if joins else [],
        "reopens": opens_again,
        "too_late": opens_again and resuming.too_late_to_reopen(session, incident),
    }


def _others(session: Session, incident: Incident, reader: Person) -> list[tuple[str, str]]:
    live = incidents.recent(
        session, live_only=True, exercise=incident.exercise, limit=_OTHERS, reader=reader.id
    )
    return [(each.number, f"{each.number} – {each.title}") for each in live if each != incident]
