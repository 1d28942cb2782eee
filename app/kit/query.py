"""Selects that run at every page: compiled once for each database, then handed to the driver as they are.

SQLAlchemy's own execution of a compiled statement takes as long as the driver's. A `Query` keeps of it what makes a
statement (dialects, types, connections, events, errors) and leaves out what makes results that it does not need.
`docs/decisions` has the figures.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from sqlalchemy import Connection, Dialect, Select
from sqlmodel import Session

Process: TypeAlias = Callable[[Any], Any]


class Query:
    """A `select` with bound parameters. Not for expanding `IN`s: `kit.sql.among` has one parameter for a whole list."""

    def __init__(self, statement: Select[Any]) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    def all(self, connection: Connection | Session, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Every row, by column."""
        if isinstance(connection, Session):
            connection = connection.connection()
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _Compiled.of(self.statement, dialect)
        return self._compiled[dialect.name].run(connection, parameters)

    def one_or_none(
        self, connection: Connection | Session, parameters: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """The only row, or None where there is none."""
        rows = self.all(connection, parameters)
        if len(rows) > 1:
            raise LookupError("one row at most was expected")
        return rows[0] if rows else None


@dataclass(slots=True)
class _Compiled:
    """A statement in the words of one dialect."""

    text: str
    types: Sequence[Any]
    constants: Mapping[str, Any]
    required: frozenset[str]
    writers: Mapping[str, Process]
    places: Sequence[str] | None
    """The parameters in order, where the driver knows them by place and not by name."""
    names: Sequence[str] = ()
    readers: Mapping[str, Process] = field(default_factory=dict)
    """Both are known once the driver has described a first result."""

    @classmethod
    def of(cls, statement: Select[Any], dialect: Dialect) -> "_Compiled":
        compiled = statement.compile(dialect=dialect)
        if compiled.post_compile_params:
            raise ValueError("an expanding IN has no fixed text: use kit.sql.among")
        binds = compiled.binds
        writers = {
            name: bind.type.dialect_impl(dialect).bind_processor(dialect) for name, bind in binds.items()
        }
        return cls(
            str(compiled),
            [column.type for column in statement.selected_columns],
            {name: bind.effective_value for name, bind in binds.items() if not bind.required},
            frozenset(name for name, bind in binds.items() if bind.required),
            {name: writer for name, writer in writers.items() if writer},
            compiled.positiontup,
        )

    def run(self, connection: Connection, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
        bound = self._bind(parameters)
        cursor = connection.connection.cursor()
        try:
            for heard in connection.dispatch.before_cursor_execute:
                heard(connection, cursor, self.text, bound, None, False)
            cursor.execute(self.text, bound)
            if not self.names:
                self._learn(connection.dialect, cursor.description)
            rows = cursor.fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            # Wraps the error, and gives up the connection where it is lost.
            connection._handle_dbapi_exception(error, self.text, bound, cursor, None)
        finally:
            cursor.close()
        items = [dict(zip(self.names, row, strict=False)) for row in rows]
        for name, read in self.readers.items():
            for item in items:
                item[name] = read(item[name])
        return items

    def _bind(self, parameters: Mapping[str, Any]) -> Any:
        if missing := self.required - parameters.keys():
            raise LookupError(f"no value for {', '.join(sorted(missing))}")
        values = {**self.constants, **parameters}
        for name, write in self.writers.items():
            values[name] = write(values[name])
        return values if self.places is None else tuple(values[name] for name in self.places)

    def _learn(self, dialect: Dialect, description: Sequence[Any]) -> None:
        readers = {
            about[0]: kind.dialect_impl(dialect).result_processor(dialect, about[1])
            for kind, about in zip(self.types, description, strict=True)
        }
        self.readers = {name: reader for name, reader in readers.items() if reader}
        self.names = tuple(readers)
