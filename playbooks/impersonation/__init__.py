"""A hacked page, a false one in our name, or a forged voice: ask the owner, warn from elsewhere.

The owner is called by the directory's number; the warning goes out on another official channel;
what is forged, what was stolen and what is genuine after all each have their own way on.
"""

from flows.authoring import (
    DUTY_OFFICER,
    LEAD,
    LEGAL,
    MONITORING,
    POLICE_LIAISON,
    PUBLISHER,
    SECRETARY,
    SPOKESPERSON,
    STANDING_DEPUTY,
    SUBJECT_LEAD,
    Approved,
    Asked,
    Attack,
    Capture,
    ChannelCheck,
    Classification,
    Conclusion,
    Finding,
    Request,
    Run,
    StatementKind,
    Verification,
    YesOrNo,
    days,
    hours,
    minutes,
    playbook,
)
from playbooks import routines

ROOM = (LEAD, STANDING_DEPUTY, SPOKESPERSON, SECRETARY, LEGAL, MONITORING, DUTY_OFFICER)
FIELD = (SUBJECT_LEAD, PUBLISHER, POLICE_LIAISON)


@playbook("Giả mạo, tấn công kênh thông tin", code="GIA_MAO_TAN_CONG", version=1)
def impersonation(run: Run) -> None:
    run.open_incident()
    run.activate_task_force(*ROOM, *FIELD)

    # Steps 1 and 2: call the owner by the directory's number, close the door, keep what is shown.
    owner = run.ask(
        "call the owner of the channel",
        of=DUTY_OFFICER,
        form=ChannelCheck,
        due=minutes(10),
        then=MONITORING,
    )
    run.ask("lock the channel", of=PUBLISHER, due=minutes(20), then=STANDING_DEPUTY)
    run.ask("capture the content", of=MONITORING, form=Capture, due=minutes(20))
    sorted_out = run.ask(
        "classify the content",
        of=MONITORING,
        form=Classification,
        due=minutes(40),
        then=STANDING_DEPUTY,
    )

    # Step 3: the warning comes from another official channel and waits for nobody.
    warned = routines.say_first(run, "warning", template="warning")

    # Steps 4 to 8: what the owner says decides what is done.
    run.wait(owner)
    word = run.ask(
        "written word of the owner",
        of=SUBJECT_LEAD,
        form=Verification,
        due=hours(2),
        then=STANDING_DEPUTY,
    )
    attack = owner.answer.attack if owner.done else Attack.IMPERSONATED
    if attack is Attack.GENUINE:
        take_back(run, word, warned=warned)
    elif attack is Attack.HACKED:
        recover(run, word, warned=warned)
    else:
        expose(run, word, sorted_out, forged=attack is Attack.DEEPFAKE, warned=warned)

    # Step 9, and what was learnt.
    if attack is not Attack.GENUINE:
        run.ask("review every access", of=PUBLISHER, due=days(7), then=STANDING_DEPUTY)
    run.wait(run.ask("conclude", of=SECRETARY, form=Conclusion, due=days(3), then=STANDING_DEPUTY))


def ask_for_help(run: Run) -> None:
    """Requests to the platform and for the victims; silence neither blocks nor approves."""
    run.ask(
        "report to the platform", of=STANDING_DEPUTY, form=Request, due=hours(4), mandatory=False
    )
    run.propose_clock("CONTENT_REMOVAL")
    run.ask("line for victims", of=POLICE_LIAISON, due=hours(4), mandatory=False)


def expose(
    run: Run,
    word: Asked[Verification],
    sorted_out: Asked[Classification],
    *,
    forged: bool,
    warned: bool,
) -> None:
    """A false page or a forged voice: refuted on the owner's written word, else said to be open."""
    if forged:
        run.ask("keep the original file", of=MONITORING, due=minutes(60), then=DUTY_OFFICER)
    ask_for_help(run)
    run.wait(word)
    if not word.done or word.answer.finding is Finding.UNDETERMINED:
        routines.say_first(run, "update", template="update")
    elif word.answer.finding is Finding.TRUE:
        take_back(run, word, warned=warned)
    elif signed := routines.say_with_facts(
        run,
        "refutation of the forgery" if forged else "refutation",
        template="deepfake" if forged else "refutation",
        kind=StatementKind.REFUTATION,
        facts=word.answer,
    ):
        routines.after_refuting(run, word.answer.finding, sorted_out, signed)


def recover(run: Run, word: Asked[Verification], *, warned: bool) -> None:
    """Our own page was taken: get it back, look for stolen data, apologise; no blame elsewhere."""
    ask_for_help(run)
    run.ask("restore the channel", of=PUBLISHER, due=days(1), then=STANDING_DEPUTY)
    stolen = run.decide(
        "was personal data taken", of=LEGAL, form=YesOrNo, due=hours(4), then=STANDING_DEPUTY
    )
    run.wait(word)
    if not word.done or word.answer.finding is Finding.UNDETERMINED:
        routines.say_first(run, "update", template="update")
    elif word.answer.finding is Finding.TRUE:
        take_back(run, word, warned=warned)
    elif signed := correct(run, "correction", template="correction", word=word):
        routines.refer_to_the_police(run, once_signed=routines.still_awaited(signed))
    run.wait(stolen)
    if stolen.done and stolen.answer.yes:
        run.propose_clock("DATA_BREACH")
        run.ask("notify the data authority", of=LEGAL, form=Request, due=days(1))
        routines.say_first(run, "notice to those affected", template="leak")


def take_back(run: Run, word: Asked[Verification], *, warned: bool) -> None:
    """The channel and its words are genuine: a warning already given is taken back by name."""
    run.wait(word)
    if warned and word.done:
        correct(run, "retraction", template="retraction", word=word)


def correct(run: Run, words: str, *, template: str, word: Asked[Verification]) -> Approved | None:
    """Our own error is ours to correct: the legal check, then two signatures, at level 4 three."""
    return routines.say_with_facts(
        run, words, template=template, kind=StatementKind.CORRECTION, facts=word.answer
    )
