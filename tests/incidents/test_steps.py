"""Steps: asked, reminded, passed on, answered late, declined, and moved by those who lead."""

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from incidents.matter import taskforces
from incidents.matter.incidents import Incident
from incidents.people.roles import Role, RoleHolder
from incidents.record import database, links
from incidents.record.actors import Actor, Via
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.language import Language
from incidents.record.links import AnswerLink
from incidents.record.outbox import MessageState, OutgoingMessage
from incidents.response.answers import answering
from incidents.response.life import lifecycle
from incidents.response.steps import steps
from incidents.response.steps.steps import Step, StepKind, StepState
from incidents.response.steps.timers import LADDER_KINDS, Timer, TimerState
from incidents.words.approvals import Verdict
from tests.harness import Desk, hours, minutes

KEY = "verify with the agency in charge"
VERIFIED: dict[str, Any] = {
    "finding": "false",
    "explanation": "Đập an toàn.",
    "source": "Sở Nông nghiệp",
}


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.SUBJECT_LEAD, Role.STANDING_DEPUTY])


def _asked(desk: Desk, incident: Incident, **more: object) -> Step:
    step = desk.plan(incident, KEY, Role.SUBJECT_LEAD, form="Verification", **more)  # type: ignore[arg-type]
    desk.expect_message(to=desk.cast.phuc, kind="step_assigned", about=KEY)
    return step


def _links(step: Step) -> list[AnswerLink]:
    with database.reading() as session:
        return list(session.exec(select(AnswerLink).where(AnswerLink.step_id == step.id)))


