"""How the caller is reached, over REST."""

from datetime import datetime, time
from uuid import UUID

from api.deeds import reaching as deeds
from api.deeds.reaching import AskCode, Choose, KeepQuiet
from api.dependencies import Db, RestCaller
from api.rest.routers import deeds_under
from api.rest.shapes import Shape
from incidents.people.directory import reaching
from incidents.people.duty.patterns import Weekday
from incidents.people.persons import ContactKind
from incidents.people.quiet_hours import QuietHours
from incidents.record.outbox import MessageState

router = deeds_under("", "people")


class WayOut(Shape):
    """One way, and how many minutes after the first it is used; nothing where it never is."""

    id: UUID
    channel: ContactKind
    address: str
    verified_at: datetime | None
    bounced_at: datetime | None
    after_minutes: int | None
    grave_after_minutes: int | None


class QuietOut(Shape):
    """Hours at which the caller is not woken below level 3."""

    begins: time
    ends: time
    on: list[Weekday]
    holidays: bool


class ReachedOut(Shape):
    """How the caller is reached."""

    ways: list[WayOut]
    quiet: QuietOut | None


class TestOut(Shape):
    """A test message on its way."""

    id: UUID
    address: str
    state: MessageState


class CodeOut(Shape):
    """A code, shown to the caller alone."""

    chat: ContactKind
    code: str
    until: datetime


def _shown(session: Db, caller: RestCaller) -> ReachedOut:
    person, own = deeds.own(session, caller)
    return ReachedOut(
        ways=[WayOut.model_validate(point) for point in own],
        quiet=_quiet(reaching.quiet_hours(person)),
    )


def _quiet(hours: QuietHours | None) -> QuietOut | None:
    return QuietOut.model_validate(hours.kept()) if hours else None


@router.get("/me/ways", summary="How the caller is reached")
def ways(session: Db, caller: RestCaller) -> ReachedOut:
    """First choice first."""
    return _shown(session, caller)


@router.post("/me/ways", summary="Say which way comes first and which later")
def choose(session: Db, caller: RestCaller, asked: Choose) -> ReachedOut:
    """By contact point; what is not named stays as it was."""
    deeds.choose(session, caller, asked)
    return _shown(session, caller)


@router.post("/me/quiet-hours", summary="Hours at which the caller is not woken")
def keep_quiet(session: Db, caller: RestCaller, asked: KeepQuiet) -> ReachedOut:
    """Flags, and matters of level 3 and 4, come all the same."""
    deeds.keep_quiet(session, caller, asked)
    return _shown(session, caller)


@router.post("/me/quiet-hours/lift", summary="No quiet hours any more")
def lift_quiet(session: Db, caller: RestCaller) -> ReachedOut:
    """Everything comes at every hour."""
    deeds.lift_quiet(session, caller)
    return _shown(session, caller)


@router.post("/me/chat-codes", summary="Get a code that binds a chat account to the caller")
def ask_code(session: Db, caller: RestCaller, asked: AskCode) -> CodeOut:
    """To be typed into that chat within half an hour; a code given before no longer counts."""
    code = deeds.ask_code(session, caller, asked)
    return CodeOut(chat=code.channel, code=code.text, until=code.until)


@router.post("/contact-points/{contact_id}/unbind", summary="Take a chat account off")
def let(session: Db, caller: RestCaller, contact_id: UUID) -> ReachedOut:
    """From then on it is a stranger's."""
    deeds.let(session, caller, contact_id)
    return _shown(session, caller)


@router.post("/contact-points/{contact_id}/test-message", summary="Send a test message")
def try_out(session: Db, caller: RestCaller, contact_id: UUID) -> TestOut:
    """Once a minute at most; its delivery shows in the outbox."""
    return TestOut.model_validate(deeds.try_out(session, caller, contact_id))
