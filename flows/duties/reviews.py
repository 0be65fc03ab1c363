"""What is to be looked at again when its time has come: decisions, and lessons."""

from collections.abc import Iterator

from sqlmodel import Session

from flows.duties import carry_out, known
from incidents.response.judgement import decisions
from incidents.response.judgement.decisions import Decision
from incidents.response.learning import lesson_register
from incidents.response.learning.lesson_register import Reminder


def reviews() -> int:
    """Everything of the office's logs that is due; says how much was done."""
    return carry_out((_decisions, decisions.remind), (_lessons, lesson_register.remind))


def _decisions(session: Session) -> Iterator[Decision]:
    for each in decisions.due(session):
        if not known(session, f"{decisions.reminder(each)}:"):
            yield each


def _lessons(session: Session) -> Iterator[Reminder]:
    for each in lesson_register.due(session):
        if not known(session, f"{each.key}:"):
            yield each
