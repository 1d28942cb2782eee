"""Keyset lists: nothing missed, nothing twice, and no cursor but ours."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import pytest
from pydantic import Field, ValidationError
from sqlalchemy import Column, Connection, Date, Integer, String, Table, insert, literal, select

from app.kit.columns import Labelled, TextEnum, UTCDateTime
from app.kit.database import Database
from app.kit.i18n import _
from app.kit.ids import new_id
from app.kit.listing import Listing, ListQuery, Visible, equals, next_link, since, until
from app.kit.problems import Invalid
from app.kit.sql import among
from tests.kit.small import scratch_table


class Colour(Labelled):
    GREY = "grey", _("gris")
    WHITE = "white", _("blanc")


SORTS = ("weight", "found_at", "day", "name", "colour")
Sort = Literal[
    "weight", "-weight", "found_at", "-found_at", "day", "-day", "name", "-name", "colour", "-colour"
]


class PebbleQuery(ListQuery):
    sort: Sort = "weight"
    colour: list[Colour] = Field(default=[])
    name: str | None = None
    heavier: int | None = None
    before: date | None = None


EVERYTHING = Visible("everything", literal(1) == 1)
START = datetime(2026, 3, 29, 0, 59, 59, 999990, tzinfo=UTC)
COUNT = 23


class Pebbles:
    """A table of pebbles, many of the same weight, the same day, the same name."""

    def __init__(self, table: Table, connection: Connection) -> None:
        self.connection = connection
        self.table = table
        c = table.c
        self.listing = Listing(
            select(c.id, c.weight, c.found_at, c.day, c.name, c.colour),
            key=c.id,
            sorts={name: c[name] for name in SORTS},
            filters={
                "colour": among(c.colour, "colour"),
                "name": equals(c.name, "name"),
                "heavier": since(c.weight, "heavier"),
                "before": until(c.day, "before"),
            },
        )

    def page(self, **asked: Any) -> tuple[list[dict[str, Any]], str | None]:
        return self.listing.page(self.connection, PebbleQuery(**asked), EVERYTHING, {})

    def walk(self, **asked: Any) -> list[dict[str, Any]]:
        """Every page, one after the other."""
        seen, cursor = self.page(**asked)
        while cursor:
            items, cursor = self.page(cursor=cursor, **asked)
            assert items, "a cursor leads to something"
            seen += items
        return seen


@contextmanager
def pebbles(database: Database) -> Iterator[Pebbles]:
    columns: list[Column[Any]] = [
        Column("weight", Integer),
        Column("found_at", UTCDateTime),
        Column("day", Date),
        Column("name", String(200)),
        Column("colour", TextEnum(Colour)),
    ]
    with scratch_table(database, *columns) as table, database.writer.begin() as connection:
        for n in range(COUNT):
            row = {
                "id": new_id(),
                "weight": n * 7 % 5,
                "found_at": START + timedelta(microseconds=n * 7 % 11),
                "day": date(2026, 2, 27) + timedelta(days=n % 4),
                "name": "«é»\\\"'" if n % 3 else "𝄞" * 200,
                "colour": Colour.GREY if n % 2 else Colour.WHITE,
            }
            connection.execute(insert(table).values(row))
        yield Pebbles(table, connection)


@pytest.mark.parametrize("limit", [1, 4, COUNT - 1, COUNT, COUNT + 1])
@pytest.mark.parametrize("sort", [sign + name for name in SORTS for sign in ("", "-")])
def test_every_row_once_and_in_order(database: Database, sort: str, limit: int) -> None:
    with pebbles(database) as found:
        seen = found.walk(sort=sort, limit=limit)
        column = found.table.c[sort.lstrip("-")]
        order = (column.desc(), found.table.c.id.desc()) if sort[0] == "-" else (column, found.table.c.id)
        expected = found.connection.execute(select(found.table.c.id).order_by(*order)).scalars().all()
    assert [row["id"] for row in seen] == list(expected)
    assert len(expected) == COUNT


def test_rows_added_and_removed_between_pages(database: Database) -> None:
    with pebbles(database) as found:
        first, cursor = found.page(sort="weight", limit=10)
        gone = first[-1]
        found.connection.execute(found.table.delete().where(found.table.c.id == gone["id"]))
        found.connection.execute(insert(found.table).values({**gone, "id": new_id(), "weight": -1}))
        rest = found.walk(sort="weight", cursor=cursor)
    assert len({row["id"] for row in first + rest}) == COUNT
    assert len(first + rest) == COUNT


def test_filters(database: Database) -> None:
    with pebbles(database) as found:
        grey = found.walk(colour=[Colour.GREY], limit=3)
        assert {row["colour"] for row in grey} == {Colour.GREY}
        assert len(grey) == COUNT // 2
        assert len(found.walk(colour=[Colour.GREY, Colour.WHITE], limit=3)) == COUNT
        assert all(row["weight"] >= 3 for row in found.walk(heavier=3, limit=2))
        assert {row["day"] for row in found.walk(before="2026-02-28", limit=2)} == {
            date(2026, 2, 27),
            date(2026, 2, 28),
        }
        both = found.walk(colour=["grey"], name="𝄞" * 200, limit=1)
        assert both
        assert all(row["colour"] == "grey" and row["name"] == "𝄞" * 200 for row in both)
        assert found.page(name="nobody") == ([], None)


def test_visibility_is_part_of_the_statement(database: Database) -> None:
    with pebbles(database) as found:
        light = Visible("light", found.table.c.weight < 2)
        query = PebbleQuery(limit=2, sort="-weight")
        first, cursor = found.listing.page(found.connection, query, light, {})
        second, _cursor = found.listing.page(
            found.connection, PebbleQuery(limit=200, sort="-weight", cursor=cursor), light, {}
        )
        everything, _cursor = found.page(limit=200)
    assert {row["weight"] for row in first + second} == {0, 1}
    assert len(everything) == COUNT


def test_one_statement_for_one_shape(database: Database) -> None:
    with pebbles(database) as found:
        shapes = [found.listing.statement("weight", (), EVERYTHING) for _ in range(2)]
        assert shapes[0] is shapes[1]
        assert found.listing.statement("-weight", (), EVERYTHING) is not shapes[0]


def encoded(value: Any) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


KEY = "0192f7c0-5b1e-7d0a-9a3e-1f2a3b4c5d6e"


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "é",
        "%%%",
        "AAAA",
        encoded(b"\xff\xfe"),
        encoded(b'["weight", 1, "\\ud800"]'),
        encoded([]),
        encoded({}),
        encoded(["weight", 1]),
        encoded(["weight", 1, KEY, 1]),
        encoded(["weight", 1, "not a key"]),
        encoded(["weight", 1, None]),
        encoded(["-weight", 1, KEY]),
        encoded(["id", 1, KEY]),
        encoded([["weight"], 1, KEY]),
        encoded(["weight", "1", KEY]),
        encoded(["weight", 1.5, KEY]),
        encoded(["weight", True, KEY]),
        encoded(["weight", None, KEY]),
        encoded(["weight", 2**31, KEY]),
        encoded(["weight", 10**400, KEY]),
        encoded(["weight", {"$gt": 1}, KEY]),
        encoded(b"[" * 200),
    ],
)
def test_a_forged_cursor(database: Database, cursor: str) -> None:
    with pebbles(database) as found, pytest.raises(Invalid) as refused:
        found.page(sort="weight", cursor=cursor)
    assert [(error.field, error.where) for error in refused.value.errors] == [("cursor", "query")]


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("found_at", "2026-03-29"),
        ("found_at", "2026-03-29T01:00:00"),
        ("found_at", "yesterday"),
        ("found_at", 1_774_745_999),
        ("found_at", "0001-01-01T00:00:00+23:59"),
        ("found_at", "9999-12-31T23:59:59-23:59"),
        ("day", "2026-02-30"),
        ("day", "2026-02-27T00:00:00Z"),
        ("day", 20_000),
        ("name", "a\0b"),
        ("name", 1),
        ("name", ["a"]),
        ("colour", "green"),
        ("colour", "GREY"),
        ("colour", 1),
    ],
)
def test_a_forged_value(database: Database, sort: str, value: Any) -> None:
    with pebbles(database) as found, pytest.raises(Invalid):
        found.page(sort=sort, cursor=encoded([sort, value, KEY]))


@pytest.mark.parametrize(
    ("sort", "value"),
    [
        ("weight", -(2**31)),
        ("found_at", "0001-01-01T00:00:00Z"),
        ("found_at", "9999-12-31T23:59:59.999999Z"),
        ("day", "0001-01-01"),
        ("day", "9999-12-31"),
        ("name", ""),
        ("name", "'; DROP TABLE scratch; --"),
        ("colour", "white"),
    ],
)
def test_a_cursor_of_the_right_shape_is_only_a_place(database: Database, sort: str, value: Any) -> None:
    with pebbles(database) as found:
        items, _cursor = found.page(sort=sort, cursor=encoded([sort, value, KEY]))
        assert all(isinstance(item["id"], UUID) for item in items)
        assert len(found.walk()) == COUNT


def test_a_cursor_fits_the_query_that_takes_it(database: Database) -> None:
    """Also that of a name of two hundred characters of four bytes each."""
    with pebbles(database) as found:
        _items, cursor = found.page(sort="-name", limit=1)
    assert cursor is not None
    assert PebbleQuery(cursor=cursor).cursor == cursor


@pytest.mark.parametrize(
    "asked", [{"limit": 0}, {"limit": 201}, {"sort": "id"}, {"offset": 3}, {"cursor": "x" * 5000}]
)
def test_a_query_is_bounded(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        PebbleQuery(**asked)


def test_link() -> None:
    link = next_link("/api/v1/pebbles", "colour=grey&colour=white&cursor=old&q=a%20b&sort=-weight", "new")
    assert link == ('</api/v1/pebbles?colour=grey&colour=white&q=a+b&sort=-weight&cursor=new>; rel="next"')
    assert next_link("/x", "", "c") == '</x?cursor=c>; rel="next"'
