"""``trucban serve``: the whole desk on one machine, kept alive."""

import asyncio
import contextlib
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from incidents.record.language import N_, Speech
from trucban.terminal import answers, clean, put, put_table, says, voice

if TYPE_CHECKING:
    import socket

    from trucban.first_run import Demo, Welcome
    from trucban.supervising import Part

command = typer.Typer()

_HEAD_START = 10.0
"""Seconds in which the pages come up undisturbed, before Prefect takes the processor."""

_COLOURS = {"api": 36, "engine": 32, "prefect": 35, "trucban": 33}


@command.command(help=says(N_("Chạy cả bàn trực: trang, bộ máy và Prefect; tự khởi động lại.")))
@answers
def serve(
    *,
    demo: Annotated[
        bool,
        typer.Option("--demo", help=says(N_("Tạo tỉnh minh họa nếu chưa có dữ liệu."))),
    ] = False,
) -> None:
    from trucban import folder
    from trucban.api import listen

    # The port first: a desk that cannot be reached must not touch the data.
    listening = listen()
    folder.require()
    folder.hold("serve")
    asyncio.run(_serve(listening, demo=demo))


async def _serve(listening: "socket.socket", *, demo: bool) -> None:
    from trucban.supervising import Supervisor

    supervisor = Supervisor(_log)
    stopped = asyncio.Event()

    def stop() -> None:
        if stopped.is_set():
            supervisor.signal_all(signal.SIGKILL)  # asked twice: now
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    halt = asyncio.create_task(stopped.wait())
    try:
        # The pages load while the database is brought up to date; they wait for it by themselves.
        supervisor.start(_pages(listening))
        welcome = await asyncio.to_thread(_prepare, demo=demo)
        greeting = asyncio.create_task(_greet(welcome))
        await asyncio.wait(
            {greeting, halt}, timeout=_HEAD_START, return_when=asyncio.FIRST_COMPLETED
        )
        for part in () if stopped.is_set() else _others():
            supervisor.start(part)
        await halt
        greeting.cancel()
        _log("trucban", voice().text(N_("đang dừng")))
    finally:
        await supervisor.stop()


def _prepare(*, demo: bool) -> "Welcome":
    from incidents.record import schema
    from trucban import first_run

    schema.upgrade()
    return first_run.prepare(demo=demo)


_OURS = (sys.executable, "-m", "trucban")


def _pages(listening: "socket.socket") -> "Part":
    from trucban.supervising import Part

    number = listening.fileno()
    return Part("api", (*_OURS, "api", "--fd", str(number)), sockets=(number,))


def _others() -> "list[Part]":
    from flows import prefect_server
    from incidents.record import settings
    from trucban.supervising import Part

    parts = [Part("engine", (*_OURS, "engine"))]
    if not settings.current().prefect_api_url:
        argv, environment = prefect_server.command(settings.current())
        # Its banner on standard output praises an address that asks for a password.
        parts.append(Part("prefect", tuple(argv), environment, quiet=True))
    return parts


async def _greet(welcome: "Welcome") -> None:
    """Say where the desk is and how to sign in, once it answers."""
    from incidents.record import settings

    chosen = settings.current()
    # Our listening socket takes the request at once; the pages answer it when they are up.
    reader, writer = await asyncio.open_connection(_loopback(chosen.host), chosen.port)
    writer.write(b"GET /api/v1/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    with contextlib.suppress(ConnectionError):
        await reader.readline()
    writer.close()
    say = voice()
    put()
    put(say.text(N_("Bàn trực đang chạy tại %(address)s"), address=chosen.address))
    if welcome.first_password:
        put(
            say.text(
                N_(
                    "Đăng nhập lần đầu: %(username)s / %(password)s (dùng một lần trong ba ngày;"
                    " mỗi lần khởi động một mật khẩu mới cho đến khi có người đặt mật khẩu riêng)"
                ),
                username=welcome.administrator,
                password=welcome.first_password,
            )
        )
    if welcome.demo:
        _show_demo(welcome.demo, say)
    put(say.text(N_("Dừng: Ctrl+C")))
    put()


def _show_demo(demo: "Demo", say: Speech) -> None:
    put(
        say.text(
            N_("%(province)s (minh họa, mọi thứ đều hư cấu). Mật khẩu của mọi người: %(password)s"),
            province=demo.province,
            password=demo.password,
        )
    )
    put_table(
        [say.text(h) for h in (N_("Vai"), N_("Họ tên"), N_("Tên đăng nhập"))],
        [[say.value(role), name, username] for role, name, username in demo.people],
    )


def _loopback(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104


def _log(name: str, line: str) -> None:
    label = f"{name:<8}"
    if sys.stdout.isatty():
        label = f"\x1b[{_COLOURS.get(name, 37)}m{label}\x1b[0m"
    sys.stdout.write(f"{label} {clean(line)}\n")
    sys.stdout.flush()
