"""Posts whose end or beginning has come: what hung on them, or waited for them, is passed on."""

from flows.duties import carry_out
from incidents.people import posts as people_in_posts
from incidents.response.staffing import post_endings
from incidents.response.steps import vacancies


def posts() -> int:
    """Every post that is over and was not closed, every signature that has its signer now."""
    return carry_out((people_in_posts.lapsed, post_endings.close), (vacancies.due, vacancies.give))
