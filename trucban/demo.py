"""``trucban demo``: play a story against the running desk."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from incidents.record.language import N_
from trucban.terminal import WRONG_USAGE, Lang, answers, clean, complain, console, put, says, voice

if TYPE_CHECKING:
    from incidents.record.language import Speech
    from trucban.stories import Story
    from trucban.visiting import Door

command = typer.Typer()

Chosen = Annotated[
    str,
    typer.Option(
        "--story",
        metavar="NAME",
        help=says(N_("Chuyện nào; «list» để xem có những chuyện gì.")),
    ),
]


@command.command(help=says(N_("Diễn một câu chuyện trên bàn trực đang chạy.")))
@answers
def demo(*, story: Chosen = "journey", lang: Lang = None) -> None:
    import httpx

    from incidents.record.errors import Conflict
    from trucban.stories import Story
    from trucban.visiting import Door

    say = voice(lang)
    if story not in list(Story):
        for each in Story:
            put(f"{each.value}: {say.value(each)}")
        if story != "list":
            complain(say.text(N_("Không có chuyện «%(story)s»."), story=story))
            raise typer.Exit(WRONG_USAGE)
        return
    door = Door(say.language)
    try:
        _play(Story(story), door, say)
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


def _play(story: "Story", door: "Door", say: "Speech") -> None:
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.text import Text

    from incidents.matter.incidents import Status
    from trucban import province, stories

    names = {username: name for name, username in province.usernames().items()}
    shown = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console()
    )
    with shown:
        shown.add_task(say.value(story))

        def tell(username: str, sentence: str, **values: Any) -> None:
            line = f"{names.get(username, username)}: {say.text(sentence, **values)}"
            shown.console.print(Text("✓ " + clean(line)))

        numbers = stories.play(story, door, tell)
    put()
    for number in numbers:
        ended = door.get("quan.tri", f"/incidents/{number}")
        status = say.value(Status(ended["status"]))
        put(f"{number} {ended['title']} ({status}): {door.address}/vu-viec/{number}")
