"""Verifications that contradict each other: neither counts, it is seen, and a person settles it."""

from typing import Any

import pytest

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter.incidents import Finding, Incident
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Conflict, GuardFailed, Invalid, NotPermitted
from incidents.response.judgement import findings
from incidents.response.life import lifecycle
from incidents.response.reports import situation
from incidents.response.steps import steps
from incidents.response.steps.steps import StepKind
from tests.harness import Desk, hours, minutes

AGENCY, GROUND = "verify with the agency in charge", "verify on the ground"
ROLES = [Role.LEAD, Role.STANDING_DEPUTY, Role.SECRETARY, Role.SUBJECT_LEAD, Role.COMMUNE]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    made = desk.opened(level=3, roles=ROLES)
    desk.do(claims.state, made.id, ["Đập nứt"], nature=Nature.CLAIM, by=desk.cast.khoi)
    for key, role in ((AGENCY, Role.SUBJECT_LEAD), (GROUND, Role.COMMUNE)):
        desk.plan(made, key, role, form="Verification")
    desk.set_aside()
    return made


def _says(desk: Desk, key: str, finding: str, by: Person) -> None:
    words: dict[str, Any] = {"explanation": f"Thấy rằng {finding}.", "source": "Biên bản"}
    desk.answer(key, by=by, finding=finding, **words)


def _claim(incident: Incident) -> claims.Claim:
    with database.reading() as session:
        (claim,) = claims.of_incident(session, incident.id)
        return claim


def _contradicted(desk: Desk) -> None:
    _says(desk, AGENCY, "false", desk.cast.phuc)
    desk.fast_forward(minutes(5))
    _says(desk, GROUND, "true", desk.cast.hung)


def _settle(desk: Desk, incident: Incident, finding: Finding, by: Person, **more: str) -> Incident:
    words = more.get("explanation", "Đã gọi cả hai bên")
    return desk.do(findings.settle, incident.id, finding, words, by=by)


def test_of_two_that_contradict_each_other_neither_counts_and_who_leads_is_told(
    desk: Desk, incident: Incident
) -> None:
    _contradicted(desk)
    desk.expect_messages("findings_differ", desk.cast.tung, desk.cast.binh)
    assert desk.reload(incident).finding is Finding.PENDING
    assert _claim(incident).finding is Finding.PENDING
    assert _claim(incident).verified_by is None
    said = desk.timeline(incident)
    told = next(line.text for line in said if line.fact == "FindingsDiffer")
    assert f"việc 1 kết luận sai, việc 2 «{GROUND}» kết luận đúng" in told
    desk.fast_forward(minutes(2))
    with database.reading() as session:
        against = findings.differing(desk.reload(incident), steps.of_incident(session, incident.id))
        drawn = situation.of(session, desk.reload(incident), desk.time - minutes(1))
    assert [s.key for s in against] == [AGENCY, GROUND]
    assert [c.finding for c in drawn.claims] == [Finding.PENDING]
    desk.set_aside()


def test_somebody_else_than_those_who_found_settles_it_with_grounds(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    with desk.refused(Conflict, "Không có kết quả xác minh trái nhau"):
        _settle(desk, incident, Finding.FALSE, cast.tung)
    _contradicted(desk)
    with desk.refused(NotPermitted, "không tự chốt"):
        _settle(desk, incident, Finding.TRUE, cast.hung)
    with desk.refused(Invalid, "Chọn một kết quả"):
        _settle(desk, incident, Finding.PENDING, cast.tung)
    with desk.refused(Invalid, "căn cứ"):
        _settle(desk, incident, Finding.TRUE, cast.tung, explanation=" ")
    assert _settle(desk, incident, Finding.TRUE, cast.tung).finding is Finding.TRUE
    assert _claim(incident).finding is Finding.TRUE
    assert _claim(incident).verified_by == cast.tung.id
    assert desk.facts(incident)[-2:] == ["ClaimsVerified", "FindingSettled"]
    with desk.refused(Conflict, "Không có kết quả xác minh trái nhau"):
        _settle(desk, incident, Finding.FALSE, cast.binh)
    desk.set_aside()


def test_nothing_is_resolved_while_it_is_open(desk: Desk, incident: Incident) -> None:
    _contradicted(desk)
    with desk.refused(GuardFailed, "trái nhau chưa được chốt"):
        desk.do(lifecycle.resolve, incident.id, by=desk.cast.binh)
    desk.set_aside()


def test_the_step_by_which_a_playbook_has_it_settled_decides(
    desk: Desk, incident: Incident
) -> None:
    _contradicted(desk)
    desk.plan(incident, "settle", Role.STANDING_DEPUTY, kind=StepKind.DECIDE, form="Verification")
    with desk.refused(Conflict, "hãy trả lời việc đó"):
        _settle(desk, incident, Finding.TRUE, desk.cast.binh)
    _says(desk, "settle", "partly_false", desk.cast.tung)
    assert desk.reload(incident).finding is Finding.PARTLY_FALSE
    assert _claim(incident).finding is Finding.PARTLY_FALSE
    desk.set_aside()


def test_whoever_agrees_or_does_not_know_contradicts_nobody(desk: Desk, incident: Incident) -> None:
    _says(desk, AGENCY, "undetermined", desk.cast.phuc)
    assert desk.reload(incident).finding is Finding.UNDETERMINED
    _says(desk, GROUND, "false", desk.cast.hung)
    assert desk.reload(incident).finding is Finding.FALSE
    assert "FindingsDiffer" not in desk.facts(incident)
    desk.set_aside()


def test_a_verification_asked_for_later_knows_the_first_and_replaces_it(
    desk: Desk, incident: Incident
) -> None:
    _says(desk, AGENCY, "true", desk.cast.phuc)
    desk.fast_forward(minutes(5))
    desk.plan(incident, "the laboratory", Role.SUBJECT_LEAD, form="Verification")
    _says(desk, "the laboratory", "false", desk.cast.yen)
    assert desk.reload(incident).finding is Finding.FALSE
    assert "FindingsDiffer" not in desk.facts(incident)
    desk.set_aside()


def test_a_late_answer_that_contradicts_what_was_settled_opens_it_again(
    desk: Desk, incident: Incident
) -> None:
    _says(desk, AGENCY, "false", desk.cast.phuc)
    desk.fast_forward(hours(6))
    _says(desk, GROUND, "true", desk.cast.hung)
    assert desk.step(GROUND).late
    assert desk.reload(incident).finding is Finding.PENDING
    _settle(desk, incident, Finding.FALSE, desk.cast.binh)
    assert desk.reload(incident).finding is Finding.FALSE
    desk.set_aside()
