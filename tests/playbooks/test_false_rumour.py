"""The false-rumour playbook, one story a branch, replayed after every event."""

from typing import Any

import pytest

from incidents.matter.incidents import Finding, Status
from incidents.record.errors import GuardFailed
from incidents.response.life import grading, lifecycle
from incidents.response.steps.forms import Course
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import StepState
from incidents.words.approvals import Verdict
from incidents.words.statements import StatementKind
from playbooks import false_rumour, routines
from tests import ending
from tests.harness import hours, minutes
from tests.playbooks.conftest import Journey, on_both_databases

TELLS = (false_rumour, routines)

FIRST = {
    "capture the post",
    "classify the content",
    "answer or watch",
}
AFTER_REFUTING = {"report to the national centre", "review objections"}


def test_opening_asks_for_everything_that_need_not_wait(journey: Journey) -> None:
    journey.begin()

    assert journey.waiting() == FIRST
    assert journey.state("verify with the agency in charge") is StepState.PLANNED
    assert journey.state("verify on the ground") is StepState.PLANNED


def test_the_agency_and_the_commune_are_asked_side_by_side_once_the_claims_are_known(
    journey: Journey,
) -> None:
    journey.begin()
    journey.keep_and_sort()

    asked = {"verify with the agency in charge", "verify on the ground"}
    assert journey.waiting() == asked | {"answer or watch"}


@on_both_databases
def test_a_false_rumour_is_answered_refuted_measured_and_closed(journey: Journey) -> None:
    incident = journey.begin_answering()
    journey.say_first()
    journey.desk.expect_published(StatementKind.HOLDING, "holding statement")
    journey.post("holding statement")
    journey.verify(Finding.FALSE)
    assert "draft the refutation" in journey.waiting()

    journey.say("refutation")
    journey.desk.expect_published(StatementKind.REFUTATION, "refutation")
    assert journey.waiting() >= {*AFTER_REFUTING, "refer to the police", "conclude"}
    journey.post("refutation")
    journey.desk.answer(
        "report to the national centre",
        by=journey.cast.tung,
        referral="sent",
        reference="12/SVHTTDL",
        ground="Kết luận đã ký",
    )
    journey.check("holding statement")
    journey.conclude()

    assert ending.end(journey.desk, incident).status is Status.CLOSED
    assert journey.run().state is RunState.ENDED


def test_the_spread_is_counted_three_times_after_the_first_words_and_the_run_ends(
    journey: Journey,
) -> None:
    journey.begin_answering()
    journey.desk.fast_forward(minutes(5))
    journey.say_first()
    journey.verify(Finding.FALSE)
    journey.say("refutation")
    journey.conclude()

    for after, passes in ((6, 6), (24, 18), (48, 24)):
        key = f"measure after {after} hours"
        assert key not in journey.asked()
        journey.desk.fast_forward(hours(passes))
        assert key in journey.waiting()
        journey.measure(key, falling=True)
    assert journey.run().state is RunState.FINISHED


def test_the_holding_statement_waits_neither_for_verification_nor_for_the_legal_check(
    journey: Journey,
) -> None:
    journey.begin_answering()
    journey.draft("holding statement")
    assert {"check the holding statement", "sign the holding statement"} <= journey.waiting()

    journey.check("holding statement", Verdict.REFUSED)
    journey.sign("holding statement")

    journey.desk.expect_published(StatementKind.HOLDING)
    assert "post the holding statement" in journey.waiting()


def test_a_refused_holding_statement_is_drafted_once_more(journey: Journey) -> None:
    journey.begin_answering()
    journey.draft("holding statement")
    journey.sign("holding statement", verdict=Verdict.REFUSED)
    assert "draft the holding statement 2" in journey.waiting()

    journey.draft("holding statement 2")
    journey.sign("holding statement 2")

    journey.desk.expect_published(StatementKind.HOLDING, "holding statement 2")
    assert "post the holding statement" in journey.waiting()


