"""A playbook that runs once more on a reopened matter, and one whose level changes midway."""

from datetime import timedelta

from incidents.matter.incidents import Finding, Incident, Status
from incidents.record import database
from incidents.response.life import grading, lifecycle, resuming
from incidents.response.steps import runs, steps
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import Step, StepState
from tests import ending
from tests.flows.conftest import STORY
from tests.flows.test_replay import VERIFIED, Release, opened
from tests.harness import CODE, Desk, hours, minutes


def steps_of_run(incident: Incident, number: int) -> dict[str, Step]:
    with database.reading() as session:
        return steps.of_run(session, runs.of_incident(session, incident.id)[number].id)


def through(desk: Desk) -> None:
    """To the end of the playbook."""
    desk.answer("capture", by=desk.cast.lan, screenshot_kept=True, interactions=12)
    desk.answer("holding", by=desk.cast.ha, title="Thông tin ban đầu", text="Đang xác minh.")
    desk.sign("sign holding", by=desk.cast.minh)
    desk.answer("verify", by=desk.cast.phuc, finding=Finding.FALSE, **VERIFIED)
    desk.answer("post", by=desk.cast.mai, channels="Cổng 08:00", unchanged=True)
    desk.answer("report", by=desk.cast.tung, referral="not_sent", ground="Không cần")
    desk.answer("conclude", by=desk.cast.ha, summary="Xong.", library_updated=True)
    desk.set_aside()


def test_a_reopened_matter_runs_anew_with_words_of_its_own(desk: Desk, release: Release) -> None:
    release(STORY)
    incident = opened(desk)
    through(desk)
    binh = desk.cast.binh
    desk.do(lifecycle.stabilise, incident.id, reason="Đã yên", by=binh)
    desk.do(lifecycle.resolve, incident.id, by=binh)
    ending.close(desk, incident)
    desk.fast_forward(timedelta(days=30))
    desk.do(resuming.reopen, incident.id, playbook=CODE, reason="Tin lan lại", by=binh)
    desk.set_aside()
    before, again = steps_of_run(incident, 0), steps_of_run(incident, 1)
    assert {"capture", "verify", "holding", "sign holding"} <= set(again)
    assert all(step.state is StepState.DONE for step in before.values())
    assert again["capture"].state is StepState.OPEN
    assert again["holding"].statement_id != before["holding"].statement_id
    assert again["holding"].statement_id == again["sign holding"].statement_id
    assert desk.reload(incident).status is Status.ACTIVE
    with database.reading() as session:
        states = [run.state for run in runs.of_incident(session, incident.id)]
    assert states == [RunState.FINISHED, RunState.WAITING]


def test_a_level_that_changes_midway_moves_deadlines_and_opens_nothing_twice(
    desk: Desk, release: Release
) -> None:
    # The harness replays the run after the change and fails on any difference.
    release(STORY)
    incident = opened(desk)
    verify = desk.step("verify")
    desk.answer("capture", by=desk.cast.lan, screenshot_kept=True, interactions=12)
    desk.do(grading.override, incident.id, 4, reason="Lan nhanh", by=desk.cast.binh)
    desk.set_aside()
    assert verify.opened_at
    assert desk.step("verify").due_at == verify.opened_at + minutes(30)
    desk.answer("holding", by=desk.cast.ha, title="Thông tin ban đầu", text="Đang xác minh.")
    desk.answer("verify", by=desk.cast.phuc, finding=Finding.TRUE, **VERIFIED)
    assert desk.step("conclude").due_at == desk.time + hours(36)
    desk.set_aside()
