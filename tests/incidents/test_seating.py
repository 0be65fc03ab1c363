"""Seats of a task force at work: deputies named, roles handed over, and who may give a seat."""

from typing import Any

from incidents.matter.incidents import Incident
from incidents.matter.taskforces import Basis
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import (
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
)
from incidents.response.staffing import directing, seating
from incidents.response.steps.steps import Step, StepKind
from incidents.words.statements import StatementVersion
from tests.cast import paper
from tests.harness import Desk, hours, minutes
from tests.incidents.test_mandates import _seated


def test_a_deputy_is_named_in_a_task_force_at_work(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SECRETARY])
    with desk.refused(Conflict, "đã có người giữ"):
        desk.do(
            seating.add, incident.id, Role.LEAD, person_id=cast.kien.id, deputy=False, by=cast.lan
        )
    desk.do(
        seating.add,
        incident.id,
        Role.LEAD,
        person_id=cast.kien.id,
        deputy=True,
        mandate="Trực thay ban đêm",
        by=cast.binh,
    )
    desk.expect_messages("called_out", cast.kien)
    assert _seated(incident)[Role.LEAD, cast.kien.id].rank == 2
    assert "Trực thay ban đêm" in desk.timeline(incident)[-1].text
    with desk.refused(Conflict, "đã giữ vai đó"):
        desk.do(
            seating.add, incident.id, Role.LEAD, person_id=cast.kien.id, deputy=True, by=cast.lan
        )
    # Work goes past a silent lead to the deputy before it climbs.
    desk.plan(incident, "lead", Role.LEAD)
    desk.expect_messages("step_assigned", cast.binh)
    desk.decline("lead", by=cast.binh)
    desk.expect_messages("step_passed", cast.kien)


def _spoken_for(desk: Desk, incident: Incident) -> tuple[StatementVersion, Step]:
    """A text that waits for the spokesperson's signature."""
    statement, version = desk.drafted(incident, by=desk.cast.nga)
    step = desk.plan(
        incident,
        "sign",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    desk.set_aside()
    return version, step


def test_nobody_in_the_room_gives_a_seat_that_signs_or_commands_to_anybody(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON, Role.SECRETARY])
    spokes: dict[str, Any] = {"outgoing": cast.minh.id, "incoming": cast.long.id}
    lead: dict[str, Any] = {"outgoing": cast.binh.id, "reason": "Vắng"}
    added: dict[str, Any] = {"person_id": cast.long.id}
    neither = "không giữ chức trách, cũng không có giấy ủy quyền"
    with desk.refused(NotPermitted, neither):
        hand_over = seating.hand_over, incident.id, Role.SPOKESPERSON
        desk.do(*hand_over, **spokes, handed_over="x", by=cast.ha)
    with desk.refused(NotPermitted, neither):
        replace = directing.replace_member, incident.id, Role.LEAD
        desk.do(*replace, incoming=cast.nga.id, **lead, by=cast.ha)
    with desk.refused(NotPermitted, "tự nhận vai Tổ trưởng"):
        desk.do(*replace, incoming=cast.lan.id, **lead, by=cast.lan)
    # The paper for a role is no post in it; nor does a commander take a seat for himself.
    with desk.refused(NotPermitted, "tự nhận vai Tổ trưởng"):
        desk.do(*replace, incoming=cast.tung.id, **lead, by=cast.tung)
    # A seat nobody holds yet, and a deputy's, are as good as the role.
    for role in (Role.CHAIR, Role.LEGAL):
        with desk.refused(NotPermitted, neither):
            desk.do(seating.add, incident.id, role, **added, deputy=False, by=cast.ha)
    with desk.refused(NotPermitted, neither):
        desk.do(seating.add, incident.id, Role.LEAD, **added, deputy=True, by=cast.tung)
    # By post, or by a paper, anybody who directs may seat them.
    desk.time += minutes(1)
    desk.do(*hand_over, **(spokes | {"incoming": cast.thao.id}), handed_over="x", by=cast.ha)
    desk.do(*replace, incoming=cast.tung.id, **lead, by=cast.ha)
    desk.set_aside()


def test_a_role_handed_to_somebody_without_post_or_paper_moves_work_and_no_signature(
    desk: Desk,
) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.SPOKESPERSON, Role.SECRETARY])
    version, step = _spoken_for(desk, incident)
    work = desk.plan(incident, "answer", Role.SPOKESPERSON)
    desk.set_aside()
    desk.time += minutes(1)
    desk.do(
        seating.hand_over,
        incident.id,
        Role.SPOKESPERSON,
        outgoing=cast.minh.id,
        incoming=cast.long.id,
        handed_over="Trực đêm",
        by=cast.binh,
    )
    assert desk.reload(work).assignee_id == cast.long.id
    # The next who may sign, before it goes back to whoever handed over.
    assert desk.reload(step).assignee_id == cast.binh.id
    desk.expect_message(to=cast.long, kind="role_handed_over", containing=cast.binh.name)
    desk.expect_message(
        to=cast.minh, kind="role_handed_over", containing=f"{cast.binh.name} đã ghi"
    )
    desk.set_aside()
    with desk.refused(NotPermitted, "cần giấy ủy quyền"):
        desk.sign(version, by=cast.long)
    with database.transaction() as session:
        session.add(paper(cast.minh, cast.long, Role.SPOKESPERSON, desk.time))
    desk.sign(version, by=cast.long)
    desk.set_aside()


def test_a_role_is_handed_over_with_its_times_its_work_and_its_note(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.SECRETARY])
    step = desk.plan(incident, "write", Role.SECRETARY)
    desk.set_aside()
    handed: dict[str, Any] = {"outgoing": cast.ha.id, "incoming": cast.nga.id, "by": cast.ha}
    with desk.refused(Invalid, "nội dung bàn giao"):
        desk.do(seating.hand_over, incident.id, Role.SECRETARY, handed_over=" ", **handed)
    with desk.refused(Invalid, "phía trước"):
        desk.do(
            seating.hand_over,
            incident.id,
            Role.SECRETARY,
            handed_over="x",
            since=desk.time + hours(1),
            **handed,
        )
    since = desk.time
    desk.time += hours(1)
    desk.set_aside()
    moved = desk.do(
        seating.hand_over,
        incident.id,
        Role.SECRETARY,
        handed_over="Việc 1 hạn 6 giờ",
        since=since,
        **handed,
    )
    assert moved == 1
    desk.expect_messages("step_passed", cast.nga)
    desk.expect_messages("role_handed_over", cast.nga)
    desk.set_aside()
    # The deputy who took the role over no longer deputises in it.
    assert [(m.person_id, m.rank, m.basis) for m in _seated(incident).values()] == [
        (cast.nga.id, 1, Basis.HAND_OVER)
    ]
    assert desk.reload(step).assignee_id == cast.nga.id
    told = next(line for line in desk.timeline(incident) if line.fact == "RoleHandedOver")
    assert told.happened_at == since
    assert "Việc 1 hạn 6 giờ" in told.text
    with desk.refused(NotPermitted):
        desk.acknowledge("write", by=cast.ha)
    with desk.refused(NotFound):
        desk.do(seating.hand_over, incident.id, Role.SECRETARY, handed_over="x", **handed)
