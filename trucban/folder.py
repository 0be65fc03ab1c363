"""The data folder: made, writable, and worked on by one desk at a time."""

import fcntl
import os
import tempfile
from pathlib import Path

from incidents.record import settings
from incidents.record.errors import Conflict
from incidents.record.language import N_

_HELD: list[int] = []
"""What this process holds until it ends, however it ends: the kernel lets go of it."""


def require() -> None:
    """Return if the data folder is there and can be written, after making it; else ``Conflict``."""
    folder = settings.current().data_dir.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise Conflict(
            N_("Không ghi được vào thư mục dữ liệu %(where)s: %(why)s. Đặt TRUCBAN_DATA_DIR khác."),
            where=str(folder),
            why=error.strerror or str(error),
        ) from error


def hold(part: str) -> None:
    """Be the only such part on this data folder; ``Conflict`` names the process that is already.

    Several engines are safe on one PostgreSQL database, where work is claimed with a lease, from
    machines with folders of their own. On one folder a second one is always a mistake.
    """
    path = settings.current().data_dir.absolute() / f"{part}.lock"
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        holder = _holder(path)
        os.close(lock)
        raise Conflict(
            N_(
                "«trucban %(part)s» đang chạy trên thư mục dữ liệu %(where)s (tiến trình "
                "%(holder)s). Dừng tiến trình đó, hoặc đặt TRUCBAN_DATA_DIR khác."
            ),
            part=part,
            where=str(path.parent),
            holder=holder,
        ) from error
    os.ftruncate(lock, 0)
    os.write(lock, f"{os.getpid()}\n".encode())
    _HELD.append(lock)


def _holder(path: Path) -> str:
    return path.read_text().strip() or "?"
