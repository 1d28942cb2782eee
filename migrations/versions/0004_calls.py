"""Calls and applications."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "calls",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.CheckConstraint("opens_on <= closes_on", name="dates"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_calls_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["programme_id"], ["programmes.id"], name="fk_calls_programme_id_programmes"),
        sa.PrimaryKeyConstraint("id", name="pk_calls"),
    )
    with op.batch_alter_table("calls") as batch_op:
        batch_op.create_index("ix_calls_created_at", ["authority_id", "created_at", "id"], unique=False)
        batch_op.create_index("ix_calls_programme_id", ["programme_id"], unique=False)
        batch_op.create_index("ix_calls_state", ["authority_id", "state", "closes_on"], unique=False)

    op.create_table(
        "call_irritants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_call_irritants_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["call_id"], ["calls.id"], name="fk_call_irritants_call_id_calls"),
        sa.ForeignKeyConstraint(
            ["irritant_id"], ["irritants.id"], name="fk_call_irritants_irritant_id_irritants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_call_irritants"),
        sa.UniqueConstraint("call_id", "irritant_id", name="uq_call_irritants_call_id_irritant_id"),
    )
    with op.batch_alter_table("call_irritants") as batch_op:
        batch_op.create_index("ix_call_irritants_irritant_id", ["irritant_id"], unique=False)

    op.create_table(
        "applications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("manager_id", sa.Uuid(), nullable=True),
        sa.Column("motivation", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_applications_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_applications_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["call_id", "irritant_id"],
            ["call_irritants.call_id", "call_irritants.irritant_id"],
            name="fk_applications_call_id_call_irritants",
        ),
        sa.ForeignKeyConstraint(["manager_id"], ["agents.id"], name="fk_applications_manager_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
    )
    with op.batch_alter_table("applications") as batch_op:
        batch_op.create_index("ix_applications_agent_id", ["agent_id"], unique=False)
        batch_op.create_index(
            "ix_applications_created_at", ["authority_id", "created_at", "id"], unique=False
        )
        batch_op.create_index("ix_applications_irritant_id", ["irritant_id", "state"], unique=False)
        batch_op.create_index("ix_applications_manager_id", ["manager_id"], unique=False)
        batch_op.create_index(
            "uq_applications_standing",
            ["call_id", "irritant_id", "agent_id"],
            unique=True,
            postgresql_where=sa.text("state <> 'withdrawn'"),
            sqlite_where=sa.text("state <> 'withdrawn'"),
        )
