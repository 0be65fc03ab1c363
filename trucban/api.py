"""``trucban api``: the process that answers people over HTTP."""

import gc
import socket
from typing import Annotated

import typer

from incidents.record.language import N_
from trucban.terminal import WRONG_USAGE, answers, complain, says, voice

command = typer.Typer()

# Live pages hold their connection open for ever; stopping does not wait for them.
_FINISH_WITHIN = 5


@command.command(help=says(N_("Chạy riêng phần trả lời trang và REST.")))
@answers
def api(
    *,
    socket_number: Annotated[
        int | None,
        typer.Option("--fd", hidden=True, help="A listening socket the supervisor hands down."),
    ] = None,
) -> None:
    import uvicorn

    from api import app
    from trucban import desk, first_run, logs

    logs.configure()
    if socket_number is None:
        desk.require_ready()
        listening = listen()
    else:
        # The supervisor brings the database up to date and fills it while we load.
        desk.await_first_person()
        listening = socket.socket(fileno=socket_number)
    first_run.sign_as_demo()
    config = uvicorn.Config(
        app.create(),
        # Whoever runs a proxy in front says so by uvicorn's own variable FORWARDED_ALLOW_IPS.
        proxy_headers=True,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=_FINISH_WITHIN,
    )
    # What was loaded stays: else each full collection walks all of it while somebody waits.
    gc.freeze()
    uvicorn.Server(config).run(sockets=[listening])


def listen() -> socket.socket:
    """The desk's listening socket; leaves with 2 and a sentence when the port cannot be had."""
    from incidents.record import settings

    host, port = settings.current().host, settings.current().port
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # asyncio does so only for sockets it opened; else each answer waits 40 ms for an ACK.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        listening.bind(address)
        listening.listen(1024)
    except OSError as error:
        complain(
            voice().text(
                N_("Không mở được cổng %(port)s trên %(host)s (%(why)s). Đặt TRUCBAN_PORT khác."),
                port=str(port),
                host=host,
                why=error.strerror or str(error),
            )
        )
        raise typer.Exit(WRONG_USAGE) from None
    return listening
