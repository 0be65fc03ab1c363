"""The health-scare playbook, one story a branch, replayed after every event."""

from collections.abc import Iterator

import pytest

from incidents.matter.incidents import Finding
from incidents.response.steps.crisis_forms import Cases
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import StepState
from incidents.words.approvals import Verdict
from incidents.words.statements import StatementKind
from playbooks import health_scare as scare
from tests.harness import Desk, hours, minutes
from tests.playbooks.conftest import FACT, Journey, on_both_databases, travelling

TELLS = (scare,)

SOME, WAITING, NONE = Cases.CONFIRMED, Cases.WAITING, Cases.NONE


@pytest.fixture
def journey(desk: Desk) -> Iterator[Journey]:
    with travelling(desk, scare.health_scare) as made:
        yield made


def report(
    journey: Journey,
    cases: Cases,
    finding: Finding = Finding.UNDETERMINED,
    key: str = "confirm the cases",
) -> None:
    journey.desk.answer(
        key,
        by=journey.cast.phuc,
        cases=cases.value,
        finding=finding.value,
        explanation=FACT,
        source="Phiếu xét nghiệm 31",
    )


def begin(journey: Journey, cases: Cases, finding: Finding = Finding.UNDETERMINED) -> None:
    """Opened, sorted out, first words signed, cases reported."""
    journey.begin()
    journey.desk.answer(
        "classify the content",
        by=journey.cast.khoi,
        nature="claim",
        content_type="misleading",
        subject="health",
        claims="Thực phẩm của cơ sở làm học sinh ngộ độc.",
    )
    journey.say_first()
    report(journey, cases, finding)


def wronged(journey: Journey, *, yes: bool) -> None:
    journey.desk.answer(
        "was a business wronged", by=journey.cast.tung, yes=yes, ground="Đối chiếu kết quả đã ký"
    )


def test_opening_asks_for_everything_and_the_first_words_wait_for_no_case(
    journey: Journey,
) -> None:
    journey.begin()
    assert journey.waiting() == {
        "confirm the cases",
        "classify the content",
        "open a hotline",
        "tell the trusted voices",
        "draft the holding statement",
    }

    journey.say_first()

    journey.desk.expect_published(StatementKind.HOLDING, "holding statement")
    assert "confirm the cases" in journey.waiting()


def test_a_negative_result_is_published_all_the_same(journey: Journey) -> None:
    begin(journey, WAITING)
    journey.draft("update 1")
    journey.desk.fast_forward(minutes(5))
    journey.sign("update 1")
    journey.desk.expect_published(StatementKind.HOLDING, "update 1")
    report(journey, NONE, Finding.FALSE, "report the results 1")

    journey.say("test results")
    journey.desk.expect_published(StatementKind.CONCLUSION, "test results")
    assert "draft the refutation" not in journey.asked()
    wronged(journey, yes=False)
    assert "draft the restoration" not in journey.asked()
    journey.conclude()
    assert journey.run().state is RunState.FINISHED


def test_every_waiting_is_said_in_public_and_its_words_stay_in_two_languages(
    journey: Journey,
) -> None:
    begin(journey, WAITING)
    for round_ in (1, 2, 3):
        journey.draft(f"update {round_}")
        journey.sign(f"update {round_}")
        report(journey, WAITING, key=f"report the results {round_}")

    assert "draft the update 4" in journey.waiting()
    assert "draft the test results" not in journey.asked()


def test_silence_is_waiting(journey: Journey) -> None:
    journey.begin()
    journey.say_first()
    journey.desk.fast_forward(minutes(61))

    assert journey.state("confirm the cases") is StepState.OVERDUE
    assert "draft the update 1" in journey.waiting()


def test_what_no_laboratory_answers_a_leader_settles(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scare, "WAITING_DAYS", 1)
    begin(journey, WAITING)
    journey.draft("update 1")
    journey.sign("update 1")
    journey.desk.fast_forward(hours(25))

    assert journey.waiting() >= {"go on by direction", "conclude"}
    assert "draft the test results" not in journey.asked()


