"""PostgreSQL's second lock, table by table: what a forgotten filter would let through."""

from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

import app.main
from app.kit.columns import metadata
from app.kit.database import Database
from app.kit.ids import new_id
from app.kit.postgres import ROLE, everywhere_role
from migrations.sealing import SHARED
from tests.support.database import Lookout

assert app.main.ROOMS, "their tables are those of the metadata"
TABLES = sorted(set(metadata.tables) - set(SHARED))
VALUES = {
    "uuid": "gen_random_uuid()",
    "character varying": "left(md5(random()::text), 8)",
    "text": "md5(random()::text)",
    "integer": "1",
    "bigint": "1",
    "smallint": "1",
    "numeric": "1",
    "boolean": "false",
    "date": "current_date",
    "timestamp with time zone": "now()",
    "json": "'{}'",
    "bytea": "''",
}
"""A value of each type, for rows that need only be there."""


class Sealed:
    """A table with a row of each of two authorities, as the application sees it; undone after the test."""

    def __init__(self, connection: psycopg.Connection[tuple[object, ...]], table: str) -> None:
        self.connection = connection
        self.table = sql.Identifier(table)
        self.owner = sql.Identifier("id" if table == "authorities" else "authority_id")
        self.ours, self.theirs = new_id(), new_id()
        self._allow_anything(table)
        for authority_id in (self.ours, self.theirs):
            self._fabricate(table, authority_id)

    def _allow_anything(self, table: str) -> None:
        """Rows of any content: neither keys, nor triggers, nor checks. Grants and policies alone are left."""
        self.connection.execute("SET LOCAL session_replication_role = replica")
        checks = self.connection.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'c'", (table,)
        ).fetchall()
        for (name,) in checks:
            self._execute("ALTER TABLE {table} DROP CONSTRAINT {name}", name=sql.Identifier(str(name)))

    def _fabricate(self, table: str, authority_id: UUID) -> None:
        columns = self.connection.execute(
            "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
            " AND is_nullable = 'NO' AND column_default IS NULL AND column_name <> %s",
            (table, self.owner._obj[0]),
        ).fetchall()
        self._execute(
            "INSERT INTO {table} ({columns}) VALUES ({values})",
            columns=sql.SQL(", ").join([self.owner, *(sql.Identifier(str(name)) for name, _kind in columns)]),
            values=sql.SQL(", ").join(
                [sql.Literal(authority_id), *(sql.SQL(VALUES[str(k)]) for _n, k in columns)]
            ),
        )

    def become(self, role: str, authority_id: UUID | None) -> None:
        self.connection.execute(
            "SELECT set_config('role', %s, true), set_config('essaim.authority_id', %s, true)",
            (role, str(authority_id or "")),
        )

    def seen(self) -> set[object]:
        return {row[0] for row in self._execute("SELECT {owner} FROM {table}").fetchall()}

    def refuses(self, statement: str) -> bool:
        """Whether PostgreSQL refuses the statement, by a grant or by a policy."""
        try:
            with self.connection.transaction():
                self._execute(statement)
        except psycopg.errors.InsufficientPrivilege:
            return True
        return False

    def touched(self, statement: str) -> int:
        """How many rows the statement reaches; none where it is not granted at all."""
        try:
            with self.connection.transaction(force_rollback=True):
                return self._execute(statement).rowcount
        except psycopg.errors.InsufficientPrivilege:
            return 0

    def _execute(self, statement: str, **parts: sql.Composable) -> psycopg.Cursor[tuple[object, ...]]:
        composed = sql.SQL(statement).format(
            table=self.table,
            owner=self.owner,
            ours=sql.Literal(self.ours),
            theirs=sql.Literal(self.theirs),
            **parts,
        )
        return self.connection.execute(composed)


@pytest.fixture
def admin(database: Database) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    if database.is_sqlite:
        pytest.skip("SQLite has no row-level security")
    url = database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        yield connection
        connection.rollback()


