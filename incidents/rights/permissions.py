"""Who may do what: asked by every page, route, message answer and command before it acts.

Guards that need four eyes (author and approver, second person) stay in the verbs themselves.
"""

from collections.abc import Callable
from uuid import UUID

from sqlmodel import Session

from incidents.intake.signals import Signal, SignalState
from incidents.matter import recusals, taskforces
from incidents.matter.incidents import Incident
from incidents.people import rosters
from incidents.people.directory import contacts, focal_points
from incidents.people.duty import swaps
from incidents.people.organisations import Organisation
from incidents.people.persons import ContactPoint, Person
from incidents.people.roles import COMMAND, READS, ROOM, Role
from incidents.record import clock, database
from incidents.record.errors import NotPermitted
from incidents.record.language import N_
from incidents.response.answers import answering
from incidents.response.clocks.clocks import Clock
from incidents.response.learning import lesson_register
from incidents.response.learning.lessons import Lesson
from incidents.response.steps import promises, succession
from incidents.response.steps.steps import Step, StepKind
from incidents.rights.deeds import HELD, Deed
from incidents.words import shell_drafts

Subject = Incident | Signal | Step | Clock | Lesson | Organisation | Person | ContactPoint | None


def require(session: Session, person: Person | None, deed: Deed, subject: Subject = None) -> None:
    """Return if the person may do the deed to the subject; ``NotPermitted`` otherwise."""
    if not allowed(session, person, deed, subject):
        raise NotPermitted(N_("Đồng chí không có quyền: %(deed)s."), deed=deed)


def allowed(session: Session, person: Person | None, deed: Deed, subject: Subject = None) -> bool:
    """Whether the person may do the deed to the subject."""
    if person is None or not person.active:
        return False
    if deed not in _CLEARED and deed in _taken(session, person, subject):
        return False
    rule = _RULES.get(deed)
    if rule:
        return rule(session, person, subject)
    return bool(HELD.get(deed, frozenset()) & roles_in(session, person.id, _incident_of(subject)))


def deeds(session: Session, person: Person, subject: Incident | None = None) -> frozenset[Deed]:
    """Everything a person may do with one look at their roles; steps are asked one by one."""
    held = roles_in(session, person.id, _incident_of(subject))
    inside = person.administrator or bool(held)
    acts = person.administrator or bool(held - READS)
    shut = _taken(session, person, subject)
    return frozenset(
        deed
        for deed in Deed
        if deed not in shut and _by_roles(session, person, deed, held, inside=inside, acts=acts)
    )


def sees(session: Session, person: Person) -> Callable[[Incident], bool]:
    """Which of many incidents a person may see, at the cost of three queries for all of them.

    For what is gathered by other means than a query of one's own: a list that is asked for in one
    is narrowed there, by ``concerned.open_to``.
    """
    inside = person.administrator or bool(roles_in(session, person.id, None))
    seats = taskforces.seats_of(session, person.id)
    shut = recusals.named_in(session, person.id)
    return lambda incident: (
        person.active and (inside or incident.id in seats) and incident.id not in shut
    )


def _by_roles(
    session: Session, person: Person, deed: Deed, held: set[Role], *, inside: bool, acts: bool
) -> bool:
    return bool(
        deed is Deed.FLAG
        or (deed in _INSIDE and (acts if deed in _ACTS else inside))
        or (
            deed in _ROSTERED
            and ((acts if deed in _ACTS else inside) or _has_shift(session, person.id))
        )
        or (deed in _ADMINISTRATORS and person.administrator)
        or HELD.get(deed, frozenset()) & held
    )


def _taken(session: Session, person: Person, subject: Subject) -> frozenset[Deed]:
    """What a conflict of interest takes: of whoever is named all, of their body what judges.

    The flags of an incident are its matter: what is shut there is shut with them.
    """
    incident_id = subject.incident_id if isinstance(subject, Signal) else _incident_of(subject)
    conflict = recusals.concerns(session, incident_id, person.id) if incident_id else None
    if conflict is None:
        return frozenset()
    return frozenset(Deed) - {Deed.FLAG} if conflict.person_id else frozenset(Deed) - _FACTUAL


