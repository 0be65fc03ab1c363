"""The room's forms about conflicts of interest."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlmodel import Session

from api import fields
from api.deeds import conflicts as deeds
from api.deeds.conflicts import Declare
from api.fields import Because, Reason
from api.identity import Caller
from incidents.response.steps import forms as step_forms


class _About(fields.Request):
    """A person or a body, from one picker."""

    about: str
    reason: Reason


class _Lift(Because):
    """The declaration a form takes back."""

    recusal: UUID


def _declare(session: Session, caller: Caller, number: str, asked: _About) -> Any:
    kind, _, chosen = asked.about.partition(":")
    field = "organisation_id" if kind == "body" else "person_id"
    try:
        given = Declare.model_validate({field: chosen, "reason": asked.reason})
    except ValidationError as error:
        raise step_forms.invalid(error) from None
    return deeds.declare(session, caller, number, given)


def _lift(session: Session, caller: Caller, number: str, asked: _Lift) -> Any:
    return deeds.lift(session, caller, number, asked.recusal, asked)


DEEDS: dict[str, tuple[type[BaseModel], Callable[..., Any], str]] = {
    "khai-lien-quan": (_About, _declare, "lien-quan"),
    "go-lien-quan": (_Lift, _lift, "lien-quan"),
}
