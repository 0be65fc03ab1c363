"""The decision log (ISO 22361): what was decided and why, what else was possible, who disagreed.

A decision is never edited; a later one replaces it and names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint, func
from sqlmodel import Session, col, select

from incidents.matter import incidents, recusals, taskforces
from incidents.matter.incidents import FROZEN, Incident, Status
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, document, identifier, locked, moment, reference
from incidents.record.errors import AlreadySettled, Invalid, NotFound, Wrong
from incidents.record.language import N_, Speech
from incidents.record.timeline import TimelineHead
from incidents.response.judgement.decision_facts import DecisionLogged, DecisionSuperseded
from incidents.response.steps import sayings
from incidents.response.steps.sayings import Said

LINE = 300
PROSE = 20_000


@dataclass(frozen=True)
class Words:
    """What a decision says; ``dissent`` names who disagreed, and with what."""

    question: Said
    chosen: Said
    reason: Said
    options: Said = ""
    dissent: Said = ""


class Decision(Table, table=True):
    """One decision on an incident. The database refuses to change or remove it."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("incident_id", "number"),
        CheckConstraint("replaces_id <> id", name="replaces"),
        CheckConstraint("decided_at <= recorded_at", name="past"),
    )

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    number: int
    question: str
    options: str = ""
    chosen: str
    reason: str
    dissent: str = ""
    decided_by: UUID | None = reference("person.id", optional=True)
    decided_at: datetime = moment()
    review_at: datetime | None = moment(optional=True, index=True)
    replaces_id: UUID | None = reference("decision.id", optional=True, unique=True)
    step_id: UUID | None = reference("step.id", optional=True)
    """The step of a playbook, or one added by hand, that asked for it."""
    recorded_by: UUID | None = reference("person.id", optional=True)
    recorded_at: datetime = moment()
    said: dict[str, Any] | None = document(optional=True)
    """Column → what the program says there as data; that column is empty then."""

    @property
    def words(self) -> Words:
        """What it says: people's words as they were typed, the rest to be told to each reader."""
        typed: dict[str, Said] = {each.name: getattr(self, each.name) for each in fields(Words)}
        told = {name: sayings.revived(kept) for name, kept in (self.said or {}).items()}
        return Words(**typed | told)

    def in_words(self, say: Speech, titles: Mapping[str, str]) -> dict[str, str]:
        """The same for one reader; ``titles`` is step key → title in their language."""
        return {
            name: sayings.in_words(said, say, titles) for name, said in vars(self.words).items()
        }


def take(
    session: Session,
    incident_id: UUID,
    words: Words,
    *,
    by: Actor,
    decided_by: UUID | None = None,
    decided_at: datetime | None = None,
    review_at: datetime | None = None,
    replaces: UUID | None = None,
    step_id: UUID | None = None,
) -> Decision:
    """Write a decision down; without a name it is of whoever writes it.

    A past ``decided_at`` back-dates it: both times are kept. Whoever is concerned by the incident
    decides nothing in it from the declaration on; what they had decided before may be recorded.
    """
    incident = incidents.get(session, incident_id)
    # Numbers have no gaps and no twins, as those of the timeline, whose lock comes last everywhere.
    locked(session, TimelineHead, incident_id)
    incidents.require_unfrozen(incident)
    now, words = clock.now(), _stripped(words)
    # Only a time that was given back-dates: what is decided now happened as it was recorded.
    happened_at, decided_at = decided_at, (decided_at or now).astimezone(UTC)
    _check(words, incident, decided_at, review_at)
    decided_by = decided_by or by.person_id
    if decided_by:
        persons.get(session, decided_by)
        # Whether a step may be answered, the step has judged by what it asks for.
        if step_id is None:
            recusals.require_free_at(session, incident.id, decided_by, decided_at)
    before = _replaceable(session, incident, replaces) if replaces else None
    typed: dict[str, Any] = {
        name: said if isinstance(said, str) else "" for name, said in vars(words).items()
    }
    taken = Decision(
        incident_id=incident.id,
        number=_next_number(session, incident.id),
        **typed,
        decided_by=decided_by,
        decided_at=decided_at,
        review_at=review_at,
        replaces_id=replaces,
        step_id=step_id,
        recorded_by=by.person_id,
        recorded_at=now,
        said={n: sayings.plain(s) for n, s in vars(words).items() if not isinstance(s, str)}
        or None,
    )
    session.add(taken)
    told: dict[str, Any] = {name: text or "–" for name, text in vars(words).items()}
    told |= {"decision": taken.number, "decided_by": decided_by, "review_at": review_at}
    fact = DecisionSuperseded(replaced=before.number, **told) if before else DecisionLogged(**told)
    timeline.record(session, incident.id, fact, by=by, happened_at=happened_at)
    return taken


