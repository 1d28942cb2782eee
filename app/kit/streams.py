"""Whole lists by `Accept`: every row that the filters keep, as NDJSON or CSV, in constant memory.

- `application/x-ndjson`: one JSON object a line, each like an item of the list's pages.
- `text/csv`: RFC 4180 (commas, CRLF, a header line, quotes where needed), UTF-8 without a byte order mark; instants and
  dates as in JSON, `true` and `false`, nothing for null. A text that a spreadsheet would run as a formula is preceded
  by an apostrophe.

Rows come through a cursor of the database, a batch at a time, in types that need no work in Python, and are encoded a
batch at once. While a batch is on its way to the client no thread is held, only a connection; there are never more
streams at once than half the connections, so that a slow client stops nobody but the next stream.
"""

import csv
import io
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import anyio
import msgspec
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse
from sqlalchemy import (
    Boolean,
    ColumnElement,
    Label,
    Select,
    String,
    Uuid,
    case,
    func,
    not_,
    type_coerce,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator
from starlette.types import Send

from app.kit.columns import TextEnum, UTCDateTime
from app.kit.database import Database
from app.kit.encoding import encoder
from app.kit.i18n import _
from app.kit.problems import NotAcceptable
from app.kit.routing import problem_responses

JSON = "application/json"
NDJSON = "application/x-ndjson"
CSV = "text/csv"
OFFERED = (JSON, NDJSON, CSV)

FIRST_BATCH = 100
BATCH = 1000
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Rows: TypeAlias = Sequence[Sequence[Any]]
Encode: TypeAlias = Callable[[Rows], bytes]

STREAMS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A page as JSON; or, by `Accept`, everything that the filters keep, whatever `limit`, as NDJSON "
        "(an item a line) or CSV (RFC 4180, UTF-8, a header line).",
        "content": {
            NDJSON: {"schema": {"type": "string"}},
            CSV: {"schema": {"type": "string"}},
        },
    },
    **problem_responses(406, 422),
}
"""Responses of a list that is also streamed."""


def preferred(accept: str | None, offered: Sequence[str] = OFFERED) -> str:
    """The media type of `offered` that an `Accept` header (RFC 9110, 12.5.1) ranks first; ties go to the first offered.

    Raises `NotAcceptable` when it wants none of them.
    """
    ranges = list(_ranges(accept)) if accept and accept.strip() else [("*/*", 1.0)]
    qualities = [_quality(media_type, ranges) for media_type in offered]
    best = max(qualities)
    if best == 0:
        raise NotAcceptable(_("Demandez l'un de ces formats : {offered}.").format(offered=list(offered)))
    return offered[qualities.index(best)]


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith("q="):
                try:
                    quality = min(max(float(parameter[2:]), 0.0), 1.0)
                except ValueError:
                    quality = 0.0
        yield name, quality


