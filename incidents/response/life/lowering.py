"""A level goes down by two: one person asks, and another who may grade agrees themselves.

Asking changes nothing. Whoever is named is asked first; who is silent is reminded once, and with
them everybody who may agree. No silence ever lowers a level.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import (
    gradings,
    incidents,
    level_requests,
    level_timings,
    recusals,
    taskforces,
)
from incidents.matter.gradings import Basis
from incidents.matter.incidents import Incident
from incidents.matter.level_requests import LevelRequest, RequestState
from incidents.matter.taskforces import TaskForceMember
from incidents.people import persons, rosters
from incidents.people.roles import ROOM
from incidents.record import clock, timeline
from incidents.record.actors import ENGINE, Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotPermitted, given
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_
from incidents.response.life import level_changes
from incidents.response.life.level_changes import LevelLowered

_ASKED = N_("Đề nghị hạ cấp độ %(before)s → %(after)s, chờ người thứ hai đồng ý. %(reason)s")
_ASKED_OF = N_(
    "Đề nghị hạ cấp độ %(before)s → %(after)s, chờ người thứ hai đồng ý (hỏi: %(asked_of)s). "
    "%(reason)s"
)
_ASKED_BY_POINTS = N_(
    "Đề nghị hạ cấp độ %(before)s → %(after)s (điểm %(points)s), chờ người thứ hai đồng ý. "
    "%(reason)s"
)


@dataclass(frozen=True)
class LoweringAsked(Fact):
    """Somebody asks that the level goes down; it stands until another person agrees."""

    before: int
    after: int
    points: int | None
    asked_of: PersonId | None
    reason: Private
    says: ClassVar[str] = N_(
        "Đề nghị hạ cấp độ %(before)s → %(after)s (điểm %(points)s), chờ người thứ hai đồng ý "
        "(hỏi: %(asked_of)s). %(reason)s"
    )

    @property
    def sentence(self) -> str:
        """With the points, and whoever was asked first, there were."""
        if self.points is None:
            return _ASKED_OF if self.asked_of else _ASKED
        return self.says if self.asked_of else _ASKED_BY_POINTS


@dataclass(frozen=True)
class LoweringRefused(Fact):
    """A second person did not agree: the level stays."""

    before: int
    after: int
    asked_by: PersonId
    reason: Private
    says: ClassVar[str] = N_(
        "Không đồng ý hạ cấp độ %(before)s → %(after)s theo đề nghị của %(asked_by)s. "
        "Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class LoweringWithdrawn(Fact):
    """Whoever asked for a lower level no longer does."""

    before: int
    after: int
    says: ClassVar[str] = N_("Rút đề nghị hạ cấp độ %(before)s → %(after)s")


@dataclass(frozen=True)
class LoweringReminded(Fact):
    """Nobody answered in the time of the level: everybody who may agree heard of it."""

    before: int
    after: int
    says: ClassVar[str] = N_(
        "Nhắc trả lời đề nghị hạ cấp độ %(before)s → %(after)s; cấp độ giữ nguyên đến khi có người "
        "đồng ý"
    )


def ask(
    session: Session,
    incident: Incident,
    level: int,
    *,
    by: Actor,
    basis: Basis | None = None,
    reason: str = "",
    second: UUID | None = None,
) -> LevelRequest:
    """Ask another person to agree to a lower level, set with a reason or resting on scores.

    One at a time: what waits is answered or withdrawn first, so that nobody's asking is lost.
    """
    asker = by.somebody()
    found = level_requests.waiting(session, incident.id)
    if found:
        raise _asked_already(session, found, level, basis, asker)
    now, policy = clock.now(), level_timings.of_incident(session, incident)
    request = LevelRequest(
        incident_id=incident.id,
        before=incident.level,
        level=level,
        scores=basis.scores if basis else None,
        floors=basis.floors if basis else [],
        rule_id=basis.rule_id if basis else None,
        reason=reason,
        asked_at=now,
        asked_by=asker,
        asked_of=_named(session, incident, second, asker) if second else None,
        remind_at=now + timedelta(minutes=policy.acknowledge_minutes),
    )
    people = [second] if second else _able(session, incident, asker)
    if not people:
        raise Conflict(N_("Lúc này không có ai khác được xếp cấp độ vụ việc này để đồng ý hạ cấp."))
    session.add(request)
    session.flush()
    fact = LoweringAsked(request.before, level, request.points, request.asked_of, reason)
    timeline.record(session, incident.id, fact, by=by)
    _tell(session, request, people, reminded=False)
    return request


def _asked_already(
    session: Session, found: LevelRequest, level: int, basis: Basis | None, asker: UUID
) -> Conflict:
    """The same once more is recorded already; anything else waits for its turn."""
    if (found.asked_by, found.level, found.basis) == (asker, level, basis):
        return AlreadySettled(N_("Đề nghị hạ cấp độ này đã được ghi và đang chờ người thứ hai."))
    return Conflict(
        N_(
            "%(name)s đã đề nghị hạ xuống cấp %(level)s: đồng ý, từ chối hoặc rút đề nghị ấy "
            "trước khi đề nghị cấp khác."
        ),
        name=persons.get(session, found.asked_by).name,
        level=found.level,
    )


def _named(session: Session, incident: Incident, second: UUID, asker: UUID) -> UUID:
    """Whoever is asked first, where they may agree."""
    if second == asker:
        raise Invalid(fields={"second": (N_("Hạ cấp độ cần người thứ hai đồng ý."), {})})
    person = persons.active(session, second)
    recusals.require_free(session, incident.id, person.id)
    if person.id not in graders(session, incident.id, taskforces.members(session, incident.id)):
        raise Invalid(
            fields={
                "second": (
                    N_("%(name)s không có quyền xếp cấp độ vụ việc này."),
                    {"name": person.name},
                )
            }
        )
    return person.id


def graders(session: Session, incident_id: UUID, seats: Sequence[TaskForceMember]) -> set[UUID]:
    """Whoever has by post, shift or seat a role that grades, and no conflict in the incident."""
    seated = {m.person_id for m in seats if m.role in ROOM}
    held = rosters.acting(session, list(ROOM), clock.now()) | seated
    return held - recusals.of(session, incident_id).keeps_out(judging=True)


def _able(session: Session, incident: Incident, asker: UUID) -> list[UUID]:
    """Everybody who may agree now, in an order that is always the same."""
    found = graders(session, incident.id, taskforces.members(session, incident.id))
    return sorted(found - {asker})


def agree(session: Session, request_id: UUID, *, by: Actor) -> Incident:
    """The second person agrees: the level goes down as it was asked for, in this very commit."""
    request, incident = _answerable(session, request_id, RequestState.AGREED, by)
    level_requests.settle(session, request, RequestState.AGREED, by=by.person_id)
    if request.basis:
        request.basis.rest(session, incident)
    elif graded := gradings.of(session, incident.id):
        graded.raised_to = None
        session.add(graded)
    said = LevelLowered(
        request.before, request.level, request.points, request.asked_by, request.reason
    )
    level_changes.take_effect(session, incident, said, by=by)
    return incident


def refuse(session: Session, request_id: UUID, *, reason: str, by: Actor) -> Incident:
    """The second person does not agree, and says why; whoever asked hears it."""
    request, incident = _answerable(session, request_id, RequestState.REFUSED, by)
    request.answer = given(reason)
    level_requests.settle(session, request, RequestState.REFUSED, by=by.person_id)
    fact = LoweringRefused(request.before, request.level, request.asked_by, request.answer)
    timeline.record(session, incident.id, fact, by=by)
    persons.tell(
        session,
        request.asked_by,
        "lowering_refused",
        key=f"lowering_refused:{request.id}",
        incident_id=incident.id,
        values={"by": str(by.person_id), "level": request.level, "reason": request.answer},
    )
    return incident


def withdraw(session: Session, request_id: UUID, *, by: Actor) -> Incident:
    """Whoever asked no longer does."""
    request, incident = _waiting(session, request_id, RequestState.WITHDRAWN)
    if by.somebody() != request.asked_by:
        raise NotPermitted(N_("Chỉ người đề nghị rút được đề nghị của mình."))
    level_requests.settle(session, request, RequestState.WITHDRAWN, by=by.person_id)
    fact = LoweringWithdrawn(request.before, request.level)
    timeline.record(session, incident.id, fact, by=by)
    return incident


def _answerable(
    session: Session, request_id: UUID, answer: RequestState, by: Actor
) -> tuple[LevelRequest, Incident]:
    """One that waits, for another person than who asked and who may grade at this moment."""
    request, incident = _waiting(session, request_id, answer)
    person_id = by.somebody()
    if person_id == request.asked_by:
        raise NotPermitted(N_("Người đề nghị hạ cấp độ không tự trả lời đề nghị của mình."))
    recusals.require_free(session, incident.id, person_id)
    if person_id not in _able(session, incident, request.asked_by):
        raise NotPermitted(
            N_("%(name)s không có quyền xếp cấp độ vụ việc này."),
            name=persons.get(session, person_id).name,
        )
    return request, incident


def _waiting(
    session: Session, request_id: UUID, answer: RequestState
) -> tuple[LevelRequest, Incident]:
    """One that waits, locked after its incident; the same answer twice is recorded already."""
    incident_id = level_requests.get(session, request_id).incident_id
    incident = incidents.get(session, incident_id, lock=True)
    request = level_requests.get(session, request_id, lock=True)
    if request.state is not RequestState.WAITING:
        kind = AlreadySettled if request.state is answer else Conflict
        raise kind(N_("Đề nghị hạ cấp độ này không còn chờ: %(state)s."), state=request.state)
    return request, incident


def ring(session: Session, request_id: UUID) -> None:
    """Remind whoever was asked, and ask everybody else who may agree, once."""
    incident_id = level_requests.get(session, request_id).incident_id
    incident = incidents.get(session, incident_id, lock=True)
    request = level_requests.get(session, request_id, lock=True)
    if request.remind_at is None or request.remind_at > clock.now():
        return
    request.remind_at = None
    session.add(request)
    people = _able(session, incident, request.asked_by)
    if people:
        fact = LoweringReminded(request.before, request.level)
        timeline.record(session, incident.id, fact, by=ENGINE)
        _tell(session, request, people, reminded=True)


def _tell(
    session: Session, request: LevelRequest, people: Iterable[UUID], *, reminded: bool
) -> None:
    persons.tell_all(
        session,
        people,
        level_requests.KIND,
        key=f"lowering:{request.id}:{reminded}",
        incident_id=request.incident_id,
        values={
            "by": str(request.asked_by),
            "before": request.before,
            "level": request.level,
            "points": request.points,
            "reason": request.reason,
            "reminded": reminded,
        },
    )
