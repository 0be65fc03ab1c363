"""An office's own playbook lives like a shipped one: opened, answered, published, closed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import advancing, catalogue, installed
from incidents.matter.incidents import Finding
from incidents.record import database, settings
from incidents.record.language import Language
from incidents.response.steps import catalog
from incidents.words import publications
from notifications import drafting
from tests.harness import Desk
from tests.playbooks.story import Story, told

OWN = Path(__file__).parent / "own"


class Outage(Story):
    """Water is cut off in a ward."""

    flagged = "Cả phường mất nước từ 2 giờ sáng"
    title = "Mất nước sạch"


@pytest.fixture
def outage(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outage]:
    monkeypatch.setenv("TRUCBAN_PLAYBOOKS", str(OWN))
    settings.current.cache_clear()
    (own,) = installed.everything().own
    with told(Outage, desk, own) as story:
        story.engine.shelf = advancing.shelf([*installed.playbooks()])
        yield story


def test_it_is_on_offer_in_both_languages(outage: Outage) -> None:
    with database.reading() as session:
        assert "CAP_NUOC" in {row.code for row in catalog.on_offer(session)}
        named = [catalog.wording(session, "CAP_NUOC", 1, each, "title") for each in Language]
    assert named == ["Sự cố cấp nước sạch", "Water cut off"]


def test_its_story_is_told_to_the_end(outage: Outage) -> None:
    incident = outage.begin(place="phường Tân Hưng")
    with database.reading() as session:
        title, text = drafting.statement(session, incident, template="notice")
    assert "phường Tân Hưng" in title
    assert incident.number in text

    outage.say_first("notice")
    outage.post("notice")
    outage.find("find out how far and how long", outage.cast.phuc, Finding.TRUE)
    outage.desk.answer(
        "count the households", by=outage.cast.khoi, households=1200, cause="burst", hospital=False
    )
    outage.desk.answer("bring water", by=outage.cast.hung)
    outage.conclude()
    outage.close()

    with database.reading() as session:
        assert len(publications.of_incident(session, incident.id)) == 1


def test_a_run_whose_package_was_taken_away_is_named(
    outage: Outage, monkeypatch: pytest.MonkeyPatch
) -> None:
    outage.begin()
    monkeypatch.delenv("TRUCBAN_PLAYBOOKS")
    settings.current.cache_clear()
    with database.reading() as session:
        missing = catalogue.missing_versions(session, installed.playbooks())
    assert missing == [("CAP_NUOC", 1)]
