"""Flags of an exercise: marked from the first moment, apart from real ones, taken out when real."""

import pytest

from incidents.intake import claims, merging, reporters, signals, wording
from incidents.intake.signals import Signal, SignalState
from incidents.intake.wording import Wording
from incidents.matter.incidents import Finding, Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Conflict, Invalid
from incidents.record.language import Language
from incidents.response.judgement import silences
from incidents.response.life import exercises, lifecycle, no_duff
from incidents.response.steps.forms import AnswerOrWatch, Course
from tests.harness import Desk, hours, minutes, read


@pytest.fixture
def drill(desk: Desk) -> Incident:
    """An exercise being held, with its people at work."""
    incident = desk.open(level=3, exercise=True, title="Diễn tập quý bốn")
    desk.activate(incident, Role.SPOKESPERSON, Role.SECRETARY)
    desk.set_aside()
    return incident


def _marked(desk: Desk, text: str = "Cống Vàm Lá đã gãy!") -> Signal:
    signal = desk.flag(text, exercise=True, reporter_contact="ba.con@vamla.test")
    desk.take(signal)
    return signal


def test_a_mark_is_on_everything_from_the_first_moment_and_keeps_apart_from_real_flags(
    desk: Desk, drill: Incident
) -> None:
    desk.reporters_listen = True
    cast, real = desk.cast, desk.flag("Đập hồ chứa sắp vỡ!")
    signal = desk.flag(exercise=True, reporter_contact="ba.con@vamla.test")
    desk.take(signal)
    desk.take(real)
    about = [m for m in desk.messages() if m.signal_id == signal.id]
    assert {m.kind for m in about} == {"signal_flagged", reporters.KIND}
    assert all(read(m).startswith("[DIỄN TẬP] ") for m in about)
    assert "ba.con@vamla.test" not in {m.address for m in about}
    assert "DIỄN TẬP" not in "".join(read(m) for m in desk.messages() if m.signal_id == real.id)
    assert desk.facts(signal)[0] == "SignalFlaggedInExercise"
    assert desk.facts(real)[0] == "SignalFlagged"
    for into in (real.code, desk.open(real).number):
        with desk.refused(Conflict, "chỉ gộp vào tin báo hoặc vụ việc diễn tập"):
            desk.do(merging.merge, signal.id, into, by=cast.lan)
    with desk.refused(Conflict, "chỉ mở được vụ việc diễn tập"):
        desk.open(signal)
    other = desk.flag("Tin khác")
    desk.take(other)
    for into in (signal.code, drill.number):
        with desk.refused(Conflict, "là tin thật, không gộp vào diễn tập"):
            desk.do(merging.merge, other.id, into, by=cast.lan)
    with desk.refused(Conflict, "là tin thật, không mở thành diễn tập"):
        desk.open(other, exercise=True)
    claim = desk.do(wording.add, signal, Wording("Cống đã gãy."), by=cast.lan)
    with desk.refused(Conflict, "không gắn với việc thật"):
        desk.do(wording.link, claim.id, other.code, by=cast.lan)
    opened = desk.open(signal, exercise=True)
    assert opened.exercise
    desk.set_aside()


def test_without_an_exercise_being_held_nothing_is_marked(desk: Desk, drill: Incident) -> None:
    desk.do(lifecycle.stand_down, drill.id, reason="Xong", by=desk.cast.binh)
    desk.set_aside()
    with desk.refused(Invalid, "Không có buổi diễn tập nào"):
        desk.flag(exercise=True)


def test_only_an_exercise_whose_hour_has_come_is_spoken_of(desk: Desk, drill: Incident) -> None:
    with database.transaction() as session:
        session.get_one(Incident, drill.id).playbook = "DIEN_TAP"
    with database.reading() as session:
        assert [each.id for each in exercises.running(session)] == [drill.id]
    with database.transaction() as session:
        session.get_one(Incident, drill.id).status = lifecycle.Status.OPEN
    with database.reading() as session:
        assert exercises.running(session) == []


