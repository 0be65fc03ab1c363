"""Sounding the alarms of statutory clocks: to owner and lead, at a breach to the chair as well."""

from uuid import UUID

from sqlmodel import Session

from incidents.matter import recusals, taskforces
from incidents.people import persons
from incidents.people.roles import Role
from incidents.response.clocks import clock_alarms, clocks
from incidents.response.clocks.clock_alarms import ClockAlarm
from incidents.response.clocks.clocks import Clock, ClockState

_END = 100


def ring(session: Session, alarm_id: UUID) -> None:
    """Sound one alarm, once; at the end of its time a clock turns overdue, or lapses unverified."""
    alarm = session.get_one(ClockAlarm, alarm_id)
    running = clocks.get(session, alarm.clock_id, lock=True)
    if not clock_alarms.take(session, alarm) or running.state is not ClockState.RUNNING:
        return
    if alarm.percent == _END:
        if clocks.run_out(session, running):
            told = [*owner(session, running), *first(session, running, Role.LEAD)]
            told += first(session, running, Role.CHAIR)
            tell(session, running, "clock_breached", told, alarm.percent)
        else:
            tell(session, running, "clock_due", owner(session, running), alarm.percent)
    elif clock_alarms.last_due(session, alarm):
        told = owner(session, running)
        if running.verified:
            told += first(session, running, Role.LEAD)
        tell(session, running, "clock_due", told, alarm.percent)


def owner(session: Session, running: Clock) -> list[UUID]:
    """Whose clock it is; without one, who left or whom it concerns since, whoever is on duty."""
    theirs, named = running.owner_id, recusals.of(session, running.incident_id).named
    if theirs and theirs not in named and persons.get(session, theirs).active:
        return [theirs]
    return recusals.to_alert(session, running.incident_id)


def first(session: Session, running: Clock, role: Role) -> list[UUID]:
    """Whoever holds a part in its incident, if anybody does."""
    return taskforces.candidates(session, running.incident_id, role)[:1]


def tell(session: Session, running: Clock, kind: str, told: list[UUID], moment: int | str) -> None:
    """Tell people of a clock, once a moment: a share of its time in percent, or a word for it."""
    persons.tell_all(
        session,
        dict.fromkeys(told),
        kind,
        key=f"clock:{running.id}:{moment}",
        incident_id=running.incident_id,
        values={"clock": str(running.id), "percent": moment},
    )
