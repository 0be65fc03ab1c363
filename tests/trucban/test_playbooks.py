"""What an office reads before a drill: the handbook page and a rehearsal on paper, by command."""

from pathlib import Path

import pytest

from playbooks.catalog import PLAYBOOKS
from tests.trucban.conftest import Trucban

VIETNAMESE = ("Soạn thông tin ban đầu", "Thư ký Tổ công tác", "Tổ công tác: được kích hoạt ngay")
ENGLISH = ("Draft the", "Secretary", "Task force: activated at once")


@pytest.mark.parametrize(("lang", "says"), [("vi", VIETNAMESE), ("en", ENGLISH)])
def test_a_rehearsal_prints_who_is_asked_when_and_the_branches(
    trucban: Trucban, own_settings: Path, lang: str, says: tuple[str, ...]
) -> None:
    said = trucban("playbooks", "rehearse", "tin_gia_mxh", "--lang", lang)

    assert said.code == 0, said.err
    for words in says:
        assert words in said.out
    assert "+0:20" in said.out
    assert not own_settings.exists(), "a rehearsal on paper touched the data folder"


def test_the_level_of_a_rehearsal_is_chosen_and_three_by_itself(trucban: Trucban) -> None:
    def due(*words: str) -> list[float]:
        found = trucban("playbooks", "rehearse", "TIN_GIA_MXH", "--json", *words).json
        return [each["due_minutes"] for each in found["sequence"]][:2]

    assert due() == due("--level", "3") == [10.0, 20.0]
    assert due("--level", "4") == [5.0, 10.0]
    assert trucban("playbooks", "rehearse", "TIN_GIA_MXH", "--level", "5").code == 2


def test_a_rehearsal_as_json_has_sequence_and_branches(trucban: Trucban) -> None:
    found = trucban("playbooks", "rehearse", "DIEN_TAP", "--json", "--lang", "en").json

    assert found["sequence"][0] == {
        "key": "write the plan",
        "title": "Write the plan of the exercise",
        "kind": "ask",
        "role": "standing_deputy",
        "then": "secretary",
        "asked_minutes": 0.0,
        "taken_by_minutes": 30.0,
        "due_minutes": 4320.0,
        "mandatory": True,
        "releases": False,
        "hour": None,
    }
    branch = next(b for b in found["branches"] if "Approve the plan" in b["about"])
    assert {"words": "refused", "opens": ["Write the plan of the exercise again"]} in branch["ways"]
    assert found["silent"] == []


def test_what_comes_by_the_hour_is_shown_with_its_hours(trucban: Trucban) -> None:
    shown = trucban("playbooks", "show", "THIEN_TAI", "--lang", "en").out
    assert "06:00, 18:00 every day, asked for 1 hour before" in shown
    found = trucban("playbooks", "rehearse", "THIEN_TAI", "--json", "--level", "4").json
    reports = [each for each in found["sequence"] if each["key"].startswith("report in brief")]
    assert {each["hour"][11:16] for each in reports} == {"06:00", "18:00"}
    assert {round(each["due_minutes"] - each["asked_minutes"]) for each in reports} == {60}


@pytest.mark.parametrize("playbook", PLAYBOOKS, ids=lambda p: p.code)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_handbook_page_of_every_playbook_prints(
    trucban: Trucban, own_settings: Path, playbook: object, lang: str
) -> None:
    said = trucban("playbooks", "show", playbook.code, "--lang", lang)  # type: ignore[attr-defined]

    assert said.code == 0, said.err
    assert playbook.code in said.out  # type: ignore[attr-defined]
    assert not own_settings.exists()


def test_the_handbook_page_names_forms_deadlines_by_level_and_templates(trucban: Trucban) -> None:
    said = trucban("playbooks", "show", "TIN_GIA_MXH").out

    for words in (
        "Hạn cấp 1",
        "Hạn cấp 4",
        "Biểu mẫu: Phiếu xác minh – Kết quả; Sự thật và căn cứ",
        "Khi: «Duyệt thông tin ban đầu»: không đồng ý",
        "Mẫu văn bản:",
        "  holding – ",
    ):
        assert words in said


def test_an_unknown_playbook_is_no(trucban: Trucban) -> None:
    for command in ("show", "rehearse"):
        assert trucban("playbooks", command, "KHONG_CO").code == 1


@pytest.mark.parametrize("code", [playbook.code for playbook in PLAYBOOKS])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_playbook_can_be_rehearsed_and_reads_in_words(
    trucban: Trucban, code: str, lang: str
) -> None:
    said = trucban("playbooks", "rehearse", code, "--lang", lang)
    assert said.code == 0
    steps = trucban("playbooks", "rehearse", code, "--lang", lang, "--json").json["sequence"]
    assert steps
    assert all(step["title"] != step["key"] for step in steps)


OWN = str(Path(__file__).parent.parent / "playbooks" / "own")


def test_an_office_sees_its_own_playbooks_among_the_others(trucban: Trucban) -> None:
    listed = trucban("playbooks", "list", "--json", TRUCBAN_PLAYBOOKS=OWN).json
    assert {row["code"] for row in listed if row["own"]} == {"CAP_NUOC"}
    assert len(listed) == len(PLAYBOOKS) + 1

    shown = trucban("playbooks", "show", "cap_nuoc", "--lang", "en", TRUCBAN_PLAYBOOKS=OWN)
    assert "Bring water to the areas cut off" in shown.out


def test_a_check_says_what_is_sound_and_what_is_not(trucban: Trucban, tmp_path: Path) -> None:
    sound = trucban("playbooks", "check", "CAP_NUOC", TRUCBAN_PLAYBOOKS=OWN)
    assert (sound.code, sound.out) == (0, "CAP_NUOC v1: không có lỗi\n")

    broken = tmp_path / "rieng" / "hong"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("import khong_co_goi_nay\n")
    found = trucban("playbooks", "check", TRUCBAN_PLAYBOOKS=str(broken.parent))
    assert found.code == 1
    assert found.out.count("không có lỗi") == len(PLAYBOOKS)
    assert "hong: Không đọc được gói này." in found.err
    listed = trucban("playbooks", "list", TRUCBAN_PLAYBOOKS=str(broken.parent))
    assert listed.code == 0
    assert "hong" in listed.err
