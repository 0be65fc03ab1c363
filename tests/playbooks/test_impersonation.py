"""The impersonation playbook, one story a branch, replayed after every event."""

from collections.abc import Iterator

import pytest

from incidents.matter.incidents import Finding
from incidents.response.steps.crisis_forms import Attack
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import StepState
from incidents.words.approvals import Verdict
from incidents.words.statements import StatementKind
from playbooks import impersonation
from tests.harness import Desk, hours, minutes
from tests.playbooks.conftest import Journey, on_both_databases, travelling

TELLS = (impersonation,)

AT_ONCE = {
    "call the owner of the channel",
    "lock the channel",
    "capture the content",
    "classify the content",
    "draft the warning",
}
HELP = {"report to the platform", "line for victims"}


@pytest.fixture
def journey(desk: Desk) -> Iterator[Journey]:
    with travelling(desk, impersonation.impersonation) as made:
        yield made


def call(journey: Journey, attack: Attack) -> None:
    journey.desk.answer(
        "call the owner of the channel",
        by=journey.cast.lan,
        attack=attack.value,
        called="Văn phòng, số trong danh bạ, 02:35",
    )


def warn(journey: Journey) -> None:
    journey.draft("warning")
    journey.sign("warning")


def word(journey: Journey, finding: Finding) -> None:
    journey.find("written word of the owner", journey.cast.phuc, finding)


def begin(journey: Journey, attack: Attack, level: int = 3, content: str = "imposter") -> None:
    """Opened, sorted out, the owner called, the warning out."""
    journey.begin(level)
    journey.desk.answer(
        "classify the content",
        by=journey.cast.khoi,
        nature="claim",
        content_type=content,
        subject="impersonation",
        claims="Trang này là của cơ quan.",
    )
    call(journey, attack)
    warn(journey)


def test_opening_asks_the_owner_and_closes_the_door_at_once(journey: Journey) -> None:
    journey.begin()

    assert journey.waiting() == AT_ONCE


def test_the_warning_waits_for_nobody(journey: Journey) -> None:
    journey.begin()
    warn(journey)

    journey.desk.expect_published(StatementKind.HOLDING, "warning")
    assert {"call the owner of the channel", "post the warning"} <= journey.waiting()


@on_both_databases
def test_a_false_page_is_refuted_on_the_owners_written_word(journey: Journey) -> None:
    begin(journey, Attack.IMPERSONATED)
    assert {"written word of the owner", *HELP} <= journey.waiting()
    assert not {"restore the channel", "keep the original file"} & journey.asked()
    assert "draft the refutation" not in journey.asked()

    word(journey, Finding.FALSE)
    journey.say("refutation")

    journey.desk.expect_published(StatementKind.REFUTATION, "refutation")
    assert journey.waiting() >= {"review objections", "refer to the police", "review every access"}
    journey.conclude()
    assert journey.run().state is RunState.FINISHED


@pytest.mark.parametrize("attack", [Attack.IMPERSONATED, Attack.HACKED, Attack.DEEPFAKE])
def test_requests_to_others_are_never_required(journey: Journey, attack: Attack) -> None:
    begin(journey, attack)

    assert not any(journey.desk.step(key).mandatory for key in HELP)
    assert "refer to the police" not in journey.asked()


def test_the_police_are_asked_only_after_a_signed_conclusion_and_never_about_satire(
    journey: Journey,
) -> None:
    begin(journey, Attack.IMPERSONATED, content="satire")
    word(journey, Finding.FALSE)
    journey.say("refutation")

    assert "review objections" in journey.waiting()
    assert "refer to the police" not in journey.asked()


def test_a_forged_voice_is_kept_and_refuted_on_the_persons_word(journey: Journey) -> None:
    begin(journey, Attack.DEEPFAKE, content="fabricated")
    assert "keep the original file" in journey.waiting()
    word(journey, Finding.FALSE)

    journey.say("refutation of the forgery")

    journey.desk.expect_published(StatementKind.REFUTATION, "refutation of the forgery")
    assert "draft the refutation" not in journey.asked()
    assert not journey.desk.step("refer to the police").mandatory


def test_a_page_taken_over_is_restored_with_an_apology(journey: Journey) -> None:
    begin(journey, Attack.HACKED)
    assert {"restore the channel", "was personal data taken"} <= journey.waiting()
    word(journey, Finding.FALSE)
    journey.say("correction")
    journey.desk.expect_published(StatementKind.CORRECTION, "correction")
    assert "draft the refutation" not in journey.asked()

    journey.desk.answer(
        "was personal data taken", by=journey.cast.dung, yes=False, ground="Nhật ký truy cập sạch"
    )

    assert "notify the data authority" not in journey.asked()
    assert journey.proposed() == {"CONTENT_REMOVAL"}
    assert journey.waiting() >= {"review every access", "conclude"}


