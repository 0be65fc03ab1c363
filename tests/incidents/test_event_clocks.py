"""Terms that count back from an event: what is left until it, and what is late at once."""

from datetime import datetime

import pytest
from sqlmodel import col, select

from incidents.matter.incidents import Incident
from incidents.record import database
from incidents.record.actors import ENGINE
from incidents.record.clock import LOCAL
from incidents.record.errors import (
    Invalid,
    NotPermitted,
)
from incidents.record.language import Language
from incidents.response.clocks import clocks
from incidents.response.clocks.clock_alarms import ClockAlarm
from incidents.response.clocks.clock_facts import Certainty
from incidents.response.clocks.clocks import ClockState
from incidents.response.life import grading
from tests.harness import Desk, hours, minutes
from tests.incidents.terms import NOTICE, ROLES, met, proposed, started, vouch


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """A moment of November in the province; the stories begin on Monday the 23rd at 02:30."""
    return datetime(2026, 11, day, hour, minute, second, tzinfo=LOCAL)


def test_a_notice_counts_back_from_the_event_and_alarms_share_what_is_left(
    desk: Desk, incident: Incident
) -> None:
    vouch(desk, NOTICE)
    clock = started(desk, incident, NOTICE, triggered_at=at(25, 9))
    # A day before the conference; 30 hours and a half are left until then.
    assert clock.due_at == at(24, 9)
    assert (clock.counts_back, clock.certainty, clock.share) == (True, Certainty.EXACT, 0)
    assert clock.owner_id == desk.cast.tung.id
    with database.reading() as session:
        armed = session.exec(select(ClockAlarm).order_by(col(ClockAlarm.percent))).all()
    assert [(each.percent, each.due_at) for each in armed] == [
        (50, at(23, 17, 45)),
        (75, at(24, 1, 22, 30)),
        (90, at(24, 5, 57)),
        (100, at(24, 9)),
    ]
    said = desk.timeline(incident)[-1].text
    assert "sự kiện lúc 09:00 ngày 25/11/2026, phải hoàn thành trước 09:00 ngày 24/11" in said
    assert "event at 09:00, 25 Nov 2026" in desk.timeline(incident, Language.EN)[-1].text


def test_its_alarms_sound_on_the_way_to_the_end_and_no_level_moves_it(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    vouch(desk, NOTICE)
    clock = started(desk, incident, NOTICE, triggered_at=at(25, 9))
    desk.do(grading.override, incident.id, level=4, reason="Lan nhanh", by=cast.binh)
    desk.set_aside()
    for moment, share, left in (
        (at(23, 17, 45), 50, "còn 15 giờ 15 phút"),
        (at(24, 1, 22, 30), 75, "còn 7 giờ 38 phút"),
        (at(24, 5, 57), 90, "còn 3 giờ 3 phút"),
    ):
        desk.fast_forward(moment - desk.time - minutes(1))
        desk.expect_nothing()
        desk.fast_forward(minutes(1))
        assert desk.reload(clock).share == share
        for told in (cast.tung, cast.binh):
            desk.expect_message(to=told, kind="clock_due", containing=left)
        desk.expect_nothing()
    desk.fast_forward(at(24, 9) - desk.time)
    for told in (cast.tung, cast.binh, cast.chuong):
        desk.expect_message(to=told, kind="clock_breached", containing="cần giải trình")
    assert desk.reload(clock).state is ClockState.OVERDUE


@pytest.mark.parametrize("verified", [True, False], ids=["vouched for", "not vouched for"])
def test_an_event_less_than_the_term_away_is_late_the_moment_its_clock_is_started(
    desk: Desk, incident: Incident, verified: bool
) -> None:
    if verified:
        vouch(desk, NOTICE)
    clock = started(desk, incident, NOTICE, triggered_at=at(24, 1))
    assert clock.due_at == at(23, 1)  # an hour and a half ago
    found = desk.reload(clock)
    assert found.share == 100
    assert found.state is (ClockState.OVERDUE if verified else ClockState.LAPSED)
    first, then = desk.facts(incident)[-2:]
    assert first == "EventTermStartedLate"
    assert then == ("ClockOverdue" if verified else "ClockLapsed")
    assert "hạn 01:00 ngày 23/11/2026 đã qua trước khi xác nhận" in desk.timeline(incident)[-2].text
    told = [desk.cast.tung, desk.cast.binh, desk.cast.chuong] if verified else [desk.cast.tung]
    for each in told:
        desk.expect_message(to=each, kind="clock_breached" if verified else "clock_due")
    desk.expect_nothing()


def test_nobody_counts_back_from_an_event_without_its_time(desk: Desk, incident: Incident) -> None:
    clock = proposed(desk, incident, NOTICE)
    with desk.refused(Invalid, "giờ diễn ra sự kiện"):
        desk.do(clocks.start, clock.id, confirmed=True, by=desk.cast.lan)
    with desk.refused(NotPermitted, "người có tên"):
        desk.do(clocks.start, clock.id, confirmed=True, triggered_at=at(25, 9), by=ENGINE)


def test_a_notice_given_before_its_clock_was_started_meets_it(
    desk: Desk, incident: Incident
) -> None:
    vouch(desk, NOTICE)
    ahead = started(desk, incident, NOTICE, triggered_at=at(26, 9))
    given = met(desk, ahead, met_at=desk.time - hours(3), proof="18/TB-VP")
    assert (given.state, given.met_at) == (ClockState.MET, desk.time - hours(3))
    # Told late, it takes the breach back: the notice had been in time.
    near = started(desk, incident, NOTICE, triggered_at=at(24, 1))
    assert desk.reload(near).state is ClockState.OVERDUE
    met(desk, near, met_at=at(23, 0, 30))
    assert desk.reload(near).state is ClockState.MET
    desk.set_aside()
