"""Who may do what: asked by every page, route, message answer and command before it acts.

Guards that need four eyes (author and approver, second person) stay in the verbs themselves.
"""

from collections.abc import Callable
from uuid import UUID

from sqlmodel import Session

from incidents.intake.signals import Signal
from incidents.matter import recusals, taskforces
from incidents.matter.incidents import Incident
from incidents.people import rosters
from incidents.people.duty import swaps
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import clock
from incidents.record.errors import NotPermitted
from incidents.record.language import N_, Labelled
from incidents.response import answering, succession
from incidents.response.clocks import Clock
from incidents.response.steps import Step, StepKind


class Deed(Labelled):
    """Everything a person can do at the desk."""

    FLAG = "flag", N_("báo tin")
    SEE_DESK = "see_desk", N_("xem bàn trực")
    TRIAGE = "triage", N_("sàng lọc tin báo")
    OPEN = "open", N_("mở vụ việc")
    SEE_INCIDENT = "see_incident", N_("xem vụ việc")
    NOTE = "note", N_("ghi nhật ký")
    VERIFY = "verify", N_("kết luận về nội dung cần xác minh")
    GRADE = "grade", N_("xếp cấp độ")
    DIRECT = "direct", N_("phân công, gia hạn, thay người")
    WAIVE = "waive", N_("miễn nhiệm vụ")
    STABILISE = "stabilise", N_("chuyển trạng thái tạm ổn")
    RESOLVE = "resolve", N_("chuyển chờ tổng kết")
    CLOSE = "close", N_("kết thúc vụ việc")
    STAND_DOWN = "stand_down", N_("dừng xử lý")
    ANSWER = "answer", N_("trả lời nhiệm vụ")
    EDIT_STATEMENT = "edit_statement", N_("sửa văn bản phát ngôn")
    SIGN = "sign", N_("duyệt văn bản")
    SIGN_BY_TELEPHONE = "sign_by_telephone", N_("ghi nhận duyệt qua điện thoại")
    RELEASE_SHELL = "release_shell", N_("phát mẫu duyệt sẵn")
    WITHDRAW = "withdraw", N_("rút nội dung đã đăng")
    PROPOSE_TASK_FORCE = "propose_task_force", N_("trình thành lập Tổ công tác")
    APPRAISE = "appraise", N_("thẩm tra tờ trình lập Tổ công tác")
    ENTER_DECISION = "enter_decision", N_("nhập quyết định về Tổ công tác")
    HAND_OVER_ROLE = "hand_over_role", N_("bàn giao vai của mình trong Tổ công tác")
    DECLARE_CONFLICT = "declare_conflict", N_("khai báo người, cơ quan liên quan")
    LIFT_CONFLICT = "lift_conflict", N_("gỡ khai báo người, cơ quan liên quan")
    TEND_CLOCK = "tend_clock", N_("xác nhận, kết thúc thời hạn luật định")
    SEE_ROSTERS = "see_rosters", N_("xem lịch trực")
    KEEP_ROSTERS = "keep_rosters", N_("lập, sửa lịch trực")
    OWN_DUTY = "own_duty", N_("đổi ca, báo vắng, bàn giao ca của mình")
    VERIFY_RECORD = "verify_record", N_("kiểm tra tính toàn vẹn")
    MARK_LEFT = "mark_left", N_("ghi người thôi làm việc, chuyển việc đang giữ")
    ADMINISTER = "administer", N_("quản trị")


FRESHLY_PROVED = frozenset(
    {
        Deed.SIGN,
        Deed.SIGN_BY_TELEPHONE,
        Deed.RELEASE_SHELL,
        Deed.WITHDRAW,
        Deed.CLOSE,
        Deed.WAIVE,
        Deed.LIFT_CONFLICT,
        Deed.MARK_LEFT,
    }
)
"""Deeds that ask for the password again, however long the session still runs."""

_COMMAND = frozenset({Role.LEAD, Role.STANDING_DEPUTY, Role.CHAIR})
_ROOM = _COMMAND | {Role.SECRETARY, Role.DUTY_OFFICER}
_ABOVE = _COMMAND | {Role.SPOKESPERSON}
_DESK = frozenset(
    {Role.DUTY_OFFICER, Role.DEPARTMENT_DUTY_LEADER, Role.OFFICE_DUTY, Role.STANDING_DEPUTY}
)

