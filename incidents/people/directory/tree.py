"""The tree of bodies as of a day, and a body's ancestry."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people.organisations import (
    Organisation,
    OrganisationKind,
    OrganisationPeriod,
    Succession,
)
from incidents.record.language.alphabet import by_letters

_ORDER = [kind.value for kind in OrganisationKind]


@dataclass
class Node:
    """A body on a day: its name and place then, and what stands below it."""

    body: Organisation
    name: str
    parent_id: UUID | None
    depth: int = 0
    children: list["Node"] = field(default_factory=list["Node"])


def on(session: Session, day: date) -> list[Node]:
    """Every body in force on a day, each followed by what stands below it; one query.

    A body whose parent is not in force that day stands at the top: nothing is hidden.
    """
    nodes = placed(session, day)
    present = {i: n for i, n in nodes.items() if n.body.in_force(day)}
    tops: list[Node] = []
    for node in present.values():
        above = present.get(node.parent_id) if node.parent_id else None
        (above.children if above else tops).append(node)
    flat: list[Node] = []
    _flatten(tops, 0, flat)
    return flat


def placed(session: Session, day: date) -> dict[UUID, Node]:
    """Every body there ever was, with name and parent as they were on a day; one query."""
    period = OrganisationPeriod
    begun = (col(period.organisation_id) == Organisation.id) & (col(period.starts_on) <= day)
    nodes: dict[UUID, Node] = {}
    # The latest period that has begun comes last, and says how it is.
    for body, latest in session.exec(
        select(Organisation, period)
        .join(period, begun, isouter=True)
        .order_by(col(Organisation.code), col(period.starts_on))
    ):
        said = latest or body
        nodes[body.id] = Node(body, said.name, said.parent_id)
    return nodes


def _flatten(nodes: list[Node], depth: int, into: list[Node]) -> None:
    for node in sorted(nodes, key=lambda n: (_rank(n.body.kind), by_letters(n.name))):
        node.depth = depth
        into.append(node)
        _flatten(node.children, depth + 1, into)


def _rank(kind: str) -> int:
    return _ORDER.index(kind) if kind in _ORDER else len(_ORDER)


def above(nodes: dict[UUID, Node], organisation_id: UUID) -> list[UUID]:
    """A body's ancestors, nearest first; stops where a circle would begin."""
    found: list[UUID] = []
    here = nodes[organisation_id].parent_id if organisation_id in nodes else None
    while here and here not in found and here in nodes:
        found.append(here)
        here = nodes[here].parent_id
    return found


def before(session: Session, organisation_id: UUID) -> list[Succession]:
    """From whom a body took over."""
    return list(
        session.exec(
            select(Succession)
            .where(Succession.successor_id == organisation_id)
            .order_by(col(Succession.happened_on), col(Succession.id))
        )
    )


def after(session: Session, organisation_id: UUID) -> list[Succession]:
    """Who took over from a body."""
    return list(
        session.exec(
            select(Succession)
            .where(Succession.predecessor_id == organisation_id)
            .order_by(col(Succession.happened_on), col(Succession.id))
        )
    )
