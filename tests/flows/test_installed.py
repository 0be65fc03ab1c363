"""An office's own playbooks, from a folder: used beside the shipped ones, and named when broken."""

from pathlib import Path

import pytest

from flows import catalogue, installed, proofreading
from incidents.record import settings
from playbooks.catalog import PLAYBOOKS

OWN = Path(__file__).parent.parent / "playbooks" / "own"
"""What an office would write; the story of it is told in tests/playbooks/test_own.py."""

SOUND = """
from flows.authoring import DUTY_OFFICER, Run, hours, playbook

@playbook("Thử", code="{code}", version={version})
def tried(run: Run) -> None:
    run.open_incident()
    run.wait(run.ask("look", of=DUTY_OFFICER, due=hours(1)))
"""
WORDS = 'title = "Thử"\ngist = "Thử."\n[steps.look]\ntitle = "Xem"\ngist = "Xem một lần."\n'


@pytest.fixture
def folder(tmp_path: Path, own_settings: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that the setting names."""
    return named(tmp_path / "kich-ban", monkeypatch)


def named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder.mkdir(exist_ok=True)
    monkeypatch.setenv("TRUCBAN_PLAYBOOKS", str(folder))
    settings.current.cache_clear()
    return folder


def package(folder: Path, name: str, body: str, **files: str) -> Path:
    made = folder / name
    (made / "templates").mkdir(parents=True)
    (made / "__init__.py").write_text(body, encoding="utf-8")
    for language in ("vi", "en"):
        (made / f"texts.{language}.toml").write_text(files.get(language, WORDS), encoding="utf-8")
    return made


def own(code: str = "RIENG", version: int = 1) -> str:
    return SOUND.format(code=code, version=version)


def faults_of(folder: Path) -> list[str]:
    (only,) = installed.everything().own
    return [each.sentence % dict(each.values) for each in proofreading.faults(only)]


def test_without_a_folder_there_is_what_ships(own_settings: Path) -> None:
    assert installed.playbooks() == PLAYBOOKS


def test_an_empty_setting_names_no_folder(
    own_settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUCBAN_PLAYBOOKS", "")
    settings.current.cache_clear()
    assert installed.everything() == installed.Installed(PLAYBOOKS)


def test_own_playbooks_stand_after_the_shipped_ones_with_words_and_templates(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(OWN, monkeypatch)
    found = installed.everything()

    assert found.playbooks[: len(PLAYBOOKS)] == PLAYBOOKS
    assert [each.name for each in found.own] == ["CAP_NUOC v1"]
    assert not found.unusable
    row = catalogue.read(found.own[0])
    assert row.texts["en"]["title"] == "Water cut off"
    assert set(row.templates["vi"]) == {"notice"}


def test_the_folder_is_read_anew_and_its_packages_with_it(folder: Path) -> None:
    made = package(folder, "rieng", own())
    before = installed.everything().own[0].source_sha256
    (made / "__init__.py").write_text(own() + "\n# sửa lại cho đúng\n", encoding="utf-8")

    assert installed.everything().own[0].source_sha256 != before


def test_packages_of_the_folder_share_modules_that_lie_beside_them(folder: Path) -> None:
    (folder / "chung.py").write_text("from flows.authoring import hours\nLONG = hours(3)\n")
    shared = own().replace("due=hours(1)", "due=LONG")
    package(folder, "rieng", "from own_playbooks.chung import LONG\n" + shared)

    (only,) = installed.everything().own

    assert catalogue.read(only).outline["steps"][0]["due_minutes"] == 180


def test_one_broken_package_keeps_no_other_from_being_used(folder: Path) -> None:
    package(folder, "a_hong", "raise OSError('không có mạng')")
    package(folder, "b_sai", "def (:\n")
    package(folder, "c_rong", "CODE = 'KHONG_CO_GI'\n")
    package(folder, "d_dung", own())

    found = installed.everything()

    assert [each.code for each in found.own] == ["RIENG"]
    assert [each.package for each in found.unusable] == ["a_hong", "b_sai", "c_rong"]
    assert "không có mạng" in found.unusable[0].error


def test_a_code_and_version_that_is_there_already_is_not_replaced(folder: Path) -> None:
    package(folder, "lan_hai", own("TIN_GIA_MXH", 1))
    package(folder, "moi", own("TIN_GIA_MXH", 2))

    found = installed.everything()

    assert [each.name for each in found.own] == ["TIN_GIA_MXH v2"]
    assert [each.error for each in found.unusable] == ["TIN_GIA_MXH v1"]


def test_a_folder_that_is_not_there_is_named(
    own_settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TRUCBAN_PLAYBOOKS", str(tmp_path / "khong-co"))
    settings.current.cache_clear()

    found = installed.everything()

    assert found.playbooks == PLAYBOOKS
    assert [each.package for each in found.unusable] == [str(tmp_path / "khong-co")]


# --- proofreading -----------------------------------------------------------------------------


def test_a_sound_playbook_has_no_fault(folder: Path) -> None:
    package(folder, "rieng", own())
    assert faults_of(folder) == []


DRAFT = """
from flows.authoring import SECRETARY, Run, StatementKind, hours, playbook

@playbook("Thử", code="RIENG", version=1)
def tried(run: Run) -> None:
    run.open_incident()
    run.draft("look", template="notice", kind=StatementKind.HOLDING, by=SECRETARY, due=hours(1))
"""


@pytest.mark.parametrize(
    ("body", "words", "template", "says"),
    [
        (own("thường"), WORDS, None, "«thường»"),
        (own(), WORDS + '[steps.gone]\ntitle = "Đi"\ngist = "Đi."\n', None, "«gone»"),
        (own(), WORDS.replace("[steps.look]", "[steps.see]"), None, "«look»"),
        (own(), WORDS.replace('"Xem"', '""'), None, "title"),
        (own(), WORDS.replace('"Xem"', f'"{"x" * 91}"'), None, "title"),
        (own(), WORDS.replace('gist = "Thử."\n', ""), None, "gist"),
        (own(), "title = ", None, "sai cú pháp"),
        (own(), "", None, "texts.vi.toml"),
        (own().replace("    run.wait", "\n" * 60 + "    run.wait"), WORDS, None, "60"),
        (own() + '    run.ask("look", of=DUTY_OFFICER, due=hours(1))\n', WORDS, None, "look"),
        (own() + "    assert run.now > run.now\n", WORDS, None, "branch"),
        (own() + "    1 / 0\n", WORDS, None, "ZeroDivisionError"),
        (own(), WORDS, "Tiêu đề\n\nNội dung", "Không bước nào"),
        (DRAFT, WORDS, None, "Thiếu mẫu"),
        (DRAFT, WORDS, "Tiêu đề", "dòng đầu"),
        (DRAFT, WORDS, "Tiêu đề\n\n{{ now | bogus }}", "bogus"),
        (DRAFT, WORDS, "Tiêu đề\n\n{{ secret }}", "secret"),
        (DRAFT, WORDS, "Tiêu đề\n\n{% if %}", "notice.vi.j2"),
    ],
)
def test_every_fault_is_named(
    folder: Path, body: str, words: str, template: str | None, says: str
) -> None:
    made = package(folder, "rieng", body, vi=words, en=words)
    for language in ("vi", "en") if template else ():
        (made / "templates" / f"notice.{language}.j2").write_text(str(template), encoding="utf-8")

    assert any(says in fault for fault in faults_of(folder)), faults_of(folder)


def test_two_steps_of_one_name_are_a_fault(folder: Path) -> None:
    more = own() + '    run.ask("again", of=DUTY_OFFICER, due=hours(1))\n'
    twice = WORDS + WORDS[WORDS.index("[") :].replace("look", "again")
    package(folder, "rieng", more, vi=twice, en=twice)

    assert any("«Xem»" in fault for fault in faults_of(folder))
