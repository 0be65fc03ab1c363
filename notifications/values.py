"""What a message holds as plain values, as its words read them: closed choices, moments, days."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from incidents.intake.signals import Ground
from incidents.matter.level_requests import Because
from incidents.people.roles import Role
from incidents.record.inbox import Verb
from incidents.record.language.sentences import Told
from incidents.record.outbox import Channel
from incidents.response.answers.on_behalf import Heard
from incidents.response.reaching.calling import Reasons
from incidents.words.statements import StatementKind


def read(name: str, value: Any) -> Any:
    """A value by the name it is kept under; what needs no reading stays as it is."""
    return _READ_AS[name](value) if name in _READ_AS else value


def of_moment(value: datetime | str | None) -> datetime | None:
    """A moment from an answer, which keeps it as ISO 8601 text."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _roles(values: list[str]) -> list[Role]:
    return [Role(each) for each in values]


def _told(values: list[dict[str, Any]]) -> list[Told]:
    return [Told.revived(each) for each in values]


def _channels(values: list[str]) -> list[Channel]:
    return [Channel(each) for each in values]


def _stretch(value: list[str]) -> list[datetime | None]:
    return [of_moment(each) for each in value]


_READ_AS: dict[str, Callable[[Any], Any]] = {
    "roles": _roles,
    "role": Role,
    "ground": Ground,
    "because": Because,
    "kind": StatementKind,
    "verb": Verb,
    "heard": Heard,
    "channels": _channels,
    "why": Reasons,
    "review_at": of_moment,
    "told": _told,
    "until": of_moment,
    "starts_at": of_moment,
    "ends_at": of_moment,
    "taken_at": lambda value: of_moment(value or None),
    **dict.fromkeys(("theirs", "own"), _stretch),
    **dict.fromkeys(("signed_on", "first_day", "last_day"), _day),
}