def test_refused_twice_nothing_is_published_and_the_facts_go_on(journey: Journey) -> None:
    journey.begin_answering()
    for words in ("holding statement", "holding statement 2"):
        journey.draft(words)
        journey.sign(words, verdict=Verdict.REFUSED)
    assert "draft the holding statement 3" not in journey.asked()
    assert "post the holding statement" not in journey.asked()

    journey.verify(Finding.FALSE)

    assert "draft the refutation" in journey.waiting()
    with pytest.raises(AssertionError, match="on the public page"):
        journey.desk.expect_published(StatementKind.HOLDING)


def test_words_nobody_signs_in_time_hold_nothing_up_and_a_late_signature_still_releases_them(
    journey: Journey,
) -> None:
    journey.begin_answering()
    journey.draft("holding statement")
    journey.verify(Finding.TRUE)
    assert "draft the correction" not in journey.asked()

    journey.desk.fast_forward(minutes(46))
    assert journey.state("sign the holding statement") is StepState.OVERDUE
    assert "draft the correction" in journey.waiting()
    assert "post the holding statement" not in journey.asked()
    journey.sign("holding statement")

    journey.desk.expect_published(StatementKind.HOLDING)
    assert journey.desk.step("sign the holding statement").late
    assert {"post the holding statement", "draft the correction"} <= journey.waiting()
    journey.post("holding statement")


def test_words_the_heir_wrote_are_posted_when_their_signature_comes_late(
    journey: Journey,
) -> None:
    journey.begin_answering()
    desk, heir = journey.desk, journey.cast.tung
    desk.fast_forward(minutes(31))
    assert desk.step("draft the holding statement").assignee_id == heir.id
    desk.answer("draft the holding statement", by=heir, title="Thông tin", text="Hồ chứa an toàn.")
    desk.fast_forward(minutes(46))
    assert journey.state("sign the holding statement") is StepState.OVERDUE
    assert "post the holding statement" not in journey.asked()

    journey.sign("holding statement")

    desk.expect_published(StatementKind.HOLDING, "Hồ chứa an toàn.")
    assert "post the holding statement" in journey.waiting()


def test_of_two_signatures_the_late_one_has_the_words_posted(journey: Journey) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(Finding.FALSE)
    journey.draft("refutation")
    journey.check("refutation")
    journey.sign("refutation")
    journey.desk.fast_forward(minutes(61))
    assert journey.state("sign the refutation (lead)") is StepState.OVERDUE
    assert {"post the refutation", *AFTER_REFUTING}.isdisjoint(journey.asked())
    assert "conclude" in journey.waiting()
    assert "CONTENT_REMOVAL" not in journey.proposed()

    journey.sign("refutation", by=journey.cast.binh)

    journey.desk.expect_published(StatementKind.REFUTATION)
    follows = {"post the refutation", *AFTER_REFUTING, "refer to the police"}
    assert follows | {"conclude"} <= journey.waiting()
    assert "CONTENT_REMOVAL" in journey.proposed()


def test_a_late_no_posts_nothing(journey: Journey) -> None:
    journey.begin_answering()
    journey.draft("holding statement")
    journey.desk.fast_forward(minutes(46))
    journey.sign("holding statement", verdict=Verdict.REFUSED)

    assert "post the holding statement" not in journey.asked()
    assert "draft the holding statement 2" not in journey.asked()


def test_a_signature_after_the_last_step_wakes_the_run_for_the_posting_alone(
    journey: Journey,
) -> None:
    incident = journey.begin_answering()
    journey.draft("holding statement")
    journey.verify(Finding.TRUE)
    journey.desk.fast_forward(minutes(46))
    journey.say("correction")
    journey.conclude()
    journey.desk.fast_forward(hours(60))
    ended = journey.run()
    assert ended.state is RunState.FINISHED
    before = journey.asked()

    journey.sign("holding statement")

    journey.desk.expect_published(StatementKind.HOLDING, "holding statement")
    assert journey.asked() - before == {"post the holding statement"}
    assert (journey.run().state, journey.run().ended_at) == (RunState.FINISHED, ended.ended_at)
    assert journey.desk.facts(incident).count("RunFinished") == 1


