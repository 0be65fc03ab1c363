"""Whoever leads is asked how things stand at the pace of the level, and answers in one tap."""

from collections.abc import Iterator

import pytest

from incidents.matter.incidents import Incident, Status
from incidents.people.roles import Role
from incidents.record.errors import Invalid
from incidents.record.language import Language
from incidents.response.answers import signing
from incidents.response.life import grading, lifecycle, resuming
from incidents.response.life.resuming import Flare
from incidents.response.reports import situation_reports
from incidents.response.reports.situation_reports import Remarks
from incidents.response.steps import rhythm, steps
from incidents.response.steps.steps import Step, StepState
from tests.cast import filled
from tests.harness import Desk, hours, minutes, read

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.MONITORING]


@pytest.fixture(autouse=True)
def _in_rhythm(desk: Desk) -> Iterator[None]:
    desk.rhythm = True
    yield
    desk.set_aside()


@pytest.fixture
def incident(desk: Desk) -> Incident:
    """At level 3 there is a review every four hours."""
    return desk.opened(level=3, roles=ROLES)


def reviews(desk: Desk, incident: Incident) -> list[Step]:
    from incidents.record import database

    with database.reading() as session:
        asked = steps.of_incident(session, incident.id)
    return [s for s in asked if s.form == "HowItStands"]


def test_the_lead_is_asked_when_the_time_of_the_level_has_passed(
    desk: Desk, incident: Incident
) -> None:
    desk.fast_forward(hours(3))
    assert reviews(desk, incident) == []
    assert desk.reload(incident).next_review_at == incident.opened_at + hours(4)
    desk.fast_forward(hours(1))
    (asked,) = reviews(desk, incident)
    mail = desk.expect_message(to=desk.cast.binh, kind="step_assigned")
    assert "Rà soát tình hình: có gì thay đổi không" in read(mail)
    assert "Kính báo cáo đồng chí" in read(mail)
    assert (asked.role, asked.mandatory, asked.state) == (Role.LEAD, False, StepState.OPEN)
    told = desk.timeline(incident, Language.EN)[-1].text
    assert "Review: has anything changed?" in told


def test_no_change_is_answered_by_the_link_and_the_next_is_counted_from_there(
    desk: Desk, incident: Incident
) -> None:
    desk.fast_forward(hours(4))
    (asked,) = reviews(desk, incident)
    desk.fast_forward(minutes(10))
    with desk.refused(Invalid, "ghi rõ thay đổi gì"):
        desk.answer(asked.key, by=desk.cast.binh, change="changed")
    desk.answer(asked.key, by=desk.cast.binh, change="none")
    assert desk.reload(incident).next_review_at == desk.time + hours(4)
    desk.set_aside()
    desk.fast_forward(hours(4) - minutes(1))
    assert len(reviews(desk, incident)) == 1
    desk.fast_forward(minutes(1))
    assert len(reviews(desk, incident)) == 2


def test_silence_reminds_and_passes_on_and_there_is_never_a_second_question_beside_it(
    desk: Desk, incident: Incident
) -> None:
    desk.fast_forward(hours(4))
    desk.set_aside()
    desk.fast_forward(minutes(15))
    desk.expect_message(to=desk.cast.binh, kind="step_reminder")
    desk.fast_forward(minutes(15))  # the whole time to acknowledge: the deputy, before the chair
    desk.expect_messages("step_passed", desk.cast.tung)
    desk.fast_forward(minutes(15))
    desk.expect_messages("step_passed", desk.cast.chuong)
    desk.fast_forward(minutes(15))  # its time is over: nobody who was silent is asked again
    desk.expect_messages("step_overdue", desk.cast.chuong)
    desk.expect_nothing()
    (asked,) = reviews(desk, incident)
    assert asked.state is StepState.OVERDUE
    desk.fast_forward(hours(3))
    assert len(reviews(desk, incident)) == 2


