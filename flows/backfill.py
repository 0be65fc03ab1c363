"""Records of advances that Prefect did not see: written into it once it is back.

A tag unique to the advance is looked up first. A double record in Prefect would be tolerable; a
double effect is not, and nothing here has any.
"""

import contextlib
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import update
from sqlmodel import Session, col, select

from flows.advancing import Shelf
from flows.resident import Resident
from incidents.matter import incidents
from incidents.record import clock, database
from incidents.response.steps.runs import Advance, PlaybookRun

BATCH = 20
_SETTLED = timedelta(seconds=5)
"""An advance that Prefect saw gets so long to be written down by whoever called it."""
_WITHIN = 30.0


class Backfill:
    """Fills in what is missing whenever Prefect is here."""

    def __init__(self, prefect: Resident, playbooks: Shelf) -> None:
        self._prefect, self._playbooks = prefect, playbooks

    def fill(self) -> int:
        """Record a batch of advances; says how many."""
        if not self._prefect.here:
            return 0
        with database.reading() as session:
            missing = unrecorded(session)
            numbers = {run.id: incidents.get(session, run.incident_id).number for _, run in missing}
        for advance, run in missing:
            flow_run = self._prefect.call(self._record(advance, run, numbers[run.id])).result(
                _WITHIN
            )
            with database.transaction() as session:
                session.exec(
                    update(Advance)
                    .where(col(Advance.id) == advance.id)
                    .values(flow_run=flow_run, recorded_at=clock.now())
                )
        return len(missing)

    async def _record(self, advance: Advance, run: PlaybookRun, number: str) -> UUID:
        from prefect.client.orchestration import get_client  # noqa: PLC0415
        from prefect.client.schemas.filters import (  # noqa: PLC0415
            FlowRunFilter,
            FlowRunFilterTags,
        )
        from prefect.client.schemas.sorting import FlowRunSort  # noqa: PLC0415
        from prefect.exceptions import ObjectNotFound  # noqa: PLC0415
        from prefect.states import Completed  # noqa: PLC0415

        ended = Completed(name="Recorded later", message=advance.outcome or "cut off")
        async with get_client() as client:
            if advance.flow_run:
                # A server that lost it with its disk gets it anew.
                with contextlib.suppress(ObjectNotFound):
                    shown = await client.read_flow_run(advance.flow_run)
                    if shown.state is None or not shown.state.is_final():
                        await client.set_flow_run_state(shown.id, ended, force=True)
                    return shown.id
            known = FlowRunFilter(tags=FlowRunFilterTags(all_=[tag(advance)]))
            found = await client.read_flow_runs(
                flow_run_filter=known, sort=FlowRunSort.START_TIME_DESC, limit=1
            )
            if found:
                return found[0].id
            made = await client.create_flow_run(
                self._playbooks[run.playbook, run.version].flow,
                parameters={"run_id": str(run.id)},
                tags=[number, tag(advance), *_times(advance)],
                state=ended,
            )
            return made.id


def tag(advance: Advance) -> str:
    """What tells one advance from every other in Prefect."""
    return f"advance:{advance.id}"


def _times(advance: Advance) -> list[str]:
    ended: datetime = advance.ended_at or advance.started_at
    return [
        f"started:{advance.started_at.isoformat(timespec='milliseconds')}",
        f"ended:{ended.isoformat(timespec='milliseconds')}",
    ]


def unrecorded(session: Session) -> list[tuple[Advance, PlaybookRun]]:
    """Ended advances, and those a later one has overtaken, that Prefect does not know as ended."""
    ended = col(Advance.ended_at).is_not(None) | (col(PlaybookRun.fence) > col(Advance.fence))
    settled = col(Advance.started_at) <= clock.now() - _SETTLED
    return list(
        session.exec(
            select(Advance, PlaybookRun)
            .join(PlaybookRun, col(PlaybookRun.id) == Advance.run_id)
            .where(col(Advance.recorded_at).is_(None), ended)
            .where(col(Advance.flow_run).is_(None) | settled)
            .order_by(col(Advance.started_at))
            .limit(BATCH)
        ).all()
    )
