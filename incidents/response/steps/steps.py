"""Steps: work asked of one person until a time, and every way it can go on.

The table, its facts and the questions; what moves work between people is in ``passing``, what
people answer is in ``answering``.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint, false
from sqlmodel import Field, Session, col, select

from incidents.people import concerned
from incidents.people.roles import Role
from incidents.record.database import Table, choice, document, identifier, locked, moment, reference
from incidents.record.errors import NotFound
from incidents.record.facts import Fact, PersonId, Private
from incidents.record.language import N_, Labelled, Language, Phrase, speech
from incidents.response.steps import catalog
from incidents.response.steps.runs import PlaybookRun
from incidents.words.approvals import Verdict


class StepKind(Labelled):
    """What sort of answer a step wants."""

    ASK = "ask", N_("thực hiện")
    DECIDE = "decide", N_("quyết định")
    DRAFT = "draft", N_("soạn thảo")
    CHECK = "check", N_("kiểm tra pháp lý")
    APPROVE = "approve", N_("duyệt")
    PUBLISH = "publish", N_("đăng, phát")


class StepState(Labelled):
    """Where a step is."""

    PLANNED = "planned", N_("chờ bước trước")
    OPEN = "open", N_("chờ xác nhận")
    ACKNOWLEDGED = "acknowledged", N_("đã tiếp nhận")
    DONE = "done", N_("hoàn thành")
    OVERDUE = "overdue", N_("quá hạn")
    DECLINED = "declined", N_("không ai nhận")
    WAIVED = "waived", N_("được miễn")
    CANCELLED = "cancelled", N_("đã hủy")


class RequestState(Labelled):
    """How a request to a body outside ends when it gets no answer."""

    UNANSWERED = "unanswered", N_("chưa có trả lời")


ANSWERABLE = (StepState.OPEN, StepState.ACKNOWLEDGED)
UNSETTLED = (StepState.PLANNED, *ANSWERABLE)
LATE = (StepState.OVERDUE, StepState.DECLINED)
"""Settled without an answer: a late one is still recorded and shown, and turns nothing back."""


class Step(Table, table=True):
    """One row of work; ``key`` is its stable name in the playbook's run.

    Work added by hand has no run: it carries its own words and who asked for it.
    """

    __tablename__ = "step"
    __table_args__ = (
        UniqueConstraint("run_id", "key"),
        UniqueConstraint("incident_id", "number"),
        CheckConstraint("(run_id IS NULL) = (own_title IS NOT NULL)", name="by_hand"),
        CheckConstraint("(state = 'planned') = (opened_at IS NULL)", name="opened"),
        CheckConstraint(
            "(state IN ('planned', 'open', 'acknowledged')) = (settled_at IS NULL)", name="settled"
        ),
    )

    id: UUID = identifier()
    run_id: UUID | None = reference("playbook_run.id", optional=True)
    incident_id: UUID = reference("incident.id")
    number: int
    """Short number in the incident, said aloud: «việc 3»."""
    code: str
    """Short code printed in messages, for whoever answers without a link."""
    key: str
    kind: StepKind = choice(StepKind)
    role: Role = choice(Role)
    then_role: Role | None = choice(Role, optional=True, guard="then_role")
    form: str
    form_schema: dict[str, Any] = document()
    statement_id: UUID | None = reference("statement.id", optional=True)
    release_to: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    after_id: UUID | None = reference("step.id", optional=True)
    mandatory: bool = True
    life_safety: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """People may be in danger while nobody has done it: nothing is stabilising before."""
    allowed_minutes: int
    level_minutes: int | None = None
    """What its playbook allows at level 3; nothing once a person or the ladder set its due time."""
    counted_from: datetime | None = moment(optional=True)
    """The beginning its due time is counted from."""
    climbs_from: datetime | None = moment(optional=True)
    """The beginning silence is counted from."""
    request: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Whoever has it now belongs to a body that is asked, not assigned (rule 19 of practice)."""
    called_at: datetime | None = moment(optional=True)
    """When no answer had come to the request and our own liaison was to telephone."""
    unreached_at: datetime | None = moment(optional=True)
    """When it was plain that no way reaches whoever has it; nothing once somebody took it."""
    calls_about: int | None = None
    """The number of the step it telephones about, whose holder no message reached."""
    passed_at_due: bool = False
    """Its time ran out once already and ``then_role`` has it with half the time again."""
    state: StepState = choice(StepState, index=True)
    assignee_id: UUID | None = reference("person.id", optional=True)
    holder_ids: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False))
    """Everyone it was handed to, in order; each of them may still answer."""
    opened_at: datetime | None = moment(optional=True)
    acknowledge_by: datetime | None = moment(optional=True)
    due_at: datetime | None = moment(optional=True)
    acknowledged_at: datetime | None = moment(optional=True)
    acknowledged_by: UUID | None = reference("person.id", optional=True)
    settled_at: datetime | None = moment(optional=True)
    settled_by: UUID | None = reference("person.id", optional=True)
    answer: dict[str, Any] | None = document(optional=True)
    late: bool = False
    own_title: str | None = None
    own_gist: str = ""
    added_by: UUID | None = reference("person.id", optional=True)

    @property
    def by_hand(self) -> bool:
        """Whether a person added it and no playbook waits for it."""
        return self.run_id is None

    @property
    def asked(self) -> bool:
        """Whether a body is asked here that is never late and never silent consent."""
        return self.request or self.called_at is not None

    @property
    def standing(self) -> Labelled:
        """Where it is, as people read it: a request that got no answer says so, as does a no."""
        if self.asked and self.state is StepState.DECLINED:
            return RequestState.UNANSWERED
        said_no = (self.answer or {}).get("verdict") == Verdict.REFUSED.value
        return Verdict.REFUSED if said_no and self.state is StepState.DONE else self.state

    @property
    def settled(self) -> bool:
        """Whether a run that waits for it may go on."""
        return self.state not in UNSETTLED


