"""The ladder of a flag nobody takes: figures of the office, and their moments on each flag."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

_FIGURES = {"flag_minutes": 15, "flag_remind_percent": 50, "flag_next_percent": 150}
_MOMENTS = ("remind_at", "escalate_at")
_SIGNAL = sa.table(
    "signal",
    sa.column("id", sa.Uuid()),
    *(sa.column(name, UtcDateTime()) for name in ("flagged_at", *_MOMENTS)),
)


def upgrade() -> None:
    # The table is not copied: the figures of every version point to it.
    for name, was in _FIGURES.items():
        figure = sa.Column(name, sa.Integer(), nullable=False, server_default=str(was))
        op.add_column("level_timings", figure)
    for name in _MOMENTS:
        op.add_column("signal", sa.Column(name, UtcDateTime(), nullable=True))
    # Those nobody has taken climb on as they would have.
    known = sa.select(_SIGNAL.c.id, _SIGNAL.c.flagged_at)
    for signal_id, flagged_at in op.get_bind().execute(known).all():
        op.execute(_SIGNAL.update().where(_SIGNAL.c.id == signal_id).values(_laid(flagged_at)))


def _laid(flagged_at: datetime) -> dict[str, datetime]:
    within = timedelta(minutes=15)
    return {"remind_at": flagged_at + within / 2, "escalate_at": flagged_at + within * 1.5}


def downgrade() -> None:
    for name in _MOMENTS:
        op.drop_column("signal", name)
    for name in _FIGURES:
        op.drop_column("level_timings", name)
