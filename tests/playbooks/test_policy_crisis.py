"""The policy playbook, one story a branch: explained, adjusted, paused or withdrawn."""

from collections.abc import Iterator

import pytest

from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import GuardFailed, Invalid
from incidents.response.ending import closing_reports
from incidents.response.life import lifecycle
from incidents.response.steps.crisis_forms import PolicyCourse
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import StepState
from incidents.words.statements import StatementKind
from playbooks import policy_crisis
from tests.harness import Desk, hours, minutes
from tests.playbooks.conftest import on_both_databases
from tests.playbooks.story import Story, told

TELLS = (policy_crisis,)

LISTENING = {"write the fact sheet", "gather the questions", "listen in the communes"}
FIRST = {"hold back promotion", "draft the holding statement", *LISTENING}
AFTER = {
    "give notice of the press conference",
    "answer in every commune",
    "list the promises",
    "add to the communication plan",
}


class Policy(Story):
    """What the people of the cast do about one policy."""

    flagged = "Vì sao tăng phí chợ mà không hỏi ai?"
    title = "Ý kiến về mức phí chợ"

    def listen(self) -> None:
        """The facts are written down, the questions gathered."""
        self.desk.answer("write the fact sheet", by=self.cast.phuc)
        self.desk.answer("gather the questions", by=self.cast.khoi)
        self.desk.answer("listen in the communes", by=self.cast.hung)

    def ready(self, level: int = 3) -> None:
        """Opened from a question, heard, first words out, the decision due."""
        self.begin(level, nature="question")
        self.say_first()
        self.listen()

    def decide(self, course: PolicyCourse, key: str = "choose the course") -> None:
        """Bình decides, with the options and the dissent on record."""
        self.desk.answer(
            key,
            by=self.cast.chuong if key.endswith("once more") else self.cast.binh,
            course=course.value,
            reason="Mức phí mới áp dụng từ quý sau.",
            promises="Sở Tài chính công khai cách tính trước ngày 15.",
            options="Giữ nguyên: không chọn vì chưa hỏi tiểu thương.",
            dissent="Một thành viên đề nghị giữ nguyên.",
        )

    def promise(self, written: str) -> None:
        """Hà lists what was promised in public."""
        self.desk.answer("list the promises", by=self.cast.ha, promises=written)


@pytest.fixture
def policy(desk: Desk) -> Iterator[Policy]:
    with told(Policy, desk, policy_crisis.policy_crisis) as made:
        yield made


def test_a_question_opens_it_and_the_first_words_wait_for_nobody(policy: Policy) -> None:
    policy.begin(nature="question")
    assert policy.waiting() == FIRST
    policy.say_first()

    policy.desk.expect_published(StatementKind.HOLDING, "holding statement")
    assert policy.signing("holding statement") == {Role.SPOKESPERSON}
    assert policy.waiting() >= LISTENING
    assert "choose the course" not in policy.asked()


def test_the_decision_waits_for_the_facts_and_for_what_people_ask(policy: Policy) -> None:
    policy.ready()

    assert policy.proposed() == {"FIRST_INFORMATION"}
    chosen = policy.desk.step("choose the course")
    assert (chosen.role, chosen.assignee_id) == (Role.LEAD, policy.cast.binh.id)


def test_a_decision_without_the_options_considered_is_refused(policy: Policy) -> None:
    policy.ready()
    with policy.desk.refused(Invalid):
        policy.desk.answer(
            "choose the course", by=policy.cast.binh, course="adjust", reason="x", promises="y"
        )


@pytest.mark.parametrize("course", [PolicyCourse.EXPLAIN, PolicyCourse.ADJUST])
def test_what_is_kept_or_adjusted_is_announced_by_two(policy: Policy, course: PolicyCourse) -> None:
    policy.ready()
    policy.decide(course)
    policy.say("announcement")

    policy.desk.expect_published(StatementKind.CONCLUSION, "announcement")
    assert policy.waiting() >= {*AFTER, "post the announcement", "conclude"}
    assert not {"draft the withdrawal", "choose the course after the pause"} & policy.asked()
    assert policy.proposed() == {"FIRST_INFORMATION", "PRESS_CONFERENCE_NOTICE"}


def test_what_is_withdrawn_is_called_our_own_error(policy: Policy) -> None:
    policy.ready()
    policy.decide(PolicyCourse.WITHDRAW)
    policy.say("withdrawal")

    policy.desk.expect_published(StatementKind.CORRECTION, "withdrawal")
    assert policy.waiting() >= AFTER
    assert "draft the announcement" not in policy.asked()


def test_at_level_4_three_sign(policy: Policy) -> None:
    policy.ready(level=4)
    policy.decide(PolicyCourse.ADJUST)
    policy.say("announcement")
    assert "post the announcement" not in policy.asked()

    policy.sign("announcement (chair)", by=policy.cast.chuong)

    policy.desk.expect_published(StatementKind.CONCLUSION)


