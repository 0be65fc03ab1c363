"""Sheets of the directory: read as offices write them, looked at first, all or nothing."""

import hashlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from incidents.people import organisations
from incidents.people.directory import (
    contacts,
    exporting,
    imported,
    importing,
    keeping,
    postings,
    sheets,
)
from incidents.people.directory.imported import SheetFile
from incidents.people.directory.importing import ImportDeed, ImportLook
from incidents.people.directory.sheets import COLUMNS, SheetKind
from incidents.people.organisations import Organisation
from incidents.people.persons import ContactKind, ContactPoint, Person
from incidents.record import database
from incidents.record.actors import Actor, Via
from incidents.record.errors import Conflict, Invalid
from incidents.record.language import Language, speech
from incidents.record.timeline import DESK
from tests.harness import Desk

HEAD = "Mã cơ quan,Tên,Loại,Trực thuộc (mã),Hoạt động từ ngày,Đến hết ngày"
PEOPLE = "Họ tên;Mã cơ quan;Chức vụ;Điện thoại"
NUMBER = (
    "Số điện thoại ghi bằng chữ số, không ghi chữ; được có dấu cách, chấm, gạch nối, ngoặc "
    "và dấu + ở đầu."
)


def look(desk: Desk, kind: SheetKind, text: str) -> ImportLook:
    """A look, after which nothing may be different."""
    before = desk.picture(), everything()
    with database.transaction() as session:
        found = importing.look(session, kind, text, by=Actor(desk.cast.an.id, Via.DESK))
    assert (desk.picture(), everything()) == before, "a look changed something"
    return found


def everything() -> list[str]:
    with database.reading() as session:
        return [exporting.sheet(session, kind, each) for kind in SheetKind for each in Language]


def read_in(desk: Desk, kind: SheetKind, text: str) -> ImportLook:
    seen = look(desk, kind, text).digest
    return desk.do(importing.carry_out, kind, file(text), seen=seen, by=desk.cast.an)


def file(text: str, name: str = "danh-ba.csv") -> SheetFile:
    return SheetFile(name, text.encode())


def faults(found: ImportLook) -> list[tuple[int, str]]:
    say = speech(Language.VI)
    return [(f.line, say.text(f.sentence, **f.values)) for f in found.faults]


def body(code: str) -> Organisation:
    with database.reading() as session:
        return organisations.by_code(session, code)


def test_bodies_are_read_in_whatever_order_they_stand(desk: Desk) -> None:
    text = "\n".join(
        [
            HEAD,
            "XVAMLA,UBND xã Vàm Lá,Xã\\, phường,HBENGO,,".replace("Xã\\, phường", '"Xã, phường"'),
            "HBENGO,UBND huyện Bến Gỗ,district,UBND,01/01/2010,30/06/2025",
        ]
    )
    found = read_in(desk, SheetKind.ORGANISATIONS, text)
    assert [(c.line, c.deed, c.subject) for c in found.changes] == [
        (2, ImportDeed.CREATED, "UBND xã Vàm Lá"),
        (3, ImportDeed.CREATED, "UBND huyện Bến Gỗ"),
    ]
    assert body("XVAMLA").parent_id == body("HBENGO").id
    assert body("XVAMLA").kind == "commune"
    assert body("HBENGO").valid_to == date(2025, 6, 30)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_separators_marks_and_line_ends_are_all_read(
    separator: str, mark: str, newline: str
) -> None:
    lines = ["Họ tên,Mã cơ quan,Chức vụ", '"Lê Thị\nSen",SYT,"Y sĩ; trưởng trạm, xã"', "Tí,SYT,"]
    text = mark + newline.join(lines)
    if separator != ",":
        cells = [
            ["Họ tên", "Mã cơ quan", "Chức vụ"],
            ['"Lê Thị\nSen"', "SYT", '"Y sĩ; trưởng trạm, xã"'],
        ]
        text = mark + newline.join(separator.join(row) for row in [*cells, ["Tí", "SYT", ""]])
    rows, wrong = sheets.read(SheetKind.PEOPLE, text)
    assert not wrong
    assert [(r.line, r["name"], r["post"]) for r in rows] == [
        (2, "Lê Thị Sen", "Y sĩ; trưởng trạm, xã"),
        (4, "Tí", ""),
    ]


def test_headings_are_read_in_either_language_and_any_order() -> None:
    rows, _ = sheets.read(SheetKind.PEOPLE, "AGENCY CODE,ghi chú,NAME\nSYT,bỏ qua,Sen\n,,\n")
    assert [(r["name"], r["organisation"]) for r in rows] == [("Sen", "SYT")]


