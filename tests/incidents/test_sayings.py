"""What the program writes is kept as keys and values: everybody reads it in their own language."""

from typing import Any

import pytest

from incidents.insight import reading
from incidents.matter.incidents import Incident
from incidents.people.roles import Role
from incidents.record import database, proof, timeline
from incidents.record.actors import ENGINE
from incidents.record.language import Language, speech
from incidents.record.timeline import TimelineText
from incidents.response.steps import forms, sayings, steps
from incidents.response.steps.answer_facts import StepAnswered, StepDone
from incidents.response.steps.sayings import Answered
from incidents.response.steps.steps import Step
from tests.harness import Desk

TYPED = "Cống còn nguyên, đo lúc 5 giờ"


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[Role.LEAD])


def answered(desk: Desk, incident: Incident, form: str, **answer: Any) -> Step:
    """A step of a form, answered by the lead."""
    step = desk.plan(incident, f"ask {form}", Role.LEAD, form=form)
    desk.set_aside()
    desk.answer(step.key, by=desk.cast.binh, **answer)
    desk.set_aside()
    return step


def told(desk: Desk, incident: Incident, language: Language) -> str:
    """The last line of the timeline about an answer."""
    return next(
        line.text
        for line in desk.timeline(incident, language)[::-1]
        if line.fact in ("StepAnswered", "StepDone")
    )


def test_labels_and_choices_are_the_readers_words_stay_as_they_were_typed(
    desk: Desk, incident: Incident
) -> None:
    answered(
        desk, incident, "HazardReport",
        finding="false", explanation=TYPED, source="Trạm đo", danger="excluded",
        next_word_at="2026-11-23T09:30:00+07:00",
    )  # fmt: skip
    vietnamese, english = (told(desk, incident, each) for each in Language)
    assert f"Kết quả: sai; Sự thật và căn cứ: {TYPED}; Nguồn" in vietnamese
    assert "Nguy hiểm cho người dân: đã loại trừ nguy hiểm" in vietnamese
    assert "09:30 ngày 23/11/2026" in vietnamese
    assert f"Result: false; Facts and grounds: {TYPED}" in english
    assert "Danger to people: danger excluded" in english
    assert "09:30, 23 Nov 2026" in english


def test_the_answer_lies_beside_the_chain_as_data_and_what_was_left_empty_is_left_out(
    desk: Desk, incident: Incident
) -> None:
    answered(desk, incident, "Measurement", falling="true", interactions=12_500, note="")
    with database.reading() as session:
        entry, fact = next(
            found
            for found in timeline.entries_of(session, incident.id)
            if isinstance(found[1], StepAnswered)
        )
        beside = session.get_one(TimelineText, entry.id)
    assert isinstance(fact, StepAnswered)
    assert fact.answer == Answered("Measurement", {"interactions": 12_500, "falling": True})
    assert set(entry.payload) == {"number", "key", "late"}
    assert beside.said["answer"]["values"] == {"interactions": 12_500, "falling": True}
    assert "12.500" in told(desk, incident, Language.VI)
    assert "Falling: yes" in told(desk, incident, Language.EN)
    assert "12,500" in told(desk, incident, Language.EN)


def test_what_was_told_in_prose_before_still_reads_and_still_proves(
    desk: Desk, incident: Incident
) -> None:
    step = desk.plan(incident, "old", Role.LEAD)
    desk.set_aside()
    said = "Ghi chú: xong lúc trưa"
    with database.transaction() as session:
        old = StepDone(number=step.number, key=step.key, late=False, answer=said)
        timeline.record(session, incident.id, old, by=ENGINE)
    assert [said in told(desk, incident, each) for each in Language] == [True, True]
    with database.reading() as session:
        assert proof.verify(session, incident.id).intact


def test_an_erased_answer_leaves_its_line(desk: Desk, incident: Incident) -> None:
    answered(desk, incident, "Done", note=TYPED)
    with database.reading() as session:
        entry = timeline.entries_of(session, incident.id, kind=StepAnswered)[-1][0]
        session.delete(session.get_one(TimelineText, entry.id))
        session.flush()
        lines = [reading.story(session, incident.id, each)[-1].text for each in Language]
    assert [line.endswith(". …") for line in lines] == [True, True]


def test_what_a_form_no_longer_knows_is_shown_as_it_stands() -> None:
    say = speech(Language.EN)
    gone = Answered("Verification", {"finding": "half", "weather": "rain", "source": "A"})
    assert list(gone.lines(say)) == [
        ("Result", "half"),
        ("Source, document, who confirmed it", "A"),
        ("weather", "rain"),
    ]
    assert Answered("Gone", {"x": True}).said(say) == "x: yes"


def test_a_time_without_a_zone_is_the_provinces() -> None:
    naive = Answered("Verification", {"next_word_at": "2026-11-23T09:30:00"})
    assert naive.said(speech(Language.EN)).endswith("09:30, 23 Nov 2026")


def test_every_form_can_be_told_in_both_languages() -> None:
    assert len(forms.REGISTRY) > 20
    for name, form in forms.REGISTRY.items():
        for field in form.model_fields:
            both = {sayings.label(form, field, speech(each)) for each in Language}
            assert len(both) == 2 or not form.__module__.startswith("incidents."), (name, field)


def test_the_steps_page_and_the_timeline_read_one_answer(desk: Desk, incident: Incident) -> None:
    step = answered(desk, incident, "YesOrNo", yes="false", ground=TYPED)
    with database.reading() as session:
        kept = steps.get(session, step.id)
    lines = list(Answered(kept.form, kept.answer or {}).lines(speech(Language.EN)))
    assert lines[0][1] == "no"
    assert f"{lines[0][0]}: {lines[0][1]}" in told(desk, incident, Language.EN)
