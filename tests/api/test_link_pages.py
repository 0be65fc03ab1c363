"""The page of a link: one step done without signing in, a signature only signed in."""

import re
from collections.abc import Callable

import pytest

from incidents.people.roles import Role
from incidents.record import links
from incidents.response.steps.steps import StepKind, StepState
from tests.api.conftest import Browser
from tests.harness import Desk

New = Callable[..., Browser]


def test_a_link_does_a_step_without_signing_in(
    desk: Desk, new_browser: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "number", lambda _: "97")  # no time and no length on the page
    incident = desk.opened(roles=[Role.SUBJECT_LEAD, Role.STANDING_DEPUTY])
    desk.plan(incident, "verify", Role.SUBJECT_LEAD, form="Verification")
    message = desk.messages(to=desk.cast.phuc, kind="step_assigned")[-1]
    path, number = f"/t/{links.token(message.id)}", links.number(message.id)
    phuc = new_browser()
    page = phuc.get(path)
    assert desk.cast.phuc.name in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert number not in re.sub(r"\d{4}-\d{4}|\d\d:\d\d|[\d/]{6,}", "", page.text.split("<main")[1])
    missing = phuc.post(f"{path}/hoan-thanh", number=number, finding="false")
    assert (missing.status_code, "Ô này phải điền." in missing.text) == (422, True)
    done = phuc.post(
        f"{path}/hoan-thanh",
        number=number,
        finding="false",
        explanation="Cống vận hành bình thường",
        source="Trạm thủy nông",
    )
    assert "Đã ghi nhận." in done.text
    assert desk.step("verify").state is StepState.DONE
    desk.set_aside()


def test_an_approval_by_link_leads_to_the_sign_in(desk: Desk, new_browser: New) -> None:
    incident = desk.opened(roles=[Role.SPOKESPERSON])
    statement, version = desk.drafted(incident)
    desk.plan(
        incident,
        "approve",
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    message = desk.messages(to=desk.cast.minh, kind="step_assigned")[-1]
    path, number = f"/t/{links.token(message.id)}", links.number(message.id)
    browser = new_browser()
    page = browser.get(path).text
    assert "Đăng nhập để duyệt" in page
    assert version.text not in page
    tried = browser.post(f"{path}/hoan-thanh", number=number, verdict="granted")
    assert tried.status_code == 409
    assert desk.step("approve").state is StepState.OPEN
    desk.set_aside()
