"""What is wrong with a playbook before anyone relies on it: its ways, its words, its templates.

The shipped playbooks are held to the same: their tests call this.
"""

import inspect
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from flows import catalogue
from flows.playbook import Playbook
from incidents.record.language import N_, Language
from incidents.response.steps import forms, own_forms
from incidents.response.steps.catalog import PlaybookVersion
from notifications import drafting

LONGEST_PLAYBOOK = 60
LONGEST_TITLE = 90
LONGEST_GIST = 320

_CODE = re.compile(r"[A-Z][A-Z0-9_]{2,39}")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, as a sentence for whoever writes the playbook."""

    sentence: str
    values: Mapping[str, Any] = field(default_factory=dict)


def faults(playbook: Playbook) -> list[Fault]:
    """Everything that is wrong; a playbook that cannot be walked has that one fault only."""
    try:
        row = catalogue.read(playbook)
    except tomllib.TOMLDecodeError as error:
        return [Fault(N_("Tệp texts.toml sai cú pháp: %(error)s"), {"error": error})]
    except Exception as error:  # noqa: BLE001 - whatever a stranger's playbook does when walked
        return [
            Fault(
                N_("Không đi hết được các nhánh: %(error)s"),
                {"error": f"{type(error).__name__}: {error}"},
            )
        ]
    return [
        *_of_the_body(playbook),
        *_of_the_words(row),
        *_of_the_forms(row),
        *_of_the_templates(row),
    ]


def _of_the_body(playbook: Playbook) -> Iterator[Fault]:
    lines = len(inspect.getsource(playbook.body).splitlines())
    if lines > LONGEST_PLAYBOOK:
        yield Fault(
            N_("Hàm kịch bản dài %(lines)s dòng; nên đọc hết trong %(limit)s dòng."),
            {"lines": lines, "limit": LONGEST_PLAYBOOK},
        )
    if not _CODE.fullmatch(playbook.code):
        yield Fault(
            N_("Mã «%(code)s» phải gồm chữ hoa không dấu, số và gạch dưới."),
            {"code": playbook.code},
        )


def _of_the_words(row: PlaybookVersion) -> Iterator[Fault]:
    steps = {step["key"] for step in row.outline["steps"]}
    for language in Language:
        written = row.texts[language.value]
        said: dict[str, dict[str, str]] = written["steps"]
        told = {"language": language.value}
        if not said:
            yield Fault(N_("Thiếu lời văn: tệp texts.%(language)s.toml."), told)
            continue
        if not written["gist"]:
            yield Fault(N_("texts.%(language)s.toml: thiếu gist của kịch bản."), told)
        for key in sorted(steps - set(said)):
            yield Fault(
                N_("texts.%(language)s.toml: bước «%(key)s» chưa có lời văn."), {**told, "key": key}
            )
        for key in sorted(set(said) - steps):
            yield Fault(
                N_("texts.%(language)s.toml: không có bước nào là «%(key)s»."),
                {**told, "key": key},
            )
        yield from _of_steps(said, told)


def _of_steps(said: Mapping[str, Mapping[str, str]], told: dict[str, Any]) -> Iterator[Fault]:
    for key, words in said.items():
        for name, limit in (("title", LONGEST_TITLE), ("gist", LONGEST_GIST)):
            if not 0 < len(words.get(name, "")) <= limit:
                yield Fault(
                    N_(
                        "texts.%(language)s.toml: %(name)s của «%(key)s» cần 1 đến %(limit)s ký tự."
                    ),
                    {**told, "name": name, "key": key, "limit": limit},
                )
    for title, times in Counter(words.get("title") for words in said.values()).items():
        if title and times > 1:
            yield Fault(
                N_("texts.%(language)s.toml: hai bước cùng tên «%(title)s»."),
                {**told, "title": title},
            )


def _of_the_forms(row: PlaybookVersion) -> Iterator[Fault]:
    """Forms of the playbook's own: pages ask and check them by their schema alone."""
    for name in sorted({step["form"] for step in row.outline["steps"] if "asks" in step}):
        form = {"form": name}
        for field_ in own_forms.faults(forms.of(name)):
            yield Fault(
                N_(
                    "Biểu mẫu %(form)s: «%(field)s» trang không hỏi hoặc không kiểm tra được; chỉ "
                    "dùng chữ, số nguyên, có/không, giờ, đường dẫn, lựa chọn và giới hạn của ô."
                ),
                {**form, "field": field_},
            )
        for field_ in own_forms.untitled(forms.of(name)):
            yield Fault(
                N_("Biểu mẫu %(form)s: «%(field)s» chưa có tên bằng cả hai thứ tiếng."),
                {**form, "field": field_},
            )


def _of_the_templates(row: PlaybookVersion) -> Iterator[Fault]:
    named = {step["template"] for step in row.outline["steps"] if step["template"]}
    for language in Language:
        there: dict[str, dict[str, str]] = row.templates[language.value]
        for name in sorted(named - set(there)):
            yield Fault(
                N_("Thiếu mẫu templates/%(file)s."), {"file": f"{name}.{language.value}.j2"}
            )
        for name, parts in sorted(there.items()):
            file = {"file": f"{name}.{language.value}.j2"}
            if name not in named:
                yield Fault(N_("Không bước nào dùng mẫu templates/%(file)s."), file)
            if not (parts["title"] and parts["text"]):
                yield Fault(
                    N_("templates/%(file)s: dòng đầu là tiêu đề, sau đó là nội dung."), file
                )
            for part in parts.values():
                wrong = drafting.faults(part)
                if wrong:
                    yield Fault(N_("templates/%(file)s: %(error)s"), {**file, "error": wrong})
