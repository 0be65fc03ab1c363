"""What somebody means who writes from a chat account that is theirs.

The account proves who they are, so a short code is enough; it finds nothing that is not theirs.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake.signals import Signal
from incidents.matter import chat_rooms
from incidents.people.directory import chat_accounts
from incidents.people.persons import ContactKind, Person
from incidents.record import database, ids
from incidents.record.errors import Conflict, Invalid, NotPermitted, Refusal
from incidents.record.inbox import Verb, Why
from incidents.record.language import N_
from incidents.record.links import AnswerLink
from incidents.record.outbox import OutgoingMessage
from incidents.response.steps.steps import ANSWERABLE, Step, StepState
from notifications.receiving import verbs
from notifications.receiving.inbound import Inbound
from notifications.receiving.match import Match, messages_named
from notifications.receiving.verbs import Said

_LOOKED_BACK = 500
"""Links of one person, the newest first; a code older than that is nobody's any more."""
_CODE = re.compile(f"T?[{ids.SPOKEN}]{{4,5}}")
_WORD = re.compile(r"[A-Za-z0-9]+")


class _Asked(NamedTuple):
    """One thing a person was asked, and where it stands."""

    link: AnswerLink
    step: Step | None
    signal: Signal | None

    @property
    def code(self) -> str:
        return self.step.code if self.step else self.signal.code if self.signal else ""

    @property
    def waits(self) -> bool:
        """Whether an answer of its person is still looked for."""
        if self.step:
            theirs = self.step.assignee_id == self.link.person_id
            return theirs and self.step.state in ANSWERABLE and not self.step.settled
        return bool(self.signal and self.signal.acknowledged_at is None)


def heard(inbound: Inbound) -> Said:
    """What they say, their codes known in any case and wherever they stand."""
    words = _WORD.findall(inbound.text)
    with database.reading() as session:
        person = _author(session, inbound)
        codes = {each.code for each in _asked(session, person)} if person else set[str]()
        found = [word for word in words if word.upper() in codes]
        found = found or _of_others(session, [word for word in words if _CODE.fullmatch(word)])
    text = _WORD.sub(lambda m: "" if m[0] in found else m[0], inbound.text) if found else None
    said = verbs.read(inbound.text if text is None else _close(text), reaction=inbound.reaction)
    return replace(said, code=found[0].upper()) if found else said


def _of_others(session: Session, words: Sequence[str]) -> list[str]:
    """Codes of what is not theirs; many a short name of an office has the shape of one."""
    if not words:
        return []
    steps = session.exec(select(Step.code).where(col(Step.code).in_(words)))
    flags = session.exec(select(Signal.code).where(col(Signal.code).in_(words)))
    known = {*steps, *flags}
    return [word for word in words if word in known]


def _close(text: str) -> str:
    """Without the gap a code left, also before a mark: «AI ?» is «AI?»."""
    return re.sub(r"\s+([?!.,;:])", r"\1", " ".join(text.split()))


def find(session: Session, inbound: Inbound, said: Said) -> Match:
    """What is answered: the message named, else the code, the number, or all that waits."""
    person = _author(session, inbound)
    if person is None:
        return Match(left_alone=Why.NOT_OURS if inbound.overheard else Why.UNKNOWN_SENDER)
    named = messages_named(session, inbound.channel, inbound.reply_to)
    for message in named:
        about = message.values.get("about")
        link = session.get(AnswerLink, UUID(about) if about else message.id)
        if link and link.person_id == person.id:
            return Match(link, message, person)
    asked = _asked(session, person)
    posted = chat_rooms.steps_named(session, inbound.reply_to)
    if mine := next((each for each in asked if each.step and each.step.id in posted), None):
        return Match(mine.link, session.get(OutgoingMessage, mine.link.message_id), person)
    if inbound.overheard and said.code not in {each.code for each in asked}:
        return Match(left_alone=Why.NOT_OURS)
    try:
        link = _meant(asked, said)
    except Refusal as no:
        return Match(sender=person, refusal=no)
    return Match(link, session.get(OutgoingMessage, link.message_id), person)


def _author(session: Session, inbound: Inbound) -> Person | None:
    return chat_accounts.owner(session, ContactKind(inbound.channel.value), inbound.sender)


def _asked(session: Session, person: Person) -> list[_Asked]:
    """What they were asked and may answer, the newest first; each step and flag once."""
    wanted = (
        select(AnswerLink, Step, Signal)
        .join(Step, col(Step.id) == AnswerLink.step_id, isouter=True)
        .join(Signal, col(Signal.id) == AnswerLink.signal_id, isouter=True)
        .where(AnswerLink.person_id == person.id, col(AnswerLink.revoked_at).is_(None))
        .order_by(col(AnswerLink.message_id).desc())
        .limit(_LOOKED_BACK)
    )
    found: dict[str, _Asked] = {}
    for link, step, signal in session.exec(wanted):
        asked = _Asked(link, step, signal)
        found.setdefault(asked.code, asked)
    return list(found.values())


def _meant(asked: Sequence[_Asked], said: Said) -> AnswerLink:
    if said.code:
        mine = next((each for each in asked if each.code == said.code), None)
        if mine is None:
            raise NotPermitted(N_("Mã %(code)s không phải việc của đồng chí."), code=said.code)
        return mine.link
    waiting = [each for each in asked if each.waits]
    if said.number is not None:
        waiting = [each for each in waiting if each.step and each.step.number == said.number]
        if not waiting:
            raise NotPermitted(
                N_("Đồng chí không có việc số %(number)s nào đang chờ."), number=said.number
            )
    elif said.clear:
        waiting = _fitting(waiting, said.verb) or waiting
    if not waiting:
        raise Conflict(N_("Không có việc nào đang chờ đồng chí trả lời."))
    if len(waiting) > 1:
        raise Invalid(
            N_("Đồng chí đang có %(count)s việc, xin ghi thêm mã: %(codes)s."),
            count=len(waiting),
            codes=[each.code for each in waiting],
        )
    return waiting[0].link


def _fitting(waiting: Iterable[_Asked], verb: Verb) -> list[_Asked]:
    """What nobody took yet, for who takes; what is a step, for what only a step can be told."""
    if verb is Verb.ACKNOWLEDGE:
        return [e for e in waiting if e.step is None or e.step.state is StepState.OPEN]
    return [each for each in waiting if each.step]
