"""PostgreSQL's second lock: roles that own nothing, what they may do, and whose rows they see.

`seal` runs at the end of every upgrade, over the tables as they then stand. A table with an `authority_id` needs
nothing more; one without, which belongs to no authority, must stand in `SHARED`, or the application may not touch it.
`docs/decisions/0002-row-level-security.md` says why it is so.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from alembic import op
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from app.kit.postgres import everywhere_role

EVERYTHING: Final = "SELECT, INSERT, UPDATE, DELETE"

SHARED: Final[Mapping[str, str]] = {
    "alembic_version": "SELECT",
    # What strangers do, before anybody knows of which authority they are.
    "link_requests": EVERYTHING,
    "rate_limits": EVERYTHING,
}
"""Tables of no authority, and what the application may do in them."""

NARROWER: Final[Mapping[str, str]] = {
    "authorities": "SELECT, INSERT, UPDATE",
    "events": "SELECT, INSERT, UPDATE (position, previous_hash, hash, address, address_salt)",
    "journal_chains": "SELECT, INSERT, UPDATE",
    "journal_checkpoints": "SELECT, INSERT",
}
"""Tables of an authority where the application may do less than everything."""

HERE: Final = "(SELECT nullif(current_setting('essaim.authority_id', true), '')::uuid)"
"""The authority at hand, looked up once a statement; null where there is none, which equals nothing."""


def seal(connection: Connection, role: str) -> None:
    """Bring the grants and policies of every table of the present schema to what they should be.

    Creates `role`, and the one beside it for work across authorities, where the connected role may; raises
    `RuntimeError` with the SQL to have run where it may not. Does nothing on SQLite. Changes nothing that stands right,
    so that a migration of a running service locks no table it does not change.
    """
    if connection.dialect.name != "postgresql":
        return
    across = everywhere_role(role)
    _make_roles(connection, role, across)
    schema = connection.scalar(text("SELECT quote_ident(current_schema())"))
    held = _policies(connection)
    statements = [f"GRANT USAGE ON SCHEMA {schema} TO {role}, {across}"]
    for table, owner in _tables(connection):
        may = SHARED.get(table) if owner is None else NARROWER.get(table, EVERYTHING)
        statements.append(f"REVOKE ALL ON {table} FROM PUBLIC, {role}, {across}")
        if may:
            statements.append(f"GRANT {may} ON {table} TO {role}, {across}")
        wanted = {} if owner is None else {"sealed": role, "everywhere": across}
        if owner is not None and held.get(table, {}) != wanted:
            statements += _sealed(table, owner, wanted, held.get(table, {}))
    for function in _functions(connection):
        statements.append(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        statements.append(f"GRANT EXECUTE ON FUNCTION {function} TO {role}, {across}")
    for statement in statements:
        connection.exec_driver_sql(statement)


def _sealed(table: str, owner: str, wanted: Mapping[str, str], held: Mapping[str, str]) -> Iterator[str]:
    for policy in held:
        yield f"DROP POLICY {policy} ON {table}"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    # A policy's USING is also its WITH CHECK.
    yield f"CREATE POLICY sealed ON {table} TO {wanted['sealed']} USING ({owner} = {HERE})"
    yield f"CREATE POLICY everywhere ON {table} TO {wanted['everywhere']} USING (true)"


def _make_roles(connection: Connection, role: str, across: str) -> None:
    by_hand = f"CREATE ROLE {role} NOLOGIN; CREATE ROLE {across} NOLOGIN; GRANT {role}, {across} TO {{who}};"
    who = connection.scalar(text("SELECT quote_ident(session_user)"))
    known = set(
        connection.scalars(
            text("SELECT rolname FROM pg_roles WHERE rolname IN (:a, :b)"), {"a": role, "b": across}
        )
    )
    try:
        with connection.begin_nested():
            for name in {role, across} - known:
                connection.exec_driver_sql(f"CREATE ROLE {name} NOLOGIN")
            for name in (role, across):
                member = text("SELECT pg_has_role(session_user, :name, 'MEMBER')")
                if not connection.scalar(member, {"name": name}):
                    connection.exec_driver_sql(f"GRANT {name} TO {who}")
    except ProgrammingError as error:
        raise RuntimeError(
            "Essaim works under a role that owns nothing, and this one may not create it. Have an administrator of "
            f"PostgreSQL run: {by_hand.format(who=who)}"
        ) from error


def _tables(connection: Connection) -> Iterator[tuple[str, str | None]]:
    """Each table of the schema, and its column that says whose a row is."""
    rows = connection.execute(
        text(
            "SELECT c.relname, c.relname = 'authorities', a.attname IS NOT NULL FROM pg_class c"
            " LEFT JOIN pg_attribute a"
            " ON a.attrelid = c.oid AND a.attname = 'authority_id' AND NOT a.attisdropped"
            " WHERE c.relnamespace = to_regnamespace(current_schema()) AND c.relkind IN ('r', 'p')"
            " ORDER BY c.relname"
        )
    )
    for table, is_authorities, has_authority in rows:
        yield table, "id" if is_authorities else "authority_id" if has_authority else None


def _policies(connection: Connection) -> dict[str, dict[str, str]]:
    """By table, the policies there are and whom each is for, where row-level security is on."""
    rows = connection.execute(
        text(
            "SELECT p.tablename, p.policyname, array_to_string(p.roles, ',') FROM pg_policies p"
            " JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = to_regnamespace(p.schemaname)"
            " WHERE p.schemaname = current_schema() AND c.relrowsecurity"
        )
    )
    found: dict[str, dict[str, str]] = {}
    for table, policy, roles in rows:
        found.setdefault(table, {})[policy] = roles
    return found


def _functions(connection: Connection) -> list[str]:
    """What of the schema's functions is ours: `name(arguments)`."""
    rows = connection.scalars(
        text(
            "SELECT p.oid::regprocedure::text FROM pg_proc p"
            " WHERE p.pronamespace = to_regnamespace(current_schema()) AND p.proname LIKE 'essaim\\_find\\_%'"
            " ORDER BY 1"
        )
    )
    return list(rows)


def find_within(table: str, column: str, schema: str) -> None:
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
