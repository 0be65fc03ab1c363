"""The press playbook, one story a branch: who was right decides what follows."""

from collections.abc import Iterator
from typing import Any

import pytest

from flows.outcomes import Awaited
from flows.replaying import Replay
from flows.staging import Wanted
from incidents.matter.incidents import Finding
from incidents.people.roles import Role
from incidents.record.language import N_
from incidents.response.answers import signing
from incidents.response.steps.crisis_forms import Redress
from incidents.response.steps.forms import Course
from incidents.response.steps.runs import RunState, Superseded
from incidents.response.steps.steps import StepState
from incidents.words.approvals import Verdict
from incidents.words.statements import StatementKind
from playbooks import press_error
from tests.harness import Desk, hours, minutes
from tests.playbooks.conftest import on_both_databases
from tests.playbooks.story import Story, told

TELLS = (press_error,)

FIRST = {"keep the article", "part facts from opinion", "answer or watch"}
OWN_UP = {"draft the correction", "put it right", "take up the matter itself"}


class Press(Story):
    """What the people of the cast do about one article."""

    flagged = "Bài báo: trạm bơm xã bỏ hoang ba năm"
    title = "Bài báo về trạm bơm"

    def sort(self, **classified: Any) -> None:
        """Khôi parts statements of fact from opinion."""
        said: dict[str, Any] = {
            "nature": "claim",
            "content_type": "misleading",
            "subject": "policy",
            "claims": "Trạm bơm ngừng chạy từ năm 2023.",
        }
        self.desk.answer("part facts from opinion", by=self.cast.khoi, **(said | classified))

    def compared(self, finding: Finding, level: int = 3, **classified: Any) -> None:
        """Up to the signed comparison; nothing is said in public meanwhile."""
        self.begin(level)
        self.sort(**classified)
        self.choose(Course.WATCH)
        self.find("compare sentence by sentence", self.cast.phuc, finding)

    def hears(self, key: str, redress: Redress) -> None:
        """What the newsroom says or has published."""
        by = self.cast.minh if key == "talk to the newsroom" else self.cast.khoi
        self.desk.answer(key, by=by, redress=redress.value, missing="Chưa sửa tiêu đề")

    def write(self) -> None:
        """The letter is drafted, checked, signed by two and sent."""
        self.say("letter", self.cast.tung, self.cast.binh)
        self.desk.answer(
            "send the letter",
            by=self.cast.ha,
            referral="sent",
            reference="215/SVHTT-BC",
            ground="Tòa soạn nhận lúc 09:10",
        )


@pytest.fixture
def press(desk: Desk) -> Iterator[Press]:
    with told(Press, desk, press_error.press_error) as made:
        yield made


def test_opening_asks_for_everything_that_need_not_wait(press: Press) -> None:
    press.begin()
    assert press.waiting() == FIRST
    assert press.state("compare sentence by sentence") is StepState.PLANNED

    press.sort()
    assert "compare sentence by sentence" in press.waiting()


def test_the_first_words_wait_for_no_comparison_and_are_signed_by_one(press: Press) -> None:
    press.begin()
    press.choose(Course.ANSWER)
    press.say_first()

    press.desk.expect_published(StatementKind.HOLDING, "holding statement")
    assert press.signing("holding statement") == {Role.SPOKESPERSON}
    assert press.waiting() >= {"part facts from opinion", "post the holding statement"}


def test_a_right_article_is_answered_by_our_own_correction_and_no_letter(press: Press) -> None:
    press.compared(Finding.TRUE)
    assert press.waiting() >= {"draft the correction"}
    press.say("correction")

    press.desk.expect_published(StatementKind.CORRECTION, "correction")
    assert press.waiting() >= {"post the correction", "put it right", "take up the matter itself"}
    assert (
        not {"talk to the newsroom", "draft the letter", "draft the clarification"} & press.asked()
    )


def test_at_level_4_three_sign_our_own_correction(press: Press) -> None:
    press.compared(Finding.TRUE, level=4)
    press.say("correction")
    assert "post the correction" not in press.asked()

    press.sign("correction (chair)", by=press.cast.chuong)

    press.desk.expect_published(StatementKind.CORRECTION)


def test_the_newsroom_is_asked_before_anything_is_written(press: Press) -> None:
    press.compared(Finding.FALSE)

    assert "talk to the newsroom" in press.waiting()
    assert not {"draft the letter", "ask the press authority", *OWN_UP} & press.asked()


