"""Claims: one checkable sentence each; the unit that is verified, never its author."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint, func
from sqlmodel import Field, Session, col, or_, select

from incidents.intake import signals
from incidents.intake.signals import Nature, Signal, SignalState
from incidents.intake.typology import ContentType, Subject
from incidents.matter import incidents, recusals
from incidents.matter.incidents import Finding, Incident
from incidents.people import concerned
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import (
    AlreadySettled,
    Conflict,
    Invalid,
    NotFound,
    NotPermitted,
    Wrong,
)
from incidents.record.facts import Fact, Private
from incidents.record.language import N_

REPORTED = N_("Người báo tin không tự kết luận về nội dung mình báo.")

Place = Incident | Signal
"""Where a claim may stand."""


class Claim(Table, table=True):
    """A sentence that can be true or false, and what a named person found about it.

    ``incident_id`` is the incident it was stated in; whatever else makes it, and the flag of one
    stated before there was an incident, is a ``ClaimLink``.
    """

    __tablename__ = "claim"

    id: UUID = identifier()
    incident_id: UUID | None = reference("incident.id", optional=True)
    text: str
    nature: Nature = choice(Nature, Nature.CLAIM)
    content_type: ContentType | None = choice(ContentType, optional=True)
    subject: Subject | None = choice(Subject, optional=True)
    tags: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Codes of DISARM techniques."""
    finding: Finding = choice(Finding, Finding.PENDING)
    made_at: datetime = moment()
    verified_by: UUID | None = reference("person.id", optional=True)
    verified_at: datetime | None = moment(optional=True)


class ClaimLink(Table, table=True):
    """A flag, or one more incident, in which the sentence stands."""

    __tablename__ = "claim_link"
    __table_args__ = (
        CheckConstraint("(incident_id IS NULL) <> (signal_id IS NULL)", name="one_place"),
        UniqueConstraint("claim_id", "incident_id"),
        UniqueConstraint("claim_id", "signal_id"),
    )

    id: UUID = identifier()
    claim_id: UUID = reference("claim.id")
    incident_id: UUID | None = reference("incident.id", optional=True)
    signal_id: UUID | None = reference("signal.id", optional=True)


@dataclass(frozen=True)
class ClaimStated(Fact):
    """A checkable sentence was taken out of what circulates."""

    nature: Nature
    claim: Private
    says: ClassVar[str] = N_("Tách nội dung cần xác minh (%(nature)s): %(claim)s")


@dataclass(frozen=True)
class ClaimsVerified(Fact):
    """A named person said what is true of the claims."""

    finding: Finding
    explanation: Private
    says: ClassVar[str] = N_("Kết quả xác minh: %(finding)s. %(explanation)s")


@dataclass(frozen=True)
class ClaimSettled(Fact):
    """A named person said what is true of one claim."""

    finding: Finding
    claim: Private
    explanation: Private
    says: ClassVar[str] = N_("Kết luận về nội dung «%(claim)s»: %(finding)s. %(explanation)s")


def state(
    session: Session,
    incident_id: UUID,
    texts: list[str],
    *,
    nature: Nature,
    content_type: ContentType | None = None,
    subject: Subject | None = None,
    by: Actor,
) -> list[Claim]:
    """Write down the sentences to verify."""
    made = [
        Claim(
            incident_id=incident_id,
            text=t,
            nature=nature,
            content_type=content_type,
            subject=subject,
            made_at=clock.now(),
        )
        for t in texts
    ]
    for claim in made:
        session.add(claim)
        timeline.record(session, incident_id, ClaimStated(nature=nature, claim=claim.text), by=by)
    return made


def verify(
    session: Session, incident_id: UUID, finding: Finding, explanation: str, *, by: Actor
) -> None:
    """Record a named person's finding on the claims of an incident.

    Never by whoever reported it. A finding replaces the one before it, except that not knowing
    never replaces knowing.
    """
    if by.person_id in reporters(session, incident_id):
        raise NotPermitted(REPORTED)
    for claim in of_incident(session, incident_id):
        if finding is not Finding.UNDETERMINED or claim.finding is Finding.PENDING:
            claim.finding, claim.verified_by, claim.verified_at = finding, by.person_id, clock.now()
            session.add(claim)
    timeline.record(
        session, incident_id, ClaimsVerified(finding=finding, explanation=explanation), by=by
    )


