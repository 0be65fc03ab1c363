"""Public bodies and their units; names and bodies change by decree, so they are rows.

A body's row says how it was founded: it changes only for its last day, and where it was put right.
A new name or place in the tree is a period from a day on; what a body passed on when it ended, was
merged or split is a succession. So every day has its own names, and an old incident keeps those of
its day.
"""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, Session, col, select

from incidents.record.database import Table, identifier, reference
from incidents.record.errors import NotFound
from incidents.record.language import N_, Labelled


class OrganisationKind(Labelled):
    """What a body is, as the directory groups and shows it; an unknown kind is shown as it is."""

    PEOPLES_COMMITTEE = "people's committee", N_("Ủy ban nhân dân")
    OFFICE = "office", N_("Văn phòng")
    LEAD_DEPARTMENT = "lead department", N_("Sở chủ trì")
    DEPARTMENT = "department", N_("Sở, ban, ngành")
    DISTRICT = "district", N_("Huyện, quận, thị xã")
    COMMUNE = "commune", N_("Xã, phường")
    POLICE = "police", N_("Công an")
    PARTY = "party", N_("Cơ quan Đảng")
    SUPERIOR = "superior authority", N_("Cơ quan cấp trên")
    PRESS = "press", N_("Báo và phát thanh, truyền hình")
    PORTAL = "portal", N_("Cổng thông tin điện tử")
    DESK = "desk", N_("Bàn trực")
    OTHER = "other", N_("Cơ quan khác")


class Organisation(Table, table=True):
    """A body as it was founded; ``valid_to`` is its last day."""

    __tablename__ = "organisation"

    id: UUID = identifier()
    code: str = Field(unique=True)
    name: str
    kind: str
    parent_id: UUID | None = reference("organisation.id", optional=True)
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the body existed on a day."""
        return (self.valid_from or day) <= day <= (self.valid_to or day)


class OrganisationPeriod(Table, table=True):
    """From this day on a body has this name and this place in the tree."""

    __tablename__ = "organisation_period"
    __table_args__ = (UniqueConstraint("organisation_id", "starts_on"),)

    id: UUID = identifier()
    organisation_id: UUID = reference("organisation.id")
    starts_on: date
    name: str
    parent_id: UUID | None = reference("organisation.id", optional=True)
    basis: str = ""


class Succession(Table, table=True):
    """One body took over from another on a day: all of it, or the matter named."""

    __tablename__ = "succession"
    __table_args__ = (
        UniqueConstraint("predecessor_id", "successor_id"),
        CheckConstraint("predecessor_id <> successor_id", name="other"),
    )

    id: UUID = identifier()
    predecessor_id: UUID = reference("organisation.id")
    successor_id: UUID = reference("organisation.id")
    happened_on: date
    matter: str = ""
    basis: str = ""


def get(session: Session, organisation_id: UUID) -> Organisation:
    """The body; ``NotFound`` when there is none."""
    found = session.get(Organisation, organisation_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy cơ quan này."))
    return found


def by_code(session: Session, code: str) -> Organisation:
    """The body of a code; ``NotFound`` when there is none."""
    found = session.exec(select(Organisation).where(Organisation.code == code.strip())).first()
    if found is None:
        raise NotFound(N_("Không có cơ quan mã «%(code)s»."), code=code.strip())
    return found


def periods(
    session: Session, ids: Collection[UUID] | None = None
) -> dict[UUID, list[OrganisationPeriod]]:
    """The periods of some bodies, or of all, each body's oldest first."""
    wanted = select(OrganisationPeriod).order_by(col(OrganisationPeriod.starts_on))
    if ids is not None:
        wanted = wanted.where(col(OrganisationPeriod.organisation_id).in_(ids))
    found: dict[UUID, list[OrganisationPeriod]] = {}
    for period in session.exec(wanted):
        found.setdefault(period.organisation_id, []).append(period)
    return found


def period_on(rows: Collection[OrganisationPeriod] | None, day: date) -> OrganisationPeriod | None:
    """The period in force on a day among one body's; ``None`` while it is as it was founded."""
    begun = [p for p in rows or () if p.starts_on <= day]
    return max(begun, key=lambda p: p.starts_on, default=None)


class Names:
    """What some bodies were called on any day; one query for all of them."""

    def __init__(self, session: Session, ids: Collection[UUID]) -> None:
        self._changed: dict[UUID, list[OrganisationPeriod]] = {}
        self._founded: dict[UUID, str] = {}
        if not ids:
            return
        for body, period in session.exec(
            select(Organisation, OrganisationPeriod)
            .join(
                OrganisationPeriod,
                col(OrganisationPeriod.organisation_id) == Organisation.id,
                isouter=True,
            )
            .where(col(Organisation.id).in_(set(ids)))
        ):
            self._founded[body.id] = body.name
            if period:
                self._changed.setdefault(body.id, []).append(period)

    def on(self, organisation_id: UUID, day: date) -> str:
        """The name of one of them on a day; a dash for a body there is not."""
        period = period_on(self._changed.get(organisation_id), day)
        return period.name if period else self._founded.get(organisation_id, "–")


def names_on(session: Session, ids: Collection[UUID], day: date) -> dict[UUID, str]:
    """What some bodies were called on a day."""
    names = Names(session, ids)
    return {each: names.on(each, day) for each in ids}


def name_on(session: Session, organisation_id: UUID, day: date) -> str:
    """What one body was called on a day."""
    return Names(session, [organisation_id]).on(organisation_id, day)
