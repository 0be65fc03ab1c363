"""The forms of shells in a room: what may be released, and what each slot likely says."""

from datetime import timedelta
from typing import Any

from sqlmodel import Session

from incidents.matter import incidents
from incidents.matter.incidents import Incident
from incidents.matter.level_timings import LevelPolicy
from incidents.people.directory import tree
from incidents.record import clock
from incidents.words import shells, slots
from incidents.words.slots import Slot


def gather(session: Session, incident: Incident, timing: LevelPolicy) -> dict[str, Any]:
    """What is on offer; the slots begin with what the desk knows, at 3 a.m. one key is enough."""
    offered = shells.on_offer(session, incident.level, incidents.today()) if incident.live else []
    asked = {slot for shell in offered for slot in shell.slots}
    present = tree.on(session, incidents.today()) if asked else []
    nameable = {slot: names for slot in asked if (names := slots.nameable(slot, present))}
    here = [n.name.vi for n in nameable.get(Slot.PLACE, []) if n.answers_to(incident.place)]
    return {
        "shells": offered,
        "nameable": nameable,
        "suggested": {
            Slot.RECEIVED: incident.opened_at,
            Slot.PLACE: here[0] if here else "",
            Slot.BODY: "",
            Slot.NEXT: clock.now() + timedelta(minutes=timing.review_minutes),
        },
    }


NOTHING: dict[str, Any] = {"shells": [], "nameable": {}, "suggested": {}}
"""For whoever may release none."""
