"""What a caller chooses from: people, playbooks, task forces and runs."""

from sqlmodel import col, select

from api.dependencies import Db, RestCaller
from api.rest.routers import under
from api.rest.shapes import (
    MemberOut,
    Page,
    PersonOut,
    PlaybookOut,
    RunOut,
    TaskForceOut,
)
from incidents.matter.incidents import Incident
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.people import concerned, persons
from incidents.people.directory import postings
from incidents.response.steps import catalog
from incidents.response.steps.runs import PlaybookRun
from incidents.rights.permissions import Deed

router = under("", "directory")


@router.get("/people", summary="People, for pickers")
def people(session: Db, caller: RestCaller) -> Page[PersonOut]:
    """Names and posts, no addresses."""
    caller.require(session, Deed.SEE_DESK)
    return Page(items=[PersonOut.model_validate(r) for r in persons.everybody(session)])


@router.get("/playbooks", summary="Playbooks on offer")
def playbooks(session: Db, caller: RestCaller) -> Page[PlaybookOut]:
    """The newest version of each, in the caller's language."""
    caller.require(session, Deed.SEE_DESK)
    language = caller.person.language
    return Page(
        items=[
            PlaybookOut(
                code=row.code,
                version=row.version,
                title=(row.texts.get(language) or {}).get("title") or row.code,
                outline=row.outline,
            )
            for row in catalog.on_offer(session)
        ]
    )


@router.get("/task-forces", summary="Task forces at work")
def task_forces(session: Db, caller: RestCaller) -> Page[TaskForceOut]:
    """With their members now."""
    caller.require(session, Deed.SEE_DESK)
    rows = session.exec(
        select(TaskForce, Incident)
        .join(Incident, col(Incident.id) == TaskForce.incident_id)
        .where(col(TaskForce.dissolved_at).is_(None))
        .where(concerned.open_to(caller.person.id, col(TaskForce.incident_id)))
        .order_by(col(Incident.number).desc())
    ).all()
    seats = session.exec(
        select(TaskForceMember)
        .where(
            col(TaskForceMember.task_force_id).in_([force.id for force, _ in rows]),
            col(TaskForceMember.left_at).is_(None),
        )
        .order_by(col(TaskForceMember.role), col(TaskForceMember.rank))
    ).all()
    people = persons.names(session, {s.person_id for s in seats})
    past = postings.Past(session, list(people.values()))
    return Page(
        items=[
            TaskForceOut(
                incident_number=incident.number,
                activated_at=force.activated_at,
                dissolved_at=force.dissolved_at,
                direction_by=force.direction_by,
                regularise_by=force.regularise_by,
                members=[
                    MemberOut.model_validate(s).model_copy(
                        update={"agency": past.on(s.person_id, incident.day).organisation}
                    )
                    for s in seats
                    if s.task_force_id == force.id
                ],
            )
            for force, incident in rows
        ]
    )


@router.get("/runs", summary="Playbook runs that are not over")
def runs(session: Db, caller: RestCaller) -> Page[RunOut]:
    """What each waits for; a held one names its step."""
    caller.require(session, Deed.SEE_DESK)
    rows = session.exec(
        select(PlaybookRun)
        .where(col(PlaybookRun.ended_at).is_(None))
        .where(concerned.open_to(caller.person.id, col(PlaybookRun.incident_id)))
        .order_by(col(PlaybookRun.started_at))
    )
    return Page(items=[RunOut.model_validate(r) for r in rows])
