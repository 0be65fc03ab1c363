"""Playbooks as the rows the engine publishes; each is explored once, whatever it is told for."""

from functools import cache
from typing import Any

from flows import catalogue
from flows.playbook import Playbook
from incidents.response.steps.catalog import PlaybookVersion


def row(playbook: Playbook) -> PlaybookVersion:
    """The row of a playbook, in no session yet."""
    return PlaybookVersion(**_read(playbook))


@cache
def _read(playbook: Playbook) -> dict[str, Any]:
    return catalogue.read(playbook).model_dump()
