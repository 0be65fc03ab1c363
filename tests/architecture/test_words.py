"""Every sentence people read has its English, every fact renders, no translation is left over."""

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, nodes

from incidents.record import facts
from incidents.record.language import Language, speech

ROOT = Path(__file__).parents[2]
PACKAGES = ("trucban", "api", "flows", "incidents", "notifications", "playbooks")
LOCALE = ROOT / "incidents" / "record" / "language" / "locale" / "en"
_HOLE = re.compile(r"%\((\w+)\)s")
_VIETNAMESE = re.compile(r"[À-ỹ]")
_PAGES = Environment(autoescape=True, extensions=["jinja2.ext.do", "jinja2.ext.loopcontrols"])
_MARKS = {"N_", "_"}


def _said() -> Iterator[tuple[str, str]]:
    """Every literal given to ``N_``, ``_`` or ``say.text``, in code, pages and messages."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            where = path.relative_to(ROOT).as_posix()
            if path.suffix == ".py" and "migrations" not in path.parts:
                found = _in_code(path.read_text(encoding="utf-8"))
            elif path.suffix in (".html", ".j2", ".txt") and "templates" in path.parts:
                found = _in_template(path.read_text(encoding="utf-8"))
            else:
                continue
            yield from ((sentence, f"{where}:{line}") for sentence, line in found)


def _in_code(source: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name),
                args=[ast.Constant(value=str(said)), *_],
            ) if name in _MARKS or (name == "text" and isinstance(node.func, ast.Attribute)):
                yield said, node.lineno
            case _:
                pass


def _in_template(source: str) -> Iterator[tuple[str, int]]:
    for call in _PAGES.parse(source).find_all(nodes.Call):
        marked = (isinstance(call.node, nodes.Name) and call.node.name in _MARKS) or (
            isinstance(call.node, nodes.Getattr) and call.node.attr == "text"
        )
        if marked and call.args and isinstance(call.args[0], nodes.Const):
            yield str(call.args[0].value), call.lineno


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    return dict(_said())


@pytest.fixture(scope="module")
def english() -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for file in sorted(LOCALE.glob("*.po")):
        with file.open("rb") as opened:
            for message in read_po(opened):
                if message.id:
                    sentence = str(message.id)
                    before = found.get(sentence)
                    assert before is None or before[0] == message.string, (
                        f"«{sentence}» says two things: {before} and {file.name}"
                    )
                    found[sentence] = (str(message.string), file.name)
    return found


def test_every_sentence_has_its_english(
    said: dict[str, str], english: dict[str, tuple[str, str]]
) -> None:
    missing = {s: where for s, where in said.items() if not english.get(s, ("", ""))[0]}
    assert not missing, f"{len(missing)} without English: {missing}"


def test_the_english_has_the_same_holes(english: dict[str, tuple[str, str]]) -> None:
    unlike = {
        sentence: translated
        for sentence, (translated, _) in english.items()
        if set(_HOLE.findall(sentence)) != set(_HOLE.findall(translated))
    }
    assert not unlike


def test_no_translation_is_left_over(
    said: dict[str, str], english: dict[str, tuple[str, str]]
) -> None:
    unused = {s: file for s, (_, file) in english.items() if s not in said}
    assert not unused, f"{len(unused)} unused: {unused}"


def test_english_reads_as_english(english: dict[str, tuple[str, str]]) -> None:
    odd = {s: t for s, (t, _) in english.items() if _VIETNAMESE.search(t) and "Trực Ban" not in t}
    assert not odd


def test_every_fact_has_a_hole_for_its_fields_only_and_speaks_both_languages() -> None:
    for package in PACKAGES:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            if package == "incidents" and ".migrations." not in module.name:
                import_module(module.name)
    assert len(facts.VOCABULARY) > 30
    for name, kind in facts.VOCABULARY.items():
        holes = set(_HOLE.findall(kind.says))
        fields = set(kind.__dataclass_fields__)  # type: ignore[attr-defined]
        assert holes <= fields, f"{name} says {holes - fields} and does not have it"
        values = dict.fromkeys(fields, "x")
        both = {speech(language).text(kind.says, **values) for language in Language}
        assert len(both) == 2, f"{name} reads alike in both languages"
