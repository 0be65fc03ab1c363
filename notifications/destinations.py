"""Where a message leads that is not answered through its link: the page it is about."""

from urllib.parse import quote
from uuid import UUID

from incidents.intake import reporters
from incidents.intake.signals import Signal
from incidents.matter.incidents import Incident
from incidents.record import links, settings
from incidents.record.outbox import OutgoingMessage

ABOUT_ROSTERS = frozenset(
    {
        "swap_asked",
        "swap_accepted",
        "swap_declined",
        "swap_after_leaving",
        "stand_in_set",
        "duty_passed_on",
        "shift_by_hand",
        "shift_handed_over",
        "hand_over_missing",
        "roster_gap",
    }
)
"""Kinds that lead to the page of the rosters."""

OUTCOME = "reply_outcome"
"""Leads to what was answered: its number is in the mail that was answered."""

ABOUT_DIRECTORY = frozenset({"contact_code", "contacts_stale", "directory_review"})
"""Kinds that lead to the directory."""


ABOUT_LESSONS = frozenset({"lesson_assigned", "lesson_due", "lesson_wanting"})
"""Kinds that lead to the register of lessons, which its owners see without a role."""


ABOUT_CLOSING = frozenset(
    {
        "closing_report_waits",
        "closing_report_approved",
        "closing_report_returned",
        "incident_closed",
    }
)
"""Kinds that lead to the closing report of an incident."""


_PAGES = {
    **dict.fromkeys(ABOUT_ROSTERS, "lich-truc"),
    **dict.fromkeys(ABOUT_LESSONS, "bai-hoc"),
    "contact_test": "cach-nhan-tin",
}


def page(message: OutgoingMessage, incident: Incident | None, signal: Signal | None) -> str:
    """The address a message leads to; nothing for whoever may open no page of the desk."""
    if _shut_out(message):
        return ""
    if message.kind in _PAGES:
        return f"{settings.current().address}/{_PAGES[message.kind]}"
    if message.kind in ABOUT_DIRECTORY:
        body = message.values.get("code")
        return f"{settings.current().address}/danh-ba" + (f"/co-quan/{quote(body)}" if body else "")
    if message.kind == OUTCOME:
        return _answered(message)
    return _step(message) or _words(message, incident) or _room(incident, signal)


def _answered(message: OutgoingMessage) -> str:
    """The link of the mail that was answered, where it is theirs."""
    about = message.values.get("about")
    return f"{settings.current().address}/t/{links.token(UUID(about))}" if about else ""


def _step(message: OutgoingMessage) -> str:
    """The step more time is asked for, where it can be granted."""
    asks = message.kind == "more_time_asked" and message.step_id
    return f"{settings.current().address}/nhiem-vu/{message.step_id}" if asks else ""


def _words(message: OutgoingMessage, incident: Incident | None) -> str:
    """The closing report, the text or the exercise a message is about."""
    if message.kind == "no_duff":  # about no exercise, but led to the one it was raised in
        return f"{settings.current().address}/vu-viec/{message.values['drill']}"
    if message.kind in ABOUT_CLOSING and incident:
        return f"{_room(incident, None)}/bao-cao-tong-ket"
    text = message.values.get("statement") if message.kind == "edit_refused" else None
    return f"{settings.current().address}/phat-ngon/{text}" if text else ""


def _shut_out(message: OutgoingMessage) -> bool:
    """Citizens, those told outside the desk, and whoever an incident concerns."""
    citizen = message.kind == reporters.KIND and message.recipient_id is None
    return citizen or message.kind == "conflict_declared" or bool(message.values.get("outside"))


def _room(incident: Incident | None, signal: Signal | None) -> str:
    address = settings.current().address
    if incident:
        return f"{address}/vu-viec/{incident.number}"
    return f"{address}/tin-bao/{signal.code}" if signal else address
