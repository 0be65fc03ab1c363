"""The playbooks this desk has: those that ship with it, and the office's own from a folder.

An office adds a playbook without touching the program: a package of its own (a folder with
``__init__.py``, texts and templates beside it, as in ``playbooks/``) in the folder that
``TRUCBAN_PLAYBOOKS`` names. A later version of a shipped code replaces it for new incidents; runs
that are bound to the earlier one keep it.
"""

import importlib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType

import structlog

from flows.playbook import Playbook
from incidents.record import settings
from incidents.record.language import N_

GROUP = "trucban.playbooks"
"""The entry points under which installed packages offer theirs: a sequence of playbooks each."""

_PARENT = "own_playbooks"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Unusable:
    """A package in the office's folder that cannot be used, and why."""

    package: str
    sentence: str
    error: str = ""


@dataclass(frozen=True)
class Installed:
    """What there is: the shipped ones first, then the office's own by name of package."""

    shipped: tuple[Playbook, ...]
    own: tuple[Playbook, ...] = ()
    unusable: tuple[Unusable, ...] = ()

    @property
    def playbooks(self) -> tuple[Playbook, ...]:
        """All of them."""
        return self.shipped + self.own


def everything() -> Installed:
    """Read the shelf and the office's folder; one broken package keeps no other from being used."""
    shipped = tuple(
        each
        for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)
        for each in point.load()
    )
    folder = settings.current().playbooks
    return _with_own(shipped, folder) if folder else Installed(shipped)


def playbooks() -> tuple[Playbook, ...]:
    """Every playbook that can be used; what cannot is logged."""
    found = everything()
    for each in found.unusable:
        _log.error("a playbook cannot be used", package=each.package, error=each.error)
    return found.playbooks


def _with_own(shipped: Sequence[Playbook], folder: Path) -> Installed:
    own: list[Playbook] = []
    unusable: list[Unusable] = []
    if not folder.is_dir():
        unusable.append(Unusable(str(folder), N_("Không có thư mục này.")))
    taken = {(each.code, each.version) for each in shipped}
    for package in _packages(folder):
        try:
            module = importlib.import_module(f"{_PARENT}.{package}")
        except Exception as error:  # noqa: BLE001 - whatever a stranger's package does when read
            unusable.append(Unusable(package, N_("Không đọc được gói này."), repr(error)))
            continue
        offered = _defined_in(module)
        if not offered:
            unusable.append(Unusable(package, N_("Gói này không có kịch bản nào.")))
        for each in offered:
            if (each.code, each.version) in taken:
                unusable.append(Unusable(package, N_("Mã và số bản này đã có rồi."), each.name))
            else:
                taken.add((each.code, each.version))
                own.append(each)
    return Installed(tuple(shipped), tuple(own), tuple(unusable))


def _packages(folder: Path) -> list[str]:
    """The folder's packages by name, importable under one parent that is made for them."""
    for name in [n for n in sys.modules if n == _PARENT or n.startswith(f"{_PARENT}.")]:
        del sys.modules[name]  # another folder, or its packages as they are now
    importlib.invalidate_caches()
    parent = ModuleType(_PARENT)
    parent.__path__ = [str(folder.absolute())]
    sys.modules[_PARENT] = parent
    return sorted(file.parent.name for file in folder.glob("[!._]*/__init__.py"))


def _defined_in(module: ModuleType) -> list[Playbook]:
    found: Iterator[Playbook] = (v for v in vars(module).values() if isinstance(v, Playbook))
    return sorted({p for p in found if p.module == module.__name__}, key=lambda each: each.name)
