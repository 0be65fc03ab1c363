"""What climbs while people are silent or out of reach, and what they are asked in turn."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, func, select

from flows.duties import Due, carry_out, known
from incidents.intake import signals
from incidents.intake.signals import Signal, SignalState
from incidents.matter import incidents, level_requests, recusals
from incidents.matter.taskforces import REGULARISE_WITHIN, TaskForce
from incidents.people import persons, roles, rosters
from incidents.people.roles import Role
from incidents.record import clock, database
from incidents.record.moments import Coming
from incidents.response.clocks import clock_alarms, clock_ringing
from incidents.response.ending import meeting_reminders
from incidents.response.judgement import reviews
from incidents.response.life import lowering, score_reminders
from incidents.response.reaching import unreached
from incidents.response.steps import ladder, rhythm, timers
from incidents.words import approvals, statements

REMIND_CONFIRMATION_EVERY = timedelta(hours=6)
"""How often an approver by telephone is reminded to confirm it, until they do."""

# The ladder on a flag, which has no level yet: remind the same people, then those above them. Its
# moments were laid down with the flag, by the figures the office had then.
_RUNGS = (col(Signal.remind_at), col(Signal.acknowledge_by), col(Signal.escalate_at))
_UNANSWERED = (col(Signal.state) == SignalState.NEW, col(Signal.alarmed) < len(_RUNGS))


def escalate() -> int:
    """Climb every rung that is due; says how many."""
    climbed = carry_out(
        *(STEPS, CLOCKS, REVIEWS, MEETINGS, SCORES, LOWERINGS, _FLAGS, RHYTHM, UNREACHED)
    )
    return climbed + _remind_confirmations() + _remind_directions()


def _fire(session: Session, timer_id: UUID) -> None:
    timer = timers.take(session, timer_id)
    if timer:
        ladder.fire(session, timer)


def _silent(session: Session) -> list[UUID]:
    now = clock.now()
    flags = session.exec(select(Signal).where(*_UNANSWERED))
    return [each.id for each in flags if _rung(each, now) > each.alarmed]


def _climb(session: Session, signal_id: UUID) -> None:
    """Climb every rung passed; after a night without an engine all of them are called at once."""
    now, signal = clock.now(), signals.get(session, signal_id, lock=True)
    if signal.state is not SignalState.NEW:
        return
    for rung in range(signal.alarmed + 1, _rung(signal, now) + 1):
        kind = "signal_reminder" if rung == 1 else "signal_flagged"
        signals.alert(session, signal, kind, _called(session, rung, now))
    signal.alarmed = _rung(signal, now)
    session.add(signal)


STEPS: Due = (timers.due, _fire)
CLOCKS: Due = (clock_alarms.due, clock_ringing.ring)
REVIEWS: Due = (reviews.due, reviews.ring)
MEETINGS: Due = (meeting_reminders.due, meeting_reminders.ring)
SCORES: Due = (score_reminders.due, score_reminders.ring)
LOWERINGS: Due = (level_requests.due, lowering.ring)
RHYTHM: Due = (rhythm.due, rhythm.ask)
UNREACHED: Due = (unreached.due, unreached.follow)
_FLAGS: Due = (_silent, _climb)


def _rung(signal: Signal, now: datetime) -> int:
    rungs = (signal.remind_at, signal.acknowledge_by, signal.escalate_at)
    return sum(rung is not None and now >= rung for rung in rungs)


def _called(session: Session, rung: int, now: datetime) -> list[UUID]:
    match rung:
        case 1:
            return rosters.to_alert(session, now)
        case 2:
            called = roles.holders(session, Role.DUTY_OFFICER, now)
            for role in rosters.STAND_INS:
                called += rosters.on_shift(session, now, role) or roles.holders(session, role, now)
            return list(dict.fromkeys(called))
        case _:
            return roles.holders(session, Role.STANDING_DEPUTY, now)


def _remind_confirmations() -> int:
    now, told = clock.now(), 0
    with database.reading() as session:
        waiting = approvals.unconfirmed(session)
    for approval in waiting:
        turn = (now - approval.given_at) // REMIND_CONFIRMATION_EVERY
        if turn:
            told += _tell_again(approval, turn)
    return told


def _tell_again(approval: approvals.Approval, turn: int) -> int:
    with database.reading() as session:
        statement = statements.get(
            session, statements.version(session, approval.version_id).statement_id
        )
        if not incidents.get(session, statement.incident_id).live:
            return 0
        if known(session, f"confirm:{approval.id}:{turn}:"):
            return 0
    with database.transaction() as session:
        told = persons.tell(
            session,
            approval.person_id,
            "confirm_telephone",
            key=f"confirm:{approval.id}:{turn}",
            incident_id=statement.incident_id,
            values={"approval": str(approval.id), "kind": statement.kind.value},
        )
    return len(told)


def _remind_directions() -> int:
    """A verbal direction not followed by a signed decision: every day until it is entered."""
    now, told = clock.now(), 0
    with database.reading() as session:
        late = session.exec(
            select(TaskForce).where(
                col(TaskForce.regularise_by) <= now,
                col(TaskForce.regularised_at).is_(None),
                col(TaskForce.dissolved_at).is_(None),
            )
        ).all()
    for force in late:
        told += _tell_late_direction(force, now)
    return told


def _tell_late_direction(force: TaskForce, now: datetime) -> int:
    key = f"regularise:{force.id}:{(now - force.activated_at) // REGULARISE_WITHIN}"
    with database.reading() as session:
        if known(session, f"{key}:"):
            return 0
    with database.transaction() as session:
        if session.get_one(TaskForce, force.id, with_for_update=True).regularised_at:
            return 0  # entered while we were looking
        people = [
            *recusals.to_alert(session, force.incident_id),
            *roles.holders(session, Role.STANDING_DEPUTY, now)[:1],
        ]
        told = persons.tell_all(
            session,
            people,
            "direction_unsigned",
            key=key,
            incident_id=force.incident_id,
            values={"given_by": force.direction_by or ""},
        )
    return len(told)


COMING = (
    *(timers.COMING, clock_alarms.COMING, meeting_reminders.COMING, score_reminders.COMING),
    *(*reviews.COMING, *rhythm.COMING, level_requests.COMING, unreached.COMING),
    *(
        Coming(select(func.min(rung)).where(*_UNANSWERED, col(Signal.alarmed) == climbed))
        for climbed, rung in enumerate(_RUNGS)
    ),
)
"""The nearest moment of a step, clock or flag; slower reminders are looked at each round."""
