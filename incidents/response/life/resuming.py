"""Work on a matter is taken up again: taken back, flared up, reopened, or a new incident follows.

Each refusal names the conditions that are missing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import claims, signals
from incidents.intake.signals import Nature
from incidents.matter import calendar, chat_rooms, incidents, taskforces, ties
from incidents.matter.calendar import Unit
from incidents.matter.incidents import Incident, Status
from incidents.matter.ties import TieKind
from incidents.people import persons, roles
from incidents.record import clock, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Missing, given
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Labelled
from incidents.response.clocks import clock_endings
from incidents.response.life import lifecycle, opening
from incidents.response.life.level_changes import LevelSet
from incidents.response.steps import runs

REOPEN_MONTHS = 12
"""After so many months a new incident follows the old one instead."""

_GREW = 1.5
"""Reach has grown when a measurement is half as much again as the one before."""


class Flare(Labelled):
    """Why a matter that was stabilising is worked on again."""

    REACH = "reach", N_("lan rộng trở lại")
    CLAIM = "claim", N_("có nội dung mới")
    LEVEL = "level", N_("cấp độ đã tăng")


@dataclass(frozen=True)
class FlaredUp(Fact):
    """What was stabilising is not any more."""

    cause: Flare
    reason: Private
    says: ClassVar[str] = N_("Bùng phát trở lại: %(cause)s. %(reason)s")


@dataclass(frozen=True)
class IncidentReopened(Fact):
    """An ended incident is worked on again, with a new run of a playbook."""

    playbook: str
    closed_at: datetime
    reason: Private
    says: ClassVar[str] = N_(
        "Mở lại vụ việc đã kết thúc lúc %(closed_at)s, kịch bản %(playbook)s. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class StandDownTakenBack(Fact):
    """Work that stood down midway goes on, with a new run of a playbook."""

    playbook: str
    stood_down_at: datetime
    reason: Private
    says: ClassVar[str] = N_(
        "Xử lý trở lại vụ việc đã dừng lúc %(stood_down_at)s, kịch bản %(playbook)s. "
        "Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class FollowingOpened(Fact):
    """Too long after its end: a new incident follows this one."""

    number: str
    says: ClassVar[str] = N_("Vụ việc %(number)s được mở để nối tiếp vụ việc này")


@dataclass(frozen=True)
class FollowsIncident(Fact):
    """This incident follows an old one."""

    number: str
    reason: Private
    says: ClassVar[str] = N_("Nối tiếp vụ việc %(number)s. Lý do: %(reason)s")


def flare_up(
    session: Session, incident_id: UUID, cause: Flare, *, reason: str, by: Actor
) -> Incident:
    """What was stabilising grows again: back to work, with what shows it and a reason."""
    incident = incidents.live(session, incident_id)
    missing: Missing = []
    if incident.status is not Status.STABILISING:
        missing.append((N_("Vụ việc chưa ở trạng thái tạm ổn."), {}))
    else:
        missing += _unshown(session, incident, cause)
    if not reason.strip():
        missing.append((N_("Chưa nêu lý do."), {}))
    lifecycle.guard(missing)
    timeline.record(session, incident.id, FlaredUp(cause=cause, reason=reason.strip()), by=by)
    _take_up(session, incident, by)
    for run in runs.of_incident(session, incident.id):
        runs.want(session, run.id)
    _tell(session, incident, reason.strip(), by)
    return incident


def take_back(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> Incident:
    """What waited for its closing report is not at its end: it is stabilising again.

    Reports put forward so far no longer fit, nor does the day of the review meeting; the playbook
    does not run again. What grows again flares up from there.
    """
    incident = incidents.get(session, incident_id, lock=True)
    if incident.status is not Status.RESOLVED:
        raise Conflict(
            N_(
                "Chỉ vụ việc đang chờ tổng kết mới đưa trở lại được; vụ việc này đang «%(status)s»."
            ),
            status=incident.status,
        )
    reason = given(reason)
    # Neither is owed any more: who has not heard of them yet is not asked.
    outbox.cancel(
        session, incident_id=incident.id, kinds=("closing_report_waits", "review_meeting_due")
    )
    incident.resolved_at = incident.look_back_at = None
    lifecycle.move(session, incident, Status.STABILISING, reason, by)
    _tell(session, incident, reason, by)
    return incident


def _unshown(session: Session, incident: Incident, cause: Flare) -> Missing:
    """What the record does not show of the cause; where nothing was measured, words suffice."""
    since = lifecycle.last_move(
        session,
        incident.id,
        (Status.OPEN, Status.ACTIVE, Status.RESOLVED),
        (Status.STABILISING,),
    )
    if since is None:
        raise ValueError("nothing is stabilising without having become so")
    match cause:
        case Flare.REACH:
            counted = [
                m["interactions"]
                for m in lifecycle.measured(session, incident.id)
                if m.get("interactions") is not None
            ]
            if len(counted) > 1 and counted[-1] < counted[-2] * _GREW:
                return [(N_("Lần đo cuối chưa tăng thêm một nửa so với lần trước."), {})]
        case Flare.CLAIM:
            stated = claims.of_incident(session, incident.id)
            if not any(c.made_at >= since.recorded_at for c in stated):
                return [(N_("Chưa có nội dung mới từ khi tạm ổn."), {})]
        case Flare.LEVEL:
            said = timeline.entries_of(session, incident.id, after=since.seq, kind=LevelSet)
            if not any(isinstance(f, LevelSet) and f.after > f.before for _, f in said):
                return [(N_("Cấp độ chưa tăng từ khi tạm ổn."), {})]
    return []


def _take_up(session: Session, incident: Incident, by: Actor) -> None:
    """Active where its task force is at work, open where it has none."""
    force = taskforces.of(session, incident.id)
    at_work = force is not None and force.dissolved_at is None
    lifecycle.move(session, incident, Status.ACTIVE if at_work else Status.OPEN, "", by)


def _tell(session: Session, incident: Incident, reason: str, by: Actor) -> None:
    """Tell the task force, or where there is none those who are called first."""
    now = clock.now()
    people = taskforces.others(session, incident.id, by.person_id) or [
        person
        for person in roles.first_of(session, opening.FIRST_CALLED, now)
        if person != by.person_id
    ]
    persons.tell_all(
        session,
        people,
        "incident_resumed",
        key=f"resumed:{incident.id}:{now.isoformat()}",
        incident_id=incident.id,
        values={"reason": reason},
    )


def reopen(
    session: Session, incident_id: UUID, *, playbook: str, reason: str, by: Actor
) -> Incident:
    """Leadership opens an ended incident again within a year; a new run begins at once.

    One that was closed, or stood down: a stand-down by mistake is taken back in this way.
    """
    incident = incidents.get(session, incident_id, lock=True)
    closed_at = _closed_at(incident, _NOT_REOPENED)
    missing: Missing = []
    if _too_late(session, closed_at):
        missing.append(
            (
                N_(
                    "Đã quá %(months)s tháng từ ngày kết thúc (%(closed_at)s): "
                    "hãy mở vụ việc mới nối tiếp vụ việc này."
                ),
                {"months": REOPEN_MONTHS, "closed_at": closed_at},
            )
        )
    if not reason.strip():
        missing.append((N_("Chưa nêu lý do."), {}))
    lifecycle.guard(missing)
    version = opening.acceptable(
        session,
        playbook,
        incident.level,
        incident.title,
        _nature(session, incident),
        exercise=incident.exercise,
    )
    reopened = StandDownTakenBack if incident.status is Status.STOOD_DOWN else IncidentReopened
    timeline.record(session, incident.id, reopened(playbook, closed_at, reason.strip()), by=by)
    taskforces.resume(session, incident.id)
    chat_rooms.resume(session, incident.id)
    _take_up(session, incident, by)
    incident.ended_at = incident.resolved_at = None
    clock_endings.resume(session, incident.id, ended_at=closed_at, by=by)
    incident.playbook = playbook
    runs.start(session, incident.id, playbook, version)
    _tell(session, incident, reason.strip(), by)
    return incident


def follow(
    session: Session,
    incident_id: UUID,
    *,
    playbook: str,
    level: int,
    title: str,
    reason: str,
    by: Actor,
) -> Incident:
    """A year after its end an incident is not reopened: a new one follows it."""
    old = incidents.get(session, incident_id, lock=True)
    if not _too_late(session, _closed_at(old, _NOT_FOLLOWED)):
        raise Conflict(
            N_("Chưa quá %(months)s tháng từ ngày kết thúc: hãy mở lại vụ việc này."),
            months=REOPEN_MONTHS,
        )
    reason = given(reason)
    made = opening.carry_on(
        session,
        old,
        playbook=playbook,
        level=level,
        title=title,
        nature=_nature(session, old),
        by=by,
    )
    ties.tie(session, made.id, TieKind.FOLLOWS, old.id, by=by)
    timeline.record(session, made.id, FollowsIncident(number=old.number, reason=reason), by=by)
    timeline.record(session, old.id, FollowingOpened(number=made.number), by=by)
    return made


def too_late_to_reopen(session: Session, incident: Incident) -> bool:
    """Whether a new incident would have to follow it."""
    return incident.ended_at is not None and _too_late(session, incident.ended_at)


def _too_late(session: Session, closed_at: datetime) -> bool:
    return clock.now() > calendar.after(session, closed_at, REOPEN_MONTHS, Unit.MONTHS, rolls=False)


_NOT_REOPENED = N_("Chỉ mở lại được vụ việc đã kết thúc hoặc dừng xử lý; vụ việc này «%(status)s».")
_NOT_FOLLOWED = N_(
    "Chỉ vụ việc đã kết thúc hoặc dừng xử lý mới có vụ việc nối tiếp; vụ việc này «%(status)s»."
)


def _closed_at(incident: Incident, otherwise: str) -> datetime:
    if incident.status not in lifecycle.REOPENABLE or incident.ended_at is None:
        raise Conflict(otherwise, status=incident.status)
    return incident.ended_at


def _nature(session: Session, incident: Incident) -> Nature:
    """What its flags are: a claim as soon as one of them is, or where it has none."""
    natures = [flag.nature for flag in signals.of_incident(session, incident.id)]
    return natures[0] if natures and Nature.CLAIM not in natures else Nature.CLAIM
