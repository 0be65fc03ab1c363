"""What the timeline says of shells: written, signed, refused, withdrawn."""

from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from incidents.people.roles import Role
from incidents.record.facts import Fact, Private
from incidents.record.language import N_


@dataclass(frozen=True)
class ShellWritten(Fact):
    """Words for the night wait for their approval."""

    code: str
    sha256: str
    title: Private
    says: ClassVar[str] = N_("Soạn mẫu %(code)s chờ duyệt: %(title)s, SHA-256 %(sha256)s")


@dataclass(frozen=True)
class ShellSigned(Fact):
    """The duty officer may release these words from now on; signed in a part, maybe by a paper."""

    code: str
    sha256: str
    decision: str
    decided_on: date
    from_level: int
    role: Role
    authorisation: str
    says: ClassVar[str] = N_(
        "Duyệt mẫu %(code)s với vai %(role)s theo %(decision)s ngày %(decided_on)s, phát từ cấp "
        "%(from_level)s, SHA-256 %(sha256)s. Giấy ủy quyền: %(authorisation)s"
    )


@dataclass(frozen=True)
class ShellApproved(Fact):
    """What was said of it before the part was recorded."""

    code: str
    sha256: str
    decision: str
    decided_on: date
    from_level: int
    says: ClassVar[str] = N_(
        "Duyệt mẫu %(code)s theo %(decision)s ngày %(decided_on)s, phát từ cấp %(from_level)s, "
        "SHA-256 %(sha256)s"
    )


@dataclass(frozen=True)
class ShellRefused(Fact):
    """These words were not approved."""

    code: str
    reason: Private
    says: ClassVar[str] = N_("Không duyệt mẫu %(code)s. Lý do: %(reason)s")


@dataclass(frozen=True)
class ShellWithdrawn(Fact):
    """Nobody releases these words any more; what was released stands."""

    code: str
    reason: Private
    says: ClassVar[str] = N_("Rút mẫu duyệt sẵn %(code)s. Lý do: %(reason)s")
