"""Whatever people do to an incident in whatever order: the record alone tells how it stands."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from incidents.intake import claims
from incidents.intake.signals import Nature
from incidents.matter import clock_rules, incidents, level_requests, recusals
from incidents.matter.calendar import Unit
from incidents.matter.incidents import Finding, Incident
from incidents.matter.severity import Level
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import Refusal
from incidents.response.answers import answering, signing
from incidents.response.clocks import clocks
from incidents.response.ending import closing
from incidents.response.learning import looking_back
from incidents.response.life import grading, lifecycle, lowering, merging, opening, resuming
from incidents.response.life.resuming import Flare
from incidents.response.staffing import founding, founding_decisions, recusing
from incidents.response.staffing.founding import Seat
from incidents.response.steps import added_steps, steps
from incidents.response.steps.steps import ANSWERABLE
from tests import ending
from tests.cast import filled
from tests.harness import CODE, Desk, hours
from tests.incidents.any_life import (
    a_level_goes_down_by_two,
    a_lower_level_is_asked_of_what_stands,
    allowed,
    merging_lowers_nothing_and_forgets_nobody,
    the_law_waits_for_nobody,
    told,
    whom_it_concerns_is_out,
)

COUNTED = (Unit.HOURS, Unit.DAYS, Unit.WORKING_DAYS, Unit.MONTHS)
CONCLUDED: dict[str, Any] = {"summary": "Xong.", "library_updated": "true"}

Move = Callable[[Desk, Incident, int], bool | None]


def _activate(desk: Desk, incident: Incident, _value: int) -> bool:
    """As an engine does, which looks first whether the incident is still worked on."""
    live = desk.reload(incident).live
    if live:
        desk.activate(incident, Role.LEAD, Role.SPOKESPERSON)
    return live


def _found_by_decision(desk: Desk, incident: Incident, value: int) -> bool:
    """Proposed, appraised and decided, one after the other, by people it does not concern."""
    cast = desk.cast
    with database.reading() as session:
        out = recusals.of(session, incident.id).named
    if out & {p.id for p in (cast.binh, cast.minh, cast.ha, cast.tung, cast.hoa)}:
        return False
    row = desk.do(
        founding.propose,
        incident.id,
        reason="Theo tình hình",
        seats=[
            Seat(Role.LEAD, cast.binh.id),
            Seat(Role.SPOKESPERSON, cast.minh.id),
            Seat(Role.SECRETARY, cast.ha.id),
        ],
        by=cast.tung,
    )
    desk.do(founding.appraise, incident.id, row.id, opinion="Được", by=cast.hoa)
    paper = {"document": f"{value}/QĐ-UBND", "signed_on": desk.time.date(), "signer": "Chương"}
    desk.do(founding_decisions.decide, incident.id, **paper, proposal_id=row.id, by=cast.ha)
    return True


def _conclude(desk: Desk, incident: Incident, _value: int) -> None:
    """By Lan, or whoever has it in her place."""
    key = _conclusion(incident)
    with database.reading() as session:
        by = session.get_one(Person, desk.step(key).assignee_id or desk.cast.lan.id)
    desk.answer(key, by=by, **CONCLUDED)


def _conclusion(incident: Incident) -> str:
    return f"conclude {incident.number}"


def _release_a_shell(desk: Desk, incident: Incident, _value: int) -> None:
    slots = filled(desk.time)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", slots, by=desk.cast.lan)


def _state_a_claim(desk: Desk, incident: Incident, value: int) -> bool:
    """As the classification does, which cannot be answered once the incident has ended."""
    live = desk.reload(incident).live
    if live:
        said = [f"Câu {value}"]
        desk.do(claims.state, incident.id, said, nature=Nature.CLAIM, by=desk.cast.khoi)
    return live


def _settle_the_claims(desk: Desk, incident: Incident, _value: int) -> bool:
    with database.reading() as session:
        stated = claims.of_incident(session, incident.id)
    for each in stated:
        desk.do(claims.settle, each.id, Finding.FALSE, "Có biên bản", by=desk.cast.phuc)
    return bool(stated)


def _hold_a_review(desk: Desk, incident: Incident, _value: int) -> None:
    binh = desk.cast.binh
    desk.do(looking_back.hold, incident.id, outcome="Tốt", held_at=desk.time, by=binh)


def _approver(desk: Desk, incident: Incident) -> Person:
    grave = desk.reload(incident).level >= Level.CRISIS
    return desk.cast.chuong if grave else desk.cast.binh


def _report(desk: Desk, incident: Incident, _value: int) -> None:
    ending.report(desk, incident, by=_approver(desk, incident))


def _close(desk: Desk, incident: Incident, _value: int) -> None:
    desk.do(closing.close, incident.id, reason="Theo tình hình", by=_approver(desk, incident))


def _graded(how: str, second: str) -> Move:
    """By Bình, asking nobody in particular, himself, or somebody who does not grade."""

    def carry_out(desk: Desk, incident: Incident, value: int) -> None:
        asked_of = getattr(desk.cast, second).id if second else None
        if how == "score":
            scores = dict.fromkeys(("reach", "velocity", "harm", "credibility", "duty"), value)
            desk.do(grading.score, incident.id, scores, second=asked_of, by=desk.cast.binh)
            return
        desk.do(
            grading.override,
            incident.id,
            value,
            reason="Đánh giá lại",
            second=asked_of,
            by=desk.cast.binh,
        )

    return carry_out


def _answered(verb: Callable[..., object], who: str) -> Move:
    """What was asked last is agreed to, refused or withdrawn, by whoever may or may not."""

    def carry_out(desk: Desk, incident: Incident, _value: int) -> bool:
        with database.reading() as session:
            asked = level_requests.of_incident(session, incident.id)
        because = {"reason": "Còn lan"} if verb is lowering.refuse else {}
        if asked:
            desk.do(verb, asked[-1].id, by=getattr(desk.cast, who), **because)
        return bool(asked)

    return carry_out


def _endanger(desk: Desk, incident: Incident, value: int) -> bool:
    """Work on the safety of people, or what there is of it done."""
    ha = desk.cast.ha
    with database.reading() as session:
        asked = [s for s in steps.of_incident(session, incident.id) if s.life_safety]
    waiting = [s for s in asked if s.state in ANSWERABLE and s.assignee_id == ha.id]
    if value and waiting:
        desk.do(answering.complete, waiting[0].id, {}, by=ha)
        return True
    title = f"Sơ tán {incident.number}, {len(asked)}"
    wanted = {"title": title, "role": Role.SECRETARY, "due_at": desk.time + hours(2)}
    step = desk.do(added_steps.add, incident.id, **wanted, by=desk.cast.lan)
    desk.do(added_steps.saves_lives, step, by=desk.cast.lan)
    return True


def _declare(desk: Desk, incident: Incident, value: int) -> None:
    """The second person of most gradings, the secretary, the officer, the speaker, the deputy."""
    named = ("tung", "ha", "lan", "minh", "nga")[value]
    person = getattr(desk.cast, named)
    desk.do(recusing.declare, incident.id, person.id, reason="Bị nêu tên", by=desk.cast.chuong)


def _flare_up(desk: Desk, incident: Incident, value: int) -> None:
    cause = list(Flare)[value % len(Flare)]
    desk.do(resuming.flare_up, incident.id, cause, reason="Lan lại", by=desk.cast.lan)


def _reopen(desk: Desk, incident: Incident, _value: int) -> None:
    binh = desk.cast.binh
    desk.do(resuming.reopen, incident.id, playbook=CODE, reason="Tin lan lại", by=binh)


def _other(incident: Incident) -> Incident | None:
    """What an earlier life has left to merge with, perhaps something that has ended."""
    with database.reading() as session:
        others = [i for i in incidents.recent(session) if i.id != incident.id]
    return next((i for i in others if i.live), others[0] if others else None)


def _merge(desk: Desk, incident: Incident, _value: int) -> bool:
    goes_on = _other(incident)
    if goes_on:
        _join(desk, desk.reload(incident), goes_on)
    return goes_on is not None


def _absorb(desk: Desk, incident: Incident, _value: int) -> bool:
    gone = _other(incident)
    if gone:
        _join(desk, gone, desk.reload(incident))
    return gone is not None


def _join(desk: Desk, merged: Incident, goes_on: Incident) -> None:
    desk.do(merging.merge, merged.id, goes_on.id, reason="Cùng một tin", by=desk.cast.lan)
    merging_lowers_nothing_and_forgets_nobody(desk, merged, goes_on)


def _split(desk: Desk, incident: Incident, value: int) -> None:
    before = desk.reload(incident)
    with database.reading() as session:
        chosen = [claim.id for claim in claims.of_incident(session, incident.id)][:1]
        named = recusals.of(session, incident.id).named
    made = desk.do(
        merging.split,
        incident.id,
        signal_ids=[],
        claim_ids=chosen,
        playbook=CODE,
        level=value,
        title="Việc khác",
        reason="Hai việc khác nhau",
        by=desk.cast.lan,
    )
    assert value >= before.level or before.level_provisional, "split off lower by one person"
    with database.reading() as session:
        assert recusals.of(session, made.id).named == named


def _start_a_term(desk: Desk, incident: Incident, value: int) -> None:
    """One of the terms of the law, confirmed as if it had begun just now."""
    with database.reading() as session:
        offered = [r for r in clock_rules.on_offer(session, desk.time.date()) if r.unit in COUNTED]
    binh, code = desk.cast.binh, offered[value * 3 % len(offered)].code
    term = desk.do(clocks.propose, incident.id, code, by=binh)
    desk.do(clocks.start, term.id, confirmed=True, triggered_at=desk.time, by=binh)


def _wait(desk: Desk, _incident: Incident, value: int) -> None:
    desk.fast_forward(hours(1 + value * 6))


def _ended_by(verb: Callable[..., Incident]) -> Move:
    def carry_out(desk: Desk, incident: Incident, _value: int) -> None:
        desk.do(verb, incident.id, reason="Theo tình hình", by=desk.cast.binh)

    return carry_out


CARRY_OUT: dict[str, Move] = {
    "activate": _activate,
    "found by decision": _found_by_decision,
    "conclude": _conclude,
    "release a shell": _release_a_shell,
    "state a claim": _state_a_claim,
    "settle the claims": _settle_the_claims,
    "score": _graded("score", ""),
    "score with a second": _graded("score", "tung"),
    "override": _graded("override", "tung"),
    "override alone": _graded("override", ""),
    "override by oneself": _graded("override", "binh"),
    "override with an outsider": _graded("override", "kien"),
    "agree": _answered(lowering.agree, "tung"),
    "agree by oneself": _answered(lowering.agree, "binh"),
    "agree by an outsider": _answered(lowering.agree, "kien"),
    "refuse": _answered(lowering.refuse, "tung"),
    "withdraw": _answered(lowering.withdraw, "binh"),
    "endanger": _endanger,
    "declare": _declare,
    "stabilise": _ended_by(lifecycle.stabilise),
    "resolve": _ended_by(lifecycle.resolve),
    "review": _hold_a_review,
    "report": _report,
    "close": _close,
    "stand down": _ended_by(lifecycle.stand_down),
    "undo": _ended_by(opening.undo),
    "flare up": _flare_up,
    "take back": _ended_by(resuming.take_back),
    "reopen": _reopen,
    "merge": _merge,
    "absorb": _absorb,
    "split": _split,
    "start a term": _start_a_term,
    "wait": _wait,
}

# The ways to the end are walked as often as the ways aside.
ONWARD = (
    "activate",
    "conclude",
    "settle the claims",
    "stabilise",
    "resolve",
    "review",
    "report",
    "close",
)
ONWARD += ("reopen", "flare up", "take back")
TO_THE_END = [("stabilise", 0), ("stand down", 0), ("endanger", 1), ("stabilise", 0)]
WITHOUT_THEM = [("conclude", 0), ("merge", 0)]
APART = [("state a claim", 0), ("split", 1), ("merge", 0)]
LOWERING = ("score", "override alone", "override by oneself", "override with an outsider")
LOWERING += ("override", "agree by oneself", "agree by an outsider", "agree", "agree", "refuse")
MOVES = st.tuples(
    st.one_of(st.sampled_from(ONWARD), st.sampled_from(sorted(CARRY_OUT))),
    st.sampled_from(range(5)),
)


@settings(
    max_examples=12,
    deadline=None,
    database=None,
    # A life that fails is short enough to be read as it is; shrinking it would take minutes.
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(level=st.sampled_from(range(5)), moves=st.lists(MOVES, min_size=6, max_size=16))
# Each guard is met in every run, whatever chance brings.
@example(level=3, moves=[("stabilise", 0), ("release a shell", 0), ("endanger", 0), *TO_THE_END])
@example(level=4, moves=[("score", 4), *((each, 1) for each in LOWERING), *APART])
@example(level=3, moves=[("activate", 0), *(("declare", n) for n in range(5)), *WITHOUT_THEM])
@example(level=2, moves=[("score", 1), ("declare", 0), ("override", 0), ("absorb", 0)])
def test_the_record_alone_tells_how_an_incident_stands_and_no_guard_is_passed(
    desk: Desk, level: int, moves: list[tuple[str, int]]
) -> None:
    incident = desk.opened(level=level)
    desk.plan(incident, _conclusion(incident), Role.DUTY_OFFICER, form="Conclusion")
    ends: dict[UUID, datetime] = {}
    heard: dict[UUID, int] = {}
    for move, value in moves:
        before, picture = desk.reload(incident), desk.picture()
        try:
            happened = CARRY_OUT[move](desk, incident, value) is not False
        except Refusal:
            assert desk.picture() == picture, f"a refused «{move}» changed something"
        else:
            if happened:
                allowed(incident, before, move)
        now = desk.reload(incident)
        assert told(incident) == (now.status, now.level), move
        a_level_goes_down_by_two(desk, before)
        a_lower_level_is_asked_of_what_stands(now)
        whom_it_concerns_is_out(incident, heard)
        the_law_waits_for_nobody(incident, ends)
    desk.set_aside()
