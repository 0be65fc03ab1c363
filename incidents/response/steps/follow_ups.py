"""The counts a playbook still asks for when nothing else is left: waited for, or let go aloud."""

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from sqlmodel import Session

from incidents.record import timeline
from incidents.record.actors import Actor
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Phrase
from incidents.response.steps import catalog, runs, steps
from incidents.response.steps.forms import Measurement
from incidents.response.steps.runs import PlaybookRun, RunState
from incidents.response.steps.steps import UNSETTLED, Step


@dataclass(frozen=True)
class CountSkipped(Fact):
    """The spread was not counted as the playbook asks; somebody said why."""

    count: Phrase
    reason: Private
    says: ClassVar[str] = N_("Không chờ «%(count)s». Lý do: %(reason)s")


def ahead(session: Session, incident_id: UUID) -> list[Phrase]:
    """Counts nobody has made: those that are asked for, and those whose hour has not come."""
    asked = steps.of_incident(session, incident_id)
    counting = [s for s in asked if s.form == Measurement.__name__ and s.state in UNSETTLED]
    named = [steps.name(session, each) for each in counting]
    for run in runs.of_incident(session, incident_id):
        if run.state is RunState.WAITING and run.waiting_for:
            named += _not_yet(session, run, asked)
    return named


def _not_yet(session: Session, run: PlaybookRun, asked: list[Step]) -> list[Phrase]:
    """What a run waits for and has not opened, as far as it counts something."""
    row = catalog.find(session, run.playbook, run.version)
    outline = row.outline.get("steps", []) if row else []
    counts = {each["key"] for each in outline if each["form"] == Measurement.__name__}
    counts -= {s.key for s in asked if s.run_id == run.id}
    return [
        catalog.step_name(session, run.playbook, run.version, key)
        for key in run.waiting_for.split(", ")
        if key in counts
    ]


def skip(session: Session, incident_id: UUID, *, reason: str, by: Actor) -> None:
    """Let every one of them go, each with the reason."""
    for count in ahead(session, incident_id):
        timeline.record(session, incident_id, CountSkipped(count, reason.strip()), by=by)
