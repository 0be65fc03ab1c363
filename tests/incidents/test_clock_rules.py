"""Rules of the law: dated rows, each vouched for by a name; a change is a row of its own."""

import re
from datetime import date
from typing import Any

import pytest

from incidents.matter import clock_rule_changes as changes
from incidents.matter import clock_rules
from incidents.matter.calendar import Unit
from incidents.matter.clock_rule_terms import Terms
from incidents.matter.clock_rule_wording import Part
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.language import Language, Phrase
from incidents.record.timeline import DESK
from incidents.response.clocks import clock_vouching
from tests.harness import Desk, hours
from tests.incidents.terms import FIRST, NOTICE, ROLES, rule, started, vouch


def test_the_desk_starts_with_the_terms_of_the_plan_none_of_them_vouched_for(
    migrated: None,
) -> None:
    with database.reading() as session:
        shipped = clock_rules.listed(session)
    figures = {r.code: (r.amount, r.unit) for r in shipped}
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
    assert all(r.basis.en != r.basis.vi for r in shipped)
    assert not [r.basis.en for r in shipped if re.search("[À-ỹ]", r.basis.en)]
    assert not any(r.verified for r in shipped)
    for row in shipped:
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


def test_somebody_who_has_read_the_law_vouches_for_a_row(desk: Desk) -> None:
    an = desk.cast.an
    with desk.refused(Invalid, "họ tên người thẩm định"):
        desk.do(clock_vouching.verify, rule().id, name=" ", on=date(2026, 11, 20), by=an)
    with desk.refused(Invalid, "tương lai"):
        desk.do(clock_vouching.verify, rule().id, name="Dung", on=date(2026, 11, 24), by=an)
    vouched = vouch(desk)
    assert (vouched.verified, vouched.verified_by, vouched.verified_on) == (
        True,
        "Bùi Phương Dung",
        date(2026, 11, 20),
    )
    assert desk.facts(DESK) == ["ClockRuleVerified"]


def rows(code: str = FIRST) -> list[tuple[int, date, date | None, bool]]:
    """Amount, first and last day of each row that counts, and whether it is vouched for."""
    with database.reading() as session:
        found = clock_rules.versions(session, code)
    return [(r.amount, r.effective_from, r.effective_to, r.verified) for r in found]


def says(amount: int, since: date, until: date | None = None, **more: Any) -> Terms:
    said: dict[str, Any] = {"legal_basis": "Nghị định mới", "unit": Unit.HOURS, **more}
    return Terms(amount=amount, effective_from=since, effective_to=until, **said)


SHIPPED = date(2017, 3, 30)
NEW_YEAR = date(2027, 1, 1)


