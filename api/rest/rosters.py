"""Rosters over REST: who is on duty, what is planned, and what is wrong with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import Query
from sqlmodel import Session

from api.deeds import rosters as deeds
from api.deeds.rosters import AddRotation, DrawUp, EndRotation, EnterShift, Override
from api.dependencies import Db, RestCaller
from api.fields import Because, Moment
from api.rest.roster_shapes import (
    FaultOut,
    OnDutyOut,
    RosterLookOut,
    RosterOut,
    RotationOut,
    ShiftOut,
    StandInOut,
)
from api.rest.routers import deeds_under
from api.rest.shapes import Page, PersonOut
from incidents.people import persons, rosters
from incidents.people.duty import days, faults, members, rotations, schedule
from incidents.people.duty.rotations import Rotation
from incidents.people.rosters import Shift
from incidents.record import clock
from incidents.record.errors import Invalid
from incidents.record.language import N_, Language
from incidents.rights.permissions import Deed

router = deeds_under("", "rosters")

_LONGEST_LOOK = timedelta(days=400)
_USUAL_LOOK = timedelta(days=14)

From = Annotated[Moment | None, Query(alias="from")]


def _stretch(start: datetime | None, end: datetime | None) -> tuple[datetime, datetime]:
    start = start or clock.now()
    end = end or start + _USUAL_LOOK
    if not timedelta(0) < end - start <= _LONGEST_LOOK:
        raise Invalid(
            fields={"to": (N_("Chọn khoảng thời gian từ trước đến sau, tối đa 400 ngày."), {})}
        )
    return start, end


def shown(session: Session, shifts: Sequence[Shift], language: Language) -> list[ShiftOut]:
    """Shifts with their people, whose names cost one query."""
    everybody = {s.person_id for s in shifts} | {s.stands_in_for for s in shifts if s.stands_in_for}
    people = {i: PersonOut.model_validate(p) for i, p in persons.names(session, everybody).items()}
    out: list[ShiftOut] = []
    for shift in shifts:
        day = shift.starts_at.astimezone(clock.LOCAL).date()
        out.append(
            ShiftOut(
                id=shift.id if shift.changed_at or shift.roster_id is None else None,
                roster_id=shift.roster_id,
                role=shift.role,
                person=people[shift.person_id],
                starts_at=shift.starts_at,
                ends_at=shift.ends_at,
                stands_in_for=people[shift.stands_in_for] if shift.stands_in_for else None,
                sequence=shift.sequence,
                holiday=days.holiday(day, language),
                tet=days.is_tet(day),
            )
        )
    return out


@router.get("/on-duty", summary="Who is on duty, and who is next")
def on_duty(session: Db, caller: RestCaller, at: Moment | None = None) -> Page[OnDutyOut]:
    """Now, or at any moment: resolved when asked, from rows near and from the rules far ahead."""
    caller.require(session, Deed.SEE_ROSTERS)
    items: list[OnDutyOut] = []
    for duty in schedule.on_duty(session, at or clock.now()):
        now = shown(session, duty.now, caller.person.language)
        following = shown(session, duty.next, caller.person.language)
        people = [shift.person for shift in now]
        items.append(OnDutyOut(role=duty.role, people=people, now=now, next=following))
    return Page(items=items)


@router.get("/rosters", summary="The rosters")
def listed(session: Db, caller: RestCaller) -> Page[RosterOut]:
    """The duty officers' first."""
    caller.require(session, Deed.SEE_ROSTERS)
    return Page(items=[RosterOut.model_validate(r) for r in rosters.every(session)])


@router.post("/rosters", status_code=201, summary="Draw a roster up")
def draw_up(session: Db, caller: RestCaller, asked: DrawUp) -> RosterOut:
    """Empty until it gets a rotation."""
    return RosterOut.model_validate(deeds.draw_up(session, caller, asked))


@router.get("/rosters/faults", summary="Gaps, clashes, people away or outside who have a shift")
def wrong(
    session: Db, caller: RestCaller, start: From = None, to: Moment | None = None
) -> Page[FaultOut]:
    """The next two weeks, or from one moment to another."""
    caller.require(session, Deed.SEE_ROSTERS)
    found = faults.find(session, *_stretch(start, to))
    return Page(items=[FaultOut.model_validate(f) for f in found])


@router.get("/rosters/{roster_id}", summary="One roster")
def one(session: Db, caller: RestCaller, roster_id: UUID) -> RosterOut:
    """Its name, role and how far its shifts stand."""
    caller.require(session, Deed.SEE_ROSTERS)
    return RosterOut.model_validate(rosters.get(session, roster_id))


@router.get("/rosters/{roster_id}/members", summary="Who belongs to a roster")
def belonging(session: Db, caller: RestCaller, roster_id: UUID) -> Page[PersonOut]:
    """Its people in turn and the holders of its role: nobody else swaps a shift of it."""
    caller.require(session, Deed.SEE_ROSTERS)
    found = members.of(session, rosters.get(session, roster_id)).at(clock.now())
    people = [person for person in persons.everybody(session) if person.id in found]
    return Page(items=[PersonOut.model_validate(person) for person in people])


