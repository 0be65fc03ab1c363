"""A POST sent twice with one Idempotency-Key is carried out once and answered twice alike."""

import functools
import hashlib
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Request
from fastapi.encoders import jsonable_encoder
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from api.dependencies import Db, RestCaller
from incidents.record import idempotency
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
    """Keeps the answer in the transaction of its effect, before that commits."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _keeping(endpoint, options.get("status_code") or 200), **options)


def _keeping(endpoint: Callable[..., Any], status: int) -> Callable[..., Any]:
    @functools.wraps(endpoint)
    def kept(**values: Any) -> Any:
        answer = endpoint(**values)
        session = values.get("session")
        pending = session.info.pop(_PENDING, None) if session is not None else None
        if session is not None and pending:
            person_id, key, sha256 = pending
            session.flush()
            idempotency.keep(
                session,
                person_id,
                key,
                request_sha256=sha256,
                status=status,
                body=jsonable_encoder(answer),
            )
        return answer

    return kept


def replay(_request: Request, error: Exception) -> JSONResponse:
    """The answer given before."""
    if not isinstance(error, AlreadyAnswered):
        raise error
    return JSONResponse(
        error.given.body, error.given.status, headers={"Idempotent-Replayed": "true"}
    )
