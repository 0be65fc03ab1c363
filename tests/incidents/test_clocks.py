"""Statutory clocks: proposed, started by a person, spoken of in time, ended with their proof."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from incidents.intake import evidence
from incidents.intake.evidence import EvidenceKind
from incidents.matter import clock_rules
from incidents.matter.calendar import Unit
from incidents.matter.clock_rules import ClockRule
from incidents.matter.incidents import Incident, Status
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.actors import ENGINE
from incidents.record.clock import LOCAL
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    GuardFailed,
    Invalid,
    NotFound,
    NotPermitted,
)
from incidents.record.language import Language
from incidents.record.outbox import MessageState
from incidents.record.timeline import DESK
from incidents.response import clock_endings, clocks, grading, lifecycle, opening, signing
from incidents.response.clock_alarms import ClockAlarm
from incidents.response.clock_facts import Certainty, Origin, ProofKind
from incidents.response.clocks import Clock, ClockState
from incidents.words import publications
from tests.harness import Desk, hours, minutes

FIRST = "FIRST_INFORMATION"
NOTICE = "PRESS_CONFERENCE_NOTICE"
ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.LEGAL]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


def rule(code: str = FIRST) -> ClockRule:
    with database.reading() as session:
        return [r for r in clock_rules.listed(session) if r.code == code][-1]


def vouch(desk: Desk, code: str = FIRST) -> ClockRule:
    on = date(2026, 11, 20)
    return desk.do(
        clock_rules.verify, rule(code).id, name="Bùi Phương Dung", on=on, by=desk.cast.an
    )


def proposed(desk: Desk, incident: Incident, code: str = FIRST) -> Clock:
    return desk.do(clocks.propose, incident.id, code, by=desk.cast.ha)


def started(desk: Desk, incident: Incident, code: str = FIRST, **values: Any) -> Clock:
    clock = proposed(desk, incident, code)
    values = {"triggered_at": desk.time, **values}
    return desk.do(clocks.start, clock.id, confirmed=True, by=desk.cast.lan, **values)


def met(desk: Desk, clock: Clock, **values: Any) -> Clock:
    values = {"kind": ProofKind.NUMBER, "proof": "123/UBND-VX", "by": desk.cast.ha, **values}
    return desk.do(clock_endings.meet, clock.id, **values)


# --- rules ---------------------------------------------------------------------------------------


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


# --- proposed ------------------------------------------------------------------------------------


def test_a_playbook_proposes_a_term_once_and_a_person_again_after_it_was_decided_on(
    desk: Desk, incident: Incident
) -> None:
    by_playbook: dict[str, Any] = {"by": ENGINE, "origin": Origin.PLAYBOOK}
    first = desk.do(clocks.propose_once, incident.id, FIRST, **by_playbook)
    again = desk.do(clocks.propose_once, incident.id, FIRST, by=ENGINE, origin=Origin.FACT)
    assert first
    assert again
    assert again.id == first.id
    with desk.refused(AlreadySettled, "đã được đề xuất"):
        proposed(desk, incident)
    desk.do(clock_endings.dismiss, first.id, reason="Chỉ là tin đồn", by=desk.cast.lan)
    second = proposed(desk, incident)
    assert (first.number, second.number) == (1, 2)
    assert desk.do(clocks.propose_once, incident.id, FIRST, **by_playbook)
    with desk.refused(NotFound, "mã này"):
        proposed(desk, incident, "NOTHING")
    lines = [line.text for line in desk.timeline(incident)[-3:]]
    assert "số 1 «Thông tin chính thức đầu tiên» (theo kịch bản)" in lines[0]
    assert "Lý do: Chỉ là tin đồn" in lines[1]


def test_an_event_at_a_known_time_proposes_the_first_words_by_itself(desk: Desk) -> None:
    signal = desk.flag()
    desk.take(signal)
    with desk.refused(Invalid, "chưa tới"):
        desk.open(signal, occurred_at=desk.time + minutes(1))
    incident = desk.open(signal, occurred_at=desk.time - hours(2))
    with database.reading() as session:
        (clock,) = clocks.of_incident(session, incident.id)
    assert (clock.code, clock.origin, clock.state) == (FIRST, Origin.FACT, ClockState.PROPOSED)
    assert clock.proposed_by == desk.cast.lan.id
    desk.set_aside()


def test_a_term_no_longer_in_force_is_not_proposed_and_stops_nothing(
    desk: Desk, incident: Incident
) -> None:
    desk.do(
        clock_rules.change,
        rule().id,
        amount=24,
        unit=Unit.HOURS,
        legal_basis="Đã thay thế",
        effective_from=date(2017, 1, 1),
        effective_to=date(2026, 11, 1),
        by=desk.cast.an,
    )
    assert desk.do(clocks.propose_once, incident.id, FIRST, by=ENGINE, origin=Origin.FACT) is None
    with desk.refused(Conflict, "không có hiệu lực"):
        proposed(desk, incident)


# --- started -------------------------------------------------------------------------------------


def test_a_named_person_confirms_the_trigger_and_its_moment(desk: Desk, incident: Incident) -> None:
    clock = proposed(desk, incident)
    with desk.refused(Invalid, "chỉ có tin đồn"):
        desk.do(clocks.start, clock.id, confirmed=False, by=desk.cast.lan)
    with desk.refused(NotPermitted, "người có tên"):
        desk.do(clocks.start, clock.id, confirmed=True, by=ENGINE)
    with desk.refused(Invalid, "tương lai"):
        desk.do(
            clocks.start,
            clock.id,
            confirmed=True,
            triggered_at=desk.time + minutes(1),
            by=desk.cast.lan,
        )
    since = desk.time - hours(1)
    running = desk.do(clocks.start, clock.id, confirmed=True, triggered_at=since, by=desk.cast.lan)
    assert running.state is ClockState.RUNNING
    assert running.due_at == since + hours(24)
    assert running.certainty is Certainty.EXACT
    # The rule names the spokesperson; somebody else may be named at the start.
    assert running.owner_id == desk.cast.minh.id
    with desk.refused(AlreadySettled, "đã được xác nhận"):
        desk.do(clocks.start, clock.id, confirmed=True, by=desk.cast.lan)
    other = started(desk, incident, "DATA_BREACH", owner_id=desk.cast.ha.id)
    assert other.owner_id == desk.cast.ha.id
    assert "phụ trách Phạm Thu Hà, quy định đã thẩm định: không" in desk.timeline(incident)[-1].text


def test_an_unknown_moment_is_that_of_the_earliest_evidence_and_marked_estimated(
    desk: Desk, incident: Incident
) -> None:
    seen = desk.time - hours(5)
    desk.do(
        evidence.keep,
        b"a photo",
        filename="anh.jpg",
        media_type="image/jpeg",
        kind=EvidenceKind.FILE,
        incident_id=incident.id,
        captured_at=seen,
        by=desk.cast.khoi,
    )
    clock = started(desk, incident, triggered_at=None)
    assert (clock.triggered_at, clock.certainty) == (seen, Certainty.ESTIMATED)
    assert clock.due_at == seen + hours(24)
    assert "ước tính theo chứng cứ sớm nhất" in desk.timeline(incident)[-1].text


def test_the_law_of_the_day_of_the_trigger_counts(desk: Desk, incident: Incident) -> None:
    before = datetime(2026, 6, 30, 12, tzinfo=LOCAL)
    old = started(desk, incident, "PRESS_QUESTION", triggered_at=before)
    with database.reading() as session:
        assert "2016" in clock_rules.get(session, old.rule_id).legal_basis
    clock = proposed(desk, incident, "CONTENT_REMOVAL")
    with desk.refused(Conflict, "không có hiệu lực vào ngày 30/06/2026"):
        desk.do(clocks.start, clock.id, confirmed=True, triggered_at=before, by=desk.cast.lan)
    desk.fast_forward(minutes(1))
    desk.expect_message(to=desk.cast.minh, kind="clock_due", containing="hết thời hạn")


def test_no_level_moves_the_end(desk: Desk, incident: Incident) -> None:
    due = started(desk, incident).due_at
    desk.do(grading.override, incident.id, level=4, reason="Lan rất nhanh", by=desk.cast.binh)
    desk.do(
        grading.override,
        incident.id,
        level=1,
        reason="Đã yên",
        seconded_by=desk.cast.tung.id,
        by=desk.cast.binh,
    )
    with database.reading() as session:
        (clock,) = clocks.of_incident(session, incident.id)
    assert clock.due_at == due
    desk.set_aside()


# --- counted back from an event ------------------------------------------------------------------


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
    assert first == "EventClockStartedLate"
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


# --- spoken of -----------------------------------------------------------------------------------


def test_owner_and_lead_are_told_at_each_share_and_the_chair_at_the_breach(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    vouch(desk)
    started(desk, incident)
    for length, left in ((12, "còn 12 giờ"), (6, "còn 6 giờ"), (3.6, "còn 2 giờ 24 phút")):
        desk.fast_forward(hours(length) - minutes(1))
        desk.expect_nothing()
        desk.fast_forward(minutes(1))
        for told in (cast.minh, cast.binh):
            message = desk.expect_message(to=told, kind="clock_due", containing=left)
            assert message.incident_id == incident.id
        desk.expect_nothing()
    desk.fast_forward(hours(2.4))
    for told in (cast.minh, cast.binh, cast.chuong):
        desk.expect_message(to=told, kind="clock_breached", containing="cần giải trình")
    desk.fast_forward(hours(48))
    desk.expect_nothing()
    with database.reading() as session:
        (clock,) = clocks.of_incident(session, incident.id)
    assert clock.state is ClockState.OVERDUE
    assert desk.facts(incident).count("ClockOverdue") == 1


def test_an_unverified_term_alerts_its_owner_alone_and_records_no_breach(
    desk: Desk, incident: Incident
) -> None:
    clock = started(desk, incident)
    desk.fast_forward(hours(25))
    told = desk.messages(kind="clock_due")
    assert [m.values["percent"] for m in told] == [50, 75, 90, 100]
    for _ in told:
        desk.expect_message(to=desk.cast.minh, kind="clock_due", containing="chưa thẩm định")
    desk.expect_nothing()
    assert desk.reload(clock).state is ClockState.LAPSED
    assert "ClockOverdue" not in desk.facts(incident)
    assert "không ghi là vi phạm" in desk.timeline(incident)[-1].text
    # Vouching for the row later does not turn what passed into a breach.
    vouch(desk)
    with database.reading() as session:
        assert clocks.unsettled(session, incident.id) == []
    met(desk, clock)
    assert desk.reload(clock).state is ClockState.MET


def test_a_term_changed_while_a_clock_runs_no_longer_stands_behind_it(
    desk: Desk, incident: Incident
) -> None:
    vouch(desk)
    clock = started(desk, incident)
    changed: dict[str, Any] = {
        "unit": Unit.HOURS,
        "legal_basis": "Mới",
        "effective_from": date(2026, 1, 1),
    }
    desk.do(clock_rules.change, clock.rule_id, amount=12, by=desk.cast.an, **changed)
    vouch(desk)
    assert desk.reload(clock).due_at == clock.due_at
    desk.fast_forward(hours(24))
    assert desk.reload(clock).state is ClockState.LAPSED
    desk.set_aside()


def test_started_late_only_the_last_passed_share_is_spoken_of(
    desk: Desk, incident: Incident
) -> None:
    vouch(desk)
    started(desk, incident, triggered_at=desk.time - hours(20))
    (first, _) = desk.messages(kind="clock_due")
    assert first.values["percent"] == 75
    started(desk, incident, triggered_at=desk.time - hours(30))
    assert len(desk.messages(kind="clock_breached")) == 3
    desk.set_aside()


def test_a_night_without_an_engine_is_told_of_once(desk: Desk, incident: Incident) -> None:
    vouch(desk)
    started(desk, incident)
    desk.time += hours(22)
    desk.settle()
    assert {m.values["percent"] for m in desk.messages(kind="clock_due")} == {90}
    desk.set_aside()


def test_several_run_at_once_and_a_met_one_is_not_spoken_of_again(
    desk: Desk, incident: Incident
) -> None:
    desk.mail_works = False
    lock = started(desk, incident, "ACCOUNT_LOCK")
    urgent = started(desk, incident, "CONTENT_REMOVAL_URGENT")
    desk.fast_forward(hours(5))
    met(desk, urgent)
    assert {m.state for m in desk.messages(kind="clock_due")} == {MessageState.CANCELLED}
    desk.mail_works = True
    desk.fast_forward(hours(8))
    (message,) = [m for m in desk.messages(kind="clock_due") if m.state is MessageState.SENT]
    assert message.values["clock"] == str(lock.id)
    desk.set_aside()


# --- ended ---------------------------------------------------------------------------------------


def test_a_publication_or_kept_evidence_proves_with_its_own_moment(
    desk: Desk, incident: Incident
) -> None:
    first = started(desk, incident)
    with desk.refused(Invalid, "không có minh chứng đó"):
        met(desk, first, kind=ProofKind.PUBLICATION, proof="không phải mã")
    with desk.refused(Invalid, "không có minh chứng đó"):
        met(desk, first, kind=ProofKind.EVIDENCE, proof=str(incident.id))
    with desk.refused(Invalid, "Ghi minh chứng"):
        met(desk, first, proof=" ")
    desk.fast_forward(minutes(5))
    slots = {"time": "02 giờ", "place": "phường Tân Hưng", "next": "04 giờ"}
    released = desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=desk.cast.lan)
    out_at = desk.time
    desk.fast_forward(minutes(30))
    ended = met(desk, first, kind=ProofKind.PUBLICATION, proof=str(released.id))
    with database.reading() as session:
        out = publications.of_incident(session, incident.id)[0]
    assert (ended.met_at, out.published_at) == (out_at, out_at)
    assert out.slug in desk.timeline(incident)[-1].text
    second = started(desk, incident, "DATA_BREACH")
    with database.reading() as session:
        kept = evidence.of_incident(session, incident.id)[0]
    with desk.refused(Invalid, "trước mốc phát sinh"):
        met(desk, second, kind=ProofKind.EVIDENCE, proof=str(kept.id))
    met(desk, second, kind=ProofKind.TEXT, proof="Đã báo cơ quan bảo vệ dữ liệu")
    with desk.refused(AlreadySettled, "đã kết thúc"):
        met(desk, second)
    desk.set_aside()


def test_what_was_done_late_must_be_explained_and_what_was_told_late_takes_the_breach_back(
    desk: Desk, incident: Incident
) -> None:
    vouch(desk)
    late, told_late = started(desk, incident), started(desk, incident)
    with desk.refused(Conflict, "chưa quá hạn"):
        desk.do(clock_endings.explain, late.id, "Vì thế", by=desk.cast.minh)
    desk.fast_forward(hours(30))
    with desk.refused(Conflict, "hãy giải trình"):
        met(desk, late)
    with desk.refused(Invalid, "lời giải trình"):
        desk.do(clock_endings.explain, late.id, " ", by=desk.cast.minh)
    with desk.refused(Conflict, "quá hạn, chờ giải trình"):
        desk.do(clock_endings.dismiss, late.id, reason="Thôi", by=desk.cast.minh)
    desk.do(clock_endings.explain, late.id, "Mất điện toàn tỉnh", by=desk.cast.minh)
    assert desk.reload(late).state is ClockState.EXPLAINED
    met(desk, told_late, met_at=desk.time - hours(10))
    assert desk.reload(told_late).state is ClockState.MET
    assert desk.facts(incident)[-4:] == [
        "ClockOverdue",
        "ClockOverdue",
        "ClockExplained",
        "ClockMet",
    ]
    desk.set_aside()


def test_an_explanation_before_the_engine_looked_records_the_breach_first(
    desk: Desk, incident: Incident
) -> None:
    vouch(desk)
    clock = started(desk, incident)
    desk.time += hours(25)
    desk.do(clock_endings.explain, clock.id, "Mất điện toàn tỉnh", by=desk.cast.minh)
    assert desk.facts(incident)[-2:] == ["ClockOverdue", "ClockExplained"]
    desk.expect_nothing()


def test_a_matter_is_not_resolved_while_a_verified_term_is_neither_met_nor_explained(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    vouch(desk)
    clock = started(desk, incident)
    started(desk, incident, "DATA_BREACH")
    slots = {"time": "02 giờ", "place": "phường Tân Hưng", "next": "04 giờ"}
    desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=cast.lan)
    desk.do(lifecycle.stabilise, incident.id, reason="Đã yên", by=cast.binh)
    said = "Thời hạn luật định số 1 «Thông tin chính thức đầu tiên» chưa hoàn thành"
    with desk.refused(GuardFailed, said) as refusal:
        desk.do(lifecycle.resolve, incident.id, by=cast.binh)
    assert len(refusal.value.missing) == 1
    desk.fast_forward(hours(25))
    with desk.refused(GuardFailed, said):
        desk.do(lifecycle.resolve, incident.id, by=cast.binh)
    desk.do(clock_endings.explain, clock.id, "Không liên lạc được", by=cast.minh)
    desk.do(lifecycle.resolve, incident.id, by=cast.binh)
    assert desk.reload(incident).status is Status.RESOLVED
    desk.set_aside()


def test_standing_down_ends_proposals_and_lets_what_the_law_asks_go_on(
    desk: Desk, incident: Incident
) -> None:
    vouch(desk)
    waiting = proposed(desk, incident, "DATA_BREACH")
    running = started(desk, incident)
    desk.do(lifecycle.stand_down, incident.id, reason="Không còn gì", by=desk.cast.binh)
    assert desk.reload(waiting).state is ClockState.NOT_APPLICABLE
    desk.fast_forward(hours(24))
    assert desk.reload(running).state is ClockState.OVERDUE
    desk.do(clock_endings.explain, running.id, "Không còn gì để công bố", by=desk.cast.minh)
    with desk.refused(Conflict, "Dừng xử lý"):
        proposed(desk, incident)
    desk.set_aside()


def test_an_opening_taken_back_takes_its_clocks_with_it(desk: Desk, incident: Incident) -> None:
    running = started(desk, incident)
    desk.do(opening.undo, incident.id, reason="Nhầm", by=desk.cast.lan)
    ended = desk.reload(running)
    assert (ended.state, ended.reason) == (ClockState.NOT_APPLICABLE, "Nhầm")
    desk.set_aside()
    desk.fast_forward(hours(30))
    desk.expect_nothing()
    with desk.refused(Conflict, "Mở nhầm"):
        met(desk, running)


def test_an_opening_is_not_taken_back_over_a_breach(desk: Desk, incident: Incident) -> None:
    vouch(desk)
    running = started(desk, incident)
    assert running.due_at
    desk.time = running.due_at
    with desk.refused(Conflict, "Đã quá một thời hạn luật định"):
        desk.do(opening.undo, incident.id, reason="Nhầm", by=desk.cast.lan)
    desk.settle()
    assert desk.reload(running).state is ClockState.OVERDUE
    with desk.refused(Conflict, "Đã quá một thời hạn luật định"):
        desk.do(opening.undo, incident.id, reason="Nhầm", by=desk.cast.lan)
    desk.set_aside()


def test_an_owner_who_has_left_is_replaced_by_whoever_is_on_duty(
    desk: Desk, incident: Incident
) -> None:
    started(desk, incident, owner_id=desk.cast.ha.id)
    other = proposed(desk, incident, "DATA_BREACH")
    with database.transaction() as session:
        gone = session.get_one(type(desk.cast.ha), desk.cast.ha.id)
        gone.active = False
        session.add(gone)
    with desk.refused(Invalid, "không còn làm việc"):
        desk.do(
            clocks.start,
            other.id,
            confirmed=True,
            owner_id=desk.cast.ha.id,
            by=desk.cast.lan,
        )
    desk.fast_forward(hours(12))
    (message,) = desk.messages(kind="clock_due")
    assert message.recipient_id not in (desk.cast.ha.id, None)
    desk.set_aside()


def test_a_clock_knows_how_much_of_it_has_passed(desk: Desk, incident: Incident) -> None:
    clock = proposed(desk, incident)
    assert clock.share == 0
    running = desk.do(
        clocks.start,
        clock.id,
        confirmed=True,
        triggered_at=desk.time - hours(6),
        by=desk.cast.lan,
    )
    assert running.share == 25
    desk.time += timedelta(days=3)
    assert running.share == 100
    with database.reading() as session, pytest.raises(NotFound):
        clocks.get(session, UUID(int=1))
    desk.settle()
    desk.set_aside()
