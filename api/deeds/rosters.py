"""What is done with rosters: kept, stood in on, swapped, missed, handed over, subscribed to."""

from datetime import date, time, timedelta
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session, select

from api.fields import Because, Line, Moment, Optional, Reason, Request
from api.identity import Caller
from incidents.people import rosters
from incidents.people.duty import absences, by_hand, feeds, keeping, planning, stand_ins, swaps
from incidents.people.duty.changes import Absence, StandIn, Swap
from incidents.people.duty.feeds import CalendarFeed
from incidents.people.duty.planning import Laid, RosterLook
from incidents.people.duty.rotations import Rotation
from incidents.people.organisations import Organisation
from incidents.people.roles import Role
from incidents.people.rosters import Roster, Shift
from incidents.record.errors import Conflict, NotFound
from incidents.record.language import N_
from incidents.response.reports import handovers
from incidents.response.reports.handovers import HandOver
from incidents.rights import permissions
from incidents.rights.permissions import Deed


class DrawUp(Request):
    """A plan that keeps a role of an office on duty."""

    name: Line
    role: Role
    organisation: Line = Field(description="The body's code")
    around_the_clock: bool = Field(
        default=True, description="Every moment without anybody is a gap"
    )
    notes: bool = Field(
        default=True, description="A hand-over note is due at the end of every shift"
    )


class AddRotation(Request):
    """People in turn. Days and the hand-over time are those of the province."""

    people: list[UUID] = Field(max_length=200)
    rule: Line = Field(description="RRULE of RFC 5545, such as FREQ=DAILY;BYHOUR=6,14,22")
    hand_over: time
    shift_minutes: Annotated[int, Field(ge=1, le=100_000)]
    shifts_each: Annotated[int, Field(ge=1, le=1_000)] = 1
    valid_from: date
    valid_to: Annotated[date | None, Optional] = None
    replaces: list[UUID] = Field(
        default_factory=list[UUID], description="Rotations that end the day before"
    )
    ends_by_hand: list[UUID] = Field(
        default_factory=list[UUID], description="Shifts entered by hand that make room"
    )
    seen: Line | None = Field(default=None, description="The digest of the look that was seen")

    def laid(self) -> Laid:
        """What is laid down."""
        return Laid(
            people=tuple(self.people),
            rule=self.rule,
            hand_over=self.hand_over.replace(tzinfo=None),
            length=timedelta(minutes=self.shift_minutes),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            shifts_each=self.shifts_each,
            replaces=tuple(self.replaces),
            ends_by_hand=tuple(self.ends_by_hand),
        )


class EndRotation(Request):
    """The last day on which a shift begins."""

    last_day: date


class Override(Request):
    """Somebody stands in: for one person, or for whoever is on duty, holes included."""

    person_id: UUID
    starts_at: Moment
    ends_at: Moment
    reason: Reason
    instead_of: Annotated[UUID | None, Optional] = None


class EnterShift(Request):
    """Somebody on duty once, in the roster's role."""

    person_id: UUID
    starts_at: Moment
    ends_at: Moment


class AskSwap(Request):
    """A shift of mine for somebody else, for one of theirs or for nothing."""

    shift_id: UUID
    other_id: UUID
    in_return: Annotated[UUID | None, Optional] = None
    reason: Reason = ""


class Away(Request):
    """From when to when; of myself, unless the roster's keeper says who."""

    starts_at: Moment
    ends_at: Moment
    reason: Reason
    person_id: Annotated[UUID | None, Optional] = None


class Note(Request):
    """What the next officer must know."""

    open_work: str
    deadlines: str
    unknown: str
    remarks: str = ""


class MakeFeed(Request):
    """Of a roster, or of my own shifts."""

    roster_id: Annotated[UUID | None, Optional] = None


def draw_up(session: Session, caller: Caller, asked: DrawUp) -> Roster:
    """A new roster."""
    caller.require(session, Deed.KEEP_ROSTERS)
    body = session.exec(
        select(Organisation.id).where(Organisation.code == asked.organisation)
    ).first()
    if body is None:
        raise NotFound(N_("Không tìm thấy cơ quan này."))
    return keeping.draw_up(
        session,
        asked.name,
        role=asked.role,
        organisation_id=body,
        around_the_clock=asked.around_the_clock,
        notes=asked.notes,
        by=caller.actor,
    )


def add_rotation(session: Session, caller: Caller, roster_id: UUID, asked: AddRotation) -> Rotation:
    """People take turns from a day on."""
    caller.require(session, Deed.KEEP_ROSTERS)
    return planning.lay(session, roster_id, asked.laid(), seen=asked.seen, by=caller.actor)


def look_at_rotation(
    session: Session, caller: Caller, roster_id: UUID, asked: AddRotation
) -> RosterLook:
    """What two weeks would be like."""
    caller.require(session, Deed.KEEP_ROSTERS)
    return planning.look(session, roster_id, asked.laid(), by=caller.actor)


