"""The exercise playbook: planned, begun at its hour, played by the clock, marked, learned from."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from incidents.insight import scoring
from incidents.matter.incidents import Incident, Status
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Invalid
from incidents.record.language import Language
from incidents.record.outbox import Channel
from incidents.response.steps import catalog, owned_lines, runs
from incidents.response.steps.exercise_forms import Inject, Scenario, read_injects
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import Step, StepState
from notifications import rendering
from playbooks import exercise
from playbooks.catalog import PLAYBOOKS
from playbooks.exercise import scenarios
from tests import ending, shelf
from tests.harness import Desk, hours, minutes
from tests.playbooks.conftest import PlainEngine, on_both_databases

TELLS = (exercise, scenarios)

OWN = "15; Người phát ngôn; Phóng viên gọi hỏi.\n\n5; commune; Dân hỏi có phải sơ tán không."


class Drill:
    """What the people of the cast do in one exercise."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.cast = desk, desk.cast
        self.engine = PlainEngine()
        desk.engine = self.engine

    def begin(self, **values: Any) -> Incident:
        """Opened as an exercise; nobody but the first called knows."""
        self.incident = self.desk.open(
            level=3, playbook="DIEN_TAP", title="Diễn tập quý bốn", exercise=True, **values
        )
        return self.incident

    def plan(self, key: str = "write the plan", **changed: Any) -> None:
        """Tùng writes the plan: it begins in two hours."""
        answer: dict[str, Any] = {
            "purpose": "Thử gọi người lúc nửa đêm",
            "playbook": "none",
            "scenario": "own",
            "injects": OWN,
            "begins_at": (self.desk.time + hours(2)).isoformat(),
        }
        self.desk.answer(key, by=self.cast.tung, **(answer | changed))

    def approve(self, key: str, verdict: str = "granted") -> None:
        """Bình's word."""
        why = "Thiếu tình huống" if verdict == "refused" else ""
        self.desk.answer(key, by=self.cast.binh, verdict=verdict, comment=why)

    def mark(self) -> None:
        """Hoa of the committee's office marks."""
        self.desk.answer(
            "mark the exercise",
            by=self.cast.hoa,
            acknowledgements="met",
            first_text="partly",
            deadlines="missed",
            coordination="met",
            kept_inside=True,
        )

    def learn(self, key: str = "write the lessons") -> None:
        """Hà writes the lessons."""
        self.desk.answer(
            key,
            by=self.cast.ha,
            summary="Nhận việc nhanh; thông tin ban đầu chậm.",
            lessons="Cập nhật danh bạ xã; Lý Anh Khôi; 15/12/2026",
        )

    def waiting(self) -> set[str]:
        """Every step somebody has to answer."""
        with database.reading() as session:
            rows = session.exec(select(Step))
            return {s.key for s in rows if s.state in (StepState.OPEN, StepState.ACKNOWLEDGED)}

    def runs(self) -> list[runs.PlaybookRun]:
        """The runs of the exercise."""
        with database.reading() as session:
            return runs.of_incident(session, self.incident.id)


@pytest.fixture
def drill(desk: Desk) -> Iterator[Drill]:
    with database.transaction() as session:
        for playbook in PLAYBOOKS:
            catalog.publish(session, shelf.row(playbook))
    made = Drill(desk)
    yield made
    desk.set_aside()
    assert not {"Failed", "Held", "Given back"} & set(made.engine.endings)


@pytest.mark.parametrize("level", [1, 3])
def test_it_opens_as_an_exercise_or_not_at_all(drill: Drill, level: int) -> None:
    signal = drill.desk.flag()
    drill.desk.take(signal)
    with drill.desk.refused(Invalid) as caught:
        drill.desk.open(signal, level=level, playbook="DIEN_TAP")
    sentence, _ = caught.value.fields["exercise"]
    assert sentence.startswith("Kịch bản này chỉ mở để diễn tập")
    assert drill.begin().exercise


def test_nobody_is_called_before_the_hour_of_an_approved_plan(drill: Drill) -> None:
    drill.begin()
    assert drill.waiting() == {"write the plan"}
    drill.plan()
    assert drill.waiting() == {"approve the plan"}
    drill.approve("approve the plan")
    drill.desk.set_aside()

    drill.desk.fast_forward(hours(2) - minutes(1))
    assert not drill.desk.messages(kind="called_out")
    drill.desk.fast_forward(minutes(1))
    assert {m.recipient_id for m in drill.desk.messages(kind="called_out")} >= {
        drill.cast.minh.id,
        drill.cast.ha.id,
        drill.cast.binh.id,
    }
    assert "ExerciseBegunWithInjects" in drill.desk.facts(drill.incident)


