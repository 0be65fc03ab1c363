"""One's own duty over REST: swaps, absences, hand-over notes, calendar addresses."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import Session

from api.deeds import rosters as deeds
from api.deeds.rosters import AskSwap, Away, MakeFeed, Note
from api.dependencies import Db, RestCaller
from api.identity import Caller
from api.rest.roster_shapes import AbsenceOut, FeedOut, HandOverOut, PrefillOut, SwapOut
from api.rest.routers import deeds_under
from api.rest.shapes import Page
from incidents.people.duty import absences, feeds, swaps
from incidents.people.duty.changes import FARTHEST, Absence
from incidents.people.duty.feeds import CalendarFeed
from incidents.record import clock, settings
from incidents.response.reports import handed_over, handovers
from incidents.rights import permissions
from incidents.rights.permissions import Deed

router = deeds_under("", "rosters")


@router.get("/swaps", summary="Swaps I asked for or was asked")
def waiting(session: Db, caller: RestCaller) -> Page[SwapOut]:
    """Those that wait for an answer."""
    caller.require(session, Deed.OWN_DUTY)
    return Page(items=[SwapOut.model_validate(s) for s in swaps.waiting(session, caller.person.id)])


@router.post("/swaps", status_code=201, summary="Ask another to take a shift of mine")
def ask_swap(session: Db, caller: RestCaller, asked: AskSwap) -> SwapOut:
    """For one of theirs on the same roster, or for nothing; only members of it may be asked."""
    return SwapOut.model_validate(deeds.ask_swap(session, caller, asked))


@router.post("/swaps/{swap_id}/accept", summary="Take the shift over")
def accept_swap(session: Db, caller: RestCaller, swap_id: UUID) -> SwapOut:
    """Refused when a shift has begun or has gone to somebody else."""
    return SwapOut.model_validate(deeds.accept_swap(session, caller, swap_id))


@router.post("/swaps/{swap_id}/decline", summary="Do not take the shift over")
def decline_swap(session: Db, caller: RestCaller, swap_id: UUID) -> SwapOut:
    """The asker is told."""
    return SwapOut.model_validate(deeds.decline_swap(session, caller, swap_id))


@router.post("/swaps/{swap_id}/withdraw", summary="Ask no more")
def withdraw_swap(session: Db, caller: RestCaller, swap_id: UUID) -> SwapOut:
    """While nobody has answered."""
    return SwapOut.model_validate(deeds.withdraw_swap(session, caller, swap_id))


def _absence(session: Session, caller: Caller, row: Absence) -> AbsenceOut:
    told = row.person_id == caller.person.id or permissions.allowed(
        session, caller.person, Deed.KEEP_ROSTERS
    )
    shown = AbsenceOut.model_validate(row)
    return shown if told else shown.model_copy(update={"reason": ""})


@router.get("/absences", summary="Who is away, now and later")
def away(session: Db, caller: RestCaller) -> Page[AbsenceOut]:
    """Reasons only of one's own, and for the keeper."""
    caller.require(session, Deed.SEE_ROSTERS)
    now = clock.now()
    rows = absences.between(session, now, now + FARTHEST + timedelta(days=1))
    return Page(items=[_absence(session, caller, row) for row in rows])


@router.post("/absences", status_code=201, summary="Be away")
def report_absence(session: Db, caller: RestCaller, asked: Away) -> AbsenceOut:
    """Shifts meanwhile become gaps until somebody stands in."""
    return _absence(session, caller, deeds.report_absence(session, caller, asked))


@router.post("/absences/{absence_id}/cancel", summary="Be back")
def cancel_absence(session: Db, caller: RestCaller, absence_id: UUID) -> AbsenceOut:
    """From now on where it has begun."""
    return _absence(session, caller, deeds.cancel_absence(session, caller, absence_id))


@router.get("/hand-overs", summary="The last hand-over notes")
def notes(session: Db, caller: RestCaller) -> Page[HandOverOut]:
    """The newest first, without the lines about a matter that concerns the caller."""
    caller.require(session, Deed.SEE_DESK)
    found = handed_over.recent(session, caller.person)
    return Page(items=[HandOverOut.model_validate(each) for each in found])


@router.get("/hand-overs/draft", summary="What the record says for a hand-over note")
def draft(session: Db, caller: RestCaller) -> PrefillOut:
    """Open work, the nearest due times and what is not known, in the caller's language."""
    caller.require(session, Deed.SEE_DESK)
    person = caller.person
    drawn = handovers.prefill(session, person.language, reader=person.id)
    return PrefillOut.model_validate(drawn)


@router.post("/hand-overs", status_code=201, summary="Hand my shift over")
def hand_over(session: Db, caller: RestCaller, asked: Note) -> HandOverOut:
    """Written again until somebody has acknowledged it."""
    return HandOverOut.model_validate(deeds.hand_over(session, caller, asked))


@router.post("/hand-overs/{note_id}/acknowledge", summary="Take a shift over")
def acknowledge(session: Db, caller: RestCaller, note_id: UUID) -> HandOverOut:
    """By whoever comes next."""
    return HandOverOut.model_validate(deeds.acknowledge_hand_over(session, caller, note_id))


def _feed(feed: CalendarFeed) -> FeedOut:
    address = f"{settings.current().address}{feeds.path(feed)}"
    return FeedOut.model_validate({**feed.model_dump(), "address": address})


@router.get("/calendar-feeds", summary="My calendar addresses")
def my_feeds(session: Db, caller: RestCaller) -> Page[FeedOut]:
    """Those that answer."""
    caller.require(session, Deed.OWN_DUTY)
    return Page(items=[_feed(f) for f in feeds.of_owner(session, caller.person.id)])


@router.post("/calendar-feeds", status_code=201, summary="An address for my calendar")
def make_feed(session: Db, caller: RestCaller, asked: MakeFeed) -> FeedOut:
    """Of a roster, or of my own shifts; asked for twice, it is the same one."""
    return _feed(deeds.make_feed(session, caller, asked))


@router.post("/calendar-feeds/{feed_id}/revoke", summary="Revoke a calendar address")
def revoke_feed(session: Db, caller: RestCaller, feed_id: UUID) -> FeedOut:
    """At once and for good."""
    return _feed(deeds.revoke_feed(session, caller, feed_id))
