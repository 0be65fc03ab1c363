"""A POST sent twice with one Idempotency-Key is carried out once and answered twice alike."""

import functools
import hashlib
import json
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

from fastapi import Depends, Header, Request
from fastapi.routing import APIRoute
from pydantic import TypeAdapter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from api.dependencies import Db, RestCaller
from incidents.record import database, idempotency
from incidents.record.idempotency import IdempotentAnswer

_PENDING = "idempotent request"


class AlreadyAnswered(Exception):
    """The same request came before."""

    def __init__(self, given: IdempotentAnswer) -> None:
        self.given = given
        super().__init__(given.key)


async def once(
    request: Request,
    session: Db,
    caller: RestCaller,
    idempotency_key: Annotated[str | None, Header(max_length=200)] = None,
) -> None:
    """Answer as before, or note the key for the answer to come."""
    if not idempotency_key or request.method != "POST":
        return
    sent = f"{request.method} {request.url.path}\n{request.state.body_sha256}"
    sha256 = hashlib.sha256(sent.encode()).hexdigest()
    given = await run_in_threadpool(
        idempotency.find, session, caller.person.id, idempotency_key, request_sha256=sha256
    )
    if given:
        raise AlreadyAnswered(given)
    session.info[_PENDING] = (caller.person.id, idempotency_key, sha256)


Once = Depends(once)


class DeedRoute(APIRoute):
    """Writes the answer, keeps it, and commits where the deed is done: nothing changes threads.

    What is kept for a repetition is in the transaction of its effect.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        writes = options["methods"] != ["GET"]
        status = options.get("status_code") or 200
        super().__init__(path, _settled(endpoint, status, writes=writes), **options)


def _settled(endpoint: Callable[..., Any], status: int, *, writes: bool) -> Callable[..., Any]:
    shape = get_type_hints(endpoint)["return"]
    if isinstance(shape, type) and issubclass(shape, Response):
        return endpoint  # a file; nothing of it is kept
    adapter = TypeAdapter(shape)

    @functools.wraps(endpoint)
    def settled(**values: Any) -> Response:
        answer = adapter.validate_python(endpoint(**values), from_attributes=True)
        body = adapter.dump_json(answer, by_alias=True)
        if session := values.get("session"):
            _keep(session, status, body)
            if writes:
                database.make_durable(session)
            session.close()
        return Response(body, status, media_type="application/json")

    return settled


def _keep(session: Session, status: int, body: bytes) -> None:
    if pending := session.info.pop(_PENDING, None):
        person_id, key, sha256 = pending
        session.flush()
        idempotency.keep(
            session, person_id, key, request_sha256=sha256, status=status, body=json.loads(body)
        )


def replay(_request: Request, error: Exception) -> JSONResponse:
    """The answer given before."""
    if not isinstance(error, AlreadyAnswered):
        raise error
    return JSONResponse(
        error.given.body, error.given.status, headers={"Idempotent-Replayed": "true"}
    )
