"""In which part a shell was approved, and by which paper."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_ROLES = (
    *("lead", "standing_deputy", "spokesperson", "secretary", "duty_officer", "monitoring"),
    *("subject_lead", "legal", "police_liaison", "publisher", "commune", "chair"),
    *("department_duty_leader", "office_duty", "observer"),
)
# Where the part was not recorded: what the signer holds by post, in the order shells ask for it.
_BY_POST = """
    UPDATE shell SET approved_as = '{role}' WHERE approved_by IN (
        SELECT person_id FROM role_holder WHERE role = '{role}' AND rank = 1
    ) AND approved_by NOT IN (
        SELECT person_id FROM role_holder WHERE role = 'spokesperson' AND rank = 1
    )
"""


def upgrade() -> None:
    with op.batch_alter_table("shell") as shell:
        shell.add_column(
            sa.Column(
                "approved_as",
                sa.Enum(*_ROLES, name="role", native_enum=False, create_constraint=True, length=40),
                nullable=False,
                server_default="spokesperson",
            )
        )
        shell.add_column(sa.Column("authorisation_id", sa.Uuid(), nullable=True))
        shell.create_foreign_key(
            op.f("fk_shell_authorisation_id"),
            "authorisation",
            ["authorisation_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
    op.create_index(op.f("ix_shell_authorisation_id"), "shell", ["authorisation_id"])
    for role in ("chair", "lead"):
        op.execute(_BY_POST.format(role=role))
    with op.batch_alter_table("shell") as shell:
        shell.alter_column("approved_as", server_default=None)


def downgrade() -> None:
    op.drop_index(op.f("ix_shell_authorisation_id"), "shell")
    with op.batch_alter_table("shell") as shell:
        shell.drop_constraint(op.f("fk_shell_authorisation_id"), type_="foreignkey")
        shell.drop_column("authorisation_id")
        shell.drop_constraint(op.f("ck_shell_role"), type_="check")
        shell.drop_column("approved_as")
