"""Steps added by hand, the decision log, situation reports, and lessons."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BY_HAND = "(run_id IS NULL) = (own_title IS NOT NULL)"
_ANCHOR = "CONSTRAINT fk_step_after_id FOREIGN KEY"
# As the table of steps is written on SQLite: before, and after.
_ON_SQLITE = (
    (
        "run_id CHAR(32) NOT NULL, ",
        (
            "run_id CHAR(32), own_title VARCHAR, own_gist VARCHAR DEFAULT '' NOT NULL, "
            "added_by CHAR(32), "
        ),
    ),
    (
        _ANCHOR,
        (
            f"CONSTRAINT ck_step_by_hand CHECK ({_BY_HAND}), CONSTRAINT fk_step_added_by FOREIGN "
            f"KEY(added_by) REFERENCES person (id) DEFERRABLE INITIALLY DEFERRED, {_ANCHOR}"
        ),
    ),
)
# What a run did not ask for becomes work of the incident's first run, so that all that refers to
# it stays; its words are lost.
_BOUND_AGAIN = """
    UPDATE step SET run_id = (
        SELECT r.id FROM playbook_run r
        WHERE r.incident_id = step.incident_id ORDER BY r.started_at LIMIT 1
    ), own_title = NULL WHERE run_id IS NULL
