"""Claims: one checkable sentence each; the unit that is verified, never its author."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session, col, select

from incidents.intake import signals
from incidents.intake.signals import Nature
from incidents.matter import incidents, recusals
from incidents.matter.incidents import Finding
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import Invalid, NotFound, NotPermitted
from incidents.record.facts import Fact, Private
from incidents.record.language import N_


class Claim(Table, table=True):
    """A sentence that can be true or false, and what a named person found about it."""

    __tablename__ = "claim"

    id: UUID = identifier()
    incident_id: UUID = reference("incident.id")
    text: str
    nature: Nature = choice(Nature, Nature.CLAIM)
    finding: Finding = choice(Finding, Finding.PENDING)
    made_at: datetime = moment()
    verified_by: UUID | None = reference("person.id", optional=True)
    verified_at: datetime | None = moment(optional=True)


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
    session: Session, incident_id: UUID, texts: list[str], *, nature: Nature, by: Actor
) -> list[Claim]:
    """Write down the sentences to verify."""
    made = [
        Claim(incident_id=incident_id, text=t, nature=nature, made_at=clock.now()) for t in texts
    ]
    for claim in made:
        session.add(claim)
        timeline.record(session, incident_id, ClaimStated(nature=nature, claim=claim.text), by=by)
    return made


def verify(
    session: Session, incident_id: UUID, finding: Finding, explanation: str, *, by: Actor
) -> None:
    """Record a named person's finding on the claims of an incident.

    A finding replaces the one before it, except that not knowing never replaces knowing.
    """
    for claim in of_incident(session, incident_id):
        if finding is not Finding.UNDETERMINED or claim.finding is Finding.PENDING:
            claim.finding, claim.verified_by, claim.verified_at = finding, by.person_id, clock.now()
            session.add(claim)
    timeline.record(
        session, incident_id, ClaimsVerified(finding=finding, explanation=explanation), by=by
    )


def settle(
    session: Session, claim_id: UUID, finding: Finding, explanation: str, *, by: Actor
) -> Claim:
    """A named person's finding on one claim, whatever was found about the others.

    Never by whoever reported it. For a claim stated after the verification, or found otherwise.
    """
    claim = get(session, claim_id)
    incident = incidents.live(session, claim.incident_id)
    if by.person_id is None:
        raise NotPermitted(N_("Việc này phải do một người làm."))
    if any(s.reported_by == by.person_id for s in signals.of_incident(session, incident.id)):
        raise NotPermitted(N_("Người báo tin không tự kết luận về nội dung mình báo."))
    recusals.require_free(session, incident.id, by.person_id)
    fields: dict[str, tuple[str, dict[str, str]]] = {}
    if finding is Finding.PENDING:
        fields["finding"] = (N_("Chọn một kết quả."), {})
    if not explanation.strip():
        fields["explanation"] = (N_("Nêu căn cứ của kết quả."), {})
    if fields:
        raise Invalid(fields=fields)
    claim.finding, claim.verified_by, claim.verified_at = finding, by.person_id, clock.now()
    session.add(claim)
    timeline.record(
        session,
        incident.id,
        ClaimSettled(finding=finding, claim=claim.text, explanation=explanation.strip()),
        by=by,
    )
    return claim


def get(session: Session, claim_id: UUID) -> Claim:
    """The claim; ``NotFound`` when there is none."""
    found = session.get(Claim, claim_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy nội dung này."))
    return found


def of_incident(session: Session, incident_id: UUID) -> list[Claim]:
    """The claims of an incident in the order they were stated."""
    return list(
        session.exec(
            select(Claim).where(Claim.incident_id == incident_id).order_by(col(Claim.made_at))
        )
    )