def test_an_acknowledgement_ends_the_ladder_and_tells_those_who_were_reached(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    step = _asked(desk, incident)
    desk.fast_forward(minutes(31))
    desk.expect_messages("step_reminder", cast.phuc)
    desk.expect_messages("step_passed", cast.yen)
    # The first holder wakes up late and may still take it.
    desk.acknowledge(KEY, by=cast.phuc)
    desk.expect_messages("step_taken", cast.yen)
    taken = desk.reload(step)
    assert (taken.state, taken.assignee_id) == (StepState.ACKNOWLEDGED, cast.phuc.id)
    desk.fast_forward(minutes(60))
    desk.expect_nothing()
    with desk.refused(AlreadySettled, "đã được tiếp nhận"):
        desk.acknowledge(KEY, by=cast.yen)


def test_an_acknowledgement_cancels_what_is_queued_in_its_own_transaction(
    desk: Desk, incident: Incident
) -> None:
    desk.mail_works = False
    step = desk.plan(incident, KEY, Role.SUBJECT_LEAD, form="Verification")
    desk.fast_forward(minutes(16))
    phuc = Actor(desk.cast.phuc.id, Via.LINK)
    waiting = {m.kind for m in desk.messages(to=desk.cast.phuc) if m.step_id}
    assert waiting == {"step_assigned", "step_reminder"}

    def about_the_step() -> tuple[set[str], set[str]]:
        with database.reading() as session:
            return (
                set(
                    session.exec(
                        select(OutgoingMessage.state).where(OutgoingMessage.step_id == step.id)
                    )
                ),
                set(
                    session.exec(
                        select(Timer.state).where(
                            Timer.step_id == step.id, col(Timer.kind).in_(LADDER_KINDS)
                        )
                    )
                ),
            )

    before = about_the_step()
    with contextlib.suppress(KeyboardInterrupt), database.transaction() as session:
        answering.acknowledge(session, step.id, by=phuc)
        raise KeyboardInterrupt  # the power goes out before the commit
    assert about_the_step() == before
    desk.do(answering.acknowledge, step.id, by=phuc)
    messages, moments = about_the_step()
    assert messages == {MessageState.CANCELLED}
    assert TimerState.ARMED not in moments
    desk.mail_works = True
    desk.settle()
    desk.expect_nothing()


def test_a_late_answer_is_recorded_and_shown(desk: Desk, incident: Incident) -> None:
    step = _asked(desk, incident, due=hours(1))
    desk.acknowledge(KEY, by=desk.cast.phuc)
    desk.do(answering.comment, step.id, "Đang hỏi xã", by=desk.cast.phuc)
    desk.fast_forward(hours(1))
    desk.set_aside()
    with desk.refused(AlreadySettled, "quá hạn"):
        desk.acknowledge(KEY, by=desk.cast.phuc)
    with desk.refused(AlreadySettled, "quá hạn"):
        desk.decline(KEY, by=desk.cast.phuc)
    desk.answer(KEY, by=desk.cast.phuc, **VERIFIED)
    late = desk.reload(step)
    assert (late.state, late.late) == (StepState.DONE, True)
    assert "Kết quả: sai" in desk.timeline(incident)[-1].text
    assert desk.reload(incident).finding.value == "false"
    with desk.refused(AlreadySettled, "hoàn thành"):
        desk.answer(KEY, by=desk.cast.phuc, **VERIFIED)


def test_due_times_are_scaled_by_the_level(desk: Desk) -> None:
    crisis = desk.opened(level=4, roles=[Role.LEAD])
    step = desk.plan(crisis, KEY, Role.LEAD, due=hours(2))
    desk.set_aside()
    assert step.due_at == desk.time + hours(1)
    assert step.acknowledge_by == desk.time + minutes(15)


def test_declining_passes_on_at_once_and_the_next_has_the_whole_time(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    _asked(desk, incident, due=hours(5))
    desk.fast_forward(minutes(29))
    desk.expect_messages("step_reminder", cast.phuc)
    with desk.refused(Invalid, "Nêu lý do"):
        desk.decline(KEY, by=cast.phuc, reason=" ")
    desk.decline(KEY, by=cast.phuc)
    desk.expect_messages("step_passed", cast.yen)
    with desk.refused(Conflict, "đã chuyển người khác"):
        desk.decline(KEY, by=cast.phuc)
    desk.fast_forward(minutes(14))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    desk.expect_messages("step_reminder", cast.yen)
    desk.fast_forward(minutes(15))
    desk.expect_messages("step_passed", cast.tung)


def test_declined_by_all_it_settles_as_declined(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = _asked(desk, incident)
    for person in (cast.phuc, cast.yen, cast.tung, cast.binh, cast.chuong):
        desk.decline(KEY, by=person)
    assert desk.reload(step).state is StepState.DECLINED
    desk.expect_messages("step_passed", cast.yen, cast.tung, cast.binh, cast.chuong)
    assert desk.facts(incident)[-1] == "StepRefusedByAll"
    desk.fast_forward(hours(3))
    desk.expect_nothing()
    desk.answer(KEY, by=cast.yen, **VERIFIED)
    assert desk.reload(step).late


def test_only_those_it_was_given_to_may_answer(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    step = _asked(desk, incident)
    for stranger in (cast.kien, cast.lan, cast.binh, cast.an):
        with desk.refused(NotPermitted, "không giao cho đồng chí"):
            desk.acknowledge(KEY, by=stranger)
    with desk.refused(NotPermitted):
        desk.do(answering.complete, step.id, VERIFIED, by=Actor(None, Via.REST))
    with desk.refused(NotFound, "Không tìm thấy nhiệm vụ"):
        desk.do(answering.acknowledge, UUID(int=5), by=cast.phuc)
    # The deputy in the task force may answer before it ever passed to her.
    desk.answer(KEY, by=cast.yen, **VERIFIED)
    desk.expect_messages("step_taken", cast.phuc)
    assert desk.reload(step).assignee_id == cast.yen.id


@pytest.mark.parametrize(
    ("answer", "field", "saying"),
    [
        ({}, "finding", "Ô này phải điền."),
        (VERIFIED | {"explanation": " "}, "explanation", "Ô này phải điền."),
        (VERIFIED | {"finding": "pending"}, "finding", "chưa xác minh được"),
        (VERIFIED | {"finding": "maybe"}, "finding", "một trong các mục"),
        (VERIFIED | {"source": "x" * 301}, "source", "Tối đa 300 ký tự"),
        (VERIFIED | {"next_word_at": "mai"}, "next_word_at", "Ngày giờ không hợp lệ"),
        (VERIFIED | {"hidden": "1"}, "hidden", "không có ô này"),
    ],
)
def test_an_answer_that_does_not_fit_its_form_is_refused_field_by_field(
    desk: Desk, incident: Incident, answer: dict[str, Any], field: str, saying: str
) -> None:
    _asked(desk, incident)
    with desk.refused(Invalid, saying) as refusal:
        desk.answer(KEY, by=desk.cast.phuc, **answer)
    assert field in refusal.value.fields


def test_a_remark_changes_nothing_else(desk: Desk, incident: Incident) -> None:
    step = _asked(desk, incident)
    with desk.refused(Invalid, "Ghi nội dung"):
        desk.do(answering.comment, step.id, " ", by=desk.cast.phuc)
    desk.do(answering.comment, step.id, "Đang chờ sở trả lời", by=desk.cast.phuc)
    assert desk.reload(step) == step
    assert desk.timeline(incident)[-1].text == f"Việc 1 «{KEY}»: Đang chờ sở trả lời"


def test_a_step_after_another_begins_in_the_commit_that_settles_the_first(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    first = _asked(desk, incident)
    second = desk.plan(incident, "then", Role.LEAD, after=first.id)
    assert (second.state, second.opened_at, second.due_at) == (StepState.PLANNED, None, None)
    desk.expect_nothing()
    with desk.refused(NotPermitted):
        desk.answer("then", by=cast.kien, note="")
    with desk.refused(Conflict, "chưa mở"):
        desk.answer("then", by=cast.binh, note="")
    with database.transaction() as session:
        answering.complete(session, first.id, VERIFIED, by=Actor(cast.phuc.id, Via.LINK))
        assert steps.get(session, second.id).state is StepState.OPEN
    desk.settle()
    desk.expect_messages("step_assigned", cast.binh)


def test_the_same_answer_by_two_at_the_same_moment_counts_once(
    desk: Desk, incident: Incident
) -> None:
    step = _asked(desk, incident)
    barrier = Barrier(2)

    def answer(person: UUID) -> bool:
        barrier.wait()
        try:
            with database.transaction() as session:
                answering.complete(session, step.id, VERIFIED, by=Actor(person, Via.LINK))
        except AlreadySettled:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(answer, (desk.cast.phuc.id, desk.cast.yen.id)))
    desk.settle()
    desk.set_aside()
    assert sorted(told) == [False, True]
    assert desk.facts(incident).count("StepAnswered") == 1


def test_with_nobody_in_the_role_the_duty_officer_gets_the_work_and_an_alarm(
    desk: Desk, incident: Incident
) -> None:
    with database.transaction() as session:
        for holder in session.exec(select(RoleHolder)):
            if holder.role in (Role.POLICE_LIAISON, Role.STANDING_DEPUTY, Role.LEAD, Role.CHAIR):
                session.delete(holder)
        for seat in taskforces.members(session, incident.id):
            session.delete(seat)
    step = desk.plan(incident, KEY, Role.POLICE_LIAISON)
    desk.expect_messages("role_vacant", desk.cast.lan)
    desk.expect_messages("step_assigned", desk.cast.lan)
    assert step.assignee_id == desk.cast.lan.id
    assert "RoleVacant" in desk.facts(incident)
    desk.answer(KEY, by=desk.cast.lan, note="Đã gọi")


def test_an_ended_incident_takes_no_answer(desk: Desk, incident: Incident) -> None:
    step = _asked(desk, incident)
    desk.do(lifecycle.stand_down, incident.id, reason="Diễn tập xong", by=desk.cast.lan)
    desk.set_aside()
    assert desk.reload(step).state is StepState.CANCELLED
    for verb, rest in (
        (answering.acknowledge, ()),
        (answering.complete, (VERIFIED,)),
        (answering.comment, ("thêm",)),
    ):
        with desk.refused(Conflict, "Dừng xử lý"):
            desk.do(verb, step.id, *rest, by=desk.cast.phuc)  # type: ignore[arg-type]
    desk.fast_forward(timedelta(days=1))
    desk.expect_nothing()


def test_what_waits_for_a_person_and_what_it_is_called(desk: Desk, incident: Incident) -> None:
    step = _asked(desk, incident)
    with database.reading() as session:
        assert [s.id for s in steps.mine(session, desk.cast.phuc.id)] == [step.id]
        assert steps.mine(session, desk.cast.yen.id) == []
        assert steps.title(session, step, Language.EN) == KEY
        assert step.run_id
        assert set(steps.of_run(session, step.run_id)) == {KEY}
        (link,) = links_of = _links(step)
        assert links_of[0].token_hash != links.token(link.message_id)


def test_a_no_does_not_read_as_done(desk: Desk, incident: Incident) -> None:
    desk.plan(incident, "approve it", Role.LEAD, kind=StepKind.DECIDE, form="Approval")
    with desk.refused(Invalid, "ghi chỗ phải sửa"):
        desk.answer("approve it", by=desk.cast.binh, verdict="refused")
    desk.answer("approve it", by=desk.cast.binh, verdict="refused", comment="Thiếu bản đồ")
    no = desk.step("approve it")
    assert (no.state, no.standing) == (StepState.DONE, Verdict.REFUSED)
    desk.set_aside()
