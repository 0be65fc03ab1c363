"""A playbook: its body as a plain function, and the Prefect flow made of it on request."""

import hashlib
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.run import Run

if TYPE_CHECKING:
    from prefect import Flow

Body = Callable[[Run], None]


@dataclass(frozen=True)
class Playbook:
    """What ``@playbook`` makes of a function; calling the function needs no Prefect."""

    title: str
    code: str
    version: int
    body: Body

    @property
    def module(self) -> str:
        """The module it is written in; its texts and templates lie beside it."""
        return self.body.__module__

    @property
    def name(self) -> str:
        """Code and version, as Prefect shows it."""
        return f"{self.code} v{self.version}"

    @cached_property
    def source_sha256(self) -> str:
        """The hash of all it is made of: its package, and the routines beside that package."""
        file = Path(str(sys.modules[self.module].__file__))
        files = [file]
        if file.name == "__init__.py":
            shared = file.parent.parent.glob("*.py") if "." in self.module else ()
            files = sorted([*file.parent.rglob("*.py"), *shared])
        digest = hashlib.sha256()
        for each in files:
            digest.update(each.name.encode() + b"\0" + each.read_bytes())
        return digest.hexdigest()

    @cached_property
    def flow(self) -> "Flow[Any, Any]":
        """The Prefect flow of one advance: the single parameter is the run's id."""
        from flows import prefect_flow  # noqa: PLC0415 - Prefect takes seconds to import

        return prefect_flow.of(self)


def playbook(title: str, *, code: str, version: int) -> Callable[[Body], Playbook]:
    """Make a function a playbook with a stable code and a version."""

    def made(body: Body) -> Playbook:
        return Playbook(title, code, version, body)

    return made