def test_what_turns_out_real_leaves_the_exercise_and_is_called_out_as_new(
    desk: Desk, drill: Incident
) -> None:
    desk.reporters_listen = True
    cast, signal = desk.cast, _marked(desk)
    told = desk.messages(kind="signal_flagged")[-1]
    same = _marked(desk, "Cống gãy rồi")
    desk.do(merging.merge, same.id, signal.code, by=cast.lan)
    claim = desk.do(wording.add, signal, Wording("Cống đã gãy."), by=cast.lan)
    opened = desk.open(signal, exercise=True)
    desk.activate(opened, Role.SPOKESPERSON)
    desk.do(claims.settle, claim.id, Finding.FALSE, "Đã diễn", by=cast.mai)
    desk.set_aside()
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(no_duff.declare, signal.id, reason=" ", by=cast.khoi)

    desk.fast_forward(minutes(40))
    desk.do(no_duff.declare, signal.id, reason="Xã gọi: nước tràn thật", by=cast.khoi)

    desk.expect_messages("signal_real", cast.lan)
    call = desk.messages(to=cast.lan)[-1]
    assert read(call).startswith(f"[{signal.code}] VIỆC THẬT, không phải diễn tập")
    assert "DIỄN TẬP – không phải" not in read(call)
    desk.expect_message(to=cast.minh, kind="no_duff", containing=opened.number)
    assert read(told).startswith("[DIỄN TẬP] "), "it had left marked, and still reads so"
    now = desk.reload(signal)
    assert (now.state, now.exercise, now.incident_id) == (SignalState.NEW, False, None)
    assert now.acknowledge_by == desk.time + minutes(15)
    assert now.acknowledged_by is None
    assert not desk.reload(same).exercise
    with database.reading() as session:
        assert claims.of_signal(session, signal.id) == [], "it was found false in an exercise"
        assert [c.id for c in claims.of_incident(session, opened.id)] == [claim.id]
        assert len(signals.evidence.of_signal(session, signal.id)) == 2
        assert len(signals.evidence.of_incident(session, opened.id)) == 2
    assert desk.facts(opened)[-1] == "RealSignalLeft"
    assert desk.timeline(signal, Language.EN)[-1].text.startswith(f"No duff: flag {signal.code}")
    with desk.refused(Conflict, "không thuộc diễn tập"):
        desk.do(no_duff.declare, signal.id, reason="Nữa", by=cast.khoi)

    desk.take(signal)
    assert desk.messages(kind=reporters.KIND)[-1].address == "ba.con@vamla.test"
    assert not desk.open(signal, title="Cống Vàm Lá").exercise
    desk.set_aside()


def test_a_merged_one_parts_and_a_silence_of_the_exercise_binds_nobody(
    desk: Desk, drill: Incident
) -> None:
    cast, merged, watched = desk.cast, _marked(desk), _marked(desk, "Cống nứt")
    desk.do(merging.merge, merged.id, drill.number, by=cast.lan)
    test = AnswerOrWatch(
        spreading=False, silence_harms=False, fact_held=False, without_repeating=True,
        course=Course.WATCH, reason="Diễn", review_at=desk.time + hours(4),
    )  # fmt: skip
    claim = desk.do(wording.add, watched, Wording("Cống nứt."), by=cast.lan)
    desk.do(claims.settle, claim.id, Finding.FALSE, "Đã diễn", by=cast.mai)
    desk.do(silences.weigh, watched, test, by=cast.lan)
    for each in (merged, watched):
        desk.do(no_duff.declare, each.id, reason="Là thật", by=cast.lan)
        now = desk.reload(each)
        assert (now.state, now.exercise) == (SignalState.NEW, False)
        assert (now.incident_id, now.owner_id, now.review_at) == (None, None, None)
    with database.reading() as session:
        (silence,) = silences.of(session, watched)
        assert silence.ended_at == desk.time
        (kept,) = claims.of_signal(session, watched.id)
        assert (kept.finding, kept.verified_by) == (Finding.PENDING, None)
    assert "SignalParted" in desk.facts(drill)
    desk.set_aside()