Subject = Incident | Signal | Step | Clock | None
_HELD: dict[Deed, frozenset[Role]] = {
    Deed.TRIAGE: _DESK,
    Deed.OPEN: _DESK,
    Deed.VERIFY: _COMMAND | {Role.SUBJECT_LEAD, Role.MONITORING},
    Deed.GRADE: _ROOM,
    Deed.DIRECT: _ROOM,
    Deed.WAIVE: _COMMAND,
    Deed.STABILISE: _COMMAND,
    Deed.RESOLVE: _COMMAND,
    Deed.CLOSE: _COMMAND,
    Deed.STAND_DOWN: _COMMAND | {Role.DUTY_OFFICER},
    Deed.EDIT_STATEMENT: _ABOVE | {Role.SECRETARY},
    Deed.SIGN_BY_TELEPHONE: frozenset({Role.DUTY_OFFICER}),
    Deed.RELEASE_SHELL: frozenset({Role.DUTY_OFFICER}),
    Deed.WITHDRAW: _ABOVE,
    Deed.DECLARE_CONFLICT: _ROOM | {Role.LEGAL},
    Deed.LIFT_CONFLICT: frozenset({Role.LEAD, Role.CHAIR}),
    Deed.PROPOSE_TASK_FORCE: _DESK | {Role.SECRETARY},
    Deed.APPRAISE: frozenset({Role.OFFICE_DUTY}),
    Deed.ENTER_DECISION: _ROOM | {Role.OFFICE_DUTY},
    Deed.TEND_CLOCK: _ROOM | {Role.SPOKESPERSON, Role.LEGAL},
    Deed.KEEP_ROSTERS: frozenset({Role.STANDING_DEPUTY}),
}


def require(session: Session, person: Person | None, deed: Deed, subject: Subject = None) -> None:
    """Return if the person may do the deed to the subject; ``NotPermitted`` otherwise."""
    if not allowed(session, person, deed, subject):
        raise NotPermitted(N_("Đồng chí không có quyền: %(deed)s."), deed=deed)


def allowed(session: Session, person: Person | None, deed: Deed, subject: Subject = None) -> bool:
    """Whether the person may do the deed to the subject."""
    if person is None or not person.active:
        return False
    incident_id = _incident_of(subject)
    if incident_id and deed not in _CLEARED and deed in _shut(session, person.id, incident_id):
        return False
    rule = _RULES.get(deed)
    if rule:
        return rule(session, person, subject)
    return bool(_HELD.get(deed, frozenset()) & roles_in(session, person.id, _incident_of(subject)))


def deeds(session: Session, person: Person, subject: Incident | None = None) -> frozenset[Deed]:
    """Everything a person may do with one look at their roles; steps are asked one by one."""
    incident_id = _incident_of(subject)
    held = roles_in(session, person.id, incident_id)
    inside = person.administrator or bool(held)
    shut = _shut(session, person.id, incident_id) if incident_id else frozenset[Deed]()
    return frozenset(
        deed
        for deed in Deed
        if deed not in shut and _by_roles(session, person, deed, held, inside=inside)
    )


def _by_roles(
    session: Session, person: Person, deed: Deed, held: set[Role], *, inside: bool
) -> bool:
    return bool(
        deed is Deed.FLAG
        or (deed in _INSIDE and inside)
        or (deed in _ROSTERED and (inside or _has_shift(session, person.id)))
        or (deed in _ADMINISTRATORS and person.administrator)
        or _HELD.get(deed, frozenset()) & held
    )


def _shut(session: Session, person_id: UUID, incident_id: UUID) -> frozenset[Deed]:
    """What a conflict of interest takes: of whoever is named all, of their body what judges."""
    conflict = recusals.concerns(session, incident_id, person_id)
    if conflict is None:
        return frozenset()
    return frozenset(Deed) - {Deed.FLAG} if conflict.person_id else frozenset(Deed) - _FACTUAL


