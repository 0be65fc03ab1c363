"""Sequences that several playbooks share; each reads like the paragraph of the handbook it is."""

from datetime import timedelta
from typing import Any

from flows.authoring import (
    CHAIR,
    LEAD,
    LEGAL,
    MONITORING,
    PUBLIC,
    PUBLISHER,
    SECRETARY,
    SPOKESPERSON,
    STANDING_DEPUTY,
    AnswerOrWatch,
    Approved,
    Asked,
    Channel,
    Classification,
    ContentType,
    Course,
    Drafted,
    Finding,
    Form,
    Level,
    Nature,
    ObjectionReview,
    Request,
    Role,
    Run,
    StatementKind,
    Verification,
    days,
    hours,
    minutes,
)

ROUNDS = ("", " 2")
"""A refused text is drafted once more, and no oftener: then the people concerned meet."""

LOOKS_AFTER = (6, 24, 48)
"""Hours after which the spread is counted."""


def say_first(
    run: Run,
    words: str,
    *,
    template: str,
    by: Role = SPOKESPERSON,
    facts: dict[str, Any] | None = None,
    rounds: tuple[str, ...] = ROUNDS,
) -> bool:
    """First words: one signature, the legal check beside it, no verification (rules 1 and 2)."""
    signed = None
    for round_ in rounds:
        drafted = run.draft(
            f"draft the {words}{round_}",
            template=template,
            kind=StatementKind.HOLDING,
            facts=facts,
            by=SECRETARY,
            due=minutes(20),
            then=STANDING_DEPUTY,
        )
        run.check(f"check the {words}{round_}", drafted, of=LEGAL, due=minutes(20), mandatory=False)
        signed = _signatures(
            run, f"sign the {words}{round_}", drafted, by=(by,), due=minutes(30), release_to=PUBLIC
        )
        run.wait(signed)
        if not signed.refused:
            break
    return _post(run, words, signed)


def say_with_facts(
    run: Run,
    words: str,
    *,
    template: str,
    kind: StatementKind,
    facts: Form,
    by: tuple[Role, ...] = (SPOKESPERSON, LEAD),
    third: Role = CHAIR,
) -> Approved | None:
    """Words that judge, signed as rule 2 asks and released with the last signature.

    Nothing where they were refused; a signature that is late may still come.
    """
    signed = sign_with_facts(
        run,
        words,
        template=template,
        kind=kind,
        facts=facts,
        by=by,
        third=third,
        release_to=PUBLIC,
    )
    _post(run, words, signed)
    return None if signed is None or signed.refused else signed


def sign_with_facts(
    run: Run,
    words: str,
    *,
    template: str,
    kind: StatementKind,
    facts: Form,
    by: tuple[Role, ...],
    third: Role = CHAIR,
    release_to: tuple[Channel, ...] = (),
) -> Approved | None:
    """Words that judge: the legal check first, then two signatures, at level 4 three (rule 2)."""
    signers = (*by, third) if run.level >= Level.CRISIS else by
    signed = None
    for round_ in ROUNDS:
        drafted = run.draft(
            f"draft the {words}{round_}",
            template=template,
            kind=kind,
            facts=facts,
            by=SECRETARY,
            due=minutes(60),
            then=STANDING_DEPUTY,
        )
        checked = run.check(f"check the {words}{round_}", drafted, of=LEGAL, due=minutes(45))
        run.wait(checked)
        if checked.refused:
            continue  # nobody is asked to sign what the law forbids to say
        signed = _signatures(
            run,
            f"sign the {words}{round_}",
            drafted,
            by=signers,
            due=minutes(60),
            release_to=release_to,
            after=checked,
        )
        run.wait(signed)
        if third not in signers and not signed.refused and run.level >= Level.CRISIS:
            # The level rose while two were reading: now it takes the third as well.
            signed = _signatures(
                run,
                f"sign the {words}{round_}",
                drafted,
                by=(third,),
                due=minutes(60),
                release_to=release_to,
                after=checked,
            )
            run.wait(signed)
        if not signed.refused:
            break
    return signed


