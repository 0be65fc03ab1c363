"""Those who direct give open work to others, more time, or let it go: each with a reason."""

from uuid import UUID

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.response.staffing import directing
from incidents.response.steps.steps import StepState
from tests.harness import Desk, hours, minutes
from tests.incidents.test_steps import KEY, VERIFIED, _asked, _links


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.SUBJECT_LEAD, Role.STANDING_DEPUTY])


def test_reassigning_extending_and_waiving_each_need_a_reason(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = _asked(desk, incident, due=hours(1))
    for verb, values in (
        (directing.reassign, {"person_id": cast.kien.id}),
        (directing.extend, {"due_at": desk.time + hours(3)}),
        (directing.waive, {}),
    ):
        with desk.refused(Invalid, "Nêu lý do"):
            desk.do(verb, step.id, reason="  ", by=cast.binh, **values)  # type: ignore[arg-type]
    with desk.refused(NotFound, "người này"):
        desk.do(directing.reassign, step.id, UUID(int=3), reason="x", by=cast.binh)
    desk.do(directing.reassign, step.id, cast.kien.id, reason="Gần hiện trường", by=cast.binh)
    with desk.refused(AlreadySettled, "đang giữ việc này rồi"):
        desk.do(directing.reassign, step.id, cast.kien.id, reason="Nhắc lại", by=cast.binh)
    desk.expect_messages("step_passed", cast.kien)
    with desk.refused(Invalid, "Hạn mới"):
        desk.do(directing.extend, step.id, desk.time + minutes(59), reason="x", by=cast.binh)
    desk.acknowledge(KEY, by=cast.kien)
    desk.expect_messages("step_taken", cast.phuc)
    for _ in range(2):
        until = desk.reload(step).due_at
        assert until
        desk.do(directing.extend, step.id, until + hours(1), reason="Đường ngập", by=cast.binh)
    desk.fast_forward(hours(3) - minutes(1))
    assert desk.reload(step).state is StepState.ACKNOWLEDGED
    desk.do(directing.waive, step.id, reason="Không còn cần", by=cast.binh)
    waived = desk.reload(step)
    assert (waived.state, waived.settled_by) == (StepState.WAIVED, cast.binh.id)
    assert desk.timeline(incident)[-1].text.endswith("Lý do: Không còn cần")
    for verb, values in (
        (directing.waive, {}),
        (directing.reassign, {"person_id": cast.kien.id}),
        (directing.extend, {"due_at": desk.time + hours(9)}),
    ):
        with desk.refused(Conflict, "Nhiệm vụ này"):
            desk.do(verb, step.id, reason="x", by=cast.binh, **values)  # type: ignore[arg-type]
    desk.fast_forward(hours(2))
    desk.expect_nothing()


def test_an_overdue_step_may_be_waived(desk: Desk, incident: Incident) -> None:
    step = _asked(desk, incident, due=minutes(10))
    desk.fast_forward(minutes(10))
    desk.set_aside()
    desk.do(directing.waive, step.id, reason="Đã có ở nơi khác", by=desk.cast.binh)
    assert desk.reload(step).state is StepState.WAIVED


def test_a_replaced_member_hands_over_open_steps_and_loses_the_links(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = _asked(desk, incident)
    later = desk.plan(incident, "later", Role.SUBJECT_LEAD, after=step.id)
    desk.acknowledge(KEY, by=cast.phuc)

    def replace(outgoing: UUID, incoming: UUID, reason: str = "Nghỉ ốm") -> int:
        return desk.do(
            directing.replace_member,
            incident.id,
            Role.SUBJECT_LEAD,
            outgoing=outgoing,
            incoming=incoming,
            reason=reason,
            by=cast.binh,
        )

    with desk.refused(Invalid, "Nêu lý do"):
        replace(cast.phuc.id, cast.kien.id, " ")
    with desk.refused(NotFound, "không giữ vai đó"):
        replace(cast.minh.id, cast.kien.id)
    with desk.refused(Conflict, "phải là người khác"):
        replace(cast.phuc.id, cast.phuc.id)
    assert replace(cast.phuc.id, cast.kien.id) == 1
    desk.expect_messages("step_passed", cast.kien)
    assert desk.reload(step).state is StepState.OPEN
    revoked = {link.person_id: link.revoked_at is not None for link in _links(step)}
    assert revoked == {cast.phuc.id: True, cast.kien.id: False}
    with desk.refused(NotPermitted):
        desk.answer(KEY, by=cast.phuc, **VERIFIED)
    desk.fast_forward(minutes(15))
    desk.expect_messages("step_reminder", cast.kien)
    desk.answer(KEY, by=cast.kien, **VERIFIED)
    desk.expect_messages("step_taken", cast.phuc)
    desk.expect_message(to=cast.kien, kind="step_assigned", about="later")
    assert desk.reload(later).assignee_id == cast.kien.id
