"""The keeper's pages of the rosters: drawing one up, and laying a rotation down after a look."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.responses import Response

from api.deeds import rosters as deeds
from api.deeds.rosters import AddRotation, DrawUp, EndRotation
from api.dependencies import Db, Fields, FormCaller, Reader, values_of
from api.fields import Line, Optional, Ticked
from api.identity import Caller
from api.pages import rendering, roster_view
from api.pages.forms import again, filled
from api.problems import Problem
from incidents.matter import incidents
from incidents.people import organisations, persons, rosters
from incidents.people.directory import tree
from incidents.people.duty import changes, patterns, rotations
from incidents.people.duty.changes import DutyLeft
from incidents.people.duty.patterns import Weekday
from incidents.people.duty.planning import LOOK, RosterLook
from incidents.people.duty.rotations import Rotation
from incidents.people.roles import Role
from incidents.record import clock
from incidents.record.language import Speech, speech
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/lich-truc/cac-lich")
_PATH = "/lich-truc/cac-lich"
_MORE_PEOPLE, _FEWEST, _MOST_PEOPLE = 3, 6, 200
_MINUTE = timedelta(minutes=1)


class _Plan(BaseModel):
    """The form as the page sends it; without a rule of its own it says hours and weekdays."""

    people: dict[int, Annotated[UUID | None, Optional]] = Field(default_factory=dict)
    begins: time
    ends: time
    each_day: int = 1
    weekdays: Annotated[list[Weekday], Ticked] = Field(default_factory=list[Weekday])
    rule: Line = ""
    shifts_each: int = 1
    valid_from: date
    valid_to: Annotated[date | None, Optional] = None
    replaces: Annotated[list[UUID], Ticked] = Field(default_factory=list[UUID])
    ends_by_hand: Annotated[list[UUID], Ticked] = Field(default_factory=list[UUID])
    seen: Line = ""

    def rotation(self) -> AddRotation:
        """What it asks for."""
        rule = self.rule or patterns.daily(
            self.begins, self.ends, each_day=self.each_day, on=self.weekdays
        )
        return AddRotation(
            people=[who for _, who in sorted(self.people.items()) if who],
            rule=rule,
            hand_over=self.begins,
            shift_minutes=patterns.length(self.begins, self.ends) // _MINUTE,
            shifts_each=self.shifts_each,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            replaces=self.replaces,
            ends_by_hand=self.ends_by_hand,
            seen=self.seen,
        )


class _End(EndRotation):
    """Which rotation."""

    id: UUID


@dataclass(frozen=True)
class _Turn:
    """A rotation as the page lists it."""

    row: Rotation
    people: list[UUID]
    state: str
    ends: time
    pattern: tuple[int, list[Weekday]] | None
    left: list[DutyLeft]
    """Who of them has the duty no longer since it was laid down."""
    staying: list[UUID]
    """The people with whoever follows those who left; a place nobody took is left out."""


def shown(
    request: Request, session: Session, caller: Caller, problem: Problem | None = None
) -> Response:
    """Every roster, and the form of a new one."""
    caller.require(session, Deed.KEEP_ROSTERS)
    say, today = speech(caller.person.language), incidents.today()
    plans = rosters.every(session)
    return rendering.for_caller(
        request,
        "roster_plans.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        rosters=plans,
        bodies_named=organisations.names_on(session, {p.organisation_id for p in plans}, today),
        kept={p.id: _kept(session, p.id, today) for p in plans},
        roles=[(role.value, say.value(role)) for role in Role],
        bodies=[(node.body.code, node.name) for node in tree.on(session, today)],
    )


def _kept(session: Session, roster_id: UUID, today: date) -> bool:
    return any(
        r.valid_to is None or r.valid_to >= today
        for r, _ in rotations.of_roster(session, roster_id)
    )


def one_shown(
    request: Request,
    session: Session,
    caller: Caller,
    problem: Problem | None = None,
    *,
    roster_id: UUID,
    look: RosterLook | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    """One roster with its rotations, and the form of another; with a look what it would come to."""
    caller.require(session, Deed.KEEP_ROSTERS)
    roster, today = rosters.get(session, roster_id), incidents.today()
    say = speech(caller.person.language)
    left = changes.left(session, roster.id)
    turns = [_turn(*each, left, today) for each in rotations.of_roster(session, roster.id)]
    given = given if given is not None else _prefilled(turns, today)
    refused = problem is not None and problem.deed != "ket-thuc"
    attempted = problem.attempted if problem and refused else given
    shifts = [*look.shifts, *look.by_hand] if look else []
    named = {p for turn in turns for p in turn.people} | {s.person_id for s in shifts}
    named |= {row.heir_id for row in left if row.heir_id}
    named |= {s.stands_in_for for s in shifts if s.stands_in_for}
    named |= {f.person_id for f in look.faults if f.person_id} if look else set()
    seats = [n.removeprefix("people.") for n in attempted if n.startswith("people.")]
    rows = max([_FEWEST, *(int(n) for n in seats if n.isdecimal() and int(n) <= _MOST_PEOPLE)])
    return rendering.for_caller(
        request,
        "roster_plan.html",
        caller,
        status=problem.status if problem else 200,
        problem=problem,
        roster=roster,
        turns=turns,
        look=look,
        weeks=_weeks(look, session, say) if look else [],
        given=given,
        ticked=attempted.keys(),
        rows=range(1, rows + _MORE_PEOPLE + 1),
        people=roster_view.people_options(session),
        weekdays=list(Weekday),
        named=persons.names(session, named),
        today=today,
        page_path=f"{_PATH}/{roster.id}",
    )


def _weeks(look: RosterLook, session: Session, say: Speech) -> list[list[roster_view.Day]]:
    days = roster_view.days_of(
        look.shifts,
        look.faults,
        rosters.every(session),
        say,
        look.first_day,
        now=clock.now(),
        count=LOOK.days,
    )
    return [days[n : n + 7] for n in range(0, len(days), 7)]


def _turn(rotation: Rotation, people: list[UUID], left: list[DutyLeft], today: date) -> _Turn:
    long = timedelta(minutes=rotation.shift_minutes)
    over = rotation.valid_to is not None and rotation.valid_to < today
    state = "over" if over else "later" if rotation.valid_from > today else "now"
    ends = (datetime.combine(today, rotation.hand_over) + long).time()
    pattern = patterns.read(rotation.rule, rotation.hand_over, long)
    gone, staying = list[DutyLeft](), list[UUID | None](people)
    for row in left:
        if row.recorded_at >= rotation.created_at and row.person_id in staying:
            gone.append(row)
            staying = [row.heir_id if who == row.person_id else who for who in staying]
    return _Turn(rotation, people, state, ends, pattern, gone, [who for who in staying if who])


def _prefilled(turns: list[_Turn], today: date) -> dict[str, str]:
    """The form as the newest rotation would go on, from tomorrow; it makes room for what runs."""
    given = {"begins": "07:00", "ends": "07:00", "each_day": "1", "shifts_each": "1"}
    given["valid_from"] = (today + timedelta(days=1)).isoformat()
    on = list(Weekday)
    for turn in turns[-1:]:
        given |= {f"people.{n}": str(each) for n, each in enumerate(turn.staying, start=1)}
        given["begins"] = turn.row.hand_over.isoformat("minutes")
        given["ends"] = turn.ends.isoformat("minutes")
        given["shifts_each"] = str(turn.row.shifts_each)
        if turn.pattern:
            given["each_day"], on = str(turn.pattern[0]), turn.pattern[1]
        else:
            given["rule"] = turn.row.rule
    given |= {f"weekdays.{day.value}": "true" for day in on}
    return given | {f"replaces.{turn.row.id}": "true" for turn in turns if turn.state != "over"}


@router.get("")
def listed(request: Request, session: Db, caller: Reader) -> Response:
    """Every roster."""
    return shown(request, session, caller)


@router.post("", dependencies=[again(shown)])
def draw_up(session: Db, caller: FormCaller, form: Fields) -> Response:
    """A new roster."""
    caller.require(session, Deed.KEEP_ROSTERS)
    made = deeds.draw_up(session, caller, filled(DrawUp, form))
    return rendering.back(f"{_PATH}/{made.id}", "lap")


@router.get("/{roster_id}")
def one(request: Request, session: Db, caller: Reader, roster_id: UUID) -> Response:
    """One roster."""
    return one_shown(request, session, caller, roster_id=roster_id)


@router.post("/{roster_id}/xem-thu", dependencies=[again(one_shown)])
def look(
    request: Request, session: Db, caller: FormCaller, form: Fields, roster_id: UUID
) -> Response:
    """Look first: nothing is changed."""
    caller.require(session, Deed.KEEP_ROSTERS)
    asked = filled(_Plan, form).rotation()
    found = deeds.look_at_rotation(session, caller, roster_id, asked)
    given: dict[str, Any] = values_of(form)
    return one_shown(request, session, caller, roster_id=roster_id, look=found, given=given)


@router.post("/{roster_id}/vong", dependencies=[again(one_shown)])
def lay(session: Db, caller: FormCaller, form: Fields, roster_id: UUID) -> Response:
    """Lay down what was looked at."""
    caller.require(session, Deed.KEEP_ROSTERS)
    deeds.add_rotation(session, caller, roster_id, filled(_Plan, form).rotation())
    return rendering.back(f"{_PATH}/{roster_id}", "vong")


@router.post("/{roster_id}/ket-thuc", dependencies=[again(one_shown)])
def end(session: Db, caller: FormCaller, form: Fields, roster_id: UUID) -> Response:
    """The last day of a rotation."""
    caller.require(session, Deed.KEEP_ROSTERS)
    asked = filled(_End, form)
    deeds.end_rotation(session, caller, asked.id, EndRotation(last_day=asked.last_day))
    return rendering.back(f"{_PATH}/{roster_id}", "ket-thuc")
