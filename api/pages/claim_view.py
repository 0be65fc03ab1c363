"""The sentences to verify, as the pages of incidents and flags show them."""

from collections.abc import Collection
from typing import Any

from sqlmodel import Session

from api.deeds import claims as deeds
from incidents.intake import claims, typology
from incidents.intake.claims import Place
from incidents.intake.signals import Nature, SignalState
from incidents.intake.typology import ContentType, Subject
from incidents.matter.incidents import Finding, Incident
from incidents.people import persons
from incidents.people.persons import Person
from incidents.record.language import speech
from incidents.rights.permissions import Deed


def gather(session: Session, place: Place, person: Person, may: Collection[Deed]) -> dict[str, Any]:
    """What ``claims.html`` asks for."""
    stated = deeds.stated_at(session, place)
    worked_on = (
        place.live
        if isinstance(place, Incident)
        else place.state in (SignalState.TRIAGE, SignalState.WATCHED)
    )
    verified_by = {claim.verified_by for claim in stated if claim.verified_by}
    say = speech(person.language)
    return {
        "claims": stated,
        "claim_tags": {claim.id: typology.named(claim.tags) for claim in stated},
        "claim_links": claims.elsewhere(session, stated, person.id),
        "verifiers": persons.names(session, verified_by),
        "may_state": worked_on and Deed.STATE_CLAIM in may,
        "may_settle": worked_on and Deed.VERIFY in may,
        "natures": [(n.value, say.value(n)) for n in Nature],
        "content_types": [(t.value, say.value(t)) for t in ContentType],
        "subjects": [(s.value, say.value(s)) for s in Subject],
        "techniques": list(typology.techniques().values()),
        "techniques_from": typology.source(),
        "finding_names": {f.value: say.value(f) for f in Finding},
        "finding_options": [(f.value, say.value(f)) for f in Finding if f is not Finding.PENDING],
    }