def test_a_law_that_changes_gets_a_row_and_the_one_before_holds_until_its_eve(desk: Desk) -> None:
    """Coming, postponed, taken out, repealed: no day has two rows, nor none unless it is meant."""
    an = desk.cast.an
    vouch(desk)
    for wrong, words in (
        (says(0, NEW_YEAR), "từ 1 đến"),
        (says(1, NEW_YEAR, before="12-01"), "hằng năm"),
        (says(1, NEW_YEAR, date(2026, 1, 1)), "hết hiệu lực"),
        (says(1, NEW_YEAR, legal_basis=" "), "căn cứ pháp lý"),
        (says(12, SHIPPED), "hãy sửa bản đó"),
    ):
        with desk.refused(Invalid, words):
            desk.do(changes.amend, rule().id, wrong, by=an)
    coming = desk.do(changes.amend, rule().id, says(12, NEW_YEAR), by=an)
    eve = date(2026, 12, 31)
    assert rows() == [(24, SHIPPED, eve, True), (12, NEW_YEAR, None, False)]
    with database.reading() as session:
        held, then = (clock_rules.in_force(session, FIRST, day) for day in (eve, NEW_YEAR))
    assert (held.amount, then.amount) == (24, 12)

    # Postponed before it came: written anew in place, and the old figures hold on.
    march = date(2027, 3, 1)
    moved = desk.do(changes.correct, coming.id, says(10, march), reason="Hoãn", by=an)
    assert moved.id == coming.id
    assert rows() == [(24, SHIPPED, date(2027, 2, 28), True), (10, march, None, False)]
    with desk.refused(Invalid, "Từ ngày 01/03/2027 đã có bản khác"):
        desk.do(changes.amend, held.id, says(8, NEW_YEAR, date(2027, 5, 1)), by=an)
    with desk.refused(Invalid, "Từ 02/01/2027 đến 28/02/2027 sẽ không có quy định nào"):
        desk.do(changes.amend, held.id, says(8, NEW_YEAR, NEW_YEAR), by=an)
    with desk.refused(Conflict, "bản có hiệu lực từ ngày 01/03/2027"):
        desk.do(changes.repeal, held.id, last_day=eve, legal_basis="NĐ", by=an)
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(changes.withdraw, coming.id, reason=" ", by=an)
    desk.do(changes.withdraw, coming.id, reason="Không ban hành", by=an)
    assert rows() == [(24, SHIPPED, None, True)]
    with desk.refused(Conflict, "đã được gỡ"):
        desk.do(changes.amend, coming.id, says(12, NEW_YEAR), by=an)
    with desk.refused(Conflict, "Chỉ gỡ được bản chưa có hiệu lực"):
        desk.do(changes.withdraw, held.id, reason="Thôi", by=an)

    with desk.refused(Invalid, "Ghi ngày cuối"):
        desk.do(changes.repeal, held.id, last_day=None, legal_basis="NĐ", by=an)
    ended = desk.do(changes.repeal, held.id, last_day=eve, legal_basis="Luật 12/2026", by=an)
    assert (ended.effective_to, ended.end_basis, ended.verified) == (eve, "Luật 12/2026", True)
    with desk.refused(Invalid, "sẽ không có quy định nào"):
        desk.do(changes.amend, held.id, says(12, march), by=an)
    desk.do(changes.amend, held.id, says(12, march, gap_meant=True), by=an)
    assert rows() == [(24, SHIPPED, eve, True), (12, march, None, False)]
    with database.reading() as session, pytest.raises(Conflict):
        clock_rules.in_force(session, FIRST, date(2027, 2, 1))
    desk.do(changes.repeal, rule().id, last_day=date(2028, 1, 1), legal_basis="NĐ", by=an)
    desk.do(changes.repeal, rule().id, last_day=None, legal_basis="Đính chính", by=an)
    assert rows()[-1] == (12, march, None, False)
    assert desk.facts(DESK) == [
        "ClockRuleVerified",
        "ClockRuleAmended",
        "ClockRuleCorrected",
        "ClockRuleWithdrawn",
        "ClockRuleRepealed",
        "ClockRuleAmended",
        "ClockRuleRepealed",
        "ClockRuleKept",
    ]
    lines = [line.text for line in desk.timeline(DESK)]
    assert "từ ngày 01/01/2027 là 12 giờ (trước đó 24 giờ), căn cứ Nghị định mới" in lines[1]
    assert "First official information" in desk.timeline(DESK, Language.EN)[1].text


def test_what_was_in_force_is_set_aside_when_it_was_wrong_and_never_written_over(
    desk: Desk,
) -> None:
    an, shipped = desk.cast.an, vouch(desk)
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(changes.correct, shipped.id, says(12, SHIPPED), reason="", by=an)
    right = desk.do(changes.correct, shipped.id, says(12, SHIPPED), reason="Đọc nhầm", by=an)
    assert rows() == [(12, SHIPPED, None, False)]
    kept = desk.reload(shipped)
    assert right.id != kept.id
    assert (kept.amount, kept.verified, kept.withdrawn_at) == (24, True, desk.time)
    with desk.refused(Conflict, "đã được gỡ"):
        desk.do(clock_vouching.verify, kept.id, name="Dung", on=desk.time.date(), by=an)
    # A slip of today leaves nothing behind: the same row says it right.
    again = desk.do(changes.correct, right.id, says(18, SHIPPED), reason="Gõ nhầm", by=an)
    assert again.id == right.id
    with database.reading() as session:
        assert len([r for r in clock_rules.history(session) if r.code == FIRST]) == 2
    with desk.refused(Conflict, "Chỉ gỡ được"):
        desk.do(changes.withdraw, right.id, reason="Thôi", by=an)


def test_a_basis_the_office_typed_reads_as_it_typed_it(desk: Desk) -> None:
    shipped = rule("PRESS_QUESTION")
    figures: dict[str, Any] = {"unit": Unit.DAYS, "since": date(2027, 1, 1), "amount": 20}
    same = says(**figures, legal_basis=shipped.legal_basis)
    made = desk.do(changes.amend, shipped.id, same, by=desk.cast.an)
    assert made.basis == shipped.basis
    other = desk.do(changes.correct, made.id, says(**figures), reason="Nhầm", by=desk.cast.an)
    assert str(other.basis) == other.basis.en == "Nghị định mới"


