"""Somebody stands in: for a part of a shift, for whoever it is, and taken back."""

from datetime import UTC
from typing import Any

import pytest

from incidents.people.duty import (
    stand_ins,
)
from incidents.record.errors import (
    AlreadySettled,
    Invalid,
    Refusal,
)
from incidents.record.timeline import DESK
from tests.harness import Desk, hours
from tests.incidents.shifts import draw_up, local, on, shift_at


def test_somebody_stands_in_for_a_part_of_a_shift(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, cast.hoa)
    desk.do(
        stand_ins.set_,
        roster.id,
        person_id=cast.kien.id,
        starts_at=local(24, 8),
        ends_at=local(24, 10),
        reason="Họp giao ban",
        instead_of=cast.duc.id,
        by=cast.tung,
    )

    assert [on(desk, local(24, h)) for h in (7, 8, 9, 10)] == [["duc"], ["kien"], ["kien"], ["duc"]]
    assert shift_at(roster, local(24, 9)).stands_in_for == cast.duc.id
    desk.expect_messages("stand_in_set", cast.duc, cast.kien)
    assert "Kiên trực thay" in desk.timeline(DESK)[-1].text


def test_a_stand_in_for_whoever_it_is_fills_a_hole_too_and_can_be_taken_back(desk: Desk) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc, rule="FREQ=DAILY", length=hours(8), around_the_clock=False)
    row = desk.do(
        stand_ins.set_,
        roster.id,
        person_id=cast.kien.id,
        starts_at=local(24, 10),
        ends_at=local(24, 20),
        reason="Ngày cao điểm",
        by=cast.tung,
    )
    assert [on(desk, local(24, h)) for h in (9, 10, 13, 19, 20)] == [
        ["duc"], ["kien"], ["kien"], ["kien"], [],
    ]  # fmt: skip
    desk.time = local(24, 12).astimezone(UTC)
    desk.do(stand_ins.cancel, row.id, by=cast.tung)

    assert [on(desk, local(24, h)) for h in (11, 12, 15)] == [["kien"], ["duc"], []]
    with desk.refused(AlreadySettled):
        desk.do(stand_ins.cancel, row.id, by=cast.tung)
    desk.set_aside()


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"reason": " "}, Invalid),
        ({"ends_at": local(24, 8)}, Invalid),
        ({"starts_at": local(20, 8), "ends_at": local(21, 8)}, Invalid),
        ({"ends_at": local(24, 8, year=2029)}, Invalid),
        ({"instead_of": "hoa"}, Invalid),
        ({"instead_of": "kien"}, Invalid),
    ],
)
def test_a_stand_in_that_makes_no_sense_is_refused(
    desk: Desk, change: dict[str, Any], kind: type[Refusal]
) -> None:
    cast = desk.cast
    roster = draw_up(desk, cast.duc)
    if isinstance(change.get("instead_of"), str):
        change = {"instead_of": getattr(cast, change["instead_of"]).id}
    values: dict[str, Any] = {
        "person_id": cast.kien.id,
        "starts_at": local(24, 8),
        "ends_at": local(24, 10),
        "reason": "x",
    }
    with desk.refused(kind):
        desk.do(stand_ins.set_, roster.id, by=cast.tung, **values | change)
