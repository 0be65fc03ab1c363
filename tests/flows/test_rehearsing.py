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


def test_a_false_rumour_goes_from_first_words_to_refutation_and_conclusion() -> None:
    rumour = next(each for each in PLAYBOOKS if each.code == "TIN_GIA_MXH")
    keys = [p.key for p in rehearsing.rehearse(rumour, Level.HIGH, 100, taking=minutes(30))]

    order = ["answer or watch", "sign the holding statement", "sign the refutation", "conclude"]
    assert [key for key in keys if key in order] == order
    assert not [key for key in keys if key.endswith(" 2")]
