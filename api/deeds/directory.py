"""What is done with bodies, the people who work for them, and which body leads in what."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Optional, Reason, Request
from api.identity import Caller
from incidents.insight import requests_made
from incidents.insight.requests_made import RequestMade
from incidents.matter import body_corrections
from incidents.matter.body_corrections import Made
from incidents.people import organisations
from incidents.people.directory import keeping, postings, routing
from incidents.people.directory.routing import RoutingRule
from incidents.people.organisations import Organisation, OrganisationPeriod, Succession
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record.language import Language
from incidents.rights import permissions
from incidents.rights.permissions import Deed

Day = Annotated[date | None, Optional]


class Found(Request):
    """A new body; ``parent`` is the code of the body above it."""

    code: Line
    name: Line
    kind: Line
    parent: Line = ""
    valid_from: Day = None
    valid_to: Day = None


class Change(Request):
    """Another name or place from a day on; a name left out stays, so does a parent."""

    name: Line = ""
    parent: Line | None = None
    starts_on: date
    basis: Line = ""


class Correct(Request):
    """Kind and first day as they should have been written; without a day it was always there."""

    kind: Line
    valid_from: Day = None
    reason: Reason = ""


class End(Request):
    """The last day."""

    last_day: date


class Succeed(Request):
    """Who takes over, by codes; ``matter`` when it is not everything."""

    successors: list[Line] = Field(min_length=1, max_length=50)
    happened_on: date
    matter: Line = ""
    basis: Line = ""
    ends: bool = True


class Enter(Request):
    """A new person of a body."""

    name: Line
    organisation: Line
    post: Line = ""
    telephone: Line = ""
    language: Language = Language.VI


class Move(Request):
    """Where a person works from a day on."""

    organisation: Line
    post: Line
    starts_on: date


class Route(Request):
    """In matters of this playbook, topic or area this body has the role."""

    role: Role
    organisation: Line
    playbook: Line = ""
    topic: Line = ""
    area: Line = ""
    basis: Line = ""
    valid_from: date
    valid_to: Day = None


def _id(session: Session, code: str) -> UUID | None:
    return organisations.by_code(session, code).id if code else None


def found(session: Session, caller: Caller, asked: Found) -> Organisation:
    """A new body."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return keeping.found(
        session,
        asked.code,
        name=asked.name,
        kind=asked.kind,
        parent_id=_id(session, asked.parent),
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
        by=caller.actor,
    )


def change(session: Session, caller: Caller, code: str, asked: Change) -> OrganisationPeriod:
    """Rename it, or place it elsewhere; the past keeps its names."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    body = organisations.by_code(session, code)
    held = organisations.periods(session, [body.id]).get(body.id)
    before = organisations.period_on(held, asked.starts_on)
    parent_id = before.parent_id if before else body.parent_id
    return keeping.change(
        session,
        body.id,
        name=asked.name or (before.name if before else body.name),
        parent_id=parent_id if asked.parent is None else _id(session, asked.parent),
        starts_on=asked.starts_on,
        basis=asked.basis,
        by=caller.actor,
    )


def correct(session: Session, caller: Caller, code: str, asked: Correct) -> Organisation:
    """Put right how it was founded."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    body = organisations.by_code(session, code)
    return body_corrections.correct(session, body.id, **asked.model_dump(), by=caller.actor)


def corrections(session: Session, caller: Caller, code: str) -> list[Made]:
    """What was put right of it."""
    caller.require(session, Deed.SEE_DIRECTORY)
    return body_corrections.of(session, organisations.by_code(session, code))


def requests(session: Session, caller: Caller, code: str) -> list[RequestMade]:
    """What it was asked in the incidents the caller may see."""
    caller.require(session, Deed.SEE_DIRECTORY)
    sees = permissions.sees(session, caller.person)
    body = organisations.by_code(session, code)
    return [each for each in requests_made.of(session, body) if sees(each.incident)]


def end(session: Session, caller: Caller, code: str, asked: End) -> Organisation:
    """Its last day."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    body = organisations.by_code(session, code)
    return keeping.end(session, body.id, last_day=asked.last_day, by=caller.actor)


def succeed(session: Session, caller: Caller, code: str, asked: Succeed) -> list[Succession]:
    """Merged into another, or split into several."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return keeping.succeed(
        session,
        [organisations.by_code(session, code).id],
        successors=[organisations.by_code(session, each).id for each in asked.successors],
        happened_on=asked.happened_on,
        matter=asked.matter,
        basis=asked.basis,
        ends=asked.ends,
        by=caller.actor,
    )


def enter(session: Session, caller: Caller, asked: Enter) -> Person:
    """Somebody new."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return postings.enter(
        session,
        asked.name,
        organisation_id=organisations.by_code(session, asked.organisation).id,
        post=asked.post,
        telephone=asked.telephone,
        language=asked.language,
        by=caller.actor,
    )


def move(session: Session, caller: Caller, person_id: UUID, asked: Move) -> Person:
    """Somebody works elsewhere."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return postings.move(
        session,
        person_id,
        organisation_id=organisations.by_code(session, asked.organisation).id,
        post=asked.post,
        starts_on=asked.starts_on,
        by=caller.actor,
    )


def route(session: Session, caller: Caller, asked: Route) -> RoutingRule:
    """Which body leads in what."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return routing.lay_down(
        session,
        asked.role,
        organisations.by_code(session, asked.organisation).id,
        **asked.model_dump(exclude={"role", "organisation"}),
        by=caller.actor,
    )


def end_route(session: Session, caller: Caller, rule_id: UUID, asked: End) -> RoutingRule:
    """No longer."""
    caller.require(session, Deed.KEEP_DIRECTORY)
    return routing.end(session, rule_id, last_day=asked.last_day, by=caller.actor)
