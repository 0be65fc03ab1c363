"""Who must be told of an incident at each level; the plan's list is what a desk begins with."""

import sqlalchemy as sa
from alembic import op

from incidents.record import ids

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_ROLES = (
    *("lead", "standing_deputy", "spokesperson", "secretary", "duty_officer", "monitoring"),
    *("subject_lead", "legal", "police_liaison", "publisher", "commune", "chair"),
    *("department_duty_leader", "office_duty", "observer"),
)
_BODIES = (
    *("people's committee", "office", "lead department", "department", "district", "commune"),
    *("police", "party", "superior authority", "press", "portal", "desk", "other"),
)
# Each level with those below it: whoever hears of a smaller matter hears of a graver one.
_PLAN = {
    1: ("standing_deputy",),
    2: ("office_duty",),
    3: ("chair", "party"),
    4: ("superior authority",),
}


def upgrade() -> None:
    table = op.create_table(
        "must_be_told",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("role", _choice("role", *_ROLES), nullable=True),
        sa.Column("body", _choice("organisationkind", *_BODIES), nullable=True),
        sa.CheckConstraint("level BETWEEN 0 AND 4", name=op.f("ck_must_be_told_level")),
        sa.CheckConstraint("(role IS NULL) <> (body IS NULL)", name=op.f("ck_must_be_told_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_must_be_told")),
    )
    rows = []
    for level in range(1, 5):
        for least, named in _PLAN.items():
            if least <= level:
                rows += [_row(level, each) for each in named]
    op.bulk_insert(table, rows)


def downgrade() -> None:
    op.drop_table("must_be_told")


def _row(level: int, whom: str) -> dict[str, object]:
    role = whom if whom in _ROLES else None
    return {"id": ids.new(), "level": level, "role": role, "body": None if role else whom}


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)
