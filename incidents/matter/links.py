"""How incidents hang together: merged into another one, split from it, or following an old one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Session, col, or_, select

from incidents.matter.incidents import Incident
from incidents.record import clock
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.language import N_, Labelled


class LinkKind(Labelled):
    """What the first incident is to the other."""

    MERGED_INTO = "merged_into", N_("gộp vào")
    SPLIT_FROM = "split_from", N_("tách từ")
    FOLLOWS = "follows", N_("nối tiếp")


class IncidentLink(Table, table=True):
    """One incident and another one it came from, went to or follows."""

    __tablename__ = "incident_link"
    __table_args__ = (
        UniqueConstraint("incident_id", "other_id", "kind"),
        CheckConstraint("incident_id <> other_id", name="apart"),
    )

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    other_id: UUID = reference("incident.id")
    kind: LinkKind = choice(LinkKind)
    made_at: datetime = moment()
    made_by: UUID | None = reference("person.id", optional=True)


def join(
    session: Session, incident_id: UUID, kind: LinkKind, other_id: UUID, *, by: Actor
) -> IncidentLink:
    """Write down how one incident hangs together with another."""
    made = IncidentLink(
        incident_id=incident_id,
        other_id=other_id,
        kind=kind,
        made_at=clock.now(),
        made_by=by.person_id,
    )
    session.add(made)
    return made


def of(session: Session, incident_id: UUID) -> list[tuple[IncidentLink, Incident]]:
    """Every link of an incident with the incident at its other end, the oldest first."""
    found = session.exec(
        select(IncidentLink, Incident)
        .join(
            Incident,
            or_(
                (col(IncidentLink.incident_id) == incident_id)
                & (col(Incident.id) == IncidentLink.other_id),
                (col(IncidentLink.other_id) == incident_id)
                & (col(Incident.id) == IncidentLink.incident_id),
            ),
        )
        .order_by(col(IncidentLink.id))
    )
    return list(found.all())


def merged_into(session: Session, incident_id: UUID) -> Incident | None:
    """Where an incident went that was merged."""
    return session.exec(
        select(Incident)
        .join(IncidentLink, col(IncidentLink.other_id) == Incident.id)
        .where(IncidentLink.incident_id == incident_id, IncidentLink.kind == LinkKind.MERGED_INTO)
        .order_by(col(IncidentLink.id).desc())
    ).first()
