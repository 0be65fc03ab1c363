"""What the playbooks say: complete in both languages, short, and never the rumour itself."""

import inspect
import re
import sys
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from flows import exploring, proofreading
from flows.authoring import (
    CaseReport,
    Cases,
    Danger,
    HazardReport,
    Playbook,
    PolicyCourse,
    PolicyDecision,
    Verification,
)
from incidents.matter.incidents import Finding, Incident
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.language import Language
from incidents.response.steps import catalog
from notifications import drafting
from playbooks import false_rumour, natural_hazard, routines
from playbooks.catalog import PLAYBOOKS
from tests import shelf
from tests.harness import START, Desk
from tests.playbooks.conftest import FACT, RUMOUR

LONGEST_STATEMENT = 180
PLACE = "phường Tân Hưng"
JUDGING = {
    "refutation",
    "refutation of the forgery",
    "correction",
    "retraction",
    "all-clear",
    "test results",
    "findings",
    "restoration",
    "clarification",
    "announcement",
    "second announcement",
    "withdrawal",
    "outcome",
    "apology",
}
"""What concludes, refutes or apologises (rule 2 of practice)."""

each_playbook = pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda p: p.code)
each_crisis = pytest.mark.parametrize(
    "playbook", [p for p in PLAYBOOKS if p.code != "DIEN_TAP"], ids=lambda p: p.code
)
"""An exercise says nothing of its own to the public."""
each_language = pytest.mark.parametrize("language", list(Language), ids=lambda each: each.value)


@each_playbook
def test_a_shipped_playbook_is_held_to_what_own_ones_are(playbook: Playbook) -> None:
    assert proofreading.faults(playbook) == []


@pytest.mark.parametrize("module", [routines.__name__, *(p.module for p in PLAYBOOKS)])
def test_a_routine_reads_like_a_paragraph(module: str) -> None:
    for name, function in inspect.getmembers(sys.modules[module], inspect.isfunction):
        if function.__module__ == module:
            lines = inspect.getsource(function).splitlines()
            assert len(lines) <= proofreading.LONGEST_PLAYBOOK, name


@each_playbook
def test_exploring_goes_every_way_and_meets_no_forbidden_branch(playbook: Playbook) -> None:
    outline = exploring.explore(playbook)

    assert 1 < outline.paths < exploring.MOST_PATHS


@each_crisis
def test_what_judges_is_never_released_by_one_signature_alone(playbook: Playbook) -> None:
    steps = exploring.explore(playbook).steps
    releasing = {key for key, step in steps.items() if step["releases"]}
    drafted = {key.removeprefix("draft the ") for key in steps if key.startswith("draft the ")}

    for words in JUDGING & drafted:
        assert steps[f"check the {words}"]["mandatory"], words
        for signed in (f"sign the {words}", f"sign the {words} 2"):
            assert {signed, f"{signed} (lead)", f"{signed} (chair)"} <= releasing


@each_crisis
def test_first_words_need_one_signature_and_wait_for_no_lawyer(playbook: Playbook) -> None:
    steps = exploring.explore(playbook).steps
    first = [k for k in steps if k.startswith("check the ") and not steps[k]["mandatory"]]

    assert first
    for key in first:
        signed = key.replace("check", "sign", 1)
        signing = [k for k in steps if k == signed or k.startswith(f"{signed} (")]
        assert signing
        assert all(steps[each]["releases"] for each in signing)
        # Who the one signer is may depend on who is concerned; elsewhere it is the spokesperson.
        assert signing == [signed] or playbook.code == "CAN_BO"


@each_crisis
def test_a_referral_to_the_police_is_in_no_outline_a_duty(playbook: Playbook) -> None:
    steps = exploring.explore(playbook).steps

    assert not [key for key in steps if "police" in key and steps[key]["mandatory"]]


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


def about(desk: Desk, playbook: Playbook) -> Incident:
    """An incident whose title, flag and place are as people typed them."""
    with database.transaction() as session:
        catalog.publish(session, shelf.row(playbook))
    signal = desk.flag(RUMOUR, url="https://mang-xa-hoi.test/bai/1", seen_where="nhóm Hội chợ")
    desk.take(signal)
    opened = desk.open(
        signal, level=3, title="Vỡ đập trong đêm nay", place=PLACE, playbook=playbook.code
    )
    desk.set_aside()
    return opened


@pytest.fixture
def matter(desk: Desk) -> Incident:
    """A rumour as people typed it."""
    return about(desk, false_rumour.false_rumour)


def hazard(danger: Danger, finding: Finding, language: Language) -> HazardReport:
    """A technical report of ordinary length."""
    return HazardReport.model_validate({**facts(finding, language), "danger": danger})


def illness(cases: Cases, finding: Finding, language: Language) -> CaseReport:
    """A health report of ordinary length."""
    said = {**facts(finding, language), "cases": cases, "next_word_at": START}
    return CaseReport.model_validate(said)


