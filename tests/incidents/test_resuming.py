"""A matter is taken up again: it flares up, is reopened within a year, or followed after it."""

from datetime import timedelta
from typing import Any

import pytest

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter import clock_rules, incidents, taskforces, ties
from incidents.matter.incidents import Finding, Incident, Status
from incidents.matter.ties import TieKind
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.actors import ENGINE
from incidents.record.errors import Conflict, GuardFailed, Invalid
from incidents.record.language import Language
from incidents.record.moments import nearest
from incidents.response.answers import signing
from incidents.response.clocks import clock_alarms, clock_endings, clocks
from incidents.response.clocks.clock_facts import Origin
from incidents.response.clocks.clocks import ClockState
from incidents.response.ending import closing, closing_reports
from incidents.response.ending.closing_words import Remarks
from incidents.response.life import grading, lifecycle, resuming
from incidents.response.life.resuming import Flare
from incidents.response.steps import runs
from incidents.response.steps.runs import RunState
from incidents.words import publications
from tests import ending
from tests.cast import filled
from tests.harness import CODE, Desk, hours, minutes, read

CONCLUDED: dict[str, Any] = {"summary": "Tin sai, đã trả lời.", "library_updated": "true"}
AGAIN: dict[str, Any] = {"playbook": CODE, "reason": "Tin lan lại"}


@pytest.fixture
def incident(desk: Desk) -> Incident:
    found = desk.opened(level=3, roles=[Role.LEAD, Role.STANDING_DEPUTY, Role.MONITORING])
    slots = filled(desk.time)
    desk.do(signing.release_shell, found.id, "BAN-DAU", slots, by=desk.cast.lan)
    desk.do(lifecycle.stabilise, found.id, reason="Đã yên", by=desk.cast.binh)
    desk.set_aside()
    return desk.reload(found)


def closed(desk: Desk, incident: Incident) -> None:
    binh = desk.cast.binh
    key = f"conclude {len(desk.facts(incident))}"
    desk.plan(incident, key, Role.LEAD, form="Conclusion")
    desk.answer(key, by=binh, **CONCLUDED)
    desk.do(lifecycle.resolve, incident.id, by=binh)
    ending.close(desk, incident)
    desk.set_aside()


def measured(desk: Desk, incident: Incident, *counts: int) -> None:
    for count in counts:
        key = f"measure {count}"
        desk.plan(incident, key, Role.MONITORING, form="Measurement")
        desk.answer(key, by=desk.cast.khoi, falling=False, interactions=count)
    desk.set_aside()


def flare_up(desk: Desk, incident: Incident, cause: Flare, reason: str = "Lan lại") -> Incident:
    return desk.do(resuming.flare_up, incident.id, cause, reason=reason, by=desk.cast.lan)


def test_what_spreads_again_is_worked_on_again_and_everybody_hears_why(
    desk: Desk, incident: Incident
) -> None:
    flare_up(desk, incident, Flare.REACH)
    assert desk.reload(incident).status is Status.ACTIVE
    told = desk.expect_message(to=desk.cast.binh, kind="incident_resumed")
    assert "Lý do: Lan lại" in read(told)
    desk.expect_messages("incident_resumed", desk.cast.tung, desk.cast.khoi)
    lines = [line.text for line in desk.timeline(incident, Language.EN)]
    assert lines[-2] == "It flared up again: it spreads again. Lan lại"
    with desk.refused(GuardFailed, "chưa ở trạng thái tạm ổn"):
        flare_up(desk, incident, Flare.REACH)


def test_without_a_task_force_it_is_open_again(desk: Desk) -> None:
    low = desk.opened(level=1)
    desk.do(lifecycle.stabilise, low.id, reason="Không lan", by=desk.cast.binh)
    flare_up(desk, low, Flare.REACH)
    assert desk.reload(low).status is Status.OPEN
    desk.expect_messages("incident_resumed", desk.cast.tung, desk.cast.binh)


def test_each_cause_must_be_shown_by_the_record(desk: Desk, incident: Incident) -> None:
    with desk.refused(GuardFailed, "nội dung mới") as refusal:
        flare_up(desk, incident, Flare.CLAIM, " ")
    assert len(refusal.value.missing) == 2
    with desk.refused(GuardFailed, "Cấp độ chưa tăng"):
        flare_up(desk, incident, Flare.LEVEL)
    measured(desk, incident, 100, 149)
    with desk.refused(GuardFailed, "thêm một nửa"):
        flare_up(desk, incident, Flare.REACH)


