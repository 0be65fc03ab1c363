"""What an incident was concluded with: without it none is closed, and it is asked for in time."""

from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from incidents.response.steps import catalog, runs
from incidents.response.steps.exercise_forms import Lessons
from incidents.response.steps.forms import Conclusion
from incidents.response.steps.steps import Step, StepState

FORMS = frozenset({Conclusion.__name__, Lessons.__name__})
"""One of them must have been answered before an incident is closed."""


def given(asked: list[Step], since: datetime | None) -> bool:
    """Whether somebody has concluded it, or waived that, since it was last reopened."""
    return any(
        s.form in FORMS
        and s.state in (StepState.DONE, StepState.WAIVED)
        and s.settled_at
        and (since is None or s.settled_at >= since)
        for s in asked
    )


def unasked(session: Session, incident_id: UUID, asked: list[Step], since: datetime | None) -> bool:
    """Whether a playbook had still to ask for it when its run is ended: then nobody could any more.

    A conclusion that is asked for and waits is work like any other.
    """
    over = (StepState.DONE, StepState.WAIVED, StepState.CANCELLED)
    waits = any(s.form in FORMS and s.mandatory and s.state not in over for s in asked)
    if waits or given(asked, since):
        return False
    rows = [
        catalog.find(session, run.playbook, run.version)
        for run in runs.of_incident(session, incident_id)
    ]
    outlines = [row.outline.get("steps", []) for row in rows if row]
    return any(each["form"] in FORMS for outline in outlines for each in outline)
