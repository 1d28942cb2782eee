"""Every test that touches the database runs on SQLite and on PostgreSQL, migrated and empty."""

import os
import shutil
from collections.abc import Callable, Iterator
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
from tests.support.client import close_shared_portal
from tests.support.database import Kept
from tests.support.postgres import postgres_server
from tests.support.world import World

ENGINES = os.environ.get("ESSAIM_TEST_DATABASES", "sqlite,postgresql").split(",")


LONGEST = (
    "test_lab.py",
    "test_everybody.py",
    "test_tour.py",
    "test_demo.py",
    "test_abilities.py",
    "test_rush.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is left alone with it at the end."""
    rank = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(LONGEST)))


def pytest_unconfigure() -> None:
    close_shared_portal()


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


@pytest.fixture(scope="session")
def sqlite_kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return Kept(f"sqlite:///{tmp_path_factory.mktemp('kept') / 'essaim.db'}")


@pytest.fixture(scope="session")
def postgres_kept(postgres_database: str) -> Iterator[Kept]:
    kept = Kept(postgres_database)
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def postgres_sweeper(postgres_database: str) -> Iterator[Callable[[], None]]:
    """Empties the tables, with foreign keys at rest: a tenth of the time of a new database."""
    # A function keeps the plans of its statements from call to call.
    deletions = "; ".join(f"DELETE FROM {name}" for name in metadata.tables)
    with psycopg.connect(postgres_database, autocommit=True) as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(
            f"CREATE FUNCTION pg_temp.sweep() RETURNS void LANGUAGE plpgsql AS $$BEGIN {deletions}; END$$"
        )

        def sweep() -> None:
            admin.execute("SELECT pg_temp.sweep()")

        yield sweep


@pytest.fixture(params=ENGINES)
def kept(request: pytest.FixtureRequest) -> Iterator[Kept]:
    if request.param == "sqlite":
        database: Kept = request.getfixturevalue("sqlite_kept")
        file = Path(str(database.url.database))
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        yield database
        database.close()
        for path in file.parent.iterdir():
            path.unlink()
        return
    sweep = request.getfixturevalue("postgres_sweeper")
    yield request.getfixturevalue("postgres_kept")
    sweep()


@pytest.fixture
def database_url(kept: Kept) -> str:
    """A migrated, empty database."""
    return kept.url.render_as_string(hide_password=False)


@pytest.fixture
def database(kept: Kept) -> Database:
    return kept


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
