"""Work added by hand to a running incident: asked for, and taken back.

From its opening on it lives as a playbook's step does; no playbook waits for it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.matter import incidents, taskforces
from incidents.people import persons, rosters
from incidents.people.roles import READS, Role
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import Conflict, Invalid, Wrong, given
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response.steps import passing, promises, steps, succession
from incidents.response.steps.passing import Plan
from incidents.response.steps.steps import Step, StepKind, StepState

FORMS = {
    "Done": StepKind.ASK,
    "YesOrNo": StepKind.DECIDE,
    "Verification": StepKind.ASK,
    "Request": StepKind.ASK,
    "Measurement": StepKind.ASK,
    "Capture": StepKind.ASK,
    "Conclusion": StepKind.ASK,
}
"""What may be asked by hand, and as what kind of work: nothing that signs or writes for others."""

LONGEST = timedelta(days=366)
_SHORTEST = timedelta(minutes=1)
_LINE = 300
_PROSE = 4_000


@dataclass(frozen=True)
class StepAdded(Fact):
    """A person asked for work no playbook asks for."""

    number: int
    key: str
    mandatory: bool
    title: Private
    gist: Private
    says: ClassVar[str] = N_("Thêm việc %(number)s: %(title)s. %(gist)s")


@dataclass(frozen=True)
class StepCancelled(Fact):
    """Work added by hand was taken back."""

    number: int
    key: str
    reason: Private
    says: ClassVar[str] = N_("Hủy việc %(number)s «%(key)s». Lý do: %(reason)s")


@dataclass(frozen=True)
class StepMarkedLifeSafety(Fact):
    """People may be in danger while this is undone."""

    number: int
    key: str
    says: ClassVar[str] = N_(
        "Việc %(number)s «%(key)s» liên quan an toàn tính mạng: chưa xong thì chưa tạm ổn"
    )


def add(
    session: Session,
    incident_id: UUID,
    *,
    title: str,
    due_at: datetime,
    gist: str = "",
    role: Role | None = None,
    person_id: UUID | None = None,
    form: str = "Done",
    mandatory: bool = True,
    by: Actor,
) -> Step:
    """Ask a role, or one person first, for something until a time; no level stretches that time.

    A person who stays silent is followed by the role that was named, else by the one they hold,
    else by the duty officers.
    """
    incident = incidents.live(session, incident_id)
    title, gist = title.strip(), gist.strip()
    _check(title, gist, due_at, form, asked=bool(role or person_id))
    if person_id:
        persons.active(session, person_id)
    role = role or _role_of(session, incident_id, person_id)
    if role in READS and not incident.exercise:
        raise Conflict(taskforces.NO_OBSERVERS)
    plan = Plan(
        key="",
        kind=FORMS[form],
        role=role,
        form=form,
        due=due_at - clock.now(),
        mandatory=mandatory,
    )
    step = passing.write(session, incident, plan, allowed=plan.due)
    # Stable and unique in the incident, and nothing personal in the chain.
    step.key = f"by hand {step.number}"
    step.own_title, step.own_gist, step.added_by = title, gist, by.person_id
    if person_id:
        succession.require_free(session, step, person_id)
    fact = StepAdded(step.number, step.key, mandatory, title, gist)
    timeline.record(session, incident.id, fact, by=by)
    passing.begin(session, step, incident, first=person_id, due_at=due_at)
    return step


def saves_lives(session: Session, step: Step, *, by: Actor) -> None:
    """Say of work just added that people are in danger while it is undone: nobody may skip it."""
    step.life_safety = step.mandatory = True
    session.add(step)
    marked = StepMarkedLifeSafety(number=step.number, key=step.key)
    timeline.record(session, step.incident_id, marked, by=by)


def cancel(session: Session, step_id: UUID, *, reason: str, by: Actor) -> Step:
    """Take back what was added by hand; what a playbook asks for is waived instead."""
    incidents.live(session, steps.get(session, step_id).incident_id)
    step = steps.get(session, step_id, lock=True)
    if not step.by_hand:
        raise Conflict(N_("Việc của kịch bản không hủy được; người có quyền có thể miễn."))
    if promises.among([step]):
        raise Conflict(N_("Cam kết đã công bố không hủy được; người có quyền có thể miễn."))
    if step.state in (StepState.DONE, StepState.WAIVED, StepState.CANCELLED):
        raise Conflict(N_("Nhiệm vụ này đã kết thúc."))
    reason = given(reason)
    fact = StepCancelled(number=step.number, key=step.key, reason=reason)
    timeline.record(session, step.incident_id, fact, by=by)
    passing.settle(session, step, StepState.CANCELLED, by=by)
    if step.assignee_id and step.assignee_id != by.person_id:
        persons.tell(
            session,
            step.assignee_id,
            "step_cancelled",
            key=f"step_cancelled:{step.id}",
            incident_id=step.incident_id,
            step_id=step.id,
            values={"by": str(by.person_id)},
        )
    return step


def _check(title: str, gist: str, due_at: datetime, form: str, *, asked: bool) -> None:
    wrong: Wrong = {}
    if not title or len(title) > _LINE:
        wrong["title"] = (N_("Ghi việc cần làm, tối đa %(limit)s ký tự."), {"limit": _LINE})
    if len(gist) > _PROSE:
        wrong["gist"] = (N_("Tối đa %(limit)s ký tự."), {"limit": _PROSE})
    if not clock.now() + _SHORTEST <= due_at <= clock.now() + LONGEST:
        wrong["due_at"] = (N_("Hạn phải ở phía trước, trong vòng một năm."), {})
    if form not in FORMS:
        wrong["form"] = (N_("Biểu mẫu này không dùng cho việc thêm tay."), {})
    if not asked:
        wrong["role"] = (N_("Chọn một vai hoặc một người."), {})
    if wrong:
        raise Invalid(fields=wrong)


def _role_of(session: Session, incident_id: UUID, person_id: UUID | None) -> Role:
    seats = [m.role for m in taskforces.members(session, incident_id) if m.person_id == person_id]
    held = rosters.roles_now(session, person_id, clock.now()) if person_id else set[Role]()
    return next(iter([*seats, *(role for role in Role if role in held)]), Role.DUTY_OFFICER)
