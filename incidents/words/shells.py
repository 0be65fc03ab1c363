"""Pre-approved shells: frames signed in advance, filled at night with bounded slots."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel import Field, Session, col, select

from incidents.people.roles import Role
from incidents.record.database import Table, choice, document, identifier, moment, reference
from incidents.record.errors import Invalid, Wrong
from incidents.record.language import N_, Language
from incidents.words.statements import StatementKind, Wording, digest, of_exercise, wordings

_SLOT = re.compile(r"\{(\w+)\}")


class Shell(Table, table=True):
    """A frame approved by a numbered decision; only its slots may vary, each within its length.

    In Vietnamese, and in English where the office wrote both: ``frame_sha256`` covers all of it.
    """

    __tablename__ = "shell"

    id: UUID = identifier()
    code: str = Field(unique=True)
    kind: StatementKind = choice(StatementKind, StatementKind.HOLDING)
    title: str
    frame: str
    title_en: str = ""
    frame_en: str = ""
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

    def wordings(self, first: Language) -> list[Wording]:
        """Title and frame in every language it has, the reader's first."""
        own = Wording(Language.VI, self.title, self.frame)
        return wordings(first, own, self.title_en, self.frame_en)

    def named_in(self, first: Language) -> list[Wording]:
        """The same as it is read before it is filled: its slots by name, in brackets."""
        return [
            replace(each, text=_put(each.text, self._names(each.language)))
            for each in self.wordings(first)
        ]

    def _names(self, language: Language) -> dict[str, str]:
        return {name: f"[{slot['label']}]" for name, slot in self.slots_in(language).items()}


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


@dataclass(frozen=True)
class Filled:
    """What a shell says with its slots filled; ``english`` is empty where it has no English."""

    title: str
    text: str
    english: tuple[str, str] = ("", "")

    def practised(self) -> "Filled":
        """The same, marked in its own words as of an exercise."""
        english = of_exercise(*self.english, Language.EN) if any(self.english) else self.english
        return Filled(*of_exercise(self.title, self.text, Language.VI), english)


def fill(shell: Shell, values: Mapping[str, str], english: Mapping[str, str]) -> Filled:
    """The frames with their slots filled; ``Invalid`` when a slot is empty, too long or unknown.

    A slot left empty in English says there what it says in Vietnamese, as times and names may: the
    night waits for no translation. The frames must still be those that were signed: their hash is
    checked first.
    """
    if digest(shell.title, shell.frame, shell.title_en, shell.frame_en) != shell.frame_sha256:
        raise Invalid(N_("Khung mẫu không còn khớp bản đã duyệt; không dùng được."))
    own = {name: value.strip() for name, value in values.items()}
    other = {name: value.strip() for name, value in english.items() if value.strip()}
    in_english = shell.slots if shell.frame_en else {}
    fields: Wrong = {
        **{name: (N_("Ô này phải điền."), {}) for name in shell.slots if not own.get(name)},
        **_wrong(shell.slots, own),
        **{f"values_en.{name}": why for name, why in _wrong(in_english, other).items()},
    }
    if fields:
        raise Invalid(fields=fields)
    filled = Filled(shell.title, _put(shell.frame, own))
    if not shell.frame_en:
        return filled
    return replace(filled, english=(shell.title_en, _put(shell.frame_en, own | other)))


def _wrong(slots: Mapping[str, Any], given: Mapping[str, str]) -> Wrong:
    wrong: Wrong = {}
    for name, value in given.items():
        if name not in slots:
            wrong[name] = (N_("Mẫu không có ô này."), {})
        elif len(value) > slots[name]["limit"] or "\n" in value:
            wrong[name] = (
                N_("Tối đa %(limit)s ký tự, trên một dòng."),
                {"limit": slots[name]["limit"]},
            )
    return wrong


def _put(frame: str, values: Mapping[str, str]) -> str:
    # One pass: what a slot says is never read as a slot again.
    return _SLOT.sub(lambda found: values[found[1]], frame)
