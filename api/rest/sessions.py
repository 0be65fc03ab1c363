"""Sign-in for programs: a password for a session token, and a fresh proof for grave deeds."""

from fastapi import Request
from pydantic import BaseModel, SecretStr
from sqlmodel import Session

from api import identity
from api.deeds import accounts as account_deeds
from api.dependencies import Db, RestCaller
from api.rest.routers import under
from api.rest.shapes import ProofOut, SessionOut
from incidents.people import sign_ins
from incidents.people.sign_ins import FRESH
from incidents.record import clock, database
from incidents.rights.permissions import Deed

router = under("/sessions", "sessions")


class SignIn(BaseModel):
    """Who signs in."""

    username: str
    password: SecretStr


class OwnPassword(BaseModel):
    """The password so far, and another."""

    current: SecretStr
    new_password: SecretStr


class Prove(BaseModel):
    """The password once more."""

    password: SecretStr


@router.post("", status_code=201, summary="Sign in")
def sign_in(request: Request, asked: SignIn) -> SessionOut:
    """Answers with a token for the header Authorization: Bearer."""
    person = identity.check(request, asked.username, asked.password.get_secret_value())
    with database.transaction() as session:
        token = sign_ins.begin(session, person)
        session.flush()
        return _shown(session, token)


def _shown(session: Session, token: str) -> SessionOut:
    found = sign_ins.find(session, token)
    if found is None:
        raise LookupError("a session that has just begun")
    row, person = found
    return SessionOut(
        token=token,
        person_id=person.id,
        name=person.name,
        language=person.language,
        expires_at=row.expires_at,
    )


@router.post("/proof", summary="Prove again that it is you")
def prove(request: Request, asked: Prove, caller: RestCaller, session: Db) -> ProofOut:
    """Opens publishing, closing and waiving for five minutes, and within them one signature.

    A verdict on a closing report is one.
    """
    identity.check(request, caller.person.username or "", asked.password.get_secret_value())
    caller.require(session, Deed.FLAG)
    sign_in = session.merge(caller.sign_in)
    sign_ins.renew_proof(session, sign_in)
    sign_ins.prepare_signature(session, sign_in)
    return ProofOut(fresh_until=clock.now() + FRESH)


@router.post("/password", status_code=204, summary="Set your own password")
def set_own(request: Request, asked: OwnPassword, caller: RestCaller, session: Db) -> None:
    """Every other session ends; with a one-time password this is all there is to do."""
    current = asked.current.get_secret_value()
    identity.check(request, caller.person.username or "", current)
    account_deeds.set_own(session, caller, asked.new_password.get_secret_value())


@router.delete("", status_code=204, summary="Sign out")
def sign_out(caller: RestCaller, session: Db) -> None:
    """Ends the session of this token."""
    caller.require(session, Deed.FLAG)
    sign_ins.end(session, session.merge(caller.sign_in))
