"""The command line: one module a command, loaded light; what a command needs, it imports itself."""

import typer

from incidents.record.language import N_
from trucban import (
    api,
    demo,
    directory,
    doctor,
    duty,
    engine,
    flag,
    migrate,
    open,
    password,
    playbooks,
    serve,
    status,
    timeline,
    verify,
    worker,
)
from trucban.terminal import says

app = typer.Typer(
    help=says(N_("Trực Ban: bàn trực ứng phó sự cố, khủng hoảng truyền thông.")),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["--help", "-h"]},
)
for module in (
    serve,
    api,
    engine,
    worker,
    migrate,
    demo,
    flag,
    open,
    status,
    duty,
    timeline,
    verify,
    doctor,
    password,
):
    app.add_typer(module.command)
app.add_typer(playbooks.command, name="playbooks")
app.add_typer(directory.command, name="directory")
