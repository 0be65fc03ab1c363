"""A body founded wrongly is put right, with its history, and never against what followed."""

from datetime import date, timedelta
from typing import Any

import pytest

from incidents.matter import body_corrections
from incidents.people import organisations
from incidents.people.directory import keeping, postings
from incidents.people.organisations import Organisation
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Conflict, GuardFailed, Invalid
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.response.staffing import recusing
from tests.harness import Desk

TODAY = date(2026, 11, 23)
TOMORROW = TODAY + timedelta(days=1)


def body(code: str) -> Organisation:
    with database.reading() as session:
        return organisations.by_code(session, code)


def corrected(desk: Desk, code: str, **changed: Any) -> Organisation:
    found = body(code)
    values = {"kind": found.kind, "valid_from": found.valid_from, "reason": "Ghi nhầm khi nhập"}
    return desk.do(body_corrections.correct, found.id, **values | changed, by=desk.cast.an)


def founded(desk: Desk, code: str = "TTTT", **more: Any) -> Organisation:
    values: dict[str, Any] = {"name": "Sở Truyền thông", "kind": "department"}
    return desk.do(keeping.found, code, **values | more, by=desk.cast.an)


def test_a_wrong_kind_and_first_day_are_put_right_and_both_stay_known(desk: Desk) -> None:
    founded(desk, valid_from=date(2020, 1, 1))
    corrected(desk, "TTTT", kind="press", valid_from=date(2021, 3, 1))
    found = body("TTTT")
    assert (found.kind, found.valid_from) == ("press", date(2021, 3, 1))
    told = desk.timeline(DESK, Language.EN)[-1].text
    assert "kind Departments → Press and broadcasting" in told or "department" not in told
    assert "from 1 Jan 2020 → 1 Mar 2021. Reason: Ghi nhầm khi nhập" in told
    corrected(desk, "TTTT", valid_from=None)
    assert body("TTTT").valid_from is None


def test_what_is_right_already_or_has_no_reason_is_refused(desk: Desk) -> None:
    founded(desk)
    with desk.refused(Conflict, "đúng như vậy"):
        corrected(desk, "TTTT")
    with desk.refused(Invalid, "Nêu lý do"):
        corrected(desk, "TTTT", kind="press", reason=" ")
    with desk.refused(Invalid, "Chọn loại"):
        corrected(desk, "TTTT", kind=" ")


def missing(desk: Desk, code: str, first: date) -> list[str]:
    """What stands in the way of a first day."""
    with desk.refused(GuardFailed, "không thể bắt đầu") as refused:
        corrected(desk, code, valid_from=first)
    return [sentence % values for sentence, values in refused.value.missing]


def test_a_body_begins_before_its_names_its_successors_and_its_end(desk: Desk) -> None:
    old, new = founded(desk, "CU"), founded(desk, "MOI")
    desk.do(
        keeping.change,
        old.id,
        name="Sở Thông tin",
        parent_id=None,
        starts_on=date(2022, 5, 1),
        basis="",
        by=desk.cast.an,
    )
    desk.do(
        keeping.succeed,
        [old.id],
        successors=[new.id],
        happened_on=date(2025, 3, 1),
        by=desk.cast.an,
    )
    said = missing(desk, "CU", date(2025, 3, 1))
    assert [s.split("2025")[0].split("2022")[0] for s in said] == [
        "ngày cuối của cơ quan là ",
        "từ ",
        "",
    ]
    assert len(missing(desk, "MOI", date(2025, 3, 2))) == 1
    corrected(desk, "MOI", valid_from=date(2025, 3, 1))
    corrected(desk, "CU", valid_from=date(2022, 4, 30))


def test_a_body_does_not_begin_after_somebody_had_left_it(desk: Desk) -> None:
    desk.do(
        postings.move,
        desk.cast.kien.id,
        organisation_id=body("UBND").id,
        post="Chuyên viên",
        starts_on=TODAY,
        by=desk.cast.an,
    )
    assert "đến 2026-11-22" in missing(desk, "SYT", TODAY)[0]
    corrected(desk, "SYT", valid_from=TODAY - timedelta(days=1))


def test_a_body_with_people_does_not_begin_tomorrow(desk: Desk) -> None:
    assert missing(desk, "UBP", TOMORROW) == [f"đã có người làm việc ở đây đến {TODAY}"]
    founded(desk)
    corrected(desk, "TTTT", valid_from=TOMORROW)


@pytest.mark.parametrize("how", ["seat", "conflict"])
def test_a_body_does_not_begin_after_an_incident_that_names_it(desk: Desk, how: str) -> None:
    incident = desk.opened(level=3, roles=[Role.SUBJECT_LEAD] if how == "seat" else [])
    if how == "conflict":
        desk.do(
            recusing.declare_body,
            incident.id,
            body("SYT").id,
            reason="Tin nói về sở",
            by=desk.cast.lan,
        )
    desk.set_aside()
    said = missing(desk, "SYT", TOMORROW)
    assert said[-1] == f"vụ việc {incident.number} ngày {TODAY} đã nêu tên cơ quan"
    corrected(desk, "SYT", valid_from=TODAY)
    corrected(desk, "SYT", kind="office")
    assert not any("vụ việc" in each for each in missing(desk, "UBP", TOMORROW))
