"""A rehearsal on paper: the ordinary way with its times, and nothing else."""

from datetime import datetime, timedelta

import pytest

from flows import rehearsing
from flows.authoring import (
    LEAD,
    LEGAL,
    MONITORING,
    PUBLIC,
    SECRETARY,
    SPOKESPERSON,
    Capture,
    Level,
    Run,
    hours,
    minutes,
    playbook,
    time_of_day,
)
from flows.playbook import Playbook
from flows.rehearsing import Planned
from flows.staging import HoursOfDay
from incidents.record import clock
from playbooks.catalog import PLAYBOOKS


@playbook("Diễn trên giấy", code="PAPER", version=1)
def paper(run: Run) -> None:
    kept = run.ask("keep it", of=MONITORING, form=Capture, due=minutes(10))
    run.ask("think about it", of=LEAD, due=hours(2), after=kept)
    drafted = run.draft("draft", template="holding", by=SECRETARY, due=minutes(20))
    signed = run.approve("sign", drafted, by=SPOKESPERSON, due=minutes(30), release_to=PUBLIC)
    quick = run.ask("quick", of=LEGAL, due=minutes(5))
    run.wait_any(signed, quick)
    run.ask("at once", of=LEAD, due=minutes(5))
    run.wait(signed)
    if signed.refused:
        run.ask("never asked", of=LEAD, due=minutes(5))
    run.measure("count", of=MONITORING, after=hours(6))
    for number in run.every(hours(1), at_most=9):
        run.ask(f"bulletin {number}", of=SECRETARY, due=minutes(10))
    run.finish()


def _rehearsed(level: Level = Level.HIGH, percent: int = 100) -> dict[str, Planned]:
    planned = rehearsing.rehearse(paper, level, percent, taking=minutes(15))
    return {each.key: each for each in planned}


def test_each_is_asked_when_what_it_waits_for_is_over() -> None:
    found = _rehearsed()
    asked = {key: each.asked / timedelta(minutes=1) for key, each in found.items()}

    assert asked == {
        "keep it": 0,
        "draft": 0,
        "quick": 0,
        "think about it": 10,
        "sign": 20,
        "at once": 5,
        "count": 50 + 360,
        "bulletin 1": 50 + 60,
        "bulletin 2": 50 + 120,
        "bulletin 3": 50 + 180,
    }
    assert found["sign"].due == minutes(50)
    assert found["sign"].releases
    assert list(found) == sorted(found, key=lambda key: asked[key])


def test_the_time_to_take_work_is_the_levels_and_never_more_than_the_work_has() -> None:
    found = _rehearsed()
    assert found["draft"].taken_by == minutes(15)
    assert found["keep it"].taken_by == minutes(10)


def test_the_level_scales_the_times() -> None:
    found = _rehearsed(Level.CRISIS, 50)
    assert found["draft"].due == minutes(10)
    assert found["sign"].asked == minutes(10)


@pytest.mark.parametrize("each", PLAYBOOKS, ids=lambda p: p.code)
@pytest.mark.parametrize("level", list(Level))
def test_every_playbook_can_be_rehearsed_at_every_level(each: object, level: Level) -> None:
    planned = rehearsing.rehearse(each, level, 100, taking=minutes(30))  # type: ignore[arg-type]

    assert len(planned) > 3
    assert all(one.asked <= one.taken_by <= one.due for one in planned)


@pytest.mark.parametrize(
    ("begun", "first", "third"),
    [("23T04:59", "23T06:00", "24T06:00"), ("23T05:01", "23T18:00", "24T18:00")],
)
def test_hours_of_the_day_are_counted_from_the_first_that_leaves_time(
    begun: str, first: str, third: str
) -> None:
    def at(said: str) -> datetime:
        return datetime.fromisoformat(f"2026-11-{said}").replace(tzinfo=clock.LOCAL)

    for round_, said in ((1, first), (3, third)):
        hours_of_day = HoursOfDay((time_of_day(18), time_of_day(6)), round_)
        assert hours_of_day.moment(at(begun), hours(1)) == at(said)


ORDINARY = {
    "TIN_GIA_MXH": (
        ["answer or watch", "sign the holding statement", "sign the refutation"],
        ["report to the national centre", "refer to the police", "measure after 48 hours"],
    ),
    "CAI_CHINH_BAO_CHI": (
        ["sign the holding statement", "talk to the newsroom", "sign the letter (lead)"],
        ["send the letter", "look at what was published"],
    ),
    "CHINH_SACH": (
        ["sign the holding statement", "choose the course", "sign the announcement"],
        ["hold the press conference", "list the promises"],
    ),
    "THIEN_TAI": (
        ["sign the advice", "sign the first bulletin", "sign the bulletin 1", "end the warning"],
        ["sign the refutation", "sign the all-clear"],
    ),
    "Y_TE_ATTP": (
        ["sign the holding statement", "sign the update 1", "suspend or recall"],
        ["sign the test results", "sign the restoration", "sign the all-clear"],
    ),
    "CAN_BO": (
        ["take those concerned out", "report to those who manage the post", "go on verifying"],
        ["order the verification", "sign the update (lead)", "sign the outcome (chair)"],
    ),
    "GIA_MAO_TAN_CONG": (
        ["sign the warning", "sign the correction", "restore the channel"],
        ["report to the platform", "notify the data authority", "review every access"],
    ),
    "DIEN_TAP": (["approve the plan", "mark the exercise", "approve the lessons"], []),
}
"""What the plan calls the ordinary way: steps in the order in which they are over, and others."""

ASIDE = {
    "go on by direction",
    "ask the authority above",
    "take up the matter itself",
    "weigh what the newsroom holds",
    "remind the newsroom",
    "ask the press authority",
    "settle the finding",
    "choose the course once more",
    "choose the course after the pause",
    "keep the original file",
    "put it right",
    "draft the apology",
    "draft the clarification",
    "draft the retraction",
    "draft the withdrawal",
}
"""Where a way turns off that nobody hopes for: no rehearsal asks for any of it."""


@pytest.mark.parametrize("each", PLAYBOOKS, ids=lambda p: p.code)
def test_every_rehearsal_walks_the_ordinary_way_of_the_plan(each: Playbook) -> None:
    planned = rehearsing.rehearse(each, Level.HIGH, 100, taking=minutes(30))
    ends = {one.key: one.due for one in planned}
    in_order, beside = ORDINARY[each.code]
    over = [ends[key] for key in in_order]
    assert over == sorted(over)
    assert set(beside) <= set(ends)
    assert not ASIDE & set(ends)
    assert not [key for key in ends if key.endswith(" 2") and key.startswith(("draft", "write"))]
    if each.code != "DIEN_TAP":
        assert "conclude" in ends


def test_a_playbook_names_no_usual_answer_to_what_nobody_is_asked() -> None:
    @playbook("Nhầm", code="SLIP", version=1)
    def slip(run: Run) -> None:
        run.ask("keep it", of=MONITORING, form=Capture, due=minutes(10)).usually(kept=True)

    with pytest.raises(ValueError, match="«keep it» does not ask for kept"):
        rehearsing.rehearse(slip, Level.HIGH, 100, taking=minutes(15))
