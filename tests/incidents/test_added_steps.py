"""Work no playbook asks for: asked for by hand, done, passed on and taken back like any other."""

from datetime import timedelta
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlmodel import select

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database, schema
from incidents.record.database import is_sqlite
from incidents.record.errors import AlreadySettled, Conflict, GuardFailed, Invalid, NotPermitted
from incidents.record.language import Language
from incidents.response.answers import answering
from incidents.response.life import lifecycle
from incidents.response.staffing import directing, recusing
from incidents.response.steps import added_steps, steps
from incidents.response.steps.steps import Step, StepKind, StepState
from incidents.response.steps.timers import Timer
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours, minutes

TITLE = "Gọi trạm bơm Vàm Lá hỏi mực nước"
ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.SUBJECT_LEAD]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def added(desk: Desk, incident: Incident, **more: Any) -> Step:
    by = more.pop("by", desk.cast.lan)
    asked = {"title": TITLE, "role": Role.SUBJECT_LEAD, "due_at": desk.time + hours(2), **more}
    return desk.do(added_steps.add, incident.id, by=by, **asked)


def test_it_reaches_the_role_climbs_in_silence_and_is_done(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = added(desk, incident, gist="Hỏi cả mực nước đêm qua.")
    mail = desk.expect_message(to=cast.phuc, kind="step_assigned", containing=TITLE)
    assert mail.step_id == step.id
    assert (step.key, step.run_id, step.due_at) == ("by hand 1", None, desk.time + hours(2))
    desk.fast_forward(minutes(15))
    desk.expect_message(to=cast.phuc, kind="step_reminder", containing="Hỏi cả mực nước")
    desk.fast_forward(minutes(15))
    desk.expect_message(to=cast.yen, kind="step_passed")
    desk.fast_forward(minutes(15))
    desk.expect_message(to=cast.tung, kind="step_passed")
    desk.acknowledge(step.key, by=cast.yen)
    desk.expect_messages("step_taken", cast.phuc, cast.tung)
    desk.answer(step.key, by=cast.yen, note="Bình thường")
    told = [line.text for line in desk.timeline(incident) if line.step == step.number]
    assert told[0] == f"Thêm việc 1: {TITLE}. Hỏi cả mực nước đêm qua."
    assert f"Hoàn thành việc 1 «{TITLE}»" in told[-1]
    english = desk.timeline(incident, Language.EN)
    assert any(line.text.startswith("Step 1 added: ") for line in english)


def test_a_person_is_asked_first_and_their_role_follows(desk: Desk, incident: Incident) -> None:
    step = added(desk, incident, role=None, person_id=desk.cast.yen.id)
    assert step.role is Role.SUBJECT_LEAD
    desk.expect_messages("step_assigned", desk.cast.yen)
    desk.decline(step.key, by=desk.cast.yen)
    desk.expect_messages("step_passed", desk.cast.phuc)


def test_whoever_the_incident_concerns_is_given_nothing_by_name(
    desk: Desk, incident: Incident
) -> None:
    concerned = desk.cast.yen
    desk.do(recusing.declare, incident.id, concerned.id, reason="Người nhà", by=desk.cast.ha)
    desk.set_aside()
    with desk.refused(NotPermitted, "người liên quan"):
        added(desk, incident, role=None, person_id=concerned.id)


def test_somebody_without_a_role_is_followed_by_the_duty_officers(
    desk: Desk, incident: Incident
) -> None:
    step = added(desk, incident, role=None, person_id=desk.cast.kien.id)
    assert step.role is Role.DUTY_OFFICER
    desk.expect_messages("step_assigned", desk.cast.kien)
    desk.answer(step.key, by=desk.cast.kien)
    assert desk.reload(step).state is StepState.DONE


def test_its_time_is_what_was_asked_at_every_level(desk: Desk) -> None:
    calm = desk.opened(level=1)
    step = added(desk, calm, due_at=desk.time + minutes(20))
    assert step.due_at == desk.time + minutes(20)
    assert step.acknowledge_by == step.due_at
    desk.set_aside()


def test_two_of_one_incident_have_numbers_of_their_own(desk: Desk, incident: Incident) -> None:
    first, second = added(desk, incident), added(desk, incident, form="YesOrNo")
    assert (first.key, second.key) == ("by hand 1", "by hand 2")
    assert second.kind is StepKind.DECIDE
    planned = desk.plan(incident, "go on", Role.SECRETARY)
    assert planned.number == 3
    desk.set_aside()


def test_it_is_reassigned_extended_and_waived_like_any_other(
    desk: Desk, incident: Incident
) -> None:
    cast, step = desk.cast, added(desk, incident)
    desk.do(directing.reassign, step.id, cast.hung.id, reason="Ở gần", by=cast.tung)
    desk.do(directing.extend, step.id, desk.time + hours(5), reason="Xa", by=cast.tung)
    desk.set_aside()
    desk.fast_forward(hours(1))
    assert desk.reload(step).state is StepState.OPEN
    desk.set_aside()
    desk.do(directing.waive, step.id, reason="Không cần nữa", by=cast.binh)
    assert desk.reload(step).state is StepState.WAIVED


def test_a_mandatory_one_holds_resolving_up_by_its_own_words(desk: Desk) -> None:
    incident = desk.opened(level=1)
    step = added(desk, incident)
    added(desk, incident, title="Chụp ảnh", mandatory=False)
    desk.do(lifecycle.stabilise, incident.id, reason="Đã lắng", by=desk.cast.binh)
    desk.set_aside()
    with desk.refused(GuardFailed, f"Việc 1 «{TITLE}» chưa xong") as refusal:
        desk.do(lifecycle.resolve, incident.id, by=desk.cast.binh)
    assert len(refusal.value.missing) == 1
    desk.do(added_steps.cancel, step.id, reason="Đã có số liệu", by=desk.cast.lan)
    desk.expect_messages("step_cancelled", desk.cast.phuc)
    desk.do(lifecycle.resolve, incident.id, by=desk.cast.binh)


def test_taking_it_back_ends_its_reminders_and_its_links(desk: Desk, incident: Incident) -> None:
    step = added(desk, incident)
    desk.set_aside()
    desk.do(added_steps.cancel, step.id, reason="Nhầm vụ", by=desk.cast.lan)
    desk.expect_message(to=desk.cast.phuc, kind="step_cancelled", containing="Trần Thị Lan")
    desk.fast_forward(hours(3))
    with desk.refused(AlreadySettled, "đã hủy"):
        desk.do(answering.acknowledge, step.id, by=desk.cast.phuc)
    with desk.refused(Conflict, "đã kết thúc"):
        desk.do(added_steps.cancel, step.id, reason="Nữa", by=desk.cast.lan)
    assert "Lý do: Nhầm vụ" in desk.timeline(incident)[-1].text


def test_what_a_playbook_asks_for_is_not_cancelled(desk: Desk, incident: Incident) -> None:
    planned = desk.plan(incident, "check the facts", Role.SUBJECT_LEAD)
    desk.set_aside()
    with desk.refused(Conflict, "Việc của kịch bản không hủy được"):
        desk.do(added_steps.cancel, planned.id, reason="Thôi", by=desk.cast.binh)
    own = added(desk, incident)
    desk.set_aside()
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(added_steps.cancel, own.id, reason=" ", by=desk.cast.lan)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        ({"title": " "}, "Ghi việc cần làm"),
        ({"title": "x" * 301}, "tối đa 300 ký tự"),
        ({"gist": "x" * 4_001}, "Tối đa 4.000 ký tự"),
        ({"due_at": timedelta(0)}, "Hạn phải ở phía trước"),
        ({"due_at": timedelta(days=400)}, "trong vòng một năm"),
        ({"form": "SignOff"}, "không dùng cho việc thêm tay"),
        ({"role": None}, "Chọn một vai hoặc một người"),
    ],
)
def test_a_request_that_cannot_be_carried_out_is_refused(
    desk: Desk, incident: Incident, wrong: dict[str, Any], saying: str
) -> None:
    if "due_at" in wrong:
        wrong = {"due_at": desk.time + wrong["due_at"]}
    with desk.refused(Invalid, saying):
        added(desk, incident, **wrong)


