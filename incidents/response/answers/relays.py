"""Work passed on into groups the officers already have: pasted there by a person, and noted.

The desk has no account in such a group (Zalo offers none); what was pasted, where and by whom is in
the record, and the answers that come there are written down for their authors (``on_behalf``).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import incidents
from incidents.people.persons import ContactKind, ContactPoint
from incidents.record import timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response.steps import steps
from incidents.response.steps.steps import ANSWERABLE, Step


@dataclass(frozen=True)
class RelayedToGroup(Fact):
    """Somebody pasted the open work into a group."""

    group: Private
    numbers: tuple[int, ...]
    says: ClassVar[str] = N_("Đã dán vào nhóm «%(group)s» các việc %(numbers)s")


def open_work(session: Session, incident_id: UUID) -> list[Step]:
    """What waits for somebody, by its number."""
    found = steps.of_incident(session, incident_id)
    return [each for each in found if each.state in ANSWERABLE and each.assignee_id]


def groups(session: Session) -> list[str]:
    """The groups of bodies that the directory knows."""
    wanted = select(ContactPoint.address).where(
        ContactPoint.channel == ContactKind.ZALO, col(ContactPoint.organisation_id).is_not(None)
    )
    return sorted(set(session.exec(wanted)))


def pasted(
    session: Session, incident_id: UUID, numbers: Sequence[int], *, group: str, by: Actor
) -> None:
    """Note that a person pasted this work into a group."""
    incident = incidents.get(session, incident_id)
    if not incident.live:
        raise Conflict(N_("Vụ việc không còn đang xử lý."))
    if not group.strip():
        raise Invalid(fields={"group": (N_("Ghi tên nhóm đã dán vào."), {})})
    waiting = {each.number for each in open_work(session, incident_id)}
    if not numbers or not set(numbers) <= waiting:
        raise Conflict(N_("Việc đã thay đổi từ lúc mở trang; tải lại rồi dán bản mới."))
    fact = RelayedToGroup(group.strip()[:200], tuple(sorted(set(numbers))))
    timeline.record(session, incident_id, fact, by=by)