def test_a_sheet_without_its_columns_or_not_utf_8_is_refused_whole(desk: Desk) -> None:
    with desk.refused(Invalid, "thiếu cột: Họ tên, Mã cơ quan"):
        sheets.read(SheetKind.PEOPLE, "a,b\n1,2\n")
    with desk.refused(Invalid, "thiếu cột"):
        sheets.read(SheetKind.PEOPLE, "")
    with desk.refused(Invalid, "không phải UTF-8"):
        sheets.decoded("Sở".encode("utf-16"))
    with desk.refused(Invalid, "quá lớn"):
        sheets.decoded(b"x" * (sheets.LONGEST + 1))
    with desk.refused(Invalid, "có 501 dòng"):
        sheets.read(SheetKind.PEOPLE, PEOPLE + "\nTí;SYT;;" * 501)


def test_every_fault_is_named_by_its_line_and_nothing_is_written(desk: Desk) -> None:
    text = f"""{HEAD}
MOI,Sở Mới,department,UBND,,
LAC,Sở Lạc,department,KHONGCO,,
,Sở Không mã,department,,,
NGAY,Sở Ngày,department,,hôm qua,
SYT,Sở Y tế tên khác,department,,,
VONG1,Vòng 1,department,VONG2,,
VONG2,Vòng 2,department,VONG1,,
"""
    found = look(desk, SheetKind.ORGANISATIONS, text)
    assert [line for line, _ in faults(found)] == [3, 4, 5, 6, 7, 8]
    said = dict(faults(found))
    assert said[3] == "Không có cơ quan mã «KHONGCO»."
    assert said[4] == "Ghi mã cơ quan."
    assert "«hôm qua» không phải ngày" in said[5]
    assert "không sửa đè" in said[6]
    with desk.refused(Invalid, "còn 6 dòng lỗi"):
        desk.do(
            importing.carry_out,
            SheetKind.ORGANISATIONS,
            file(text),
            seen=found.digest,
            by=desk.cast.an,
        )


def test_whoever_is_new_has_a_day_and_a_number_that_can_be_read(desk: Desk) -> None:
    text = f"""{PEOPLE};Từ ngày
Lê Thị Sen;SYT;Y sĩ;0900 000 950;01/11/2026
Hồ Văn Tí;SYT;Y sĩ;;31/02/2026
Đào Thị Mận;SYT;Y sĩ;0900 000 951;hôm qua
Trần Văn Ổi;SYT;Y sĩ;xyz điện thoại;
Đặng Hồng Phúc;SYT;Phó Giám đốc;113 hoặc 114;
"""
    found = look(desk, SheetKind.PEOPLE, text)
    assert faults(found) == [
        (3, "«31/02/2026» không phải ngày; viết như 01/07/2025."),
        (4, "«hôm qua» không phải ngày; viết như 01/07/2025."),
        (5, NUMBER),
        (6, NUMBER),
    ]
    before = everything()
    with desk.refused(Invalid, "còn 4 dòng lỗi"):
        desk.do(
            importing.carry_out,
            SheetKind.PEOPLE,
            file(text),
            seen=found.digest,
            by=desk.cast.an,
        )
    assert everything() == before


@pytest.mark.parametrize("number", ["113", "+84 900 000 950", "(0299) 3.900-000", "0900000950"])
def test_a_number_is_taken_as_offices_write_it(desk: Desk, number: str) -> None:
    read_in(desk, SheetKind.PEOPLE, f"{PEOPLE}\nLê Thị Sen;SYT;Y sĩ;{number}\n")
    with database.reading() as session:
        sen = session.exec(select(Person).where(Person.name == "Lê Thị Sen")).one()
    assert sen.telephone == number


def test_a_number_from_before_stays_until_it_is_put_right(desk: Desk) -> None:
    with database.transaction() as session:
        phuc = session.get_one(Person, desk.cast.phuc.id)
        phuc.telephone = "tổng đài 113"
        session.add(phuc)
    line = f"{phuc.id};{phuc.name};SYT;{phuc.post}"
    assert look(desk, SheetKind.PEOPLE, f"Mã người;{PEOPLE}\n{line};tổng đài 113").same == 1
    found = look(desk, SheetKind.PEOPLE, f"Mã người;{PEOPLE}\n{line};tổng đài 114")
    assert [line for line, _ in faults(found)] == [2]


def test_a_line_with_too_few_columns_says_which(desk: Desk) -> None:
    text = f"{PEOPLE}\nLê Thị Sen\n\nHồ Văn Tí,SYT,Y sĩ,\n;;\nĐào Thị Mận;;;\nTrần Văn Ổi;SYT\n"
    found = look(desk, SheetKind.PEOPLE, text)
    assert faults(found) == [
        (2, "Dòng thiếu cột: Mã cơ quan."),
        (4, "Dòng thiếu cột: Mã cơ quan."),
        (6, "Ghi mã cơ quan."),
    ]
    assert [c.line for c in found.changes] == [7]
    say = speech(Language.EN)
    first = found.faults[0]
    assert say.text(first.sentence, **first.values) == "The line lacks columns: Agency code."
    with desk.refused(Invalid, "Dòng tiêu đề thiếu cột") as caught:
        sheets.read(SheetKind.PEOPLE, "a,b\n1,2\n")
    said = say.text(caught.value.message, **caught.value.values)
    assert said == "The heading lacks columns: Name, Agency code."


