"""What is to be looked at again when its time has come: decisions, and lessons."""

from flows.duties import known
from incidents.record import database
from incidents.response.judgement import decisions
from incidents.response.learning import lesson_register


def reviews() -> int:
    """Everything of the office's logs that is due; says how much was done."""
    return _decisions() + _lessons()


def _decisions() -> int:
    with database.reading() as session:
        waiting = [
            each
            for each in decisions.due(session)
            if not known(session, f"{decisions.reminder(each)}:")
        ]
    for each in waiting:
        with database.transaction() as session:
            decisions.remind(session, each)
    return len(waiting)


def _lessons() -> int:
    with database.reading() as session:
        waiting = [
            each for each in lesson_register.due(session) if not known(session, f"{each.key}:")
        ]
    for each in waiting:
        with database.transaction() as session:
            lesson_register.remind(session, each)
    return len(waiting)
