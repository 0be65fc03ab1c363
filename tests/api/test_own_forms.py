"""A form of an office's own playbook, where pages know only the schema the step kept of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import Field, field_validator

from flows import installed, proofreading
from flows.catalogue import read
from incidents.insight.handbook import Handbook
from incidents.people.roles import Role
from incidents.record import links, settings
from incidents.record.language import Labelled, Language
from incidents.response.steps import forms, own_forms
from incidents.response.steps.forms import Form, Verification
from tests.api.conftest import Browser, Program
from tests.harness import Desk

OWN = Path(__file__).parents[1] / "playbooks" / "own"
NAME = "HouseholdCount"


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> Iterator[installed.Playbook]:
    """The office's package as the engine reads it; afterwards nobody has its class any more."""
    monkeypatch.setenv("TRUCBAN_PLAYBOOKS", str(OWN))
    settings.current.cache_clear()
    (own,) = installed.everything().own
    yield own
    forms.REGISTRY.pop(NAME, None)
    settings.current.cache_clear()


def test_it_is_asked_checked_and_told_in_the_readers_language(
    desk: Desk,
    package: installed.Playbook,
    new_browser: Callable[..., Browser],
    program: Callable[..., Program],
) -> None:
    assert package.code == "CAP_NUOC"
    incident = desk.opened(roles=[Role.MONITORING, Role.SECRETARY])
    step = desk.plan(incident, "count", Role.MONITORING, form=NAME)
    message = desk.messages(to=desk.cast.khoi, kind="step_assigned")[-1]
    del forms.REGISTRY[NAME]  # the pages' own process never loads a playbook

    address, number = f"/t/{links.token(message.id)}", links.number(message.id)
    page = new_browser().get(address).text
    for label in ("Số hộ mất nước", "mất điện trạm bơm", "Có bệnh viện bị ảnh hưởng"):
        assert label in page
    assert page.index("Số hộ mất nước") < page.index("Nguyên nhân"), "in the order of the form"
    assert "<h2>Đếm hộ mất nước</h2>" in new_browser("khoi").get(f"/nhiem-vu/{step.id}").text
    wrong = new_browser().post(f"{address}/hoan-thanh", number=number, households="-1")
    assert wrong.status_code == 422
    assert "Số phải từ 0 trở lên." in wrong.text
    assert "Ô này phải điền." in wrong.text
    answer = {"households": "1200", "cause": "power", "hospital": "true"}
    done = new_browser().post(f"{address}/hoan-thanh", number=number, **answer)
    assert "Đã ghi nhận." in done.text

    told = {each: desk.timeline(incident, each)[-1].text for each in Language}
    assert told[Language.VI].endswith(
        "Số hộ mất nước: 1.200; Nguyên nhân: mất điện trạm bơm; Có bệnh viện bị ảnh hưởng: có"
    )
    assert told[Language.EN].endswith(
        "Households without water: 1,200; Cause: pumping station without power; "
        "A hospital is affected: yes"
    )
    assert "mất điện trạm bơm" in new_browser("ha").get(f"/nhiem-vu/{step.id}").text
    kept = program("ha").get(f"/steps/{step.id}").json()["form_schema"]["properties"]
    assert kept["households"]["title"] == "Số hộ mất nước"
    desk.set_aside()


def test_its_handbook_page_names_its_questions_where_its_class_is_not(
    package: installed.Playbook,
) -> None:
    row = read(package)
    forms.REGISTRY.pop(NAME)
    for language, heading, question in (
        (Language.VI, "Đếm hộ mất nước", "Số hộ mất nước"),
        (Language.EN, "Count the households without water", "Households without water"),
    ):
        page = Handbook(row, dict.fromkeys(range(5), 100), language)
        (asked,) = [s for s in page.steps if s.key == "count the households"]
        assert (asked.heading, asked.questions[0]) == (heading, question)


def test_what_pages_cannot_ask_or_nobody_can_read_is_named(
    package: installed.Playbook, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert proofreading.faults(package) == []
    monkeypatch.setattr(forms.REGISTRY[NAME], "heading_en", "")
    (fault,) = proofreading.faults(package)
    assert fault.values == {"form": NAME, "field": NAME}

    class Colour(Labelled):
        RED = "red", "đỏ", "red"

    class Odd(Verification):
        heading = "Phiếu riêng"
        heading_en = "A form of our own"
        colour: Colour = Field(title="Màu", json_schema_extra={"title_en": "Colour"})
        parts: list[str] = Field(title="Phần", json_schema_extra={"title_en": "Parts"})
        bare: int | None = None

        @field_validator("bare")
        @classmethod
        def even(cls, value: int | None) -> int | None:
            return value

    try:
        assert own_forms.faults(Odd) == ["parts", "even"]
        assert own_forms.untitled(Odd) == ["bare"]
    finally:
        del forms.REGISTRY["Odd"]


def test_a_form_that_derives_from_a_shipped_one_is_still_one_of_its_kind() -> None:
    class Pump(Verification):
        heading = "Kiểm tra trạm bơm"
        heading_en = "Check the pumping station"
        again_at: int | None = Field(
            None, ge=0, title="Số giờ nữa", json_schema_extra={"title_en": "Hours to go"}
        )

    kept = own_forms.schema_of(Pump)
    del forms.REGISTRY["Pump"]
    read_again = own_forms.of("Pump", kept)
    assert issubclass(read_again, Verification)
    assert list(read_again.model_fields)[-1] == "again_at"
    assert own_forms.schema_of(read_again) == kept
    assert issubclass(own_forms.of("Done", None), Form)