def test_a_line_beside_its_columns_is_not_passed_over() -> None:
    rows, wrong = sheets.read(SheetKind.PEOPLE, "TT;Họ tên;Mã cơ quan\n1;Sen;SYT\nTí,SYT\n3;;\n")
    assert ([r.line for r in rows], [f.line for f in wrong]) == ([2], [3])


def test_a_broken_quote_is_a_fault_of_its_line(desk: Desk) -> None:
    found = look(desk, SheetKind.PEOPLE, f'{PEOPLE}\nSen;SYT;Y sĩ;\n"Tí;SYT;;\n')
    assert [line for line, _ in faults(found)] == [3]


def test_only_what_was_looked_at_is_confirmed(desk: Desk) -> None:
    text = f"{PEOPLE}\nLê Thị Sen;SYT;Y sĩ;0900 000 950\n"
    seen = look(desk, SheetKind.PEOPLE, text).digest
    with desk.refused(Conflict, "hãy xem thử lại"):
        more = text + "Hồ Văn Tí;SYT;;\n"
        desk.do(importing.carry_out, SheetKind.PEOPLE, file(more), seen=seen, by=desk.cast.an)
    desk.do(importing.carry_out, SheetKind.PEOPLE, file(text), seen=seen, by=desk.cast.an)
    with desk.refused(Conflict, "hãy xem thử lại"):
        desk.do(importing.carry_out, SheetKind.PEOPLE, file(text), seen=seen, by=desk.cast.an)


def test_a_file_that_was_read_in_is_listed_by_its_name_and_bytes(desk: Desk) -> None:
    text = f"{PEOPLE}\nLê Thị Sen;SYT;Y sĩ;0900 000 950\n"
    sheet = SheetFile("nguoi.csv", text.encode("utf-8-sig"))
    with desk.refused(Invalid, "còn 1 dòng lỗi"):
        bad = file(text + "Tí;KHONGCO;;\n")
        desk.do(importing.carry_out, SheetKind.PEOPLE, bad, seen="x", by=desk.cast.an)
    seen = look(desk, SheetKind.PEOPLE, sheet.text).digest
    desk.do(importing.carry_out, SheetKind.PEOPLE, sheet, seen=seen, by=desk.cast.an)
    read_in(desk, SheetKind.PEOPLE, text + "Hồ Văn Tí;SYT;;\n")
    read_in(desk, SheetKind.PEOPLE, text)
    with database.reading() as session:
        last, first = imported.listed(session)
    assert (first.name, first.imported_by) == ("nguoi.csv", desk.cast.an.id)
    assert first.sha256 == hashlib.sha256(b"\xef\xbb\xbf" + text.encode()).hexdigest()
    assert [(f.created, f.changed, f.same) for f in (first, last)] == [(1, 0, 0), (1, 0, 1)]
    told = desk.timeline(DESK, Language.EN)[-1].text
    assert told.startswith("Read the CSV file danh-ba.csv into the directory (People, SHA-256 ")


def test_a_file_that_was_refused_is_listed_once_with_its_lines_at_fault(desk: Desk) -> None:
    bad = file(f"{PEOPLE}\nTí;KHONGCO;;\n", "hong.csv")
    for _ in range(2):
        desk.do(imported.refuse, bad, SheetKind.PEOPLE, refused=1, by=desk.cast.an)
    with database.reading() as session:
        (row,) = imported.listed(session)
    assert (row.name, row.sha256, row.created, row.refused) == ("hong.csv", bad.sha256, 0, 1)
    told = desk.timeline(DESK, Language.EN)[-1].text
    assert told.startswith("Refused the CSV file hong.csv (People, SHA-256 ")
    desk.do(imported.refuse, bad, SheetKind.PEOPLE, refused=1, by=desk.cast.tung)
    with database.reading() as session:
        assert len(imported.listed(session)) == 2


