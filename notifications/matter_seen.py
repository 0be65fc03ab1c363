"""What whoever verifies or sorts reads through a link: the post, the sentences, what was found.

Only while the step waits for them, and nothing of who reported it, where, or from whom. What was
kept as a file opens with the two digits of the mail only: a link that leaks shows what circulates
in public anyway, and the office's own sentences about it.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from incidents.intake import claims, evidence, signals
from incidents.intake.evidence import Evidence, EvidenceKind
from incidents.matter.incidents import Finding, Incident
from incidents.people.roles import Role
from incidents.record.errors import NotFound
from incidents.record.language import N_
from incidents.record.timeline import Confidentiality
from incidents.response.judgement import findings
from incidents.response.steps import own_forms, steps
from incidents.response.steps.forms import Classification, Verification
from incidents.response.steps.steps import ANSWERABLE, LATE, Step

_READERS = (Verification, Classification)
"""The forms that cannot be answered without having read the post."""


@dataclass(frozen=True)
class Post:
    """What was flagged, as it was seen."""

    text: str
    url: str | None


@dataclass(frozen=True)
class Kept:
    """A file that was kept with it."""

    id: UUID
    filename: str
    size: int
    sha256: str
    captured_at: datetime


@dataclass(frozen=True)
class Found:
    """What somebody else found, where it is to be settled."""

    role: Role
    finding: Finding
    explanation: str
    source: str


@dataclass(frozen=True)
class Matter:
    """Everything a person needs to say what is true of it."""

    posts: tuple[Post, ...] = ()
    claims: tuple[str, ...] = ()
    kept: tuple[Kept, ...] = ()
    found: tuple[Found, ...] = ()


def of_step(session: Session, incident: Incident, step: Step) -> Matter | None:
    """What the holder of a step reads of the matter; nothing unless they have to judge it now."""
    if not _reads(incident, step):
        return None
    asked = steps.of_incident(session, incident.id)
    return Matter(
        posts=tuple(
            Post(f.text, f.url)
            for f in signals.of_incident(session, incident.id)
            if f.confidentiality is not Confidentiality.RESTRICTED
        ),
        claims=tuple(c.text for c in claims.of_incident(session, incident.id)),
        kept=tuple(
            Kept(e.id, e.filename, e.size, e.sha256, e.captured_at)
            for e in _kept(session, incident)
        ),
        found=tuple(_found(s) for s in findings.differing(incident, asked)),
    )


def file(session: Session, incident: Incident, step: Step, evidence_id: UUID) -> Evidence:
    """A file the holder of a step may open; the same answer for every other one."""
    if _reads(incident, step):
        for each in _kept(session, incident):
            if each.id == evidence_id:
                return each
    raise NotFound(N_("Không tìm thấy tư liệu này."))


def _reads(incident: Incident, step: Step) -> bool:
    waits = incident.live and step.state in (*ANSWERABLE, *LATE)
    return waits and issubclass(own_forms.of(step.form, step.form_schema), _READERS)


def _kept(session: Session, incident: Incident) -> list[Evidence]:
    """What came with the flags; what the desk keeps later for itself stays on the desk."""
    flags = {f.id for f in signals.of_incident(session, incident.id)}
    return [
        e
        for e in evidence.of_incident(session, incident.id)
        if e.signal_id in flags
        and e.kind is EvidenceKind.FILE
        and e.confidentiality is not Confidentiality.RESTRICTED
    ]


def _found(step: Step) -> Found:
    answer = Verification.model_validate(
        {name: (step.answer or {}).get(name) for name in Verification.model_fields}
    )
    return Found(step.role, answer.finding, answer.explanation, answer.source)
