"""The table of ways of a playbook: what it counts, and that every playbook has stories for all."""

import importlib.util
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

from flows import exploring
from playbooks import routines
from playbooks.catalog import PLAYBOOKS
from tests.playbooks.branches import Branches

PIECE = """
def chosen(asked, late, rounds):
    for round_ in rounds:
        if asked or not late:
            return round_
    return "late" if late else None


def unheard():
    return [each for each in "ab" if each == "a"]
"""


def piece(tmp_path: Path) -> ModuleType:
    file = tmp_path / "piece.py"
    file.write_text(PIECE)
    spec = importlib.util.spec_from_file_location("piece", file)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_what_was_never_gone_is_named_by_its_line_and_its_source(tmp_path: Path) -> None:
    module = piece(tmp_path)
    plain = module.chosen.__code__
    branches = Branches(module)
    with branches.watched():
        assert module.chosen(False, True, [1]) == "late"
        with branches.played():
            assert module.chosen(True, False, [1, 2]) == 1
            assert module.unheard() == ["a"]

    assert module.chosen.__code__ is plain
    assert branches.missed == [
        "piece:3 «for … in rounds» is never at its end",
        "piece:4 «asked» is never false",
        "piece:4 «late» is never true",
        "piece:4 «late» is never false",
        "piece:6 «late» is never true",
        "piece:6 «late» is never false",
    ]


def test_both_sides_of_every_condition_are_asked_for(tmp_path: Path) -> None:
    module = piece(tmp_path)
    branches = Branches(module)
    with branches.watched(), branches.played():
        for asked, late, rounds in ((True, False, [1]), (False, True, [1]), (False, False, [])):
            module.chosen(asked, late, rounds)

    assert branches.missed == [
        "piece:4 «late» is never false",
        "piece:9 «def unheard» is never called",
        'piece:10 «each == "a"» is never true',
        'piece:10 «each == "a"» is never false',
    ]


def test_every_playbook_and_the_routines_are_told_to_their_last_way() -> None:
    files = Path(__file__).parent.glob("test_*.py")
    told = [getattr(import_module(f"tests.playbooks.{f.stem}"), "TELLS", ()) for f in files]

    assert {each for modules in told for each in modules} >= {
        routines,
        *(sys.modules[playbook.module] for playbook in PLAYBOOKS),
    }


def test_exploring_goes_every_way_the_stories_go() -> None:
    modules = [routines, *(import_module(playbook.module) for playbook in PLAYBOOKS)]
    branches = Branches(*modules)
    with branches.watched(), branches.played():
        outlines = [exploring.explore(playbook) for playbook in PLAYBOOKS]

    assert branches.missed == []
    assert all(outline.whole for outline in outlines)
