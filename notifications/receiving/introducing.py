"""Somebody types the code of the desk's page into a chat: from then on the account is theirs."""

import re

from sqlmodel import Session

from incidents.people import persons
from incidents.people.directory import chat_accounts
from incidents.people.persons import ContactKind, Person
from incidents.record import ids
from incidents.record.actors import Via
from incidents.record.errors import Refusal
from incidents.record.language import N_
from incidents.record.language.sentences import Told
from notifications.receiving.inbound import Inbound

_HALF = f"[{ids.SPOKEN}]{{4}}"
_CODE = re.compile(rf"(?<![A-Z0-9])({_HALF})\s?[-–—]?\s?({_HALF})(?![A-Z0-9])")
_BOUND = N_("Đã gắn tài khoản này với %(name)s. Từ nay bàn trực nhắn việc vào đây.")
_ALREADY = N_("Tài khoản này đã gắn với %(name)s từ trước.")
STRANGER = N_(
    "Bàn trực chưa biết tài khoản này là của ai. Đăng nhập trang trực ban, mở Cách nhận tin, "
    "lấy mã rồi gõ mã vào đây."
)


def introduced(session: Session, inbound: Inbound, via: Via) -> tuple[Person, list[Told]] | None:
    """Whoever's code it holds, and what to tell them; nothing when it holds none that counts."""
    kind = ContactKind(inbound.channel.value)
    for first, second in _CODE.findall(inbound.text.upper()):
        code = chat_accounts.found(session, kind, first + second)
        if code is None:
            continue
        person = persons.get(session, code.person_id)
        if not person.active:
            continue
        try:
            fresh = chat_accounts.bind(session, code, inbound.sender, via=via)
        except Refusal as no:
            return person, [Told.of(no.message, **no.values)]
        return person, [Told.of(_BOUND if fresh else _ALREADY, name=person.name)]
    return None
