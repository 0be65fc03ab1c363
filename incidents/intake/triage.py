"""Triage: what a duty officer makes of a flag that has been taken, short of an incident."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import reporters, signals
from incidents.intake.reporters import Outcome
from incidents.intake.signals import Ground, Nature, Signal, SignalState
from incidents.people import persons, rosters
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid, Wrong
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_

# What the ground says of the utterance itself; the others say nothing of it.
NATURES = {
    Ground.OPINION: Nature.OPINION,
    Ground.COMPLAINT: Nature.COMPLAINT,
    Ground.QUESTION: Nature.QUESTION,
}


@dataclass(frozen=True)
class SignalDismissed(Fact):
    """Nothing was done: how it was told before grounds were a choice."""

    code: str
    nature: Nature
    transfer_reference: str
    reason: Private
    says: ClassVar[str] = N_("Không xử lý tin báo %(code)s (%(nature)s). Lý do: %(reason)s")


@dataclass(frozen=True)
class SignalSetAside(Fact):
    """It was decided to do nothing, on one of the known grounds."""

    code: str
    ground: Ground
    nature: Nature
    reason: Private
    says: ClassVar[str] = N_("Không xử lý tin báo %(code)s: %(ground)s. Lý do: %(reason)s")


@dataclass(frozen=True)
class ComplaintTransferred(Fact):
    """A complaint went to the body that settles it, under a number."""

    code: str
    number: str
    on: date
    to: Private
    says: ClassVar[str] = N_(
        "Chuyển phản ánh %(code)s đến %(to)s, phiếu chuyển số %(number)s ngày %(on)s"
    )


@dataclass(frozen=True)
class SignalWatched(Fact):
    """It was watched by nobody in particular: how it was told before watching had an owner."""

    code: str
    review_at: datetime
    says: ClassVar[str] = N_("Theo dõi tin báo %(code)s, xem lại lúc %(review_at)s")


@dataclass(frozen=True)
class SignalUnderWatch(Fact):
    """A named person watches it and looks at it again at a named time."""

    code: str
    owner: PersonId
    review_at: datetime
    reason: Private
    says: ClassVar[str] = N_(
        "%(owner)s theo dõi tin báo %(code)s, xem lại lúc %(review_at)s. %(reason)s"
    )


@dataclass(frozen=True)
class SignalReturned(Fact):
    """The incident opened from it was undone; the flag waits for triage again."""

    code: str
    number: str
    says: ClassVar[str] = N_("Vụ việc %(number)s mở nhầm đã hủy; tin báo %(code)s trở lại sàng lọc")


@dataclass(frozen=True)
class Transfer:
    """Where a complaint went: to whom, under which number, on which day."""

    to: str = ""
    number: str = ""
    on: date | None = None


def dismiss(
    session: Session,
    signal_id: UUID,
    *,
    ground: Ground,
    reason: str,
    nature: Nature | None = None,
    transfer: Transfer | None = None,
    by: Actor,
) -> Signal:
    """Decide to do nothing, on a ground; a complaint says to whom it went, number and date.

    ``nature`` is told apart only where the ground does not say what kind of utterance it is.
    """
    signal = undecided(session, signal_id)
    nature = NATURES.get(ground) or nature or signal.nature
    fields: Wrong = {}
    if not reason.strip():
        fields["reason"] = (N_("Nêu lý do không xử lý."), {})
    if nature is Nature.COMPLAINT:
        fields |= _untransferred(transfer or Transfer())
    if fields:
        raise Invalid(fields=fields)
    signal.state, signal.nature, signal.ground = SignalState.DISMISSED, nature, ground
    session.add(signal)
    told = SignalSetAside(code=signal.code, ground=ground, nature=nature, reason=reason.strip())
    timeline.record(session, signal.id, told, by=by)
    if nature is Nature.COMPLAINT and transfer and transfer.on:
        _pass_on(session, signal, transfer.to.strip(), transfer.number.strip(), transfer.on, by)
    _tell_of_dismissal(session, signal, ground, by)
    return signal


def _untransferred(transfer: Transfer) -> Wrong:
    fields: Wrong = {}
    if not transfer.to.strip():
        fields["transferred_to"] = (N_("Ghi phản ánh đã chuyển đến cơ quan nào."), {})
    if not transfer.number.strip():
        fields["transfer_number"] = (N_("Phản ánh phải có số phiếu chuyển."), {})
    if transfer.on is None:
        fields["transferred_on"] = (N_("Ghi ngày của phiếu chuyển."), {})
    elif transfer.on > clock.now().astimezone(clock.LOCAL).date():
        fields["transferred_on"] = (N_("Ngày chuyển không thể ở tương lai."), {})
    return fields


def _pass_on(session: Session, signal: Signal, to: str, number: str, on: date, by: Actor) -> None:
    signal.transferred_to, signal.transfer_number, signal.transferred_on = to, number, on
    told = ComplaintTransferred(code=signal.code, number=number, on=on, to=to)
    timeline.record(session, signal.id, told, by=by)


def _tell_of_dismissal(session: Session, signal: Signal, ground: Ground, by: Actor) -> None:
    reporters.hear(
        session,
        [signal, *signals.merged_into(session, signal.id)],
        Outcome.DISMISSED,
        by=by,
        ground=ground.value,
        body=signal.transferred_to,
        slip=signal.transfer_number,
    )


def watch(
    session: Session,
    signal_id: UUID,
    *,
    review_at: datetime,
    owner_id: UUID | None = None,
    reason: str = "",
    by: Actor,
) -> Signal:
    """Keep it under observation until a named time; whoever decides so watches, or names another.

    A flag already watched is watched on.
    """
    signal = undecided(session, signal_id)
    fields: Wrong = {}
    if review_at <= clock.now():
        fields["review_at"] = (N_("Giờ xem lại phải ở phía trước."), {})
    owner = owner_id or by.person_id
    if owner is None or not may_watch(session, owner):
        fields["owner_id"] = (N_("Chọn người theo dõi đang giữ một vai ở bàn trực."), {})
    if fields or owner is None:
        raise Invalid(fields=fields)
    signal.state, signal.owner_id = SignalState.WATCHED, owner
    signal.review_at, signal.review_told = review_at, 0
    session.add(signal)
    timeline.record(
        session,
        signal.id,
        SignalUnderWatch(code=signal.code, owner=owner, review_at=review_at, reason=reason.strip()),
        by=by,
    )
    merged = signals.merged_into(session, signal.id)
    reporters.hear(session, [signal, *merged], Outcome.WATCHED, by=by)
    return signal


def may_watch(session: Session, person_id: UUID) -> bool:
    """Whether a person works with the desk and holds a part there."""
    return persons.get(session, person_id).active and bool(
        rosters.roles_now(session, person_id, clock.now())
    )


def undecided(session: Session, signal_id: UUID) -> Signal:
    """The flag, locked, while triage may still say something of it; a refusal otherwise."""
    signal = signals.get(session, signal_id, lock=True)
    if signal.state is SignalState.NEW:
        raise Conflict(N_("Hãy tiếp nhận tin báo trước khi sàng lọc."))
    if signal.state not in (SignalState.TRIAGE, SignalState.WATCHED):
        raise AlreadySettled(N_("Tin báo này đã được xử lý."))
    return signal
