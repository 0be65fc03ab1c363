"""Two matters become one, or one becomes two: nothing is lost and every number keeps working."""

from typing import Any
from uuid import UUID

import pytest

from incidents.intake import claims, evidence, signals, wording
from incidents.intake import merging as joining
from incidents.intake.claims import ClaimLink
from incidents.intake.signals import Nature, Signal
from incidents.matter import clock_rules, recusals, ties
from incidents.matter.incidents import Incident, Status
from incidents.matter.ties import TieKind
from incidents.people.roles import Role
from incidents.record import database, timeline
from incidents.record.actors import Actor, Via
from incidents.record.errors import Conflict, GuardFailed, Invalid
from incidents.record.language import Language
from incidents.response.answers import signing
from incidents.response.clocks import clock_endings, clock_vouching, clocks
from incidents.response.clocks.clock_facts import ProofKind
from incidents.response.life import grading, lifecycle, merging
from incidents.response.life.level_changes import LevelSet
from incidents.response.staffing import directing, recusing
from incidents.response.steps import runs
from incidents.response.steps.runs import RunState
from incidents.response.steps.steps import StepState
from incidents.words.statements import StatementKind
from tests.cast import filled
from tests.harness import CODE, Desk, hours, read

ROLES = [Role.LEAD, Role.STANDING_DEPUTY]


@pytest.fixture
def incident(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[*ROLES, Role.MONITORING])


@pytest.fixture
def other(desk: Desk) -> Incident:
    return desk.opened(level=3, roles=[*ROLES, Role.SECRETARY])


def stated(desk: Desk, incident: Incident, *texts: str) -> list[UUID]:
    made = desk.do(claims.state, incident.id, list(texts), nature=Nature.CLAIM, by=desk.cast.khoi)
    return [claim.id for claim in made]


def merged(desk: Desk, incident: Incident, other: Incident) -> Incident:
    return desk.do(merging.merge, incident.id, other.id, reason="Cùng một tin", by=desk.cast.lan)


def vouched(desk: Desk, code: str) -> None:
    with database.reading() as session:
        rule = clock_rules.in_force(session, code, desk.time.date())
    desk.do(
        clock_vouching.verify, rule.id, name="Bùi Phương Dung", on=desk.time.date(), by=desk.cast.an
    )


def flags_of(incident: Incident) -> list[Signal]:
    with database.reading() as session:
        return signals.of_incident(session, incident.id)


def kept_of(incident: Incident) -> set[UUID]:
    with database.reading() as session:
        return {each.id for each in evidence.of_incident(session, incident.id)}


