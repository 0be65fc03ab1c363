"""What the record says of task forces: called out, directed, seats changed, roles nobody holds."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from incidents.people.roles import Role
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_

REGULARISE_WITHIN = timedelta(hours=24)
"""A verbal direction must be followed by the signed decision within a day (rule 6 of practice)."""


@dataclass(frozen=True)
class TaskForceActivated(Fact):
    """The task force began to work on the incident."""

    decision: str
    automatic: bool
    roles: list[Role]
    says: ClassVar[str] = N_("Kích hoạt Tổ công tác theo Quyết định %(decision)s gồm: %(roles)s")


@dataclass(frozen=True)
class DirectionRecorded(Fact):
    """A leader's verbal direction, with the number called back to check it."""

    given_by: Private
    call_back: Private
    regularise_by: datetime
    says: ClassVar[str] = N_(
        "Ghi ý kiến chỉ đạo của %(given_by)s (gọi lại %(call_back)s); "
        "quyết định phải ký trước %(regularise_by)s"
    )


@dataclass(frozen=True)
class MemberReplaced(Fact):
    """Another person took over a role; open steps moved with it."""

    role: Role
    outgoing: PersonId
    incoming: PersonId
    steps_moved: int
    reason: Private
    says: ClassVar[str] = N_(
        "Thay %(role)s: %(outgoing)s → %(incoming)s, chuyển %(steps_moved)s nhiệm vụ. "
        "Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class RoleVacant(Fact):
    """Nobody could be found in a role; the duty officer got its work and an alarm went out."""

    role: Role
    says: ClassVar[str] = N_("Không có ai giữ vai %(role)s: việc chuyển cán bộ trực")


@dataclass(frozen=True)
class SignatureVacant(Fact):
    """Nobody is left who may sign in a role or above it; the signature was given to nobody."""

    role: Role
    number: int
    says: ClassVar[str] = N_(
        "Không còn ai được duyệt với vai %(role)s: nhiệm vụ %(number)s để trống, không giao cho "
        "người không có thẩm quyền"
    )


@dataclass(frozen=True)
class SignatureGiven(Fact):
    """Somebody may sign now what was with nobody: a post, a paper or a seat came."""

    role: Role
    number: int
    person: PersonId
    says: ClassVar[str] = N_(
        "Nay có người được duyệt với vai %(role)s: giao nhiệm vụ %(number)s cho %(person)s"
    )


@dataclass(frozen=True)
class WorkRouted(Fact):
    """What the matter is about decided which body's people are called in a role."""

    role: Role
    organisation: UUID
    says: ClassVar[str] = N_(
        "Việc của %(role)s thuộc %(organisation)s theo phân công lĩnh vực, địa bàn"
    )
