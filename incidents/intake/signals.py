"""Flags: what somebody saw, kept as they saw it, and what the duty officer made of it."""

import hashlib
import textwrap
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import bindparam, false
from sqlmodel import Field, Session, col, select

from incidents.intake import acceptance, evidence, reporters
from incidents.intake.evidence import EvidenceKind
from incidents.intake.reporters import Outcome
from incidents.matter import level_timings
from incidents.people import persons, rosters
from incidents.record import clock, ids, links, outbox, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, choice, identifier, locked, moment, reference
from incidents.record.errors import AlreadySettled, NotFound
from incidents.record.facts import Fact, Private
from incidents.record.language import N_, Labelled
from incidents.record.outbox import OutgoingMessage
from incidents.record.timeline import Confidentiality

CALLS = ("signal_flagged", "signal_reminder", "signal_real")
"""What asks somebody to take a flag; whatever of it has not left when it is taken never does."""

_HEADLINE = 90
DECIDE_WITHIN = timedelta(minutes=30)
"""A flag has no level yet, so it is treated as the worst: triage of level 4 applies."""


class SignalState(Labelled):
    """What became of a flag."""

    NEW = "new", N_("Mới tiếp nhận")
    TRIAGE = "triage", N_("Đang sàng lọc")
    WATCHED = "watched", N_("Theo dõi")
    OPENED = "opened", N_("Đã mở vụ việc")
    DISMISSED = "dismissed", N_("Không xử lý")
    MERGED = "merged", N_("Đã gộp")


class Nature(Labelled):
    """What kind of utterance it is; opinion is not misinformation."""

    CLAIM = "claim", N_("tin, khẳng định")
    OPINION = "opinion", N_("ý kiến")
    COMPLAINT = "complaint", N_("phản ánh, khiếu nại")
    QUESTION = "question", N_("câu hỏi")


class Ground(Labelled):
    """Why nothing is done about a flag."""

    NOT_OURS = "not_ours", N_("không thuộc thẩm quyền")
    DUPLICATE = "duplicate", N_("đã có tin báo khác về việc này")
    OPINION = "opinion", N_("ý kiến, không phải khẳng định về sự việc")
    COMPLAINT = "complaint", N_("phản ánh, khiếu nại: chuyển cơ quan giải quyết")
    QUESTION = "question", N_("câu hỏi: trả lời, hướng dẫn trực tiếp")
    NOTHING_TO_CHECK = "nothing_to_check", N_("không có nội dung kiểm chứng được")
    BY_MISTAKE = "by_mistake", N_("gửi thử, gửi nhầm")
    OTHER = "other", N_("lý do khác")


class Signal(Table, table=True):
    """A flag as it came in; who reported it is known to the desk only."""

    __tablename__ = "signal"

    id: UUID = identifier()
    code: str = Field(unique=True)
    text: str = ""
    text_sha256: str | None = None
    url: str | None = None
    seen_where: str = ""
    reach: int | None = None
    reporter: str = ""
    reporter_contact: str = ""
    reported_by: UUID | None = reference("person.id", optional=True)
    exercise: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    """Raised as part of an exercise; whoever says nothing of it reports something real."""
    real_since: datetime | None = moment(optional=True)
    """When it turned out real and left the exercise it had been marked as part of."""
    state: SignalState = choice(SignalState, SignalState.NEW, index=True)
    nature: Nature = choice(Nature, Nature.CLAIM)
    confidentiality: Confidentiality = choice(Confidentiality, Confidentiality.INTERNAL)
    seen_at: datetime | None = moment(optional=True)
    flagged_at: datetime = moment()
    remind_at: datetime | None = moment(optional=True)
    acknowledge_by: datetime = moment()
    escalate_at: datetime | None = moment(optional=True)
    """With the two before it the ladder of a flag nobody takes, as it was when it came in."""
    acknowledged_at: datetime | None = moment(optional=True)
    acknowledged_by: UUID | None = reference("person.id", optional=True)
    alarmed: int = 0
    """How many rungs of the ladder were climbed while nobody answered."""
    incident_id: UUID | None = reference("incident.id", optional=True)
    owner_id: UUID | None = reference("person.id", optional=True)
    """Who watches it; the review at ``review_at`` is theirs. In triage it is the taker's."""
    review_at: datetime | None = moment(optional=True)
    review_told: int = 0
    """How many were told in turn that the review is due."""
    ground: Ground | None = choice(Ground, optional=True)
    transferred_to: str = ""
    transfer_number: str = ""
    transferred_on: date | None = None
    merged_into_id: UUID | None = reference("signal.id", optional=True)
    """The flag that makes the same claim and goes on for both."""

    @property
    def life(self) -> str:
        """What tells messages about it from those of the exercise it was part of."""
        return ":real" if self.real_since else ""

    @property
    def headline(self) -> str:
        """The first words, for lists."""
        line = self.text or self.url or self.seen_where or self.code
        return textwrap.shorten(line, _HEADLINE, placeholder="…")


