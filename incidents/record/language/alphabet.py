"""The Vietnamese alphabet, which no database and no Unicode default sorts by.

Letters first (ă, â, đ, ê, ô, ơ and ư are letters of their own), then the tones in the order of the
dictionaries (ngang, huyền, hỏi, ngã, sắc, nặng), word by word.
"""

import unicodedata

_LETTERS = {letter: place for place, letter in enumerate("aăâbcdđeêfghijklmnoôơpqrstuưvwxyz")}
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}

Key = tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def by_letters(text: str) -> Key:
    """A sorting key for titles and names of bodies: «Ân» comes after «An» and before «Bình»."""
    return tuple(_word(word) for word in text.casefold().split())


def by_given_name(name: str) -> tuple[Key, Key]:
    """A sorting key for people: as on any list of an office, by the last word of their name."""
    words = name.split()
    return by_letters(" ".join(words[-1:])), by_letters(" ".join(words[:-1]))


def _word(word: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    letters, tones = list[str](), list[int]()
    for sign in unicodedata.normalize("NFD", word):
        if letters and sign in _TONES:
            tones[-1] = _TONES[sign]
        elif letters and unicodedata.combining(sign):
            letters[-1] = unicodedata.normalize("NFC", letters[-1] + sign)
        else:
            letters.append(sign)
            tones.append(0)
    return tuple(_place(letter) for letter in letters), tuple(tones)


def _place(letter: str) -> int:
    """Signs and digits before the letters, letters of other languages after them."""
    point = ord(letter[0])
    return _LETTERS.get(letter, point if point > ord("z") else point - ord("z") - 1)


_BARS = str.maketrans("đĐ", "dD")


def folded(text: str) -> str:
    """Small letters without tones, marks and the bar of đ, as people type in haste: «da nhan»."""
    return unmarked(text.casefold())


def unmarked(text: str) -> str:
    """The same letters, large and small, without tones, marks and the bar of đ."""
    bare = (each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return "".join(bare).translate(_BARS)
