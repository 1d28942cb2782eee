"""Printed codes under a slow hash, algorithms by their names, key sets at an address."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

DIGESTS = ("access_tokens", "client_secrets", "protected_receipts", "sign_in_links", "web_sessions")
"""Tables that hold the SHA-256 of a secret."""


def upgrade() -> None:
    for table in DIGESTS:
        _name(table, "sha256")
    _name("protected_identities", "aes-256-gcm")
    _name("sign_in_codes", "hmac-sha256")
    with op.batch_alter_table("sign_in_codes") as batch_op:
        batch_op.add_column(sa.Column("holder_hash", sa.String(length=64), nullable=True))
        batch_op.alter_column("code_hash", existing_type=sa.String(length=64), type_=sa.String(length=200))
        batch_op.create_index("ix_sign_in_codes_holder_hash", ["holder_hash"], unique=False)
    with op.batch_alter_table("api_clients") as batch_op:
        batch_op.add_column(sa.Column("jwks_uri", sa.String(length=500), nullable=True))
        batch_op.create_check_constraint(
            op.f("ck_api_clients_one_key_source"), "jwks IS NULL OR jwks_uri IS NULL"
        )


def _name(table: str, algorithm: str) -> None:
    # A default of the database's own: rows are not touched, and SQLite does not build the table anew.
    op.add_column(
        table, sa.Column("algorithm", sa.String(length=32), nullable=False, server_default=algorithm)
    )
