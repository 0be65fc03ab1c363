"""What ``trucban doctor`` looks at, one small function a look; nothing here changes anything."""

import http.client
import os
import shutil
import socket
import stat
import sys
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parseaddr
from importlib import metadata
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from pydantic import SecretStr
from pydantic_settings import DotEnvSettingsSource
from sqlalchemy import func
from sqlmodel import col, select

from incidents.record import clock, database, guards, inbox, settings
from incidents.record.errors import Refusal
from incidents.record.language import N_, Labelled
from incidents.record.settings import Settings
from incidents.record.timeline import TimelineEntry
from trucban import desk

_LIBRARIES = ("prefect", "fastapi", "apprise", "sqlmodel")
_READABLE = ("sqlite", "postgresql", "postgres", "smtp", "smtps", "imap", "imaps")
"""Addresses that hide only a password; in those of chat services the whole path is the secret."""

_ENOUGH_SPACE = 1 << 30
_CLOCK_TOLERANCE = timedelta(seconds=5)
_PATIENCE = 2.0
_MAILBOX_LATE = timedelta(minutes=5)


class Source(Labelled):
    """Where a setting's value came from."""

    ENVIRONMENT = "environment", N_("biến môi trường")
    FILE = "file", N_("tệp .env")
    DEFAULT = "default", N_("mặc định")


@dataclass(frozen=True)
class Chosen:
    """One setting as it counts now."""

    name: str
    value: str
    source: Source


class Look(Labelled):
    """What is looked at."""

    LIBRARIES = "libraries", N_("Thư viện")
    SPELLING = "spelling", N_("Tên thiết lập")
    DATA_FOLDER = "data_folder", N_("Thư mục dữ liệu")
    CONTACT = "contact", N_("Đầu mối cho người dân")
    SECRET_KEY = "secret_key", N_("Khóa bí mật")
    CLOCK = "clock", N_("Đồng hồ")
    PORT = "port", N_("Cổng")
    MAILBOX = "mailbox", N_("Hộp thư trả lời")
    DATABASE = "database", N_("Cơ sở dữ liệu")
    GUARDS = "guards", N_("Chốt chống sửa")
    PLAYBOOKS = "playbooks", N_("Kịch bản đang dùng")


@dataclass(frozen=True)
class Check:
    """One look and what was seen."""

    name: Look
    sound: bool
    sentence: str
    values: dict[str, Any] = field(default_factory=dict)


def settings_in_force() -> list[Chosen]:
    """Every setting, secrets masked, with its source."""
    chosen = settings.current()
    given = {name.upper() for name in os.environ}
    filed = _filed()

    def source(name: str) -> Source:
        if name in given:
            return Source.ENVIRONMENT
        return Source.FILE if name in filed else Source.DEFAULT

    return [
        Chosen(name, masked(getattr(chosen, each)), source(name))
        for each in Settings.model_fields
        for name in [f"TRUCBAN_{each.upper()}"]
    ]


def _filed() -> set[str]:
    return {name.upper() for name in DotEnvSettingsSource(Settings).env_vars}


def masked(value: object) -> str:
    """A setting as it may be shown: of an address with a password, all but the password."""
    shown = "" if value is None else str(value)
    text = value.get_secret_value() if isinstance(value, SecretStr) else shown
    parts = urlsplit(text)
    if isinstance(value, SecretStr) and text and parts.scheme not in _READABLE:
        return "***"
    if "://" not in text:
        return text
    user, secret, host = parts.netloc.rpartition("@")
    shown = f"{user.partition(':')[0]}:***@{host}" if ":" in user else f"{user}{secret}{host}"
    query = "***" if parts.query and isinstance(value, SecretStr) else parts.query
    return urlunsplit((parts.scheme, shown, parts.path, query, ""))


def examine() -> list[Check]:
    """Every look in turn; what needs the database is left out where there is none to ask."""
    checks = [
        look() for look in (_libraries, _spelling, _contact, _data_folder, _secret_key, _port)
    ]
    database_check = _database()
    checks.append(database_check)
    if database_check.sound:
        checks += [look() for look in (_mailbox, _clock, _guards, _playbooks)]
    return checks


def _libraries() -> Check:
    listed = ", ".join(f"{name} {metadata.version(name)}" for name in _LIBRARIES)
    python = ".".join(map(str, sys.version_info[:3]))
    return Check(
        Look.LIBRARIES,
        sound=True,
        sentence=N_("Python %(python)s, %(listed)s"),
        values={"python": python, "listed": listed},
    )


def _spelling() -> Check:
    known = {f"TRUCBAN_{name.upper()}" for name in Settings.model_fields} | {"TRUCBAN_AS"}
    given = {name.upper() for name in os.environ} | _filed()
    unknown = sorted(name for name in given - known if name.startswith("TRUCBAN_"))
    if unknown:
        return Check(
            Look.SPELLING,
            sound=False,
            sentence=N_("Không có thiết lập nào tên %(unknown)s"),
            values={"unknown": unknown},
        )
    return Check(Look.SPELLING, sound=True, sentence=N_("Mọi biến TRUCBAN_ đều được hiểu"))


def _contact() -> Check:
    """The address every published text names, and to which people write who contest it."""
    chosen = settings.current()
    address = parseaddr(chosen.mail_from)[1]
    if chosen.smtp_url.get_secret_value() and address.endswith("@localhost"):
        return Check(
            Look.CONTACT,
            sound=False,
            sentence=N_("Trang công bố mời viết tới %(address)s; hãy đặt TRUCBAN_MAIL_FROM"),
            values={"address": address},
        )
    return Check(
        Look.CONTACT,
        sound=True,
        sentence=N_("Trang công bố mời viết tới %(address)s"),
        values={"address": address},
    )


