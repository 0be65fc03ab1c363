"""Claims: one sentence each, stated by hand, classed, found in several places, settled by name."""

from typing import Any

import pytest

from incidents.intake import claims, merging, triage, typology, wording
from incidents.intake.claims import Claim
from incidents.intake.signals import Ground, Nature, Signal
from incidents.intake.typology import ContentType, Subject
from incidents.intake.wording import Wording
from incidents.matter.incidents import Finding, Incident
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.language import Language, speech
from incidents.response.life import lifecycle
from incidents.response.reports import handovers
from incidents.response.staffing import directing
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours


def taken(desk: Desk, text: str = "Đập hồ chứa sắp vỡ!") -> Signal:
    signal = desk.flag(text)
    desk.take(signal)
    desk.set_aside()
    return desk.reload(signal)


def add(desk: Desk, place: Signal | Incident, text: str = "Đập nứt", **classed: Any) -> Claim:
    return desk.do(wording.add, place, Wording(text, **classed), by=desk.cast.lan)


def settle(desk: Desk, claim: Claim, finding: Finding, *, by: Person) -> Claim:
    return desk.do(claims.settle, claim.id, finding, "Có biên bản", by=by)


def stated(incident: Incident) -> list[str]:
    with database.reading() as session:
        return [c.text for c in claims.of_incident(session, incident.id)]


def test_one_checkable_sentence_is_stated_and_classed_by_hand(desk: Desk) -> None:
    incident = desk.opened()
    for text, saying in (
        (" ", "Ghi nội dung"),
        ("một\nhai", "một dòng"),
        ("a" * 501, "Tối đa 500 ký tự"),
    ):
        with desk.refused(Invalid, saying):
            add(desk, incident, text)
    with desk.refused(Invalid, "Không có mã C00138"):  # a counter-measure is no behaviour
        add(desk, incident, tags=("C00138",))
    claim = add(
        desk,
        incident,
        " Đập nứt ",
        content_type=ContentType.FALSE_CONTEXT,
        subject=Subject.DISASTER,
        tags=("T0087.002", "T0023.001", "T0023.001"),
    )
    assert (claim.text, claim.tags) == ("Đập nứt", ["T0023.001", "T0087.002"])
    assert desk.facts(incident)[-2:] == ["ClaimStated", "ClaimClassed"]
    assert "sai bối cảnh, lĩnh vực thiên tai, dịch bệnh" in desk.timeline(incident)[-1].text


def test_the_words_change_until_they_are_verified_and_the_class_at_any_time(desk: Desk) -> None:
    incident, cast = desk.opened(), desk.cast
    claim = add(desk, incident)
    desk.do(wording.edit, claim.id, Wording("Thân đập có vết nứt"), by=cast.khoi)
    assert "«Đập nứt» → «Thân đập có vết nứt»" in desk.timeline(incident)[-1].text
    before = len(desk.facts(incident))
    desk.do(wording.edit, claim.id, Wording("Thân đập có vết nứt"), by=cast.khoi)
    assert len(desk.facts(incident)) == before, "nothing changed, nothing told"
    settle(desk, claim, Finding.FALSE, by=cast.phuc)
    with desk.refused(Conflict, "đã có kết luận"):
        desk.do(wording.edit, claim.id, Wording("Đập vỡ"), by=cast.khoi)
    with desk.refused(Conflict, "đã có kết luận"):
        changed = Wording("Thân đập có vết nứt", nature=Nature.OPINION)
        desk.do(wording.edit, claim.id, changed, by=cast.khoi)
    classed = Wording("Thân đập có vết nứt", subject=Subject.DISASTER)
    assert desk.do(wording.edit, claim.id, classed, by=cast.khoi).subject is Subject.DISASTER
    assert desk.reload(claim).finding is Finding.FALSE


