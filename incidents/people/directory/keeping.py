"""Keeping the directory's bodies: founded, renamed or moved from a day on, ended, succeeded."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, select

from incidents.people import organisations
from incidents.people.directory import tree
from incidents.people.organisations import (
    Organisation,
    OrganisationPeriod,
    Succession,
)
from incidents.record import timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import Conflict, Invalid, Wrong
from incidents.record.facts import Fact
from incidents.record.language import N_


@dataclass(frozen=True)
class OrganisationFounded(Fact):
    """A body stands in the directory."""

    code: str
    name: str
    says: ClassVar[str] = N_("Ghi cơ quan %(name)s (%(code)s) vào danh bạ")


@dataclass(frozen=True)
class OrganisationChanged(Fact):
    """A body has another name or place from a day on."""

    code: str
    former: str
    name: str
    starts_on: date
    basis: str
    says: ClassVar[str] = N_(
        "%(former)s (%(code)s) từ %(starts_on)s là %(name)s. Căn cứ: %(basis)s"
    )


@dataclass(frozen=True)
class OrganisationEnded(Fact):
    """A body had its last day."""

    code: str
    name: str
    valid_to: date
    says: ClassVar[str] = N_("%(name)s (%(code)s) kết thúc hoạt động sau ngày %(valid_to)s")


@dataclass(frozen=True)
class OrganisationSucceeded(Fact):
    """One body took over from another."""

    predecessor: str
    successor: str
    happened_on: date
    matter: str
    basis: str
    says: ClassVar[str] = N_(
        "%(successor)s kế thừa %(predecessor)s từ %(happened_on)s (%(matter)s). Căn cứ: %(basis)s"
    )


def found(
    session: Session,
    code: str,
    *,
    name: str,
    kind: str,
    by: Actor,
    parent_id: UUID | None = None,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Organisation:
    """A new body of the directory; its code is its own for ever."""
    code, name = code.strip(), name.strip()
    wrong: Wrong = {}
    if not code:
        wrong["code"] = (N_("Ghi mã cơ quan."), {})
    if not name:
        wrong["name"] = (N_("Ghi tên cơ quan."), {})
    if valid_from and valid_to and valid_to < valid_from:
        wrong["valid_to"] = (N_("Ngày cuối ở trước ngày đầu."), {})
    if wrong:
        raise Invalid(fields=wrong)
    if session.exec(select(Organisation.id).where(Organisation.code == code)).first():
        raise Conflict(N_("Đã có cơ quan mã «%(code)s»."), code=code)
    if parent_id:
        organisations.get(session, parent_id)
    body = Organisation(
        code=code,
        name=name,
        kind=kind.strip(),
        parent_id=parent_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    session.add(body)
    session.flush()
    timeline.record(session, timeline.DESK, OrganisationFounded(code, name), by=by)
    return body


def change(
    session: Session,
    organisation_id: UUID,
    *,
    name: str,
    parent_id: UUID | None,
    starts_on: date,
    basis: str,
    by: Actor,
) -> OrganisationPeriod:
    """Another name, or another place in the tree, from a day on; what was before stays."""
    body = locked(session, Organisation, organisation_id) or organisations.get(
        session, organisation_id
    )
    if not name.strip():
        raise Invalid(fields={"name": (N_("Ghi tên cơ quan."), {})})
    if not body.in_force(starts_on):
        raise Invalid(fields={"starts_on": (N_("Ngày đó cơ quan không hoạt động."), {})})
    nodes = tree.placed(session, starts_on)
    before = nodes[body.id]
    if (before.name, before.parent_id) == (name.strip(), parent_id):
        raise Conflict(N_("Cơ quan đã mang tên và ở vị trí đó."))
    if parent_id:
        organisations.get(session, parent_id)
        if body.id in (parent_id, *tree.above(nodes, parent_id)):
            raise Invalid(fields={"parent": (N_("Cơ quan không thể trực thuộc chính mình."), {})})
    held = organisations.periods(session, [body.id]).get(body.id, [])
    if any(p.starts_on == starts_on for p in held) or starts_on == body.valid_from:
        raise Conflict(
            N_("Từ ngày %(day)s đã ghi một tên, vị trí; hãy chọn ngày khác."), day=starts_on
        )
    period = OrganisationPeriod(
        organisation_id=body.id,
        starts_on=starts_on,
        name=name.strip(),
        parent_id=parent_id,
        basis=basis.strip(),
    )
    session.add(period)
    session.flush()
    fact = OrganisationChanged(body.code, before.name, period.name, starts_on, period.basis or "–")
    timeline.record(session, timeline.DESK, fact, by=by)
    return period


def end(session: Session, organisation_id: UUID, *, last_day: date, by: Actor) -> Organisation:
    """A body's last day; whatever it did before keeps its name."""
    body = locked(session, Organisation, organisation_id) or organisations.get(
        session, organisation_id
    )
    if body.valid_to:
        raise Conflict(N_("Cơ quan này đã kết thúc sau ngày %(day)s."), day=body.valid_to)
    if body.valid_from and last_day < body.valid_from:
        raise Invalid(fields={"last_day": (N_("Ngày cuối ở trước ngày đầu."), {})})
    body.valid_to = last_day
    session.add(body)
    session.flush()
    name = organisations.name_on(session, body.id, last_day)
    timeline.record(session, timeline.DESK, OrganisationEnded(body.code, name, last_day), by=by)
    return body


def succeed(
    session: Session,
    predecessors: Sequence[UUID],
    *,
    successors: Sequence[UUID],
    happened_on: date,
    by: Actor,
    matter: str = "",
    basis: str = "",
    ends: bool = True,
) -> list[Succession]:
    """Merge or split: each successor takes over from each predecessor on a day.

    Unless the predecessors live on beside them, the day before is their last.
    """
    made: list[Succession] = []
    for old in predecessors:
        body = organisations.get(session, old)
        if ends and body.valid_to is None:
            end(session, old, last_day=happened_on - timedelta(days=1), by=by)
        taken = {each.successor_id for each in tree.after(session, old)}
        for new in successors:
            organisations.get(session, new)
            if new == old:
                raise Invalid(
                    fields={"successor": (N_("Cơ quan không thể kế thừa chính mình."), {})}
                )
            if new in taken:
                raise Conflict(N_("Quan hệ kế thừa này đã được ghi."))
            made.append(
                Succession(
                    predecessor_id=old,
                    successor_id=new,
                    happened_on=happened_on,
                    matter=matter.strip(),
                    basis=basis.strip(),
                )
            )
    session.add_all(made)
    session.flush()
    day_before = happened_on - timedelta(days=1)
    old_names = organisations.names_on(session, list(predecessors), day_before)
    new_names = organisations.names_on(session, list(successors), happened_on)
    for each in made:
        fact = OrganisationSucceeded(
            old_names[each.predecessor_id],
            new_names[each.successor_id],
            happened_on,
            each.matter or "–",
            each.basis or "–",
        )
        timeline.record(session, timeline.DESK, fact, by=by)
    return made
