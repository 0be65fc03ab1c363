"""Live updates: one watcher a process notices commits, and tells the pages whose matter changed."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent
from sqlalchemy import func
from sqlmodel import Session, select
from starlette.concurrency import run_in_threadpool

from api.deeds import incidents as deeds
from api.dependencies import Db, Reader
from incidents.record import database
from incidents.record.outbox import OutgoingMessage
from incidents.record.timeline import TimelineHead
from incidents.record.wakeups import Watch
from incidents.rights.permissions import Deed

router = APIRouter(include_in_schema=False, prefix="/song")

# A page is looked at again no more than once in this time, however fast commits come.
_CALM = 1.0
_PING_EVERY = 15.0
# The browser opens the stream again by itself; whoever was signed out meanwhile is not let in.
_LIVES = 600.0


@dataclass
class Pages:
    """The open streams of this process, and the thread that wakes them."""

    waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = field(
        default_factory=set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]
    )
    lock: threading.Lock = field(default_factory=threading.Lock)
    watcher: threading.Thread | None = None

    def join(self, event: asyncio.Event) -> tuple[asyncio.AbstractEventLoop, asyncio.Event]:
        """Be woken from now on."""
        seat = (asyncio.get_running_loop(), event)
        with self.lock:
            self.waiting.add(seat)
            if self.watcher is None:
                self.watcher = threading.Thread(target=self._watch, name="live", daemon=True)
                self.watcher.start()
        return seat

    def leave(self, seat: tuple[asyncio.AbstractEventLoop, asyncio.Event]) -> None:
        """Be woken no more; the watcher ends with the last page."""
        with self.lock:
            self.waiting.discard(seat)

    def _watch(self) -> None:
        with Watch() as watch:
            while True:
                changed = watch.wait(_CALM)
                with self.lock:
                    if not self.waiting:
                        self.watcher = None
                        return
                    seats = list(self.waiting) if changed else []
                for loop, event in seats:
                    loop.call_soon_threadsafe(event.set)


def _of_incident(incident_id: UUID) -> Callable[[Session], Any]:
    def look(session: Session) -> Any:
        return session.exec(
            select(
                select(TimelineHead.seq).where(TimelineHead.chain == incident_id).scalar_subquery(),
                select(func.max(OutgoingMessage.sent_at))
                .where(OutgoingMessage.incident_id == incident_id)
                .scalar_subquery(),
            )
        ).one()

    return look


def _of_desk(session: Session) -> Any:
    return session.exec(select(func.count(), func.sum(TimelineHead.seq))).one()


def _seen(look: Callable[[Session], Any]) -> tuple[Any, ...]:
    with database.reading() as session:
        return tuple(look(session))


async def changes(
    request: Request, look: Callable[[Session], Any]
) -> AsyncIterator[ServerSentEvent]:
    """An event ``doi`` each time what ``look`` sees has changed; comments keep the line open."""
    pages: Pages = request.app.state.pages
    woken = asyncio.Event()
    seat = pages.join(woken)
    ends = asyncio.get_running_loop().time() + _LIVES
    try:
        last = await run_in_threadpool(_seen, look)
        yield ServerSentEvent(comment="open")
        while asyncio.get_running_loop().time() < ends:
            try:
                await asyncio.wait_for(woken.wait(), _PING_EVERY)
            except TimeoutError:
                yield ServerSentEvent(comment="still here")
                continue
            woken.clear()
            now = await run_in_threadpool(_seen, look)
            if now != last:
                last = now
                yield ServerSentEvent(event="doi", raw_data="1")
                await asyncio.sleep(_CALM)
    finally:
        pages.leave(seat)


def _may_see_desk(session: Db, caller: Reader) -> None:
    caller.require(session, Deed.SEE_DESK)


def _incident_id(session: Db, caller: Reader, number: str) -> UUID:
    return deeds.see(session, caller, number).id


@router.get("/ban-truc", response_class=EventSourceResponse)
async def desk(
    request: Request, _allowed: Annotated[None, Depends(_may_see_desk)]
) -> AsyncIterator[ServerSentEvent]:
    """Whatever happens at the desk."""
    async for event in changes(request, _of_desk):
        yield event


@router.get("/vu-viec/{number}", response_class=EventSourceResponse)
async def incident(
    request: Request, incident_id: Annotated[UUID, Depends(_incident_id)]
) -> AsyncIterator[ServerSentEvent]:
    """Whatever happens to one incident."""
    async for event in changes(request, _of_incident(incident_id)):
        yield event
