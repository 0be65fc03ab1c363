"""Lists are sorted by the Vietnamese alphabet, and people by their given names."""

import random

import pytest

from incidents.record.language.alphabet import by_given_name, by_letters

# Hand-sorted as a dictionary would: letters before tones, tones as ngang huyền hỏi ngã sắc nặng.
WORDS = ["2 Tháng 9", "an", "An Giang", "ăn", "Âu Cơ", "Bình", "cá", "Đà", "đá", "e", "ê", "ma"]
TONES = ["mà", "mả", "mã", "má", "mạ", "mai", "oan", "ông", "ơn", "Tây", "tư", "Ứng", "yên", "Ω"]


@pytest.mark.parametrize("seed", range(5))
def test_letters_come_before_tones_word_by_word(seed: int) -> None:
    mixed = [*WORDS, *TONES]
    random.Random(seed).shuffle(mixed)
    assert sorted(mixed, key=by_letters) == [*WORDS, *TONES]


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert by_letters("Huế ộ ữ") == by_letters("Huê\u0301 o\u0323\u0302 u\u031b\u0303")


def test_people_stand_by_their_given_names() -> None:
    names = ["Ứng Thành Đạt", "Âu Thị Hiền", "Khúc An Bình", "Đàm Xuân Bình", "Thạch Dũng", ""]
    assert sorted(names, key=by_given_name) == [
        "",
        "Đàm Xuân Bình",
        "Khúc An Bình",
        "Thạch Dũng",
        "Ứng Thành Đạt",
        "Âu Thị Hiền",
    ]
