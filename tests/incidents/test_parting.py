"""A flag merged by mistake is taken out again: by a fact, whole, and nobody is told twice."""

from incidents.insight import reading
from incidents.intake import claims, evidence, merging, parting, reporters, signals
from incidents.intake.signals import Nature, Signal, SignalState
from incidents.matter.incidents import Incident
from incidents.record import database
from incidents.record.errors import Conflict, Invalid
from incidents.response.life import lifecycle
from tests.harness import Desk

CITIZEN = "ba.con@vamla.test"


def taken(desk: Desk, text: str, **values: object) -> Signal:
    signal = desk.flag(text, **values)
    desk.take(signal)
    desk.set_aside()
    return desk.reload(signal)


def merge(desk: Desk, signal: Signal, into: str) -> Signal:
    merged = desk.do(merging.merge, signal.id, into, by=desk.cast.lan)
    desk.set_aside()
    return merged


def part(desk: Desk, signal: Signal, reason: str = "Việc khác") -> Signal:
    return desk.do(parting.part, signal.id, reason=reason, by=desk.cast.lan)


def kept(desk: Desk, of: Signal | Incident) -> list[str]:
    with database.reading() as session:
        found = (
            evidence.of_signal(session, of.id)
            if isinstance(of, Signal)
            else evidence.of_incident(session, of.id)
        )
        return sorted(each.filename for each in found)


def test_a_flag_goes_back_to_triage_and_both_keep_everything(desk: Desk) -> None:
    first, second = taken(desk, "Đập hồ chứa sắp vỡ!"), taken(desk, "Cầu sắp sập!")
    merge(desk, second, first.code)
    with desk.refused(Invalid, "Nêu lý do"):
        part(desk, second, " ")
    with desk.refused(Conflict, "không gộp vào đâu"):
        part(desk, first)
    out = part(desk, second, "Hai nơi khác nhau")
    assert (out.state, out.merged_into_id, out.incident_id) == (SignalState.TRIAGE, None, None)
    assert kept(desk, first) == sorted([f"{first.code}.txt", f"{second.code}.txt"])
    assert kept(desk, second) == [f"{second.code}.txt"]
    assert desk.facts(second)[-2:] == ["SignalMerged", "SignalTakenOut"]
    assert desk.facts(first)[-2:] == ["SignalJoined", "SignalParted"]
    told = desk.timeline(second)[-1].text
    assert f"khỏi {first.code}" in told
    assert "kèm 1 tư liệu" in told
    assert "Hai nơi khác nhau" in told
    with desk.refused(Conflict, "không gộp vào đâu"):
        part(desk, second)
    # It is a flag like any other again.
    incident = desk.open(second)
    desk.set_aside()
    assert kept(desk, incident) == [f"{second.code}.txt"]
    assert desk.reload(first).state is SignalState.TRIAGE


def test_it_leaves_a_live_incident_and_takes_its_claims_along(desk: Desk) -> None:
    first, second = taken(desk, "Đập hồ chứa sắp vỡ!"), taken(desk, "Cầu sắp sập!")
    incident = desk.open(first)
    desk.set_aside()
    merge(desk, second, incident.number)
    with database.transaction() as session:
        from incidents.intake.claims import Claim, ClaimLink

        claim = Claim(text="Cầu nứt", nature=Nature.CLAIM, made_at=desk.time)
        session.add(claim)
        session.add(ClaimLink(claim_id=claim.id, signal_id=second.id))
    with database.reading() as session:
        assert [c.text for c in claims.of_incident(session, incident.id)] == ["Cầu nứt"]
    part(desk, second)
    with database.reading() as session:
        assert claims.of_incident(session, incident.id) == []
        assert [c.text for c in claims.of_signal(session, second.id)] == ["Cầu nứt"]
        assert [s.id for s in signals.of_incident(session, incident.id)] == [first.id]
    assert desk.facts(incident)[-1] == "SignalParted"
    assert kept(desk, incident) == sorted([f"{first.code}.txt", f"{second.code}.txt"])
    assert kept(desk, second) == [f"{second.code}.txt"]
    other = desk.open(second, title="Tin cầu sập")
    desk.set_aside()
    assert kept(desk, other) == [f"{second.code}.txt"]
    assert kept(desk, incident) == sorted([f"{first.code}.txt", f"{second.code}.txt"])


def test_what_was_merged_into_it_before_goes_along_and_the_rest_stays(desk: Desk) -> None:
    first, second, third, fourth, fifth = (
        taken(desk, text) for text in ("Đập vỡ", "Cầu sập", "Cầu gãy", "Cầu đổ", "Vỡ đập")
    )
    merge(desk, fourth, third.code)
    merge(desk, third, second.code)
    merge(desk, fifth, first.code)
    merge(desk, second, first.code)
    incident = desk.open(first)
    desk.set_aside()
    assert {desk.reload(s).merged_into_id for s in (second, third, fourth, fifth)} == {first.id}
    part(desk, second)
    assert desk.reload(second).merged_into_id is None
    assert {desk.reload(s).merged_into_id for s in (third, fourth)} == {second.id}
    assert {desk.reload(s).incident_id for s in (second, third, fourth)} == {None}
    assert desk.reload(fifth).incident_id == incident.id
    assert kept(desk, second) == sorted(f"{s.code}.txt" for s in (second, third, fourth))
    part(desk, third)
    assert desk.reload(third).state is SignalState.TRIAGE
    assert desk.reload(fourth).merged_into_id == third.id
    assert kept(desk, third) == sorted(f"{s.code}.txt" for s in (third, fourth))


def test_it_is_taken_out_of_an_incident_that_has_ended_as_well(desk: Desk) -> None:
    first, second = taken(desk, "Đập vỡ"), taken(desk, "Cầu sập")
    incident = desk.open(first)
    merge(desk, second, first.code)
    desk.do(lifecycle.stand_down, incident.id, reason="Xong", by=desk.cast.binh)
    desk.set_aside()
    part(desk, second)
    assert desk.reload(second).state is SignalState.TRIAGE
    with database.reading() as session:
        assert reading.story(session, incident.id, desk.cast.kien.language)[-1].text.startswith(
            f"Flag {second.code}, merged by mistake, was taken out"
        )


def test_whoever_reported_hears_nothing_of_it_and_of_no_merger_twice(desk: Desk) -> None:
    desk.reporters_listen = True
    first, third = taken(desk, "Đập vỡ"), taken(desk, "Cống gãy")
    second = taken(desk, "Cầu sập", reporter_contact=CITIZEN)

    def heard() -> list[str]:
        told = desk.messages(kind=reporters.KIND)
        return [m.values["outcome"] for m in told if m.address == CITIZEN]

    merge(desk, second, first.code)
    assert heard() == ["taken", "merged"]
    part(desk, second)
    assert heard() == ["taken", "merged"]
    incident = desk.open(third)
    merge(desk, second, incident.number)
    assert heard() == ["taken", "merged"]
    part(desk, second)
    other = desk.open(second)
    desk.do(lifecycle.stand_down, incident.id, reason="Xong", by=desk.cast.binh)
    assert heard() == ["taken", "merged", "opened"]
    desk.do(lifecycle.stand_down, other.id, reason="Xong", by=desk.cast.binh)
    assert heard() == ["taken", "merged", "opened", "ended"]
    desk.set_aside()