@pytest.mark.parametrize("table", TABLES)
def test_a_forgotten_filter_leaks_nothing(admin: psycopg.Connection[tuple[object, ...]], table: str) -> None:
    sealed = Sealed(admin, table)
    assert sealed.seen() >= {sealed.ours, sealed.theirs}, "the owner sees both"
    sealed.become(ROLE, sealed.ours)
    assert sealed.seen() == {sealed.ours}
    assert sealed.touched("UPDATE {table} SET {owner} = {owner}") <= 1
    assert sealed.touched("UPDATE {table} SET {owner} = {owner} WHERE {owner} = {theirs}") == 0
    assert sealed.touched("DELETE FROM {table} WHERE {owner} = {theirs}") == 0
    assert sealed.refuses("INSERT INTO {table} ({owner}) VALUES ({theirs})")
    assert sealed.refuses("UPDATE {table} SET {owner} = {theirs}")
    assert sealed.refuses("TRUNCATE {table}")
    sealed.become(ROLE, sealed.theirs)
    assert sealed.seen() == {sealed.theirs}
    sealed.become(ROLE, None)
    assert sealed.seen() == set(), "who says nothing reads nothing"
    assert sealed.touched("UPDATE {table} SET {owner} = {owner}") == 0
    assert sealed.touched("DELETE FROM {table}") == 0
    assert sealed.refuses("INSERT INTO {table} ({owner}) VALUES ({ours})")
    sealed.become(everywhere_role(ROLE), None)
    assert sealed.seen() == {sealed.ours, sealed.theirs}
    assert sealed.refuses("TRUNCATE {table}")


def test_every_table_is_sealed_or_said_to_be_nobodys(database: Database) -> None:
    for table in metadata.tables.values():
        assert (table.name in SHARED) != (table.name == "authorities" or "authority_id" in table.c), (
            table.name
        )
    if database.is_sqlite:
        return
    with database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT c.relname, c.relrowsecurity, array_agg(p.polname::text) FROM pg_class c"
            " LEFT JOIN pg_policy p ON p.polrelid = c.oid"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY 1, 2"
        )
        for name, secured, policies in rows.all():
            if name not in SHARED:
                assert (secured, sorted(policies)) == (True, ["everywhere", "sealed"]), name


REFUSED = [
    "DELETE FROM events",
    "UPDATE events SET payload = '{}'",
    "UPDATE events SET agent_id = NULL",
    "UPDATE journal_checkpoints SET hash = ''",
    "DELETE FROM journal_checkpoints",
    "DELETE FROM journal_chains",
    "DELETE FROM authorities",
    "UPDATE alembic_version SET version_num = '0001'",
    "CREATE TABLE mine (id int)",
    "ALTER TABLE irritants DISABLE ROW LEVEL SECURITY",
    "DROP POLICY sealed ON irritants",
    "ALTER TABLE events DISABLE TRIGGER ALL",
    "SET session_replication_role = replica",
    "CREATE ROLE another",
    "COPY irritants TO PROGRAM 'cat'",
]


@pytest.mark.parametrize("statement", REFUSED)
@pytest.mark.parametrize("role", [ROLE, everywhere_role(ROLE)])
def test_the_application_may_do_no_more_than_it_needs(
    admin: psycopg.Connection[tuple[object, ...]], role: str, statement: str
) -> None:
    admin.execute("SELECT set_config('role', %s, true)", (role,))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        admin.execute(statement)


def test_on_the_application_s_own_connections(database: Database) -> None:
    """Not a role that the test takes, but the one that the connections have from their first moment."""
    if database.is_sqlite:
        pytest.skip("SQLite has no row-level security")
    assert isinstance(database, Lookout)
    for engine in (database.reader, database.writer):
        with engine.connect() as connection:
            role = connection.exec_driver_sql(
                "SELECT current_user, rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).one()
            assert tuple(role) == (everywhere_role(ROLE), False)
    with Database(database.url.render_as_string(hide_password=False)) as strict, strict.read() as connection:
        assert connection.exec_driver_sql("SELECT current_user").scalar() == ROLE
        assert connection.exec_driver_sql("SELECT row_security_active('irritants')").scalar() is True
