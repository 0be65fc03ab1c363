"""What the author of a reply wrote: the text above the quote, or below it where nothing is above.

The work is done by mail-parser-reply, which is taught Vietnamese here. Its patterns cost more than
linear time on some texts, so it is given a bounded piece.
"""

import re
import unicodedata
from typing import Any

from mailparser_reply.constants import MAIL_LANGUAGES
from mailparser_reply.parser import EmailMessage

_MOST = 6_000
"""Signs of a text that are looked at: an answer stands at the top, or just below the quote."""
_LINE = 400
_LINES = 200
_EMPTY = re.compile(r"\n{3,}")
_QUOTED = re.compile(r"^\s*>")
_WROTE = re.compile(
    r"^\W*(?:(?:vào|lúc|ngày|thứ|th|cn|on|am|le|at)\b.{0,300})?"
    r"(?:đã viết|viết|wrote|đã gửi lời nhắn|wrote on .{0,80})\s*:?\s*$",
    re.IGNORECASE,
)
_HEAD = r"(?:Từ|Người gửi|Đã gửi|Gửi lúc|Ngày gửi|Ngày|Gửi|Đến|Tới|Người nhận|Cc|Chủ đề|Tiêu đề)"

_VIETNAMESE: Any = {
    "wrote_header": (
        r"^((?:> ?)*(?:Vào|Lúc|Ngày|Thứ|Th \d|CN)\b[^\n]{0,300}(?:\n[^\n]{0,200})?"
        r"(?:đã )?viết ?:?)$"
        r"|^([^\n]{0,120} wrote on \d[^\n]{0,60}:?)$"
        r"|^(-{2,} ?(?:Thư gốc|Tin nhắn gốc|Thư đã chuyển tiếp|Nội dung thư gốc|Forwarded message"
        r"|Chuyển tiếp thư|Original message) ?-{2,})$"
    ),
    "from_header": rf"((?:(?:^|\n)[* ]*{_HEAD}[* ]*:[^\n]{{0,300}}){{2,}})",
    "disclaimers": ["CẢNH BÁO:", "Lưu ý bảo mật:", "Tuyên bố miễn trừ", "THÔNG BÁO BẢO MẬT"],
    "signatures": [
        *("Trân trọng", "Kính thư", "Thân mến", "Thân ái", "Kính chào", "Trân trọng cảm ơn"),
        *("TM. ", "KT. ", "TL. ", "Sent with", "Best,"),
    ],
    "sent_from": "Đã gửi từ|Được gửi từ|Gửi từ|Tải Outlook cho|Lấy Outlook cho|Sent from",
}
MAIL_LANGUAGES["vi"] = _VIETNAMESE
_DISCLAIMER = re.compile(
    r"^\W*(?:thông báo bảo mật|lưu ý bảo mật|tuyên bố miễn trừ|thư điện tử này|email này|"
    r"nội dung (?:thư|email) này|this (?:e-?mail|message)|disclaimer|confidential|caution)\b"
    r"|\b(?:chứa|có) thông tin (?:bảo )?mật\b",
    re.IGNORECASE,
)
_RULE = re.compile(r"^\s*(?:[_=*─—-]{5,})\s*$")
_SENT_FROM = re.compile(
    r"^\W*(?:đã gửi từ|được gửi từ|gửi từ|tải outlook|lấy outlook|sent from|get outlook|"
    r"sent with|sent via|send from)\b",
    re.IGNORECASE,
)


def written(text: str) -> str:
    """The author's own words; empty where there are none."""
    lines = _bounded(text)
    above = _own("\n".join(lines[: _first_quoted(lines)]))
    return above or _own("\n".join(_below(lines)))


def _bounded(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    plain = plain.translate({0xA0: " ", 0x200B: None, 0xFEFF: None, 0x2028: "\n", 0: None})
    stripped = "\n".join(line.strip()[:_LINE] for line in plain[:_MOST].split("\n"))
    return _EMPTY.sub("\n\n", stripped).strip().split("\n")[:_LINES]


def _first_quoted(lines: list[str]) -> int:
    for place, line in enumerate(lines):
        if _QUOTED.match(line):
            return place
    return len(lines)


def _below(lines: list[str]) -> list[str]:
    """What stands after quoted lines, none of it quoted."""
    return [
        line
        for line in lines[_first_quoted(lines) :]
        if not _QUOTED.match(line) and not _WROTE.match(line)
    ]


def _own(text: str) -> str:
    read = EmailMessage(text, languages=["vi", "en"], keep_hyphen_lists=True).read()
    body = read.replies[0].body if read.replies else ""
    lines: list[str] = []
    for line in body.split("\n"):
        wrote = _WROTE.match(line) and line.rstrip().endswith(":")
        ends = _SENT_FROM.match(line) or _DISCLAIMER.search(line) or wrote
        if ends or (_RULE.match(line) and any(lines)) or line.rstrip() == "--":
            break
        lines.append(line)
    return "\n".join(lines).strip()
