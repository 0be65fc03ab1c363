"""What routes ask for: a session that commits before the answer leaves, the caller, the form."""

import hmac
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any
from urllib.parse import urlsplit

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData

from api import identity
from api.identity import Caller
from incidents.record import database, idempotency, settings
from incidents.record.errors import AlreadySettled, NotPermitted
from incidents.record.language import N_, Speech, speech

_READS = ("GET", "HEAD")


async def _session(request: Request) -> AsyncIterator[Session]:
    """GET and HEAD get a view that cannot commit; everything else one transaction.

    Beginning asks the database nothing, so it needs no thread; neither does the end where the
    deed's own thread has settled everything (``api/rest/repeats.py``).
    """
    opened = database.reading() if request.method in _READS else database.transaction()
    session = opened.__enter__()
    try:
        yield session
    except BaseException as fault:
        await _in_thread(opened.__exit__, type(fault), fault, fault.__traceback__)
        raise
    else:
        if session.in_transaction():
            await _in_thread(opened.__exit__, None, None, None)
        else:
            opened.__exit__(None, None, None)


async def _in_thread(leave: Callable[..., bool | None], *how: Any) -> bool | None:
    """In a thread of its own, to its end: those who wait for a session cannot keep it open."""
    with CancelScope(shield=True):
        return await to_thread.run_sync(leave, *how, limiter=CapacityLimiter(1))


def _bearer(request: Request) -> Caller:
    return identity.require(request)


def same_site(request: Request) -> None:
    """Refuse a form that another site sent (ASVS 3.5.1).

    Our own pages send ``Origin: null`` because they send no referrer either; what remains open
    then is closed by Sec-Fetch-Site, and for signed-in people by the form token.
    """
    origin = request.headers.get("origin", "null")
    ours = {request.headers.get("host", ""), urlsplit(settings.current().address).netloc}
    elsewhere = origin != "null" and urlsplit(origin).netloc not in ours
    if elsewhere or request.headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
        raise NotPermitted(N_("Biểu mẫu được gửi từ trang khác nên không nhận."))


async def fields(request: Request) -> AsyncIterator[FormData]:
    """The posted form of a page, after it was seen to come from our own pages."""
    same_site(request)
    form = await request.form()
    # Kept for the page that asks for the password and then sends all of it again.
    request.state.form = values_of(form)
    try:
        yield form
    finally:
        # Its files too, when what was asked is refused.
        await form.close()


def _page_reader(request: Request) -> Caller:
    return identity.require(request)


def _form_caller(
    request: Request,
    form: Annotated[FormData, Depends(fields)],
    session: Annotated[Session, Depends(_session, scope="function")],
) -> Caller:
    found = identity.find(request)
    if found is None:
        raise identity.NotSignedIn(N_("Hãy đăng nhập để tiếp tục."))
    token, _, shown = str(form.get("form_token", "")).partition(".")
    if not hmac.compare_digest(token.encode(), found[0].form_token.encode()):
        raise NotPermitted(N_("Biểu mẫu đã cũ; hãy tải lại trang rồi gửi lại."))
    caller = identity.require(request, str(form.get("password", "")))
    # A double click sends one page's form twice to the letter; another showing may say the same.
    sent = f"form {shown} {request.url.path} {request.state.body_sha256}"
    if shown and not idempotency.first_time(session, caller.person.id, sent):
        raise AlreadySettled(N_("Biểu mẫu này vừa được gửi rồi; chỉ ghi nhận một lần."))
    return caller


def _speech(request: Request) -> Speech:
    return speech(identity.language_of(request))


Db = Annotated[Session, Depends(_session, scope="function")]
RestCaller = Annotated[Caller, Depends(_bearer)]
Reader = Annotated[Caller, Depends(_page_reader)]
FormCaller = Annotated[Caller, Depends(_form_caller)]
Fields = Annotated[FormData, Depends(fields)]
Say = Annotated[Speech, Depends(_speech)]


def values_of(form: FormData) -> dict[str, Any]:
    """The written fields of a form: no files, no token, no password, nothing left empty."""
    hidden = ("form_token", "password", "new_password", "again")
    return {
        name: value
        for name, value in form.items()
        if isinstance(value, str) and name not in hidden and value.strip()
    }
