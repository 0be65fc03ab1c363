"""Somebody comes to a part or to a paper: signatures that waited with nobody reach them at once."""

from typing import Any

from sqlmodel import Session

from incidents.people import authorisations, posts
from incidents.people.authorisations import Authorisation
from incidents.people.roles import RoleHolder
from incidents.record.actors import Actor
from incidents.response.steps import vacancies


def appoint(session: Session, *, by: Actor, **post: Any) -> RoleHolder:
    """Put somebody into a part, as ``posts.appoint``; what begins later is given then."""
    given = posts.appoint(session, **post, by=by)
    vacancies.fill(session, by=by)
    return given


def authorise(session: Session, *, by: Actor, **paper: Any) -> Authorisation:
    """Record a paper to sign by, as ``authorisations.record``; what begins later is given then."""
    recorded = authorisations.record(session, **paper, by=by)
    vacancies.fill(session, by=by)
    return recorded