def test_flags_claims_and_evidence_go_over_and_keep_their_ids(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    (claim,) = stated(desk, incident, "Đập vỡ")
    (flag,) = flags_of(incident)
    kept = kept_of(incident)
    assert kept
    merged(desk, incident, other)
    desk.set_aside()
    assert flag.id in {each.id for each in flags_of(other)}
    assert not flags_of(incident)
    assert kept < kept_of(other)
    with database.reading() as session:
        assert [c.id for c in claims.of_incident(session, other.id)] == [claim]
    assert desk.timeline(flag, Language.EN)[-1].text == (
        f"Flag {flag.code} went from incident 2026-0001 to 2026-0002"
    )


def test_work_ends_as_when_it_stands_down_and_both_teams_are_told(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    step = desk.plan(incident, "must", Role.LEAD)
    goes_on = desk.plan(other, "on", Role.LEAD)
    desk.set_aside()
    merged(desk, incident, other)
    cast = desk.cast
    told = desk.expect_message(to=cast.binh, kind="incident_merged")
    assert "2026-0002" in read(told)
    desk.expect_messages("incident_merged", cast.tung, cast.khoi, cast.ha, cast.nga)
    assert desk.reload(step).state is StepState.CANCELLED
    assert desk.reload(goes_on).state is StepState.OPEN
    gone = desk.reload(incident)
    assert (gone.status, gone.ended_at) == (Status.MERGED, desk.time)
    with database.reading() as session:
        assert [r.state for r in runs.of_incident(session, incident.id)] == [RunState.ENDED]
        found = ties.merged_into(session, incident.id)
    assert found
    assert found.number == other.number
    with desk.refused(Conflict, "Đã gộp"):
        desk.do(lifecycle.stand_down, incident.id, reason="x", by=cast.lan)
    desk.fast_forward(hours(1))
    desk.set_aside()


def test_each_timeline_stays_whole_and_tells_of_it(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    before = desk.facts(incident)
    merged(desk, incident, other)
    desk.set_aside()
    assert desk.facts(incident) == [*before, "IncidentMerged"]
    told = desk.timeline(incident, Language.EN)[-1].text
    assert told.startswith(
        "Merged into incident 2026-0002, with flags (1), claims (0) and evidence (1)"
    )
    assert desk.facts(other)[-1] == "IncidentAbsorbed"


def test_words_that_had_not_gone_out_are_named_and_their_author_hears_it(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    cast = desk.cast
    # Dung writes without a seat in either task force; the words of the other one stay.
    desk.drafted(incident, StatementKind.HOLDING, by=cast.dung)
    desk.drafted(incident, StatementKind.REFUTATION)
    desk.drafted(other, StatementKind.HOLDING, by=cast.ha)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=cast.lan)
    desk.set_aside()
    merged(desk, incident, other)
    assert desk.facts(incident)[-2:] == ["IncidentMerged", "WordsLeft"]
    assert "WordsLeft" not in desk.facts(other)
    said = desk.timeline(incident)[-1].text
    assert said == (
        "Văn bản chưa phát không phát từ vụ việc này nữa: Thông báo. "
        "Cần thì soạn lại ở vụ việc 2026-0002"
    )
    told = read(desk.expect_message(to=cast.dung, kind="incident_merged"))
    assert "không phát nữa: Thông báo. Cần thì soạn lại ở vụ việc 2026-0002." in told
    desk.set_aside()


def test_what_was_said_and_seen_first_counts_for_the_one_that_goes_on(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=desk.cast.lan)
    first, seen = desk.reload(incident).first_statement_at, desk.reload(incident).detected_at
    later = desk.opened(level=3)
    desk.time += hours(1)
    desk.do(signing.release_shell, other.id, "BAN-DAU", filled(desk.time), by=desk.cast.lan)
    assert desk.reload(other).first_statement_at == desk.time
    merged(desk, incident, other)
    desk.set_aside()
    goes_on = desk.reload(other)
    assert (goes_on.first_statement_at, goes_on.detected_at) == (first, seen)
    # Where neither the one nor the other spoke there is nothing to count.
    quiet = desk.opened(level=3)
    merged(desk, later, quiet)
    assert desk.reload(quiet).first_statement_at is None
    desk.set_aside()


def test_what_cannot_be_merged_names_every_condition(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    lan = desk.cast.lan
    with desk.refused(Invalid, "vụ việc khác"):
        merged(desk, incident, incident)
    drill = desk.open(None, exercise=True)
    desk.set_aside()
    desk.do(lifecycle.stand_down, other.id, reason="Đã gỡ", by=lan)
    desk.set_aside()
    with desk.refused(GuardFailed, "2026-0002 đang ở trạng thái «Dừng xử lý»"):
        merged(desk, incident, other)
    with desk.refused(GuardFailed, "diễn tập") as refusal:
        desk.do(merging.merge, incident.id, drill.id, reason=" ", by=lan)
    assert len(refusal.value.missing) == 2


def test_the_laws_terms_go_on_and_are_asked_for_before_the_other_is_resolved(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    lan, binh = desk.cast.lan, desk.cast.binh
    vouched(desk, "FIRST_INFORMATION")
    proposed = desk.do(clocks.propose, incident.id, "FIRST_INFORMATION", by=lan)
    desk.do(clocks.start, proposed.id, confirmed=True, triggered_at=desk.time, by=lan)
    desk.set_aside()
    kept = next(iter(kept_of(incident)))
    merged(desk, incident, other)
    slots = filled(desk.time)
    desk.do(signing.release_shell, other.id, "BAN-DAU", slots, by=lan)
    desk.do(lifecycle.stabilise, other.id, reason="Đã yên", by=binh)
    desk.set_aside()
    with desk.refused(GuardFailed, "Thông tin chính thức đầu tiên"):
        desk.do(lifecycle.resolve, other.id, by=binh)
    desk.do(clock_endings.meet, proposed.id, kind=ProofKind.EVIDENCE, proof=str(kept), by=lan)
    desk.do(lifecycle.resolve, other.id, by=binh)
    desk.set_aside()


def test_a_merge_lowers_no_level_and_ends_no_work_on_the_safety_of_people(
    desk: Desk, incident: Incident
) -> None:
    lower = desk.opened(level=2, roles=ROLES)
    step = desk.plan(incident, "warn", Role.LEAD, life_safety=True, mandatory=False)
    with desk.refused(GuardFailed) as refusal:
        merged(desk, incident, lower)
    sentences = [sentence % values for sentence, values in refusal.value.missing]
    assert len(sentences) == 2
    assert sentences[0].startswith(f"Vụ việc {incident.number} ở cấp 3, cao hơn")
    assert "Việc 1 «warn» liên quan an toàn tính mạng" in sentences[1]
    desk.do(directing.waive, step.id, reason="Đã sơ tán", by=desk.cast.binh)
    merged(desk, lower, incident)
    assert desk.reload(incident).level == 3
    desk.set_aside()


def test_whom_a_matter_concerns_it_concerns_wherever_it_goes_on(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    cast = desk.cast
    for of in (incident, other):
        desk.do(recusing.declare, of.id, cast.tung.id, reason="Bị nêu tên", by=cast.lan)
    desk.do(recusing.declare, incident.id, cast.minh.id, reason="Người nhà", by=cast.lan)
    (flag,) = flags_of(incident)
    stated(desk, incident, "Đập vỡ")
    made = split(desk, incident, signal_ids=[flag.id])
    merged(desk, incident, other)
    desk.set_aside()
    with database.reading() as session:
        for of in (made, other):
            assert recusals.of(session, of.id).named == {cast.tung.id, cast.minh.id}
        reasons = [each.reason for each in recusals.of_incident(session, other.id)]
    assert reasons == ["Bị nêu tên", "Người nhà"]


def split(desk: Desk, incident: Incident, **chosen: Any) -> Incident:
    values: dict[str, Any] = {
        "signal_ids": [],
        "claim_ids": [],
        "playbook": CODE,
        "level": 2,
        "title": "Giá gạo",
        "reason": "Việc khác",
    }
    return desk.do(merging.split, incident.id, **values | chosen, by=desk.cast.lan)


def test_chosen_flags_and_claims_become_an_incident_of_their_own(
    desk: Desk, incident: Incident
) -> None:
    stays, goes = stated(desk, incident, "Đập vỡ", "Gạo tăng giá gấp ba")
    (flag,) = flags_of(incident)
    made = split(desk, incident, signal_ids=[flag.id], claim_ids=[goes])
    cast = desk.cast
    told = desk.expect_message(to=cast.khoi, kind="incident_split")
    assert "2026-0002" in read(told)
    desk.expect_messages("incident_split", cast.binh, cast.tung)
    desk.set_aside()
    assert made.number == "2026-0002"
    assert desk.reload(made).detected_at == flag.flagged_at
    with database.reading() as session:
        assert [c.id for c in claims.of_incident(session, incident.id)] == [stays]
        assert [c.id for c in claims.of_incident(session, made.id)] == [goes]
        ((tie, _),) = ties.of(session, incident.id)
    assert (tie.kind, tie.incident_id) == (TieKind.SPLIT_FROM, made.id)
    assert [f.id for f in flags_of(made)] == [flag.id]
    assert kept_of(made)
    assert not kept_of(incident)
    assert desk.reload(incident).live
    assert desk.timeline(incident, Language.EN)[-1].text.startswith(
        "Split off as incident 2026-0002, with flags (1), claims (1) and evidence (1)"
    )
    assert desk.timeline(made, Language.EN)[-1].text.startswith("Split off from incident 2026-0001")


def test_what_is_split_must_be_chosen_and_belong_here(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    (elsewhere,) = flags_of(other)
    with desk.refused(Invalid, "Chọn ít nhất một") as refusal:
        split(desk, incident, reason=" ")
    assert set(refusal.value.fields) == {"signals", "reason"}
    with desk.refused(Invalid, "không thuộc vụ việc này"):
        split(desk, incident, signal_ids=[elsewhere.id])
    (opinion,) = desk.do(
        claims.state, incident.id, ["Chán"], nature=Nature.OPINION, by=desk.cast.khoi
    )
    with desk.refused(Invalid, "không mở được kịch bản này"):
        split(desk, incident, claim_ids=[opinion.id])
    desk.do(lifecycle.stand_down, incident.id, reason="Đã gỡ", by=desk.cast.lan)
    desk.set_aside()
    with desk.refused(Conflict, "Dừng xử lý"):
        split(desk, incident, claim_ids=[opinion.id])


def test_a_claim_that_stands_in_both_stands_in_the_one_that_goes_on_once(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    stated = desk.do(
        claims.state, incident.id, ["Đê vỡ", "Cầu sập"], nature=Nature.CLAIM, by=desk.cast.khoi
    )
    desk.do(wording.link, stated[0].id, other.number, by=desk.cast.khoi)
    merged(desk, incident, other)
    with database.reading() as session:
        assert {c.id for c in claims.of_incident(session, other.id)} == {c.id for c in stated}
        assert claims.of_incident(session, incident.id) == []
        for each in stated:
            claim = claims.get(session, each.id)
            assert [place.id for place in claims.places(session, claim)] == [other.id]
    desk.set_aside()


def test_a_claim_of_a_flag_goes_with_it_or_stands_in_both(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    (flag,) = flags_of(incident)
    said = wording.Wording(text="Đê vỡ", nature=Nature.CLAIM)
    own, stays = stated(desk, incident, "Cầu sập", "Chợ đóng cửa")
    flagged = desk.do(wording.add, desk.reload(incident), said, by=desk.cast.khoi)
    with database.transaction() as session:
        kept = claims.get(session, flagged.id)
        kept.incident_id = None
        session.add_all([kept, ClaimLink(claim_id=kept.id, signal_id=flag.id)])
    made = split(desk, incident, claim_ids=[flagged.id])
    with database.reading() as session:
        stands = {place.id for place in claims.places(session, claims.get(session, flagged.id))}
    assert stands == {incident.id, made.id}
    desk.set_aside()
    again = split(desk, incident, signal_ids=[flag.id], claim_ids=[own])
    with database.reading() as session:
        assert {c.id for c in claims.of_incident(session, again.id)} == {own, flagged.id}
        assert [c.id for c in claims.of_incident(session, incident.id)] == [stays]
    desk.set_aside()
    with desk.refused(Invalid, "chuyển hết thì không phải là tách"):
        split(desk, incident, claim_ids=[stays])


def test_what_is_split_off_keeps_the_level_and_is_lowered_there_by_two(
    desk: Desk, incident: Incident
) -> None:
    cast, (flag,) = desk.cast, flags_of(incident)
    (price,) = desk.do(claims.state, incident.id, ["Gạo lên"], nature=Nature.CLAIM, by=cast.khoi)
    stated(desk, incident, "Đập vỡ")
    another = desk.take(desk.flag("Chợ đóng cửa"))
    desk.do(joining.merge, another.id, incident.number, by=cast.lan)
    scores = dict.fromkeys(("reach", "velocity", "harm", "credibility", "duty"), 1)
    desk.do(grading.score, incident.id, scores, floors=["RUN_OR_CROWD"], by=cast.lan)
    assert desk.reload(incident).level == 4
    desk.set_aside()
    both = [flag.id, another.id]
    for part in ({"signal_ids": both}, {"claim_ids": [price.id]}):
        with desk.refused(Invalid):
            split(desk, incident, **part, level=3)
    other = split(desk, incident, claim_ids=[price.id], level=4)
    (said,) = [line for line in desk.timeline(other, Language.EN) if line.fact == "LevelKept"]
    assert "graded level 4: what was split off stands at level 4" in said.text
    # Graded as it was: not even its own scores bring it down by one person.
    assert (other.level, other.level_provisional, other.scores) == (4, False, None)
    desk.do(grading.score, other.id, scores, by=cast.lan)
    assert desk.reload(other).level == 4
    desk.agree(other, by=cast.binh)
    assert desk.reload(other).level == 1

    same = split(desk, incident, signal_ids=both, level=4)
    assert (same.level, same.level_provisional, same.scores) == (
        *(4, False),
        desk.reload(incident).scores,
    )
    desk.set_aside()
    with desk.refused(Conflict, "Mức sàn cấp 4"):
        desk.do(grading.override, same.id, 3, reason="Đã dịu", by=cast.lan)


def test_what_was_said_of_a_split_with_a_named_second_person_is_still_read(
    desk: Desk, incident: Incident
) -> None:
    cast = desk.cast
    with database.transaction() as session:
        for fact in (
            grading.LevelCarried("2026-0001", 4, 2, cast.tung.id),
            LevelSet(3, 2, None, cast.tung.id, "Đã yên"),
        ):
            timeline.record(session, incident.id, fact, by=Actor(cast.lan.id, Via.DESK))
    carried, was_set = (line.text for line in desk.timeline(incident, Language.EN)[-2:])
    assert f"a second person agreed to lower it: {cast.tung.name}" in carried
    assert f"agreed by a second person: {cast.tung.name}" in was_set


def test_what_was_said_of_the_merged_matter_was_said_of_the_one_that_goes_on(
    desk: Desk, incident: Incident, other: Incident
) -> None:
    lan, binh = desk.cast.lan, desk.cast.binh
    with desk.refused(GuardFailed, "Chưa công bố thông tin ban đầu"):
        desk.do(lifecycle.stabilise, other.id, reason="Đã yên", by=binh)
    desk.do(signing.release_shell, incident.id, "BAN-DAU", filled(desk.time), by=lan)
    desk.settle()
    merged(desk, incident, other)
    desk.do(lifecycle.stabilise, other.id, reason="Đã yên", by=binh)
    assert desk.reload(other).status is Status.STABILISING
    desk.set_aside()
