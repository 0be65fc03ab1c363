"""What people say about how they are reached themselves."""

from datetime import time
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field
from sqlmodel import Session

from api.fields import Optional, Request, Ticked
from api.identity import Caller
from incidents.people import persons
from incidents.people.directory import chat_accounts, contacts, reaching
from incidents.people.directory.chat_accounts import ChatCode
from incidents.people.duty.patterns import Weekday
from incidents.people.persons import BOUND, ContactKind, ContactPoint, Person
from incidents.people.quiet_hours import QuietHours
from incidents.record import inbox
from incidents.record.errors import Conflict
from incidents.record.language import N_
from incidents.record.outbox import OutgoingMessage
from incidents.rights.permissions import Deed
from notifications.channels import chats as services

Wait = Annotated[int | None, Optional]


class Bindable(NamedTuple):
    """A chat of the office, what to look for there, and a code that waits to be typed."""

    kind: ContactKind
    title: str
    code: ChatCode | None


class Choose(Request):
    """Minutes after the first way at which each is used, in either set; nothing for never."""

    ordinary: dict[UUID, Wait] = Field(default_factory=dict[UUID, Wait])
    grave: dict[UUID, Wait] = Field(default_factory=dict[UUID, Wait])


class KeepQuiet(Request):
    """From one time of day to another, on these days of the week, and on public holidays."""

    begins: time
    ends: time
    on: Annotated[list[Weekday], Ticked] = Field(default_factory=list[Weekday])
    holidays: bool = False


def own(session: Session, caller: Caller) -> tuple[Person, list[ContactPoint]]:
    """The caller as the desk knows them, and the ways it reaches them by."""
    caller.require(session, Deed.FLAG)
    return persons.get(session, caller.person.id), reaching.of(session, caller.person.id)


def choose(session: Session, caller: Caller, asked: Choose) -> None:
    """One's own order, for both sets."""
    caller.require(session, Deed.FLAG)
    reaching.choose(
        session, caller.person.id, ordinary=asked.ordinary, grave=asked.grave, by=caller.actor
    )


def keep_quiet(session: Session, caller: Caller, asked: KeepQuiet) -> None:
    """One's own quiet hours."""
    caller.require(session, Deed.FLAG)
    hours = QuietHours(asked.begins, asked.ends, frozenset(asked.on), asked.holidays)
    reaching.keep_quiet(session, caller.person.id, hours, by=caller.actor)


def lift_quiet(session: Session, caller: Caller) -> None:
    """No quiet hours any more."""
    caller.require(session, Deed.FLAG)
    reaching.keep_quiet(session, caller.person.id, None, by=caller.actor)


class AskCode(Request):
    """The chat whose account is to be bound."""

    chat: ContactKind


def chats(session: Session, caller: Caller) -> list[Bindable]:
    """The chats of the office, and the caller's code for each where one waits to be typed."""
    titles = inbox.titles(session)
    codes = {c.channel: c for c in chat_accounts.waiting(session, caller.person.id)}
    return [
        Bindable(kind, titles.get(channel, ""), codes.get(kind))
        for channel in services.configured()
        for kind in [ContactKind(channel.value)]
        if kind in BOUND
    ]


def ask_code(session: Session, caller: Caller, asked: AskCode) -> ChatCode:
    """A code for one's own account; only of a chat the office has set up."""
    caller.require(session, Deed.FLAG)
    if asked.chat.value not in services.configured():
        raise Conflict(N_("Cơ quan chưa nối dịch vụ chat này với bàn trực."))
    return chat_accounts.ask(session, caller.person.id, asked.chat)


def let(session: Session, caller: Caller, contact_id: UUID) -> None:
    """Take a chat account off: one's own, or one in one's keeping."""
    caller.require(session, Deed.KEEP_CONTACTS, contacts.get(session, contact_id))
    chat_accounts.let(session, contact_id, by=caller.actor)


def try_out(session: Session, caller: Caller, contact_id: UUID) -> OutgoingMessage:
    """A test message by a way one keeps."""
    caller.require(session, Deed.KEEP_CONTACTS, contacts.get(session, contact_id))
    return reaching.try_out(session, contact_id)
