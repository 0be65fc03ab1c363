"""Statements drafted from the catalogue's templates, the office's own wording first.

What people typed is data and never a template.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, TemplateError, meta
from jinja2.sandbox import ImmutableSandboxedEnvironment
from sqlmodel import Session

from incidents.intake import signals
from incidents.matter import level_timings, taskforces
from incidents.matter.incidents import Incident
from incidents.people import persons
from incidents.people.directory import postings
from incidents.record import clock
from incidents.record.errors import Conflict, NotFound
from incidents.record.language import N_, Language, Speech, speech
from incidents.response.steps import catalog, runs
from incidents.words import statements
from notifications import briefing
from notifications.values import of_moment

_KNOWN = frozenset(
    {"incident", "signal", "now", "next_update_at", "desk", "agencies", "facts", "_"}
)
"""What a statement template may speak of."""


@lru_cache
def _statements() -> ImmutableSandboxedEnvironment:
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    made.globals.clear()
    return made


def statement(
    session: Session,
    incident: Incident,
    *,
    template: str,
    language: Language = Language.VI,
    facts: dict[str, Any] | None = None,
) -> tuple[str, str]:
    """Title and text of a statement from the catalogue's template, the office's wording first.

    It says when and where, never what the rumour says. ``NotFound`` without such a template,
    ``Conflict`` when the template itself is at fault.
    """
    sources = _sources(session, incident, template, language)
    context = _said(session, incident, language, facts or {})
    say = speech(language)
    made = _statements().overlay()
    made.filters |= _filters(say)
    try:
        title, text = (made.from_string(_found(s, template)).render(context) for s in sources)
    except TemplateError as error:
        raise Conflict(
            N_("Mẫu «%(template)s» có lỗi: %(error)s"), template=template, error=str(error)
        ) from error
    title, text = " ".join(title.split()), text.strip()
    if incident.exercise:
        return statements.of_exercise(title, text, language)
    return title, text


def faults(source: str) -> str:
    """What is wrong with a part of a statement template, in Jinja's words; empty if nothing is."""
    made = _statements().overlay()
    made.filters |= _filters(speech(Language.VI))
    try:
        unknown = meta.find_undeclared_variables(made.parse(source)) - _KNOWN
    except TemplateError as error:
        return str(error)
    return ", ".join(sorted(unknown))


def _sources(
    session: Session, incident: Incident, template: str, language: Language
) -> list[str | None]:
    """The template's title and text, of the first playbook at work here that has it."""
    bound = {r.playbook: r.version for r in runs.of_incident(session, incident.id)}
    if incident.playbook not in bound:
        bound[incident.playbook] = catalog.newest(session, incident.playbook)
    path = f"templates/{template}"
    for code in sorted(bound, key=lambda code: code != incident.playbook):
        found = [
            catalog.wording(session, code, bound[code], language, f"{path}/{part}")
            for part in ("title", "text")
        ]
        if None not in found:
            return found
    return [None, None]


def _filters(say: Speech) -> dict[str, Callable[..., str]]:
    def moment(at: datetime | str | None) -> str:
        return say.moment(of_moment(at))

    def time(at: datetime | str) -> str:
        return say.time(_present(at))

    def date(at: datetime | str) -> str:
        return say.date(_present(at).astimezone(clock.LOCAL).date())

    return {
        "moment": moment,
        "time": time,
        "date": date,
        "value": say.value,
        "duration": say.duration,
    }


def _found(source: str | None, template: str) -> str:
    if source is None:
        raise NotFound(N_("Kịch bản không có mẫu «%(template)s»."), template=template)
    return source


def _present(at: datetime | str) -> datetime:
    found = of_moment(at)
    if found is None:
        raise TemplateError("a moment that was not given")
    return found


def _said(
    session: Session, incident: Incident, language: Language, facts: dict[str, Any]
) -> dict[str, Any]:
    flagged = next(iter(signals.of_incident(session, incident.id)), None)
    policy = level_timings.of_incident(session, incident)
    now = clock.now()
    return {
        "incident": {
            "number": incident.number,
            "title": incident.title,
            "place": incident.place,
            "level": incident.level,
            "opened_at": incident.opened_at,
            "occurred_at": incident.occurred_at,
            "finding": incident.finding,
        },
        "signal": {"code": flagged.code, "flagged_at": flagged.flagged_at} if flagged else None,
        "now": now,
        "next_update_at": now + timedelta(minutes=policy.review_minutes),
        "desk": briefing.desk(),
        "agencies": _agencies(session, incident),
        "facts": facts,
        "_": speech(language).text,
    }


def _agencies(session: Session, incident: Incident) -> dict[str, str]:
    """Role → the body of its first holder in the task force, as it was called on that day."""
    seats = taskforces.members(session, incident.id)
    people = persons.names(session, {seat.person_id for seat in seats}).values()
    stood = postings.on(session, list(people), incident.day)
    return {seat.role.value: stood[seat.person_id].organisation for seat in reversed(seats)}
