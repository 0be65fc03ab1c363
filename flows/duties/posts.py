"""Posts whose end has come: what hung on them is passed on."""

from incidents.people import posts as people_in_posts
from incidents.record import database
from incidents.response.staffing import post_endings


def posts() -> int:
    """Every post that is over and was not closed; says how many."""
    with database.reading() as session:
        over = people_in_posts.lapsed(session)
    for post_id in over:
        with database.transaction() as session:
            post_endings.close(session, post_id)
    return len(over)
