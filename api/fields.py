"""How fields of requests are read: empty means nothing, a time without a zone is the province's."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from incidents.record import clock

LINE = 300


def _nothing(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


def _names(value: Any) -> Any:
    return list(value) if isinstance(value, dict) else value


Moment = Annotated[datetime, AfterValidator(clock.in_the_province)]
Optional = BeforeValidator(_nothing)
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LINE)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, max_length=4_000)]
Ticked = BeforeValidator(_names)
"""A list; a page's form ticks its entries by name, so that a refused form keeps them."""
Score = Annotated[int, Field(ge=0, le=4)]


class Request(BaseModel):
    """What a deed asks for; unknown fields are refused, so that a slip is seen."""

    model_config = ConfigDict(extra="forbid")


class Nothing(Request):
    """A deed that asks for nothing more."""


class Because(Request):
    """A reason, for the record."""

    reason: Reason = ""
