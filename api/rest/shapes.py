"""What REST answers with: rows as they are, enums by their stored value, times in UTC."""

from datetime import date, datetime
from typing import Any, Generic, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict

from incidents.insight.contents import Difference
from incidents.intake.evidence import EvidenceKind
from incidents.matter.incidents import Finding, Status
from incidents.people.roles import Role
from incidents.record.language import Language, speech
from incidents.record.outbox import Channel, MessageState
from incidents.response.steps import sayings
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import Step, StepKind, StepState
from incidents.words.approvals import ApprovalKind, Verdict
from incidents.words.slots import Slot
from incidents.words.statements import StatementKind

T = TypeVar("T")


class Shape(BaseModel):
    """Read from a row."""

    model_config = ConfigDict(from_attributes=True)


class Page(BaseModel, Generic[T]):
    """Some items; ``next`` is the ``before`` or ``after`` of the page that follows."""

    items: list[T]
    next: str | None = None


class SessionOut(Shape):
    """A fresh session; the token is shown this once."""

    token: str
    person_id: UUID
    name: str
    language: str
    expires_at: datetime


class ProofOut(Shape):
    """Until when grave deeds are open without another proof."""

    fresh_until: datetime


class PersonOut(Shape):
    """A person as pickers need them; no addresses."""

    id: UUID
    name: str
    post: str


class IncidentOut(Shape):
    """An incident."""

    id: UUID
    number: str
    title: str
    place: str
    status: Status
    level: int
    level_provisional: bool
    scores: dict[str, Any] | None
    finding: Finding
    playbook: str
    exercise: bool
    occurred_at: datetime | None
    detected_at: datetime
    opened_at: datetime
    first_statement_at: datetime | None
    next_review_at: datetime | None
    """When whoever leads is asked next how it stands."""
    resolved_at: datetime | None
    ended_at: datetime | None
    merged_into: str | None = None
    """The number of the incident it went into."""


class StepOut(Shape):
    """A step; ``answer`` goes to ``complete`` in the shape of ``form_schema``."""

    id: UUID
    incident_id: UUID
    number: int
    code: str
    key: str
    title: str = ""
    own_gist: str = ""
    by_hand: bool = False
    kind: StepKind
    role: Role
    form: str
    form_schema: dict[str, Any]
    state: StepState
    request: bool
    called_at: datetime | None
    mandatory: bool
    statement_id: UUID | None
    release_to: list[str]
    assignee_id: UUID | None
    opened_at: datetime | None
    acknowledge_by: datetime | None
    due_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: UUID | None
    settled_at: datetime | None
    settled_by: UUID | None
    answer: dict[str, Any] | None
    late: bool

    @classmethod
    def of(cls, step: Step, title: str, language: Language) -> Self:
        """With the labels of its form in the caller's language."""
        words = {
            "title": title,
            "form_schema": sayings.schema(step.form_schema, speech(language)),
        }
        return cls.model_validate(step).model_copy(update=words)


class ApprovalOut(Shape):
    """A verdict on one exact text."""

    id: UUID
    kind: ApprovalKind
    verdict: Verdict
    person_id: UUID
    role: Role
    sha256: str
    given_at: datetime
    recorded_by: UUID | None
    witness_id: UUID | None
    confirm_by: datetime | None
    confirmed_at: datetime | None
    voided_at: datetime | None


class VersionOut(Shape):
    """One exact text; ``code`` is what is read back on the telephone.

    With English, ``sha256`` is that of both languages' hashes, each on its line.
    """

    id: UUID
    statement_id: UUID
    number: int
    title: str
    text: str
    title_en: str
    text_en: str
    sha256: str
    code: str
    author_id: UUID | None
    created_at: datetime


class PublicationOut(Shape):
    """One exact text on one channel."""

    id: UUID
    statement_id: UUID
    version_id: UUID
    sha256: str
    channel: Channel
    slug: str
    released_at: datetime
    released_by: UUID | None
    published_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_reason: str


class StandingOut(Shape):
    """Whether the current version may be published, and what is missing."""

    granted: bool
    signatures: int
    needed: int
    refused: bool
    legal_check_missing: bool


class StatementOut(Shape):
    """A statement with its current version."""

    id: UUID
    incident_id: UUID
    key: str
    kind: StatementKind
    current: int
    version: VersionOut
    standing: StandingOut


class StatementWhole(StatementOut):
    """A statement with everything about it."""

    versions: list[VersionOut]
    approvals: list[ApprovalOut]
    publications: list[PublicationOut]


class EvidenceOut(Shape):
    """Something kept under its hash."""

    id: UUID
    kind: EvidenceKind
    filename: str
    media_type: str
    size: int
    sha256: str
    captured_at: datetime
    recorded_at: datetime
    added_by: UUID | None


class MessageOut(Shape):
    """An outgoing message and where it is; never its link or number."""

    id: UUID
    kind: str
    channel: Channel
    recipient_id: UUID | None
    address: str
    step_id: UUID | None
    signal_id: UUID | None
    incident_id: UUID | None
    state: MessageState
    attempts: int
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    reason: str | None


class LineOut(Shape):
    """A timeline entry in words, with both its times."""

    seq: int
    fact: str
    text: str
    actor: str
    via: str
    happened_at: datetime
    recorded_at: datetime
    back_dated: bool
    hash: str


class FaultOut(BaseModel):
    """One thing found wrong with the record."""

    seq: int
    fault: str
    text: str


class DifferingOut(BaseModel):
    """A text or file that is not what the record says, with both hashes."""

    seq: int
    difference: Difference
    recorded: str
    kept: str
    text: str


class ProofOfRecord(BaseModel):
    """Whether the record is as it was written."""

    intact: bool
    entries: int
    head: str
    findings: list[FaultOut]
    differing: list[DifferingOut]


class ShellOut(Shape):
    """A shell approved in advance."""

    code: str
    kind: StatementKind
    title: str
    frame: str
    title_en: str
    frame_en: str
    slots: list[Slot]
    from_level: int
    decision: str
    decided_on: date
    approved_by: UUID
    approved_as: Role
    authorisation_id: UUID | None
    valid_to: date | None
    withdrawn_at: datetime | None


class PlaybookOut(BaseModel):
    """A playbook on offer."""

    code: str
    version: int
    title: str
    outline: dict[str, Any]


class MemberOut(Shape):
    """A seat in a task force."""

    role: Role
    person_id: UUID
    rank: int
    joined_at: datetime
    agency: str = ""
    """The person's body, by its name on the incident's day."""


class TaskForceOut(Shape):
    """A task force at work."""

    incident_number: str
    activated_at: datetime
    dissolved_at: datetime | None
    direction_by: str | None
    regularise_by: datetime | None
    members: list[MemberOut]


class RunOut(Shape):
    """One playbook at work."""

    id: UUID
    incident_id: UUID
    playbook: str
    version: int
    state: RunState
    waiting_for: str
    held_reason: str | None
    wake_at: datetime | None
    started_at: datetime
    ended_at: datetime | None
