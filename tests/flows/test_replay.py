from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from flows.engine import Engine
from flows.outcomes import Unsettled
from flows.replaying import Replay
from flows.run import Run
from flows.staging import DuplicateStep
from incidents.matter import incidents
from incidents.matter.incidents import Finding, Incident, Status
from incidents.record import clock, database
from incidents.record.actors import Actor, Via
from incidents.response.answers import signing
from incidents.response.life import grading, lifecycle
from incidents.response.steps import runs, steps
from incidents.response.steps.runs import PlaybookRun, RunState
from incidents.response.steps.steps import StepState
from incidents.words.approvals import Verdict
from tests.flows.conftest import STORY
from tests.harness import Desk, hours, minutes

Release = Callable[[str], Engine]

VERIFIED: dict[str, Any] = {"explanation": "Đập an toàn.", "source": "Sở Nông nghiệp"}


def opened(desk: Desk) -> Incident:
    signal = desk.flag()
    desk.take(signal)
    incident = desk.open(signal)
    desk.set_aside()
    return incident


def run_of(incident: Incident) -> PlaybookRun:
    with database.reading() as session:
        return runs.of_incident(session, incident.id)[0]


def test_every_step_opens_once_however_often_the_run_is_replayed(
    desk: Desk, release: Release
) -> None:
    # The harness replays every run after every event and fails on any difference.
    release(STORY)
    incident = opened(desk)
    assert desk.step("sign holding").state is StepState.PLANNED
    desk.answer("capture", by=desk.cast.lan, screenshot_kept=True, interactions=12)
    desk.answer("holding", by=desk.cast.ha, title="Thông tin ban đầu", text="Đang xác minh.")
    desk.sign("sign holding", by=desk.cast.minh)
    desk.answer("verify", by=desk.cast.phuc, finding=Finding.FALSE, **VERIFIED)
    desk.answer("post", by=desk.cast.mai, channels="Cổng 08:00", unchanged=True)
    desk.answer("conclude", by=desk.cast.ha, summary="Xong.", library_updated=True)
    assert run_of(incident).state is RunState.FINISHED
    desk.set_aside()


def test_a_missed_deadline_is_a_value_and_passes_on_first(desk: Desk, release: Release) -> None:
    release(STORY)
    opened(desk)
    desk.fast_forward(minutes(61))
    assert desk.step("verify").passed_at_due
    desk.fast_forward(minutes(31))
    assert desk.step("verify").state is StepState.OVERDUE
    assert desk.step("say when").state is StepState.OPEN
    desk.set_aside()


def test_a_step_nobody_takes_is_a_value(desk: Desk, release: Release) -> None:
    release(STORY)
    opened(desk)
    for _ in range(12):
        step = desk.step("verify")
        if step.state is StepState.DECLINED:
            break
        holder = next(p for p in vars(desk.cast).values() if p.id == step.assignee_id)
        desk.decline("verify", by=holder)
    assert desk.step("verify").state is StepState.DECLINED
    assert desk.step("say when").state is StepState.OPEN
    desk.set_aside()


def test_what_a_wait_first_saw_stands(desk: Desk, release: Release) -> None:
    release(STORY)
    opened(desk)
    desk.fast_forward(minutes(92))
    desk.answer("verify", by=desk.cast.phuc, finding=Finding.FALSE, **VERIFIED)
    late = desk.step("verify")
    assert late.state is StepState.DONE
    assert late.late
    with pytest.raises(Exception, match="No row was found"):
        desk.step("report")
    desk.set_aside()


