"""Whose rows a connection sees: those of the bounds that stood when it was taken, and of nobody where none did."""

import threading
from collections.abc import Iterator
from uuid import UUID

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from app.irritants.models import Irritant
from app.kit import bounds
from app.kit.bounds import confine, everywhere, within
from app.kit.database import Database
from app.kit.ids import new_id
from app.people.models import Directorate
from tests.support.world import World, report


@pytest.fixture
def strict(world: World) -> Iterator[Database]:
    """The database as the application has it, with one connection a pool, so that bounds follow each other on it."""
    if world.database.is_sqlite:
        pytest.skip("SQLite has no row-level security")
    with Database(world.database.url.render_as_string(hide_password=False), threads=1) as opened:
        yield opened


@pytest.fixture
def neighbour(world: World) -> Iterator[World]:
    with World.build(world.app, world.database, slug="haute-arlene") as other:
        yield other


def seen(database: Database) -> set[UUID]:
    with database.read() as connection:
        return set(connection.execute(text("SELECT DISTINCT authority_id FROM directorates")).scalars())


def written(database: Database) -> set[UUID]:
    """The same by a session."""
    with database.session() as session:
        return set(session.execute(select(col(Directorate.authority_id)).distinct()).scalars())


@pytest.mark.parametrize("look", [seen, written])
def test_bounds_follow_each_other_on_a_connection(
    world: World, neighbour: World, strict: Database, look: object
) -> None:
    assert callable(look)
    ours, theirs = world.authority.id, neighbour.authority.id
    assert look(strict) == set(), "who says nothing sees nothing"
    for _ in range(3):
        with within(ours):
            assert look(strict) == {ours}
            with within(theirs):
                assert look(strict) == {theirs}
            assert look(strict) == {ours}
        with everywhere():
            assert look(strict) == {ours, theirs}
        assert look(strict) == set()


def test_a_forgotten_filter_leaks_nothing(world: World, neighbour: World, strict: Database) -> None:
    report(world)
    report(neighbour)
    with within(world.authority.id):
        for engine in (strict.reader, strict.writer):
            with engine.connect() as connection:
                rows = connection.execute(text("SELECT * FROM irritants")).mappings().all()
                assert [row["authority_id"] for row in rows] == [world.authority.id]
                connection.rollback()
        with strict.stream(select(col(Irritant.authority_id)), {}, batch=10) as streamed:
            assert streamed.scalars().all() == [world.authority.id]
        with strict.session() as session:
            row = {"id": new_id(), "authority_id": neighbour.authority.id, "code": "X", "name": "X"}
            with pytest.raises(DBAPIError, match="row-level security"):
                session.execute(
                    text(
                        "INSERT INTO directorates (id, authority_id, code, name, created_at, updated_at, version)"
                        " VALUES (:id, :authority_id, :code, :name, now(), now(), 1)"
                    ),
                    row,
                )


def test_neither_rollback_nor_failure_brings_others_back(
    world: World, neighbour: World, strict: Database
) -> None:
    with within(neighbour.authority.id):
        written(strict)
    with within(world.authority.id):
        with strict.session() as session:
            session.execute(text("SELECT 1"))
            session.rollback()
            assert set(session.execute(select(col(Directorate.authority_id))).scalars()) == {
                world.authority.id
            }
        with strict.session() as session, pytest.raises(DBAPIError):
            session.execute(text("SELECT 1 / 0"))
        assert written(strict) == {world.authority.id}
        assert seen(strict) == {world.authority.id}


def test_one_round_trip_when_they_change_and_none_when_not(
    world: World, neighbour: World, strict: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    execute = psycopg.Connection.execute

    def note(connection: object, query: object, *arguments: object, **named: object) -> object:
        told.append(query)
        return execute(connection, query, *arguments, **named)  # type: ignore[call-overload]

    monkeypatch.setattr(psycopg.Connection, "execute", note)
    with within(world.authority.id):
        for _ in range(5):
            seen(strict)
    assert len(told) == 1
    with within(neighbour.authority.id):
        seen(strict)
    assert len(told) == 2


def test_a_connection_lost_in_the_pool_is_replaced(world: World, strict: Database) -> None:
    with strict.read() as connection:
        pid = connection.execute(text("SELECT pg_backend_pid()")).scalar()
    admin = world.database.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(admin, autocommit=True) as killer:
        killer.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))
    with within(world.authority.id):
        assert seen(strict) == {world.authority.id}


def test_threads_begin_with_nothing(world: World, strict: Database) -> None:
    found: list[set[UUID]] = []
    with within(world.authority.id):
        thread = threading.Thread(target=lambda: found.append(seen(strict)))
        thread.start()
        thread.join()
    assert found == [set()]


def test_a_task_is_confined_until_it_ends(world: World, strict: Database) -> None:
    def task() -> set[UUID]:
        confine(world.authority.id)
        return seen(strict)

    found: list[set[UUID]] = []
    thread = threading.Thread(target=lambda: found.append(task()))
    thread.start()
    thread.join()
    assert found == [{world.authority.id}]
    assert bounds.current() is None
