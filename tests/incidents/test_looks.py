"""A look asks what it needs once; whoever writes sees what they have just written."""

from incidents.matter import taskforces
from incidents.people.roles import Role
from incidents.record import database
from incidents.rights import permissions
from tests.harness import Desk


def test_a_look_is_answered_alike_from_its_beginning_to_its_end(desk: Desk) -> None:
    asked = list[int]()

    def ask() -> int:
        asked.append(len(asked))
        return len(asked)

    with database.reading() as session:
        assert [database.once(session, ("how many",), ask) for _ in range(3)] == [1, 1, 1]
        assert database.once(session, ("another",), ask) == 2
    with database.reading() as session:
        assert database.once(session, ("how many",), ask) == 3
    with database.transaction() as session:
        assert [database.once(session, ("how many",), ask) for _ in range(2)] == [4, 5]


def test_a_seat_counts_in_the_transaction_that_gives_it(desk: Desk) -> None:
    incident = desk.opened(roles=[Role.LEAD])
    with database.transaction() as session:
        before = permissions.roles_in(session, desk.cast.binh.id, incident.id)
        (seat,) = [
            m for m in taskforces.members(session, incident.id) if m.person_id == desk.cast.binh.id
        ]
        seat.role = Role.LEGAL
        session.add(seat)
        session.flush()
        after = permissions.roles_in(session, desk.cast.binh.id, incident.id)
        session.rollback()
    assert Role.LEGAL not in before
    assert Role.LEGAL in after
    desk.set_aside()
