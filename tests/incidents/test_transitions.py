"""Every transition of an incident against every state it may stand in, and every role who may."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlmodel import Session

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter import incidents, level_requests
from incidents.matter.incidents import Incident, Status
from incidents.people.persons import Person
from incidents.people.roles import READS, Role
from incidents.record import database
from incidents.record.actors import Actor, Via
from incidents.record.errors import Refusal
from incidents.response.ending import closing
from incidents.response.life import grading, lifecycle, lowering, merging, opening, resuming
from incidents.response.life.resuming import Flare
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests import ending
from tests.harness import CODE, Desk

COMMAND = {Role.LEAD, Role.STANDING_DEPUTY, Role.CHAIR}
ROOM = COMMAND | {Role.SECRETARY, Role.DUTY_OFFICER}
DESK = {
    Role.DUTY_OFFICER,
    Role.DEPARTMENT_DUTY_LEADER,
    Role.OFFICE_DUTY,
    Role.STANDING_DEPUTY,
}
WHO_MAY: dict[Deed, set[Role]] = {
    Deed.OPEN: DESK,
    Deed.GRADE: ROOM,
    Deed.AGREE_LOWER: ROOM,
    Deed.STABILISE: COMMAND,
    Deed.FLARE_UP: ROOM,
    Deed.RESOLVE: COMMAND,
    Deed.CLOSE: COMMAND,
    Deed.TAKE_BACK: COMMAND,
    Deed.REOPEN: COMMAND,
    Deed.STAND_DOWN: COMMAND | {Role.DUTY_OFFICER},
    Deed.MERGE: COMMAND | {Role.DUTY_OFFICER},
}

Try = Callable[[Session, Incident, Incident, Actor], object]
TRANSITIONS: dict[str, tuple[Deed, Try]] = {
    "level": (
        Deed.GRADE,
        lambda s, i, _, by: grading.override(s, i.id, 4, reason="x", by=by),
    ),
    "ask lower": (
        Deed.GRADE,
        lambda s, i, _, by: grading.override(s, i.id, 0, reason="x", by=by),
    ),
    "agree": (Deed.AGREE_LOWER, lambda s, i, _, by: _agree(s, i, by)),
    "stabilise": (
        Deed.STABILISE,
        lambda s, i, _, by: lifecycle.stabilise(s, i.id, reason="x", by=by),
    ),
    "flare up": (
        Deed.FLARE_UP,
        lambda s, i, _, by: resuming.flare_up(s, i.id, Flare.REACH, reason="x", by=by),
    ),
    "resolve": (Deed.RESOLVE, lambda s, i, _, by: lifecycle.resolve(s, i.id, by=by)),
    "close": (Deed.CLOSE, lambda s, i, _, by: closing.close(s, i.id, by=by)),
    "take back": (
        Deed.TAKE_BACK,
        lambda s, i, _, by: resuming.take_back(s, i.id, reason="x", by=by),
    ),
    "reopen": (
        Deed.REOPEN,
        lambda s, i, _, by: resuming.reopen(s, i.id, playbook=CODE, reason="x", by=by),
    ),
    "stand down": (
        Deed.STAND_DOWN,
        lambda s, i, _, by: lifecycle.stand_down(s, i.id, reason="x", by=by),
    ),
    "undo": (Deed.STAND_DOWN, lambda s, i, _, by: opening.undo(s, i.id, reason="x", by=by)),
    "merge": (
        Deed.MERGE,
        lambda s, i, other, by: merging.merge(s, i.id, other.id, reason="x", by=by),
    ),
    "absorb": (
        Deed.MERGE,
        lambda s, i, other, by: merging.merge(s, other.id, i.id, reason="x", by=by),
    ),
    "split": (Deed.MERGE, lambda s, i, _, by: _split(s, i, by)),
}
GOING: dict[Status, dict[str, Status]] = {
    Status.OPEN: {
        "level": Status.OPEN,
        "ask lower": Status.OPEN,
        "agree": Status.OPEN,
        "stabilise": Status.STABILISING,
        "stand down": Status.STOOD_DOWN,
        "undo": Status.UNDONE,
        "merge": Status.MERGED,
        "absorb": Status.OPEN,
        "split": Status.OPEN,
    },
    Status.ACTIVE: {
        "level": Status.ACTIVE,
        "ask lower": Status.ACTIVE,
        "agree": Status.ACTIVE,
        "stabilise": Status.STABILISING,
        "stand down": Status.STOOD_DOWN,
        "undo": Status.UNDONE,
        "merge": Status.MERGED,
        "absorb": Status.ACTIVE,
        "split": Status.ACTIVE,
    },
    Status.STABILISING: {
        "level": Status.STABILISING,
        "ask lower": Status.STABILISING,
        "agree": Status.STABILISING,
        "flare up": Status.ACTIVE,
        "resolve": Status.RESOLVED,
        "stand down": Status.STOOD_DOWN,
        "undo": Status.UNDONE,
        "merge": Status.MERGED,
        "absorb": Status.STABILISING,
        "split": Status.STABILISING,
    },
    Status.RESOLVED: {"close": Status.CLOSED, "take back": Status.STABILISING},
    Status.CLOSED: {"reopen": Status.ACTIVE},
    Status.STOOD_DOWN: {"reopen": Status.ACTIVE},
    Status.UNDONE: {},
    Status.MERGED: {},
}
"""State → what may happen there, and where it leads; everything else is refused."""


def _agree(session: Session, incident: Incident, by: Actor) -> Incident:
    """To what somebody else has asked for in the same breath."""
    tung = next(p for p in lowering.graders(session, incident.id, []) if p != by.person_id)
    grading.override(session, incident.id, 0, reason="x", by=Actor(tung, Via.DESK))
    (asked,) = level_requests.of_incident(session, incident.id)
    return lowering.agree(session, asked.id, by=by)


def _split(session: Session, incident: Incident, by: Actor) -> Incident:
    chosen = [claim.id for claim in claims.of_incident(session, incident.id)]
    return merging.split(
        session,
        incident.id,
        signal_ids=[],
        claim_ids=chosen,
        playbook=CODE,
        level=1,
        title="Việc khác",
        reason="x",
        by=by,
    )


def brought_to(desk: Desk, status: Status) -> Incident:
    """An incident in a state, by the way that leads there."""
    binh = desk.cast.binh
    roles = [] if status is Status.OPEN else [Role.LEAD]
    incident = desk.opened(level=1)
    if roles:
        with database.transaction() as session:
            locked = incidents.get(session, incident.id, lock=True)
            locked.level = 2
            session.add(locked)
        desk.activate(incident, *roles)
        with database.transaction() as session:
            locked = incidents.get(session, incident.id, lock=True)
            locked.level = 1
            session.add(locked)
    stated = desk.do(
        claims.state, incident.id, ["Gạo lên giá"], nature=Nature.CLAIM, by=desk.cast.khoi
    )
    for claim in stated:
        desk.do(
            claims.settle,
            claim.id,
            incidents.Finding.TRUE,
            "Có biên bản",
            by=desk.cast.phuc,
        )
    ways: dict[Status, list[str]] = {
        Status.STABILISING: ["stabilise"],
        Status.RESOLVED: ["stabilise", "resolve"],
        Status.CLOSED: ["stabilise", "resolve", "close"],
        Status.STOOD_DOWN: ["stand down"],
        Status.UNDONE: ["undo"],
        Status.MERGED: ["merge"],
    }
    if status in (Status.RESOLVED, Status.CLOSED):
        desk.plan(incident, "conclude", Role.LEAD, form="Conclusion")
        desk.answer("conclude", by=binh, summary="Xong", library_updated="true")
    for way in ways.get(status, []):
        other = desk.opened(level=1) if way == "merge" else incident
        if way == "close":
            ending.report(desk, incident)
        with database.transaction() as session:
            TRANSITIONS[way][1](session, incident, other, Actor(binh.id, Via.DESK))
    if status is Status.RESOLVED:
        ending.report(desk, incident)
    desk.settle()
    desk.set_aside()
    found = desk.reload(incident)
    assert found.status is status
    return found


@contextmanager
def tried() -> Generator[Session]:
    """A transaction that leaves nothing behind."""
    with Session(database.writing_engine(), expire_on_commit=False) as session:
        yield session
        session.flush()
        session.rollback()


@pytest.mark.parametrize("status", list(Status), ids=lambda s: s.value)
def test_every_transition_from_every_state(desk: Desk, status: Status) -> None:
    incident = brought_to(desk, status)
    other = desk.opened(level=1)
    by = Actor(desk.cast.binh.id, Via.DESK)
    leads_to: dict[str, Status] = {}
    for name, (_, attempt) in TRANSITIONS.items():
        with tried() as session:
            try:
                attempt(session, incident, other, by)
            except Refusal:
                session.rollback()
            else:
                leads_to[name] = incidents.get(session, incident.id).status
    assert leads_to == GOING[status]


def people_of(desk: Desk) -> dict[Role | str, Person]:
    """One person for each role, by post or on shift, and two who hold none."""
    cast = desk.cast
    return {
        Role.DUTY_OFFICER: cast.lan,
        Role.SPOKESPERSON: cast.minh,
        Role.SECRETARY: cast.ha,
        Role.LEAD: cast.binh,
        Role.STANDING_DEPUTY: cast.tung,
        Role.LEGAL: cast.dung,
        Role.MONITORING: cast.khoi,
        Role.SUBJECT_LEAD: cast.phuc,
        Role.POLICE_LIAISON: cast.son,
        Role.PUBLISHER: cast.mai,
        Role.COMMUNE: cast.hung,
        Role.CHAIR: cast.chuong,
        Role.DEPARTMENT_DUTY_LEADER: cast.duc,
        Role.OFFICE_DUTY: cast.hoa,
        "nobody": cast.kien,
        "administrator": cast.an,
    }


def test_every_transition_by_every_role(desk: Desk) -> None:
    incident = desk.opened(level=3)
    people = people_of(desk)
    # Nobody of the cast only looks on: tests/incidents/test_observers.py.
    assert {p for p in people if isinstance(p, Role)} == set(Role) - READS
    assert {deed for deed, _ in TRANSITIONS.values()} | {Deed.OPEN} == set(WHO_MAY)
    with database.reading() as session:
        for deed, roles in WHO_MAY.items():
            may = {
                who
                for who, person in people.items()
                if permissions.allowed(session, person, deed, incident)
            }
            assert may == roles, deed


def test_leaving_the_office_ends_every_right(desk: Desk) -> None:
    incident = desk.opened(level=3)
    people: dict[Any, Person] = {}
    people |= people_of(desk)
    with database.reading() as session:
        for person in people.values():
            person.active = False
            for deed in WHO_MAY:
                assert not permissions.allowed(session, person, deed, incident)
