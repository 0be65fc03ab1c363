"""Lessons: written by people and by the forms that conclude, owned, done with proof, counted."""

from datetime import date, timedelta
from typing import Any

import pytest

from flows.duties import reviews
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid
from incidents.record.language import Language
from incidents.response.learning import lesson_register, lessons
from incidents.response.learning.lesson_register import Filter
from incidents.response.learning.lessons import Learnt, Lesson, LessonState
from incidents.response.life import lifecycle, opening
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours

TODAY = date(2026, 11, 23)
LEARNT = Learnt(
    improvement="Cập nhật danh bạ xã",
    happened="Gọi ba số đều không ai nghe",
    cause="Danh bạ hai năm chưa sửa",
)


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY])


def learnt(desk: Desk, incident: Incident, words: Learnt = LEARNT, **more: Any) -> Lesson:
    return desk.do(lessons.learn, incident.id, words, by=more.pop("by", desk.cast.ha), **more)


def owned(desk: Desk, incident: Incident, days: int = 7) -> Lesson:
    due_on = TODAY + timedelta(days=days)
    words = Learnt(LEARNT.improvement, owner_id=desk.cast.khoi.id, due_on=due_on)
    lesson = learnt(desk, incident, words)
    desk.expect_messages("lesson_assigned", desk.cast.khoi)
    return lesson


def found(chosen: Filter = Filter.ALL, **more: Any) -> list[str]:
    with database.reading() as session:
        entries = lesson_register.find(session, chosen, **more)
        return [lessons.code(e.incident, e.lesson) for e in entries]


def one(code: str) -> Lesson:
    with database.reading() as session:
        return next(
            e.lesson
            for e in lesson_register.find(session)
            if lessons.code(e.incident, e.lesson) == code
        )


def test_its_owner_hears_of_it_and_the_timeline_tells(desk: Desk, incident: Incident) -> None:
    lesson = learnt(desk, incident)
    assert (lesson.number, lesson.owner_id, lesson.state) == (1, None, LessonState.OPEN)
    told = desk.timeline(incident)[-1].text
    assert told.startswith("Bài học 1: Cập nhật danh bạ xã. Nguyên nhân: Danh bạ hai năm")
    assert "Phụ trách: –, hạn –" in told
    desk.do(lessons.assign, lesson.id, desk.cast.khoi.id, date(2026, 12, 1), by=desk.cast.tung)
    mail = desk.expect_message(to=desk.cast.khoi, kind="lesson_assigned", containing="01/12/2026")
    assert mail.incident_id == incident.id
    assert "given to Lý Anh Khôi" in desk.timeline(incident, Language.EN)[-1].text


def test_a_written_name_is_the_person_of_that_name_or_stays_a_name(
    desk: Desk, incident: Incident
) -> None:
    known = learnt(desk, incident, Learnt("Sửa", owner_name=" Lý Anh Khôi "))
    desk.expect_messages("lesson_assigned", desk.cast.khoi)
    unknown = learnt(desk, incident, Learnt("Sửa", owner_name="Phòng Nghiệp vụ"))
    assert (known.owner_id, known.owner_name) == (desk.cast.khoi.id, "")
    assert (unknown.owner_id, unknown.owner_name) == (None, "Phòng Nghiệp vụ")


def test_it_is_done_with_proof_or_given_up_with_a_reason(desk: Desk, incident: Incident) -> None:
    done, dropped = owned(desk, incident), learnt(desk, incident)
    with desk.refused(Invalid, "Ghi minh chứng"):
        desk.do(lessons.finish, done.id, " ", by=desk.cast.khoi)
    desk.do(lessons.finish, done.id, "Danh bạ ngày 30/11", by=desk.cast.khoi)
    assert desk.reload(done).state is LessonState.DONE
    assert "Minh chứng: Danh bạ ngày 30/11" in desk.timeline(incident)[-1].text
    with desk.refused(AlreadySettled, "đã kết thúc: đã thực hiện"):
        desk.do(lessons.drop, done.id, reason="Thôi", by=desk.cast.tung)
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(lessons.drop, dropped.id, reason="", by=desk.cast.tung)
    desk.do(lessons.drop, dropped.id, reason="Xã đã giải thể", by=desk.cast.tung)
    assert found(Filter.OPEN) == []
    assert found(Filter.DONE) == [f"{incident.number}/1"]


def test_its_owner_is_reminded_on_the_day_and_the_deputy_a_week_later(
    desk: Desk, incident: Incident
) -> None:
    cast, lesson = desk.cast, owned(desk, incident, days=1)
    desk.fast_forward(hours(28))  # half past six in the morning of the day
    desk.set_aside()
    assert reviews.reviews() == 0
    desk.fast_forward(hours(2))
    desk.set_aside()
    assert (reviews.reviews(), reviews.reviews()) == (1, 0)
    desk.settle()
    desk.expect_messages("lesson_due", cast.khoi)
    desk.fast_forward(timedelta(days=7))
    desk.set_aside()
    assert (reviews.reviews(), reviews.reviews()) == (1, 0)
    desk.settle()
    desk.expect_message(to=cast.tung, kind="lesson_due", containing="quá hạn một tuần")
    desk.expect_messages("lesson_due", cast.khoi)
    assert found(Filter.LATE) == [f"{incident.number}/1"]
    new_day = TODAY + timedelta(days=9)
    desk.do(lessons.assign, lesson.id, cast.khoi.id, new_day, by=cast.tung)
    desk.set_aside()
    assert reviews.reviews() == 0
    desk.do(lessons.finish, lesson.id, "Xong", by=cast.khoi)
    desk.fast_forward(timedelta(days=3))
    desk.set_aside()
    assert reviews.reviews() == 0


