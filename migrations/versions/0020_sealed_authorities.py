"""Whose every row is, and a search that the second lock lets use its index.

Grants and policies are no part of it: `migrations.sealing` brings them up to date after every upgrade.
"""

import sqlalchemy as sa
from alembic import op

from migrations.sealing import find_within

revision = "0020"
down_revision = "0017"
branch_labels = None
depends_on = None

PARENTS = {
    "deliveries": ("events", "event_id"),
    "irritant_tallies": ("irritants", "irritant_id"),
    "solution_tallies": ("solutions", "solution_id"),
}
"""Tables that said whose a row is by its parent alone, with that parent and the key to it."""

SEARCHED = {"agents": "sort_name", "irritants": "search", "solutions": "search"}


def upgrade() -> None:
    for table, (parent, key) in PARENTS.items():
        op.add_column(table, sa.Column("authority_id", sa.Uuid(), nullable=True))
        op.execute(
            f"UPDATE {table} SET authority_id = "  # noqa: S608 our own names
            f"(SELECT authority_id FROM {parent} WHERE {parent}.id = {table}.{key})"
        )
        with op.batch_alter_table(table) as batch_op:
            batch_op.alter_column("authority_id", existing_type=sa.Uuid(), nullable=False)
            batch_op.create_foreign_key(
                f"fk_{table}_authority_id_authorities", "authorities", ["authority_id"], ["id"]
            )
    if op.get_bind().dialect.name != "postgresql":
        return
    schema = op.get_bind().scalar(sa.text("SELECT quote_ident(current_schema())"))
    for table, column in SEARCHED.items():
        find_within(table, column, schema)
