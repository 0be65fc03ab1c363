"""Mails of ours that came back: by the report of RFC 3464, or by what sloppy servers write."""

import re
from email.message import Message
from email.utils import parseaddr

from notifications.receiving.inbound import Returned

_NAME = re.compile(r"<[^<>\s]{3,300}>")
_MESSAGE_ID = re.compile(r"^\s*Message-ID:\s*(<[^<>\s]{3,300}>)", re.IGNORECASE | re.MULTILINE)
_FIELD = re.compile(
    r"^(Final-Recipient|Original-Recipient|Action|Status|Diagnostic-Code):\s*(.+)$",
    re.IGNORECASE | re.MULTILINE,
)
_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failed|failure|has failed)|returned mail|failure notice|"
    r"mail delivery|returned to sender|không gửi được|không thể gửi|thư bị trả lại|"
    r"chưa gửi được|không chuyển được",
    re.IGNORECASE,
)
_FOR_GOOD = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b|\b55[0-9]\b")
_FOR_NOW = re.compile(r"\b4\.\d{1,3}\.\d{1,3}\b|\bdelayed\b|\bwill (?:be )?retr", re.IGNORECASE)
_REASON = 300

Letter = Message


def of(letter: Letter, text: str) -> Returned | None:
    """What a mail says came back, if that is what it is; ``text`` is all that stands in it."""
    if letter.get_content_type() == "multipart/report" or _status(letter):
        return _reported(letter, text)
    return _told(letter, text)


def _reported(letter: Letter, text: str) -> Returned | None:
    status = _status(letter)
    if status is None:
        # A report of another kind: a receipt, or a complaint.
        kind = str(letter.get_param("report-type") or "").lower()
        return _told(letter, text) if kind in ("", "delivery-status") else None
    fields = {name.lower(): value.strip() for name, value in _FIELD.findall(status)}
    code, action = fields.get("status", ""), fields.get("action", "").lower()
    recipient = fields.get("final-recipient") or fields.get("original-recipient", "")
    return Returned(
        names=_ours(letter, text),
        address=parseaddr(recipient.rpartition(";")[2].strip())[1].casefold(),
        for_good=action == "failed" and not code.startswith("4"),
        reason=(fields.get("diagnostic-code") or code or action)[:_REASON],
    )


def _told(letter: Letter, text: str) -> Returned | None:
    """Without a report: a machine's mail whose subject or words say that ours did not arrive."""
    sender = parseaddr(str(letter.get("From") or "")[:1000])[1].casefold()
    machine = sender.startswith(("mailer-daemon", "postmaster", "microsoftexchange", "maildaemon"))
    nobody = str(letter.get("Return-Path") or "").strip() == "<>"
    failed = str(letter.get("X-Failed-Recipients") or "")[:1000]
    subject = str(letter.get("Subject") or "")[:300]
    words = text[:20_000]
    about = _SUBJECT.search(subject) or _SUBJECT.search(words[:2000])
    if not failed and not ((machine or nobody) and about):
        return None
    for_good = bool(failed or _FOR_GOOD.search(words))
    reason = next((line for line in words.splitlines() if _FOR_GOOD.search(line)), "")
    return Returned(
        names=_ours(letter, text),
        address=parseaddr(failed)[1].casefold(),
        for_good=for_good and not (_FOR_NOW.search(words) and not _FOR_GOOD.search(words)),
        reason=reason.strip()[:_REASON],
    )


def _status(letter: Letter) -> str | None:
    for part in letter.walk():
        if part.get_content_type() == "message/delivery-status":
            inner = part.get_payload()
            blocks = inner if isinstance(inner, list) else [inner]
            return "\n".join(str(block) for block in blocks)[:20_000]
    return None


def _ours(letter: Letter, text: str) -> tuple[str, ...]:
    """The names of the mail that came back: of what is attached, else of what is quoted."""
    attached = [str(part.get("Message-ID") or "").strip() for part in letter.walk()][1:]
    found = [name for name in attached if _NAME.fullmatch(name)] + _MESSAGE_ID.findall(text)
    found += _NAME.findall(str(letter.get("In-Reply-To") or "")[:2000])
    found += _NAME.findall(str(letter.get("References") or "")[:4000])
    return tuple(dict.fromkeys(found))[:20]
