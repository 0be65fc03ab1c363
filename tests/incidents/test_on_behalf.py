"""Work passed on into a group, and answers of absent people written down by whoever heard them."""

from typing import Any

import pytest

from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database, timeline
from incidents.record.actors import Via
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotPermitted
from incidents.record.inbox import Verb
from incidents.record.language import Language
from incidents.response.answers import on_behalf, relays
from incidents.response.answers.on_behalf import AnswerWrittenDown, Heard
from incidents.response.answers.relays import RelayedToGroup
from incidents.response.life import lifecycle
from incidents.response.steps.steps import Step, StepKind, StepState
from notifications import group_words
from tests.harness import Desk

KEY = "look after the queue"
GROUP = "Nhóm trực Sở Y tế"


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.SUBJECT_LEAD])


@pytest.fixture
def step(desk: Desk, incident: Incident) -> Step:
    made = desk.plan(incident, KEY, Role.SUBJECT_LEAD, form="Done")
    desk.expect_message(to=desk.cast.phuc, kind="step_assigned", about=KEY)
    return made


def _heard(desk: Desk, step: Step, verb: Verb, **more: Any) -> None:
    told: dict[str, Any] = {"person_id": desk.cast.phuc.id, "heard": Heard.GROUP, "where": GROUP}
    desk.do(on_behalf.write_down, step.id, verb, **(told | {"by": desk.cast.lan} | more))


def test_what_was_heard_counts_as_theirs_and_says_who_wrote_it_down(
    desk: Desk, incident: Incident, step: Step
) -> None:
    _heard(desk, step, Verb.ACKNOWLEDGE)
    desk.expect_message(to=desk.cast.phuc, kind="answered_for")
    taken = desk.reload(step)
    assert (taken.state, taken.acknowledged_by) == (StepState.ACKNOWLEDGED, desk.cast.phuc.id)
    _heard(desk, step, Verb.COMPLETE, note="đã phân luồng", heard=Heard.TELEPHONE, where="0900 1")
    desk.expect_message(to=desk.cast.phuc, kind="answered_for")
    done = desk.reload(step)
    assert (done.state, done.settled_by) == (StepState.DONE, desk.cast.phuc.id)
    with database.reading() as session:
        told = timeline.entries_of(session, incident.id)
    written = [(e.actor_id, e.via) for e, f in told if isinstance(f, AnswerWrittenDown)]
    assert written == [(desk.cast.lan.id, Via.DESK)] * 2
    deeds = [(e.fact, e.actor_id) for e, _ in told if e.via is Via.PROXY]
    assert deeds == [
        ("StepAcknowledged", desk.cast.phuc.id),
        ("StepAnswered", desk.cast.phuc.id),
    ]


def test_a_refusal_passes_the_work_on_and_a_remark_changes_nothing(desk: Desk, step: Step) -> None:
    _heard(desk, step, Verb.COMMENT, note="đang trên đường")
    desk.expect_message(to=desk.cast.phuc, kind="answered_for")
    assert desk.reload(step).state is StepState.OPEN
    with desk.refused(Invalid, "Nêu lý do"):
        _heard(desk, step, Verb.DECLINE)
    _heard(desk, step, Verb.DECLINE, note="đang nằm viện")
    desk.expect_message(to=desk.cast.phuc, kind="answered_for")
    assert desk.reload(step).assignee_id != desk.cast.phuc.id
    desk.set_aside()


def test_nobody_writes_down_for_themselves_for_a_stranger_or_a_signature(
    desk: Desk, incident: Incident, step: Step
) -> None:
    with desk.refused(Conflict, "trả lời trực tiếp"):
        _heard(desk, step, Verb.ACKNOWLEDGE, by=desk.cast.phuc)
    with desk.refused(NotPermitted, "không giao cho"):
        _heard(desk, step, Verb.ACKNOWLEDGE, person_id=desk.cast.khoi.id)
    with desk.refused(Invalid, "Ghi số đã gọi"):
        _heard(desk, step, Verb.ACKNOWLEDGE, where=" ")
    with desk.refused(Conflict, "không ghi thay được"):
        _heard(desk, step, Verb.SIGN)
    sign = desk.plan(incident, "sign it", Role.LEAD, kind=StepKind.APPROVE, form="Approval")
    desk.expect_message(to=desk.cast.binh, kind="step_assigned")
    with desk.refused(Conflict, "trang phát ngôn"):
        _heard(desk, sign, Verb.COMPLETE, person_id=desk.cast.binh.id)
    verify = desk.plan(incident, "verify it", Role.SUBJECT_LEAD, form="Verification")
    desk.expect_message(to=desk.cast.phuc, kind="step_assigned")
    with desk.refused(Invalid):
        _heard(desk, verify, Verb.COMPLETE, note="sai")
    assert desk.reload(step).state is StepState.OPEN


def test_it_is_too_late_once_somebody_did_it_or_the_matter_ended(
    desk: Desk, incident: Incident, step: Step
) -> None:
    desk.acknowledge(KEY, by=desk.cast.phuc)
    with desk.refused(AlreadySettled, "đã được tiếp nhận"):
        _heard(desk, step, Verb.ACKNOWLEDGE)
    desk.do(lifecycle.stand_down, incident.id, reason="hết việc", by=desk.cast.binh)
    desk.set_aside()
    with desk.refused(Conflict):
        _heard(desk, step, Verb.COMMENT, note="x")
    with desk.refused(Conflict, "không còn đang xử lý"):
        desk.do(relays.pasted, incident.id, [1], group=GROUP, by=desk.cast.lan)


def test_the_text_for_a_group_holds_codes_and_times_and_its_pasting_is_noted(
    desk: Desk, incident: Incident, step: Step
) -> None:
    with database.reading() as session:
        waiting = relays.open_work(session, incident.id)
        said = {
            each: group_words.of(session, incident, waiting, language=each) for each in Language
        }
    for text in said.values():
        assert step.code in text
        assert desk.cast.phuc.name in text
        assert incident.title not in text
    assert "NHẬN" in said[Language.VI]
    assert "NHẬN" not in said[Language.EN]
    with desk.refused(Invalid, "tên nhóm"):
        desk.do(relays.pasted, incident.id, [step.number], group=" ", by=desk.cast.lan)
    with desk.refused(Conflict, "tải lại"):
        desk.do(relays.pasted, incident.id, [99], group=GROUP, by=desk.cast.lan)
    desk.do(relays.pasted, incident.id, [step.number], group=GROUP, by=desk.cast.lan)
    with database.reading() as session:
        (fact,) = [
            f for _, f in timeline.entries_of(session, incident.id) if isinstance(f, RelayedToGroup)
        ]
    assert (fact.group, fact.numbers) == (GROUP, (step.number,))
