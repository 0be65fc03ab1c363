"""Terms are spoken of at each share of their time, once, to whom each share concerns."""

from dataclasses import replace
from datetime import date

import pytest

from incidents.matter import clock_rule_changes, clock_rules
from incidents.matter.calendar import Unit
from incidents.matter.clock_rule_terms import Terms
from incidents.matter.incidents import Incident
from incidents.record import database
from incidents.record.language import Language
from incidents.record.outbox import MessageState
from incidents.response.clocks import clock_endings, clocks
from incidents.response.clocks.clocks import ClockState
from tests.harness import Desk, hours, minutes
from tests.incidents.terms import ROLES, met, started, vouch


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


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
        assert clock_endings.unsettled(session, incident.id) == []
    met(desk, clock)
    assert desk.reload(clock).state is ClockState.MET


def test_a_clock_keeps_the_law_it_was_started_with_whatever_becomes_of_the_row(
    desk: Desk, incident: Incident
) -> None:
    """The row is corrected and the law changes from a day past: the breach stays a breach."""
    vouch(desk)
    clock = started(desk, incident)
    line = desk.timeline(incident)[-1].text
    assert "24 giờ, căn cứ Nghị định 09/2017/NĐ-CP, Điều 6" in line
    assert "24 hours, basis Decree 09/2017/ND-CP" in desk.timeline(incident, Language.EN)[-1].text
    an, today = desk.cast.an, desk.time.date()
    new = Terms(amount=12, unit=Unit.HOURS, legal_basis="Mới", effective_from=today)
    desk.do(clock_rule_changes.amend, clock.rule_id, new, by=an)
    wrong = replace(new, amount=48, effective_from=date(2017, 3, 30))
    desk.do(clock_rule_changes.correct, clock.rule_id, wrong, reason="Đọc nhầm", by=an)
    kept = desk.reload(clock)
    assert (kept.due_at, str(kept.length)) == (clock.due_at, "24 giờ")
    assert (kept.verified, kept.verified_by) == (True, "Bùi Phương Dung")
    assert "Nghị định 09/2017" in str(kept.basis)
    with database.reading() as session:
        assert clock_rules.get(session, kept.rule_id).amount == 24
    desk.fast_forward(hours(24))
    assert desk.reload(clock).state is ClockState.OVERDUE
    desk.set_aside()


def test_vouched_for_while_it_runs_a_clock_counts_from_then_on_and_its_people_hear_it(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    clock, over = started(desk, incident), started(desk, incident)
    desk.time += hours(1)
    met(desk, over)
    rung = started(desk, incident, triggered_at=desk.time - hours(25))
    desk.expect_message(to=cast.minh, kind="clock_due", containing="hết thời hạn")
    vouch(desk)
    for told in (cast.minh, cast.binh):
        desk.expect_message(to=told, kind="clock_vouched", containing="quá hạn là vi phạm")
    desk.expect_nothing()
    assert desk.facts(incident).count("ClockVouchedFor") == 1
    assert "Bùi Phương Dung, ngày 20/11/2026" in desk.timeline(incident)[-1].text
    desk.fast_forward(hours(24))
    assert desk.reload(clock).state is ClockState.OVERDUE
    assert desk.reload(rung).state is ClockState.LAPSED
    assert not desk.reload(over).verified
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
