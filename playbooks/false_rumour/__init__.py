"""A false rumour on social networks: something true first, then verify, then refute or correct.

The eleven steps of the plan in the order of practice: keep and sort, choose whether to answer,
say first words beside the verification, judge only on signed facts, count, conclude.
"""

from flows.authoring import (
    COMMUNE,
    DUTY_OFFICER,
    LEAD,
    LEGAL,
    MONITORING,
    PUBLISHER,
    SECRETARY,
    SPOKESPERSON,
    STANDING_DEPUTY,
    SUBJECT_LEAD,
    Asked,
    Capture,
    Classification,
    Conclusion,
    Finding,
    Run,
    StatementKind,
    Verification,
    days,
    hours,
    minutes,
    playbook,
)
from playbooks import routines

ROOM = (LEAD, STANDING_DEPUTY, SPOKESPERSON, SECRETARY, LEGAL, MONITORING)
FIELD = (SUBJECT_LEAD, COMMUNE, PUBLISHER)


@playbook("Tin giả trên mạng xã hội", code="TIN_GIA_MXH", version=1)
def false_rumour(run: Run) -> None:
    run.open_incident()
    run.activate_task_force(*ROOM, *FIELD)
    run.propose_clock("FIRST_INFORMATION")  # a person says whether more than a rumour happened

    # Steps 1 to 4: keep the post, sort it out, ask those who know, choose whether to answer.
    run.ask("capture the post", of=DUTY_OFFICER, form=Capture, due=minutes(10), then=MONITORING)
    sorted_out = run.ask(
        "classify the content",
        of=MONITORING,
        form=Classification,
        due=minutes(20),
        then=STANDING_DEPUTY,
    )
    agency = run.ask(
        "verify with the agency in charge",
        of=SUBJECT_LEAD,
        form=Verification,
        due=minutes(40),
        then=LEAD,
        after=sorted_out,
    )
    commune = run.ask(
        "verify on the ground",
        of=COMMUNE,
        form=Verification,
        due=minutes(40),
        then=MONITORING,
        after=sorted_out,
    )
    answering = routines.chooses_to_answer(run, "answer or watch")

    # Steps 5 and 6: the first words wait for nobody's verification.
    if answering:
        routines.say_first(run, "holding statement", template="holding")

    # Step 7, and 8 and 9 with it: facts first, words after; silence is chosen again with them.
    facts = routines.established(run, agency, commune)
    if answering or routines.watch(run):
        answer(run, facts, sorted_out)

    # Steps 10 and 11: count, conclude, learn.
    counts = [
        run.measure(f"measure after {age} hours", of=MONITORING, after=hours(age))
        for age in routines.LOOKS_AFTER
    ]
    conclusion = run.ask(
        "conclude", of=SECRETARY, form=Conclusion, due=days(3), then=STANDING_DEPUTY
    )
    run.wait(conclusion, *counts)


def answer(run: Run, facts: Verification | None, sorted_out: Asked[Classification]) -> None:
    """Admit what is true, refute what is false, and say so when it is still not known."""
    finding = facts.finding if facts else Finding.UNDETERMINED
    if facts is None or finding is Finding.UNDETERMINED:
        routines.say_first(run, "update", template="update")
    elif finding is Finding.TRUE:
        routines.say_with_facts(
            run, "correction", template="correction", kind=StatementKind.CORRECTION, facts=facts
        )
        run.ask("put it right", of=SUBJECT_LEAD, due=days(1), then=STANDING_DEPUTY)
    elif signed := routines.say_with_facts(
        run, "refutation", template="refutation", kind=StatementKind.REFUTATION, facts=facts
    ):
        routines.after_refuting(run, finding, sorted_out, signed)
