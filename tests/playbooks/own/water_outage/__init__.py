"""Water is cut off: say so at once, bring water, and say when it is over."""

from flows.authoring import (
    COMMUNE,
    SECRETARY,
    STANDING_DEPUTY,
    SUBJECT_LEAD,
    Conclusion,
    Run,
    Verification,
    days,
    hours,
    minutes,
    playbook,
)
from playbooks import routines


@playbook("Sự cố cấp nước sạch", code="CAP_NUOC", version=1)
def water_outage(run: Run) -> None:
    run.open_incident()
    found = run.ask(
        "find out how far and how long",
        of=SUBJECT_LEAD,
        form=Verification,
        due=minutes(40),
        then=STANDING_DEPUTY,
    )
    run.ask("bring water", of=COMMUNE, due=hours(2), then=STANDING_DEPUTY, after=found)

    # The notice waits for nobody: where, since when, where water is handed out.
    routines.say_first(run, "notice", template="notice", rounds=("",))
    run.wait(found)
    run.wait(run.ask("conclude", of=SECRETARY, form=Conclusion, due=days(2), then=STANDING_DEPUTY))
