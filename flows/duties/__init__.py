"""One duty of the engine a module, each idempotent and isolated from the others."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlmodel import Session, col, select

from incidents.record import database
from incidents.record.outbox import OutgoingMessage

Due = tuple[Callable[[Session], Iterable[Any]], Callable[[Session, Any], object]]
"""What finds everything that is due, and what carries out one of it."""


def carry_out(*kinds: Due) -> int:
    """Everything due, each in a transaction of its own; says how much there was.

    What cannot be carried out holds nothing else back: its fault is raised once the rest is done.
    """
    count, faults = 0, []
    for find, act in kinds:
        with database.reading() as session:
            due = list(find(session))
        count += len(due)
        for each in due:
            try:
                with database.transaction() as session:
                    act(session, each)
            except Exception as fault:  # noqa: BLE001 - told below, after the others
                faults.append(fault)
    if faults:
        raise ExceptionGroup("some of what was due could not be carried out", faults)
    return count


def known(session: Session, prefix: str) -> bool:
    """Whether a message whose key begins so was queued before."""
    found = select(OutgoingMessage.id).where(col(OutgoingMessage.key).startswith(prefix)).limit(1)
    return session.exec(found).first() is not None
