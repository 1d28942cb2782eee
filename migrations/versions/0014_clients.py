"""Secrets, keys and signed statements of API clients; tokens narrower than their client."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_clients") as batch_op:
        batch_op.add_column(sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("jwks", sa.JSON(none_as_null=True), nullable=True))
        batch_op.add_column(sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE api_clients SET updated_at = created_at, version = 1")
    with op.batch_alter_table("api_clients") as batch_op:
        batch_op.alter_column("updated_at", existing_type=sa.DateTime(timezone=True), nullable=False)
        batch_op.alter_column("version", existing_type=sa.Integer(), nullable=False)
        batch_op.create_index("ix_api_clients_created_at", ["authority_id", "created_at", "id"], unique=False)
    with op.batch_alter_table("access_tokens") as batch_op:
        batch_op.add_column(sa.Column("scopes", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_index("ix_access_tokens_expires_at", ["authority_id", "expires_at"], unique=False)

    op.create_table(
        "client_secrets",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_client_secrets_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.id"], name="fk_client_secrets_client_id_api_clients"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_client_secrets"),
        sa.UniqueConstraint("secret_hash", name="uq_client_secrets_secret_hash"),
    )
    with op.batch_alter_table("client_secrets") as batch_op:
        batch_op.create_index("ix_client_secrets_client_id", ["client_id"], unique=False)

    op.create_table(
        "client_assertions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("authority_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("jti_hash", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authorities.id"], name="fk_client_assertions_authority_id_authorities"
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["api_clients.id"], name="fk_client_assertions_client_id_api_clients"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_client_assertions"),
        sa.UniqueConstraint("client_id", "jti_hash", name="uq_client_assertions_client_id_jti_hash"),
    )
    with op.batch_alter_table("client_assertions") as batch_op:
        batch_op.create_index("ix_client_assertions_expires_at", ["authority_id", "expires_at"], unique=False)
