"""Whatever people do to an incident in whatever order: the record alone tells how it stands."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter import clock_rules, incidents
from incidents.matter.calendar import Unit
from incidents.matter.incidents import Finding, Incident, Status
from incidents.matter.mandates import TaskForceDecided
from incidents.matter.severity import Level
from incidents.matter.taskforce_facts import DirectionRecorded, TaskForceActivated
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database, timeline
from incidents.record.errors import Refusal
from incidents.record.outbox import OutgoingMessage
from incidents.response.answers import signing
from incidents.response.clocks import clocks
from incidents.response.clocks.clocks import ClockState
from incidents.response.ending import closing, closing_reports
from incidents.response.learning import looking_back
from incidents.response.learning.looking_back import ReviewHeld
from incidents.response.life import grading, lifecycle, merging, opening, resuming
from incidents.response.life.grading import LevelSet
from incidents.response.life.lifecycle import StatusChanged, StoodDown
from incidents.response.life.merging import IncidentMerged
from incidents.response.life.opening import IncidentOpened, OpeningUndone
from incidents.response.life.resuming import Flare
from incidents.response.staffing import founding, founding_decisions
from incidents.response.staffing.founding import Seat
from incidents.response.steps import steps
from incidents.response.steps.steps import StepState
from tests import ending
from tests.harness import CODE, Desk, hours

COUNTED = (Unit.HOURS, Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS)
SETTLED = (StepState.DONE, StepState.WAIVED, StepState.CANCELLED)
CONCLUDED: dict[str, Any] = {"summary": "Xong.", "library_updated": "true"}

Move = Callable[[Desk, Incident, int], bool | None]


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
            case LevelSet():
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


def _activate(desk: Desk, incident: Incident, _value: int) -> bool:
    """As an engine does, which looks first whether the incident is still worked on."""
    live = desk.reload(incident).live
    if live:
        desk.activate(incident, Role.LEAD, Role.SPOKESPERSON)
    return live


def _found_by_decision(desk: Desk, incident: Incident, value: int) -> None:
    """Proposed, appraised and decided, one after the other."""
    cast = desk.cast
    row = desk.do(
        founding.propose,
        incident.id,
        reason="Theo tình hình",
        seats=[
            Seat(Role.LEAD, cast.binh.id),
            Seat(Role.SPOKESPERSON, cast.minh.id),
            Seat(Role.SECRETARY, cast.ha.id),
        ],
        by=cast.tung,
    )
    desk.do(founding.appraise, incident.id, row.id, opinion="Được", by=cast.hoa)
    paper = {"document": f"{value}/QĐ-UBND", "signed_on": desk.time.date(), "signer": "Chương"}
    desk.do(founding_decisions.decide, incident.id, **paper, proposal_id=row.id, by=cast.ha)


def _conclude(desk: Desk, incident: Incident, _value: int) -> None:
    desk.answer(_conclusion(incident), by=desk.cast.lan, **CONCLUDED)


def _conclusion(incident: Incident) -> str:
    return f"conclude {incident.number}"


def _release_a_shell(desk: Desk, incident: Incident, _value: int) -> None:
    slots = {"time": "02:00", "place": "phường Tân Hưng", "next": "06:00"}
    desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=desk.cast.lan)


def _state_a_claim(desk: Desk, incident: Incident, value: int) -> bool:
    """As the classification does, which cannot be answered once the incident has ended."""
    live = desk.reload(incident).live
    if live:
        said = [f"Câu {value}"]
        desk.do(claims.state, incident.id, said, nature=Nature.CLAIM, by=desk.cast.khoi)
    return live


def _settle_the_claims(desk: Desk, incident: Incident, _value: int) -> bool:
    with database.reading() as session:
        stated = claims.of_incident(session, incident.id)
    for each in stated:
        desk.do(claims.settle, each.id, Finding.FALSE, "Có biên bản", by=desk.cast.phuc)
    return bool(stated)


def _hold_a_review(desk: Desk, incident: Incident, _value: int) -> None:
    binh = desk.cast.binh
    desk.do(looking_back.hold, incident.id, outcome="Tốt", held_at=desk.time, by=binh)


def _approver(desk: Desk, incident: Incident) -> Person:
    grave = desk.reload(incident).level >= Level.CRISIS
    return desk.cast.chuong if grave else desk.cast.binh


def _report(desk: Desk, incident: Incident, _value: int) -> None:
    ending.report(desk, incident, by=_approver(desk, incident))


def _close(desk: Desk, incident: Incident, _value: int) -> None:
    desk.do(closing.close, incident.id, reason="Theo tình hình", by=_approver(desk, incident))


def _score(desk: Desk, incident: Incident, value: int) -> None:
    scores = dict.fromkeys(("reach", "velocity", "harm", "credibility", "duty"), value)
    desk.do(grading.score, incident.id, scores, by=desk.cast.binh)


def _override(desk: Desk, incident: Incident, value: int) -> None:
    cast = desk.cast
    desk.do(
        grading.override,
        incident.id,
        value,
        reason="Đánh giá lại",
        seconded_by=cast.tung.id,
        by=cast.binh,
    )


def _flare_up(desk: Desk, incident: Incident, value: int) -> None:
    cause = list(Flare)[value % len(Flare)]
    desk.do(resuming.flare_up, incident.id, cause, reason="Lan lại", by=desk.cast.lan)


def _reopen(desk: Desk, incident: Incident, _value: int) -> None:
    binh = desk.cast.binh
    desk.do(resuming.reopen, incident.id, playbook=CODE, reason="Tin lan lại", by=binh)


def _other(incident: Incident) -> Incident | None:
    """What an earlier life has left to merge with, perhaps something that has ended."""
    with database.reading() as session:
        others = [i for i in incidents.recent(session) if i.id != incident.id]
    return next((i for i in others if i.live), others[0] if others else None)


def _merge(desk: Desk, incident: Incident, _value: int) -> bool:
    goes_on = _other(incident)
    if goes_on:
        desk.do(merging.merge, incident.id, goes_on.id, reason="Cùng một tin", by=desk.cast.lan)
    return goes_on is not None


def _absorb(desk: Desk, incident: Incident, _value: int) -> bool:
    gone = _other(incident)
    if gone:
        desk.do(merging.merge, gone.id, incident.id, reason="Cùng một tin", by=desk.cast.lan)
    return gone is not None


def _split(desk: Desk, incident: Incident, _value: int) -> None:
    with database.reading() as session:
        chosen = [claim.id for claim in claims.of_incident(session, incident.id)][:1]
    desk.do(
        merging.split,
        incident.id,
        signal_ids=[],
        claim_ids=chosen,
        playbook=CODE,
        level=2,
        title="Việc khác",
        reason="Hai việc khác nhau",
        by=desk.cast.lan,
    )


def _start_a_term(desk: Desk, incident: Incident, value: int) -> None:
    """One of the terms of the law, confirmed as if it had begun just now."""
    with database.reading() as session:
        offered = [r for r in clock_rules.on_offer(session, desk.time.date()) if r.unit in COUNTED]
    binh, code = desk.cast.binh, offered[value * 3 % len(offered)].code
    term = desk.do(clocks.propose, incident.id, code, by=binh)
    desk.do(clocks.start, term.id, confirmed=True, triggered_at=desk.time, by=binh)


def _wait(desk: Desk, _incident: Incident, value: int) -> None:
    desk.fast_forward(hours(1 + value * 6))


def _ended_by(verb: Callable[..., Incident]) -> Move:
    def carry_out(desk: Desk, incident: Incident, _value: int) -> None:
        desk.do(verb, incident.id, reason="Theo tình hình", by=desk.cast.binh)

    return carry_out


CARRY_OUT: dict[str, Move] = {
    "activate": _activate,
    "found by decision": _found_by_decision,
    "conclude": _conclude,
    "release a shell": _release_a_shell,
    "state a claim": _state_a_claim,
    "settle the claims": _settle_the_claims,
    "score": _score,
    "override": _override,
    "stabilise": _ended_by(lifecycle.stabilise),
    "resolve": _ended_by(lifecycle.resolve),
    "review": _hold_a_review,
    "report": _report,
    "close": _close,
    "stand down": _ended_by(lifecycle.stand_down),
    "undo": _ended_by(opening.undo),
    "flare up": _flare_up,
    "take back": _ended_by(resuming.take_back),
    "reopen": _reopen,
    "merge": _merge,
    "absorb": _absorb,
    "split": _split,
    "start a term": _start_a_term,
    "wait": _wait,
}

# The ways to the end are walked as often as the ways aside.
ONWARD = (
    "activate",
    "conclude",
    "settle the claims",
    "stabilise",
    "resolve",
    "review",
    "report",
    "close",
)
ONWARD += ("reopen", "flare up", "take back")
MOVES = st.tuples(
    st.one_of(st.sampled_from(ONWARD), st.sampled_from(sorted(CARRY_OUT))),
    st.sampled_from(range(5)),
)


@settings(
    max_examples=15,
    deadline=None,
    database=None,
    # A life that fails is short enough to be read as it is; shrinking it would take minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(level=st.sampled_from(range(5)), moves=st.lists(MOVES, min_size=6, max_size=16))
def test_the_record_alone_tells_how_an_incident_stands_and_no_guard_is_passed(
    desk: Desk, level: int, moves: list[tuple[str, int]]
) -> None:
    incident = desk.opened(level=level)
    desk.plan(incident, _conclusion(incident), Role.DUTY_OFFICER, form="Conclusion")
    ends: dict[UUID, datetime] = {}
    for move, value in moves:
        before, picture = desk.reload(incident), desk.picture()
        try:
            happened = CARRY_OUT[move](desk, incident, value) is not False
        except Refusal:
            assert desk.picture() == picture, f"a refused «{move}» changed something"
        else:
            if happened:
                _allowed(incident, before, move)
        now = desk.reload(incident)
        assert told(incident) == (now.status, now.level), move
        _the_law_waits_for_nobody(incident, ends)
    desk.set_aside()


def _the_law_waits_for_nobody(incident: Incident, ends: dict[UUID, datetime]) -> None:
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


def _allowed(incident: Incident, before: Incident, move: str) -> None:
    """What must have been true for this to happen at all."""
    with database.reading() as session:
        asked = steps.of_incident(session, incident.id)
        stated = claims.of_incident(session, incident.id)
        terms = clocks.of_incident(session, incident.id)
        reviewed = timeline.says(session, incident.id, ReviewHeld)
        approved = closing_reports.approved(session, before)
    match move:
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
            assert before.status is Status.CLOSED
        case "flare up":
            assert before.status is Status.STABILISING
        case "review" | "wait":
            pass
        case _:
            assert before.live, f"«{move}» happened to an incident that had ended"