def decision(course: PolicyCourse, language: Language) -> dict[str, object]:
    """A decision on a policy of ordinary length."""
    reason, promises = {
        Language.VI: (
            "Mức phí mới áp dụng từ quý sau, sau khi hỏi ý kiến tiểu thương.",
            "Sở Tài chính công khai cách tính trước ngày 15.",
        ),
        Language.EN: (
            "The new fee starts next quarter, once the traders have been asked.",
            "The finance department publishes the calculation before the 15th.",
        ),
    }[language]
    form = PolicyDecision(
        course=course, reason=reason, promises=promises, options="Giữ nguyên.", dissent="Bất đồng"
    )
    return dict(form)


Known = Callable[[Language], dict[str, Any] | None]


def _rumour() -> list[tuple[str, Known]]:
    return [
        ("holding", lambda _: None),
        ("update", lambda each: facts(Finding.UNDETERMINED, each)),
        ("refutation", lambda each: facts(Finding.FALSE, each)),
        ("refutation", lambda each: facts(Finding.PARTLY_FALSE, each)),
        ("correction", lambda each: facts(Finding.TRUE, each)),
    ]


def _hazard() -> list[tuple[str, Known]]:
    present, open_, over = Danger.PRESENT, Danger.NOT_EXCLUDED, Danger.EXCLUDED
    return [
        ("advice", lambda _: {"next_at": START}),
        ("bulletin", lambda _: {"report": None, "next_at": START}),
        ("bulletin", lambda e: {"report": hazard(present, Finding.TRUE, e), "next_at": START}),
        ("bulletin", lambda e: {"report": hazard(open_, Finding.FALSE, e), "next_at": START}),
        ("refutation", lambda e: dict(hazard(open_, Finding.PARTLY_FALSE, e))),
        ("refutation", lambda e: dict(hazard(over, Finding.FALSE, e))),
        ("all_clear", lambda e: dict(hazard(over, Finding.FALSE, e))),
    ]


def _health() -> list[tuple[str, Known]]:
    some, wait, none = Cases.CONFIRMED, Cases.WAITING, Cases.NONE
    return [
        ("holding", lambda _: None),
        ("update", lambda _: {"report": None, "next_at": START}),
        ("update", lambda e: {"report": illness(wait, Finding.TRUE, e), "next_at": START}),
        ("bulletin", lambda _: {"report": None, "next_at": START}),
        ("bulletin", lambda e: {"report": illness(some, Finding.TRUE, e), "next_at": START}),
        ("results", lambda e: dict(illness(some, Finding.TRUE, e))),
        ("results", lambda e: dict(illness(none, Finding.FALSE, e))),
        ("findings", lambda e: dict(illness(none, Finding.TRUE, e))),
        ("refutation", lambda e: dict(illness(none, Finding.FALSE, e))),
        ("restoration", lambda e: dict(illness(none, Finding.FALSE, e))),
        ("all_clear", lambda e: dict(illness(none, Finding.TRUE, e))),
    ]


def _channel() -> list[tuple[str, Known]]:
    return [
        ("warning", lambda _: None),
        ("update", lambda _: None),
        ("leak", lambda _: None),
        ("refutation", lambda each: facts(Finding.FALSE, each)),
        ("refutation", lambda each: facts(Finding.PARTLY_FALSE, each)),
        ("deepfake", lambda each: facts(Finding.FALSE, each)),
        ("correction", lambda each: facts(Finding.FALSE, each)),
        ("retraction", lambda each: facts(Finding.TRUE, each)),
    ]


def _press() -> list[tuple[str, Known]]:
    return [
        ("holding", lambda _: None),
        ("update", lambda _: None),
        ("letter", lambda each: facts(Finding.FALSE, each)),
        ("letter", lambda each: facts(Finding.PARTLY_FALSE, each)),
        ("clarification", lambda each: facts(Finding.FALSE, each)),
        ("correction", lambda each: facts(Finding.TRUE, each)),
    ]


def _policy() -> list[tuple[str, Known]]:
    return [
        ("holding", lambda _: None),
        ("update", lambda _: None),
        ("announcement", lambda each: decision(PolicyCourse.EXPLAIN, each)),
        ("announcement", lambda each: decision(PolicyCourse.ADJUST, each)),
        ("announcement", lambda each: decision(PolicyCourse.PAUSE, each)),
        ("withdrawal", lambda each: decision(PolicyCourse.WITHDRAW, each)),
    ]


def _official() -> list[tuple[str, Known]]:
    return [
        ("holding", lambda _: None),
        ("notice", lambda _: None),
        ("update", lambda _: None),
        ("apology", lambda each: facts(Finding.TRUE, each)),
        ("apology", lambda each: facts(Finding.PARTLY_FALSE, each)),
        ("outcome", lambda each: facts(Finding.FALSE, each)),
    ]


SAID: dict[str, list[tuple[str, Known]]] = {
    "TIN_GIA_MXH": _rumour(),
    "THIEN_TAI": _hazard(),
    "Y_TE_ATTP": _health(),
    "GIA_MAO_TAN_CONG": _channel(),
    "CAI_CHINH_BAO_CHI": _press(),
    "CHINH_SACH": _policy(),
    "CAN_BO": _official(),
}
"""Every template of every playbook with what it may be told; the first words stand first."""


