"""``trucban flag``: report something seen."""

import mimetypes
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from incidents.record.errors import Invalid
from incidents.record.language import N_
from trucban.terminal import AsJson, Doer, answers, marked, put, put_json, says, voice

command = typer.Typer()


@command.command(help=says(N_("Báo tin: nội dung, đường dẫn, tệp. Cán bộ trực được báo ngay.")))
@answers
def flag(  # noqa: PLR0913 - one option for each thing that may be known
    text: Annotated[
        str, typer.Argument(help=says(N_("Nội dung thấy được; «-» để đọc từ đầu vào chuẩn.")))
    ] = "",
    *,
    username: Doer,
    url: Annotated[str, typer.Option(help=says(N_("Đường dẫn bài đăng.")))] = "",
    seen_where: Annotated[str, typer.Option(help=says(N_("Thấy ở đâu.")))] = "",
    reach: Annotated[int | None, typer.Option(help=says(N_("Lượt tiếp cận đến lúc này.")))] = None,
    reporter: Annotated[str, typer.Option(help=says(N_("Ai báo.")))] = "",
    reporter_contact: Annotated[str, typer.Option(help=says(N_("Liên hệ người báo.")))] = "",
    seen_at: Annotated[
        datetime | None,
        typer.Option(help=says(N_("Thấy lúc nào (giờ Việt Nam), ví dụ 2026-11-22T03:12."))),
    ] = None,
    file: Annotated[
        list[Path] | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            readable=True,
            help=says(N_("Ảnh chụp hoặc tệp; dùng được nhiều lần.")),
        ),
    ] = None,
    exercise: Annotated[
        bool,
        typer.Option(
            "--exercise",
            help=says(N_("Tin trong buổi diễn tập đang diễn ra; không có là tin thật.")),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    from incidents.intake import signals
    from incidents.record import clock, database
    from incidents.rights.permissions import Deed
    from trucban import desk

    desk.require_ready()
    said = _typed() if text == "-" else text
    files = [signals.File(p.read_bytes(), p.name, _media_type(p)) for p in file or []]
    with database.transaction() as session:
        signal = signals.flag(
            session,
            text=said,
            url=url,
            seen_where=seen_where,
            reach=reach,
            reporter=reporter,
            reporter_contact=reporter_contact,
            seen_at=seen_at.replace(tzinfo=clock.LOCAL) if seen_at else None,
            files=files,
            exercise=exercise,
            by=desk.act(session, username, Deed.FLAG),
        )
    if as_json:
        put_json(
            {
                "code": signal.code,
                "id": signal.id,
                "text_sha256": signal.text_sha256,
                "exercise": signal.exercise,
            }
        )
    else:
        said = voice().text(N_("Đã tiếp nhận tin báo %(code)s."), code=signal.code)
        put(marked(said, voice(), exercise=signal.exercise))


def _typed() -> str:
    """Standard input as UTF-8, whatever the terminal is set to."""
    try:
        said = sys.stdin.buffer.read().decode()
    except UnicodeDecodeError as error:
        raise Invalid(
            N_("Đầu vào không phải chữ UTF-8 (từ byte %(byte)s). Chưa có gì được ghi nhận."),
            byte=error.start + 1,
        ) from None
    if "\x00" in said:
        raise Invalid(N_("Nội dung có ký tự không dùng được. Chưa có gì được ghi nhận."))
    return said


def _media_type(path: Path) -> str:
    return mimetypes.guess_type(path.name)[0] or "application/octet-stream"
