"""``trucban migrate``: bring the database to the newest revision."""

import typer

from incidents.record.language import N_
from trucban.terminal import answers, put, says, voice

command = typer.Typer()


@command.command(help=says(N_("Đưa cơ sở dữ liệu lên bản mới nhất.")))
@answers
def migrate() -> None:
    from incidents.record import schema
    from trucban import folder

    folder.require()
    before = schema.ready()
    schema.upgrade()
    say = voice()
    put(
        say.text(
            N_("Cơ sở dữ liệu đã ở bản mới nhất.")
            if before
            else N_("Đã đưa cơ sở dữ liệu lên bản mới nhất.")
        )
    )
