"""Two matters that are one are merged; what is another matter is split off.

Flags, claims and evidence go over and keep their ids; each timeline stays whole where it is, and
both tell of it. A merged incident keeps its number, which says where it went.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col

from incidents.intake import claims, evidence, signals
from incidents.intake.claims import Claim
from incidents.intake.evidence import Evidence
from incidents.intake.signals import Nature, Signal
from incidents.matter import incidents, level_requests, taskforces, ties
from incidents.matter.incidents import Incident, Status
from incidents.matter.level_requests import Because
from incidents.matter.ties import TieKind
from incidents.people import persons
from incidents.record import clock, timeline
from incidents.record.actors import Actor
from incidents.record.errors import NO_REASON, Invalid, Missing, Wrong
from incidents.record.facts import Fact, Private
from incidents.record.language import N_
from incidents.response.clocks import clock_endings
from incidents.response.life import grading, lifecycle, opening
from incidents.response.staffing import recusing
from incidents.response.steps import owing, promises
from incidents.words import publications


@dataclass(frozen=True)
class IncidentMerged(Fact):
    """This incident went into another one; what was open ended with it."""

    number: str
    flags: int
    claims: int
    evidence: int
    steps_cancelled: int
    reason: Private
    says: ClassVar[str] = N_(
        "Gộp vào vụ việc %(number)s: chuyển %(flags)s tin báo, %(claims)s nội dung, "
        "%(evidence)s tư liệu; hủy %(steps_cancelled)s nhiệm vụ đang mở. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class WordsLeft(Fact):
    """It was merged while words of its own were on their way: they go out from here no more."""

    number: str
    titles: Private
    says: ClassVar[str] = N_(
        "Văn bản chưa phát không phát từ vụ việc này nữa: %(titles)s. Cần thì soạn lại ở vụ việc "
        "%(number)s"
    )


@dataclass(frozen=True)
class IncidentAbsorbed(Fact):
    """Another incident came into this one."""

    number: str
    flags: int
    claims: int
    evidence: int
    reason: Private
    says: ClassVar[str] = N_(
        "Nhận vụ việc %(number)s gộp vào: %(flags)s tin báo, %(claims)s nội dung, "
        "%(evidence)s tư liệu. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class IncidentSplit(Fact):
    """Part of what this incident answered is another incident now."""

    number: str
    flags: int
    claims: int
    evidence: int
    reason: Private
    says: ClassVar[str] = N_(
        "Tách sang vụ việc %(number)s: %(flags)s tin báo, %(claims)s nội dung, "
        "%(evidence)s tư liệu. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class SplitOff(Fact):
    """This incident was split off another one."""

    number: str
    flags: int
    claims: int
    evidence: int
    reason: Private
    says: ClassVar[str] = N_(
        "Tách từ vụ việc %(number)s: nhận %(flags)s tin báo, %(claims)s nội dung, "
        "%(evidence)s tư liệu. Lý do: %(reason)s"
    )


@dataclass(frozen=True)
class SignalMoved(Fact):
    """The flag belongs to another incident now."""

    code: str
    before: str
    after: str
    says: ClassVar[str] = N_("Tin báo %(code)s chuyển từ vụ việc %(before)s sang %(after)s")


def merge(session: Session, incident_id: UUID, into: UUID, *, reason: str, by: Actor) -> Incident:
    """Merge a live incident into another live one; answers with the one that goes on.

    Work on it ends as when it stands down; what the law asks of it goes on by its own clocks.
    """
    merged, goes_on = _both(session, incident_id, into)
    _mergeable(session, merged, goes_on, reason)
    people = [*_members(session, merged, by), *_members(session, goes_on, by)]
    flags = signals.of_incident(session, merged.id)
    counts = _hand_over(
        session, merged, goes_on, flags, claims.of_incident(session, merged.id), by, everything=True
    )
    promised = owing.unkept(session, merged.id)
    left = publications.unposted(session, merged.id)
    people += [v.author_id for v in left if v.author_id and v.author_id != by.person_id]
    _speak_for_both(session, merged, goes_on)
    cancelled = lifecycle.halt(session, merged, Status.MERGED, by=by)
    clock_endings.drop(session, merged.id, reason=reason.strip(), by=by, started=False)
    recusing.carry_over(session, merged.id, goes_on.id, by=by)
    promises.carry_over(session, promised, goes_on, by=by)
    ties.tie(session, merged.id, TieKind.MERGED_INTO, goes_on.id, by=by)
    gone = IncidentMerged(
        number=goes_on.number, steps_cancelled=cancelled, reason=reason.strip(), **counts
    )
    timeline.record(session, merged.id, gone, by=by)
    titles = list(dict.fromkeys(version.title for version in left))
    if titles:
        timeline.record(session, merged.id, WordsLeft(goes_on.number, "; ".join(titles)), by=by)
    came = IncidentAbsorbed(number=merged.number, reason=reason.strip(), **counts)
    timeline.record(session, goes_on.id, came, by=by)
    level_requests.void(session, goes_on.id, Because.JOINED, by=by)
    _tell(session, people, merged, "incident_merged", goes_on.number, titles=titles)
    return goes_on


def _speak_for_both(session: Session, merged: Incident, goes_on: Incident) -> None:
    """Whichever was detected first, and said something in public first, counts for both."""
    goes_on.detected_at = min(merged.detected_at, goes_on.detected_at)
    said = [at for at in (merged.first_statement_at, goes_on.first_statement_at) if at]
    goes_on.first_statement_at = min(said, default=None)
    session.add(goes_on)


def _mergeable(session: Session, merged: Incident, goes_on: Incident, reason: str) -> None:
    """A level goes down with a second person only, and life-safety work never by the way."""
    missing: Missing = [
        (
            N_("Vụ việc %(number)s đang ở trạng thái «%(status)s»."),
            {"number": each.number, "status": each.status},
        )
        for each in (merged, goes_on)
        if not each.live
    ]
    if merged.exercise != goes_on.exercise:
        missing.append((N_("Không gộp diễn tập với vụ việc thật."), {}))
    if merged.level > goes_on.level:
        missing.append(
            (
                N_(
                    "Vụ việc %(number)s ở cấp %(level)s, cao hơn vụ việc nhận: nâng cấp vụ việc "
                    "nhận trước, hoặc gộp theo chiều ngược lại."
                ),
                {"number": merged.number, "level": merged.level},
            )
        )
    missing += owing.dangerous(session, merged.id)
    if not reason.strip():
        missing.append((N_("Chưa nêu lý do."), {}))
    lifecycle.guard(missing)


def _both(session: Session, one: UUID, other: UUID) -> tuple[Incident, Incident]:
    """Both of them, locked in one order, so that two merges never wait for each other."""
    if one == other:
        raise Invalid(fields={"into": (N_("Chọn một vụ việc khác."), {})})
    found = {each: incidents.get(session, each, lock=True) for each in sorted((one, other))}
    return found[one], found[other]


def split(
    session: Session,
    incident_id: UUID,
    *,
    signal_ids: Sequence[UUID],
    claim_ids: Sequence[UUID],
    playbook: str,
    level: int,
    title: str,
    reason: str,
    by: Actor,
) -> Incident:
    """Open a new incident, with its own number, for some flags and claims of this one.

    Something of the old one stays. Splitting lowers nothing: what was graded goes on at that level
    or a higher one, and is lowered there as any other (``lowering``).
    """
    old = incidents.live(session, incident_id)
    here = signals.of_incident(session, old.id)
    flags = [s for s in here if s.id in signal_ids]
    stated = [c for c in claims.of_incident(session, old.id) if c.id in claim_ids]
    _divisible(flags, stated, signal_ids, claim_ids, reason, lower=_lower(old, level))
    whole = bool(flags) and len(flags) == len(here)
    natures = {each.nature for each in [*flags, *stated]}
    made = opening.carry_on(
        session,
        old,
        playbook=playbook,
        level=level,
        title=title,
        nature=Nature.CLAIM if Nature.CLAIM in natures else next(iter(natures)),
        by=by,
    )
    session.flush()
    made.detected_at = min([flag.flagged_at for flag in flags], default=old.detected_at)
    counts = _hand_over(session, old, made, flags, stated, by)
    _something_stays(session, old)
    ties.tie(session, made.id, TieKind.SPLIT_FROM, old.id, by=by)
    reason = reason.strip()
    grading.go_along(session, old, made, whole=whole, by=by)
    gone = IncidentSplit(number=made.number, reason=reason, **counts)
    timeline.record(session, old.id, gone, by=by)
    came = SplitOff(number=old.number, reason=reason, **counts)
    timeline.record(session, made.id, came, by=by)
    level_requests.void(session, old.id, Because.SPLIT, by=by)
    _tell(session, _members(session, old, by), old, "incident_split", made.number)
    return made


def _divisible(
    flags: list[Signal],
    stated: list[Claim],
    signal_ids: Sequence[UUID],
    claim_ids: Sequence[UUID],
    reason: str,
    *,
    lower: Wrong,
) -> None:
    wrong: Wrong = dict(lower)
    if not signal_ids and not claim_ids:
        wrong["signals"] = (N_("Chọn ít nhất một tin báo hoặc một nội dung để tách."), {})
    elif len(flags) != len(set(signal_ids)) or len(stated) != len(set(claim_ids)):
        wrong["signals"] = (N_("Tin báo hoặc nội dung đã chọn không thuộc vụ việc này."), {})
    if not reason.strip():
        wrong["reason"] = NO_REASON
    if wrong:
        raise Invalid(fields=wrong)


def _lower(old: Incident, level: int) -> Wrong:
    """A provisional level binds nobody; one that was worked out or set does."""
    if old.level_provisional or level >= old.level:
        return {}
    stays = N_(
        "Vụ việc đã xếp cấp %(level)s: phần tách ra giữ ít nhất cấp ấy; "
        "muốn hạ thì đề nghị trong vụ việc mới."
    )
    return {"level": (stays, {"level": old.level})}


def _something_stays(session: Session, old: Incident) -> None:
    """An incident that answers nothing any more would go on at its level all the same."""
    if not (signals.of_incident(session, old.id) or claims.of_incident(session, old.id)):
        nothing = N_(
            "Phải còn ít nhất một tin báo hoặc nội dung ở vụ việc này: chuyển hết thì không phải "
            "là tách. Mở nhầm thì hủy việc mở, hết việc thì dừng xử lý."
        )
        raise Invalid(fields={"signals": (nothing, {})})


def _hand_over(
    session: Session,
    old: Incident,
    new: Incident,
    flags: list[Signal],
    stated: list[Claim],
    by: Actor,
    *,
    everything: bool = False,
) -> dict[str, int]:
    """Flags and claims with what was kept of them; how much of each went over."""
    for flag in flags:
        flag.incident_id = new.id
        session.add(flag)
        fact = SignalMoved(code=flag.code, before=old.number, after=new.number)
        timeline.record(session, flag.id, fact, by=by)
    claims.move(session, stated, old.id, new.id, flags=[flag.id for flag in flags])
    going = [
        each.id
        for each in evidence.of_incident(session, old.id)
        if everything or each.signal_id in {flag.id for flag in flags}
    ]
    session.exec(update(Evidence).where(col(Evidence.id).in_(going)).values(incident_id=new.id))
    return {"flags": len(flags), "claims": len(stated), "evidence": len(going)}


def _members(session: Session, incident: Incident, by: Actor) -> list[UUID]:
    return taskforces.others(session, incident.id, by.person_id)


def _tell(
    session: Session, people: Sequence[UUID], about: Incident, kind: str, number: str, **more: Any
) -> None:
    persons.tell_all(
        session,
        list(dict.fromkeys(people)),
        kind,
        key=f"{kind}:{about.id}:{clock.now().isoformat()}",
        incident_id=about.id,
        values={"other": number} | more,
    )
