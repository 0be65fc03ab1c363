"""Calendar feeds: the shifts of a person, or of a roster, at an address nobody can guess.

The address is made from the desk's key and the feed's id, so only its hash is stored; whoever owns
it sees it again and revokes it. It names people on duty and their roles, nothing else.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlmodel import Field, Session, col, select

from incidents.people import persons, rosters
from incidents.people.duty import days, icalendar
from incidents.people.duty.icalendar import Event
from incidents.people.persons import Person
from incidents.people.rosters import Shift
from incidents.record import clock, keys, timeline
from incidents.record.actors import Actor
from incidents.record.database import Table, identifier, moment, reference
from incidents.record.errors import AlreadySettled, NotFound, NotPermitted
from incidents.record.facts import Fact, PersonId
from incidents.record.language import N_, speech

_BACK = timedelta(days=30)
_PURPOSE = "calendar feed"


class CalendarFeed(Table, table=True):
    """A feed of its owner: of one roster, or of their own shifts; revoked, never deleted."""

    __tablename__ = "calendar_feed"

    id: UUID = identifier()
    token_hash: str = Field(unique=True)
    owner_id: UUID = reference("person.id")
    roster_id: UUID | None = reference("roster.id", optional=True)
    created_at: datetime = moment(at_once=True)
    revoked_at: datetime | None = moment(optional=True)


@dataclass(frozen=True)
class FeedMade(Fact):
    """Somebody reads shifts in a calendar of theirs."""

    owner: PersonId
    roster: str
    says: ClassVar[str] = N_("%(owner)s tạo địa chỉ lịch cho «%(roster)s»")


@dataclass(frozen=True)
class FeedRevoked(Fact):
    """The address no longer answers."""

    owner: PersonId
    says: ClassVar[str] = N_("Thu hồi một địa chỉ lịch của %(owner)s")


def make(
    session: Session, owner_id: UUID, *, by: Actor, roster_id: UUID | None = None
) -> CalendarFeed:
    """A feed; asked for twice, it is the same one."""
    for feed in of_owner(session, owner_id):
        if feed.roster_id == roster_id:
            return feed
    roster = rosters.get(session, roster_id) if roster_id else None
    feed = CalendarFeed(token_hash="", owner_id=owner_id, roster_id=roster_id)
    feed.token_hash = keys.digest(token(feed))
    session.add(feed)
    name = roster.name if roster else persons.get(session, owner_id).name
    timeline.record(session, timeline.DESK, FeedMade(owner_id, name), by=by)
    return feed


def token(feed: CalendarFeed) -> str:
    """What the address ends in."""
    return keys.token(_PURPOSE, feed.id)


def path(feed: CalendarFeed) -> str:
    """Where the feed answers, below the desk's address."""
    return f"/lich/{token(feed)}.ics"


def of_owner(session: Session, owner_id: UUID) -> list[CalendarFeed]:
    """The feeds of a person that answer."""
    return list(
        session.exec(
            select(CalendarFeed)
            .where(CalendarFeed.owner_id == owner_id, col(CalendarFeed.revoked_at).is_(None))
            .order_by(col(CalendarFeed.id))
        )
    )


def revoke(session: Session, feed_id: UUID, *, by: Actor, keeper: bool = False) -> CalendarFeed:
    """The address answers no more; the owner may, and whoever keeps the rosters."""
    feed = session.get(CalendarFeed, feed_id)
    if feed is None:
        raise NotFound(N_("Không tìm thấy địa chỉ lịch này."))
    if feed.owner_id != by.person_id and not keeper:
        raise NotPermitted(N_("Chỉ chủ của địa chỉ lịch mới thu hồi."))
    if feed.revoked_at:
        raise AlreadySettled(N_("Địa chỉ lịch này đã thu hồi."))
    feed.revoked_at = clock.now()
    session.add(feed)
    timeline.record(session, timeline.DESK, FeedRevoked(feed.owner_id), by=by)
    return feed


def read(session: Session, given: str) -> str:
    """The calendar at an address; ``NotFound`` when revoked, unknown, or its owner has left."""
    row = session.exec(
        select(CalendarFeed, Person)
        .join(Person, col(Person.id) == CalendarFeed.owner_id)
        .where(CalendarFeed.token_hash == keys.digest(given))
    ).first()
    if row is None or row[0].revoked_at or not row[1].active:
        raise NotFound(N_("Địa chỉ lịch này không còn dùng được."))
    feed, owner = row
    say = speech(owner.language)
    about = select(Shift).where(Shift.ends_at > clock.now() - _BACK).order_by(col(Shift.starts_at))
    if feed.roster_id:
        shifts = session.exec(about.where(Shift.roster_id == feed.roster_id)).all()
        name = rosters.get(session, feed.roster_id).name
    else:
        shifts = session.exec(about.where(Shift.person_id == owner.id)).all()
        name = say.text(N_("Ca trực của %(name)s"), name=owner.name)
    everybody = {s.person_id for s in shifts} | {s.stands_in_for for s in shifts if s.stands_in_for}
    named = persons.names(session, everybody)
    events = [_event(shift, owner, named, mine=feed.roster_id is None) for shift in shifts]
    return icalendar.calendar(name, events, language=owner.language.value)


def _event(shift: Shift, owner: Person, named: dict[UUID, Person], *, mine: bool) -> Event:
    say = speech(owner.language)
    role = say.value(shift.role)
    lines = [named[shift.person_id].post, named[shift.person_id].telephone]
    if shift.stands_in_for and shift.stands_in_for in named:
        lines.append(say.text(N_("trực thay %(name)s"), name=named[shift.stands_in_for].name))
    day = shift.starts_at.astimezone(clock.LOCAL).date()
    lines.append(days.holiday(day, owner.language) or "")
    return Event(
        uid=f"{shift.id}@trucban",
        starts_at=shift.starts_at,
        ends_at=shift.ends_at,
        summary=role if mine else f"{role}: {named[shift.person_id].name}",
        description="\n".join(line for line in lines if line),
        changed_at=shift.changed_at or shift.starts_at,
        sequence=shift.sequence,
    )
