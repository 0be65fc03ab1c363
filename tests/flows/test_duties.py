from datetime import timedelta
from threading import Event
from time import sleep
from typing import Any
from uuid import uuid4

import pytest
from sqlmodel import Session, select

from flows import catalogue, exploring, resident
from flows.advancing import GIVEN_BACK
from flows.duties import audit, escalate
from flows.duty import Duty
from flows.lookout import Lookout
from flows.playbook import Playbook
from incidents.intake import signals
from incidents.intake.signals import Signal, SignalState
from incidents.matter import incidents, taskforces
from incidents.matter.incidents import Status
from incidents.people.roles import Role
from incidents.record import clock, database, dispatch, proof, settings
from incidents.record.actors import Actor, Via
from incidents.record.moments import NOW, Coming, nearest
from incidents.record.outbox import MessageState, OutgoingMessage
from incidents.response.answers import telephone
from incidents.response.learning import looking_back
from incidents.response.life import opening
from incidents.response.steps import runs
from incidents.response.steps.catalog import PlaybookVersion
from incidents.response.steps.runs import Advance, Where
from incidents.response.steps.steps import StepKind
from incidents.words.approvals import Verdict
from playbooks.exercise import exercise
from tests.cast import Cast
from tests.harness import Desk, hours, minutes


def told(desk: Desk, kind: str) -> list[str]:
    names = {p.id: name for name, p in vars(desk.cast).items()}
    return [names[m.recipient_id] for m in desk.messages(kind=kind) if m.recipient_id]


def test_an_unanswered_flag_climbs_once_a_rung(desk: Desk) -> None:
    desk.flag()
    assert told(desk, "signal_flagged") == ["lan"]
    desk.time += minutes(8)
    assert escalate.escalate() == 1
    assert escalate.escalate() == 0
    assert told(desk, "signal_reminder") == ["lan"]
    desk.time += minutes(7)
    escalate.escalate()
    assert {"long", "duc", "hoa"} <= set(told(desk, "signal_flagged"))
    desk.time += minutes(8)
    escalate.escalate()
    assert "tung" in told(desk, "signal_flagged")
    before = len(desk.messages())
    desk.time += hours(5)
    escalate.escalate()
    assert len(desk.messages()) == before
    desk.deliver()
    desk.set_aside()


def test_who_owes_a_review_meeting_is_told_when_its_moment_has_come(desk: Desk) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD])
    with database.transaction() as session:
        waits = incidents.get(session, incident.id, lock=True)
        waits.status, waits.resolved_at = Status.RESOLVED, desk.time
        (waits.look_back_at, _) = looking_back.reminders(session, waits)
    with database.reading() as session:
        moment = nearest(session, *escalate.COMING)
    assert moment is not None
    assert desk.time < moment < desk.time + timedelta(days=15)
    assert escalate.escalate() == 0
    desk.time = moment
    assert (escalate.escalate(), escalate.escalate()) == (1, 0)
    assert told(desk, "review_meeting_due") == ["binh", "ha"]
    desk.deliver()
    desk.set_aside()


def test_one_flag_that_cannot_climb_holds_no_other_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, other = desk.flag(), desk.flag("Nước sông dâng cao!")
    desk.time += minutes(8)
    alert = signals.alert

    def failing(session: Session, signal: Signal, *args: Any) -> Any:
        if signal.id == broken.id:
            raise RuntimeError("torn")
        return alert(session, signal, *args)

    with monkeypatch.context() as patched:
        patched.setattr(signals, "alert", failing)
        with pytest.raises(ExceptionGroup) as fault:
            escalate.escalate()
    assert [str(each) for each in fault.value.exceptions] == ["torn"]
    assert (desk.reload(broken).alarmed, desk.reload(other).alarmed) == (0, 1)
    assert escalate.escalate() == 1
    assert desk.reload(broken).alarmed == 1
    desk.deliver()
    desk.set_aside()


def test_a_flag_that_was_taken_climbs_no_more(desk: Desk) -> None:
    signal = desk.flag()
    desk.take(signal)
    desk.time += minutes(29)
    assert escalate.escalate() == 0
    with database.reading() as session:
        assert signals.get(session, signal.id).state is SignalState.TRIAGE
    desk.set_aside()


