"""A health or food scare: what to do first, then the results, whatever they say.

Confirmed, waiting or none are three ways to go on; nobody's name stands in a text; a business
hurt by a false report gets its name back.
"""

from flows.authoring import (
    COMMUNE,
    LEAD,
    LEGAL,
    MONITORING,
    PUBLISHER,
    SECRETARY,
    SPOKESPERSON,
    STANDING_DEPUTY,
    SUBJECT_LEAD,
    Asked,
    CaseReport,
    Cases,
    Classification,
    Conclusion,
    Finding,
    Run,
    StatementKind,
    YesOrNo,
    days,
    hours,
    minutes,
    playbook,
)
from playbooks import routines

ROOM = (LEAD, STANDING_DEPUTY, SPOKESPERSON, SECRETARY, LEGAL, MONITORING)
FIELD = (SUBJECT_LEAD, COMMUNE, PUBLISHER)

WAITING_DAYS = 7
"""How often a laboratory is asked, a day each, before the public is told that it stays open."""

OUTBREAK_DAYS = 21

PROMISED = hours(30)
"""A day for the next report, and the time to write and sign what it says."""


@playbook("Sự cố y tế, an toàn thực phẩm", code="Y_TE_ATTP", version=1)
def health_scare(run: Run) -> None:
    run.open_incident()
    run.activate_task_force(*ROOM, *FIELD)
    run.propose_clock("FIRST_INFORMATION")  # a person says whether more than a rumour happened

    # Steps 1, 4 and 5: what is confirmed, where people can ask, who carries it to them.
    cases = run.ask(
        "confirm the cases",
        of=SUBJECT_LEAD,
        form=CaseReport,
        due=minutes(60),
        life_safety=True,
    ).usually(cases=Cases.WAITING)
    sorted_out = run.ask(
        "classify the content",
        of=MONITORING,
        form=Classification,
        due=hours(1),
        then=STANDING_DEPUTY,
        mandatory=False,
    )
    run.ask("open a hotline", of=SUBJECT_LEAD, due=hours(2), then=STANDING_DEPUTY, life_safety=True)
    run.ask("tell the trusted voices", of=COMMUNE, due=hours(4), mandatory=False)

    # Step 2: what to do first waits for no case and no sample.
    routines.say_first(run, "holding statement", template="holding")

    # Steps 3 and 6: wait for the results and publish them, negative ones too.
    run.wait(cases)
    report = cases if answered(cases) else results(run, cases)
    if report is None:
        run.decide("go on by direction", of=LEAD, due=hours(4), then=STANDING_DEPUTY)
    elif report.answer.cases is Cases.CONFIRMED:
        confirmed(run, report)
    elif report is cases:
        without_a_sample(run, report, sorted_out)
    else:
        publish(run, "test results", template="results", report=report)
        restore(run, report)

    run.wait(run.ask("conclude", of=SECRETARY, form=Conclusion, due=days(3), then=STANDING_DEPUTY))


def answered(report: Asked[CaseReport]) -> bool:
    """Whether the health authority has said yes or no."""
    return report.done and report.answer.cases is not Cases.WAITING


def results(run: Run, last: Asked[CaseReport]) -> Asked[CaseReport] | None:
    """Ask the laboratory day by day, and say in public each time that it is still waiting."""
    for round_ in run.rounds(at_most=WAITING_DAYS):
        inform(run, f"update {round_}", template="update", report=last)
        tested = run.ask(
            f"report the results {round_}", of=SUBJECT_LEAD, form=CaseReport, due=days(1)
        )
        run.wait(tested)
        if answered(tested):
            return tested
        last = tested
    return None


def confirmed(run: Run, report: Asked[CaseReport]) -> None:
    """Stop the source if so decided, publish, and report every day until it is over."""
    run.decide("suspend or recall", of=SUBJECT_LEAD, form=YesOrNo, due=hours(2), then=LEAD)
    publish(run, "test results", template="results", report=report)
    restore(run, report)
    for day in run.every(days(1), at_most=OUTBREAK_DAYS):
        today = run.ask(
            f"report the cases {day}",
            of=SUBJECT_LEAD,
            form=CaseReport,
            due=hours(4),
        ).usually(cases=Cases.CONFIRMED if day == 1 else Cases.NONE)
        run.wait(today)
        if today.done and today.answer.cases is Cases.NONE:
            publish(run, "all-clear", template="all_clear", report=today)
            return
        inform(run, f"bulletin {day}", template="bulletin", report=today)
    run.decide("go on by direction", of=LEAD, due=hours(4), then=STANDING_DEPUTY)


def without_a_sample(
    run: Run, report: Asked[CaseReport], sorted_out: Asked[Classification]
) -> None:
    """No case and nothing to test: refute what is false, own up or stay open otherwise."""
    finding = report.answer.finding
    if finding not in (Finding.FALSE, Finding.PARTLY_FALSE):
        publish(run, "findings", template="findings", report=report)
    elif signed := routines.say_with_facts(
        run,
        "refutation",
        template="refutation",
        kind=StatementKind.REFUTATION,
        facts=report.answer,
    ):
        routines.after_refuting(run, finding, sorted_out, signed)
    restore(run, report)


def inform(run: Run, words: str, *, template: str, report: Asked[CaseReport]) -> None:
    """What the last report says, and when the next word comes; report or not, it comes."""
    facts = {"report": report.answer if report.done else None, "next_at": run.now + PROMISED}
    routines.say_first(run, words, template=template, facts=facts, rounds=("",))


def publish(run: Run, words: str, *, template: str, report: Asked[CaseReport]) -> None:
    """A conclusion: the legal check, then two signatures, at level 4 three."""
    routines.say_with_facts(
        run, words, template=template, kind=StatementKind.CONCLUSION, facts=report.answer
    )


def restore(run: Run, report: Asked[CaseReport]) -> None:
    """Step 7: a business wronged by a false report gets its name back, if it wants to be named."""
    wronged = run.decide(
        "was a business wronged", of=STANDING_DEPUTY, form=YesOrNo, due=hours(4), then=LEAD
    )
    run.wait(wronged)
    if wronged.done and wronged.answer.yes:
        publish(run, "restoration", template="restoration", report=report)
        run.ask("stand by the business", of=COMMUNE, due=days(3), mandatory=False)
