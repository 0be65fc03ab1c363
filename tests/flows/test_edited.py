from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows import catalogue, exploring
from flows.engine import Engine
from flows.exploring import ForbiddenBranch
from incidents.insight.handbook import Handbook
from incidents.matter.incidents import Finding, Incident
from incidents.record import database
from incidents.record.language import Language
from incidents.response.steps import runs, steps
from incidents.response.steps.runs import PlaybookRun, RunState
from incidents.response.steps.steps import StepState
from incidents.words.approvals import Verdict
from tests.flows.conftest import STORY, Write
from tests.flows.test_replay import VERIFIED, opened, run_of
from tests.harness import Desk

Release = Callable[[str], Engine]

HOLDING = '    holding = run.draft("holding"'
CAPTURE = '    run.ask("capture", of=DUTY_OFFICER, form=Capture, due=minutes(10))\n'
GATE = '    run.wait(run.ask("gate", of=LEGAL, due=hours(1)))\n'


def waiting(desk: Desk, release: Release) -> Incident:
    """An incident whose holding statement is signed while verification still runs."""
    release(STORY)
    incident = opened(desk)
    desk.answer("holding", by=desk.cast.ha, title="Thông tin ban đầu", text="Đang xác minh.")
    desk.sign("sign holding", by=desk.cast.minh)
    desk.set_aside()
    return incident


def advance(desk: Desk, incident: Incident) -> PlaybookRun:
    with database.transaction() as session:
        runs.want(session, run_of(incident).id)
    desk.settle()
    return run_of(incident)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (CAPTURE, f"    # the post may be gone in an hour\n{CAPTURE}"),
        (CAPTURE, ""),
        (HOLDING, f'    run.ask("newly asked", of=LEGAL, due=hours(1))\n{HOLDING}'),
    ],
    ids=["comment", "moved to the end of the first part", "another question beside"],
)
def test_an_edit_that_still_fits_goes_on_and_repeats_nothing(
    desk: Desk, release: Release, old: str, new: str
) -> None:
    incident = waiting(desk, release)
    before = Counter(m.key for m in desk.messages())
    edited = STORY.replace(old, new)
    if not new:
        edited = edited.replace("    run.wait(facts)\n", f"{CAPTURE}    run.wait(facts)\n", 1)
    release(edited)
    assert advance(desk, incident).state is RunState.WAITING
    after = Counter(m.key for m in desk.messages())
    assert all(after[key] == count for key, count in before.items())
    desk.answer("verify", by=desk.cast.phuc, finding=Finding.FALSE, **VERIFIED)
    assert desk.step("post").state is StepState.OPEN
    desk.set_aside()


def test_a_gate_inserted_before_what_is_done_holds_the_run_and_names_the_step(
    desk: Desk, release: Release
) -> None:
    incident = waiting(desk, release)
    sent = len(desk.messages())
    release(STORY.replace(HOLDING, GATE + HOLDING))
    run = advance(desk, incident)
    assert run.state is RunState.HELD
    assert run.held_reason == "holding"
    assert len(desk.messages()) == sent
    with database.reading() as session:
        assert "gate" not in steps.of_run(session, run.id)


def test_a_removed_step_holds_the_run_and_is_named(desk: Desk, release: Release) -> None:
    incident = waiting(desk, release)
    release(STORY.replace(CAPTURE, ""))
    run = advance(desk, incident)
    assert run.state is RunState.HELD
    assert run.held_reason == "capture"


def test_a_signature_is_never_taken_for_that_of_another_gate(desk: Desk, release: Release) -> None:
    incident = waiting(desk, release)
    release(STORY.replace("by=SPOKESPERSON, due", "by=LEAD, due"))
    run = advance(desk, incident)
    assert run.state is RunState.HELD
    assert run.held_reason == "sign holding"


def test_a_gate_inserted_behind_what_is_done_opens_when_the_run_comes_to_it(
    desk: Desk, release: Release
) -> None:
    incident = waiting(desk, release)
    wait = "    run.wait(facts)\n"
    release(STORY.replace(wait, wait + GATE))
    assert advance(desk, incident).state is RunState.WAITING
    desk.answer("verify", by=desk.cast.phuc, finding=Finding.FALSE, **VERIFIED)
    assert desk.step("gate").state is StepState.OPEN
    with pytest.raises(Exception, match="No row was found"):
        desk.step("post")
    desk.set_aside()


