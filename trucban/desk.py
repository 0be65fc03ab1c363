"""The desk as a command finds it: a database at the newest revision, and a person who acts."""

import time
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import OperationalError
from sqlmodel import Session, col, select

from incidents.people.persons import Person
from incidents.record import database, schema, settings
from incidents.record.actors import Actor, Via
from incidents.record.errors import Conflict, NotFound
from incidents.record.language import N_
from incidents.rights import permissions
from incidents.rights.permissions import Deed, Subject

_READY_WITHIN = 120.0
_LOOK_EVERY = 0.05


def require_ready() -> None:
    """Return if there is a desk to work on; ``Conflict`` says what to do otherwise."""
    url = make_url(settings.current().database)
    if database.is_sqlite() and url.database and not Path(url.database).exists():
        raise Conflict(
            N_("Chưa có dữ liệu tại %(where)s. Hãy chạy «trucban serve» hoặc «trucban migrate»."),
            where=url.database,
        )
    try:
        ready = schema.ready()
    except OperationalError as error:
        why = str(error.orig).strip().splitlines()
        raise Conflict(
            N_("Không mở được cơ sở dữ liệu: %(why)s"), why=why[0] if why else ""
        ) from error
    if not ready:
        raise Conflict(N_("Cơ sở dữ liệu chưa ở bản mới nhất. Hãy chạy «trucban migrate»."))


def await_first_person() -> None:
    """Return as soon as there is a desk with somebody in it, or refuse after a while."""
    until = time.monotonic() + _READY_WITHIN
    while True:
        try:
            require_ready()
        except Conflict:
            if time.monotonic() > until:
                raise
        else:
            with database.reading() as session:
                if session.exec(select(Person.id).limit(1)).first():
                    return
        time.sleep(_LOOK_EVERY)


def act(session: Session, username: str | None, deed: Deed, subject: Subject = None) -> Actor:
    """Who acts, after asking whether they may.

    Whoever can run this command can read the data folder, so the name is trusted; what the named
    person may do is still asked. Reading commands may leave it out: the administrator reads.
    """
    person = named(session, username) if username else _administrator(session)
    permissions.require(session, person, deed, subject)
    return Actor(person.id, Via.COMMAND)


def named(session: Session, username: str) -> Person:
    """The person of a user name; ``NotFound`` when there is none."""
    person = session.exec(select(Person).where(Person.username == username)).first()
    if person is None:
        raise NotFound(N_("Không có người dùng %(username)s."), username=username)
    return person


def _administrator(session: Session) -> Person:
    person = session.exec(
        select(Person)
        .where(col(Person.administrator).is_(True), col(Person.active).is_(True))
        .order_by(col(Person.id))
    ).first()
    if person is None:
        raise NotFound(
            N_("Chưa có quản trị viên. Hãy chạy «trucban serve», hoặc nêu người bằng --as.")
        )
    return person
