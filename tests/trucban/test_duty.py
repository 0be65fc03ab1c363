"""Who is on duty, by command, in both languages."""

from datetime import timedelta

from incidents.record import clock
from tests.cast import Cast
from tests.trucban.conftest import Trucban


def test_now_and_next_are_told_in_both_languages(trucban: Trucban, office: Cast) -> None:
    vi, en = (trucban("duty", "--lang", lang) for lang in ("vi", "en"))
    assert vi.code == en.code == 0
    assert "Cán bộ trực" in vi.out
    assert "Duty officer" in en.out
    for said in (vi, en):
        assert office.lan.name in said.out
        assert office.long.name in said.out


def test_another_moment_and_json(trucban: Trucban, office: Cast) -> None:
    later = (clock.now() + timedelta(hours=7)).astimezone(clock.LOCAL)
    (officers, *others) = trucban("duty", "--at", f"{later:%Y-%m-%dT%H:%M:%S}", "--json").json
    assert officers["role"] == "duty_officer"
    assert [each["name"] for each in officers["now"]] == [office.long.name]
    assert officers["now"][0]["telephone"] == office.long.telephone
    assert {row["role"] for row in others} == {"department_duty_leader", "office_duty"}
    assert all(row["now"] == [] for row in others)


def test_a_stranger_is_not_told(trucban: Trucban, office: Cast) -> None:
    said = trucban("duty", "--as", "kien")
    assert said.code == 1
    assert not said.out
