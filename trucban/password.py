"""``trucban password``: the way back in for somebody whom no administrator can help any more."""

from typing import Annotated

import typer

from incidents.record.language import N_
from trucban.terminal import Lang, answers, put, says, voice

command = typer.Typer()


@command.command(help=says(N_("Cấp mật khẩu dùng một lần khi không quản trị viên nào vào được.")))
@answers
def password(
    username: Annotated[str, typer.Argument(help=says(N_("Tên đăng nhập.")))],
    *,
    lang: Lang = None,
) -> None:
    from incidents.people import accounts
    from incidents.record import database
    from incidents.record.actors import Actor, Via
    from trucban import desk

    desk.require_ready()
    with database.transaction() as session:
        person = desk.named(session, username)
        # Whoever can run this can read the data folder; the record says that it was done here.
        given = accounts.reset(session, person.id, by=Actor(None, Via.COMMAND))
    put(
        voice(lang).text(
            N_("%(username)s / %(password)s (dùng một lần, đến %(time)s; không lưu ở đâu)"),
            username=username,
            password=given.password,
            time=given.valid_until,
        )
    )
