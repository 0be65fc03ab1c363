"""``trucban demo``: play the whole journey against the running desk."""

from typing import TYPE_CHECKING, Any

import typer

from incidents.record.language import N_
from trucban.terminal import Lang, answers, clean, console, put, says, voice

if TYPE_CHECKING:
    from trucban.visiting import Door

command = typer.Typer()

_DEEDS = 45
"""About how many deeds the journey takes; the bar is for company, not for measuring."""


@command.command(
    help=says(N_("Diễn cả hành trình trên bàn trực đang chạy, từ tin báo đến kết thúc."))
)
@answers
def demo(*, lang: Lang = None) -> None:
    import httpx

    from incidents.record.errors import Conflict
    from trucban.visiting import Door

    door = Door()
    try:
        _play(door, lang)
    except httpx.ConnectError:
        raise Conflict(
            N_("Không thấy bàn trực tại %(address)s. Hãy chạy «make run» ở cửa sổ khác trước."),
            address=door.address,
        ) from None
    except httpx.TimeoutException:
        raise Conflict(
            N_("Bàn trực tại %(address)s không trả lời kịp."), address=door.address
        ) from None
    finally:
        door.close()


def _play(door: "Door", lang: Any) -> None:
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.text import Text

    from trucban import province
    from trucban.journey import Journey, script

    say = voice(lang)
    names = {username: name for name, username in province.usernames().items()}
    shown = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        console=console(),
    )
    with shown:
        bar = shown.add_task(say.text(N_("Diễn tập trên bàn trực")), total=_DEEDS)

        def tell(username: str, sentence: str, **values: Any) -> None:
            line = f"{names.get(username, username)}: {say.text(sentence, **values)}"
            shown.console.print(Text("✓ " + clean(line)))
            shown.advance(bar)

        closed = Journey(door, script()["closed"], tell)
        closed.open(closed.flag())
        closed.work()
        closed.end()
        left_open = Journey(door, script()["open"], tell)
        left_open.open(left_open.flag())
        left_open.work()
        waiting = Journey(door, script()["waiting"], tell).flag()
        shown.update(bar, completed=_DEEDS)
    put()
    put(
        say.text(
            N_(
                "Đã kết thúc: %(closed)s. Đang chờ duyệt: %(open)s. Chờ sàng lọc: %(flag)s. "
                "Xem tại %(address)s"
            ),
            closed=closed.number,
            open=left_open.number,
            flag=waiting,
            address=door.address,
        )
    )
