"""An exercise: an approved plan, injects by the clock, marks, and lessons with owner and day.

It is opened as an exercise only and begins at an hour nobody else knows; the playbook it
rehearses runs beside it with its real clocks.
"""

from flows.authoring import (
    COMMUNE,
    LEAD,
    LEGAL,
    MONITORING,
    OBSERVER,
    PUBLISHER,
    SECRETARY,
    SPOKESPERSON,
    STANDING_DEPUTY,
    SUBJECT_LEAD,
    Approval,
    Asked,
    ExerciseMarks,
    ExercisePlan,
    Lessons,
    Run,
    days,
    hours,
    playbook,
)
from playbooks.exercise import scenarios
from playbooks.routines import ROUNDS

ROOM = (LEAD, STANDING_DEPUTY, SPOKESPERSON, SECRETARY, LEGAL, MONITORING)
FIELD = (SUBJECT_LEAD, COMMUNE, PUBLISHER)


@playbook("Diễn tập", code="DIEN_TAP", version=1)
def exercise(run: Run) -> None:
    run.open_incident()

    # Step 1: what is played, when, and what happens to whom at which minute; the lead approves.
    plan = approved_plan(run)
    if plan is None:
        return

    # Steps 2 and 3: at the hour of the plan the room is called and the real playbook runs.
    run.at(plan.answer.begins_at)
    run.activate_task_force(*ROOM, *FIELD)
    run.begin_exercise(plan)

    # Step 4: injects by the clock.
    run.play(plan, scenarios.injects)

    # Steps 5 and 6: observers mark, the secretary writes the lessons, the lead approves them.
    marks = run.ask(
        "mark the exercise", of=OBSERVER, form=ExerciseMarks, due=hours(24), then=SECRETARY
    )
    run.wait(marks)
    for round_ in ROUNDS:
        lessons = run.ask(
            f"write the lessons{round_}",
            of=SECRETARY,
            form=Lessons,
            due=days(7),
            then=STANDING_DEPUTY,
        )
        run.wait(lessons)
        if not lessons.done or not approval(run, f"approve the lessons{round_}").refused:
            break


def approved_plan(run: Run) -> Asked[ExercisePlan] | None:
    """The plan the lead approved; a refused one is written once more."""
    for round_ in ROUNDS:
        plan = run.ask(
            f"write the plan{round_}",
            of=STANDING_DEPUTY,
            form=ExercisePlan,
            due=days(3),
            then=SECRETARY,
        )
        run.wait(plan)
        if not plan.done:
            return None
        verdict = approval(run, f"approve the plan{round_}")
        if not verdict.refused:
            return plan if verdict.granted else None
    return None


def approval(run: Run, key: str) -> Asked[Approval]:
    """The lead's word, waited for."""
    verdict = run.decide(key, of=LEAD, form=Approval, due=days(2))
    run.wait(verdict)
    return verdict
