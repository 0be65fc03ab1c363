"""The decision that founds the standing task force is recorded or ends; whom it concerns hears.

Those who hold its parts know from when on it calls them by itself, before it does so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.matter import incidents, must_be_told, standing
from incidents.matter.must_be_told import Told
from incidents.matter.standing import NEVER, FoundingDecision
from incidents.matter.taskforces import TaskForce, TaskForceMember
from incidents.people import persons, roles
from incidents.people.organisations import OrganisationKind
from incidents.people.roles import READS, Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import locked
from incidents.record.errors import NO_REASON, AlreadySettled, Conflict, Invalid, NotFound, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.language import N_

CONCERNED = tuple(r for r in Role if r not in READS | {Role.COMMUNE, Role.POLICE_LIAISON})
"""Parts that hear of it, holders and deputies: those the desk assigns, not those it asks."""


@dataclass(frozen=True)
class FoundingDecisionRecorded(Fact):
    """The office entered a decision; a level of 5 means never by itself."""

    number: str
    signed_on: date
    signer: Private
    automatic_from_level: int
    valid_from: date
    valid_to: date | None
    says: ClassVar[str] = N_(
        "Ghi quyết định thành lập Tổ công tác thường trực số %(number)s, ký ngày %(signed_on)s, "
        "người ký: %(signer)s; tự kích hoạt từ cấp %(automatic_from_level)s (5 là không tự kích "
        "hoạt), hiệu lực từ %(valid_from)s đến %(valid_to)s"
    )


@dataclass(frozen=True)
class FoundingDecisionEnded(Fact):
    """A decision founds nothing any more after a day."""

    number: str
    last_day: date
    reason: Private
    says: ClassVar[str] = N_(
        "Quyết định thành lập Tổ công tác thường trực số %(number)s hết hiệu lực sau ngày "
        "%(last_day)s. Lý do: %(reason)s"
    )


def record(
    session: Session,
    *,
    number: str,
    signed_on: date,
    signer: str,
    automatic_from_level: int,
    valid_from: date,
    valid_to: date | None = None,
    by: Actor,
) -> FoundingDecision:
    """Enter a signed decision; one signed long ago counts here from now on."""
    row = FoundingDecision(
        number=" ".join(number.split()),
        signed_on=signed_on,
        signer=signer.strip(),
        automatic_from_level=automatic_from_level,
        valid_from=valid_from,
        valid_to=valid_to,
        recorded_at=clock.now(),
    )
    if wrong := _wrong(row):
        raise Invalid(fields=wrong)
    known = select(FoundingDecision.id).where(FoundingDecision.number == row.number)
    if session.exec(known).first():
        raise Conflict(N_("Quyết định số %(number)s đã được ghi."), number=row.number)
    before = standing.in_force(session, clock.now())
    session.add(row)
    session.flush()
    fact = FoundingDecisionRecorded(
        number=row.number,
        signed_on=signed_on,
        signer=row.signer,
        automatic_from_level=automatic_from_level,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, row, "founding_recorded", [row, before], by=by)
    return row


def _wrong(row: FoundingDecision) -> Wrong:
    wrong: Wrong = {}
    today = incidents.today()
    if not row.number:
        wrong["number"] = (N_("Ghi số quyết định."), {})
    if not row.signer:
        wrong["signer"] = (N_("Ghi người ký."), {})
    if row.signed_on > today:
        wrong["signed_on"] = (N_("Ngày ký không thể ở phía trước."), {})
    if not 0 <= row.automatic_from_level <= NEVER:
        wrong["automatic_from_level"] = (N_("Cấp tự kích hoạt từ 0 đến 4, hoặc không bao giờ."), {})
    if row.valid_from < row.signed_on:
        wrong["valid_from"] = (N_("Quyết định không có hiệu lực trước ngày ký."), {})
    if row.valid_to and row.valid_to < max(row.valid_from, today):
        wrong["valid_to"] = (N_("Ngày cuối phải từ hôm nay và không trước ngày đầu."), {})
    return wrong


def end(
    session: Session, decision_id: UUID, *, last_day: date, reason: str, by: Actor
) -> FoundingDecision:
    """Give a decision its last day, today at the earliest; what it opened goes on under it."""
    row = locked(session, FoundingDecision, decision_id)
    if row is None:
        raise NotFound(N_("Không tìm thấy quyết định này."))
    today = incidents.today()
    if row.valid_to and row.valid_to < today:
        raise AlreadySettled(
            N_("Quyết định này đã hết hiệu lực sau ngày %(day)s."), day=row.valid_to
        )
    wrong: Wrong = {}
    if not reason.strip():
        wrong["reason"] = NO_REASON
    if last_day < max(today, row.valid_from):
        wrong["last_day"] = (N_("Ngày cuối phải từ hôm nay và không trước ngày đầu."), {})
    elif row.valid_to and last_day >= row.valid_to:
        wrong["last_day"] = (N_("Quyết định này đã có ngày cuối sớm hơn."), {})
    if wrong:
        raise Invalid(fields=wrong)
    row.valid_to = last_day
    session.add(row)
    fact = FoundingDecisionEnded(row.number, last_day, reason.strip())
    timeline.record(session, timeline.DESK, fact, by=by)
    _tell(session, row, "founding_ended", [row], by=by)
    return row


def _tell(
    session: Session,
    row: FoundingDecision,
    kind: str,
    decisions: Sequence[FoundingDecision | None],
    *,
    by: Actor,
) -> None:
    """Whom it seats by their part, whoever sits under a decision it concerns, and the office."""
    under = [each.id for each in decisions if each]
    seated = (
        select(TaskForceMember.person_id)
        .join(TaskForce)
        .where(
            col(TaskForce.decision_id).in_(under),
            col(TaskForce.dissolved_at).is_(None),
            col(TaskForceMember.left_at).is_(None),
        )
    )
    office = must_be_told.people(session, Told((), (OrganisationKind.OFFICE,)), {})
    told = roles.among(session, CONCERNED, clock.now()) | {*session.exec(seated)}
    told |= {person_id for _, person_id in office}
    until = row.valid_to.isoformat() if row.valid_to else None
    persons.tell_all(
        session,
        sorted(told - {by.person_id}),  # type: ignore[arg-type]
        kind,
        key=f"{kind}:{row.id}:{until}",
        values={
            "decision": row.number,
            "signed_on": row.signed_on.isoformat(),
            "signer": row.signer,
            "from_level": row.automatic_from_level,
            "first_day": row.valid_from.isoformat(),
            "last_day": until,
        },
    )
