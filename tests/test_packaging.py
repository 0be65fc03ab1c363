"""What is declared, what is locked, what is installed and what is shipped are the same thing."""

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
RUNTIME = "requirements.lock"
DEV = "requirements-dev.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PACKAGES = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]

# The first release of each that breaks us; a lock does not protect those who `pip install trucban`.
CEILINGS = [("prefect", "3.9.0"), ("fastapi", "0.155.0"), ("apprise", "2.0.0")]


class Locked(NamedTuple):
    version: str
    marker: Marker | None
    hashes: int

    @property
    def needed_here(self) -> bool:
        return self.marker is None or self.marker.evaluate()


def locked(lock: str) -> Iterator[tuple[str, Locked]]:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        requirement = Requirement(line.split("--hash")[0].strip())
        (pin,) = requirement.specifier
        assert pin.operator == "==", line
        hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", line))
        yield canonicalize_name(requirement.name), Locked(pin.version, requirement.marker, hashes)


def declared(lock: str) -> list[str]:
    build = PROJECT["dependency-groups"]["build"] + PROJECT["build-system"]["requires"]
    extra = PROJECT["project"]["optional-dependencies"]["dev"] if lock == DEV else []
    return [*PROJECT["project"]["dependencies"], *build, *extra]


@pytest.mark.parametrize("lock", [RUNTIME, DEV])
def test_every_declared_dependency_is_locked_within_its_bounds(lock: str) -> None:
    pins = dict(locked(lock))
    stale: list[str] = []
    for text in declared(lock):
        requirement = Requirement(text)
        pin = pins.get(canonicalize_name(requirement.name))
        if pin is None or not requirement.specifier.contains(pin.version):
            stale.append(text)
    assert not stale, f"run `make lock`: {lock} does not satisfy {stale}"


def test_the_dev_lock_holds_the_runtime_lock() -> None:
    dev = {(name, pin.version) for name, pin in locked(DEV)}
    runtime = {(name, pin.version) for name, pin in locked(RUNTIME)}
    assert runtime - dev == set()


@pytest.mark.parametrize("lock", [RUNTIME, DEV])
def test_every_locked_release_is_hashed(lock: str) -> None:
    assert [name for name, pin in locked(lock) if not pin.hashes] == []


@pytest.mark.parametrize("file", [RUNTIME, DEV, "pyproject.toml", "Makefile", ".ci/run"])
def test_no_address_and_no_path_of_a_machine(file: str) -> None:
    address = re.compile(r"://|(?<!no-emit-)(index-url|find-links)| @ |file:|/home/|/root/")
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if address.search(line)] == []


@pytest.mark.parametrize(("name", "broken"), CEILINGS)
def test_the_metadata_keeps_out_what_breaks_us(name: str, broken: str) -> None:
    requirements = [Requirement(text) for text in metadata.requires("trucban") or []]
    (specifier,) = [r.specifier for r in requirements if r.name == name and r.marker is None]
    assert not specifier.contains(broken)
    assert specifier.contains(metadata.version(name))


def test_only_the_pythons_we_run_on() -> None:
    allowed = SpecifierSet(metadata.metadata("trucban")["Requires-Python"])
    pythons = ["3.10.14", "3.11.7", "3.12.1", "3.13.0"]
    assert list(allowed.filter(pythons)) == ["3.11.7", "3.12.1"]


def test_what_runs_is_what_is_locked() -> None:
    astray = {
        name: (pin.version, metadata.version(name))
        for name, pin in locked(DEV)
        if pin.needed_here and metadata.version(name) != pin.version
    }
    assert astray == {}, "the environment differs from the lock: run `make check` to install it"


def test_the_wheel_carries_every_file_of_the_packages(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("trucban-*.whl")
    shipped = set(zipfile.ZipFile(wheel).namelist())
    present = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert present - shipped == set()


def test_the_command_line_is_installed() -> None:
    (script,) = metadata.entry_points(group="console_scripts", name="trucban")
    assert callable(script.load())
