"""What a flow run costs that does nothing: bare, async, in a resident process like the engine's.

Started with ``python -m tests.bench.noop``: one run for each line read, its seconds as the answer.
"""

import asyncio
import sys
import time

from flows import prefect_server


def main() -> None:
    """Answer until standard input ends."""
    with prefect_server.reachable():
        from prefect import flow

        @flow(name="no-op", validate_parameters=False, persist_result=False)
        async def nothing() -> None:
            """Nothing."""

        asyncio.run(_serve(nothing))


async def _serve(nothing: object) -> None:
    print("ready", flush=True)
    loop = asyncio.get_running_loop()
    while await loop.run_in_executor(None, sys.stdin.readline):
        began = time.monotonic()
        await nothing()  # type: ignore[operator]
        print(time.monotonic() - began, flush=True)


if __name__ == "__main__":
    main()
