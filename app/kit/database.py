"""Engines and sessions: one writer that knows transactions, one reader that needs none.

Everything is synchronous. Writes go through a `Session` (one per request, committed by the route before it answers);
reads of pages and lists go through an AUTOCOMMIT connection, one statement each. SQLite runs in WAL mode with
`BEGIN IMMEDIATE` for writers, so that a second writer waits instead of failing half-way.

On PostgreSQL every connection works under a role that owns nothing, within the bounds of `kit.bounds`.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any, Self, TypeVar
from uuid import UUID

import psycopg
from sqlalchemy import (
    Connection,
    Engine,
    Index,
    Result,
    Select,
    UniqueConstraint,
    create_engine,
    event,
    inspect,
    make_url,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.pool import ConnectionPoolEntry
from sqlmodel import Session, SQLModel

from app.kit import bounds, postgres, search
from app.kit.columns import AuthorityRow, metadata, table_of
from app.kit.i18n import _
from app.kit.problems import Conflict, Invalid, NotFound, Problem
from app.kit.query import Command

BUSY_TIMEOUT_MS = 10_000
M = TypeVar("M", bound=SQLModel)
R = TypeVar("R", bound=AuthorityRow)


class Busy(Problem):
    slug = "busy"
    status = 503
    title = _("Le service est très sollicité : réessayez dans quelques secondes.")


class Database:
    """The writer and reader engines of one database URL. `threads` sizes both pools.

    `role` is what PostgreSQL's connections work under (`migrations.sealing` makes it); None leaves them to the role
    that connects, the owner of the tables, whom nothing holds back: for migrations alone.
    """

    def __init__(self, url: str, *, threads: int = 16, role: str | None = postgres.ROLE) -> None:
        self.url = _normalised(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.threads = threads
        self.role = role
        # Sessions and connections end what they begin: a connection that comes back has nothing to be reset.
        # An error that is logged must not tell what was being written, or about whom.
        pool: dict[str, Any] = {
            "hide_parameters": True,
            "pool_size": threads,
            "max_overflow": 4,
            "pool_timeout": 30,
            "pool_reset_on_return": None,
        }
        self.writer: Engine = create_engine(self.url, connect_args=self._driver_options(), **pool)
        self.reader: Engine = create_engine(
            self.url,
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
            # Lists have a statement for each set of filters: what a plan made for its values alone gains is less than
            # making it anew for each call costs.
            connect_args=self._driver_options("-c plan_cache_mode=force_generic_plan"),
            **pool,
        )
        if self.is_sqlite:
            for engine in (self.writer, self.reader):
                event.listen(engine, "connect", _configure_sqlite)
            event.listen(self.writer, "begin", _begin_immediate)
        elif role:

            def keep_within_bounds(
                connection: psycopg.Connection[Any], entry: ConnectionPoolEntry, _proxy: object
            ) -> None:
                postgres.keep_within(self.bounds(), role, connection, entry)

            for engine in (self.writer, self.reader):
                event.listen(engine, "checkout", keep_within_bounds)

    def _driver_options(self, *server_options: str) -> dict[str, Any]:
        if self.is_sqlite:
            return {}
        return postgres.driver_options(str(self.url.query.get("options", "")), self.role, *server_options)

    def bounds(self) -> str:
        """The bounds of a connection taken now: those of the present context, which sees nothing if it said nothing."""
        return bounds.current() or bounds.NOWHERE

    def session(self) -> Session:
        """A unit of work. The caller commits or rolls back."""
        return Session(self.writer, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A unit of work committed at the end of the block, rolled back on any exception."""
        with self.session() as session:
            yield session
            session.commit()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for single statements that only read."""
        with self.reader.connect() as connection:
            yield connection

    @contextmanager
    def stream(
        self, statement: Select[Any], parameters: Mapping[str, Any], *, batch: int
    ) -> Iterator[Result[Any]]:
        """The result of one statement that only reads, held in memory `batch` rows at a time."""
        options: dict[str, Any] = {"yield_per": batch}
        if not self.is_sqlite:
            # A server-side cursor lives in a transaction; the connection goes back to the pool as it was.
            options["isolation_level"] = "READ COMMITTED"
        with self.reader.connect() as connection:
            connection.execution_options(**options)
            with closing(connection.execute(statement, parameters)) as result:
                yield result

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.dispose()

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def get(session: Session, model: type[R], row_id: UUID, authority_id: UUID) -> R:
    """The row of this authority with this id.

    Raises `NotFound` for an unknown id and for another authority's alike.
    """
    row = session.get(model, row_id)
    if row is None or row.authority_id != authority_id:
        raise NotFound
    return row


def insert(session: Session, row: M) -> M:
    """Add `row` and send it at once, so that a constraint refuses here, where the cause is known."""
    command, names = _insert_into(type(row))
    if command is None:
        session.add(row)
        session.flush()
        return row
    command.run(session, {name: getattr(row, name) for name in names})
    # From here on the row is what the session would have read.
    make_transient_to_detached(row)
    session.add(row)
    return row


@cache
def _insert_into(model: type[SQLModel]) -> tuple[Command | None, tuple[str, ...]]:
    """None where something is to be done to a row before it is inserted, which is the mapper's to do."""
    table = table_of(model)
    listened_to = bool(inspect(model).dispatch.before_insert)
    return None if listened_to else Command(table.insert()), tuple(table.columns.keys())


