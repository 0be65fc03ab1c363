"""What no playbook does: hunt whoever spoke up, label an opinion, or make the police a duty."""

import re
import tomllib
from importlib.resources import files
from itertools import product

import pytest

from flows import exploring
from flows.authoring import Finding, Playbook
from incidents.record.language import Language
from playbooks.catalog import PLAYBOOKS
from playbooks.official_conduct import official_conduct
from playbooks.policy_crisis import policy_crisis
from playbooks.press_error import press_error
from tests.harness import Desk
from tests.playbooks import test_words as words

LISTENING = (press_error, policy_crisis, official_conduct)
"""Playbooks that answer press, public and complaints: nobody in them is an opponent."""

each_playbook = pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda p: p.code)
each_listening = pytest.mark.parametrize("playbook", LISTENING, ids=lambda p: p.code)


def texts(playbook: Playbook, language: Language) -> dict[str, dict[str, str]]:
    written = (files(playbook.module) / f"texts.{language.value}.toml").read_text("utf-8")
    return tomllib.loads(written)["steps"]


@each_listening
def test_the_police_are_in_no_step_and_no_word(playbook: Playbook) -> None:
    steps = exploring.explore(playbook).steps

    assert not [k for k, s in steps.items() if "police" in k or s["role"] == "police_liaison"]
    for language in Language:
        assert not re.search(r"công an|police", str(texts(playbook, language)), re.IGNORECASE)


@each_playbook
def test_no_step_looks_for_whoever_spoke_up(playbook: Playbook) -> None:
    for key, said in texts(playbook, Language.VI).items():
        for sentence in re.split(r"[.;:]", f"{said['title']}. {said['gist']}"):
            if re.search(
                r"truy (tìm|vết|hỏi|người)|tìm (người|ai)|\bai đã (quay|đăng|nói)|nguồn tin",
                sentence,
            ):
                assert re.search(r"[Kk]hông", sentence), f"{key}: {sentence}"


@each_listening
def test_no_statement_calls_an_opinion_false_or_shows_dissent(
    desk: Desk, playbook: Playbook
) -> None:
    incident = words.about(desk, playbook)
    label = r"sai sự thật|tin giả|bịa đặt|xuyên tạc|không đúng|misinformation|fake|false|bất đồng"
    for (template, known), language in product(words.SAID[playbook.code], Language):
        whole = "\n".join(words.said(incident, template, language, known(language)))
        assert not re.search(label, whole, re.IGNORECASE), f"{template}.{language.value}"
        assert not re.search(r"\n{3}|  | ,| \.", whole), f"{template}.{language.value}"


def test_a_letter_to_a_newsroom_leaves_opinion_and_sources_alone(desk: Desk) -> None:
    known = words.facts(Finding.PARTLY_FALSE, Language.VI)
    _, text = words.said(words.about(desk, press_error), "letter", Language.VI, known)

    assert "đúng một phần" in text
    assert "không nói về ý kiến, bình luận và không yêu cầu cho biết nguồn tin" in text
    assert "Nếu Quý Báo có căn cứ khác" in text


@pytest.mark.parametrize(
    ("playbook", "template"), [(press_error, "clarification"), (official_conduct, "outcome")]
)
def test_whoever_disagrees_is_told_how_to_contest_it(
    desk: Desk, playbook: Playbook, template: str
) -> None:
    known = words.facts(Finding.FALSE, Language.VI)
    _, text = words.said(words.about(desk, playbook), template, Language.VI, known)

    assert "quyền kiến nghị" in text
    assert "không phải người đã kết luận" in text
