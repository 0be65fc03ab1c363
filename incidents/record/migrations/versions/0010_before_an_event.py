"""Terms that count back from an event, and the first of them: the notice of a press conference."""

from datetime import date

import sqlalchemy as sa
from alembic import op

from incidents.record import ids

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_UNITS = "'hours', 'days', 'working_days', 'months', 'yearly'"
_WITH_EVENTS = "'hours', 'hours_before', 'days', 'working_days', 'months', 'yearly'"

_NOTICE = {
    "code": "PRESS_CONFERENCE_NOTICE",
    "texts": {
        "vi": {
            "title": "Thông báo họp báo cho cơ quan quản lý báo chí",
            "trigger": (
                "Cơ quan tổ chức họp báo và đã ấn định giờ họp. Tính lùi từ giờ họp báo: thông báo "
                "bằng văn bản phải đến cơ quan quản lý nhà nước về báo chí trước hạn. Đổi giờ họp "
                "thì ghi không áp dụng và đề xuất lại."
            ),
            "consequence": "Xử phạt khi không thông báo hoặc thông báo chậm.",
        },
        "en": {
            "title": "Notice of a press conference to the press authority",
            "trigger": (
                "The body holds a press conference and has fixed its time. Counted back from that "
                "time: the written notice must reach the state press authority before the end. "
                "When the time is changed, mark this as not applicable and propose it again."
            ),
            "consequence": "Fine for notice not given or given late.",
        },
    },
    "amount": 24,
    "unit": "hours_before",
    "before": "",
    "rolls": False,
    "role": "standing_deputy",
    "legal_basis": (
        "Luật Báo chí 2016, quy định về họp báo; từ 01/07/2026 là Luật Báo chí 2025. "
        "Con số và điều khoản chưa đối chiếu văn bản gốc."
    ),
    "effective_from": date(2017, 1, 1),
    "effective_to": None,
    "verified": False,
    "verified_by": "",
}


def upgrade() -> None:
    _allow(_UNITS, _WITH_EVENTS)
    columns = {
        "id": sa.Uuid(),
        "texts": sa.JSON(),
        "effective_from": sa.Date(),
        "effective_to": sa.Date(),
        "rolls": sa.Boolean(),
        "verified": sa.Boolean(),
    }
    plain = (name for name in _NOTICE if name not in columns)
    table = sa.table(
        "clock_rule",
        *(sa.column(name) for name in plain),
        *(sa.column(name, kind) for name, kind in columns.items()),
    )
    op.bulk_insert(table, [{"id": ids.new(), **_NOTICE}])


def downgrade() -> None:
    # The version before cannot count back: such terms go, with the clocks that run by them.
    rules = "SELECT id FROM clock_rule WHERE unit = 'hours_before'"
    running = f"SELECT id FROM clock WHERE rule_id IN ({rules})"
    op.execute(f"DELETE FROM clock_alarm WHERE clock_id IN ({running})")
    op.execute(f"DELETE FROM clock WHERE rule_id IN ({rules})")
    op.execute("DELETE FROM clock_rule WHERE unit = 'hours_before'")
    _allow(_WITH_EVENTS, _UNITS)


def _allow(before: str, after: str) -> None:
    """Change the CHECK of the unit; SQLite makes the table anew for it, its rows kept."""
    bind = op.get_bind()
    if bind.dialect.name != "sqlite":
        # Else the rows just deleted are still to be checked, and nothing can be altered.
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        op.drop_constraint(op.f("ck_clock_rule_unit"), "clock_rule")
        op.create_check_constraint(op.f("ck_clock_rule_unit"), "clock_rule", f"unit IN ({after})")
        return
    made = "SELECT sql FROM sqlite_master WHERE tbl_name = 'clock_rule' AND sql <> '' ORDER BY type"
    # The index, then the table: so their types are ordered.
    index, table = bind.exec_driver_sql(made).scalars().all()
    if before not in table:
        raise RuntimeError(f"the terms are not as revision {revision} knows them: {table}")
    op.execute("CREATE TABLE clock_rule_kept AS SELECT * FROM clock_rule")
    op.execute("DELETE FROM clock_rule")
    op.execute("DROP TABLE clock_rule")
    bind.exec_driver_sql(table.replace(before, after))
    op.execute("INSERT INTO clock_rule SELECT * FROM clock_rule_kept")
    op.execute("DROP TABLE clock_rule_kept")
    bind.exec_driver_sql(index)
