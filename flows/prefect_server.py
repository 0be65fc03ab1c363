"""Prefect's server as a child on loopback behind a password of its own, and how to reach it."""

import os
import socket
import sys
from collections.abc import Generator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from incidents.record import keys, settings
from incidents.record.settings import Settings


def command(chosen: Settings) -> tuple[list[str], dict[str, str]]:
    """What the supervisor starts, and the whole environment it starts it in."""
    argv = [sys.executable, "-m", "prefect", "server", "start"]
    argv += [
        "--host",
        "127.0.0.1",
        "--port",
        str(port(chosen)),
        "--analytics-off",
        "--no-late-runs",
    ]
    inherited = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    return argv, inherited | {
        "PREFECT_HOME": str(home(chosen)),
        "PREFECT_SERVER_API_AUTH_STRING": password(),
        "PREFECT_API_AUTH_STRING": password(),
        "PREFECT_API_URL": f"http://127.0.0.1:{port(chosen)}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "false",
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port(chosen)}",
        # No service of Prefect that we rest on needs to look often; each look costs the database.
        "PREFECT_SERVER_SERVICES_PAUSE_EXPIRATIONS_ENABLED": "false",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "WARNING",
    }


def home(chosen: Settings) -> Path:
    """Prefect's own folder in the data folder: its database and results, nothing of ours."""
    folder = chosen.data_dir.absolute() / "prefect"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def password() -> str:
    """The user and password of its API, derived from the desk's key and stored nowhere."""
    return f"trucban:{keys.token('prefect api')}"


def port(chosen: Settings) -> int:
    """The port that is set, or a free one chosen once and remembered in the data folder."""
    return chosen.prefect_port or _remembered(home(chosen) / "port")


@lru_cache
def _remembered(file: Path) -> int:
    try:
        return int(file.read_text())
    except FileNotFoundError:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            free: int = probe.getsockname()[1]
        # Linked into place: engine and supervisor that start together agree on one port.
        mine = file.with_name(f"port.{os.getpid()}")
        mine.write_text(str(free))
        try:
            file.hardlink_to(mine)
        except FileExistsError:
            free = int(file.read_text())
        finally:
            mine.unlink()
        return free


def address(chosen: Settings) -> str:
    """The address of Prefect's API: the one that is set, or the child's."""
    return chosen.prefect_api_url.rstrip("/") or f"http://127.0.0.1:{port(chosen)}/api"


def credentials(chosen: Settings) -> str | None:
    """User and password for the API; a server of the office's own takes Prefect's own variable."""
    if chosen.prefect_api_url:
        return os.environ.get("PREFECT_API_AUTH_STRING")
    return password()


@contextmanager
def reachable() -> Generator[None]:
    """Let Prefect's client in this thread talk to our server, without heartbeats of its own."""
    chosen = settings.current()
    os.environ.setdefault("PREFECT_HOME", str(home(chosen) / "client"))
    from prefect import settings as prefects  # noqa: PLC0415 - takes seconds to import

    wanted: dict[Any, Any] = {
        prefects.PREFECT_API_URL: address(chosen),
        prefects.PREFECT_API_AUTH_STRING: credentials(chosen),
        prefects.PREFECT_SERVER_ALLOW_EPHEMERAL_MODE: False,
        prefects.PREFECT_SERVER_ANALYTICS_ENABLED: False,
        prefects.PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None,
        prefects.PREFECT_LOGGING_TO_API_ENABLED: False,
        prefects.PREFECT_LOGGING_LEVEL: "WARNING",
    }
    with prefects.temporary_settings(wanted):
        yield
