"""Answers kept for a day, so that a request sent twice with one key is carried out once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, delete
from sqlmodel import Session, col, select

from incidents.record import clock
from incidents.record.database import (
    Table,
    document,
    identifier,
    insert_new,
    moment,
    reference,
)
from incidents.record.errors import Conflict
from incidents.record.language import N_

KEPT = timedelta(days=1)
_SEE_OTHER = 303


class IdempotentAnswer(Table, table=True):
    """What was answered to a person's request of a key; it commits with the request's effect."""

    __tablename__ = "idempotent_answer"
    __table_args__ = (UniqueConstraint("person_id", "key"),)

    id: UUID = identifier()
    person_id: UUID = reference("person.id")
    key: str
    request_sha256: str
    status: int
    body: Any = document()
    answered_at: datetime = moment(index=True)


def find(
    session: Session, person_id: UUID, key: str, *, request_sha256: str
) -> IdempotentAnswer | None:
    """The answer given before; ``Conflict`` when the key belonged to another request."""
    given = session.exec(
        select(IdempotentAnswer).where(
            IdempotentAnswer.person_id == person_id, IdempotentAnswer.key == key
        )
    ).first()
    if given is None or given.answered_at <= clock.now() - KEPT:
        return None
    if given.request_sha256 != request_sha256:
        raise Conflict(N_("Khóa Idempotency-Key này đã dùng cho một yêu cầu khác."))
    return given


def keep(
    session: Session, person_id: UUID, key: str, *, request_sha256: str, status: int, body: Any
) -> None:
    """Keep an answer in the transaction of its effect; old ones are dropped on the way."""
    _forget_old(session)
    session.add(
        IdempotentAnswer(
            person_id=person_id,
            key=key,
            request_sha256=request_sha256,
            status=status,
            body=body,
            answered_at=clock.now(),
        )
    )


def first_time(session: Session, person_id: UUID, key: str) -> bool:
    """Note a form that is sent, in the transaction of its effect; ``False`` when it was before.

    Of two at the same moment the second waits here until the first is committed.
    """
    _forget_old(session)
    noted = IdempotentAnswer(
        person_id=person_id,
        key=key,
        request_sha256="",
        status=_SEE_OTHER,
        body={},
        answered_at=clock.now(),
    )
    return bool(insert_new(session, IdempotentAnswer, [noted]))


def _forget_old(session: Session) -> None:
    session.exec(
        delete(IdempotentAnswer).where(col(IdempotentAnswer.answered_at) <= clock.now() - KEPT)
    )
