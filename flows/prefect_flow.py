"""The Prefect flow of a playbook: an async flow that runs the sync body beside the loop.

A sync flow called in process waits up to a second for its heartbeat thread; an async one does not.
Each new verb becomes a task and shows in Prefect; a replayed verb is a look-up and costs none.
"""

import asyncio
import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import Any, TypeVar
from uuid import UUID

from prefect import Flow, flow, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext, TagsContext
from prefect.states import Completed, Failed

from flows.advancing import Ending, Shelf, shelf
from flows.errands import CURRENT, Errand
from flows.playbook import Playbook
from incidents.response.steps.runs import Where

R = TypeVar("R")


def of(playbook: Playbook) -> Flow[Any, Any]:
    """The flow of one playbook; alone, it executes the one run it is given."""
    return made(playbook.name, lambda: shelf([playbook]), Where.RESIDENT)


def made(name: str, playbooks: Callable[[], Shelf], where: Where) -> Flow[Any, Any]:
    """An async flow whose single parameter is the run's id."""

    async def advance(run_id: str) -> State[Any]:
        errand = CURRENT.get(None) or Errand(playbooks(), where)
        context = FlowRunContext.get()
        errand.flow_run = context.flow_run.id if context and context.flow_run else None
        loop = asyncio.get_running_loop()

        def perform(verb: str, work: Callable[[], Any]) -> Any:
            async def step() -> Any:
                return await beside(lambda: errand.ours(work))

            shown = task(name=verb, cache_policy=NO_CACHE, persist_result=False)(step)

            async def untagged() -> Any:
                # The flow run carries the incident's number. On a task each tag is a limit to be
                # asked for and given back: two calls more, and Prefect's SQLite answers some of
                # them 503, after which its client pauses for two seconds.
                with TagsContext(current_tags=set()):
                    return await shown()

            errand.prefects_turn()
            errand.task = asyncio.run_coroutine_threadsafe(untagged(), loop)
            try:
                return errand.task.result()
            finally:
                errand.our_turn()

        return _state(await beside(lambda: errand.carry_out(UUID(run_id), perform)))

    return flow(name=name, validate_parameters=False, persist_result=False)(advance)


def _state(ending: Ending) -> State[Any]:
    if ending.name == "Failed":
        return Failed(message=ending.message)
    return Completed(name=ending.name, message=ending.message)


async def beside(work: Callable[[], R]) -> R:
    """Run something in a thread of its own that nothing ever joins.

    An executor's threads are joined at exit: one that Prefect keeps waiting would hold the engine.
    """
    loop, context = asyncio.get_running_loop(), copy_context()
    done: asyncio.Future[R] = loop.create_future()

    def settle(result: R | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is None:
            done.set_result(result)  # pyright: ignore[reportArgumentType] - set when there is no error
        else:
            done.set_exception(error)

    def run() -> None:
        try:
            result, error = context.run(work), None
        except BaseException as raised:  # noqa: BLE001 - handed to whoever awaits
            result, error = None, raised
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, daemon=True, name="playbook").start()
    return await done
