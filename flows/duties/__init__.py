"""One duty of the engine a module, each idempotent and isolated from the others."""

from sqlmodel import Session, col, select

from incidents.record.outbox import OutgoingMessage


def known(session: Session, prefix: str) -> bool:
    """Whether a message whose key begins so was queued before."""
    found = select(OutgoingMessage.id).where(col(OutgoingMessage.key).startswith(prefix)).limit(1)
    return session.exec(found).first() is not None
