"""``trucban playbooks``: what is on offer here, how one reads, and a walk down its every branch."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from incidents.record.language import N_, Speech
from trucban.terminal import NO, AsJson, Lang, answers, put, put_json, put_table, says, voice

if TYPE_CHECKING:
    from flows.playbook import Playbook

command = typer.Typer(
    help=says(N_("Kịch bản ứng phó: liệt kê, xem, diễn thử.")), no_args_is_help=True
)

Code = Annotated[str, typer.Argument(help=says(N_("Mã kịch bản, ví dụ TIN_GIA_MXH.")))]


@command.command("list", help=says(N_("Các kịch bản của bản cài đặt này.")))
@answers
def list_(*, lang: Lang = None, as_json: AsJson = False) -> None:
    from flows import catalogue
    from playbooks.catalog import PLAYBOOKS

    say = voice(lang)
    rows = [
        {
            "code": row.code,
            "version": row.version,
            "title": row.texts[say.language]["title"],
            "steps": len(row.outline["steps"]),
        }
        for row in map(catalogue.read, PLAYBOOKS)
    ]
    if as_json:
        put_json(rows)
        return
    headings = (N_("Mã"), N_("Bản"), N_("Tên"), N_("Số bước"))
    put_table([say.text(h) for h in headings], [[say.value(c) for c in r.values()] for r in rows])


@command.command(help=says(N_("Các bước của một kịch bản: việc, vai, hạn ở cấp độ 3.")))
@answers
def show(code: Code, *, lang: Lang = None, as_json: AsJson = False) -> None:
    from datetime import timedelta

    from flows import catalogue
    from incidents.people.roles import Role

    say = voice(lang)
    row = catalogue.read(_find(code))
    words = row.texts[say.language]
    if as_json:
        put_json({"code": row.code, "version": row.version, "texts": words, **row.outline})
        return
    put(f"{row.code} · {words['title']}")
    put(words["gist"])
    put()
    headings = (N_("Việc"), N_("Vai"), N_("Hạn"), N_("Bắt buộc"))
    put_table(
        [say.text(h) for h in headings],
        [
            [
                words["steps"].get(step["key"], {}).get("title", step["key"]),
                say.value(Role(step["role"])),
                say.value(timedelta(minutes=step["due_minutes"])),
                say.value(step["mandatory"]),
            ]
            for step in row.outline["steps"]
        ],
    )


@command.command(help=says(N_("Đi thử mọi nhánh; thiếu lời văn thì thoát với 1.")))
@answers
def rehearse(code: Code, *, lang: Lang = None, as_json: AsJson = False) -> None:
    from flows import catalogue

    say = voice(lang)
    row = catalogue.read(_find(code))
    silent = [
        f"{language}: {step['key']}"
        for language, words in row.texts.items()
        for step in row.outline["steps"]
        if step["key"] not in words["steps"]
    ]
    if as_json:
        put_json({"paths": row.outline["paths"], "edges": row.outline["edges"], "silent": silent})
    else:
        _show_ways(row.outline, row.texts[say.language]["steps"], say)
        for each in silent:
            put(say.text(N_("Thiếu lời văn: %(step)s"), step=each))
    if silent:
        raise typer.Exit(NO)


def _show_ways(outline: dict[str, Any], words: dict[str, Any], say: Speech) -> None:
    from trucban import ways

    put(
        say.text(
            N_("Đã đi %(paths)s nhánh qua %(steps)s bước:"),
            paths=outline["paths"],
            steps=len(outline["steps"]),
        )
    )
    for line in ways.lines(outline, words, say):
        put(line)


def _find(code: str) -> "Playbook":
    from incidents.record.errors import NotFound
    from playbooks.catalog import PLAYBOOKS

    for playbook in reversed(PLAYBOOKS):
        if playbook.code == code.upper():
            return playbook
    raise NotFound(N_("Không có kịch bản ứng phó mã %(code)s."), code=code)
