"""What may vary in a shell: a fixed set of typed slots, each bounded (rule 3 of practice).

A frame names them in braces, so that its signed hash says which it has. Nothing in them is free
text: a moment is read as one, a place or body stands in the directory on the day. Each therefore
says the same in every language the frame was signed in.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from incidents.matter import incidents
from incidents.people.directory import places, tree
from incidents.people.directory.places import Named
from incidents.people.directory.tree import Node
from incidents.record import clock
from incidents.record.errors import Invalid, Sentence, Wrong
from incidents.record.language import N_, Labelled, Language, Phrase, speech


class Slot(Labelled):
    """What the duty officer fills in; the value is its name in a frame."""

    RECEIVED = "gio", N_("Giờ, ngày tiếp nhận")
    PLACE = "dia_ban", N_("Địa bàn (xã, phường)")
    BODY = "co_quan", N_("Tên cơ quan")
    NEXT = "gio_ke_tiep", N_("Giờ cung cấp thông tin tiếp theo")

    @property
    def kind(self) -> str:
        """How it is asked for: a moment, or a name of the directory."""
        return "moment" if self in _MOMENTS else "name"


Value = datetime | Phrase

RECEIVED_WITHIN = timedelta(days=7)
NEXT_WITHIN = timedelta(hours=24)
MOST_PLACES = 5
_MOMENTS = (Slot.RECEIVED, Slot.NEXT)
_HOLE = re.compile(r"\{([^{}]*)\}")


def of(frame: str) -> list[Slot]:
    """The slots of a frame, in their own order."""
    holes = set(_HOLE.findall(frame))
    return [slot for slot in Slot if slot.value in holes]


def whole(frame: str) -> bool:
    """Whether every brace of a frame belongs to a slot there is."""
    known = {slot.value for slot in Slot}
    return set(_HOLE.findall(frame)) <= known and not re.search(r"[{}]", _HOLE.sub("", frame))


def nameable(slot: Slot, present: Iterable[Node]) -> list[Named]:
    """What a slot may name of the bodies as of a day; nothing where it asks for a moment."""
    match slot:
        case Slot.PLACE:
            return places.areas(present)
        case Slot.BODY:
            return places.bodies(present)
        case _:
            return []


def put(frame: str, values: Mapping[str, Value], language: Language) -> str:
    """The frame with its slots filled, in one pass: what a slot says is never read as a slot."""
    say = speech(language)
    return _HOLE.sub(lambda found: say.value(values[found[1]]), frame)


def named(frame: str, language: Language) -> str:
    """The frame as it is read before it is filled: its slots by label, in brackets."""
    say = speech(language)
    labels = {slot.value: f"[{say.value(slot)}]" for slot in Slot}
    return _HOLE.sub(lambda found: labels.get(found[1], found[0]), frame)


def read(session: Session, slots: list[Slot], given: Mapping[str, str]) -> dict[str, Value]:
    """Values as people write them: ISO 8601 moments, codes or names of the directory, by slot.

    ``Invalid`` names every slot that is empty, unreadable, out of bounds or not of this frame, as
    ``values.<slot>``.
    """
    names = {slot.value for slot in slots}
    wrong: Wrong = {
        f"values.{name}": (N_("Mẫu không có ô này."), {}) for name in given if name not in names
    }
    values: dict[str, Value] = {}
    for slot in slots:
        written = given.get(slot.value, "").strip()
        found = _read(session, slot, written) if written else (N_("Ô này phải điền."), {})
        if isinstance(found, tuple):
            wrong[f"values.{slot.value}"] = found
        else:
            values[slot.value] = found
    if wrong:
        raise Invalid(fields=wrong)
    return values


def _read(session: Session, slot: Slot, written: str) -> Value | Sentence:
    return _moment(slot, written) if slot in _MOMENTS else _name(session, slot, written)


def _moment(slot: Slot, written: str) -> Value | Sentence:
    try:
        at = clock.in_the_province(datetime.fromisoformat(written))
    except ValueError:
        return N_("Ngày giờ không hợp lệ."), {}
    now = clock.now()
    if slot is Slot.RECEIVED and not now - RECEIVED_WITHIN <= at <= now:
        sentence = N_("Giờ tiếp nhận phải đã qua, không quá %(days)s ngày trước.")
        return sentence, {"days": RECEIVED_WITHIN.days}
    if slot is Slot.NEXT and not now < at <= now + NEXT_WITHIN:
        sentence = N_("Giờ thông tin tiếp theo phải ở phía trước, trong vòng %(length)s.")
        return sentence, {"length": NEXT_WITHIN}
    return at


def _name(session: Session, slot: Slot, written: str) -> Value | Sentence:
    offered = nameable(slot, tree.on(session, incidents.today()))
    words = [" ".join(w.split()) for w in re.split("[,;]", written) if w.strip()]
    most = MOST_PLACES if slot is Slot.PLACE else 1
    if not 0 < len(words) <= most:
        return N_("Tối đa %(most)s tên, cách nhau bằng dấu phẩy."), {"most": most}
    found = {w: next((o.name for o in offered if o.answers_to(w)), None) for w in words}
    if unknown := [w for w, name in found.items() if name is None]:
        return N_("Danh bạ không có «%(names)s»; ghi đúng tên hoặc mã."), {"names": unknown}
    names = [name for name in found.values() if name]
    return Phrase(", ".join(n.vi for n in names), ", ".join(n.en for n in names))
