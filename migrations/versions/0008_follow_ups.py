"""Follow-ups, commitments and the spiral."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "follow_ups",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("theoretical_on", sa.Date(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=True),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("cancelled_for", sa.String(length=32), nullable=True),
        sa.CheckConstraint("(state = 'cancelled') = (cancelled_for IS NOT NULL)", name="cancelled_for"),
        sa.CheckConstraint("(state = 'held') = (held_on IS NOT NULL)", name="held_on"),
        sa.CheckConstraint("state <> 'scheduled' OR held_at IS NOT NULL", name="held_at"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_follow_ups_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name="fk_follow_ups_mandate_id_mandates"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_follow_ups_team_id_teams"),
        sa.PrimaryKeyConstraint("id", name="pk_follow_ups"),
        sa.UniqueConstraint("mandate_id", "ordinal", name="uq_follow_ups_mandate_id_ordinal"),
    )
    with op.batch_alter_table("follow_ups") as batch_op:
        batch_op.create_index("ix_follow_ups_planned_on", ["authority_id", "planned_on", "id"], unique=False)
        batch_op.create_index("ix_follow_ups_team_id", ["team_id", "planned_on"], unique=False)
        batch_op.create_index(
            "ix_follow_ups_to_come",
            ["authority_id", "planned_on"],
            unique=False,
            postgresql_where=sa.text("state IN ('planned', 'scheduled')"),
            sqlite_where=sa.text("state IN ('planned', 'scheduled')"),
        )

    op.create_table(
        "commitments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("team_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("drop_agreed_by_team", sa.Boolean(), nullable=False),
        sa.Column("drop_agreed_by_client", sa.Boolean(), nullable=False),
        sa.CheckConstraint("(state = 'open') = (closed_on IS NULL)", name="closed_on"),
        sa.CheckConstraint(
            "state <> 'dropped' OR (drop_agreed_by_team AND drop_agreed_by_client)",
            name="dropped",
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_commitments_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_commitments_follow_up_id_follow_ups"
        ),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name="fk_commitments_mandate_id_mandates"),
        sa.ForeignKeyConstraint(["owner_id"], ["agents.id"], name="fk_commitments_owner_id_agents"),
        sa.ForeignKeyConstraint(["team_id"], ["teams.id"], name="fk_commitments_team_id_teams"),
        sa.PrimaryKeyConstraint("id", name="pk_commitments"),
    )
    with op.batch_alter_table("commitments") as batch_op:
        batch_op.create_index("ix_commitments_due_on", ["authority_id", "due_on", "id"], unique=False)
        batch_op.create_index("ix_commitments_follow_up_id", ["follow_up_id"], unique=False)
        batch_op.create_index(
            "ix_commitments_open",
            ["mandate_id", "due_on"],
            unique=False,
            postgresql_where=sa.text("state = 'open'"),
            sqlite_where=sa.text("state = 'open'"),
        )
        batch_op.create_index("ix_commitments_owner_id", ["owner_id"], unique=False)
        batch_op.create_index("ix_commitments_team_id", ["team_id", "due_on"], unique=False)

    op.create_table(
        "decisions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("decided_by_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_decisions_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["decided_by_id"], ["agents.id"], name="fk_decisions_decided_by_id_agents"),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_decisions_follow_up_id_follow_ups"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_decisions"),
        sa.UniqueConstraint("follow_up_id", "position", name="uq_decisions_follow_up_id_position"),
    )
    op.create_table(
        "follow_up_attendees",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_follow_up_attendees_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_follow_up_attendees_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_follow_up_attendees_follow_up_id_follow_ups"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_attendees"),
        sa.UniqueConstraint("follow_up_id", "agent_id", name="uq_follow_up_attendees_follow_up_id_agent_id"),
    )
    op.create_table(
        "follow_up_reports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name="fk_follow_up_reports_author_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_follow_up_reports_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_follow_up_reports_follow_up_id_follow_ups"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_follow_up_reports"),
        sa.UniqueConstraint("follow_up_id", "side", name="uq_follow_up_reports_follow_up_id_side"),
    )
    op.create_table(
        "obstacles",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_obstacles_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_obstacles_follow_up_id_follow_ups"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["agents.id"], name="fk_obstacles_owner_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_obstacles"),
        sa.UniqueConstraint("follow_up_id", "position", name="uq_obstacles_follow_up_id_position"),
    )
    op.create_table(
        "spiral_receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_spiral_receipts_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_spiral_receipts_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_spiral_receipts_follow_up_id_follow_ups"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_spiral_receipts"),
        sa.UniqueConstraint("follow_up_id", "agent_id", name="uq_spiral_receipts_follow_up_id_agent_id"),
    )
    op.create_table(
        "spiral_scores",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("follow_up_id", sa.Uuid(), nullable=False),
        sa.Column("legitimacy", sa.Integer(), nullable=False),
        sa.Column("security", sa.Integer(), nullable=False),
        sa.Column("freedom", sa.Integer(), nullable=False),
        sa.Column("autonomy", sa.Integer(), nullable=False),
        sa.Column("sovereignty", sa.Integer(), nullable=False),
        sa.Column("word", sa.String(length=40), nullable=True),
        sa.CheckConstraint(
            "legitimacy BETWEEN 1 AND 5 AND security BETWEEN 1 AND 5 AND freedom BETWEEN 1 AND 5"
            " AND autonomy BETWEEN 1 AND 5 AND sovereignty BETWEEN 1 AND 5",
            name="scale",
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_spiral_scores_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["follow_up_id"], ["follow_ups.id"], name="fk_spiral_scores_follow_up_id_follow_ups"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_spiral_scores"),
    )
    with op.batch_alter_table("spiral_scores") as batch_op:
        batch_op.create_index("ix_spiral_scores_follow_up_id", ["follow_up_id"], unique=False)
