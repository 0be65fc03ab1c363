"""Mandates of task forces and their seats, conflicts of interest, departures, requests."""

import sqlalchemy as sa
from alembic import op

from incidents.record.database import UtcDateTime

revision = "0007"
down_revision = "0006"
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
BASES = ("standing", "direction", "decision", "added", "replacement", "hand_over")


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column],
        [f"{target}.id"],
        name=op.f(f"fk_{table}_{column}"),
        initially="DEFERRED",
        deferrable=True,
    )


def _choice(name: str, *values: str) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    _proposals()
    _decisions()
    _seats()
    _recusals()
    _departures()
    _requests()


def _requests() -> None:
    request = sa.Column("request", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("step", request)
    op.add_column("step", sa.Column("called_at", UtcDateTime(), nullable=True))


def _departures() -> None:
    op.create_table(
        "departure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=False),
        sa.Column("successor_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        _refers("departure", "person_id", "person"),
        _refers("departure", "successor_id", "person"),
        _refers("departure", "recorded_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_departure")),
    )
    for column in ("person_id", "successor_id", "recorded_by"):
        op.create_index(op.f(f"ix_departure_{column}"), "departure", [column])


def _recusals() -> None:
    op.create_table(
        "recusal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("headed", sa.JSON(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("declared_at", UtcDateTime(), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=False),
        sa.Column("lifted_at", UtcDateTime(), nullable=True),
        sa.Column("lifted_by", sa.Uuid(), nullable=True),
        sa.Column("lift_reason", sa.String(), nullable=False),
        sa.CheckConstraint(
            "(person_id IS NULL) <> (organisation_id IS NULL)", name=op.f("ck_recusal_about")
        ),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL)", name=op.f("ck_recusal_lifted")
        ),
        _refers("recusal", "incident_id", "incident"),
        _refers("recusal", "person_id", "person"),
        _refers("recusal", "organisation_id", "organisation"),
        _refers("recusal", "declared_by", "person"),
        _refers("recusal", "lifted_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recusal")),
    )
    for column in ("incident_id", "person_id", "organisation_id", "declared_by", "lifted_by"):
        op.create_index(op.f(f"ix_recusal_{column}"), "recusal", [column])


def _proposals() -> None:
    op.create_table(
        "task_force_proposal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column(
            "state",
            _choice("proposalstate", "proposed", "appraised", "returned", "decided"),
            nullable=False,
        ),
        sa.Column("serves_until", UtcDateTime(), nullable=True),
        sa.Column("proposed_at", UtcDateTime(), nullable=False),
        sa.Column("proposed_by", sa.Uuid(), nullable=False),
        sa.Column("appraised_at", UtcDateTime(), nullable=True),
        sa.Column("appraised_by", sa.Uuid(), nullable=True),
        sa.Column("opinion", sa.String(), nullable=False),
        sa.Column("returned_at", UtcDateTime(), nullable=True),
        sa.Column("returned_by", sa.Uuid(), nullable=True),
        _refers("task_force_proposal", "incident_id", "incident"),
        _refers("task_force_proposal", "proposed_by", "person"),
        _refers("task_force_proposal", "appraised_by", "person"),
        _refers("task_force_proposal", "returned_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_force_proposal")),
    )
    for column in ("incident_id", "proposed_by", "appraised_by", "returned_by"):
        op.create_index(op.f(f"ix_task_force_proposal_{column}"), "task_force_proposal", [column])
    op.create_table(
        "proposed_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("role", _choice("role", *ROLES), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("mandate", sa.String(), nullable=False),
        sa.Column("agency", sa.String(), nullable=False),
        _refers("proposed_member", "proposal_id", "task_force_proposal"),
        _refers("proposed_member", "person_id", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposed_member")),
    )
    for column in ("proposal_id", "person_id"):
        op.create_index(op.f(f"ix_proposed_member_{column}"), "proposed_member", [column])


def _decisions() -> None:
    op.create_table(
        "task_force_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("incident_id", sa.Uuid(), nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("kind", _choice("decisionkind", "founds", "keeps", "dissolves"), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("signed_on", sa.Date(), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        _refers("task_force_decision", "incident_id", "incident"),
        _refers("task_force_decision", "proposal_id", "task_force_proposal"),
        _refers("task_force_decision", "recorded_by", "person"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_task_force_decision")),
    )
    for column in ("incident_id", "proposal_id", "number", "recorded_by"):
        op.create_index(op.f(f"ix_task_force_decision_{column}"), "task_force_decision", [column])


def _seats() -> None:
    op.add_column("task_force", sa.Column("regularised_at", UtcDateTime(), nullable=True))
    op.add_column("task_force", sa.Column("kept_at", UtcDateTime(), nullable=True))
    for name in ("mandate", "agency"):
        column = sa.Column(name, sa.String(), nullable=False, server_default="")
        op.add_column("task_force_member", column)
    op.add_column("task_force_member", sa.Column("serves_until", UtcDateTime(), nullable=True))
    # Said in SQL: Alembic would copy the whole table for a CHECK and lose the one it has.
    allowed = ", ".join(f"'{basis}'" for basis in BASES)
    op.execute(
        "ALTER TABLE task_force_member ADD COLUMN basis VARCHAR(40) DEFAULT 'standing' NOT NULL "
        f"CONSTRAINT ck_task_force_member_basis CHECK (basis IN ({allowed}))"
    )
    # An interim group that was set up on a leader's word before this version says so.
    op.execute(
        "UPDATE task_force_member SET basis = 'direction' WHERE task_force_id IN "
        "(SELECT id FROM task_force WHERE direction_by IS NOT NULL)"
    )


def downgrade() -> None:
    for column in ("called_at", "request"):
        op.drop_column("step", column)
    for column in ("basis", "serves_until", "agency", "mandate"):
        op.drop_column("task_force_member", column)
    op.drop_column("task_force", "kept_at")
    op.drop_column("task_force", "regularised_at")
    for table in (
        "departure",
        "recusal",
        "task_force_decision",
        "proposed_member",
        "task_force_proposal",
    ):
        op.drop_table(table)
