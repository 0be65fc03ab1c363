"""The handbook page is drawn from the outline, and says what the playbook does."""

from datetime import datetime

import pytest
from sqlmodel import Session

from incidents.insight.handbook import Handbook, scaled
from incidents.matter import level_timings
from incidents.matter.severity import SHIPPED, Level
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.language import Language
from playbooks.catalog import PLAYBOOKS
from tests import shelf
from tests.harness import Desk, hours, minutes

PERCENT = {int(level): shipped.due_percent for level, shipped in SHIPPED.items()}


def _book(code: str, language: Language = Language.VI, **more: dict[str, str]) -> Handbook:
    playbook = next(p for p in PLAYBOOKS if p.code == code)
    return Handbook(shelf.row(playbook), PERCENT, language, **more)


def test_what_is_shipped_is_what_a_new_desk_begins_with(desk: Desk) -> None:
    with database.reading() as session:
        assert level_timings.due_percents(session, desk.time) == PERCENT
        assert _taking(session, desk.time) == {
            each: s.acknowledge_within for each, s in SHIPPED.items()
        }


def _taking(session: Session, at: datetime) -> dict[Level, object]:
    return {each: level_timings.at(session, at, each).acknowledge_within for each in Level}


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda p: p.code)
@pytest.mark.parametrize("language", list(Language), ids=lambda each: each.value)
def test_every_playbook_has_a_page_in_both_languages(playbook: object, language: Language) -> None:
    book = Handbook(shelf.row(playbook), PERCENT, language)  # type: ignore[arg-type]

    assert book.silent == []
    assert book.title
    drawn = [step.key for stage in book.stages for step in stage]
    assert len(drawn) == len(set(drawn))
    assert {s.key for s in book.steps} - set(drawn) == {s.key for s in book.steps if s.repeats}
    said = " ".join(
        [choice.about + way.words for choice in book.choices for way in choice.ways]
        + [words for step in book.steps for words in (*step.when, *step.after, *step.questions)]
    )
    said += " ".join(book.templates.values())
    for raw in ("True", "False", " = ", "_", "{{", "{%"):
        assert raw not in said, raw
    assert all(len(choice.ways) > 1 for choice in book.choices)


def test_a_step_tells_role_times_form_and_what_comes_before() -> None:
    step = next(s for s in _book("TIN_GIA_MXH").steps if s.key == "draft the holding statement 2")

    assert (step.role, step.then) == (Role.SECRETARY, Role.STANDING_DEPUTY)
    assert step.due[Level.HIGH] == minutes(20)
    assert step.due[Level.CRISIS] == minutes(10)
    assert step.due[Level.LOW] == minutes(80)
    assert step.questions == ("Tiêu đề", "Nội dung")
    assert step.after == ("Duyệt thông tin ban đầu",)
    assert step.when == ("«Duyệt thông tin ban đầu»: không đồng ý",)
    assert step.repeats == "draft the holding statement"
    assert step.template == "holding"


def test_the_title_of_a_statement_is_read_with_its_gaps() -> None:
    titles = _book("TIN_GIA_MXH", Language.EN).templates
    assert titles["holding"] == "First information on content concerning …"


def test_a_choice_names_its_ways_and_what_only_they_open() -> None:
    about = {choice.about: choice.ways for choice in _book("TIN_GIA_MXH").choices}

    course = about["«Trả lời hay theo dõi» – Quyết định"]
    assert [way.words for way in course] == ["Trả lời", "Theo dõi, chưa trả lời"]
    (refused,) = [w for w in about["«Duyệt thông tin ban đầu»"] if w.words == "không đồng ý"]
    assert "Soạn thông tin ban đầu lần hai" in refused.opens
    assert [way.words for way in about["Cấp độ"]] == ["0", "1", "2", "3", "4"]
    assert not [words for words in about if "lần hai" in words]


def test_further_rounds_stand_in_the_box_of_the_first() -> None:
    book = _book("DIEN_TAP")
    rounds = {step.key: book.rounds(step) for stage in book.stages for step in stage}

    assert rounds == {
        "write the plan": 2,
        "approve the plan": 2,
        "mark the exercise": 1,
        "write the lessons": 2,
        "approve the lessons": 2,
    }
    order = [step.key for stage in book.stages for step in stage]
    assert order.index("approve the plan") < order.index("mark the exercise")


def test_the_picture_goes_down_in_the_order_of_the_matter() -> None:
    stages = _book("TIN_GIA_MXH").stages
    row = {step.key: at for at, stage in enumerate(stages) for step in stage}

    assert {s.key for s in stages[0]} == {
        "capture the post",
        "classify the content",
        "answer or watch",
    }
    assert row["verify on the ground"] == row["draft the holding statement"] == 1
    assert row["sign the refutation"] < row["refer to the police"]
    assert row["sign the refutation"] < row["post the refutation"] <= row["conclude"]


def test_the_offices_own_words_stand_over_the_published_ones() -> None:
    book = _book("DIEN_TAP", titles={"write the plan": "Lập kịch bản"})
    assert book.steps[0].title == "Lập kịch bản"
    assert "«Lập kịch bản»: xong trong hạn" in [w for s in book.steps for w in s.when]


def test_no_due_time_shrinks_to_nothing() -> None:
    assert scaled(minutes(1), 10) == minutes(1)
    assert scaled(hours(1), 50) == minutes(30)
