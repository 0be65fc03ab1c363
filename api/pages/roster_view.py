"""What the page of the rosters shows: the week by day, who is on duty, what is wrong or waits."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from babel.dates import format_date
from sqlmodel import Session, col, select

from api.identity import Caller
from incidents.people import persons, rosters
from incidents.people.duty import absences, changes, days, faults, feeds, schedule, swaps
from incidents.people.duty.changes import StandIn
from incidents.people.duty.faults import Fault, FaultKind
from incidents.people.persons import Person
from incidents.people.rosters import Roster, Shift
from incidents.record import clock, settings
from incidents.record.language import Language, Speech, speech
from incidents.response.reports import handed_over, handovers
from incidents.rights import permissions
from incidents.rights.permissions import Deed

_OFFERED_AHEAD = timedelta(days=30)


@dataclass(frozen=True)
class Entry:
    """A line of a day: somebody on duty, or nobody."""

    starts_at: datetime
    ends_at: datetime
    shift: Shift | None = None
    now: bool = False
    carried: bool = False
    """Begun before the week that is shown."""


@dataclass
class Day:
    """A day of the week with its lines under the roster each belongs to."""

    on: date
    name: str
    today: bool
    past: bool
    holiday: str | None
    tet: bool
    groups: dict[str, list[Entry]] = field(default_factory=dict)


def week(session: Session, caller: Caller, monday: date) -> dict[str, Any]:
    """Everything the page needs for a week that begins on a Monday of the province."""
    now, person = clock.now(), caller.person
    start = datetime.combine(monday, time(), clock.LOCAL)
    end = start + timedelta(days=7)
    shifts = schedule.between(session, start, end)
    found = faults.find(session, start, end)
    plans = rosters.every(session)
    duties = schedule.on_duty(session, now)
    own, kept = _own(session, caller, now), _keeping(session, caller, plans, now)
    everybody = {s.person_id for s in shifts} | {f.person_id for f in found if f.person_id}
    everybody |= {s.stands_in_for for s in shifts if s.stands_in_for}
    everybody |= {s.person_id for d in duties for s in (*d.now, *d.next)} | own.pop("mentioned")
    everybody |= {row.person_id for row in (*kept["away"], *kept["standing_in"])}
    return {
        "days": days_of(shifts, found, plans, speech(person.language), monday, now=now),
        "duties": duties,
        "faults": found,
        "monday": monday,
        "today": now.astimezone(clock.LOCAL).date(),
        "before": monday - timedelta(days=7),
        "after": monday + timedelta(days=7),
        "last_day": monday + timedelta(days=6),
        "rosters": plans,
        "named": persons.names(session, everybody),
        **own,
        **kept,
    }


def days_of(
    shifts: list[Shift],
    found: list[Fault],
    plans: list[Roster],
    say: Speech,
    first: date,
    *,
    now: datetime,
    count: int = 7,
) -> list[Day]:
    """Some days in a row, each with its shifts and gaps under the roster they belong to."""
    today = now.astimezone(clock.LOCAL).date()
    names = {plan.id: plan.name for plan in plans}
    of_role = {plan.role: plan.name for plan in reversed(plans)}
    made = [_day(first + timedelta(days=n), today, say.language) for n in range(count)]
    for day in made:
        begins = datetime.combine(day.on, time(), clock.LOCAL)
        ends = begins + timedelta(days=1)
        for shift in shifts:
            # A shift stands on the day it begins; one from before them on the first.
            if begins <= shift.starts_at < ends or (day.on == first and shift.starts_at < begins):
                title = (shift.roster_id and names.get(shift.roster_id)) or say.value(shift.role)
                running = shift.starts_at <= now < shift.ends_at
                carried = shift.starts_at < begins
                line = Entry(shift.starts_at, shift.ends_at, shift, running, carried)
                day.groups.setdefault(title, []).append(line)
        for gap in found:
            if gap.kind is FaultKind.GAP and gap.starts_at < ends and gap.ends_at > begins:
                title = of_role.get(gap.role) or say.value(gap.role)
                line = Entry(max(gap.starts_at, begins), min(gap.ends_at, ends))
                day.groups.setdefault(title, []).append(line)
        order = [*names.values(), *day.groups]
        day.groups = {
            title: sorted(day.groups[title], key=lambda e: e.starts_at)
            for title in dict.fromkeys(order)
            if title in day.groups
        }
    return made


def _day(on: date, today: date, language: Language) -> Day:
    return Day(
        on=on,
        name=format_date(on, "EEEE", locale=language.value),
        today=on == today,
        past=on < today,
        holiday=days.holiday(on, language),
        tet=days.is_tet(on),
    )


def _own(session: Session, caller: Caller, now: datetime) -> dict[str, Any]:
    """The reader's own shifts, questions, absences, notes and calendar addresses."""
    person = caller.person
    inside = permissions.allowed(session, person, Deed.SEE_DESK)
    asked = swaps.waiting(session, person.id)
    notes = handed_over.recent(session, person, 5) if inside else []
    to_hand_over = handovers.own_shift(session, person.id)
    written = handovers.of_shift(session, to_hand_over.id) if to_hand_over else None
    if written and written.acknowledged_at:
        to_hand_over = None
    coming = [s for s in changes.shifts_of(session, person.id, now) if s.starts_at > now]
    return {
        "own_duty": permissions.allowed(session, person, Deed.OWN_DUTY),
        "asked": asked,
        "notes": notes,
        "for_me": {n.id for n in notes if handovers.may_acknowledge(session, n, person.id)},
        "to_hand_over": to_hand_over,
        "prefill": (written or handovers.prefill(session, person.language, reader=person.id))
        if to_hand_over
        else None,
        "coming": coming[:20],
        "offered": _offered(session, person, coming, now),
        "to_ask": people_options(session, _to_ask(session, coming)) if coming else [],
        "feeds": [
            (feed, f"{settings.current().address}{feeds.path(feed)}")
            for feed in feeds.of_owner(session, person.id)
        ],
        "mentioned": {p for s in asked for p in (s.asker_id, s.other_id)}
        | {p for n in notes for p in (n.author_id, n.acknowledged_by) if p},
    }


