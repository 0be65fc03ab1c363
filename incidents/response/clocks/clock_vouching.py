"""Somebody vouches for a term of the law, also for the clocks of it that run."""

from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import clock_rules, incidents
from incidents.matter.clock_rules import ClockRule
from incidents.matter.incidents import Status
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.response.clocks import clock_ringing, clocks
from incidents.response.clocks.clock_facts import ClockVouchedFor
from incidents.response.clocks.clocks import Clock, ClockState


def verify(session: Session, rule_id: UUID, *, name: str, on: date, by: Actor) -> ClockRule:
    """Somebody named vouches for a row; a clock of it whose end lies ahead counts from now on.

    Rule 8 keeps an unread row from recording a breach because nobody knows that the law says so.
    Once somebody does, the term that runs is a term as any other: its end is a breach, and owner
    and lead hear it while there is time. An end that had passed before stays no breach, since
    nobody could know. What stood behind a clock at its start is never taken from it.
    """
    clock_rules.get(session, rule_id, lock=True)
    unread = [clocks.get(session, each, lock=True) for each in _running(session, rule_id)]
    rule = clock_rules.verify(session, rule_id, name=name, on=on, by=by)
    for running in unread:
        _count(session, running, rule, by)
    return rule


def _running(session: Session, rule_id: UUID) -> list[UUID]:
    """Clocks nobody vouches for that started with a row; in the order incidents are locked."""
    wanted = select(Clock.id).where(
        Clock.rule_id == rule_id, Clock.state == ClockState.RUNNING, ~col(Clock.verified)
    )
    return list(session.exec(wanted.order_by(col(Clock.incident_id), col(Clock.number))))


def _count(session: Session, running: Clock, rule: ClockRule, by: Actor) -> None:
    status = incidents.get(session, running.incident_id).status
    due_at, read_on = running.due_at, rule.verified_on
    # A clock of a row that was written over, before rows were kept, runs by other figures.
    other = running.figures != rule.figures
    ended = running.state is not ClockState.RUNNING or status in (Status.CLOSED, Status.UNDONE)
    if due_at is None or read_on is None or due_at <= clock.now() or other or ended:
        return
    clocks.vouch(running, rule)
    session.add(running)
    fact = ClockVouchedFor(
        clock=running.number,
        rule=running.code,
        due_at=due_at,
        verified_on=read_on,
        verified_by=rule.verified_by,
    )
    timeline.record(session, running.incident_id, fact, by=by)
    told = [*clock_ringing.owner(session, running)]
    told += clock_ringing.first(session, running, Role.LEAD)
    clock_ringing.tell(session, running, "clock_vouched", told, "vouched")