def reopen(session: Session, incident_id: UUID) -> None:
    """Leave every claim of an incident open again: what was found contradicts itself."""
    for claim in of_incident(session, incident_id):
        claim.finding, claim.verified_by, claim.verified_at = Finding.PENDING, None, None
        session.add(claim)


def settle(
    session: Session, claim_id: UUID, finding: Finding, explanation: str, *, by: Actor
) -> Claim:
    """A named person's finding on one claim, whatever was found about the others.

    Never by whoever reported it. For a claim stated after the verification, or found otherwise.
    """
    claim = get(session, claim_id)
    stands_in = worked_on(session, claim)
    person_id = by.somebody()
    if person_id in _reporters(session, stands_in):
        raise NotPermitted(REPORTED)
    for place in stands_in:
        if isinstance(place, Incident):
            recusals.require_free(session, place.id, person_id)
    fields: Wrong = {}
    if finding is Finding.PENDING:
        fields["finding"] = (N_("Chọn một kết quả."), {})
    if not explanation.strip():
        fields["explanation"] = (N_("Nêu căn cứ của kết quả."), {})
    if fields:
        raise Invalid(fields=fields)
    claim.finding, claim.verified_by, claim.verified_at = finding, person_id, clock.now()
    session.add(claim)
    told = ClaimSettled(finding=finding, claim=claim.text, explanation=explanation.strip())
    for place in stands_in:
        timeline.record(session, place.id, told, by=by)
    return claim


def reporters(session: Session, incident_id: UUID) -> set[UUID]:
    """Who reported the matter, in whichever of its flags: they do not say what is true of it."""
    flags = signals.of_incident(session, incident_id)
    return {flag.reported_by for flag in flags if flag.reported_by}


def _reporters(session: Session, stands_in: list[Place]) -> set[UUID | None]:
    flags = [place for place in stands_in if isinstance(place, Signal)]
    flags += signals.of_incidents(session, [p.id for p in stands_in if isinstance(p, Incident)])
    flags += [each for flag in flags for each in signals.merged_into(session, flag.id)]
    return {flag.reported_by for flag in flags}