def test_without_a_day_owner_and_deputy_are_asked_for_one_after_a_week(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    mine = learnt(desk, incident, Learnt("Tập huấn", owner_name=cast.khoi.name))
    assert (mine.owner_id, mine.due_on) == (cast.khoi.id, None)
    learnt(desk, incident, Learnt("Sửa quy chế"))
    desk.fast_forward(timedelta(days=6))
    desk.set_aside()
    assert reviews.reviews() == 0
    desk.fast_forward(timedelta(days=1))
    desk.set_aside()
    assert (reviews.reviews(), reviews.reviews()) == (2, 0)
    desk.settle()
    desk.expect_message(to=cast.khoi, kind="lesson_wanting", containing="Tập huấn")
    desk.expect_messages("lesson_wanting", cast.tung, cast.tung)
    desk.do(lessons.assign, mine.id, cast.khoi.id, TODAY + timedelta(days=9), by=cast.tung)
    desk.set_aside()
    assert reviews.reviews() == 0


def test_without_an_owner_the_deputy_is_reminded(desk: Desk, incident: Incident) -> None:
    learnt(desk, incident, Learnt("Sửa", owner_name="Phòng Nghiệp vụ", due_on=TODAY))
    desk.fast_forward(hours(6))
    desk.set_aside()
    assert reviews.reviews() == 1
    desk.settle()
    desk.expect_messages("lesson_due", desk.cast.tung)
    assert found(Filter.UNASSIGNED) == [f"{incident.number}/1"]


def test_what_comes_back_is_counted_by_the_first_that_taught_it(
    desk: Desk, incident: Incident
) -> None:
    first = learnt(desk, incident)
    desk.fast_forward(hours(1))
    second_incident, third_incident = desk.opened(level=1), desk.opened(level=1)
    desk.fast_forward(hours(1))
    desk.set_aside()
    second = learnt(desk, second_incident, earlier=first.id)
    third = learnt(desk, third_incident, earlier=second.id)
    assert [desk.reload(x).returns for x in (first, second, third)] == [2, 0, 0]
    assert desk.reload(third).earlier_id == first.id
    assert f"lặp lại ở {third_incident.number}/1, lần thứ 2" in desk.timeline(incident)[-1].text
    assert f"lặp lại bài học {incident.number}/1" in desk.timeline(third_incident)[-1].text
    assert set(found(Filter.CAME_BACK)) == {
        f"{x.number}/1" for x in (incident, second_incident, third_incident)
    }
    with desk.refused(AlreadySettled, "đã được nối"):
        desk.do(lessons.link, second.id, first.id, by=desk.cast.ha)
    own = learnt(desk, incident)
    with desk.refused(Conflict, "của một vụ việc khác"):
        desk.do(lessons.link, own.id, first.id, by=desk.cast.ha)
    with desk.refused(Conflict, "bài học có trước"):
        desk.do(lessons.link, first.id, own.id, by=desk.cast.ha)


def test_a_conclusion_writes_its_lessons(desk: Desk, incident: Incident) -> None:
    step = desk.plan(incident, "conclude", Role.SECRETARY, form="Conclusion")
    desk.set_aside()
    desk.answer(
        "conclude",
        by=desk.cast.ha,
        summary="Đập không vỡ",
        lessons="Cập nhật danh bạ\n\nDiễn tập đêm; Lý Anh Khôi; 15/12/2026",
        library_updated="true",
    )
    desk.expect_messages("lesson_assigned", desk.cast.khoi)
    with database.reading() as session:
        taught = [e.lesson for e in lesson_register.find(session, incident_id=incident.id)]
    assert [(x.improvement, x.happened, x.due_on, x.step_id) for x in taught] == [
        ("Diễn tập đêm", "Đập không vỡ", date(2026, 12, 15), step.id),
        ("Cập nhật danh bạ", "Đập không vỡ", None, step.id),
    ]
    assert desk.facts(incident)[-3:] == ["StepAnswered", "LessonLearnt", "LessonLearnt"]


def test_a_day_that_is_over_is_refused_wherever_a_lesson_is_written(
    desk: Desk, incident: Incident
) -> None:
    over = TODAY - timedelta(days=1)
    with desk.refused(Invalid, "từ hôm nay trở đi") as refusal:
        learnt(desk, incident, Learnt("Sửa", due_on=over))
    assert list(refusal.value.fields) == ["due_on"]
    desk.plan(incident, "conclude", Role.SECRETARY, form="Conclusion")
    desk.set_aside()
    answer = {"summary": "Xong", "library_updated": "true"}
    answer["lessons"] = f"Sửa; Lý Anh Khôi; {over:%d/%m/%Y}"
    with desk.refused(Invalid, "từ hôm nay trở đi") as refusal:
        desk.answer("conclude", by=desk.cast.ha, **answer)  # type: ignore[arg-type]
    assert list(refusal.value.fields) == ["lessons"]


@pytest.mark.parametrize("nothing", ["", "Không có.", "–"])
def test_a_conclusion_without_lessons_writes_none(
    desk: Desk, incident: Incident, nothing: str
) -> None:
    desk.plan(incident, "conclude", Role.SECRETARY, form="Conclusion")
    desk.set_aside()
    answer = {"summary": "Xong", "lessons": nothing, "library_updated": "true"}
    desk.answer("conclude", by=desk.cast.ha, **answer)  # type: ignore[arg-type]
    assert found() == []


def test_lessons_written_once_more_take_the_place_of_the_first_ones(
    desk: Desk, incident: Incident
) -> None:
    for key, work in (("write", "Sửa danh bạ"), ("write 2", "Sửa danh bạ, gọi thử")):
        desk.plan(incident, key, Role.SECRETARY, form="Lessons")
        desk.set_aside()
        lines = f"{work}; Lý Anh Khôi; 15/12/2026"
        desk.answer(key, by=desk.cast.ha, summary="Chậm", lessons=lines)
        desk.expect_messages("lesson_assigned", desk.cast.khoi)
    assert found(Filter.OPEN) == [f"{incident.number}/2"]
    assert "LessonWrittenAnew" in desk.facts(incident)
    first = one(f"{incident.number}/1")
    assert (first.written_anew, first.reason) == (True, "")
    assert "has been written anew" in " ".join(
        line.text for line in desk.timeline(incident, Language.EN)
    )


def test_they_outlive_their_incident_but_not_a_wrong_opening(
    desk: Desk, incident: Incident
) -> None:
    desk.do(lifecycle.stand_down, incident.id, reason="Nhầm", by=desk.cast.binh)
    desk.set_aside()
    learnt(desk, incident)
    undone = desk.opened(level=1)
    desk.do(opening.undo, undone.id, reason="Mở nhầm", by=desk.cast.lan)
    desk.set_aside()
    with desk.refused(Conflict, "Mở nhầm, đã hủy"):
        learnt(desk, undone)


@pytest.mark.parametrize(
    ("wrong", "saying"),
    [
        ({"improvement": " "}, "Ghi nội dung"),
        ({"happened": "x" * 20_001}, "Tối đa 20.000 ký tự"),
        ({"owner_name": "x" * 301}, "Tối đa 300 ký tự"),
    ],
)
def test_a_lesson_that_says_nothing_is_refused(
    desk: Desk, incident: Incident, wrong: dict[str, Any], saying: str
) -> None:
    with desk.refused(Invalid, saying):
        learnt(desk, incident, Learnt(**(vars(LEARNT) | wrong)))
    lesson = learnt(desk, incident)
    with desk.refused(Invalid, "từ hôm nay trở đi"):
        yesterday = TODAY - timedelta(days=1)
        desk.do(lessons.assign, lesson.id, desk.cast.khoi.id, yesterday, by=desk.cast.tung)


def test_the_room_writes_them_and_the_owner_says_done(desk: Desk, incident: Incident) -> None:
    cast = desk.cast
    lesson = learnt(desk, incident, Learnt("Sửa", owner_id=cast.kien.id, due_on=TODAY))
    desk.set_aside()
    with database.reading() as session:

        def may(deed: Deed, subject: Any) -> set[str]:
            return {
                name
                for name in ("lan", "ha", "binh", "tung", "minh", "phuc", "kien", "an")
                if permissions.allowed(session, getattr(cast, name), deed, subject)
            }

        room = {"lan", "ha", "binh", "tung"}
        assert may(Deed.LEARN, incident) == may(Deed.LEARN, lesson) == room
        assert may(Deed.FINISH_LESSON, lesson) == room | {"kien"}
        assert may(Deed.SEE_LESSONS, None) == room | {"minh", "phuc", "kien", "an"}


def test_an_open_lesson_of_the_same_playbook_or_a_like_cause_resembles(
    desk: Desk, incident: Incident
) -> None:
    lesson = learnt(desk, incident)
    desk.fast_forward(hours(1))
    other = desk.opened(level=1)

    def resembles(of: Incident, cause: str = "") -> bool:
        with database.reading() as session:
            (entry,) = lesson_register.find(session, incident_id=incident.id)
        return lesson_register.resembles(entry, of, cause)

    assert resembles(other)
    assert not resembles(incident)
    other.playbook = "Y_TE_ATTP"
    assert resembles(other, "Danh bạ cũ, hai năm chưa ai sửa")
    assert not resembles(other, "Máy in hỏng")
    assert not resembles(other)
    other.playbook = incident.playbook
    desk.do(lessons.finish, lesson.id, "Danh bạ mới", by=desk.cast.tung)
    assert not resembles(other)
    desk.set_aside()
