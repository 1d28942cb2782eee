"""The files of mandates, the timestamps they wait for, demonstration seals, proofs of signatures elsewhere.

Only new tables.
"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "mandate_files",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("mandate_id", sa.Uuid(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("document_hash", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=True),
        sa.Column("demonstration", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(kind = 'external') = (evidence = '')", name="evidence"),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_files_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(["mandate_id"], ["mandates.id"], name="fk_mandate_files_mandate_id_mandates"),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_files"),
        sa.UniqueConstraint("code_hash", name="uq_mandate_files_code_hash"),
        sa.UniqueConstraint(
            "mandate_id", "submission", "version", name="uq_mandate_files_mandate_id_submission_version"
        ),
    )
    op.create_index("ix_mandate_files_sha256", "mandate_files", ["sha256"])
    op.create_table(
        "mandate_seals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("certificate", sa.LargeBinary(), nullable=False),
        sa.Column("master_id", sa.String(length=16), nullable=False),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_seals_authority_id_authorities"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_seals"),
        sa.UniqueConstraint("authority_id", name="uq_mandate_seals_authority_id"),
    )
    op.create_table(
        "mandate_stamps",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(length=500), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_stamps_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["mandate_files.id"], name="fk_mandate_stamps_file_id_mandate_files"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_stamps"),
        sa.UniqueConstraint("file_id", name="uq_mandate_stamps_file_id"),
    )
    op.create_index("ix_mandate_stamps_due_at", "mandate_stamps", ["done_at", "due_at"])
    op.create_table(
        "mandate_proofs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("signature_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("serial", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_mandate_proofs_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["file_id"], ["mandate_files.id"], name="fk_mandate_proofs_file_id_mandate_files"
        ),
        sa.ForeignKeyConstraint(
            ["signature_id"],
            ["mandate_signatures.id"],
            name="fk_mandate_proofs_signature_id_mandate_signatures",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mandate_proofs"),
        sa.UniqueConstraint("signature_id", name="uq_mandate_proofs_signature_id"),
    )
    op.create_index("ix_mandate_proofs_file_id", "mandate_proofs", ["file_id"])
