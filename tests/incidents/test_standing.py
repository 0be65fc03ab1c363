"""Founding decisions: dated, entered as signed, and an open incident keeps its own."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from incidents.matter import incidents, standing, standing_changes, taskforces
from incidents.matter.incidents import Incident
from incidents.matter.standing import FoundingDecision
from incidents.matter.taskforces import TaskForce
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound
from incidents.record.language import Language
from incidents.record.timeline import DESK
from tests.harness import Desk, minutes

ROLES = (Role.LEAD, Role.SPOKESPERSON, Role.SECRETARY)


def recorded(desk: Desk, **more: Any) -> FoundingDecision:
    values: dict[str, Any] = {
        "number": "509/QĐ-UBND",
        "signed_on": date(2026, 11, 20),
        "signer": "Phan Đình Chương",
        "automatic_from_level": 3,
        "valid_from": date(2026, 11, 20),
    }
    made = desk.do(standing_changes.record, **values | more, by=desk.cast.an)
    desk.set_aside()
    return made


def in_force(desk: Desk) -> str | None:
    with database.reading() as session:
        found = standing.in_force(session, desk.time)
    return found and found.number


def force_of(desk: Desk, incident: Incident) -> TaskForce | None:
    desk.activate(incident, *ROLES)
    desk.set_aside()
    with database.reading() as session:
        return taskforces.of(session, incident.id)


def concerned(desk: Desk) -> set[UUID]:
    """Whoever holds a part the desk assigns, as holder or deputy; nobody it only asks."""
    cast = desk.cast
    others = (cast.hung, cast.son, cast.kien, cast.an)
    return {p.id for p in vars(cast).values() if p not in others}


def test_what_is_opened_from_now_on_goes_by_the_new_decision(desk: Desk) -> None:
    before = desk.opened(level=2)
    desk.time += minutes(1)
    made = recorded(desk, number="  509/QĐ-UBND ")
    assert {m.recipient_id for m in desk.messages(kind="founding_recorded")} == concerned(desk)
    assert in_force(desk) == "509/QĐ-UBND"
    desk.time += minutes(1)
    after = desk.opened(level=2)
    # Level 2 was enough under the decision the first was opened under, and is not any more.
    kept = force_of(desk, before)
    assert kept
    assert kept.decision_id != made.id
    assert force_of(desk, after) is None
    higher = desk.opened(level=3)
    called = force_of(desk, higher)
    assert called
    assert called.decision_id == made.id
    told = desk.timeline(DESK, Language.EN)[-1].text
    assert told.startswith("Recorded decision 509/QĐ-UBND founding the standing task force")


def test_a_decision_that_never_acts_by_itself_waits_for_a_leaders_word(desk: Desk) -> None:
    recorded(desk, automatic_from_level=standing.NEVER)
    desk.time += minutes(1)
    assert force_of(desk, desk.opened(level=4)) is None


def test_a_decision_for_later_waits_for_its_day_and_one_that_ended_founds_nothing(
    desk: Desk,
) -> None:
    recorded(desk, valid_from=date(2026, 12, 1), valid_to=date(2026, 12, 5))
    assert in_force(desk) == "412/QĐ-UBND"
    desk.time += timedelta(days=9)
    assert in_force(desk) == "509/QĐ-UBND"
    desk.time += timedelta(days=9)
    assert in_force(desk) == "412/QĐ-UBND"
    with database.reading() as session:
        first = standing.listed(session)[-1]
    today = incidents.today()
    desk.do(standing_changes.end, first.id, last_day=today, reason="Giải thể", by=desk.cast.an)
    assert {m.recipient_id for m in desk.messages(kind="founding_ended")} == concerned(desk)
    assert in_force(desk) == "412/QĐ-UBND", "its last day still counts"
    desk.time += timedelta(days=1)
    opened = desk.opened(level=4)
    assert in_force(desk) is None
    assert force_of(desk, opened) is None
    with desk.refused(AlreadySettled):
        desk.do(standing_changes.end, first.id, last_day=today, reason="Nữa", by=desk.cast.an)


def test_an_open_incident_outlives_the_end_of_its_decision(desk: Desk) -> None:
    incident = desk.opened(level=2)
    with database.reading() as session:
        (first,) = standing.listed(session)
    today = date(2026, 11, 23)
    desk.do(standing_changes.end, first.id, last_day=today, reason="Thay", by=desk.cast.an)
    desk.set_aside()
    desk.time += timedelta(days=3)
    kept = force_of(desk, incident)
    assert kept
    assert kept.decision_id == first.id


def test_what_cannot_be_a_decision_is_refused(desk: Desk) -> None:
    for wrong, field in (
        ({"number": " "}, "number"),
        ({"signer": " "}, "signer"),
        ({"signed_on": date(2026, 12, 1), "valid_from": date(2026, 12, 1)}, "signed_on"),
        ({"automatic_from_level": 6}, "automatic_from_level"),
        ({"automatic_from_level": -1}, "automatic_from_level"),
        ({"valid_from": date(2026, 11, 1)}, "valid_from"),
        ({"valid_to": date(2026, 11, 21)}, "valid_to"),
    ):
        with desk.refused(Invalid) as caught:
            recorded(desk, **wrong)
        assert list(caught.value.fields) == [field]
    with desk.refused(Conflict, "412/QĐ-UBND đã được ghi"):
        recorded(desk, number="412/QĐ-UBND")
    with desk.refused(NotFound):
        desk.do(
            standing_changes.end, uuid4(), last_day=date(2030, 1, 1), reason="x", by=desk.cast.an
        )
    made = recorded(desk, valid_to=date(2026, 12, 5))
    for wrong, field in (
        ({"reason": " "}, "reason"),
        ({"last_day": date(2026, 11, 22)}, "last_day"),
        ({"last_day": date(2026, 12, 6)}, "last_day"),
    ):
        values = {"last_day": date(2026, 11, 30), "reason": "x"} | wrong
        with desk.refused(Invalid) as caught:
            desk.do(standing_changes.end, made.id, **values, by=desk.cast.an)
        assert list(caught.value.fields) == [field]
