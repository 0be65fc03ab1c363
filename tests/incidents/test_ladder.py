"""Silence and due times: reminded, passed on, nobody passed over, and nothing late unnoticed."""

from typing import Any

import pytest

from incidents.matter.incidents import Incident
from incidents.people import authorisations
from incidents.people.roles import Role
from incidents.record import database
from incidents.response.answers import answering
from incidents.response.life import lifecycle
from incidents.response.steps.steps import Step, StepKind, StepState
from tests.harness import Desk, hours, minutes, read

KEY = "verify with the agency in charge"


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.SUBJECT_LEAD, Role.STANDING_DEPUTY])


def _asked(desk: Desk, incident: Incident, **more: Any) -> Step:
    step = desk.plan(incident, KEY, Role.SUBJECT_LEAD, form="Verification", **more)
    desk.expect_message(to=desk.cast.phuc, kind="step_assigned", about=KEY)
    return step


def _in_hand(desk: Desk) -> None:
    """Phúc takes it and says a word, so that it does not lapse."""
    desk.acknowledge(KEY, by=desk.cast.phuc)
    desk.do(answering.comment, desk.step(KEY).id, "Đang hỏi xã", by=desk.cast.phuc)


def test_silence_reminds_at_half_passes_at_the_whole_and_climbs_at_one_and_a_half(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = _asked(desk, incident, due=hours(5))
    assert step.acknowledge_by == desk.time + minutes(30)
    assert step.due_at == desk.time + hours(5)
    desk.fast_forward(minutes(14))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    desk.expect_messages("step_reminder", cast.phuc)
    desk.fast_forward(minutes(15))
    desk.expect_messages("step_passed", cast.yen)
    desk.fast_forward(minutes(15))
    desk.expect_messages("step_passed", cast.tung)
    # The tier above has the whole ladder again, and above it the next.
    desk.fast_forward(minutes(15))
    desk.expect_messages("step_reminder", cast.tung)
    desk.fast_forward(minutes(30))
    desk.expect_messages("step_passed", cast.binh, cast.chuong)
    # Nobody is left above: whoever is on duty hears of it, step and time stay.
    desk.fast_forward(minutes(45))
    desk.expect_messages("step_reminder", cast.chuong)
    desk.expect_messages("step_unanswered", cast.lan)
    assert desk.reload(step).state is StepState.OPEN
    assert desk.reload(step).due_at == step.due_at
    assert desk.facts(incident).count("StepPassed") == 4


def test_the_standing_deputy_deputises_for_the_lead_in_work_and_never_in_signing(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    desk.plan(incident, "call the press", Role.LEAD, due=minutes(20))
    with database.transaction() as session:
        for paper in authorisations.valid(session, Role.LEAD, desk.time):
            paper.valid_to = desk.time - minutes(1)
    statement, _ = desk.drafted(incident, by=cast.ha)
    more: Any = {"kind": StepKind.APPROVE, "form": "SignOff", "statement_id": statement.id}
    desk.plan(incident, "sign", Role.LEAD, due=minutes(20), **more)
    desk.set_aside()
    desk.fast_forward(minutes(20))
    desk.expect_messages("step_passed", cast.tung, about="call the press")
    desk.expect_messages("step_passed", cast.chuong, about="sign")
    desk.fast_forward(minutes(10))
    desk.expect_messages("step_passed", cast.chuong, about="call the press")
    desk.set_aside()


def test_a_step_shorter_than_the_ladder_reminds_within_its_own_time(
    desk: Desk, incident: Incident
) -> None:
    step = _asked(desk, incident, due=minutes(10), then=Role.LEAD)
    assert step.acknowledge_by == step.due_at
    desk.fast_forward(minutes(5))
    desk.expect_messages("step_reminder", desk.cast.phuc)


def test_where_silence_and_the_due_time_meet_the_deputy_has_half_again_then_the_heir(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = _asked(desk, incident, due=minutes(20), then=Role.LEAD)
    desk.fast_forward(minutes(10))
    desk.expect_messages("step_reminder", cast.phuc)
    desk.fast_forward(minutes(10))
    desk.expect_messages("step_passed", cast.yen)
    asked = desk.reload(step)
    assert asked.due_at == asked.acknowledge_by == desk.time + minutes(10)
    desk.fast_forward(minutes(10))
    desk.expect_messages("step_passed", cast.binh)
    assert desk.reload(step).due_at == desk.time + minutes(10)
    desk.fast_forward(minutes(10))
    desk.expect_messages("step_overdue", cast.binh)
    desk.expect_messages("step_missed", cast.ha)
    assert desk.reload(step).state is StepState.OVERDUE
    causes = [line.text for line in desk.timeline(incident) if line.fact == "StepPassed"]
    assert "chưa xác nhận" in causes[0]
    assert "hết hạn" in causes[1]


def test_without_an_heir_silence_still_climbs_to_the_next_tier(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = _asked(desk, incident, due=minutes(20))
    desk.fast_forward(minutes(20))
    desk.expect_messages("step_reminder", cast.phuc)
    desk.expect_messages("step_passed", cast.yen)
    desk.fast_forward(minutes(10))
    desk.expect_messages("step_passed", cast.tung)
    desk.fast_forward(minutes(10))
    desk.expect_messages("step_overdue", cast.tung)
    desk.expect_messages("step_missed", cast.ha, cast.binh)
    assert desk.reload(step).state is StepState.OVERDUE


def test_the_deputy_who_takes_it_in_silence_has_the_half_and_then_it_is_the_heirs(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = _asked(desk, incident, due=minutes(20), then=Role.LEAD)
    desk.fast_forward(minutes(20))
    desk.acknowledge(KEY, by=cast.yen)
    desk.set_aside()
    desk.fast_forward(minutes(10))
    desk.expect_messages("step_follow_up", cast.yen)
    desk.expect_messages("step_passed", cast.binh)
    desk.expect_messages("step_overdue", cast.yen)
    assert desk.reload(step).assignee_id == cast.binh.id


def test_an_engine_that_was_away_passes_nobody_over_either(desk: Desk, incident: Incident) -> None:
    step = _asked(desk, incident, due=minutes(20), then=Role.LEAD)
    desk.time += hours(9)
    desk.settle()
    assert desk.reload(step).assignee_id == desk.cast.yen.id
    assert desk.reload(step).due_at == desk.time + minutes(10)
    desk.set_aside()


def test_in_silence_a_signature_goes_only_to_those_who_may_give_it(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON])
    statement, _ = desk.drafted(incident, by=cast.ha)
    desk.plan(
        incident,
        "sign",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        due=minutes(20),
        statement_id=statement.id,
    )
    desk.set_aside()
    desk.fast_forward(minutes(20))
    desk.expect_messages("step_reminder", cast.minh)
    # Thảo deputises for Minh and has no paper: the next who may sign is above.
    desk.expect_messages("step_passed", cast.binh)
    desk.set_aside()


def test_work_that_was_taken_and_is_not_done_tells_the_holder_and_who_leads(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = _asked(desk, incident, due=minutes(20))
    _in_hand(desk)
    desk.fast_forward(minutes(20))
    assert desk.reload(step).state is StepState.OVERDUE
    held = desk.expect_message(to=cast.phuc, kind="step_overdue")
    assert "được ghi nhận là muộn" in read(held)
    assert "Số xác nhận" in read(held)
    for leading in (cast.ha, cast.binh):
        told = desk.expect_message(to=leading, kind="step_missed")
        assert f"Đồng chí {cast.phuc.name} chưa hoàn thành" in read(told)
    desk.answer(
        KEY, by=cast.phuc, finding="false", explanation="Đập an toàn.", source="Sở Nông nghiệp"
    )
    assert desk.reload(step).late
    desk.fast_forward(hours(3))
    desk.expect_nothing()


def test_work_nobody_has_to_do_tells_only_its_holder_that_it_is_late(
    desk: Desk, incident: Incident
) -> None:
    _asked(desk, incident, due=minutes(20), mandatory=False)
    _in_hand(desk)
    desk.fast_forward(minutes(20))
    desk.expect_messages("step_overdue", desk.cast.phuc)
    desk.expect_nothing()


def test_what_was_late_is_not_spoken_of_once_the_incident_has_ended(
    desk: Desk, incident: Incident
) -> None:
    desk.mail_works = False
    _asked_in_vain = desk.plan(incident, KEY, Role.SUBJECT_LEAD, due=minutes(20))
    _in_hand(desk)
    desk.fast_forward(minutes(20))
    desk.do(lifecycle.stand_down, incident.id, reason="Báo nhầm", by=desk.cast.lan)
    left = {m.kind for m in desk.messages() if m.state.value == "queued"}
    assert not left & {"step_overdue", "step_missed"}
    assert desk.reload(_asked_in_vain).state is StepState.OVERDUE
    desk.mail_works = True
    desk.settle()
    desk.set_aside()


def test_at_due_work_passes_once_with_half_the_time_and_only_then_is_overdue(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = _asked(desk, incident, due=hours(2), then=Role.LEAD)
    _in_hand(desk)
    desk.fast_forward(hours(2))
    desk.expect_messages("step_passed", cast.binh)
    told = desk.expect_message(to=cast.phuc, kind="step_overdue")
    assert f"chuyển cho đồng chí {cast.binh.name}" in read(told)
    inherited = desk.reload(step)
    assert inherited.state is StepState.OPEN
    assert inherited.due_at == desk.time + hours(1)
    desk.fast_forward(minutes(59))
    assert desk.reload(step).state is StepState.OPEN
    desk.fast_forward(minutes(1))
    assert desk.reload(step).state is StepState.OVERDUE
    assert desk.facts(incident)[-1] == "StepOverdue"
    desk.expect_messages("step_overdue", cast.binh)
    desk.expect_messages("step_missed", cast.ha)
    desk.expect_nothing()
