"""A level goes down by two: one asks, another agrees themselves, and nothing else lowers it."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter import level_requests
from incidents.matter.incidents import Incident
from incidents.matter.level_requests import LevelRequest, RequestState
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.actors import ENGINE, Actor, Via
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
)
from incidents.record.language import Language
from incidents.response.life import grading, lifecycle, lowering, merging, opening
from incidents.response.staffing import recusing
from tests.harness import CODE, Desk, in_words, minutes, read
from tests.incidents.test_levels import SLIGHT

AGREE, REFUSE, WITHDRAW = lowering.agree, lowering.refuse, lowering.withdraw


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON])


def asked(desk: Desk, incident: Incident, level: int = 2, **more: Any) -> LevelRequest:
    """Lan asks, and Tùng is told, unless the story says otherwise."""
    wanted = {"reason": "Đã yên", "second": desk.cast.tung.id} | more
    desk.do(grading.override, incident.id, level, **wanted, by=desk.cast.lan)
    return desk.asked(incident)


def test_asking_changes_nothing_and_tells_whoever_is_named(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    before = desk.reload(incident)
    request = asked(desk, incident)
    assert desk.reload(incident) == before
    told = read(desk.expect_message(to=cast.tung, kind="lowering_asked"))
    assert "từ cấp 3 xuống cấp 2" in told
    assert "Đã yên" in told
    assert incident.number in told
    assert (request.state, request.asked_by, request.before) == (
        *(RequestState.WAITING, cast.lan.id),
        3,
    )
    said = desk.timeline(incident, Language.EN)[-1]
    assert said.fact == "LoweringAsked"
    assert said.text.startswith("Asked to lower the level 3 → 2")
    assert f"asked: {cast.tung.name}" in said.text


def test_the_second_person_agrees_and_only_then_it_goes_down(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    request = asked(desk, incident)
    desk.do(AGREE, request.id, by=cast.tung)
    assert desk.reload(incident).level == 2
    done = desk.reload(request)
    assert (done.state, done.settled_by) == (RequestState.AGREED, cast.tung.id)
    # Whoever asked hears it, and so does the task force; who agreed knows.
    for person in (cast.lan, cast.binh, cast.minh):
        mail = desk.expect_message(to=person, kind="level_changed")
        assert f"Người thứ hai đồng ý hạ cấp: đồng chí {cast.tung.name}" in read(mail)
    assert not desk.messages(to=cast.tung, kind="level_changed")
    (line,) = [each for each in desk.timeline(incident) if each.fact == "LevelLowered"]
    assert line.actor == cast.tung.name
    assert f"theo đề nghị của {cast.lan.name}" in line.text
    desk.set_aside()
    with desk.refused(AlreadySettled, "đã đồng ý"):
        desk.do(AGREE, request.id, by=cast.tung)
    with desk.refused(Conflict, "không còn chờ"):
        desk.do(REFUSE, request.id, reason="Muộn", by=cast.binh)


def test_anybody_who_may_grade_agrees_whoever_was_named(desk: Desk, incident: Incident) -> None:
    request = asked(desk, incident)
    desk.do(AGREE, request.id, by=desk.cast.ha)
    assert desk.reload(incident).level == 2
    desk.set_aside()


def test_with_nobody_named_everybody_who_may_agree_is_asked(desk: Desk, incident: Incident) -> None:
    request = asked(desk, incident, second=None)
    told = {m.recipient_id for m in desk.messages(kind="lowering_asked")}
    cast = desk.cast
    assert {p.id for p in (cast.binh, cast.ha, cast.tung, cast.chuong)} <= told
    assert not {p.id for p in (cast.lan, cast.minh, cast.khoi, cast.kien)} & told
    assert request.asked_of is None
    desk.set_aside()


def test_of_two_who_answer_at_once_one_decides_and_the_other_is_told(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    request = asked(desk, incident, second=None)
    together, outcomes = threading.Barrier(2), dict[str, str]()

    def answer(verb: Callable[..., Any], person_id: UUID, **because: str) -> None:
        together.wait()
        try:
            with database.transaction() as session:
                verb(session, request.id, by=Actor(person_id, Via.DESK), **because)
            outcomes["decided"] = verb.__name__
        except Conflict as late:
            outcomes["told"] = in_words(late, Language.VI)

    deciders = [
        threading.Thread(target=answer, args=(AGREE, cast.tung.id)),
        threading.Thread(target=answer, args=(REFUSE, cast.binh.id), kwargs={"reason": "Còn lan"}),
    ]
    for each in deciders:
        each.start()
    for each in deciders:
        each.join()
    desk.settle()
    desk.set_aside()
    agreed = outcomes["decided"] == "agree"
    assert "không còn chờ" in outcomes["told"]
    assert desk.reload(incident).level == (2 if agreed else 3)
    state = RequestState.AGREED if agreed else RequestState.REFUSED
    assert desk.reload(request).state is state
    facts = desk.facts(incident)
    assert facts.count("LevelLowered") + facts.count("LoweringRefused") == 1


def test_refused_with_a_reason_it_stands_and_whoever_asked_hears_why(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    request = asked(desk, incident)
    with desk.refused(Invalid):
        desk.do(REFUSE, request.id, reason=" ", by=cast.tung)
    desk.do(REFUSE, request.id, reason="Còn lan ở chợ", by=cast.tung)
    desk.expect_message(to=cast.lan, kind="lowering_refused", containing="Còn lan ở chợ")
    assert desk.reload(incident).level == 3
    assert desk.facts(incident)[-1] == "LoweringRefused"
    with desk.refused(Conflict, "không đồng ý"):
        desk.do(AGREE, request.id, by=cast.binh)
    # Asked again it is another request.
    again = asked(desk, incident, reason="Chợ đã yên")
    assert again.id != request.id
    desk.set_aside()


def test_whoever_asked_withdraws_and_nobody_else_does(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    desk.mail_works = False
    request = asked(desk, incident)
    with desk.refused(NotPermitted, "Chỉ người đề nghị"):
        desk.do(WITHDRAW, request.id, by=cast.tung)
    desk.do(WITHDRAW, request.id, by=cast.lan)
    desk.mail_works = True
    desk.settle()
    (unsent,) = desk.messages(kind="lowering_asked")
    assert unsent.state.value == "cancelled"
    assert desk.facts(incident)[-1] == "LoweringWithdrawn"
    with desk.refused(Conflict, "đã rút"):
        desk.do(AGREE, request.id, by=cast.tung)


def test_nobody_agrees_to_what_they_asked_nor_who_does_not_grade(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    request = asked(desk, incident)
    for answer in (AGREE, REFUSE):
        because = {"reason": "x"} if answer is REFUSE else {}
        with desk.refused(NotPermitted, "không tự trả lời"):
            desk.do(answer, request.id, by=cast.lan, **because)
        for person in (cast.minh, cast.khoi, cast.an):
            with desk.refused(NotPermitted, "không có quyền xếp cấp độ"):
                desk.do(answer, request.id, by=person, **because)
        with desk.refused(NotPermitted, "phải do một người làm"):
            desk.do(answer, request.id, by=ENGINE, **because)
    with desk.refused(NotFound, "Không có đề nghị"):
        desk.do(AGREE, UUID(int=7), by=cast.tung)
    desk.set_aside()


@pytest.mark.parametrize(("second", "saying"), [("minh", "không có quyền"), ("lan", "thứ hai")])
def test_only_who_may_agree_can_be_named(
    desk: Desk, incident: Incident, second: str, saying: str
) -> None:
    with desk.refused(Invalid, saying):
        asked(desk, incident, second=getattr(desk.cast, second).id)
    with desk.refused(NotFound, "Không tìm thấy người này"):
        asked(desk, incident, second=UUID(int=7))


def test_the_matter_concerns_the_second_person_or_whoever_asked(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    request = asked(desk, incident)
    why: dict[str, Any] = {"reason": "Bị nêu tên", "by": cast.chuong}
    desk.do(recusing.declare, incident.id, cast.tung.id, **why)
    with desk.refused(NotPermitted, "người liên quan"):
        desk.do(AGREE, request.id, by=cast.tung)
    assert desk.reload(request).state is RequestState.WAITING
    desk.do(recusing.declare, incident.id, cast.lan.id, **why)
    assert desk.reload(request).state is RequestState.VOID
    assert "LoweringVoided" in desk.facts(incident)
    with desk.refused(Conflict, "không còn hiệu lực"):
        desk.do(AGREE, request.id, by=cast.binh)
    desk.set_aside()


def test_one_waits_at_a_time_and_the_same_once_more_is_recorded_already(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    asked(desk, incident)
    with desk.refused(AlreadySettled, "đã được ghi"):
        asked(desk, incident)
    with desk.refused(Conflict, "đã đề nghị hạ xuống cấp 2"):
        asked(desk, incident, level=1)
    with desk.refused(Conflict, cast.lan.name):
        desk.do(grading.override, incident.id, 2, reason="Yên", by=cast.binh)
    desk.set_aside()


def _raised(desk: Desk, incident: Incident) -> None:
    desk.do(grading.override, incident.id, 4, reason="Lan rộng", by=desk.cast.binh)


def _floor_ticked(desk: Desk, incident: Incident) -> None:
    """The level stays, and what it rests on does not."""
    desk.do(grading.score, incident.id, SLIGHT, floors=["LIFE_SAFETY"], by=desk.cast.binh)
    assert desk.reload(incident).level == 3


def _joined(desk: Desk, incident: Incident) -> None:
    other = desk.opened(level=3)
    desk.do(merging.merge, other.id, incident.id, reason="Cùng một tin", by=desk.cast.binh)


def _split(desk: Desk, incident: Incident) -> None:
    said = ["Đập vỡ", "Gạo lên"]
    stated = desk.do(claims.state, incident.id, said, nature=Nature.CLAIM, by=desk.cast.khoi)
    wanted = {"signal_ids": [], "claim_ids": [stated[0].id], "playbook": CODE, "level": 3}
    words = {"title": "Việc khác", "reason": "Khác"}
    desk.do(merging.split, incident.id, **wanted, **words, by=desk.cast.binh)


def _stood_down(desk: Desk, incident: Incident) -> None:
    desk.do(lifecycle.stand_down, incident.id, reason="Đã gỡ", by=desk.cast.binh)


def _undone(desk: Desk, incident: Incident) -> None:
    desk.do(opening.undo, incident.id, reason="Nhầm", by=desk.cast.binh)


def _merged(desk: Desk, incident: Incident) -> None:
    other = desk.opened(level=3)
    desk.do(merging.merge, incident.id, other.id, reason="Cùng một tin", by=desk.cast.binh)


@pytest.mark.parametrize(
    ("deed", "said"),
    [
        (_raised, "cấp độ đã được xếp lại"),
        (_floor_ticked, "cấp độ đã được xếp lại"),
        (_joined, "vụ việc khác đã gộp vào"),
        (_split, "vụ việc đã được tách"),
        *((e, "việc xử lý vụ việc đã kết thúc") for e in (_stood_down, _undone, _merged)),
    ],
)
def test_whatever_changes_what_it_rests_on_makes_it_void_and_whoever_asked_hears_it(
    desk: Desk, incident: Incident, deed: Callable[[Desk, Incident], None], said: str
) -> None:
    request = asked(desk, incident)
    deed(desk, incident)
    level = desk.reload(incident).level
    assert desk.reload(request).state is RequestState.VOID
    (line,) = [each for each in desk.timeline(incident) if each.fact == "LoweringVoided"]
    assert line.text == f"Đề nghị hạ cấp độ 3 → 2 hết hiệu lực: {said}"
    told = desk.expect_message(to=desk.cast.lan, kind="lowering_void")
    assert f"hạ vụ việc sau xuống cấp 2 không còn hiệu lực: {said}." in read(told)
    assert ("đề nghị lại ở mục Cấp độ" in read(told)) is (desk.reload(incident).live)
    with desk.refused(Conflict, "không còn hiệu lực"):
        desk.do(AGREE, request.id, by=desk.cast.tung)
    desk.fast_forward(minutes(120))
    assert "LoweringReminded" not in desk.facts(incident)
    assert desk.reload(incident).level == level
    desk.set_aside()


def test_silence_reminds_once_asks_everybody_and_lowers_nothing(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    request = asked(desk, incident)
    desk.expect_messages("lowering_asked", cast.tung)
    assert request.remind_at
    desk.fast_forward(request.remind_at - desk.time - minutes(1))
    assert len(desk.messages(kind="lowering_asked")) == 1
    desk.fast_forward(minutes(1))
    again = [m for m in desk.messages(kind="lowering_asked") if "chưa ai trả lời" in read(m)]
    assert {cast.tung.id, cast.binh.id, cast.ha.id} <= {m.recipient_id for m in again}
    assert cast.lan.id not in {m.recipient_id for m in again}
    desk.fast_forward(minutes(60 * 24))
    assert desk.facts(incident).count("LoweringReminded") == 1
    assert len([m for m in desk.messages(kind="lowering_asked") if m in again]) == len(again)
    assert (desk.reload(incident).level, desk.reload(request).state) == (3, RequestState.WAITING)
    desk.set_aside()


def test_what_waits_is_listed_for_others_than_who_asked(desk: Desk, incident: Incident) -> None:
    request = asked(desk, incident)
    with database.reading() as session:
        listed = level_requests.not_asked_by(session, desk.cast.tung.id)
        assert [(r.id, i.id) for r, i in listed] == [(request.id, incident.id)]
        assert level_requests.not_asked_by(session, desk.cast.lan.id) == []
    desk.set_aside()
