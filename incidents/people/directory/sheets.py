"""Sheets of the directory: CSV as offices write it, read with every slip named by its line.

UTF-8 with or without a byte-order mark, commas, semicolons or tabs. A cell that a spreadsheet
would run as a formula is written with an apostrophe before it, which reading takes away again.
"""

import csv
import io
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from incidents.record.errors import Invalid
from incidents.record.language import N_, Labelled, Language, Speech, speech

LONGEST = 1024 * 1024
"""Bytes of a file."""

MOST_ROWS = 500
"""A sheet is read in one transaction: on SQLite the whole desk waits for it, so it stays short."""

_SEPARATORS = (",", ";", "\t")
# What Excel, LibreOffice and Google Sheets take for the beginning of a formula, wide forms too.
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


class SheetKind(Labelled):
    """What a sheet lists."""

    ORGANISATIONS = "organisations", N_("Cơ quan")
    SUCCESSIONS = "successions", N_("Sáp nhập, chia tách")
    PEOPLE = "people", N_("Người")
    CONTACTS = "contacts", N_("Liên hệ")


@dataclass(frozen=True)
class SheetColumn:
    """A column by its name in the code, its heading, and whether it must be there."""

    key: str
    heading: str
    needed: bool = False

    def said(self, say: Speech) -> str:
        """Its heading in the words of a language."""
        return say.text(self.heading)


_CODE = N_("Mã cơ quan")
_FROM = N_("Từ ngày")
COLUMNS: Mapping[SheetKind, tuple[SheetColumn, ...]] = {
    SheetKind.ORGANISATIONS: (
        SheetColumn("code", _CODE, needed=True),
        SheetColumn("name", N_("Tên"), needed=True),
        SheetColumn("kind", N_("Loại")),
        SheetColumn("parent", N_("Trực thuộc (mã)")),
        SheetColumn("valid_from", N_("Hoạt động từ ngày")),
        SheetColumn("valid_to", N_("Đến hết ngày")),
        SheetColumn("applies_from", N_("Tên, vị trí áp dụng từ ngày")),
        SheetColumn("basis", N_("Căn cứ")),
    ),
    SheetKind.SUCCESSIONS: (
        SheetColumn("predecessor", N_("Mã cơ quan cũ"), needed=True),
        SheetColumn("successor", N_("Mã cơ quan kế thừa"), needed=True),
        SheetColumn("happened_on", _FROM, needed=True),
        SheetColumn("matter", N_("Phần việc")),
        SheetColumn("ends", N_("Cơ quan cũ kết thúc")),
        SheetColumn("basis", N_("Căn cứ")),
    ),
    SheetKind.PEOPLE: (
        SheetColumn("id", N_("Mã người")),
        SheetColumn("name", N_("Họ tên"), needed=True),
        SheetColumn("organisation", _CODE, needed=True),
        SheetColumn("post", N_("Chức vụ")),
        SheetColumn("telephone", N_("Điện thoại")),
        SheetColumn("language", N_("Ngôn ngữ")),
        SheetColumn("username", N_("Tên đăng nhập")),
        SheetColumn("starts_on", _FROM),
    ),
    SheetKind.CONTACTS: (
        SheetColumn("id", N_("Mã liên hệ")),
        SheetColumn("organisation", _CODE, needed=True),
        SheetColumn("person", N_("Mã người")),
        SheetColumn("name", N_("Họ tên")),
        SheetColumn("kind", N_("Loại"), needed=True),
        SheetColumn("address", N_("Địa chỉ, số máy"), needed=True),
        SheetColumn("position", N_("Thứ tự")),
        SheetColumn("verified_at", N_("Kiểm chứng lúc")),
    ),
}


@dataclass(frozen=True)
class SheetRow:
    """One record with the line it begins in; every column has a value, which may be empty."""

    line: int
    values: Mapping[str, str]

    def __getitem__(self, key: str) -> str:
        return self.values[key]


@dataclass(frozen=True)
class SheetFault:
    """What is wrong with a line, for people."""

    line: int
    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


def decoded(data: bytes) -> str:
    """The text of a file; ``Invalid`` when it is not UTF-8 or too long."""
    if len(data) > LONGEST:
        raise Invalid(N_("Tệp quá lớn; mỗi lần nhập tối đa 1 MB."))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Invalid(
            N_("Tệp không phải UTF-8. Trong Excel, chọn Lưu thành «CSV UTF-8» rồi gửi lại.")
        ) from None


def read(kind: SheetKind, text: str) -> tuple[list[SheetRow], list[SheetFault]]:
    """The rows of a sheet, and what cannot be read; ``Invalid`` without a heading to go by."""
    text = text.removeprefix("\ufeff")
    separator = max(_SEPARATORS, key=lambda each: len(_headings(kind, text, each)))
    found = _headings(kind, text, separator)
    if missing := _missing(kind, found.values()):
        raise Invalid(N_("Dòng tiêu đề thiếu cột: %(columns)s."), columns=missing)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[SheetRow] = []
    faults: list[SheetFault] = []
    empty = {column.key: "" for column in COLUMNS[kind]}
    begins = 1
    try:
        next(records)
        begins = records.line_num + 1
        for cells in records:
            given = {
                found[place]: _plain(cell) for place, cell in enumerate(cells) if place in found
            }
            if any(cell.strip() for cell in cells) and (missing := _missing(kind, given)):
                faults.append(
                    SheetFault(begins, N_("Dòng thiếu cột: %(columns)s."), {"columns": missing})
                )
            elif any(given.values()):
                rows.append(SheetRow(begins, empty | given))
            begins = records.line_num + 1
    except csv.Error:
        faults.append(SheetFault(begins, N_("Dấu nháy kép hoặc ô trong dòng này không đọc được.")))
    if len(rows) + len(faults) > MOST_ROWS:
        raise Invalid(
            N_("Tệp có %(count)s dòng; mỗi lần nhập tối đa %(most)s dòng, hãy chia nhỏ."),
            count=len(rows) + len(faults),
            most=MOST_ROWS,
        )
    return rows, faults


def _missing(kind: SheetKind, present: Collection[str]) -> list[SheetColumn]:
    return [column for column in COLUMNS[kind] if column.needed and column.key not in present]


def _headings(kind: SheetKind, text: str, separator: str) -> dict[int, str]:
    """Place of a column → its key, by what stands in the first line."""
    try:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
    except csv.Error:
        return {}
    known = {
        _same(name): column.key
        for column in COLUMNS[kind]
        for name in (
            column.key,
            column.heading,
            speech(Language.EN).text(column.heading),
        )
    }
    places: dict[int, str] = {}
    for place, cell in enumerate(first):
        key = known.get(_same(_plain(cell)))
        if key and key not in places.values():
            places[place] = key
    return places


def write(kind: SheetKind, rows: Iterable[Mapping[str, str]], say: Speech) -> str:
    """A sheet as spreadsheets open it: byte-order mark, headings, nothing that would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    columns: Sequence[SheetColumn] = COLUMNS[kind]
    writer.writerow([say.text(column.heading) for column in columns])
    for row in rows:
        writer.writerow([_harmless(row.get(column.key, "")) for column in columns])
    return "\ufeff" + out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith((*_FORMULA, "'")) else cell


def _plain(cell: str) -> str:
    cell = unicodedata.normalize("NFC", " ".join(cell.split()))
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith((*_FORMULA, "'")) else cell


def _same(name: str) -> str:
    return " ".join(name.split()).casefold()
