"""The settings of the desk, read from ``TRUCBAN_*`` variables or a ``.env`` file."""

import secrets
from email.utils import parseaddr
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from incidents.record.language import Language

_DATABASES = ("sqlite", "postgresql", "postgres")
_HERE = ("127.0.0.1", "localhost", "::1")


class Settings(BaseSettings):
    """One field a setting; ``trucban doctor`` prints each with its source."""

    model_config = SettingsConfigDict(
        env_prefix="TRUCBAN_", env_file=".env", env_ignore_empty=True, extra="ignore"
    )

    data_dir: Path = Path("data")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65_535)
    public_url: str = ""
    language: Language = Language.VI
    database_url: SecretStr = SecretStr("")
    prefect_api_url: str = ""
    prefect_port: int = Field(default=0, ge=0, le=65_535)
    work_pool: str = ""
    claim_within_seconds: float = 15.0
    playbooks: Path | None = None
    """A folder with the office's own playbooks, one package each."""
    smtp_url: SecretStr = SecretStr("")
    imap_url: SecretStr = SecretStr("")
    """The mailbox replies come to; without one they are not read, and no mail invites them."""
    reply_to: str = ""
    """The address replies go to; ``*`` in it is a token. By default that of ``mail_from``."""
    apprise_urls: SecretStr = SecretStr("")
    zalo_token: SecretStr = SecretStr("")
    """Of the office's bot on Zalo; without one nothing goes there."""
    zalo_api: str = "https://bot-api.zaloplatforms.com"
    zalo_webhook_secret: SecretStr = SecretStr("")
    """With one, Zalo calls the desk and is not asked: it does one or the other."""
    telegram_token: SecretStr = SecretStr("")
    """The same of Telegram, which is abroad: off unless the office decides so."""
    telegram_api: str = "https://api.telegram.org"
    telegram_webhook_secret: SecretStr = SecretStr("")
    matrix_url: SecretStr = SecretStr("")
    """The desk's account on the office's Matrix server."""
    gateway_url: str = ""
    """The office's bridge to short messages and calls; without one nobody gets either."""
    gateway_token: SecretStr = SecretStr("")
    gateway_calls: bool = False
    """Whether it also calls people, at levels 3 and 4."""
    sms_marks: bool = False
    """With Vietnamese marks a short message holds 70 signs, without them 160."""
    mail_from: str = "Trực Ban <truc@localhost>"
    secret_key_file: Path | None = None
    session_hours: int = 12
    upload_limit_mb: int = 25
    password_memory_kib: int = 65536
    desk_name: str = ""
    contact_review_days: int = 90
    """After so many days an address or a focal point counts as stale and its agency is asked."""
    rest_hours: int = Field(default=8, ge=0, le=168)
    """Between two shifts of one person: with less the rosters warn; 0 warns of none."""

    @field_validator("database_url")
    @classmethod
    def readable(cls, value: SecretStr) -> SecretStr:
        """An address of one of the two databases; the address itself is never repeated."""
        given = value.get_secret_value()
        if not given:
            return value
        from sqlalchemy import make_url  # noqa: PLC0415 - loaded only where an address is set
        from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

        try:
            kind = make_url(given).get_backend_name()
        except (ArgumentError, ValueError):
            kind = ""
        if kind not in _DATABASES:
            raise ValueError("database_unknown")
        return value

    @field_validator("imap_url")
    @classmethod
    def mailbox(cls, value: SecretStr) -> SecretStr:
        """An address of a mailbox with its account; the address itself is never repeated."""
        given = value.get_secret_value()
        if given:
            try:
                parts = urlsplit(given)
                known = parts.scheme in ("imap", "imaps") and parts.hostname and parts.username
                _ = parts.port
            except ValueError:
                known = False
            if not known:
                raise ValueError("mailbox_unknown")
        return value

    @field_validator("matrix_url")
    @classmethod
    def homeserver(cls, value: SecretStr) -> SecretStr:
        """A Matrix server with an account on it; the address itself is never repeated."""
        given = value.get_secret_value()
        if not given:
            return value
        try:
            parts = urlsplit(given)
            known = parts.scheme in ("matrix", "matrixs") and parts.username and parts.password
            host, _ = parts.hostname, parts.port
        except ValueError:
            known, host = False, None
        if not (known and host):
            raise ValueError("homeserver_unknown")
        if given.startswith("matrix:") and host not in _HERE:
            raise ValueError("homeserver_in_the_open")
        return value

    @field_validator("zalo_api", "telegram_api", "gateway_url")
    @classmethod
    def sealed(cls, value: str) -> str:
        """An address the token may be sent to: encrypted, or on this machine."""
        parts = urlsplit(value)
        if value and parts.scheme != "https" and parts.hostname not in _HERE:
            raise ValueError("service_in_the_open")
        return value

    @property
    def reply_address(self) -> str:
        """Where replies go, ``*`` standing for the token; empty where nobody reads them."""
        if not self.imap_url.get_secret_value():
            return ""
        if self.reply_to:
            return self.reply_to
        local, _, domain = parseaddr(self.mail_from)[1].rpartition("@")
        return f"{local}+*@{domain}"

    @property
    def sends(self) -> bool:
        """Whether anything leaves the desk by itself; without a way out its pages are read."""
        chats = (self.zalo_token, self.telegram_token, self.matrix_url)
        ways = (self.smtp_url, self.apprise_urls, *chats)
        return bool(self.gateway_url) or any(way.get_secret_value() for way in ways)

    @property
    def address(self) -> str:
        """The address people reach the desk at, without a trailing slash."""
        return (self.public_url or f"http://{self.host}:{self.port}").rstrip("/")

    @property
    def database(self) -> str:
        """The database URL; an SQLite file in the data folder unless one is set."""
        chosen = self.database_url.get_secret_value()
        return chosen or f"sqlite:///{self.data_dir.absolute() / 'trucban.db'}"

    @property
    def secret_key(self) -> bytes:
        """The desk's key: made once, kept outside the database, readable by its owner only."""
        path = self.secret_key_file or self.data_dir / "secret.key"
        return _key_in(path)


@lru_cache
def _key_in(path: Path) -> bytes:
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        # Written aside and linked into place: two processes that start together agree on one key.
        fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_hex(32))
        try:
            path.hardlink_to(fresh)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
        return bytes.fromhex(path.read_text().strip())


@lru_cache
def current() -> Settings:
    """The settings of this process."""
    return Settings()
