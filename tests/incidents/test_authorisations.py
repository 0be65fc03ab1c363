"""A signature is lent by a recorded paper only: by whom, from when to when, until it is ended."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from incidents.people import authorisations
from incidents.people.authorisations import Authorisation
from incidents.people.persons import Person
from incidents.people.roles import Role
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.response.steps.steps import StepKind
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours

SIGN = "sign the words"


def record(desk: Desk, *, by: Person | None = None, **other: Any) -> Authorisation:
    cast = desk.cast
    paper: dict[str, Any] = {
        "number": "19/GUQ-UBND",
        "role": Role.SPOKESPERSON,
        "grantor_id": cast.minh.id,
        "grantee_id": cast.thao.id,
        "scope": "Khi Người phát ngôn vắng mặt",
        "valid_from": desk.time,
        "valid_to": desk.time + timedelta(days=7),
    }
    return desk.do(authorisations.record, **paper | other, by=by or cast.hoa)


def signers(desk: Desk, at: datetime) -> list[Any]:
    with database.reading() as session:
        return authorisations.signers(session, Role.SPOKESPERSON, at)


def test_a_recorded_paper_lets_its_grantee_sign_until_it_is_ended(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.SPOKESPERSON, Role.SECRETARY])
    statement, _ = desk.drafted(incident, by=cast.ha)
    desk.plan(
        incident,
        SIGN,
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    desk.set_aside()
    paper = record(desk, number="  19/GUQ-UBND ")
    desk.expect_messages("authorisation_recorded", cast.minh, cast.thao)
    with desk.refused(Invalid):
        desk.do(authorisations.end, paper.id, reason=" ", by=cast.hoa)
    desk.do(authorisations.end, paper.id, reason="Đã về", by=cast.hoa)
    desk.expect_messages("authorisation_ended", cast.minh, cast.thao)
    with desk.refused(NotPermitted, "cần giấy ủy quyền"):
        desk.sign(SIGN, by=cast.thao)
    with desk.refused(AlreadySettled, "đã hết hạn"):
        desk.do(authorisations.end, paper.id, reason="Đã về", by=cast.hoa)
    assert desk.facts(DESK)[-2:] == ["AuthorisationRecorded", "AuthorisationEnded"]
    told = [line.text for line in desk.timeline(DESK, Language.VI)[-2:]]
    assert "Lê Quang Minh ủy quyền cho Ngô Thanh Thảo" in told[0]
    assert told[1].endswith("Lý do: Đã về")
    another = record(desk, number="20/GUQ-UBND")
    assert desk.sign(SIGN, by=cast.thao).authorisation_id == another.id
    desk.set_aside()


def test_a_paper_of_next_week_counts_from_next_week_and_can_be_ended_before(desk: Desk) -> None:
    cast, start = desk.cast, desk.time + timedelta(days=2)
    paper = record(desk, valid_from=start)
    desk.set_aside()
    assert signers(desk, desk.time) == [cast.minh.id]
    assert signers(desk, start) == [cast.minh.id, cast.thao.id]
    desk.do(authorisations.end, paper.id, reason="Hoãn", by=cast.hoa)
    desk.set_aside()
    assert signers(desk, start) == [cast.minh.id]


def test_a_paper_is_refused_where_it_cannot_pass_the_signature_on(desk: Desk) -> None:
    cast = desk.cast
    with desk.refused(Invalid) as deputy:
        record(desk, grantor_id=cast.thao.id, grantee_id=cast.kien.id)
    assert list(deputy.value.fields) == ["grantor_id"]
    with desk.refused(Invalid) as lent:
        record(desk, role=Role.LEAD, grantor_id=cast.tung.id)
    assert list(lent.value.fields) == ["grantor_id"], "who was lent it lends it to nobody"
    with desk.refused(Invalid) as before:
        record(desk, valid_from=desk.time - timedelta(days=60))
    assert list(before.value.fields) == ["grantor_id"], "did not hold the post yet"
    with desk.refused(Invalid) as order:
        record(desk, valid_to=desk.time - hours(1), grantee_id=cast.minh.id, scope=" ", number=" ")
    assert set(order.value.fields) == {"number", "scope", "valid_to", "grantee_id"}
    with desk.refused(Invalid) as over:
        record(desk, valid_from=desk.time - hours(2), valid_to=desk.time - hours(1))
    assert list(over.value.fields) == ["valid_to"]
    with desk.refused(Invalid) as looks_on:
        record(desk, role=Role.OBSERVER)
    assert list(looks_on.value.fields) == ["role"]
    with desk.refused(Conflict, "tự ghi"):
        record(desk, by=cast.thao)
    with desk.refused(NotFound):
        desk.do(authorisations.end, uuid4(), reason="x", by=cast.hoa)
    record(desk)
    with desk.refused(Conflict, "19/GUQ-UBND đã được ghi"):
        record(desk, number="19/GUQ-UBND", grantee_id=cast.kien.id)
    desk.set_aside()


def test_the_office_and_administrators_keep_the_papers(desk: Desk) -> None:
    cast = desk.cast
    with database.reading() as session:
        for person, may in (
            (cast.hoa, True),
            (cast.an, True),
            (cast.minh, False),
            (cast.chuong, False),
            (cast.lan, False),
            (cast.kien, False),
        ):
            assert permissions.allowed(session, person, Deed.KEEP_AUTHORISATIONS) is may
            assert (Deed.KEEP_AUTHORISATIONS in permissions.deeds(session, person)) is may