def test_people_are_entered_corrected_and_moved(desk: Desk) -> None:
    read_in(desk, SheetKind.PEOPLE, f"{PEOPLE}\nLê Thị Sen;SYT;Y sĩ;0900 000 950\n")
    found = read_in(desk, SheetKind.PEOPLE, f"{PEOPLE}\nLê Thị Sen;SYT;Y sĩ;0900 000 951\n")
    assert [c.what for c in found.changes] == [(("Điện thoại", "0900 000 950", "0900 000 951"),)]
    with database.reading() as session:
        sen = session.exec(select(Person).where(Person.name == "Lê Thị Sen")).one()
    moved = f"Mã người;{PEOPLE}\n{sen.id};Lê Thị Sen;UBP;Công chức;0900 000 951\n"
    found = read_in(desk, SheetKind.PEOPLE, moved)
    assert [what for what, *_ in found.changes[0].what] == ["Mã cơ quan", "Chức vụ"]
    with database.reading() as session:
        (before,) = postings.former(session, [sen.id])[sen.id]
    assert (before.organisation_id, before.post) == (body("SYT").id, "Y sĩ")


def test_a_sheet_makes_no_sign_ins_and_verifies_nothing(desk: Desk) -> None:
    text = "Họ tên;Mã cơ quan;Tên đăng nhập\nLê Thị Sen;SYT;sen\n"
    assert "quản trị viên cấp" in dict(faults(look(desk, SheetKind.PEOPLE, text)))[2]
    text = (
        "Mã cơ quan;Họ tên;Loại;Địa chỉ, số máy;Kiểm chứng lúc\n"
        "SYT;Đặng Hồng Phúc;điện thoại;0900 000 952;2026-11-01\n"
        "SYT;;zalo;Nhóm trực;\n"
        "SYT;Ai đó;zalo;x;\n"
        "SYT;;bồ câu;x;\n"
    )
    assert [line for line, _ in faults(look(desk, SheetKind.CONTACTS, text))] == [4, 5]
    read_in(desk, SheetKind.CONTACTS, "\n".join(text.splitlines()[:3]))
    with database.reading() as session:
        kinds = (ContactKind.TELEPHONE, ContactKind.ZALO)
        added = [p for p in session.exec(select(ContactPoint)) if p.channel in kinds]
    assert sorted((p.address, p.verified_at) for p in added) == [
        ("0900 000 952", None),
        ("Nhóm trực", None),
    ]


def _busy(desk: Desk) -> None:
    """Everything a directory can hold, awkward words among it."""
    by: dict[str, Any] = {"by": desk.cast.an}
    new = desk.do(
        keeping.found,
        "=M1",
        name='+Sở "Mới", mới',
        kind="tổ đặc biệt",
        parent_id=body("UBND").id,
        **by,
    )
    desk.do(
        keeping.change,
        new.id,
        name="'-Sở Mới\u200b hai",
        parent_id=None,
        starts_on=date(2026, 5, 1),
        basis="@1",
        **by,
    )
    merge = {"successors": [new.id], "happened_on": date(2026, 6, 1)}
    desk.do(keeping.succeed, [body("SYT").id], matter="báo chí", **merge, **by)
    desk.do(keeping.succeed, [body("CA").id], ends=False, **merge, **by)
    person = desk.do(
        postings.enter, "-Người", organisation_id=new.id, post="=1+1", telephone="+84 900", **by
    )
    desk.do(contacts.add, ContactKind.TELEPHONE, "+84 900 000 953", person_id=person.id, **by)
    desk.do(contacts.add, ContactKind.ZALO, "@nhóm; trực", organisation_id=new.id, **by)


def test_reading_the_export_in_changes_nothing(desk: Desk) -> None:
    _busy(desk)
    kinds = [kind for kind in SheetKind for _ in Language]
    for kind, text in zip(kinds, everything(), strict=True):
        found = look(desk, kind, text)
        assert (found.changes, faults(found)) == ([], []), kind
        assert found.same == len(text.splitlines()) - 1


def test_nothing_in_an_export_runs_in_a_spreadsheet(desk: Desk) -> None:
    import csv
    import io

    _busy(desk)
    for text in everything():
        assert text.startswith("\ufeff")
        for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))):
            assert not [cell for cell in row if cell[:1] in tuple("=+-@\t\r")]


CELLS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=30
)


@given(st.lists(st.fixed_dictionaries({"name": CELLS, "organisation": CELLS, "post": CELLS})))
def test_whatever_is_written_is_read_back(rows: list[dict[str, str]]) -> None:
    import unicodedata

    def kept(cell: str) -> str:
        return unicodedata.normalize("NFC", " ".join(cell.split()))

    clean = [{key: kept(cell) for key, cell in row.items()} for row in rows]
    clean = [row for row in clean if any(row.values())]
    read, wrong = sheets.read(
        SheetKind.PEOPLE, sheets.write(SheetKind.PEOPLE, clean, speech(Language.EN))
    )
    assert not wrong
    assert [{key: row[key] for key in ("name", "organisation", "post")} for row in read] == clean


def test_every_column_has_its_english_heading() -> None:
    for columns in COLUMNS.values():
        english = [speech(Language.EN).text(c.heading) for c in columns]
        assert len(set(english)) == len(columns)
        assert english != [c.heading for c in columns]