def test_injects_come_at_their_minute_to_their_role_and_say_that_they_are_an_exercise(
    drill: Drill,
) -> None:
    drill.begin()
    drill.plan()
    drill.approve("approve the plan")
    drill.desk.fast_forward(hours(2) + minutes(4))
    assert not drill.desk.messages(kind="inject")

    drill.desk.fast_forward(minutes(1))
    (first,) = drill.desk.messages(kind="inject")
    assert first.recipient_id == drill.cast.hung.id
    with database.reading() as session:
        mail = rendering.message(session, first)
    assert mail.subject.startswith("[DIỄN TẬP] [2026-0001] Tình huống 1 ")
    assert "Dân hỏi có phải sơ tán không." in mail.text
    assert drill.waiting() == set()

    drill.desk.fast_forward(minutes(10))
    told = {m.recipient_id for m in drill.desk.messages(kind="inject")} - {drill.cast.hung.id}
    assert told == {drill.cast.minh.id, drill.cast.thao.id}
    given = [line.text for line in drill.desk.timeline(drill.incident, Language.EN)]
    assert "Inject 2 to Spokesperson: Phóng viên gọi hỏi." in given
    assert drill.waiting() == {"mark the exercise"}


def test_an_engine_that_was_away_gives_each_inject_once(drill: Drill) -> None:
    drill.begin()
    drill.plan(begins_at=(drill.desk.time - hours(1)).isoformat())
    drill.approve("approve the plan")
    drill.desk.time += hours(3)
    drill.desk.settle()
    drill.desk.settle()

    facts = drill.desk.facts(drill.incident)
    assert facts.count("InjectPlayed") == 2
    assert len(drill.desk.messages(to=drill.cast.hung, kind="inject")) == 1


def test_the_real_playbook_runs_beside_it_and_its_words_stay_inside(drill: Drill) -> None:
    drill.begin()
    drill.plan(playbook="TIN_GIA_MXH", scenario="dyke_at_night", injects="")
    drill.approve("approve the plan")
    drill.desk.fast_forward(hours(2))

    assert [r.playbook for r in drill.runs()] == ["DIEN_TAP", "TIN_GIA_MXH"]
    assert {"capture the post", "classify the content", "answer or watch"} <= drill.waiting()
    drill.desk.answer(
        "answer or watch",
        by=drill.cast.tung,
        spreading=True,
        silence_harms=True,
        fact_held=True,
        without_repeating=True,
        course="answer",
        reason="Tin lan nhanh",
    )
    words = drill.desk.text_of("draft the holding statement")
    assert words.title.startswith("[DIỄN TẬP] Thông tin ban đầu")
    drill.desk.answer(
        "draft the holding statement",
        by=drill.cast.ha,
        title=words.title,
        text=words.text + " Hết.",
    )
    drill.desk.sign("sign the holding statement", by=drill.cast.minh)
    assert "StatementReleasedInExercise" in drill.desk.facts(drill.incident)
    assert not [m for m in drill.desk.messages() if m.channel is Channel.PUBLIC_PAGE]

    with database.reading() as session:
        score = scoring.of(session, drill.desk.reload(drill.incident))
    asked = [s for s in drill.desk.facts(drill.incident) if s == "StepOpened"]
    assert score.first_text == minutes(0)  # from the beginning, not from the opening
    assert score.asked == 3  # neither the plan nor its approval
    assert len(asked) > score.asked

    drill.desk.fast_forward(minutes(60))
    given = [line.text for line in drill.desk.timeline(drill.incident, Language.EN)]
    shipped = [each.text["en"] for each in scenarios.shelf()[Scenario.DYKE_AT_NIGHT]]
    assert [g for g in given if g.endswith(shipped[0])]
    assert len([f for f in drill.desk.facts(drill.incident) if f == "InjectPlayed"]) == 6


def test_a_playbook_the_catalogue_lacks_holds_nobody_up(drill: Drill) -> None:
    drill.begin()
    drill.plan(playbook="CAN_BO")
    drill.approve("approve the plan")
    drill.desk.fast_forward(hours(2) + minutes(15))

    if "CAN_BO" in {playbook.code for playbook in PLAYBOOKS}:
        assert [r.playbook for r in drill.runs()] == ["DIEN_TAP", "CAN_BO"]
    else:
        assert [r.playbook for r in drill.runs()] == ["DIEN_TAP"]
        assert "ExerciseBegunWithInjects" in drill.desk.facts(drill.incident)
    assert "mark the exercise" in drill.waiting()


@on_both_databases
def test_marked_and_learned_from_it_is_closed_without_a_word_published(drill: Drill) -> None:
    incident = drill.begin()
    drill.plan()
    drill.approve("approve the plan")
    drill.desk.fast_forward(hours(3))
    drill.mark()
    drill.learn()
    drill.approve("approve the lessons")
    assert drill.runs()[0].state is RunState.FINISHED

    desk = drill.desk
    assert ending.end(desk, incident).status is Status.CLOSED