@pytest.mark.parametrize(
    ("course", "words", "kind"),
    [
        (PolicyCourse.ADJUST, "second announcement", StatementKind.CONCLUSION),
        (PolicyCourse.WITHDRAW, "withdrawal", StatementKind.CORRECTION),
    ],
    ids=["adjusted", "withdrawn"],
)
def test_a_pause_ends_with_a_second_decision(
    policy: Policy, course: PolicyCourse, words: str, kind: StatementKind
) -> None:
    policy.ready()
    policy.decide(PolicyCourse.PAUSE)
    policy.say("announcement")
    assert "choose the course after the pause" in policy.waiting()

    policy.desk.fast_forward(hours(1))
    policy.decide(course, "choose the course after the pause")
    policy.say(words)

    policy.desk.expect_published(kind, words)
    assert "list the promises after the pause" in policy.waiting()


def test_a_pause_nobody_ends_announces_nothing_more(policy: Policy) -> None:
    policy.ready()
    policy.decide(PolicyCourse.PAUSE)
    policy.say("announcement")
    policy.desk.fast_forward(hours(15 * 24 + 1))

    assert policy.state("choose the course after the pause") is StepState.OVERDUE
    assert not {"draft the second announcement", "draft the withdrawal"} & policy.asked()


def test_where_nobody_decides_in_time_people_are_told_and_the_chair_is_asked(
    policy: Policy,
) -> None:
    policy.ready()
    policy.desk.fast_forward(hours(11))
    assert policy.state("choose the course") is StepState.OVERDUE
    policy.say_first("update")
    assert "draft the announcement" not in policy.asked()

    policy.decide(PolicyCourse.EXPLAIN, "choose the course once more")

    assert "draft the announcement" in policy.waiting()


def test_without_any_decision_nothing_is_announced_and_it_is_concluded(policy: Policy) -> None:
    policy.ready()
    policy.desk.fast_forward(hours(11))
    policy.say_first("update")
    policy.desk.fast_forward(hours(25))
    assert policy.state("choose the course once more") is StepState.OVERDUE

    assert not {"draft the announcement", *AFTER} & policy.asked()
    policy.conclude()
    assert policy.run().state is RunState.FINISHED


def test_facts_that_come_late_do_not_hold_the_decision_up(policy: Policy) -> None:
    policy.begin(nature="opinion")
    policy.say_first()
    policy.desk.fast_forward(hours(5))
    assert policy.state("write the fact sheet") is StepState.OVERDUE

    assert "choose the course" in policy.waiting()


def test_each_promise_is_a_step_of_its_own_and_nothing_is_over_before_it_is_kept(
    policy: Policy,
) -> None:
    policy.ready()
    policy.decide(PolicyCourse.EXPLAIN)
    policy.say("announcement")
    policy.conclude()
    policy.promise("Công khai cách tính phí; Đặng Hồng Phúc; 15/12/2026")
    assert policy.run().state is RunState.FINISHED

    (key,) = (each for each in policy.waiting() if each.startswith("promise"))
    policy.desk.expect_message(to=policy.cast.phuc, kind="step_assigned", containing="cách tính")
    policy.desk.fast_forward(minutes(30))
    policy.desk.expect_messages("step_reminder", policy.cast.phuc, about=key)
    policy.desk.expect_messages("step_passed", policy.cast.ha, about=key)

    policy.desk.do(lifecycle.stabilise, policy.incident.id, reason="Đã dịu", by=policy.cast.binh)
    with policy.desk.refused(GuardFailed, "«Công khai cách tính phí» chưa xong"):
        policy.desk.do(lifecycle.resolve, policy.incident.id, by=policy.cast.binh)


@on_both_databases
def test_a_policy_that_was_explained_is_closed(policy: Policy) -> None:
    policy.ready()
    policy.desk.answer("hold back promotion", by=policy.cast.mai)
    policy.post("holding statement")
    policy.check("holding statement")
    policy.decide(PolicyCourse.EXPLAIN)
    policy.say("announcement")
    policy.post("announcement")
    policy.desk.answer("answer in every commune", by=policy.cast.hung)
    policy.promise("Công khai cách tính phí; Đặng Hồng Phúc; 15/12/2026")
    (key,) = (each for each in policy.waiting() if each.startswith("promise"))
    policy.desk.answer(key, by=policy.cast.phuc, outcome="kept", account="Đã đăng trên Cổng.")
    policy.conclude()

    policy.close()
    with database.reading() as session:
        (report,) = closing_reports.of_incident(session, policy.incident.id)
    assert "đã làm đúng cam kết. Đã đăng trên Cổng." in report.text
