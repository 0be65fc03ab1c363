"""The directory over REST: bodies on any day, their people, what leads to whom."""

from datetime import date
from uuid import UUID

from sqlmodel import Session

from api.deeds import directory as deeds
from api.deeds.directory import Change, Correct, End, Enter, Found, Move, Route, Succeed
from api.dependencies import Db, RestCaller
from api.rest.directory_shapes import (
    ContactOut,
    CorrectionOut,
    FocalOut,
    OrganisationOut,
    OrganisationPageOut,
    PeriodOut,
    RequestMadeOut,
    ReviewOut,
    RouteOut,
    SuccessionOut,
    WorksThereOut,
)
from api.rest.routers import deeds_under
from api.rest.shapes import Page, PersonOut
from incidents.insight import directory, reading
from incidents.matter import incidents
from incidents.people import organisations
from incidents.people.directory import routing, stale, tree
from incidents.people.directory.tree import Node
from incidents.record import clock
from incidents.record.language import speech
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = deeds_under("", "directory")


def _shown(nodes: dict[UUID, Node], node: Node) -> OrganisationOut:
    above = nodes.get(node.parent_id) if node.parent_id else None
    return OrganisationOut(
        id=node.body.id,
        code=node.body.code,
        name=node.name,
        kind=node.body.kind,
        parent=above.body.code if above else None,
        depth=node.depth,
        valid_from=node.body.valid_from,
        valid_to=node.body.valid_to,
    )


def _now(session: Session, organisation_id: UUID) -> OrganisationOut:
    nodes = tree.placed(session, incidents.today())
    return _shown(nodes, nodes[organisation_id])


@router.get("/organisations", summary="Bodies in force on a day, as a tree")
def listed(session: Db, caller: RestCaller, on: date | None = None) -> Page[OrganisationOut]:
    """With the names of that day; each is followed by what stands below it."""
    caller.require(session, Deed.SEE_DIRECTORY)
    nodes = tree.on(session, on or incidents.today())
    known = {n.body.id: n for n in nodes}
    return Page(items=[_shown(known, n) for n in nodes])


@router.get("/organisations/stale", summary="What of the directory nobody has tried lately")
def stale_ones(session: Db, caller: RestCaller) -> Page[ReviewOut]:
    """Body by body: addresses, focal points not tested, and those that are missing."""
    caller.require(session, Deed.SEE_DIRECTORY)
    found = stale.reviews(session, clock.now())
    names = organisations.names_on(session, found.keys(), incidents.today())
    return Page(
        items=[
            ReviewOut(
                code=each.body.code,
                name=names[each.body.id],
                contacts=[p.id for p in each.points],
                untested=[f.id for f in each.untested],
                lacking=each.lacking,
            )
            for each in found.values()
            if each.urgent or each.lacking
        ]
    )


@router.get("/organisations/{organisation}", summary="A body with its people, contacts and history")
def one(session: Db, caller: RestCaller, organisation: str) -> OrganisationPageOut:
    """Its name today; its former names stand in ``periods``."""
    caller.require(session, Deed.SEE_DIRECTORY)
    shown = directory.organisation(session, organisation)
    body = shown["body"]
    return OrganisationPageOut(
        **_now(session, body.id).model_dump(),
        people=[
            WorksThereOut(
                id=p.id,
                name=p.name,
                post=p.post,
                telephone=p.telephone,
                roles=shown["roles"].get(p.id, []),
            )
            for p in shown["people"]
        ],
        contacts=[
            ContactOut.model_validate(c).model_copy(update={"stale": c.id in shown["stale"]})
            for c in shown["contacts"]
        ],
        focal_points=[
            FocalOut.model_validate(f).model_copy(update={"stale": f.id in shown["stale"]})
            for f in shown["focal"]
        ],
        periods=[PeriodOut.model_validate(p) for p in shown["periods"]],
        predecessors=[SuccessionOut.model_validate(s) for s in shown["before"]],
        successors=[SuccessionOut.model_validate(s) for s in shown["after"]],
    )


@router.post("/organisations", summary="Write a body down", status_code=201)
def found(session: Db, caller: RestCaller, asked: Found) -> OrganisationOut:
    """Its code is its own for ever."""
    return _now(session, deeds.found(session, caller, asked).id)