def test_where_nobody_drafts_the_template_itself_can_be_signed(journey: Journey) -> None:
    journey.begin_answering()
    journey.desk.fast_forward(minutes(41))

    assert journey.state("draft the holding statement") is StepState.OVERDUE
    journey.sign("holding statement")
    journey.desk.expect_published(StatementKind.HOLDING, "Cập nhật tiếp lúc")


def test_a_missed_deadline_is_inherited(journey: Journey) -> None:
    journey.begin()
    journey.desk.fast_forward(minutes(11))

    inherited = journey.desk.step("capture the post")
    assert (inherited.state, inherited.assignee_id) == (StepState.OPEN, journey.cast.khoi.id)


def test_where_nobody_chooses_the_public_is_answered(journey: Journey) -> None:
    journey.begin()
    journey.desk.fast_forward(minutes(31))

    assert journey.state("answer or watch") is StepState.OVERDUE
    assert "draft the holding statement" in journey.waiting()


def test_a_refutation_is_signed_by_two_after_the_legal_check(journey: Journey) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(Finding.FALSE)
    journey.draft("refutation")
    assert "sign the refutation" not in journey.asked()
    journey.check("refutation")
    assert {"sign the refutation", "sign the refutation (lead)"} <= journey.waiting()

    journey.sign("refutation")
    assert "post the refutation" not in journey.asked()
    journey.sign("refutation", by=journey.cast.binh)

    assert "post the refutation" in journey.waiting()


def test_what_the_legal_officer_refuses_nobody_is_asked_to_sign(journey: Journey) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(Finding.FALSE)
    journey.draft("refutation")
    journey.check("refutation", Verdict.REFUSED)
    assert "sign the refutation" not in journey.asked()

    journey.say("refutation 2")

    journey.desk.expect_published(StatementKind.REFUTATION, "refutation 2")


@pytest.mark.parametrize("by_whom", ["law", "leadership"])
def test_a_refutation_refused_twice_is_never_posted_reported_or_referred(
    journey: Journey, by_whom: str
) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(Finding.FALSE)
    for words in ("refutation", "refutation 2"):
        journey.draft(words)
        if by_whom == "law":
            journey.check(words, Verdict.REFUSED)
        else:
            journey.check(words)
            journey.sign(words)
            journey.sign(words, by=journey.cast.binh, verdict=Verdict.REFUSED)

    assert not {*AFTER_REFUTING, "refer to the police", "post the refutation"} & journey.asked()
    assert "conclude" in journey.waiting()


def test_at_level_4_three_sign(journey: Journey) -> None:
    journey.begin_answering(level=4)
    journey.say_first()
    journey.verify(Finding.FALSE)
    cast = journey.cast
    journey.say("refutation", cast.minh, cast.binh)
    assert "post the refutation" not in journey.asked()

    journey.sign("refutation (chair)", by=cast.chuong)

    journey.desk.expect_published(StatementKind.REFUTATION)
    assert "post the refutation" in journey.waiting()


def test_a_level_that_rises_while_two_are_reading_asks_for_the_third_signature(
    journey: Journey,
) -> None:
    journey.begin_answering(level=3)
    journey.say_first()
    journey.verify(Finding.FALSE)
    cast, desk = journey.cast, journey.desk
    desk.do(grading.override, journey.incident.id, 4, reason="Báo trung ương hỏi", by=cast.binh)
    desk.set_aside()
    journey.say("refutation", cast.minh, cast.binh)
    assert "sign the refutation (chair)" in journey.waiting()
    assert "post the refutation" not in journey.asked()

    journey.sign("refutation (chair)", by=cast.chuong)

    desk.expect_published(StatementKind.REFUTATION)
    assert "post the refutation" in journey.waiting()


