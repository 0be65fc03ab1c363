"""Pre-approved shells: frames signed in advance, filled at night with bounded slots."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, Session, col, select

from incidents.people.roles import Role
from incidents.record.database import Table, choice, document, identifier, moment, reference
from incidents.record.errors import Invalid, Wrong
from incidents.record.language import N_, Language
from incidents.words.statements import StatementKind, digest


class Shell(Table, table=True):
    """A frame approved by a numbered decision; only its slots may vary, each within its length."""

    __tablename__ = "shell"

    id: UUID = identifier()
    code: str = Field(unique=True)
    kind: StatementKind = choice(StatementKind, StatementKind.HOLDING)
    title: str
    frame: str
    frame_sha256: str
    slots: dict[str, Any] = document()
    """Slot name → {"label": Vietnamese words, "label_en": English ones, "limit": characters}."""
    from_level: int = 3
    decision: str
    decided_on: date
    approved_by: UUID = reference("person.id")
    approved_as: Role = choice(Role, Role.SPOKESPERSON)
    """The part they signed in, by post or by the paper of ``authorisation_id``."""
    authorisation_id: UUID | None = reference("authorisation.id", optional=True)
    valid_to: date | None = None
    withdrawn_at: datetime | None = moment(optional=True)

    def slots_in(self, language: Language) -> dict[str, dict[str, Any]]:
        """Its slots, labelled in the reader's language where the office has words for it."""
        return labelled(self.slots, language)


def labelled(slots: Mapping[str, Any], language: Language) -> dict[str, dict[str, Any]]:
    """Slots of a shell or of its draft, labelled in a language."""
    return {
        name: {
            "label": (language is Language.EN and slot.get("label_en")) or slot.get("label", name),
            "limit": slot["limit"],
        }
        for name, slot in slots.items()
    }


def on_offer(session: Session, level: int, today: date) -> list[Shell]:
    """The shells the duty officer may release at a level today."""
    return list(
        session.exec(
            select(Shell)
            .where(Shell.from_level <= level, col(Shell.withdrawn_at).is_(None))
            .where(col(Shell.valid_to).is_(None) | (col(Shell.valid_to) >= today))
            .order_by(col(Shell.code))
        )
    )


def fill(shell: Shell, values: dict[str, str]) -> str:
    """The frame with its slots filled; ``Invalid`` when a slot is empty, too long or unknown.

    The frame must still be the one that was signed: its hash is checked first.
    """
    if digest(shell.title, shell.frame) != shell.frame_sha256:
        raise Invalid(N_("Khung mẫu không còn khớp bản đã duyệt; không dùng được."))
    fields: Wrong = {}
    for name, slot in shell.slots.items():
        value = values.get(name, "").strip()
        if not value:
            fields[name] = (N_("Ô này phải điền."), {})
        elif len(value) > slot["limit"] or "\n" in value:
            fields[name] = (N_("Tối đa %(limit)s ký tự, trên một dòng."), {"limit": slot["limit"]})
    fields |= {name: (N_("Mẫu không có ô này."), {}) for name in values.keys() - shell.slots.keys()}
    if fields:
        raise Invalid(fields=fields)
    # One pass: what a slot says is never read as a slot again.
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]].strip(), shell.frame)
