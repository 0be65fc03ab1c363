"""The scenarios that come with the playbook, read from the texts beside it."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from incidents.people.roles import Role
from incidents.response.steps.exercise_forms import ExercisePlan, Inject, Scenario, read_injects


def injects(plan: ExercisePlan) -> Sequence[Inject]:
    """What the plan lets happen, in the order of the minutes."""
    if plan.scenario is Scenario.OWN:
        return read_injects(plan.injects)
    return sorted([*shelf()[plan.scenario], *read_injects(plan.injects)], key=lambda i: i.minute)


@lru_cache
def shelf() -> dict[Scenario, tuple[Inject, ...]]:
    """Every scenario there is."""
    file = files("playbooks.exercise") / "scenarios.toml"
    written = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        Scenario(name): tuple(
            Inject(each["minute"], Role(each["role"]), {"vi": each["vi"], "en": each["en"]})
            for each in entries
        )
        for name, entries in written.items()
    }
