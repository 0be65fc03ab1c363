"""Posts whose end has come: what hung on them is passed on."""

from flows.duties import carry_out
from incidents.people import posts as people_in_posts
from incidents.response.staffing import post_endings


def posts() -> int:
    """Every post that is over and was not closed; says how many."""
    return carry_out((people_in_posts.lapsed, post_endings.close))