def _signatures(
    run: Run,
    key: str,
    drafted: Drafted,
    *,
    by: tuple[Role, ...],
    due: timedelta,
    release_to: tuple[Channel, ...],
    after: Asked[Any] | None = None,
) -> Approved:
    """One step a signer; each but the spokesperson's, whose it mostly is, says whose it is."""
    asked = [
        run.approve(
            key if role is SPOKESPERSON else f"{key} ({role.value})",
            drafted,
            by=role,
            due=due,
            release_to=release_to,
            after=after,
        )
        for role in by
    ]
    return Approved(*(part for each in asked for part in each.parts))


def _post(run: Run, words: str, signed: Approved | None) -> bool:
    """The signature has released the words to the public page; a person posts them elsewhere.

    A late signature releases them as well: they are posted then, and nothing else is turned back.
    """
    if signed is None or signed.refused:
        return False
    run.publish(f"post the {words}", signed, by=PUBLISHER, due=minutes(15), or_late=True)
    return signed.granted


def chooses_to_answer(run: Run, key: str) -> bool:
    """Answer or watch; where nobody decides in time the public is answered."""
    choice = run.decide(key, of=STANDING_DEPUTY, form=AnswerOrWatch, due=minutes(20), then=LEAD)
    run.wait(choice)
    return not choice.done or choice.answer.course is Course.ANSWER


def watch(run: Run) -> bool:
    """Say nothing and look; the choice is made again with the facts and whenever it spreads."""
    if chooses_to_answer(run, "answer or watch with the facts"):
        return True
    for age in LOOKS_AFTER:
        counted = run.measure(f"watch after {age} hours", of=MONITORING, after=hours(age))
        run.wait(counted)
        falling = counted.done and counted.answer.falling
        if not falling and chooses_to_answer(run, f"answer or watch after {age} hours"):
            return True
    return False


def established(run: Run, *asked: Asked[Verification]) -> Verification | None:
    """What is true: the finding all agree on; where they differ or know nothing, it is settled."""
    run.wait(*asked)
    said = [
        each.answer
        for each in asked
        if each.done and each.answer.finding is not Finding.UNDETERMINED
    ]
    if said and all(each.finding is said[0].finding for each in said):
        return said[0]
    settled = run.decide(
        "settle the finding", of=STANDING_DEPUTY, form=Verification, due=hours(2), then=LEAD
    )
    run.wait(settled)
    return settled.answer if settled.done else None


def after_refuting(
    run: Run, finding: Finding, sorted_out: Asked[Classification], signed: Approved
) -> None:
    """Requests and redress: only after a signed refutation, never against an opinion.

    Where its signature is late they wait for it, and nobody waits for them.
    """
    late = still_awaited(signed)
    run.ask(
        "report to the national centre",
        of=STANDING_DEPUTY,
        form=Request,
        due=hours(4),
        then=SECRETARY,
        mandatory=finding is Finding.FALSE,
        once_signed=late,
    )
    run.propose_clock("CONTENT_REMOVAL", once_signed=late)
    hear_objections(run, once_signed=late)
    run.wait(sorted_out)
    if finding is Finding.FALSE and asserts_a_fact(sorted_out):
        refer_to_the_police(run, once_signed=late)


def refer_to_the_police(run: Run, *, once_signed: Approved | None) -> None:
    """The police are asked with what proves it; whether they act is theirs (rule 19)."""
    run.ask(
        "refer to the police",
        of=LEGAL,
        form=Request,
        due=days(1),
        mandatory=False,
        once_signed=once_signed,
    )


def still_awaited(signed: Approved) -> Approved | None:
    """The signature where it is late: what follows the words waits for it, and opens with it."""
    return None if signed.granted else signed


def hear_objections(run: Run, *, once_signed: Approved | None = None) -> None:
    """Redress: reviewed by a lawyer who did not check these words (rule 15 of practice)."""
    run.ask(
        "review objections",
        of=LEGAL,
        form=ObjectionReview,
        due=days(3),
        mandatory=False,
        once_signed=once_signed,
    )


def asserts_a_fact(sorted_out: Asked[Classification]) -> bool:
    """Opinion, complaint, question and satire are nobody's offence (rule 12 of practice)."""
    return (
        sorted_out.done
        and sorted_out.answer.nature is Nature.CLAIM
        and sorted_out.answer.content_type is not ContentType.SATIRE
    )
