"""``trucban directory``: a sheet out, a look, and in for good."""

from pathlib import Path

from tests.cast import Cast
from tests.trucban.conftest import Trucban

SHEET = "Họ tên;Mã cơ quan;Chức vụ\nLê Thị Sen;SYT;Y sĩ\n"


def test_a_sheet_goes_out_and_comes_back_unchanged(
    trucban: Trucban, office: Cast, tmp_path: Path
) -> None:
    out = tmp_path / "people.csv"
    assert trucban("directory", "export", "people", "--output", str(out)).code == 0
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    said = trucban("directory", "import", "people", str(out), "--as", "an", "--json")
    assert said.code == 0
    assert (said.json["changes"], said.json["faults"]) == ([], [])
    assert said.json["same"] == len(out.read_text("utf-8").splitlines()) - 1


def test_a_look_changes_nothing_and_confirming_does(
    trucban: Trucban, office: Cast, tmp_path: Path
) -> None:
    file = tmp_path / "new.csv"
    file.write_text(SHEET, "utf-8")
    seen = trucban("directory", "import", "people", str(file), "--as", "an")
    assert seen.code == 0
    assert "Sẽ có 1 thay đổi" in seen.out
    assert "Lê Thị Sen" not in trucban("directory", "export", "people").out
    done = trucban("directory", "import", "people", str(file), "--as", "an", "--confirm")
    assert "Đã ghi 1 thay đổi" in done.out
    assert "Lê Thị Sen" in trucban("directory", "export", "people").out


def test_a_fault_is_said_with_its_line_in_the_language_asked_for(
    trucban: Trucban, office: Cast, tmp_path: Path
) -> None:
    file = tmp_path / "wrong.csv"
    file.write_text(f"{SHEET}Hồ Văn Tí;KHONG;\n", "utf-8")
    words = ("directory", "import", "people", str(file), "--confirm", "--lang", "en")
    said = trucban(*words, "--as", "an")
    assert said.code == 1
    assert "Line 3: There is no agency with the code “KHONG”." in said.err
    assert "Lê Thị Sen" not in trucban("directory", "export", "people").out


def test_only_whoever_keeps_the_directory(trucban: Trucban, office: Cast, tmp_path: Path) -> None:
    file = tmp_path / "new.csv"
    file.write_text(SHEET, "utf-8")
    assert trucban("directory", "import", "people", str(file), "--as", "lan").code == 1
    assert trucban("directory", "export", "people", "--as", "lan").code == 1
