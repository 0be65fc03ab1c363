"""How an attempt to reach somebody ended, as every channel reports it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side accepted it, under the name it gave or was given."""

    provider_id: str | None = None


@dataclass(frozen=True, slots=True)
class FailedForNow:
    """It may work later. ``whole_channel`` says that trying the next one now is pointless."""

    reason: str
    whole_channel: bool = False
    retry_in: timedelta | None = None


@dataclass(frozen=True, slots=True)
class FailedForGood:
    """Trying again changes nothing; ``address_dead`` when the address itself was refused."""

    reason: str
    address_dead: bool = False


Outcome = Sent | FailedForNow | FailedForGood
