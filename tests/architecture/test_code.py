"""What holds for every file of the program, asked of the code itself."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("trucban", "api", "flows", "incidents", "notifications", "playbooks")
MODULES = [p for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))]
# Lines a module may have before it must become two; grown ones are listed with what they may have.
LIMIT = 350
GROWN = {
    "incidents/record/migrations/versions/0001_first_tables.py": 10_000,
}
# Where anything at all may go wrong and the rest must go on: the engine's loop, Apprise's gateway.
CATCHES_ALL = {"notifications/apprise_gateway.py"}
CATCHES_ALL_IN = "flows/"


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for path in MODULES:
        yield _name(path), ast.parse(path.read_text(encoding="utf-8"))


def _calls(tree: ast.AST, name: str) -> int:
    return sum(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == name
        for node in ast.walk(tree)
    )


def test_one_place_commits() -> None:
    commits = {name: _calls(tree, "commit") for name, tree in _trees()}
    assert {name: count for name, count in commits.items() if count} == {
        "incidents/record/database.py": 1
    }
    # A transaction does so where it ends, and a deed over REST before that, in its own thread.
    early = {name for name, tree in _trees() if _calls(tree, "make_durable")}
    assert early == {"api/rest/repeats.py"}


def test_one_place_reads_the_clock() -> None:
    readers = {
        name
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today")
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date")
    }
    assert readers == {"incidents/record/clock.py"}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_every_module_opens_with_a_sentence_and_keeps_to_its_size(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    opening = ast.get_docstring(ast.parse(source))
    assert opening, "no opening sentence"
    assert opening.splitlines()[0].rstrip().endswith((".", ":", "?")), opening.splitlines()[0]
    assert len(source.splitlines()) <= GROWN.get(_name(path), LIMIT)


def test_a_grown_module_that_shrank_is_no_longer_listed() -> None:
    for name in GROWN:
        assert len((ROOT / name).read_text().splitlines()) > LIMIT, name


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """It tidies up and raises again."""
    return any(isinstance(node, ast.Raise) and node.exc is None for node in handler.body)


def test_nobody_swallows_every_exception() -> None:
    blind = {
        name
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and not _passes_on(node)
        and (
            node.type is None
            or (isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException"))
        )
    }
    assert {n for n in blind if n not in CATCHES_ALL and not n.startswith(CATCHES_ALL_IN)} == set()


def test_every_refusal_speaks_a_marked_sentence() -> None:
    refusals = {
        "NotFound", "NotPermitted", "SignInAgain", "Conflict", "AlreadySettled", "GuardFailed",
        "Superseded",
    }  # fmt: skip
    unmarked = [
        f"{name}:{node.lineno}"
        for name, tree in _trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in refusals
        and node.args
        and isinstance(node.args[0], ast.Constant | ast.JoinedStr)
    ]
    assert not unmarked, "a refusal with bare words"


def test_nothing_is_left_for_later() -> None:
    for path in MODULES:
        source = path.read_text(encoding="utf-8")
        for word in ("TODO", "FIXME", "NotImplementedError", "XXX"):
            assert word not in source, f"{word} in {_name(path)}"
