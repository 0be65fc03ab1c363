"""Exercises over REST: their score from the record."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from api.deeds import incidents as deeds
from api.dependencies import Db, RestCaller
from api.rest.routers import under
from api.rest.shapes import Shape
from incidents.insight import reading, scoring

router = under("/incidents/{number}", "incidents")


class LateOut(Shape):
    """A step of an exercise that was not done by its time."""

    number: int
    key: str
    title: str
    minutes: float
    done: bool


class ScoreOut(Shape):
    """What the record says of an exercise; lengths of time in minutes."""

    number: str
    level: int
    began_at: datetime
    steps_asked: int
    taken_in_time: int
    typical_taking_minutes: float | None
    taking_allowed_minutes: float
    first_text_minutes: float | None
    first_text_allowed_minutes: float | None
    steps_due: int
    done_in_time: int
    late: list[LateOut]
    requests_asked: int
    requests_answered: int
    typical_answer_minutes: float | None


class ScoresOut(Shape):
    """The score of an exercise, and that of the last one of the same playbook."""

    score: ScoreOut
    last: ScoreOut | None


@router.get("/exercise-score", summary="The score of an exercise")
def exercise_score(session: Db, caller: RestCaller, number: str) -> ScoresOut:
    """From the record alone, beside the last exercise of the same playbook; 409 for no exercise."""
    incident = deeds.see(session, caller, number)
    last = scoring.last_before(session, incident)
    titles = reading.step_titles(session, incident.id, caller.person.language)
    return ScoresOut(
        score=_score(scoring.of(session, incident), titles),
        last=_score(last, {}) if last else None,
    )


def _score(score: scoring.Score, titles: Mapping[str, str]) -> ScoreOut:
    late = [
        LateOut(
            number=each.number,
            key=each.key,
            title=titles.get(each.key, each.key),
            minutes=_minutes(each.by) or 0,
            done=each.done,
        )
        for each in score.late
    ]
    return ScoreOut(
        number=score.number,
        level=score.level,
        began_at=score.began_at,
        steps_asked=score.asked,
        taken_in_time=score.taken_in_time,
        typical_taking_minutes=_minutes(score.typical_taking),
        taking_allowed_minutes=score.taking_allowed.total_seconds() / 60,
        first_text_minutes=_minutes(score.first_text),
        first_text_allowed_minutes=_minutes(score.first_text_allowed),
        steps_due=score.due,
        done_in_time=score.done_in_time,
        late=late,
        requests_asked=score.requests,
        requests_answered=score.answered,
        typical_answer_minutes=_minutes(score.typical_answer),
    )


def _minutes(length: timedelta | None) -> float | None:
    return round(length.total_seconds() / 60, 1) if length is not None else None