def end_rotation(
    session: Session, caller: Caller, rotation_id: UUID, asked: EndRotation
) -> Rotation:
    """No shift begins after a day."""
    caller.require(session, Deed.KEEP_ROSTERS)
    return keeping.end(session, rotation_id, last_day=asked.last_day, by=caller.actor)


def override(session: Session, caller: Caller, roster_id: UUID, asked: Override) -> StandIn:
    """Somebody stands in."""
    caller.require(session, Deed.KEEP_ROSTERS)
    return stand_ins.set_(session, roster_id, **asked.model_dump(), by=caller.actor)


def cancel_override(session: Session, caller: Caller, stand_in_id: UUID) -> StandIn:
    """The plan counts again."""
    caller.require(session, Deed.KEEP_ROSTERS)
    return stand_ins.cancel(session, stand_in_id, by=caller.actor)


def by_hand_of(session: Session, caller: Caller, roster_id: UUID) -> list[Shift]:
    """The shifts entered by hand in its role."""
    caller.require(session, Deed.SEE_ROSTERS)
    return by_hand.of_roster(session, rosters.get(session, roster_id))


def enter_shift(session: Session, caller: Caller, roster_id: UUID, asked: EnterShift) -> Shift:
    """Somebody is on duty once."""
    caller.require(session, Deed.KEEP_ROSTERS)
    return by_hand.enter(session, roster_id, **asked.model_dump(), by=caller.actor)


def move_shift(
    session: Session, caller: Caller, roster_id: UUID, shift_id: UUID, asked: EnterShift
) -> Shift:
    """At another time, or somebody else."""
    caller.require(session, Deed.KEEP_ROSTERS)
    return by_hand.move(session, roster_id, shift_id, **asked.model_dump(), by=caller.actor)


def take_shift_out(
    session: Session, caller: Caller, roster_id: UUID, shift_id: UUID, asked: Because
) -> Shift:
    """It is not to be."""
    caller.require(session, Deed.KEEP_ROSTERS)
    return by_hand.take_out(session, roster_id, shift_id, reason=asked.reason, by=caller.actor)


def ask_swap(session: Session, caller: Caller, asked: AskSwap) -> Swap:
    """Ask another to take a shift of mine."""
    caller.require(session, Deed.OWN_DUTY)
    return swaps.ask(session, **asked.model_dump(), by=caller.actor)


def accept_swap(session: Session, caller: Caller, swap_id: UUID) -> Swap:
    """Take it."""
    caller.require(session, Deed.OWN_DUTY)
    return swaps.accept(session, swap_id, by=caller.actor)


def decline_swap(session: Session, caller: Caller, swap_id: UUID) -> Swap:
    """Do not."""
    caller.require(session, Deed.OWN_DUTY)
    return swaps.decline(session, swap_id, by=caller.actor)


def withdraw_swap(session: Session, caller: Caller, swap_id: UUID) -> Swap:
    """Ask no more."""
    caller.require(session, Deed.OWN_DUTY)
    return swaps.withdraw(session, swap_id, by=caller.actor)


def report_absence(session: Session, caller: Caller, asked: Away) -> Absence:
    """I am away; the keeper may say so of anybody."""
    about = asked.person_id or caller.person.id
    own = about == caller.person.id
    caller.require(session, Deed.OWN_DUTY if own else Deed.KEEP_ROSTERS)
    return absences.report(
        session,
        about,
        starts_at=asked.starts_at,
        ends_at=asked.ends_at,
        reason=asked.reason,
        by=caller.actor,
    )


def cancel_absence(session: Session, caller: Caller, absence_id: UUID) -> Absence:
    """I am back."""
    caller.require(session, Deed.OWN_DUTY)
    if absences.get(session, absence_id).person_id != caller.person.id:
        caller.require(session, Deed.KEEP_ROSTERS)
    return absences.cancel(session, absence_id, by=caller.actor)


def hand_over(session: Session, caller: Caller, asked: Note) -> HandOver:
    """Hand the shift over that I am on, or that is just over."""
    caller.require(session, Deed.OWN_DUTY)
    shift = handovers.own_shift(session, caller.person.id)
    if shift is None:
        raise Conflict(N_("Đồng chí không có ca nào để bàn giao."))
    return handovers.write(session, shift.id, **asked.model_dump(), by=caller.actor)


def acknowledge_hand_over(session: Session, caller: Caller, note_id: UUID) -> HandOver:
    """I have read it."""
    caller.require(session, Deed.OWN_DUTY)
    return handovers.acknowledge(session, note_id, by=caller.actor)


def make_feed(session: Session, caller: Caller, asked: MakeFeed) -> CalendarFeed:
    """An address for my calendar."""
    caller.require(session, Deed.OWN_DUTY)
    return feeds.make(session, caller.person.id, roster_id=asked.roster_id, by=caller.actor)


def revoke_feed(session: Session, caller: Caller, feed_id: UUID) -> CalendarFeed:
    """It answers no more."""
    caller.require(session, Deed.OWN_DUTY)
    keeper = permissions.allowed(session, caller.person, Deed.KEEP_ROSTERS)
    return feeds.revoke(session, feed_id, keeper=keeper, by=caller.actor)
