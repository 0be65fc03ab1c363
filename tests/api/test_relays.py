"""The page from which work is pasted into a group, and the form that takes an answer down."""

from collections.abc import Callable

from incidents.people.roles import Role
from incidents.response.steps.steps import StepState
from tests.api.conftest import Browser, Program
from tests.harness import Desk


def test_work_is_pasted_into_a_group_and_what_is_answered_there_is_taken_down(
    desk: Desk, new_browser: Callable[..., Browser], program: Callable[..., Program]
) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SUBJECT_LEAD])
    step = desk.plan(incident, "look after the queue", Role.SUBJECT_LEAD, form="Done")
    desk.set_aside()
    lan, path = new_browser("lan"), f"/vu-viec/{incident.number}/nhom"
    assert path in lan.get(f"/vu-viec/{incident.number}").text
    page = lan.get(path).text
    assert step.code in page
    assert 'data-copy="van-ban"' in page
    numbers = {f"numbers.{step.number}": "true"}
    refused = lan.post(path, group="", **numbers)
    assert (refused.status_code, "Ô này phải điền" in refused.text) == (422, True)
    assert "«Nhóm trực»" in lan.post(path, group="Nhóm trực", **numbers).text
    assert lan.post(path, group="Nhóm trực").status_code == 409, "nothing was pasted"

    form = {"person_id": str(desk.cast.phuc.id), "verb": "acknowledge", "heard": "group"}
    away = f"/nhiem-vu/{step.id}"
    assert "Ghi thay câu trả lời của người vắng" in lan.get(away).text
    refused = lan.post(f"{away}/ghi-thay", **form, where="")
    assert (refused.status_code, "Ô này phải điền" in refused.text) == (422, True)
    told = lan.post(f"{away}/ghi-thay", **form, where="Nhóm trực").text
    assert f"Ghi thay câu trả lời của {desk.cast.phuc.name}" in told
    desk.settle()
    desk.expect_message(to=desk.cast.phuc, kind="answered_for")
    assert desk.reload(step).state is StepState.ACKNOWLEDGED
    over_rest = program("lan").get(f"/incidents/{incident.number}/group-relay").json()
    assert over_rest["numbers"] == [step.number]
    assert "chưa ai xác nhận" not in over_rest["texts"]["vi"]
