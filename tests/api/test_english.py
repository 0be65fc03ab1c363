"""An English reader finds English on every page and in every answer of the desk.

Everything people type here is plain English, so that whatever still carries a Vietnamese letter,
names and papers apart, was written by the program.
"""

import html
import json
import re
from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest
from sqlmodel import Session, select

from incidents.intake import claims
from incidents.intake.evidence import Evidence
from incidents.intake.signals import Nature
from incidents.matter.clock_rules import ClockRule
from incidents.matter.incidents import Incident
from incidents.people.directory.routing import RoutingRule
from incidents.people.duty import absences, keeping
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.people.rosters import Roster
from incidents.record import database, links
from incidents.record.language import Language
from incidents.response.answers import journal, signing
from incidents.response.clocks import clocks
from incidents.response.judgement import decisions, postures, silences
from incidents.response.judgement.decisions import Words
from incidents.response.learning import lessons
from incidents.response.learning.lessons import Learnt
from incidents.response.life import grading, lifecycle
from incidents.response.reports import situation_reports
from incidents.response.reports.situation_reports import Remarks
from incidents.response.staffing import directing
from incidents.response.steps import added_steps
from incidents.response.steps.forms import AnswerOrWatch, Course
from incidents.response.steps.steps import Step, StepKind
from incidents.words.doctrine import Cluster, Posture
from incidents.words.publications import Publication
from tests import english
from tests.api.conftest import Browser, Program
from tests.api.test_every_route import STREAMS, TABLE
from tests.cast import filled
from tests.harness import Desk, hours, minutes

FORCE = (Role.LEAD, Role.STANDING_DEPUTY, Role.SPOKESPERSON, Role.SECRETARY, Role.LEGAL)
_NEVER_TRANSLATED = ("Trực Ban", "Tiếng Việt", "TRỰC BAN")
"""The program's own name, and the other language's name in itself."""

_NO_PAGES = {
    *STREAMS,
    *("/api/v1/openapi.json", "/api/v1/metrics", "/tra-cuu-rest", "/lich/{token}.ics"),
}
"""Streams, and what is written for programs: in English by itself."""


@pytest.fixture
def incident(desk: Desk) -> Incident:
    """A matter in which everything the program can write was written, typed in plain English."""
    cast = desk.cast
    with database.transaction() as session:
        for person in session.exec(select(Person)):
            person.language = Language.EN
            session.add(person)
    signal = desk.flag("The reservoir dam is about to burst", seen_where="a market", reach=1200)
    desk.take(signal)
    opened = desk.open(signal, level=3, title="Rumour of a dam", place="the lower ward")
    desk.activate(opened, *FORCE)
    _work(desk, opened)
    _decide(desk, opened)
    statement, version = desk.drafted(opened, by=cast.ha, text="The dam stands.")
    desk.plan(opened, "sign", Role.SPOKESPERSON, kind=StepKind.APPROVE, form="SignOff",
              statement_id=statement.id)  # fmt: skip
    desk.sign(version, by=cast.minh, comment="Good")
    values = filled(desk.time)
    desk.do(signing.release_shell, opened.id, "BAN-DAU", values, by=cast.lan)
    desk.do(lifecycle.stabilise, opened.id, reason="falling", by=cast.binh)
    desk.do(situation_reports.issue, opened.id, Remarks("calm", "nothing"), by=cast.ha)
    _watch(desk)
    desk.set_aside()
    return desk.reload(opened)


def _watch(desk: Desk) -> None:
    """A roster with a rotation that leaves gaps, an absence and a paper to sign by."""
    cast = desk.cast
    roster = desk.do(keeping.draw_up, "Duty desk", role=Role.DUTY_OFFICER,
                     organisation_id=cast.lan.organisation_id, by=cast.tung)  # fmt: skip
    desk.do(
        keeping.add, roster.id, people=[cast.lan.id, cast.long.id], rule="FREQ=DAILY",
        hand_over=time(6), length=hours(8), valid_from=date(2026, 11, 25), by=cast.tung,
    )  # fmt: skip
    desk.do(absences.report, cast.long.id, starts_at=desk.time + hours(30),
            ends_at=desk.time + hours(90), reason="ill", by=cast.tung)  # fmt: skip


