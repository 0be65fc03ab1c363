"""How a claim is put by hand: stated, worded, classed, and linked to wherever else it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.intake import claims, merging, typology
from incidents.intake.claims import Claim, ClaimLink, ClaimStated, Place
from incidents.intake.signals import Nature, Signal
from incidents.intake.typology import ContentType, Subject
from incidents.matter import incidents, recusals
from incidents.matter.incidents import Finding, Incident
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import AlreadySettled, Conflict, Invalid, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.language import N_

LIMIT = 500
"""Characters of a sentence; what needs more is more than one claim."""


@dataclass(frozen=True)
class Wording:
    """A sentence and how it is classed."""

    text: str
    nature: Nature = Nature.CLAIM
    content_type: ContentType | None = None
    subject: Subject | None = None
    tags: Sequence[str] = ()


@dataclass(frozen=True)
class ClaimReworded(Fact):
    """The sentence was put otherwise before anybody verified it."""

    nature: Nature
    before: Private
    claim: Private
    says: ClassVar[str] = N_("Sửa nội dung cần xác minh (%(nature)s): «%(before)s» → «%(claim)s»")


@dataclass(frozen=True)
class ClaimClassed(Fact):
    """Somebody said what kind of thing the sentence is."""

    content_type: ContentType | None
    subject: Subject | None
    tags: list[str]
    claim: Private
    says: ClassVar[str] = N_(
        "Phân loại «%(claim)s»: dạng %(content_type)s, lĩnh vực %(subject)s, DISARM %(tags)s"
    )


@dataclass(frozen=True)
class ClaimLinked(Fact):
    """The same sentence stands in another flag or incident as well."""

    to: str
    claim: Private
    says: ClassVar[str] = N_("Nội dung «%(claim)s» có cả trong %(to)s")


@dataclass(frozen=True)
class ClaimUnlinked(Fact):
    """The sentence was not the one that stands there after all."""

    from_: str
    claim: Private
    says: ClassVar[str] = N_("Nội dung «%(claim)s» không phải nội dung trong %(from_)s")


def add(session: Session, place: Place, wording: Wording, *, by: Actor) -> Claim:
    """State one sentence by hand, in a live incident or a flag that is being sorted."""
    claims.workable(session, place)
    _check(wording)
    claim = Claim(
        incident_id=place.id if isinstance(place, Incident) else None,
        text=wording.text.strip(),
        nature=wording.nature,
        made_at=clock.now(),
    )
    session.add(claim)
    if isinstance(place, Signal):
        session.add(ClaimLink(claim_id=claim.id, signal_id=place.id))
    told = ClaimStated(nature=claim.nature, claim=claim.text)
    timeline.record(session, place.id, told, by=by)
    _class(session, claim, wording, [place.id], by)
    return claim


def edit(session: Session, claim_id: UUID, wording: Wording, *, by: Actor) -> Claim:
    """Word it or class it otherwise; a verified sentence keeps its words, it is classed only."""
    claim = claims.get(session, claim_id)
    chains = [place.id for place in claims.worked_on(session, claim)]
    _check(wording)
    text, before = wording.text.strip(), claim.text
    if (text, wording.nature) != (before, claim.nature):
        if claim.finding is not Finding.PENDING:
            raise Conflict(N_("Nội dung này đã có kết luận; hãy ghi thành câu mới."))
        claim.text, claim.nature = text, wording.nature
        told = ClaimReworded(nature=wording.nature, before=before, claim=text)
        for chain in chains:
            timeline.record(session, chain, told, by=by)
    _class(session, claim, wording, chains, by)
    session.add(claim)
    return claim


def _class(session: Session, claim: Claim, wording: Wording, chains: list[UUID], by: Actor) -> None:
    tags = sorted(set(wording.tags))
    if (wording.content_type, wording.subject, tags) == (
        claim.content_type,
        claim.subject,
        claim.tags,
    ):
        return
    claim.content_type, claim.subject, claim.tags = wording.content_type, wording.subject, tags
    told = ClaimClassed(
        content_type=claim.content_type, subject=claim.subject, tags=tags, claim=claim.text
    )
    for chain in chains:
        timeline.record(session, chain, told, by=by)


def _check(wording: Wording) -> None:
    fields: Wrong = {}
    text = wording.text.strip()
    if not text:
        fields["text"] = (N_("Ghi nội dung."), {})
    elif len(text.splitlines()) > 1:
        fields["text"] = (N_("Mỗi nội dung là một câu, ghi trên một dòng."), {})
    elif len(text) > LIMIT:
        fields["text"] = (N_("Tối đa %(limit)s ký tự."), {"limit": LIMIT})
    unknown = [code for code in wording.tags if code not in typology.techniques()]
    if unknown:
        fields["tags"] = (N_("Không có mã %(code)s."), {"code": unknown[0]})
    if fields:
        raise Invalid(fields=fields)


def link(session: Session, claim_id: UUID, to: str, *, by: Actor) -> Claim:
    """The same sentence stands in the flag of a code or the incident of a number as well.

    In an incident whom it concerns does not say so.
    """
    claim = claims.get(session, claim_id)
    target = merging.resolve(session, to)
    if isinstance(target, Signal) and target.incident_id:
        target = incidents.get(session, target.incident_id)
    if isinstance(target, Incident):
        recusals.require_free(session, target.id, by.person_id)
    before = claims.worked_on(session, claim)
    claims.workable(session, target)
    if any(place.exercise != target.exercise for place in before):
        raise Conflict(N_("Nội dung của diễn tập không gắn với việc thật, và ngược lại."))
    if target.id in {place.id for place in claims.places(session, claim)}:
        raise AlreadySettled(N_("Nội dung này đã có ở đó."))
    new = ClaimLink(claim_id=claim.id)
    if isinstance(target, Incident):
        new.incident_id = target.id
    else:
        new.signal_id = target.id
    session.add(new)
    for place in before:
        told = ClaimLinked(to=_name(target), claim=claim.text)
        timeline.record(session, place.id, told, by=by)
    told = ClaimLinked(to=", ".join(_name(place) for place in before), claim=claim.text)
    timeline.record(session, target.id, told, by=by)
    return claim


def unlink(session: Session, claim_id: UUID, where: str, *, by: Actor) -> Claim:
    """It does not stand there after all; where it was stated first it stays."""
    claim = claims.get(session, claim_id)
    target = merging.resolve(session, where)
    known = claims.links(session, claim.id)
    here = [each for each in known if target.id in (each.incident_id, each.signal_id)]
    if isinstance(target, Incident):
        recusals.require_free(session, target.id, by.person_id)
    if not here or (claim.incident_id is None and len(known) == 1):
        raise Conflict(N_("Nội dung này được tách từ đây, không bỏ được."))
    before = claims.worked_on(session, claim)
    session.delete(here[0])
    told = ClaimUnlinked(from_=_name(target), claim=claim.text)
    for chain in {place.id for place in before} | {target.id}:
        timeline.record(session, chain, told, by=by)
    return claim


def _name(place: Place) -> str:
    return place.number if isinstance(place, Incident) else place.code
