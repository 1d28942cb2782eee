"""Every test that touches the database runs on SQLite and on PostgreSQL, migrated and empty."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import make_url

from app.kit.columns import metadata
from app.kit.database import Database
from app.kit.ids import new_id
from app.kit.migrations import upgrade
from app.kit.vault import new_key
from app.main import create_app
from app.settings import Settings
from tests.support.database import Lookout
from tests.support.postgres import postgres_server
from tests.support.world import World

ENGINES = os.environ.get("ESSAIM_TEST_DATABASES", "sqlite,postgresql").split(",")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is left alone with it at the end."""
    items.sort(key=lambda item: item.path.name != "test_schemathesis.py")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "template.db"
    upgrade(f"sqlite:///{path}")
    database = Database(f"sqlite:///{path}")
    with database.reader.connect() as connection:
        # Everything into the one file, so that copying it copies the whole.
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_database(postgres: str) -> str:
    name = f"essaim_{new_id().hex}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    url = make_url(postgres).set(database=name).render_as_string(hide_password=False)
    upgrade(url)
    return url


@pytest.fixture(params=ENGINES)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "essaim.db")
        yield f"sqlite:///{tmp_path / 'essaim.db'}"
        return
    url = request.getfixturevalue("postgres_database")
    yield url
    # A tenth of the time of a new database: a few rows are deleted, with foreign keys at rest.
    deletions = "; ".join(f"DELETE FROM {name}" for name in metadata.tables)
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"SET session_replication_role = replica; {deletions}")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Lookout(database_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def shared_app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    """The application, made once: each test gives it its own database."""
    unused = Database(f"sqlite:///{tmp_path_factory.mktemp('unused') / 'unused.db'}")
    return create_app(
        Settings(
            worker="outside",
            token_memory_seconds=0,
            protection_key=SecretStr(new_key()),
            # Tests of a policy's every row write more in a second than anybody does in a minute.
            writes_per_minute=1_000_000,
            client_writes_per_minute=1_000_000,
            searches_per_minute=1_000_000,
            exports_per_hour=1_000_000,
        ),
        unused,
    )


@pytest.fixture
def app(shared_app: FastAPI, database: Database) -> FastAPI:
    shared_app.state.database = database
    return shared_app


@pytest.fixture
def world(app: FastAPI, database: Database) -> Iterator[World]:
    """An authority with a few directorates and people, each with a token and a client of the API."""
    with World.build(app, database) as built:
        yield built