@router.post("/organisations/{organisation}/change", summary="Rename or place it from a day on")
def change(session: Db, caller: RestCaller, organisation: str, asked: Change) -> PeriodOut:
    """What it was called before stays with the past."""
    return PeriodOut.model_validate(deeds.change(session, caller, organisation, asked))


@router.post("/organisations/{organisation}/correct", summary="Its kind or first day was wrong")
def correct(session: Db, caller: RestCaller, organisation: str, asked: Correct) -> OrganisationOut:
    """Refused when something it did, or an incident that names it, is older than the day."""
    return _now(session, deeds.correct(session, caller, organisation, asked).id)


@router.get("/organisations/{organisation}/corrections", summary="What was put right of a body")
def corrections(session: Db, caller: RestCaller, organisation: str) -> Page[CorrectionOut]:
    """The last first; the reason is shown to whoever keeps the directory."""
    found = deeds.corrections(session, caller, organisation)
    keeper = permissions.allowed(session, caller.person, Deed.KEEP_DIRECTORY)
    say = speech(caller.person.language)
    return Page(
        items=[
            CorrectionOut(
                at=made.at,
                by=made.by,
                former_kind=say.value(made.fact.former_kind),
                kind=say.value(made.fact.kind),
                former_from=made.fact.former_from,
                valid_from=made.fact.valid_from,
                reason=made.fact.reason if keeper else None,
            )
            for made in found
        ]
    )


@router.get("/organisations/{organisation}/requests", summary="What a body was asked in incidents")
def requests(session: Db, caller: RestCaller, organisation: str) -> Page[RequestMadeOut]:
    """Of bodies that are asked, not assigned, in incidents the caller may see; the newest first."""
    found = deeds.requests(session, caller, organisation)
    language = caller.person.language
    titles = reading.titles_among(session, [each.step for each in found], language)
    return Page(
        items=[
            RequestMadeOut(
                incident=each.incident.number,
                incident_title=each.incident.title,
                exercise=each.incident.exercise,
                step_id=each.step.id,
                number=each.step.number,
                title=titles[each.step.id],
                reference=each.reference,
                asked=list(each.asked),
                asked_at=each.asked_at,
                outcome=speech(language).value(each.outcome),
                answered_at=each.answered_at,
            )
            for each in found
        ]
    )


@router.post("/organisations/{organisation}/end", summary="Its last day")
def end(session: Db, caller: RestCaller, organisation: str, asked: End) -> OrganisationOut:
    """It stays in the directory of every day before."""
    return _now(session, deeds.end(session, caller, organisation, asked).id)


@router.post("/organisations/{organisation}/successors", summary="Merged or split")
def succeed(
    session: Db, caller: RestCaller, organisation: str, asked: Succeed
) -> Page[SuccessionOut]:
    """Unless ``ends`` is false, the day before is its last."""
    made = deeds.succeed(session, caller, organisation, asked)
    return Page(items=[SuccessionOut.model_validate(s) for s in made])


@router.post("/people", summary="Write a person down", status_code=201)
def enter(session: Db, caller: RestCaller, asked: Enter) -> PersonOut:
    """Without a sign-in."""
    return PersonOut.model_validate(deeds.enter(session, caller, asked))


@router.post("/people/{person_id}/move", summary="A person works elsewhere from a day on")
def move(session: Db, caller: RestCaller, person_id: UUID, asked: Move) -> PersonOut:
    """Where they worked before stays known."""
    return PersonOut.model_validate(deeds.move(session, caller, person_id, asked))


@router.get("/routing-rules", summary="Which body leads in what")
def routes(session: Db, caller: RestCaller) -> Page[RouteOut]:
    """The rules by playbook, topic and area, past ones as well."""
    caller.require(session, Deed.SEE_DIRECTORY)
    return Page(items=[RouteOut.model_validate(r) for r in routing.listed(session)])


@router.post("/routing-rules", summary="Let a body lead in matters of a kind", status_code=201)
def route(session: Db, caller: RestCaller, asked: Route) -> RouteOut:
    """The most specific rule that fits a matter decides."""
    return RouteOut.model_validate(deeds.route(session, caller, asked))


@router.post("/routing-rules/{route_id}/end", summary="A rule's last day")
def end_route(session: Db, caller: RestCaller, route_id: UUID, asked: End) -> RouteOut:
    """Work already given stays where it is."""
    return RouteOut.model_validate(deeds.end_route(session, caller, route_id, asked))
