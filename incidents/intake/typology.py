"""How a claim is classed: First Draft's types, the VAFC's fields, DISARM's behaviours."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from incidents.record.language import N_, Labelled, Phrase


class ContentType(Labelled):
    """The seven types of First Draft."""

    SATIRE = "satire", N_("châm biếm")
    FALSE_CONNECTION = "false_connection", N_("tiêu đề, ảnh không khớp nội dung")
    MISLEADING = "misleading", N_("gây hiểu nhầm")
    FALSE_CONTEXT = "false_context", N_("sai bối cảnh")
    IMPOSTER = "imposter", N_("mạo danh")
    MANIPULATED = "manipulated", N_("cắt ghép, chỉnh sửa")
    FABRICATED = "fabricated", N_("bịa đặt")
    UNKNOWN = "unknown", N_("chưa rõ")


class Subject(Labelled):
    """The eight fields of the national fact-checking centre (VAFC)."""

    POLICY = "policy", N_("chính sách, pháp luật")
    ECONOMY = "economy", N_("kinh tế, tài chính")
    HEALTH = "health", N_("y tế")
    DISASTER = "disaster", N_("thiên tai, dịch bệnh")
    ORDER = "order", N_("an ninh, trật tự")
    IMPERSONATION = "impersonation", N_("tài khoản giả mạo")
    SCAM = "scam", N_("liên kết lừa đảo")
    OTHER = "other", N_("khác")


@dataclass(frozen=True)
class Technique:
    """A behaviour by its DISARM code, in our own words."""

    code: str
    name: Phrase


@cache
def _vocabulary() -> dict[str, Any]:
    text = (files("incidents.intake") / "disarm.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def techniques() -> dict[str, Technique]:
    """Every behaviour on offer, by its code."""
    return {
        code: Technique(code, Phrase(words["vi"], words["en"]))
        for code, words in _vocabulary()["techniques"].items()
    }


def source() -> dict[str, str]:
    """Whose codes these are, and under which licence."""
    return dict(_vocabulary()["source"])


def named(codes: Sequence[str]) -> list[Technique]:
    """The behaviours of these codes; one no longer on offer is shown by its code alone."""
    return [techniques().get(code) or Technique(code, Phrase(code, code)) for code in codes]
