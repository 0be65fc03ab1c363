"""How incidents hang together: merged into another one, split from it, or following an old one."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Session, col, or_, select

from incidents.matter.incidents import Incident
from incidents.people import concerned
from incidents.record import clock
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.language import N_, Labelled


class TieKind(Labelled):
    """What the first incident is to the other."""

    MERGED_INTO = "merged_into", N_("gộp vào")
    SPLIT_FROM = "split_from", N_("tách từ")
    FOLLOWS = "follows", N_("nối tiếp")


class Tie(Table, table=True):
    """One incident and another one it came from, went to or follows."""

    __tablename__ = "incident_tie"
    __table_args__ = (
        UniqueConstraint("incident_id", "other_id", "kind"),
        CheckConstraint("incident_id <> other_id", name="apart"),
    )

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    other_id: UUID = reference("incident.id")
    kind: TieKind = choice(TieKind)
    made_at: datetime = moment()
    made_by: UUID | None = reference("person.id", optional=True)


def tie(session: Session, incident_id: UUID, kind: TieKind, other_id: UUID, *, by: Actor) -> Tie:
    """Write down how one incident hangs together with another."""
    made = Tie(
        incident_id=incident_id,
        other_id=other_id,
        kind=kind,
        made_at=clock.now(),
        made_by=by.person_id,
    )
    session.add(made)
    return made


def of(
    session: Session, incident_id: UUID, *, reader: UUID | None = None
) -> list[tuple[Tie, Incident]]:
    """Every tie of an incident with the incident at its other end, the oldest first.

    For a ``reader`` without those whose other end concerns that person.
    """
    wanted = (
        select(Tie, Incident)
        .join(
            Incident,
            or_(
                (col(Tie.incident_id) == incident_id) & (col(Incident.id) == Tie.other_id),
                (col(Tie.other_id) == incident_id) & (col(Incident.id) == Tie.incident_id),
            ),
        )
        .order_by(col(Tie.id))
    )
    if reader:
        wanted = wanted.where(concerned.open_to(reader, col(Incident.id)))
    return list(session.exec(wanted))


def merged_into(session: Session, incident_id: UUID) -> Incident | None:
    """Where an incident went that was merged."""
    return session.exec(
        select(Incident)
        .join(Tie, col(Tie.other_id) == Incident.id)
        .where(Tie.incident_id == incident_id, Tie.kind == TieKind.MERGED_INTO)
        .order_by(col(Tie.id).desc())
    ).first()


def went_to(session: Session, incident_ids: Collection[UUID]) -> dict[UUID, str]:
    """For those of some incidents that were merged, the number they went to: one query."""
    if not incident_ids:
        return {}
    found = session.exec(
        select(Tie.incident_id, Incident.number)
        .join(Incident, col(Tie.other_id) == Incident.id)
        .where(col(Tie.incident_id).in_(incident_ids), Tie.kind == TieKind.MERGED_INTO)
    )
    return dict(found.all())


def merged_here(session: Session, incident_id: UUID) -> list[UUID]:
    """The incidents that were merged into this one."""
    return list(
        session.exec(
            select(Tie.incident_id).where(
                Tie.other_id == incident_id, Tie.kind == TieKind.MERGED_INTO
            )
        )
    )
