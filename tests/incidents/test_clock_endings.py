"""Terms end met with their proof, explained, or not applicable; what the law asks goes on."""

from datetime import timedelta
from uuid import UUID

import pytest

from incidents.intake import evidence
from incidents.matter.incidents import Incident, Status
from incidents.record import database
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    GuardFailed,
    Invalid,
    NotFound,
)
from incidents.response.answers import signing
from incidents.response.clocks import clock_endings, clocks
from incidents.response.clocks.clock_facts import ProofKind
from incidents.response.clocks.clocks import ClockState
from incidents.response.life import lifecycle, opening
from incidents.words import publications
from tests.cast import filled
from tests.harness import Desk, hours, minutes
from tests.incidents.terms import ROLES, met, proposed, started, vouch


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=ROLES)


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
    slots = filled(desk.time)
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


def test_words_that_came_out_late_take_no_breach_back_by_an_earlier_time(
    desk: Desk, incident: Incident
) -> None:
    vouch(desk)
    clock = started(desk, incident)
    desk.fast_forward(hours(30))
    slots = filled(desk.time)
    out = desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=desk.cast.lan)
    proof = {"kind": ProofKind.PUBLICATION, "proof": str(out.id)}
    with desk.refused(Invalid, "giờ hoàn thành là giờ đó"):
        met(desk, clock, met_at=desk.time - hours(10), **proof)
    with desk.refused(Conflict, "hãy giải trình"):
        met(desk, clock, met_at=desk.time.replace(second=0), **proof)
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
    slots = filled(desk.time)
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
    assert not desk.messages(kind="clock_due")
    with desk.refused(Conflict, "Mở nhầm"):
        met(desk, running)
    desk.set_aside()  # the flag, which waits for a decision again


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
