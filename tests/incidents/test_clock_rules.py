"""Rules of the law: dated rows, each vouched for by a name and anew when its figures change."""

import re
from datetime import date
from typing import Any

import pytest

from incidents.matter import clock_rules
from incidents.matter.calendar import Unit
from incidents.record import database
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.language import Language
from incidents.record.timeline import DESK
from tests.harness import Desk
from tests.incidents.terms import NOTICE, rule, vouch


def test_the_desk_starts_with_the_terms_of_the_plan_none_of_them_vouched_for(
    migrated: None,
) -> None:
    with database.reading() as session:
        rows = clock_rules.listed(session)
    figures = {r.code: (r.amount, r.unit) for r in rows}
    assert figures == {
        "FIRST_INFORMATION": (24, Unit.HOURS),
        "PRESS_CORRECTION_ELECTRONIC": (24, Unit.HOURS),
        "PRESS_CORRECTION_DAILY": (2, Unit.DAYS),
        "PRESS_CORRECTION_PERIODICAL": (1, Unit.MONTHS),
        "PRESS_QUESTION": (30, Unit.DAYS),
        "ACCESS_SIMPLE": (5, Unit.WORKING_DAYS),
        "ACCESS_TELL_TIME": (3, Unit.WORKING_DAYS),
        "ACCESS_ANSWER": (15, Unit.WORKING_DAYS),
        "ACCOUNT_LOCK": (24, Unit.HOURS),
        "CONTENT_REMOVAL": (24, Unit.HOURS),
        "CONTENT_REMOVAL_URGENT": (6, Unit.HOURS),
        "DATA_BREACH": (72, Unit.HOURS),
        "DATA_SUBJECT_REQUEST": (2, Unit.WORKING_DAYS),
        "ANNUAL_REPORT": (1, Unit.YEARLY),
        NOTICE: (24, Unit.HOURS_BEFORE),
    }
    assert all(r.basis.en != r.basis.vi for r in rows)
    assert not [r.basis.en for r in rows if re.search("[À-ỹ]", r.basis.en)]
    assert not any(r.verified for r in rows)
    for row in rows:
        assert row.legal_basis
        for part in ("title", "trigger", "consequence"):
            said = row.said(part)
            assert said.vi
            assert said.en
            assert said.vi != said.en


def test_a_term_is_that_of_the_law_in_force_on_the_day(migrated: None) -> None:
    with database.reading() as session:
        old = clock_rules.in_force(session, "PRESS_QUESTION", date(2026, 6, 30))
        new = clock_rules.in_force(session, "PRESS_QUESTION", date(2026, 7, 1))
        with pytest.raises(Conflict):
            clock_rules.in_force(session, "CONTENT_REMOVAL", date(2026, 6, 30))
        with pytest.raises(NotFound):
            clock_rules.in_force(session, "NOTHING", date(2026, 6, 30))
        offered = [r.code for r in clock_rules.on_offer(session, date(2026, 11, 22))]
    assert "2016" in old.legal_basis
    assert "2025" in new.legal_basis
    assert len(offered) == len(set(offered)) == 15


def test_changed_figures_must_be_vouched_for_anew(desk: Desk) -> None:
    an = desk.cast.an
    with desk.refused(Invalid, "họ tên người thẩm định"):
        desk.do(clock_rules.verify, rule().id, name=" ", on=date(2026, 11, 20), by=an)
    with desk.refused(Invalid, "tương lai"):
        desk.do(clock_rules.verify, rule().id, name="Dung", on=date(2026, 11, 24), by=an)
    vouched = vouch(desk)
    assert (vouched.verified, vouched.verified_by, vouched.verified_on) == (
        True,
        "Bùi Phương Dung",
        date(2026, 11, 20),
    )
    same: dict[str, Any] = {"unit": Unit.HOURS, "legal_basis": "Nghị định mới", "by": an}
    since = date(2026, 1, 1)
    with desk.refused(Invalid, "từ 1 đến"):
        desk.do(clock_rules.change, rule().id, amount=0, effective_from=since, **same)
    with desk.refused(Invalid, "hằng năm"):
        desk.do(
            clock_rules.change, rule().id, amount=1, effective_from=since, before="12-01", **same
        )
    with desk.refused(Invalid, "hết hiệu lực"):
        desk.do(
            clock_rules.change,
            rule().id,
            amount=1,
            effective_from=since,
            effective_to=date(2025, 1, 1),
            **same,
        )
    changed = desk.do(clock_rules.change, rule().id, amount=12, effective_from=since, **same)
    assert (changed.amount, changed.verified, changed.verified_by) == (12, False, "")
    assert desk.facts(DESK) == ["ClockRuleVerified", "ClockRuleChanged"]
    assert "«Thông tin chính thức đầu tiên»: 24 giờ → 12 giờ" in desk.timeline(DESK)[1].text
    assert "First official information" in desk.timeline(DESK, Language.EN)[1].text


def test_a_basis_the_office_typed_reads_as_it_typed_it(desk: Desk) -> None:
    shipped = rule("PRESS_QUESTION")
    figures = {"amount": 20, "unit": Unit.DAYS, "effective_from": shipped.effective_from}
    same = figures | {"legal_basis": shipped.legal_basis}
    desk.do(clock_rules.change, shipped.id, **same, by=desk.cast.an)
    assert desk.reload(shipped).basis == shipped.basis
    other = figures | {"legal_basis": "Nghị định mới"}
    desk.do(clock_rules.change, shipped.id, **other, by=desk.cast.an)
    assert str(desk.reload(shipped).basis) == desk.reload(shipped).basis.en == "Nghị định mới"
