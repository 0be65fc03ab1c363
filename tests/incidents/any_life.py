"""What holds in any life of an incident, whatever was done to it and in whatever order."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select

from incidents.intake import claims
from incidents.matter import level_requests, recusals, taskforces
from incidents.matter.incidents import Finding, Incident, Status
from incidents.matter.level_requests import RequestState
from incidents.matter.mandates import TaskForceDecided
from incidents.matter.severity import Level
from incidents.matter.taskforce_facts import DirectionRecorded, TaskForceActivated
from incidents.record import database, timeline
from incidents.record.outbox import OutgoingMessage
from incidents.response.clocks import clocks
from incidents.response.clocks.clocks import ClockState
from incidents.response.ending import closing_reports
from incidents.response.learning.looking_back import ReviewHeld
from incidents.response.life import lifecycle
from incidents.response.life.level_changes import CHANGES, LevelLowered, LevelSet
from incidents.response.life.lifecycle import StatusChanged, StoodDown
from incidents.response.life.merging import IncidentMerged
from incidents.response.life.opening import IncidentOpened, OpeningUndone
from incidents.response.steps import steps
from incidents.response.steps.steps import Step, StepState
from incidents.words import approvals, publications, statements
from tests.harness import Desk

SETTLED = (StepState.DONE, StepState.WAIVED, StepState.CANCELLED)


def told(incident: Incident) -> tuple[Status, int]:
    """Status and level, from the facts of the timeline and nothing else."""
    with database.reading() as session:
        facts = [fact for _, fact in timeline.entries_of(session, incident.id)]
    status, level = Status.OPEN, 0
    for fact in facts:
        match fact:
            case IncidentOpened():
                status, level = Status.OPEN, fact.level
            case TaskForceActivated() | DirectionRecorded() | TaskForceDecided():
                status = Status.ACTIVE if status is Status.OPEN else status
            case StatusChanged():
                assert fact.before is status
                status = fact.after
            case LevelSet() | LevelLowered():
                assert fact.before == level
                level = fact.after
            case StoodDown():
                status = Status.STOOD_DOWN
            case OpeningUndone():
                status = Status.UNDONE
            case IncidentMerged():
                status = Status.MERGED
            case _:
                pass
    return status, level


def the_law_waits_for_nobody(incident: Incident, ends: dict[UUID, datetime]) -> None:
    """No term ends at another time than it did when it was started; nothing is sent twice."""
    with database.reading() as session:
        terms = clocks.of_incident(session, incident.id)
        attempts = session.exec(select(OutgoingMessage.attempts)).all()
    for term in terms:
        if term.due_at:
            assert ends.setdefault(term.id, term.due_at) == term.due_at, term.code
        # Shipped rules are not vouched for yet: they remind and record no breach.
        assert term.state is not ClockState.OVERDUE, term.code
    assert max(attempts) <= 1


def allowed(incident: Incident, before: Incident, move: str) -> None:
    """What must have been true for this to happen at all."""
    with database.reading() as session:
        asked = steps.of_incident(session, incident.id)
        stated = claims.of_incident(session, incident.id)
        terms = clocks.of_incident(session, incident.id)
        reviewed = timeline.says(session, incident.id, ReviewHeld)
        approved = closing_reports.approved(session, before)
        out = publications.of_incident(session, incident.id)
    match move:
        case "stabilise":
            said = any(each.published_at and not each.withdrawn_at for each in out)
            assert before.status in (Status.OPEN, Status.ACTIVE)
            assert said or before.level <= Level.LOW, "no first words"
            assert _safe(asked), "people are in danger"
        case "stand down" | "merge":
            assert before.live
            assert _safe(asked), "people are in danger"
        case "resolve":
            assert before.status is Status.STABILISING
            assert all(s.state in SETTLED for s in asked if s.mandatory)
            assert all(c.finding is not Finding.PENDING for c in stated)
            assert not any(c.state is ClockState.PROPOSED for c in terms)
        case "close":
            assert before.status is Status.RESOLVED
            assert any(s.form == "Conclusion" and s.state is StepState.DONE for s in asked)
            assert reviewed or before.level < Level.HIGH
            assert approved
        case "report" | "take back":
            assert before.status is Status.RESOLVED
        case "reopen":
            assert before.status in lifecycle.REOPENABLE
        case "flare up":
            assert before.status is Status.STABILISING
        case "review" | "wait":
            pass
        case _:
            assert before.live, f"«{move}» happened to an incident that had ended"


def _safe(asked: Sequence[Step]) -> bool:
    return all(each.state in SETTLED for each in asked if each.life_safety)


def a_level_goes_down_by_two(desk: Desk, before: Incident) -> None:
    """No graded level goes down by one person, nor by one whom the matter concerns or who may not.

    A provisional one does where it is worked out, and not where somebody sets another.
    """
    now = desk.reload(before)
    if now.level >= before.level:
        return
    with database.reading() as session:
        told = timeline.entries_among(session, [before.id], CHANGES, until=desk.time)
        barred = recusals.of(session, before.id).keeps_out(judging=True)
    entry, said = told[-1]
    if isinstance(said, LevelSet):
        assert before.level_provisional, "one person alone"
        assert said.points is not None, "one person alone"
        return
    assert isinstance(said, LevelLowered)
    assert entry.actor_id not in {None, said.asked_by, desk.cast.kien.id, *barred}


def a_lower_level_is_asked_of_what_stands(incident: Incident) -> None:
    """At most one waits, only in a live incident, and of the level that stands now."""
    with database.reading() as session:
        asked = level_requests.of_incident(session, incident.id)
    waiting = [each for each in asked if each.state is RequestState.WAITING]
    assert len(waiting) <= 1
    for each in waiting:
        assert incident.live
        assert each.before == incident.level


def whom_it_concerns_is_out(incident: Incident, heard: dict[UUID, int]) -> None:
    """No seat, no open work, no signature on what is not out, and not a word of it any more."""
    with database.reading() as session:
        named = recusals.of(session, incident.id).named
        seats = {each.person_id for each in taskforces.members(session, incident.id)}
        held = {
            person
            for each in steps.unsettled(session, incident.id)
            if each.state is not StepState.PLANNED
            for person in (each.assignee_id, *map(UUID, each.holder_ids))
        }
        released = {each.statement_id for each in publications.of_incident(session, incident.id)}
        signed = {
            given.person_id
            for statement, version in statements.of_incident(session, incident.id)
            if statement.id not in released
            for given in approvals.live(session, version.id)
        }
        told = session.exec(
            select(OutgoingMessage.recipient_id).where(
                OutgoingMessage.incident_id == incident.id,
                col(OutgoingMessage.recipient_id).in_(named),
            )
        ).all()
    assert not named & (seats | held | signed)
    for person in named:
        assert heard.setdefault(person, told.count(person)) == told.count(person)


def merging_lowers_nothing_and_forgets_nobody(
    desk: Desk, merged: Incident, goes_on: Incident
) -> None:
    """The one that goes on keeps its level, which was no lower; whom either concerned it does."""
    now = desk.reload(goes_on)
    assert now.level == goes_on.level >= merged.level
    with database.reading() as session:
        gone, here = (recusals.of(session, each.id).named for each in (merged, goes_on))
    assert gone <= here
