"""An exercise at work: its beginning with a real playbook beside it, and its injects."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

from sqlmodel import Session

from incidents.matter import incidents, recusals, taskforces
from incidents.matter.incidents import Incident, Status
from incidents.people import persons
from incidents.people.roles import Role
from incidents.record import timeline
from incidents.record.actors import ENGINE
from incidents.record.errors import Conflict, Invalid
from incidents.record.facts import Beside, Fact, Private
from incidents.record.language import N_, Language, Phrase
from incidents.response.steps import catalog, runs
from incidents.response.steps.exercise_forms import Inject, Rehearsed


@dataclass(frozen=True)
class ExerciseBegun(Fact):
    """The exercise began: from here the clocks of its score run."""

    playbook: str
    says: ClassVar[str] = N_("Bắt đầu buổi diễn tập, chạy kịch bản %(playbook)s")


@dataclass(frozen=True)
class ExerciseBegunWithInjects(Fact):
    """The exercise began with injects alone."""

    wanted: str
    says: ClassVar[str] = N_(
        "Bắt đầu buổi diễn tập theo tình huống, không chạy kịch bản kèm (%(wanted)s)"
    )


_GIVEN = N_("Tình huống %(inject)s gửi %(role)s: %(text)s")


@dataclass(frozen=True)
class InjectGiven(Fact):
    """The director let something happen to a role, told in Vietnamese; old entries only."""

    inject: int
    role: Role
    text: Private
    says: ClassVar[str] = _GIVEN


@dataclass(frozen=True)
class InjectPlayed(Fact):
    """The director let something happen to a role, in the words of either language."""

    inject: int
    role: Role
    text: Annotated[str | Phrase, Beside]
    says: ClassVar[str] = _GIVEN


BEGINNINGS = (ExerciseBegun, ExerciseBegunWithInjects)


def running(session: Session) -> list[Incident]:
    """The exercises being held, the newest first; one still in its plan tells nobody its hour."""
    live = incidents.recent(session, live_only=True, exercise=True)
    planned = [e for e in live if e.playbook in catalog.EXERCISE_ONLY and e.status is Status.OPEN]
    return [each for each in live if each not in planned]


def begin(session: Session, incident: Incident, rehearsed: Rehearsed) -> bool:
    """Begin: the playbook rehearsed runs beside, with its real clocks; whether one does.

    A code the catalogue does not have holds nobody up: the injects are played without it.
    """
    _must_be(incident)
    try:
        version = catalog.newest(session, rehearsed.value)
    except Invalid:
        timeline.record(
            session, incident.id, ExerciseBegunWithInjects(wanted=rehearsed.value), by=ENGINE
        )
        return False
    timeline.record(session, incident.id, ExerciseBegun(playbook=rehearsed.value), by=ENGINE)
    runs.start(session, incident.id, rehearsed.value, version)
    return True


def give(session: Session, incident: Incident, number: int, inject: Inject) -> None:
    """Give one inject to everyone in the role, or to the duty desk where nobody holds it."""
    _must_be(incident)
    people = taskforces.candidates(session, incident.id, inject.role)
    persons.tell_all(
        session,
        dict.fromkeys(people or recusals.to_alert(session, incident.id)),
        "inject",
        key=f"inject:{incident.id}:{number}",
        incident_id=incident.id,
        values={"inject": number, "role": inject.role.value, "text": dict(inject.text)},
    )
    words = Phrase(**{each.value: inject.text.get(each.value, "") for each in Language})
    told = InjectPlayed(inject=number, role=inject.role, text=words)
    timeline.record(session, incident.id, told, by=ENGINE)


def _must_be(incident: Incident) -> None:
    if not incident.exercise:
        raise Conflict(N_("Vụ việc này không phải diễn tập."))
