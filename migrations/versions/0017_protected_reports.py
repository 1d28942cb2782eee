"""Reports under protection, and where real alerts go."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "awaited_facts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_awaited_facts_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["irritant_id"], ["irritants.id"], name="fk_awaited_facts_irritant_id_irritants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_awaited_facts"),
    )
    with op.batch_alter_table("awaited_facts") as batch_op:
        batch_op.create_index("ix_awaited_facts_day", ["authority_id", "day"], unique=False)
        batch_op.create_index("ix_awaited_facts_irritant_id", ["irritant_id"], unique=False)

    op.create_table(
        "identity_openings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name="fk_identity_openings_agent_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_identity_openings_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["irritant_id"], ["irritants.id"], name="fk_identity_openings_irritant_id_irritants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_identity_openings"),
    )
    with op.batch_alter_table("identity_openings") as batch_op:
        batch_op.create_index("ix_identity_openings_agent_id", ["agent_id"], unique=False)
        batch_op.create_index(
            "ix_identity_openings_irritant_id", ["irritant_id", "opened_at", "id"], unique=False
        )

    op.create_table(
        "protected_identities",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("master_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_protected_identities_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["irritant_id"], ["irritants.id"], name="fk_protected_identities_irritant_id_irritants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_protected_identities"),
        sa.UniqueConstraint("irritant_id", name="uq_protected_identities_irritant_id"),
    )
    op.create_table(
        "protected_messages",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("side", sa.String(length=32), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["agents.id"], name="fk_protected_messages_author_id_agents"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_protected_messages_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["irritant_id"], ["irritants.id"], name="fk_protected_messages_irritant_id_irritants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_protected_messages"),
        sa.UniqueConstraint("irritant_id", "number", name="uq_protected_messages_irritant_id_number"),
    )
    with op.batch_alter_table("protected_messages") as batch_op:
        batch_op.create_index("ix_protected_messages_author_id", ["author_id"], unique=False)

    op.create_table(
        "protected_receipts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("irritant_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_protected_receipts_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["irritant_id"], ["irritants.id"], name="fk_protected_receipts_irritant_id_irritants"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_protected_receipts"),
        sa.UniqueConstraint("irritant_id", name="uq_protected_receipts_irritant_id"),
        sa.UniqueConstraint("receipt_hash", name="uq_protected_receipts_receipt_hash"),
    )
    with op.batch_alter_table("authorities") as batch_op:
        batch_op.add_column(sa.Column("alert_channel", sa.JSON(), nullable=True))

    with op.batch_alter_table("irritants") as batch_op:
        batch_op.add_column(sa.Column("protected", sa.Boolean(), nullable=False, server_default=sa.false()))