def test_a_situation_report_is_an_answer(desk: Desk, incident: Incident) -> None:
    desk.fast_forward(hours(4))
    (asked,) = reviews(desk, incident)
    desk.fast_forward(minutes(20))
    desk.do(situation_reports.issue, incident.id, Remarks(), by=desk.cast.tung)
    answered = desk.reload(asked)
    assert (answered.state, answered.settled_by) == (StepState.DONE, desk.cast.tung.id)
    assert answered.answer
    assert answered.answer["note"] == "Báo cáo nhanh số 1"
    assert desk.reload(incident).next_review_at == desk.time + hours(4)
    # One issued before anybody is asked counts as well, one of a past moment does not.
    desk.fast_forward(hours(1))
    desk.do(situation_reports.issue, incident.id, Remarks(), by=desk.cast.tung)
    assert desk.reload(incident).next_review_at == desk.time + hours(4)
    past = desk.time
    desk.fast_forward(hours(1))
    desk.do(situation_reports.issue, incident.id, Remarks(), at=past, by=desk.cast.tung)
    assert desk.reload(incident).next_review_at == past + hours(4)


def test_another_level_has_another_pace_and_nobody_is_late_by_it(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    desk.fast_forward(hours(3))
    desk.do(grading.override, incident.id, 4, reason="Lan rộng", by=cast.lan)
    # Two hours at level 4, and one was left: the one that was left.
    assert desk.reload(incident).next_review_at == desk.time + hours(1)
    desk.fast_forward(hours(1))
    (asked,) = reviews(desk, incident)
    desk.answer(asked.key, by=cast.binh, change="none")
    assert desk.reload(incident).next_review_at == desk.time + hours(2)
    desk.do(grading.override, incident.id, 2, reason="Lắng", by=cast.binh)
    desk.agree(incident, by=cast.tung)
    assert desk.reload(incident).next_review_at == desk.time + hours(12)


def test_stabilising_halves_the_pace_a_flare_resets_it_and_the_end_ends_it(
    desk: Desk, incident: Incident
) -> None:
    binh = desk.cast.binh
    slots = filled(desk.time)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=desk.cast.lan)
    desk.do(lifecycle.stabilise, incident.id, reason="Đã yên", by=binh)
    assert desk.reload(incident).next_review_at == desk.time + hours(8)
    desk.fast_forward(hours(1))
    desk.do(resuming.flare_up, incident.id, Flare.REACH, reason="Lan lại", by=desk.cast.lan)
    assert desk.reload(incident).next_review_at == desk.time + hours(4)
    desk.fast_forward(hours(4))
    (asked,) = reviews(desk, incident)
    desk.do(lifecycle.stand_down, incident.id, reason="Hết", by=binh)
    assert desk.reload(asked).state is StepState.CANCELLED
    desk.fast_forward(hours(30))
    assert len(reviews(desk, incident)) == 1


def test_two_reviews_that_see_it_falling_calm_it_without_a_written_judgement(
    desk: Desk, incident: Incident
) -> None:
    binh = desk.cast.binh
    slots = filled(desk.time)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=desk.cast.lan)
    for trend in ("falling", "unknown", "falling"):
        desk.fast_forward(hours(4))
        desk.answer(reviews(desk, incident)[-1].key, by=binh, change="none", trend=trend)
    desk.do(lifecycle.stabilise, incident.id, reason="", by=binh)
    assert desk.reload(incident).status is Status.STABILISING


def test_without_a_task_force_the_standing_deputy_is_asked_once_a_day(desk: Desk) -> None:
    low = desk.opened(level=1)
    desk.fast_forward(hours(24))
    (asked,) = reviews(desk, low)
    assert (asked.role, asked.assignee_id) == (Role.STANDING_DEPUTY, desk.cast.tung.id)


def test_an_incident_older_than_its_rhythm_begins_it_now(desk: Desk) -> None:
    from incidents.record import database

    desk.rhythm = False
    old = desk.opened(level=3)
    desk.fast_forward(hours(50))
    desk.rhythm = True
    with database.transaction() as session:
        assert rhythm.ask(session, old.id) is None
    assert desk.reload(old).next_review_at == desk.time + hours(4)
