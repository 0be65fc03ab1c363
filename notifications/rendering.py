"""Words of messages from templates, in the recipient's language.

What people typed is data and never a template; what a mail says in plain text and in HTML comes
from the same words, and a chat message from them as well.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jinja2 import (
    Environment,
    PackageLoader,
    StrictUndefined,
    Template,
    select_autoescape,
)
from sqlmodel import Session

from incidents.record.language import N_, Language, Speech, speech
from incidents.record.outbox import CHATS, Channel, OutgoingMessage
from incidents.words import statements
from notifications import briefing, destinations, short
from notifications.briefing import Briefing
from notifications.channels import chats
from notifications.channels.chat import ChatText, Choice


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
    if about.channel in CHATS:
        told = briefing.gather(session, [about])[about.id]
        written = chat(about.kind, told, channel=about.channel)
        return Mail(_subject(told, "", speech(told.language)), written.text, "", told.language)
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
    parts = _parts(kind, told)
    return Mail(
        subject=parts["title"],
        text=_templates().get_template("mail.txt.j2").render(parts),
        html=_templates().get_template("mail.html.j2").render(parts),
        language=told.language,
        link=told.link,
        number=told.number,
        thread=told.thread,
        reply_token=told.reply_token,
        answers=told.answers,
    )


def chat(kind: str, told: Briefing, *, channel: Channel) -> ChatText:
    """A chat message of a kind; to a service abroad a code and a time, nothing else.

    A short message and a call name code, level and time: they are read over shoulders and aloud.
    """
    say = speech(told.language)
    code = _code(told) if told.number else ""
    approves = bool(told.about["step"] and told.about["step"]["kind"] == "approve")
    outcome = kind == destinations.OUTCOME
    parts = _parts(kind, told) | {"code": code, "approves": approves, "outcome": outcome}
    title, body = notice(told)
    template = _templates().get_template(_template_of(channel))
    text = template.render(parts, notice_title=title, notice=body, kind=kind).strip()
    return ChatText(
        text=short.message(text) if channel is Channel.SMS else text,
        choices=tuple(_choices(code, told, say)),
        answers=told.answers,
        language=told.language.value,
    )


def _template_of(channel: Channel) -> str:
    match channel:
        case Channel.SMS:
            return "sms.txt.j2"
        case Channel.CALL:
            return "call.txt.j2"
        case _:
            return "chat_abroad.txt.j2" if chats.abroad(channel) else "chat.txt.j2"


def _choices(code: str, told: Briefing, say: Speech) -> Iterator[Choice]:
    if code:
        yield Choice(say.text(N_("Nhận việc")), f"{say.text(N_('NHẬN'))} {code}")
        if told.about["step"]:
            yield Choice(say.text(N_("Ai đang giữ?")), f"{say.text(N_('AI ĐANG GIỮ'))} {code}?")


def _code(told: Briefing) -> str:
    asked = told.about["step"] or told.about["signal"]
    return asked["code"] if asked else ""


def _parts(kind: str, told: Briefing) -> dict[str, Any]:
    """What a kind of message says, piece by piece."""
    say = speech(told.language)
    template = _templates().get_template(f"mail/{kind}.j2")
    context = {**told.about, "exercise": told.exercise, "say": say, "_": say.text}
    written = _blocks(template, ("subject", "lead", "note"), context)
    return {
        **context,
        **written,
        "title": _subject(told, written["subject"], say),
        "rows": _rows(told, say),
        "replies": bool(told.reply_token),
        "link": told.link,
        "number": told.number,
    }


def plain(name: str, say: Speech, **values: Any) -> str:
    """A text of its own kind, for whoever copies it."""
    return _templates().get_template(name).render(values, say=say, _=say.text).strip() + "\n"


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
        rows.append((N_("Gọi cho"), step["calls"]))
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
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("notifications"),
        autoescape=select_autoescape(("html.j2",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
