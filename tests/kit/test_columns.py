"""What is stored, and what comes back."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, String, insert, select, type_coerce
from sqlalchemy.exc import StatementError

import app.main
from app.kit.columns import Labelled, Row, TextEnum, UTCDateTime, metadata
from app.kit.database import Database
from app.kit.i18n import _
from app.kit.ids import new_id
from migrations.sealing import SHARED
from tests.kit.small import scratch_table

__all__ = ["app"]


class Colour(Labelled):
    RED = "red", _("rouge")
    PALE_BLUE = "pale_blue", _("bleu pâle")


class TestLabelled:
    def test_is_its_value(self) -> None:
        assert {"pale_blue": 1}[Colour.PALE_BLUE] == 1
        assert f"{Colour.PALE_BLUE}" == "pale_blue"

    def test_has_a_label(self) -> None:
        assert str(Colour.PALE_BLUE.label) == "bleu pâle"

    def test_of(self) -> None:
        assert Colour.of("red") is Colour.RED
        with pytest.raises(ValueError, match="'green' is none of red, pale_blue"):
            Colour.of("green")


class TestTextEnum:
    def test_round_trip(self, database: Database) -> None:
        kind: Column[Any] = Column("kind", TextEnum(Colour))
        with scratch_table(database, kind) as table, database.writer.begin() as connection:
            for value in (Colour.RED, "pale_blue", None):
                connection.execute(insert(table).values(id=new_id(), kind=value))
            statement = select(table.c.kind, type_coerce(table.c.kind, String)).order_by(table.c.id)
            rows = connection.execute(statement).all()
        assert [tuple(row) for row in rows] == [
            (Colour.RED, "red"),
            (Colour.PALE_BLUE, "pale_blue"),
            (None, None),
        ], "the value is stored, never the member's name"
        assert isinstance(rows[0][0], Colour)

    def test_unknown_value(self, database: Database) -> None:
        kind: Column[Any] = Column("kind", TextEnum(Colour))
        with (
            scratch_table(database, kind) as table,
            database.writer.connect() as connection,
            pytest.raises(StatementError, match="green"),
        ):
            connection.execute(insert(table).values(id=new_id(), kind="green"))


class TestUTCDateTime:
    @pytest.mark.parametrize(
        "instant",
        [
            datetime(2026, 11, 26, 8, 30, tzinfo=UTC),
            datetime(2026, 11, 26, 8, 30, 0, 1, tzinfo=UTC),
            datetime(2026, 11, 26, 8, 30, tzinfo=timezone(timedelta(hours=11))),
            datetime(2026, 11, 26, 8, 30, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(2100, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
            None,
        ],
    )
    def test_round_trip(self, database: Database, instant: datetime | None) -> None:
        at: Column[Any] = Column("at", UTCDateTime)
        with scratch_table(database, at) as table, database.writer.begin() as connection:
            connection.execute(insert(table).values(id=new_id(), at=instant))
            back = connection.execute(select(table.c.at)).scalar_one()
        assert back == instant
        assert back is None or back.tzinfo is UTC

    def test_sorts_as_instants_do(self, database: Database) -> None:
        at: Column[Any] = Column("at", UTCDateTime)
        early = datetime(2026, 11, 26, 9, tzinfo=timezone(timedelta(hours=11)))
        late = datetime(2026, 11, 26, 1, tzinfo=timezone(timedelta(hours=-3)))
        with scratch_table(database, at) as table, database.writer.begin() as connection:
            for instant in (late, early):
                connection.execute(insert(table).values(id=new_id(), at=instant))
            assert connection.execute(select(table.c.at).order_by(table.c.at)).scalars().all() == [
                early,
                late,
            ]

    def test_naive_is_refused(self, database: Database) -> None:
        at: Column[Any] = Column("at", UTCDateTime)
        with (
            scratch_table(database, at) as table,
            database.writer.connect() as connection,
            pytest.raises(StatementError, match="naive datetime refused"),
        ):
            connection.execute(insert(table).values(id=new_id(), at=datetime(2026, 1, 1)))  # noqa: DTZ001

    @given(st.datetimes(timezones=st.timezones()))
    def test_only_the_instant_counts(self, instant: datetime) -> None:
        kind = UTCDateTime()
        try:
            expected = instant.astimezone(UTC)
        except OverflowError:
            return
        assert kind.process_bind_param(instant, None) == expected  # type: ignore[arg-type]


class TestTables:
    def test_ids_sort_by_the_time_they_were_made(self) -> None:
        ids = [Row().id for _ in range(1000)]
        assert ids == sorted(ids)
        assert {id_.version for id_ in ids} == {7}

    def test_constraints_have_names_that_postgresql_keeps_whole(self) -> None:
        for table in metadata.tables.values():
            names = [constraint.name for constraint in table.constraints]
            for name in [*names, *(index.name for index in table.indexes)]:
                assert name, f"{table.name} has a constraint without a name"
                assert len(str(name)) <= 63, name

    def test_every_table_belongs_to_an_authority(self) -> None:
        for table in metadata.tables.values():
            if table.name not in {"authorities", *SHARED}:
                assert "authority_id" in table.c, table.name