def said(
    incident: Incident, template: str, language: Language, known: dict[str, Any] | None = None
) -> tuple[str, str]:
    """Title and text of a statement."""
    with database.reading() as session:
        return drafting.statement(
            session, incident, template=template, language=language, facts=known
        )


@each_crisis
def test_every_statement_is_whole_short_and_never_repeats_the_rumour(
    desk: Desk, playbook: Playbook
) -> None:
    incident = about(desk, playbook)
    for (template, known), language in product(SAID[playbook.code], Language):
        title, text = said(incident, template, language, known(language))
        where = f"{template}.{language.value}"
        assert title, where
        assert "\n" not in title, where
        assert len(text.split()) <= LONGEST_STATEMENT, f"{where}: {len(text.split())}"
        whole = f"{title}\n{text}"
        assert PLACE in whole, where
        assert not re.search(r"https?://|www\.|\{\{|\}\}|\{%|None|–\s*$", whole), where
        for rumoured in ("Vỡ đập", "chạy ngay", "Hội chợ", "mang-xa-hoi"):
            assert rumoured.lower() not in whole.lower(), where
        assert incident.number in text, where
        assert not re.search(r"\.\.|\n{3}", text), where


NAMING = {"THIEN_TAI": ("advice", "all_clear"), "Y_TE_ATTP": ("holding", "results", "all_clear")}
"""Where people are told who checks, or on whose word something is over."""


@each_language
@pytest.mark.parametrize(
    "playbook", [p for p in PLAYBOOKS if p.code in NAMING], ids=lambda p: p.code
)
def test_the_agency_that_checks_is_named_once_it_sits_in_the_task_force(
    desk: Desk, playbook: Playbook, language: Language
) -> None:
    incident = about(desk, playbook)
    before = {t: said(incident, t, language, k(language)) for t, k in SAID[playbook.code]}
    desk.activate(incident, Role.LEAD, Role.SPOKESPERSON, Role.SECRETARY, Role.SUBJECT_LEAD)
    desk.set_aside()
    for template, known in SAID[playbook.code]:
        _, text = said(incident, template, language, known(language))
        names = "Sở Y tế tỉnh Bình Khê" in text
        assert names == (template in NAMING[playbook.code]), template
        assert "Sở Y tế" not in before[template][1]
        assert len(text.split()) <= LONGEST_STATEMENT, f"{template}: {len(text.split())}"


@each_crisis
def test_no_template_goes_unread(playbook: Playbook) -> None:
    there = set(shelf.row(playbook).templates[Language.VI.value])

    assert {template for template, _ in SAID[playbook.code]} == there


@each_crisis
def test_the_first_words_need_no_place_no_flag_and_no_verification(
    desk: Desk, playbook: Playbook
) -> None:
    with database.transaction() as session:
        catalog.publish(session, shelf.row(playbook))
    drill = desk.open(level=3, place="", exercise=True, playbook=playbook.code)
    template, known = SAID[playbook.code][0]
    for language in Language:
        title, text = said(drill, template, language, known(language))
        marks = {"vi": "[DIỄN TẬP] ", "en": "[EXERCISE] "}
        assert title.startswith(marks[language.value])
        assert "None" not in text
        assert not re.search(r"  | ,| \.", text)
    desk.set_aside()


@each_crisis
def test_the_words_follow_the_order_people_need(desk: Desk, playbook: Playbook) -> None:
    template, known = SAID[playbook.code][0]
    _, text = said(about(desk, playbook), template, Language.VI, known(Language.VI))
    order = ("thông tin, lúc", "Đã biết", "Đang làm", "Chưa biết", "húng tôi", "Đề nghị",
             "Cập nhật tiếp", "Đầu mối")  # fmt: skip
    places = [text.index(part, text.index("Chưa biết") if part == "húng tôi" else 0)
              for part in order]  # fmt: skip

    assert places == sorted(places)


@pytest.mark.parametrize("danger", [Danger.PRESENT, Danger.NOT_EXCLUDED])
@each_language
def test_while_danger_is_not_excluded_nothing_is_called_safe(
    desk: Desk, language: Language, danger: Danger
) -> None:
    incident = about(desk, natural_hazard.natural_hazard)
    said_so = {"finding": Finding.FALSE, "explanation": "Mực nước 4,2 m.", "source": "Trạm đo"}
    report = HazardReport.model_validate({**said_so, "danger": danger})
    for template, known in (
        ("advice", {"next_at": START}),
        ("bulletin", {"report": report, "next_at": START}),
        ("refutation", dict(report)),
    ):
        whole = " ".join(said(incident, template, language, known)).lower()
        assert not re.search(r"an toàn|\bsafe\b|yên tâm|rest assured", whole), template
        assert not re.search(r"all-clear|chấm dứt cảnh báo", whole), template


def test_a_refutation_says_fact_falsehood_fact_and_how_to_contest_it(matter: Incident) -> None:
    with database.reading() as session:
        _, text = drafting.statement(
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
        _, text = drafting.statement(
            session, incident, template="holding", language=Language.VI, facts=None
        )
        session.rollback()

    assert typed in text