def test_words_edited_after_the_signature_was_seen_are_not_handed_on_to_be_posted(
    desk: Desk, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = release(STORY)
    opened(desk)
    desk.answer("holding", by=desk.cast.ha, title="Thông tin ban đầu", text="Đang xác minh.")
    desk.answer("verify", by=desk.cast.phuc, finding=Finding.FALSE, **VERIFIED)
    version = desk.text_of("sign holding")
    by = Actor(desk.cast.ha.id, Via.DESK)
    with database.transaction() as session:
        signing.sign_off(
            session,
            version.id,
            Verdict.GRANTED,
            sha256=version.sha256,
            by=Actor(desk.cast.minh.id, Via.DESK),
        )
    see = Replay._see

    def then_edit(self: Replay, settled: Any, beside: Any) -> None:
        see(self, settled, beside)
        if not settled:
            return
        with database.transaction() as session:
            signing.revise(session, version.statement_id, title="Mới", text="Chữ mới.", by=by)

    with monkeypatch.context() as patch:
        patch.setattr(Replay, "_see", then_edit)
        engine.advance_due()
    desk.settle()
    with pytest.raises(Exception, match="No row was found"):
        desk.step("post")
    assert desk.step("report").state is StepState.OPEN
    desk.set_aside()


def test_parallel_steps_wait_once_and_any_order_of_answers_ends_alike(
    desk: Desk, release: Release
) -> None:
    release("""
    first = run.ask("one", of=SECRETARY, due=minutes(60))
    second = run.ask("two", of=LEGAL, due=minutes(60))
    run.wait_any(first, second)
    run.ask("two came first" if second.settled else "one came first", of=LEAD, due=minutes(30))
    run.wait(first, second)
    run.ask("both", of=LEAD, due=minutes(30))
    run.wait(run.ask("last", of=LEAD, due=hours(9)))
    """)
    opened(desk)
    desk.answer("two", by=desk.cast.dung)
    assert desk.step("two came first").state is StepState.OPEN
    desk.answer("one", by=desk.cast.ha)
    assert desk.step("both").state is StepState.OPEN
    desk.set_aside()


def test_a_measurement_opens_when_its_time_has_come(desk: Desk, release: Release) -> None:
    release("""
    counted = run.measure("count", of=MONITORING, after=hours(2))
    run.wait(counted)
    run.wait(run.ask("falling" if counted.done and counted.answer.falling else "rising",
        of=LEAD, due=hours(9)))
    """)
    opened(desk)
    desk.fast_forward(minutes(119))
    with pytest.raises(Exception, match="No row was found"):
        desk.step("count")
    desk.fast_forward(minutes(1))
    desk.answer("count", by=desk.cast.khoi, falling=True)
    assert desk.step("falling").state is StepState.OPEN
    desk.set_aside()


def test_a_level_once_read_stands(desk: Desk, release: Release) -> None:
    release("""
    level = run.level
    run.wait(run.ask("first", of=SECRETARY, due=hours(1)))
    run.wait(run.ask(f"at level {level.value}", of=SECRETARY, due=hours(9)))
    """)
    incident = opened(desk)
    desk.do(grading.override, incident.id, 4, reason="Lan nhanh", by=desk.cast.binh)
    desk.answer("first", by=desk.cast.ha)
    assert desk.step("at level 3").state is StepState.OPEN
    desk.set_aside()


def test_rounds_come_one_interval_after_the_other(desk: Desk, release: Release) -> None:
    release("""
    for each in run.every(hours(1), at_most=3):
        run.ask(f"update {each}", of=SECRETARY, due=minutes(30), mandatory=False)
    """)
    incident = opened(desk)
    desk.fast_forward(hours(2))
    assert desk.step("update 2").state is StepState.OPEN
    with pytest.raises(Exception, match="No row was found"):
        desk.step("update 3")
    desk.fast_forward(hours(1))
    assert run_of(incident).state is RunState.FINISHED
    desk.set_aside()


def test_hours_of_the_day_are_asked_for_while_the_matter_is_worked_on(
    desk: Desk, release: Release
) -> None:
    release("""
    run.daily(
        "report", of=SECRETARY, at=(time_of_day(6), time_of_day(18)), within=hours(1), at_most=9
    )
    run.wait(run.ask("go on", of=LEAD, due=days(9)))
    """)
    incident = opened(desk)  # at 02:30
    desk.fast_forward(hours(2))
    assert asked(incident) == {}
    desk.fast_forward(hours(0.5))
    assert asked(incident) == {"report": local(23, 6)}
    desk.answer("report", by=desk.cast.ha)
    # Nobody was there to ask at 17:00: at 18:30 there is an hour from then, later it is left out.
    at(desk, local(23, 18) + minutes(30))
    assert asked(incident)["report 2"] == local(23, 19) + minutes(30)
    at(desk, local(24, 8))
    becomes(incident, Status.STABILISING)
    at(desk, local(24, 17))
    at(desk, local(25, 5))
    assert set(asked(incident)) == {"report", "report 2"}
    becomes(incident, Status.OPEN)
    at(desk, local(25, 17))
    assert set(asked(incident)) == {"report", "report 2", "report 6"}
    assert asked(incident)["report 6"] == local(25, 18)
    desk.set_aside()


def at(desk: Desk, moment: datetime) -> None:
    desk.time = moment
    desk.settle()


def local(day: int, hour: int) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=clock.LOCAL).astimezone(UTC)


