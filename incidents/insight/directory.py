"""What the directory shows: the tree of a day with what is stale, and one body with its history."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import incidents
from incidents.people import organisations, persons
from incidents.people.directory import contacts, focal_points, routing, stale, tree
from incidents.people.directory.focal_points import FocalPoint
from incidents.people.persons import Person
from incidents.people.roles import Role, RoleHolder
from incidents.record import clock


def of_day(session: Session, day: date) -> dict[str, Any]:
    """The tree; what is stale only where the day is today's."""
    nodes = tree.on(session, day)
    reviews = stale.reviews(session, clock.now()) if day == incidents.today() else {}
    focal: dict[UUID, list[FocalPoint]] = {}
    for row in focal_points.every(session) if reviews else ():
        focal.setdefault(row.organisation_id, []).append(row)
    everybody = {row.person_id for rows in focal.values() for row in rows}
    return {
        "nodes": nodes,
        "reviews": reviews,
        "waiting": [n for n in nodes if n.body.id in reviews and reviews[n.body.id].urgent],
        "focal": focal,
        "named": persons.names(session, everybody),
        "stale": {row.id for r in reviews.values() for row in r.untested},
    }


def organisation(session: Session, code: str) -> dict[str, Any]:
    """One body with its people, roles, contacts, focal points, names and successions."""
    body, today, now = organisations.by_code(session, code), incidents.today(), clock.now()
    nodes = tree.placed(session, today)
    people = persons.in_order(
        session.exec(
            select(Person).where(Person.organisation_id == body.id, col(Person.active).is_(True))
        )
    )
    points = contacts.of_organisation(session, body.id)
    focal = focal_points.of(session, body.id)
    before, after = tree.before(session, body.id), tree.after(session, body.id)
    other = {s.predecessor_id for s in before} | {s.successor_id for s in after}
    mentioned = {f.person_id for f in focal} | {f.tested_by for f in focal if f.tested_by}
    mentioned |= {p.verified_by for p in points if p.verified_by}
    return {
        "body": body,
        "node": nodes[body.id],
        "nodes": nodes,
        "in_force": body.in_force(today),
        "above": [nodes[i] for i in reversed(tree.above(nodes, body.id))],
        "below": [n for n in nodes.values() if n.parent_id == body.id and n.body.in_force(today)],
        "people": people,
        "roles": _roles(session, [p.id for p in people]),
        "contacts": points,
        "focal": focal,
        "stale": {p.id for p in points if stale.point_is_stale(p, now)}
        | {f.id for f in focal if stale.untested(f, now)},
        "periods": organisations.periods(session, [body.id]).get(body.id, []),
        "before": before,
        "after": after,
        "kin": {i: nodes[i] for i in other},
        "named": persons.names(session, mentioned | {p.id for p in people}),
        "routes": [r for r in routing.listed(session) if r.organisation_id == body.id],
    }


def _roles(session: Session, people: list[UUID]) -> dict[UUID, list[Role]]:
    now = clock.now()
    held: dict[UUID, list[Role]] = {}
    for person_id, role in session.exec(
        select(col(RoleHolder.person_id), col(RoleHolder.role))
        .where(col(RoleHolder.person_id).in_(people), col(RoleHolder.valid_from) <= now)
        .where(col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > now))
        .order_by(col(RoleHolder.rank))
    ):
        held.setdefault(person_id, []).append(role)
    return held
