"""Claims over REST: the sentences to verify, wherever they stand."""

from uuid import UUID

from sqlmodel import Session

from api.deeds import claims as deeds
from api.deeds.claims import Link, Put, Settle, Unlink
from api.dependencies import Db, RestCaller, Say
from api.identity import Caller
from api.rest.flag_shapes import (
    ClaimOut,
    FindingOut,
    FindingsOut,
    PlaceOut,
    TechniqueOut,
    VocabularyOut,
)
from api.rest.routers import deeds_under
from api.rest.shapes import IncidentOut, Page
from incidents.intake import claims, typology
from incidents.intake.claims import Claim
from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.response.judgement import findings
from incidents.response.steps import steps
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = deeds_under("", "claims")


def _whole(session: Session, caller: Caller, claim: Claim) -> ClaimOut:
    shown = ClaimOut.model_validate(claim)
    shown.places = [
        PlaceOut(kind="incident", name=place.number)
        if isinstance(place, Incident)
        else PlaceOut(kind="signal", name=place.code)
        for place in claims.places(session, claim)
        if permissions.allowed(session, caller.person, Deed.SEE_DESK, place)
    ]
    return shown


def _listed(session: Session, caller: Caller, name: str, deed: Deed) -> Page[ClaimOut]:
    place = deeds.at(session, caller, name, deed)
    found = deeds.stated_at(session, place)
    return Page(items=[ClaimOut.model_validate(each) for each in found])


@router.get("/incidents/{number}/claims", summary="The sentences to verify")
def of_incident(session: Db, caller: RestCaller, number: str) -> Page[ClaimOut]:
    """Of the incident and its flags, in the order they were stated."""
    return _listed(session, caller, number, Deed.SEE_INCIDENT)


@router.post("/incidents/{number}/claims", status_code=201, summary="State one by hand")
def add_to_incident(session: Db, caller: RestCaller, number: str, asked: Put) -> ClaimOut:
    """One checkable sentence, perhaps classed."""
    return _whole(session, caller, deeds.add(session, caller, number, asked))


@router.post("/incidents/{number}/claims/{claim_id}/settle", summary="Say what is true of it")
def settle_in_incident(
    session: Db, caller: RestCaller, number: str, claim_id: UUID, asked: Settle
) -> ClaimOut:
    """By a named person who did not report it."""
    place = deeds.at(session, caller, number, Deed.SEE_INCIDENT)
    if claim_id not in {claim.id for claim in deeds.stated_at(session, place)}:
        raise NotFound(N_("Không tìm thấy nội dung này."))
    return _whole(session, caller, deeds.settle(session, caller, claim_id, asked))


@router.get("/incidents/{number}/findings", summary="What verifications found, and if they differ")
def listed_findings(session: Db, caller: RestCaller, number: str) -> FindingsOut:
    """While they differ neither counts, and the finding of the incident is pending."""
    incident = incidents.by_number(session, number)
    caller.require(session, Deed.SEE_INCIDENT, incident)
    asked = steps.of_incident(session, incident.id)
    return FindingsOut(
        finding=incident.finding,
        differ=bool(findings.differing(incident, asked)),
        items=[
            FindingOut.model_validate({**s.model_dump(), **(s.answer or {})})
            for s in findings.given(asked)
        ],
    )


@router.post("/incidents/{number}/findings/settle", summary="Say which finding counts")
def settle_findings(session: Db, caller: RestCaller, number: str, asked: Settle) -> IncidentOut:
    """Where they differ, by somebody who is none of those who found."""
    return IncidentOut.model_validate(deeds.settle_findings(session, caller, number, asked))


@router.get("/signals/{code}/claims", summary="The sentences to verify in a flag")
def of_signal(session: Db, caller: RestCaller, code: str) -> Page[ClaimOut]:
    """And in those merged into it."""
    return _listed(session, caller, code, Deed.SEE_DESK)


@router.post("/signals/{code}/claims", status_code=201, summary="State one by hand in a flag")
def add_to_signal(session: Db, caller: RestCaller, code: str, asked: Put) -> ClaimOut:
    """It comes along when the flag is opened or merged."""
    return _whole(session, caller, deeds.add(session, caller, code, asked))


@router.get("/claims/{claim_id}", summary="One claim, and everywhere it stands")
def one(session: Db, caller: RestCaller, claim_id: UUID) -> ClaimOut:
    """By its id."""
    return _whole(session, caller, deeds.see(session, caller, claim_id))


@router.post("/claims/{claim_id}/edit", summary="Word or class it otherwise")
def edit(session: Db, caller: RestCaller, claim_id: UUID, asked: Put) -> ClaimOut:
    """A verified sentence keeps its words; it may still be classed."""
    return _whole(session, caller, deeds.edit(session, caller, claim_id, asked))


@router.post("/claims/{claim_id}/link", summary="Say where else it stands")
def link(session: Db, caller: RestCaller, claim_id: UUID, asked: Link) -> ClaimOut:
    """In another flag or a live incident."""
    return _whole(session, caller, deeds.link(session, caller, claim_id, asked))


@router.post("/claims/{claim_id}/unlink", summary="Take a link back")
def unlink(session: Db, caller: RestCaller, claim_id: UUID, asked: Unlink) -> ClaimOut:
    """Where it was stated first it stays."""
    return _whole(session, caller, deeds.unlink(session, caller, claim_id, asked))


@router.post("/claims/{claim_id}/settle", summary="Say what is true of one claim")
def settle(session: Db, caller: RestCaller, claim_id: UUID, asked: Settle) -> ClaimOut:
    """By a named person who did not report it; told in every matter it stands in."""
    return _whole(session, caller, deeds.settle(session, caller, claim_id, asked))


@router.get("/claim-tags", summary="The behaviours a claim may be tagged with")
def tags(session: Db, caller: RestCaller, say: Say) -> VocabularyOut:
    """DISARM's codes in our own words, with whose codes they are and their licence."""
    caller.require(session, Deed.SEE_DESK)
    return VocabularyOut(
        **typology.source(),
        items=[
            TechniqueOut(code=each.code, name=say.value(each.name))
            for each in typology.techniques().values()
        ],
    )
