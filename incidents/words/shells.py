"""Pre-approved shells: frames signed in advance, filled at night with bounded slots."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlmodel import Field, Session, col, select

from incidents.people.roles import Role
from incidents.record.database import Table, choice, identifier, moment, reference
from incidents.record.errors import Invalid
from incidents.record.language import N_, Language
from incidents.words import slots
from incidents.words.slots import Slot
from incidents.words.statements import StatementKind, Wording, digest, of_exercise, wordings


class Shell(Table, table=True):
    """A frame approved by a numbered decision; only its slots may vary, each within its bounds.

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
    from_level: int = 3
    decision: str
    decided_on: date
    approved_by: UUID = reference("person.id")
    approved_as: Role = choice(Role, Role.SPOKESPERSON)
    """The part they signed in, by post or by the paper of ``authorisation_id``."""
    authorisation_id: UUID | None = reference("authorisation.id", optional=True)
    valid_to: date | None = None
    withdrawn_at: datetime | None = moment(optional=True)

    @property
    def slots(self) -> list[Slot]:
        """What the duty officer fills in."""
        return slots.of(self.frame)

    def wordings(self, first: Language) -> list[Wording]:
        """Title and frame in every language it has, the reader's first."""
        own = Wording(Language.VI, self.title, self.frame)
        return wordings(first, own, self.title_en, self.frame_en)

    def named_in(self, first: Language) -> list[Wording]:
        """The same as it is read before it is filled: its slots by name, in brackets."""
        return [
            replace(each, text=slots.named(each.text, each.language))
            for each in self.wordings(first)
        ]


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


def fill(session: Session, shell: Shell, given: Mapping[str, str]) -> Filled:
    """The frames with their slots filled; ``Invalid`` names each value that cannot stand there.

    The frames must still be those that were signed: their hash is checked first.
    """
    if digest(shell.title, shell.frame, shell.title_en, shell.frame_en) != shell.frame_sha256:
        raise Invalid(N_("Khung mẫu không còn khớp bản đã duyệt; không dùng được."))
    if not slots.whole(shell.frame):
        raise Invalid(N_("Mẫu này có ô chữ tự do, không phát được; hãy rút và soạn mẫu khác."))
    values = slots.read(session, shell.slots, given)
    filled = Filled(shell.title, slots.put(shell.frame, values, Language.VI))
    if not shell.frame_en:
        return filled
    return replace(filled, english=(shell.title_en, slots.put(shell.frame_en, values, Language.EN)))
