"""Flood, dyke, storm or salinity: advice first, bulletins until somebody signs that it is over.

What is not excluded is never called safe; word of mouth goes before pictures and nobody is sent
into danger; a rumour is refuted only on the signed word of the technical authority.
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
    Classification,
    Conclusion,
    Danger,
    Finding,
    HazardReport,
    Posted,
    Run,
    StatementKind,
    days,
    hours,
    minutes,
    playbook,
    time_of_day,
)
from playbooks import routines

ROOM = (LEAD, STANDING_DEPUTY, SPOKESPERSON, SECRETARY, LEGAL, MONITORING, DUTY_OFFICER)
FIELD = (SUBJECT_LEAD, COMMUNE, PUBLISHER)

CADENCE = hours(2)
PROMISED = hours(3)
"""What a bulletin promises the public leaves time to write and sign the next one."""

A_WEEK = 84
"""Rounds after which the head of the task force decides how bulletins go on."""

REPORTS = (time_of_day(6), time_of_day(18))
"""When a brief report is with the leaders, twice a day as long as the matter is worked on."""

TWO_WEEKS = 28
"""Reports after which bulletins have ended too: how it goes on is a leader's decision."""


@playbook("Thiên tai, lũ, đê điều, xâm nhập mặn", code="THIEN_TAI", version=1)
def natural_hazard(run: Run) -> None:
    run.open_incident()
    run.activate_task_force(*ROOM, *FIELD)
    run.propose_clock("FIRST_INFORMATION")  # a person says whether more than a rumour happened

    # Step 1: by word of mouth first, pictures later, nobody is sent into danger.
    ground = run.ask(
        "report from the ground",
        of=COMMUNE,
        form=HazardReport,
        due=minutes(20),
        then=MONITORING,
        life_safety=True,
    ).usually(danger=Danger.NOT_EXCLUDED)
    technical = run.ask(
        "report from the technical authority",
        of=SUBJECT_LEAD,
        form=HazardReport,
        due=minutes(20),
        life_safety=True,
    ).usually(danger=Danger.NOT_EXCLUDED)
    run.ask("send pictures", of=COMMUNE, due=hours(6), after=ground, mandatory=False)
    sorted_out = run.ask(
        "classify the content",
        of=MONITORING,
        form=Classification,
        due=minutes(40),
        then=STANDING_DEPUTY,
        mandatory=False,
    )

    # Step 9: a brief report at six and at eighteen, beside everything else.
    run.daily("report in brief", of=SECRETARY, at=REPORTS, within=hours(1), at_most=TWO_WEEKS)

    # Steps 2 and 3: warning and advice go out while danger is not excluded; they wait for nobody.
    run.ask(
        "warn the area",
        of=DUTY_OFFICER,
        form=Posted,
        due=minutes(40),
        then=PUBLISHER,
        life_safety=True,
    )
    routines.say_first(run, "advice", template="advice", facts={"next_at": run.now + CADENCE})

    # Steps 4 to 8: bulletins while it lasts, a refutation once the technical authority has signed.
    run.wait(ground, technical)
    refuted = False
    if not (excluded(ground) and excluded(technical)):
        run.ask("keep one source of figures", of=SECRETARY, due=hours(4), mandatory=False)
        technical, refuted = keep_informed(run, technical, sorted_out)
    if not refuted:
        refute(run, technical, sorted_out)

    # The end: all-clear with two signatures, and what was learnt.
    say_it_is_over(run, technical)
    run.wait(run.ask("conclude", of=SECRETARY, form=Conclusion, due=days(3), then=STANDING_DEPUTY))


def keep_informed(
    run: Run, technical: Asked[HazardReport], sorted_out: Asked[Classification]
) -> tuple[Asked[HazardReport], bool]:
    """A bulletin now and every two hours, until the technical authority excludes the danger."""
    inform(run, "first bulletin", technical, rounds=routines.ROUNDS)
    refuted = refute(run, technical, sorted_out)
    for round_ in run.every(CADENCE, at_most=A_WEEK):
        technical = run.ask(
            f"report the danger {round_}",
            of=SUBJECT_LEAD,
            form=HazardReport,
            due=minutes(20),
        ).usually(danger=Danger.NOT_EXCLUDED if round_ == 1 else Danger.EXCLUDED)
        run.wait(technical, in_time=True)  # the public was promised an hour
        if excluded(technical):
            break
        inform(run, f"bulletin {round_}", technical, rounds=("",))
        refuted = refuted or refute(run, technical, sorted_out)
    return technical, refuted


def inform(
    run: Run, words: str, technical: Asked[HazardReport], *, rounds: tuple[str, ...]
) -> None:
    """What is known, what to do, when the next word comes; known or not, it comes on time."""
    facts = {
        "report": technical.answer if technical.done else None,
        "next_at": run.now + PROMISED,
    }
    routines.say_first(run, words, template="bulletin", facts=facts, rounds=rounds)


def refute(run: Run, technical: Asked[HazardReport], sorted_out: Asked[Classification]) -> bool:
    """Only on the technical authority's signed word; whether it has been tried."""
    if not technical.done:
        return False
    finding = technical.answer.finding
    if finding not in (Finding.FALSE, Finding.PARTLY_FALSE):
        return False
    if signed := routines.say_with_facts(
        run,
        "refutation",
        template="refutation",
        kind=StatementKind.REFUTATION,
        facts=technical.answer,
    ):
        routines.after_refuting(run, finding, sorted_out, signed)
    return True


def say_it_is_over(run: Run, technical: Asked[HazardReport]) -> None:
    """The warning ends when the all-clear is signed; without it somebody says how it goes on."""
    if not excluded(technical):
        run.decide("go on by direction", of=LEAD, due=hours(2), then=STANDING_DEPUTY)
    elif signed := routines.say_with_facts(
        run,
        "all-clear",
        template="all_clear",
        kind=StatementKind.CONCLUSION,
        facts=technical.answer,
    ):
        run.ask(
            "end the warning",
            of=DUTY_OFFICER,
            form=Posted,
            due=minutes(30),
            then=PUBLISHER,
            once_signed=routines.still_awaited(signed),
        )


def excluded(report: Asked[HazardReport]) -> bool:
    """Silence excludes nothing."""
    return report.done and report.answer.danger is Danger.EXCLUDED
