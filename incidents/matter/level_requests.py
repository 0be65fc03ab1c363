"""A lower level somebody asks for: it waits for a second person.

At most one waits for an incident. It changes nothing by itself, and counts for what the level
rested on when it was asked: whatever changes that makes it void.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, Index, text
from sqlmodel import Field, Session, col, func, select

from incidents.matter.gradings import Basis
from incidents.matter.incidents import LIVE, Incident
from incidents.people import concerned, persons
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.database import (
    Table,
    choice,
    document,
    identifier,
    locked,
    moment,
    reference,
)
from incidents.record.errors import NotFound
from incidents.record.facts import Fact
from incidents.record.language import N_, Labelled
from incidents.record.moments import Coming

KIND = "lowering_asked"
"""The message that asks somebody to agree."""


class RequestState(Labelled):
    """What became of it."""

    WAITING = "waiting", N_("đang chờ người thứ hai")
    AGREED = "agreed", N_("người thứ hai đã đồng ý")
    REFUSED = "refused", N_("người thứ hai không đồng ý")
    WITHDRAWN = "withdrawn", N_("người đề nghị đã rút")
    VOID = "void", N_("không còn hiệu lực")


class Because(Labelled):
    """Why one that waited counts no more."""

    GRADED = "graded", N_("cấp độ đã được xếp lại")
    SPLIT = "split", N_("vụ việc đã được tách")
    JOINED = "joined", N_("vụ việc khác đã gộp vào")
    CONCERNED = "concerned", N_("người đề nghị là người liên quan")
    ENDED = "ended", N_("việc xử lý vụ việc đã kết thúc")


class LevelRequest(Table, table=True):
    """A lower level somebody asks for: set with a reason, or worked out from scores and floors."""

    __tablename__ = "level_request"
    __table_args__ = (
        CheckConstraint("level >= 0 AND level < before AND before <= 4", name="lower"),
        CheckConstraint("(scores IS NULL) = (rule_id IS NULL)", name="scored"),
        CheckConstraint("(state = 'waiting') = (settled_at IS NULL)", name="settled"),
        Index(
            "uq_level_request_waiting",
            "incident_id",
            unique=True,
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    before: int
    level: int
    scores: dict[str, Any] | None = document(optional=True)
    """The five of them and their points; nothing where a person set the level."""
    floors: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    rule_id: UUID | None = reference("level_rule.id", optional=True)
    reason: str = ""
    asked_at: datetime = moment()
    asked_by: UUID = reference("person.id")
    asked_of: UUID | None = reference("person.id", optional=True)
    """Who was asked first; nobody in particular where everybody was who may agree."""
    remind_at: datetime | None = moment(optional=True)
    state: RequestState = choice(RequestState, RequestState.WAITING)
    settled_at: datetime | None = moment(optional=True)
    settled_by: UUID | None = reference("person.id", optional=True)
    answer: str = ""
    """Why it was refused."""

    @property
    def basis(self) -> Basis | None:
        """What it was worked out from; nothing where a person set the level."""
        if self.scores is None or self.rule_id is None:
            return None
        return Basis(self.rule_id, self.scores, self.floors)

    @property
    def points(self) -> int | None:
        """The points it was worked out from."""
        return self.scores["points"] if self.scores else None


@dataclass(frozen=True)
class LoweringVoided(Fact):
    """What it rested on changed while it waited: nobody can agree to it any more."""

    before: int
    after: int
    because: Because
    says: ClassVar[str] = N_("Đề nghị hạ cấp độ %(before)s → %(after)s hết hiệu lực: %(because)s")


NONE = N_("Không có đề nghị hạ cấp độ này.")

WAITS = LevelRequest.state == RequestState.WAITING

COMING = Coming(select(func.min(LevelRequest.remind_at)).where(WAITS))
"""The nearest moment at which somebody is reminded of one."""


def due(session: Session) -> list[UUID]:
    """Those of which somebody is to be reminded now."""
    wanted = select(LevelRequest.id).where(WAITS, col(LevelRequest.remind_at) <= clock.now())
    return list(session.exec(wanted.order_by(col(LevelRequest.id))))


def get(session: Session, request_id: UUID, *, lock: bool = False) -> LevelRequest:
    """One of them; ``NotFound`` when there is none."""
    found = (
        locked(session, LevelRequest, request_id) if lock else session.get(LevelRequest, request_id)
    )
    if found is None:
        raise NotFound(NONE)
    return found


def of_incident(session: Session, incident_id: UUID) -> list[LevelRequest]:
    """Every one of an incident, the first first."""
    wanted = select(LevelRequest).where(LevelRequest.incident_id == incident_id)
    return list(session.exec(wanted.order_by(col(LevelRequest.id))))


def waiting(session: Session, incident_id: UUID) -> LevelRequest | None:
    """The one that waits, if there is one."""
    wanted = select(LevelRequest).where(LevelRequest.incident_id == incident_id, WAITS)
    return session.exec(wanted).first()


def not_asked_by(session: Session, reader: UUID) -> list[tuple[LevelRequest, Incident]]:
    """Those that wait for somebody else than who asked, but for what concerns the reader."""
    return list(
        session.exec(
            select(LevelRequest, Incident)
            .join(Incident, col(Incident.id) == LevelRequest.incident_id)
            .where(
                WAITS,
                col(Incident.status).in_(LIVE),
                LevelRequest.asked_by != reader,
                concerned.open_to(reader, col(Incident.id)),
            )
            .order_by(col(LevelRequest.asked_at))
        )
    )


def settle(
    session: Session, request: LevelRequest, state: RequestState, *, by: UUID | None = None
) -> None:
    """It waits no more; whoever has not heard of it yet is not asked."""
    request.state, request.settled_at, request.settled_by = state, clock.now(), by
    request.remind_at = None
    session.add(request)
    session.flush()
    outbox.cancel(session, incident_id=request.incident_id, kinds=(KIND,))


def void(
    session: Session,
    incident_id: UUID,
    because: Because,
    *,
    by: Actor,
    asked_by: Collection[UUID] | None = None,
) -> None:
    """The one that waits counts no more, and whoever asked hears it; ``asked_by`` one of theirs.

    Whom the incident concerns by now is told nothing more of it.
    """
    found = waiting(session, incident_id)
    if found is None or (asked_by is not None and found.asked_by not in asked_by):
        return
    settle(session, found, RequestState.VOID, by=by.person_id)
    fact = LoweringVoided(found.before, found.level, because)
    timeline.record(session, incident_id, fact, by=by)
    if because is not Because.CONCERNED and found.asked_by != by.person_id:
        persons.tell(
            session,
            found.asked_by,
            "lowering_void",
            key=f"lowering_void:{found.id}",
            incident_id=incident_id,
            values={"level": found.level, "because": because.value},
        )
