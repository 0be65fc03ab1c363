"""The whole desk as one command: it comes up, mends itself, and leaves nobody behind."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

pytestmark = [pytest.mark.smoke, pytest.mark.timeout(240)]

_PATIENCE = 90.0


class Served:
    """A running ``trucban serve`` with what it printed."""

    def __init__(self, folder: Path, port: int, *words: str) -> None:
        self.port, self._log = port, folder / "serve.log"
        folder.mkdir(parents=True, exist_ok=True)
        self.environment = {
            **os.environ,
            "TRUCBAN_DATA_DIR": str(folder / "data"),
            "TRUCBAN_PORT": str(port),
            "HOME": str(folder),
        }
        with self._log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "trucban", "serve", *words],
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.environment,
            )

    @property
    def printed(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def health(self) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.port}/api/v1/health", timeout=30)

    def part(self, *words: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            line = child.cmdline()
            if all(word in line for word in words):
                return child
        return None

    def run(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "trucban", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=150,
            check=False,
        )


def eventually(look: Callable[[], Any], what: str) -> Any:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        try:
            if found := look():
                return found
        except (httpx.TransportError, psutil.NoSuchProcess):
            pass
        time.sleep(0.1)
    pytest.fail(f"waited {_PATIENCE:g} s for {what}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    served = Served(tmp_path_factory.mktemp("served"), free_port(), "--demo")
    try:
        eventually(lambda: served.health().is_success, "the first answer")
        eventually(lambda: served.part("server", "start"), "Prefect's server")
        yield served
    finally:
        family = psutil.Process(served.process.pid).children(recursive=True)
        served.process.terminate()
        served.process.wait(_PATIENCE)
        psutil.wait_procs(family, 20)


def test_it_answers_and_says_how_to_sign_in(desk: Served) -> None:
    eventually(lambda: "nguoi.phat.ngon" in desk.printed, "the sign-ins")
    assert f"http://127.0.0.1:{desk.port}" in desk.printed
    assert "trucban-demo" in desk.printed
    assert desk.health().json()["database"] == "ready"


@pytest.mark.parametrize(
    "words", [("trucban", "api"), ("trucban", "engine"), ("server", "start")], ids=lambda w: w[-1]
)
def test_a_killed_part_comes_back_and_the_desk_answers(
    desk: Served, words: tuple[str, str]
) -> None:
    killed = eventually(lambda: desk.part(*words), f"{words}")
    killed.kill()
    fresh = eventually(
        lambda: (found := desk.part(*words)) and found.pid != killed.pid and found, f"{words} again"
    )
    assert fresh.is_running()
    assert eventually(lambda: desk.health().is_success, "an answer")


def test_the_desk_is_well_in_its_own_eyes(desk: Served) -> None:
    said = desk.run("doctor")
    assert said.returncode == 0, said.stdout
    assert str(desk.port) in said.stdout


def test_the_demonstration_plays_to_its_end_and_the_record_is_proved(desk: Served) -> None:
    said = desk.run("demo", "--lang", "en")
    assert said.returncode == 0, said.stdout + said.stderr + desk.printed[-3000:]
    number = re.findall(r"^(\S+) .*\(Closed\)", said.stdout, re.MULTILINE)[0]
    assert "by the link in a mail" in desk.run("timeline", number, "--lang", "en").stdout
    verified = desk.run("verify")
    assert verified.returncode == 0, verified.stdout


SHOWN = {
    "dyke": ("pre-approved shell released", "before 3, now 0"),
    "true": ("what the record says was found: true", "(Closed)"),
    "merger": ("then: Sở Thông tin và Truyền thông", "now: Sở Văn hóa"),
    "telephone": ("one word changed", "The text has been edited"),
}


@pytest.mark.parametrize("story", SHOWN)
def test_a_story_for_sceptics_plays_to_its_point(desk: Served, story: str) -> None:
    before = corrections(desk)
    said = desk.run("demo", "--story", story, "--lang", "en")
    assert said.returncode == 0, said.stdout + said.stderr + desk.printed[-3000:]
    for words in SHOWN[story]:
        assert words in said.stdout
    # What we had to correct ourselves counts against us.
    assert corrections(desk) - before == (story == "true")


def corrections(desk: Served) -> float:
    """How many corrections of our own the desk has published."""
    figures = httpx.get(f"http://127.0.0.1:{desk.port}/api/v1/metrics", timeout=30).text
    return float(re.findall(r"^trucban_corrections (\S+)", figures, re.MULTILINE)[0])


def test_a_taken_port_is_said_and_nothing_is_touched(desk: Served, tmp_path: Path) -> None:
    second = Served(tmp_path, desk.port)
    assert second.process.wait(_PATIENCE) == 2
    assert f"{desk.port}" in second.printed
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_however_it_ends_no_child_is_left(tmp_path: Path, number: signal.Signals) -> None:
    served = Served(tmp_path, free_port())
    try:
        eventually(lambda: served.health().is_success, "the first answer")
        eventually(lambda: served.part("trucban", "engine"), "the engine")
        eventually(lambda: served.part("server", "start"), "Prefect's server")
        family = psutil.Process(served.process.pid).children(recursive=True)
    finally:
        served.process.send_signal(number)
    assert served.process.wait(_PATIENCE) == (-9 if number is signal.SIGKILL else 0)
    _, alive = psutil.wait_procs(family, _PATIENCE)
    assert alive == []


def set_own_password(desk: str, one_time: str) -> None:
    who = {"username": "quan-tri", "password": one_time}
    token = httpx.post(f"{desk}/sessions", json=who, timeout=30).json()["token"]
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=30) as asked:
        assert asked.get(f"{desk}/signals").status_code == 403
        fresh = {"current": one_time, "new_password": "bến cũ đò xưa"}
        assert asked.post(f"{desk}/sessions/password", json=fresh).status_code == 204
        assert asked.get(f"{desk}/signals").status_code == 200


def test_an_empty_desk_prints_a_password_until_somebody_sets_their_own(tmp_path: Path) -> None:
    passwords: list[str] = []
    for _ in range(3):
        served = Served(tmp_path, free_port())
        try:
            eventually(lambda s=served: "Ctrl+C" in s.printed, "the greeting")
            found = served.printed.split("quan-tri / ")[1:]
            passwords += [found[0].split()[0]] if found else [""]
            if passwords[-1] and len(passwords) == 2:
                set_own_password(f"http://127.0.0.1:{served.port}/api/v1", passwords[-1])
        finally:
            served.process.terminate()
            assert served.process.wait(_PATIENCE) == 0
    first, second, third = passwords
    assert first
    assert second
    assert first != second
    assert third == ""
