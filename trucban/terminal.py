"""How a command speaks: its language, its tables or JSON, its refusals and its exit codes."""

import functools
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from incidents.record.errors import GuardFailed, Invalid, Refusal
from incidents.record.language import N_, Language, Speech, speech

if TYPE_CHECKING:
    from rich.console import Console

NO = 1
"""The answer is no: refused, not found, not intact, something is wrong."""

WRONG_USAGE = 2
"""The command was not understood, or what it was given cannot be accepted."""

# A flag quotes strangers, and a stranger's escape sequence must not move the officer's cursor.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


_NO_TEXT = N_("Nội dung không phải chữ UTF-8 nên không đọc được. Chưa có gì được ghi nhận.")


def says(sentence: str) -> str:
    """A line of help in the language of the environment (read before any settings are)."""
    chosen = os.environ.get("TRUCBAN_LANGUAGE", "").lower()
    return speech(chosen if chosen in list(Language) else Language.VI).text(sentence)


AsJson = Annotated[
    bool, typer.Option("--json", help=says(N_("In ra JSON cho chương trình khác đọc.")))
]
Lang = Annotated[
    Language | None,
    typer.Option("--lang", help=says(N_("Ngôn ngữ in ra; mặc định theo thiết lập của bàn trực."))),
]
Reader = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="USERNAME",
        envvar="TRUCBAN_AS",
        help=says(N_("Người xem; mặc định là quản trị viên của bàn trực.")),
    ),
]
Doer = Annotated[
    str,
    typer.Option(
        "--as",
        metavar="USERNAME",
        envvar="TRUCBAN_AS",
        help=says(N_("Tên đăng nhập của người thực hiện.")),
    ),
]


def voice(language: Language | None = None) -> Speech:
    """The speech of a command: the language asked for, else the desk's."""
    from incidents.record import settings

    return speech(language or settings.current().language)


def answers(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command refuse: its sentence goes to standard error, its kind decides the exit code."""

    @functools.wraps(command)
    def spoken(*args: Any, **options: Any) -> None:
        _check_settings()
        try:
            command(*args, **options)
        except Refusal as refusal:
            refuse(refusal, voice(options.get("lang")))
        except UnicodeEncodeError:
            # What the terminal handed over as an argument is no text (PEP 383).
            complain(voice(options.get("lang")).text(_NO_TEXT))
            raise typer.Exit(WRONG_USAGE) from None
        except BrokenPipeError:
            # The reader (head, less) has seen enough.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        except OSError as error:
            _refuse_file(error)
        except _of_the_database() as error:
            _refuse_database(error)

    return spoken


def _of_the_database() -> tuple[type[Exception], ...]:
    """What says that the database cannot be reached or used; loaded only when something broke."""
    from sqlalchemy.exc import DBAPIError

    return (DBAPIError,)


def _refuse_database(error: Any) -> NoReturn:
    from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

    if type(error) not in (DatabaseError, InterfaceError, OperationalError):
        raise error  # what the database refuses of ours is a fault of ours
    why = str(error.orig).strip().splitlines()
    complain(
        voice().text(
            N_("Không mở được cơ sở dữ liệu: %(why)s"), why=why[0] if why else type(error).__name__
        )
    )
    raise typer.Exit(NO) from None


def _refuse_file(error: OSError) -> NoReturn:
    """A file or folder that cannot be read or written; anything else is a fault of ours."""
    if error.filename is None:
        raise error
    complain(
        voice().text(
            N_("Không đọc hoặc ghi được %(where)s: %(why)s"),
            where=str(error.filename),
            why=error.strerror or str(error),
        )
    )
    raise typer.Exit(NO) from None


def _check_settings() -> None:
    from pydantic import ValidationError

    from incidents.record import settings

    try:
        settings.current()
    except ValidationError as error:
        from incidents.response.steps import forms

        for name, (why, values) in forms.in_sentences(error.errors()).items():
            sentence = says(N_("Thiết lập %(name)s không dùng được: %(why)s"))
            told = {"name": f"TRUCBAN_{name.upper()}", "why": says(why) % values}
            complain(sentence % told)
        raise typer.Exit(WRONG_USAGE) from None


def refuse(refusal: Refusal, say: Speech) -> NoReturn:
    """Say a refusal with everything it names, and leave with its code."""
    complain(say.text(refusal.message, **refusal.values))
    if isinstance(refusal, GuardFailed):
        for sentence, values in refusal.missing:
            complain("  – " + say.text(sentence, **values))
    if isinstance(refusal, Invalid):
        for name, (sentence, values) in refusal.fields.items():
            complain(f"  {name}: " + say.text(sentence, **values))
        raise typer.Exit(WRONG_USAGE)
    raise typer.Exit(NO)


def marked(words: str, say: Speech, *, exercise: bool) -> str:
    """Words about an incident; those about an exercise say so first, wherever they are printed."""
    return f"{say.text(N_('[DIỄN TẬP]'))} {words}" if exercise else words


def complain(line: str) -> None:
    """A line on standard error."""
    typer.echo(clean(line), err=True)


def put(line: str = "") -> None:
    """A line on standard output."""
    typer.echo(clean(line))


def put_json(value: Any) -> None:
    """A JSON document on standard output; moments as ISO 8601 in UTC."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> str:
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def put_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """A table on standard output; in a pipe it is as wide as it needs to be."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(clean(cell)) for cell in row))
    console().print(table)


def console() -> "Console":
    """The terminal, or a wide sheet where there is none."""
    from rich.console import Console

    return Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else 160)


def clean(text: str) -> str:
    """Text without control characters, so that nothing quoted can draw on the terminal."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