def _work(desk: Desk, incident: Incident) -> None:
    """Steps of every kind of answer, one late, one declined, one waived, one added by hand."""
    cast = desk.cast
    desk.do(claims.state, incident.id, ["The dam leaks"], nature=Nature.CLAIM, by=cast.khoi)
    scores = dict.fromkeys(("reach", "velocity", "harm", "credibility", "duty"), 3)
    desk.do(grading.score, incident.id, scores, by=cast.lan)
    answers: dict[str, dict[str, Any]] = {
        "Capture": {"screenshot_kept": True, "interactions": 5200},
        "Measurement": {"falling": False, "interactions": 90_000, "note": "counted"},
        "Request": {"referral": "sent", "ground": "as agreed"},
        "ChannelCheck": {"attack": "hacked", "called": "0900"},
        "HazardReport": {
            "finding": "false", "explanation": "It stands", "source": "the station",
            "danger": "excluded",
        },
        "Conclusion": {"summary": "All said", "lessons": "Call sooner", "library_updated": True},
    }  # fmt: skip
    for form, answer in answers.items():
        desk.plan(incident, f"ask {form}", Role.LEAD, form=form)
        desk.answer(f"ask {form}", by=cast.binh, **answer)
    desk.plan(incident, "declined", Role.SECRETARY)
    desk.decline("declined", by=cast.ha, reason="travelling")
    desk.plan(incident, "waived", Role.SECRETARY)
    desk.do(directing.waive, desk.step("waived").id, reason="not needed", by=cast.binh)
    due = desk.time + hours(3)
    desk.do(
        added_steps.add, incident.id, title="Call the station", gist="Ask twice", due_at=due,
        role=Role.SECRETARY, form="YesOrNo", by=cast.ha,
    )  # fmt: skip
    desk.answer("by hand 9", by=cast.ha, yes=True, ground="they said so")
    desk.plan(incident, "late", Role.SECRETARY, due=minutes(20))
    desk.fast_forward(hours(2))


def _decide(desk: Desk, incident: Incident) -> None:
    """Decisions of forms, of people and of postures; notes, a term of the law, a lesson."""
    cast = desk.cast
    desk.plan(incident, "course", Role.LEAD, kind=StepKind.DECIDE, form="PolicyDecision")
    desk.answer("course", by=cast.binh, course="adjust", reason="too soon", promises="a new plan",
                options="leave it", dissent="finance")  # fmt: skip
    desk.plan(incident, "approve it", Role.LEAD, kind=StepKind.DECIDE, form="Approval")
    desk.answer("approve it", by=cast.binh, verdict="refused", comment="too long")
    words = Words(question="Close the school?", chosen="Close", reason="flooded")
    desk.do(decisions.take, incident.id, words, by=cast.ha)
    for each in ([], [Posture.DENY, Posture.BOLSTER]):
        desk.do(postures.take, incident.id, each, cluster=Cluster.VICTIM, reason="as suggested",
                by=cast.minh)  # fmt: skip
    test = AnswerOrWatch(
        spreading=True, silence_harms=False, fact_held=True, without_repeating=True,
        course=Course.WATCH, reason="quiet", review_at=desk.time + hours(2),
    )  # fmt: skip
    desk.do(silences.weigh, desk.reload(incident), test, by=cast.tung)
    desk.do(journal.call, incident.id, "the station", "all calm", by=cast.lan)
    desk.do(clocks.propose, incident.id, "FIRST_INFORMATION", by=cast.lan)
    desk.do(lessons.learn, incident.id, Learnt("Answer sooner", cause="nobody knew"), by=cast.ha)


def _given(session: Session) -> set[str]:
    """Names, papers and laws: what reads alike in every language."""
    laws = {rule.legal_basis for rule in session.exec(select(ClockRule))}
    routes = {rule.basis for rule in session.exec(select(RoutingRule))}
    return {*english.names(session), *laws, *routes, *_NEVER_TRANSLATED}


