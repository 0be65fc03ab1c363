"""``trucban timeline``: everything that happened in an incident, with both times."""

from typing import Annotated

import typer

from incidents.record.language import N_
from trucban.terminal import AsJson, Lang, Reader, answers, marked, put, put_json, says, voice

command = typer.Typer()


@command.command(help=says(N_("Nhật ký diễn biến của một vụ việc.")))
@answers
def timeline(
    number: Annotated[str, typer.Argument(help=says(N_("Số vụ việc, ví dụ 2026-0001.")))],
    *,
    username: Reader = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    from dataclasses import asdict

    from incidents.insight import reading
    from incidents.matter import incidents
    from incidents.record import database
    from incidents.rights.permissions import Deed
    from trucban import desk

    desk.require_ready()
    say = voice(lang)
    with database.reading() as session:
        incident = incidents.by_number(session, number)
        desk.act(session, username, Deed.SEE_INCIDENT, incident)
        lines = reading.story(session, incident.id, say.language)
    if as_json:
        put_json([asdict(line) for line in lines])
        return
    put(marked(f"{incident.number} – {incident.title}", say, exercise=incident.exercise))
    for line in lines:
        put(f"{line.seq:>4}  {say.moment(line.happened_at)}  {line.text}")
        put(f"      {line.actor}, {line.via}")
        if line.back_dated:
            put("      " + say.text(N_("ghi lúc %(recorded_at)s"), recorded_at=line.recorded_at))
