"""Timings by level: dated versions, an open incident keeps its own, nonsense is refused."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from alembic import command
from sqlmodel import Session, col, select

from incidents.matter import level_timings
from incidents.matter.flag_ladder import FlagPace
from incidents.matter.incidents import Incident
from incidents.matter.level_timings import LevelTimings, Pace
from incidents.people.roles import Role
from incidents.record import database, schema
from incidents.record.errors import Invalid
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.response.life import grading
from incidents.response.steps.steps import Step
from incidents.response.steps.timers import Timer, TimerKind
from tests.harness import Desk, hours, minutes


def paces(session: Session) -> list[Pace]:
    newest = level_timings.listed(session)[0]
    return [row.pace() for row in level_timings.rows(session, newest).values()]


def made(desk: Desk, *changes: tuple[Sequence[int], dict[str, Any]], **more: Any) -> LevelTimings:
    """Another version: some levels with other figures, as the administrator makes it."""
    with database.reading() as session:
        figures = paces(session)
    for levels, changed in changes:
        for level in levels:
            figures[level] = replace(figures[level], **changed)
    values: dict[str, Any] = {
        "effective_from": date(2026, 11, 23),
        "paces": figures,
        "basis": "QĐ 91/QĐ-UBND",
    }
    return desk.do(level_timings.make, **values | more, by=desk.cast.an)


def rungs(step: Step) -> dict[TimerKind, timedelta]:
    with database.reading() as session:
        armed = session.exec(select(Timer).where(Timer.step_id == step.id).order_by(col(Timer.id)))
        return {t.kind: t.due_at - step.opened_at for t in armed if step.opened_at}


def test_a_flag_climbs_by_the_figures_it_came_in_under(desk: Desk) -> None:
    before = desk.flag()
    assert (before.remind_at, before.acknowledge_by, before.escalate_at) == (
        desk.time + minutes(7.5),
        desk.time + minutes(15),
        desk.time + minutes(22.5),
    )
    for wrong, field in (
        (FlagPace(0, 50, 150), "flag.acknowledge_minutes"),
        (FlagPace(10, 100, 150), "flag.remind_percent"),
        (FlagPace(10, 50, 100), "flag.next_tier_percent"),
    ):
        with desk.refused(Invalid) as caught:
            made(desk, flag=wrong)
        assert list(caught.value.fields) == [field]
    made(desk, flag=FlagPace(10, 30, 200))
    assert desk.facts(DESK)[-2:] == ["LevelTimingsMade", "FlagLadderSet"]
    assert "tiếp nhận 10 phút; nhắc ở 30%" in desk.timeline(DESK)[-1].text
    desk.time += minutes(1)
    after = desk.flag()
    assert (after.remind_at, after.acknowledge_by, after.escalate_at) == (
        desk.time + minutes(3),
        desk.time + minutes(10),
        desk.time + minutes(20),
    )
    assert desk.reload(before).acknowledge_by == desk.time + minutes(14)
    made(desk)  # without saying anything of flags the next version keeps them
    assert desk.facts(DESK)[-1] == "LevelTimingsMade"
    with database.reading() as session:
        assert level_timings.listed(session)[0].flag_pace() == FlagPace(10, 30, 200)
    desk.set_aside()


QUICK = {"acknowledge_minutes": 20, "remind_percent": 25, "next_tier_percent": 200}


def test_what_is_opened_from_its_day_on_goes_by_a_new_version(desk: Desk) -> None:
    assert made(desk, ([3], QUICK | {"due_percent": 150, "review_minutes": 200})).version == 2
    incident = desk.opened(level=3, roles=[Role.SECRETARY])
    step = desk.plan(incident, "write", Role.SECRETARY, due=hours(4))
    desk.set_aside()
    assert rungs(step) == {
        TimerKind.REMIND: minutes(5),
        TimerKind.DEPUTY: minutes(20),
        TimerKind.NEXT_TIER: minutes(40),
        TimerKind.DUE: hours(6),
    }
    told = desk.timeline(DESK, Language.EN)[-1].text
    assert told.startswith("Made version 2 of the timings by level, in force from 23 Nov 2026")
    assert "QĐ 91/QĐ-UBND" in told


def test_an_open_incident_keeps_its_timings_at_every_level_it_comes_to(desk: Desk) -> None:
    old = desk.opened(level=3, roles=[Role.LEAD, Role.SECRETARY])
    before = desk.plan(old, "write", Role.SECRETARY, due=hours(4))
    desk.set_aside()
    desk.time += minutes(1)
    made(desk, ([3, 4], QUICK | {"due_percent": 40}))
    assert desk.reload(before).due_at == before.due_at
    after = desk.plan(old, "check", Role.SECRETARY, due=hours(4))
    desk.set_aside()
    assert rungs(after)[TimerKind.DEPUTY] == minutes(30)
    assert rungs(after)[TimerKind.DUE] == hours(4)
    desk.do(grading.override, old.id, 4, reason="Dân bỏ chạy", by=desk.cast.lan)
    desk.set_aside()
    assert desk.reload(after).due_at == after.opened_at + hours(2)  # type: ignore[operator]


def test_a_version_for_later_waits_for_its_day(desk: Desk) -> None:
    made(desk, ([3], {"acknowledge_minutes": 20}), effective_from=date(2026, 12, 1))
    asked = _asked(desk, desk.opened(level=3))
    assert asked == minutes(30)
    desk.time += timedelta(days=9)
    assert _asked(desk, desk.opened(level=3)) == minutes(20)


def _asked(desk: Desk, incident: Incident) -> timedelta:
    with database.reading() as session:
        return level_timings.of_incident(session, desk.reload(incident)).acknowledge_within


def test_a_higher_level_may_be_slower_only_when_that_is_meant(desk: Desk) -> None:
    slow = ([3], {"first_statement_minutes": None, "review_minutes": 800})
    with desk.refused(Invalid, "Cấp 3 chậm hơn"):
        made(desk, slow)
    version = made(desk, slow, slower_meant=True)
    with database.reading() as session:
        figures = [row.pace() for row in level_timings.rows(session, version).values()]
    assert level_timings.slower(figures) == [3]


@pytest.mark.parametrize(
    ("changed", "saying"),
    [
        ({"acknowledge_minutes": 0}, "từ 1 đến"),
        ({"triage_minutes": -5}, "từ 1 đến"),
        ({"review_minutes": 90_000}, "từ 1 đến"),
        ({"first_statement_minutes": 0}, "từ 1 đến"),
        ({"first_statement_minutes": 1441}, "luật định 1.440 phút"),
        ({"due_percent": 0}, "hạn việc từ 1"),
        ({"remind_percent": 100}, "nhắc phải trước"),
        ({"remind_percent": 0}, "nhắc phải trước"),
        ({"next_tier_percent": 100}, "phải sau khi chuyển cấp phó"),
    ],
)
def test_nonsense_is_refused(desk: Desk, changed: dict[str, Any], saying: str) -> None:
    with desk.refused(Invalid, saying):
        made(desk, ([4], changed))


@pytest.mark.parametrize(
    ("changed", "saying"),
    [
        ({"effective_from": date(2026, 11, 22)}, "từ hôm nay"),
        ({"basis": " "}, "Ghi căn cứ"),
        ({"paces": []}, "cả năm cấp"),
    ],
)
def test_a_version_without_its_day_basis_or_levels_is_refused(
    desk: Desk, changed: dict[str, Any], saying: str
) -> None:
    with desk.refused(Invalid, saying):
        made(desk, **changed)


def test_a_desk_gives_its_first_version_back_and_takes_it_over_again(desk: Desk) -> None:
    made(desk, ([3], QUICK))
    with database.reading() as session:
        first = level_timings.rows(session, level_timings.listed(session)[-1])
        before = [row.pace() for row in first.values()]
    database.dispose()
    with schema.altering() as connection:
        command.downgrade(schema._config(connection), "0009")
    schema.upgrade()
    database.dispose()
    with database.reading() as session:
        (only,) = level_timings.listed(session)
        assert (only.version, only.made_at) == (1, None)
        assert paces(session) == before
