"""Duty rosters: rotations, stand-ins, swaps, absences, hand-over notes, calendar feeds."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLES = (
    "lead",
    "standing_deputy",
    "spokesperson",
    "secretary",
    "duty_officer",
    "monitoring",
    "subject_lead",
    "legal",
    "police_liaison",
    "publisher",
    "commune",
    "chair",
    "department_duty_leader",
    "office_duty",
)


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("around_the_clock", sa.Boolean(), nullable=False),
        sa.Column("notes", sa.Boolean(), nullable=False),
        sa.Column("filled_until", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        _refers("roster", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster")),
        sa.UniqueConstraint("name", name=op.f("uq_roster_name")),
    )
    with op.batch_alter_table("roster", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_roster_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_roster_role"), ["role"], unique=False)

    op.create_table(
        "absence",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_absence_order")),
        _refers("absence", "person_id", "person"),
        _refers("absence", "recorded_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
    )
    with op.batch_alter_table("absence", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_absence_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_absence_recorded_by"), ["recorded_by"], unique=False)

    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        _refers("calendar_feed", "owner_id", "person"),
        _refers("calendar_feed", "roster_id", "roster"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_owner_id"), ["owner_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_calendar_feed_roster_id"), ["roster_id"], unique=False)

    op.create_table(
        "rotation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("hand_over", sa.Time(), nullable=False),
        sa.Column("shift_minutes", sa.Integer(), nullable=False),
        sa.Column("shifts_each", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint(
            "shift_minutes > 0 AND shifts_each > 0", name=op.f("ck_rotation_lengths")
        ),
        _refers("rotation", "roster_id", "roster"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation")),
    )
    with op.batch_alter_table("rotation", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rotation_roster_id"), ["roster_id"], unique=False)

    op.create_table(
        "stand_in",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("instead_of", sa.Uuid(), nullable=True),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_stand_in_order")),
        _refers("stand_in", "instead_of", "person"),
        _refers("stand_in", "person_id", "person"),
        _refers("stand_in", "recorded_by", "person"),
        _refers("stand_in", "roster_id", "roster"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stand_in")),
    )
    with op.batch_alter_table("stand_in", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stand_in_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_in_instead_of"), ["instead_of"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_in_person_id"), ["person_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_in_recorded_by"), ["recorded_by"], unique=False)
        batch_op.create_index(batch_op.f("ix_stand_in_roster_id"), ["roster_id"], unique=False)

    op.create_table(
        "swap",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("roster_id", sa.Uuid(), nullable=False),
        sa.Column("asker_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("given_at", UtcDateTime(), nullable=False),
        sa.Column("given_until", UtcDateTime(), nullable=False),
        sa.Column("taken_at", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "asked",
                "accepted",
                "declined",
                "withdrawn",
                name="swapstate",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("settled_at", UtcDateTime(), nullable=True),
        _refers("swap", "asker_id", "person"),
        _refers("swap", "other_id", "person"),
        _refers("swap", "roster_id", "roster"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_swap")),
    )
    with op.batch_alter_table("swap", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_swap_asker_id"), ["asker_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_swap_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_swap_roster_id"), ["roster_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_swap_state"), ["state"], unique=False)

    op.create_table(
        "hand_over",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("shift_id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(*ROLES, name="role", native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("incidents", sa.Integer(), nullable=False),
        sa.Column("open_work", sa.String(), nullable=False),
        sa.Column("deadlines", sa.String(), nullable=False),
        sa.Column("unknown", sa.String(), nullable=False),
        sa.Column("remarks", sa.String(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("versions", sa.Integer(), nullable=False),
        sa.Column("acknowledged_by", sa.Uuid(), nullable=True),
        sa.Column("acknowledged_at", UtcDateTime(), nullable=True),
        _refers("hand_over", "acknowledged_by", "person"),
        _refers("hand_over", "author_id", "person"),
        _refers("hand_over", "shift_id", "shift"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_over")),
    )
    with op.batch_alter_table("hand_over", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hand_over_acknowledged_by"), ["acknowledged_by"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_hand_over_author_id"), ["author_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_hand_over_shift_id"), ["shift_id"], unique=True)
        batch_op.create_index(batch_op.f("ix_hand_over_written_at"), ["written_at"], unique=False)

    op.create_table(
        "rotation_turn",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("rotation_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        _refers("rotation_turn", "person_id", "person"),
        _refers("rotation_turn", "rotation_id", "rotation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rotation_turn")),
        sa.UniqueConstraint(
            "rotation_id", "position", name=op.f("uq_rotation_turn_rotation_id_position")
        ),
    )
    with op.batch_alter_table("rotation_turn", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rotation_turn_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_rotation_turn_rotation_id"), ["rotation_id"], unique=False
        )

    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.add_column(sa.Column("roster_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("slot_at", UtcDateTime(), nullable=True))
        batch_op.add_column(sa.Column("stands_in_for", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("sequence", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("changed_at", UtcDateTime(), nullable=True))
        batch_op.create_index("ix_shift_role_ends_at", ["role", "ends_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_roster_id"), ["roster_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_shift_stands_in_for"), ["stands_in_for"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_shift_roster_id"),
            "roster",
            ["roster_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_shift_stands_in_for"),
            "person",
            ["stands_in_for"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )


def downgrade() -> None:
    op.drop_table("hand_over")
    with op.batch_alter_table("shift", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_shift_stands_in_for"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_shift_roster_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_shift_stands_in_for"))
        batch_op.drop_index(batch_op.f("ix_shift_roster_id"))
        batch_op.drop_index("ix_shift_role_ends_at")
        batch_op.drop_column("changed_at")
        batch_op.drop_column("sequence")
        batch_op.drop_column("stands_in_for")
        batch_op.drop_column("slot_at")
        batch_op.drop_column("roster_id")
    for table in (
        "rotation_turn",
        "swap",
        "stand_in",
        "rotation",
        "calendar_feed",
        "absence",
        "roster",
    ):
        op.drop_table(table)
