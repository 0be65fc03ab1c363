"""Accounts over REST. A one-time password is in one answer and nowhere else.

So no answer here is kept under an Idempotency-Key: whoever lost it asks for another password.
"""

from datetime import datetime
from uuid import UUID

from api.deeds import accounts as deeds
from api.deeds.accounts import Close, Give, NameAdministrator
from api.dependencies import Db, RestCaller
from api.rest.routers import under
from api.rest.shapes import Page, Shape
from incidents.people import accounts, persons
from incidents.people.accounts import AccountState, Given
from incidents.people.persons import Person
from incidents.rights.permissions import Deed

router = under("", "people")


class AccountOut(Shape):
    """Whether somebody can sign in, under which name, and whether they keep the desk itself."""

    person_id: UUID
    name: str
    username: str | None
    state: AccountState
    administrator: bool


class GivenOut(AccountOut):
    """The same with the password that works once, until a moment."""

    one_time_password: str
    valid_until: datetime


def _shown(person: Person) -> AccountOut:
    return AccountOut(
        person_id=person.id,
        name=person.name,
        username=person.username,
        state=accounts.state(person),
        administrator=person.administrator,
    )


def _given(given: Given) -> GivenOut:
    return GivenOut(
        **_shown(given.person).model_dump(),
        one_time_password=given.password,
        valid_until=given.valid_until,
    )


@router.get("/accounts", summary="Who can sign in")
def listed(session: Db, caller: RestCaller) -> Page[AccountOut]:
    """Everybody who works with the desk; for administrators."""
    caller.require(session, Deed.ADMINISTER)
    return Page(items=[_shown(each) for each in persons.everybody(session)])


@router.post("/people/{person_id}/account", status_code=201, summary="Give an account")
def give(session: Db, caller: RestCaller, person_id: UUID, asked: Give) -> GivenOut:
    """With a one-time password, shown this once. Needs a fresh proof."""
    return _given(deeds.give(session, caller, person_id, asked))


@router.post("/people/{person_id}/account/reset", summary="Give another one-time password")
def reset(session: Db, caller: RestCaller, person_id: UUID) -> GivenOut:
    """The one before and every session end; a closed account opens. Needs a fresh proof."""
    return _given(deeds.reset(session, caller, person_id))


@router.post("/people/{person_id}/account/close", summary="Close an account")
def close(session: Db, caller: RestCaller, person_id: UUID, asked: Close) -> AccountOut:
    """Every session ends. Needs a fresh proof."""
    return _shown(deeds.close(session, caller, person_id, asked))


@router.post("/people/{person_id}/administrator", summary="Make an administrator, or no longer")
def name_administrator(
    session: Db, caller: RestCaller, person_id: UUID, asked: NameAdministrator
) -> AccountOut:
    """Nobody decides it about themselves. Needs a fresh proof."""
    return _shown(deeds.name_administrator(session, caller, person_id, asked))
