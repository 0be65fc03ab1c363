"""What the timeline says of statutory clocks; ``clock`` is the number of one in its incident."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_, Labelled, Phrase


class Origin(Labelled):
    """How a clock came to be proposed."""

    FACT = "fact", N_("từ sự kiện đã ghi")
    PLAYBOOK = "playbook", N_("theo kịch bản")
    HAND = "hand", N_("do người đề xuất")


class Certainty(Labelled):
    """How sure the moment of a trigger is."""

    EXACT = "exact", N_("đã xác định")
    ESTIMATED = "estimated", N_("ước tính theo chứng cứ sớm nhất")


class ProofKind(Labelled):
    """What shows that a term was met."""

    PUBLICATION = "publication", N_("nội dung đã công bố")
    EVIDENCE = "evidence", N_("tư liệu đã lưu")
    NUMBER = "number", N_("số văn bản")
    TEXT = "text", N_("ghi rõ")


@dataclass(frozen=True)
class ClockProposed(Fact):
    """A term of the law may have begun; somebody must say whether it has."""

    clock: int
    rule: str
    origin: Origin
    says: ClassVar[str] = N_(
        "Đề xuất thời hạn luật định số %(clock)s «%(rule)s» (%(origin)s), chờ xác nhận"
    )


@dataclass(frozen=True)
class ClockStarted(Fact):
    """A person confirmed the trigger and its moment; said until the line named its law."""

    clock: int
    rule: str
    triggered_at: datetime
    certainty: Certainty
    due_at: datetime
    owner: PersonId | None
    verified: bool
    note: Private
    says: ClassVar[str] = N_(
        "Xác nhận thời hạn luật định số %(clock)s «%(rule)s»: phát sinh %(triggered_at)s "
        "(%(certainty)s), hạn %(due_at)s, phụ trách %(owner)s, quy định đã thẩm định: "
        "%(verified)s. %(note)s"
    )


@dataclass(frozen=True)
class EventClockStarted(Fact):
    """A person confirmed an event to come and its time; the term counts back from it."""

    clock: int
    rule: str
    event_at: datetime
    due_at: datetime
    owner: PersonId | None
    verified: bool
    note: Private
    says: ClassVar[str] = N_(
        "Xác nhận thời hạn luật định số %(clock)s «%(rule)s»: sự kiện lúc %(event_at)s, phải "
        "hoàn thành trước %(due_at)s, phụ trách %(owner)s, quy định đã thẩm định: %(verified)s. "
        "%(note)s"
    )


@dataclass(frozen=True)
class EventClockStartedLate(EventClockStarted):
    """A person confirmed an event so near that the term had ended before it was started."""

    says: ClassVar[str] = N_(
        "Xác nhận thời hạn luật định số %(clock)s «%(rule)s»: sự kiện lúc %(event_at)s, hạn "
        "%(due_at)s đã qua trước khi xác nhận, phụ trách %(owner)s, quy định đã thẩm định: "
        "%(verified)s. %(note)s"
    )


@dataclass(frozen=True)
class TermStarted(Fact):
    """A person confirmed the trigger and its moment; length and basis are those it runs by."""

    clock: int
    rule: str
    length: Phrase
    legal_basis: Phrase
    triggered_at: datetime
    certainty: Certainty
    due_at: datetime
    owner: PersonId | None
    verified: bool
    verified_on: date | None
    verified_by: Private
    note: Private
    says: ClassVar[str] = N_(
        "Xác nhận thời hạn luật định số %(clock)s «%(rule)s»: %(length)s, căn cứ "
        "%(legal_basis)s; phát sinh %(triggered_at)s (%(certainty)s), hạn %(due_at)s, phụ trách "
        "%(owner)s, quy định đã thẩm định: %(verified)s. %(note)s"
    )


@dataclass(frozen=True)
class EventTermStarted(Fact):
    """A person confirmed an event to come and its time; the term counts back from it."""

    clock: int
    rule: str
    length: Phrase
    legal_basis: Phrase
    event_at: datetime
    due_at: datetime
    owner: PersonId | None
    verified: bool
    verified_on: date | None
    verified_by: Private
    note: Private
    says: ClassVar[str] = N_(
        "Xác nhận thời hạn luật định số %(clock)s «%(rule)s»: %(length)s, căn cứ "
        "%(legal_basis)s; sự kiện lúc %(event_at)s, phải hoàn thành trước %(due_at)s, phụ trách "
        "%(owner)s, quy định đã thẩm định: %(verified)s. %(note)s"
    )


@dataclass(frozen=True)
class EventTermStartedLate(EventTermStarted):
    """A person confirmed an event so near that the term had ended before it was started."""

    says: ClassVar[str] = N_(
        "Xác nhận thời hạn luật định số %(clock)s «%(rule)s»: %(length)s, căn cứ "
        "%(legal_basis)s; sự kiện lúc %(event_at)s, hạn %(due_at)s đã qua trước khi xác nhận, "
        "phụ trách %(owner)s, quy định đã thẩm định: %(verified)s. %(note)s"
    )


@dataclass(frozen=True)
class ClockVouchedFor(Fact):
    """Somebody vouched for the term of a clock while it ran: its end, passed, is a breach."""

    clock: int
    rule: str
    due_at: datetime
    verified_on: date
    verified_by: Private
    says: ClassVar[str] = N_(
        "Quy định của thời hạn luật định số %(clock)s «%(rule)s» đã được thẩm định: "
        "%(verified_by)s, ngày %(verified_on)s; từ nay quá hạn %(due_at)s là vi phạm"
    )


@dataclass(frozen=True)
class ClockMet(Fact):
    """What the law asks for was done in time."""

    clock: int
    rule: str
    met_at: datetime
    kind: ProofKind
    proof: Private
    says: ClassVar[str] = N_(
        "Hoàn thành thời hạn luật định số %(clock)s «%(rule)s» lúc %(met_at)s. "
        "Minh chứng (%(kind)s): %(proof)s"
    )


@dataclass(frozen=True)
class ClockOverdue(Fact):
    """The end of a verified term passed: a breach, to be explained."""

    clock: int
    rule: str
    due_at: datetime
    says: ClassVar[str] = N_(
        "Quá hạn luật định số %(clock)s «%(rule)s» (%(due_at)s), cần giải trình"
    )


@dataclass(frozen=True)
class ClockLapsed(Fact):
    """The end of a term that nobody has vouched for passed: no breach (rule 8 of practice)."""

    clock: int
    rule: str
    due_at: datetime
    says: ClassVar[str] = N_(
        "Hết thời hạn số %(clock)s «%(rule)s» (%(due_at)s); quy định chưa thẩm định "
        "nên không ghi là vi phạm"
    )


@dataclass(frozen=True)
class ClockExplained(Fact):
    """A person explained a breach."""

    clock: int
    rule: str
    explanation: Private
    says: ClassVar[str] = N_(
        "Giải trình quá hạn luật định số %(clock)s «%(rule)s»: %(explanation)s"
    )


@dataclass(frozen=True)
class ClockNotApplicable(Fact):
    """A person said that the term does not apply here."""

    clock: int
    rule: str
    reason: Private
    says: ClassVar[str] = N_(
        "Không áp dụng thời hạn luật định số %(clock)s «%(rule)s». Lý do: %(reason)s"
    )
