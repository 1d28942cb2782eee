"""Keyset lists: one statement a page, however deep, with whitelisted sorts and filters.

A `Listing` is declared once at module level. Its statements are built once per shape (sort, filters present, first page
or next) with bound parameters, and compiled once (`kit.query`).
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeAlias
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

import msgspec
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Connection, Select, bindparam, tuple_
from sqlalchemy.types import TypeDecorator, TypeEngine

from app.kit.columns import TextEnum
from app.kit.encoding import to_json
from app.kit.i18n import _
from app.kit.problems import FieldError, Invalid
from app.kit.query import Query
from app.kit.search import matching
from app.kit.search import query as stem_query

MAX_LIMIT = 200


# What a cursor's value may be, so that a forged one is refused here and not by the database.
_CURSOR_TYPES: dict[type, Any] = {
    datetime: Annotated[datetime, msgspec.Meta(tz=True)],
    int: Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)],
    date: date,
    UUID: UUID,
    str: Annotated[str, msgspec.Meta(pattern=r"\A[^\x00]*\Z")],
}


class ListQuery(BaseModel):
    """The query parameters of every list. A list's own class adds its filters and its `sort` literal."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    limit: int = Field(default=50, ge=1, le=MAX_LIMIT, description="How many items a page holds.")
    cursor: str | None = Field(
        default=None, max_length=1200, description="The `next_cursor` of the page before, with the same sort."
    )


@dataclass(frozen=True, slots=True)
class Visible:
    """Which rows a caller may see: a clause with bound parameters, and a name to cache its statements by."""

    name: str
    clause: ColumnElement[bool]


def equals(column: Any, name: str) -> ColumnElement[bool]:
    """`column = :name`."""
    return column == bindparam(name, type_=column.type)  # type: ignore[no-any-return]


def since(column: Any, name: str) -> ColumnElement[bool]:
    """`column >= :name`."""
    return column >= bindparam(name, type_=column.type)  # type: ignore[no-any-return]


def until(column: Any, name: str) -> ColumnElement[bool]:
    """`column <= :name`."""
    return column <= bindparam(name, type_=column.type)  # type: ignore[no-any-return]


Statement: TypeAlias = Select[*tuple[Any, ...]]


class Listing:
    """A list of `select`ed rows. `key` breaks ties and must be unique; sort columns must not be null.

    `filters` map a query parameter to a clause whose bound parameter has the same name. A sort is a parameter value
    (`votes`, or `-votes` for descending) with its column, which must be among the selected ones. `search` is the column
    of stems that the parameter `q` looks in, once `ask` has made a query of it.
    """

    def __init__(
        self,
        select: Statement,
        *,
        key: Any,
        sorts: Mapping[str, Any],
        filters: Mapping[str, ColumnElement[bool]] | None = None,
        search: Any = None,
        ask: Callable[[str], str | None] = stem_query,
    ) -> None:
        self._select = select
        self._key = key
        self._sorts = dict(sorts)
        self._filters = dict(filters or {})
        self._ask = ask
        if search is not None:
            self._filters["q"] = matching(search, "q")
        self._queries: dict[tuple[Any, ...], Query] = {}

    def page(
        self, connection: Connection, query: ListQuery, visible: Visible, parameters: Mapping[str, Any]
    ) -> tuple[list[dict[str, Any]], str | None]:
        """The items of one page and the next page's cursor. `parameters` bind the visibility clause."""
        sort, asked, after = self._asked(query)
        items = self._query(sort, tuple(asked), bool(after), visible).all(
            connection, {**parameters, **asked, **after, "page_size": query.limit + 1}
        )
        if len(items) <= query.limit:
            return items, None
        del items[query.limit :]
        last = items[-1]
        return items, _encode_cursor(sort, last[self._sort_name(sort)], last[self._key.name])

    def whole(
        self, query: ListQuery, visible: Visible, parameters: Mapping[str, Any]
    ) -> tuple[Statement, dict[str, Any]]:
        """The statement of everything from the query's cursor on, whatever its limit, and its parameters."""
        sort, asked, after = self._asked(query)
        statement = self._query(sort, tuple(asked), bool(after), visible).statement
        return statement.limit(None), {**parameters, **asked, **after}

    def _asked(self, query: ListQuery) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """The sort, the filters that the query uses with their values, and the values of its cursor."""
        sort: str = getattr(query, "sort")  # noqa: B009
        asked = {
            name: value
            for name, value in query
            if name in self._filters and value is not None and value != []
        }
        if "q" in asked:
            asked["q"] = self._ask(asked["q"])
            if asked["q"] is None:
                del asked["q"]
        return sort, asked, self._decode(query.cursor, sort) if query.cursor is not None else {}

    def statement(self, sort: str, filters: tuple[str, ...], visible: Visible) -> Statement:
        """The first page's statement, for `EXPLAIN` and benchmarks."""
        return self._query(sort, filters, False, visible).statement

    def _sort_name(self, sort: str) -> str:
        return str(self._sorts[sort.lstrip("-")].name)

    def _query(self, sort: str, filters: tuple[str, ...], after: bool, visible: Visible) -> Query:
        shape = (sort, filters, after, visible.name)
        if shape not in self._queries:
            column = self._sorts[sort.lstrip("-")]
            descending = sort.startswith("-")
            statement = self._select.where(visible.clause, *(self._filters[name] for name in filters))
            if after:
                position = tuple_(column, self._key)
                mark = tuple_(
                    bindparam("cursor_value", type_=column.type),
                    bindparam("cursor_key", type_=self._key.type),
                )
                statement = statement.where(position < mark if descending else position > mark)
            order = (column.desc(), self._key.desc()) if descending else (column.asc(), self._key.asc())
            self._queries[shape] = Query(statement.order_by(*order).limit(bindparam("page_size")))
        return self._queries[shape]

    def _decode(self, cursor: str, sort: str) -> dict[str, Any]:
        kind = _cursor_type(self._sorts[sort.lstrip("-")].type)
        try:
            raw = base64.urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
            cursor_sort, value, key = msgspec.json.decode(raw, type=tuple[str, Any, UUID])
            if cursor_sort != sort:
                raise ValueError("another sort")
            value = msgspec.convert(value, kind, strict=True)
            if isinstance(value, datetime):
                value = value.astimezone(UTC)
            return {"cursor_value": value, "cursor_key": key}
        except (ValueError, OverflowError, msgspec.MsgspecError):
            raise Invalid(
                errors=[
                    FieldError(
                        "cursor",
                        _("Reprenez le next_cursor reçu, avec le même tri, ou repartez de la première page."),
                        where="query",
                    )
                ]
            ) from None


def _cursor_type(column_type: TypeEngine[Any]) -> Any:
    if isinstance(column_type, TextEnum):
        return column_type.enumeration
    if isinstance(column_type, TypeDecorator):
        column_type = column_type.impl_instance
    return _CURSOR_TYPES[column_type.python_type]


def _encode_cursor(sort: str, value: Any, key: UUID) -> str:
    return base64.urlsafe_b64encode(to_json((sort, value, key))).rstrip(b"=").decode()


def next_link(url_path: str, query_string: str, cursor: str) -> str:
    """The `Link` header (RFC 8288) to the next page."""
    kept = [(name, value) for name, value in parse_qsl(query_string) if name != "cursor"]
    return f'<{url_path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'
