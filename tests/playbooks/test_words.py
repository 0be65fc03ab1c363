"""What the playbooks say: complete in both languages, short, and never the rumour itself."""

import inspect
import re
import tomllib
from importlib.resources import files
from itertools import product

import pytest

from flows import catalogue, exploring
from flows.authoring import Playbook
from incidents.matter.incidents import Finding, Incident
from incidents.record import database
from incidents.record.language import Language
from incidents.response import catalog
from incidents.response.forms import Verification
from notifications import rendering
from playbooks import exercise, false_rumour, routines
from playbooks.catalog import PLAYBOOKS
from tests.harness import Desk
from tests.playbooks.conftest import FACT, RUMOUR

LONGEST_STATEMENT = 180
LONGEST_TITLE = 90
LONGEST_GIST = 320
LONGEST_PLAYBOOK = 60
PLACE = "phường Tân Hưng"

each_playbook = pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda p: p.code)
each_for_a_rumour = pytest.mark.parametrize(
    "playbook", [p for p in PLAYBOOKS if p.code == "TIN_GIA_MXH"], ids=lambda p: p.code
)
each_language = pytest.mark.parametrize("language", list(Language), ids=lambda each: each.value)


def texts(playbook: Playbook, language: Language) -> dict[str, dict[str, str]]:
    written = (files(playbook.module) / f"texts.{language.value}.toml").read_text("utf-8")
    return tomllib.loads(written)["steps"]


@each_playbook
@each_language
def test_every_step_has_a_title_and_a_gist_and_no_text_is_left_over(
    playbook: Playbook, language: Language
) -> None:
    said = texts(playbook, language)

    assert set(said) == set(exploring.explore(playbook).steps)
    for key, words in said.items():
        assert set(words) == {"title", "gist"}, key
        assert 0 < len(words["title"]) <= LONGEST_TITLE, key
        assert 0 < len(words["gist"]) <= LONGEST_GIST, key


@each_playbook
@each_language
def test_no_two_steps_are_called_the_same(playbook: Playbook, language: Language) -> None:
    titles = [words["title"] for words in texts(playbook, language).values()]

    assert len(titles) == len(set(titles))


@each_playbook
def test_every_template_a_draft_names_is_there_in_every_language(playbook: Playbook) -> None:
    outline = exploring.explore(playbook)
    named = {step["template"] for step in outline.steps.values() if step["template"]}
    row = catalogue.read(playbook)

    for language in Language:
        assert set(row.templates[language.value]) == named
        assert all(t["title"] and t["text"] for t in row.templates[language.value].values())


@each_playbook
def test_a_playbook_reads_in_one_go(playbook: Playbook) -> None:
    assert len(inspect.getsource(playbook.body).splitlines()) <= LONGEST_PLAYBOOK


@pytest.mark.parametrize("module", [false_rumour, exercise, routines], ids=lambda m: m.__name__)
def test_a_routine_reads_like_a_paragraph(module: object) -> None:
    for name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__:  # type: ignore[attr-defined]
            assert len(inspect.getsource(function).splitlines()) <= LONGEST_PLAYBOOK, name


@each_playbook
def test_exploring_goes_every_way_and_meets_no_forbidden_branch(playbook: Playbook) -> None:
    outline = exploring.explore(playbook)

    assert 1 < outline.paths < exploring.MOST_PATHS


@each_for_a_rumour
def test_what_judges_is_never_released_by_one_signature_alone(playbook: Playbook) -> None:
    steps = exploring.explore(playbook).steps
    releasing = {key for key, step in steps.items() if step["releases"]}

    for words in ("refutation", "correction"):
        for signed in (f"sign the {words}", f"sign the {words} 2"):
            assert {signed, f"{signed} (lead)", f"{signed} (chair)"} <= releasing


@each_for_a_rumour
def test_a_referral_to_the_police_is_in_no_outline_a_duty(playbook: Playbook) -> None:
    steps = exploring.explore(playbook).steps

    assert not steps["refer to the police"]["mandatory"]