def insert_if_absent(session: Session, row: AuthorityRow) -> bool:
    """Insert `row` unless a unique constraint already holds one like it; whether it was inserted. One statement."""
    table = table_of(type(row))
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    values = {column.name: getattr(row, column.name) for column in table.columns}
    statement = dialect.insert(table).values(values).on_conflict_do_nothing().returning(table.c.id)
    return session.execute(statement).first() is not None


def insert_all_absent(session: Session, rows: Sequence[R]) -> list[R]:
    """Insert the `rows` of one table that no unique constraint refuses, many at a time; those that one refused."""
    if not rows:
        return []
    table = table_of(type(rows[0]))
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table).on_conflict_do_nothing().returning(table.c.id)
    values = [{column.name: getattr(row, column.name) for column in table.columns} for row in rows]
    inserted = set(session.execute(statement, values).scalars())
    return [row for row in rows if row.id not in inserted]


_refusals: dict[str, type[Problem]] = {}


def refuse_with(refusals: dict[str, type[Problem]]) -> None:
    """Declare, by constraint name, the refusal that a violation means."""
    _refusals.update(refusals)


def translate(error: DBAPIError) -> Problem | None:
    """The refusal behind a database error, or None where it is no fault of the caller."""
    if isinstance(error, IntegrityError):
        name = violated_constraint(error)
        return _refusals.get(name or "", Conflict)()
    if isinstance(error, DataError):
        return Invalid(_("Une valeur sort de ce qui peut être enregistré."))
    if isinstance(error, OperationalError) and (
        "database is locked" in str(error.orig)
        or isinstance(error.orig, (psycopg.errors.SerializationFailure, psycopg.errors.DeadlockDetected))
    ):
        return Busy(headers={"Retry-After": "2"})
    return None


def violated_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that was violated, on either database."""
    original = error.orig
    if isinstance(original, psycopg.Error):
        return original.diag.constraint_name
    message = str(original)
    if found := re.match(r"(?:CHECK constraint failed: |UNIQUE constraint failed: index ')([\w]+)", message):
        return found[1]
    if found := re.match(r"UNIQUE constraint failed: (.+)", message):
        return _unique_over([part.strip() for part in found[1].split(",")])
    return None


def _unique_over(qualified_columns: list[str]) -> str | None:
    table_name = qualified_columns[0].partition(".")[0]
    wanted = [column.partition(".")[2] for column in qualified_columns]
    table = metadata.tables.get(table_name)
    if table is None:
        return None
    candidates: list[UniqueConstraint | Index] = [
        c for c in table.constraints if isinstance(c, UniqueConstraint)
    ]
    candidates += [index for index in table.indexes if index.unique]
    for candidate in candidates:
        if [column.name for column in candidate.columns] == wanted:
            return str(candidate.name)
    return None


def _normalised(url: str) -> URL:
    parsed = make_url(url)
    if parsed.drivername in {"postgres", "postgresql"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database in {None, "", ":memory:"}:
        raise ValueError("a file is needed: an in-memory SQLite database cannot serve several connections")
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ValueError(f"Essaim runs on SQLite or PostgreSQL, not on {parsed.get_backend_name()}")
    if parsed.database and parsed.get_backend_name() == "sqlite":
        Path(parsed.database).resolve().parent.mkdir(parents=True, exist_ok=True)
    return parsed


def _configure_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
        "cache_size = -32000",
    ):
        connection.execute(f"PRAGMA {pragma}")
    search.install_on_sqlite(connection)


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


__all__ = [
    "Busy",
    "Connection",
    "Database",
    "SQLModel",
    "Session",
    "get",
    "insert",
    "refuse_with",
    "translate",
]
