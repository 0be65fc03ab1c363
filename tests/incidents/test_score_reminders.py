"""Whoever has the desk hears once that the five scores are missing, then whoever runs the room."""

from collections.abc import Callable
from typing import Any

import pytest

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.response.life import grading, lifecycle, merging
from incidents.response.staffing import recusing
from tests.harness import CODE, Desk, hours, minutes, read
from tests.incidents.test_levels import MIDDLING

ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    """At level 3 the scores follow within an hour; the tier above hears half as much later."""
    desk.grading = True
    return desk.opened(level=3, roles=ROLES)


def test_the_duty_officer_hears_it_once_and_then_whoever_runs_the_room(
    desk: Desk, incident: Incident
) -> None:
    desk.fast_forward(minutes(59))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    asked = read(desk.expect_message(to=desk.cast.lan, kind="scores_missing"))
    assert "phải chấm xong trước 03:30" in asked
    desk.fast_forward(minutes(29))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    above = read(desk.expect_message(to=desk.cast.tung, kind="scores_missing"))
    assert "cán bộ trực đã được nhắc" in above
    desk.fast_forward(hours(24))
    desk.expect_messages("scores_missing")
    assert desk.facts(incident)[-2:] == ["ScoresReminded", "ScoresReportedUp"]
    desk.set_aside()


def test_after_a_night_without_an_engine_the_desk_has_its_time_before_those_above(
    desk: Desk, incident: Incident
) -> None:
    desk.grading = False
    desk.fast_forward(hours(5))
    desk.grading = True
    desk.settle()
    desk.expect_messages("scores_missing", desk.cast.lan)
    desk.fast_forward(minutes(29))
    desk.expect_nothing()
    desk.fast_forward(minutes(1))
    desk.expect_messages("scores_missing", desk.cast.tung)


def _score(desk: Desk, incident: Incident) -> Any:
    return desk.do(grading.score, incident.id, MIDDLING, by=desk.cast.lan)


def _raise(desk: Desk, incident: Incident) -> Any:
    return desk.do(grading.override, incident.id, 4, reason="Dân đã sơ tán", by=desk.cast.lan)


def _stand_down(desk: Desk, incident: Incident) -> Any:
    return desk.do(lifecycle.stand_down, incident.id, reason="Nhầm", by=desk.cast.binh)


@pytest.mark.parametrize("deed", [_score, _raise, _stand_down])
def test_what_is_graded_or_over_asks_for_no_scores(
    desk: Desk, incident: Incident, deed: Callable[[Desk, Incident], Any]
) -> None:
    desk.mail_works = False
    desk.fast_forward(minutes(61))
    deed(desk, incident)
    desk.mail_works = True
    desk.fast_forward(hours(3))
    (dropped,) = desk.messages(kind="scores_missing")
    assert dropped.state.value == "cancelled"
    desk.set_aside()


def test_whoever_a_conflict_keeps_from_grading_is_not_asked(desk: Desk, incident: Incident) -> None:
    for person in (desk.cast.lan, desk.cast.tung):
        desk.do(recusing.declare, incident.id, person.id, reason="Người nhà", by=desk.cast.binh)
    desk.set_aside()
    desk.fast_forward(hours(2))
    desk.expect_messages("scores_missing", desk.cast.binh)


def test_what_is_split_off_is_reminded_of_its_own_scores_until_somebody_gives_them(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    desk.do(grading.score, incident.id, dict.fromkeys(MIDDLING, 3), by=cast.lan)
    said = ["Đập vỡ", "Gạo lên"]
    stated = desk.do(claims.state, incident.id, said, nature=Nature.CLAIM, by=cast.khoi)
    chosen = {"signal_ids": [], "claim_ids": [stated[1].id], "playbook": CODE, "level": 3}
    words = {"title": "Giá gạo", "reason": "Việc khác"}
    made = desk.do(merging.split, incident.id, **chosen, **words, by=cast.lan)
    desk.set_aside()
    assert (made.level, made.level_provisional, made.scores) == (3, False, None)
    desk.fast_forward(minutes(60))
    asked = read(desk.expect_message(to=cast.lan, kind="scores_missing"))
    assert "chưa được chấm" in asked
    assert made.number in asked
    (line,) = [each for each in desk.timeline(made) if each.fact == "ScoresReminded"]
    assert line.text.startswith("Nhắc chấm năm tiêu chí cho cấp 3, hạn")
    # Less than it has is only asked for, and nobody is asked for scores any more.
    desk.do(grading.score, made.id, MIDDLING, by=cast.lan)
    desk.set_aside()
    desk.fast_forward(hours(2))
    assert "ScoresReportedUp" not in desk.facts(made)
    desk.set_aside()
