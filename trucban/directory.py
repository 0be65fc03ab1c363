"""``trucban directory``: sheets of the directory out to a file and in from one, after a look."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from incidents.people.directory.sheets import SheetKind
from incidents.record.language import N_, Speech
from trucban.terminal import (
    NO,
    AsJson,
    Doer,
    Lang,
    Reader,
    answers,
    complain,
    put,
    put_json,
    put_table,
    says,
    voice,
)

if TYPE_CHECKING:
    from incidents.people.directory.importing import ImportLook

command = typer.Typer(
    help=says(N_("Danh bạ: xuất ra tệp CSV, nhập từ tệp CSV.")), no_args_is_help=True
)

Kind = Annotated[SheetKind, typer.Argument(help=says(N_("Danh sách nào.")))]


@command.command("export", help=says(N_("Xuất một danh sách của danh bạ ra tệp CSV.")))
@answers
def export(
    kind: Kind,
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", help=says(N_("Tệp ghi ra; bỏ trống thì in ra màn hình."))),
    ] = None,
    username: Reader = None,
    lang: Lang = None,
) -> None:
    from incidents.people.directory import exporting
    from incidents.record import database
    from incidents.rights.permissions import Deed
    from trucban import desk

    desk.require_ready()
    with database.reading() as session:
        desk.act(session, username, Deed.KEEP_DIRECTORY)
        text = exporting.sheet(session, kind, voice(lang).language)
    if output:
        output.write_bytes(text.encode())
    else:
        sys.stdout.buffer.write(text.encode())


@command.command("import", help=says(N_("Nhập một danh sách: xem thử, hoặc ghi với --confirm.")))
@answers
def import_(
    kind: Kind,
    file: Annotated[Path, typer.Argument(help=says(N_("Tệp CSV.")), exists=True, dir_okay=False)],
    *,
    username: Doer,
    confirm: Annotated[
        bool, typer.Option("--confirm", help=says(N_("Ghi vào danh bạ, tất cả hoặc không gì.")))
    ] = False,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    from incidents.people.directory import imported, importing
    from incidents.people.directory.imported import SheetFile
    from incidents.record import database
    from incidents.rights.permissions import Deed
    from trucban import desk

    desk.require_ready()
    sheet = SheetFile(file.name, file.read_bytes())
    with database.transaction() as session:
        by = desk.act(session, username, Deed.KEEP_DIRECTORY)
        found = importing.look(session, kind, sheet.text, by=by)
        if confirm and found.faults:
            imported.refuse(session, sheet, kind, refused=len(found.faults), by=by)
        elif confirm:
            importing.carry_out(session, kind, sheet, seen=found.digest, by=by)
    say = voice(lang)
    if as_json:
        put_json(_plain(found, say))
    else:
        _show(found, say, confirmed=confirm)
    if found.faults:
        raise typer.Exit(NO)


def _plain(found: "ImportLook", say: Speech) -> dict[str, Any]:
    return {
        "digest": found.digest,
        "changes": [
            {"line": c.line, "deed": c.deed, "subject": c.subject, "what": c.what}
            for c in found.changes
        ],
        "faults": [
            {"line": f.line, "detail": say.text(f.sentence, **f.values)} for f in found.faults
        ],
        "same": found.same,
    }


def _show(found: "ImportLook", say: Speech, *, confirmed: bool) -> None:
    if found.changes:
        put_table(
            [
                say.text(N_("Dòng")),
                say.text(N_("Kết quả")),
                say.text(N_("Của ai")),
                say.text(N_("Gì")),
            ],
            [
                [
                    str(c.line),
                    say.value(c.deed),
                    c.subject,
                    "; ".join(
                        f"{say.text(heading)}: {was or '–'} → {now or '–'}"
                        for heading, was, now in c.what
                    ),
                ]
                for c in found.changes
            ],
        )
    for fault in found.faults:
        said = say.text(fault.sentence, **fault.values)
        complain(f"{say.text(N_('Dòng %(line)s:'), line=fault.line)} {said}")
    if found.faults:
        complain(say.text(N_("Chưa có gì được ghi.")))
    elif confirmed:
        put(say.text(N_("Đã ghi %(count)s thay đổi."), count=len(found.changes)))
    else:
        put(
            say.text(
                N_("Sẽ có %(count)s thay đổi, %(same)s dòng giữ nguyên. Thêm --confirm để ghi."),
                count=len(found.changes),
                same=found.same,
            )
        )