def test_a_telephone_approval_is_reminded_until_it_is_confirmed(desk: Desk) -> None:
    incident = desk.opened(level=3, roles=[Role.SPOKESPERSON])
    statement, version = desk.drafted(incident)
    desk.plan(
        incident,
        "sign",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    approval = desk.do(
        telephone.approve,
        version.id,
        Verdict.GRANTED,
        approver_id=desk.cast.minh.id,
        witness_id=desk.cast.khoi.id,
        number_called=desk.cast.minh.telephone,
        read_back=version.code,
        by=desk.cast.lan,
    )
    assert len(told(desk, "confirm_telephone")) == 1
    desk.time += hours(7)
    escalate.escalate()
    escalate.escalate()
    assert len(told(desk, "confirm_telephone")) == 2
    with database.transaction() as session:
        telephone.confirm(session, approval.id, by=desk_actor(desk))
    desk.time += hours(7)
    escalate.escalate()
    assert len(told(desk, "confirm_telephone")) == 2
    desk.settle()
    desk.set_aside()


def desk_actor(desk: Desk) -> Actor:
    return Actor(desk.cast.minh.id, Via.DESK)


def test_a_verbal_direction_nobody_signed_is_raised_once_after_a_day(desk: Desk) -> None:
    incident = desk.opened()
    desk.do(
        taskforces.activate_by_direction,
        incident.id,
        list(taskforces.NEEDED),
        given_by="Chủ tịch",
        call_back="0900 000 001",
        by=desk.cast.lan,
    )
    desk.time += hours(23)
    escalate.escalate()
    assert told(desk, "direction_unsigned") == []
    desk.time += hours(2)
    escalate.escalate()
    escalate.escalate()
    assert len(told(desk, "direction_unsigned")) == len(set(told(desk, "direction_unsigned"))) >= 1
    desk.deliver()
    desk.set_aside()


def test_a_run_whose_executor_died_is_raised_once(desk: Desk) -> None:
    incident = desk.opened()
    with database.transaction() as session:
        run = runs.of_incident(session, incident.id)[0]
        runs.want(session, run.id)
        session.flush()
        assert runs.claim(session, run.id, Where.RESIDENT)
    assert audit.audit() == 0
    desk.time += minutes(10)
    assert audit.audit() == 1
    assert audit.audit() == 0
    assert told(desk, "audit_alarm")
    desk.settle()
    desk.set_aside()


@pytest.mark.parametrize("state", [MessageState.FAILED, MessageState.QUEUED])
def test_a_message_that_did_not_arrive_is_raised_and_an_alarm_raises_no_alarm(
    desk: Desk, state: MessageState
) -> None:
    with database.transaction() as session:
        session.add(
            OutgoingMessage(
                id=uuid4(),
                key="lost",
                channel="mail",  # type: ignore[arg-type]
                kind="called_out",
                address="x@binhkhe.test",
                created_at=desk.time,
                due_at=desk.time,
                state=state,
            )
        )
    desk.time += timedelta(minutes=6)
    assert audit.audit() == 1
    desk.time += timedelta(minutes=6)
    assert audit.audit() == 0
    desk.deliver()
    desk.set_aside()


def test_heads_are_signed_and_witnessed_and_the_heart_beats(desk: Desk) -> None:
    desk.flag()
    audit.audit()
    assert len(proof.witness_file().read_text().splitlines()) >= 1
    written = proof.witness_file().read_text()
    audit.audit()
    assert proof.witness_file().read_text() == written
    heart = settings.current().data_dir / "engine.heartbeat"
    assert heart.read_text() == desk.time.isoformat()
    audit.rest()
    assert not heart.exists()
    desk.set_aside()


def test_a_failing_duty_does_not_stop_the_others() -> None:
    failed, went_on = Event(), Event()

    def broken() -> int:
        failed.set()
        raise RuntimeError("a fault")

    def works() -> int:
        if failed.is_set():
            went_on.set()
        return 0

    duties = [Duty("broken", broken), Duty("works", works, every=0.05)]
    for duty in duties:
        duty.start()
    try:
        assert went_on.wait(60)
    finally:
        for duty in duties:
            duty.stop()
            duty.join()


class Rung(Duty):
    """A duty that only notes that it was rung for."""

    def __init__(self, *coming: Coming) -> None:
        super().__init__("noted", lambda: 0, coming)
        self.heard, self.times = Event(), 0

    def ring(self) -> None:
        self.times += 1
        self.heard.set()


def test_the_lookout_rings_for_what_a_commit_or_the_hour_made_due(desk: Desk) -> None:
    deliver, advance = Rung(dispatch.COMING), Rung(*runs.COMING)
    lookout = Lookout([deliver, advance, Duty("goes round by itself", lambda: 0)])
    lookout.start()
    try:
        assert not deliver.heard.wait(0.2)
        officer = Actor(desk.cast.lan.id, Via.DESK)
        with database.transaction() as session:
            signals.flag(session, text="Đập sắp vỡ!", url="https://mxh.test/1", by=officer)
        assert deliver.heard.wait(60)
        assert not advance.heard.is_set()
        with database.transaction() as session:
            opening.open(
                session,
                playbook="TIN_GIA_MXH",
                level=3,
                title="Vỡ đập",
                exercise=True,
                by=officer,
            )
        assert advance.heard.wait(60)
    finally:
        lookout.stop()
        lookout.join()
    desk.deliver()
    desk.set_aside()


def test_what_stays_due_is_rung_for_and_does_not_keep_the_lookout_busy(cast: Cast) -> None:
    clock.set_source(None)  # time goes on between the question and the answer
    duty = Rung(Coming(select(NOW)))
    lookout = Lookout([duty])
    lookout.start()
    sleep(1.2)
    lookout.stop()
    lookout.join()
    assert duty.heard.is_set()
    assert 2 <= duty.times <= 4


def test_a_look_that_fails_is_not_the_last_one(cast: Cast) -> None:
    broken = Event()

    class BreaksOnce(Rung):
        def ring(self) -> None:
            if not broken.is_set():
                broken.set()
                raise RuntimeError("the database restarts")
            super().ring()

    duty = BreaksOnce(Coming(select(NOW)))
    lookout = Lookout([duty])
    lookout.start()
    try:
        assert duty.heard.wait(60)
    finally:
        lookout.stop()
        lookout.join()


def test_an_executor_that_lacks_the_bound_version_gives_the_run_back(desk: Desk) -> None:
    with database.transaction() as session:
        incident = opening.open(
            session,
            playbook="TIN_GIA_MXH",
            level=3,
            title="Vỡ đập",
            exercise=True,
            by=Actor(desk.cast.lan.id, Via.DESK),
        )
    with database.reading() as session:
        run = runs.of_incident(session, incident.id)[0]
    assert resident.plainly(run.id, {}).name == GIVEN_BACK
    with database.reading() as session:
        assert runs.due(session) == [run.id]
        last = session.exec(select(Advance).where(Advance.run_id == run.id)).all()[-1]
    assert (last.outcome, last.where) == ("given back", Where.PLAIN)
    desk.deliver()
    desk.set_aside()


def test_what_is_published_unchanged_is_not_explored_anew(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.publish([exercise])
    with database.transaction() as session:
        row = session.exec(
            select(PlaybookVersion).where(PlaybookVersion.code == exercise.code)
        ).one()
        drawn = row.outline
    explored: list[str] = []

    def explore(playbook: Playbook) -> exploring.Outline:
        explored.append(playbook.code)
        return draw(playbook)

    draw = exploring.explore
    monkeypatch.setattr(exploring, "explore", explore)
    catalogue.publish([exercise])
    assert explored == []

    with database.transaction() as session:
        row = session.get_one(PlaybookVersion, row.id)
        row.outline = {**drawn, "explored_by": "another release"}
        session.add(row)
    catalogue.publish([exercise])
    assert explored == [exercise.code]
    with database.reading() as session:
        assert session.get_one(PlaybookVersion, row.id).outline == drawn
