"""SQL that both databases run, each in its own words, with one bound parameter whatever the number of values.

An `IN` of several bound values is compiled anew for each number of them; an array is one parameter, so that a list's
statement is compiled once and prepared once.
"""

import json
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Dialect, String, bindparam, literal_column
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine


class ListOf(TypeDecorator[list[Any]]):
    """A parameter that holds a list: an array on PostgreSQL, JSON text on SQLite."""

    impl = String
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        self.item = item
        super().__init__()

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else ARRAY(self.item))

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return json.dumps([_on_file(item) for item in value])


def _on_file(item: Any) -> Any:
    """The value as SQLite keeps it."""
    match item:
        case UUID():
            return item.hex
        case date():
            return item.isoformat()
        case _:
            return item


class any_of(FunctionElement[bool]):  # noqa: N801 a SQL function
    """`any_of(column, list)`: the column holds one of the list's values."""

    type = Boolean()
    inherit_cache = True
    name = "any_of"


@compiles(any_of, "postgresql")
def _any_of_on_postgresql(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} = ANY({values})"


@compiles(any_of, "sqlite")
def _any_of_on_sqlite(element: any_of, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(clause, **options) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({values}))"  # noqa: S608 compiled clauses, no value


def among(column: Any, name: str) -> ColumnElement[bool]:
    """`column` is one of the list bound to `:name`."""
    return any_of(column, bindparam(name, type_=ListOf(column.type)))


def one_of(column: Any, members: Iterable[StrEnum]) -> ColumnElement[bool]:
    """`column` is one of these members, written into the statement as constants."""
    return column.in_([literal_column(f"'{member.value}'") for member in members])  # type: ignore[no-any-return]


def words(column: Any) -> ColumnElement[str]:
    """A text enumeration's column read as its stored words: what JSON needs, without making members."""
    plain: ColumnElement[str] = literal_column(f"{column.table.name}.{column.name}", String).label(
        column.name
    )
    return plain
