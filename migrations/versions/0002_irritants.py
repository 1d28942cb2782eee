"""Irritants, votes and comments."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "irritants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("directorate_id", sa.Uuid(), nullable=False),
        sa.Column("reporter_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("impact", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("merged_into_id", sa.Uuid(), nullable=True),
        sa.Column("search", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_irritants_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["directorate_id"], ["directorates.id"], name="fk_irritants_directorate_id_directorates"
        ),
        sa.ForeignKeyConstraint(
            ["merged_into_id"], ["irritants.id"], name="fk_irritants_merged_into_id_irritants"
        ),
        sa.ForeignKeyConstraint(["reporter_id"], ["agents.id"], name="fk_irritants_reporter_id_agents"),
        sa.PrimaryKeyConstraint("id", name="pk_irritants"),
    )
    with op.batch_alter_table("irritants") as batch_op:
        batch_op.create_index("ix_irritants_created_at", ["authority_id", "created_at", "id"], unique=False)
        batch_op.create_index(
            "ix_irritants_directorate_id", ["authority_id", "directorate_id", "state"], unique=False
        )
        batch_op.create_index("ix_irritants_reporter_id", ["reporter_id"], unique=False)

    op.create_table(
        "irritant_comments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name="fk_irritant_comments_author_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_irritant_comments_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["irritant_id"], ["irritants.id"], name="fk_irritant_comments_irritant_id_irritants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_irritant_comments"),
    )
    with op.batch_alter_table("irritant_comments") as batch_op:
        batch_op.create_index(
            "ix_irritant_comments_irritant_id", ["irritant_id", "created_at", "id"], unique=False
        )

    op.create_table(
        "irritant_tallies",
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("votes", sa.Integer(), nullable=False),
        sa.Column("comments", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["irritant_id"], ["irritants.id"], name="fk_irritant_tallies_irritant_id_irritants"
        ),
        sa.PrimaryKeyConstraint("irritant_id", name="pk_irritant_tallies"),
    )
    op.create_table(
        "irritant_votes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_irritant_votes_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_irritant_votes_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["irritant_id"], ["irritants.id"], name="fk_irritant_votes_irritant_id_irritants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_irritant_votes"),
        sa.UniqueConstraint("irritant_id", "agent_id", name="uq_irritant_votes_irritant_id_agent_id"),
    )
    with op.batch_alter_table("irritant_votes") as batch_op:
        batch_op.create_index("ix_irritant_votes_agent_id", ["agent_id"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE INDEX ix_irritants_search ON irritants "
            "USING gin (array_to_tsvector(string_to_array(rtrim(CAST(authority_id AS text) || ' ' || search), ' ')))"
        )
        # Room for heap-only updates: a vote rewrites the tally in place, without touching an index.
        op.execute("ALTER TABLE irritant_tallies SET (fillfactor = 70)")
