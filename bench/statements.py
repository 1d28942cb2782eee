"""The SQL of a request, taken from the application itself, as scripts that pgbench runs."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from app.kit import logs
from app.kit.database import Database
from app.main import create_app
from app.settings import Settings
from bench.generate import is_generated
from bench.load import Request, Script

PLACEHOLDER = re.compile(r"%\((\w+)\)s")
FRESH_MS = 0x01A000000000
"""The instant of the ids that pgbench makes: after all others, as those of new rows are."""


@dataclass
class Application:
    """Essaim in this process, over the database that is measured."""

    database_url: str
    client: TestClient = field(init=False)
    database: Database = field(init=False)

    def __post_init__(self) -> None:
        logs.configure("console", "warning")
        app = create_app(Settings(database_url=self.database_url, worker="outside", token_memory_seconds=60))
        self.database = app.state.database
        self.client = TestClient(app)

    def answer(self, request: Request) -> bytes:
        """The body of the answer, which must be a success."""
        headers = {"Authorization": f"Bearer {request.token}", "Accept": request.accept}
        if request.body:
            headers["Content-Type"] = "application/json"
        response = self.client.request(request.method, request.path, headers=headers, content=request.body)
        response.raise_for_status()
        return response.content

    def statements(self, request: Request) -> list["Statement"]:
        """What the request asks of the database, once its caller is known."""
        self.answer(Request("/api/v1/irritants?limit=1", request.token))
        with _recorded(self.database) as statements:
            self.answer(request)
        return statements


@dataclass(frozen=True)
class Statement:
    text: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def sql(self, write: Callable[[Any], str] | None = None) -> str:
        """The statement with its parameters written in, as literals or as `write` says."""
        values = {name: (write or _literal)(value) for name, value in self.parameters.items()}
        return PLACEHOLDER.sub(lambda found: values[found[1]], self.text).replace("%%", "%")

    def explained(self) -> str:
        """Statements that show how PostgreSQL runs this one prepared, values unknown."""
        values: list[str] = []

        def write(value: Any) -> str:
            values.append(_literal(value))
            return f"${len(values)}"

        return (
            f"PREPARE hot AS {self.sql(write)}; EXPLAIN (ANALYZE, BUFFERS) EXECUTE hot({', '.join(values)})"
        )


@contextmanager
def _recorded(database: Database) -> Iterator[list[Statement]]:
    seen: list[Statement] = []

    def execute(_connection: Any, _cursor: Any, text: str, parameters: Any, *_rest: Any) -> None:
        seen.append(Statement(text, parameters))

    def begin(_connection: Any) -> None:
        seen.append(Statement("BEGIN"))

    def commit(_connection: Any) -> None:
        seen.append(Statement("COMMIT"))

    listeners: list[tuple[Engine, str, Callable[..., None]]] = [
        (database.reader, "before_cursor_execute", execute)
    ]
    listeners += [(database.writer, "before_cursor_execute", execute)]
    listeners += [(database.writer, "begin", begin), (database.writer, "commit", commit)]
    for listener in listeners:
        event.listen(*listener)
    try:
        yield seen
    finally:
        for listener in listeners:
            event.remove(*listener)


def script(
    statements: Sequence[Statement], head: str = "", named: Mapping[UUID, str] | None = None
) -> Script:
    """A pgbench script of `statements`: parameters stay parameters, so that PostgreSQL plans as for the application.

    A UUID of `named` becomes that expression of the variables that `head` sets. UUIDs that the application made for the
    occasion are made anew each time, from `:n`, which counts up, and the client's number.
    """
    expressions = dict(named or {})
    variables: dict[str, str] = {}

    def write(value: Any) -> str:
        if value is None:
            return "NULL"
        if isinstance(value, UUID) and not is_generated(value):
            expressions.setdefault(value, _fresh(len(expressions)))
        if isinstance(value, UUID) and value in expressions:
            return expressions[value]
        name = f"v{next(_number)}"
        variables[name] = _text(value)
        return f":{name}"

    texts = [statement.sql(write) + ";" for statement in statements]
    return Script("\n".join(["\\set n :n + 1", head, *texts]) + "\n", variables)


_number = count()


def _fresh(number: int) -> str:
    return (
        f"(lpad(to_hex({FRESH_MS} + :n::bigint), 12, '0') || '7{number:03x}8000'"
        " || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid"
    )


def _text(value: Any) -> str:
    """The value as PostgreSQL reads it from text."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float() | str() | UUID():
            return str(value)
        case date():
            return value.isoformat()
        case list():
            return "{" + ",".join(f'"{_text(item)}"' for item in value) + "}"
        case _:
            raise TypeError(f"{value!r} cannot be written into a script")


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int | float):
        return _text(value)
    return "'" + _text(value).replace("'", "''") + "'"
