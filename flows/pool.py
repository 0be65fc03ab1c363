"""The work-pool runner: stock Prefect workers execute advances, on any machine.

Handed over means nothing yet: accepted means claimed. What no worker has claimed within a setting
the engine takes itself, so that a pool without workers stops nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlmodel import select

from flows import advancing, installed
from flows.advancing import Shelf
from flows.resident import Resident
from incidents.matter import incidents
from incidents.record import clock, database, settings
from incidents.response.steps import runs
from incidents.response.steps.runs import Advance, PlaybookRun, Where

NAME = "trucban"
ENTRYPOINT = "flows.worker.advance"
_CREATED_WITHIN = 3.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Handed:
    fence: int
    take_at: datetime


class Pool:
    """Runs handed to the workers of one pool, and until when each is theirs to claim."""

    def __init__(self, prefect: Resident, name: str) -> None:
        self._prefect, self._name = prefect, name
        self._deployment: UUID | None = None
        self._handed: dict[UUID, _Handed] = {}

    def hand_over(self, run_id: UUID) -> bool:
        """Offer a due run to the workers; ``False`` when the engine should take it itself."""
        with database.reading() as session:
            run = runs.get(session, run_id)
            number = incidents.get(session, run.incident_id).number
            returned = _given_back(run)
        handed = self._handed.pop(run_id, None)
        if returned or (handed and handed.fence == run.fence):
            _log.warning("no worker took it; the engine does", run=str(run_id))
            return False
        try:
            self._prefect.call(self._create(run, number)).result(_CREATED_WITHIN)
        except Exception as error:  # noqa: BLE001 - the engine takes the run itself
            # Whatever keeps Prefect from taking it, the run itself must not wait for that.
            _log.warning("not handed to the pool", run=str(run_id), error=repr(error))
            return False
        within = timedelta(seconds=settings.current().claim_within_seconds)
        self._handed[run_id] = _Handed(run.fence, clock.now() + within)
        return True

    def waits(self, run_id: UUID) -> bool:
        """Whether a worker may still claim it."""
        handed = self._handed.get(run_id)
        if handed is None or handed.take_at <= clock.now():
            return False
        with database.reading() as session:
            return runs.get(session, run_id).fence == handed.fence

    def next_due(self) -> datetime | None:
        """When the engine has to look whether one was claimed."""
        return min((each.take_at for each in list(self._handed.values())), default=None)

    async def _create(self, run: PlaybookRun, number: str) -> None:
        from prefect.client.orchestration import get_client  # noqa: PLC0415

        if self._deployment is None:
            self._deployment = await self._deploy()
        async with get_client() as client:
            await client.create_flow_run_from_deployment(
                self._deployment,
                parameters={"run_id": str(run.id)},
                idempotency_key=f"{run.id}:{run.fence}",
                tags=[number],
            )

    async def _deploy(self) -> UUID:
        from prefect.client.orchestration import get_client  # noqa: PLC0415
        from prefect.client.schemas.actions import WorkPoolCreate  # noqa: PLC0415
        from prefect.exceptions import ObjectAlreadyExists  # noqa: PLC0415

        async with get_client() as client:
            try:
                await client.create_work_pool(WorkPoolCreate(name=self._name, type="process"))
            except ObjectAlreadyExists:
                _log.info("the work pool exists", pool=self._name)
            flow_id = await client.create_flow_from_name(NAME)
            return await client.create_deployment(
                flow_id,
                name=self._name,
                work_pool_name=self._name,
                entrypoint=ENTRYPOINT,
                enforce_parameter_schema=False,
            )


def _given_back(run: PlaybookRun) -> bool:
    with database.reading() as session:
        last = session.exec(
            select(Advance).where(Advance.run_id == run.id, Advance.fence == run.fence)
        ).first()
    return last is not None and last.where is Where.POOL and last.outcome == "given back"


def shelf_here() -> Shelf:
    """The playbooks installed beside a worker."""
    return advancing.shelf(installed.playbooks())
