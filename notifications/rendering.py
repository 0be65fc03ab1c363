"""Words from templates: mails in the recipient's language, statements from the catalogue.

What people typed is data and never a template; what a mail says in plain text and in HTML comes
from the same words.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import (
    Environment,
    PackageLoader,
    StrictUndefined,
    Template,
    TemplateError,
    meta,
    select_autoescape,
)
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
from incidents.record.outbox import Channel, OutgoingMessage
from incidents.response.steps import catalog, runs
from incidents.words import statements
from notifications import briefing
from notifications.briefing import Briefing, of_moment

_KNOWN = frozenset(
    {"incident", "signal", "now", "next_update_at", "desk", "agencies", "facts", "_"}
)
"""What a statement template may speak of."""


@dataclass(frozen=True)
class Mail:
    """One message as it leaves: two forms of the same words, and what answers it."""

    subject: str
    text: str
    html: str
    language: Language
    link: str = ""
    number: str | None = None
    thread: str | None = None
    reply_token: str = ""
    """What stands in the address a reply goes to, where one is read."""
    answers: str = ""
    """The name of the mail it answers, which a person wrote."""


def message(session: Session, about: OutgoingMessage) -> Mail:
    """A message in its recipient's language; raises ``TemplateError`` for an unknown kind."""
    return compose(about.kind, briefing.gather(session, [about])[about.id])


def preview(session: Session, about: OutgoingMessage) -> Mail:
    """What would go out, or went out: for the outbox page."""
    if about.channel is Channel.PUBLIC_PAGE:
        told = briefing.gather(session, [about])[about.id]
        say = speech(told.language)
        purpose = N_("Rút nội dung") if about.values["purpose"] == "withdraw" else N_("Đăng")
        subject = _subject(told, f"{say.text(purpose)}: {about.address}", say)
        return Mail(subject, subject, "", told.language, link=told.link)
    if about.channel is Channel.APPRISE:
        told = briefing.gather(session, [about])[about.id]
        title, body = notice(told)
        return Mail(title, body, "", told.language, link=told.link)
    return message(session, about)


def notice(told: Briefing) -> tuple[str, str]:
    """Title and body for services outside the office's own: a code and a time, no content."""
    say, asked = speech(told.language), told.about["step"] or told.about["signal"]
    until = asked["acknowledge_by"] if asked else None
    body = (
        say.text(N_("Bàn trực có tin cho đồng chí, hạn xác nhận %(by)s. Xem trong thư."), by=until)
        if until and until > told.about["now"]
        else say.text(N_("Bàn trực có tin cho đồng chí. Xem trong thư."))
    )
    return _subject(told, "", say), body


def compose(kind: str, told: Briefing) -> Mail:
    """The mail of a kind: needs no database, so it runs while nothing is locked."""
    say = speech(told.language)
    template = _mails().get_template(f"mail/{kind}.j2")
    context = {**told.about, "exercise": told.exercise, "say": say, "_": say.text}
    written = _blocks(template, ("subject", "lead", "note"), context)
    parts = {
        **context,
        **written,
        "rows": _rows(told, say),
        "replies": bool(told.reply_token),
        "link": told.link,
        "number": told.number,
    }
    return Mail(
        subject=_subject(told, written["subject"], say),
        text=_mails().get_template("mail.txt.j2").render(parts),
        html=_mails().get_template("mail.html.j2").render(parts),
        language=told.language,
        link=told.link,
        number=told.number,
        thread=told.thread,
        reply_token=told.reply_token,
        answers=told.answers,
    )


def kinds() -> frozenset[str]:
    """Every kind of message there are words for."""
    folder = files("notifications") / "templates" / "mail"
    return frozenset(f.name.removesuffix(".j2") for f in folder.iterdir())


def _subject(told: Briefing, words: str, say: Speech) -> str:
    marks = [say.text(statements.EXERCISE)] if told.exercise else []
    marks += [f"[{told.tag}]"] if told.tag else []
    return " ".join([*marks, *words.split()])


def _rows(told: Briefing, say: Speech) -> list[tuple[str, str]]:
    """The plain facts below the first sentence, in the order an officer looks for them."""
    incident, signal, step = (told.about[name] for name in ("incident", "signal", "step"))
    rows: list[tuple[str, Any]] = []
    if incident:
        rows.append((N_("Vụ việc"), f"{incident['number']} – {incident['title']}"))
        rows.append((N_("Cấp độ"), _level(incident, say)))
    if signal:
        rows.append((N_("Mã tin báo"), signal["code"]))
        rows.append((N_("Nhận lúc"), signal["flagged_at"]))
        rows.append((N_("Lượt tiếp cận"), signal["reach"]))
    if "clock" in told.about:
        rows.append((N_("Thời hạn luật định"), told.about["clock"]["title"]))
        rows.append((N_("Hạn"), told.about["clock"]["due_at"]))
        rows.append((N_("Phụ trách"), told.about["clock"]["owner"]))
    if step:
        rows.append((N_("Vai"), step["role"]))
    request = bool(step and step["request"])
    if told.number and not request:
        asked = step or signal
        if asked["acknowledge_by"] and asked["acknowledge_by"] > told.about["now"]:
            rows.append((N_("Xác nhận trước"), asked["acknowledge_by"]))
    if step:
        until = N_("Mong trả lời trước") if request else N_("Hoàn thành trước")
        rows.append((until, step["due_at"]))
    rows += [(f"{each['number']}. {each['title']}", each["due_at"]) for each in told.about["steps"]]
    if told.number:
        to = N_("Kính gửi") if request else N_("Giao cho")
        rows.append((to, _who(told.about["person"])))
        rows += [(N_("Mã việc"), step["code"])] if step else []
    return [(say.text(label), say.value(value)) for label, value in rows if value is not None]


def _level(incident: dict[str, Any], say: Speech) -> str:
    words = f"{incident['level']} – {say.text(incident['level_name'])}"
    return f"{words} ({say.text(N_('tạm'))})" if incident["provisional"] else words


def _who(person: dict[str, str] | None) -> str | None:
    return ", ".join(filter(None, person.values())) if person else None


def _blocks(template: Template, names: Sequence[str], context: dict[str, Any]) -> dict[str, str]:
    """The blocks of a template by name; empty where it has none."""
    told = template.new_context(context)
    return {
        name: "".join(template.blocks[name](told)).strip() if name in template.blocks else ""
        for name in names
    }


@lru_cache
def _mails() -> Environment:
    return Environment(
        loader=PackageLoader("notifications"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )


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
