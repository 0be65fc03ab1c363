"""Which stories the demonstration has; they are played in tests/smoke."""

import socket

import pytest

from tests.trucban.conftest import Trucban


def test_the_stories_are_listed_with_what_they_show(trucban: Trucban) -> None:
    said = trucban("demo", "--story", "list", "--lang", "en")
    assert said.code == 0
    assert "true: the rumour turns out true" in said.out


def test_a_story_there_is_not_is_refused_and_the_others_named(trucban: Trucban) -> None:
    said = trucban("demo", "--story", "khong-co")
    assert said.code == 2
    assert "khong-co" in said.err
    assert "dyke: " in said.out


@pytest.mark.parametrize("story", ["journey", "dyke"])
def test_without_a_desk_it_says_where_it_looked(trucban: Trucban, story: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = str(taken.getsockname()[1])
        said = trucban("demo", "--story", story, TRUCBAN_PORT=port)
    assert said.code == 1
    assert port in said.err