def test_a_version_a_live_run_is_bound_to_is_not_dropped(
    desk: Desk, release: Release, write: Write
) -> None:
    release(STORY)
    opened(desk)
    with database.reading() as session:
        assert catalogue.missing_versions(session, []) == [("TIN_GIA_MXH", 1)]
        assert catalogue.missing_versions(session, [write(STORY)]) == []


@pytest.mark.parametrize(
    "branch",
    [
        'facts.answer.explanation == "x"',
        "len(facts.answer.source) > 3",
        "run.now.hour > 12",
        "counted.answer.interactions > 5",
    ],
)
def test_a_branch_nobody_can_draw_is_refused(write: Write, branch: str) -> None:
    playbook = write(f"""
    facts = run.ask("verify", of=SUBJECT_LEAD, form=Verification, due=hours(1))
    counted = run.ask("count", of=MONITORING, form=Measurement, due=hours(1))
    run.wait(facts, counted)
    if facts.done and counted.done and {branch}:
        run.ask("more", of=LEAD, due=hours(1))
    """)
    with pytest.raises((ForbiddenBranch, AttributeError)):
        exploring.explore(playbook)


def test_exploring_finds_every_step_and_says_when_it_comes(write: Write) -> None:
    outline = exploring.explore(write(STORY)).plain()
    keys = {step["key"] for step in outline["steps"]}
    assert keys == {
        "capture",
        "verify",
        "holding",
        "sign holding",
        "post",
        "report",
        "say when",
        "conclude",
    }
    ways = {edge["when"] for edge in outline["edges"] if edge["to"] == "say when"}
    assert any("verify: overdue = True" in way for way in ways)


LONG_AGO = """
    facts = run.ask("verify", of=SUBJECT_LEAD, form=Verification, due=hours(1))
    run.wait(facts)
    known = facts.done and facts.answer.finding is Finding.PARTLY_FALSE
    for number in range(1, 6):
        asked = run.ask(f"ask {number}", of=LEAD, form=LegalCheck, due=hours(1))
        run.wait(asked)
        if asked.refused:
            run.finish()
    if known:
        run.ask("weigh both parts", of=LEAD, due=hours(1))
"""


def test_exploring_goes_on_with_what_was_learnt_long_ago(write: Write) -> None:
    outline = exploring.explore(write(LONG_AGO))
    assert "weigh both parts" in outline.steps
    assert outline.whole


def test_a_playbook_with_too_many_ways_says_that_some_may_be_missing(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exploring, "MOST_FAR_PATHS", 3)
    playbook = write(LONG_AGO)
    row = catalogue.read(playbook)
    assert row.outline["whole"] is False
    for language, words in ((Language.VI, "có thể còn đường đi"), (Language.EN, "may be ways")):
        book = Handbook(row, dict.fromkeys(range(5), 100), language)
        assert words in book.caveat


ANSWERS = ("capture", "holding", "sign holding", "verify")


@given(order=st.permutations(ANSWERS), verdict=st.sampled_from(Verdict))
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_answers_in_any_order_lead_to_the_same_work(
    desk: Desk, release: Release, order: list[str], verdict: Verdict
) -> None:
    release(STORY)
    signal = desk.flag()
    desk.take(signal)
    incident = desk.open(signal)
    with database.reading() as session:
        mine = steps.of_incident(session, incident.id)
    by_key = {step.key: step for step in mine}
    desk.step = lambda key: desk.reload(by_key[key])  # type: ignore[method-assign]
    if order.index("sign holding") < order.index("holding"):
        order = [key for key in order if key != "sign holding"] + ["sign holding"]
    for key in order:
        match key:
            case "capture":
                desk.answer(key, by=desk.cast.lan, screenshot_kept=True, interactions=1)
            case "holding":
                desk.answer(key, by=desk.cast.ha, title="Thông tin", text="Đang xác minh.")
            case "sign holding":
                desk.sign(key, by=desk.cast.minh, verdict=verdict)
            case _:
                desk.answer(key, by=desk.cast.phuc, finding=Finding.FALSE, **VERIFIED)
    with database.reading() as session:
        opened_now = [step.key for step in steps.of_incident(session, incident.id)]
    assert len(opened_now) == len(set(opened_now))
    posted = {"post"} if verdict is Verdict.GRANTED else {"report", "conclude"}
    assert set(opened_now) == {*ANSWERS, *posted}
    desk.set_aside()
