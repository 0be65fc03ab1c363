"""The directory: periods and successions of bodies, postings, focal points, checks, routing."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_KINDS = ("mail", "apprise", "telephone", "zalo", "other")
_CHANNELS = ("mail", "public_page", "apprise")
_OWNER = "(person_id IS NULL) <> (organisation_id IS NULL)"


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def _one_of(values: tuple[str, ...]) -> str:
    return f"channel IN ({', '.join(repr(value) for value in values)})"


def upgrade() -> None:
    op.create_table(
        "organisation_period",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        _refers("organisation_period", "organisation_id", "organisation"),
        _refers("organisation_period", "parent_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation_period")),
        sa.UniqueConstraint(
            "organisation_id",
            "starts_on",
            name=op.f("uq_organisation_period_organisation_id_starts_on"),
        ),
    )
    with op.batch_alter_table("organisation_period", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_organisation_period_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_organisation_period_parent_id"), ["parent_id"], unique=False
        )

    op.create_table(
        "routing_rule",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
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
                name="role",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("playbook", sa.String(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("area", sa.String(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "playbook <> '' OR topic <> '' OR area <> ''", name=op.f("ck_routing_rule_something")
        ),
        sa.CheckConstraint(
            "valid_to IS NULL OR valid_to >= valid_from", name=op.f("ck_routing_rule_order")
        ),
        _refers("routing_rule", "organisation_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_routing_rule")),
    )
    with op.batch_alter_table("routing_rule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_routing_rule_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "succession",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("predecessor_id", sa.Uuid(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("matter", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.CheckConstraint("predecessor_id <> successor_id", name=op.f("ck_succession_other")),
        _refers("succession", "predecessor_id", "organisation"),
        _refers("succession", "successor_id", "organisation"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_succession")),
        sa.UniqueConstraint(
            "predecessor_id", "successor_id", name=op.f("uq_succession_predecessor_id_successor_id")
        ),
    )
    with op.batch_alter_table("succession", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_succession_predecessor_id"), ["predecessor_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_succession_successor_id"), ["successor_id"], unique=False
        )

    op.create_table(
        "focal_point",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column(
            "standing",
            sa.Enum(
                "focal",
                "deputy",
                name="standing",
                native_enum=False,
                create_constraint=True,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("appointed_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("tested_at", UtcDateTime(), nullable=True),
        sa.Column("tested_by", sa.Uuid(), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("tested_how", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(tested_at IS NULL) = (reached IS NULL)", name=op.f("ck_focal_point_tested")
        ),
        _refers("focal_point", "organisation_id", "organisation"),
        _refers("focal_point", "person_id", "person"),
        _refers("focal_point", "tested_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_focal_point")),
    )
    with op.batch_alter_table("focal_point", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_focal_point_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_focal_point_person_id"), ["person_id"], unique=False)

    op.create_table(
        "former_posting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("post", sa.String(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        _refers("former_posting", "organisation_id", "organisation"),
        _refers("former_posting", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_former_posting")),
    )
    with op.batch_alter_table("former_posting", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_former_posting_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_former_posting_person_id"), ["person_id"], unique=False
        )

    op.create_table(
        "contact_check",
        sa.Column("contact_point_id", sa.Uuid(), nullable=False),
        sa.Column("nonce", sa.Uuid(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        _refers("contact_check", "contact_point_id", "contact_point"),
        sa.PrimaryKeyConstraint("contact_point_id", name=op.f("pk_contact_check")),
    )
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("organisation_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("verified_by", sa.Uuid(), nullable=True))
        batch_op.alter_column("person_id", existing_type=sa.Uuid(), nullable=True)
        batch_op.drop_constraint(batch_op.f("ck_contact_point_channel"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_contact_point_channel"), _one_of(_KINDS))
        batch_op.create_check_constraint(batch_op.f("ck_contact_point_owner"), _OWNER)
        batch_op.create_index(
            batch_op.f("ix_contact_point_organisation_id"), ["organisation_id"], unique=False
        )
        batch_op.create_unique_constraint(
            batch_op.f("uq_contact_point_organisation_id_channel_address"),
            ["organisation_id", "channel", "address"],
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_contact_point_organisation_id"),
            "organisation",
            ["organisation_id"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_contact_point_verified_by"),
            "person",
            ["verified_by"],
            ["id"],
            initially="DEFERRED",
            deferrable=True,
        )


def downgrade() -> None:
    op.drop_table("contact_check")
    # What the release before cannot hold.
    op.execute(
        "DELETE FROM contact_point WHERE person_id IS NULL OR channel NOT IN ('mail', 'apprise')"
    )
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_contact_point_owner"), type_="check")
        batch_op.drop_constraint(batch_op.f("ck_contact_point_channel"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_contact_point_channel"), _one_of(_CHANNELS))
        batch_op.drop_constraint(batch_op.f("fk_contact_point_verified_by"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_contact_point_organisation_id"), type_="foreignkey")
        batch_op.drop_constraint(
            batch_op.f("uq_contact_point_organisation_id_channel_address"), type_="unique"
        )
        batch_op.drop_index(batch_op.f("ix_contact_point_organisation_id"))
        batch_op.alter_column("person_id", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("verified_by")
        batch_op.drop_column("organisation_id")

    with op.batch_alter_table("former_posting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_former_posting_person_id"))
        batch_op.drop_index(batch_op.f("ix_former_posting_organisation_id"))

    op.drop_table("former_posting")
    with op.batch_alter_table("focal_point", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_focal_point_person_id"))
        batch_op.drop_index(batch_op.f("ix_focal_point_organisation_id"))

    op.drop_table("focal_point")
    with op.batch_alter_table("succession", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_succession_successor_id"))
        batch_op.drop_index(batch_op.f("ix_succession_predecessor_id"))

    op.drop_table("succession")
    with op.batch_alter_table("routing_rule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_routing_rule_organisation_id"))

    op.drop_table("routing_rule")
    with op.batch_alter_table("organisation_period", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_period_parent_id"))
        batch_op.drop_index(batch_op.f("ix_organisation_period_organisation_id"))

    op.drop_table("organisation_period")