_CLEARED = frozenset({Deed.ANSWER})
"""Whoever is concerned was taken off the step itself; answering asks no more than that."""

_FACTUAL = frozenset(
    {
        Deed.FLAG,
        Deed.SEE_DESK,
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
    posts = database.once(
        session, ("roles", person_id), lambda: rosters.roles_now(session, person_id, clock.now())
    )
    held = set(posts)
    if incident_id:
        held |= {
            m.role for m in taskforces.members(session, incident_id) if m.person_id == person_id
        }
    return held


def _incident_of(subject: Subject) -> UUID | None:
    match subject:
        case Incident():
            return subject.id
        case Step() | Clock() | Lesson():
            return subject.incident_id
        case _:
            return None


def _everyone(_session: Session, _person: Person, _subject: Subject) -> bool:
    return True


def _insider(session: Session, person: Person, subject: Subject) -> bool:
    """Holds a role by post, by seat in the incident's task force or by shift; no stranger does."""
    return person.administrator or bool(roles_in(session, person.id, _incident_of(subject)))


def _actor(session: Session, person: Person, subject: Subject) -> bool:
    """An insider who does not only look on."""
    return person.administrator or bool(roles_in(session, person.id, _incident_of(subject)) - READS)


def _own_duty(session: Session, person: Person, subject: Subject) -> bool:
    """Whoever acts at the desk, or has a shift there."""
    return _actor(session, person, subject) or _has_shift(session, person.id)


def _rostered(session: Session, person: Person, subject: Subject) -> bool:
    """An insider, or somebody whose only part is a shift to come, theirs or asked to be."""
    return _insider(session, person, subject) or _has_shift(session, person.id)


def _has_shift(session: Session, person_id: UUID) -> bool:
    return rosters.rostered(session, person_id, clock.now()) or bool(
        swaps.waiting(session, person_id)
    )


def _keeper(session: Session, person: Person, _subject: Subject) -> bool:
    """The standing deputy keeps rosters and directory; an administrator may."""
    return person.administrator or Role.STANDING_DEPUTY in roles_in(session, person.id, None)


def _listed(session: Session, person: Person, subject: Subject) -> bool:
    """An insider, or whoever stands for a body of the directory."""
    return _insider(session, person, subject) or bool(focal_points.bodies_of(session, person.id))


def _keeps_contacts(session: Session, person: Person, subject: Subject) -> bool:
    """Their own; those of a body and its people by whoever stands for it; any by the keeper."""
    match subject:
        case ContactPoint():
            own, body = subject.person_id, contacts.organisation_of(session, subject).id
        case Person():
            own, body = subject.id, subject.organisation_id
        case Organisation():
            own, body = None, subject.id
        case _:
            own, body = None, None
    return (
        own == person.id
        or body in focal_points.bodies_of(session, person.id)
        or _keeper(session, person, None)
    )


def _keeps_papers(session: Session, person: Person, _subject: Subject) -> bool:
    """The office that holds the papers records them; an administrator may."""
    held = roles_in(session, person.id, None)
    return person.administrator or bool(HELD[Deed.KEEP_AUTHORISATIONS] & held)


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


def _approves_shells(session: Session, person: Person, _subject: Subject) -> bool:
    """Whoever may sign in a part that speaks or leads, by post or by a paper."""
    return person.id in shell_drafts.approvers(session)


def _triages(deed: Deed) -> Callable[[Session, Person, Subject], bool]:
    """The duty desk decides about a flag, and so does whoever was named to watch it."""

    def may(session: Session, person: Person, subject: Subject) -> bool:
        if isinstance(subject, Signal) and watches(subject, person.id):
            return True
        return bool(HELD[deed] & roles_in(session, person.id, _incident_of(subject)))

    return may


def on_flag(session: Session, person: Person, signal: Signal) -> frozenset[Deed]:
    """Everything a person may do about one flag, with one look at their roles."""
    may = deeds(session, person)
    may = may | _WATCHERS if watches(signal, person.id) else may
    return may - _taken(session, person, signal)


def watches(signal: Signal, person_id: UUID) -> bool:
    """Whether a flag is watched, and by this person."""
    return signal.state is SignalState.WATCHED and signal.owner_id == person_id


def _seated(session: Session, person: Person, subject: Subject) -> bool:
    """Whoever acts in the task force hands their own role over."""
    return isinstance(subject, Incident) and any(
        m.person_id == person.id and m.role not in READS
        for m in taskforces.members(session, subject.id)
    )


def _cancels(session: Session, person: Person, subject: Subject) -> bool:
    """Whoever added a step takes it back while still in the room, and so does whoever may waive."""
    if not isinstance(subject, Step) or not subject.by_hand or promises.among([subject]):
        return False
    held = roles_in(session, person.id, subject.incident_id)
    return bool(COMMAND & held) or (subject.added_by == person.id and bool(ROOM & held))


def _tends(session: Session, person: Person, subject: Subject) -> bool:
    """Whoever was named at its start tends a clock, and so do the room and its lawyers."""
    if isinstance(subject, Clock) and subject.owner_id == person.id:
        return True
    return bool(HELD[Deed.TEND_CLOCK] & roles_in(session, person.id, _incident_of(subject)))


def _finishes(session: Session, person: Person, subject: Subject) -> bool:
    """Its owner says that a lesson is done, and so does the room."""
    if isinstance(subject, Lesson) and subject.owner_id == person.id:
        return True
    return bool(HELD[Deed.LEARN] & roles_in(session, person.id, _incident_of(subject)))


def _learner(session: Session, person: Person, subject: Subject) -> bool:
    """An insider, or somebody whose only part is a lesson they own."""
    return _insider(session, person, subject) or lesson_register.owns(session, person.id)


_INSIDE = frozenset(
    {
        Deed.SEE_DESK,
        Deed.SEE_INCIDENT,
        Deed.NOTE,
        Deed.SEE_DIRECTORY,
        Deed.TEST_CONTACTS,
        Deed.VERIFY_RECORD,
    }
)
_ACTS = frozenset({Deed.NOTE, Deed.OWN_DUTY, Deed.TEST_CONTACTS})
"""What an insider may do who does not only look on."""
_WATCHERS = frozenset({Deed.TRIAGE, Deed.OPEN, Deed.STATE_CLAIM, Deed.WEIGH})
_ROSTERED = frozenset({Deed.SEE_ROSTERS, Deed.OWN_DUTY})
_ADMINISTRATORS = frozenset(
    {
        Deed.ADMINISTER,
        Deed.KEEP_ROSTERS,
        Deed.KEEP_DIRECTORY,
        Deed.MARK_LEFT,
        Deed.KEEP_AUTHORISATIONS,
        Deed.KEEP_POSTS,
        Deed.KEEP_ACCOUNTS,
    }
)
_RULES: dict[Deed, Callable[[Session, Person, Subject], bool]] = {
    Deed.FLAG: _everyone,
    **{deed: _triages(deed) for deed in _WATCHERS},
    **dict.fromkeys(_INSIDE, _insider),
    **dict.fromkeys((Deed.NOTE, Deed.TEST_CONTACTS), _actor),
    **dict.fromkeys(_ROSTERED, _rostered),
    Deed.OWN_DUTY: _own_duty,
    Deed.SEE_DIRECTORY: _listed,
    Deed.KEEP_ROSTERS: _keeper,
    Deed.KEEP_DIRECTORY: _keeper,
    Deed.KEEP_CONTACTS: _keeps_contacts,
    Deed.ANSWER: _answers,
    Deed.SIGN: _signs,
    Deed.APPROVE_SHELL: _approves_shells,
    Deed.CANCEL_STEP: _cancels,
    Deed.FINISH_LESSON: _finishes,
    Deed.SEE_LESSONS: _learner,
    Deed.TEND_CLOCK: _tends,
    Deed.HAND_OVER_ROLE: _seated,
    Deed.ADMINISTER: _administrator,
    Deed.MARK_LEFT: _administrator,
    **dict.fromkeys((Deed.KEEP_POSTS, Deed.KEEP_ACCOUNTS), _administrator),
    Deed.KEEP_AUTHORISATIONS: _keeps_papers,
}
