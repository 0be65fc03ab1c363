"""``trucban playbooks``: what is on offer here, how one reads, and a rehearsal on paper."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from incidents.record.language import N_, Language, Speech, speech
from trucban.terminal import (
    NO,
    AsJson,
    Lang,
    answers,
    complain,
    put,
    put_json,
    put_table,
    says,
    voice,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from flows.installed import Unusable
    from flows.playbook import Playbook
    from flows.rehearsing import Planned
    from incidents.insight.handbook import Handbook, HandbookStep
    from incidents.response.steps.catalog import PlaybookVersion

command = typer.Typer(
    help=says(N_("Kịch bản ứng phó: liệt kê, xem, diễn thử.")), no_args_is_help=True
)

Code = Annotated[str, typer.Argument(help=says(N_("Mã kịch bản, ví dụ TIN_GIA_MXH.")))]


@command.command("list", help=says(N_("Các kịch bản của bản cài đặt này.")))
@answers
def list_(*, lang: Lang = None, as_json: AsJson = False) -> None:
    from flows import catalogue, installed

    say, here = voice(lang), installed.everything()
    rows = [
        {
            "code": each.code,
            "version": each.version,
            "title": words["title"],
            "steps": len(words["steps"]),
            "own": each in here.own,
        }
        for each, words in ((each, catalogue.words(each, say.language)) for each in here.playbooks)
    ]
    if as_json:
        put_json(rows)
    else:
        headings = (N_("Mã"), N_("Bản"), N_("Tên"), N_("Số bước"), N_("Riêng của đơn vị"))
        put_table(
            [say.text(h) for h in headings], [[say.value(c) for c in r.values()] for r in rows]
        )
    _complain_of(here.unusable, say)


@command.command(help=says(N_("Soát kịch bản: mọi nhánh, lời văn hai ngôn ngữ, mẫu văn bản.")))
@answers
def check(
    code: Annotated[
        str | None, typer.Argument(help=says(N_("Một mã; mặc định soát mọi kịch bản.")))
    ] = None,
    *,
    lang: Lang = None,
) -> None:
    from flows import installed, proofreading

    say, here = voice(lang), installed.everything()
    sound = not here.unusable
    for playbook in [_find(code)] if code else here.playbooks:
        found = proofreading.faults(playbook)
        sound = sound and not found
        put(f"{playbook.name}: {say.text(N_('có lỗi') if found else N_('không có lỗi'))}")
        for fault in found:
            put("  – " + say.text(fault.sentence, **fault.values))
    _complain_of(here.unusable, say)
    if not sound:
        raise typer.Exit(NO)


def _complain_of(unusable: "Sequence[Unusable]", say: Speech) -> None:
    for each in unusable:
        complain(f"{each.package}: {say.text(each.sentence)} {each.error}".rstrip())


@command.command(help=says(N_("Trang cẩm nang của một kịch bản: việc, vai, hạn, biểu mẫu.")))
@answers
def show(code: Code, *, lang: Lang = None, as_json: AsJson = False) -> None:
    from flows import catalogue

    say = voice(lang)
    row = catalogue.read(_find(code))
    if as_json:
        words = row.texts[say.language]
        put_json({"code": row.code, "version": row.version, "texts": words, **row.outline})
        return
    book = _handbook(row, say)
    put(f"{book.code} · {book.title}")
    put(book.gist)
    put()
    _show_steps(book, say)
    for step in book.steps:
        put()
        put(step.title)
        put(f"  {step.gist}")
        for label, values in _details(step, say):
            put(f"  {say.text(label)}: {values}")
    if book.templates:
        put()
        put(say.text(N_("Mẫu văn bản:")))
        for name, title in book.templates.items():
            put(f"  {name} – {title}")


def _show_steps(book: "Handbook", say: Speech) -> None:
    from incidents.matter.severity import Level

    levels = [level for level in Level if level > Level.WATCH]
    headings = [N_("Việc"), N_("Vai"), N_("Quá hạn chuyển cho"), N_("Bắt buộc")]
    put_table(
        [
            *(say.text(h) for h in headings[:3]),
            *(say.text(N_("Hạn cấp %(level)s"), level=int(level)) for level in levels),
            say.text(headings[3]),
        ],
        [
            [
                step.title,
                say.value(step.role),
                say.value(step.then),
                *(", ".join(step.hours) or say.value(step.due[level]) for level in levels),
                say.value(step.mandatory),
            ]
            for step in book.steps
        ],
    )


def _every_day(step: "HandbookStep", say: Speech) -> str:
    each = say.text(N_("%(hours)s hằng ngày"), hours=", ".join(step.hours))
    return f"{each}, {say.text(N_('giao trước %(length)s'), length=min(step.due.values()))}"


def _details(step: "HandbookStep", say: Speech) -> list[tuple[str, str]]:
    told = [
        (N_("Sau"), "; ".join(step.after)),
        (N_("Khi"), "; ".join(step.when)),
        *([(N_("Hạn"), _every_day(step, say))] if step.hours else []),
        (N_("Biểu mẫu"), f"{step.heading} – {'; '.join(step.questions)}"),
        (N_("Mẫu văn bản"), step.template or ""),
    ]
    return [(label, values) for label, values in told if values]


@command.command(help=says(N_("Diễn thử trên giấy: ai được giao việc gì, lúc nào; các nhánh.")))
@answers
def rehearse(
    code: Code,
    *,
    level: Annotated[
        int, typer.Option(min=0, max=4, help=says(N_("Cấp độ để tính hạn, từ 0 đến 4.")))
    ] = 3,
    lang: Lang = None,
    as_json: AsJson = False,
) -> None:
    from flows import catalogue, rehearsing
    from incidents.matter.severity import SHIPPED, Level

    say, playbook = voice(lang), _find(code)
    row = catalogue.read(playbook)
    book = _handbook(row, say)
    shipped = SHIPPED[Level(level)]
    planned = rehearsing.rehearse(
        playbook, Level(level), shipped.due_percent, taking=shipped.acknowledge_within
    )
    silent = [
        f"{each.value}: {key}" for each in Language for key in _handbook(row, speech(each)).silent
    ]
    if as_json:
        titles = {step.key: step.title for step in book.steps}
        put_json(
            {
                "level": level,
                "sequence": rehearsing.as_rows(planned, titles),
                "branches": [
                    {"about": each.about, "ways": [vars(way) for way in each.ways]}
                    for each in book.choices
                ],
                "paths": row.outline["paths"],
                "edges": row.outline["edges"],
                "silent": silent,
            }
        )
    else:
        _show_sequence(book, planned, level, say)
        _show_branches(book, row.outline, say)
        for each in silent:
            put(say.text(N_("Thiếu lời văn: %(step)s"), step=each))
    if silent:
        raise typer.Exit(NO)


def _show_sequence(book: "Handbook", planned: "Sequence[Planned]", level: int, say: Speech) -> None:
    titles = {step.key: step.title for step in book.steps}
    # Of what comes round and round, two rounds are shown: the others read the same.
    shown = [each for each in planned if each.key in titles]
    put(f"{book.code} · {book.title}")
    put(
        say.text(
            N_(
                "Diễn thử trên giấy ở cấp độ %(level)s, tính từ lúc mở; ai cũng làm hết hạn của "
                "mình. Không tin nào được gửi, không đọc dữ liệu."
            ),
            level=level,
        )
    )
    put()
    headings = (
        N_("Giao lúc"),
        N_("Nhận trước"),
        N_("Xong trước"),
        N_("Vai"),
        N_("Việc"),
        N_("Quá hạn chuyển cho"),
    )
    put_table(
        [say.text(heading) for heading in headings],
        [
            [
                on_paper(each.asked, say),
                on_paper(each.taken_by, say),
                on_paper(each.due, say) + (f" ({say.time(each.hour)})" if each.hour else ""),
                say.value(each.role),
                titles[each.key] + ("" if each.mandatory else f" ({say.text(N_('tùy chọn'))})"),
                say.value(each.then),
            ]
            for each in shown
        ],
    )
    if len(shown) < len(planned):
        put(
            say.text(
                N_("… và thêm %(count)s việc của các vòng lặp sau, cùng nhịp như trên."),
                count=len(planned) - len(shown),
            )
        )


def on_paper(length: "timedelta", say: Speech) -> str:
    """A time since the opening: +1:20, or after a day or more +2 days 1:20."""
    days, rest = divmod(round(length.total_seconds() / 60), 24 * 60)
    clock = f"{rest // 60}:{rest % 60:02}"
    return (
        f"+{clock}"
        if not days
        else say.text(N_("+%(days)s ngày %(clock)s"), days=days, clock=clock)
    )


def _show_branches(book: "Handbook", outline: dict[str, Any], say: Speech) -> None:
    put()
    put(
        say.text(
            N_("Các nhánh (%(paths)s đường đi qua %(steps)s bước):"),
            paths=outline["paths"],
            steps=len(outline["steps"]),
        )
    )
    if book.caveat:
        put(book.caveat)
    for choice in book.choices:
        put(f"  {choice.about}: {' / '.join(way.words for way in choice.ways)}")
        for way in choice.ways:
            if way.opens:
                put(f"      {way.words} → {'; '.join(way.opens)}")


def _handbook(row: "PlaybookVersion", say: Speech) -> "Handbook":
    from incidents.insight.handbook import Handbook
    from incidents.matter.severity import SHIPPED

    percent = {int(level): shipped.due_percent for level, shipped in SHIPPED.items()}
    return Handbook(row, percent, say.language)


def _find(code: str) -> "Playbook":
    from flows import installed
    from incidents.record.errors import NotFound

    found = [each for each in installed.playbooks() if each.code == code.upper()]
    if found:
        return max(found, key=lambda each: each.version)
    raise NotFound(N_("Không có kịch bản ứng phó mã %(code)s."), code=code)
