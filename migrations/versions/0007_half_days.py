"""Protected half-days."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "half_days",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("half", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("excuse", sa.String(length=32), nullable=True),
        sa.Column("excuse_detail", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.String(length=200), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("waived_because", sa.Text(), nullable=True),
        sa.Column("make_good_due", sa.Date(), nullable=True),
        sa.Column("gives_back", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("replaces_id", sa.Uuid(), nullable=True),
        sa.Column("replaced_by_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("(state = 'excused') = (excuse IS NOT NULL)", name="excuse"),
        sa.CheckConstraint(
            "(state IN ('moved', 'made_good')) = (replaced_by_id IS NOT NULL)",
            name="replaced_by",
        ),
        sa.CheckConstraint("state <> 'encroached' OR make_good_due IS NOT NULL", name="make_good_due"),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_half_days_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_half_days_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name="fk_half_days_mandate_id_mandates"),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["half_days.id"], name="fk_half_days_replaced_by_id_half_days"
        ),
        sa.ForeignKeyConstraint(["replaces_id"], ["half_days.id"], name="fk_half_days_replaces_id_half_days"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_half_days_team_id_teams"),
        sa.PrimaryKeyConstraint("id", name="pk_half_days"),
    )
    with op.batch_alter_table("half_days") as batch_op:
        batch_op.create_index("ix_half_days_agent_id", ["agent_id", "day", "id"], unique=False)
        batch_op.create_index("ix_half_days_day", ["authority_id", "day", "id"], unique=False)
        batch_op.create_index("ix_half_days_mandate_id", ["mandate_id", "day", "id"], unique=False)
        batch_op.create_index("ix_half_days_team_id", ["team_id", "day", "id"], unique=False)
        batch_op.create_index(
            "uq_half_days_standing",
            ["agent_id", "day", "half"],
            unique=True,
            postgresql_where=sa.text("state NOT IN ('moved', 'excused', 'waived')"),
            sqlite_where=sa.text("state NOT IN ('moved', 'excused', 'waived')"),
        )