def test_nothing_is_added_to_what_has_ended(desk: Desk, incident: Incident) -> None:
    step = added(desk, incident)
    desk.do(lifecycle.stand_down, incident.id, reason="Nhầm", by=desk.cast.binh)
    desk.set_aside()
    with desk.refused(Conflict, "đang ở trạng thái"):
        added(desk, incident)
    with desk.refused(Conflict, "đang ở trạng thái"):
        desk.do(added_steps.cancel, step.id, reason="Thôi", by=desk.cast.lan)


def test_the_room_adds_and_whoever_added_or_commands_takes_back(
    desk: Desk, incident: Incident
) -> None:
    cast, step = desk.cast, added(desk, incident, by=desk.cast.ha)
    planned = desk.plan(incident, "check the facts", Role.SUBJECT_LEAD)
    desk.set_aside()
    with database.reading() as session:

        def may(deed: Deed, subject: Any) -> set[str]:
            return {
                name
                for name in ("lan", "ha", "binh", "tung", "minh", "phuc", "kien", "an")
                if permissions.allowed(session, getattr(cast, name), deed, subject)
            }

        assert may(Deed.ADD_STEP, incident) == {"lan", "ha", "binh", "tung"}
        assert may(Deed.CANCEL_STEP, step) == {"ha", "binh", "tung"}
        assert may(Deed.CANCEL_STEP, planned) == set()


def test_the_revision_keeps_the_steps_and_all_that_refers_to_them(
    desk: Desk, incident: Incident
) -> None:
    planned = desk.plan(incident, "check the facts", Role.SUBJECT_LEAD)
    own = added(desk, incident)
    desk.set_aside()
    with schema.altering() as connection:
        config = schema._config(connection)
        below = ScriptDirectory.from_config(config).get_revision("0009").down_revision
        assert isinstance(below, str)
        command.downgrade(config, below)
    schema.upgrade()
    with database.reading() as session:
        kept = {s.id: s for s in session.exec(select(Step))}
        assert set(kept) == {planned.id, own.id}
        assert kept[own.id].run_id == planned.run_id
        assert {t.step_id for t in session.exec(select(Timer))} == set(kept)
        assert steps.title(session, kept[own.id], Language.VI) == "by hand 2"
        if is_sqlite():
            made = "SELECT sql FROM sqlite_master WHERE name = 'step'"
            text = session.connection().exec_driver_sql(made).scalar_one()
            assert text.count("CHECK") == 7
            assert not session.connection().exec_driver_sql("PRAGMA foreign_key_check").all()
