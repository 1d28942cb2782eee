"""The kit alone: an application with one router of its own, and scratch tables."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from fastapi import APIRouter, FastAPI, Request
from fastapi.testclient import TestClient
from sqlalchemy import Column, Connection, MetaData, Table, Uuid

from app.kit import application, logs
from app.kit.database import Database
from app.kit.migrations import head_revision
from app.kit.postgres import everywhere_role
from app.kit.problems import Unauthenticated
from app.people.service import create_authority
from tests.support.database import owning


@dataclass(frozen=True)
class Known:
    """Somebody the kit needs to know nothing more of."""

    authority_id: UUID
    key: str


class Doorkeeper:
    """Knows a caller by the word they say: `Authorization: alice`."""

    def __init__(self, authority_id: UUID) -> None:
        self.authority_id = authority_id

    def recall(self, _request: Request) -> Known | None:
        return None

    def identify(self, _connection: Connection, request: Request) -> Known:
        if not (name := request.headers.get("authorization")):
            raise Unauthenticated
        return Known(self.authority_id, f"agent:{name}")


@contextmanager
def serving(database: Database, *routers: APIRouter, max_body_bytes: int = 10_000) -> Iterator[TestClient]:
    """A client of an application with these routers, called by `alice` unless it says otherwise."""
    with database.transaction() as session:
        authority = create_authority(session, slug="valmoret", name="Ville de Valmoret")
    logs.configure("json", "warning")
    app = FastAPI()
    application.install(app, max_body_bytes=max_body_bytes)
    app.state.database = database
    app.state.authenticator = Doorkeeper(authority.id)
    app.state.expected_revision = head_revision()
    for router in routers:
        app.include_router(router)
    with TestClient(app, raise_server_exceptions=False, headers={"Authorization": "alice"}) as client:
        yield client


@contextmanager
def scratch_table(database: Database, *columns: Column[Any]) -> Iterator[Table]:
    """A table with an id and these columns, gone after the block."""
    table = Table("scratch", MetaData(), Column("id", Uuid, primary_key=True), *columns)
    with owning(database) as connection:
        table.create(connection)
        if database.role and not database.is_sqlite:
            connection.exec_driver_sql(
                f"GRANT ALL ON scratch TO {database.role}, {everywhere_role(database.role)}"
            )
    try:
        yield table
    finally:
        with owning(database) as connection:
            table.drop(connection)
