"""``trucban status``: what waits at the desk now."""

from typing import TYPE_CHECKING, Any

import typer

from incidents.record.language import N_, Speech
from trucban.terminal import (
    AsJson,
    Lang,
    Reader,
    answers,
    marked,
    put,
    put_json,
    put_table,
    says,
    voice,
)

if TYPE_CHECKING:
    from uuid import UUID

    from sqlmodel import Session

command = typer.Typer()


@command.command(help=says(N_("Việc đang chờ: tin báo, vụ việc, tin gửi đi.")))
@answers
def status(*, username: Reader = None, lang: Lang = None, as_json: AsJson = False) -> None:
    from incidents.record import database
    from incidents.rights.permissions import Deed
    from trucban import desk

    desk.require_ready()
    with database.reading() as session:
        reader = desk.act(session, username, Deed.SEE_DESK).person_id
        found = _gather(session, reader)
    if as_json:
        put_json(found)
    else:
        _show(found, voice(lang))


def _gather(session: "Session", reader: "UUID | None") -> dict[str, Any]:
    from incidents.intake import signals
    from incidents.matter import incidents
    from incidents.response.steps import steps

    def row(incident: incidents.Incident) -> dict[str, Any]:
        waiting = [
            s for s in steps.of_incident(session, incident.id) if s.state in steps.ANSWERABLE
        ]
        return {
            "number": incident.number,
            "title": incident.title,
            "exercise": incident.exercise,
            "status": incident.status,
            "level": incident.level,
            "steps_waiting": len(waiting),
            "next_due": min((s.due_at for s in waiting if s.due_at), default=None),
        }

    return {
        "signals": [
            {
                "code": s.code,
                "exercise": s.exercise,
                "state": s.state,
                "flagged_at": s.flagged_at,
                "headline": s.headline,
            }
            for s in sorted(signals.waiting(session), key=lambda s: s.exercise)
        ],
        **{
            name: [
                row(each)
                for each in incidents.recent(
                    session, live_only=True, exercise=exercise, reader=reader
                )
            ]
            for name, exercise in (("incidents", False), ("exercises", True))
        },
        "messages": _messages(session),
    }


def _messages(session: "Session") -> dict[str, int]:
    from sqlalchemy import func
    from sqlmodel import col, select

    from incidents.record.outbox import MessageState, OutgoingMessage

    counted = dict.fromkeys(MessageState, 0) | dict(
        session.exec(
            select(OutgoingMessage.state, func.count(col(OutgoingMessage.id))).group_by(
                col(OutgoingMessage.state)
            )
        ).all()
    )
    return {str(state): count for state, count in counted.items()}


def _show(found: dict[str, Any], say: Speech) -> None:
    from incidents.record.outbox import MessageState

    put(say.text(N_("Vụ việc đang xử lý: %(count)s"), count=len(found["incidents"])))
    _show_incidents(found["incidents"], say)
    if found["exercises"]:
        put(say.text(N_("Diễn tập đang diễn ra: %(count)s"), count=len(found["exercises"])))
        _show_incidents(found["exercises"], say)
    real = [row for row in found["signals"] if not row["exercise"]]
    put(say.text(N_("Tin báo chờ sàng lọc: %(count)s"), count=len(real)))
    _show_rows(
        found["signals"], "headline", (N_("Mã"), N_("Trạng thái"), N_("Lúc"), N_("Nội dung")), say
    )
    counts = ", ".join(
        f"{say.value(MessageState(state))} {count}" for state, count in found["messages"].items()
    )
    put(say.text(N_("Tin gửi đi: %(counts)s"), counts=counts))


def _show_incidents(rows: list[dict[str, Any]], say: Speech) -> None:
    headings = (
        N_("Số"),
        N_("Vụ việc"),
        N_("Trạng thái"),
        N_("Cấp độ"),
        N_("Việc chờ"),
        N_("Hạn gần nhất"),
    )
    _show_rows(rows, "title", headings, say)


def _show_rows(
    rows: list[dict[str, Any]], words: str, headings: tuple[str, ...], say: Speech
) -> None:
    """A table whose ``words`` say which rows are of an exercise; nothing where there are none."""
    if not rows:
        return
    shown = [{**row, words: marked(row[words], say, exercise=row["exercise"])} for row in rows]
    put_table(
        [say.text(heading) for heading in headings],
        [[say.value(v) for k, v in row.items() if k != "exercise"] for row in shown],
    )
