"""A link shows one step and does what its person may do, once, with the number from the mail."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from incidents.intake.signals import Signal, SignalState
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock, database, links, timeline
from incidents.record.actors import Via
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
)
from incidents.record.links import AnswerLink
from incidents.record.outbox import MessageState, OutgoingMessage
from incidents.response.answers import answering
from incidents.response.life import lifecycle
from incidents.response.staffing import directing
from incidents.response.steps.forms import Verification
from incidents.response.steps.steps import StepKind, StepState
from notifications import answers
from notifications.answers import Answered, AnswerView, LinkDeed, Recorded
from tests.cast import Cast
from tests.notifications.conftest import Stage, by

GOOD = {"finding": "false", "explanation": "Hồ an toàn.", "source": "Biên bản 12/BB"}


def _view(message: OutgoingMessage) -> AnswerView:
    with database.reading() as session:
        return answers.view(session, links.token(message.id))


def _act(message: OutgoingMessage, deed: LinkDeed, **said: Any) -> Answered:
    said.setdefault("number", links.number(message.id))
    return answers.act(links.token(message.id), deed=deed, **said)


def _assigned(stage: Stage, to: Person | None = None) -> OutgoingMessage:
    return stage.message("step_assigned", to or stage.cast.phuc)


def _wrong(message: OutgoingMessage) -> str:
    return "10" if links.number(message.id) != "10" else "11"


def test_looking_shows_the_step_and_changes_nothing(stage: Stage) -> None:
    step = stage.ask()
    before = _picture()
    seen = _view(_assigned(stage))
    assert (seen.about, seen.number, seen.title) == (
        "2026-0001",
        1,
        "Xác minh tại cơ quan chủ quản",
    )
    assert (seen.person, seen.role) == (stage.cast.phuc.name, Role.SUBJECT_LEAD)
    assert (seen.due_at, seen.form) == (step.due_at, Verification)
    assert seen.deeds == tuple(LinkDeed)
    assert seen.sign_in_at is None
    assert _picture() == before


def _picture() -> list[str]:
    with database.reading() as session:
        return sorted(repr(link) for link in session.exec(select(AnswerLink)))


def test_acknowledging_takes_the_step_by_link_and_a_second_time_is_already_recorded(
    stage: Stage,
) -> None:
    step = stage.ask()
    message = _assigned(stage)
    first = _act(message, LinkDeed.ACKNOWLEDGE)
    again = _act(message, LinkDeed.ACKNOWLEDGE)
    assert (first.recorded, again.recorded) == (Recorded.NOW, Recorded.ALREADY)
    assert LinkDeed.ACKNOWLEDGE not in again.view.deeds
    assert again.view.taken_by == stage.cast.phuc.name
    assert stage.step(step.id).state is StepState.ACKNOWLEDGED
    assert stage.reload(message).state is MessageState.CANCELLED
    with database.reading() as session:
        entries = timeline.entries_of(session, stage.incident.id)
    taken = [entry for entry, _ in entries if entry.fact == "StepAcknowledged"]
    assert [(t.actor_id, t.via) for t in taken] == [(stage.cast.phuc.id, Via.LINK)]


def test_completing_needs_the_typed_form_and_counts_once(stage: Stage) -> None:
    step = stage.ask()
    message = _assigned(stage)
    with pytest.raises(Invalid) as refused:
        _act(message, LinkDeed.COMPLETE, answer={"finding": "maybe"})
    assert refused.value.fields.keys() == {"finding", "explanation", "source"}
    assert _act(message, LinkDeed.COMPLETE, answer=GOOD).recorded is Recorded.NOW
    assert stage.step(step.id).state is StepState.DONE
    assert _act(message, LinkDeed.COMPLETE, answer=GOOD).recorded is Recorded.ALREADY


def test_declining_passes_the_step_on_and_twice_changes_nothing_more(stage: Stage) -> None:
    step = stage.ask()
    message = _assigned(stage)
    with pytest.raises(Invalid):
        _act(message, LinkDeed.DECLINE, reason=" ")
    assert _act(message, LinkDeed.DECLINE, reason="Đang ở hiện trường").recorded is Recorded.NOW
    assert stage.step(step.id).assignee_id == stage.cast.yen.id
    again = _act(message, LinkDeed.DECLINE, reason="Đang ở hiện trường")
    assert again.recorded is Recorded.ALREADY
    assert stage.step(step.id).assignee_id == stage.cast.yen.id


def test_a_remark_pressed_twice_is_one_remark(stage: Stage) -> None:
    stage.ask()
    message = _assigned(stage)
    assert _act(message, LinkDeed.COMMENT, reason="Cần ảnh vệ tinh").recorded is Recorded.NOW
    assert _act(message, LinkDeed.COMMENT, reason="Cần ảnh vệ tinh ").recorded is Recorded.ALREADY
    assert _act(message, LinkDeed.COMMENT, reason="Đã có ảnh").recorded is Recorded.NOW
    with pytest.raises(Invalid):
        _act(message, LinkDeed.COMMENT, reason="  ")
    with database.reading() as session:
        entries = timeline.entries_of(session, stage.incident.id)
    assert sum(entry.fact == "StepCommented" for entry, _ in entries) == 2


def test_a_wrong_number_costs_one_of_five_tries_and_then_the_link_is_closed(stage: Stage) -> None:
    step = stage.ask()
    message = _assigned(stage)
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Invalid) as refused:
            _act(message, LinkDeed.ACKNOWLEDGE, number=_wrong(message))
        assert refused.value.fields["number"][1] == {"left": left}
    with pytest.raises(Conflict, match="khóa"):
        _act(message, LinkDeed.ACKNOWLEDGE)
    assert _view(message).deeds == ()
    assert stage.step(step.id).state is StepState.OPEN


def test_a_right_number_after_a_wrong_one_still_counts(stage: Stage) -> None:
    stage.ask()
    message = _assigned(stage)
    with pytest.raises(Invalid):
        _act(message, LinkDeed.ACKNOWLEDGE, number=_wrong(message))
    assert _act(message, LinkDeed.ACKNOWLEDGE).view.tries_left == 4


def test_a_form_sent_empty_by_a_program_is_no_guess(stage: Stage) -> None:
    stage.ask()
    message = _assigned(stage)
    for _ in range(links.TRIES + 1):
        with pytest.raises(Invalid) as refused:
            _act(message, LinkDeed.ACKNOWLEDGE, number=" ")
        assert "number" in refused.value.fields
    assert _act(message, LinkDeed.ACKNOWLEDGE).view.tries_left == links.TRIES


def test_an_altered_link_is_refused(stage: Stage) -> None:
    stage.ask()
    token = links.token(_assigned(stage).id)
    for altered in (token[:-1] + ("a" if token[-1] != "a" else "b"), token.upper(), "", "x" * 4000):
        with database.reading() as session, pytest.raises(NotFound):
            answers.view(session, altered)
        with pytest.raises(NotFound):
            answers.act(altered, deed=LinkDeed.ACKNOWLEDGE, number="47")


def test_the_link_of_a_replaced_member_is_taken_back(stage: Stage) -> None:
    stage.ask()
    message = _assigned(stage)
    with database.transaction() as session:
        directing.replace_member(
            session,
            stage.incident.id,
            Role.SUBJECT_LEAD,
            outgoing=stage.cast.phuc.id,
            incoming=stage.cast.khoi.id,
            reason="Nghỉ ốm",
            by=by(stage.cast.binh),
        )
    with pytest.raises(NotFound, match="hết hiệu lực"):
        _act(message, LinkDeed.ACKNOWLEDGE)


def test_an_answer_after_the_incident_ended_is_refused_in_clear_words(stage: Stage) -> None:
    stage.ask()
    message = _assigned(stage)
    with database.transaction() as session:
        lifecycle.stand_down(
            session, stage.incident.id, reason="Không đúng việc", by=by(stage.cast.binh)
        )
    for deed in (LinkDeed.ACKNOWLEDGE, LinkDeed.COMPLETE, LinkDeed.DECLINE, LinkDeed.COMMENT):
        with pytest.raises(Conflict, match=r"^Vụ việc 2026-0001"):
            _act(message, deed, answer=GOOD, reason="x")
    assert _view(message).deeds == ()


def test_a_step_somebody_else_finished_says_so(stage: Stage) -> None:
    step = stage.ask()
    message = _assigned(stage)
    with database.transaction() as session:
        directing.reassign(
            session, step.id, stage.cast.yen.id, reason="Chuyển", by=by(stage.cast.binh)
        )
    with database.transaction() as session:
        answering.complete(session, step.id, GOOD, by=by(stage.cast.yen))
    with pytest.raises(AlreadySettled, match="đã kết thúc"):
        _act(message, LinkDeed.COMPLETE, answer=GOOD)
    with pytest.raises(AlreadySettled):
        _act(message, LinkDeed.ACKNOWLEDGE)


def test_a_signature_is_never_given_by_link(stage: Stage) -> None:
    step = stage.ask("sign", Role.SPOKESPERSON, kind=StepKind.APPROVE, form="SignOff")
    message = _assigned(stage, stage.cast.minh)
    seen = _view(message)
    assert LinkDeed.COMPLETE not in seen.deeds
    assert seen.form is None
    assert seen.sign_in_at
    assert seen.sign_in_at.endswith("/vu-viec/2026-0001")
    with pytest.raises(Conflict, match="sau khi đăng nhập"):
        _act(message, LinkDeed.COMPLETE, answer={"verdict": "granted"})
    assert _act(message, LinkDeed.ACKNOWLEDGE).recorded is Recorded.NOW
    assert stage.step(step.id).state is StepState.ACKNOWLEDGED


def test_a_person_who_left_can_no_longer_answer(stage: Stage) -> None:
    stage.ask()
    message = _assigned(stage)
    with database.transaction() as session:
        person = session.get_one(Person, stage.cast.phuc.id)
        person.active = False
        session.add(person)
    with pytest.raises(NotPermitted):
        _act(message, LinkDeed.ACKNOWLEDGE)


def test_the_link_to_a_step_dies_a_week_after_its_incident_ended_and_says_so(stage: Stage) -> None:
    stage.ask()
    message = _assigned(stage)
    with database.transaction() as session:
        lifecycle.stand_down(session, stage.incident.id, reason="Báo nhầm", by=by(stage.cast.lan))
    stage.pass_time(timedelta(days=7))
    assert _view(message).state.value == "stood_down"
    stage.pass_time(timedelta(seconds=1))
    with pytest.raises(NotFound, match="Vụ việc đã kết thúc lúc"):
        _view(message)
    with pytest.raises(NotFound, match="không còn dùng được"):
        _act(message, LinkDeed.COMMENT, reason="x")
    with database.reading() as session:
        assert session.get_one(AnswerLink, message.id).tries_left == links.TRIES


def test_a_flag_is_acknowledged_by_link_once_and_nothing_else(cast: Cast, flagged: Signal) -> None:
    stage = Stage(cast, incident=None)  # type: ignore[arg-type]
    message = stage.message("signal_flagged", cast.lan)
    seen = _view(message)
    assert (seen.about, seen.deeds) == (flagged.code, (LinkDeed.ACKNOWLEDGE,))
    assert "Tư Xóm Gò" not in repr(seen)
    with pytest.raises(Conflict, match="cần đăng nhập"):
        _act(message, LinkDeed.DECLINE, reason="x")
    assert _act(message, LinkDeed.ACKNOWLEDGE).recorded is Recorded.NOW
    assert _act(message, LinkDeed.ACKNOWLEDGE).recorded is Recorded.ALREADY
    with database.reading() as session:
        signal = session.get_one(Signal, flagged.id)
    assert (signal.state, signal.acknowledged_by) == (SignalState.TRIAGE, cast.lan.id)


def test_the_link_of_a_flag_ends_after_a_day(cast: Cast, flagged: Signal) -> None:
    stage = Stage(cast, incident=None)  # type: ignore[arg-type]
    message = stage.message("signal_flagged", cast.lan)
    later = clock.now() + timedelta(days=1)
    clock.set_source(lambda: later)
    with pytest.raises(NotFound):
        _act(message, LinkDeed.ACKNOWLEDGE)


def test_a_flag_taken_by_another_names_no_error_of_ours(cast: Cast, flagged: Signal) -> None:
    from incidents.intake import signals

    stage = Stage(cast, incident=None)  # type: ignore[arg-type]
    message = stage.message("signal_flagged", cast.lan)
    with database.transaction() as session:
        signals.acknowledge(session, flagged.id, by=by(cast.tung))
    with pytest.raises(AlreadySettled, match="đã có người tiếp nhận"):
        _act(message, LinkDeed.ACKNOWLEDGE)
    assert _view(message).taken_by == cast.tung.name