@dataclass(frozen=True)
class StepOpened(Fact):
    """Work was asked of a person."""

    number: int
    key: str
    role: Role
    person: PersonId | None
    due_at: datetime
    says: ClassVar[str] = N_(
        "Giao việc %(number)s «%(key)s» cho %(person)s (%(role)s), hạn %(due_at)s"
    )


@dataclass(frozen=True)
class StepAcknowledged(Fact):
    """The person took it."""

    number: int
    key: str
    says: ClassVar[str] = N_("Đã tiếp nhận việc %(number)s «%(key)s»")


@dataclass(frozen=True)
class StepReminded(Fact):
    """Half of the time passed in silence."""

    number: int
    key: str
    person: PersonId | None
    says: ClassVar[str] = N_("Nhắc %(person)s xác nhận việc %(number)s «%(key)s»")


class Cause(Labelled):
    """Why work moved."""

    SILENCE = "silence", N_("chưa xác nhận")
    DECLINED = "declined", N_("đề nghị chuyển người khác")
    DUE = "due", N_("hết hạn")
    REASSIGNED = "reassigned", N_("phân công lại")
    REPLACED = "replaced", N_("thay thành viên")
    HAND_OVER = "hand_over", N_("bàn giao vai")
    CONFLICT = "conflict", N_("người liên quan thôi tham gia")
    LEFT = "left", N_("người giữ việc đã thôi làm")
    POST_ENDED = "post_ended", N_("người giữ việc đã thôi giữ vai")


@dataclass(frozen=True)
class StepPassed(Fact):
    """Work moved to another person; the authority to sign did not."""

    number: int
    key: str
    outgoing: PersonId | None
    incoming: PersonId | None
    cause: Cause
    reason: Private
    says: ClassVar[str] = N_(
        "Chuyển việc %(number)s «%(key)s»: %(outgoing)s → %(incoming)s (%(cause)s). %(reason)s"
    )


