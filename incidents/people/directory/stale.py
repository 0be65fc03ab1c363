"""What of the directory nobody has shown to work lately, body by body."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.people.directory import focal_points
from incidents.people.directory.focal_points import FocalPoint, Standing
from incidents.people.organisations import Organisation
from incidents.people.persons import ContactPoint, Person
from incidents.record import clock, settings


@dataclass
class Review:
    """What a body must look at: stale addresses, focal points not tested, and those it lacks."""

    body: Organisation
    points: list[ContactPoint] = field(default_factory=list[ContactPoint])
    untested: list[FocalPoint] = field(default_factory=list[FocalPoint])
    lacking: list[Standing] = field(default_factory=list[Standing])

    @property
    def urgent(self) -> bool:
        """Whether its people can act on it now; a body that never named anybody is only shown."""
        return bool(self.points or self.untested)


def limit(now: datetime) -> datetime:
    """Whatever was shown to work before this moment counts as stale."""
    return now - timedelta(days=settings.current().contact_review_days)


def point_is_stale(point: ContactPoint, now: datetime) -> bool:
    """Never verified, not lately, or known to fail."""
    return (
        point.bounced_at is not None or point.verified_at is None or point.verified_at < limit(now)
    )


def untested(row: FocalPoint, now: datetime) -> bool:
    """Never tested, not lately, or not reached when tested."""
    return not row.reached or row.tested_at is None or row.tested_at < limit(now)


def reviews(session: Session, now: datetime) -> dict[UUID, Review]:
    """Every body in force with what is stale of it; four queries in all."""
    today = now.astimezone(clock.LOCAL).date()
    found = {
        body.id: Review(body) for body in session.exec(select(Organisation)) if body.in_force(today)
    }
    works_at = dict(
        session.exec(
            select(col(Person.id), col(Person.organisation_id)).where(col(Person.active).is_(True))
        ).all()
    )
    for point in session.exec(select(ContactPoint).order_by(col(ContactPoint.position))):
        owner = point.organisation_id or (point.person_id and works_at.get(point.person_id))
        if owner and owner in found and point_is_stale(point, now):
            found[owner].points.append(point)
    standing: dict[UUID, set[Standing]] = {}
    for row in focal_points.every(session):
        standing.setdefault(row.organisation_id, set()).add(row.standing)
        if row.organisation_id in found and untested(row, now):
            found[row.organisation_id].untested.append(row)
    for body_id, review in found.items():
        held = standing.get(body_id, set())
        review.lacking = [each for each in Standing if each not in held]
    return found