NEW = "PRESS_RIGHT_OF_REPLY"
SAID = {
    Part.TITLE: Phrase("Báo đăng ý kiến phản hồi", "Right of reply"),
    Part.TRIGGER: Phrase("Tòa soạn đã nhận ý kiến phản hồi.", ""),
    Part.CONSEQUENCE: Phrase("Xử phạt.", ""),
}


def test_a_term_the_desk_did_not_know_is_entered_runs_and_only_then_stays(
    desk: Desk,
) -> None:
    an, since = desk.cast.an, date(2026, 1, 1)
    for code, role, said, field in (
        ("moi", Role.SPOKESPERSON, SAID, "code"),
        (FIRST, Role.SPOKESPERSON, SAID, "code"),
        (NEW, Role.OBSERVER, SAID, "role"),
        (NEW, Role.SPOKESPERSON, {Part.TITLE: Phrase("Chỉ có tên", "")}, "trigger"),
        (NEW, Role.SPOKESPERSON, {**SAID, Part.TITLE: Phrase("", "English only")}, "title"),
        (NEW, Role.SPOKESPERSON, {**SAID, Part.TITLE: Phrase("x" * 201, "")}, "title"),
    ):
        with desk.refused(Invalid) as refused:
            desk.do(changes.introduce, code, role, says(5, since, said=said), by=an)
        assert field in refused.value.fields
    by_mistake = desk.do(changes.introduce, NEW, Role.LEGAL, says(5, since, said=SAID), by=an)
    desk.do(changes.withdraw, by_mistake.id, reason="Nhầm mã", by=an)
    assert rows(NEW) == []
    with database.reading() as session, pytest.raises(Conflict):
        clock_rules.in_force(session, NEW, since)
    made = desk.do(changes.introduce, NEW, Role.SPOKESPERSON, says(5, since, said=SAID), by=an)
    assert rows(NEW) == [(5, since, None, False)]
    assert made.title == Phrase("Báo đăng ý kiến phản hồi", "Right of reply")
    assert made.said("trigger").en == "Tòa soạn đã nhận ý kiến phản hồi."
    incident = desk.opened(level=2, roles=ROLES)
    begun = started(desk, incident, NEW)
    assert begun.due_at == desk.time + hours(5)
    desk.set_aside()
    with desk.refused(Conflict, "Chỉ gỡ được"):
        desk.do(changes.withdraw, made.id, reason="Thôi", by=an)
    desk.time += hours(1)
    other = says(6, since, said={Part.TITLE: Phrase("Tên khác", "")})
    desk.do(changes.correct, made.id, other, reason="Đọc nhầm", by=an)
    told = [line.text for line in desk.timeline(incident)]
    assert [t for t in told if "Báo đăng ý kiến phản hồi" in t], "as it was called then"
    assert not [t for t in told if "Tên khác" in t]
    assert "Thêm thời hạn luật định «Báo đăng ý kiến phản hồi»: 5 giờ" in (
        desk.timeline(DESK)[2].text
    )


def test_a_term_is_reworded_in_both_languages_and_its_record_keeps_what_stood_there(
    desk: Desk,
) -> None:
    an, shipped = desk.cast.an, vouch(desk)
    title = shipped.said("title")
    said = {
        Part.TITLE: Phrase(title.vi, "First words of the body"),
        Part.TRIGGER: Phrase("Sự việc đã xảy ra.", ""),
    }
    coming = desk.do(changes.amend, shipped.id, says(12, NEW_YEAR, said=said), by=an)
    assert coming.title == Phrase(title.vi, "First words of the body")
    assert coming.said("trigger") == Phrase("Sự việc đã xảy ra.", "Sự việc đã xảy ra.")
    assert coming.said("consequence") == shipped.said("consequence")
    kept = desk.reload(shipped)
    assert (kept.title, kept.verified) == (title, True)
    same = says(12, NEW_YEAR, said={Part.TITLE: Phrase(title.vi, "")})
    again = desk.do(changes.correct, coming.id, same, reason="Nhầm", by=an)
    assert again.title.en == "First words of the body"
    assert desk.facts(DESK)[1:] == [
        "ClockRuleAmended",
        "ClockRuleReworded",
        "ClockRuleReworded",
        "ClockRuleCorrected",
    ]
    assert "First words of the body" in desk.timeline(DESK, Language.EN)[2].text
    assert "→ «Sự việc đã xảy ra.»" in desk.timeline(DESK)[3].text
