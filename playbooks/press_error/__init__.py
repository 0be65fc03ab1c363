"""An error in the press: compare, ask the newsroom first, and own up where the article is right.

Only a statement of fact that a signed fact contradicts is asked about, never an opinion (rule 16
of practice); the newsroom's own grounds are weighed before anything is demanded in writing.
"""

from typing import Any

from flows.authoring import (
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
    NewsroomAnswer,
    Redress,
    Request,
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
FIELD = (SUBJECT_LEAD, PUBLISHER)


@playbook("Báo chí đưa tin có sai sót", code="CAI_CHINH_BAO_CHI", version=1)
def press_error(run: Run) -> None:
    run.open_incident()
    run.activate_task_force(*ROOM, *FIELD)

    # Steps 1 and 2: keep the article, part facts from opinion, compare sentence by sentence.
    run.ask("keep the article", of=MONITORING, form=Capture, due=minutes(15), then=DUTY_OFFICER)
    sorted_out = run.ask(
        "part facts from opinion",
        of=MONITORING,
        form=Classification,
        due=minutes(45),
        then=STANDING_DEPUTY,
    )
    compared = run.ask(
        "compare sentence by sentence",
        of=SUBJECT_LEAD,
        form=Verification,
        due=hours(2),
        then=LEAD,
        after=sorted_out,
    )

    # The first words, where the public waits for some: beside the comparison, never after it.
    if routines.chooses_to_answer(run, "answer or watch"):
        routines.say_first(run, "holding statement", template="holding")

    # Steps 3 to 7, or our own correction: what follows depends on who was right.
    facts = routines.established(run, compared)
    run.wait(sorted_out)
    if facts is None or facts.finding is Finding.UNDETERMINED:
        routines.say_first(run, "update", template="update")
    elif facts.finding is Finding.TRUE:
        own_up(run, facts)
    elif routines.asserts_a_fact(sorted_out):
        ask_the_newsroom(run, facts)
    else:
        state_the_facts(run, facts)

    # Step 8: close with the outcome and the time it took.
    run.wait(run.ask("conclude", of=SECRETARY, form=Conclusion, due=days(3), then=STANDING_DEPUTY))


def own_up(run: Run, facts: Verification) -> None:
    """The article is right: the correction is ours, and the matter itself is taken up."""
    routines.say_with_facts(
        run, "correction", template="correction", kind=StatementKind.CORRECTION, facts=facts
    )
    run.ask("put it right", of=SUBJECT_LEAD, due=days(1), then=STANDING_DEPUTY)
    run.ask("take up the matter itself", of=STANDING_DEPUTY, due=hours(4), then=LEAD)


def ask_the_newsroom(run: Run, facts: Verification) -> None:
    """Steps 3 to 7: talk, write, look, remind; only then the press authority (rules 16 and 19)."""
    talked = run.ask(
        "talk to the newsroom",
        of=SPOKESPERSON,
        form=NewsroomAnswer,
        due=hours(1),
        then=STANDING_DEPUTY,
    ).usually(redress=Redress.NONE)
    run.wait(talked)
    if says(talked, Redress.CONTESTED):
        weighed = weigh(run, "weigh what the newsroom holds")
        if weighed is None or weighed.finding is Finding.UNDETERMINED:
            return  # nothing is demanded that nobody can prove
        if weighed.finding is Finding.TRUE:
            own_up(run, weighed)
            return
        facts = weighed
    written = says(talked, Redress.FULL) or write(run, facts)
    if not (written and corrected(run)):
        state_the_facts(run, facts)


def weigh(run: Run, key: str) -> Verification | None:
    """What the newsroom holds is weighed by a named person before anything is demanded."""
    weighed = run.decide(key, of=STANDING_DEPUTY, form=Verification, due=hours(3), then=LEAD)
    run.wait(weighed)
    return weighed.answer if weighed.done else None


def write(run: Run, facts: Verification) -> bool:
    """Steps 4 and 5: the letter, checked and signed, sent under its number and seen received.

    Nobody waits for one that is not signed in time; signed late, it is sent all the same.
    """
    signed = routines.sign_with_facts(
        run,
        "letter",
        template="letter",
        kind=StatementKind.REFUTATION,
        facts=facts,
        by=(STANDING_DEPUTY, LEAD),
    )
    if signed is None or signed.refused:
        return False
    sent = run.publish(
        "send the letter", signed, by=SECRETARY, form=Request, due=hours(2), or_late=True
    )
    if not signed.granted:
        return False
    run.wait(sent)
    if sent.refused:
        return False
    for kind_of_press in ("ELECTRONIC", "DAILY", "PERIODICAL"):
        run.propose_clock(f"PRESS_CORRECTION_{kind_of_press}")  # one is started, by its receipt
    return True


def corrected(run: Run) -> bool:
    """Steps 6 and 7: look at what was published, remind once, then ask the press authority."""
    looked = look(run, "look at what was published")
    if says(looked, Redress.FULL):
        return True
    reminded = run.ask("remind the newsroom", of=SPOKESPERSON, due=hours(4), then=STANDING_DEPUTY)
    looked = look(run, "look again at what was published", after=reminded)
    if says(looked, Redress.FULL):
        return True
    run.ask("ask the press authority", of=STANDING_DEPUTY, form=Request, due=hours(8), then=LEAD)
    return False


def look(run: Run, key: str, after: Asked[Any] | None = None) -> Asked[NewsroomAnswer]:
    """The checklist: title, all of it, the same place, apology, online version, re-users."""
    looked = run.ask(
        key, of=MONITORING, form=NewsroomAnswer, due=days(2), then=SECRETARY, after=after
    )
    run.wait(looked)
    return looked


def says(answered: Asked[NewsroomAnswer], redress: Redress) -> bool:
    """Silence neither blocks nor approves (rule 19)."""
    return answered.done and answered.answer.redress is redress


def state_the_facts(run: Run, facts: Verification) -> None:
    """Our facts in our own place: no word about the newsroom, no label on an opinion."""
    routines.say_with_facts(
        run, "clarification", template="clarification", kind=StatementKind.CONCLUSION, facts=facts
    )
    routines.hear_objections(run)