def facts(finding: Finding, language: Language) -> dict[str, object]:
    """A verification as it stands in a step; a fact of ordinary length."""
    explanation = {
        Language.VI: f"{FACT} Đoàn kiểm tra đã xem toàn bộ thân đập sáng nay.",
        Language.EN: "The dam is safe; the water stands one metre below the alarm.",
    }[language]
    form = Verification(
        finding=finding, explanation=explanation, source="Phiếu xác minh 12/PXM.", next_word_at=None
    )
    return dict(form)


@pytest.fixture
def matter(desk: Desk) -> Incident:
    """An incident whose title, flag and place are as people typed them."""
    with database.transaction() as session:
        catalog.publish(session, catalogue.read(false_rumour.false_rumour))
    signal = desk.flag(RUMOUR, url="https://mang-xa-hoi.test/bai/1", seen_where="nhóm Hội chợ")
    desk.take(signal)
    opened = desk.open(signal, level=3, title="Vỡ đập trong đêm nay", place=PLACE)
    desk.set_aside()
    return opened


SAID = [
    ("holding", Finding.PENDING),
    ("update", Finding.UNDETERMINED),
    ("refutation", Finding.FALSE),
    ("refutation", Finding.PARTLY_FALSE),
    ("correction", Finding.TRUE),
]


def test_every_statement_is_whole_short_and_never_repeats_the_rumour(matter: Incident) -> None:
    for (template, finding), language in product(SAID, Language):
        known = None if finding is Finding.PENDING else facts(finding, language)
        with database.reading() as session:
            title, text = rendering.statement(
                session, matter, template=template, language=language, facts=known
            )
        where = f"{template}.{language.value}"
        assert title, where
        assert "\n" not in title, where
        assert len(text.split()) <= LONGEST_STATEMENT, f"{where}: {len(text.split())}"
        whole = f"{title}\n{text}"
        assert PLACE in whole, where
        assert not re.search(r"https?://|www\.|\{\{|\}\}|\{%|None|–\s*$", whole), where
        for said in ("Vỡ đập", "chạy ngay", "Hội chợ", "mang-xa-hoi"):
            assert said.lower() not in whole.lower(), where
        assert matter.number in text, where
        assert not re.search(r"\.\.|\n{3}", text), where


def test_the_first_words_need_no_place_no_flag_and_no_verification(desk: Desk) -> None:
    with database.transaction() as session:
        catalog.publish(session, catalogue.read(false_rumour.false_rumour))
    drill = desk.open(level=3, place="", exercise=True)
    for language in Language:
        with database.reading() as session:
            title, text = rendering.statement(
                session, drill, template="holding", language=language, facts=None
            )
        marks = {"vi": "[DIỄN TẬP] ", "en": "[EXERCISE] "}
        assert title.startswith(marks[language.value])
        assert "None" not in text
        assert not re.search(r"  | ,| \.", text)
    desk.set_aside()


def test_the_words_follow_the_order_people_need(matter: Incident) -> None:
    with database.reading() as session:
        _, text = rendering.statement(
            session, matter, template="holding", language=Language.VI, facts=None
        )
    order = ("thông tin, lúc", "Đã biết", "Đang làm", "Chưa biết", "chia sẻ với", "Đề nghị",
             "Cập nhật tiếp lúc", "Đầu mối")  # fmt: skip
    places = [text.index(part) for part in order]

    assert places == sorted(places)


def test_a_refutation_says_fact_falsehood_fact_and_how_to_contest_it(matter: Incident) -> None:
    with database.reading() as session:
        _, text = rendering.statement(
            session,
            matter,
            template="refutation",
            language=Language.VI,
            facts=facts(Finding.FALSE, Language.VI),
        )
    order = ("Sự thật:", "không đúng", "Căn cứ:", "sự thật là điều", "quyền kiến nghị")
    places = [text.index(part) for part in order]

    assert places == sorted(places)
    assert "không phải người đã kết luận" in text


def test_a_place_somebody_typed_is_never_read_as_a_template(matter: Incident) -> None:
    typed = "{{ 7 * 7 }} {% for x in y %}"
    with database.transaction() as session:
        incident = session.merge(matter)
        incident.place = typed
        _, text = rendering.statement(
            session, incident, template="holding", language=Language.VI, facts=None
        )
        session.rollback()

    assert typed in text
