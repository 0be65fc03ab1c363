"""How incidents stand at a moment, from their record: one source for reports and hand-over notes.

What a past moment knew is told by the facts recorded until then, and by rows that keep the time of
what happened to them; what has no history is named in ``NO_HISTORY``.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import claims
from incidents.intake.claims import Claim
from incidents.matter.incidents import Finding, Incident, Status
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.record import clock, timeline
from incidents.record.facts import Fact
from incidents.record.language import N_
from incidents.record.timeline import TimelineEntry
from incidents.response.clocks.clocks import Clock
from incidents.response.judgement.decisions import Decision
from incidents.response.reports import situation_facts
from incidents.response.reports.situation_facts import READ, Work
from incidents.response.steps.forms import Measurement
from incidents.response.steps.steps import ANSWERABLE, LATE, Step, StepState
from incidents.words.publications import Publication
from incidents.words.statements import Statement, StatementVersion

NO_HISTORY = N_(
    "Tên vụ việc, địa bàn, tên và chức vụ của người là theo hiện tại: bảng này không lưu lịch sử."
)
"""What a past moment is shown with as it is now."""


@dataclass(frozen=True)
class Stated:
    """A claim and what was found about it by then."""

    claim: Claim
    finding: Finding


@dataclass(frozen=True)
class Published:
    """One text on one channel."""

    publication: Publication
    statement: Statement
    version: StatementVersion
    withdrawn: bool


@dataclass(frozen=True)
class Situation:
    """One incident at one moment."""

    incident: Incident
    at: datetime
    past: bool
    level: int
    status: Status
    since: datetime
    work: tuple[Work, ...] = ()
    claims: tuple[Stated, ...] = ()
    seats: tuple[TaskForceMember, ...] = ()
    published: tuple[Published, ...] = ()
    clocks: tuple[Clock, ...] = ()
    decisions: tuple[Decision, ...] = ()

    @property
    def waiting(self) -> list[Work]:
        """What somebody still has to do, the nearest due time first."""
        return sorted((w for w in self.work if w.state in ANSWERABLE), key=lambda w: w.due_at)

    @property
    def done(self) -> list[Work]:
        """What was done, the first first."""
        ended = [w for w in self.work if w.state is StepState.DONE]
        return sorted(ended, key=lambda w: w.ended_at or w.due_at)

    @property
    def missed(self) -> list[Work]:
        """What ended without an answer."""
        return [w for w in self.work if w.state in LATE]

    @property
    def unknown(self) -> list[Stated]:
        """What nobody can say yet."""
        open_ = (Finding.PENDING, Finding.UNDETERMINED)
        return [c for c in self.claims if c.finding in open_]

    @property
    def standing(self) -> list[Decision]:
        """The decisions no later one had replaced."""
        replaced = {d.replaces_id for d in self.decisions}
        return [d for d in self.decisions if d.id not in replaced]

    @property
    def out(self) -> list[Published]:
        """The texts that were out."""
        return [p for p in self.published if not p.withdrawn]

    @property
    def measured(self) -> Work | None:
        """The latest measurement of reach."""
        return next((w for w in self.done[::-1] if w.step.form == Measurement.__name__), None)

    @property
    def figures(self) -> dict[str, int]:
        """The numbers of a report, for comparison with an earlier one."""
        return {
            "level": self.level,
            "claims": len(self.claims),
            "claims_open": len(self.unknown),
            "steps_waiting": len(self.waiting),
            "steps_done": len(self.done),
            "steps_missed": len(self.missed),
            "statements_out": len(self.out),
            "clocks_running": len(self.clocks),
            "decisions": len(self.standing),
        }


def of(session: Session, incident: Incident, at: datetime | None = None) -> Situation:
    """How one incident stands, or stood at a past moment."""
    return gather(session, [incident], at)[incident.id]


def gather(
    session: Session, found: Sequence[Incident], at: datetime | None = None
) -> dict[UUID, Situation]:
    """How many incidents stand, in a number of queries that does not grow with them."""
    now = clock.now()
    at = min(at or now, now)
    ids = [i.id for i in found]
    rows = _Rows(session, ids, at)
    facts: dict[UUID, list[tuple[TimelineEntry, Fact]]] = {}
    for entry, fact in timeline.entries_among(session, ids, READ, until=at):
        facts.setdefault(entry.chain, []).append((entry, fact))
    return {i.id: _drawn(i, rows, facts.get(i.id, []), at, past=at < now) for i in found}


class _Rows:
    """The rows of many incidents that existed at a moment, each kind in one query."""

    def __init__(self, session: Session, ids: list[UUID], at: datetime) -> None:
        self.steps = _grouped(session.exec(select(Step).where(col(Step.incident_id).in_(ids))))
        self.claims = {
            incident_id: [c for c in stated if c.made_at <= at]
            for incident_id, stated in claims.of_incidents(session, ids).items()
        }
        self.clocks = _grouped(
            session.exec(
                select(Clock)
                .where(col(Clock.incident_id).in_(ids), col(Clock.started_at) <= at)
                .where(col(Clock.settled_at).is_(None) | (col(Clock.settled_at) > at))
                .order_by(col(Clock.due_at))
            )
        )
        self.decisions = _grouped(
            session.exec(
                select(Decision)
                .where(col(Decision.incident_id).in_(ids), Decision.recorded_at <= at)
                .order_by(col(Decision.number))
            )
        )
        self.seats = _seats(session, ids, at)
        self.published = _published(session, ids, at)


def _drawn(
    incident: Incident,
    rows: _Rows,
    facts: list[tuple[TimelineEntry, Fact]],
    at: datetime,
    *,
    past: bool,
) -> Situation:
    """What is now, the rows say themselves; what was, the facts say."""
    asked = {s.number: s for s in rows.steps.get(incident.id, [])}
    told = situation_facts.read(incident, asked, facts, at)
    stated = rows.claims.get(incident.id, [])
    work = told.work if past else {n: _as_it_is(s) for n, s in asked.items() if s.due_at}
    return Situation(
        incident=incident,
        at=at,
        past=past,
        level=told.level if past else incident.level,
        status=told.status if past else incident.status,
        since=told.since,
        work=tuple(work[number] for number in sorted(work)),
        claims=tuple(
            Stated(c, told.findings.get(c.text, Finding.PENDING) if past else c.finding)
            for c in stated
        ),
        seats=tuple(rows.seats.get(incident.id, [])),
        published=tuple(rows.published.get(incident.id, [])),
        clocks=tuple(rows.clocks.get(incident.id, [])),
        decisions=tuple(rows.decisions.get(incident.id, [])),
    )


def _as_it_is(step: Step) -> Work:
    due_at = step.due_at or clock.now()
    return Work(step, step.state, step.assignee_id, due_at, step.settled_at)


class _OfIncident(Protocol):
    incident_id: UUID


OfIncident = TypeVar("OfIncident", bound=_OfIncident)


def _grouped(rows: Iterable[OfIncident]) -> dict[UUID, list[OfIncident]]:
    found: dict[UUID, list[OfIncident]] = {}
    for row in rows:
        found.setdefault(row.incident_id, []).append(row)
    return found


def _seats(session: Session, ids: list[UUID], at: datetime) -> dict[UUID, list[TaskForceMember]]:
    found: dict[UUID, list[TaskForceMember]] = {}
    rows = session.exec(
        select(TaskForce.incident_id, TaskForceMember)
        .join(TaskForceMember, col(TaskForceMember.task_force_id) == TaskForce.id)
        .where(col(TaskForce.incident_id).in_(ids), TaskForceMember.joined_at <= at)
        .where(col(TaskForceMember.left_at).is_(None) | (col(TaskForceMember.left_at) > at))
        .order_by(col(TaskForceMember.role), col(TaskForceMember.rank))
    )
    for incident_id, seat in rows:
        found.setdefault(incident_id, []).append(seat)
    return found


def _published(session: Session, ids: list[UUID], at: datetime) -> dict[UUID, list[Published]]:
    found: dict[UUID, list[Published]] = {}
    rows = session.exec(
        select(Publication, Statement, StatementVersion)
        .join(Statement, col(Statement.id) == Publication.statement_id)
        .join(StatementVersion, col(StatementVersion.id) == Publication.version_id)
        .where(col(Publication.incident_id).in_(ids), Publication.released_at <= at)
        .order_by(col(Publication.released_at), col(Publication.id))
    )
    for publication, statement, version in rows:
        gone = publication.withdrawn_at is not None and publication.withdrawn_at <= at
        shown = Published(publication, statement, version, gone)
        found.setdefault(publication.incident_id, []).append(shown)
    return found
