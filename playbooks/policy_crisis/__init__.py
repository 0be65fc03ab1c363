"""A crisis around a policy: stop promoting it, listen, decide in the open, keep the promises.

Whoever disagrees holds an opinion: nothing here labels, refutes or refers anybody.
"""

from datetime import timedelta

from flows.authoring import (
    CHAIR,
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
    Conclusion,
    PolicyCourse,
    PolicyDecision,
    Promises,
    Role,
    Run,
    StatementKind,
    days,
    hours,
    minutes,
    playbook,
)
from playbooks import routines

ROOM = (LEAD, STANDING_DEPUTY, SPOKESPERSON, SECRETARY, LEGAL, MONITORING)
FIELD = (SUBJECT_LEAD, COMMUNE, PUBLISHER)


@playbook("Khủng hoảng quanh một chính sách", code="CHINH_SACH", version=1)
def policy_crisis(run: Run) -> None:
    run.open_incident()
    run.activate_task_force(*ROOM, *FIELD)
    run.propose_clock("FIRST_INFORMATION")  # a person says whether the law asks for first words

    # Steps 1 to 3: stop promoting, write down what is known, listen to what people ask.
    run.ask("hold back promotion", of=PUBLISHER, due=minutes(30), then=SPOKESPERSON)
    heard = [
        run.ask("write the fact sheet", of=SUBJECT_LEAD, due=hours(3), then=STANDING_DEPUTY),
        run.ask("gather the questions", of=MONITORING, due=hours(3), then=DUTY_OFFICER),
        run.ask("listen in the communes", of=COMMUNE, due=hours(3), then=MONITORING),
    ]

    # Step 4: heard, under review, and when the next word comes.
    routines.say_first(run, "holding statement", template="holding")

    # Step 5: explain, adjust, pause or withdraw; where nobody decides in time, people are told.
    run.wait(*heard)
    decision = choose(run, "choose the course", of=LEAD, due=hours(7), then=CHAIR)
    if decision is None:
        routines.say_first(run, "update", template="update")
        decision = choose(run, "choose the course once more", of=CHAIR, due=days(1))

    # Steps 6 to 9: announce, answer, follow the promises; a pause ends with a second decision.
    conclusion = run.ask(
        "conclude", of=SECRETARY, form=Conclusion, due=days(30), then=STANDING_DEPUTY
    )
    if decision is not None:
        announce(run, "announcement", decision)
        answer_everywhere(run)
        if decision.course is PolicyCourse.PAUSE:
            decide_after_the_pause(run)
    run.wait(conclusion)


def choose(
    run: Run, key: str, *, of: Role, due: timedelta, then: Role | None = None
) -> PolicyDecision | None:
    """One named person decides, with the options considered and the dissent on record."""
    chosen = run.decide(key, of=of, form=PolicyDecision, due=due, then=then)
    run.wait(chosen)
    return chosen.answer if chosen.done else None


def announce(run: Run, words: str, decision: PolicyDecision) -> None:
    """Say what was decided; a withdrawal is our own error, and is called one."""
    if decision.course is PolicyCourse.WITHDRAW:
        routines.say_with_facts(
            run, "withdrawal", template="withdrawal", kind=StatementKind.CORRECTION, facts=decision
        )
    else:
        routines.say_with_facts(
            run, words, template="announcement", kind=StatementKind.CONCLUSION, facts=decision
        )


def answer_everywhere(run: Run) -> None:
    """Steps 6 to 9: the press conference, the answers, the promises, the yearly plan."""
    noticed = run.ask(
        "give notice of the press conference", of=STANDING_DEPUTY, due=hours(4), mandatory=False
    )
    run.propose_clock("PRESS_CONFERENCE_NOTICE")  # a person says when the conference is
    run.ask(
        "hold the press conference", of=SPOKESPERSON, due=days(2), after=noticed, mandatory=False
    )
    run.ask("answer in every commune", of=COMMUNE, due=hours(12), then=MONITORING)
    follow_promises(run, "list the promises")
    run.ask("add to the communication plan", of=SUBJECT_LEAD, due=days(10), mandatory=False)


def decide_after_the_pause(run: Run) -> None:
    """A pause is a promise to decide: people learn of the second decision as of the first."""
    decision = choose(run, "choose the course after the pause", of=LEAD, due=days(10), then=CHAIR)
    if decision is not None:
        announce(run, "second announcement", decision)
        follow_promises(run, "list the promises after the pause")


def follow_promises(run: Run, key: str) -> None:
    """Step 8: every promise on the list becomes a step of its own, with its keeper and its day."""
    run.ask(key, of=SECRETARY, form=Promises, due=hours(4), then=STANDING_DEPUTY)
