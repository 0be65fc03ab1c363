"""Live updates: a page hears of its own matter at once, and of nobody else's."""

import asyncio
from types import SimpleNamespace
from typing import Any

from api import live
from incidents.response.answers import journal
from tests.harness import Desk


def test_a_page_hears_of_its_own_incident_only(desk: Desk) -> None:
    mine = desk.opened()
    other = desk.open(exercise=True, title="Diễn tập")
    desk.set_aside()
    request: Any = SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(pages=live.Pages())))

    async def listen() -> list[str | None]:
        stream = live.changes(request, live._of_incident(mine.id))
        heard = [(await anext(stream)).comment]
        coming = asyncio.ensure_future(anext(stream))
        await asyncio.to_thread(desk.do, journal.note, other.id, "chuyện khác", by=desk.cast.lan)
        done, _ = await asyncio.wait([coming], timeout=1)
        assert not done
        await asyncio.to_thread(desk.do, journal.note, mine.id, "chuyện này", by=desk.cast.lan)
        heard.append((await asyncio.wait_for(coming, 20)).event)
        await stream.aclose()  # type: ignore[attr-defined]
        return heard

    assert asyncio.run(listen()) == ["open", "doi"]
    assert not request.app.state.pages.waiting
