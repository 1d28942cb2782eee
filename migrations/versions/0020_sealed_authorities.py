"""Whose every row is, and a search that the second lock lets use its index.

Grants and policies are no part of it: `migrations.sealing` brings them up to date after every upgrade.
"""

import sqlalchemy as sa
from alembic import op

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
        _find(table, column, schema)


def _find(table: str, column: str, schema: str) -> None:
    """A function that finds by the GIN index the rows of the authority at hand that hold certain words.

    PostgreSQL evaluates a policy before any operator that is not marked leakproof, of which `@@` is one: under
    row-level security no query may use that index. The function works as the owner of the tables, and applies the
    policy itself.
    """
    held = f"array_to_tsvector(string_to_array(rtrim(CAST(authority_id AS text) || ' ' || {column}), ' '))"
    op.execute(
        f"""
        CREATE FUNCTION essaim_find_{table}(wanted tsquery) RETURNS SETOF uuid
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = {schema}, pg_temp AS $$
        DECLARE
            authority uuid := nullif(current_setting('essaim.authority_id', true), '')::uuid;
        BEGIN
            RETURN QUERY
            SELECT id FROM {table}
            WHERE authority_id = authority
                AND {held} @@ CAST('''' || authority || '''' AS tsquery)
                AND {held} @@ wanted;
        END
        $$
        """  # noqa: S608 our own names
    )