def test_reach_that_grew_by_half_shows_it(desk: Desk, incident: Incident) -> None:
    measured(desk, incident, 100, 150)
    flare_up(desk, incident, Flare.REACH)
    desk.set_aside()


def test_a_new_claim_shows_it(desk: Desk, incident: Incident) -> None:
    said = ["Hai người mất tích"]
    desk.do(claims.state, incident.id, said, nature=Nature.CLAIM, by=desk.cast.khoi)
    flare_up(desk, incident, Flare.CLAIM)
    desk.set_aside()


def test_a_higher_level_shows_it(desk: Desk, incident: Incident) -> None:
    desk.do(grading.override, incident.id, 4, reason="Dân bỏ chạy", by=desk.cast.lan)
    flare_up(desk, incident, Flare.LEVEL)
    desk.set_aside()


def test_what_flared_up_stabilises_by_new_numbers_only(desk: Desk, incident: Incident) -> None:
    for number in (1, 2):
        key = f"falls {number}"
        desk.plan(incident, key, Role.MONITORING, form="Measurement")
        desk.answer(key, by=desk.cast.khoi, falling=True)
    desk.fast_forward(minutes(10))
    flare_up(desk, incident, Flare.REACH)
    with desk.refused(GuardFailed, "hai lần đo"):
        desk.do(lifecycle.stabilise, incident.id, reason="", by=desk.cast.binh)
    desk.set_aside()


def test_what_was_not_at_its_end_is_taken_back_and_closing_asks_for_a_report_that_fits(
    desk: Desk, incident: Incident
) -> None:
    binh, ha, khoi = desk.cast.binh, desk.cast.ha, desk.cast.khoi
    with desk.refused(Conflict, "đang «Tạm ổn"):
        desk.do(resuming.take_back, incident.id, reason="Vội", by=binh)
    said = ["Hai người mất tích"]
    (claim,) = desk.do(claims.state, incident.id, said, nature=Nature.CLAIM, by=khoi)
    desk.do(claims.settle, claim.id, Finding.FALSE, "Đã hỏi xã", by=desk.cast.phuc)
    desk.plan(incident, "conclude", Role.LEAD, form="Conclusion")
    desk.answer("conclude", by=binh, **CONCLUDED)
    for judged in (True, False):
        desk.fast_forward(minutes(10))
        desk.do(lifecycle.resolve, incident.id, by=binh)
        made = desk.do(closing_reports.submit, incident.id, Remarks(), by=ha)
        if judged:
            desk.do(closing_reports.approve, made.id, sha256=made.sha256, by=binh)
        with desk.refused(Invalid, "Nêu lý do"):
            desk.do(resuming.take_back, incident.id, reason=" ", by=binh)
        desk.set_aside()
        desk.do(resuming.take_back, incident.id, reason="Tin lan lại", by=binh)
        desk.expect_messages("incident_resumed", desk.cast.tung, khoi)
        again = desk.reload(incident)
        assert (again.status, again.resolved_at, again.look_back_at) == (
            Status.STABILISING,
            None,
            None,
        )
        assert again.next_review_at
    with desk.refused(GuardFailed, "nội dung mới"):
        flare_up(desk, incident, Flare.CLAIM)
    desk.fast_forward(minutes(10))
    desk.do(lifecycle.resolve, incident.id, by=binh)
    with desk.refused(Conflict, "phải trình bản mới"):
        desk.do(closing_reports.approve, made.id, sha256=made.sha256, by=binh)
    with desk.refused(GuardFailed, "Báo cáo tổng kết chưa được duyệt"):
        desk.do(closing.close, incident.id, by=binh)
    ending.close(desk, incident)
    assert desk.reload(incident).status is Status.CLOSED
    desk.set_aside()


