"""The one door to Apprise: a plain notice to a chat service or gateway the office has set up.

The address of a contact point is a name; its URL, which holds the service's secret, stays in the
settings. Such services may be outside the country: a notice says a code and a time, nothing else.
"""

from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any

from incidents.record import settings
from incidents.record.language import N_
from notifications.outcomes import FailedForGood, FailedForNow, Outcome, Sent

TIMEOUT = 10.0
"""Seconds one service may take, whatever its plugin believes."""

SCHEMES = frozenset(
    [
        "json",
        "jsons",
        "form",
        "forms",
        "matrix",
        "matrixs",
        "mmost",
        "mmosts",
        "slack",
        "ntfy",
        "ntfys",
        "rocket",
        "rockets",
        "gotify",
        "gotifys",
        "nctalk",
        "nctalks",
        "workflows",
    ]
)
"""Services by name; what acts on this machine (commands, files, system logs) is not among them."""

_REASON = 300


def send(name: str, *, title: str, body: str) -> Outcome:
    """Send a notice by the service of this name. Never raises for what a service does."""
    url = addresses().get(name)
    if url is None:
        return FailedForGood(N_("không có dịch vụ nhắn tin tên này trong cấu hình"))
    if url.partition("://")[0].lower() not in SCHEMES:
        return FailedForGood(N_("loại dịch vụ nhắn tin này không được phép dùng"))
    answer: SimpleQueue[Outcome] = SimpleQueue()
    # A thread of its own: some plugins wait as long as they like.
    Thread(target=lambda: answer.put(_notify(url, title, body)), daemon=True).start()
    try:
        return answer.get(timeout=TIMEOUT)
    except Empty:
        return FailedForNow(N_("dịch vụ nhắn tin không trả lời"))


def addresses() -> dict[str, str]:
    """The services in the settings, by name: ``TRUCBAN_APPRISE_URLS="truc=mmosts://… so=ntfys://…"``."""
    entries = settings.current().apprise_urls.get_secret_value().split()
    named = (entry.partition("=") for entry in entries)
    return {name: url for name, equals, url in named if name and equals}


def _notify(url: str, title: str, body: str) -> Outcome:
    import apprise  # noqa: PLC0415 - a hundred plugins, loaded only where a service is used

    try:
        captured: Any = apprise.LogCapture(level=apprise.logging.WARNING, fmt="%(message)s")
        with captured as log:
            service = apprise.Apprise()
            # In a list: as plain text a comma in the URL would make two of it.
            if not service.add([url]):
                return FailedForGood(N_("địa chỉ dịch vụ nhắn tin không hợp lệ"))
            if service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT):
                return Sent()
            reason = " ".join(log.getvalue().split())
    except Exception as trouble:  # noqa: BLE001 - plugins raise whatever their libraries do
        reason = f"{type(trouble).__name__}: {trouble}"
    return FailedForNow(reason.replace(url, "…")[:_REASON] or N_("dịch vụ nhắn tin không nhận"))
