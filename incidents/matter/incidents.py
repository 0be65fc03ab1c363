"""The incident: its number, state and level. What may happen to it is in ``response.lifecycle``."""

from collections.abc import Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, Uuid, text
from sqlmodel import Field, Session, col, select

from incidents.people import concerned
from incidents.record import clock
from incidents.record.database import Table, choice, document, identifier, locked, moment
from incidents.record.errors import Conflict, NotFound
from incidents.record.language import N_, Labelled
from incidents.record.timeline import Confidentiality


class Status(Labelled):
    """The states of an incident."""

    OPEN = "open", N_("Đã mở")
    ACTIVE = "active", N_("Tổ công tác đang xử lý")
    STABILISING = "stabilising", N_("Tạm ổn, tiếp tục theo dõi")
    RESOLVED = "resolved", N_("Chờ tổng kết")
    CLOSED = "closed", N_("Kết thúc")
    STOOD_DOWN = "stood_down", N_("Dừng xử lý")
    UNDONE = "undone", N_("Mở nhầm, đã hủy")
    MERGED = "merged", N_("Đã gộp vào vụ việc khác")


LIVE = (Status.OPEN, Status.ACTIVE, Status.STABILISING)
"""The states in which playbooks run and steps may be answered."""

FROZEN = (Status.CLOSED, Status.UNDONE, Status.MERGED)
"""The states in which nothing more is written down (the record is frozen on closing): what comes
later belongs to the incident once reopened, or to the one it went into."""


class Finding(Labelled):
    """What verification found; only a named person says so."""

    PENDING = "pending", N_("đang xác minh")
    TRUE = "true", N_("đúng")
    PARTLY_FALSE = "partly_false", N_("đúng một phần")
    FALSE = "false", N_("sai")
    UNDETERMINED = "undetermined", N_("chưa xác minh được")


class IncidentCounter(Table, table=True):
    """The last number given in a year; its row is locked while an incident opens."""

    __tablename__ = "incident_counter"

    year: int = Field(primary_key=True)
    last: int = 0


class Incident(Table, table=True):
    """One matter the desk answers for, from its opening to its end."""

    __tablename__ = "incident"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 4", name="level"),
        CheckConstraint(
            "(status IN ('closed', 'stood_down', 'undone', 'merged')) = (ended_at IS NOT NULL)",
            name="ended",
        ),
    )

    id: UUID = identifier()
    number: str = Field(unique=True)
    title: str
    place: str = ""
    status: Status = choice(Status, Status.OPEN, index=True)
    level: int
    level_provisional: bool = True
    scores: dict[str, Any] | None = document(optional=True)
    finding: Finding = choice(Finding, Finding.PENDING)
    playbook: str
    exercise: bool = False
    confidentiality: Confidentiality = choice(Confidentiality, Confidentiality.INTERNAL)
    opened_by: UUID | None = Field(default=None, sa_column=Column(Uuid, nullable=True))
    occurred_at: datetime | None = moment(optional=True)
    detected_at: datetime = moment()
    opened_at: datetime = moment(index=True)
    first_statement_at: datetime | None = moment(optional=True)
    next_review_at: datetime | None = moment(optional=True)
    """When whoever leads is asked next how it stands; nothing before its rhythm has begun."""
    look_back_at: datetime | None = moment(optional=True)
    """When somebody hears next that the review meeting is to be held; nothing once it was."""
    scores_at: datetime | None = moment(optional=True)
    """When it is looked at next whether the five scores are there; nothing once that is over."""
    resolved_at: datetime | None = moment(optional=True)
    ended_at: datetime | None = moment(optional=True)

    @property
    def live(self) -> bool:
        """Whether steps may be answered and playbooks run."""
        return self.status in LIVE

    @property
    def frozen(self) -> bool:
        """Whether its record takes nothing more."""
        return self.status in FROZEN

    @property
    def day(self) -> date:
        """The day in the province whose names and posts it keeps."""
        return self.opened_at.astimezone(clock.LOCAL).date()


def next_number(session: Session, today: date) -> str:
    """The next number of the year, without gaps: 2026-0001."""
    # One statement: two first openings of a year at one moment wait for each other all the same.
    number: int = (
        session.connection()
        .execute(
            text(
                "INSERT INTO incident_counter (year, last) VALUES (:year, 1) "
                "ON CONFLICT (year) DO UPDATE SET last = incident_counter.last + 1 RETURNING last"
            ),
            {"year": today.year},
        )
        .scalar_one()
    )
    return f"{today.year}-{number:04d}"


def today() -> date:
    """The day in the province."""
    return clock.now().astimezone(clock.LOCAL).date()


def get(session: Session, incident_id: UUID, *, lock: bool = False) -> Incident:
    """The incident; locked, nobody else changes it until the transaction ends."""
    found = locked(session, Incident, incident_id) if lock else session.get(Incident, incident_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy vụ việc này."))
    return found


def live(session: Session, incident_id: UUID) -> Incident:
    """The incident, locked, while something may still happen to it; ``Conflict`` afterwards."""
    incident = get(session, incident_id, lock=True)
    if not incident.live:
        raise stands_otherwise(incident)
    return incident


def unfrozen(session: Session, incident_id: UUID) -> Incident:
    """The incident, locked, while its record still takes something; ``Conflict`` afterwards."""
    incident = get(session, incident_id, lock=True)
    require_unfrozen(incident)
    return incident


def require_unfrozen(incident: Incident) -> None:
    """Refuse where nothing more is written down."""
    if incident.frozen:
        raise stands_otherwise(incident)


def stands_otherwise(incident: Incident) -> Conflict:
    """The refusal of what an incident in its present state does not allow."""
    return Conflict(
        N_("Vụ việc %(number)s đang ở trạng thái «%(status)s»."),
        number=incident.number,
        status=incident.status,
    )


def by_number(session: Session, number: str) -> Incident:
    """The incident of a number such as 2026-0042."""
    found = session.exec(select(Incident).where(Incident.number == number)).first()
    if found is None:
        raise NotFound(N_("Không có vụ việc số %(number)s."), number=number)
    return found


def exercises_among(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Those of the incidents that are exercises."""
    return set(
        session.exec(select(Incident.id).where(col(Incident.id).in_(ids), col(Incident.exercise)))
    )


def live_now(session: Session, *, reader: UUID) -> list[Incident]:
    """What is worked on but for what concerns the reader: the gravest first, then the newest."""
    wanted = select(Incident).where(
        col(Incident.status).in_(LIVE), concerned.open_to(reader, col(Incident.id))
    )
    return list(
        session.exec(wanted.order_by(col(Incident.level).desc(), col(Incident.number).desc()))
    )


def recent(
    session: Session,
    *,
    live_only: bool = False,
    before: str | None = None,
    limit: int = 50,
    exercise: bool | None = None,
    reader: UUID | None = None,
) -> list[Incident]:
    """Incidents, newest number first; ``before`` is the number the last page ended with.

    ``exercise`` keeps exercises out, or everything else; ``reader`` what concerns that person.
    """
    wanted = select(Incident).order_by(col(Incident.number).desc()).limit(limit)
    if live_only:
        wanted = wanted.where(col(Incident.status).in_(LIVE))
    if before:
        wanted = wanted.where(Incident.number < before)
    if exercise is not None:
        wanted = wanted.where(col(Incident.exercise).is_(exercise))
    if reader:
        wanted = wanted.where(concerned.open_to(reader, col(Incident.id)))
    return list(session.exec(wanted))
