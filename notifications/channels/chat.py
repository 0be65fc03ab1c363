"""What every chat service is to the desk: it takes one message for one account, and brings answers.

Nothing else is asked of one, so another service is one more module.
"""

from dataclasses import dataclass
from typing import Protocol

from incidents.record.language import Language
from notifications.outcomes import Outcome
from notifications.receiving.inbound import Source


@dataclass(frozen=True)
class Choice:
    """A button, where a service has them: the words on it, and what pressing it says."""

    label: str
    says: str


@dataclass(frozen=True)
class ChatText:
    """One message as it leaves; what matters stands first, for services that cut long ones."""

    text: str
    choices: tuple[Choice, ...] = ()
    answers: str = ""
    """The service's name of the message it answers."""
    language: str = Language.VI.value
    """In which it is written, for services that read it aloud."""


class Chat(Source, Protocol):
    """A chat service, out and in."""

    def send(self, said: ChatText, *, to: str, key: str) -> Outcome:
        """Hand one message over, ``key`` being its name; never raises for what a service does."""
        ...