@dataclass(frozen=True)
class StepOverdue(Fact):
    """Its time ran out with everyone it could pass to."""

    number: int
    key: str
    says: ClassVar[str] = N_("Quá hạn việc %(number)s «%(key)s»")


@dataclass(frozen=True)
class StepRefusedByAll(Fact):
    """Nobody is left to take it."""

    number: int
    key: str
    says: ClassVar[str] = N_("Không còn ai nhận việc %(number)s «%(key)s»")


@dataclass(frozen=True)
class StepWaived(Fact):
    """A named approver let it go undone, for a reason."""

    number: int
    key: str
    reason: Private
    says: ClassVar[str] = N_("Miễn việc %(number)s «%(key)s». Lý do: %(reason)s")


@dataclass(frozen=True)
class StepExtended(Fact):
    """It got more time."""

    number: int
    key: str
    due_at: datetime
    reason: Private
    says: ClassVar[str] = N_("Gia hạn việc %(number)s «%(key)s» tới %(due_at)s. Lý do: %(reason)s")


@dataclass(frozen=True)
class StepCommented(Fact):
    """A remark on a step from whoever works on it."""

    number: int
    key: str
    remark: Private
    says: ClassVar[str] = N_("Việc %(number)s «%(key)s»: %(remark)s")


@dataclass(frozen=True)
class StepReopened(Fact):
    """The text it was about changed, so its answer no longer counts."""

    number: int
    key: str
    says: ClassVar[str] = N_("Mở lại việc %(number)s «%(key)s» vì văn bản đã sửa")


def get(session: Session, step_id: UUID, *, lock: bool = False) -> Step:
    """The step; locked, two answers at the same moment come one after the other."""
    found = locked(session, Step, step_id) if lock else session.get(Step, step_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy nhiệm vụ này."))
    return found


def of_incident(session: Session, incident_id: UUID) -> list[Step]:
    """The steps of an incident by their number."""
    return list(
        session.exec(select(Step).where(Step.incident_id == incident_id).order_by(col(Step.number)))
    )


def of_run(session: Session, run_id: UUID) -> dict[str, Step]:
    """The steps of a run by key: one query for a whole replay."""
    return {step.key: step for step in session.exec(select(Step).where(Step.run_id == run_id))}


def unsettled(session: Session, incident_id: UUID) -> list[Step]:
    """Steps of an incident that still wait for somebody, locked."""
    return list(
        session.exec(
            select(Step)
            .where(Step.incident_id == incident_id, col(Step.state).in_(UNSETTLED))
            .order_by(col(Step.number))
            .with_for_update()
        )
    )


def about_statement(session: Session, statement_id: UUID) -> list[Step]:
    """The steps that draft, check, sign or post a statement."""
    return list(
        session.exec(
            select(Step)
            .where(Step.statement_id == statement_id)
            .order_by(col(Step.number))
            .with_for_update()
        )
    )


def mine(session: Session, person_id: UUID) -> list[Step]:
    """What waits for a person, the nearest due time first."""
    return list(
        session.exec(
            select(Step)
            .where(Step.assignee_id == person_id, col(Step.state).in_(ANSWERABLE))
            .where(concerned.open_to(person_id, col(Step.incident_id)))
            .order_by(col(Step.due_at))
        )
    )


def wording(session: Session, step: Step, language: Language, part: str) -> str:
    """Its ``title`` or ``gist``: the playbook's, the desk's own, or as whoever added it wrote."""
    if step.run_id is None:
        own = step.own_title if part == "title" else step.own_gist
        return speech(language).text(own) if own else ""
    run = session.get_one(PlaybookRun, step.run_id)
    path = f"steps/{step.key}/{part}"
    return catalog.wording(session, run.playbook, run.version, language, path) or ""


def title(session: Session, step: Step, language: Language) -> str:
    """The step's name as people read it."""
    return wording(session, step, language, "title") or step.key


def name(session: Session, step: Step) -> Phrase:
    """The same for a sentence whose reader is not known yet."""
    return Phrase(**{each.value: title(session, step, each) for each in Language})
