"""Statutory clocks: proposed, and started by a person who confirms the trigger."""

from datetime import date, datetime
from typing import Any

import pytest

from incidents.intake import evidence
from incidents.intake.evidence import EvidenceKind
from incidents.matter import clock_rule_changes, clock_rules
from incidents.matter.incidents import Incident
from incidents.record import database
from incidents.record.actors import ENGINE
from incidents.record.clock import LOCAL
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
)
from incidents.response.clocks import clock_endings, clocks
from incidents.response.clocks.clock_facts import Certainty, Origin
from incidents.response.clocks.clocks import ClockState
from incidents.response.life import grading
from tests.harness import Desk, hours, minutes
from tests.incidents.terms import FIRST, ROLES, proposed, rule, started


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


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
    ended = {"last_day": date(2026, 11, 1), "legal_basis": "Đã thay thế"}
    desk.do(clock_rule_changes.repeal, rule().id, **ended, by=desk.cast.an)
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
        by=desk.cast.binh,
    )
    desk.agree(incident, by=desk.cast.tung)
    with database.reading() as session:
        (clock,) = clocks.of_incident(session, incident.id)
    assert clock.due_at == due
    desk.set_aside()
