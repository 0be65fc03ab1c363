"""``trucban duty``: who is on duty now, and who is next."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from incidents.record.language import N_, Speech
from trucban.terminal import AsJson, Lang, Reader, answers, put, put_json, put_table, says, voice

if TYPE_CHECKING:
    from sqlmodel import Session

command = typer.Typer()


@command.command(help=says(N_("Ai đang trực, ai trực tiếp theo.")))
@answers
def duty(
    *,
    at: Annotated[
        datetime | None,
        typer.Option("--at", help=says(N_("Thời điểm khác lúc này, theo giờ của tỉnh."))),
    ] = None,
    username: Reader = None,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    from incidents.record import clock, database
    from incidents.rights.permissions import Deed
    from trucban import desk

    desk.require_ready()
    moment = at.replace(tzinfo=clock.LOCAL) if at else clock.now()
    with database.reading() as session:
        desk.act(session, username, Deed.SEE_ROSTERS)
        found = _gather(session, moment)
    if as_json:
        put_json(found)
    else:
        _show(found, moment, voice(lang))


def _gather(session: "Session", moment: datetime) -> list[dict[str, Any]]:
    from incidents.people import persons
    from incidents.people.duty import schedule

    watches = schedule.on_duty(session, moment)
    shifts = [shift for watch in watches for shift in (*watch.now, *watch.next)]
    named = persons.names(session, {shift.person_id for shift in shifts})
    return [
        {
            "role": watch.role,
            **{
                when: [
                    {
                        "name": named[shift.person_id].name,
                        "telephone": named[shift.person_id].telephone,
                        "starts_at": shift.starts_at,
                        "ends_at": shift.ends_at,
                    }
                    for shift in whose
                ]
                for when, whose in (("now", watch.now), ("next", watch.next))
            },
        }
        for watch in watches
    ]


def _show(found: list[dict[str, Any]], moment: datetime, say: Speech) -> None:
    put(say.text(N_("Ca trực lúc %(at)s"), at=moment))
    nobody = say.text(N_("chưa có ai"))
    put_table(
        [
            say.text(heading)
            for heading in (
                N_("Vai"),
                N_("Đang trực"),
                N_("Điện thoại"),
                N_("Đến"),
                N_("Tiếp theo"),
            )
        ],
        [
            [
                say.value(row["role"]),
                ", ".join(each["name"] for each in row["now"]) or nobody,
                ", ".join(each["telephone"] for each in row["now"]) or "–",
                say.value(max((each["ends_at"] for each in row["now"]), default=None)),
                ", ".join(
                    f"{each['name']} ({say.moment(each['starts_at'])})" for each in row["next"]
                )
                or nobody,
            ]
            for row in found
        ],
    )
