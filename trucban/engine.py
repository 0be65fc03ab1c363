"""``trucban engine``: the loop that drives playbooks, deadlines and messages."""

import typer

from incidents.record.language import N_
from trucban.terminal import answers, says

command = typer.Typer()


@command.command(help=says(N_("Chạy riêng bộ máy: kịch bản, hạn, gửi tin.")))
@answers
def engine() -> None:
    from flows import installed
    from flows.engine import main
    from trucban import desk, first_run, folder

    desk.require_ready()
    folder.require()
    folder.hold("engine")
    first_run.sign_as_demo()
    main(installed.playbooks())
