"""``trucban open``: open an incident from a flag, or an exercise without one."""

from typing import Annotated

import typer

from incidents.record.language import N_
from trucban.terminal import AsJson, Doer, answers, marked, put, put_json, says, voice

command = typer.Typer()


@command.command(name="open", help=says(N_("Mở vụ việc từ một tin báo, theo một kịch bản.")))
@answers
def open_incident(
    code: Annotated[
        str, typer.Argument(help=says(N_("Mã tin báo; bỏ trống chỉ khi diễn tập.")))
    ] = "",
    *,
    username: Doer,
    title: Annotated[str, typer.Option(help=says(N_("Tên ngắn của vụ việc.")))],
    level: Annotated[int, typer.Option(min=0, max=4, help=says(N_("Cấp độ tạm, từ 0 đến 4.")))],
    playbook: Annotated[str, typer.Option(help=says(N_("Mã kịch bản ứng phó.")))] = "TIN_GIA_MXH",
    nature: Annotated[
        str, typer.Option(help=says(N_("Bản chất: claim, opinion, complaint, question.")))
    ] = "claim",
    place: Annotated[str, typer.Option(help=says(N_("Địa bàn.")))] = "",
    exercise: Annotated[
        bool, typer.Option("--exercise", help=says(N_("Đây là diễn tập.")))
    ] = False,
    as_json: AsJson = False,
) -> None:
    from incidents.intake import signals
    from incidents.intake.signals import Nature, SignalState
    from incidents.record import database
    from incidents.record.errors import Invalid
    from incidents.response.life import opening
    from incidents.rights.permissions import Deed
    from trucban import desk

    desk.require_ready()
    if nature not in list(Nature):
        raise Invalid(fields={"nature": (N_("Hãy chọn một trong các mục."), {})})
    if not code and not exercise:
        raise Invalid(fields={"code": (N_("Nêu mã tin báo; chỉ diễn tập mới không cần."), {})})
    with database.transaction() as session:
        signal = signals.by_code(session, code) if code else None
        by = desk.act(session, username, Deed.OPEN, signal)
        if signal and signal.state is SignalState.NEW:
            # Opening at once is taking it: nobody else needs to be woken for it.
            desk.act(session, username, Deed.TRIAGE, signal)
            signals.acknowledge(session, signal.id, by=by)
        incident = opening.open(
            session,
            playbook=playbook,
            level=level,
            title=title,
            signal_id=signal.id if signal else None,
            nature=Nature(nature),
            place=place,
            exercise=exercise,
            by=by,
        )
    if as_json:
        put_json(
            {
                "number": incident.number,
                "id": incident.id,
                "level": incident.level,
                "exercise": exercise,
            }
        )
    else:
        said = voice().text(N_("Đã mở vụ việc %(number)s."), number=incident.number)
        put(marked(said, voice(), exercise=incident.exercise))
