"""A playbook proposes a term of the law: once, however often it is replayed, explored or tried."""

from collections.abc import Callable
from datetime import timedelta

from sqlmodel import select

from flows import exploring
from flows.duties import escalate
from flows.engine import Engine
from flows.playbook import Playbook
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.moments import nearest
from incidents.response.clocks import clock_alarms, clocks
from incidents.response.clocks.clock_facts import Origin
from incidents.response.clocks.clocks import Clock, ClockState
from incidents.response.steps import runs
from tests.harness import Desk, hours

PROPOSES = """
    run.open_incident()
    run.propose_clock("FIRST_INFORMATION")
    answered = run.ask("capture", of=DUTY_OFFICER, form=Capture, due=minutes(10))
    run.wait(answered)
    run.propose_clock("DATA_BREACH")
    run.propose_clock("FIRST_INFORMATION")
    run.wait(run.ask("conclude", of=SECRETARY, form=Conclusion, due=days(3)))
"""


def proposals(incident: Incident) -> list[tuple[int, str, Origin, ClockState]]:
    with database.reading() as session:
        return [
            (c.number, c.code, c.origin, c.state) for c in clocks.of_incident(session, incident.id)
        ]


def test_a_replayed_playbook_proposes_a_term_once(
    desk: Desk, release: Callable[[str], Engine]
) -> None:
    release(PROPOSES)
    incident = desk.opened(level=3)
    first = (1, "FIRST_INFORMATION", Origin.PLAYBOOK, ClockState.PROPOSED)
    assert proposals(incident) == [first]
    for _ in range(3):
        with database.transaction() as session:
            runs.want(session, runs.of_incident(session, incident.id)[0].id)
        desk.settle()
    assert proposals(incident) == [first]
    desk.answer("capture", by=desk.cast.lan, screenshot_kept=True, interactions=5)
    second = (2, "DATA_BREACH", Origin.PLAYBOOK, ClockState.PROPOSED)
    assert proposals(incident) == [first, second]
    assert desk.facts(incident).count("ClockProposed") == 2
    desk.set_aside()


def test_exploring_a_playbook_proposes_nothing(
    desk: Desk, write: Callable[[str], Playbook]
) -> None:
    outline = exploring.explore(write(PROPOSES))
    assert set(outline.steps) == {"capture", "conclude"}
    assert outline.paths == 1
    with database.reading() as session:
        assert session.exec(select(Clock)).all() == []


def test_the_engine_knows_the_next_moment_of_a_clock_and_sounds_it(desk: Desk) -> None:
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON])
    proposed = desk.do(clocks.propose, incident.id, "FIRST_INFORMATION", by=desk.cast.lan)
    desk.do(clocks.start, proposed.id, confirmed=True, triggered_at=desk.time, by=desk.cast.lan)
    desk.put_reviews_off(incident)
    with database.reading() as session:
        assert nearest(session, *escalate.COMING) == desk.time + hours(12)
        assert clock_alarms.due(session) == []
    desk.time += hours(12)
    assert escalate.escalate() == 1
    assert escalate.escalate() == 0
    assert [m.recipient_id for m in desk.messages(kind="clock_due")] == [desk.cast.minh.id]
    with database.reading() as session:
        assert nearest(session, *escalate.COMING) == desk.time + timedelta(hours=6)
    desk.deliver()
    desk.set_aside()
