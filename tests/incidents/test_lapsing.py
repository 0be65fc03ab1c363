"""Taken, and then nothing: reminded once, and at the due time the work climbs on as in silence."""

from typing import Any

import pytest

from incidents.matter import level_timings
from incidents.matter.incidents import Incident
from incidents.people import authorisations
from incidents.people.roles import Role
from incidents.record import clock, database
from incidents.record.errors import Invalid
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.response.answers import answering
from incidents.response.staffing import directing
from incidents.response.steps.steps import Step, StepKind, StepState
from tests.harness import Desk, hours, minutes

KEY = "verify with the agency in charge"


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.SUBJECT_LEAD, Role.STANDING_DEPUTY])


def taken(desk: Desk, incident: Incident, **more: Any) -> Step:
    """Phúc takes a step of four hours at once."""
    step = desk.plan(incident, KEY, Role.SUBJECT_LEAD, form="Verification", due=hours(4), **more)
    desk.acknowledge(KEY, by=desk.cast.phuc)
    desk.set_aside()
    return step


def test_whoever_took_it_and_does_nothing_is_reminded_once(desk: Desk, incident: Incident) -> None:
    taken(desk, incident)
    desk.fast_forward(hours(3) - minutes(1))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    told = desk.expect_message(to=desk.cast.phuc, kind="step_follow_up", about=KEY)
    assert told.due_at <= desk.time
    desk.fast_forward(minutes(59))
    desk.expect_nothing()
    assert desk.facts(incident).count("StepFollowedUp") == 1
    assert "taken and nothing has followed" in desk.timeline(incident, Language.EN)[-1].text


def test_with_nothing_at_the_due_time_it_is_not_taken_any_more_and_climbs_on(
    desk: Desk, incident: Incident
) -> None:
    cast, step = desk.cast, taken(desk, incident)
    desk.fast_forward(hours(4))
    desk.expect_message(to=cast.phuc, kind="step_follow_up")
    desk.expect_messages("step_passed", cast.yen)
    desk.expect_message(to=cast.phuc, kind="step_overdue")
    now = desk.reload(step)
    assert (now.state, now.assignee_id, now.acknowledged_at) == (StepState.OPEN, cast.yen.id, None)
    assert now.due_at == desk.time + hours(2)
    assert desk.facts(incident)[-2:] == ["StepLapsed", "StepPassed"]
    # Silence there climbs to the next tier, with half of the time again; then it is overdue.
    desk.fast_forward(hours(2))
    desk.expect_messages("step_passed", cast.tung)
    desk.fast_forward(hours(2))
    desk.expect_messages("step_overdue", cast.tung)
    desk.set_aside()
    assert desk.reload(step).state is StepState.OVERDUE


def test_who_lapsed_may_still_answer_and_that_counts(desk: Desk, incident: Incident) -> None:
    step = taken(desk, incident)
    desk.fast_forward(hours(4))
    found: Any = {"finding": "false", "explanation": "Đập an toàn", "source": "Chi cục Thủy lợi"}
    desk.answer(KEY, by=desk.cast.phuc, **found)
    desk.set_aside()
    assert desk.reload(step).state is StepState.DONE


def test_an_end_to_passing_on_however_often_it_is_taken(desk: Desk, incident: Incident) -> None:
    cast, step = desk.cast, taken(desk, incident)
    desk.fast_forward(hours(4))
    desk.acknowledge(KEY, by=cast.yen)
    desk.fast_forward(hours(2))
    assert desk.reload(step).assignee_id == cast.tung.id
    desk.acknowledge(KEY, by=cast.tung)
    desk.fast_forward(hours(2))
    assert desk.reload(step).state is StepState.OVERDUE
    assert desk.facts(incident).count("StepLapsed") == 2
    desk.set_aside()


