"""Opening an incident, its number, its level, and the task force that is called out."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from sqlmodel import select

from incidents.intake import signals
from incidents.intake.signals import SignalState
from incidents.matter import incidents, taskforces
from incidents.matter.incidents import Incident, Status
from incidents.matter.severity import Level
from incidents.matter.taskforces import NEEDED, FoundingDecision
from incidents.people.roles import Role, RoleHolder
from incidents.record import database
from incidents.record.actors import Actor, Via
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    GuardFailed,
    Invalid,
    NotFound,
    Refusal,
)
from incidents.record.language import Language
from incidents.response.life import grading, opening
from incidents.response.steps import runs
from incidents.response.steps.runs import RunState
from tests.harness import CODE, Desk, hours

THE_WORST = {"reach": 4, "velocity": 4, "harm": 4, "credibility": 4, "duty": 4}
MIDDLING = {"reach": 2, "velocity": 2, "harm": 2, "credibility": 1, "duty": 2}


def _taken(desk: Desk, text: str) -> UUID:
    signal = desk.flag(text)
    desk.take(signal)
    return signal.id


def _open(desk: Desk, signal_id: UUID, barrier: Barrier) -> Incident | Refusal:
    barrier.wait()
    try:
        with database.transaction() as session:
            return opening.open(
                session,
                playbook=CODE,
                level=3,
                title="Tin đồn",
                signal_id=signal_id,
                by=Actor(desk.cast.lan.id, Via.DESK),
            )
    except Refusal as refusal:
        return refusal


def _at_once(desk: Desk, *flags: UUID) -> list[Incident | Refusal]:
    barrier = Barrier(len(flags))
    with ThreadPoolExecutor(len(flags)) as pool:
        outcomes = list(pool.map(lambda flag: _open(desk, flag, barrier), flags))
    desk.set_aside()
    desk.settle()
    desk.set_aside()
    return outcomes


def test_two_openings_at_the_same_moment_get_two_numbers_without_a_gap(desk: Desk) -> None:
    outcomes = _at_once(desk, *[_taken(desk, f"tin {n}") for n in range(4)])
    assert sorted(o.number for o in outcomes if isinstance(o, Incident)) == [
        "2026-0001",
        "2026-0002",
        "2026-0003",
        "2026-0004",
    ]


def test_one_flag_opened_twice_at_the_same_moment_is_one_incident(desk: Desk) -> None:
    flag = _taken(desk, "tin")
    outcomes = _at_once(desk, flag, flag)
    opened = [o for o in outcomes if isinstance(o, Incident)]
    refused = [o for o in outcomes if isinstance(o, AlreadySettled)]
    assert len(opened) == len(refused) == 1
    assert opened[0].number in str(refused[0])
    assert desk.open(exercise=True).number == "2026-0002", "the refused opening used no number up"
    desk.set_aside()


def test_only_an_exercise_opens_without_a_record(desk: Desk) -> None:
    with desk.refused(Invalid, "Cần có bản ghi trước"):
        desk.open()
    assert desk.open(exercise=True).exercise
    desk.set_aside()


def test_numbers_begin_anew_with_the_year_of_the_province(desk: Desk) -> None:
    desk.opened()
    # 17:30 UTC on 31 December is half past midnight of the new year in the province.
    desk.fast_forward(datetime(2026, 12, 31, 17, 30, tzinfo=UTC) - desk.time)
    assert desk.open(exercise=True).number == "2027-0001"
    desk.set_aside()


def test_one_commit_opens_numbers_requests_the_run_and_calls_the_first(desk: Desk) -> None:
    signal = desk.flag()
    desk.take(signal)
    desk.set_aside()
    incident = desk.open(signal)
    desk.expect_messages("incident_opened", desk.cast.tung, desk.cast.binh)
    assert desk.facts(incident) == ["IncidentOpened", "LeadersTold"]
    assert desk.reload(signal).state is SignalState.OPENED
    with database.reading() as session:
        (run,) = runs.of_incident(session, incident.id)
        assert (run.playbook, run.version, run.state) == (CODE, 1, RunState.WAITING)
        assert incidents.by_number(session, "2026-0001").id == incident.id
        assert [i.id for i in incidents.recent(session, live_only=True)] == [incident.id]
    with desk.refused(NotFound, "2026-0009"), database.reading() as session:
        incidents.by_number(session, "2026-0009")


def test_the_timeline_reads_in_both_languages(desk: Desk) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON])
    vi = [line.text for line in desk.timeline(incident)]
    en = [line.text for line in desk.timeline(incident, Language.EN)]
    assert vi[0].startswith("Mở vụ việc 2026-0001 «Tin đồn vỡ đập hồ chứa»")
    assert "kịch bản Tin giả trên mạng xã hội" in vi[0]
    assert en[0].startswith("Opened incident 2026-0001 “Tin đồn vỡ đập hồ chứa”")
    assert "playbook False rumour on social media" in en[0]
    assert vi[2].endswith("412/QĐ-UBND gồm: Tổ trưởng, Người phát ngôn")
    assert en[2].endswith("Decision 412/QĐ-UBND: Lead, Spokesperson")
    line = desk.timeline(incident)[0]
    assert (line.actor, line.via) == ("Trần Thị Lan", "trên trang trực ban")


def test_five_scores_replace_the_provisional_level(desk: Desk) -> None:
    incident = desk.opened(level=3)
    assert incident.level_provisional
    desk.do(grading.score, incident.id, MIDDLING, by=desk.cast.lan)
    graded = desk.reload(incident)
    assert (graded.level, graded.level_provisional) == (Level.MEDIUM, False)
    assert graded.scores == MIDDLING | {"points": 46}
    with desk.refused(Invalid, "Cho điểm từ 0 đến 4"):
        desk.do(grading.score, incident.id, {"reach": 5}, by=desk.cast.lan)


def test_the_level_goes_up_on_one_word_and_down_only_on_two(desk: Desk) -> None:
    incident = desk.opened(level=2, roles=[Role.LEAD, Role.SPOKESPERSON])
    lan, tung = desk.cast.lan, desk.cast.tung
    with desk.refused(Invalid, "Nêu lý do."):
        desk.do(grading.override, incident.id, 4, reason=" ", by=lan)
    desk.do(grading.override, incident.id, 4, reason="Dân bỏ chạy", by=lan)
    desk.expect_messages("level_changed", desk.cast.binh, desk.cast.minh, desk.cast.thao)
    with desk.refused(Conflict, "đang ở cấp độ này"):
        desk.do(grading.override, incident.id, 4, reason="lần nữa", by=lan)
    with desk.refused(Invalid, "Cấp độ từ 0 đến 4"):
        desk.do(grading.override, incident.id, 7, reason="?", by=lan)
    desk.do(grading.score, incident.id, MIDDLING, by=lan)
    assert desk.reload(incident).level == Level.CRISIS
    with desk.refused(Invalid, "người thứ hai"):
        desk.do(grading.override, incident.id, 1, reason="Đã yên", second=lan.id, by=lan)
    desk.do(grading.override, incident.id, 1, reason="Đã yên", by=lan)
    assert desk.reload(incident).level == Level.CRISIS
    desk.agree(incident, by=tung)
    assert desk.reload(incident).level == Level.LOW
    desk.set_aside()
    desk.do(grading.score, incident.id, THE_WORST, by=lan)
    desk.set_aside()
    assert desk.reload(incident).level == Level.CRISIS
    assert [f for f in desk.facts(incident) if f in ("LevelSet", "LevelLowered")] == [
        *("LevelSet", "LevelSet", "LevelLowered", "LevelSet"),
    ]


@pytest.mark.parametrize(("level", "automatic"), [(1, False), (2, True), (4, True)])
def test_the_founding_decision_says_from_which_level_the_task_force_acts(
    desk: Desk, level: int, automatic: bool
) -> None:
    incident = desk.opened(level=level)
    force = desk.activate(incident, Role.LEAD, Role.SPOKESPERSON, Role.DUTY_OFFICER)
    assert (force is not None) is automatic
    assert (desk.reload(incident).status is Status.ACTIVE) is automatic
    if automatic:
        cast = desk.cast
        # The holder and the deputy of each role are called out; the officer on shift, not the next.
        desk.expect_messages("called_out", cast.binh, cast.minh, cast.thao, cast.lan)
        again = desk.activate(incident, Role.LEAD)
        assert again.id == force.id


def test_without_a_decision_in_force_a_leader_must_direct(desk: Desk) -> None:
    with database.transaction() as session:
        decision = session.exec(select(FoundingDecision)).one()
        decision.valid_to = desk.time.date() - timedelta(days=1)
        session.add(decision)
    incident = desk.opened(level=4)
    assert desk.activate(incident, Role.LEAD) is None

    def direct(
        given_by: str, call_back: str, roles: Sequence[Role] = NEEDED
    ) -> taskforces.TaskForce:
        return desk.do(
            taskforces.activate_by_direction,
            incident.id,
            list(roles),
            given_by=given_by,
            call_back=call_back,
            by=desk.cast.lan,
        )

    with desk.refused(Invalid, "ai chỉ đạo và số máy"):
        direct("Đồng chí Chủ tịch", " ")
    with desk.refused(Invalid, "Số điện thoại"):
        direct("Đồng chí Chủ tịch", "gọi sau")
    for roles, missing in (([], 3), ([Role.SECRETARY, Role.LEGAL], 2)):
        with desk.refused(GuardFailed, "Chưa cử") as refusal:
            direct("Đồng chí Chủ tịch", "0900 000 017", roles)
        assert len(refusal.value.missing) == missing
    force = direct("Đồng chí Chủ tịch", "0900 000 017")
    cast = desk.cast
    desk.expect_messages("called_out", cast.binh, cast.minh, cast.thao, cast.ha, cast.nga)
    assert force.regularise_by == desk.time + hours(24)
    assert desk.reload(incident).status is Status.ACTIVE
    with desk.refused(Conflict, "đã được kích hoạt"):
        direct("Đồng chí Chủ tịch", "0900 000 017")


def test_work_goes_to_the_seat_even_after_the_post_changed_hands(desk: Desk) -> None:
    incident = desk.opened(roles=[Role.SECRETARY])
    with database.transaction() as session:
        for holder in session.exec(select(RoleHolder).where(RoleHolder.role == Role.SECRETARY)):
            holder.valid_to = desk.time
            session.add(holder)
    with database.reading() as session:
        assert taskforces.candidates(session, incident.id, Role.SECRETARY) == [
            desk.cast.ha.id,
            desk.cast.nga.id,
        ]
        # Outside the task force the roster and the posts of the moment count.
        assert taskforces.candidates(session, incident.id, Role.DUTY_OFFICER) == [desk.cast.lan.id]
        assert taskforces.candidates(session, incident.id, Role.LEGAL)[0] == desk.cast.dung.id


def test_undoing_an_opening_keeps_the_number_and_returns_the_flag(desk: Desk) -> None:
    incident = desk.opened(roles=[Role.LEAD])
    step = desk.plan(incident, "decide", Role.LEAD)
    desk.expect_messages("step_assigned", desk.cast.binh)
    with desk.refused(Invalid, "Nêu lý do"):
        desk.do(opening.undo, incident.id, reason="", by=desk.cast.lan)
    desk.do(opening.undo, incident.id, reason="Nhầm tin cũ", by=desk.cast.lan)
    desk.expect_messages("stood_down", desk.cast.binh)
    undone = desk.reload(incident)
    assert (undone.status, undone.ended_at) == (Status.UNDONE, desk.time)
    assert desk.reload(step).state.value == "cancelled"
    with database.reading() as session:
        (signal,) = signals.waiting(session)
        assert signal.state is SignalState.TRIAGE
        assert runs.of_incident(session, incident.id)[0].state is RunState.ENDED
    assert desk.facts(signal)[-1] == "SignalReturned"
    with desk.refused(Conflict, "Mở nhầm, đã hủy"):
        desk.do(opening.undo, incident.id, reason="lần nữa", by=desk.cast.lan)
    assert desk.open(signal).number == "2026-0002"
    desk.set_aside()
