"""The engine closes posts whose end has come."""

from datetime import timedelta

from flows.duties import posts as duty
from incidents.people import posts
from incidents.people.roles import Role
from incidents.response.staffing import post_endings
from tests.harness import Desk


def test_a_post_that_is_over_is_closed_once(desk: Desk) -> None:
    cast = desk.cast
    given = desk.do(
        posts.appoint,
        role=Role.LEGAL,
        person_id=cast.kien.id,
        rank=3,
        valid_from=desk.time,
        valid_to=desk.time + timedelta(days=1),
        by=cast.an,
    )
    ended = desk.do(post_endings.end, given.id, reason="Đi học", by=cast.an)
    assert ended.closed_at == desk.time
    later = desk.do(
        posts.appoint,
        role=Role.LEGAL,
        person_id=cast.kien.id,
        rank=3,
        valid_from=desk.time,
        valid_to=desk.time + timedelta(days=1),
        by=cast.an,
    )
    assert duty.posts() == 0
    desk.time += timedelta(days=2)
    assert (duty.posts(), duty.posts()) == (1, 0)
    assert desk.reload(later).closed_at == desk.time
    desk.settle()
    desk.set_aside()
