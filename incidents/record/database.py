"""The database: one engine, one place that commits, and the column types every table uses."""

from collections.abc import Callable, Generator, Hashable, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Engine,
    Enum,
    ForeignKey,
    Insert,
    MetaData,
    Uuid,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel

from incidents.record import clock, ids, settings

# Named constraints: Alembic can only change what has a name, on SQLite by copying the table.
SQLModel.metadata.naming_convention = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
).naming_convention

Row = TypeVar("Row", bound="Table")
Found = TypeVar("Found")

WAKE_CHANNEL = "trucban"
_ASKED = "asked"


class Table(SQLModel):
    """What every table derives from; its name is given, not guessed."""

    __tablename__: ClassVar[Any]
    _columns: ClassVar[frozenset[str]]
    _constants: ClassVar[dict[str, Any]]
    _made_anew: ClassVar[dict[str, Callable[[], Any]]]

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        cls._columns = frozenset(cls.model_fields)
        cls._constants, cls._made_anew = {}, {}
        for name, column in cls.model_fields.items():
            if column.default_factory is not None:
                cls._made_anew[name] = column.default_factory  # type: ignore[assignment] - ours ask for nothing
            elif isinstance(column.default, Hashable) and not column.is_required():
                cls._constants[name] = column.default
            elif not column.is_required():
                cls._made_anew[name] = column.get_default

    def __init__(self, **given: Any) -> None:
        """Set the columns: what is given, else their defaults; ``TypeError`` for any other name.

        SQLModel makes the same row, as unvalidated, in three times the time: each value goes
        through two libraries, and each default is asked for its signature.
        """
        if not given.keys() <= self._columns:
            unknown = ", ".join(given.keys() - self._columns)
            raise TypeError(f"{type(self).__name__} has no column {unknown}")
        made = {name: make() for name, make in self._made_anew.items() if name not in given}
        # As if they had been read: what is inserted is the whole row, whatever its history.
        vars(self).update(self._constants | made | given)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment: aware going in, aware UTC coming out, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the name is SQLAlchemy's
    ) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without its time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: Dialect,  # noqa: ARG002 - the name is SQLAlchemy's
    ) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def identifier() -> Any:
    """A primary key that sorts by the time the row was made."""
    return Field(default_factory=ids.new, sa_column=Column(Uuid, primary_key=True))


def moment(*, optional: bool = False, index: bool = False, at_once: bool = False) -> Any:
    """A column for a moment in time; ``at_once`` fills it with the present one."""
    column = Column(UtcDateTime, nullable=optional, index=index)
    if at_once:
        return Field(default_factory=clock.now, sa_column=column)
    return Field(default=None, sa_column=column) if optional else Field(sa_column=column)


def reference(
    target: str, *, optional: bool = False, index: bool = True, unique: bool = False
) -> Any:
    """A column that points to another row, ``"table.id"``."""
    column = Column(Uuid, _foreign(target), nullable=optional, index=index, unique=unique)
    return Field(default=None, sa_column=column) if optional else Field(sa_column=column)


def owned_by(target: str) -> Any:
    """A primary key that is at the same time the row it belongs to."""
    return Field(sa_column=Column(Uuid, _foreign(target), primary_key=True))


def _foreign(target: str) -> ForeignKey:
    # Checked at commit, so the order in which a transaction writes its rows is free.
    return ForeignKey(target, deferrable=True, initially="DEFERRED")


def choice(
    kind: type[StrEnum],
    default: StrEnum | None = None,
    *,
    optional: bool = False,
    index: bool = False,
    guard: str = "",
) -> Any:
    """A column that holds one member of a closed choice, guarded by a CHECK constraint.

    ``guard`` names the constraint where a table has two columns of the same choice.
    """
    stored = Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=guard or kind.__name__.lower(),
        values_callable=lambda members: [m.value for m in members],
    )
    column = Column(stored, nullable=optional, index=index)
    if default is not None or optional:
        return Field(default=default, sa_column=column)
    return Field(sa_column=column)


def document(*, optional: bool = False) -> Any:
    """A column of JSON: a dict or a list of plain values."""
    column = Column(JSON(none_as_null=True), nullable=optional)
    return (
        Field(default=None, sa_column=column)
        if optional
        else Field(default_factory=dict, sa_column=column)
    )


@lru_cache
def writing_engine() -> Engine:
    """The engine of transactions that may write."""
    return _engine(writing=True)


@lru_cache
def reading_engine() -> Engine:
    """The engine of transactions that only read; on SQLite they never queue behind a writer."""
    return _engine(writing=False) if is_sqlite() else writing_engine()


def is_sqlite() -> bool:
    """Whether the desk keeps its record in an SQLite file."""
    return _kept_by(settings.current().database) == "sqlite"


@lru_cache
def _kept_by(address: str) -> str:
    return make_url(address).get_backend_name()


def dispose() -> None:
    """Forget the engines (a test that moves to another database, a child after a fork)."""
    for engine in (writing_engine, reading_engine):
        if engine.cache_info().currsize:
            engine().dispose()
        engine.cache_clear()


def _engine(*, writing: bool) -> Engine:
    url = make_url(settings.current().database)
    if url.get_backend_name() != "sqlite":
        return create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    settings.current().data_dir.mkdir(parents=True, exist_ok=True)
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 10})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we begin ourselves, see below
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "busy_timeout=10000",
            "foreign_keys=ON",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A deferred transaction that turns into a writer fails at once on a stale snapshot,
        # whatever the busy timeout: writers take the lock first.
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


@contextmanager
def transaction() -> Generator[Session]:
    """All of it, or on any exception nothing."""
    with Session(writing_engine(), expire_on_commit=False) as session:
        yield session
        make_durable(session)


def make_durable(session: Session) -> None:
    """The only place that commits; what was committed already is left alone."""
    if not session.in_transaction():
        return
    session.flush()
    if not is_sqlite():
        # Sent by PostgreSQL when, and only when, the commit succeeds: wakes every engine.
        session.connection().execute(text(f"NOTIFY {WAKE_CHANNEL}"))
    session.commit()


def insert_new(session: Session, table: type[Row], rows: Sequence[Row]) -> int:
    """Write rows at once, but for those whose unique key is taken; says how many were written.

    One statement: two who write the same key at the same moment do not collide.
    """
    statement = _insert_new(table.__tablename__, on_sqlite=is_sqlite())
    return session.connection().execute(statement, [row.model_dump() for row in rows]).rowcount


@lru_cache
def _insert_new(table: str, *, on_sqlite: bool) -> Insert:
    dialect = sqlite if on_sqlite else postgresql
    return dialect.insert(SQLModel.metadata.tables[table]).on_conflict_do_nothing()


def locked(session: Session, table: type[Row], key: UUID) -> Row | None:
    """A row as it is now; nobody else changes it until the transaction ends."""
    if is_sqlite():
        # All of the database is ours since BEGIN IMMEDIATE: what was read here is still true.
        return session.get(table, key)
    return session.get(table, key, with_for_update=True, populate_existing=True)


@contextmanager
def reading() -> Generator[Session]:
    """A consistent view that changes nothing."""
    with Session(reading_engine(), expire_on_commit=False, info={_ASKED: {}}) as session:
        yield session


def once(session: Session, question: tuple[object, ...], ask: Callable[[], Found]) -> Found:
    """What one look asks several times over, asked once; a transaction that writes asks anew.

    The answer is shared: whoever asks does not change it.
    """
    asked: dict[tuple[object, ...], Any] | None = session.info.get(_ASKED)
    if asked is None:
        return ask()
    if question not in asked:
        asked[question] = ask()
    return asked[question]
