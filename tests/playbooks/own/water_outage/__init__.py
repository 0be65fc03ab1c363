"""Water is cut off: say so at once, bring water, and say when it is over."""

from flows.authoring import (
    COMMUNE,
    MONITORING,
    SECRETARY,
    STANDING_DEPUTY,
    SUBJECT_LEAD,
    Conclusion,
    Form,
    Labelled,
    Remark,
    Run,
    Verification,
    asked,
    days,
    hours,
    minutes,
    playbook,
)
from playbooks import routines


class Cause(Labelled):
    """Why there is no water, as far as anybody can tell."""

    BURST = "burst", "vỡ ống", "burst pipe"
    POWER = "power", "mất điện trạm bơm", "pumping station without power"


class HouseholdCount(Form):
    """How many are without water, and why."""

    heading = "Đếm hộ mất nước"
    heading_en = "Count the households without water"
    households: int = asked("Số hộ mất nước", "Households without water", ge=0, le=1_000_000)
    cause: Cause = asked("Nguyên nhân", "Cause")
    hospital: bool = asked("Có bệnh viện bị ảnh hưởng", "A hospital is affected")
    note: Remark = asked("Ghi chú thêm", "More to say", default="")


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
    run.ask("count the households", of=MONITORING, form=HouseholdCount, due=hours(1))
    run.ask("bring water", of=COMMUNE, due=hours(2), then=STANDING_DEPUTY, after=found)

    # The notice waits for nobody: where, since when, where water is handed out.
    routines.say_first(run, "notice", template="notice", rounds=("",))
    run.wait(found)
    run.wait(run.ask("conclude", of=SECRETARY, form=Conclusion, due=days(2), then=STANDING_DEPUTY))
