"""A bare FastAPI route that inserts as many rows as an opening does: the floor to compare with.

Same server, same database settings (WAL, BEGIN IMMEDIATE, synchronous FULL), one commit; one table,
no look-ups, no rights, no record. Started with ``python -m tests.bench.bare DATABASE ROWS``.
"""

import socket
import sys
from typing import Any
from uuid import UUID

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import JSON, Column, create_engine, event
from sqlmodel import Field, Session, SQLModel

from incidents.record import ids


class Row(SQLModel, table=True):
    """About as wide as a message or a fact."""

    __tablename__: Any = "bench_row"

    id: UUID = Field(default_factory=ids.new, primary_key=True)
    kind: str
    text: str
    values: dict[str, Any] = Field(sa_column=Column(JSON))


class Asked(BaseModel):
    """What the real route is sent."""

    playbook: str
    level: int
    title: str
    signal: str


def create(path: str, rows: int) -> FastAPI:
    """The application with its one route."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    SQLModel.metadata.tables["bench_row"].create(engine)
    app = FastAPI()

    @app.post("/rows", status_code=201)
    def insert(asked: Asked) -> dict[str, str]:
        with Session(engine) as session:
            made = [
                Row(kind=asked.playbook, text=asked.title, values=asked.model_dump())
                for _ in range(rows)
            ]
            session.add_all(made)
            session.commit()
            return {"id": str(made[0].id)}

    return app


def main() -> None:
    """Serve on a free port, and say which."""
    listening = socket.create_server(("127.0.0.1", 0))
    # asyncio does so only for sockets it opened; else each answer waits 40 ms for an ACK.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(listening.getsockname()[1], flush=True)
    config = uvicorn.Config(create(sys.argv[1], int(sys.argv[2])), access_log=False, log_level=30)
    uvicorn.Server(config).run(sockets=[listening])


if __name__ == "__main__":
    main()