def asked(incident: Incident) -> dict[str, datetime | None]:
    """The reports and when they are, or were, due."""
    with database.reading() as session:
        found = steps.of_incident(session, incident.id)
    return {each.key: each.due_at for each in found if each.key.startswith("report")}


def becomes(incident: Incident, status: Status) -> None:
    with database.transaction() as session:
        incidents.get(session, incident.id, lock=True).status = status
        runs.want(session, run_of(incident).id)


def test_a_round_begins_when_the_one_before_has_ended(desk: Desk, release: Release) -> None:
    release("""
    for each in run.rounds(at_most=3):
        asked = run.ask(f"ask {each}", of=SECRETARY, due=hours(9))
        run.wait(asked)
        if asked.done and each > 1:
            break
    """)
    incident = opened(desk)
    desk.answer("ask 1", by=desk.cast.ha)
    desk.answer("ask 2", by=desk.cast.ha)
    with pytest.raises(Exception, match="No row was found"):
        desk.step("ask 3")
    assert run_of(incident).state is RunState.FINISHED
    desk.set_aside()


def test_a_key_used_twice_is_an_error_of_the_author_and_stops_nobody_else(
    desk: Desk, release: Release
) -> None:
    with pytest.raises(DuplicateStep):
        release("""
    run.ask("same", of=SECRETARY, due=hours(1))
    run.ask("same", of=SECRETARY, due=hours(1))
    """)
    with pytest.raises(Unsettled, match="wait for"):
        release("""
    asked = run.ask("one", of=SECRETARY, due=hours(1))
    asked.done
    """)


def test_a_stood_down_incident_runs_no_playbook_any_more(desk: Desk, release: Release) -> None:
    release(STORY)
    incident = opened(desk)
    desk.do(lifecycle.stand_down, incident.id, reason="Báo nhầm", by=desk.cast.binh)
    assert run_of(incident).state is RunState.ENDED
    desk.fast_forward(hours(5))
    assert desk.step("verify").state is StepState.CANCELLED
    desk.set_aside()


def test_a_playbook_that_breaks_is_tried_again_later_and_named(
    desk: Desk, release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = release(STORY)
    with monkeypatch.context() as patch:

        def broken(self: Run, *_: object) -> bool:
            raise ZeroDivisionError("a fault")

        patch.setattr(Run, "activate_task_force", broken)
        incident = opened(desk)
        assert run_of(incident).last_error == "ZeroDivisionError: a fault"
    desk.time += minutes(10)
    engine.advance_due()
    desk.settle()
    assert run_of(incident).last_error is None
    assert desk.step("verify").state is StepState.OPEN
    desk.set_aside()


def test_a_refused_signature_is_a_value(desk: Desk, release: Release) -> None:
    release(STORY)
    opened(desk)
    desk.answer("holding", by=desk.cast.ha, title="Thông tin", text="Đang xác minh.")
    desk.sign("sign holding", by=desk.cast.minh, verdict=Verdict.REFUSED, comment="Chưa đủ")
    desk.answer("verify", by=desk.cast.phuc, finding=Finding.FALSE, **VERIFIED)
    with pytest.raises(Exception, match="No row was found"):
        desk.step("post")
    assert desk.step("report").state is StepState.OPEN
    desk.set_aside()
