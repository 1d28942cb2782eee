"""Erasures and what they leave, retention periods, purges.

Only new tables: none is rebuilt, so that no trigger is to be made again.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erased_matricules",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_erased_matricules_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erased_matricules"),
        sa.UniqueConstraint("authority_id", "digest", name="uq_erased_matricules_authority_id_digest"),
    )
    op.create_table(
        "purges",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=False),
        sa.Column("runs_on", sa.Date(), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_purges_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_purges"),
    )
    op.create_index("ix_purges_announced_on", "purges", ["authority_id", "announced_on", "id"])
    op.create_index(
        "uq_purges_waiting",
        "purges",
        ["authority_id"],
        unique=True,
        postgresql_where=sa.text("done_at IS NULL"),
        sqlite_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "retention_periods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("months", sa.Integer(), nullable=False),
        sa.CheckConstraint("months >= 1", name="months"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_retention_periods_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_retention_periods"),
        sa.UniqueConstraint("authority_id", "kind", name="uq_retention_periods_authority_id_kind"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_erasures_agent_id_agents"),
        sa.ForeignKeyConstraint(["by_id"], ["agents.id"], name="fk_erasures_by_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_erasures_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
        sa.UniqueConstraint("agent_id", name="uq_erasures_agent_id"),
    )
    op.create_index("ix_erasures_by_id", "erasures", ["by_id"])
    op.create_index("ix_erasures_erased_at", "erasures", ["authority_id", "erased_at", "id"])
    op.create_table(
        "mandate_signatories",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=201), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_signatories_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["mandate_signatures.id"],
            name="fk_mandate_signatories_signature_id_mandate_signatures",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_signatories"),
        sa.UniqueConstraint("signature_id", name="uq_mandate_signatories_signature_id"),
    )
