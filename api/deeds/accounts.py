"""What is done with accounts: given, closed, administrators named, one's own password set."""

from uuid import UUID

from sqlmodel import Session

from api.fields import Line, Reason, Request
from api.identity import Caller
from incidents.people import accounts
from incidents.people.accounts import Given
from incidents.people.persons import Person
from incidents.rights.permissions import Deed


class Give(Request):
    """The name somebody signs in with."""

    username: Line


class NameAdministrator(Request):
    """Whether they keep the desk itself, and why."""

    administrator: bool
    reason: Reason = ""


class Close(Request):
    """Why somebody may sign in no longer."""

    reason: Reason = ""


def give(session: Session, caller: Caller, person_id: UUID, asked: Give) -> Given:
    """Somebody may sign in; needs a fresh proof of identity."""
    caller.require(session, Deed.KEEP_ACCOUNTS)
    return accounts.give(session, person_id, username=asked.username, by=caller.actor)


def reset(session: Session, caller: Caller, person_id: UUID) -> Given:
    """Another one-time password; needs a fresh proof of identity."""
    caller.require(session, Deed.KEEP_ACCOUNTS)
    return accounts.reset(session, person_id, by=caller.actor)


def close(session: Session, caller: Caller, person_id: UUID, asked: Close) -> Person:
    """Somebody may sign in no longer; needs a fresh proof of identity."""
    caller.require(session, Deed.KEEP_ACCOUNTS)
    return accounts.close(session, person_id, reason=asked.reason, by=caller.actor)


def name_administrator(
    session: Session, caller: Caller, person_id: UUID, asked: NameAdministrator
) -> Person:
    """Somebody keeps the desk, or no longer; needs a fresh proof of identity."""
    caller.require(session, Deed.KEEP_ACCOUNTS)
    return accounts.name_administrator(session, person_id, **asked.model_dump(), by=caller.actor)


def set_own(session: Session, caller: Caller, password: str) -> Person:
    """One's own password, after the one before was checked."""
    caller.require(session, Deed.FLAG)
    return accounts.set_own(
        session,
        caller.person.id,
        password=password,
        keeping=caller.sign_in.id,
        by=caller.actor,
    )
