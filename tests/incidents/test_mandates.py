"""A task force by its three roads, its papers, its seats, and roles handed over within it."""

from datetime import date, timedelta
from typing import Any

import pytest
from sqlmodel import select

from flows.duties import escalate
from incidents.matter import mandates, taskforces
from incidents.matter.incidents import Incident, Status
from incidents.matter.mandates import DecisionKind, ProposalState, TaskForceProposal
from incidents.matter.standing import FoundingDecision
from incidents.matter.taskforces import Basis, TaskForceMember
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    GuardFailed,
    Invalid,
    NotPermitted,
)
from incidents.response.staffing import founding, founding_decisions, recusing
from incidents.response.staffing.founding import Seat
from tests.harness import Desk, hours

PAPER: dict[str, Any] = {
    "document": "1207/QĐ-UBND",
    "signed_on": date(2026, 11, 22),
    "signer": "Phan Đình Chương",
}


@pytest.fixture
def incident(desk: Desk) -> Incident:
    """An incident whose standing task force may not act: its founding decision has run out."""
    with database.transaction() as session:
        decision = session.exec(select(FoundingDecision)).one()
        decision.valid_to = desk.time.date() - timedelta(days=1)
        session.add(decision)
    return desk.opened(level=3)


def _seats(desk: Desk) -> list[Seat]:
    cast = desk.cast
    return [
        Seat(Role.LEAD, cast.binh.id, mandate="Chỉ đạo chung"),
        Seat(Role.SPOKESPERSON, cast.minh.id),
        Seat(Role.SPOKESPERSON, cast.thao.id, deputy=True),
        Seat(Role.SECRETARY, cast.ha.id),
    ]


def _proposed(desk: Desk, incident: Incident, **more: Any) -> TaskForceProposal:
    values = {"reason": "Tin lan rộng", "seats": _seats(desk), "document": "88/TTr-SVHTT"} | more
    return desk.do(founding.propose, incident.id, by=desk.cast.tung, **values)


def _seated(incident: Incident) -> dict[tuple[Role, Any], TaskForceMember]:
    with database.reading() as session:
        return {(m.role, m.person_id): m for m in taskforces.members(session, incident.id)}


def _direct(desk: Desk, incident: Incident) -> None:
    desk.do(
        taskforces.activate_by_direction,
        incident.id,
        list(taskforces.NEEDED),
        given_by="Đồng chí Chủ tịch",
        call_back="0900 000 017",
        by=desk.cast.lan,
    )
    desk.set_aside()