"""


GUARDED = dict.fromkeys(("decision", "situation_report"), ("UPDATE", "DELETE"))


def upgrade() -> None:
    _free_the_steps()
    _decisions()
    _situation_reports()
    _lessons()
    _guard()


def downgrade() -> None:
    for table in ("lesson", "situation_report", "decision"):
        op.drop_table(table)
    _bind_the_steps()


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
    for table, deeds in GUARDED.items():
        for deed in deeds:
            body = (
                f"BEGIN SELECT RAISE(ABORT, 'append-only: {deed} on {table} refused'); END"
                if _on_sqlite()
                else "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
            name = f"{table}_no_{deed.lower()}"
            op.execute(f"CREATE TRIGGER {name} BEFORE {deed} ON {table} {body}")


def _decisions() -> None:
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("options", sa.String(), nullable=False),
        sa.Column("chosen", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("dissent", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        sa.Column("review_at", UtcDateTime(), nullable=True),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("decided_at <= recorded_at", name=op.f("ck_decision_past")),
        sa.CheckConstraint("replaces_id <> id", name=op.f("ck_decision_replaces")),
        _refers("decision", "decided_by", "person"),
        _refers("decision", "incident_id", "incident"),
        _refers("decision", "recorded_by", "person"),
        _refers("decision", "replaces_id", "decision"),
        _refers("decision", "step_id", "step"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_decision_incident_id_number")),
    )
    for column in ("decided_by", "incident_id", "recorded_by", "review_at", "step_id"):
        _index("decision", column)
    _index("decision", "replaces_id", unique=True)


def _on_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _free_the_steps() -> None:
    if _on_sqlite():
        _rewrite(_ON_SQLITE)
    else:
        op.alter_column("step", "run_id", nullable=True)
        op.add_column("step", sa.Column("own_title", sa.String(), nullable=True))
        op.add_column("step", sa.Column("own_gist", sa.String(), nullable=False, server_default=""))
        op.add_column("step", sa.Column("added_by", sa.Uuid(), nullable=True))
        op.create_check_constraint(op.f("ck_step_by_hand"), "step", _BY_HAND)
        op.create_foreign_key(
            op.f("fk_step_added_by"),
            "step",
            "person",
            ["added_by"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
    op.create_index(op.f("ix_step_added_by"), "step", ["added_by"])


def _bind_the_steps() -> None:
    op.execute(_BOUND_AGAIN)
    op.drop_index(op.f("ix_step_added_by"), table_name="step")
    if _on_sqlite():
        _rewrite(tuple((after, before) for before, after in _ON_SQLITE))
    else:
        # Else the references just written are still to be checked, and nothing can be altered.
        op.execute("SET CONSTRAINTS ALL IMMEDIATE")
        op.drop_constraint(op.f("ck_step_by_hand"), "step")
        for column in ("added_by", "own_gist", "own_title"):
            op.drop_column("step", column)
        op.alter_column("step", "run_id", nullable=False)


def _rewrite(changes: tuple[tuple[str, str], ...]) -> None:
    """Make the table of steps anew with other columns, its rows and every CHECK kept.

    A copy in batches would lose the CHECKs and, with rows that refer to steps, fail at commit: the
    table must be dropped empty and filled again, then its references are whole once more.
    """
    bind = op.get_bind()
    made = "SELECT sql FROM sqlite_master WHERE tbl_name = 'step' AND type = :type AND sql <> ''"
    table = bind.execute(sa.text(made), {"type": "table"}).scalar_one()
    # Line breaks are the only thing in which one way of making a table differs from another.
    table = " ".join(table.split())
    for before, after in changes:
        if before not in table:
            raise RuntimeError(f"the steps are not as revision {revision} knows them: {table}")
        table = table.replace(before, after)
    indexes = bind.execute(sa.text(made), {"type": "index"}).scalars().all()
    op.execute("CREATE TABLE step_kept AS SELECT * FROM step")
    op.execute("DELETE FROM step")
    op.execute("DROP TABLE step")
    bind.exec_driver_sql(table)
    columns = {
        name: [row[1] for row in bind.exec_driver_sql(f"PRAGMA table_info({name})")]
        for name in ("step", "step_kept")
    }
    shared = ", ".join(f'"{c}"' for c in columns["step"] if c in columns["step_kept"])
    op.execute(f"INSERT INTO step ({shared}) SELECT {shared} FROM step_kept")
    op.execute("DROP TABLE step_kept")
    for index in indexes:
        bind.exec_driver_sql(index)


def _situation_reports() -> None:
    op.create_table(
        "situation_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        sa.Column("figures", sa.JSON(), nullable=False),
        sa.Column("sections", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("text_en", sa.String(), nullable=False),
        _refers("situation_report", "incident_id", "incident"),
        _refers("situation_report", "issued_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_situation_report")),
        sa.UniqueConstraint(
            "incident_id", "number", name=op.f("uq_situation_report_incident_id_number")
        ),
    )
    for column in ("incident_id", "issued_by"):
        _index("situation_report", column)


def _lessons() -> None:
    states = sa.Enum(
        *("open", "done", "dropped"),
        name="lessonstate",
        native_enum=False,
        create_constraint=True,
        length=40,
    )
    op.create_table(
        "lesson",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("step_id", sa.Uuid(), nullable=True),
        sa.Column("happened", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("improvement", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("owner_name", sa.String(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("state", states, nullable=False),
        sa.Column("earlier_id", sa.Uuid(), nullable=True),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("learnt_at", UtcDateTime(), nullable=False),
        sa.Column("learnt_by", sa.Uuid(), nullable=True),
        sa.Column("proof", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(state = 'open') = (settled_at IS NULL)", name=op.f("ck_lesson_settled")
        ),
        sa.CheckConstraint("state <> 'done' OR proof <> ''", name=op.f("ck_lesson_proved")),
        sa.CheckConstraint("earlier_id <> id", name=op.f("ck_lesson_earlier")),
        _refers("lesson", "earlier_id", "lesson"),
        _refers("lesson", "incident_id", "incident"),
        _refers("lesson", "learnt_by", "person"),
        _refers("lesson", "owner_id", "person"),
        _refers("lesson", "settled_by", "person"),
        _refers("lesson", "step_id", "step"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lesson")),
        sa.UniqueConstraint("incident_id", "number", name=op.f("uq_lesson_incident_id_number")),
    )
    for column in (
        *("due_on", "earlier_id", "incident_id", "learnt_by", "owner_id"),
        *("settled_by", "state", "step_id"),
    ):
        _index("lesson", column)