def test_a_newsroom_that_corrects_by_itself_gets_no_letter(press: Press) -> None:
    press.compared(Finding.FALSE)
    press.hears("talk to the newsroom", Redress.FULL)
    assert "draft the letter" not in press.asked()

    press.hears("look at what was published", Redress.FULL)

    assert not {"remind the newsroom", "draft the clarification"} & press.asked()
    assert "conclude" in press.waiting()


def test_the_letter_is_checked_signed_by_two_sent_and_never_published(press: Press) -> None:
    press.compared(Finding.PARTLY_FALSE)
    press.hears("talk to the newsroom", Redress.PARTLY)
    press.draft("letter")
    assert press.signing("letter") == set()
    press.check("letter")
    assert press.signing("letter") == {Role.STANDING_DEPUTY, Role.LEAD}
    press.sign("letter (standing_deputy)", by=press.cast.tung)
    assert "send the letter" not in press.asked()
    press.sign("letter (lead)", by=press.cast.binh)

    assert "send the letter" in press.waiting()
    with pytest.raises(AssertionError, match="on the public page"):
        press.desk.expect_published(StatementKind.REFUTATION)


@on_both_databases
def test_published_in_full_after_the_letter_it_is_closed(press: Press) -> None:
    press.begin()
    press.sort()
    press.choose(Course.ANSWER)
    press.say_first()
    press.post("holding statement")
    press.check("holding statement")
    press.desk.answer("keep the article", by=press.cast.khoi, screenshot_kept=True, interactions=90)
    press.find("compare sentence by sentence", press.cast.phuc, Finding.FALSE)
    press.hears("talk to the newsroom", Redress.NONE)
    assert press.proposed() == set()
    press.write()
    kinds = ("ELECTRONIC", "DAILY", "PERIODICAL")
    assert press.proposed() == {f"PRESS_CORRECTION_{kind}" for kind in kinds}
    press.hears("look at what was published", Redress.FULL)
    press.conclude()

    assert press.run().state is RunState.FINISHED
    press.close()


@pytest.mark.parametrize("redress", [Redress.PARTLY, Redress.NONE], ids=["partly", "refused"])
def test_what_is_missing_is_asked_for_once_more_and_then_found(
    press: Press, redress: Redress
) -> None:
    press.compared(Finding.FALSE)
    press.hears("talk to the newsroom", Redress.NONE)
    press.write()
    press.hears("look at what was published", redress)
    assert "remind the newsroom" in press.waiting()
    assert press.state("look again at what was published") is StepState.PLANNED
    press.desk.answer("remind the newsroom", by=press.cast.minh)
    press.hears("look again at what was published", Redress.FULL)

    assert not {"ask the press authority", "draft the clarification"} & press.asked()
    assert "conclude" in press.waiting()


def test_refused_again_the_press_authority_is_asked_and_the_facts_are_stated(press: Press) -> None:
    press.compared(Finding.FALSE)
    press.hears("talk to the newsroom", Redress.NONE)
    press.write()
    press.hears("look at what was published", Redress.NONE)
    assert "ask the press authority" not in press.asked()
    press.desk.answer("remind the newsroom", by=press.cast.minh)
    press.hears("look again at what was published", Redress.NONE)
    assert press.waiting() >= {"ask the press authority", "draft the clarification"}

    press.say("clarification")

    press.desk.expect_published(StatementKind.CONCLUSION, "clarification")
    assert press.waiting() >= {"post the clarification", "review objections"}


def test_silence_of_the_newsroom_neither_blocks_nor_approves(press: Press) -> None:
    press.compared(Finding.FALSE)
    press.desk.fast_forward(hours(2))
    assert press.state("talk to the newsroom") is StepState.OVERDUE

    assert "draft the letter" in press.waiting()


@pytest.mark.parametrize("by_whom", ["law", "leadership"])
def test_a_letter_refused_twice_is_not_sent_and_nobody_looks_for_its_answer(
    press: Press, by_whom: str
) -> None:
    press.compared(Finding.FALSE)
    press.hears("talk to the newsroom", Redress.NONE)
    for words in ("letter", "letter 2"):
        press.draft(words)
        if by_whom == "law":
            press.check(words, Verdict.REFUSED)
        else:
            press.check(words)
            press.sign(f"{words} (standing_deputy)", by=press.cast.tung)
            press.sign(f"{words} (lead)", by=press.cast.binh, verdict=Verdict.REFUSED)

    assert not {"send the letter", "look at what was published"} & press.asked()
    assert "draft the clarification" in press.waiting()


