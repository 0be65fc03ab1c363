"""The walk down every branch reads as sentences, in either language."""

import re

import pytest

from playbooks.catalog import PLAYBOOKS
from tests.trucban.conftest import Trucban
from trucban import ways

CODES = [each.code for each in PLAYBOOKS]


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_rehearsal_shows_no_key_of_the_program(
    trucban: Trucban, code: str, language: str
) -> None:
    said = trucban("playbooks", "rehearse", code, "--lang", language)

    assert said.code == 0
    assert not re.search(r" = |True|False|task force \d|level 1:", said.out)
    if language == "en":
        assert not re.search(r"[À-Ỹà-ỹ]{2}", said.out)


@pytest.mark.parametrize("code", CODES)
def test_the_handbook_lists_the_steps_in_the_order_they_are_written(
    trucban: Trucban, code: str
) -> None:
    told = trucban("playbooks", "show", code, "--json").json
    keys = [step["key"] for step in told["steps"]]

    assert keys == list(told["texts"]["steps"])


def edge(when: str, to: str = "b") -> dict[str, str]:
    return {"from": "a", "to": to, "when": when}


OUTLINE = {
    "steps": [
        {"key": "a", "form": "NewsroomAnswer"},
        {"key": "b", "form": "SignOff"},
        {"key": "c", "form": "Done"},
    ]
}


def walked(*edges: dict[str, str]) -> list[str]:
    from incidents.record.language import Language, speech

    return list(ways.lines({**OUTLINE, "edges": edges}, {}, speech(Language.EN)))


def test_outcomes_that_lead_the_same_way_stand_in_one_line() -> None:
    assert walked(edge("a: redress = full"), edge("a: redress = partly")) == [
        "  a → b  [The newsroom: corrects in full / corrects in part]"
    ]


def test_a_condition_is_left_out_only_when_all_its_outcomes_lead_there() -> None:
    every = [edge(f"a: done = True; level 1 = {level}") for level in range(5)]

    assert walked(*every) == ["  a → b  [a: finished]"]
    assert walked(*every[:4]) == ["  a → b  [a: finished; level 0, 1, 2, 3]"]
    assert walked(*every, edge("a: done = False")) == [
        "  a → b  [a: finished]",
        "  a → b  [a: not done]",
    ]


def test_granted_goes_without_saying_that_it_was_not_refused() -> None:
    assert walked(edge("b: refused = False; b: granted = True", to="c")) == [
        "  a → c  [b: granted]"
    ]