def get(session: Session, claim_id: UUID) -> Claim:
    """The claim; ``NotFound`` when there is none."""
    found = session.get(Claim, claim_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy nội dung này."))
    return found


def of_incident(session: Session, incident_id: UUID) -> list[Claim]:
    """The claims of an incident and of its flags, in the order they were stated."""
    return list(of_incidents(session, [incident_id])[incident_id])


def of_incidents(session: Session, ids: Collection[UUID]) -> dict[UUID, Sequence[Claim]]:
    """The claims of many incidents, in one query; a claim may stand in several of them."""
    found: dict[UUID, dict[UUID, Claim]] = {each: {} for each in ids}
    for claim, linked, flagged in session.exec(
        select(Claim, col(ClaimLink.incident_id), col(Signal.incident_id))
        .outerjoin(ClaimLink, col(ClaimLink.claim_id) == Claim.id)
        .outerjoin(Signal, col(Signal.id) == ClaimLink.signal_id)
        .where(
            or_(
                col(Claim.incident_id).in_(ids),
                col(ClaimLink.incident_id).in_(ids),
                col(Signal.incident_id).in_(ids),
            )
        )
    ):
        for incident_id in (claim.incident_id, linked, flagged):
            if incident_id and incident_id in found:
                found[incident_id][claim.id] = claim
    return {
        each: sorted(claims.values(), key=lambda c: (c.made_at, c.id))
        for each, claims in found.items()
    }


def of_signal(session: Session, signal_id: UUID) -> list[Claim]:
    """The claims of a flag and of those merged into it, in the order they were stated."""
    here = session.exec(
        select(Claim)
        .join(ClaimLink, col(ClaimLink.claim_id) == Claim.id)
        .join(Signal, col(Signal.id) == ClaimLink.signal_id)
        .where(or_(Signal.id == signal_id, Signal.merged_into_id == signal_id))
        .order_by(col(Claim.made_at), col(Claim.id))
    )
    return list({claim.id: claim for claim in here}.values())


def places(session: Session, claim: Claim) -> list[Place]:
    """Every incident and flag it stands in; a flag that became an incident's is that incident."""
    known = links(session, claim.id)
    linked = {each.signal_id for each in known if each.signal_id}
    flags = session.exec(
        select(Signal).where(col(Signal.id).in_(linked)).order_by(col(Signal.flagged_at))
    ).all()
    wanted = {claim.incident_id} | {each.incident_id for each in (*known, *flags)}
    found = session.exec(
        select(Incident)
        .where(col(Incident.id).in_([each for each in wanted if each]))
        .order_by(col(Incident.number))
    ).all()
    return [*found, *(flag for flag in flags if flag.incident_id is None)]


def links(session: Session, claim_id: UUID) -> list[ClaimLink]:
    """Where else it stands than where it was stated, as the office linked it."""
    return list(session.exec(select(ClaimLink).where(ClaimLink.claim_id == claim_id)))


def move(
    session: Session, stated: Sequence[Claim], before: UUID, after: UUID, *, flags: Collection[UUID]
) -> None:
    """Let claims stand in another incident; what stands in a flag that moves goes with it."""
    known: dict[UUID, list[ClaimLink]] = {claim.id: [] for claim in stated}
    for each in session.exec(select(ClaimLink).where(col(ClaimLink.claim_id).in_(known))):
        known[each.claim_id].append(each)
    for claim in stated:
        linked = known[claim.id]
        there = after in {claim.incident_id, *(each.incident_id for each in linked)}
        for each in [e for e in linked if e.incident_id == before]:
            if there or claim.incident_id == before:
                session.delete(each)
            else:
                each.incident_id, there = after, True
        if claim.incident_id == before:
            claim.incident_id, there = after, True
            session.add(claim)
        if not there and not any(each.signal_id in flags for each in linked):
            session.add(ClaimLink(claim_id=claim.id, incident_id=after))


def elsewhere(session: Session, stated: Sequence[Claim], reader: UUID) -> dict[UUID, list[str]]:
    """Of many claims, the numbers and codes of everything they were linked to; one query.

    Without what concerns the reader.
    """
    found: dict[UUID, list[str]] = {claim.id: [] for claim in stated}
    if not found:
        return found
    for claim_id, number, code in session.exec(
        select(col(ClaimLink.claim_id), col(Incident.number), col(Signal.code))
        .outerjoin(Incident, col(Incident.id) == ClaimLink.incident_id)
        .outerjoin(Signal, col(Signal.id) == ClaimLink.signal_id)
        .where(
            col(ClaimLink.claim_id).in_(found),
            concerned.open_to(reader, func.coalesce(ClaimLink.incident_id, Signal.incident_id)),
        )
        .order_by(col(ClaimLink.id))
    ):
        found[claim_id].append(number or code)
    return found


def worked_on(session: Session, claim: Claim) -> list[Place]:
    """Where it stands and something may still be said of it, locked; a refusal when nowhere."""
    everywhere = places(session, claim)
    live = [place for place in everywhere if _live(place)]
    for place in live or everywhere[:1]:
        workable(session, place)
    return live


def _live(place: Place) -> bool:
    if isinstance(place, Incident):
        return place.live
    return place.state in (SignalState.TRIAGE, SignalState.WATCHED, SignalState.MERGED)


def workable(session: Session, place: Place) -> None:
    """Return, with the place locked, if something may still be said of what stands in it."""
    if isinstance(place, Incident):
        incidents.live(session, place.id)
        return
    flag = signals.get(session, place.id, lock=True)
    if flag.state is SignalState.NEW:
        raise Conflict(N_("Hãy tiếp nhận tin báo trước khi sàng lọc."))
    if not _live(flag):
        raise AlreadySettled(N_("Tin báo này đã được xử lý."))
