"""Work on the safety of people, closing reports and the verdicts on them."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

GUARDED = dict.fromkeys(("closing_report", "closing_verdict"), ("UPDATE", "DELETE"))


def upgrade() -> None:
    op.add_column(
        "step", sa.Column("life_safety", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_table(
        "closing_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("submitted_by", sa.Uuid(), nullable=False),
        sa.Column("sections", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        _refers("closing_report", "incident_id", "incident"),
        _refers("closing_report", "submitted_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_report")),
        sa.UniqueConstraint(
            "incident_id", "number", name=op.f("uq_closing_report_incident_id_number")
        ),
    )
    _index("closing_report", "incident_id")
    _index("closing_report", "submitted_by")
    op.create_table(
        "closing_verdict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("approved", sa.Boolean(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_by", sa.Uuid(), nullable=False),
        sa.CheckConstraint("approved OR reason <> ''", name=op.f("ck_closing_verdict_reason")),
        _refers("closing_verdict", "report_id", "closing_report"),
        _refers("closing_verdict", "given_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_closing_verdict")),
    )
    _index("closing_verdict", "report_id", unique=True)
    _index("closing_verdict", "given_by")
    _guard()


def downgrade() -> None:
    op.drop_table("closing_verdict")
    op.drop_table("closing_report")
    op.drop_column("step", "life_safety")


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def _index(table: str, column: str, *, unique: bool = False) -> None:
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column], unique=unique)


def _guard() -> None:
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    for table, deeds in GUARDED.items():
        for deed in deeds:
            body = (
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {deed} on {table} refused'); END"
                if on_sqlite
                else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            op.execute(f"CREATE TRIGGER {table}_no_{deed.lower()} BEFORE {deed} ON {table} {body}")
