"""Whether to respond, as the pages of incidents and flags show and ask it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from sqlmodel import Session

from api.pages import form_fields
from incidents.intake.claims import Place
from incidents.intake.signals import SignalState
from incidents.matter.incidents import Incident
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record import clock
from incidents.record.language import speech
from incidents.response.judgement import silences
from incidents.response.steps.forms import AnswerOrWatch
from incidents.rights.permissions import Deed

_REVIEW_IN = timedelta(hours=4)


def gather(session: Session, place: Place, person: Person, may: Collection[Deed]) -> dict[str, Any]:
    """What ``silences.html`` asks for."""
    kept = silences.of(session, place)
    incident = isinstance(place, Incident)
    open_ = place.live if incident else place.state in (SignalState.TRIAGE, SignalState.WATCHED)
    return {
        "silences": kept,
        "deciders": persons.names(session, {each.decided_by for each in kept}),
        "weighed_on": open_,
        "weigh_asked": form_fields.of(AnswerOrWatch, speech(person.language)),
        "weigh_review_at": clock.now() + _REVIEW_IN,
        "may_weigh": open_ and Deed.WEIGH in may,
    }
