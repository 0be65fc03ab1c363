"""Police, press, Party and those above are asked: one reminder, a call, and never overdue."""

from datetime import timedelta

import pytest
from sqlmodel import select

from incidents.matter.incidents import Incident
from incidents.people import outsiders
from incidents.people.organisations import Organisation
from incidents.people.roles import Role
from incidents.record import database
from incidents.response.life import lifecycle
from incidents.response.staffing import directing
from incidents.response.steps import steps
from incidents.response.steps.steps import RequestState, StepState
from tests.harness import Desk, hours, minutes

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY, Role.POLICE_LIAISON]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def test_a_request_is_reminded_of_once_then_our_liaison_calls(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = desk.plan(incident, "ask them", Role.POLICE_LIAISON, due=hours(4))
    asked = desk.expect_message(to=cast.son, kind="step_requested")
    assert step.request
    said = _read(asked)
    assert "kính đề nghị" in said
    assert "Mong trả lời trước" in said
    assert not any(order in said for order in ("Xác nhận trước", "Hoàn thành", "Giao cho"))
    desk.fast_forward(minutes(15))
    desk.expect_messages("step_request_reminder", cast.son)
    desk.fast_forward(minutes(15))
    # No deputy, no tier above: our own secretary telephones.
    desk.expect_messages("step_call", cast.ha)
    called = desk.reload(step)
    assert (called.assignee_id, called.called_at) == (cast.ha.id, desk.time)
    assert desk.facts(incident)[-1] == "RequestToCall"
    desk.acknowledge("ask them", by=cast.ha)
    desk.expect_messages("step_taken", cast.son)
    desk.answer("ask them", by=cast.ha, note="Đã trao đổi qua điện thoại")
    assert desk.reload(step).state is StepState.DONE


def test_whoever_was_asked_may_still_answer_after_the_call(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = desk.plan(incident, "ask them", Role.POLICE_LIAISON, due=hours(4))
    desk.fast_forward(minutes(30))
    desk.set_aside()
    desk.answer("ask them", by=cast.son)
    desk.set_aside()
    assert desk.reload(step).state is StepState.DONE


def test_silence_ends_as_no_answer_and_is_never_overdue(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = desk.plan(incident, "ask them", Role.POLICE_LIAISON, due=hours(2))
    after = desk.plan(incident, "go on", Role.SECRETARY, after=step.id)
    desk.fast_forward(hours(2))
    desk.set_aside()
    silent = desk.reload(step)
    assert silent.state is StepState.DECLINED
    assert silent.standing is RequestState.UNANSWERED
    assert "StepOverdue" not in desk.facts(incident)
    assert "StepRefusedByAll" not in desk.facts(incident)
    told = next(line for line in desk.timeline(incident) if line.fact == "RequestUnanswered")
    assert "không coi là đồng ý" in told.text
    # It blocked nothing: what waited for it has begun.
    assert desk.reload(after).state is StepState.OPEN
    # An answer that comes later is kept, and is not late.
    desk.answer("ask them", by=cast.son)
    desk.set_aside()
    assert (desk.reload(step).state, desk.reload(step).late) == (StepState.DONE, False)


def test_acknowledged_and_then_silent_we_call_at_the_end_and_wait_half_as_long(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = desk.plan(incident, "ask them", Role.POLICE_LIAISON, due=hours(2))
    desk.acknowledge("ask them", by=cast.son)
    desk.set_aside()
    desk.fast_forward(hours(2))
    desk.expect_messages("step_call", cast.ha)
    assert desk.reload(step).due_at == desk.time + hours(1)
    desk.acknowledge("ask them", by=cast.ha)
    desk.set_aside()
    desk.fast_forward(hours(1))
    desk.set_aside()
    assert desk.reload(step).standing is RequestState.UNANSWERED


def test_a_silent_liaison_is_told_of_to_the_duty_officer(desk: Desk, incident: Incident) -> None:
    desk.plan(incident, "ask them", Role.POLICE_LIAISON, due=hours(4))
    desk.fast_forward(minutes(45))
    desk.set_aside()
    desk.fast_forward(minutes(15))
    desk.expect_messages("step_unanswered", desk.cast.lan)


def test_what_no_request_answered_does_not_hold_an_incident_open(
    desk: Desk, incident: Incident
) -> None:
    from incidents.record.errors import GuardFailed

    desk.plan(incident, "ask them", Role.POLICE_LIAISON, due=hours(2))
    desk.fast_forward(hours(2))
    desk.set_aside()
    with pytest.raises(GuardFailed) as refusal:
        desk.do(lifecycle.resolve, incident.id, by=desk.cast.binh)
    assert not [words for words, _ in refusal.value.missing if "chưa xong" in words]


@pytest.mark.parametrize("kind", sorted(outsiders.KINDS))
def test_every_body_of_such_a_kind_is_asked(desk: Desk, incident: Incident, kind: str) -> None:
    cast = desk.cast
    with database.transaction() as session:
        body = session.exec(
            select(Organisation).where(Organisation.id == cast.kien.organisation_id)
        ).one()
        body.kind = kind
        session.add(body)
    step = desk.plan(incident, "work", Role.SECRETARY, due=timedelta(hours=4))
    desk.set_aside()
    assert not step.request
    desk.do(directing.reassign, step.id, cast.kien.id, reason="x", by=cast.tung)
    desk.expect_messages("step_requested", cast.kien)
    with database.reading() as session:
        assert steps.get(session, step.id).request


def _read(message: object) -> str:
    from tests.harness import read

    return read(message)  # type: ignore[arg-type]
