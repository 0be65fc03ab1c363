"""What messages are about, as plain values: gathered for a whole batch in a few queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import reporters, signals
from incidents.intake.signals import Signal
from incidents.matter import incidents
from incidents.matter.clock_rules import ClockRule
from incidents.matter.incidents import Incident
from incidents.matter.severity import Level
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.people import persons
from incidents.people.directory import contacts
from incidents.people.persons import Person
from incidents.people.roles import Role, RoleHolder
from incidents.record import clock, links, settings
from incidents.record.language import Language
from incidents.record.outbox import CHATS, Channel, OutgoingMessage
from incidents.response.clocks.clocks import Clock
from incidents.response.learning import lessons
from incidents.response.reaching import calling
from incidents.response.steps import catalog, steps
from incidents.response.steps.runs import PlaybookRun
from incidents.response.steps.steps import Step
from incidents.words.approvals import Approval
from notifications import destinations, values

LEADERS = (Role.LEAD, Role.CHAIR)
"""They are reported to, not written to (rule 19 of practice)."""

ANSWERED_BY_LINK = frozenset(
    {
        *signals.CALLS,
        "step_assigned",
        "step_passed",
        "step_reminder",
        "step_reopened",
        "step_overdue",
        "step_requested",
        "step_request_reminder",
        "step_call",
        "step_follow_up",
    }
)
"""Kinds whose recipient may answer through the link; the others lead to the desk."""


_ANSWERED = (Channel.MAIL, *CHATS)
"""Channels that can be answered; the others only say that there is something."""


@dataclass(frozen=True)
class Briefing:
    """Everything one message may say; ``about`` holds plain values only."""

    language: Language
    exercise: bool
    tag: str
    thread: str | None
    link: str
    number: str | None
    reply_token: str = ""
    """What makes a reply to it count; nothing where replies are not read."""
    answers: str = ""
    about: dict[str, Any] = field(default_factory=dict)


def gather(session: Session, messages: Sequence[OutgoingMessage]) -> dict[UUID, Briefing]:
    """The briefing of each message by its id."""
    found = _Found(session, messages)
    return {message.id: found.briefing(message) for message in messages}


class _Found:
    """The rows a batch of messages mentions."""

    def __init__(self, session: Session, messages: Sequence[OutgoingMessage]) -> None:
        self._session = session
        # Looked up by what a message names, which may be nothing.
        self._incidents = self._rows(Incident, (m.incident_id for m in messages))
        self._signals = self._rows(Signal, (m.signal_id for m in messages))
        mentioned = (UUID(each) for m in messages for each in m.values.get("steps", ()))
        self._steps = self._rows(Step, [*(m.step_id for m in messages), *mentioned])
        self._runs = self._rows(PlaybookRun, (s.run_id for s in self._steps.values() if s.run_id))
        self._clocks = self._rows(Clock, (_named(m, "clock") for m in messages))
        self._rules = self._rows(ClockRule, (c.rule_id for c in self._clocks.values()))
        self._approvals = self._rows(Approval, (_named(m, "approval") for m in messages))
        people = {m.recipient_id for m in messages}
        people |= {_named(m, name) for m in messages for name in ("by", "to", "outgoing", "heir")}
        people |= {c.owner_id for c in self._clocks.values()}
        people |= {s.assignee_id for s in self._steps.values()}
        people |= {s.acknowledged_by for s in self._signals.values()}
        self._people = persons.names(session, {p for p in people if p})
        self._leading = self._leaders()
        self._wordings: dict[tuple[UUID, Language, str], str | None] = {}
        self._desk = desk()

    def _rows(self, table: type[Any], ids: Iterable[UUID | None]) -> dict[UUID | None, Any]:
        wanted = {each for each in ids if each}
        if not wanted:
            return {}
        rows = self._session.exec(select(table).where(col(table.id).in_(wanted)))
        return {row.id: row for row in rows}

    def _leaders(self) -> set[UUID]:
        now = clock.now()
        by_post = self._session.exec(
            select(RoleHolder.person_id)
            .where(col(RoleHolder.role).in_(LEADERS), RoleHolder.valid_from <= now)
            .where(col(RoleHolder.valid_to).is_(None) | (col(RoleHolder.valid_to) > now))
        )
        seated = self._session.exec(
            select(TaskForceMember.person_id)
            .join(TaskForce)
            .where(
                col(TaskForce.incident_id).in_(self._incidents),
                col(TaskForceMember.role).in_(LEADERS),
                col(TaskForceMember.left_at).is_(None),
            )
        )
        return {*by_post, *seated}

    def briefing(self, message: OutgoingMessage) -> Briefing:
        incident = self._incidents.get(message.incident_id)
        signal = self._signals.get(message.signal_id)
        step = self._steps.get(message.step_id)
        person = self._people.get(message.recipient_id) if message.recipient_id else None
        language = person.language if person else settings.current().language
        answerable = message.channel in _ANSWERED and message.kind in ANSWERED_BY_LINK
        about: dict[str, Any] = {
            "person": {"name": person.name, "post": person.post} if person else None,
            "leader": message.recipient_id in self._leading,
            "desk": self._desk,
            "incident": incident and _incident(incident),
            "signal": signal and self._told_of(message, signal),
            "step": step and self._step(step, language),
            "now": clock.now(),
            **self._values(message),
            "steps": [
                self._step(self._steps[UUID(each)], language)
                for each in message.values.get("steps", ())
            ],
        }
        return Briefing(
            language=language,
            exercise=bool(incident and incident.exercise) or self._of_exercise(message),
            tag=incident.number if incident else signal.code if signal else "",
            thread=str(message.incident_id or message.signal_id or "") or None,
            link=answer_address(message)
            if answerable
            else destinations.page(message, incident, signal),
            number=links.number(message.id) if answerable else None,
            reply_token=_reply_token(message, answerable=answerable),
            answers=message.values.get("answers", ""),
            about=about,
        )

    def _of_exercise(self, message: OutgoingMessage) -> bool:
        """Whether it is about a flag of an exercise; what left while it was one was marked."""
        signal: Signal | None = self._signals.get(message.signal_id)
        if signal is None or signal.real_since is None:
            return bool(signal and signal.exercise)
        return bool(message.sent_at and message.sent_at < signal.real_since)

    def _told_of(self, message: OutgoingMessage, signal: Signal) -> dict[str, Any]:
        """Whoever flagged hears the code only: what the desk makes of it stays inside."""
        told = self._signal(signal)
        if message.kind != reporters.KIND:
            return told
        return dict.fromkeys(told) | {"code": signal.code, "flagged_at": signal.flagged_at}

    def _signal(self, signal: Signal) -> dict[str, Any]:
        """Nothing of what was seen: text, place and reporter stay on the desk."""
        return {
            "code": signal.code,
            "flagged_at": signal.flagged_at,
            "acknowledge_by": signal.acknowledge_by,
            "acknowledged_at": signal.acknowledged_at,
            "acknowledged_by": self._name(signal.acknowledged_by),
            "reach": signal.reach,
        }

    def _step(self, step: Step, language: Language) -> dict[str, Any]:
        return {
            "number": step.number,
            "code": step.code,
            "title": self._wording(step, language, "title") or step.key,
            "gist": self._wording(step, language, "gist") or "",
            "kind": step.kind.value,
            "role": step.role,
            "request": step.request,
            "assignee": self._name(step.assignee_id),
            "calls": calling.called(self._session, step),
            "due_at": step.due_at,
            "acknowledge_by": step.acknowledge_by,
        }

    def _wording(self, step: Step, language: Language, part: str) -> str | None:
        if step.run_id is None:
            return steps.wording(self._session, step, language, part)
        known = (step.run_id, language, f"steps/{step.key}/{part}")
        if known not in self._wordings:
            run = self._runs[step.run_id]
            self._wordings[known] = catalog.wording(
                self._session, run.playbook, run.version, language, known[2]
            )
        return self._wordings[known]

    def _name(self, person_id: UUID | None) -> str | None:
        person: Person | None = self._people.get(person_id) if person_id else None
        return person.name if person else None

    def _values(self, message: OutgoingMessage) -> dict[str, Any]:
        """The message's own values, with closed choices and names as people read them."""
        read: dict[str, Any] = {
            name: values.read(name, value) for name, value in message.values.items()
        }
        for name, value in message.values.items():
            match name:
                case "level":
                    read["level_name"] = Level(value).label
                case "by" | "to" | "outgoing" | "heir":
                    read[name] = self._name(UUID(value))
                case "lesson":
                    read[name] = self._lesson(UUID(value))
                case "nonce":
                    read["digits"] = contacts.code(value)
                case "clock":
                    read[name] = self._clock(UUID(value))
                case "approval":
                    approval = self._approvals.get(UUID(value))
                    read["confirm_by"] = approval.confirm_by if approval else None
                case _:
                    pass
        return read

    def _lesson(self, lesson_id: UUID) -> dict[str, Any]:
        """A lesson as it stands now."""
        lesson = lessons.get(self._session, lesson_id)
        incident = incidents.get(self._session, lesson.incident_id)
        return {
            "code": lessons.code(incident, lesson),
            "improvement": lesson.improvement,
            "due_on": lesson.due_on,
        }

    def _clock(self, clock_id: UUID) -> dict[str, Any]:
        """A statutory clock as it stands now; ``left`` is nothing once its end has come."""
        running: Clock = self._clocks[clock_id]
        rule: ClockRule = self._rules[running.rule_id]
        left = running.due_at - clock.now() if running.due_at else None
        return {
            "number": running.number,
            "title": rule.title,
            "verified": running.verified,
            "due_at": running.due_at,
            "left": left if left and left > timedelta(0) else None,
            "owner": self._name(running.owner_id),
        }


def desk() -> dict[str, Any]:
    """How the desk names itself in what it sends and publishes."""
    current = settings.current()
    return {
        "name": current.desk_name or "Trực Ban",
        "contact": parseaddr(current.mail_from)[1],
        "address": current.address,
    }


def _reply_token(message: OutgoingMessage, *, answerable: bool) -> str:
    """Of the message it invites an answer to, which an outcome tells of again."""
    if not settings.current().reply_address:
        return ""
    about = message.values.get("about")
    if answerable or about:
        return links.reply_token(UUID(about) if about else message.id)
    return ""


def answer_address(message: OutgoingMessage) -> str:
    """Where the recipient answers without signing in."""
    return f"{settings.current().address}/t/{links.token(message.id)}"


def _named(message: OutgoingMessage, name: str) -> UUID | None:
    """The id a message's values hold under a name."""
    return UUID(message.values[name]) if message.values.get(name) else None


def _incident(incident: Incident) -> dict[str, Any]:
    return {
        "number": incident.number,
        "title": incident.title,
        "level": incident.level,
        "level_name": Level(incident.level).label,
        "provisional": incident.level_provisional,
        "status": incident.status,
    }
