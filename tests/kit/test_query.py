"""Statements handed to the driver give what SQLAlchemy's own execution gives, errors and events included."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Integer,
    Numeric,
    String,
    Table,
    bindparam,
    delete,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlmodel import Session, col

import app.main
from app.kit.columns import Labelled, TextEnum, UTCDateTime
from app.kit.database import Database
from app.kit.database import insert as insert_row
from app.kit.ids import new_id
from app.kit.query import Command, Query
from app.kit.sql import among
from app.people.models import Authority, Directorate
from tests.kit.small import scratch_table
from tests.support.database import owning
from tests.support.world import World

__all__ = ["app"]


class Colour(Labelled):
    RED = "red"
    BLUE = "blue"


@pytest.fixture
def pebbles(database: Database) -> Iterator[Table]:
    columns: list[Column[Any]] = [
        Column("name", String(40), nullable=False),
        Column("colour", TextEnum(Colour)),
        Column("found_at", UTCDateTime),
        Column("found_on", Date),
        Column("grams", Integer),
        Column("price", Numeric(8, 2)),
        Column("smooth", Boolean),
        Column("notes", JSON(none_as_null=True)),
    ]
    with scratch_table(database, *columns) as table:
        yield table


FULL = {
    "name": "100 % grey: l'ardoise",
    "colour": Colour.BLUE,
    "found_at": datetime(2026, 11, 26, 8, 30, tzinfo=UTC),
    "found_on": date(2026, 11, 26),
    "grams": 12,
    "price": Decimal("1234.50"),
    "smooth": True,
    "notes": {"held": ["by", "hand"]},
}
EMPTY = {**dict.fromkeys(FULL), "name": "void"}


class TestQuery:
    @pytest.mark.parametrize("values", [FULL, EMPTY], ids=["full", "empty"])
    def test_values_come_as_from_sqlalchemy(
        self, database: Database, pebbles: Table, values: dict[str, Any]
    ) -> None:
        row = {"id": new_id(), **values}
        query = Query(select(pebbles).where(pebbles.c.id == bindparam("id")))
        with database.transaction() as session:
            session.execute(insert(pebbles), row)
        with database.read() as connection:
            for _ in range(2):
                found = query.one_or_none(connection, {"id": row["id"]})
                assert found == row == connection.execute(select(pebbles)).one()._asdict()
                assert found is not None
                assert {name: type(value) for name, value in found.items()} == {
                    name: type(value) for name, value in row.items()
                }

    def test_parameters(self, database: Database, pebbles: Table) -> None:
        """Constants, lists, repeats, and those that are given but not asked for."""
        with database.transaction() as session:
            for name, colour in (("a", Colour.RED), ("b", Colour.BLUE), ("c", Colour.RED)):
                session.execute(insert(pebbles), {"id": new_id(), **EMPTY, "name": name, "colour": colour})
        query = Query(
            select(pebbles.c.name, (pebbles.c.name + bindparam("end")).label("longer"))
            .where(
                among(pebbles.c.colour, "colours"), pebbles.c.name > bindparam("after"), pebbles.c.name != "z"
            )
            .order_by(pebbles.c.name)
            .limit(bindparam("limit"))
        )
        asked = {"colours": [Colour.RED], "after": "a", "limit": 5, "end": "%", "more": 1}
        with database.read() as connection:
            assert query.all(connection, asked) == [{"name": "c", "longer": "c%"}]
            assert [row["name"] for row in query.all(connection, {**asked, "colours": list(Colour)})] == [
                "b",
                "c",
            ]
            assert query.all(connection, {**asked, "colours": []}) == []
            with pytest.raises(LookupError, match="after, limit"):
                query.all(connection, {"colours": [], "end": ""})

    def test_one_or_none(self, database: Database, pebbles: Table) -> None:
        query = Query(select(pebbles.c.name))
        with database.transaction() as session:
            assert query.one_or_none(session, {}) is None
            session.execute(insert(pebbles), [{"id": new_id(), **EMPTY} for _ in range(2)])
            with pytest.raises(LookupError):
                query.one_or_none(session, {})

    def test_an_expanding_list_is_refused(self, database: Database, pebbles: Table) -> None:
        with database.read() as connection, pytest.raises(ValueError, match="among"):
            Query(select(pebbles).where(pebbles.c.name.in_(["a", "b"]))).all(connection, {})

    def test_a_session_sends_first_what_it_holds(self, world: World) -> None:
        query = Query(select(col(Directorate.code)).where(col(Directorate.id) == bindparam("id")))
        with world.database.session() as session:
            row = Directorate(authority_id=world.authority.id, code="NEW", name="Nouvelle")
            session.add(row)
            assert query.all(session, {"id": row.id}) == [{"code": "NEW"}]

    def test_a_lost_connection_is_given_up(self, database: Database, pebbles: Table) -> None:
        if database.is_sqlite:
            pytest.skip("a file cannot hang up")
        query = Query(select(pebbles.c.name))
        with database.read() as connection:
            query.all(connection, {})
            killer = text("SELECT pg_terminate_backend(:pid)")
            with owning(database) as other:
                driver: Any = connection.connection.driver_connection
                other.execute(killer, {"pid": driver.info.backend_pid})
            with pytest.raises(OperationalError) as lost:
                query.all(connection, {})
            assert lost.value.connection_invalidated
        with database.read() as connection:
            assert query.all(connection, {}) == []


class TestCommand:
    def test_how_many_rows(self, database: Database, pebbles: Table) -> None:
        put = Command(insert(pebbles))
        name = Command(
            update(pebbles)
            .where(pebbles.c.grams > bindparam("above"))
            .values(name=pebbles.c.name + bindparam("end"))
        )
        drop = Command(delete(pebbles).where(pebbles.c.name == bindparam("gone")))
        with database.transaction() as session:
            assert [put.run(session, {"id": new_id(), **FULL, "grams": n}) for n in range(3)] == [1, 1, 1]
            assert name.run(session, {"above": 0, "end": "!"}) == 2
            assert name.run(session, {"above": 9, "end": "!"}) == 0
            assert drop.run(session, {"gone": f"{FULL['name']}!"}) == 2
        with database.read() as connection:
            assert Query(select(pebbles)).all(connection, {})[0]["notes"] == FULL["notes"]

    def test_a_refused_row(self, database: Database) -> None:
        name: Column[Any] = Column("name", String(20), unique=True)
        with scratch_table(database, name) as table:
            put = Command(insert(table))
            with database.transaction() as session:
                put.run(session, {"id": new_id(), "name": "one"})
            with pytest.raises(IntegrityError), database.transaction() as session:
                put.run(session, {"id": new_id(), "name": "one"})


def test_statements_are_heard(world: World) -> None:
    with world.counted_queries() as statements, world.database.read() as connection:
        Query(select(col(Directorate.code))).all(connection, {})
    assert len(statements) == 1


class TestInsert:
    def test_the_row_is_the_sessions(self, world: World) -> None:
        with world.database.transaction() as session:
            row = insert_row(
                session, Directorate(authority_id=world.authority.id, code="NEW", name="Nouvelle")
            )
            with world.counted_queries() as statements:
                assert session.get(Directorate, row.id) is row
                session.flush()
            assert statements == []
            row.name = "Autre"
        with Session(world.database.writer) as session:
            assert session.get_one(Directorate, row.id).name == "Autre"

    def test_a_constraint_refuses_at_once(self, world: World) -> None:
        taken = next(iter(world.directorates))
        with world.database.session() as session, pytest.raises(IntegrityError):
            insert_row(session, Directorate(authority_id=world.authority.id, code=taken, name="Encore"))

    def test_what_waits_goes_first(self, database: Database) -> None:
        with database.session() as session:
            authority = Authority(slug="later", name="Plus tard")
            session.add(authority)
            insert_row(session, Directorate(authority_id=authority.id, code="D", name="Direction"))
            session.commit()
