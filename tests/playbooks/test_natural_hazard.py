"""The natural-hazard playbook, one story a branch, replayed after every event."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from incidents.insight import reading
from incidents.matter.incidents import Finding
from incidents.people.persons import Person
from incidents.record import clock, database
from incidents.record.language import Language
from incidents.response.steps.crisis_forms import Danger
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import StepState
from incidents.words.approvals import Verdict
from incidents.words.statements import StatementKind
from playbooks import natural_hazard as hazard
from tests.harness import Desk, hours, minutes
from tests.playbooks.conftest import FACT, Journey, on_both_databases, travelling

TELLS = (hazard,)

AT_ONCE = {
    "report from the ground",
    "report from the technical authority",
    "classify the content",
    "warn the area",
    "draft the advice",
}
OPEN, OVER, PRESENT = Danger.NOT_EXCLUDED, Danger.EXCLUDED, Danger.PRESENT


@pytest.fixture
def journey(desk: Desk) -> Iterator[Journey]:
    with travelling(desk, hazard.natural_hazard) as made:
        yield made


def report(
    journey: Journey,
    danger: Danger,
    finding: Finding = Finding.UNDETERMINED,
    *,
    key: str = "report from the technical authority",
    by: Person | None = None,
) -> None:
    journey.desk.answer(
        key,
        by=by or journey.cast.phuc,
        danger=danger.value,
        finding=finding.value,
        explanation=FACT,
        source="Trạm thủy văn, 03:00",
    )


def from_the_ground(
    journey: Journey, danger: Danger, finding: Finding = Finding.UNDETERMINED
) -> None:
    report(journey, danger, finding, key="report from the ground", by=journey.cast.hung)


def advise(journey: Journey) -> None:
    journey.draft("advice")
    journey.sign("advice")


def classified(journey: Journey, nature: str = "claim") -> None:
    journey.desk.answer(
        "classify the content",
        by=journey.cast.khoi,
        nature=nature,
        content_type="fabricated",
        subject="disaster",
        claims="Đê đã vỡ.",
    )


def in_danger(journey: Journey, finding: Finding = Finding.UNDETERMINED) -> None:
    """Up to the first bulletin, signed."""
    journey.begin()
    classified(journey)
    advise(journey)
    from_the_ground(journey, PRESENT)
    report(journey, OPEN, finding)
    journey.draft("first bulletin")
    journey.sign("first bulletin")


def test_opening_asks_for_word_of_mouth_and_pictures_only_later(journey: Journey) -> None:
    journey.begin()
    assert journey.waiting() == AT_ONCE
    assert journey.state("send pictures") is StepState.PLANNED

    from_the_ground(journey, OPEN)

    assert "send pictures" in journey.waiting()
    assert not journey.desk.step("send pictures").mandatory


def test_the_leaders_have_a_brief_report_at_six_and_at_eighteen(journey: Journey) -> None:
    journey.begin(level=4)  # at 02:30, at a level that halves all other times
    journey.desk.fast_forward(hours(2.4))
    assert "report in brief" not in journey.asked()
    journey.desk.fast_forward(hours(0.1))

    asked = journey.desk.step("report in brief")
    assert asked.due_at == datetime(2026, 11, 23, 6, tzinfo=clock.LOCAL)
    assert not asked.mandatory


def test_the_advice_waits_for_nobody(journey: Journey) -> None:
    journey.begin()
    advise(journey)

    journey.desk.expect_published(StatementKind.HOLDING, "advice")
    assert journey.waiting() >= {"report from the ground", "report from the technical authority"}


@on_both_databases
def test_a_dyke_rumour_is_refuted_on_the_technical_word_and_the_warning_is_ended(
    journey: Journey,
) -> None:
    journey.begin()
    classified(journey)
    advise(journey)
    from_the_ground(journey, OVER)
    report(journey, OVER, Finding.FALSE)
    assert "draft the first bulletin" not in journey.asked()

    journey.say("refutation")
    journey.desk.expect_published(StatementKind.REFUTATION, "refutation")
    assert journey.waiting() >= {"review objections", "refer to the police"}
    assert not journey.desk.step("refer to the police").mandatory
    assert "end the warning" not in journey.asked()
    journey.say("all-clear")

    journey.desk.expect_published(StatementKind.CONCLUSION, "all-clear")
    assert journey.waiting() >= {"end the warning", "conclude"}
    journey.conclude()
    assert journey.run().state is RunState.FINISHED


def test_the_commune_alone_refutes_nothing(journey: Journey) -> None:
    journey.begin()
    advise(journey)
    from_the_ground(journey, OVER, Finding.FALSE)
    report(journey, OPEN, Finding.UNDETERMINED)
    journey.draft("first bulletin")
    journey.sign("first bulletin")

    assert not {"draft the refutation", "draft the all-clear"} & journey.asked()


@pytest.mark.parametrize("ground", [OPEN, PRESENT])
def test_one_doubt_is_enough_for_bulletins(journey: Journey, ground: Danger) -> None:
    journey.begin()
    advise(journey)
    from_the_ground(journey, ground)
    report(journey, OVER)

    assert "draft the first bulletin" in journey.waiting()
    assert "draft the all-clear" not in journey.asked()


def test_silence_excludes_nothing(journey: Journey) -> None:
    journey.begin()
    advise(journey)
    journey.desk.fast_forward(minutes(41))

    assert journey.state("report from the technical authority") is StepState.OVERDUE
    assert "draft the first bulletin" in journey.waiting()
    assert "chưa có báo cáo mới" in journey.desk.text_of("draft the first bulletin").text
    journey.draft("first bulletin")
    journey.sign("first bulletin")
    assert "draft the refutation" not in journey.asked()


def test_bulletins_come_every_two_hours_until_the_danger_is_excluded(journey: Journey) -> None:
    in_danger(journey)
    for round_ in (1, 2, 3):
        assert f"report the danger {round_}" not in journey.asked()
        journey.desk.fast_forward(hours(2))
        report(journey, OPEN, key=f"report the danger {round_}")
        journey.draft(f"bulletin {round_}")
        journey.sign(f"bulletin {round_}")
        journey.desk.expect_published(StatementKind.HOLDING, f"bulletin {round_}")
    journey.desk.fast_forward(hours(2))
    report(journey, OVER, Finding.TRUE, key="report the danger 4")

    assert "draft the bulletin 4" not in journey.asked()
    assert "draft the refutation" not in journey.asked()
    journey.say("all-clear")
    assert "end the warning" in journey.waiting()
    with database.reading() as session:
        titles = reading.step_titles(session, journey.incident.id, Language.VI)
    assert (
        titles["draft the bulletin 3"] == titles["draft the bulletin 2"] != "draft the bulletin 3"
    )


def test_a_bulletin_comes_on_time_even_where_nobody_reports(journey: Journey) -> None:
    in_danger(journey)
    journey.desk.fast_forward(hours(2) + minutes(19))
    assert "draft the bulletin 1" not in journey.asked()
    journey.desk.fast_forward(minutes(1))

    # The deputy is asked meanwhile; what they say comes into the next round.
    assert {"report the danger 1", "draft the bulletin 1"} <= journey.waiting()
    report(journey, OVER, key="report the danger 1", by=journey.cast.yen)
    assert "draft the bulletin 1" in journey.waiting()
    assert "draft the all-clear" not in journey.asked()
    journey.desk.fast_forward(hours(2) - minutes(20))
    report(journey, OVER, key="report the danger 2")
    assert "draft the all-clear" in journey.asked()


def test_a_bulletin_signed_after_its_time_is_posted_and_the_next_one_keeps_its_hour(
    journey: Journey,
) -> None:
    in_danger(journey)
    journey.desk.fast_forward(hours(2))
    report(journey, OPEN, key="report the danger 1")
    journey.draft("bulletin 1")
    journey.desk.fast_forward(minutes(46))
    assert journey.state("sign the bulletin 1") is StepState.OVERDUE
    assert "post the bulletin 1" not in journey.asked()
    journey.sign("bulletin 1")

    journey.desk.expect_published(StatementKind.HOLDING, "bulletin 1")
    assert "post the bulletin 1" in journey.waiting()
    assert "report the danger 2" not in journey.asked()
    journey.desk.fast_forward(hours(2) - minutes(46))
    assert "report the danger 2" in journey.waiting()


def test_a_rumour_is_refuted_while_the_danger_goes_on(journey: Journey) -> None:
    in_danger(journey, Finding.FALSE)
    journey.say("refutation")
    journey.desk.expect_published(StatementKind.REFUTATION, "refutation")
    assert "draft the all-clear" not in journey.asked()
    journey.desk.fast_forward(hours(2))
    report(journey, OPEN, Finding.FALSE, key="report the danger 1")
    journey.draft("bulletin 1")
    journey.sign("bulletin 1")
    refutations = [key for key in journey.asked() if key.startswith("draft the refutation")]
    assert refutations == ["draft the refutation"]  # once is enough
    journey.desk.fast_forward(hours(2))
    report(journey, OVER, Finding.FALSE, key="report the danger 2")
    assert "draft the all-clear" in journey.waiting()


def test_a_technical_word_that_comes_late_still_refutes(journey: Journey) -> None:
    in_danger(journey)
    journey.desk.fast_forward(hours(2))
    report(journey, PRESENT, Finding.PARTLY_FALSE, key="report the danger 1")
    journey.draft("bulletin 1")
    journey.sign("bulletin 1")

    assert "draft the refutation" in journey.waiting()
    journey.say("refutation")
    assert "refer to the police" not in journey.asked()


def test_a_refutation_refused_twice_is_not_posted_and_the_all_clear_follows(
    journey: Journey,
) -> None:
    journey.begin()
    advise(journey)
    from_the_ground(journey, OVER)
    report(journey, OVER, Finding.FALSE)
    for words in ("refutation", "refutation 2"):
        journey.draft(words)
        journey.check(words, Verdict.REFUSED)

    assert not {"post the refutation", "review objections"} & journey.asked()
    assert "draft the all-clear" in journey.waiting()


@pytest.mark.parametrize("nature", ["opinion", "question"])
def test_only_an_assertion_of_fact_may_be_referred(journey: Journey, nature: str) -> None:
    journey.begin()
    classified(journey, nature)
    advise(journey)
    from_the_ground(journey, OVER)
    report(journey, OVER, Finding.FALSE)
    journey.say("refutation")

    assert "review objections" in journey.waiting()
    assert "refer to the police" not in journey.asked()


def test_an_all_clear_refused_twice_leaves_the_warning_standing(journey: Journey) -> None:
    journey.begin()
    advise(journey)
    from_the_ground(journey, OVER)
    report(journey, OVER)
    for words in ("all-clear", "all-clear 2"):
        journey.draft(words)
        journey.check(words, Verdict.REFUSED)

    assert "end the warning" not in journey.asked()
    assert "conclude" in journey.waiting()


def test_at_level_4_three_sign_the_all_clear(journey: Journey) -> None:
    journey.begin(level=4)
    advise(journey)
    from_the_ground(journey, OVER)
    report(journey, OVER)
    cast = journey.cast
    journey.say("all-clear", cast.minh, cast.binh)
    assert "end the warning" not in journey.asked()

    journey.sign("all-clear (chair)", by=cast.chuong)

    assert "end the warning" in journey.waiting()


def test_after_the_last_round_a_leader_says_how_it_goes_on(
    journey: Journey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hazard, "A_WEEK", 1)
    in_danger(journey)
    journey.desk.fast_forward(hours(2))
    report(journey, PRESENT, key="report the danger 1")
    journey.draft("bulletin 1")
    journey.sign("bulletin 1")

    assert journey.waiting() >= {"go on by direction", "conclude"}
    assert "draft the all-clear" not in journey.asked()
