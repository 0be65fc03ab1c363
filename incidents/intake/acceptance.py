"""What a flag must be before the desk takes it in: something to look at, and nothing impossible."""

from datetime import datetime
from urllib.parse import urlsplit

from sqlmodel import Session

from incidents.matter import incidents
from incidents.record import clock
from incidents.record.errors import Invalid, Wrong
from incidents.record.language import N_

TEXT_LIMIT = 100_000
"""Characters of a flag's text; longer material comes as a file."""


def check(
    session: Session,
    text: str,
    url: str,
    reach: int | None,
    seen_at: datetime | None,
    *,
    files: bool,
    exercise: bool,
) -> None:
    """Refuse with everything that is wrong with it; ``files`` says whether any came along.

    Only while an exercise is being held may it be marked as part of one: a mark made by mistake at
    any other time would let something real lie.
    """
    fields: Wrong = {}
    if not text and not url and not files:
        fields["text"] = (N_("Cần có nội dung, đường dẫn hoặc tệp."), {})
    if len(text) > TEXT_LIMIT:
        fields["text"] = (
            N_("Nội dung dài quá %(limit)s ký tự; hãy gửi thành tệp."),
            {"limit": TEXT_LIMIT},
        )
    if url and not _on_the_web(url):
        fields["url"] = (N_("Đường dẫn phải bắt đầu bằng http:// hoặc https://."), {})
    if seen_at is not None and seen_at > clock.now():
        fields["seen_at"] = (N_("Không thể thấy tin ở một thời điểm chưa tới."), {})
    if reach is not None and reach < 0:
        fields["reach"] = (N_("Lượt tiếp cận không thể âm."), {})
    if exercise and not incidents.recent(session, live_only=True, exercise=True, limit=1):
        fields["exercise"] = (
            N_("Không có buổi diễn tập nào đang diễn ra; tin thật thì bỏ đánh dấu diễn tập."),
            {},
        )
    if fields:
        raise Invalid(fields=fields)


def _on_the_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:  # such as http://[::1
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