def test_leadership_reopens_within_a_year_with_a_new_run(desk: Desk, incident: Incident) -> None:
    closed(desk, incident)
    desk.fast_forward(timedelta(days=60))
    desk.do(resuming.reopen, incident.id, **AGAIN, by=desk.cast.chuong)
    desk.expect_messages("incident_resumed", desk.cast.binh, desk.cast.tung, desk.cast.khoi)
    again = desk.reload(incident)
    assert (again.status, again.ended_at, again.resolved_at) == (Status.ACTIVE, None, None)
    with database.reading() as session:
        first, second = runs.of_incident(session, incident.id)
        force = taskforces.of(session, incident.id)
    assert (first.state, second.state) == (RunState.ENDED, RunState.WAITING)
    assert force
    assert force.dissolved_at is None
    assert "Reopened the incident closed at" in desk.timeline(incident, Language.EN)[-2].text


def test_a_reopened_matter_ends_only_by_a_new_conclusion_and_review(
    desk: Desk, incident: Incident
) -> None:
    closed(desk, incident)
    desk.fast_forward(hours(24))
    binh = desk.cast.binh
    desk.do(resuming.reopen, incident.id, **AGAIN, by=binh)
    desk.do(lifecycle.stabilise, incident.id, reason="Đã yên", by=binh)
    desk.do(lifecycle.resolve, incident.id, by=binh)
    with desk.refused(GuardFailed) as refusal:
        desk.do(closing.close, incident.id, by=binh)
    assert [words for words, _ in refusal.value.missing] == [
        "Chưa có kết luận vụ việc.",
        "Từ cấp độ 3 phải họp rút kinh nghiệm trước khi kết thúc.",
        "Báo cáo tổng kết chưa được duyệt.",
    ]
    desk.set_aside()


def test_it_can_be_closed_and_told_of_a_second_time(desk: Desk, incident: Incident) -> None:
    closed(desk, incident)
    desk.fast_forward(hours(24))
    desk.do(resuming.reopen, incident.id, **AGAIN, by=desk.cast.binh)
    desk.do(lifecycle.stabilise, incident.id, reason="Đã yên", by=desk.cast.binh)
    desk.set_aside()
    before = len(desk.messages(kind="incident_closed"))
    closed(desk, incident)
    assert desk.reload(incident).status is Status.CLOSED
    assert len(desk.messages(kind="incident_closed")) == 2 * before


def test_a_clock_that_still_runs_sounds_again(desk: Desk, incident: Incident) -> None:
    lan = desk.cast.lan
    proposed = desk.do(clocks.propose, incident.id, "ACCESS_SIMPLE", by=lan)
    desk.do(clocks.start, proposed.id, confirmed=True, triggered_at=desk.time, by=lan)
    closed(desk, incident)
    with database.reading() as session:
        assert nearest(session, clock_alarms.COMING) is None
    desk.do(resuming.reopen, incident.id, **AGAIN, by=desk.cast.binh)
    with database.reading() as session:
        assert nearest(session, clock_alarms.COMING)
    desk.set_aside()


def test_a_mistaken_standing_down_is_taken_back_and_a_promise_to_the_public_is_named(
    desk: Desk, incident: Incident
) -> None:
    binh = desk.cast.binh
    with database.reading() as session:
        (promised,) = publications.awaited(session, incident)
    desk.do(lifecycle.stand_down, incident.id, reason="Nhầm vụ", by=binh)
    desk.set_aside()
    assert promised.title in desk.timeline(incident)[-1].text
    desk.fast_forward(hours(1))
    desk.do(resuming.reopen, incident.id, **AGAIN, by=desk.cast.chuong)
    desk.expect_messages("incident_resumed", binh, desk.cast.tung, desk.cast.khoi)
    again = desk.reload(incident)
    assert (again.status, again.ended_at) == (Status.ACTIVE, None)
    (said,) = [line.text for line in desk.timeline(again) if line.fact == "StandDownTakenBack"]
    assert said.startswith("Xử lý trở lại vụ việc đã dừng lúc")
    assert "IncidentReopened" not in desk.facts(again)
    with database.reading() as session:
        assert [r.state for r in runs.of_incident(session, incident.id)][-1] is RunState.WAITING
        (out,) = publications.of_incident(session, incident.id)
    desk.do(publications.withdraw, out.id, reason="Nhầm", by=binh)
    desk.do(lifecycle.stand_down, incident.id, reason="Không còn gì", by=binh)
    desk.set_aside()
    assert promised.title not in desk.timeline(incident)[-1].text


