"""What was before the demo city: the provinces merged into it, and one of their matters."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from sqlmodel import Session, select

from incidents.matter import incidents
from incidents.matter.incidents import Finding, Incident, Status
from incidents.matter.standing import FoundingDecision
from incidents.matter.taskforce_facts import TaskForceActivated
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.people.directory import focal_points, keeping, routing
from incidents.people.directory.focal_points import Standing
from incidents.people.directory.postings import FormerPosting
from incidents.people.organisations import Organisation
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import timeline
from incidents.record.actors import Actor, Via
from incidents.response.life.lifecycle import StatusChanged
from incidents.response.life.opening import IncidentOpened

MERGED_ON = date(2025, 7, 1)
"""From this day the city stands, without districts; the day before was the provinces' last."""

_BASIS = "Nghị quyết 01/NQ-HĐND"
_LAST_DAY = MERGED_ON - timedelta(days=1)
_KEEPER = "quan.tri"
_TESTER = "truc.ban"


def remember(session: Session, people: Mapping[str, Person]) -> None:
    """Write the old bodies, their successors, who worked where, and an old matter down."""
    session.flush()
    by = Actor(people[_KEEPER].id, Via.COMMAND)
    _old_bodies(session, by)
    bodies = {o.code: o.id for o in session.exec(select(Organisation))}
    _successions(session, bodies, by)
    _former_posts(session, people, bodies)
    _focal_points(session, people, by)
    for route in _content()["routes"]:
        body = bodies[route["organisation"]]
        given = {key: route.get(key, "") for key in ("topic", "area")}
        routing.lay_down(
            session, Role(route["role"]), body, valid_from=MERGED_ON, basis=_BASIS, by=by, **given
        )
    _old_matter(session, people, by)


@cache
def _content() -> dict[str, Any]:
    return tomllib.loads((files("trucban") / "merger.toml").read_text("utf-8"))


def _old_bodies(session: Session, by: Actor) -> None:
    made: dict[str, UUID] = {}
    for code, (name, kind, parent) in _content()["bodies"].items():
        made[code] = keeping.found(
            session,
            code,
            name=name,
            kind=kind,
            parent_id=made[parent] if parent else None,
            valid_to=_LAST_DAY,
            by=by,
        ).id


def _successions(session: Session, bodies: Mapping[str, UUID], by: Actor) -> None:
    for old, taken in _content()["successors"].items():
        for new, matter in taken:
            keeping.succeed(
                session,
                [bodies[old]],
                successors=[bodies[new]],
                happened_on=MERGED_ON,
                matter=matter,
                basis=_BASIS,
                by=by,
            )


def _former_posts(
    session: Session, people: Mapping[str, Person], bodies: Mapping[str, UUID]
) -> None:
    codes = {body: code for code, body in bodies.items()}
    came_from = _content()["came_from"]
    for person in people.values():
        if codes[person.organisation_id] not in came_from:
            continue  # a body the merger did not touch
        session.add(
            FormerPosting(
                person_id=person.id,
                organisation_id=bodies[came_from[codes[person.organisation_id]]],
                post=person.post.replace("thành phố", "tỉnh"),
                until=_LAST_DAY,
            )
        )


def _focal_points(session: Session, people: Mapping[str, Person], by: Actor) -> None:
    """The first two of each body answer for it; the duty officer has called each of them."""
    tester = Actor(people[_TESTER].id, Via.COMMAND)
    standing: dict[UUID, int] = {}
    for person in people.values():
        number = standing.get(person.organisation_id, 0)
        if person.id == tester.person_id or number == len(Standing):
            continue
        standing[person.organisation_id] = number + 1
        made = focal_points.appoint(
            session, person.organisation_id, person.id, standing=list(Standing)[number], by=by
        )
        how = f"Gọi {person.telephone}"
        focal_points.test(session, made.id, reached=True, how=how, by=tester)


def _old_matter(session: Session, people: Mapping[str, Person], by: Actor) -> None:
    """A closed matter of the old province: the record says when it happened and when it was typed.

    It keeps the names of its day: its task force shows the bodies as they were called then.
    """
    told = _content()["incident"]
    opened, ended = (datetime.fromisoformat(told[key]) for key in ("opened", "ended"))
    incident = Incident(
        number=incidents.next_number(session, opened.date()),
        title=told["title"],
        place=told["place"],
        status=Status.CLOSED,
        level=told["level"],
        level_provisional=False,
        finding=Finding.FALSE,
        playbook=told["playbook"],
        opened_by=people[_TESTER].id,
        detected_at=opened,
        opened_at=opened,
        resolved_at=ended,
        ended_at=ended,
    )
    founded = FoundingDecision(
        number=told["number"],
        signed_on=opened.date() - timedelta(days=400),
        signer=people["chu.tich"].name,
        automatic_from_level=2,
        valid_from=opened.date() - timedelta(days=400),
        valid_to=_LAST_DAY,
    )
    force = TaskForce(
        incident_id=incident.id, decision_id=founded.id, activated_at=opened, dissolved_at=ended
    )
    session.add_all([incident, founded, force])
    members = {Role(role): people[who] for role, who in told["members"].items()}
    session.add_all(
        TaskForceMember(task_force_id=force.id, role=role, person_id=who.id, joined_at=opened)
        for role, who in members.items()
    )
    for fact, at in (
        (
            IncidentOpened(
                number=incident.number,
                level=incident.level,
                playbook=incident.playbook,
                signal="–",
                exercise=False,
                title=incident.title,
            ),
            opened,
        ),
        (TaskForceActivated(decision=told["number"], automatic=True, roles=[*members]), opened),
        (StatusChanged(Status.ACTIVE, Status.RESOLVED, told["why_resolved"]), ended),
        (StatusChanged(Status.RESOLVED, Status.CLOSED, told["why_closed"]), ended),
    ):
        timeline.record(session, incident.id, fact, by=by, happened_at=at)
