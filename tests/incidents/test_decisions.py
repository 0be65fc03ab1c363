"""The decision log: written once, replaced and never edited; the steps that decide fill it."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from flows.duties import reviews
from incidents.insight import reading
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import clock, database, guards, timeline
from incidents.record.actors import ENGINE
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.language import Language, speech
from incidents.response.judgement import decisions
from incidents.response.judgement.decision_facts import (
    DecisionLogged,
    DecisionReplaced,
    DecisionSuperseded,
    DecisionTaken,
)
from incidents.response.judgement.decisions import Decision, Words
from incidents.response.life import lifecycle
from incidents.response.staffing import recusing
from incidents.response.steps.steps import StepKind
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours, minutes

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY]
WORDS = Words(
    question="Cho học sinh nghỉ học hay không?",
    options="Nghỉ cả tỉnh\nNghỉ hai xã ven đê\nKhông nghỉ",
    chosen="Nghỉ hai xã ven đê",
    reason="Chỉ hai xã có đường ngập",
    dissent="Đồng chí Phúc: nên nghỉ cả huyện",
)


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def taken(desk: Desk, incident: Incident, words: Words = WORDS, **more: Any) -> Decision:
    return desk.do(decisions.take, incident.id, words, by=more.pop("by", desk.cast.ha), **more)


def log(incident: Incident) -> list[Decision]:
    with database.reading() as session:
        return decisions.of_incident(session, incident.id)


def read(incident: Incident, language: Language = Language.VI) -> list[dict[str, str]]:
    """The log in the words of a language."""
    with database.reading() as session:
        titles = reading.step_titles(session, incident.id, language)
        found = decisions.of_incident(session, incident.id)
        return [each.in_words(speech(language), titles) for each in found]


def test_it_keeps_who_decided_what_else_was_possible_and_both_times(
    desk: Desk, incident: Incident
) -> None:
    desk.fast_forward(hours(2))
    desk.set_aside()
    at = desk.time - hours(1)
    one = taken(desk, incident, decided_by=desk.cast.binh.id, decided_at=at)
    assert (one.number, one.decided_by, one.recorded_by) == (1, desk.cast.binh.id, desk.cast.ha.id)
    assert (one.decided_at, one.recorded_at) == (at, desk.time)
    line = desk.timeline(incident)[-1]
    assert (line.happened_at, line.recorded_at, line.back_dated) == (at, desk.time, True)
    assert line.text.startswith("Quyết định 1 của Nguyễn Hòa Bình. Vấn đề: Cho học sinh nghỉ")
    assert "Ý kiến khác: Đồng chí Phúc" in line.text
    assert desk.timeline(incident, Language.EN)[-1].text.startswith("Decision 1 by Nguyễn Hòa Bình")


def test_whoever_is_concerned_has_decided_nothing_from_the_declaration_on(
    desk: Desk, incident: Incident
) -> None:
    binh = desk.cast.binh
    desk.fast_forward(hours(1))
    desk.do(recusing.declare, incident.id, binh.id, reason="Bị nêu tên", by=desk.cast.ha)
    desk.set_aside()
    with desk.refused(NotPermitted, "người liên quan"):
        taken(desk, incident, decided_by=binh.id)
    earlier = desk.time - minutes(1)
    assert taken(desk, incident, decided_by=binh.id, decided_at=earlier).decided_by == binh.id


def test_what_is_decided_now_is_not_back_dated(desk: Desk, incident: Incident) -> None:
    ticks = count()
    clock.set_source(lambda: desk.time + timedelta(microseconds=next(ticks)))
    taken(desk, incident)
    clock.set_source(lambda: desk.time)
    assert [line.back_dated for line in desk.timeline(incident)][-1] is False


def test_its_words_stay_outside_the_chain(desk: Desk, incident: Incident) -> None:
    taken(desk, incident)
    with database.reading() as session:
        entry, fact = timeline.entries_of(session, incident.id)[-1]
    assert type(fact) is DecisionLogged
    assert set(entry.payload) == {"decision", "decided_by", "review_at"}


def test_a_later_one_replaces_it_and_names_it(desk: Desk, incident: Incident) -> None:
    first = taken(desk, incident)
    other = Words(question=WORDS.question, chosen="Nghỉ cả tỉnh", reason="Mưa lớn hơn dự báo")
    second = taken(desk, incident, other, replaces=first.id)
    assert (second.number, second.replaces_id) == (2, first.id)
    assert desk.reload(first) == first
    with database.reading() as session:
        _, fact = timeline.entries_of(session, incident.id)[-1]
    assert isinstance(fact, DecisionSuperseded)
    assert fact.replaced == 1
    with desk.refused(AlreadySettled, "đã được thay bằng quyết định 2"):
        taken(desk, incident, other, replaces=first.id)
    elsewhere = desk.opened(level=1)
    with desk.refused(NotFound, "Không tìm thấy quyết định này"):
        taken(desk, elsewhere, other, replaces=second.id)


@pytest.mark.parametrize("order", ["UPDATE decision SET chosen = 'x'", "DELETE FROM decision"])
def test_the_database_itself_refuses_to_edit_it(desk: Desk, incident: Incident, order: str) -> None:
    taken(desk, incident)
    with pytest.raises(DatabaseError, match="append-only"), database.transaction() as session:
        session.connection().execute(text(order))
    with database.reading() as session:
        assert guards.missing(session) == []


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        ({"question": " "}, "Ghi điều phải quyết"),
        ({"question": "x" * 301}, "tối đa 300 ký tự"),
        ({"chosen": ""}, "Ghi nội dung"),
        ({"reason": ""}, "Ghi nội dung"),
        ({"options": "x" * 20_001}, "Tối đa 20.000 ký tự"),
        ({"decided_at": minutes(1)}, "thời điểm chưa tới"),
        ({"decided_at": timedelta(days=-3)}, "trước khi sự việc xảy ra"),
        ({"review_at": minutes(-1)}, "Hẹn xem lại phải ở phía trước"),
    ],
)
def test_a_decision_that_says_too_little_is_refused(
    desk: Desk, incident: Incident, wrong: dict[str, Any], saying: str
) -> None:
    words = Words(**vars(WORDS) | {k: v for k, v in wrong.items() if k in vars(WORDS)})
    times = {k: desk.time + v for k, v in wrong.items() if k not in vars(WORDS)}
    with desk.refused(Invalid, saying):
        taken(desk, incident, words, **times)


def test_what_has_ended_for_good_takes_none_any_more(desk: Desk, incident: Incident) -> None:
    desk.do(lifecycle.stand_down, incident.id, reason="Nhầm", by=desk.cast.binh)
    taken(desk, incident)
    from incidents.response.life import opening

    undone = desk.opened(level=1)
    desk.do(opening.undo, undone.id, reason="Mở nhầm", by=desk.cast.lan)
    desk.set_aside()
    with desk.refused(Conflict, "Mở nhầm, đã hủy"):
        taken(desk, undone)


def test_its_review_is_asked_for_once_and_not_when_it_was_replaced(
    desk: Desk, incident: Incident
) -> None:
    binh = desk.cast.binh
    first = taken(desk, incident, decided_by=binh.id, review_at=desk.time + hours(1))
    taken(desk, incident, decided_by=binh.id, review_at=desk.time + hours(2))
    taken(desk, incident, replaces=first.id)
    desk.fast_forward(hours(1))
    desk.set_aside()
    assert reviews.reviews() == 0
    desk.fast_forward(hours(1))
    desk.set_aside()
    assert (reviews.reviews(), reviews.reviews()) == (1, 0)
    desk.settle()
    desk.expect_message(to=binh, kind="decision_review", containing="Quyết định 2")
    desk.expect_nothing()


def test_a_policy_decision_writes_itself_into_the_log(desk: Desk, incident: Incident) -> None:
    step = desk.plan(
        incident, "choose the course", Role.LEAD, kind=StepKind.DECIDE, form="PolicyDecision"
    )
    desk.set_aside()
    desk.answer(
        "choose the course",
        by=desk.cast.binh,
        course="adjust",
        reason="Người dân chưa kịp chuẩn bị",
        promises="Sửa lịch thu trước 30/11",
        options="Giữ nguyên: mất lòng tin",
        dissent="Sở Tài chính: ảnh hưởng dự toán",
    )
    (one,) = log(incident)
    assert (one.step_id, one.decided_by) == (step.id, desk.cast.binh.id)
    (words,) = read(incident)
    assert words["chosen"].startswith("Hướng xử lý: Điều chỉnh; Cam kết với người dân")
    assert words["reason"] == "Người dân chưa kịp chuẩn bị"
    assert (words["options"], words["dissent"]) == (
        "Giữ nguyên: mất lòng tin",
        "Sở Tài chính: ảnh hưởng dự toán",
    )
    assert desk.facts(incident)[-2:] == ["StepAnswered", "DecisionLogged"]


def test_what_a_form_says_in_the_log_is_told_in_the_readers_language(
    desk: Desk, incident: Incident
) -> None:
    desk.plan(incident, "decide it", Role.LEAD, kind=StepKind.DECIDE, form="Approval")
    desk.set_aside()
    desk.answer("decide it", by=desk.cast.binh, verdict="granted")
    vietnamese, english = (read(incident, each)[0] for each in Language)
    assert vietnamese == {
        "question": "decide it",
        "chosen": "Kết luận: đồng ý",
        "reason": "không nêu",
        "options": "Kết luận: đồng ý / không đồng ý",
        "dissent": "",
    }
    assert english == {
        "question": "decide it",
        "chosen": "Conclusion: granted",
        "reason": "not given",
        "options": "Conclusion: granted / refused",
        "dissent": "",
    }
    line = desk.timeline(incident, Language.EN)[-1].text
    assert "Chosen: Conclusion: granted. Reason: not given." in line


def test_a_decision_told_in_prose_before_still_reads(desk: Desk, incident: Incident) -> None:
    told: dict[str, Any] = {**vars(WORDS), "decision": 1, "decided_by": None, "review_at": None}
    with database.transaction() as session:
        timeline.record(session, incident.id, DecisionTaken(**told), by=ENGINE)
        timeline.record(session, incident.id, DecisionReplaced(replaced=1, **told), by=ENGINE)
    first, second = desk.timeline(incident, Language.EN)[-2:]
    assert "Nghỉ hai xã ven đê" in first.text
    assert "Chỉ hai xã có đường ngập" in second.text


@pytest.mark.parametrize(
    ("form", "answer", "chosen", "reason"),
    [
        ("YesOrNo", {"yes": "true", "ground": "Biên bản 4"}, "Câu trả lời: có", "Biên bản 4"),
        ("Done", {"note": "Cho tiếp tục"}, "Cho tiếp tục", "không nêu"),
        ("Done", {}, "đã quyết, không ghi lời", "không nêu"),
        ("Approval", {"verdict": "refused", "comment": "Sửa"}, "Kết luận: không đồng ý", "Sửa"),
    ],
)
def test_every_form_of_deciding_is_logged(
    desk: Desk,
    incident: Incident,
    form: str,
    answer: dict[str, Any],
    chosen: str,
    reason: str,
) -> None:
    desk.plan(incident, "decide it", Role.LEAD, kind=StepKind.DECIDE, form=form)
    desk.set_aside()
    desk.answer("decide it", by=desk.cast.binh, **answer)
    (words,) = read(incident)
    assert (words["chosen"], words["reason"]) == (chosen, reason)


def test_work_that_only_asks_decides_nothing(desk: Desk, incident: Incident) -> None:
    desk.plan(incident, "do it", Role.LEAD)
    desk.set_aside()
    desk.answer("do it", by=desk.cast.binh)
    assert log(incident) == []


def test_the_room_may_log_one_and_nobody_else(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    with database.reading() as session:
        may = {
            name
            for name in ("lan", "ha", "binh", "tung", "minh", "phuc", "kien", "an")
            if permissions.allowed(session, getattr(cast, name), Deed.LOG_DECISION, incident)
        }
    assert may == {"lan", "ha", "binh", "tung"}
