"""The bases of the shipped terms of the law in English, where the office left them as they were."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_UNREAD = "Not compared with the original text."
_PRESS = "Press Law 2016, Article 42"
_SINCE = "since 1 July 2026 the Press Law 2025"
_ACCESS = "Law on Access to Information 2016, Article 31"
_PENDING = "an amending law is before the National Assembly."
_DATA = "Law on Personal Data Protection 91/2025/QH15 and Decree 356/2025/ND-CP."
_ENGLISH = {
    "Nghị định 09/2017/NĐ-CP, Điều 6; có dự thảo nghị định thay thế (03/2026). Chưa đối chiếu văn "
    "bản gốc.": "Decree 09/2017/ND-CP, Article 6; a replacing decree has been drafted (March "
    f"2026). {_UNREAD}",
    "Luật Báo chí 2016, Điều 42 («ngay»; 24 giờ là mức bàn trực theo dõi); từ 01/07/2026 là Luật "
    "Báo chí 2025. Chưa đối chiếu văn bản gốc.": f"{_PRESS} (“at once”; 24 hours is what the desk "
    f"watches); {_SINCE}. {_UNREAD}",
    "Luật Báo chí 2016, Điều 42; từ 01/07/2026 là Luật Báo chí 2025. Con số chưa đối chiếu văn bản "
    "gốc.": f"{_PRESS}; {_SINCE}. The figure is not compared with the original text.",
    "Luật Báo chí 2016, Điều 42 («số ra kế tiếp»; một tháng là mức bàn trực theo dõi); từ "
    "01/07/2026 là Luật Báo chí 2025. Chưa đối chiếu văn bản gốc.": f"{_PRESS} (“the next issue”; "
    f"one month is what the desk watches); {_SINCE}. {_UNREAD}",
    "Luật Báo chí 2016, Điều 39.": "Press Law 2016, Article 39.",
    "Luật Báo chí 2025; thời hạn do nghị định quy định, chưa đọc được, tạm theo luật cũ.": "Press "
    "Law 2025; a decree not read yet sets its term, so the old law's stands meanwhile.",
    "Luật Tiếp cận thông tin 2016, Điều 31 (gửi qua bưu chính, fax); luật sửa đổi đang trình.": (
        f"{_ACCESS} (by post or fax); {_PENDING}"
    ),
    "Luật Tiếp cận thông tin 2016, Điều 31; luật sửa đổi đang trình.": f"{_ACCESS}; {_PENDING}",
    "Luật Tiếp cận thông tin 2016, Điều 31 (có thể gia hạn không quá 15 ngày, có thông báo); luật "
    "sửa đổi đang trình.": f"{_ACCESS} (may be extended by 15 days at most, with notice); "
    f"{_PENDING}",
    "Nghị định 147/2024/NĐ-CP.": "Decree 147/2024/ND-CP.",
    "Luật An ninh mạng 116/2025/QH15.": "Cybersecurity Law 116/2025/QH15.",
    "Luật Bảo vệ dữ liệu cá nhân 91/2025/QH15 và Nghị định 356/2025/NĐ-CP.": _DATA,
    "Chỉ thị 7/CT-TTg ngày 21/03/2023 và kế hoạch của tỉnh.": "Directive 7/CT-TTg of 21 March 2023 "
    "and the plan of the province.",
    "Luật Báo chí 2016, quy định về họp báo; từ 01/07/2026 là Luật Báo chí 2025. Con số và điều "
    "khoản chưa đối chiếu văn bản gốc.": f"Press Law 2016, on press conferences; {_SINCE}. Figure "
    "and article are not compared with the original text.",
}
_RULE = sa.table(
    "clock_rule",
    sa.column("id", sa.Uuid()),
    sa.column("texts", sa.JSON()),
    sa.column("legal_basis", sa.String()),
)


def upgrade() -> None:
    _each(lambda english, basis: {**english, "legal_basis": _ENGLISH[basis]}, _ENGLISH.keys())


def downgrade() -> None:
    _each(lambda english, _: {k: v for k, v in english.items() if k != "legal_basis"})


def _each(changed: Any, only: Any = None) -> None:
    rows = op.get_bind().execute(sa.select(_RULE)).all()
    for rule_id, texts, basis in rows:
        if only is None or basis in only:
            told = {**texts, "en": changed(texts["en"], basis)}
            op.execute(_RULE.update().where(_RULE.c.id == rule_id).values(texts=told))