def signed_by_one(press: Press) -> None:
    """The letter is written and checked, and Tùng has signed it; Bình has not."""
    press.compared(Finding.FALSE)
    press.hears("talk to the newsroom", Redress.NONE)
    press.draft("letter")
    press.check("letter")
    press.sign("letter (standing_deputy)", by=press.cast.tung)


def test_a_letter_signed_after_its_time_is_still_sent(press: Press) -> None:
    signed_by_one(press)
    press.desk.fast_forward(minutes(61))
    assert press.state("sign the letter (lead)") is StepState.OVERDUE
    assert "draft the clarification" in press.waiting()
    assert "send the letter" not in press.asked()

    press.sign("letter (lead)", by=press.cast.binh)

    assert {"send the letter", "draft the clarification"} <= press.waiting()
    assert "look at what was published" not in press.asked()
    assert press.proposed() == set()


def test_a_letter_changed_between_its_signature_and_its_sending_is_not_sent(
    press: Press, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine dies in between, and the words are edited before another takes over."""
    signed_by_one(press)
    with monkeypatch.context() as dying:
        opened = Replay.open

        def dies(self: Replay, wanted: Wanted) -> Awaited:
            if wanted.key == "send the letter":
                raise Superseded(N_("Lượt chạy này đã có nơi khác đảm nhận."))
            return opened(self, wanted)

        dying.setattr(Replay, "open", dies)
        press.sign("letter (lead)", by=press.cast.binh)
    statement_id = press.desk.step("draft the letter").statement_id
    edited = {"title": "Công văn", "text": "Câu đã sửa."}
    press.desk.do(signing.revise, statement_id, **edited, by=press.cast.ha)
    press.desk.fast_forward(minutes(1))

    assert "send the letter" not in press.asked()
    assert "draft the clarification" in press.waiting()


@pytest.mark.parametrize(
    ("finding", "follows", "never"),
    [
        (Finding.TRUE, {"draft the correction"}, {"draft the letter"}),
        (Finding.FALSE, {"draft the letter"}, OWN_UP),
        (Finding.UNDETERMINED, {"conclude"}, {"draft the letter", *OWN_UP}),
    ],
    ids=["the article is right", "it is wrong", "nobody can tell"],
)
def test_what_the_newsroom_holds_is_weighed_before_anything_is_demanded(
    press: Press, finding: Finding, follows: set[str], never: set[str]
) -> None:
    press.compared(Finding.FALSE)
    press.hears("talk to the newsroom", Redress.CONTESTED)
    assert "draft the letter" not in press.asked()

    press.find("weigh what the newsroom holds", press.cast.tung, finding)

    assert follows <= press.waiting()
    assert not never & press.asked()


def test_what_nobody_weighs_in_time_is_not_demanded(press: Press) -> None:
    press.compared(Finding.FALSE)
    press.hears("talk to the newsroom", Redress.CONTESTED)
    press.desk.fast_forward(hours(5))

    assert press.state("weigh what the newsroom holds") is StepState.OVERDUE
    assert "conclude" in press.waiting()
    assert not {"draft the letter", *OWN_UP} & press.asked()


def test_where_nobody_compares_or_settles_it_is_said_to_be_open(press: Press) -> None:
    press.begin()
    press.sort()
    press.choose(Course.WATCH)
    press.desk.fast_forward(hours(6) + minutes(1))

    assert press.state("settle the finding") is StepState.OVERDUE
    assert "draft the update" in press.waiting()


@pytest.mark.parametrize("nature", ["opinion", "question"])
def test_opinion_is_never_asked_to_be_corrected(press: Press, nature: str) -> None:
    press.compared(Finding.FALSE, nature=nature)

    assert "draft the clarification" in press.waiting()
    assert not {"talk to the newsroom", "draft the letter"} & press.asked()


def test_what_cannot_be_compared_is_settled_or_said_to_be_open(press: Press) -> None:
    press.compared(Finding.UNDETERMINED)
    press.find("settle the finding", press.cast.tung, Finding.UNDETERMINED)
    press.say_first("update")

    press.desk.expect_published(StatementKind.HOLDING, "update")
    assert "conclude" in press.waiting()


def test_a_missed_comparison_is_inherited(press: Press) -> None:
    press.begin()
    press.sort()
    press.choose(Course.WATCH)
    press.desk.fast_forward(minutes(125))

    assert press.desk.step("compare sentence by sentence").assignee_id == press.cast.binh.id
