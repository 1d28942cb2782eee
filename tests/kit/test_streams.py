"""Rows by `Accept`: what is written, in what pieces, and what becomes of the connection."""

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any

import anyio
import pytest
from sqlalchemy import Boolean, Column, Date, Integer, Numeric, Table, Text, insert, literal, select

from app.half_days.lifecycle import HalfDayState
from app.kit.columns import TextEnum, UTCDateTime
from app.kit.database import Database
from app.kit.ids import new_id
from app.kit.problems import NotAcceptable
from app.kit.streams import BATCH, CSV, FIRST_BATCH, JSON, NDJSON, RowStream, preferred
from tests.kit.small import scratch_table

INSTANT = datetime(2026, 1, 5, 9, 30, 0, 120, tzinfo=UTC)


@pytest.fixture
def table(database: Database) -> Iterator[Table]:
    columns: tuple[Column[Any], ...] = (
        Column("number", Integer),
        Column("text", Text),
        Column("state", TextEnum(HalfDayState)),
        Column("flag", Boolean),
        Column("day", Date),
        Column("instant", UTCDateTime),
        Column("share", Numeric(5, 2)),
    )
    with scratch_table(database, *columns) as made:
        yield made


def fill(database: Database, table: Table, count: int) -> None:
    row = {"state": "taken", "flag": True, "day": date(2026, 1, 5), "instant": INSTANT, "share": 80}
    rows = [{"id": new_id(), "number": n, "text": f"ligne {n}", **row} for n in range(count)]
    with database.transaction() as session:
        session.execute(insert(table), rows)


def run(
    database: Database,
    table: Table,
    media_type: str = NDJSON,
    *,
    after: Callable[[int], None] = lambda _sent: None,
) -> list[bytes]:
    """The pieces of a body, as the server is handed them. `after` is called with the number of pieces sent."""
    response = RowStream(
        database, select(table).order_by(table.c.number), {}, media_type=media_type, filename="lignes"
    )
    pieces: list[bytes] = []

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            pieces.append(message["body"])
            after(len(pieces))

    anyio.run(response.stream_response, send)
    return pieces


def connections_out(database: Database) -> int:
    return int(database.reader.pool.checkedout())  # type: ignore[attr-defined]


class TestPreferred:
    @pytest.mark.parametrize(
        ("accept", "chosen"),
        [
            (None, JSON),
            ("", JSON),
            ("*/*", JSON),
            ("application/*", JSON),
            ("text/*", CSV),
            ("TEXT/CSV", CSV),
            ("text/csv; header=present", CSV),
            ("application/json;q=0.1, text/csv;q=0.2", CSV),
            ("application/json;q=0, */*;q=0.5", NDJSON),
            ("application/x-ndjson, application/json", JSON),
            ("text/html, */*;q=0.1", JSON),
            ("text/csv;q=nonsense, application/x-ndjson;q=0.1", NDJSON),
            ("application/x-ndjson;q=7", NDJSON),
        ],
    )
    def test_the_best_offer(self, accept: str | None, chosen: str) -> None:
        assert preferred(accept) == chosen

    @pytest.mark.parametrize("accept", ["text/html", "application/json;q=0", ",", "text/csv;q=0", "*/*;q=0"])
    def test_none(self, accept: str) -> None:
        with pytest.raises(NotAcceptable):
            preferred(accept)


class TestBody:
    def test_values_as_json(self, database: Database, table: Table) -> None:
        fill(database, table, 1)
        with database.transaction() as session:
            session.execute(insert(table).values(id=new_id(), number=2))
        full, empty = [json.loads(line) for line in b"".join(run(database, table)).splitlines()]
        assert full == {
            "id": full["id"],
            "number": 0,
            "text": "ligne 0",
            "state": "taken",
            "flag": True,
            "day": "2026-01-05",
            "instant": "2026-01-05T09:30:00.000120Z",
            "share": "80.00",
        }
        assert len(full["id"]) == 36
        assert {value for name, value in empty.items() if name not in {"id", "number"}} == {None}

    def test_values_as_csv(self, database: Database, table: Table) -> None:
        fill(database, table, 1)
        with database.transaction() as session:
            session.execute(insert(table).values(id=new_id(), number=2, text='@somme, "guillemets"\r\nligne'))
        text = b"".join(run(database, table, CSV)).decode()
        full, empty = csv.DictReader(io.StringIO(text, newline=""))
        assert (full["state"], full["flag"], full["day"]) == ("taken", "true", "2026-01-05")
        assert (full["instant"], full["share"]) == ("2026-01-05T09:30:00.000120Z", "80.00")
        assert empty["text"] == '\'@somme, "guillemets"\r\nligne'
        assert [empty[name] for name in ("state", "flag", "day", "instant", "share")] == [""] * 5

    def test_pieces(self, database: Database, table: Table) -> None:
        """A small first piece, so that the first byte leaves early, then batch after batch."""
        count = FIRST_BATCH + 2 * BATCH + 1
        fill(database, table, count)
        sizes = [piece.count(b"\n") for piece in run(database, table)]
        assert sizes == [FIRST_BATCH, BATCH, BATCH, 1]

    def test_nothing(self, database: Database, table: Table) -> None:
        assert run(database, table) == []
        assert run(database, table, CSV) == [b"id,number,text,state,flag,day,instant,share\r\n"]


class TestConnection:
    def test_is_held_while_rows_come_and_given_back(self, database: Database, table: Table) -> None:
        fill(database, table, FIRST_BATCH + 1)
        held: list[int] = []
        run(database, table, after=lambda _sent: held.append(connections_out(database)))
        assert held == [1, 1]
        assert connections_out(database) == 0

    def test_is_given_back_when_the_client_hangs_up(self, database: Database, table: Table) -> None:
        fill(database, table, FIRST_BATCH + BATCH + 1)

        def hang_up(_sent: int) -> None:
            raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            run(database, table, after=hang_up)
        assert connections_out(database) == 0
        with database.read() as connection:
            assert connection.execute(select(literal(1))).scalar() == 1

    def test_a_failure_comes_before_the_status(self, database: Database, table: Table) -> None:
        started: list[str] = []
        unknown = select(Table("nowhere", table.metadata, Column("id", Integer)))
        response = RowStream(database, unknown, {}, media_type=NDJSON, filename="rien")

        async def send(message: Any) -> None:
            started.append(message["type"])

        with pytest.raises(Exception, match="nowhere"):
            anyio.run(response.stream_response, send)
        assert started == []
        assert connections_out(database) == 0

    def test_streams_wait_for_their_turn(self, database_url: str) -> None:
        """With two connections for all, one stream at a time: the second waits, and holds nothing meanwhile."""
        narrow = Database(database_url, threads=2)
        with scratch_table(narrow, Column("number", Integer)) as table:
            with narrow.transaction() as session:
                session.execute(
                    insert(table), [{"id": new_id(), "number": n} for n in range(FIRST_BATCH * 2)]
                )
            running, most = 0, 0

            async def send(message: Any) -> None:
                nonlocal running, most
                if message["type"] == "http.response.start":
                    running += 1
                    most = max(most, running)
                await anyio.sleep(0.01)
                if message["type"] == "http.response.body" and not message["more_body"]:
                    running -= 1

            async def both() -> None:
                async with anyio.create_task_group() as group:
                    for _ in range(4):
                        response = RowStream(narrow, select(table), {}, media_type=NDJSON, filename="x")
                        group.start_soon(response.stream_response, send)

            anyio.run(both)
            assert (running, most) == (0, 1)
        narrow.dispose()