@pytest.mark.parametrize("word", ["remark", "time"])
def test_a_word_keeps_it_alive(desk: Desk, incident: Incident, word: str) -> None:
    cast, step = desk.cast, taken(desk, incident)
    desk.fast_forward(hours(1))
    if word == "remark":
        desk.do(answering.comment, step.id, "Đang chờ Chi cục trả lời", by=cast.phuc)
    else:
        asks: Any = {"minutes": 60, "reason": "Chờ số liệu"}
        desk.do(answering.ask_more_time, step.id, **asks, by=cast.phuc)
    desk.set_aside()
    desk.fast_forward(hours(3) - minutes(1))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    assert desk.reload(step).state is StepState.OVERDUE
    assert "StepLapsed" not in desk.facts(incident)
    desk.set_aside()


def test_a_word_of_before_does_not_count(desk: Desk, incident: Incident) -> None:
    step = desk.plan(incident, KEY, Role.SUBJECT_LEAD, form="Verification", due=hours(4))
    desk.do(answering.comment, step.id, "Tôi sẽ xem", by=desk.cast.phuc)
    desk.time += minutes(1)
    desk.acknowledge(KEY, by=desk.cast.phuc)
    desk.set_aside()
    desk.fast_forward(hours(4) - minutes(2))
    desk.expect_message(to=desk.cast.phuc, kind="step_follow_up")


def test_more_time_that_was_given_is_a_word_and_done_is_the_end(
    desk: Desk, incident: Incident
) -> None:
    cast, step = desk.cast, taken(desk, incident)
    desk.do(directing.extend, step.id, desk.time + hours(8), reason="Xa", by=cast.tung)
    desk.set_aside()
    desk.fast_forward(hours(7))
    desk.expect_nothing()
    other = desk.plan(incident, "count", Role.MONITORING, due=hours(4))
    desk.acknowledge("count", by=cast.khoi)
    desk.answer("count", by=cast.khoi)
    desk.set_aside()
    desk.fast_forward(minutes(50))
    desk.expect_nothing()
    assert desk.reload(other).state is StepState.DONE


def test_where_the_playbook_names_who_has_it_next_it_goes_there(
    desk: Desk, incident: Incident
) -> None:
    step = taken(desk, incident, then=Role.LEAD)
    desk.fast_forward(hours(4))
    assert desk.reload(step).assignee_id == desk.cast.binh.id
    assert "StepLapsed" not in desk.facts(incident)
    desk.set_aside()


def test_a_signature_that_lapsed_goes_only_to_those_who_may_give_it(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON])
    statement, _ = desk.drafted(incident, by=cast.ha)
    more: Any = {"kind": StepKind.APPROVE, "form": "SignOff", "statement_id": statement.id}
    step = desk.plan(incident, "sign", Role.SPOKESPERSON, due=hours(1), **more)
    desk.acknowledge("sign", by=cast.minh)
    desk.fast_forward(hours(1))
    now = desk.reload(step)
    assert now.assignee_id != cast.thao.id, "she deputises without a paper"
    assert now.assignee_id in (cast.binh.id, cast.tung.id, cast.chuong.id)
    with database.reading() as session:
        papers = {a.grantee_id for a in authorisations.valid(session, Role.LEAD, desk.time)}
    assert now.assignee_id in papers | {cast.binh.id, cast.chuong.id}
    desk.set_aside()


def test_the_office_says_when(desk: Desk) -> None:
    with database.reading() as session:
        newest = level_timings.listed(session)[0]
        paces = [row.pace() for row in level_timings.rows(session, newest).values()]
    today = clock.now().astimezone(clock.LOCAL).date()
    given: Any = {"effective_from": today, "paces": paces, "basis": "QĐ 92"}
    with desk.refused(Invalid, "từ 10 đến 99%"):
        desk.do(level_timings.make, **given, follow_up_percent=100, by=desk.cast.an)
    desk.do(level_timings.make, **given, follow_up_percent=25, by=desk.cast.an)
    assert desk.facts(DESK)[-2:] == ["LevelTimingsMade", "FollowUpSet"]
    desk.time += minutes(1)
    taken(desk, desk.opened(level=3, roles=[Role.LEAD, Role.SUBJECT_LEAD]))
    desk.fast_forward(hours(1))
    desk.expect_message(to=desk.cast.phuc, kind="step_follow_up")
    desk.do(level_timings.make, **given, by=desk.cast.an)
    with database.reading() as session:
        assert level_timings.listed(session)[0].follow_up_percent == 25