def _values(session: Session, desk: Desk, incident: Incident) -> dict[str, str]:
    """What the paths of this scene are filled with."""
    step = session.exec(select(Step).where(Step.incident_id == incident.id)).first()
    out = session.exec(select(Publication)).first()
    kept = session.exec(select(Evidence)).first()
    assert step
    assert out
    assert kept
    sent = next(m for m in desk.messages(kind="step_assigned"))
    return {
        "number": incident.number,
        "code": desk.flag("Another rumour").code,
        "playbook": incident.playbook,
        "step_id": str(step.id),
        "statement_id": str(out.statement_id),
        "evidence_id": str(kept.id),
        "message_id": str(sent.id),
        "token": links.token(sent.id),
        "report": "1",
        "organisation": "UBND",
        "person_id": str(desk.cast.nga.id),
        "kind": "people",
        "roster_id": str(session.exec(select(Roster.id).where(Roster.name == "Duty desk")).one()),
    }


def _known(document: Any) -> Any:
    """A document without what it gives in Vietnamese beside English, or because that counts."""
    if isinstance(document, dict):
        both = {"vi"} if "en" in document else {"text"} if "text_en" in document else set()
        return {name: _known(value) for name, value in document.items() if name not in both}
    return [_known(each) for each in document] if isinstance(document, list) else document


def _shown(page: Any) -> str:
    """What a reader sees of an answer: the text of a page, the values of a document."""
    if "json" in page.headers["content-type"]:
        return json.dumps(_known(page.json()), ensure_ascii=False)
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", page.text, flags=re.DOTALL)
    # A field for Vietnamese words holds them, and says so to whoever reads pages aloud.
    bare = re.sub(r"<textarea[^>]* lang=\"vi\"[^>]*>.*?</textarea>", " ", bare, flags=re.DOTALL)
    labels = re.findall(r'(?:title|aria-label|placeholder|alt|content)="([^"]*)"', bare)
    plain = " ".join([*labels, re.sub(r"<[^>]+>", " ", bare)])
    return " ".join(html.unescape(plain).split())


def _look(desk: Desk, incident: Incident, rest: bool) -> list[str]:
    with database.reading() as session:
        values = _values(session, desk, incident)
    found = []
    for method, path in TABLE:
        if method == "GET" and path not in _NO_PAGES and path.startswith("/api/") is rest:
            holes = set(re.findall(r"{(\w+)", path))
            if holes <= values.keys():
                found.append(path.format(**values))
    return found


def _left(session: Session, page: Any) -> str:
    rest = english.left(_shown(page), _given(session))
    around = [rest[max(0, m.start() - 60) : m.end() + 60] for m in english.LETTERS.finditer(rest)]
    return " | ".join(around[:4])


def test_every_page_is_english_for_an_english_reader(
    desk: Desk, incident: Incident, new_browser: Callable[..., Browser]
) -> None:
    pages = _look(desk, incident, rest=False)
    assert len(pages) > 30
    foreign: dict[str, str] = {}
    desk.set_aside()
    for name in ("an", "binh", "lan"):
        browser = new_browser(name)
        for path in pages:
            page = browser.get(path)
            with database.reading() as session:
                if left := _left(session, page):
                    foreign[f"{name} {path}"] = left
    desk.set_aside()
    assert not foreign, json.dumps(foreign, ensure_ascii=False, indent=1)


def test_every_answer_over_rest_is_english_for_an_english_reader(
    desk: Desk, incident: Incident, program: Callable[..., Program]
) -> None:
    foreign: dict[str, str] = {}
    paths = _look(desk, incident, rest=True)
    desk.set_aside()
    assert len(paths) > 30
    for name in ("an", "binh"):
        asking = program(name)
        for path in paths:
            answer = asking.get(path.removeprefix("/api/v1"))
            with database.reading() as session:
                if left := _left(session, answer):
                    foreign[f"{name} {path}"] = left
    desk.set_aside()
    assert not foreign, json.dumps(foreign, ensure_ascii=False, indent=1)