def test_a_claim_of_a_flag_comes_along_when_it_is_opened_or_merged(desk: Desk) -> None:
    first, second = taken(desk), taken(desk, "Vỡ đập!")
    add(desk, first, "Đập nứt")
    add(desk, second, "Ba người mất tích")
    assert desk.facts(first)[-1] == "ClaimStated"
    desk.do(merging.merge, second.id, first.code, by=desk.cast.lan)
    with database.reading() as session:
        assert len(claims.of_signal(session, first.id)) == 2
        assert len(claims.of_signal(session, second.id)) == 1
    incident = desk.open(first)
    desk.set_aside()
    assert stated(incident) == ["Đập nứt", "Ba người mất tích"]
    with database.reading() as session:
        note = handovers.prefill(session, Language.VI)
    assert note.unknown.count("Ba người mất tích") == 1


def test_a_sentence_in_two_incidents_is_settled_once_and_told_in_both(desk: Desk) -> None:
    first, second, cast = desk.opened(), desk.opened(), desk.cast
    flag = taken(desk, "Lại chuyện đập")
    claim = add(desk, first)
    desk.do(wording.link, claim.id, second.number, by=cast.lan)
    desk.do(wording.link, claim.id, flag.code, by=cast.lan)
    assert stated(second) == ["Đập nứt"]
    assert f"có cả trong {first.number}" in desk.timeline(second)[-2].text
    for again in (first.number, second.number, flag.code):
        with desk.refused(AlreadySettled, "đã có ở đó"):
            desk.do(wording.link, claim.id, again, by=cast.lan)
    with desk.refused(NotFound, "2026-9999"):
        desk.do(wording.link, claim.id, "2026-9999", by=cast.lan)
    settle(desk, claim, Finding.FALSE, by=cast.phuc)
    for place in (first, second, flag):
        assert desk.facts(place)[-1] == "ClaimSettled"
    with database.reading() as session:
        assert [type(p) for p in claims.places(session, claim)] == [Incident, Incident, Signal]


def test_a_wrong_link_is_taken_back_but_not_the_place_it_was_stated_in(desk: Desk) -> None:
    first, second, lan = desk.opened(), desk.opened(), desk.cast.lan
    flag = taken(desk, "Lại chuyện đập")
    claim, of_flag = add(desk, first), add(desk, flag, "Câu khác")
    desk.do(wording.link, claim.id, second.number, by=lan)
    desk.do(wording.unlink, claim.id, second.number, by=lan)
    assert not stated(second)
    for place in (first, second):
        assert desk.facts(place)[-1] == "ClaimUnlinked"
    for kept, place in ((claim, first.number), (claim, second.number), (of_flag, flag.code)):
        with desk.refused(Conflict, "không bỏ được"):
            desk.do(wording.unlink, kept.id, place, by=lan)


def test_what_ended_is_told_nothing_more_and_takes_in_nothing(desk: Desk) -> None:
    first, second, cast = desk.opened(), desk.opened(), desk.cast
    claim = add(desk, first)
    desk.do(wording.link, claim.id, second.number, by=cast.lan)
    desk.do(lifecycle.stand_down, first.id, reason="Xong", by=cast.binh)
    desk.set_aside()
    told = desk.facts(first)
    settle(desk, claim, Finding.FALSE, by=cast.phuc)
    assert desk.facts(first) == told
    with desk.refused(Conflict, "Dừng xử lý"):
        add(desk, first, "Câu khác")
    other = add(desk, second, "Câu khác")
    with desk.refused(Conflict, "Dừng xử lý"):
        desk.do(wording.link, other.id, first.number, by=cast.lan)
    desk.do(lifecycle.stand_down, second.id, reason="Xong", by=cast.binh)
    desk.set_aside()
    for refused in (
        lambda: settle(desk, other, Finding.FALSE, by=cast.phuc),
        lambda: desk.do(wording.edit, other.id, Wording("Câu nữa"), by=cast.lan),
    ):
        with desk.refused(Conflict, "Dừng xử lý"):
            refused()


def test_nobody_settles_what_they_reported_wherever_they_reported_it(desk: Desk) -> None:
    flag, cast = taken(desk), desk.cast
    other = desk.flag("Vỡ đập!", by=cast.tung)
    desk.take(other)
    desk.do(merging.merge, other.id, flag.code, by=cast.lan)
    desk.set_aside()
    claim = add(desk, flag)
    for reporter in (cast.khoi, cast.tung):
        with desk.refused(NotPermitted, "không tự kết luận"):
            settle(desk, claim, Finding.TRUE, by=reporter)
    assert settle(desk, claim, Finding.TRUE, by=cast.phuc).verified_by == cast.phuc.id