def _data_folder() -> Check:
    folder = settings.current().data_dir.absolute()
    if not folder.exists():
        return Check(
            Look.DATA_FOLDER,
            sound=True,
            sentence=N_("%(folder)s chưa có, sẽ được tạo khi chạy"),
            values={"folder": str(folder)},
        )
    free = shutil.disk_usage(folder).free
    writable = os.access(folder, os.W_OK)
    return Check(
        Look.DATA_FOLDER,
        sound=writable and free >= _ENOUGH_SPACE,
        sentence=N_("%(folder)s, còn %(free)s GB")
        if writable
        else N_("%(folder)s không ghi được, còn %(free)s GB"),
        values={"folder": str(folder), "free": f"{free / (1 << 30):.1f}"},
    )


def _secret_key() -> Check:
    path = settings.current().secret_key_file or settings.current().data_dir / "secret.key"
    if not path.exists():
        return Check(
            Look.SECRET_KEY, sound=True, sentence=N_("Chưa có, sẽ được tạo khi chạy lần đầu")
        )
    open_to_others = stat.S_IMODE(path.stat().st_mode) & 0o077
    return Check(
        Look.SECRET_KEY,
        sound=not open_to_others,
        sentence=N_("%(path)s: người khác trên máy đọc được, hãy chmod 600")
        if open_to_others
        else N_("%(path)s, chỉ chủ sở hữu đọc được"),
        values={"path": str(path)},
    )


def _port() -> Check:
    chosen = settings.current()
    values = {"host": chosen.host, "port": str(chosen.port)}
    host = chosen.host if chosen.host not in ("", "0.0.0.0", "::") else "127.0.0.1"  # noqa: S104
    try:
        connection = http.client.HTTPConnection(host, chosen.port, timeout=_PATIENCE)
        connection.request("GET", "/api/v1/health")
        ours = "json" in (connection.getresponse().headers.get_content_type())
        connection.close()
    except (ConnectionRefusedError, socket.gaierror):
        return Check(
            Look.PORT, sound=True, sentence=N_("%(host)s:%(port)s còn trống"), values=values
        )
    except (OSError, http.client.HTTPException):
        ours = False
    return Check(
        Look.PORT,
        sound=ours,
        sentence=N_("Bàn trực đang trả lời tại %(host)s:%(port)s")
        if ours
        else N_("%(host)s:%(port)s đang bị chương trình khác dùng"),
        values=values,
    )


def _database() -> Check:
    try:
        desk.require_ready()
    except Refusal as refusal:
        return Check(Look.DATABASE, sound=False, sentence=refusal.message, values=refusal.values)
    return Check(
        Look.DATABASE,
        sound=True,
        sentence=N_("%(kind)s, bản %(revision)s, là bản mới nhất"),
        values={
            "kind": "SQLite" if database.is_sqlite() else "PostgreSQL",
            "revision": _revision(),
        },
    )


def _revision() -> str:
    from alembic.runtime.migration import MigrationContext

    with database.reading_engine().connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or "–"


def _mailbox() -> Check:
    """Whether replies are read; the engine writes down each half minute that it reached it."""
    if not settings.current().reply_address:
        return Check(
            Look.MAILBOX, sound=True, sentence=N_("Không đọc thư trả lời (TRUCBAN_IMAP_URL)")
        )
    with database.reading() as session:
        last = inbox.last_reached(session)
    late = last is not None and clock.now() - last > _MAILBOX_LATE
    return Check(
        Look.MAILBOX,
        sound=not late,
        sentence=N_("Đọc được lần cuối lúc %(last)s")
        if last
        else N_("Chưa đọc lần nào, sẽ đọc khi bàn trực chạy"),
        values={"last": last} if last else {},
    )


def _clock() -> Check:
    with database.reading() as session:
        last = session.exec(select(func.max(col(TimelineEntry.recorded_at)))).one()
    now = clock.now()
    if last and last > now + _CLOCK_TOLERANCE:
        return Check(
            Look.CLOCK,
            sound=False,
            sentence=N_("Máy đang là %(now)s, nhưng nhật ký đã ghi đến %(last)s"),
            values={"now": now, "last": last},
        )
    return Check(Look.CLOCK, sound=True, sentence=N_("%(now)s (giờ Việt Nam)"), values={"now": now})


def _guards() -> Check:
    with database.reading() as session:
        gone = guards.missing(session)
    return Check(
        Look.GUARDS,
        sound=not gone,
        sentence=N_("Đã bị gỡ: %(gone)s") if gone else N_("Đủ %(count)s chốt"),
        values={"gone": gone, "count": sum(map(len, guards.GUARDED.values()))},
    )


def _playbooks() -> Check:
    from flows import catalogue, installed

    here = installed.everything()
    with database.reading() as session:
        gone = catalogue.missing_versions(session, here.playbooks)
    if gone:
        sentence = N_("Thiếu bản kịch bản mà vụ việc đang chạy: %(gone)s")
    elif here.unusable:
        sentence = N_("Kịch bản riêng không dùng được: %(unusable)s")
    else:
        sentence = N_("Đủ mọi bản kịch bản đang chạy")
    return Check(
        Look.PLAYBOOKS,
        sound=not gone and not here.unusable,
        sentence=sentence,
        values={
            "gone": [f"{code} v{version}" for code, version in gone],
            "unusable": [each.package for each in here.unusable],
        },
    )
