"""Whom an incident concerns hears nothing more of it; what was theirs to hear goes to another."""

from datetime import date

from flows.duties import reviews
from incidents.matter import recusals
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import NotPermitted
from incidents.response.judgement import decisions, silences
from incidents.response.judgement.decisions import Words
from incidents.response.learning import lessons
from incidents.response.staffing import recusing
from incidents.response.steps.forms import AnswerOrWatch, Course
from tests.harness import Desk, hours, minutes
from tests.incidents import terms
from tests.incidents.test_silences import NO

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY]


def test_reminders_of_every_kind_go_to_somebody_whom_it_does_not_concern(desk: Desk) -> None:
    incident, cast = desk.opened(level=3, roles=ROLES), desk.cast
    terms.vouch(desk)
    terms.started(desk, incident, triggered_at=desk.time - hours(11), owner_id=cast.lan.id)
    watch = AnswerOrWatch(**NO, course=Course.WATCH, review_at=desk.time + hours(2))
    desk.do(silences.weigh, incident, watch, by=cast.lan)
    words = Words(question="Có họp báo không?", chosen="Chưa", reason="Chưa đủ tin")
    desk.do(decisions.take, incident.id, words, review_at=desk.time + hours(3), by=cast.lan)
    learnt = lessons.Learnt("Gọi sớm hơn", owner_id=cast.lan.id, due_on=date(2026, 11, 23))
    lesson = desk.do(lessons.learn, incident.id, learnt, by=cast.ha)
    desk.set_aside()

    told = desk.do(recusing.declare, incident.id, cast.lan.id, reason="Bị nêu tên", by=cast.ha)
    desk.expect_messages("conflict_declared", cast.lan)
    desk.expect_messages("conflict_reported", cast.binh, cast.chuong)
    heard = len(desk.messages(to=cast.lan))
    # Nobody else is on shift: those who stand in for the desk hear in her place.
    with database.reading() as session:
        assert recusals.to_alert(session, incident.id) == [cast.duc.id, cast.hoa.id]
    desk.fast_forward(minutes(61))
    desk.expect_message(to=cast.duc, kind="clock_due")
    desk.expect_message(to=cast.hoa, kind="clock_due")
    desk.fast_forward(hours(1))
    desk.expect_messages("silence_review", cast.duc, cast.hoa)
    desk.fast_forward(hours(1))
    assert (reviews.reviews(), reviews.reviews()) == (1, 0)
    desk.settle()
    desk.expect_messages("decision_review", cast.binh)
    desk.fast_forward(hours(3))
    assert (reviews.reviews(), reviews.reviews()) == (1, 0)
    desk.settle()
    desk.expect_messages("lesson_due", cast.tung)
    desk.set_aside()
    assert len(desk.messages(to=cast.lan)) == heard
    with desk.refused(NotPermitted):
        desk.do(lessons.assign, lesson.id, cast.lan.id, date(2026, 11, 30), by=cast.ha)

    desk.do(recusing.lift, incident.id, told.id, reason="Trùng tên", by=cast.chuong)
    desk.expect_messages("conflict_lifted", cast.lan)
    with database.reading() as session:
        assert cast.lan.id not in recusals.of(session, incident.id).named
    desk.set_aside()