@router.get("/rosters/{roster_id}/shifts", summary="The shifts of a roster")
def shifts(
    session: Db,
    caller: RestCaller,
    roster_id: UUID,
    start: From = None,
    to: Moment | None = None,
) -> Page[ShiftOut]:
    """The next two weeks, or from one moment to another; with holidays and Tết flagged."""
    caller.require(session, Deed.SEE_ROSTERS)
    roster = rosters.get(session, roster_id)
    found = schedule.between(session, *_stretch(start, to), roster_id=roster.id)
    return Page(items=shown(session, found, caller.person.language))


def _rotation(rotation: Rotation, people: list[UUID]) -> RotationOut:
    return RotationOut.model_validate({**rotation.model_dump(), "people": people})


@router.get("/rosters/{roster_id}/rotations", summary="The rotations of a roster")
def turns(session: Db, caller: RestCaller, roster_id: UUID) -> Page[RotationOut]:
    """The earliest first, those that ended included."""
    caller.require(session, Deed.SEE_ROSTERS)
    rosters.get(session, roster_id)
    return Page(items=[_rotation(*each) for each in rotations.of_roster(session, roster_id)])


@router.post("/rosters/{roster_id}/rotations", status_code=201, summary="People take turns")
def add_rotation(
    session: Db, caller: RestCaller, roster_id: UUID, asked: AddRotation
) -> RotationOut:
    """By a recurrence rule, from a day on, at the hand-over time of the province."""
    return _rotation(deeds.add_rotation(session, caller, roster_id, asked), asked.people)


@router.post("/rosters/{roster_id}/rotations/look", summary="What a rotation would come to")
def look_at_rotation(
    session: Db, caller: RestCaller, roster_id: UUID, asked: AddRotation
) -> RosterLookOut:
    """Two weeks from its first day, with gaps and clashes; nothing is changed."""
    language = caller.person.language
    found = deeds.look_at_rotation(session, caller, roster_id, asked)
    return RosterLookOut(
        first_day=found.first_day,
        digest=found.digest,
        shifts=shown(session, found.shifts, language),
        faults=[FaultOut.model_validate(f) for f in found.faults],
        by_hand=shown(session, found.by_hand, language),
    )


@router.post("/rotations/{rotation_id}/end", summary="The last day of a rotation")
def end_rotation(
    session: Db, caller: RestCaller, rotation_id: UUID, asked: EndRotation
) -> RotationOut:
    """The shift that begins on it still runs to its end."""
    ended = deeds.end_rotation(session, caller, rotation_id, asked)
    turn = {r.id: p for r, p in rotations.of_roster(session, ended.roster_id)}
    return _rotation(ended, turn[ended.id])


@router.get("/rosters/{roster_id}/by-hand", summary="Shifts entered by hand")
def by_hand(session: Db, caller: RestCaller, roster_id: UUID) -> Page[ShiftOut]:
    """Those in its role that no rotation plans and that are not over."""
    found = deeds.by_hand_of(session, caller, roster_id)
    return Page(items=shown(session, found, caller.person.language))


@router.post("/rosters/{roster_id}/by-hand", status_code=201, summary="Enter one shift")
def enter_shift(session: Db, caller: RestCaller, roster_id: UUID, asked: EnterShift) -> ShiftOut:
    """From now or later; whoever has it is told. Gaps and clashes are at ``/rosters/faults``."""
    made = deeds.enter_shift(session, caller, roster_id, asked)
    return shown(session, [made], caller.person.language)[0]


@router.post("/rosters/{roster_id}/by-hand/{shift_id}/move", summary="Move a shift")
def move_shift(
    session: Db, caller: RestCaller, roster_id: UUID, shift_id: UUID, asked: EnterShift
) -> ShiftOut:
    """Another time or person; of one that runs only the end."""
    moved = deeds.move_shift(session, caller, roster_id, shift_id, asked)
    return shown(session, [moved], caller.person.language)[0]


@router.post("/rosters/{roster_id}/by-hand/{shift_id}/take-out", summary="Take a shift out")
def take_shift_out(
    session: Db, caller: RestCaller, roster_id: UUID, shift_id: UUID, asked: Because
) -> ShiftOut:
    """One that runs ends now; one to come is gone."""
    gone = deeds.take_shift_out(session, caller, roster_id, shift_id, asked)
    return shown(session, [gone], caller.person.language)[0]


@router.post("/rosters/{roster_id}/overrides", status_code=201, summary="Somebody stands in")
def override(session: Db, caller: RestCaller, roster_id: UUID, asked: Override) -> StandInOut:
    """From now or later; both are told."""
    return StandInOut.model_validate(deeds.override(session, caller, roster_id, asked))


@router.post("/overrides/{stand_in_id}/cancel", summary="The plan counts again")
def cancel_override(session: Db, caller: RestCaller, stand_in_id: UUID) -> StandInOut:
    """From now on where the stretch has begun."""
    return StandInOut.model_validate(deeds.cancel_override(session, caller, stand_in_id))
