"""``trucban worker``: a stock Prefect worker of the desk's pool, on this or any other machine."""

import os
import sys

import typer

from incidents.record.language import N_
from trucban.terminal import WRONG_USAGE, answers, complain, says, voice

command = typer.Typer()


@command.command(help=says(N_("Chạy một worker Prefect cho TRUCBAN_WORK_POOL.")))
@answers
def worker() -> None:
    from flows import prefect_server
    from incidents.record import settings
    from trucban import desk

    chosen = settings.current()
    if not chosen.work_pool:
        complain(voice().text(N_("Đặt TRUCBAN_WORK_POOL là tên work pool rồi chạy lại.")))
        raise typer.Exit(WRONG_USAGE)
    desk.require_ready()
    command = [sys.executable, "-m", "prefect", "worker", "start", "--type", "process"]
    reached = {
        "PREFECT_API_URL": prefect_server.address(chosen),
        "PREFECT_API_AUTH_STRING": prefect_server.credentials(chosen) or "",
        "PREFECT_HOME": str(prefect_server.home(chosen)),
    }
    # Becoming the worker: signals and exit codes are its own, nothing stands between.
    os.execve(  # noqa: S606
        sys.executable, [*command, "--pool", chosen.work_pool], {**os.environ, **reached}
    )
