"""What is done with flags: reported, taken, dismissed, watched, merged, taken out."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Line, Moment, Optional, Reason, Request
from api.identity import Caller
from incidents.intake import merging, parting, signals, triage
from incidents.intake.signals import File, Ground, Nature, Signal
from incidents.intake.triage import Transfer
from incidents.matter import incidents
from incidents.response.life import no_duff
from incidents.rights.permissions import Deed


class Flag(Request):
    """Something seen: its words, an address, or a file sent beside it."""

    text: str = Field("", description="The words as they were seen")
    url: str = Field("", max_length=2_000)
    seen_where: Line = ""
    reach: Annotated[int | None, Optional] = Field(None, le=10_000_000_000)
    reporter: Line = ""
    reporter_contact: Line = ""
    seen_at: Annotated[Moment | None, Optional] = None
    exercise: bool = Field(
        default=False,
        description="Raised as part of an exercise that is being held; else it is real",
    )


class Dismiss(Request):
    """Why nothing is done; a complaint names to whom it went, under which number and date."""

    ground: Ground
    reason: Reason
    nature: Annotated[Nature | None, Optional] = Field(
        None, description="Where the ground does not tell it"
    )
    transferred_to: Line = ""
    transfer_number: Line = ""
    transferred_on: Annotated[date | None, Optional] = None


class Watch(Request):
    """When it is looked at again, and by whom; without a name by whoever decides so."""

    review_at: Moment
    owner_id: Annotated[UUID | None, Optional] = None
    reason: Reason = ""


class Merge(Request):
    """What makes the same claim."""

    into: Line = Field(description="The code of a flag, or the number of a live incident")
    reason: Reason = ""


class TakeOut(Request):
    """Why it does not belong where it was merged."""

    reason: Reason = ""


class Real(Request):
    """What shows that it is no exercise."""

    reason: Reason = ""


def flag(session: Session, caller: Caller, asked: Flag, files: list[File]) -> Signal:
    """Report something seen."""
    caller.require(session, Deed.FLAG)
    return signals.flag(session, **asked.model_dump(), files=files, by=caller.actor)


def _triaged(session: Session, caller: Caller, code: str) -> Signal:
    signal = signals.by_code(session, code)
    caller.require(session, Deed.TRIAGE, signal)
    return signal


def acknowledge(session: Session, caller: Caller, code: str) -> Signal:
    """Take it."""
    signal = _triaged(session, caller, code)
    return signals.acknowledge(session, signal.id, by=caller.actor)


def dismiss(session: Session, caller: Caller, code: str, asked: Dismiss) -> Signal:
    """Do nothing, for a reason."""
    signal = _triaged(session, caller, code)
    return triage.dismiss(
        session,
        signal.id,
        ground=asked.ground,
        reason=asked.reason,
        nature=asked.nature,
        transfer=Transfer(asked.transferred_to, asked.transfer_number, asked.transferred_on),
        by=caller.actor,
    )


def watch(session: Session, caller: Caller, code: str, asked: Watch) -> Signal:
    """Keep an eye on it until a time."""
    signal = _triaged(session, caller, code)
    return triage.watch(session, signal.id, **asked.model_dump(), by=caller.actor)


def merge(session: Session, caller: Caller, code: str, asked: Merge) -> Signal:
    """One claim, one matter."""
    signal = _triaged(session, caller, code)
    return merging.merge(session, signal.id, asked.into, reason=asked.reason, by=caller.actor)


def take_out(session: Session, caller: Caller, code: str, asked: TakeOut) -> Signal:
    """It was merged by mistake; of an incident it is taken by whoever may split that."""
    signal = signals.by_code(session, code)
    if signal.incident_id:
        caller.require(session, Deed.MERGE, incidents.get(session, signal.incident_id))
    else:
        caller.require(session, Deed.TRIAGE, signal)
    return parting.part(session, signal.id, reason=asked.reason, by=caller.actor)


def find_real(session: Session, caller: Caller, code: str, asked: Real) -> Signal:
    """It is no exercise: whoever sorts flags says so, or whoever raised it."""
    signal = signals.by_code(session, code)
    own = signal.reported_by == caller.person.id
    caller.require(session, Deed.FLAG if own else Deed.TRIAGE, signal)
    return no_duff.declare(session, signal.id, reason=asked.reason, by=caller.actor)
