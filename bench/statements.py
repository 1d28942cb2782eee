"""The SQL of a request, taken from the application itself, as scripts that pgbench runs."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from fastapi.testclient import TestClient
from sqlalchemy import Engine, event

from app.kit import logs
from app.kit.database import Database
from app.main import create_app
from app.settings import Settings
from bench.generate import is_generated
from bench.load import Request

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

    def sql(self, named: Mapping[UUID, str] | None = None) -> str:
        """The statement with its parameters written in, each UUID of `named` as that expression."""
        values = {name: _literal(value, named or {}) for name, value in self.parameters.items()}
        return PLACEHOLDER.sub(lambda found: values[found[1]], self.text).replace("%%", "%")


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


def script(statements: Sequence[Statement], head: str = "", named: Mapping[UUID, str] | None = None) -> str:
    """A pgbench script of `statements`, which may use the variables that `head` sets.

    UUIDs that the application made for the occasion are made anew each time, from `:n`, which counts up, and the
    client's number.
    """
    fresh: dict[UUID, str] = {}
    for statement in statements:
        for value in statement.parameters.values():
            if isinstance(value, UUID) and not is_generated(value):
                fresh.setdefault(value, _fresh(len(fresh)))
    texts = [statement.sql({**fresh, **(named or {})}) + ";" for statement in statements]
    return "\n".join(["\\set n :n + 1", head, *texts]) + "\n"


def _fresh(number: int) -> str:
    return (
        f"(lpad(to_hex({FRESH_MS} + :n::bigint), 12, '0') || '7{number:03x}8000'"
        " || lpad(to_hex(:client_id::bigint), 12, '0'))::uuid"
    )


def _literal(value: Any, named: Mapping[UUID, str]) -> str:
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).lower()
        case int() | float():
            return str(value)
        case UUID():
            return named.get(value, f"'{value}'")
        case datetime():
            return f"to_timestamp({value.timestamp()})"
        case date():
            return f"'{value.isoformat()}'"
        case list():
            return f"ARRAY[{', '.join(_literal(item, named) for item in value)}]"
        case str():
            # A colon would begin a variable of pgbench.
            escaped = value.replace("\\", "\\\\").replace("'", "''").replace(":", "\\x3a")
            return f"E'{escaped}'"
        case _:
            raise TypeError(f"{value!r} cannot be written into a script")
