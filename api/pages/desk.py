"""The desk itself: what waits, what is being worked on, what is mine, who is on shift."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from api.dependencies import Db, Reader
from api.pages import rendering
from incidents.insight import reading
from incidents.intake import signals
from incidents.matter import incidents, level_requests, standing
from incidents.matter.incidents import Incident
from incidents.matter.level_requests import LevelRequest
from incidents.people import persons, posts, rosters
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock
from incidents.response.steps import catalog, rhythm, steps
from incidents.response.steps.steps import ANSWERABLE, Step
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, session: Db, caller: Reader) -> Response:
    """What a duty officer sees at 3 a.m."""
    caller.require(session, Deed.FLAG)
    if not permissions.allowed(session, caller.person, Deed.SEE_DESK):
        return rendering.for_caller(request, "outsider.html", caller)
    live = incidents.live_now(session, reader=caller.person.id)
    waiting = signals.waiting(session)
    mine = steps.mine(session, caller.person.id)
    open_steps = _open_steps(session, live)
    first = {s.incident_id: s for s in reversed(open_steps)}
    shift = {r: rosters.on_shift(session, clock.now(), r) for r in _ON_SHIFT}
    lowerings = _lowerings(session, caller.person)
    named = persons.names(
        session,
        {s.assignee_id for s in open_steps if s.assignee_id}
        | {asked.asked_by for asked, _ in lowerings}
        | {p for people in shift.values() for p in people}
        | {p for s in waiting for p in (s.acknowledged_by, s.owner_id) if p},
    )
    return rendering.for_caller(
        request,
        "desk.html",
        caller,
        waiting=waiting,
        live=_most_pressing(live, first),
        first=first,
        late=_late(open_steps),
        reviewing={s.incident_id: s for s in rhythm.among(open_steps)},
        mine=mine,
        lowerings=lowerings,
        shift=shift,
        named=named,
        numbers=(numbers := _numbers(session, mine)),
        drills=incidents.exercises_among(session, numbers),
        titles=reading.titles_among(session, [*mine, *first.values()], caller.person.language),
        may_triage=permissions.allowed(session, caller.person, Deed.TRIAGE),
        **_unfounded(session, caller.person),
    )


def _lowerings(session: Session, person: Person) -> list[tuple[LevelRequest, Incident]]:
    """Lower levels that wait for somebody such as this person."""
    return [
        (asked, incident)
        for asked, incident in level_requests.not_asked_by(session, person.id)
        if permissions.allowed(session, person, Deed.AGREE_LOWER, incident)
    ]


def _unfounded(session: Session, person: Person) -> dict[str, Any]:
    """What a desk lacks before it can act, for those who can give it."""
    keeps = person.administrator
    return {
        "vacant": posts.vacant(session) if keeps else [],
        "undecided": keeps and standing.in_force(session, clock.now()) is None,
    }


_LAST = datetime.max.replace(tzinfo=UTC)
_ON_SHIFT = (Role.DUTY_OFFICER, *rosters.STAND_INS)


def _open_steps(session: Session, of: list[Incident]) -> list[Step]:
    return list(
        session.exec(
            select(Step)
            .where(col(Step.incident_id).in_([i.id for i in of]), col(Step.state).in_(ANSWERABLE))
            .order_by(col(Step.due_at))
        )
    )


def _most_pressing(live: list[Incident], first: Mapping[UUID, Step]) -> list[Incident]:
    """The gravest first; of one level the one whose nearest due time comes first."""

    def due(incident: Incident) -> datetime:
        step = first.get(incident.id)
        return step.due_at if step and step.due_at else _LAST

    return sorted(live, key=lambda each: (-each.level, due(each)))


def _late(asked: list[Step]) -> dict[UUID, int]:
    now, counted = clock.now(), dict[UUID, int]()
    for step in asked:
        if step.due_at and step.due_at < now:
            counted[step.incident_id] = counted.get(step.incident_id, 0) + 1
    return counted


def _numbers(session: Session, asked: list[Step]) -> dict[UUID, str]:
    rows = session.exec(
        select(Incident.id, Incident.number).where(
            col(Incident.id).in_({s.incident_id for s in asked})
        )
    )
    return {row[0]: row[1] for row in rows}


@router.get("/vu-viec")
def all_incidents(
    request: Request,
    session: Db,
    caller: Reader,
    truoc: Annotated[str | None, Query(max_length=20)] = None,
) -> Response:
    """Every incident, the newest number first."""
    caller.require(session, Deed.SEE_DESK)
    rows = incidents.recent(session, before=truoc, limit=30, reader=caller.person.id)
    return rendering.for_caller(
        request,
        "incidents.html",
        caller,
        rows=rows,
        following=rows[-1].number if len(rows) == 30 else None,  # noqa: PLR2004 - the limit above
        playbooks=_playbooks(session, caller.person),
    )


def _playbooks(session: Session, person: Person) -> dict[str, str]:
    return {
        row.code: (row.texts.get(person.language) or {}).get("title") or row.code
        for row in catalog.on_offer(session)
    }
