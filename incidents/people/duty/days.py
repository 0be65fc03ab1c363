"""Public holidays and Tết, as the calendar of Vietnam knows them."""

from datetime import date
from functools import lru_cache

from incidents.record.language import Language

_SPOKEN = {Language.VI: "vi", Language.EN: "en_US"}
_TET = ("Tết Nguyên Đán", "29 Tết")


@lru_cache(maxsize=32)
def _year(year: int, language: Language) -> dict[date, str]:
    from holidays import country_holidays  # noqa: PLC0415 - 0.3 s that an alarm must not wait for

    return dict(country_holidays("VN", years=year, language=_SPOKEN[language]))


def holiday(day: date, language: Language = Language.VI) -> str | None:
    """What is celebrated on a day, days off in lieu included; ``None`` on an ordinary one."""
    return _year(day.year, language).get(day)


def is_tet(day: date) -> bool:
    """Whether a day belongs to the lunar new year's holiday."""
    return any(word in (holiday(day) or "") for word in _TET)