def _offered(
    session: Session, person: Person, coming: list[Shift], now: datetime
) -> list[tuple[Shift, Person]]:
    """Shifts of others on the reader's rosters, for one in return."""
    mine = {s.roster_id for s in coming if s.roster_id}
    if not mine:
        return []
    return list(
        session.exec(
            select(Shift, Person)
            .join(Person, col(Person.id) == Shift.person_id)
            .where(
                col(Shift.roster_id).in_(mine),
                Shift.person_id != person.id,
                Shift.starts_at > now,
                Shift.starts_at < now + _OFFERED_AHEAD,
            )
            .order_by(col(Shift.starts_at))
            .limit(60)
        )
    )


def _to_ask(session: Session, coming: list[Shift]) -> set[UUID]:
    """Who may be asked to take one of some shifts."""
    first = {s.roster_id: s for s in reversed(coming)}
    return {who for s in first.values() for who in swaps.may_be_asked(session, s)}


def people_options(session: Session, only: Collection[UUID] | None = None) -> list[tuple[str, str]]:
    """Whoever may be chosen for a shift, by name and post."""
    people = [p for p in persons.everybody(session) if only is None or p.id in only]
    return [(str(p.id), f"{p.name}, {p.post}" if p.post else p.name) for p in people]


def _keeping(
    session: Session, caller: Caller, plans: list[Roster], now: datetime
) -> dict[str, Any]:
    """Who may be chosen, who is away, and who stands in."""
    keeper = permissions.allowed(session, caller.person, Deed.KEEP_ROSTERS)
    away = absences.between(session, now, now + changes.FARTHEST + timedelta(days=1))
    standing_in = select(StandIn).where(
        col(StandIn.ends_at) > now, col(StandIn.cancelled_at).is_(None)
    )
    found = list(session.exec(standing_in.order_by(col(StandIn.starts_at)))) if keeper else []
    return {
        "keeper": keeper,
        "people": people_options(session),
        "away": away,
        "standing_in": found,
        "plans": {plan.id: plan.name for plan in plans},
    }