@dataclass(frozen=True)
class SignalFlagged(Fact):
    """Somebody reported something seen."""

    code: str
    text_sha256: str | None
    reach: int | None
    seen_where: Private
    reporter: Private
    says: ClassVar[str] = N_(
        "Tiếp nhận tin báo %(code)s, thấy tại %(seen_where)s, lượt tiếp cận %(reach)s"
    )


@dataclass(frozen=True)
class SignalFlaggedInExercise(SignalFlagged):
    """Somebody reported something as part of an exercise."""

    says: ClassVar[str] = N_(
        "Diễn tập: tiếp nhận tin báo %(code)s, thấy tại %(seen_where)s, lượt tiếp cận %(reach)s"
    )


@dataclass(frozen=True)
class SignalAcknowledged(Fact):
    """A duty officer took the flag."""

    code: str
    says: ClassVar[str] = N_("Đã tiếp nhận để sàng lọc tin báo %(code)s")


@dataclass(frozen=True)
class File:
    """A screenshot or file that comes with a flag."""

    content: bytes
    filename: str
    media_type: str


def flag(  # noqa: PLR0913 - all that may be known of it
    session: Session,
    *,
    text: str = "",
    url: str = "",
    seen_where: str = "",
    reach: int | None = None,
    reporter: str = "",
    reporter_contact: str = "",
    seen_at: datetime | None = None,
    files: list[File] | None = None,
    exercise: bool = False,
    by: Actor,
) -> Signal:
    """Take in a flag, keep its text and files by their hash, and alert whoever is on duty."""
    text, url = text.strip(), url.strip()
    acceptance.check(session, text, url, reach, seen_at, files=bool(files), exercise=exercise)
    now = clock.now()
    rungs = level_timings.in_force(session, now).flag_pace().rungs(now)
    signal = Signal(
        code=_free_code(session),
        text=text,
        url=url or None,
        seen_where=seen_where.strip(),
        reach=reach,
        reporter=reporter.strip(),
        reporter_contact=reporter_contact.strip(),
        reported_by=by.person_id,
        text_sha256=hashlib.sha256(text.encode()).hexdigest() if text else None,
        seen_at=seen_at,
        flagged_at=now,
        exercise=exercise,
        **rungs,
    )
    session.add(signal)
    told = SignalFlaggedInExercise if exercise else SignalFlagged
    timeline.record(
        session,
        signal.id,
        told(
            code=signal.code,
            text_sha256=signal.text_sha256,
            reach=reach,
            seen_where=signal.seen_where,
            reporter=signal.reporter,
        ),
        by=by,
    )
    kept = [(EvidenceKind.FILE, file) for file in files or []]
    if text:
        written = File(text.encode(), f"{signal.code}.txt", "text/plain; charset=utf-8")
        kept.insert(0, (EvidenceKind.TEXT, written))
    for kind, file in kept:
        evidence.keep(
            session,
            file.content,
            filename=file.filename,
            media_type=file.media_type,
            kind=kind,
            signal_id=signal.id,
            by=by,
        )
    alert(session, signal, "signal_flagged", rosters.to_alert(session, now))
    return signal


def _free_code(session: Session) -> str:
    """A code no other flag has: of eight million some soon meet, and no flag may be lost to it."""
    while True:
        code = f"T{ids.spoken_code(5)}"
        if session.exec(select(Signal.id).where(Signal.code == code)).first() is None:
            return code


