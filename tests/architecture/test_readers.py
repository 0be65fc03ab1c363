"""Whoever reads a timeline, in whichever process, knows every fact that can stand in it."""

import subprocess
import sys

COMPARE = """
import incidents.insight.reading, importlib, pkgutil, incidents
from incidents.record.facts import VOCABULARY
known = set(VOCABULARY)
for module in pkgutil.walk_packages(incidents.__path__, "incidents."):
    if ".migrations" not in module.name:
        importlib.import_module(module.name)
print(sorted(set(VOCABULARY) - known))
"""


def test_reading_knows_every_fact_by_itself() -> None:
    asked = [sys.executable, "-c", COMPARE]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"