def test_a_verification_passes_over_whoever_reported_it(desk: Desk) -> None:
    cast, incident = desk.cast, desk.opened()
    desk.do(claims.state, incident.id, ["Đập nứt"], nature=Nature.CLAIM, by=cast.khoi)
    step = desk.plan(incident, "verify", Role.SUBJECT_LEAD, form="Verification")
    assert step.assignee_id == cast.phuc.id
    # What they reported comes to the incident when they were asked already.
    flag = desk.flag("Vỡ đập!", by=cast.phuc)
    desk.take(flag)
    desk.do(merging.merge, flag.id, incident.number, by=cast.lan)
    found: dict[str, Any] = {"finding": "false", "explanation": "Đập khô", "source": "BB 4"}
    for refused in (
        lambda: desk.acknowledge("verify", by=cast.phuc),
        lambda: desk.answer("verify", by=cast.phuc, **found),
        lambda: desk.do(directing.reassign, step.id, cast.phuc.id, reason="x", by=cast.binh),
    ):
        with desk.refused(NotPermitted, "không tự kết luận"):
            refused()
    desk.decline("verify", by=cast.phuc)
    assert desk.step("verify").assignee_id == cast.yen.id
    again = desk.plan(incident, "verify again", Role.SUBJECT_LEAD, form="Verification")
    assert again.assignee_id == cast.yen.id
    desk.answer("verify", by=cast.yen, **found)
    with database.reading() as session:
        assert {c.verified_by for c in claims.of_incident(session, incident.id)} == {cast.yen.id}
    desk.set_aside()


def test_a_flag_takes_claims_once_taken_and_until_it_is_decided(desk: Desk) -> None:
    new = desk.flag()
    desk.set_aside()
    with desk.refused(Conflict, "tiếp nhận tin báo trước"):
        add(desk, new)
    desk.take(new)
    add(desk, new)
    desk.do(triage.watch, new.id, review_at=desk.time + hours(1), by=desk.cast.lan)
    claim = add(desk, new, "Câu nữa")
    desk.do(triage.dismiss, new.id, ground=Ground.OTHER, reason="Thôi", by=desk.cast.lan)
    with desk.refused(AlreadySettled, "đã được xử lý"):
        add(desk, new, "Câu thứ ba")
    with desk.refused(AlreadySettled, "đã được xử lý"):
        settle(desk, claim, Finding.TRUE, by=desk.cast.phuc)


def test_resolving_asks_for_the_finding_on_what_a_flag_brought_along(desk: Desk) -> None:
    flag, cast = taken(desk), desk.cast
    add(desk, flag)
    incident = desk.open(flag, level=1)
    desk.do(lifecycle.stabilise, incident.id, reason="Yên", by=cast.binh)
    with pytest.raises(Conflict) as refusal:
        desk.do(lifecycle.resolve, incident.id, by=cast.binh)
    assert "kết quả xác minh cuối cùng" in str(refusal.value.missing)  # type: ignore[attr-defined]
    desk.set_aside()


def test_who_may_state_and_who_may_not(desk: Desk) -> None:
    incident, flag, cast = desk.opened(roles=[Role.LEGAL]), taken(desk), desk.cast
    with database.reading() as session:
        for place in (incident, flag):
            for person, may in (
                (cast.lan, True),
                (cast.khoi, True),
                (cast.ha, True),
                (cast.dung, True),
                (cast.mai, False),
                (cast.kien, False),
                (cast.an, False),
            ):
                assert permissions.allowed(session, person, Deed.STATE_CLAIM, place) is may


def test_the_vocabulary_names_its_licence_and_ships_no_counter_measures() -> None:
    assert typology.source()["licence"] == "CC BY-SA 4.0"
    assert all(code.startswith("T0") for code in typology.techniques())
    names = {
        language: [speech(language).value(t.name) for t in typology.techniques().values()]
        for language in Language
    }
    assert not set(names[Language.VI]) & set(names[Language.EN])
    assert [t.code for t in typology.named(["T0023", "T9999"])] == ["T0023", "T9999"]
