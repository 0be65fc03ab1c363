"""Sign-in: passwords, server-side sessions, and proving again that it is you."""

import secrets
import unicodedata
from datetime import datetime, timedelta
from uuid import UUID

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import bindparam, update
from sqlmodel import Field, Session, col, select

from incidents.people.persons import Person
from incidents.record import clock, keys, settings
from incidents.record.database import Table, identifier, moment, reference
from incidents.record.errors import NotPermitted
from incidents.record.language import N_

FRESH = timedelta(minutes=5)
"""How long a proof of identity stays fresh for grave deeds; a signature wants one of its own."""


class SignInSession(Table, table=True):
    """A signed-in browser; only the hash of its token is stored."""

    __tablename__ = "sign_in_session"

    id: UUID = identifier()
    token_hash: str = Field(unique=True)
    person_id: UUID = reference("person.id")
    form_token: str
    created_at: datetime = moment()
    expires_at: datetime = moment()
    proved_at: datetime = moment()
    signs_until: datetime | None = moment(optional=True)
    """Until when one signature may be given on a proof that was asked for; giving it spends it."""
    ended_at: datetime | None = moment(optional=True)


def _passwords() -> PasswordHash:
    return PasswordHash((Argon2Hasher(memory_cost=settings.current().password_memory_kib),))


def hash_password(password: str) -> str:
    """The stored form of a password (argon2id)."""
    return _passwords().hash(_typed(password))


def _typed(password: str) -> str:
    """Keyboards compose Vietnamese letters in different ways: one form stands for all of them."""
    return unicodedata.normalize("NFC", password)


def matches(password: str, stored: str) -> bool:
    """Whether a password is the one that was stored."""
    return _passwords().verify(_typed(password), stored)


def check(session: Session, username: str, password: str) -> Person:
    """The person these belong to; the same refusal and the same work whatever was wrong."""
    person = session.exec(select(Person).where(Person.username == username)).first()
    stored = person.password_hash if person and person.active else None
    # Verifying against a throw-away hash keeps the answer time equal for unknown names.
    right = matches(password, stored or _decoy())
    if person is None or stored is None or not right:
        raise NotPermitted(N_("Tên đăng nhập hoặc mật khẩu không đúng."))
    if person.one_time_until and person.one_time_until <= clock.now():
        # Said to nobody but whoever has it.
        raise NotPermitted(
            N_("Mật khẩu dùng một lần này đã hết hạn; đề nghị quản trị viên cấp lại.")
        )
    return person


_DECOY: list[str] = []


def _decoy() -> str:
    if not _DECOY:
        _DECOY.append(hash_password(secrets.token_hex(8)))
    return _DECOY[0]


def begin(session: Session, person: Person) -> str:
    """Start a session; the token is returned once and never stored."""
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        SignInSession(
            token_hash=keys.digest(token),
            person_id=person.id,
            form_token=secrets.token_urlsafe(24),
            created_at=now,
            proved_at=now,
            expires_at=now + timedelta(hours=settings.current().session_hours),
        )
    )
    return token


# Built once: each request asks it.
_OF_TOKEN = (
    select(SignInSession, Person).join(Person).where(SignInSession.token_hash == bindparam("hash"))
)


def find(session: Session, token: str) -> tuple[SignInSession, Person] | None:
    """The live session of a token with its person, unless it ended or the person left."""
    row = session.exec(_OF_TOKEN, params={"hash": keys.digest(token)}).first()
    if row is None or row[0].ended_at or row[0].expires_at <= clock.now() or not row[1].active:
        return None
    return row


def prove(session: Session, sign_in: SignInSession, password: str) -> None:
    """Prove again that it is you; ``NotPermitted`` when the password is wrong."""
    person = session.get_one(Person, sign_in.person_id)
    check(session, person.username or "", password)
    renew_proof(session, sign_in)


def renew_proof(session: Session, sign_in: SignInSession) -> None:
    """Note that identity was proved just now; the check itself is slow and stays outside."""
    sign_in.proved_at = clock.now()
    session.add(sign_in)


def prepare_signature(session: Session, sign_in: SignInSession) -> None:
    """Let a program that has just proved who it acts for give one signature."""
    sign_in.signs_until = clock.now() + FRESH
    session.add(sign_in)


def spend_proof(session: Session, sign_in: SignInSession) -> bool:
    """Use the proof a signature was prepared with, once; the sign-in itself is none."""
    return bool(
        session.exec(
            update(SignInSession)
            .where(
                col(SignInSession.id) == sign_in.id,
                col(SignInSession.signs_until) >= clock.now(),
            )
            .values(signs_until=None)
        ).rowcount
    )


def fresh(sign_in: SignInSession) -> bool:
    """Whether identity was proved recently enough for a grave deed."""
    return clock.now() - sign_in.proved_at <= FRESH


def end(session: Session, sign_in: SignInSession) -> None:
    """Sign out."""
    sign_in.ended_at = clock.now()
    session.add(sign_in)
