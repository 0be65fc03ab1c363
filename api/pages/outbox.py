"""The outbox: what waits to leave, what left, what failed; with a look at each message."""

import re
from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from api.dependencies import Db, Reader
from api.identity import Caller
from api.pages import rendering
from api.pages.kinds import KINDS
from incidents.intake import signals
from incidents.intake.signals import Signal
from incidents.matter import incidents
from incidents.people import concerned, persons
from incidents.people.directory import contacts
from incidents.record import links, settings
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.record.outbox import DeliveryAttempt, MessageState, OutgoingMessage
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from notifications import rendering as mails

router = APIRouter(include_in_schema=False, prefix="/hop-thu-di")

_SHOWN = 50


def _admitted(session: Session, caller: Caller) -> None:
    """Messages name people and their work: for administrators and whoever triages."""
    if not permissions.allowed(session, caller.person, Deed.ADMINISTER):
        caller.require(session, Deed.TRIAGE)


@router.get("")
def listed(
    request: Request,
    session: Db,
    caller: Reader,
    trang_thai: Annotated[MessageState | None, Query(alias="trang-thai")] = None,
    vu_viec: Annotated[str | None, Query(alias="vu-viec", max_length=20)] = None,
    truoc: UUID | None = None,
) -> Response:
    """The newest first."""
    _admitted(session, caller)
    wanted = select(OutgoingMessage).order_by(col(OutgoingMessage.id).desc()).limit(_SHOWN)
    wanted = wanted.where(*_open_to(caller))
    if trang_thai:
        wanted = wanted.where(OutgoingMessage.state == trang_thai)
    if vu_viec:
        incident = incidents.by_number(session, vu_viec)
        wanted = wanted.where(OutgoingMessage.incident_id == incident.id)
    rows = session.exec(wanted.where(col(OutgoingMessage.id) < truoc) if truoc else wanted).all()
    return rendering.for_caller(
        request,
        "outbox.html",
        caller,
        rows=rows,
        named=persons.names(session, {m.recipient_id for m in rows if m.recipient_id}),
        states=list(MessageState),
        chosen=trang_thai,
        number=vu_viec,
        drills=_drills(session, rows),
        following=rows[-1].id if len(rows) == _SHOWN else None,
        kinds=KINDS,
        mail_set=bool(settings.current().smtp_url.get_secret_value()),
    )


def _open_to(caller: Caller) -> tuple[Any, Any]:
    """Without what is about an incident that concerns the reader, or about one of its flags."""
    person_id = caller.person.id
    shut = select(Signal.id).where(~concerned.open_to(person_id, col(Signal.incident_id)))
    flag = col(OutgoingMessage.signal_id)
    return (
        concerned.open_to(person_id, col(OutgoingMessage.incident_id)),
        flag.is_(None) | flag.not_in(shut),
    )


def _drills(session: Session, rows: Sequence[OutgoingMessage]) -> set[UUID]:
    """The exercises, and the flags of exercises, that messages are about."""
    about = {m.incident_id for m in rows if m.incident_id}
    flags = {m.signal_id for m in rows if m.signal_id}
    return incidents.exercises_among(session, about) | signals.exercises_among(session, flags)


@router.get("/{message_id}")
def one(request: Request, session: Db, caller: Reader, message_id: UUID) -> Response:
    """One message as its recipient reads it, its attempts, and never its link or number."""
    _admitted(session, caller)
    message = session.get(OutgoingMessage, message_id)
    if message is None:
        raise NotFound(N_("Không tìm thấy tin này."))
    if message.incident_id:
        about = incidents.get(session, message.incident_id)
        caller.require(session, Deed.SEE_INCIDENT, about)
    if message.signal_id:
        caller.require(session, Deed.SEE_DESK, signals.get(session, message.signal_id))
    mail = mails.preview(session, message)
    attempts = session.exec(
        select(DeliveryAttempt)
        .where(DeliveryAttempt.message_id == message.id)
        .order_by(col(DeliveryAttempt.number))
    ).all()
    return rendering.for_caller(
        request,
        "message.html",
        caller,
        message=message,
        subject=mail.subject,
        text=masked(mail.text, message, mail.number),
        attempts=attempts,
        named=persons.names(session, [message.recipient_id] if message.recipient_id else []),
        kinds=KINDS,
    )


def masked(text: str, message: OutgoingMessage, number: str | None) -> str:
    """The words without what lets somebody answer in the recipient's name."""
    about = UUID(message.values["about"]) if message.values.get("about") else message.id
    hidden = text.replace(links.token(about), "••••••••")
    if "nonce" in message.values:
        hidden = hidden.replace(contacts.code(message.values["nonce"]), "••••••")
    if number is None:
        return hidden
    return re.sub(rf"(?<!\d){re.escape(number)}(?!\d)", "••", hidden)