@on_both_databases
def test_confirmed_cases_are_published_and_followed_day_by_day_to_the_all_clear(
    journey: Journey,
) -> None:
    begin(journey, SOME, Finding.TRUE)
    assert {"suspend or recall", "draft the test results"} <= journey.waiting()
    journey.desk.answer(
        "suspend or recall", by=journey.cast.phuc, yes=True, ground="Quyết định 88/QĐ-SYT"
    )
    journey.say("test results")
    wronged(journey, yes=False)
    assert "report the cases 1" not in journey.asked()

    journey.desk.fast_forward(hours(24))
    report(journey, SOME, key="report the cases 1")
    journey.draft("bulletin 1")
    journey.sign("bulletin 1")
    journey.desk.expect_published(StatementKind.HOLDING, "bulletin 1")
    journey.desk.fast_forward(hours(24))
    report(journey, NONE, Finding.TRUE, "report the cases 2")

    assert "draft the bulletin 2" not in journey.asked()
    journey.say("all-clear")
    journey.desk.expect_published(StatementKind.CONCLUSION, "all-clear")
    assert "conclude" in journey.waiting()


def test_an_outbreak_without_end_is_settled_by_a_leader(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scare, "OUTBREAK_DAYS", 1)
    begin(journey, SOME, Finding.TRUE)
    journey.say("test results")
    wronged(journey, yes=False)
    journey.desk.fast_forward(hours(24))
    report(journey, WAITING, key="report the cases 1")
    journey.draft("bulletin 1")
    journey.sign("bulletin 1")

    assert "go on by direction" in journey.waiting()
    assert "draft the all-clear" not in journey.asked()


def test_a_false_report_without_a_case_is_refuted_and_the_business_gets_its_name_back(
    journey: Journey,
) -> None:
    begin(journey, NONE, Finding.FALSE)
    journey.say("refutation")
    journey.desk.expect_published(StatementKind.REFUTATION, "refutation")
    assert journey.waiting() >= {"review objections", "refer to the police"}
    assert not journey.desk.step("refer to the police").mandatory

    wronged(journey, yes=True)
    journey.say("restoration")

    journey.desk.expect_published(StatementKind.CONCLUSION, "restoration")
    assert journey.waiting() >= {"stand by the business", "conclude"}


def test_where_nobody_says_that_a_business_was_wronged_none_is_named(journey: Journey) -> None:
    begin(journey, NONE, Finding.FALSE)
    journey.say("refutation")
    journey.desk.fast_forward(hours(7))

    assert journey.state("was a business wronged") is StepState.OVERDUE
    assert "draft the restoration" not in journey.asked()


@pytest.mark.parametrize("finding", [Finding.TRUE, Finding.UNDETERMINED])
def test_without_a_sample_a_complaint_is_owned_up_to_or_left_open(
    journey: Journey, finding: Finding
) -> None:
    begin(journey, NONE, finding)
    journey.say("findings")

    journey.desk.expect_published(StatementKind.CONCLUSION, "findings")
    assert not {"draft the refutation", "refer to the police"} & journey.asked()


def test_results_the_law_refuses_twice_are_not_posted_and_the_rest_goes_on(
    journey: Journey,
) -> None:
    begin(journey, SOME, Finding.TRUE)
    for words in ("test results", "test results 2"):
        journey.draft(words)
        journey.check(words, Verdict.REFUSED)

    assert "post the test results" not in journey.asked()
    assert "was a business wronged" in journey.waiting()


def test_at_level_4_three_sign_the_results(journey: Journey) -> None:
    journey.begin(level=4)
    journey.say_first()
    report(journey, SOME, Finding.TRUE)
    cast = journey.cast
    journey.say("test results", cast.minh, cast.binh)
    assert "post the test results" not in journey.asked()

    journey.sign("test results (chair)", by=cast.chuong)

    assert "post the test results" in journey.waiting()


def test_a_day_without_a_report_is_said_to_be_one(journey: Journey) -> None:
    begin(journey, SOME, Finding.TRUE)
    journey.say("test results")
    wronged(journey, yes=False)
    journey.desk.fast_forward(hours(28) + minutes(1))

    assert journey.state("report the cases 1") is StepState.OVERDUE
    assert "chưa có báo cáo mới" in journey.desk.text_of("draft the bulletin 1").text


def test_a_refutation_refused_twice_is_neither_posted_nor_reported(journey: Journey) -> None:
    begin(journey, NONE, Finding.FALSE)
    for words in ("refutation", "refutation 2"):
        journey.draft(words)
        journey.check(words, Verdict.REFUSED)

    assert not {"post the refutation", "review objections"} & journey.asked()
    assert "was a business wronged" in journey.waiting()
