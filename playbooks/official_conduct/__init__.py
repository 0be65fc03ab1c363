"""An official's conduct or remark: step back, look into it, say when people will hear, own up.

Nobody approves words about themselves or about their own superior, so every signature is one tier
up. Whoever spoke up is protected: no step looks for them.
"""

from flows.authoring import (
    CHAIR,
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
    Conclusion,
    Finding,
    Recusal,
    Request,
    Role,
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


@playbook("Hành vi, phát ngôn của cán bộ bị phản ánh", code="CAN_BO", version=1)
def official_conduct(run: Run) -> None:
    run.open_incident()
    run.activate_task_force(*ROOM, *FIELD)
    run.propose_clock("FIRST_INFORMATION")  # a person says whether the law asks for first words

    # Steps 1, 2 and 8: those concerned step back, the whole record is kept, nobody is hunted.
    stepped_back = run.ask(
        "take those concerned out",
        of=SECRETARY,
        form=Recusal,
        due=minutes(15),
        then=LEGAL,
    ).usually(lead=False, chair=False)
    run.ask("keep the full record", of=MONITORING, form=Capture, due=minutes(45), then=DUTY_OFFICER)
    run.ask("protect whoever spoke up", of=LEGAL, due=hours(1), then=SECRETARY)
    run.wait(stepped_back)

    # Steps 3 to 7: one tier up in this office, or the authority above it.
    if concerns_the_chair(stepped_back):
        signer = beside_the_chair(one_tier_up(stepped_back))
        leave_to_those_above(run, signer)
        routines.say_first(run, "update", template="update", by=signer)
    else:
        look_into(run, one_tier_up(stepped_back))

    run.wait(run.ask("conclude", of=SECRETARY, form=Conclusion, due=days(3), then=STANDING_DEPUTY))


def concerns_the_chair(stepped_back: Asked[Recusal]) -> bool:
    """Nobody in this office is above its chair."""
    return stepped_back.done and stepped_back.answer.chair


def one_tier_up(stepped_back: Asked[Recusal]) -> tuple[Role, Role]:
    """Who signs; where nobody has looked who is concerned, the highest tier of the office."""
    if stepped_back.done and not stepped_back.answer.lead:
        return LEAD, CHAIR
    return CHAIR, SPOKESPERSON


def beside_the_chair(*signers: tuple[Role, Role]) -> Role:
    """Who says that those above were asked: the spokesperson where the lead is concerned too."""
    return SPOKESPERSON if any(SPOKESPERSON in pair for pair in signers) else LEAD


def look_into(run: Run, signers: tuple[Role, Role]) -> None:
    """Report, order the verification, say first words beside it, and judge only on its result."""
    head = signers[0]
    named = "" if head is LEAD else f" ({head.value})"
    run.ask(f"report to those who manage the post{named}", of=head, due=minutes(60))
    ordered = run.decide("order the verification", of=CHAIR, due=hours(4))
    found = run.ask(
        "verify what happened",
        of=SUBJECT_LEAD,
        form=Verification,
        due=days(1),
        then=LEGAL,
        after=ordered,
    ).usually(finding=Finding.UNDETERMINED)
    routines.say_first(run, "holding statement", template="holding", by=head)
    facts = known(run, found, head)
    if facts is None:
        return
    still = run.ask(
        "look again who is concerned",
        of=SECRETARY,
        form=Recusal,
        due=minutes(15),
        then=LEGAL,
    ).usually(lead=False, chair=False)
    run.wait(still)
    if concerns_the_chair(still):
        leave_to_those_above(run, beside_the_chair(signers, one_tier_up(still)))
    else:
        say_the_outcome(run, facts, one_tier_up(still))


def known(run: Run, found: Asked[Verification], head: Role) -> Verification | None:
    """Step 6: an update at the promised time, finished or not, and the work goes on."""
    for update in ("update", "second update"):
        run.wait(found)
        if found.done and found.answer.finding is not Finding.UNDETERMINED:
            return found.answer
        if update == "update":
            found = run.ask(
                "go on verifying", of=SUBJECT_LEAD, form=Verification, due=days(3), then=LEGAL
            )
        routines.say_first(run, update, template="update", by=head)
    return None


def say_the_outcome(run: Run, facts: Verification, signers: tuple[Role, Role]) -> None:
    """Step 7: what was found and what follows; where there was a fault, an apology."""
    if facts.finding is Finding.FALSE:
        routines.say_with_facts(
            run,
            "outcome",
            template="outcome",
            kind=StatementKind.CONCLUSION,
            facts=facts,
            by=signers,
            third=SUBJECT_LEAD,
        )
        routines.hear_objections(run)
    else:
        routines.say_with_facts(
            run,
            "apology",
            template="apology",
            kind=StatementKind.CORRECTION,
            facts=facts,
            by=signers,
            third=SUBJECT_LEAD,
        )
        run.ask("follow the measures", of=SECRETARY, due=days(7), then=STANDING_DEPUTY)


def leave_to_those_above(run: Run, signer: Role) -> None:
    """An office does not judge its own head: it asks, says that it has asked, and asks again."""
    run.ask("ask the authority above", of=LEAD, form=Request, due=minutes(60), then=STANDING_DEPUTY)
    routines.say_first(run, "notice", template="notice", by=signer)
    run.wait(run.ask("call the authority above", of=SECRETARY, due=days(1), mandatory=False))
