"""Statements that run at every request: compiled once for each database, then handed to the driver as they are.

SQLAlchemy's own execution of a compiled statement takes as long as the driver's. What stands here keeps of it what
makes a statement (dialects, types, connections, events, errors) and leaves out what makes results.
`docs/decisions/0001-data-access.md` has the figures.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Select, UpdateBase
from sqlmodel import Session

Process: TypeAlias = Callable[[Any], Any]


class Query:
    """A `select` with bound parameters. Not for expanding `IN`s: `kit.sql.among` has one parameter for a whole list."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        self._types = [column.type for column in statement.selected_columns]
        self._texts = _Texts(statement)
        self._readers: dict[str, tuple[Sequence[str], Mapping[str, Process]]] = {}

    def all(self, connection: Connection | Session, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Every row, by column."""
        with self._texts.run(connection, parameters) as (dialect, cursor):
            if dialect.name not in self._readers:
                self._readers[dialect.name] = self._described(dialect, cursor.description)
            rows = cursor.fetchall()
        names, readers = self._readers[dialect.name]
        items = [dict(zip(names, row, strict=False)) for row in rows]
        for name, read in readers.items():
            for item in items:
                item[name] = read(item[name])
        return items

    def one_or_none(
        self, connection: Connection | Session, parameters: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The only row, or None where there is none."""
        rows = self.all(connection, parameters)
        if len(rows) > 1:
            raise LookupError("one row at most was expected")
        return rows[0] if rows else None

    def _described(
        self, dialect: Dialect, description: Sequence[Any]
    ) -> tuple[Sequence[str], Mapping[str, Process]]:
        """The names of the columns, and how those are read that do not come as they should from the driver."""
        readers = {
            about[0]: kind.dialect_impl(dialect).result_processor(dialect, about[1])
            for kind, about in zip(self._types, description, strict=True)
        }
        return tuple(readers), {name: reader for name, reader in readers.items() if reader}


class Command:
    """An INSERT, UPDATE or DELETE with bound parameters."""

    def __init__(self, statement: UpdateBase) -> None:
        self._texts = _Texts(statement)

    def run(self, connection: Connection | Session, parameters: Mapping[str, Any]) -> int:
        """How many rows it touched."""
        with self._texts.run(connection, parameters) as (_dialect, cursor):
            return int(cursor.rowcount)


class _Texts:
    """A statement in the words of each dialect that asked for it."""

    def __init__(self, statement: Select[Any] | UpdateBase) -> None:
        self._statement = statement
        self._by_dialect: dict[str, _Text] = {}

    @contextmanager
    def run(
        self, connection: Connection | Session, parameters: Mapping[str, Any]
    ) -> Iterator[tuple[Dialect, Any]]:
        """The cursor that has run the statement. Raises what SQLAlchemy would."""
        if isinstance(connection, Session):
            connection.flush()
            connection = connection.connection()
        dialect = connection.dialect
        if dialect.name not in self._by_dialect:
            self._by_dialect[dialect.name] = _Text.of(self._statement, dialect)
        text = self._by_dialect[dialect.name]
        bound = text.bind(parameters)
        cursor = connection.connection.cursor()
        try:
            for heard in connection.dispatch.before_cursor_execute:
                heard(connection, cursor, text.text, bound, None, False)
            cursor.execute(text.text, bound)
            yield dialect, cursor
        except dialect.loaded_dbapi.Error as error:
            # Wraps the error, and gives up the connection where it is lost.
            connection._handle_dbapi_exception(error, text.text, bound, cursor, None)
        finally:
            cursor.close()


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    constants: Mapping[str, Any]
    required: frozenset[str]
    writers: Mapping[str, Process]
    places: Sequence[str] | None
    """The parameters in order, where the driver knows them by place and not by name."""

    @classmethod
    def of(cls, statement: Select[Any] | UpdateBase, dialect: Dialect) -> "_Text":
        compiled = statement.compile(dialect=dialect)
        if compiled.post_compile_params:
            raise ValueError("an expanding IN has no fixed text: use kit.sql.among")
        writers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect)
            for name, bind in compiled.binds.items()
        }
        return cls(
            str(compiled),
            {name: bind.effective_value for name, bind in compiled.binds.items() if not bind.required},
            frozenset(name for name, bind in compiled.binds.items() if bind.required),
            {name: writer for name, writer in writers.items() if writer},
            compiled.positiontup,
        )

    def bind(self, parameters: Mapping[str, Any]) -> Any:
        if missing := self.required - parameters.keys():
            raise LookupError(f"no value for {', '.join(sorted(missing))}")
        values = {**self.constants, **parameters}
        for name, write in self.writers.items():
            values[name] = write(values[name])
        return values if self.places is None else tuple(values[name] for name in self.places)