def test_nobody_whom_it_concerns_is_put_forward_or_puts_one_forward(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    why: dict[str, Any] = {"reason": "Bị nêu tên", "by": cast.chuong}
    desk.do(recusing.declare, incident.id, cast.minh.id, **why)
    desk.set_aside()
    with desk.refused(NotPermitted, f"{cast.minh.name} là người liên quan"):
        _proposed(desk, incident)
    others = [seat for seat in _seats(desk) if seat.person_id != cast.minh.id]
    seats = [*others, Seat(Role.SPOKESPERSON, cast.mai.id)]
    assert _proposed(desk, incident, seats=seats).state is ProposalState.PROPOSED
    desk.set_aside()


def test_proposed_appraised_and_decided_each_stage_a_dated_deed(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    row = _proposed(desk, incident, serves_until=desk.time + timedelta(days=30))
    desk.expect_messages("proposal_made", cast.hoa)
    assert desk.reload(incident).status is Status.OPEN
    with desk.refused(Conflict, "chưa được Văn phòng thẩm tra"):
        desk.do(founding_decisions.decide, incident.id, **PAPER, proposal_id=row.id, by=cast.ha)
    desk.time += hours(1)
    desk.do(founding.appraise, incident.id, row.id, opinion="Đủ điều kiện", by=cast.hoa)
    desk.expect_messages("proposal_appraised", cast.chuong)
    desk.time += hours(1)
    desk.do(founding_decisions.decide, incident.id, **PAPER, proposal_id=row.id, by=cast.ha)
    desk.expect_messages("called_out", cast.binh, cast.minh, cast.thao, cast.ha)
    assert desk.reload(incident).status is Status.ACTIVE
    lead = _seated(incident)[Role.LEAD, cast.binh.id]
    assert (lead.basis, lead.mandate, lead.agency) == (
        Basis.DECISION,
        "Chỉ đạo chung",
        "UBND tỉnh Bình Khê",
    )
    assert (lead.joined_at, lead.serves_until) == (desk.time, row.serves_until)
    assert _seated(incident)[Role.SPOKESPERSON, cast.thao.id].rank == 2
    with database.reading() as session:
        (paper,) = mandates.decisions(session, incident.id)
    assert (paper.number, paper.kind) == (PAPER["document"], DecisionKind.FOUNDS)
    assert desk.reload(row).state is ProposalState.DECIDED
    assert [f for f in desk.facts(incident) if f.startswith(("Task", "Prop"))] == [
        "TaskForceProposed",
        "ProposalAppraised",
        "TaskForceDecided",
    ]
    assert "1207/QĐ-UBND" in desk.timeline(incident)[-1].text
    with desk.refused(Conflict, "đã hoạt động theo quyết định"):
        _proposed(desk, incident)


def test_a_seat_counts_until_its_mandate_ends(desk: Desk, incident: Incident) -> None:
    row = _proposed(desk, incident, serves_until=desk.time + hours(2))
    desk.do(founding.appraise, incident.id, row.id, opinion="Được", by=desk.cast.hoa)
    desk.do(founding_decisions.decide, incident.id, **PAPER, proposal_id=row.id, by=desk.cast.ha)
    desk.set_aside()
    assert len(_seated(incident)) == 4
    desk.time += hours(2)
    assert not _seated(incident)


def test_what_a_proposal_lacks_is_named(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    with desk.refused(GuardFailed, "Chưa cử Người phát ngôn"):
        _proposed(desk, incident, seats=[Seat(Role.LEAD, cast.binh.id)])
    twice = [*_seats(desk), Seat(Role.LEAD, cast.chuong.id)]
    with desk.refused(GuardFailed, "chỉ có một người giữ"):
        _proposed(desk, incident, seats=twice)
    again = [*_seats(desk), Seat(Role.LEAD, cast.binh.id, deputy=True)]
    with desk.refused(GuardFailed, "cử hai lần"):
        _proposed(desk, incident, seats=again)
    with desk.refused(Invalid, "Nêu lý do"):
        _proposed(desk, incident, reason=" ")
    with desk.refused(Invalid, "ở phía trước"):
        _proposed(desk, incident, serves_until=desk.time)
    _proposed(desk, incident)
    desk.set_aside()
    with desk.refused(Conflict, "đang chờ"):
        _proposed(desk, incident)


def test_the_office_sends_a_proposal_back_and_nobody_appraises_their_own(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    row = _proposed(desk, incident)
    with desk.refused(NotPermitted, "không tự thẩm tra"):
        desk.do(founding.appraise, incident.id, row.id, opinion="Được", by=cast.tung)
    with desk.refused(Invalid, "ý kiến thẩm tra"):
        desk.do(founding.appraise, incident.id, row.id, opinion=" ", by=cast.hoa)
    desk.do(founding.return_, incident.id, row.id, reason="Thiếu pháp chế", by=cast.hoa)
    desk.expect_messages("proposal_made", cast.hoa)
    desk.expect_messages("proposal_returned", cast.tung)
    with desk.refused(AlreadySettled, "đã trả lại"):
        desk.do(founding.appraise, incident.id, row.id, opinion="Được", by=cast.hoa)
    other = desk.opened(level=2)
    desk.set_aside()
    second = _proposed(desk, incident)
    desk.set_aside()
    with desk.refused(Conflict, "vụ việc khác"):
        desk.do(founding.appraise, other.id, second.id, opinion="Được", by=cast.hoa)


def test_an_interim_group_is_reminded_every_day_until_the_decision_is_entered(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    _direct(desk, incident)
    desk.put_reviews_off(incident)
    assert {m.basis for m in _seated(incident).values()} == {Basis.DIRECTION}
    for _ in range(2):
        desk.time += hours(24)
        escalate.escalate()
        escalate.escalate()
        desk.settle()
        # Nobody is on shift by then: the stand-ins hear of it together.
        desk.expect_messages("direction_unsigned", cast.tung, cast.duc, cast.hoa)
        desk.expect_nothing()
    for missing, saying in (("document", "Ghi số"), ("signer", "Ghi người ký")):
        with desk.refused(Invalid, saying):
            desk.do(founding_decisions.decide, incident.id, **(PAPER | {missing: " "}), by=cast.ha)
    tomorrow = PAPER | {"signed_on": date(2026, 12, 30)}
    with desk.refused(Invalid, "phía trước"):
        desk.do(founding_decisions.decide, incident.id, **tomorrow, by=cast.ha)
    desk.do(founding_decisions.decide, incident.id, **PAPER, by=cast.ha)
    desk.expect_messages("direction_signed", cast.tung, cast.duc, cast.hoa)
    desk.time += hours(24)
    escalate.escalate()
    desk.settle()
    desk.expect_nothing()
    with desk.refused(Conflict, "đã hoạt động theo quyết định"):
        desk.do(founding_decisions.decide, incident.id, **PAPER, by=cast.ha)


def test_a_decision_with_a_list_replaces_the_interim_group_and_moves_its_work(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    _direct(desk, incident)
    step = desk.plan(incident, "write", Role.SECRETARY)
    assert step.assignee_id == cast.ha.id
    row = _proposed(
        desk,
        incident,
        seats=[
            Seat(Role.LEAD, cast.binh.id),
            Seat(Role.SPOKESPERSON, cast.minh.id),
            Seat(Role.SECRETARY, cast.kien.id, mandate="Ghi chép"),
        ],
    )
    desk.do(founding.appraise, incident.id, row.id, opinion="Được", by=cast.hoa)
    desk.set_aside()
    desk.do(founding_decisions.decide, incident.id, **PAPER, proposal_id=row.id, by=cast.lan)
    desk.expect_messages("called_out", cast.kien)
    desk.expect_messages("step_passed", cast.kien)
    assert desk.reload(step).assignee_id == cast.kien.id
    assert set(_seated(incident)) == {
        (Role.LEAD, cast.binh.id),
        (Role.SPOKESPERSON, cast.minh.id),
        (Role.SECRETARY, cast.kien.id),
    }


def test_without_proposal_and_direction_no_decision_founds_anything(
    desk: Desk, incident: Incident
) -> None:
    with desk.refused(Conflict, "Chưa có tờ trình"):
        desk.do(founding_decisions.decide, incident.id, **PAPER, by=desk.cast.ha)


def test_a_task_force_is_kept_by_decision_and_dissolved_by_another(desk: Desk) -> None:
    from incidents.response.life import lifecycle

    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.LEAD])
    desk.do(founding_decisions.keep, incident.id, **PAPER, by=cast.ha)
    with desk.refused(AlreadySettled, "đã có quyết định duy trì".capitalize()):
        desk.do(founding_decisions.keep, incident.id, **PAPER, by=cast.ha)
    with desk.refused(Conflict, "còn đang xử lý"):
        desk.do(founding_decisions.dissolve, incident.id, **PAPER, by=cast.ha)
    desk.do(lifecycle.stand_down, incident.id, reason="Hết tin", by=cast.binh)
    desk.set_aside()
    with database.reading() as session:
        force = taskforces.of(session, incident.id)
    assert force
    assert force.kept_at
    assert force.dissolved_at is None
    desk.do(founding_decisions.dissolve, incident.id, **PAPER, by=cast.ha)
    assert desk.reload(force).dissolved_at == desk.time
    assert desk.facts(incident)[-1] == "TaskForceDissolved"
    with desk.refused(Conflict, "không có Tổ công tác"):
        desk.do(founding_decisions.keep, incident.id, **PAPER, by=cast.ha)