def test_terms_a_standing_down_dropped_are_asked_about_again_those_decided_on_are_not(
    desk: Desk, incident: Incident
) -> None:
    lan = desk.cast.lan
    decided = desk.do(clocks.propose, incident.id, "DATA_BREACH", by=lan)
    desk.do(clock_endings.dismiss, decided.id, reason="Không có dữ liệu cá nhân", by=lan)
    with database.transaction() as session:
        first, how = "FIRST_INFORMATION", Origin.FACT
        dropped = clocks.propose_once(session, incident.id, first, origin=how, by=ENGINE)
    assert dropped
    repealed = desk.do(clocks.propose, incident.id, "ACCESS_SIMPLE", by=lan)
    desk.time += minutes(5)
    desk.do(lifecycle.stand_down, incident.id, reason="Nhầm vụ", by=lan)
    desk.set_aside()
    with database.transaction() as session:
        row = clock_rules.get(session, repealed.rule_id)
        row.effective_to = row.effective_from
        session.add(row)
    desk.fast_forward(hours(1))
    desk.do(resuming.reopen, incident.id, **AGAIN, by=desk.cast.chuong)
    desk.set_aside()
    with database.reading() as session:
        found = clocks.of_incident(session, incident.id)
    waiting = [c for c in found if c.state is ClockState.PROPOSED]
    assert [c.code for c in waiting] == ["FIRST_INFORMATION"]
    assert (waiting[0].id != dropped.id, waiting[0].origin) == (True, Origin.FACT)
    told = [line.text for line in desk.timeline(incident) if line.fact == "ClockProposed"]
    assert "(từ sự kiện đã ghi)" in told[-1]
    begun = desk.do(clocks.start, waiting[0].id, confirmed=True, triggered_at=desk.time, by=lan)
    assert begun.state is ClockState.RUNNING


def test_only_what_is_closed_is_reopened_for_a_reason_and_by_a_playbook_that_fits(
    desk: Desk, incident: Incident
) -> None:
    binh = desk.cast.binh
    with desk.refused(Conflict, "Tạm ổn"):
        desk.do(resuming.reopen, incident.id, **AGAIN, by=binh)
    with desk.refused(Conflict, "dừng xử lý mới có vụ việc nối tiếp"):
        desk.do(
            resuming.follow, incident.id, playbook=CODE, level=2, title="Mới", reason="x", by=binh
        )
    closed(desk, incident)
    with desk.refused(GuardFailed, "Chưa nêu lý do"):
        desk.do(resuming.reopen, incident.id, playbook=CODE, reason=" ", by=binh)
    with desk.refused(Invalid, "KHONG_CO"):
        desk.do(resuming.reopen, incident.id, playbook="KHONG_CO", reason="x", by=binh)
    with desk.refused(Conflict, "hãy mở lại vụ việc này"):
        desk.do(
            resuming.follow, incident.id, playbook=CODE, level=2, title="Mới", reason="x", by=binh
        )


def test_after_a_year_a_new_incident_follows_the_old_one(desk: Desk, incident: Incident) -> None:
    closed(desk, incident)
    desk.time += timedelta(days=366)
    binh = desk.cast.binh
    with desk.refused(GuardFailed, "hãy mở vụ việc mới nối tiếp"):
        desk.do(resuming.reopen, incident.id, **AGAIN, by=binh)
    again: dict[str, Any] = {"playbook": CODE, "level": 2, "title": "Tin đồn vỡ đập, lần hai"}
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(resuming.follow, incident.id, **again, reason=" ", by=binh)
    made = desk.do(resuming.follow, incident.id, **again, reason="Tin cũ quay lại", by=binh)
    desk.set_aside()
    assert made.number == "2027-0001"
    with database.reading() as session:
        ((tie, other),) = ties.of(session, made.id)
        ((_, back),) = ties.of(session, incident.id)
        assert incidents.by_number(session, "2026-0001").status is Status.CLOSED
    assert (tie.kind, other.number, back.number) == (TieKind.FOLLOWS, "2026-0001", "2027-0001")
    assert desk.timeline(made, Language.EN)[-1].text.startswith("Follows incident 2026-0001")
    told = desk.timeline(incident, Language.EN)[-1].text
    assert told == "Incident 2027-0001 was opened to follow this one"
    assert desk.reload(made).finding is Finding.PENDING
