"""A changed level plans the desk's own deadlines anew, and nothing the law or a person set."""

from datetime import timedelta

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.language import Language
from incidents.response.clocks import clocks
from incidents.response.life import grading
from incidents.response.staffing import directing
from incidents.response.steps.steps import Step, StepState
from tests.harness import Desk, hours, minutes, read

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY, Role.MONITORING]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def asked(desk: Desk, incident: Incident, key: str = "write", **more: object) -> Step:
    step = desk.plan(incident, key, Role.SECRETARY, due=hours(4), **more)  # type: ignore[arg-type]
    desk.set_aside()
    return step


def raised(desk: Desk, incident: Incident, level: int) -> None:
    cast = desk.cast
    lower = level < desk.reload(incident).level
    desk.do(grading.override, incident.id, level, reason="Theo tình hình", by=cast.binh)
    if lower:
        desk.agree(incident, by=cast.tung)


def test_a_higher_level_shortens_open_work_from_the_same_beginning(
    desk: Desk, incident: Incident
) -> None:
    step = asked(desk, incident)
    desk.acknowledge("write", by=desk.cast.ha)
    desk.fast_forward(minutes(30))
    raised(desk, incident, 4)
    assert desk.reload(step).due_at == step.opened_at + hours(2)  # type: ignore[operator]
    told = desk.expect_message(to=desk.cast.ha, kind="level_changed")
    assert "1. write" in read(told)
    assert "Thời hạn luật định giữ nguyên" in read(told)
    line = desk.timeline(incident, Language.EN)[-2].text
    assert line.startswith("Step 1 “write”: due ")
    assert line.endswith("by level 4")
    desk.set_aside()
    # Three quarters of the two hours since she took it are over at minute 90.
    desk.fast_forward(minutes(59))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    desk.expect_message(to=desk.cast.ha, kind="step_follow_up")
    desk.fast_forward(minutes(31))
    assert desk.step("write").assignee_id != desk.cast.ha.id, "nothing followed: it climbs on"
    desk.set_aside()


def test_a_lower_level_gives_more_time_from_the_same_beginning(
    desk: Desk, incident: Incident
) -> None:
    step = asked(desk, incident)
    desk.acknowledge("write", by=desk.cast.ha)
    desk.fast_forward(hours(1))
    raised(desk, incident, 2)
    assert desk.reload(step).due_at == step.opened_at + hours(8)  # type: ignore[operator]
    raised(desk, incident, 3)
    assert desk.reload(step).due_at == step.due_at
    desk.set_aside()


def test_nobody_is_late_by_the_change_itself(desk: Desk, incident: Incident) -> None:
    asked(desk, incident)
    desk.acknowledge("write", by=desk.cast.ha)
    desk.fast_forward(hours(3))
    raised(desk, incident, 4)
    assert desk.step("write").due_at == desk.time + minutes(15)
    assert desk.step("write").state is StepState.ACKNOWLEDGED
    desk.set_aside()


def test_silence_climbs_by_the_new_level(desk: Desk, incident: Incident) -> None:
    step = asked(desk, incident)
    desk.fast_forward(minutes(2))
    raised(desk, incident, 4)
    now = desk.reload(step)
    assert now.acknowledge_by == desk.time + minutes(15)
    desk.set_aside()
    desk.fast_forward(minutes(8))
    desk.expect_message(to=desk.cast.ha, kind="step_reminder")
    desk.fast_forward(minutes(7))
    assert desk.step("write").assignee_id == desk.cast.nga.id
    desk.set_aside()


def test_at_a_lower_level_silence_climbs_more_slowly(desk: Desk, incident: Incident) -> None:
    step = asked(desk, incident)
    desk.fast_forward(minutes(2))
    raised(desk, incident, 2)
    assert desk.reload(step).acknowledge_by == step.opened_at + hours(1)  # type: ignore[operator]
    desk.set_aside()
    desk.fast_forward(minutes(27))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    desk.expect_message(to=desk.cast.ha, kind="step_reminder")
    desk.set_aside()


def test_what_a_person_set_stays(desk: Desk, incident: Incident) -> None:
    step = asked(desk, incident)
    desk.acknowledge("write", by=desk.cast.ha)
    until = desk.time + hours(6)
    desk.do(directing.extend, step.id, until, reason="Chờ văn bản", by=desk.cast.tung)
    raised(desk, incident, 4)
    assert desk.reload(step).due_at == until
    desk.set_aside()


def test_work_that_passed_on_at_its_due_time_keeps_its_half(desk: Desk, incident: Incident) -> None:
    asked(desk, incident, then=Role.LEAD)
    desk.acknowledge("write", by=desk.cast.ha)
    desk.fast_forward(hours(4))
    passed = desk.step("write")
    assert passed.passed_at_due
    raised(desk, incident, 4)
    assert desk.reload(passed).due_at == passed.due_at
    desk.set_aside()


def test_work_that_waits_for_other_work_begins_with_the_new_time(
    desk: Desk, incident: Incident
) -> None:
    first = asked(desk, incident, "first")
    asked(desk, incident, "second", after=first.id)
    raised(desk, incident, 4)
    desk.answer("first", by=desk.cast.ha)
    assert desk.step("second").due_at == desk.time + hours(2)
    desk.set_aside()


def test_scores_plan_anew_as_well_and_a_statutory_clock_never_moves(
    desk: Desk, incident: Incident
) -> None:
    lan = desk.cast.lan
    proposed = desk.do(clocks.propose, incident.id, "FIRST_INFORMATION", by=lan)
    started = desk.do(clocks.start, proposed.id, confirmed=True, triggered_at=desk.time, by=lan)
    step = asked(desk, incident)
    worst = dict.fromkeys(("reach", "velocity", "harm", "credibility", "duty"), 4)
    desk.do(grading.score, incident.id, worst, by=lan)
    assert desk.reload(step).due_at == step.opened_at + hours(2)  # type: ignore[operator]
    assert desk.reload(started).due_at == desk.time + timedelta(hours=24)
    desk.set_aside()


def test_a_step_from_before_levels_were_kept_stays(desk: Desk, incident: Incident) -> None:
    step = asked(desk, incident)
    with database.transaction() as session:
        old = session.get_one(Step, step.id)
        old.level_minutes = old.counted_from = old.climbs_from = None
        session.add(old)
    raised(desk, incident, 4)
    assert desk.reload(step).due_at == step.due_at
    desk.set_aside()