def _stripped(words: Words) -> Words:
    return Words(
        **{n: said.strip() if isinstance(said, str) else said for n, said in vars(words).items()}
    )


def _check(
    words: Words, incident: Incident, decided_at: datetime, review_at: datetime | None
) -> None:
    wrong: Wrong = {}
    if not words.question or _length(words.question) > LINE:
        wrong["question"] = (N_("Ghi điều phải quyết, tối đa %(limit)s ký tự."), {"limit": LINE})
    for name in ("chosen", "reason"):
        if not getattr(words, name):
            wrong[name] = (N_("Ghi nội dung."), {})
    for name, text in vars(words).items():
        if _length(text) > PROSE:
            wrong[name] = (N_("Tối đa %(limit)s ký tự."), {"limit": PROSE})
    if decided_at > clock.now():
        wrong["decided_at"] = (N_("Không thể ghi một việc vào thời điểm chưa tới."), {})
    if decided_at < (incident.occurred_at or incident.detected_at):
        wrong["decided_at"] = (N_("Thời điểm này có trước khi sự việc xảy ra."), {})
    if review_at and review_at <= clock.now():
        wrong["review_at"] = (N_("Hẹn xem lại phải ở phía trước."), {})
    if wrong:
        raise Invalid(fields=wrong)


def _length(said: Said) -> int:
    """What the program says was within its bounds when it was answered."""
    return len(said) if isinstance(said, str) else 0


def _replaceable(session: Session, incident: Incident, decision_id: UUID) -> Decision:
    before = get(session, decision_id)
    if before.incident_id != incident.id:
        raise NotFound(N_("Không tìm thấy quyết định này."))
    later = session.exec(select(Decision).where(Decision.replaces_id == before.id)).first()
    if later:
        raise AlreadySettled(
            N_("Quyết định %(number)s đã được thay bằng quyết định %(later)s."),
            number=before.number,
            later=later.number,
        )
    return before


def _next_number(session: Session, incident_id: UUID) -> int:
    wanted = select(func.max(Decision.number)).where(Decision.incident_id == incident_id)
    return (session.exec(wanted).one() or 0) + 1


def get(session: Session, decision_id: UUID) -> Decision:
    """The decision; ``NotFound`` when there is none."""
    found = session.get(Decision, decision_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy quyết định này."))
    return found


def of_incident(session: Session, incident_id: UUID) -> list[Decision]:
    """The log of an incident, the first decision first."""
    return list(
        session.exec(
            select(Decision)
            .where(Decision.incident_id == incident_id)
            .order_by(col(Decision.number))
        )
    )


def of_step(session: Session, step_id: UUID) -> Decision | None:
    """What a step has decided, the latest."""
    return session.exec(
        select(Decision).where(Decision.step_id == step_id).order_by(col(Decision.number).desc())
    ).first()


def due(session: Session) -> list[Decision]:
    """Decisions in force whose review time has come, of incidents still worked on."""
    later = select(Decision.replaces_id).where(col(Decision.replaces_id).is_not(None))
    return list(
        session.exec(
            select(Decision)
            .join(Incident, col(Incident.id) == Decision.incident_id)
            .where(
                col(Decision.review_at) <= clock.now(),
                col(Decision.id).not_in(later),
                col(Incident.status).not_in((*FROZEN, Status.STOOD_DOWN)),
            )
            .order_by(col(Decision.review_at))
        )
    )


def reminder(decision: Decision) -> str:
    """The key of the one message that asks for its review."""
    return f"decision-review:{decision.id}"


def remind(session: Session, decision: Decision) -> None:
    """Ask whoever decided it to look at it again, once; where it concerns them, whoever leads."""
    named = recusals.of(session, decision.incident_id).named
    theirs = [p for p in (decision.decided_by, decision.recorded_by) if p and p not in named]
    leads = taskforces.candidates(session, decision.incident_id, Role.LEAD)
    line = [*theirs, *leads] or recusals.to_alert(session, decision.incident_id)
    for who in line[:1]:
        persons.tell(
            session,
            who,
            "decision_review",
            key=reminder(decision),
            incident_id=decision.incident_id,
            values={"decision": decision.number},
        )