def alert(session: Session, signal: Signal, kind: str, people: list[UUID]) -> None:
    """Tell persons about a flag; each of them once for each kind of message, in each of its lives.

    One that turns out real is told of anew.
    """
    messages = persons.tell_all(
        session, people, kind, key=f"{kind}:{signal.id}{signal.life}", signal_id=signal.id
    )
    links.issue(session, messages)


def get(session: Session, signal_id: UUID, *, lock: bool = False) -> Signal:
    """The flag; ``NotFound`` when there is none."""
    found = locked(session, Signal, signal_id) if lock else session.get(Signal, signal_id)
    if found is None:
        raise NotFound(N_("Không tìm thấy tin báo này."))
    return found


# Built once: each opening asks them.
_OF_CODE = select(Signal).where(Signal.code == bindparam("code"))
_MERGED_INTO = (
    select(Signal)
    .where(Signal.merged_into_id == bindparam("flag"))
    .order_by(col(Signal.flagged_at))
)


def by_code(session: Session, code: str) -> Signal:
    """The flag of a code such as T4K7QX."""
    found = session.exec(_OF_CODE, params={"code": code.upper()}).first()
    if found is None:
        raise NotFound(N_("Không có tin báo mã %(code)s."), code=code)
    return found


def acknowledge(session: Session, signal_id: UUID, *, by: Actor) -> Signal:
    """Take the flag for triage; those who had been alerted and whoever reported it are told."""
    signal = get(session, signal_id, lock=True)
    if signal.acknowledged_at:
        raise AlreadySettled(N_("Tin báo này đã có người tiếp nhận."))
    signal.acknowledged_at, signal.acknowledged_by = clock.now(), by.person_id
    to_triage(session, signal)
    timeline.record(session, signal.id, SignalAcknowledged(code=signal.code), by=by)
    outbox.cancel(session, signal_id=signal.id, kinds=CALLS)
    told = _alerted(session, signal)
    alert(session, signal, "signal_taken", [p for p in told if p != by.person_id])
    reporters.hear(session, [signal], Outcome.TAKEN, by=by)
    return signal


def to_triage(session: Session, signal: Signal) -> None:
    """Somebody is to say what becomes of it, in the time triage has; silence is spoken of."""
    signal.state, signal.owner_id = SignalState.TRIAGE, None
    signal.review_at, signal.review_told = clock.now() + DECIDE_WITHIN, 0
    session.add(signal)


def _alerted(session: Session, signal: Signal) -> list[UUID]:
    return list(
        dict.fromkeys(
            person
            for person in session.exec(
                select(OutgoingMessage.recipient_id)
                .where(OutgoingMessage.signal_id == signal.id, col(OutgoingMessage.kind).in_(CALLS))
                .order_by(col(OutgoingMessage.id))
            )
            if person
        )
    )


def merged_into(session: Session, signal_id: UUID) -> list[Signal]:
    """The flags that were merged into this one, the oldest first."""
    return list(session.exec(_MERGED_INTO, params={"flag": signal_id}))


def waiting(session: Session, limit: int = 50) -> list[Signal]:
    """Flags nobody has finished triaging, the oldest first."""
    return list(
        session.exec(
            select(Signal)
            .where(
                col(Signal.state).in_([SignalState.NEW, SignalState.TRIAGE, SignalState.WATCHED])
            )
            .order_by(col(Signal.flagged_at))
            .limit(limit)
        )
    )


def of_incident(session: Session, incident_id: UUID) -> list[Signal]:
    """The flags an incident answers."""
    of_it = select(Signal).where(Signal.incident_id == incident_id)
    return list(session.exec(of_it.order_by(col(Signal.flagged_at))))


def exercises_among(session: Session, ids: Collection[UUID]) -> set[UUID]:
    """Those of the flags that are of an exercise."""
    return set(session.exec(select(Signal.id).where(col(Signal.id).in_(ids), col(Signal.exercise))))


def of_incidents(session: Session, ids: Collection[UUID]) -> list[Signal]:
    """The flags that many incidents answer, in one query."""
    return list(session.exec(select(Signal).where(col(Signal.incident_id).in_(ids))))