def test_what_is_partly_false_is_refuted_without_the_police(journey: Journey) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(Finding.PARTLY_FALSE)
    journey.say("refutation")

    assert journey.waiting() >= AFTER_REFUTING
    assert not journey.desk.step("report to the national centre").mandatory
    assert "refer to the police" not in journey.asked()


@pytest.mark.parametrize(
    "classified",
    [{"nature": "opinion"}, {"nature": "complaint"}, {"content_type": "satire"}],
    ids=["opinion", "complaint", "satire"],
)
def test_only_an_assertion_of_fact_may_be_referred(
    journey: Journey, classified: dict[str, Any]
) -> None:
    journey.begin_answering(**classified)
    journey.say_first()
    journey.verify(Finding.FALSE)
    journey.say("refutation")

    assert journey.waiting() >= AFTER_REFUTING
    assert "refer to the police" not in journey.asked()


def test_a_referral_is_never_required(journey: Journey) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(Finding.FALSE)
    journey.say("refutation")

    assert not journey.desk.step("refer to the police").mandatory


def test_what_turns_out_true_is_corrected_with_an_apology(journey: Journey) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(Finding.TRUE)
    journey.say("correction")

    journey.desk.expect_published(StatementKind.CORRECTION, "correction")
    assert {"post the correction", "put it right"} <= journey.waiting()
    assert not {*AFTER_REFUTING, "refer to the police", "draft the refutation"} & journey.asked()


@pytest.mark.parametrize(
    ("agency", "commune"),
    [
        (Finding.FALSE, Finding.TRUE),
        (Finding.UNDETERMINED, Finding.UNDETERMINED),
    ],
    ids=["they differ", "neither knows"],
)
def test_an_open_question_is_settled_by_a_named_person(
    journey: Journey, agency: Finding, commune: Finding
) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(agency, commune)
    assert "draft the refutation" not in journey.asked()

    journey.find("settle the finding", journey.cast.tung, Finding.FALSE)

    assert "draft the refutation" in journey.waiting()
    assert journey.desk.reload(journey.incident).finding is Finding.FALSE


def test_one_clear_word_is_enough_where_the_other_does_not_know(journey: Journey) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(Finding.UNDETERMINED, Finding.TRUE)

    assert "settle the finding" not in journey.asked()
    assert "draft the correction" in journey.waiting()


def test_where_nobody_verifies_in_time_the_public_is_told_that_it_is_not_known_yet(
    journey: Journey,
) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.desk.fast_forward(minutes(61))
    assert journey.state("verify with the agency in charge") is StepState.OVERDUE
    assert "settle the finding" in journey.waiting()
    journey.desk.fast_forward(hours(3))
    assert journey.state("settle the finding") is StepState.OVERDUE

    journey.draft("update")
    journey.sign("update")

    journey.desk.expect_published(StatementKind.HOLDING, "update")
    assert {"post the update", "conclude"} <= journey.waiting()


def test_a_finding_still_open_is_said_to_be_open(journey: Journey) -> None:
    journey.begin_answering()
    journey.say_first()
    journey.verify(Finding.UNDETERMINED)
    journey.find("settle the finding", journey.cast.tung, Finding.UNDETERMINED)

    assert "draft the update" in journey.waiting()


def watched(journey: Journey, finding: Finding = Finding.FALSE) -> None:
    """Watched, with the facts in and the choice up again."""
    journey.begin()
    journey.keep_and_sort()
    journey.choose(Course.WATCH)
    assert "draft the holding statement" not in journey.asked()
    journey.verify(finding)
    assert "answer or watch with the facts" in journey.waiting()


