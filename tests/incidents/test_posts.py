"""Posts are given and ended by the administrator; what hangs on one goes with it."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from incidents.matter import taskforces
from incidents.matter.incidents import Incident
from incidents.people import authorisations, posts, roles
from incidents.people.authorisations import Authorisation
from incidents.people.persons import Person
from incidents.people.roles import Role, RoleHolder
from incidents.record import database
from incidents.record.errors import AlreadySettled, Conflict, Invalid, NotFound, NotPermitted
from incidents.record.language import Language
from incidents.record.timeline import DESK
from incidents.response.staffing import post_endings, seating
from incidents.response.staffing.post_endings import Successor
from incidents.response.steps.steps import StepKind
from incidents.rights import permissions
from incidents.rights.permissions import Deed
from tests.harness import Desk, hours

PAPER = {"document": "91/QĐ-UBND", "signed_on": date(2026, 11, 20), "signer": "Phan Đình Chương"}
SIGN = "sign the words"


def appoint(desk: Desk, person: Person, role: Role, **more: Any) -> RoleHolder:
    values: dict[str, Any] = {"rank": 1, "valid_from": desk.time} | more
    by = values.pop("by", desk.cast.an)
    return desk.do(posts.appoint, role=role, person_id=person.id, **values, by=by)


def held(desk: Desk, person: Person) -> RoleHolder:
    """The one post of somebody of the cast."""
    with database.reading() as session:
        (post,) = [post for post, who in posts.listed(session) if who.id == person.id]
    return post


def end(desk: Desk, person: Person, **more: Any) -> RoleHolder:
    values = {"reason": "Nghỉ hưu"} | more
    return desk.do(post_endings.end, held(desk, person).id, **values, by=desk.cast.an)


def holders(desk: Desk, role: Role) -> list[UUID]:
    with database.reading() as session:
        return roles.holders(session, role, desk.time)


def signers(desk: Desk, incident: Incident, role: Role = Role.SPOKESPERSON) -> list[UUID]:
    from incidents.response.steps import succession

    with database.reading() as session:
        return succession.signers(session, incident.id, role, desk.time)


def test_an_office_makes_a_spokesperson_and_a_deputy(desk: Desk) -> None:
    cast = desk.cast
    end(desk, cast.minh)
    assert holders(desk, Role.SPOKESPERSON) == [cast.thao.id]
    desk.set_aside()
    given = appoint(desk, cast.kien, Role.SPOKESPERSON, **PAPER)
    desk.expect_message(to=cast.kien, kind="post_given")
    assert holders(desk, Role.SPOKESPERSON) == [cast.kien.id, cast.thao.id]
    appoint(desk, cast.hoa, Role.SPOKESPERSON, rank=3)
    desk.expect_messages("post_given", cast.hoa, cast.kien)
    assert (given.document, given.signed_on) == ("91/QĐ-UBND", date(2026, 11, 20))
    assert desk.facts(DESK)[-3:] == ["PostEnded", "PostGiven", "PostGiven"]
    told = [line.text for line in desk.timeline(DESK, Language.VI)[-3:]]
    assert "Lê Quang Minh thôi giữ vai Người phát ngôn" in told[0]
    assert "91/QĐ-UBND, ký ngày 20/11/2026, người ký: Phan Đình Chương" in told[1]


def test_a_post_of_next_week_begins_next_week(desk: Desk) -> None:
    cast, start = desk.cast, desk.time + timedelta(days=7)
    appoint(desk, cast.kien, Role.LEGAL, rank=3, valid_from=start)
    desk.set_aside()
    assert cast.kien.id not in holders(desk, Role.LEGAL)
    # Taken back before it began: it was never held.
    desk.do(post_endings.end, held(desk, cast.kien).id, reason="Hoãn", by=cast.an)
    desk.set_aside()
    desk.time = start + hours(1)
    assert cast.kien.id not in holders(desk, Role.LEGAL)
    appoint(desk, cast.kien, Role.LEGAL, rank=3)
    desk.set_aside()
    assert cast.kien.id in holders(desk, Role.LEGAL)


def test_an_appointment_is_refused_where_it_cannot_be(desk: Desk) -> None:
    cast = desk.cast
    with desk.refused(Conflict, "Lê Quang Minh đang giữ vai Người phát ngôn"):
        appoint(desk, cast.kien, Role.SPOKESPERSON)
    with desk.refused(Conflict, "đã có vai"):
        appoint(desk, cast.thao, Role.SPOKESPERSON, rank=4)
    with desk.refused(Conflict, "đang giữ vai"):
        appoint(desk, cast.kien, Role.SPOKESPERSON, valid_from=desk.time - timedelta(days=90))
    for wrong, field in (
        ({"rank": 0}, "rank"),
        ({"rank": 100}, "rank"),
        ({"valid_to": desk.time - hours(1)}, "valid_to"),
        ({"document": "1/QĐ"}, "signed_on"),
        (PAPER | {"signed_on": date(2026, 12, 1)}, "signed_on"),
        (PAPER | {"valid_from": desk.time - timedelta(days=9)}, "valid_from"),
    ):
        with desk.refused(Invalid) as caught:
            appoint(desk, cast.kien, Role.OBSERVER, **wrong)
        assert field in caught.value.fields
    with desk.refused(NotFound):
        desk.do(post_endings.end, uuid4(), reason="x", by=cast.an)


@pytest.mark.parametrize("role", sorted(posts.GIVEN_BY_OTHERS))
def test_nobody_appoints_themselves_to_a_part_that_signs(desk: Desk, role: Role) -> None:
    with desk.refused(NotPermitted, "tự cử mình"):
        appoint(desk, desk.cast.an, role, rank=7)


def test_a_post_is_not_ended_in_the_past_nor_twice_nor_without_a_reason(desk: Desk) -> None:
    cast = desk.cast
    for wrong, field in (
        ({"reason": " "}, "reason"),
        ({"ends_at": desk.time - hours(1)}, "ends_at"),
    ):
        with desk.refused(Invalid) as caught:
            end(desk, cast.minh, **wrong)
        assert list(caught.value.fields) == [field]
    later = desk.time + timedelta(days=2)
    end(desk, cast.minh, ends_at=later)
    with desk.refused(Invalid, "sớm hơn"):
        end(desk, cast.minh, ends_at=later + hours(1))
    end(desk, cast.minh)
    with desk.refused(AlreadySettled, "đã thôi"):
        end(desk, cast.minh)
    desk.set_aside()


def _lent(desk: Desk) -> Authorisation:
    cast = desk.cast
    paper = desk.do(
        authorisations.record,
        number="19/GUQ-UBND",
        role=Role.SPOKESPERSON,
        grantor_id=cast.minh.id,
        grantee_id=cast.quan.id,
        scope="Khi vắng mặt",
        valid_from=desk.time,
        valid_to=desk.time + timedelta(days=30),
        by=cast.hoa,
    )
    desk.set_aside()
    return paper


def test_the_successor_gets_seat_and_signature_and_papers_of_the_post_lapse(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.SPOKESPERSON, Role.SECRETARY])
    statement, _ = desk.drafted(incident, by=cast.ha)
    step = desk.plan(
        incident,
        SIGN,
        Role.SPOKESPERSON,
        kind=StepKind.APPROVE,
        form="SignOff",
        statement_id=statement.id,
    )
    paper = _lent(desk)
    assert signers(desk, incident) == [cast.minh.id, cast.quan.id]
    desk.time += hours(1)
    end(desk, cast.minh, successor=Successor(cast.kien.id, **PAPER))  # type: ignore[arg-type]
    desk.expect_messages("post_ended", cast.minh, cast.thao)
    desk.expect_messages("post_given", cast.kien)
    desk.expect_messages("authorisation_ended", cast.minh, cast.quan)
    desk.expect_messages("called_out", cast.kien)
    desk.expect_messages("step_passed", cast.kien)
    desk.set_aside()
    assert signers(desk, incident) == [cast.kien.id]
    assert desk.reload(paper).valid_to == desk.time
    assert desk.reload(step).assignee_id == cast.kien.id
    with desk.refused(NotPermitted):
        desk.sign(SIGN, by=cast.minh)
    with desk.refused(NotPermitted):
        desk.sign(SIGN, by=cast.quan)
    desk.sign(SIGN, by=cast.kien)
    desk.set_aside()
    lapsed = [line.text for line in desk.timeline(incident) if line.fact == "PostLapsed"]
    assert lapsed[0] == (
        "Lê Quang Minh thôi giữ vai Người phát ngôn, người giữ vai tiếp theo: Tô Trung Kiên. "
        "Rời ghế trong Tổ công tác: có; chuyển 1 nhiệm vụ"
    )


def test_without_a_successor_work_goes_to_the_deputy_who_becomes_the_holder(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.SECRETARY])
    step = desk.plan(incident, "write", Role.SECRETARY)
    desk.time += hours(0.1)
    end(desk, cast.ha)
    desk.set_aside()
    assert desk.reload(step).assignee_id == cast.nga.id
    with database.reading() as session:
        seats = [m for m in taskforces.members(session, incident.id) if m.role is Role.SECRETARY]
    assert [(m.person_id, m.rank) for m in seats] == [(cast.nga.id, 1)]
    with desk.refused(NotPermitted):
        desk.acknowledge("write", by=cast.ha)


def test_whoever_was_seated_by_name_keeps_the_seat(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.LEAD, Role.SPOKESPERSON])
    desk.do(
        seating.add, incident.id, Role.LEGAL, person_id=cast.dung.id, deputy=False, by=cast.binh
    )
    step = desk.plan(incident, "check", Role.LEGAL)
    desk.set_aside()
    end(desk, cast.dung)
    desk.set_aside()
    assert desk.reload(step).assignee_id == cast.dung.id
    assert "PostLapsed" not in desk.facts(incident)


def closed(desk: Desk) -> int:
    """What the engine does about posts that are over."""
    with database.reading() as session:
        over = posts.lapsed(session)
    for post_id in over:
        with database.transaction() as session:
            post_endings.close(session, post_id)
    desk.settle()
    return len(over)


def test_a_post_that_ends_later_is_closed_when_its_moment_has_come(desk: Desk) -> None:
    cast = desk.cast
    incident = desk.opened(level=3, roles=[Role.SPOKESPERSON, Role.SECRETARY])
    paper, until = _lent(desk), desk.time + timedelta(days=1)
    end(desk, cast.minh, ends_at=until, successor=Successor(cast.kien.id))
    desk.set_aside()
    assert closed(desk) == 0
    assert signers(desk, incident) == [cast.minh.id, cast.quan.id]
    desk.time = until
    assert (closed(desk), closed(desk)) == (1, 0)
    desk.expect_messages("called_out", cast.kien)
    desk.expect_messages("authorisation_ended", cast.minh, cast.quan)
    assert signers(desk, incident) == [cast.kien.id]
    assert desk.reload(paper).valid_to == until
    assert desk.facts(incident).count("PostLapsed") == 1
    desk.set_aside()


def test_a_part_without_anybody_is_named_and_observers_are_not_missed(desk: Desk) -> None:
    def vacant() -> list[Role]:
        with database.reading() as session:
            return posts.vacant(session)

    assert vacant() == []
    end(desk, desk.cast.chuong, ends_at=desk.time + hours(1))
    end(desk, desk.cast.son)
    assert vacant() == [Role.POLICE_LIAISON]
    desk.time += hours(1)
    assert vacant() == [Role.POLICE_LIAISON, Role.CHAIR]
    desk.set_aside()


def test_only_administrators_keep_posts(desk: Desk) -> None:
    cast = desk.cast
    with database.reading() as session:
        for person, may in ((cast.an, True), (cast.hoa, False), (cast.chuong, False)):
            assert permissions.allowed(session, person, Deed.KEEP_POSTS) is may
            assert (Deed.KEEP_POSTS in permissions.deeds(session, person)) is may