_CLEARED = frozenset({Deed.ANSWER})
"""Whoever is concerned was taken off the step itself; answering asks no more than that."""

_FACTUAL = frozenset(
    {
        Deed.FLAG,
        Deed.SEE_INCIDENT,
        Deed.NOTE,
        Deed.ANSWER,
        Deed.TEND_CLOCK,
        Deed.HAND_OVER_ROLE,
        Deed.DECLARE_CONFLICT,
        Deed.VERIFY_RECORD,
    }
)
"""What the people of a body that is concerned may still do: facts, no judgement."""


def roles_in(session: Session, person_id: UUID, incident_id: UUID | None) -> set[Role]:
    """Roles by post, by seat in the incident's task force, and by being on shift now."""
    held = rosters.roles_now(session, person_id, clock.now())
    if incident_id:
        held |= {
            m.role for m in taskforces.members(session, incident_id) if m.person_id == person_id
        }
    return held


def _incident_of(subject: Subject) -> UUID | None:
    match subject:
        case Incident():
            return subject.id
        case Step() | Clock():
            return subject.incident_id
        case _:
            return None


def _everyone(_session: Session, _person: Person, _subject: Subject) -> bool:
    return True


def _insider(session: Session, person: Person, subject: Subject) -> bool:
    """Holds a role by post, by seat in the incident's task force or by shift; no stranger does."""
    return person.administrator or bool(roles_in(session, person.id, _incident_of(subject)))


def _rostered(session: Session, person: Person, subject: Subject) -> bool:
    """An insider, or somebody whose only part is a shift to come, theirs or asked to be."""
    return _insider(session, person, subject) or _has_shift(session, person.id)


def _has_shift(session: Session, person_id: UUID) -> bool:
    return rosters.rostered(session, person_id, clock.now()) or bool(
        swaps.waiting(session, person_id)
    )


def _keeper(session: Session, person: Person, _subject: Subject) -> bool:
    """The standing deputy keeps the rosters; an administrator may."""
    return person.administrator or Role.STANDING_DEPUTY in roles_in(session, person.id, None)


def _administrator(_session: Session, person: Person, _subject: Subject) -> bool:
    return person.administrator


def _answers(session: Session, person: Person, subject: Subject) -> bool:
    return isinstance(subject, Step) and answering.may_answer(session, subject, person.id)


def _signs(session: Session, person: Person, subject: Subject) -> bool:
    return (
        isinstance(subject, Step)
        and subject.kind is StepKind.APPROVE
        and succession.may_sign(session, subject, person.id)
    )


def _seated(session: Session, person: Person, subject: Subject) -> bool:
    """Whoever sits in the task force hands their own role over."""
    return isinstance(subject, Incident) and any(
        m.person_id == person.id for m in taskforces.members(session, subject.id)
    )


def _tends(session: Session, person: Person, subject: Subject) -> bool:
    """Whoever was named at its start tends a clock, and so do the room and its lawyers."""
    if isinstance(subject, Clock) and subject.owner_id == person.id:
        return True
    return bool(_HELD[Deed.TEND_CLOCK] & roles_in(session, person.id, _incident_of(subject)))


_INSIDE = frozenset({Deed.SEE_DESK, Deed.SEE_INCIDENT, Deed.NOTE, Deed.VERIFY_RECORD})
_ROSTERED = frozenset({Deed.SEE_ROSTERS, Deed.OWN_DUTY})
_ADMINISTRATORS = frozenset({Deed.ADMINISTER, Deed.KEEP_ROSTERS, Deed.MARK_LEFT})
_RULES: dict[Deed, Callable[[Session, Person, Subject], bool]] = {
    Deed.FLAG: _everyone,
    **dict.fromkeys(_INSIDE, _insider),
    **dict.fromkeys(_ROSTERED, _rostered),
    Deed.KEEP_ROSTERS: _keeper,
    Deed.ANSWER: _answers,
    Deed.SIGN: _signs,
    Deed.TEND_CLOCK: _tends,
    Deed.HAND_OVER_ROLE: _seated,
    Deed.ADMINISTER: _administrator,
    Deed.MARK_LEFT: _administrator,
}