def test_a_leak_is_told_to_the_authority_and_to_those_affected(journey: Journey) -> None:
    begin(journey, Attack.HACKED)
    journey.desk.answer(
        "was personal data taken", by=journey.cast.dung, yes=True, ground="Hộp thư bị đọc"
    )
    word(journey, Finding.FALSE)
    journey.say("correction")

    assert "notify the data authority" in journey.waiting()
    assert journey.proposed() == {"CONTENT_REMOVAL", "DATA_BREACH"}
    journey.draft("notice to those affected")
    journey.desk.fast_forward(minutes(5))
    journey.sign("notice to those affected")
    journey.desk.expect_published(StatementKind.HOLDING, "notice to those affected")


def test_a_warning_about_a_genuine_channel_is_taken_back(journey: Journey) -> None:
    begin(journey, Attack.GENUINE)
    word(journey, Finding.TRUE)
    journey.say("retraction")

    journey.desk.expect_published(StatementKind.CORRECTION, "retraction")
    assert not {*HELP, "review every access", "refer to the police"} & journey.asked()
    assert "conclude" in journey.waiting()


def test_where_no_warning_went_out_there_is_nothing_to_take_back(journey: Journey) -> None:
    journey.begin()
    call(journey, Attack.GENUINE)
    for words in ("warning", "warning 2"):
        journey.draft(words)
        journey.sign(words, verdict=Verdict.REFUSED)
    word(journey, Finding.TRUE)

    assert "draft the retraction" not in journey.asked()
    assert "conclude" in journey.waiting()


def test_an_owner_nobody_reaches_is_taken_for_impersonated(journey: Journey) -> None:
    journey.begin()
    warn(journey)
    journey.desk.fast_forward(minutes(16))

    assert journey.state("call the owner of the channel") is StepState.OVERDUE
    assert {"written word of the owner", *HELP} <= journey.waiting()


@pytest.mark.parametrize("attack", [Attack.IMPERSONATED, Attack.HACKED])
def test_without_a_written_word_it_is_said_to_be_open(journey: Journey, attack: Attack) -> None:
    begin(journey, attack)
    journey.desk.fast_forward(hours(3) + minutes(1))
    assert journey.state("written word of the owner") is StepState.OVERDUE

    journey.draft("update")
    journey.sign("update")

    journey.desk.expect_published(StatementKind.HOLDING, "update")
    assert not {"draft the refutation", "draft the correction"} & journey.asked()


@pytest.mark.parametrize("attack", [Attack.IMPERSONATED, Attack.HACKED])
def test_an_owner_who_cannot_tell_is_said_not_to_know_yet(journey: Journey, attack: Attack) -> None:
    begin(journey, attack)
    word(journey, Finding.UNDETERMINED)

    assert "draft the update" in journey.waiting()
    assert not {"draft the refutation", "draft the correction"} & journey.asked()


@pytest.mark.parametrize(
    ("attack", "words", "never"),
    [
        (Attack.IMPERSONATED, "refutation", "review objections"),
        (Attack.HACKED, "correction", "refer to the police"),
    ],
)
def test_what_the_law_refuses_twice_is_not_posted_and_nobody_is_asked_to_act_on_it(
    journey: Journey, attack: Attack, words: str, never: str
) -> None:
    begin(journey, attack)
    word(journey, Finding.FALSE)
    for draft in (words, f"{words} 2"):
        journey.draft(draft)
        journey.check(draft, Verdict.REFUSED)

    assert not {f"post the {words}", never} & journey.asked()
    assert "report to the platform" in journey.waiting()


def test_where_nobody_says_that_data_was_taken_no_notice_is_given(journey: Journey) -> None:
    begin(journey, Attack.HACKED)
    word(journey, Finding.FALSE)
    journey.say("correction")
    journey.desk.fast_forward(hours(7))

    assert journey.state("was personal data taken") is StepState.OVERDUE
    assert "notify the data authority" not in journey.asked()
    assert journey.proposed() == {"CONTENT_REMOVAL"}
    assert "conclude" in journey.waiting()


def test_a_warning_is_not_taken_back_without_the_owners_written_word(journey: Journey) -> None:
    begin(journey, Attack.GENUINE)
    journey.desk.fast_forward(hours(3) + minutes(1))

    assert journey.state("written word of the owner") is StepState.OVERDUE
    assert "draft the retraction" not in journey.asked()
    assert "conclude" in journey.waiting()


@pytest.mark.parametrize("attack", [Attack.IMPERSONATED, Attack.HACKED])
def test_what_the_letter_calls_genuine_is_taken_back_too(journey: Journey, attack: Attack) -> None:
    begin(journey, attack)
    word(journey, Finding.TRUE)

    assert "draft the retraction" in journey.waiting()
    assert not {"draft the refutation", "draft the correction"} & journey.asked()


def test_at_level_4_three_sign(journey: Journey) -> None:
    begin(journey, Attack.IMPERSONATED, level=4)
    word(journey, Finding.FALSE)
    cast = journey.cast
    journey.say("refutation", cast.minh, cast.binh)
    assert "post the refutation" not in journey.asked()

    journey.sign("refutation (chair)", by=cast.chuong)

    assert "post the refutation" in journey.waiting()
