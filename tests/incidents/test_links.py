"""Links: found by their token alone, opened by their number, and closed in time."""

from sqlmodel import select

from incidents.record import database, links
from incidents.record.errors import Conflict, Invalid, NotFound
from incidents.record.links import AnswerLink
from incidents.record.outbox import (
    OutgoingMessage,
)
from tests.harness import Desk, hours


def _link(desk: Desk) -> OutgoingMessage:
    desk.flag()
    return desk.expect_message(to=desk.cast.lan, kind="signal_flagged")


def _try(message: OutgoingMessage, number: str) -> tuple[bool, AnswerLink]:
    with database.transaction() as session:
        link = links.find(session, links.token(message.id))
        return links.spend_try(session, link, number), link


def test_a_link_is_found_by_its_token_alone_and_stored_only_as_a_hash(desk: Desk) -> None:
    message = _link(desk)
    token = links.token(message.id)
    assert len(token) * 5 >= 128
    with database.reading() as session:
        assert links.find(session, token).message_id == message.id
        assert token not in repr(session.exec(select(AnswerLink)).all())
    for wrong in (token[:-1] + ("a" if token[-1] != "a" else "b"), "", token.upper()):
        with desk.refused(NotFound, "hết hiệu lực"), database.reading() as session:
            links.find(session, wrong)


def test_five_wrong_numbers_lock_the_link(desk: Desk) -> None:
    message = _link(desk)
    right = links.number(message.id)
    wrong = "10" if right != "10" else "11"
    for left in (4, 3, 2, 1, 0):
        accepted, link = _try(message, wrong)
        assert (accepted, link.tries_left) == (False, left)
        with desk.refused(Invalid, f"Còn {left} lần"):
            raise links.wrong_number(link)
    with desk.refused(Conflict, "liên kết bị khóa"):
        _try(message, right)


def test_the_right_number_costs_no_try(desk: Desk) -> None:
    message = _link(desk)
    for _ in range(7):
        accepted, link = _try(message, f" {links.number(message.id)} ")
        assert (accepted, link.tries_left) == (True, 5)


def test_a_link_of_a_flag_ends_after_a_day(desk: Desk) -> None:
    message = _link(desk)
    desk.time += hours(24)
    with desk.refused(NotFound, "hết hiệu lực"):
        _try(message, links.number(message.id))