def test_a_refused_plan_is_written_once_more_and_refused_again_it_ends(drill: Drill) -> None:
    drill.begin()
    drill.plan()
    drill.approve("approve the plan", "refused")
    assert drill.waiting() == {"write the plan 2"}
    drill.plan("write the plan 2")
    drill.approve("approve the plan 2", "refused")

    assert drill.waiting() == set()
    assert drill.runs()[0].state is RunState.FINISHED
    assert not drill.desk.messages(kind="called_out")


def test_a_plan_nobody_writes_or_approves_begins_nothing(drill: Drill) -> None:
    drill.begin()
    drill.plan()
    drill.desk.fast_forward(timedelta(days=4))

    assert drill.runs()[0].state is RunState.FINISHED
    assert not drill.desk.messages(kind="inject")


def test_without_a_plan_nothing_begins(drill: Drill) -> None:
    drill.begin()
    drill.desk.fast_forward(timedelta(days=5))

    assert "approve the plan" not in drill.waiting()
    assert drill.runs()[0].state is RunState.FINISHED


@pytest.mark.parametrize("verdict", ["granted", "refused"])
def test_refused_lessons_are_written_once_more(drill: Drill, verdict: str) -> None:
    drill.begin()
    drill.plan()
    drill.approve("approve the plan")
    drill.desk.fast_forward(hours(3))
    drill.mark()
    drill.learn()
    drill.approve("approve the lessons", "refused")
    assert drill.waiting() == {"write the lessons 2"}
    drill.learn("write the lessons 2")
    drill.approve("approve the lessons 2", verdict)
    assert drill.runs()[0].state is RunState.FINISHED


def test_lessons_nobody_writes_leave_nothing_to_approve(drill: Drill) -> None:
    drill.begin()
    drill.plan()
    drill.approve("approve the plan")
    drill.desk.fast_forward(hours(3))
    drill.mark()
    drill.desk.fast_forward(timedelta(days=11))

    assert drill.waiting() == set()
    assert drill.runs()[0].state is RunState.FINISHED


@pytest.mark.parametrize(
    ("changed", "field", "says"),
    [
        ({"injects": ""}, "injects", "Tự soạn thì ghi ít nhất một tình huống."),
        ({"injects": "15; ai đó; gọi"}, "injects", "Dòng %(line)s chưa đọc được"),
        ({"injects": "5; commune; a\nmười; commune; b"}, "injects", "Dòng %(line)s chưa đọc được"),
        ({"injects": "9999; commune; a"}, "injects", "Dòng %(line)s chưa đọc được"),
        ({"injects": "1; commune; a\n" * 31}, "injects", "Tối đa %(most)s tình huống."),
    ],
)
def test_a_plan_that_cannot_be_played_is_refused_by_its_line(
    drill: Drill, changed: dict[str, str], field: str, says: str
) -> None:
    drill.begin()
    with drill.desk.refused(Invalid) as caught:
        drill.plan(**changed)
    sentence, values = caught.value.fields[field]
    assert sentence.startswith(says)
    assert ("line" in values) == ("%(line)s" in sentence)


def test_a_lesson_without_owner_or_day_is_refused(drill: Drill) -> None:
    drill.begin()
    drill.plan()
    drill.approve("approve the plan")
    drill.desk.fast_forward(hours(3))
    drill.mark()
    for lessons in ("Cập nhật danh bạ", "Cập nhật; Khôi; 31/02/2026", "Cập nhật; ; 15/12/2026"):
        with drill.desk.refused(Invalid) as caught:
            drill.desk.answer("write the lessons", by=drill.cast.ha, summary="x", lessons=lessons)
        assert "lessons" in caught.value.fields


def test_typed_injects_are_read_in_the_order_of_their_minutes_by_role_in_either_language() -> None:
    found = read_injects("20; Spokesperson; b; và c\n+5; uBND xã, phường; a")

    assert found == [
        Inject(5, Role.COMMUNE, {"vi": "a", "en": "a"}),
        Inject(20, Role.SPOKESPERSON, {"vi": "b; và c", "en": "b; và c"}),
    ]


def test_lessons_are_read_with_owner_and_day() -> None:
    (lesson,) = owned_lines.read("Sửa danh bạ; Lý Anh Khôi; 15/12/2026")
    assert (lesson.work, lesson.owner, lesson.due.isoformat()) == (
        "Sửa danh bạ",
        "Lý Anh Khôi",
        "2026-12-15",
    )


def test_every_scenario_that_can_be_chosen_is_there_in_both_languages() -> None:
    assert set(scenarios.shelf()) == set(Scenario) - {Scenario.OWN}
    for injects in scenarios.shelf().values():
        assert [i.minute for i in injects] == sorted(i.minute for i in injects)
        for each in injects:
            assert set(each.text) == {language.value for language in Language}
            assert all(each.text.values())
    assert exercise.exercise.code in catalog.EXERCISE_ONLY