def _quality(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality that the most specific matching range gives."""
    whole_type = media_type.partition("/")[0] + "/*"
    for wanted in (media_type, whole_type, "*/*"):
        found = [quality for name, quality in ranges if name == wanted]
        if found:
            return max(found)
    return 0.0


_slots: WeakKeyDictionary[Database, anyio.Semaphore] = WeakKeyDictionary()


class ChunkStream(StreamingResponse):
    """Bytes made a chunk at a time, from rows of the database. The first chunk is made before the status is sent, so
    that a failure is a problem."""

    is_whole_list = True

    def __init__(
        self,
        database: Database,
        chunks: Generator[bytes, None, None],
        *,
        media_type: str,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(iter(()), 200, {"X-Accel-Buffering": "no", **headers}, media_type=media_type)
        self._chunks = chunks
        if database not in _slots:
            _slots[database] = anyio.Semaphore(max(1, database.threads // 2))
        self._slot = _slots[database]

    async def stream_response(self, send: Send) -> None:
        async with self._slot:
            try:
                chunk = await run_in_threadpool(next, self._chunks, b"")
                await send(
                    {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
                )
                while chunk:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                    chunk = await run_in_threadpool(next, self._chunks, b"")
                await send({"type": "http.response.body", "body": b"", "more_body": False})
            finally:
                # A client that hangs up must not keep the cursor open.
                with anyio.CancelScope(shield=True):
                    await run_in_threadpool(self._chunks.close)


class RowStream(ChunkStream):
    """The rows of a statement."""

    def __init__(
        self,
        database: Database,
        statement: Select[Any],
        parameters: Mapping[str, Any],
        *,
        media_type: str,
        filename: str,
    ) -> None:
        headers = {"Vary": "Accept"}
        if media_type == CSV:
            headers["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
        shown = "text/csv; charset=utf-8; header=present" if media_type == CSV else media_type
        chunks = _encoded(database, statement, parameters, media_type)
        super().__init__(database, chunks, media_type=shown, headers=headers)


def _encoded(
    database: Database, statement: Select[Any], parameters: Mapping[str, Any], media_type: str
) -> Generator[bytes, None, None]:
    columns = list(statement.selected_columns)
    names = tuple(str(column.key) for column in columns)
    lean = statement.with_only_columns(
        *(_lean(column, media_type).label(name) for column, name in zip(columns, names, strict=True)),
        maintain_column_froms=True,
    )
    encode, pending = _csv(columns, names) if media_type == CSV else (_ndjson(names), b"")
    with database.stream(lean, parameters, batch=BATCH) as result:
        size = FIRST_BATCH
        while rows := result.fetchmany(size):
            yield pending + encode(rows)
            pending, size = b"", BATCH
    if pending:
        yield pending


def _ndjson(names: Sequence[str]) -> Encode:
    # A structure is made and written in half the time of a dictionary.
    item: Callable[..., Any] = msgspec.defstruct("Item", names)

    def encode(rows: Rows) -> bytes:
        return encoder.encode_lines([item(*row) for row in rows])

    return encode


def _csv(columns: Sequence[ColumnElement[Any]], names: Sequence[str]) -> tuple[Encode, bytes]:
    """The encoder of rows, and the header line."""
    instants = [place for place, column in enumerate(columns) if isinstance(column.type, UTCDateTime)]

    def encode(rows: Rows) -> bytes:
        return _written(map(_with_text_instants, rows) if instants else rows)

    def _with_text_instants(row: Sequence[Any]) -> list[Any]:
        values = list(row)
        for place in instants:
            values[place] = values[place] and values[place].isoformat().replace("+00:00", "Z")
        return values

    return encode, _written([names])


def _written(rows: Iterable[Sequence[Any]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _lean(column: ColumnElement[Any], media_type: str) -> ColumnElement[Any]:
    """The same value in a type that costs least to receive and to write."""
    bare: Any = column.element if isinstance(column, Label) else column
    if isinstance(column.type, TextEnum):
        return type_coerce(bare, String)
    stored = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    match stored:
        case Uuid():
            return uuid_text(bare)
        case Boolean() if media_type == CSV:
            return case((bare, "true"), (not_(bare), "false"))
        # The words of an enumeration (`sql.words`) are our own: there is no formula to look for.
        case String() if media_type == CSV and not getattr(bare, "is_literal", False):
            return case((func.substr(bare, 1, 1).in_(FORMULA_STARTS), "'" + bare), else_=bare)
        case _:
            return bare  # type: ignore[no-any-return]


class uuid_text(FunctionElement[str]):  # noqa: N801 a SQL function
    """A UUID as text with its dashes, written by the database."""

    type = String()
    inherit_cache = True
    name = "uuid_text"


@compiles(uuid_text, "postgresql")
def _on_postgresql(element: uuid_text, compiler: SQLCompiler, **options: Any) -> str:
    return f"CAST({compiler.process(element.clauses, **options)} AS TEXT)"


@compiles(uuid_text, "sqlite")
def _on_sqlite(element: uuid_text, compiler: SQLCompiler, **options: Any) -> str:
    stored = compiler.process(element.clauses, **options)
    parts = [f"substr({stored}, {start}, {length})" for start, length in _UUID_PARTS]
    return "(" + " || '-' || ".join(parts) + ")"


_UUID_PARTS = ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
