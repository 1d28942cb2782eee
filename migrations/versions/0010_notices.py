"""Notices."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("subject_type", sa.String(length=32), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_notices_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_notices_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name="fk_notices_event_id_events"),
        sa.ForeignKeyConstraint(["person_id"], ["agents.id"], name="fk_notices_person_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
        sa.UniqueConstraint("agent_id", "event_id", name="uq_notices_agent_id_event_id"),
    )
    with op.batch_alter_table("notices") as batch_op:
        batch_op.create_index("ix_notices_event_id", ["event_id"], unique=False)
        batch_op.create_index("ix_notices_inbox", ["agent_id", "created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_notices_unread",
            ["agent_id", "created_at", "id"],
            unique=False,
            postgresql_where=sa.text("read_at IS NULL"),
            sqlite_where=sa.text("read_at IS NULL"),
        )
