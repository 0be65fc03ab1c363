"""Which stories the demonstration has; they are played in tests/smoke."""

import socket
from importlib.resources import files

import pytest

from incidents.matter import incidents
from incidents.record.language import Language
from incidents.response.steps import owned_lines
from tests.trucban.conftest import Trucban
from trucban import province
from trucban.journey import answered, script
from trucban.stories import one_word_changed


def test_the_stories_are_listed_with_what_they_show(trucban: Trucban) -> None:
    said = trucban("demo", "--story", "list", "--lang", "en")
    assert said.code == 0
    assert "true: the rumour turns out true" in said.out


def test_a_story_there_is_not_is_refused_and_the_others_named(trucban: Trucban) -> None:
    said = trucban("demo", "--story", "khong-co")
    assert said.code == 2
    assert "khong-co" in said.err
    assert "dyke: " in said.out


@pytest.mark.parametrize("part", ["closed", "true"])
def test_a_lesson_of_a_story_has_an_owner_of_the_province_and_a_day_to_come(part: str) -> None:
    lesson = owned_lines.read_line(answered(script()[part], "conclude")["lessons"])
    assert lesson
    assert lesson.owner in province.usernames()
    assert lesson.due > incidents.today()


@pytest.mark.parametrize("language", Language)
def test_one_word_can_be_changed_whichever_language_the_desk_drafts_in(language: Language) -> None:
    template = files("playbooks.false_rumour") / "templates" / f"holding.{language.value}.j2"
    drafted = template.read_text(encoding="utf-8")
    assert one_word_changed(drafted) != drafted


@pytest.mark.parametrize("story", ["journey", "dyke"])
def test_without_a_desk_it_says_where_it_looked(trucban: Trucban, story: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        said = trucban("demo", "--story", story, TRUCBAN_PORT=port)
    assert said.code == 1
    assert port in said.err