def test_what_falls_by_itself_is_watched_to_its_end_without_a_word(journey: Journey) -> None:
    watched(journey)
    journey.choose(Course.WATCH, "answer or watch with the facts")
    for after, passes in ((6, 6), (24, 18), (48, 24)):
        journey.desk.fast_forward(hours(passes))
        journey.measure(f"watch after {after} hours", falling=True)

    assert not any(key.startswith("draft") for key in journey.asked())
    assert "conclude" in journey.waiting()


def test_what_is_watched_is_not_resolved_before_somebody_has_concluded_it(
    journey: Journey,
) -> None:
    desk, cast = journey.desk, journey.cast
    watched(journey)
    journey.choose(Course.WATCH, "answer or watch with the facts")
    desk.do(grading.override, journey.incident.id, 1, reason="Một nhóm nhỏ", by=cast.tung)
    desk.agree(journey.incident, by=cast.binh)
    ending.decide_terms(desk, journey.incident)
    desk.do(lifecycle.stabilise, journey.incident.id, reason="Không ai nhắc nữa", by=cast.binh)
    with desk.refused(GuardFailed, "Chưa có kết luận vụ việc: chờ kịch bản hỏi") as refusal:
        desk.do(lifecycle.resolve, journey.incident.id, uncounted="Đã lắng", by=cast.binh)
    assert len(refusal.value.missing) == 1


def test_what_was_watched_is_answered_once_the_facts_say_so(journey: Journey) -> None:
    watched(journey, Finding.TRUE)
    journey.choose(Course.ANSWER, "answer or watch with the facts")

    assert "draft the correction" in journey.waiting()
    assert "draft the holding statement" not in journey.asked()


def test_what_goes_on_spreading_is_chosen_again(journey: Journey) -> None:
    watched(journey)
    journey.choose(Course.WATCH, "answer or watch with the facts")
    journey.desk.fast_forward(hours(6))
    journey.measure("watch after 6 hours", falling=False)
    journey.choose(Course.ANSWER, "answer or watch after 6 hours")

    assert "draft the refutation" in journey.waiting()
    assert "watch after 24 hours" not in journey.asked()


def test_what_nobody_counted_is_chosen_again_and_may_be_watched_on(journey: Journey) -> None:
    watched(journey)
    journey.choose(Course.WATCH, "answer or watch with the facts")
    journey.desk.fast_forward(hours(6) + minutes(46))
    assert journey.state("watch after 6 hours") is StepState.OVERDUE
    journey.choose(Course.WATCH, "answer or watch after 6 hours")

    assert not any(key.startswith("draft") for key in journey.asked())
    journey.desk.fast_forward(hours(18) - minutes(46))
    assert "watch after 24 hours" in journey.waiting()


def test_what_nobody_classified_is_refuted_and_nobody_is_referred(journey: Journey) -> None:
    journey.begin()
    journey.choose(Course.ANSWER)
    journey.say_first()
    journey.desk.fast_forward(minutes(31))
    assert journey.state("classify the content") is StepState.OVERDUE
    journey.verify(Finding.FALSE)
    journey.say("refutation")

    assert journey.waiting() >= AFTER_REFUTING
    assert "refer to the police" not in journey.asked()


def test_stood_down_midway_nothing_goes_on(journey: Journey) -> None:
    incident = journey.begin_answering()
    journey.draft("holding statement")
    before = journey.asked()
    journey.desk.do(lifecycle.stand_down, incident.id, reason="Tin đã được gỡ", by=journey.cast.lan)

    assert not journey.waiting()
    journey.desk.fast_forward(hours(60))
    assert journey.asked() == before
    assert journey.run().state is RunState.ENDED


def test_below_the_level_of_the_founding_decision_work_goes_to_the_offices(
    journey: Journey,
) -> None:
    journey.begin(level=1)

    assert journey.waiting() == FIRST
    assert journey.desk.reload(journey.incident).status is Status.OPEN
    assert journey.desk.step("classify the content").assignee_id == journey.cast.khoi.id
